/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/reset.h"

#include "base/mem.h"
#include "model/directory.h"
#include "model/meter.h"
#include "object/acl.h"
#include "object/document.h"
#include "object/point.h"
#include "object/replica.h"

#include "obj_priv.h"

enum { ID = 8, ACCOUNT_SPACES = 0x80 };

/* ---- what stands beside a bucket ---- */

/* The bucket's documents under its new id as well; the old rows go with the old spaces. */
static enum err
documents_move(struct txn *t, uint64_t from, uint64_t to)
{
	char prefix[ID], old[TABLE_KEY_MAX], new[TABLE_KEY_MAX];
	struct table_cursor c;
	struct buf value = { 0 };
	size_t n = ID;
	bool first = true;
	enum err e = OK;

	be64_put(prefix, from);
	memcpy(old, prefix, ID);
	while (e == OK) {
		e = table_begin(t, T_DOCUMENT, &c);
		if (e != OK)
			break;
		e = table_seek(&c, span_of(old, n));
		if (e == OK && !first && span_eq(c.key, span_of(old, n)))
			e = table_next(&c);
		if (e == OK && !span_starts(c.key, span_of(prefix, ID)))
			e = E_NOT_FOUND;
		if (e == OK) {
			first = false;
			n = c.key.n;
			memcpy(old, c.key.p, n);
			memcpy(new, old, n);
			be64_put(new, to);
			value.n = 0;
			buf_span(&value, c.value);
		}
		table_end(&c);
		if (e == OK)
			e = table_put(t, T_DOCUMENT, span_of(new, n), buf_view(&value));
	}
	buf_fini(&value);
	return e == E_NOT_FOUND ? OK : e;
}

/* Public access blocks of accounts lie behind the documents of all buckets. */
static enum err
account_blocks_drop(struct txn *t)
{
	const char from[ID] = { (char)ACCOUNT_SPACES };
	char key[TABLE_KEY_MAX];
	struct table_cursor c;
	size_t n = 0;
	enum err e = OK;

	while (e == OK) {
		e = table_begin(t, T_DOCUMENT, &c);
		if (e != OK)
			break;
		e = table_seek(&c, span_of(from, ID));
		if (e == OK) {
			n = c.key.n;
			memcpy(key, c.key.p, n);
		}
		table_end(&c);
		if (e == OK)
			e = table_del(t, T_DOCUMENT, span_of(key, n));
	}
	return e == E_NOT_FOUND ? OK : e;
}

struct points {
	struct arena arena;
	uint64_t bucket;
	struct found {
		struct found *next;
		struct span account, name;
		struct rec_point rec;
	} * first;
};

static enum err
points_find(struct txn *t, struct points *p)
{
	struct table_cursor c;
	struct rec_point rec;
	enum err e = table_begin(t, T_POINT, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		struct found *f;
		struct span key;

		e = rec_point_get(c.value, &rec);
		if (e != OK || c.key.n <= ACCOUNT_DIGITS) {
			e = E_CORRUPT;
			break;
		}
		if (rec.bucket_id != p->bucket)
			continue;
		f = arena_zalloc(&p->arena, sizeof *f);
		key = arena_span(&p->arena, c.key);
		f->account = span_head(key, ACCOUNT_DIGITS);
		f->name = span_from(key, ACCOUNT_DIGITS);
		e = rec_point_get(arena_span(&p->arena, c.value), &f->rec);
		f->next = p->first;
		p->first = f;
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* Access points of the bucket go (to == 0), or lead to its new id. */
static enum err
points_move(struct txn *t, uint64_t from, uint64_t to)
{
	struct points p = { .bucket = from };
	enum err e;

	arena_init(&p.arena, SIZE_MAX);
	e = points_find(t, &p);
	for (struct found *f = p.first; e == OK && f != NULL; f = f->next) {
		f->rec.bucket_id = to;
		e = to == 0 ? obj_point_delete(t, f->account, f->name, NULL)
			    : obj_point_put(t, f->account, f->name, &f->rec);
	}
	arena_fini(&p.arena);
	return e;
}

/* ---- one bucket ---- */

static enum err
bucket_reset(
    struct txn *t, struct span name, const struct obj_reset *r, struct rec_bucket *b)
{
	const struct rec_bucket old = *b;
	struct buf row = { 0 };
	enum err e = obj_dropped_add(t, &old);

	if (e == OK)
		e = meter_drop(t, old.id);
	b->id = store_next_id(t);
	b->uploads = store_next_id(t);
	if (!r->keep_settings) {
		b->watch = 0;
		b->quota = 0;
		b->versioning = VERSIONING_NEVER;
		b->created_ms = r->now_ms;
	}
	b->versions = b->versioning == VERSIONING_NEVER ? 0 : store_next_id(t);
	rec_bucket_put(&row, b);
	if (e == OK)
		e = table_put(t, T_BUCKET, name, buf_view(&row));
	buf_fini(&row);
	if (e == OK)
		e = points_move(t, old.id, r->keep_settings ? b->id : 0);
	if (e == OK)
		e = obj_targets_move(t, old.id, r->keep_settings ? b->id : 0);
	if (e == OK && r->keep_settings)
		e = documents_move(t, old.id, b->id);
	if (e == OK && !r->keep_settings && r->ownership != OWNERSHIP_ENFORCED)
		e = obj_ownership_put(t, name, r->ownership, NULL);
	return e;
}

static enum err
one_reset(struct txn *t, struct obj_reset *r, struct fail *fail)
{
	struct rec_bucket b;
	struct buf region = { 0 };
	enum err e = obj_bucket_find(t, r->bucket, &b, fail);

	if (e != OK)
		return e;
	/* It lies in a row that is about to change. */
	buf_span(&region, b.region);
	b.region = buf_view(&region);
	e = bucket_reset(t, r->bucket, r, &b);
	r->buckets = 1;
	buf_fini(&region);
	return e;
}

/* ---- all of them ---- */

struct names {
	struct arena arena;
	struct named {
		struct named *next;
		struct span name;
		struct rec_bucket rec;
	} * first;
};

static bool
name_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct names *n = ctx;
	struct named *one = arena_zalloc(&n->arena, sizeof *one);

	one->name = arena_span(&n->arena, name);
	one->rec = *b;
	one->rec.region = arena_span(&n->arena, b->region);
	one->next = n->first;
	n->first = one;
	return true;
}

static enum err
all_reset(struct txn *t, struct obj_reset *r)
{
	struct names n = { 0 };
	uint64_t buckets = 0;
	enum err e;

	arena_init(&n.arena, SIZE_MAX);
	e = obj_bucket_each(t, SPAN_NONE, SPAN_NONE, name_row, &n);
	for (struct named *one = n.first; e == OK && one != NULL; one = one->next) {
		e = r->keep_settings ? bucket_reset(t, one->name, r, &one->rec)
				     : obj_dropped_add(t, &one->rec);
		if (e == OK && !r->keep_settings)
			e = obj_targets_move(t, one->rec.id, 0);
		buckets++;
	}
	arena_fini(&n.arena);
	r->buckets = buckets;
	if (e == OK)
		e = meter_drop(t, 0);
	if (e == OK) /* nobody has to hear of what is no more */
		e = table_clear(t, T_OUTBOX);
	if (e != OK || r->keep_settings)
		return e;
	e = table_clear(t, T_BUCKET);
	if (e == OK)
		e = table_clear(t, T_POINT);
	if (e == OK)
		e = table_clear(t, T_POINT_ALIAS);
	return e == OK ? account_blocks_drop(t) : e;
}

enum err
obj_reset(struct txn *t, struct obj_reset *r, struct fail *fail)
{
	enum err e = r->bucket.n > 0 ? one_reset(t, r, fail) : all_reset(t, r);

	if (e != OK || r->bucket.n > 0)
		return e;
	e = table_clear(t, T_OUTBOX); /* of objects that nobody can find any more */
	if (e != OK || r->keep_identities)
		return e;
	e = table_clear(t, T_IDENTITY);
	return e == OK ? table_clear(t, T_KEYUSE) : e;
}
