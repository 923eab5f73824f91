/* SPDX-License-Identifier: Apache-2.0 */
/* Users, groups, roles and policies alike: found, shown, listed, tagged, saved. */
#include "config.h"

#include "iam_priv.h"

enum { TAGS_MAX = 50 };

static const struct iam_kind kinds[] = {
	{ ENTITY_USER, "user", "User", "UserName", "UserId", "AIDA", 64, 2048 },
	{ ENTITY_GROUP, "group", "Group", "GroupName", "GroupId", "AGPA", 128, 5120 },
	{ ENTITY_ROLE, "role", "Role", "RoleName", "RoleId", "AROA", 64, 10240 },
	{ ENTITY_POLICY, "policy", "Policy", "PolicyName", "PolicyId", "ANPA", 128,
	    6144 },
};

const struct iam_kind *
iam_kind_of(enum entity_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	MUST(false);
	return NULL;
}

const struct iam_kind *
iam_kind(const struct iam_call *c)
{
	static const enum entity_kind of[] = { ENTITY_USER, ENTITY_GROUP, ENTITY_ROLE,
		ENTITY_POLICY };
	enum iam_about about = c->action->about;

	if (about < ABOUT_USER)
		return NULL;
	return iam_kind_of(of[(about - ABOUT_USER) % 4]);
}

struct span
iam_account(const struct iam_call *c)
{
	return c->credential->who.account;
}

enum err
iam_not_found(struct iam_call *c, enum entity_kind kind, struct span name)
{
	if (kind == ENTITY_POLICY)
		return fail_msg(c->fail, E_NO_SUCH_ENTITY, "Policy %.*s was not found.",
		    (int)span_head(name, 300).n, name.p);
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "The %s with name %.*s cannot be found.", iam_kind_of(kind)->name,
	    (int)span_head(name, 128).n, name.p);
}

enum err
iam_unmodifiable(struct iam_call *c)
{
	return fail_msg(c->fail, E_UNMODIFIABLE,
	    "Cannot perform the operation: this is declared by the server's identity "
	    "file and changed there.");
}

enum err
iam_load(struct iam_call *c, enum entity_kind kind, struct span name, struct entity *out)
{
	enum err e = directory_get(c->txn, c->arena, kind, iam_account(c), name, out);

	return e == E_NOT_FOUND ? iam_not_found(c, kind, name) : e;
}

/* An account's own policy, by its ARN. */
static enum err
load_policy(struct iam_call *c, struct entity *out)
{
	struct managed_arn part;
	struct span arn;
	enum err e = iam_need(c, "PolicyArn", 2048, &arn);

	if (e != OK)
		return e;
	if (!managed_arn_split(arn, &part) || !span_is(part.kind, "policy"))
		return fail_msg(c->fail, E_INVALID_INPUT, "ARN %.*s is not valid.",
		    (int)span_head(arn, 300).n, arn.p);
	if (!span_eq(part.account, iam_account(c)))
		return iam_not_found(c, ENTITY_POLICY, arn);
	e = directory_get(c->txn, c->arena, ENTITY_POLICY, part.account, part.name, out);
	if (e == OK && !span_eq(out->path, part.path))
		e = E_NOT_FOUND;
	return e == E_NOT_FOUND ? iam_not_found(c, ENTITY_POLICY, arn) : e;
}

/* Users may leave their own name out. */
enum err
iam_subject_name(struct iam_call *c, struct span *out)
{
	const struct iam_kind *k = iam_kind(c);
	const struct identity *who = &c->credential->who;

	if (k->kind == ENTITY_USER && c->action->about == ABOUT_USER &&
	    iam_param(c, k->param).p == NULL && who->user_name.n > 0) {
		*out = who->user_name;
		return OK;
	}
	return iam_need_name(c, k->param, k->name_max, out);
}

enum err
iam_subject(struct iam_call *c, struct entity *out)
{
	struct span name;
	enum err e;

	if (c->action->about == ABOUT_POLICY)
		return load_policy(c, out);
	e = iam_subject_name(c, &name);
	return e == OK ? iam_load(c, iam_kind(c)->kind, name, out) : e;
}

enum err
iam_subject_write(struct iam_call *c, struct entity *out)
{
	enum err e = iam_subject(c, out);

	return e == OK && out->declared ? iam_unmodifiable(c) : e;
}

enum err
iam_save(struct iam_call *c, const struct entity *e)
{
	return directory_put(c->txn, iam_account(c), e);
}

struct span
iam_arn(struct iam_call *c, const struct entity *e)
{
	struct span account = iam_account(c);

	return span_str(arena_printf(c->arena, "arn:aws:iam::%.*s:%s%.*s%.*s",
	    (int)account.n, account.p, iam_kind_of((enum entity_kind)e->kind)->name,
	    (int)e->path.n, e->path.p, (int)e->name.n, e->name.p));
}

struct span
iam_new_id(struct iam_call *c, const char *prefix)
{
	char *id = arena_alloc(c->arena, 21);
	size_t n = strlen(prefix);

	memcpy(id, prefix, n);
	session_letters(id + n, 21 - n);
	return span_of(id, 21);
}

/* ---- lists in an entity ---- */

void
iam_list_add(
    struct iam_call *c, struct entity_list *l, struct span name, struct span value)
{
	struct field *f = arena_array(c->arena, l->n + 1, sizeof *f);

	if (l->n > 0)
		memcpy(f, l->field, l->n * sizeof *f);
	f[l->n] = (struct field){ name, value };
	l->field = f;
	l->n++;
}

void
iam_list_set(
    struct iam_call *c, struct entity_list *l, struct span name, struct span value)
{
	for (size_t i = 0; i < l->n; i++)
		if (span_eq(l->field[i].name, name)) {
			l->field[i].value = value;
			return;
		}
	iam_list_add(c, l, name, value);
}

bool
iam_list_remove(struct entity_list *l, struct span name)
{
	for (size_t i = 0; i < l->n; i++)
		if (span_eq(l->field[i].name, name)) {
			memmove(&l->field[i], &l->field[i + 1],
			    (l->n - i - 1) * sizeof *l->field);
			l->n--;
			return true;
		}
	return false;
}

/* ---- shown ---- */

void
iam_put_tags(struct iam_call *c, const struct entity_list *tags)
{
	buf_str(&c->out, "<Tags>");
	for (size_t i = 0; i < tags->n; i++) {
		buf_str(&c->out, "<member>");
		xml_put(&c->out, "Key", tags->field[i].name);
		xml_put(&c->out, "Value", tags->field[i].value);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</Tags>");
}

static void
put_boundary(struct iam_call *c, const struct entity *e)
{
	if (e->boundary.n == 0)
		return;
	buf_str(&c->out,
	    "<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy"
	    "</PermissionsBoundaryType>");
	xml_put(&c->out, "PermissionsBoundaryArn", e->boundary);
	buf_str(&c->out, "</PermissionsBoundary>");
}

static void
put_role(struct iam_call *c, const struct entity *e)
{
	iam_doc(&c->out, "AssumeRolePolicyDocument", e->trust);
	if (e->description.n > 0)
		xml_put(&c->out, "Description", e->description);
	xml_put_u64(&c->out, "MaxSessionDuration", e->number);
}

/* whole: as Get and Create show it; lists leave out tags and boundaries. */
void
iam_put_entity(struct iam_call *c, const struct entity *e, bool whole)
{
	const struct iam_kind *k = iam_kind_of((enum entity_kind)e->kind);

	xml_put(&c->out, "Path", e->path);
	xml_put(&c->out, k->param, e->name);
	xml_put(&c->out, k->id, e->id);
	xml_put(&c->out, "Arn", iam_arn(c, e));
	iam_time(&c->out, "CreateDate", e->created_ms);
	if (e->kind == ENTITY_ROLE)
		put_role(c, e);
	if (!whole)
		return;
	put_boundary(c, e);
	if (e->tags.n > 0)
		iam_put_tags(c, &e->tags);
	if (e->kind == ENTITY_ROLE && !iam_writes(c))
		buf_str(&c->out, "<RoleLastUsed/>");
}

enum err
iam_get_entity(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;
	const struct iam_kind *k = iam_kind(c);
	struct entity e;
	enum err bad;

	/* An account's root is shown as a user that has no name. */
	if (k->kind == ENTITY_USER && iam_param(c, "UserName").p == NULL &&
	    who->kind == IDENTITY_ROOT) {
		buf_str(&c->out, "<User>");
		xml_put(&c->out, "UserId", who->account);
		xml_put(&c->out, "Arn", who->arn);
		iam_time(&c->out, "CreateDate", 0);
		buf_str(&c->out, "</User>");
		return OK;
	}
	bad = iam_subject(c, &e);
	if (bad != OK)
		return bad;
	xml_open(&c->out, k->title);
	iam_put_entity(c, &e, true);
	xml_close(&c->out, k->title);
	return OK;
}

/* ---- lists of entities ---- */

struct listing {
	struct iam_call *c;
	struct iam_page page;
	struct span prefix;
};

static bool
list_row(void *ctx, const struct entity *e)
{
	struct listing *l = ctx;
	struct iam_call *c = l->c;
	struct arena *whole = c->arena, row;

	if (l->prefix.n > 0 && !span_starts(e->path, l->prefix))
		return true;
	if (!iam_page_row(c, &l->page, e->name))
		return false;
	/* Texts made for one row are not kept for the next. */
	arena_init(&row, 0);
	c->arena = &row;
	buf_str(&c->out, "<member>");
	iam_put_entity(c, e, false);
	buf_str(&c->out, "</member>");
	c->arena = whole;
	arena_fini(&row);
	return true;
}

enum err
iam_list_entities(struct iam_call *c)
{
	struct listing l = { .c = c, .prefix = iam_param(c, "PathPrefix") };
	const struct iam_kind *k = iam_kind(c);
	enum err e = iam_page(c, &l.page);

	if (e != OK)
		return e;
	buf_printf(&c->out, "<%ss>", k->title);
	e = directory_each(c->txn, k->kind, iam_account(c), l.page.marker, list_row, &l);
	buf_printf(&c->out, "</%ss>", k->title);
	iam_page_put(c, &l.page);
	return e;
}

/* ---- tags ---- */

enum err
iam_tag(struct iam_call *c)
{
	struct entity e;
	struct entity_list tags;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_tags(c, &tags);
	if (bad != OK)
		return bad;
	for (size_t i = 0; i < tags.n; i++) {
		for (size_t k = 0; k < e.tags.n; k++)
			if (span_ieq(e.tags.field[k].name, tags.field[i].name))
				e.tags.field[k].name = tags.field[i].name;
		iam_list_set(c, &e.tags, tags.field[i].name, tags.field[i].value);
	}
	if (e.tags.n > TAGS_MAX)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "The number of tags has reached the maximum limit.");
	return iam_save(c, &e);
}

enum err
iam_untag(struct iam_call *c)
{
	struct entity e;
	struct entity_list names;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_members(c, "TagKeys", "", TAGS_MAX, &names);
	for (size_t i = 0; bad == OK && i < names.n; i++)
		(void)iam_list_remove(&e.tags, names.field[i].name);
	return bad == OK ? iam_save(c, &e) : bad;
}

enum err
iam_list_tags(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject(c, &e);

	if (bad != OK)
		return bad;
	iam_put_tags(c, &e.tags);
	xml_put_bool(&c->out, "IsTruncated", false);
	return OK;
}

/* ---- boundaries ---- */

enum err
iam_put_boundary(struct iam_call *c)
{
	struct entity e;
	struct span arn, id, name;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_need(c, "PermissionsBoundary", 2048, &arn);
	if (bad == OK)
		bad = iam_managed_id(c, arn, &id, &name);
	if (bad == OK && e.boundary.n > 0)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, e.boundary, &e, false);
	if (bad == OK)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, arn, &e, true);
	if (bad != OK)
		return bad;
	e.boundary = arn;
	return iam_save(c, &e);
}

enum err
iam_delete_boundary(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	if (bad != OK)
		return bad;
	if (e.boundary.n == 0)
		return fail_msg(c->fail, E_NO_SUCH_ENTITY,
		    "%s %.*s does not have a permissions boundary.", iam_kind(c)->title,
		    (int)e.name.n, e.name.p);
	bad = iam_link_policy(c, DIRECTORY_BOUNDS, e.boundary, &e, false);
	e.boundary = SPAN_NONE;
	return bad == OK ? iam_save(c, &e) : bad;
}

/* ---- lists of what there never is here, for tools that look before they delete ---- */

enum err
iam_empty_list(struct iam_call *c)
{
	static const struct {
		const char *action, *list;
	} names[] = { { "ListMFADevices", "MFADevices" },
		{ "ListVirtualMFADevices", "VirtualMFADevices" },
		{ "ListSSHPublicKeys", "SSHPublicKeys" },
		{ "ListSigningCertificates", "Certificates" },
		{ "ListServiceSpecificCredentials", "ServiceSpecificCredentials" },
		{ "ListInstanceProfilesForRole", "InstanceProfiles" },
		{ "ListAccountAliases", "AccountAliases" } };
	struct entity e;
	enum err bad = iam_kind(c) != NULL ? iam_subject(c, &e) : OK;

	if (bad != OK)
		return bad;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(c->action->name, names[i].action) == 0)
			buf_printf(&c->out, "<%s/>", names[i].list);
	xml_put_bool(&c->out, "IsTruncated", false);
	return OK;
}

enum err
iam_no_login(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject(c, &e);

	if (bad != OK)
		return bad;
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "Login Profile for User %.*s cannot be found.", (int)e.name.n, e.name.p);
}
