/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's service accounts: access keys of a user or of the root that a policy may narrow. */
#include "config.h"

#include "base/mem.h"
#include "codec/stamp.h"
#include "minio_priv.h"

enum { ID_MIN = 3, ID_MAX = 64, SECRET_MIN = 8, NAME_MAX_N = 32, DESCRIPTION_MAX = 256 };

/* ---- whose ---- */

static struct span
parent_of(const struct minio_call *m, const struct rec_key *k)
{
	return k->user.n > 0 ? k->user : minio_root(m);
}

static bool
is_account(const struct minio_call *m, const struct rec_key *k)
{
	return k->owner == KEY_OF_SERVICE &&
	    span_eq(span_of(k->account, ACCOUNT_DIGITS), iam_account(&m->c));
}

static enum err
account_find(struct minio_call *m, struct span id, struct rec_key *out)
{
	enum err e = minio_key_get(m, id, out);

	if (e == E_NOT_FOUND || (e == OK && !is_account(m, out)))
		return fail_set(m->c.fail, E_MINIO_NO_ACCOUNT);
	return e;
}

/* What a key does not have it must not get by making or widening another of its user's; and
 * nobody but the root widens what is the root's. */
static enum err
may_make(struct minio_call *m, struct span parent)
{
	const struct identity *who = &m->c.credential->who;
	enum err e = minio_may(m, parent);

	if (e != OK)
		return e;
	if ((span_eq(parent, minio_root(m)) && who->kind != IDENTITY_ROOT) ||
	    (who->has_session_policy && span_eq(parent, minio_self(m))))
		return fail_msg(m->c.fail, E_ACCESS_DENIED, "Access Denied.");
	return OK;
}

/* ---- what a body says ---- */

/* n = 0: no policy, or an empty one. */
static enum err
policy_of(struct minio_call *m, const char *name, bool *given, struct span *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(m->body, name);
	char *text;
	enum err e;

	*given = v != NULL && !cJSON_IsNull(v);
	*out = SPAN_LIT("");
	if (!*given || (cJSON_IsObject(v) && !cJSON_HasObjectItem(v, "Statement")))
		return OK;
	text = cJSON_PrintUnformatted(v);
	if (text == NULL)
		return E_NO_RESOURCE;
	e = strlen(text) > POLICY_RESOURCE_MAX
	    ? fail_set(m->c.fail, E_ENTITY_TOO_LARGE)
	    : minio_policy_take(m->c.arena, span_str(text), out, m->c.fail);
	cJSON_free(text);
	return e;
}

/* Seconds since 1970 in ms; 1970 itself is never. */
static enum err
expiration_of(struct minio_call *m, const char *name, int64_t *ms)
{
	struct span text = minio_text(m, name);
	int64_t when = 0;

	if (text.n == 0)
		return OK;
	if (!stamp_iso_parse(text, &when) || (when != 0 && when <= m->c.real_ms))
		return fail_msg(
		    m->c.fail, E_MINIO_ARGUMENT, "invalid service account expiration");
	*ms = when;
	return OK;
}

static enum err
words_of(struct minio_call *m, const char *name, size_t max, struct span *out)
{
	struct span text = minio_text(m, name);

	if (text.n > max)
		return fail_msg(m->c.fail, E_MINIO_ARGUMENT,
		    "%s must have at most %zu characters", name, max);
	if (text.n > 0)
		*out = text;
	return OK;
}

static enum err
secret_check(struct minio_call *m, struct span secret)
{
	struct access_secret room;

	return secret.n >= SECRET_MIN && secret.n <= sizeof room.secret
	    ? OK
	    : fail_set(m->c.fail, E_MINIO_SECRET_KEY);
}

/* ---- made ---- */

static enum err
id_take(struct minio_call *m, struct span *id)
{
	struct span given = minio_text(m, "accessKey");
	struct rec_key k;
	char *made;
	enum err e;

	if (given.n == 0) {
		made = arena_alloc(m->c.arena, SESSION_KEY);
		memcpy(made, "AKIA", 4);
		session_letters(made + 4, SESSION_KEY - 4);
		*id = span_of(made, SESSION_KEY);
		return OK;
	}
	if (span_eq(given, minio_root(m)))
		return fail_set(m->c.fail, E_MINIO_IS_ROOT);
	if (given.n < ID_MIN ||
	    (given.n == SESSION_KEY && span_starts(given, SPAN_LIT("ASIA"))))
		return fail_set(m->c.fail, E_MINIO_ACCESS_KEY);
	e = minio_need_name(m, given, ID_MAX, E_MINIO_ACCESS_KEY);
	if (e != OK)
		return e;
	e = minio_key_get(m, given, &k);
	if (e == OK)
		return fail_set(m->c.fail, E_MINIO_KEY_USED);
	*id = given;
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
secret_take(struct minio_call *m, struct span *secret)
{
	char *made;

	*secret = minio_text(m, "secretKey");
	if (secret->n > 0)
		return secret_check(m, *secret);
	made = arena_alloc(m->c.arena, SESSION_SECRET);
	session_secret(made);
	*secret = span_of(made, SESSION_SECRET);
	return OK;
}

static enum err
account_put(struct minio_call *m, struct span id, struct span secret, struct rec_key *k)
{
	struct buf sealed = { 0 };
	enum err e;

	access_seal_secret(m->c.conf->access, id, secret, &sealed);
	k->number = store_next_id(m->c.txn);
	k->sealed = buf_view(&sealed);
	e = directory_key_put(m->c.txn, id, k);
	buf_fini(&sealed);
	return e;
}

static void
put_expiration(struct buf *b, const struct rec_key *k)
{
	json_second(b, "expiration", k->expires_ms);
}

/* Whose the new one is to be; parent.name n = 0: the root's. */
static enum err
parent_take(struct minio_call *m, struct entity *parent)
{
	struct span target = minio_text(m, "targetUser");
	enum err e;

	if (target.n == 0 || span_eq(target, m->c.credential->who.access_key))
		target = minio_self(m);
	e = may_make(m, target);
	*parent = (struct entity){ .name = SPAN_LIT("") };
	if (e != OK || span_eq(target, minio_root(m)))
		return e;
	e = minio_load_user(m, target, parent);
	return e == OK ? minio_declared(m, parent) : e;
}

enum err
minio_add_account(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	struct rec_key k = {
		.owner = KEY_OF_SERVICE, .active = true, .created_ms = c->now_ms
	};
	struct entity parent;
	struct span id, secret;
	bool given;
	enum err e = parent_take(m, &parent);

	if (e == OK)
		e = id_take(m, &id);
	if (e == OK)
		e = secret_take(m, &secret);
	if (e == OK)
		e = policy_of(m, "policy", &given, &k.policy);
	if (e == OK)
		e = expiration_of(m, "expiration", &k.expires_ms);
	if (e == OK)
		e = words_of(m, "name", NAME_MAX_N, &k.name);
	if (e == OK)
		e = words_of(m, "description", DESCRIPTION_MAX, &k.description);
	if (e != OK)
		return e;
	memcpy(k.account, iam_account(c).p, ACCOUNT_DIGITS);
	k.user = parent.name;
	e = account_put(m, id, secret, &k);
	if (e == OK && parent.name.n > 0) {
		iam_list_add(c, &parent.keys, id, SPAN_NONE);
		e = iam_save(c, &parent);
	}
	if (e != OK)
		return e;
	buf_str(&c->out, "{\"credentials\":{");
	json_span(&c->out, "accessKey", id);
	json_span(&c->out, "secretKey", secret);
	put_expiration(&c->out, &k);
	buf_str(&c->out, "}}");
	return OK;
}

/* ---- changed ---- */

static enum err
update_take(struct minio_call *m, struct rec_key *k, struct span *secret)
{
	struct span status = minio_text(m, "newStatus"), policy;
	bool given;
	enum err e = policy_of(m, "newPolicy", &given, &policy);

	if (e == OK && given)
		k->policy = policy;
	*secret = minio_text(m, "newSecretKey");
	if (e == OK && secret->n > 0)
		e = secret_check(m, *secret);
	if (e == OK)
		e = expiration_of(m, "newExpiration", &k->expires_ms);
	if (e == OK)
		e = words_of(m, "newName", NAME_MAX_N, &k->name);
	if (e == OK)
		e = words_of(m, "newDescription", DESCRIPTION_MAX, &k->description);
	if (e != OK || status.n == 0)
		return e;
	k->active = span_is(status, "on") || span_is(status, "enabled");
	return k->active || span_is(status, "off") || span_is(status, "disabled")
	    ? OK
	    : fail_set(m->c.fail, E_MINIO_ARGUMENT);
}

enum err
minio_update_account(struct minio_call *m)
{
	struct span id = minio_param(m, "accessKey"), secret;
	struct rec_key k;
	enum err e = account_find(m, id, &k);

	if (e == OK)
		e = may_make(m, parent_of(m, &k));
	if (e == OK)
		e = update_take(m, &k, &secret);
	if (e != OK)
		return e;
	return secret.n > 0 ? account_put(m, id, secret, &k)
			    : directory_key_put(m->c.txn, id, &k);
}

enum err
minio_delete_account(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	struct span id = minio_param(m, "accessKey");
	struct entity parent;
	struct rec_key k;
	enum err e = account_find(m, id, &k);

	/* Nobody learns by this what keys there are. */
	if (e == OK && minio_may(m, parent_of(m, &k)) != OK) {
		fail_clear(c->fail);
		e = fail_set(c->fail, E_MINIO_NO_ACCOUNT);
	}
	if (e == OK)
		e = directory_key_del(c->txn, id);
	if (e != OK || k.user.n == 0)
		return e;
	e = minio_load_user(m, k.user, &parent);
	if (e != OK)
		return e;
	(void)iam_list_remove(&parent.keys, id);
	return iam_save(c, &parent);
}

/* ---- shown ---- */

static void
put_account(struct minio_call *m, struct buf *b, struct span id, const struct rec_key *k)
{
	buf_char(b, '{');
	json_span(b, "parentUser", parent_of(m, k));
	json_str(b, "accountStatus", k->active ? "on" : "off");
	json_bool(b, "impliedPolicy", k->policy.n == 0);
	json_span(b, "accessKey", id);
	if (k->name.n > 0)
		json_span(b, "name", k->name);
	if (k->description.n > 0)
		json_span(b, "description", k->description);
}

struct accounts {
	struct minio_call *m;
	struct buf *out;
	size_t n;
	bool never; /* tell also that one does not expire, as 1970 */
};

static void
account_one(struct accounts *l, struct span id, const struct rec_key *k)
{
	buf_str(l->out, l->n++ > 0 ? "," : "");
	put_account(l->m, l->out, id, k);
	if (k->expires_ms != 0 || l->never)
		put_expiration(l->out, k);
	buf_char(l->out, '}');
}

static bool
root_row(void *ctx, struct span id, const struct rec_key *k)
{
	struct accounts *l = ctx;

	if (k->user.n == 0 && is_account(l->m, k))
		account_one(l, id, k);
	return true;
}

static enum err
put_accounts(struct accounts *l, const struct entity *user)
{
	struct rec_key k;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < user->keys.n; i++) {
		e = directory_key_get(l->m->c.txn, user->keys.field[i].name, &k);
		if (e == OK && is_account(l->m, &k))
			account_one(l, user->keys.field[i].name, &k);
	}
	return e;
}

/* Of one by its name. */
static enum err
put_named(struct accounts *l, struct span name)
{
	struct entity user;
	enum err e;

	if (span_eq(name, minio_root(l->m)))
		return directory_key_each(l->m->c.txn, root_row, l);
	e = minio_load_user(l->m, name, &user);
	return e == OK ? put_accounts(l, &user) : e;
}

enum err
minio_list_accounts(struct minio_call *m)
{
	struct accounts l = { .m = m, .out = &m->c.out, .never = true };
	struct span user = minio_param(m, "user");
	enum err e;

	if (user.n == 0 || span_eq(user, m->c.credential->who.access_key))
		user = minio_self(m);
	e = minio_may(m, user);
	if (e != OK)
		return e;
	buf_str(l.out, "{\"accounts\":[");
	e = put_named(&l, user);
	buf_str(l.out, "]}");
	return e;
}

static enum err
put_info(struct minio_call *m, struct span id, const struct rec_key *k)
{
	struct buf *b = &m->c.out;
	enum err e = OK;

	put_account(m, b, id, k);
	json_name(b, "policy");
	if (k->policy.n > 0)
		json_put(b, k->policy);
	else
		e = minio_put_combined(m, k->user, b);
	put_expiration(b, k);
	return e;
}

enum err
minio_account_info(struct minio_call *m)
{
	struct span id = minio_param(m, "accessKey");
	struct rec_key k;
	enum err e = account_find(m, id, &k);

	if (e == OK)
		e = minio_may(m, parent_of(m, &k));
	if (e == OK)
		e = put_info(m, id, &k);
	buf_char(&m->c.out, '}');
	return e;
}

enum err
minio_key_info(struct minio_call *m)
{
	struct span id = minio_param(m, "accessKey");
	struct rec_key k = { .owner = KEY_OF_ROOT, .active = true };
	bool root = span_eq(id, minio_root(m));
	enum err e = root ? OK : minio_key_get(m, id, &k);

	if (e == E_NOT_FOUND ||
	    (e == OK && !root &&
		!span_eq(span_of(k.account, ACCOUNT_DIGITS), iam_account(&m->c))))
		return fail_set(m->c.fail, E_MINIO_NO_KEY);
	if (e == OK)
		e = minio_may(m, parent_of(m, &k));
	if (e == OK)
		e = put_info(m, id, &k);
	if (e != OK)
		return e;
	json_str(&m->c.out, "userType",
	    k.owner == KEY_OF_SERVICE    ? "Service Account"
		: k.owner == KEY_OF_USER ? "User"
					 : "Root");
	json_str(&m->c.out, "userProvider", "builtin");
	buf_char(&m->c.out, '}');
	return OK;
}

/* Sessions are nowhere kept: their tokens are all there is of them. */
enum err
minio_temporary_info(struct minio_call *m)
{
	return fail_set(m->c.fail, E_MINIO_NO_KEY);
}

/* ---- many users' ---- */

struct bulk {
	struct accounts l;
	size_t n;
	bool accounts; /* not only the users */
	enum err err;
};

static enum err
bulk_one(struct bulk *k, struct span name, const struct entity *user)
{
	struct buf *b = k->l.out;
	enum err e = OK;

	buf_str(b, k->n++ > 0 ? "," : "");
	json_put(b, name);
	buf_str(b, ":{\"stsKeys\":[],\"serviceAccounts\":[");
	k->l.n = 0;
	if (k->accounts)
		e = user != NULL ? put_accounts(&k->l, user) : put_named(&k->l, name);
	buf_str(b, "]}");
	return e;
}

static bool
bulk_row(void *ctx, const struct entity *user)
{
	struct bulk *k = ctx;

	k->err = bulk_one(k, user->name, user);
	return k->err == OK;
}

static enum err
bulk_all(struct bulk *k)
{
	struct minio_call *m = k->l.m;
	enum err e;

	if (!m->allowed)
		return fail_msg(m->c.fail, E_ACCESS_DENIED, "Access Denied.");
	e = bulk_one(k, minio_root(m), NULL);
	if (e == OK)
		e = directory_each(
		    m->c.txn, ENTITY_USER, iam_account(&m->c), SPAN_NONE, bulk_row, k);
	return e == OK ? k->err : e;
}

static enum err
bulk_named(struct bulk *k)
{
	struct minio_call *m = k->l.m;
	size_t asked = 0;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < m->c.nparam; i++) {
		struct span name = m->c.param[i].value;

		if (!span_is(m->c.param[i].name, "users") || name.n == 0)
			continue;
		asked++;
		e = minio_may(m, name);
		if (e == OK)
			e = bulk_one(k, name, NULL);
	}
	if (e == OK && asked == 0) {
		e = minio_may(m, minio_self(m));
		if (e == OK)
			e = bulk_one(k, minio_self(m), NULL);
	}
	return e;
}

enum err
minio_list_keys(struct minio_call *m)
{
	struct span type = minio_param(m, "listType");
	struct bulk k = { .l = { .m = m, .out = &m->c.out },
		.accounts = span_is(type, "all") || span_is(type, "svcacc-only") };
	enum err e;

	if (!k.accounts && !span_is(type, "users-only") && !span_is(type, "sts-only"))
		return fail_set(m->c.fail, E_MINIO_ARGUMENT);
	buf_char(&m->c.out, '{');
	e = span_is(minio_param(m, "all"), "true") ? bulk_all(&k) : bulk_named(&k);
	buf_char(&m->c.out, '}');
	return e;
}
