/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/timed.h"

#include "base/arena.h"
#include "base/mem.h"
#include "model/archive.h"
#include "object/event.h"
#include "object/version.h"

enum { SOME = 100 };

struct timed {
	struct store *store;
	struct reader *reader;
	uint64_t seen; /* changes of the outbox when first_ms was read */
	bool known;
	int64_t first_ms;
};

struct timed *
timed_new(struct store *store)
{
	struct timed *x = mem_zalloc(sizeof *x);

	x->store = store;
	x->reader = reader_new(store);
	return x;
}

void
timed_free(struct timed **timed)
{
	if (*timed == NULL)
		return;
	reader_free(&(*timed)->reader);
	mem_free(*timed);
	*timed = NULL;
}

/* ---- when ---- */

static bool
first_row(void *ctx, const struct outbox_key *key, const struct rec_event *r)
{
	int64_t *ms = ctx;

	(void)r;
	*ms = key->time_ms;
	return false;
}

static enum err
first_read(struct txn *t, void *arg)
{
	return outbox_timed(t, first_row, arg);
}

static int64_t
due(void *ctx)
{
	struct timed *x = ctx;
	uint64_t now = store_changes(x->store, T_OUTBOX);
	int64_t ms = INT64_MAX;

	if (x->known && x->seen == now)
		return x->first_ms;
	x->known = store_read(x->reader, first_read, &ms) == OK;
	x->seen = now;
	x->first_ms = ms;
	return ms;
}

/* ---- what ---- */

struct round {
	int64_t now_ms;
	struct arena arena;
	struct row {
		struct outbox_key key;
		struct rec_event event; /* its texts in the arena */
	} row[SOME];
	size_t n;
	bool more;
};

static bool
round_row(void *ctx, const struct outbox_key *key, const struct rec_event *r)
{
	struct round *w = ctx;
	struct row *row = &w->row[w->n];

	if (key->time_ms > w->now_ms)
		return false;
	row->key = *key;
	row->event = *r;
	row->event.bucket = arena_span(&w->arena, r->bucket);
	row->event.key = arena_span(&w->arena, r->key);
	row->event.version = arena_span(&w->arena, r->version);
	w->more = ++w->n == SOME;
	return !w->more;
}

/* It is still the restore that the row speaks of: not one for longer, or of another object. */
static enum err
row_holds(struct txn *t, struct round *w, const struct row *row,
    const struct rec_bucket *b, struct rec_object *rec, struct attrs *attrs, bool *out)
{
	struct obj_version v;
	struct restore r;
	enum err e;

	*out = false;
	if (!obj_version_parse(row->event.version, &v))
		return OK;
	e = obj_version_find(t, b, row->event.key, &v, rec, NULL);
	if (e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION)
		return OK;
	if (e == OK)
		e = obj_attrs(t, rec, &w->arena, attrs);
	if (e == OK)
		e = restore_read(side_get(attrs, SIDE_RESTORE), &r);
	if (e != OK)
		return e;
	*out = row->event.event == EVENT_RESTORE_COMPLETED
	    ? r.ready_ms == row->key.time_ms
	    : r.until_ms == row->key.time_ms;
	return OK;
}

static enum err
row_tell(struct txn *t, struct round *w, const struct row *row)
{
	struct rec_bucket b;
	struct rec_object rec;
	struct attrs attrs = { 0 };
	struct obj_actor by = { .address = SPAN_LIT("s3.amazonaws.com") };
	bool holds;
	enum err e = obj_bucket_find(t, row->event.bucket, &b, NULL);

	if (e == E_NO_SUCH_BUCKET)
		return OK;
	if (e == OK)
		e = row_holds(t, w, row, &b, &rec, &attrs, &holds);
	if (e != OK || !holds)
		return e;
	by.principal = span_str(
	    arena_printf(&w->arena, "AmazonCustomer:%.*s", ACCOUNT_DIGITS, b.account));
	return obj_event(t,
	    &(struct obj_change){ .event = (enum event)row->event.event,
		.bucket = &b,
		.key = row->event.key,
		.rec = &rec,
		.attrs = &attrs,
		.by = &by,
		.now_ms = row->key.time_ms,
		.when_ms = row->event.when_ms,
		.class = span_str(class_name(rec.class)) });
}

static enum err
round_write(struct txn *t, void *arg)
{
	struct round *w = arg;
	enum err e;

	w->n = 0;
	w->more = false;
	e = outbox_timed(t, round_row, w);
	for (size_t i = 0; e == OK && i < w->n; i++) {
		e = outbox_timed_done(t, &w->row[i].key);
		if (e == OK)
			e = row_tell(t, w, &w->row[i]);
	}
	return e;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct timed *x = ctx;
	struct round *w = mem_zalloc(sizeof *w);
	enum err e;

	w->now_ms = now_ms;
	arena_init(&w->arena, SIZE_MAX);
	e = store_write_wait(x->store, round_write, w);
	*more = w->more;
	arena_fini(&w->arena);
	mem_free(w);
	return e;
}

void
timed_job(struct timed *x, struct job *out)
{
	*out = (struct job){ .name = "timed events", .ctx = x, .due = due, .step = step };
}
