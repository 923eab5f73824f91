/* SPDX-License-Identifier: Apache-2.0 */
/* PutBucketNotificationConfiguration. */
#include "config.h"

#include "model/notify.h"
#include "object/event.h"
#include "s3_priv.h"
#include "target/targets.h"

enum { TOLD_MAX = 5 }; /* destinations that one refusal names */

struct notify_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_doc at;
	struct doc_text text;
	struct notify notify;
	struct buf *rules;
	struct obj_actor by;
	bool silent; /* destinations are not asked, and not told */
};

/* ---- destinations ---- */

static struct span
arn_region(struct span arn)
{
	for (size_t i = 0; i < 3; i++)
		(void)span_cut(&arn, ':');
	return span_cut(&arn, ':');
}

static bool
is_aws(struct span arn)
{
	return !span_starts(arn, SPAN_LIT("arn:minio:"));
}

/* Recorded answers; of what AWS has not, in its manner. */
static void
destination_tell(struct rq *rq, const struct notify_rule *r, size_t i)
{
	static const char *const name[] = { "ArgumentName1", "ArgumentName2",
		"ArgumentName3", "ArgumentName4", "ArgumentName5" };
	static const char *const value[] = { "ArgumentValue1", "ArgumentValue2",
		"ArgumentValue3", "ArgumentValue4", "ArgumentValue5" };
	struct span arn = r->watch.arn;
	int n = (int)arn.n;

	switch (r->kind) {
	case NOTIFY_FUNCTION:
		fail_pair_str(
		    &rq->fail, name[i], arena_printf(rq->arena, "%.*s, null", n, arn.p));
		fail_pair_str(&rq->fail, value[i],
		    arena_printf(
			rq->arena, "Not authorized to invoke function [%.*s]", n, arn.p));
		break;
	case NOTIFY_BRIDGE:
		fail_pair_str(&rq->fail, name[i], "EventBridge");
		fail_pair_str(&rq->fail, value[i],
		    "This server has no target for it: one with \"eventbridge\": \"on\"");
		break;
	default:
		fail_pair(&rq->fail, name[i], arn);
		fail_pair_str(&rq->fail, value[i],
		    r->kind == NOTIFY_TOPIC ? "The destination topic does not exist"
					    : "The destination queue does not exist");
		break;
	}
}

static enum err
region_check(struct rq *rq, struct span arn)
{
	struct span own =
	    rq->bkt.region.n > 0 ? rq->bkt.region : span_str(rq->s3->conf.region);

	if (!is_aws(arn) || span_is(arn, TARGETS_EVENTBRIDGE) ||
	    span_eq(arn_region(arn), own))
		return OK;
	return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
	    "The notification destination service region is not valid for the bucket "
	    "location constraint");
}

static enum err
destinations_check(struct notify_op *op)
{
	const struct targets *targets = op->rq->s3->conf.targets;
	struct rq *rq = op->rq;
	size_t bad = 0;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < op->notify.n; i++) {
		const struct notify_rule *r = &op->notify.rule[i];

		if (targets != NULL && targets_find(targets, r->watch.arn) != NULL)
			continue;
		if (bad == 0)
			e = region_check(rq, r->watch.arn);
		if (e == OK && bad == 0)
			(void)fail_msg(&rq->fail, E_INVALID_ARGUMENT,
			    "Unable to validate the following destination "
			    "configurations");
		if (e == OK && bad < TOLD_MAX)
			destination_tell(rq, r, bad++);
	}
	return e == OK && bad > 0 ? E_INVALID_ARGUMENT : e;
}

/* ---- the change ---- */

static enum err
tests_write(struct txn *t, struct notify_op *op, const struct rec_bucket *b)
{
	const struct obj_change c = {
		.bucket = b, .by = &op->by, .now_ms = op->rq->now_ms
	};
	enum err e = OK;

	for (size_t i = 0; e == OK && i < op->notify.n && !op->silent; i++) {
		const struct notify_rule *r = &op->notify.rule[i];

		/* MinIO tests nothing, and its functions would be called by it. */
		if ((r->kind == NOTIFY_QUEUE || r->kind == NOTIFY_TOPIC) &&
		    is_aws(r->watch.arn))
			e = obj_event_test(t, &c, r->watch.arn);
	}
	return e;
}

static enum err
notify_write(struct txn *t, void *arg)
{
	struct notify_op *op = CONTAINER_OF(arg, struct notify_op, w.write);
	struct rq *rq = op->rq;
	struct rec_bucket b;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_doc_put(t, &op->at, &op->text);
	if (e == OK)
		e = obj_event_rules_put(t, rq->bucket, rq->bkt.id, buf_view(op->rules));
	if (e == OK)
		e = obj_bucket_find(t, rq->bucket, &b, &rq->fail);
	return e == OK ? tests_write(t, op, &b) : e;
}

static void
notify_then(struct obj_write *w, enum err e)
{
	struct notify_op *op = CONTAINER_OF(w, struct notify_op, w);

	if (e == OK)
		reply_begin(op->rq, 200);
	rq_resume(op->rq, e);
}

static void
notify_drop(struct rq *rq)
{
	struct notify_op *op = rq->data;

	buf_fini(op->rules);
}

static enum err
parse(struct notify_op *op)
{
	struct rq *rq = op->rq;
	struct span in = intake_bytes(rq);
	enum err e =
	    doc_parse(rq->arena, DOC_NOTIFICATION, in, SPAN_NONE, &op->text, &rq->fail);

	if (e == OK)
		e = notify_load(rq->arena, op->text.inner, &op->notify);
	if (e == OK && !op->silent)
		e = destinations_check(op);
	if (e == OK)
		notify_watch(op->rules, &op->notify);
	return e;
}

enum err
op_put_notification_finish(struct rq *rq)
{
	struct notify_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e;

	op->rq = rq;
	op->rules = arena_zalloc(rq->arena, sizeof *op->rules);
	rq->data = op;
	rq->drop = notify_drop;
	op->silent = span_ieq(
	    header_get(rq, "x-amz-skip-destination-validation"), SPAN_LIT("true"));
	op->at = (struct obj_doc){ .bucket = rq->bucket,
		.bucket_id = rq->bkt.id,
		.doc = DOC_NOTIFICATION,
		.fail = &rq->fail };
	op->by = (struct obj_actor){ .request_id = span_str(rq->id),
		.host_id = span_str(rq->id_2) };
	e = parse(op);
	if (e != OK)
		return e;
	obj_write_post(
	    &op->w, rq->s3->conf.store, notify_write, rq->loop->inbox, notify_then);
	return rq_wait(rq);
}
