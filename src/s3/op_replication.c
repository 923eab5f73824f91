/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What MinIO's clients ask about replication: how much is done and waits, and everything
 * once more. Forms: pkg/replication of minio-go.
 */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "object/replica.h"
#include "s3_priv.h"

static struct buf *
reply_json(struct rq *rq)
{
	reply_begin(rq, 200);
	reply_header_str(rq, "Content-Type", "application/json");
	return &rq->loop->out;
}

static enum err
rules_of(struct txn *t, struct rq *rq, struct replication *out)
{
	enum err e = obj_replica_rules(t, &rq->bkt, rq->arena, out);

	if (e == OK && out->n == 0) {
		(void)fail_set(&rq->fail, E_NO_SUCH_REPLICATION);
		fail_pair(&rq->fail, "BucketName", rq->bucket);
		return E_NO_SUCH_REPLICATION;
	}
	return e;
}

/* Rules of one destination stand for it once. */
static bool
is_first(const struct replication *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (span_eq(r->rule[k].arn, r->rule[i].arn))
			return false;
	return true;
}

/* ---- metrics ---- */

static void
put_counts(struct buf *b, const struct rec_stat *s)
{
	json_u64(b, "replicationCount", s->done);
	json_u64(b, "completedReplicationSize", s->done_bytes);
	json_u64(b, "pendingReplicationCount", s->pending);
	json_u64(b, "pendingReplicationSize", s->pending_bytes);
	json_u64(b, "failedReplicationCount", s->failed);
	json_u64(b, "failedReplicationSize", s->failed_bytes);
	json_begin(b, "failed");
	json_begin(b, "totals");
	json_u64(b, "count", s->failed);
	json_u64(b, "bytes", s->failed_bytes);
	buf_str(b, "}}");
}

static void
put_queue(struct buf *b, const char *name, const struct rec_stat *s)
{
	json_begin(b, name);
	json_begin(b, "curr");
	json_u64(b, "count", s->pending);
	json_u64(b, "bytes", s->pending_bytes);
	buf_str(b, "}}");
}

static void
stat_add(struct rec_stat *to, const struct rec_stat *s)
{
	to->pending += s->pending;
	to->pending_bytes += s->pending_bytes;
	to->done += s->done;
	to->done_bytes += s->done_bytes;
	to->failed += s->failed;
	to->failed_bytes += s->failed_bytes;
}

/* By the ARN of each destination, and all of it. */
static enum err
put_metrics(struct txn *t, struct rq *rq, struct buf *b, struct rec_stat *sum)
{
	struct replication r;
	enum err e = rules_of(t, rq, &r);
	bool more = false;

	buf_str(b, "{\"Stats\":{");
	for (size_t i = 0; i < r.n && e == OK; i++) {
		struct rec_target target = { 0 };
		struct rec_stat s;
		uint64_t queue;

		if (!is_first(&r, i))
			continue;
		e = obj_replica_queue(t, &rq->bkt, r.rule[i].arn, &queue);
		if (e == E_NOT_FOUND) {
			e = OK;
			continue;
		}
		if (e == OK)
			e = obj_stat_get(t, rq->bkt.id, queue, &s);
		if (e != OK)
			break;
		if ((r.rule[i].flags & REPLICATE_REMOTE) != 0)
			e = obj_target_get(t, r.rule[i].arn, &target);
		if (more)
			buf_char(b, ',');
		more = true;
		json_put(b, r.rule[i].arn);
		buf_str(b, ":{");
		json_u64(b, "limitInBits", target.rate);
		put_counts(b, &s);
		buf_char(b, '}');
		stat_add(sum, &s);
	}
	buf_char(b, '}');
	put_counts(b, sum);
	put_queue(b, "queued", sum);
	buf_char(b, '}');
	return e;
}

static enum err
metrics_read(struct txn *t, void *arg)
{
	struct rq *rq = arg;
	struct rec_stat sum = { 0 };
	struct buf *b = reply_json(rq);
	bool second = span_is(query_get(rq, "replication-metrics"), "2");
	enum err e;

	if (second)
		buf_printf(b,
		    "{\"uptime\":%" PRIu64 ",\"currStats\":", clock_mono_us() / 1000000);
	e = put_metrics(t, rq, b, &sum);
	if (second) {
		buf_str(b, ",\"queueStats\":{\"nodes\":[{\"nodeName\":\"trug\"");
		put_queue(b, "queueStats", &sum);
		buf_str(b, "}]},\"downtimeInfo\":{}}");
	}
	return e;
}

enum err
op_replication_metrics_begin(struct rq *rq)
{
	return store_read(rq->loop->reader, metrics_read, rq);
}

/* ---- all of it once more ---- */

struct reset_op {
	struct obj_write w;
	struct rq *rq;
	bool cancel;
	struct rec_scan scan;
};

static const char *const states[SCAN_STATES] = {
	[SCAN_RUNS] = "Ongoing",
	[SCAN_DONE] = "Completed",
	[SCAN_CANCELLED] = "Canceled",
};

static void
put_scan(struct buf *b, const struct rec_scan *s)
{
	buf_char(b, '{');
	json_span(b, "arn", s->arn);
	json_span(b, "resetid", s->id);
	json_time(b, "startTime", s->begun_ms);
	if (s->ended_ms != 0)
		json_time(b, "endTime", s->ended_ms);
	json_str(b, "resyncStatus", states[s->state]);
	json_u64(b, "completedReplicationSize", s->queued_bytes);
	json_u64(b, "replicationCount", s->queued);
	json_span(b, "bucket", s->bucket);
	json_span(b, "object", s->key);
	buf_char(b, '}');
}

/* Which destination: named, or the only one there is. */
static enum err
reset_arn(struct rq *rq, const struct replication *r, struct span *out)
{
	struct span arn = query_get(rq, "arn");
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (arn.n > 0 ? !span_eq(r->rule[i].arn, arn) : !is_first(r, i))
			continue;
		*out = r->rule[i].arn;
		n++;
	}
	if (n == 0 || (arn.n == 0 && n > 1))
		return bad_argument(
		    rq, "arn", arn, "The ARN is no destination of a rule");
	return OK;
}

static enum err
cancel_write(struct txn *t, struct reset_op *op, uint64_t queue)
{
	struct rq *rq = op->rq;
	struct rec_scan now;
	enum err e = obj_scan_get(t, rq->bkt.id, queue, &now);

	if (e != OK || now.state != SCAN_RUNS)
		return e == OK || e == E_NOT_FOUND
		    ? fail_msg(&rq->fail, E_INVALID_REQUEST, "No resync is in progress")
		    : e;
	now.id = arena_span(rq->arena, now.id);
	now.bucket = arena_span(rq->arena, now.bucket);
	now.arn = arena_span(rq->arena, now.arn);
	now.key = arena_span(rq->arena, now.key);
	now.state = SCAN_CANCELLED;
	now.ended_ms = clock_real_ms();
	op->scan = now;
	return obj_scan_put(t, rq->bkt.id, queue, &now);
}

static enum err
reset_write(struct txn *t, void *arg)
{
	struct reset_op *op = CONTAINER_OF(arg, struct reset_op, w.write);
	struct rq *rq = op->rq;
	struct replication r;
	uint64_t queue;
	enum err e;

	fail_clear(&rq->fail);
	e = rules_of(t, rq, &r);
	if (e == OK)
		e = reset_arn(rq, &r, &op->scan.arn);
	if (e == OK)
		e = obj_replica_queue(t, &rq->bkt, op->scan.arn, &queue);
	if (e == E_NOT_FOUND)
		return fail_set(&rq->fail, E_NO_REMOTE_TARGET);
	if (e != OK)
		return e;
	return op->cancel ? cancel_write(t, op, queue)
			  : obj_scan_put(t, rq->bkt.id, queue, &op->scan);
}

static void
reset_then(struct obj_write *w, enum err e)
{
	struct reset_op *op = CONTAINER_OF(w, struct reset_op, w);
	struct buf *b;

	if (e == OK && op->cancel)
		buf_span(reply_json(op->rq), op->scan.id);
	else if (e == OK) {
		b = reply_json(op->rq);
		buf_str(b, "{\"target\":[");
		put_scan(b, &op->scan);
		buf_str(b, "]}");
	}
	rq_resume(op->rq, e);
}

enum { YEAR_DAYS = 366, DAY_MS = 86400000 };
#define AGE_MAX_MS ((int64_t)10000 * YEAR_DAYS * DAY_MS)

/* Go's "24h0m0s". */
static bool
age_parse(struct span s, int64_t *ms)
{
	uint64_t n = 0;
	bool digits = false;

	*ms = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9' && n < 100000000) {
			n = n * 10 + (uint64_t)(c - '0');
			digits = true;
			continue;
		}
		if (!digits || (c != 'h' && c != 'm' && c != 's' && c != 'd'))
			return false;
		*ms += (int64_t)n *
		    (c == 'd'          ? DAY_MS
			    : c == 'h' ? 3600000
			    : c == 'm' ? 60000
				       : 1000);
		if (*ms > AGE_MAX_MS)
			return false;
		n = 0;
		digits = false;
	}
	return !digits;
}

static enum err
reset_post(struct rq *rq, bool cancel)
{
	struct reset_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span age = query_get(rq, "older-than"), id = query_get(rq, "reset-id");
	uint8_t raw[ORIGIN_SIZE];
	char *text = arena_alloc(rq->arena, VERSION_ID_TEXT);
	int64_t ms;

	op->rq = rq;
	op->cancel = cancel;
	op->scan = (struct rec_scan){
		.again = true, .id = id, .bucket = rq->bucket, .begun_ms = clock_real_ms()
	};
	if (age.n > 0 && !age_parse(age, &ms))
		return bad_argument(rq, "older-than", age, "Invalid duration");
	if (age.n > 0)
		op->scan.before_ms = rq->now_ms - ms;
	if (id.n > 64)
		return bad_argument(rq, "reset-id", id, "Invalid id");
	if (id.n == 0) {
		version_origin_new(raw);
		version_origin_uuid(text, raw);
		op->scan.id = span_of(text, VERSION_ID_TEXT);
	}
	obj_write_post(
	    &op->w, rq->s3->conf.store, reset_write, rq->loop->inbox, reset_then);
	return rq_wait(rq);
}

enum err
op_replication_reset_begin(struct rq *rq)
{
	return reset_post(rq, false);
}

enum err
op_replication_cancel_begin(struct rq *rq)
{
	return reset_post(rq, true);
}

struct scans {
	struct rq *rq;
	struct buf *out;
	size_t n;
};

static bool
scan_row(void *ctx, uint64_t bucket_id, uint64_t queue, const struct rec_scan *s)
{
	struct scans *l = ctx;
	struct span arn = query_get(l->rq, "arn");

	(void)queue;
	if (bucket_id != l->rq->bkt.id || (arn.n > 0 && !span_eq(arn, s->arn)))
		return true;
	if (l->n++ > 0)
		buf_char(l->out, ',');
	put_scan(l->out, s);
	return true;
}

static enum err
scans_read(struct txn *t, void *arg)
{
	struct scans *l = arg;
	enum err e;

	buf_str(l->out, "{\"target\":[");
	e = obj_scan_each(t, scan_row, l);
	buf_str(l->out, "]}");
	return e;
}

enum err
op_replication_resets_begin(struct rq *rq)
{
	struct scans l = { .rq = rq, .out = reply_json(rq) };

	return store_read(rq->loop->reader, scans_read, &l);
}

/* ---- is all there that rules name? ---- */

static enum err
check_read(struct txn *t, void *arg)
{
	struct rq *rq = arg;
	struct replication r;
	uint64_t queue;
	enum err e = rules_of(t, rq, &r);

	for (size_t i = 0; i < r.n && e == OK; i++)
		e = obj_replica_queue(t, &rq->bkt, r.rule[i].arn, &queue);
	return e == E_NOT_FOUND ? fail_set(&rq->fail, E_NO_REMOTE_TARGET) : e;
}

enum err
op_replication_check_begin(struct rq *rq)
{
	enum err e = store_read(rq->loop->reader, check_read, rq);

	if (e == OK)
		reply_begin(rq, 200);
	return e;
}
