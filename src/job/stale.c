/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/stale.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "object/upload.h"

/* Uploads that come of age one after another are not each a reason to look through all. */
enum { PAGE = 1000, REMOVALS = 128, APART_MS = 60000 };

struct removal {
	struct span bucket, key; /* of the page's arena */
	uint64_t bucket_id, number;
};

struct stale {
	struct stale_conf conf;
	struct reader *reader;
	/* the cycle */
	bool running, ever;
	int64_t began_ms, next_ms; /* when it began; when one more will be old enough */
	uint64_t seen, seen_changes; /* of uploads; of who it applies to */
	uint64_t removed;
	struct buf bucket, key; /* the last one looked at; n == 0: before the first */
	/* the page */
	struct arena room;
	struct removal removal[REMOVALS];
	size_t n, rows;
	bool last;
	int64_t now_ms;
	struct txn *txn;
	const struct rec_bucket *at;
	struct span name;
	enum err bad;
};

struct stale *
stale_new(const struct stale_conf *conf)
{
	struct stale *x = mem_zalloc(sizeof *x);

	x->conf = *conf;
	x->reader = reader_new(conf->store);
	x->next_ms = INT64_MAX;
	arena_init(&x->room, SIZE_MAX);
	return x;
}

void
stale_free(struct stale **stale)
{
	struct stale *x = *stale;

	if (x == NULL)
		return;
	*stale = NULL;
	reader_free(&x->reader);
	arena_fini(&x->room);
	buf_fini(&x->bucket);
	buf_fini(&x->key);
	mem_free(x);
}

/* ---- when ---- */

static int64_t
due(void *ctx)
{
	const struct stale *x = ctx;
	int64_t ms = x->next_ms, soonest = x->began_ms + APART_MS;

	if (x->running || !x->ever || x->conf.changes(x->conf.ctx) != x->seen_changes)
		return INT64_MIN;
	/* What was begun since then is not old enough before that. */
	if (store_changes(x->conf.store, T_UPLOAD) != x->seen &&
	    ms > x->began_ms + x->conf.after_ms)
		ms = x->began_ms + x->conf.after_ms;
	return ms > soonest ? ms : soonest;
}

static void
cycle_begin(struct stale *x, int64_t now_ms)
{
	x->running = x->ever = true;
	x->began_ms = now_ms;
	x->next_ms = INT64_MAX;
	x->seen = store_changes(x->conf.store, T_UPLOAD);
	x->seen_changes = x->conf.changes(x->conf.ctx);
	x->removed = 0;
	x->bucket.n = x->key.n = 0;
}

/* ---- a page: of one bucket's uploads, or of several buckets' ---- */

static void
upload_row(void *ctx, struct span row_key, struct span value)
{
	struct stale *x = ctx;
	struct rec_upload u;
	struct span key;
	uint64_t number;
	int64_t ms;

	if (x->bad != OK || x->n == REMOVALS) {
		x->last = false;
		return;
	}
	x->bad = upload_key_get(row_key, &key, &number)
	    ? rec_upload_get(&x->room, value, &u)
	    : E_CORRUPT;
	if (x->bad != OK)
		return;
	ms = u.initiated_ms + x->conf.after_ms;
	if (ms <= x->now_ms)
		x->removal[x->n++] =
		    (struct removal){ .bucket = arena_span(&x->room, x->name),
			    .key = arena_span(&x->room, key),
			    .bucket_id = x->at->id,
			    .number = number };
	else if (ms < x->next_ms)
		x->next_ms = ms;
	x->rows++;
	x->key.n = 0;
	buf_span(&x->key, row_key);
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct stale *x = ctx;
	struct obj_list l = { .table = T_UPLOAD,
		.space = b->uploads,
		.max = PAGE,
		.ctx = x,
		.row = upload_row };

	/* The bucket where the page before ended comes again, for the rest of it. */
	if (span_eq(name, buf_view(&x->bucket)))
		l.after = arena_span(&x->room, buf_view(&x->key));
	x->bucket.n = x->key.n = 0;
	buf_span(&x->bucket, name);
	if (!x->conf.applies(x->conf.ctx, name))
		return true;
	buf_span(&x->key, l.after);
	x->name = name;
	x->at = b;
	x->bad = obj_list(x->txn, &l, &x->room);
	x->last = x->last && !l.truncated;
	/* All of this one was seen: the next page begins behind it. */
	if (x->last)
		x->key.n = 0;
	return x->bad == OK && x->last && x->rows < PAGE;
}

/* Names in order from the one where the page before ended, itself only for its rest. */
static enum err
page_read(struct txn *t, void *arg)
{
	struct stale *x = arg;
	struct span from = arena_span(&x->room, buf_view(&x->bucket));
	struct rec_bucket b;
	enum err e = OK;
	bool rest = x->key.n > 0;

	x->txn = t;
	x->n = x->rows = 0;
	x->last = true;
	x->bad = OK;
	x->running = true;
	if (rest)
		e = obj_bucket_find(t, from, &b, NULL);
	if (e == E_NO_SUCH_BUCKET)
		e = OK;
	else if (rest && e == OK && !bucket_row(x, from, &b))
		return x->bad;
	if (e == OK)
		e = obj_bucket_each(t, SPAN_LIT(""), from, bucket_row, x);
	if (e == OK && x->bad == OK)
		x->running = !x->last || x->rows >= PAGE;
	return e == OK ? x->bad : e;
}

/* ---- removals ---- */

static enum err
remove_write(struct txn *t, void *arg)
{
	struct stale *x = arg;
	struct rec_bucket b;
	enum err e = OK;

	for (size_t i = 0; i < x->n && e == OK; i++) {
		const struct removal *r = &x->removal[i];

		e = obj_bucket_find(t, r->bucket, &b, NULL);
		if (e == OK && b.id == r->bucket_id)
			e = obj_upload_abort(t, &b, r->key, r->number, &x->room);
		else if (e == E_NO_SUCH_BUCKET)
			e = OK;
	}
	return e;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct stale *x = ctx;
	enum err e;

	if (!x->running)
		cycle_begin(x, now_ms);
	x->now_ms = now_ms;
	arena_fini(&x->room);
	arena_init(&x->room, SIZE_MAX);
	e = store_read(x->reader, page_read, x);
	if (e == OK && x->n > 0)
		e = store_write_wait(x->conf.store, remove_write, x);
	if (e != OK) { /* all over again */
		x->running = x->ever = false;
		return e;
	}
	x->removed += x->n;
	if (!x->running && x->removed > 0)
		log_info("%" PRIu64 " uploads removed that nobody completed", x->removed);
	*more = x->running;
	return OK;
}

void
stale_job(struct stale *x, struct job *out)
{
	*out =
	    (struct job){ .name = "stale uploads", .ctx = x, .due = due, .step = step };
}
