/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/census.h"

#include "base/mem.h"
#include "model/meter.h"
#include "model/remote_tier.h"

/* Rows looked at for one census: a millisecond's worth. */
enum { CENSUS_ROWS = 10000 };

struct counting {
	struct txn *t;
	struct arena *a;
	struct census *out;
	size_t room;
	uint64_t rows; /* left */
	enum err bad;
};

/* The index knows versions by class; which of them are the present ones is to be seen in a
 * bucket that has or had versioning only. */
static enum err
present_count(struct counting *c, uint64_t space, uint64_t *out)
{
	struct key_cursor *k = mem_alloc(sizeof *k);
	struct rec_object rec;
	enum err e = key_begin(c->t, T_OBJECT, space, k);
	bool open = e == OK;

	*out = 0;
	for (e = e == OK ? key_seek(k, SPAN_NONE) : e; e == OK; e = key_next(k)) {
		e = rec_object_get(k->value, &rec);
		if (e != OK)
			break;
		*out += (rec.flags & OBJECT_IS_MARKER) == 0;
		c->rows -= c->rows > 0;
	}
	if (open)
		key_end(k);
	mem_free(k);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
bucket_count(struct counting *c, const struct rec_bucket *b, struct census_bucket *row)
{
	struct usage u;
	enum err e = OK;

	for (uint8_t class = 0; class < CLASS_TIER + TIER_SLOTS && e == OK; class ++) {
		if (!class_is_used(class))
			continue;
		e = usage_get(c->t, b->id, class, &u);
		if (e != OK)
			break;
		row->versions += u.objects;
		row->bytes += u.bytes;
	}
	row->objects = row->versions;
	if (e == OK && b->versioning != VERSIONING_NEVER && row->versions <= c->rows)
		e = present_count(c, b->id, &row->objects);
	return e;
}

static bool
census_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct counting *c = ctx;
	struct census *out = c->out;
	struct census_bucket *row, *more;

	if (out->n == c->room) {
		c->room = c->room == 0 ? 16 : c->room * 2;
		more = arena_array(c->a, c->room, sizeof *more);
		if (out->n > 0)
			memcpy(more, out->bucket, out->n * sizeof *more);
		out->bucket = more;
	}
	row = &out->bucket[out->n++];
	*row = (struct census_bucket){ .name = arena_span(c->a, name) };
	c->bad = bucket_count(c, b, row);
	out->all.objects += row->objects;
	out->all.versions += row->versions;
	out->all.bytes += row->bytes;
	return c->bad == OK && !arena_failed(c->a);
}

enum err
obj_census(struct txn *t, struct arena *a, struct census *out)
{
	struct counting c = { .t = t, .a = a, .out = out, .rows = CENSUS_ROWS };
	enum err e;

	*out = (struct census){ 0 };
	e = obj_bucket_each(t, SPAN_NONE, SPAN_NONE, census_row, &c);
	if (e == OK)
		e = c.bad;
	return e == OK && arena_failed(a) ? E_SLOW_DOWN : e;
}
