/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of users, groups and roles: inline ones, and managed ones attached to them. */
#include "config.h"

#include <stdio.h>

#include "iam_priv.h"

enum { ATTACHED_MAX = 10 };

/* ---- inline ---- */

static enum err
no_inline(struct iam_call *c, struct span name)
{
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "The %s policy with name %.*s cannot be found.", iam_kind(c)->name,
	    (int)name.n, name.p);
}

static size_t
inline_size(const struct entity *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->inlines.n; i++)
		n += iam_document_size(e->inlines.field[i].value);
	return n;
}

enum err
iam_put_inline(struct iam_call *c)
{
	const struct iam_kind *k = iam_kind(c);
	struct entity e;
	struct span name, text;
	struct policy *p;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_need_name(c, "PolicyName", 128, &name);
	if (bad == OK)
		bad = iam_need(c, "PolicyDocument", 131072, &text);
	if (bad == OK)
		bad = policy_parse(&p, text, POLICY_IDENTITY, SPAN_NONE, c->fail);
	if (bad != OK)
		return bad;
	policy_free(&p);
	iam_list_set(c, &e.inlines, name, text);
	if (inline_size(&e) > k->inline_max)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "Maximum policy size of %zu bytes exceeded for %s %.*s",
		    k->inline_max, k->name, (int)e.name.n, e.name.p);
	return iam_save(c, &e);
}

enum err
iam_get_inline(struct iam_call *c)
{
	const struct field *f;
	struct entity e;
	struct span name;
	enum err bad = iam_subject(c, &e);

	if (bad == OK)
		bad = iam_need_name(c, "PolicyName", 128, &name);
	if (bad != OK)
		return bad;
	f = entity_find(&e.inlines, name);
	if (f == NULL)
		return no_inline(c, name);
	xml_put(&c->out, iam_kind(c)->param, e.name);
	xml_put(&c->out, "PolicyName", f->name);
	iam_doc(&c->out, "PolicyDocument", f->value);
	return OK;
}

enum err
iam_delete_inline(struct iam_call *c)
{
	struct entity e;
	struct span name;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_need_name(c, "PolicyName", 128, &name);
	if (bad == OK && !iam_list_remove(&e.inlines, name))
		bad = no_inline(c, name);
	return bad == OK ? iam_save(c, &e) : bad;
}

/* Rows of a list by index. */
static bool
index_row(struct iam_call *c, struct iam_page *p, size_t i)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%zu", i + 1);

	return iam_page_row(c, p, span_of(text, (size_t)n));
}

enum err
iam_list_inline(struct iam_call *c)
{
	struct iam_page page;
	struct entity e;
	enum err bad = iam_subject(c, &e);

	if (bad == OK)
		bad = iam_page(c, &page);
	if (bad != OK)
		return bad;
	buf_str(&c->out, "<PolicyNames>");
	for (size_t i = iam_page_start(&page); i < e.inlines.n && index_row(c, &page, i);
	     i++)
		xml_put(&c->out, "member", e.inlines.field[i].name);
	buf_str(&c->out, "</PolicyNames>");
	iam_page_put(c, &page);
	return OK;
}

/* ---- managed ---- */

static enum err
no_managed(struct iam_call *c, struct span arn)
{
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "Policy %.*s does not exist or is not attachable.",
	    (int)span_head(arn, 300).n, arn.p);
}

enum err
iam_managed_id(struct iam_call *c, struct span arn, struct span *id, struct span *name)
{
	const struct managed *built_in = managed_find(arn);
	struct managed_arn part;
	struct entity policy;
	enum err e;

	if (built_in != NULL) {
		*id = span_str(built_in->id);
		*name = span_str(built_in->name);
		return OK;
	}
	if (!managed_arn_split(arn, &part) || !span_is(part.kind, "policy"))
		return fail_msg(c->fail, E_INVALID_INPUT, "ARN %.*s is not valid.",
		    (int)span_head(arn, 300).n, arn.p);
	if (!span_eq(part.account, iam_account(c)))
		return no_managed(c, arn);
	e = directory_get(
	    c->txn, c->arena, ENTITY_POLICY, part.account, part.name, &policy);
	if (e == E_NOT_FOUND || (e == OK && !span_eq(policy.path, part.path)))
		return no_managed(c, arn);
	if (e != OK)
		return e;
	*id = arena_span(c->arena, policy.id);
	*name = arena_span(c->arena, policy.name);
	return OK;
}

enum err
iam_link_policy(
    struct iam_call *c, char kind, struct span arn, const struct entity *to, bool there)
{
	struct directory_link l = { .kind = kind,
		.account = iam_account(c),
		.to = (enum entity_kind)to->kind,
		.name = to->name };
	struct span name;
	enum err e = iam_managed_id(c, arn, &l.from, &name);

	/* What was declared may be gone: then so is the link. */
	if (e == E_NO_SUCH_ENTITY && !there) {
		fail_clear(c->fail);
		return OK;
	}
	if (e != OK)
		return e;
	return there ? directory_link(c->txn, &l) : directory_unlink(c->txn, &l);
}

enum err
iam_attach(struct iam_call *c)
{
	const struct iam_kind *k = iam_kind(c);
	struct entity e;
	struct span arn, id, name;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_need(c, "PolicyArn", 2048, &arn);
	if (bad == OK)
		bad = iam_managed_id(c, arn, &id, &name);
	if (bad != OK || entity_find(&e.attached, arn) != NULL)
		return bad;
	if (e.attached.n == ATTACHED_MAX)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "Cannot exceed quota for PoliciesPer%s: %d", k->title,
		    (int)ATTACHED_MAX);
	iam_list_add(c, &e.attached, arn, SPAN_NONE);
	bad = iam_save(c, &e);
	return bad == OK ? iam_link_policy(c, DIRECTORY_ATTACHED, arn, &e, true) : bad;
}

enum err
iam_detach(struct iam_call *c)
{
	struct entity e;
	struct span arn;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_need(c, "PolicyArn", 2048, &arn);
	if (bad == OK && !iam_list_remove(&e.attached, arn))
		bad = iam_not_found(c, ENTITY_POLICY, arn);
	if (bad == OK)
		bad = iam_save(c, &e);
	return bad == OK ? iam_link_policy(c, DIRECTORY_ATTACHED, arn, &e, false) : bad;
}

enum err
iam_list_attached(struct iam_call *c)
{
	struct iam_page page;
	struct managed_arn part;
	struct entity e;
	enum err bad = iam_subject(c, &e);

	if (bad == OK)
		bad = iam_page(c, &page);
	if (bad != OK)
		return bad;
	buf_str(&c->out, "<AttachedPolicies>");
	for (size_t i = iam_page_start(&page); i < e.attached.n && index_row(c, &page, i);
	     i++) {
		if (!managed_arn_split(e.attached.field[i].name, &part))
			return E_CORRUPT;
		buf_str(&c->out, "<member>");
		xml_put(&c->out, "PolicyName", part.name);
		xml_put(&c->out, "PolicyArn", e.attached.field[i].name);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</AttachedPolicies>");
	iam_page_put(c, &page);
	return OK;
}
