/* SPDX-License-Identifier: Apache-2.0 */
/* Managed policies: the account's own and AWS's, and their versions. */
#include "config.h"

#include <stdio.h>

#include "codec/stamp.h"
#include "iam_priv.h"

enum { VERSIONS_MAX = 5, POLICY_MAX = 6144, DESCRIPTION_MAX = 1000, SHOWN_MAX = 1000 };

/* A policy of either sort, as it is shown. */
struct shown {
	struct entity e; /* the account's own; else as if */
	struct span arn;
	const struct managed *built_in; /* NULL: the account's own */
};

static enum err
find(struct iam_call *c, struct shown *out)
{
	struct span arn;
	enum err e = iam_need(c, "PolicyArn", 2048, &arn);

	*out = (struct shown){ .built_in = NULL };
	if (e != OK)
		return e;
	out->built_in = managed_find(arn);
	out->arn = arn;
	return out->built_in != NULL ? OK : iam_subject(c, &out->e);
}

/* ---- who has it ---- */

struct users {
	uint64_t n;
};

static bool
count_row(void *ctx, enum entity_kind to, struct span name)
{
	struct users *u = ctx;

	(void)to;
	(void)name;
	u->n++;
	return true;
}

static enum err
count_links(struct iam_call *c, char kind, struct span id, uint64_t *out)
{
	struct directory_link l = { .kind = kind, .account = iam_account(c), .from = id };
	struct users u = { 0 };
	enum err e = directory_links(c->txn, &l, count_row, &u);

	if (e == OK)
		*out = u.n;
	return e;
}

static void
version_name(char out[24], struct span number)
{
	(void)snprintf(out, 24, "v%.*s", (int)number.n, number.p);
}

static void
default_name(char out[24], const struct entity *e)
{
	(void)snprintf(out, 24, "v%llu", (unsigned long long)e->number);
}

static enum err
put_policy(struct iam_call *c, const struct shown *s, bool whole)
{
	const struct managed *m = s->built_in;
	struct span id = m != NULL ? span_str(m->id) : s->e.id;
	char version[24];
	uint64_t attached = 0, bounds = 0;
	int64_t made;
	enum err e = count_links(c, DIRECTORY_ATTACHED, id, &attached);

	if (e == OK)
		e = count_links(c, DIRECTORY_BOUNDS, id, &bounds);
	if (e != OK)
		return e;
	default_name(version, &s->e);
	xml_put(&c->out, "PolicyName", m != NULL ? span_str(m->name) : s->e.name);
	xml_put(&c->out, "PolicyId", id);
	xml_put(&c->out, "Arn", m != NULL ? s->arn : iam_arn(c, &s->e));
	xml_put(&c->out, "Path", m != NULL ? span_str(m->path) : s->e.path);
	xml_put_str(&c->out, "DefaultVersionId", m != NULL ? m->version : version);
	xml_put_u64(&c->out, "AttachmentCount", attached);
	xml_put_u64(&c->out, "PermissionsBoundaryUsageCount", bounds);
	xml_put_bool(&c->out, "IsAttachable", true);
	if (m != NULL) {
		MUST(stamp_iso_parse(span_str(m->created), &made));
		if (whole)
			xml_put_str(&c->out, "Description", m->description);
		iam_time(&c->out, "CreateDate", made);
		iam_time(&c->out, "UpdateDate", made);
	} else {
		if (whole && s->e.description.n > 0)
			xml_put(&c->out, "Description", s->e.description);
		iam_time(&c->out, "CreateDate", s->e.created_ms);
		iam_time(&c->out, "UpdateDate", s->e.changed_ms);
	}
	if (whole)
		iam_put_tags(c, &s->e.tags);
	return OK;
}

/* ---- a new one ---- */

static struct span
version_value(struct iam_call *c, struct span text)
{
	char *p = arena_alloc(c->arena, text.n + 8);

	be64_put(p, (uint64_t)c->now_ms);
	memcpy(p + 8, text.p, text.n);
	return span_of(p, text.n + 8);
}

static struct span
number_text(struct iam_call *c, uint64_t n)
{
	return span_str(arena_printf(c->arena, "%llu", (unsigned long long)n));
}

enum err
iam_create_policy(struct iam_call *c)
{
	struct shown s = { .e = { .kind = ENTITY_POLICY,
			       .number = 1,
			       .last = 1,
			       .created_ms = c->now_ms,
			       .changed_ms = c->now_ms,
			       .description = iam_param(c, "Description") } };
	struct span text;
	enum err e = iam_need_name(c, "PolicyName", 128, &s.e.name);

	if (e == OK)
		e = iam_path(c, "Path", &s.e.path);
	if (e == OK && s.e.description.n > DESCRIPTION_MAX)
		e = fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at 'description' failed to "
		    "satisfy constraint: Member must have length less than or equal to "
		    "1000");
	if (e == OK)
		e = iam_tags(c, &s.e.tags);
	if (e == OK)
		e = iam_document(c, "PolicyDocument", POLICY_IDENTITY, POLICY_MAX,
		    "PolicySize", &text);
	if (e != OK)
		return e;
	e = directory_taken(c->txn, ENTITY_POLICY, iam_account(c), s.e.name);
	if (e == OK)
		return fail_msg(c->fail, E_ENTITY_EXISTS,
		    "A policy called %.*s already exists. Duplicate names are not "
		    "allowed.",
		    (int)s.e.name.n, s.e.name.p);
	if (e != E_NOT_FOUND)
		return e;
	s.e.id = iam_new_id(c, "ANPA");
	iam_list_add(c, &s.e.versions, number_text(c, 1), version_value(c, text));
	e = iam_save(c, &s.e);
	if (e != OK)
		return e;
	buf_str(&c->out, "<Policy>");
	e = put_policy(c, &s, true);
	buf_str(&c->out, "</Policy>");
	return e;
}

enum err
iam_get_policy(struct iam_call *c)
{
	struct shown s;
	enum err e = find(c, &s);

	if (e != OK)
		return e;
	buf_str(&c->out, "<Policy>");
	e = put_policy(c, &s, true);
	buf_str(&c->out, "</Policy>");
	return e;
}

/* ---- lists ---- */

/* AWS's come first; their markers begin with a letter that no name begins with. */
struct listing {
	struct iam_call *c;
	struct iam_page page;
	struct span prefix;
	bool only_attached, bounds;
	struct shown *found; /* of the account's own, in order */
	size_t n, cap;
};

static bool
own_row(void *ctx, const struct entity *e)
{
	struct listing *l = ctx;
	struct arena *a = l->c->arena;
	struct shown *s;

	if (l->prefix.n > 0 && !span_starts(e->path, l->prefix))
		return true;
	s = &l->found[l->n];
	s->built_in = NULL;
	s->e = *e;
	s->e.id = arena_span(a, e->id);
	s->e.name = arena_span(a, e->name);
	s->e.path = arena_span(a, e->path);
	s->e.description = s->e.trust = s->e.boundary = SPAN_NONE;
	s->e.tags.n = s->e.versions.n = 0;
	return ++l->n < l->cap;
}

static enum err
wanted(struct listing *l, const struct shown *s, bool *out)
{
	struct span id = s->built_in != NULL ? span_str(s->built_in->id) : s->e.id;
	uint64_t n = 1;
	enum err e = OK;

	if (l->only_attached || l->bounds)
		e = count_links(
		    l->c, l->bounds ? DIRECTORY_BOUNDS : DIRECTORY_ATTACHED, id, &n);
	*out = n > 0;
	return e;
}

static enum err
list_one(struct listing *l, const struct shown *s, struct span marker, bool *more)
{
	bool want = false;
	enum err e = wanted(l, s, &want);

	*more = true;
	if (e != OK || !want)
		return e;
	*more = iam_page_row(l->c, &l->page, marker);
	if (!*more)
		return OK;
	buf_str(&l->c->out, "<member>");
	e = put_policy(l->c, s, false);
	buf_str(&l->c->out, "</member>");
	return e;
}

static enum err
list_built_in(struct listing *l, bool *more)
{
	struct span marker = l->page.marker;
	enum err e = OK;
	uint64_t from = 0;

	if (marker.n > 0 &&
	    (marker.p[0] != '/' || !span_u64(span_from(marker, 1), &from)))
		return OK;
	for (size_t i = (size_t)from; e == OK && *more && i < managed_count(); i++) {
		struct shown s = { .built_in = &managed_rows[i] };

		if (l->prefix.n > 0 &&
		    !span_starts(span_str(s.built_in->path), l->prefix))
			continue;
		s.arn = span_str(arena_printf(l->c->arena, "arn:aws:iam::aws:policy%s%s",
		    s.built_in->path, s.built_in->name));
		e = list_one(
		    l, &s, span_str(arena_printf(l->c->arena, "/%zu", i + 1)), more);
	}
	return e;
}

static enum err
list_own(struct listing *l, bool *more)
{
	struct span after = l->page.marker;
	enum err e = OK;

	if (after.n > 0 && after.p[0] == '/')
		after = SPAN_NONE;
	l->cap = SHOWN_MAX;
	l->found = arena_array(l->c->arena, l->cap, sizeof *l->found);
	do {
		l->n = 0;
		e = directory_each(
		    l->c->txn, ENTITY_POLICY, iam_account(l->c), after, own_row, l);
		for (size_t i = 0; e == OK && *more && i < l->n; i++)
			e = list_one(l, &l->found[i], l->found[i].e.name, more);
		if (l->n > 0)
			after = l->found[l->n - 1].e.name;
	} while (e == OK && *more && l->n == l->cap);
	return e;
}

enum err
iam_list_policies(struct iam_call *c)
{
	struct listing l = { .c = c,
		.prefix = iam_param(c, "PathPrefix"),
		.only_attached = span_is(iam_param(c, "OnlyAttached"), "true"),
		.bounds =
		    span_is(iam_param(c, "PolicyUsageFilter"), "PermissionsBoundary") };
	struct span scope = iam_param(c, "Scope");
	bool more = true;
	enum err e = iam_page(c, &l.page);

	if (e == OK && scope.n > 0 && !span_is(scope, "All") && !span_is(scope, "AWS") &&
	    !span_is(scope, "Local"))
		e = fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value '%.*s' at 'scope' failed to "
		    "satisfy constraint: Member must satisfy enum value set: [All, AWS, "
		    "Local]",
		    (int)span_head(scope, 32).n, scope.p);
	if (e != OK)
		return e;
	buf_str(&c->out, "<Policies>");
	if (!span_is(scope, "Local"))
		e = list_built_in(&l, &more);
	if (e == OK && more && !span_is(scope, "AWS"))
		e = list_own(&l, &more);
	buf_str(&c->out, "</Policies>");
	iam_page_put(c, &l.page);
	return e;
}

/* ---- its end ---- */

static enum err
subject_own(struct iam_call *c, struct entity *out)
{
	struct span arn = iam_param(c, "PolicyArn");

	if (managed_find(arn) != NULL)
		return fail_msg(c->fail, E_ACCESS_DENIED,
		    "User: %.*s is not authorized to perform: %s on resource: policy "
		    "%.*s",
		    (int)span_head(c->credential->who.arn, 160).n,
		    c->credential->who.arn.p, iam_name(c), (int)arn.n, arn.p);
	return iam_subject_write(c, out);
}

enum err
iam_delete_policy(struct iam_call *c)
{
	struct entity p;
	uint64_t n = 0, bounds = 0;
	enum err e = subject_own(c, &p);

	if (e == OK)
		e = count_links(c, DIRECTORY_ATTACHED, p.id, &n);
	if (e == OK)
		e = count_links(c, DIRECTORY_BOUNDS, p.id, &bounds);
	if (e != OK)
		return e;
	if (n + bounds > 0)
		return fail_msg(c->fail, E_DELETE_CONFLICT,
		    "Cannot delete a policy attached to entities.");
	if (p.versions.n > 1)
		return fail_msg(c->fail, E_DELETE_CONFLICT,
		    "This policy has more than one version. Before you delete a policy, "
		    "you must delete the policy's versions. The default version is "
		    "deleted with the policy.");
	return directory_del(c->txn, ENTITY_POLICY, iam_account(c), p.name);
}

/* ---- versions ---- */

static void
put_version(struct iam_call *c, const struct entity *p, const struct field *v, bool text)
{
	char name[24], standard[24];

	version_name(name, v->name);
	default_name(standard, p);
	if (text)
		iam_doc(&c->out, "Document", entity_version_text(v->value));
	xml_put_str(&c->out, "VersionId", name);
	xml_put_bool(&c->out, "IsDefaultVersion", strcmp(name, standard) == 0);
	iam_time(&c->out, "CreateDate", entity_version_made(v->value));
}

static enum err
need_version(struct iam_call *c, const struct entity *p, const struct field **out)
{
	struct span name, arn = iam_param(c, "PolicyArn");
	uint64_t number;
	enum err e = iam_need(c, "VersionId", 32, &name);

	if (e != OK)
		return e;
	if (name.p[0] != 'v' || !span_u64(span_from(name, 1), &number))
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value '%.*s' at 'versionId' failed to "
		    "satisfy constraint: Member must satisfy regular expression pattern: "
		    "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
		    (int)name.n, name.p);
	*out = entity_find(&p->versions, span_from(name, 1));
	if (*out != NULL)
		return OK;
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "Policy %.*s version %.*s does not exist or is not attachable.",
	    (int)span_head(arn, 300).n, arn.p, (int)name.n, name.p);
}

enum err
iam_create_version(struct iam_call *c)
{
	bool standard = span_is(iam_param(c, "SetAsDefault"), "true");
	struct entity p;
	struct span text;
	enum err e = subject_own(c, &p);

	if (e == OK)
		e = iam_document(c, "PolicyDocument", POLICY_IDENTITY, POLICY_MAX,
		    "PolicySize", &text);
	if (e != OK)
		return e;
	if (p.versions.n >= VERSIONS_MAX)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "A managed policy can have up to %d versions. Before you create a "
		    "new version, you must delete an existing version.",
		    (int)VERSIONS_MAX);
	p.last++;
	p.changed_ms = c->now_ms;
	if (standard)
		p.number = p.last;
	iam_list_add(c, &p.versions, number_text(c, p.last), version_value(c, text));
	e = iam_save(c, &p);
	if (e != OK)
		return e;
	buf_str(&c->out, "<PolicyVersion>");
	put_version(c, &p, &p.versions.field[p.versions.n - 1], false);
	buf_str(&c->out, "</PolicyVersion>");
	return OK;
}

static enum err
built_in_version(struct iam_call *c, const struct shown *s, bool list)
{
	const struct managed *m = s->built_in;
	int64_t made;
	struct span wanted_id = iam_param(c, "VersionId");

	if (!list && !span_is(wanted_id, m->version))
		return fail_msg(c->fail, E_NO_SUCH_ENTITY,
		    "Policy %.*s version %.*s does not exist or is not attachable.",
		    (int)span_head(s->arn, 300).n, s->arn.p,
		    (int)span_head(wanted_id, 32).n, wanted_id.p);
	MUST(stamp_iso_parse(span_str(m->created), &made));
	if (!list)
		iam_doc(&c->out, "Document", span_str(m->document));
	xml_put_str(&c->out, "VersionId", m->version);
	xml_put_bool(&c->out, "IsDefaultVersion", true);
	iam_time(&c->out, "CreateDate", made);
	return OK;
}

enum err
iam_get_version(struct iam_call *c)
{
	const struct field *v;
	struct shown s;
	enum err e = find(c, &s);

	if (e == OK && s.built_in == NULL)
		e = need_version(c, &s.e, &v);
	if (e != OK)
		return e;
	buf_str(&c->out, "<PolicyVersion>");
	if (s.built_in != NULL)
		e = built_in_version(c, &s, false);
	else
		put_version(c, &s.e, v, true);
	buf_str(&c->out, "</PolicyVersion>");
	return e;
}

enum err
iam_list_versions(struct iam_call *c)
{
	struct shown s;
	enum err e = find(c, &s);

	if (e != OK)
		return e;
	buf_str(&c->out, "<Versions>");
	if (s.built_in != NULL) {
		buf_str(&c->out, "<member>");
		e = built_in_version(c, &s, true);
		buf_str(&c->out, "</member>");
	}
	for (size_t i = s.e.versions.n; i > 0; i--) {
		buf_str(&c->out, "<member>");
		put_version(c, &s.e, &s.e.versions.field[i - 1], false);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</Versions>");
	xml_put_bool(&c->out, "IsTruncated", false);
	return e;
}

enum err
iam_delete_version(struct iam_call *c)
{
	const struct field *v;
	struct entity p;
	uint64_t number;
	enum err e = subject_own(c, &p);

	if (e == OK)
		e = need_version(c, &p, &v);
	if (e != OK)
		return e;
	if (span_u64(v->name, &number) && number == p.number)
		return fail_msg(c->fail, E_DELETE_CONFLICT,
		    "Cannot delete the default version of a policy.");
	(void)iam_list_remove(&p.versions, v->name);
	return iam_save(c, &p);
}

enum err
iam_set_version(struct iam_call *c)
{
	const struct field *v;
	struct entity p;
	enum err e = subject_own(c, &p);

	if (e == OK)
		e = need_version(c, &p, &v);
	if (e != OK)
		return e;
	MUST(span_u64(v->name, &p.number));
	p.changed_ms = c->now_ms;
	return iam_save(c, &p);
}

/* ---- whom it is attached to ---- */

struct attached {
	struct iam_call *c;
	enum entity_kind kind;
	struct entity_list list;
};

static bool
attached_row(void *ctx, enum entity_kind to, struct span name)
{
	struct attached *a = ctx;

	if (to == a->kind)
		iam_list_add(a->c, &a->list, arena_span(a->c->arena, name), SPAN_NONE);
	return true;
}

static enum err
put_attached(struct iam_call *c, struct span id, enum entity_kind kind)
{
	const struct iam_kind *k = iam_kind_of(kind);
	struct directory_link l = { .kind = span_is(iam_param(c, "PolicyUsageFilter"),
						"PermissionsBoundary")
		    ? DIRECTORY_BOUNDS
		    : DIRECTORY_ATTACHED,
		.account = iam_account(c),
		.from = id };
	struct attached a = { .c = c, .kind = kind };
	struct span filter = iam_param(c, "EntityFilter");
	struct entity who;
	enum err e = OK;

	buf_printf(&c->out, "<Policy%ss>", k->title);
	if (filter.n == 0 || span_is(filter, k->title))
		e = directory_links(c->txn, &l, attached_row, &a);
	for (size_t i = 0; e == OK && i < a.list.n; i++) {
		e = directory_get(
		    c->txn, c->arena, kind, iam_account(c), a.list.field[i].name, &who);
		if (e == E_NOT_FOUND) {
			e = OK;
			continue;
		}
		buf_str(&c->out, "<member>");
		xml_put(&c->out, k->param, who.name);
		xml_put(&c->out, k->id, who.id);
		buf_str(&c->out, "</member>");
	}
	buf_printf(&c->out, "</Policy%ss>", k->title);
	return e;
}

enum err
iam_entities_for_policy(struct iam_call *c)
{
	struct span id, name, arn;
	enum err e = iam_need(c, "PolicyArn", 2048, &arn);

	if (e == OK)
		e = iam_managed_id(c, arn, &id, &name);
	if (e == OK)
		e = put_attached(c, id, ENTITY_GROUP);
	if (e == OK)
		e = put_attached(c, id, ENTITY_USER);
	if (e == OK)
		e = put_attached(c, id, ENTITY_ROLE);
	xml_put_bool(&c->out, "IsTruncated", false);
	return e;
}
