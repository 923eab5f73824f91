/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "minio_priv.h"

#include "codec/stamp.h"

enum {
	WRITES = MINIO_IAM_WRITES,
	SEALED = MINIO_IAM_SEALED,
	JSON = MINIO_IAM_JSON,
	SEALS = MINIO_IAM_SEALS,
	OWN = MINIO_IAM_OWN,
	EMPTY = MINIO_IAM_EMPTY
};

static const struct minio_iam_row rows[] = {
#define MINIO_IAM(method, path, flags, fn) { #method, path, flags, fn },
#include "iam/minio.def"
#undef MINIO_IAM
};

const struct minio_iam_row *
minio_iam_find(struct span method, struct span path)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(path, rows[i].path) && span_is(method, rows[i].method))
			return &rows[i];
	return NULL;
}

enum err
minio_iam_run(struct minio_call *m, struct txn *t)
{
	fail_clear(m->c.fail);
	m->c.txn = t;
	m->c.out.n = 0;
	return fail_set(m->c.fail, m->row->fn(m));
}

/* ---- what is asked ---- */

struct span
minio_param(const struct minio_call *m, const char *name)
{
	struct span v = iam_param(&m->c, name);

	return v.p != NULL ? v : SPAN_LIT("");
}

struct span
minio_text(const struct minio_call *m, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(m->body, name);

	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_LIT("");
}

bool
minio_is_name(struct span name, size_t max)
{
	if (name.n == 0 || name.n > max)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = char_lower(name.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr("+=.@_-", c) == NULL))
			return false;
	}
	return true;
}

enum err
minio_need_name(struct minio_call *m, struct span name, size_t max, enum err bad)
{
	if (name.n > 0 && (name.p[0] == ' ' || name.p[name.n - 1] == ' '))
		return fail_set(m->c.fail, E_MINIO_NAME);
	if (minio_is_name(name, max))
		return OK;
	return fail_msg(m->c.fail, bad,
	    "%s Allowed are 1 to %zu letters, digits and the characters +=.@_-",
	    err_row(bad)->message, max);
}

/* ---- who asks ---- */

struct span
minio_root(const struct minio_call *m)
{
	return access_root_key(m->c.conf->access);
}

struct span
minio_self(const struct minio_call *m)
{
	const struct identity *who = &m->c.credential->who;

	if (who->kind == IDENTITY_ROOT)
		return minio_root(m);
	return who->kind == IDENTITY_USER ? who->user_name : SPAN_LIT("");
}

enum err
minio_may(struct minio_call *m, struct span user)
{
	struct span self = minio_self(m);

	if (m->allowed || (self.n > 0 && span_eq(self, user)))
		return OK;
	return fail_msg(m->c.fail, E_ACCESS_DENIED, "Access Denied.");
}

/* ---- what is in the directory ---- */

static enum err
load(struct minio_call *m, enum entity_kind kind, struct span name, enum err none,
    struct entity *out)
{
	enum err e = name.n > ENTITY_NAME_MAX
	    ? E_NOT_FOUND
	    : directory_get(m->c.txn, m->c.arena, kind, iam_account(&m->c), name, out);

	return e == E_NOT_FOUND ? fail_set(m->c.fail, none) : e;
}

enum err
minio_load_user(struct minio_call *m, struct span name, struct entity *out)
{
	return load(m, ENTITY_USER, name, E_MINIO_NO_USER, out);
}

enum err
minio_load_group(struct minio_call *m, struct span name, struct entity *out)
{
	return load(m, ENTITY_GROUP, name, E_MINIO_NO_GROUP, out);
}

enum err
minio_declared(struct minio_call *m, const struct entity *e)
{
	return e->declared ? iam_unmodifiable(&m->c) : OK;
}

struct directory_link
minio_member(struct minio_call *m, struct span group, struct span user)
{
	return (struct directory_link){ .kind = DIRECTORY_MEMBER,
		.account = iam_account(&m->c),
		.from = group,
		.to = ENTITY_USER,
		.name = user };
}

enum err
minio_delete(struct minio_call *m, struct entity *e)
{
	struct iam_call *c = &m->c;
	enum err bad = OK;

	for (size_t i = 0; bad == OK && i < e->attached.n; i++)
		bad = iam_link_policy(
		    c, DIRECTORY_ATTACHED, e->attached.field[i].name, e, false);
	if (bad == OK && e->boundary.n > 0)
		bad = iam_link_policy(c, DIRECTORY_BOUNDS, e->boundary, e, false);
	if (bad != OK)
		return bad;
	return directory_del(c->txn, (enum entity_kind)e->kind, iam_account(c), e->name);
}

enum err
minio_key_get(struct minio_call *m, struct span id, struct rec_key *out)
{
	struct arena *a = m->c.arena;
	struct rec_key k;
	enum err e = id.n == 0 || id.n > KEY_ID_MAX ? E_NOT_FOUND
						    : directory_key_get(m->c.txn, id, &k);

	if (e != OK)
		return e;
	k.user = arena_span(a, k.user);
	k.sealed = arena_span(a, k.sealed);
	k.policy = arena_span(a, k.policy);
	k.name = arena_span(a, k.name);
	k.description = arena_span(a, k.description);
	*out = k;
	return OK;
}

void
minio_put_time(struct buf *b, const char *name, int64_t ms)
{
	json_second(b, name, ms);
}
