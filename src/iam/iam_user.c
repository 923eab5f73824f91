/* SPDX-License-Identifier: Apache-2.0 */
/* Users and their groups. */
#include "config.h"

#include "iam_priv.h"

enum { GROUPS_MAX = 10 };

static struct directory_link
member(struct iam_call *c, struct span group, struct span user)
{
	return (struct directory_link){ .kind = DIRECTORY_MEMBER,
		.account = iam_account(c),
		.from = group,
		.to = ENTITY_USER,
		.name = user };
}

static enum err
exists(struct iam_call *c, const struct iam_kind *k, struct span name)
{
	return fail_msg(c->fail, E_ENTITY_EXISTS, "%s with name %.*s already exists.",
	    k->title, (int)name.n, name.p);
}

/* Names are unique in any case. */
static enum err
is_free(struct iam_call *c, const struct iam_kind *k, struct span name)
{
	enum err bad = directory_taken(c->txn, k->kind, iam_account(c), name);

	return bad == OK ? exists(c, k, name) : bad == E_NOT_FOUND ? OK : bad;
}

/* What is common to all that is made: name, path, tags, boundary. */
static enum err
create_common(struct iam_call *c, struct entity *out)
{
	const struct iam_kind *k = iam_kind(c);
	struct entity e = {
		.kind = (uint8_t)k->kind, .created_ms = c->now_ms, .changed_ms = c->now_ms
	};
	enum err bad = iam_need_name(c, k->param, k->name_max, &e.name);
	struct span id, name;

	if (bad == OK)
		bad = iam_path(c, "Path", &e.path);
	if (bad == OK)
		bad = iam_tags(c, &e.tags);
	if (bad == OK)
		bad = is_free(c, k, e.name);
	e.boundary = iam_param(c, "PermissionsBoundary");
	if (bad == OK && e.boundary.n > 0)
		bad = iam_managed_id(c, e.boundary, &id, &name);
	if (bad != OK)
		return bad;
	e.id = iam_new_id(c, k->prefix);
	*out = e;
	return OK;
}

static enum err
create_done(struct iam_call *c, const struct entity *e)
{
	const char *title = iam_kind(c)->title;
	enum err bad = iam_save(c, e);

	if (bad == OK && e->boundary.n > 0)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, e->boundary, e, true);
	if (bad != OK)
		return bad;
	xml_open(&c->out, title);
	iam_put_entity(c, e, true);
	xml_close(&c->out, title);
	return OK;
}

enum err
iam_create_user(struct iam_call *c)
{
	struct entity e;
	enum err bad = create_common(c, &e);

	return bad == OK ? create_done(c, &e) : bad;
}

enum err
iam_create_group(struct iam_call *c)
{
	struct entity e;
	enum err bad = create_common(c, &e);

	return bad == OK ? create_done(c, &e) : bad;
}

/* ---- roles ---- */

enum {
	SESSION_MIN = 3600,
	SESSION_MAX = 43200,
	TRUST_MAX = 2048,
	DESCRIPTION_MAX = 1000
};

static enum err
take_description(struct iam_call *c, struct span *out)
{
	struct span v = iam_param(c, "Description");

	if (v.n > DESCRIPTION_MAX)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at 'description' failed to "
		    "satisfy constraint: Member must have length less than or equal to "
		    "1000");
	if (v.p != NULL)
		*out = v;
	return OK;
}

enum err
iam_create_role(struct iam_call *c)
{
	struct entity e;
	enum err bad = create_common(c, &e);

	if (bad != OK)
		return bad;
	e.number = SESSION_MIN;
	bad = iam_document(c, "AssumeRolePolicyDocument", POLICY_TRUST, TRUST_MAX,
	    "ACLSizePerRole", &e.trust);
	if (bad == OK)
		bad = iam_number(
		    c, "MaxSessionDuration", SESSION_MIN, SESSION_MAX, &e.number);
	if (bad == OK)
		bad = take_description(c, &e.description);
	return bad == OK ? create_done(c, &e) : bad;
}

enum err
iam_update_role(struct iam_call *c)
{
	bool old = strcmp(c->action->name, "UpdateRoleDescription") == 0;
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = take_description(c, &e.description);
	if (bad == OK && !old)
		bad = iam_number(
		    c, "MaxSessionDuration", SESSION_MIN, SESSION_MAX, &e.number);
	if (bad == OK)
		bad = iam_save(c, &e);
	if (bad != OK || !old)
		return bad;
	buf_str(&c->out, "<Role>");
	iam_put_entity(c, &e, true);
	buf_str(&c->out, "</Role>");
	return OK;
}

enum err
iam_update_trust(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = iam_document(c, "PolicyDocument", POLICY_TRUST, TRUST_MAX,
		    "ACLSizePerRole", &e.trust);
	return bad == OK ? iam_save(c, &e) : bad;
}

/* ---- the end of them ---- */

static enum err
conflict(struct iam_call *c, const char *first)
{
	return fail_msg(
	    c->fail, E_DELETE_CONFLICT, "Cannot delete entity, must %s first.", first);
}

static enum err
delete_common(struct iam_call *c, const struct entity *e)
{
	enum err bad = OK;

	if (e->attached.n > 0)
		return conflict(c, "detach all policies");
	if (e->inlines.n > 0)
		return conflict(c, "delete policies");
	if (e->boundary.n > 0)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, e->boundary, e, false);
	if (bad != OK)
		return bad;
	return directory_del(c->txn, (enum entity_kind)e->kind, iam_account(c), e->name);
}

/* Service accounts, which IAM neither makes nor lists, end with their user; access keys are
 * deleted before. */
static enum err
accounts_end(struct iam_call *c, const struct entity *user)
{
	struct rec_key k;
	enum err bad = OK;

	for (size_t i = 0; bad == OK && i < user->keys.n; i++) {
		bad = directory_key_get(c->txn, user->keys.field[i].name, &k);
		if (bad == OK && k.owner != KEY_OF_SERVICE)
			return conflict(c, "delete access keys");
	}
	for (size_t i = 0; bad == OK && i < user->keys.n; i++)
		bad = directory_key_del(c->txn, user->keys.field[i].name);
	return bad;
}

enum err
iam_delete_user(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	if (bad != OK)
		return bad;
	if (e.groups.n > 0)
		return conflict(c, "remove users from group");
	bad = accounts_end(c, &e);
	return bad == OK ? delete_common(c, &e) : bad;
}

static bool
any_row(void *ctx, enum entity_kind to, struct span name)
{
	bool *any = ctx;

	(void)to;
	(void)name;
	*any = true;
	return false;
}

enum err
iam_delete_group(struct iam_call *c)
{
	struct directory_link l;
	struct entity e;
	bool any = false;
	enum err bad = iam_subject_write(c, &e);

	if (bad != OK)
		return bad;
	l = member(c, e.name, SPAN_NONE);
	bad = directory_links(c->txn, &l, any_row, &any);
	if (bad == OK && any)
		bad = conflict(c, "remove users from group");
	return bad == OK ? delete_common(c, &e) : bad;
}

enum err
iam_delete_role(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	return bad == OK ? delete_common(c, &e) : bad;
}

/* ---- renamed ---- */

static enum err
relink(struct iam_call *c, const struct entity *e, bool there)
{
	enum err bad = OK;

	for (size_t i = 0; bad == OK && i < e->attached.n; i++)
		bad = iam_link_policy(
		    c, DIRECTORY_ATTACHED, e->attached.field[i].name, e, there);
	if (bad == OK && e->boundary.n > 0)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, e->boundary, e, there);
	for (size_t i = 0; bad == OK && i < e->groups.n; i++) {
		struct directory_link l = member(c, e->groups.field[i].name, e->name);

		bad = there ? directory_link(c->txn, &l) : directory_unlink(c->txn, &l);
	}
	return bad;
}

/* Access keys name the user they are of. */
static enum err
rekey(struct iam_call *c, const struct entity *e)
{
	struct rec_key k;
	enum err bad = OK;

	for (size_t i = 0; bad == OK && i < e->keys.n; i++) {
		bad = directory_key_get(c->txn, e->keys.field[i].name, &k);
		if (bad != OK)
			break;
		k.user = e->name;
		k.sealed = arena_span(c->arena, k.sealed);
		k.policy = arena_span(c->arena, k.policy);
		k.name = arena_span(c->arena, k.name);
		k.description = arena_span(c->arena, k.description);
		bad = directory_key_put(c->txn, e->keys.field[i].name, &k);
	}
	return bad;
}

static enum err
rename_entity(struct iam_call *c, struct entity *e, const char *param)
{
	const struct iam_kind *k = iam_kind(c);
	struct span name = e->name, path = e->path;
	enum err bad = OK;

	if (iam_param(c, param).p != NULL)
		bad = iam_need_name(c, param, k->name_max, &name);
	if (bad == OK && iam_param(c, "NewPath").p != NULL)
		bad = iam_path(c, "NewPath", &path);
	if (bad == OK && !span_ieq(name, e->name))
		bad = is_free(c, k, name);
	if (bad == OK)
		bad = relink(c, e, false);
	if (bad == OK)
		bad = directory_del(c->txn, k->kind, iam_account(c), e->name);
	if (bad != OK)
		return bad;
	e->name = name;
	e->path = path;
	bad = iam_save(c, e);
	return bad == OK ? relink(c, e, true) : bad;
}

enum err
iam_update_user(struct iam_call *c)
{
	struct entity e;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = rename_entity(c, &e, "NewUserName");
	return bad == OK ? rekey(c, &e) : bad;
}

/* ---- groups ---- */

struct members {
	struct iam_call *c;
	struct span *name;
	size_t n, cap;
};

static bool
member_row(void *ctx, enum entity_kind to, struct span name)
{
	struct members *m = ctx;
	struct span *more;

	(void)to;
	if (m->n == m->cap) {
		m->cap = m->cap * 2 + 16;
		more = arena_array(m->c->arena, m->cap, sizeof *more);
		if (m->n > 0)
			memcpy(more, m->name, m->n * sizeof *more);
		m->name = more;
	}
	m->name[m->n++] = arena_span(m->c->arena, name);
	return true;
}

static enum err
members_of(struct iam_call *c, struct span group, struct members *out)
{
	struct directory_link l = member(c, group, SPAN_NONE);

	*out = (struct members){ .c = c };
	return directory_links(c->txn, &l, member_row, out);
}

enum err
iam_update_group(struct iam_call *c)
{
	struct members m;
	struct entity e, user;
	struct span old;
	enum err bad = iam_subject_write(c, &e);

	if (bad == OK)
		bad = members_of(c, e.name, &m);
	old = e.name;
	if (bad == OK)
		bad = rename_entity(c, &e, "NewGroupName");
	for (size_t i = 0; bad == OK && i < m.n; i++) {
		struct directory_link from = member(c, old, m.name[i]),
				      to = member(c, e.name, m.name[i]);

		bad = iam_load(c, ENTITY_USER, m.name[i], &user);
		if (bad == OK && user.declared)
			bad = iam_unmodifiable(c);
		if (bad != OK)
			break;
		(void)iam_list_remove(&user.groups, old);
		iam_list_add(c, &user.groups, e.name, SPAN_NONE);
		bad = iam_save(c, &user);
		if (bad == OK)
			bad = directory_unlink(c->txn, &from);
		if (bad == OK)
			bad = directory_link(c->txn, &to);
	}
	return bad;
}

/* Behind the marker's name; its user may have left meanwhile: from the start then. */
static size_t
page_start(const struct members *m, struct span marker)
{
	for (size_t i = 0; i < m->n; i++)
		if (span_eq(m->name[i], marker))
			return i + 1;
	return 0;
}

enum err
iam_get_group(struct iam_call *c)
{
	struct iam_page page;
	struct members m;
	struct entity e, user;
	size_t i;
	enum err bad = iam_subject(c, &e);

	if (bad == OK)
		bad = iam_page(c, &page);
	if (bad == OK)
		bad = members_of(c, e.name, &m);
	if (bad != OK)
		return bad;
	buf_str(&c->out, "<Group>");
	iam_put_entity(c, &e, false);
	buf_str(&c->out, "</Group><Users>");
	for (i = page_start(&m, page.marker); bad == OK && i < m.n; i++) {
		/* One that an identity file does not declare any more is passed over. */
		bad = directory_get(
		    c->txn, c->arena, ENTITY_USER, iam_account(c), m.name[i], &user);
		if (bad == E_NOT_FOUND) {
			bad = OK;
			continue;
		}
		if (bad != OK || !iam_page_row(c, &page, m.name[i]))
			break;
		buf_str(&c->out, "<member>");
		iam_put_entity(c, &user, false);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</Users>");
	iam_page_put(c, &page);
	return bad;
}

/* The user that a call about a group names. */
static enum err
group_user(struct iam_call *c, struct entity *group, struct entity *user)
{
	struct span name;
	enum err bad = iam_subject(c, group);

	if (bad == OK)
		bad = iam_need_name(c, "UserName", 64, &name);
	if (bad == OK)
		bad = iam_load(c, ENTITY_USER, name, user);
	return bad == OK && user->declared ? iam_unmodifiable(c) : bad;
}

enum err
iam_add_to_group(struct iam_call *c)
{
	struct directory_link l;
	struct entity group, user;
	enum err bad = group_user(c, &group, &user);

	if (bad != OK || entity_find(&user.groups, group.name) != NULL)
		return bad;
	if (user.groups.n == GROUPS_MAX)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "Cannot exceed quota for GroupsPerUser: %d", (int)GROUPS_MAX);
	iam_list_add(c, &user.groups, group.name, SPAN_NONE);
	l = member(c, group.name, user.name);
	bad = directory_link(c->txn, &l);
	return bad == OK ? iam_save(c, &user) : bad;
}

enum err
iam_remove_from_group(struct iam_call *c)
{
	struct directory_link l;
	struct entity group, user;
	enum err bad = group_user(c, &group, &user);

	if (bad != OK)
		return bad;
	if (!iam_list_remove(&user.groups, group.name))
		return fail_msg(c->fail, E_NO_SUCH_ENTITY,
		    "User %.*s is not in group %.*s.", (int)user.name.n, user.name.p,
		    (int)group.name.n, group.name.p);
	l = member(c, group.name, user.name);
	bad = directory_unlink(c->txn, &l);
	return bad == OK ? iam_save(c, &user) : bad;
}

enum err
iam_list_groups_for_user(struct iam_call *c)
{
	struct entity user, group;
	enum err bad = iam_subject(c, &user);

	if (bad != OK)
		return bad;
	buf_str(&c->out, "<Groups>");
	for (size_t i = 0; bad == OK && i < user.groups.n; i++) {
		bad = directory_get(c->txn, c->arena, ENTITY_GROUP, iam_account(c),
		    user.groups.field[i].name, &group);
		if (bad == E_NOT_FOUND) {
			bad = OK;
			continue;
		}
		if (bad != OK)
			break;
		buf_str(&c->out, "<member>");
		iam_put_entity(c, &group, false);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</Groups>");
	xml_put_bool(&c->out, "IsTruncated", false);
	return bad;
}
