/* SPDX-License-Identifier: Apache-2.0 */
/* What resets left behind, piece by piece: in the order of its rows, so that a step that is
 * cut off at any point is simply done again from where the index stands. */
#include "config.h"

#include "object/reset.h"

#include "base/clock.h"
#include "base/mem.h"
#include "model/dropped.h"
#include "model/meter.h"
#include "object/analytics.h"
#include "object/document.h"
#include "object/upload.h"

#include "obj_priv.h"

enum { ROWS = 64, ROWS_MEMORY = ROWS * (KEY_DEPTH * 512 + REC_OBJECT_MAX) };

/* Rows at the head of a space. */
struct head {
	struct arena arena;
	size_t n;
	struct {
		struct span key, value;
	} row[ROWS];
};

struct dropping {
	struct txn *txn;
	uint64_t end_us;
	bool out_of_time;
	struct head head;
};

/* Asked behind each piece of work, so that every step gets somewhere. */
static bool
out_of_time(struct dropping *d)
{
	d->out_of_time = d->out_of_time || clock_mono_us() >= d->end_us;
	return d->out_of_time;
}

static enum err
head_read(struct dropping *d, unsigned table, uint64_t space)
{
	struct head *h = &d->head;
	struct key_cursor *c = mem_alloc(sizeof *c);
	enum err e = key_begin(d->txn, table, space, c);

	arena_fini(&h->arena);
	arena_init(&h->arena, ROWS_MEMORY * 2);
	h->n = 0;
	if (e != OK)
		goto out;
	for (e = key_seek(c, SPAN_NONE); e == OK && h->n < ROWS; e = key_next(c)) {
		h->row[h->n].key = arena_span(&h->arena, c->key);
		h->row[h->n++].value = arena_span(&h->arena, c->value);
	}
	key_end(c);
out:
	mem_free(c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
object_row(struct dropping *d, struct span key, struct span value)
{
	struct rec_object rec;
	enum err e = rec_object_get(value, &rec);

	(void)key;
	return e == OK ? obj_release(d->txn, &rec) : e;
}

static enum err
bare_row(struct dropping *d, struct span key, struct span value)
{
	(void)d;
	(void)key;
	(void)value;
	return OK;
}

/* The upload's row goes last, with the last of its parts. */
static enum err
upload_row(struct dropping *d, struct span row_key, struct span value)
{
	struct span key;
	uint64_t number;
	bool more = true;
	enum err e = upload_key_get(row_key, &key, &number) ? OK : E_CORRUPT;

	(void)value;
	while (e == OK && more) {
		e = obj_parts_remove(d->txn, number, ROWS, &more);
		if (more && out_of_time(d))
			break;
	}
	return e;
}

/* Rows of a space go, each after see() had what it holds. */
static enum err
space_drop(struct dropping *d, unsigned table, uint64_t space,
    enum err (*see)(struct dropping *d, struct span key, struct span value))
{
	const struct head *h = &d->head;
	enum err e = OK;

	if (space == 0)
		return OK;
	do {
		e = head_read(d, table, space);
		for (size_t i = 0; e == OK && i < h->n && !d->out_of_time; i++) {
			e = see(d, h->row[i].key, h->row[i].value);
			if (e != OK || d->out_of_time)
				break;
			e = key_del(d->txn, table, space, h->row[i].key);
			(void)out_of_time(d);
		}
	} while (e == OK && h->n > 0 && !d->out_of_time);
	return e;
}

static enum err
analytics_drop(struct dropping *d, uint64_t bucket)
{
	bool more = true;
	enum err e = OK;

	while (e == OK && more && !d->out_of_time) {
		e = obj_analytics_drop(d->txn, bucket, SPAN_NONE, ROWS, &more);
		if (more)
			(void)out_of_time(d);
	}
	return e;
}

static enum err
one_drop(struct dropping *d, const struct rec_dropped *r)
{
	enum err e = space_drop(d, T_OBJECT, r->bucket, object_row);

	if (e == OK)
		e = space_drop(d, T_VERSION, r->versions, object_row);
	if (e == OK)
		e = space_drop(d, T_NULLVER, r->versions, bare_row);
	if (e == OK)
		e = space_drop(d, T_ORIGIN, r->versions, bare_row);
	if (e == OK)
		e = space_drop(d, T_UPLOAD, r->uploads, upload_row);
	if (e == OK)
		e = analytics_drop(d, r->bucket);
	if (e == OK && !d->out_of_time)
		e = obj_doc_drop_all(d->txn, r->bucket);
	return e == OK && !d->out_of_time ? usage_drop(d->txn, r->bucket) : e;
}

enum err
obj_dropped_add(struct txn *t, const struct rec_bucket *b)
{
	const struct rec_dropped d = { b->id, b->uploads, b->versions };
	uint8_t row[REC_DROPPED], key[8];

	rec_dropped_put(row, &d);
	be64_put(key, store_next_id(t));
	return table_put(
	    t, T_DROPPED, span_of(key, sizeof key), span_of(row, sizeof row));
}

/* The first that waits. */
static enum err
dropped_first(struct txn *t, uint8_t key[8], struct rec_dropped *out)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_DROPPED, &c);

	if (e != OK)
		return e;
	e = table_seek(&c, SPAN_NONE);
	if (e == OK && c.key.n != 8)
		e = E_CORRUPT;
	if (e == OK) {
		memcpy(key, c.key.p, 8);
		e = rec_dropped_get(c.value, out);
	}
	table_end(&c);
	return e;
}

enum err
obj_dropped_step(struct txn *t, uint64_t us, bool *more)
{
	struct dropping *d = mem_zalloc(sizeof *d);
	struct rec_dropped r;
	uint8_t key[8];
	enum err e = OK;

	d->txn = t;
	d->end_us = clock_mono_us() + us;
	arena_init(&d->head.arena, 0);
	while (e == OK && !d->out_of_time) {
		e = dropped_first(t, key, &r);
		if (e == OK)
			e = one_drop(d, &r);
		if (e == OK && !d->out_of_time)
			e = table_del(t, T_DROPPED, span_of(key, sizeof key));
		(void)out_of_time(d);
	}
	*more = e == OK;
	arena_fini(&d->head.arena);
	mem_free(d);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_dropped_any(struct txn *t, bool *any)
{
	struct rec_dropped r;
	uint8_t key[8];
	enum err e = dropped_first(t, key, &r);

	*any = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}
