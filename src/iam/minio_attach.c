/* SPDX-License-Identifier: Apache-2.0 */
/* Which policies users and groups have, in MinIO's words. */
#include "config.h"

#include "base/mem.h"
#include "minio_priv.h"

/* ---- attached and detached ---- */

static enum err
subject(struct minio_call *m, struct span name, bool group, struct entity *out)
{
	enum err e =
	    group ? minio_load_group(m, name, out) : minio_load_user(m, name, out);

	return e == OK ? minio_declared(m, out) : e;
}

static enum err
link_one(struct minio_call *m, struct entity *e, struct span arn, bool there)
{
	if (there)
		iam_list_add(&m->c, &e->attached, arn, SPAN_NONE);
	else
		(void)iam_list_remove(&e->attached, arn);
	return iam_link_policy(&m->c, DIRECTORY_ATTACHED, arn, e, there);
}

/* By the name: what it was an ARN of may be gone. */
static struct span
attached_find(const struct entity *e, struct span name)
{
	for (size_t i = 0; i < e->attached.n; i++)
		if (span_eq(minio_policy_name(e->attached.field[i].name), name))
			return e->attached.field[i].name;
	return SPAN_NONE;
}

/* One name of the list; changed says whether anything was. */
static enum err
change(
    struct minio_call *m, struct entity *to, struct span name, bool attach, bool *changed)
{
	struct span arn = attached_find(to, name);
	enum err e = OK;

	*changed = false;
	if (attach) {
		e = minio_policy_arn(m, name, true, &arn);
		if (e == OK && entity_find(&to->attached, arn) != NULL)
			return OK;
	} else if (arn.n == 0) /* not attached; but is there such a one? */
		return minio_policy_arn(m, name, false, &arn);
	if (e == OK)
		e = link_one(m, to, arn, attach);
	*changed = e == OK;
	return e;
}

static enum err
changed_save(struct minio_call *m, struct entity *to)
{
	to->changed_ms = m->c.now_ms;
	return iam_save(&m->c, to);
}

static enum err
associate(struct minio_call *m, bool attach)
{
	struct buf *b = &m->c.out;
	struct span user = minio_text(m, "user"), group = minio_text(m, "group");
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(m->body, "policies"), *one;
	struct entity to;
	size_t n = 0;
	bool changed;
	enum err e;

	if ((user.n > 0) == (group.n > 0) || cJSON_GetArraySize(list) == 0)
		return fail_set(m->c.fail, E_MINIO_ARGUMENT);
	e = subject(m, user.n > 0 ? user : group, group.n > 0, &to);
	buf_printf(b, "{\"%s\":[", attach ? "policiesAttached" : "policiesDetached");
	cJSON_ArrayForEach(one, list)
	{
		if (e == OK && !cJSON_IsString(one))
			e = fail_set(m->c.fail, E_MINIO_ARGUMENT);
		if (e == OK)
			e = change(m, &to, span_str(one->valuestring), attach, &changed);
		if (e == OK && changed) {
			buf_str(b, n++ > 0 ? "," : "");
			json_put(b, span_str(one->valuestring));
		}
	}
	if (e == OK && n == 0)
		e = fail_set(m->c.fail, E_MINIO_POLICY_SAME);
	buf_char(b, ']');
	minio_put_time(b, "updatedAt", m->c.now_ms);
	buf_char(b, '}');
	return e == OK ? changed_save(m, &to) : e;
}

enum err
minio_attach(struct minio_call *m)
{
	return associate(m, true);
}

enum err
minio_detach(struct minio_call *m)
{
	return associate(m, false);
}

/* Instead of what there was. */
enum err
minio_set_policies(struct minio_call *m)
{
	struct span names = minio_param(m, "policyName"), one;
	struct entity to;
	bool changed;
	enum err e = subject(m, minio_param(m, "userOrGroup"),
	    span_is(minio_param(m, "isGroup"), "true"), &to);

	while (e == OK && to.attached.n > 0)
		e = link_one(m, &to, to.attached.field[0].name, false);
	while (e == OK && names.n > 0) {
		one = span_trim(span_cut(&names, ','));
		if (one.n > 0)
			e = change(m, &to, one, true, &changed);
	}
	return e == OK ? changed_save(m, &to) : e;
}

/* ---- who has what ---- */

struct mapping {
	struct minio_call *m;
	struct buf *out;
	size_t n;
	bool all; /* else those with policies */
	enum err err;
};

static void
comma(struct mapping *p)
{
	buf_str(p->out, p->n++ > 0 ? "," : "");
}

static bool
group_row(void *ctx, const struct entity *group)
{
	struct mapping *p = ctx;

	if (group->attached.n == 0 && !p->all)
		return true;
	comma(p);
	buf_char(p->out, '{');
	json_span(p->out, "group", group->name);
	json_name(p->out, "policies");
	minio_list_attached(p->out, group);
	buf_char(p->out, '}');
	return true;
}

/* The groups that a user is in and that have policies. */
static enum err
put_groups(struct mapping *p, const struct entity *user)
{
	struct mapping groups = { .m = p->m, .out = p->out };
	struct entity group;
	enum err e = OK;

	json_name(p->out, "memberOfMappings");
	buf_char(p->out, '[');
	for (size_t i = 0; e == OK && i < user->groups.n; i++) {
		e = directory_get(p->m->c.txn, p->m->c.arena, ENTITY_GROUP,
		    iam_account(&p->m->c), user->groups.field[i].name, &group);
		if (e == OK)
			(void)group_row(&groups, &group);
		e = e == E_NOT_FOUND ? OK : e;
	}
	buf_char(p->out, ']');
	return e;
}

static bool
user_row(void *ctx, const struct entity *user)
{
	struct mapping *p = ctx;

	if (user->attached.n == 0 && !p->all)
		return true;
	comma(p);
	buf_char(p->out, '{');
	json_span(p->out, "user", user->name);
	json_name(p->out, "policies");
	minio_list_attached(p->out, user);
	if (user->groups.n > 0)
		p->err = put_groups(p, user);
	buf_char(p->out, '}');
	return p->err == OK;
}

struct holders {
	struct buf *out;
	enum entity_kind kind;
	size_t n;
};

static bool
holder_row(void *ctx, enum entity_kind to, struct span name)
{
	struct holders *h = ctx;

	if (to != h->kind)
		return true;
	buf_str(h->out, h->n++ > 0 ? "," : "");
	json_put(h->out, name);
	return true;
}

static enum err
put_holders(struct mapping *p, const char *name, enum entity_kind kind, struct span id)
{
	struct holders h = { .out = p->out, .kind = kind };
	struct directory_link l = {
		.kind = DIRECTORY_ATTACHED, .account = iam_account(&p->m->c), .from = id
	};
	enum err e;

	json_name(p->out, name);
	buf_char(p->out, '[');
	e = directory_links(p->m->c.txn, &l, holder_row, &h);
	buf_char(p->out, ']');
	return e;
}

static enum err
put_policy(struct mapping *p, struct span name, struct span id)
{
	struct directory_link l = {
		.kind = DIRECTORY_ATTACHED, .account = iam_account(&p->m->c), .from = id
	};
	struct buf none = { 0 };
	struct holders users = { .out = &none, .kind = ENTITY_USER },
		       groups = { .out = &none, .kind = ENTITY_GROUP };
	enum err e = directory_links(p->m->c.txn, &l, holder_row, &users);

	if (e == OK)
		e = directory_links(p->m->c.txn, &l, holder_row, &groups);
	buf_fini(&none);
	if (e != OK || (users.n + groups.n == 0 && !p->all))
		return e;
	comma(p);
	buf_char(p->out, '{');
	json_span(p->out, "policy", name);
	e = put_holders(p, "users", ENTITY_USER, id);
	if (e == OK)
		e = put_holders(p, "groups", ENTITY_GROUP, id);
	buf_char(p->out, '}');
	return e;
}

static bool
policy_row(void *ctx, const struct entity *policy)
{
	struct mapping *p = ctx;

	p->err = put_policy(p, policy->name, policy->id);
	return p->err == OK;
}

/* AWS's have no rows in the directory. */
static enum err
map_managed(struct mapping *p, bool named)
{
	const struct iam_call *c = &p->m->c;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < managed_count(); i++) {
		bool wanted = !named;

		for (size_t k = 0; k < c->nparam; k++)
			wanted = wanted ||
			    (span_is(c->param[k].name, "policy") &&
				span_is(c->param[k].value, managed_rows[i].name));
		if (wanted)
			e = put_policy(p, span_str(managed_rows[i].name),
			    span_str(managed_rows[i].id));
	}
	return e;
}

/* Of those that the query names; what is not there is passed over. */
static enum err
map_named(struct mapping *p, const char *param, enum entity_kind kind,
    bool (*row)(void *ctx, const struct entity *e))
{
	struct iam_call *c = &p->m->c;
	struct entity e;
	enum err bad;

	p->all = true;
	for (size_t i = 0; i < c->nparam; i++) {
		if (!span_is(c->param[i].name, param) || c->param[i].value.n == 0 ||
		    c->param[i].value.n > ENTITY_NAME_MAX)
			continue;
		bad = directory_get(
		    c->txn, c->arena, kind, iam_account(c), c->param[i].value, &e);
		if (bad == OK && !row(p, &e))
			return p->err;
		if (bad != OK && bad != E_NOT_FOUND)
			return bad;
	}
	return OK;
}

static enum err
map_kind(struct minio_call *m, const char *name, const char *param, enum entity_kind kind,
    bool all, bool (*row)(void *ctx, const struct entity *e))
{
	struct mapping p = { .m = m, .out = &m->c.out };
	enum err e;

	if (!all && minio_param(m, param).n == 0)
		return OK;
	json_name(p.out, name);
	buf_char(p.out, '[');
	e = all ? directory_each(m->c.txn, kind, iam_account(&m->c), SPAN_NONE, row, &p)
		: map_named(&p, param, kind, row);
	if (e == OK && p.err == OK && kind == ENTITY_POLICY)
		e = map_managed(&p, !all);
	buf_char(p.out, ']');
	return e == OK ? p.err : e;
}

enum err
minio_policy_entities(struct minio_call *m)
{
	struct buf *b = &m->c.out;
	bool all = minio_param(m, "user").n + minio_param(m, "group").n +
		minio_param(m, "policy").n ==
	    0;
	enum err e;

	buf_char(b, '{');
	minio_put_time(b, "timestamp", m->c.now_ms);
	e = map_kind(m, "userMappings", "user", ENTITY_USER, all, user_row);
	if (e == OK)
		e = map_kind(m, "groupMappings", "group", ENTITY_GROUP, all, group_row);
	if (e == OK)
		e = map_kind(
		    m, "policyMappings", "policy", ENTITY_POLICY, all, policy_row);
	buf_char(b, '}');
	return e;
}
