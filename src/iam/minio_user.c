/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's users: each has an access key of its own name, and is on while a key of its is. */
#include "config.h"

#include "base/mem.h"
#include "minio_priv.h"

enum { NAME_MIN = 3, SECRET_MIN = 8 };

/* ---- made and changed ---- */

static enum err
name_check(struct minio_call *m, struct span name)
{
	if (span_eq(name, minio_root(m)))
		return fail_set(m->c.fail, E_MINIO_IS_ROOT);
	/* Such keys are sessions', which nobody may have without a token. */
	if (name.n < NAME_MIN ||
	    (name.n == SESSION_KEY && span_starts(name, SPAN_LIT("ASIA"))))
		return fail_set(m->c.fail, E_MINIO_ACCESS_KEY);
	return minio_need_name(m, name, MINIO_USER_MAX, E_MINIO_ACCESS_KEY);
}

/* The user of that name, made where there is none. */
static enum err
user_take(struct minio_call *m, struct span name, struct entity *out)
{
	struct iam_call *c = &m->c;
	enum err e =
	    directory_get(c->txn, c->arena, ENTITY_USER, iam_account(c), name, out);

	if (e == OK)
		return minio_declared(m, out);
	if (e != E_NOT_FOUND)
		return e;
	e = directory_taken(c->txn, ENTITY_USER, iam_account(c), name);
	if (e == OK)
		return fail_msg(c->fail, E_MINIO_ACCESS_KEY,
		    "There is a user whose name differs only in the case of letters.");
	if (e != E_NOT_FOUND)
		return e;
	*out = (struct entity){ .kind = ENTITY_USER,
		.id = iam_new_id(c, "AIDA"),
		.name = name,
		.path = SPAN_LIT("/"),
		.created_ms = c->now_ms };
	return OK;
}

/* The key of the user's name: the user's, or still nobody's. */
static enum err
key_take(struct minio_call *m, const struct entity *user, struct rec_key *k)
{
	struct iam_call *c = &m->c;
	struct span account = iam_account(c);
	enum err e = minio_key_get(m, user->name, k);

	if (e == E_NOT_FOUND) {
		*k = (struct rec_key){
			.owner = KEY_OF_USER, .user = user->name, .created_ms = c->now_ms
		};
		memcpy(k->account, account.p, ACCOUNT_DIGITS);
		return OK;
	}
	if (e != OK)
		return e;
	if (k->declared)
		return iam_unmodifiable(c);
	if (k->owner != KEY_OF_USER || !span_eq(k->user, user->name) ||
	    !span_eq(span_of(k->account, ACCOUNT_DIGITS), account))
		return fail_msg(c->fail, E_MINIO_IS_ROOT,
		    "There is an access key of that name, which is not this user's");
	return OK;
}

static enum err
key_save(struct minio_call *m, struct entity *user, struct rec_key *k, struct span secret)
{
	struct iam_call *c = &m->c;
	struct buf sealed = { 0 };
	enum err e;

	access_seal_secret(c->conf->access, user->name, secret, &sealed);
	k->number = store_next_id(c->txn);
	k->sealed = buf_view(&sealed);
	e = directory_key_put(c->txn, user->name, k);
	buf_fini(&sealed);
	if (e == OK && entity_find(&user->keys, user->name) == NULL)
		iam_list_add(c, &user->keys, user->name, SPAN_NONE);
	user->changed_ms = c->now_ms;
	return e == OK ? iam_save(c, user) : e;
}

enum err
minio_add_user(struct minio_call *m)
{
	struct span name = minio_param(m, "accessKey"),
		    secret = minio_text(m, "secretKey"), status = minio_text(m, "status");
	struct access_secret room;
	struct entity user;
	struct rec_key k;
	enum err e = minio_may(m, name);

	if (e == OK)
		e = name_check(m, name);
	if (e == OK && (secret.n < SECRET_MIN || secret.n > sizeof room.secret))
		e = fail_set(m->c.fail, E_MINIO_SECRET_KEY);
	if (e == OK)
		e = user_take(m, name, &user);
	if (e == OK)
		e = key_take(m, &user, &k);
	if (e != OK)
		return e;
	/* Who has no right to users changes the own secret and nothing else. */
	if (m->allowed)
		k.active = !span_is(status, "disabled");
	return key_save(m, &user, &k, secret);
}

enum err
minio_user_status(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	struct span name = minio_param(m, "accessKey"), status = minio_param(m, "status");
	bool on = span_is(status, "enabled");
	struct entity user;
	struct rec_key k;
	enum err e = OK;

	if (span_eq(name, minio_root(m)))
		return fail_msg(
		    c->fail, E_INVALID_REQUEST, "The root user can't be disabled.");
	if (!on && !span_is(status, "disabled"))
		return fail_set(c->fail, E_MINIO_ARGUMENT);
	e = minio_load_user(m, name, &user);
	if (e == OK)
		e = minio_declared(m, &user);
	if (e == OK && user.keys.n == 0 && !on)
		return fail_msg(c->fail, E_MINIO_ARGUMENT,
		    "The user has no access key that could be switched off.");
	for (size_t i = 0; e == OK && i < user.keys.n; i++) {
		e = minio_key_get(m, user.keys.field[i].name, &k);
		if (e != OK || k.owner != KEY_OF_USER || k.active == on)
			continue;
		if (k.declared)
			return iam_unmodifiable(c);
		k.active = on;
		e = directory_key_put(c->txn, user.keys.field[i].name, &k);
	}
	user.changed_ms = c->now_ms;
	return e == OK ? iam_save(c, &user) : e;
}

enum err
minio_remove_user(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	struct entity user;
	enum err e = minio_load_user(m, minio_param(m, "accessKey"), &user);

	if (e == OK)
		e = minio_declared(m, &user);
	for (size_t i = 0; e == OK && i < user.groups.n; i++) {
		struct directory_link l =
		    minio_member(m, user.groups.field[i].name, user.name);

		e = directory_unlink(c->txn, &l);
	}
	for (size_t i = 0; e == OK && i < user.keys.n; i++)
		e = directory_key_del(c->txn, user.keys.field[i].name);
	return e == OK ? minio_delete(m, &user) : e;
}

/* ---- shown ---- */

static enum err
put_user(struct minio_call *m, struct buf *b, const struct entity *user)
{
	bool off;
	enum err e = directory_user_off(m->c.txn, user, &off);

	if (e != OK)
		return e;
	if (user->attached.n > 0) {
		json_name(b, "policyName");
		minio_put_attached(b, user);
	}
	json_str(b, "status", off ? "disabled" : "enabled");
	if (user->groups.n > 0) {
		json_name(b, "memberOf");
		buf_char(b, '[');
		for (size_t i = 0; i < user->groups.n; i++) {
			buf_str(b, i > 0 ? "," : "");
			json_put(b, user->groups.field[i].name);
		}
		buf_char(b, ']');
	}
	minio_put_time(b, "updatedAt", user->changed_ms);
	return OK;
}

enum err
minio_user_info(struct minio_call *m)
{
	struct buf *b = &m->c.out;
	struct span name = minio_param(m, "accessKey");
	struct entity user;
	enum err e = minio_may(m, name);

	if (e == OK)
		e = minio_load_user(m, name, &user);
	if (e != OK)
		return e;
	buf_char(b, '{');
	e = put_user(m, b, &user);
	buf_char(b, '}');
	return e;
}

struct listing {
	struct minio_call *m;
	size_t n;
	enum err err;
};

static bool
list_row(void *ctx, const struct entity *user)
{
	struct listing *l = ctx;
	struct buf *b = &l->m->c.out;

	buf_str(b, l->n++ > 0 ? "," : "");
	json_put(b, user->name);
	buf_str(b, ":{");
	l->err = put_user(l->m, b, user);
	buf_char(b, '}');
	return l->err == OK;
}

enum err
minio_list_users(struct minio_call *m)
{
	struct listing l = { .m = m };
	enum err e;

	if (minio_param(m, "bucket").n > 0)
		return fail_msg(m->c.fail, E_NOT_IMPLEMENTED,
		    "Users of a bucket are not listed; leave out the parameter bucket.");
	buf_char(&m->c.out, '{');
	e = directory_each(
	    m->c.txn, ENTITY_USER, iam_account(&m->c), SPAN_NONE, list_row, &l);
	buf_char(&m->c.out, '}');
	return e == OK ? l.err : e;
}
