/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of one lane, in their order. */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "replicate_priv.h"

enum {
	BATCH = 32, /* rows for this store in one write */
	ROUND = 64, /* rows for another one before others have their turn */
	TRIES_MAX = 5, /* of a row that somebody refuses */
	STUMBLES_MAX = 50, /* of one that somebody fails at (5xx): an hour */
	PAUSE_MS = 200,
	PAUSE_MAX_MS = 60000
};

/* ---- one row ---- */

struct row {
	struct lane *lane;
	struct arena arena;
	struct obj_work_at at;
	struct rec_work work;
	struct span bytes;
	bool remote;
};

static enum err
row_take(struct txn *t, struct row *r)
{
	struct span row, name;
	enum err e = obj_work_first(t, r->lane->queue, r->lane->number, &r->at, &row);

	if (e == OK) {
		r->bytes = arena_span(&r->arena, row);
		e = rec_work_get(r->bytes, &r->work);
	}
	if (e == OK && !replication_arn(r->work.arn, &name, &r->remote))
		e = E_CORRUPT;
	return e;
}

static void
tell(const struct rec_work *w, enum err why)
{
	log_warn("replication of %.*s/%.*s to %.*s has failed: %s", (int)w->bucket.n,
	    w->bucket.p, (int)w->key.n, w->key.p, (int)w->arn.n, w->arn.p,
	    why != OK ? err_row(why)->symbol : "it cannot be made there");
}

/* ---- taken off ---- */

struct ending {
	struct row *row;
	enum work_end end;
	const char *reason;
	bool again; /* it stays, and counts one try more */
	const struct rec_doubt *doubt; /* or NULL */
};

static enum err
end_write(struct txn *t, void *arg)
{
	struct ending *x = arg;
	struct row *r = x->row;
	struct rec_work w;
	enum err e;

	if (x->again)
		e = obj_work_put(t, &r->at, &r->work);
	else
		e = obj_work_end(t, &r->at, x->end, x->reason, &r->arena, &w);
	if (e == OK && x->doubt != NULL && !x->again)
		e = obj_doubt_add(t, x->doubt->since_ms + DOUBT_FIRST_MS, x->doubt);
	return e == E_NOT_FOUND ? OK : e;
}

static void
pause_lane(struct lane *l)
{
	uint64_t ms = PAUSE_MS;

	for (unsigned i = 0; i < l->failures && ms < PAUSE_MAX_MS; i++)
		ms *= 2;
	if (ms > PAUSE_MAX_MS)
		ms = PAUSE_MAX_MS;
	l->failures++;
	l->not_before_us = clock_mono_us() + ms * 1000;
}

/* In AWS's words: docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */
static const char *
reason_of(enum err why)
{
	switch (why) {
	case E_NO_SUCH_BUCKET:
		return "DstBucketNotFound";
	case E_REMOTE_DENIED:
		return "DstPutObjectNotPermitted";
	case E_INVALID_OBJECT_STATE:
		return "SrcObjectNotEligible";
	default:
		return "InternalError";
	}
}

/* What became of a row that was tried. False: the lane has to wait. */
static bool
row_settle(struct row *r, enum err why, enum work_end end, const struct rec_doubt *doubt)
{
	struct lane *l = r->lane;
	struct ending x = { .row = r, .end = end, .reason = reason_of(why) };
	enum err e;

	if ((why == E_REMOTE_DOWN && !l->answered) || replicator_stops(l->owner)) {
		pause_lane(l);
		return false;
	}
	if (why == OK && doubt != NULL && doubt->mark.n > 0)
		x.doubt = doubt;
	if (why != OK) {
		x.again =
		    ++r->work.tries < (why == E_REMOTE_DOWN ? STUMBLES_MAX : TRIES_MAX);
		x.end = WORK_FAILED;
	}
	e = store_write_wait(l->owner->conf.store, end_write, &x);
	if (e == OK && !x.again && x.end == WORK_FAILED)
		tell(&r->work, why);
	if (e != OK || x.again) {
		pause_lane(l);
		return false;
	}
	l->failures = 0;
	return true;
}

/* ---- in this store ---- */

struct batch {
	struct lane *lane;
	size_t max, done, failed; /* rows */
};

static enum err
batch_one(struct txn *t, struct batch *b)
{
	struct replicator *r = b->lane->owner;
	struct row row = { .lane = b->lane };
	enum work_end end = WORK_FAILED;
	enum err e;

	arena_init(&row.arena, SIZE_MAX);
	e = row_take(t, &row);
	/* Where there is no such place, there is nothing to do but to say so. */
	if (e == OK && row.at.queue != 0)
		e = obj_work_apply(
		    t, r->conf.kms, &row.work, clock_now_ms(), &row.arena, &end);
	if (e == OK)
		e = obj_work_end(t, &row.at, end,
		    reason_of(row.at.queue == 0 ? E_NO_SUCH_BUCKET : OK), &row.arena,
		    &row.work);
	b->failed += e == OK && end == WORK_FAILED;
	arena_fini(&row.arena);
	return e;
}

static enum err
batch_write(struct txn *t, void *arg)
{
	struct batch *b = arg;
	enum err e = OK;

	b->failed = 0;
	for (b->done = 0; b->done < b->max && e == OK; b->done++)
		e = batch_one(t, b);
	b->done -= e != OK;
	return e == E_NOT_FOUND ? OK : e;
}

static bool
work_here(struct row *r)
{
	struct batch b = { .lane = r->lane, .max = BATCH };
	struct store *s = r->lane->owner->conf.store;
	enum err e = store_write_wait(s, batch_write, &b);

	if (e != OK) { /* one of them alone, perhaps */
		b.max = 1;
		e = store_write_wait(s, batch_write, &b);
	}
	if (e != OK)
		return row_settle(r, e, WORK_FAILED, NULL);
	if (b.failed > 0)
		log_warn("replication to %.*s: %zu versions could not be made there",
		    (int)r->work.arn.n, r->work.arn.p, b.failed);
	r->lane->failures = 0;
	return true;
}

/* ---- a lane ---- */

static enum err
peek_read(struct txn *t, void *arg)
{
	return row_take(t, arg);
}

void
replicate_lane(struct lane *l)
{
	struct reader *reader = reader_new(l->owner->conf.store);
	bool go = true;

	for (unsigned n = 0; n < ROUND && go && !replicator_stops(l->owner); n++) {
		struct row r = { .lane = l };
		enum work_end end = WORK_DONE;
		enum err e;

		arena_init(&r.arena, SIZE_MAX);
		e = store_read(reader, peek_read, &r);
		if (e == OK && (!r.remote || r.at.queue == 0))
			go = work_here(&r);
		else if (e == OK) {
			struct rec_doubt doubt = { 0 };

			e = replicate_send(l, reader, &r.work, &r.arena, &end, &doubt);
			go = row_settle(&r, e, end, &doubt);
		} else
			go = false;
		arena_fini(&r.arena);
	}
	reader_free(&reader);
}
