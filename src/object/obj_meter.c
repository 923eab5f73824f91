/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/meter.h"

#include "base/be.h"
#include "base/mem.h"
#include "codec/stamp.h"
#include "model/bill.h"
#include "model/remote_tier.h"
#include "model/side.h"
#include "object/version.h"

#include "obj_priv.h"

enum { DAY_MS = 86400000 };

/* ---- objects that leave a class, and come to one ---- */

/* Since when it has its class. */
static enum err
since(struct txn *t, const struct rec_object *rec, int64_t *out)
{
	struct attrs attrs;
	struct arena a;
	struct span v;
	enum err e;

	*out = rec->mtime_ms;
	if ((rec->flags & OBJECT_HAS_ATTR) == 0)
		return OK;
	arena_init(&a, SIZE_MAX);
	e = obj_attrs(t, rec, &a, &attrs);
	if (e == OK) {
		v = side_get(&attrs, SIDE_SINCE);
		if (v.p != NULL && v.n != 8)
			e = E_CORRUPT;
		else if (v.p != NULL)
			*out = (int64_t)be64_get(v.p);
	}
	arena_fini(&a);
	return e;
}

enum err
obj_meter_leave(struct txn *t, const struct rec_bucket *b, const struct rec_object *rec,
    int64_t now_ms)
{
	int64_t days = bill_least_days(rec->class), from, left, left_days;
	struct meter m = { 0 };
	enum err e;

	if (days == 0 || (rec->flags & OBJECT_IS_MARKER) != 0)
		return OK;
	e = since(t, rec, &from);
	left = from + days * DAY_MS - now_ms;
	if (e != OK || left <= 0)
		return e;
	left = left < days * DAY_MS ? left : days * DAY_MS; /* the clock was put back */
	m.sum[METER_EARLY_OBJECT_MS] = (uint64_t)left;
	m.sum[METER_EARLY_BYTE_MS] = (meter_sum)(uint64_t)left * rec->size;
	if (rec->size < METER_SMALL)
		m.sum[METER_EARLY_LACK_MS] =
		    (meter_sum)(uint64_t)left * (METER_SMALL - rec->size);
	/* By days, the first and the last are among its peaks. */
	left_days = days - (now_ms / DAY_MS - from / DAY_MS + 1);
	if (left_days > 0)
		m.sum[METER_EARLY_BYTE_DAYS] = (meter_sum)(uint64_t)left_days * rec->size;
	return meter_add(t, stamp_month(now_ms), b->id, rec->class, &m);
}

static enum err
since_put(struct txn *t, struct rec_object *rec, int64_t now_ms)
{
	struct attrs attrs;
	struct arena a;
	uint8_t at[8];
	enum err e;

	arena_init(&a, SIZE_MAX);
	e = obj_attrs(t, rec, &a, &attrs);
	be64_put(at, (uint64_t)now_ms);
	if (e == OK) {
		side_set(&a, &attrs, SIDE_SINCE, span_of(at, sizeof at));
		e = obj_attrs_put(t, rec, &attrs);
	}
	arena_fini(&a);
	return e;
}

enum err
obj_meter_enter(
    struct txn *t, const struct rec_bucket *b, struct rec_object *rec, int64_t now_ms)
{
	struct meter m = { .sum[METER_TRANSITIONS] = 1 };
	enum err e = meter_add(t, stamp_month(now_ms), b->id, rec->class, &m);

	if (e != OK || bill_least_days(rec->class) == 0)
		return e;
	return since_put(t, rec, now_ms);
}

/* ---- what is kept ---- */

enum err
obj_meter_count(struct txn *t, const struct obj_metered *c, int64_t now_ms)
{
	struct meter m = { 0 };

	for (unsigned i = 0; i < METER_COUNTS; i++)
		m.sum[METER_COUNTED + i] = c->n[i];
	return meter_add(t, stamp_month(now_ms), c->bucket, (uint8_t)c->class, &m);
}

struct ids {
	uint64_t *id;
	size_t n, cap;
};

static bool
id_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct ids *ids = ctx;

	(void)name;
	if (ids->n == ids->cap) {
		ids->cap = ids->cap == 0 ? 64 : ids->cap * 2;
		ids->id = mem_realloc(ids->id, ids->cap * sizeof *ids->id);
	}
	ids->id[ids->n++] = b->id;
	return true;
}

/* Rows of old: each() gets the classes that have one. */
static enum err
old_each(struct txn *t, uint64_t id,
    enum err (*each)(struct txn *t, uint64_t id, uint8_t class))
{
	struct usage u;
	enum err e = OK;

	for (unsigned class = 0; e == OK && class < CLASS_TIER + TIER_SLOTS; class ++) {
		if (!class_is(class))
			continue;
		e = usage_get(t, id, (uint8_t) class, &u);
		if (e == OK && u.at_ms == 0 && u.objects > 0)
			e = each(t, id, (uint8_t) class);
	}
	return e;
}

static enum err
old_look(struct txn *t, uint64_t id, uint8_t class)
{
	(void)t;
	(void)id;
	(void)class;
	return E_NOT_FOUND;
}

static enum err
old_begin(struct txn *t, uint64_t id, uint8_t class)
{
	return usage_add(t, id, class, 0, 0);
}

static enum err
bucket_look(struct txn *t, uint64_t id)
{
	return old_each(t, id, old_look);
}

static enum err
bucket_begin(struct txn *t, uint64_t id)
{
	return old_each(t, id, old_begin);
}

static enum err
each_bucket(struct txn *t, enum err (*fn)(struct txn *t, uint64_t id))
{
	struct ids ids = { 0 };
	enum err e = obj_bucket_each(t, SPAN_NONE, SPAN_NONE, id_row, &ids);

	for (size_t i = 0; e == OK && i < ids.n; i++)
		e = fn(t, ids.id[i]);
	mem_free(ids.id);
	return e;
}

enum err
obj_meter_look(struct txn *t)
{
	return each_bucket(t, bucket_look);
}

enum err
obj_meter_begin(struct txn *t)
{
	return each_bucket(t, bucket_begin);
}

enum err
obj_meter_forget(struct txn *t)
{
	enum err e = meter_drop(t, 0);

	return e == OK ? each_bucket(t, usage_forget) : e;
}

/* ---- reading ---- */

/* Months come in their order, but for those of storage that is still there. */
static struct obj_meter_month *
month_of(struct obj_meter *m, unsigned month)
{
	size_t i = m->n;

	while (i > 0 && m->month[i - 1].month > month)
		i--;
	if (i > 0 && m->month[i - 1].month == month)
		return &m->month[i - 1];
	if (m->n == m->cap) {
		m->cap = m->cap == 0 ? 4 : m->cap * 2;
		m->month = mem_realloc(m->month, m->cap * sizeof *m->month);
	}
	memmove(m->month + i + 1, m->month + i, (m->n - i) * sizeof *m->month);
	m->month[i] = (struct obj_meter_month){ .month = month };
	m->n++;
	return &m->month[i];
}

static void
month_add(
    struct obj_meter *m, unsigned month, unsigned class, const meter_sum *sum, size_t n)
{
	struct obj_meter_month *at = month_of(m, month);
	struct meter *to = &at->of[class < CLASS_COUNT ? class : CLASS_STANDARD];

	for (size_t i = 0; i < n; i++)
		to->sum[i] += sum[i];
}

/* A row of the bucket's, under its number of now or one of earlier. */
static bool
is_wanted(struct obj_meter *m, uint64_t bucket)
{
	struct span name;

	if (m->bucket.n == 0)
		return true;
	if (bucket == 0) /* of the account: of no bucket */
		return false;
	if (bucket == m->bucket_id)
		return true;
	m->bad = meter_name(m->txn, bucket, &name);
	return m->bad == OK && name.n > 0 && span_eq(name, m->bucket);
}

static bool
kept_row(void *ctx, const struct meter_row *r)
{
	struct obj_meter *m = ctx;

	if (is_wanted(m, r->bucket)) {
		month_add(m, r->month, r->class, r->meter.sum, METER_FIELDS);
		m->found = true;
	}
	return m->bad == OK;
}

struct living {
	struct obj_meter *m;
	unsigned class;
};

static enum err
living_month(void *ctx, unsigned month, const struct usage *u)
{
	struct living *l = ctx;

	month_add(l->m, month, l->class, u->sum, METER_RUNNING);
	return OK;
}

static enum err
living_class(struct obj_meter *m, uint64_t id, unsigned class)
{
	struct living l = { m, class };
	struct usage u, *to = &m->present[class < CLASS_COUNT ? class : CLASS_STANDARD];
	enum err e = usage_get(m->txn, id, (uint8_t) class, &u);

	if (e != OK || (u.at_ms == 0 && u.objects == 0))
		return e;
	to->objects += u.objects;
	to->bytes += u.bytes;
	to->small += u.small;
	to->lack += u.lack;
	e = usage_run(&u, m->now_ms, living_month, &l);
	u.sum[METER_BYTE_DAYS] += u.peak; /* the day that began counts as a whole */
	return e == OK ? living_month(&l, stamp_month(m->now_ms), &u) : e;
}

static bool
living_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct obj_meter *m = ctx;

	if (m->bucket.n > 0 && !span_eq(m->bucket, name))
		return true;
	m->found = true;
	m->bucket_id = b->id;
	for (unsigned class = 0; m->bad == OK && class < CLASS_TIER + TIER_SLOTS;
	     class ++)
		if (class_is(class))
			m->bad = living_class(m, b->id, class);
	return m->bad == OK;
}

enum err
obj_meter_read(struct txn *t, struct obj_meter *m)
{
	enum err e;

	m->txn = t;
	e = obj_bucket_each(t, SPAN_NONE, SPAN_NONE, living_row, m);
	if (e == OK && m->bad == OK)
		e = meter_each(t, kept_row, m);
	if (e == OK)
		e = m->bad;
	return e == OK && m->bucket.n > 0 && !m->found ? E_NO_SUCH_BUCKET : e;
}

void
obj_meter_fini(struct obj_meter *m)
{
	mem_free(m->month);
	m->month = NULL;
	m->n = m->cap = 0;
}
