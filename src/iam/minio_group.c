/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's groups: made by their first members; switched off, their policies count no more. */
#include "config.h"

#include "minio_priv.h"

struct names {
	struct buf *out;
	size_t n;
};

static bool
member_row(void *ctx, enum entity_kind to, struct span name)
{
	struct names *l = ctx;

	(void)to;
	if (l->out != NULL) {
		buf_str(l->out, l->n > 0 ? "," : "");
		json_put(l->out, name);
	}
	l->n++;
	return true;
}

static enum err
members(struct minio_call *m, struct span group, struct names *l)
{
	struct directory_link from = minio_member(m, group, SPAN_NONE);

	return directory_links(m->c.txn, &from, member_row, l);
}

/* ---- members ---- */

static enum err
change_one(struct minio_call *m, struct span group, struct span name, bool remove)
{
	struct iam_call *c = &m->c;
	struct directory_link l;
	struct entity user;
	enum err e = minio_load_user(m, name, &user);

	if (e != OK || (entity_find(&user.groups, group) != NULL) != remove)
		return e;
	e = minio_declared(m, &user);
	if (e != OK)
		return e;
	l = minio_member(m, group, user.name);
	if (remove) {
		(void)iam_list_remove(&user.groups, group);
		e = directory_unlink(c->txn, &l);
	} else {
		iam_list_add(c, &user.groups, group, SPAN_NONE);
		e = directory_link(c->txn, &l);
	}
	user.changed_ms = c->now_ms;
	return e == OK ? iam_save(c, &user) : e;
}

static enum err
group_make(struct minio_call *m, struct span name, struct entity *out)
{
	struct iam_call *c = &m->c;
	enum err e = minio_need_name(m, name, MINIO_GROUP_MAX, E_MINIO_ARGUMENT);

	if (e == OK)
		e = directory_taken(c->txn, ENTITY_GROUP, iam_account(c), name);
	if (e == OK)
		return fail_msg(c->fail, E_MINIO_ARGUMENT,
		    "There is a group whose name differs only in the case of letters.");
	if (e != E_NOT_FOUND)
		return e;
	*out = (struct entity){ .kind = ENTITY_GROUP,
		.id = iam_new_id(c, "AGPA"),
		.name = name,
		.path = SPAN_LIT("/"),
		.created_ms = c->now_ms };
	return OK;
}

static enum err
group_remove(struct minio_call *m, struct entity *group)
{
	struct names l = { 0 };
	enum err e = minio_declared(m, group);

	if (e == OK)
		e = members(m, group->name, &l);
	if (e == OK && l.n > 0)
		return fail_set(m->c.fail, E_MINIO_GROUP_FULL);
	return e == OK ? minio_delete(m, group) : e;
}

enum err
minio_group_members(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(m->body, "members"), *one;
	bool remove = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(m->body, "isRemove"));
	struct span name = minio_text(m, "group");
	struct entity group;
	enum err e;

	if (name.n == 0)
		return fail_set(c->fail, E_MINIO_ARGUMENT);
	e = minio_load_group(m, name, &group);
	if (e == E_MINIO_NO_GROUP && !remove) {
		fail_clear(c->fail);
		e = group_make(m, name, &group);
	}
	if (e != OK)
		return e;
	if (remove && cJSON_GetArraySize(list) == 0)
		return group_remove(m, &group);
	cJSON_ArrayForEach(one, list)
	{
		if (e == OK)
			e = cJSON_IsString(one) ? change_one(m, group.name,
						      span_str(one->valuestring), remove)
						: fail_set(c->fail, E_MINIO_ARGUMENT);
	}
	if (e != OK || group.declared)
		return e;
	group.changed_ms = c->now_ms;
	return iam_save(c, &group);
}

enum err
minio_group_status(struct minio_call *m)
{
	struct span status = minio_param(m, "status");
	bool off = span_is(status, "disabled");
	struct entity group;
	enum err e;

	if (!off && !span_is(status, "enabled"))
		return fail_set(m->c.fail, E_MINIO_ARGUMENT);
	e = minio_load_group(m, minio_param(m, "group"), &group);
	if (e == OK)
		e = minio_declared(m, &group);
	if (e != OK)
		return e;
	group.number = off ? ENTITY_GROUP_OFF : 0;
	group.changed_ms = m->c.now_ms;
	return iam_save(&m->c, &group);
}

/* ---- shown ---- */

enum err
minio_group_info(struct minio_call *m)
{
	struct buf *b = &m->c.out;
	struct names l = { .out = b };
	struct entity group;
	enum err e = minio_load_group(m, minio_param(m, "group"), &group);

	if (e != OK)
		return e;
	buf_char(b, '{');
	json_span(b, "name", group.name);
	json_str(b, "status", group.number == ENTITY_GROUP_OFF ? "disabled" : "enabled");
	json_name(b, "members");
	buf_char(b, '[');
	e = members(m, group.name, &l);
	buf_char(b, ']');
	json_name(b, "policy");
	minio_put_attached(b, &group);
	minio_put_time(b, "updatedAt", group.changed_ms);
	buf_char(b, '}');
	return e;
}

static bool
group_row(void *ctx, const struct entity *group)
{
	struct names *l = ctx;

	buf_str(l->out, l->n++ > 0 ? "," : "");
	json_put(l->out, group->name);
	return true;
}

enum err
minio_list_groups(struct minio_call *m)
{
	struct names l = { .out = &m->c.out };
	enum err e;

	buf_char(l.out, '[');
	e = directory_each(
	    m->c.txn, ENTITY_GROUP, iam_account(&m->c), SPAN_NONE, group_row, &l);
	buf_char(l.out, ']');
	return e;
}
