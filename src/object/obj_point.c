/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/point.h"

#include "base/be.h"
#include "model/doc.h"
#include "model/rec.h"
#include "object/object.h"

enum { ACCOUNT = 12, KEY_MAX = ACCOUNT + POINT_NAME_MAX };

/* Account and name; false: no point can have such. */
static bool
point_key(char out[KEY_MAX], struct span account, struct span name, struct span *key)
{
	if (account.n != ACCOUNT || name.n > POINT_NAME_MAX)
		return false;
	memcpy(out, account.p, ACCOUNT);
	if (name.n > 0)
		memcpy(out + ACCOUNT, name.p, name.n);
	*key = span_of(out, ACCOUNT + name.n);
	return true;
}

static enum err
missing(struct span name, struct fail *fail)
{
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_POINT);
		fail_pair(fail, "AccessPointName", name);
	}
	return E_NO_SUCH_POINT;
}

static enum err
point_read(struct arena *a, struct span row, struct rec_point *out)
{
	/* A copy of the whole: all spans of the record lie in it. */
	return rec_point_get(arena_span(a, row), out);
}

/* Its key and its row. */
static enum err
point_get(struct txn *t, struct span account, struct span name, char text[KEY_MAX],
    struct span *key, struct span *row, struct fail *fail)
{
	enum err e;

	if (!point_key(text, account, name, key) || name.n == 0)
		return missing(name, fail);
	e = table_get(t, T_POINT, *key, row);
	return e == E_NOT_FOUND ? missing(name, fail) : e;
}

enum err
obj_point_find(struct txn *t, struct span account, struct span name, struct arena *a,
    struct rec_point *out, struct fail *fail)
{
	char text[KEY_MAX];
	struct span key, row;
	enum err e = point_get(t, account, name, text, &key, &row, fail);

	return e == OK ? point_read(a, row, out) : e;
}

enum err
obj_point_by_alias(struct txn *t, struct span alias, struct arena *a,
    struct span *account, struct span *name, struct rec_point *out)
{
	struct span key, row;
	enum err e = alias.n > 0 && alias.n <= POINT_ALIAS_MAX
	    ? table_get(t, T_POINT_ALIAS, alias, &key)
	    : E_NOT_FOUND;

	if (e == OK && key.n <= ACCOUNT)
		e = E_CORRUPT;
	if (e != OK)
		return e;
	key = arena_span(a, key);
	*account = span_head(key, ACCOUNT);
	*name = span_from(key, ACCOUNT);
	e = table_get(t, T_POINT, key, &row);
	if (e == E_NOT_FOUND)
		return E_CORRUPT;
	return e == OK ? point_read(a, row, out) : e;
}

static enum err
row_put(struct txn *t, struct span key, const struct rec_point *rec)
{
	struct buf row = { 0 };
	enum err e;

	rec_point_put(&row, rec);
	e = table_put(t, T_POINT, key, buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_point_create(struct txn *t, struct span account, struct span name,
    struct rec_point *rec, struct fail *fail)
{
	char text[KEY_MAX];
	struct rec_bucket b;
	struct span key, row;
	enum err e;

	MUST(point_key(text, account, name, &key) && name.n > 0);
	e = obj_bucket_find(t, rec->bucket, &b, fail);
	if (e == OK && !span_eq(span_of(b.account, ACCOUNT_DIGITS), account))
		e = fail_set(fail, E_ACCESS_DENIED);
	if (e != OK)
		return e;
	rec->bucket_id = b.id;
	e = table_get(t, T_POINT, key, &row);
	if (e == OK)
		return fail_set(fail, E_POINT_OWNED);
	if (e == E_NOT_FOUND)
		e = row_put(t, key, rec);
	return e == OK ? table_put(t, T_POINT_ALIAS, rec->alias, key) : e;
}

enum err
obj_point_put(
    struct txn *t, struct span account, struct span name, const struct rec_point *rec)
{
	char text[KEY_MAX];
	struct span key;

	MUST(point_key(text, account, name, &key));
	return row_put(t, key, rec);
}

enum err
obj_point_delete(struct txn *t, struct span account, struct span name, struct fail *fail)
{
	char text[KEY_MAX], alias[POINT_ALIAS_MAX];
	struct rec_point rec;
	struct span key, row;
	enum err e = point_get(t, account, name, text, &key, &row, fail);

	if (e == OK)
		e = rec_point_get(row, &rec);
	if (e == OK && rec.alias.n > sizeof alias)
		e = E_CORRUPT;
	if (e != OK)
		return e;
	memcpy(alias, rec.alias.p, rec.alias.n);
	e = table_del(t, T_POINT_ALIAS, span_of(alias, rec.alias.n));
	if (e == OK)
		e = table_del(t, T_POINT, key);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_point_each(struct txn *t, struct span account, struct span after,
    bool (*row)(void *ctx, struct span name, const struct rec_point *rec), void *ctx)
{
	char text[KEY_MAX];
	struct table_cursor c;
	struct rec_point rec;
	struct span from;
	enum err e;

	if (!point_key(text, account, span_head(after, POINT_NAME_MAX), &from))
		return OK;
	e = table_begin(t, T_POINT, &c);
	if (e != OK)
		return e;
	for (e = table_seek(&c, from); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, account))
			break;
		if (after.n > 0 && span_cmp(c.key, from) <= 0)
			continue;
		e = rec_point_get(c.value, &rec);
		if (e != OK || !row(ctx, span_from(c.key, ACCOUNT), &rec))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_point_any(struct txn *t, uint64_t bucket_id, bool *out)
{
	struct table_cursor c;
	struct rec_point rec;
	enum err e = table_begin(t, T_POINT, &c);

	*out = false;
	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK && !*out; e = table_next(&c)) {
		e = rec_point_get(c.value, &rec);
		if (e != OK)
			break;
		*out = rec.bucket_id == bucket_id;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- the account ---- */

enum { SPACE_KEY = 9 };

/* Documents of an account stand beside those of buckets, whose ids are far smaller. */
static bool
account_key(char out[SPACE_KEY], struct span account)
{
	uint64_t number;

	if (account.n != ACCOUNT || !span_u64(account, &number))
		return false;
	be64_put(out, UINT64_C(1) << 63 | number);
	out[8] = (char)DOC_PUBLIC_BLOCK;
	return true;
}

enum err
obj_point_account_block(struct txn *t, struct span account, struct span *inner)
{
	char key[SPACE_KEY];
	struct rec_doc rec;
	struct span row;
	enum err e = E_NOT_FOUND;

	if (account_key(key, account))
		e = table_get(t, T_DOCUMENT, span_of(key, sizeof key), &row);
	if (e == E_NOT_FOUND)
		return E_NO_SUCH_PUBLIC_BLOCK;
	if (e == OK)
		e = rec_doc_get(row, &rec);
	if (e == OK)
		*inner = rec.inner;
	return e;
}

enum err
obj_point_account_block_set(struct txn *t, struct span account, struct span inner)
{
	struct rec_doc rec = { .inner = inner };
	char key[SPACE_KEY];
	struct buf row = { 0 };
	enum err e;

	MUST(account_key(key, account));
	if (inner.p == NULL) {
		e = table_del(t, T_DOCUMENT, span_of(key, sizeof key));
		return e == E_NOT_FOUND ? OK : e;
	}
	rec_doc_put(&row, &rec);
	e = table_put(t, T_DOCUMENT, span_of(key, sizeof key), buf_view(&row));
	buf_fini(&row);
	return e;
}
