/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "base/mem.h"
#include "model/dropped.h"

struct walk {
	struct txn *txn;
	enum err (*see)(void *ctx, const struct blob_ref *r, struct span name);
	void *ctx;
	struct fail *fail;
	struct buf name;
};

static enum err
walk_objects(struct walk *w, struct span bucket, unsigned table, uint64_t space)
{
	struct key_cursor *c = mem_alloc(sizeof *c);
	struct rec_object rec;
	enum err e = key_begin(w->txn, table, space, c);

	if (e != OK)
		goto out;
	for (e = key_seek(c, SPAN_NONE); e == OK; e = key_next(c)) {
		w->name.n = 0;
		buf_printf(&w->name, "object %.*s/", (int)bucket.n, bucket.p);
		buf_span(&w->name, c->key);
		e = rec_object_get(c->value, &rec);
		if (e != OK) {
			(void)fail_msg(w->fail, e, "%s: the record cannot be read",
			    buf_cstr(&w->name));
			break;
		}
		e = w->see(w->ctx, &rec.body, buf_view(&w->name));
		if (e != OK)
			break;
	}
	key_end(c);
out:
	mem_free(c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
walk_buckets(struct walk *w)
{
	struct table_cursor c;
	struct rec_bucket b;
	enum err e = table_begin(w->txn, T_BUCKET, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		e = rec_bucket_get(c.value, &b);
		if (e != OK) {
			(void)fail_msg(w->fail, e,
			    "bucket %.*s: the record cannot be read", (int)c.key.n,
			    c.key.p);
			break;
		}
		e = walk_objects(w, c.key, T_OBJECT, b.id);
		if (e == OK && b.versions != 0)
			e = walk_objects(w, c.key, T_VERSION, b.versions);
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* What a reset left behind still holds its bodies until its rows are gone. */
static enum err
walk_dropped(struct walk *w)
{
	const struct span name = SPAN_LIT("(dropped)");
	struct table_cursor c;
	struct rec_dropped d;
	enum err e = table_begin(w->txn, T_DROPPED, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		e = rec_dropped_get(c.value, &d);
		if (e != OK)
			(void)fail_msg(
			    w->fail, e, "a row of what was dropped cannot be read");
		if (e == OK)
			e = walk_objects(w, name, T_OBJECT, d.bucket);
		if (e == OK && d.versions != 0)
			e = walk_objects(w, name, T_VERSION, d.versions);
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
walk_parts(struct walk *w)
{
	struct table_cursor c;
	struct rec_part p;
	enum err e = table_begin(w->txn, T_PART, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		w->name.n = 0;
		if (c.key.n != 10 || rec_part_get(c.value, &p) != OK) {
			e = fail_msg(
			    w->fail, E_CORRUPT, "a part's record cannot be read");
			break;
		}
		buf_printf(&w->name, "part %u of upload %llx", be16_get(c.key.p + 8),
		    (unsigned long long)be64_get(c.key.p));
		e = w->see(w->ctx, &p.body, buf_view(&w->name));
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
model_walk(struct txn *t,
    enum err (*see)(void *ctx, const struct blob_ref *r, struct span name), void *ctx,
    struct fail *fail)
{
	struct walk w = { .txn = t, .see = see, .ctx = ctx, .fail = fail };
	enum err e = walk_buckets(&w);

	if (e == OK)
		e = walk_dropped(&w);
	if (e == OK)
		e = walk_parts(&w);
	buf_fini(&w.name);
	return e;
}
