/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/analytics.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "object/analytics.h"
#include "object/document.h"
#include "object/heat.h"
#include "object/version.h"

#include "report_priv.h"

enum { PAGE = 1000, ARENA = 64 << 20, KEEP_MS = 60000 };

/* A configuration, and what the look through its bucket found. */
struct found {
	struct analytics what;
	struct analytics_day day;
};

/* What is open is a bucket: one look at its objects serves all configurations. */
struct analytics_job {
	struct store *store;
	struct reader *reader;
	struct heat_set *heat;
	struct report report;
	struct arena room; /* of what follows */
	struct rec_bucket source;
	struct found *config;
	size_t n, cap;
	bool wants_tags;
	int64_t day; /* that ended */
	/* where it is */
	bool measured, last;
	size_t delivered; /* of n */
	struct buf key; /* of the last version, if there was one */
	bool has_version;
	struct obj_version version;
	/* the page */
	struct arena page;
	struct txn *txn;
	enum err bad;
};

static void
bucket_close(void *ctx)
{
	struct analytics_job *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		analytics_day_fini(&x->config[i].day);
	arena_fini(&x->room);
	arena_init(&x->room, ARENA);
	x->config = NULL;
	x->n = x->cap = x->delivered = 0;
	x->wants_tags = x->measured = x->last = x->has_version = false;
	x->key.n = 0;
}

static struct report_place
place_of(const struct analytics_job *x, const struct analytics *v)
{
	return (struct report_place){ .id = v->id,
		.to = v->to,
		.account = v->to_account,
		.owner = x->source.account };
}

static void
bucket_give_up(void *ctx, const char *why)
{
	struct analytics_job *x = ctx;

	for (size_t i = x->delivered; i < x->n; i++) {
		struct report_place at = place_of(x, &x->config[i].what);

		report_lost(&x->report, &at, why);
	}
}

/* ---- the next bucket ---- */

static void
config_add(struct analytics_job *x, const struct analytics *v)
{
	struct found *more;

	if (x->n == x->cap) {
		x->cap = x->cap == 0 ? 4 : x->cap * 2;
		more = arena_array(&x->room, x->cap, sizeof *more);
		if (x->n > 0)
			memcpy(more, x->config, x->n * sizeof *more);
		x->config = more;
	}
	x->config[x->n++] = (struct found){ .what = *v };
	x->wants_tags |= v->which.tags.n > 0;
}

static bool
config_row(void *ctx, struct span id, struct span inner)
{
	struct analytics_job *x = ctx;
	struct analytics v;
	struct fail fail;

	fail_init(&fail, NULL);
	if (analytics_load(&x->room, arena_span(&x->room, inner), &v, &fail) != OK) {
		log_warn("analytics %.*s: its configuration can't be read; no report",
		    (int)id.n, id.p);
		return true;
	}
	if (v.exported)
		config_add(x, &v);
	return true;
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct analytics_job *x = ctx;

	x->bad = obj_doc_each(x->txn, b->id, DOC_ANALYTICS, SPAN_NONE, config_row, x);
	if (x->bad != OK || x->n == 0)
		return x->bad == OK;
	x->source = *b;
	x->report.bucket.n = 0;
	buf_span(&x->report.bucket, name);
	return false;
}

static enum err
find_read(struct txn *t, void *arg)
{
	struct analytics_job *x = arg;
	struct span behind = arena_span(&x->room, buf_view(&x->report.bucket));
	enum err e;

	x->txn = t;
	x->bad = OK;
	e = obj_bucket_each(t, SPAN_LIT(""), behind, bucket_row, x);
	/* Borrowed: gone with the read. */
	x->source.region = x->source.name = SPAN_NONE;
	return e == OK ? x->bad : e;
}

static enum err
bucket_find(void *ctx, bool *open)
{
	struct analytics_job *x = ctx;
	enum err e;

	bucket_close(x);
	e = store_read(x->reader, find_read, x);
	*open = e == OK && x->n > 0;
	x->report.any = x->report.any || *open;
	/* What was read until midnight belongs to the day that ended. */
	if (*open)
		e = heat_keep(x->heat, x->store);
	x->day = obj_analytics_day(x->report.began_ms) - 1;
	return e;
}

/* ---- its objects ---- */

static void
version_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct analytics_job *x = ctx;
	const int64_t end_ms = (x->day + 1) * ANALYTICS_DAY_MS;
	const struct analytics_cell one = { .objects = 1, .bytes = rec->size };
	struct attrs attrs = { 0 };
	struct tags tags = { 0 };

	(void)latest;
	if (x->bad != OK)
		return;
	x->key.n = 0;
	buf_span(&x->key, key);
	x->has_version = true;
	x->version = obj_version_of(rec);
	/* What came since belongs to the next day. */
	if ((rec->flags & OBJECT_IS_MARKER) != 0 || rec->mtime_ms >= end_ms)
		return;
	if (x->wants_tags)
		x->bad = obj_attrs(x->txn, rec, &x->page, &attrs);
	if (x->bad == OK && x->wants_tags)
		x->bad = tags_read(&x->page, side_get(&attrs, SIDE_TAGS), &tags);
	for (size_t i = 0; i < x->n && x->bad == OK; i++)
		if (analytics_means(&x->config[i].what, key, rec->size, &tags))
			analytics_day_add(&x->config[i].day, rec->class, rec->size,
			    end_ms - rec->mtime_ms, &one);
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct analytics_job *x = arg;
	struct obj_version_list l = { .key_marker =
					  arena_span(&x->page, buf_view(&x->key)),
		.has_version_marker = x->has_version,
		.version_marker = x->version,
		.max = PAGE,
		.ctx = x,
		.row = version_row };
	enum err e = obj_bucket_find(t, buf_view(&x->report.bucket), &l.bucket, NULL);

	if (e == OK && l.bucket.id != x->source.id)
		e = E_NO_SUCH_BUCKET;
	if (e != OK)
		return e;
	x->txn = t;
	x->bad = OK;
	e = obj_version_list(t, &l, &x->page);
	x->last = !l.truncated;
	return e == OK ? x->bad : e;
}

static enum err
measure_one(struct txn *t, const struct analytics_job *x, const struct found *f)
{
	const struct span id = f->what.id;
	int64_t begun;
	enum err e = obj_analytics_begun(t, x->source.id, id, &begun);

	/* Put by a trug that kept no such days, or in another life of the bucket. */
	if (e == E_NOT_FOUND)
		return obj_analytics_begin(t, x->source.id, id, x->report.began_ms);
	return e == OK ? obj_analytics_measure(t, x->source.id, id, x->day, &f->day) : e;
}

static bool
is_there(struct txn *t, const struct analytics_job *x, const struct found *f)
{
	const struct obj_doc d = {
		.bucket_id = x->source.id, .doc = DOC_ANALYTICS, .id = f->what.id
	};
	struct span inner;
	bool own = false;

	return obj_doc_find(t, &d, &inner, &own) == OK && own;
}

static enum err
measure_write(struct txn *t, void *arg)
{
	const struct analytics_job *x = arg;
	enum err e = OK;

	for (size_t i = 0; i < x->n && e == OK; i++)
		if (is_there(t, x, &x->config[i]))
			e = measure_one(t, x, &x->config[i]);
	return e;
}

static enum err
page(struct analytics_job *x)
{
	enum err e;

	arena_fini(&x->page);
	arena_init(&x->page, ARENA);
	e = store_read(x->reader, page_read, x);
	if (e != OK || !x->last)
		return e;
	e = store_write_wait(x->store, measure_write, x);
	x->measured = e == OK;
	return e;
}

/* ---- its reports ---- */

struct history_of {
	const struct analytics_job *x;
	struct span id;
	struct analytics_history past;
};

static enum err
history_read(struct txn *t, void *arg)
{
	struct history_of *h = arg;

	return obj_analytics_history(t, h->x->source.id, h->id, h->x->day, &h->past);
}

static enum err
write_out(struct analytics_job *x, const struct analytics *v,
    const struct analytics_history *past)
{
	struct report_place at = place_of(x, v);
	struct buf key = { 0 }, text = { 0 };
	const char *why;
	enum err e = report_refused(&x->report, &at, &why);

	if (e == OK && why != NULL)
		report_lost(&x->report, &at, why);
	if (e == OK && why == NULL) {
		analytics_place_put(&key, v, buf_view(&x->report.bucket));
		analytics_report_put(&text, v, past);
		e = report_put(
		    &x->report, &at, buf_view(&key), buf_view(&text), "text/csv");
		if (e == OK)
			log_info("analytics %.*s of bucket %s: %zu days to bucket %.*s",
			    (int)v->id.n, v->id.p, buf_cstr(&x->report.bucket), past->n,
			    (int)v->to.n, v->to.p);
	}
	buf_fini(&key);
	buf_fini(&text);
	return e;
}

/* Until a whole day has been seen there is no report. */
static enum err
deliver(struct analytics_job *x, const struct analytics *v)
{
	struct history_of h = { .x = x, .id = v->id };
	enum err e = store_read(x->reader, history_read, &h);

	if (e == E_NOT_FOUND) /* the configuration is gone */
		return OK;
	if (e == OK && h.past.n > 0)
		e = write_out(x, v, &h.past);
	obj_analytics_history_fini(&h.past);
	/* That is no other configuration's affair. */
	if (e == E_KEY_TOO_LONG || e == E_NO_SUCH_BUCKET)
		e = OK;
	return e;
}

static enum err
bucket_step(void *ctx, bool *done)
{
	struct analytics_job *x = ctx;
	enum err e;

	if (!x->measured)
		return page(x);
	e = deliver(x, &x->config[x->delivered].what);
	if (e == OK)
		*done = ++x->delivered == x->n;
	return e;
}

/* ---- the job ---- */

static const struct report_kind kind = { .name = "analytics",
	.find = bucket_find,
	.step = bucket_step,
	.close = bucket_close,
	.give_up = bucket_give_up };

struct analytics_job *
analytics_new(struct store *store, struct heat_set *heat)
{
	struct analytics_job *x = mem_zalloc(sizeof *x);

	x->store = store;
	x->heat = heat;
	x->reader = reader_new(store);
	report_init(&x->report, &kind, x, store, x->reader);
	arena_init(&x->room, ARENA);
	arena_init(&x->page, ARENA);
	return x;
}

void
analytics_free(struct analytics_job **job)
{
	struct analytics_job *x = *job;

	if (x == NULL)
		return;
	*job = NULL;
	if (heat_keep(x->heat, x->store) != OK)
		log_warn("analytics: the last counts could not be kept");
	bucket_close(x);
	report_fini(&x->report);
	reader_free(&x->reader);
	arena_fini(&x->room);
	arena_fini(&x->page);
	buf_fini(&x->key);
	mem_free(x);
}

static int64_t
keep_due(const struct analytics_job *x)
{
	int64_t since = heat_since_ms(x->heat);

	return since == INT64_MAX ? since : since + KEEP_MS;
}

static int64_t
due(void *ctx)
{
	struct analytics_job *x = ctx;
	int64_t keep = keep_due(x), report = report_due(&x->report);

	return keep < report ? keep : report;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct analytics_job *x = ctx;
	enum err e = OK;

	if (keep_due(x) <= now_ms)
		e = heat_keep(x->heat, x->store);
	if (e == OK && report_due(&x->report) <= now_ms)
		e = report_step(&x->report, now_ms, more);
	return e;
}

void
analytics_job(struct analytics_job *x, struct job *out)
{
	*out = (struct job){ .name = "analytics", .ctx = x, .due = due, .step = step };
}
