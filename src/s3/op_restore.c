/* SPDX-License-Identifier: Apache-2.0 */
/* RestoreObject, and what archived objects answer meanwhile. */
#include "config.h"

#include "codec/stamp.h"
#include "model/tiering.h"
#include "object/remote.h"
#include "s3_priv.h"

struct restore_op {
	struct alter alter;
	unsigned days;
	uint8_t tier;
	bool again; /* it was restored before: the copy stays longer */
	bool for_good; /* from an access tier: it is no copy */
	struct restore restore; /* as it is written */
};

/* ---- reading what is archived ---- */

static enum err
refuse(struct rq *rq, uint8_t class, const char *access_tier)
{
	if (tier_says(rq, TP_ARCHIVED_GET) == TV_TRANSPARENT)
		return OK;
	(void)fail_set(&rq->fail, E_INVALID_OBJECT_STATE);
	fail_pair_str(&rq->fail, "StorageClass", class_name(class));
	if (access_tier != NULL)
		fail_pair_str(&rq->fail, "AccessTier", access_tier);
	return E_INVALID_OBJECT_STATE;
}

enum err
archive_readable(struct rq *rq, struct txn *t, const struct rec_object *rec,
    const struct attrs *attrs, struct access *access)
{
	bool watched = access_is_watched(rec);
	struct restore r;
	enum err e;

	if (!archive_is(rec->class) && !watched)
		return OK;
	e = restore_read(side_get(attrs, SIDE_RESTORE), &r);
	if (e == OK && watched)
		e = access_get(t, rec, access);
	if (e != OK)
		return e;
	if (watched)
		return access_is_archived(access, &r, rq->now_ms)
		    ? refuse(rq, rec->class, access_name(access->tier))
		    : OK;
	return restore_state(&r, rq->now_ms) == RESTORE_DONE
	    ? OK
	    : refuse(rq, rec->class, NULL);
}

/* What came back from an access tier stays: there is nothing to tell of it. */
static void
access_reply(struct rq *rq, const struct access *access, const struct restore *r)
{
	if (!access_is_archived(access, r, rq->now_ms))
		return;
	reply_header_str(rq, "x-amz-archive-status", access_name(access->tier));
	if (r->asked_ms >= access->since_ms && r->ready_ms > rq->now_ms)
		reply_header_str(rq, "x-amz-restore", "ongoing-request=\"true\"");
}

void
archive_reply(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    const struct access *access)
{
	bool watched = access_is_watched(rec);
	struct restore r;
	char date[STAMP_HTTP];

	if ((!archive_is(rec->class) && !watched &&
		(rec->flags & OBJECT_IS_REMOTE) == 0) ||
	    restore_read(side_get(attrs, SIDE_RESTORE), &r) != OK)
		return;
	if (watched) {
		access_reply(rq, access, &r);
		return;
	}
	switch (restore_state(&r, rq->now_ms)) {
	case RESTORE_ONGOING:
		reply_header_str(rq, "x-amz-restore", "ongoing-request=\"true\"");
		break;
	case RESTORE_DONE:
		stamp_http(date, r.until_ms / 1000);
		reply_header_str(rq, "x-amz-restore",
		    arena_printf(rq->arena,
			"ongoing-request=\"false\", expiry-date=\"%.*s\"", STAMP_HTTP,
			date));
		break;
	default:
		break;
	}
}

/* ---- in listings ---- */

enum err
restore_asked(struct rq *rq, bool *out)
{
	static const char name[] = "x-amz-optional-object-attributes";
	enum tier_value more = tier_value(rq, TP_LIST_MORE);
	struct span rest = header_get(rq, name), one;

	*out = false;
	if (more != TV_CHECKSUMS && more != TV_SUMS_METADATA)
		return OK;
	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (!span_is(one, "RestoreStatus"))
			return bad_argument(
			    rq, name, one, "Invalid attribute name specified.");
		*out = true;
	}
	return OK;
}

/* Nothing of what was never restored, or is no more. */
enum err
restore_put(struct buf *b, struct rq *rq, struct txn *t, const struct rec_object *rec)
{
	bool watched = access_is_watched(rec);
	enum restore_state state;
	struct access access;
	struct attrs attrs;
	struct restore r = { 0 };
	enum err e;

	if (!archive_is(rec->class) && !watched && (rec->flags & OBJECT_IS_REMOTE) == 0)
		return OK;
	e = obj_attrs(t, rec, rq->arena, &attrs);
	if (e == OK)
		e = restore_read(side_get(&attrs, SIDE_RESTORE), &r);
	if (e == OK && watched)
		e = access_get(t, rec, &access);
	if (e != OK)
		return e;
	state = restore_state(&r, rq->now_ms);
	if (watched && r.asked_ms < access.since_ms)
		state = RESTORE_NONE;
	/* What came back from an access tier is no copy that goes again. */
	if (state == RESTORE_NONE || (watched && state == RESTORE_DONE))
		return OK;
	xml_open(b, "RestoreStatus");
	xml_put_bool(b, "IsRestoreInProgress", state == RESTORE_ONGOING);
	if (state == RESTORE_DONE)
		xml_put_time(b, "RestoreExpiryDate", r.until_ms);
	xml_close(b, "RestoreStatus");
	return OK;
}

/* ---- the request ---- */

/* No element that is not known, and none twice. */
static bool
has_form(const struct xml_node *root)
{
	static const char *const known[] = { "Days", "GlacierJobParameters", "Type",
		"Tier", "Description", "SelectParameters", "OutputLocation" };

	for (const struct xml_node *c = root->child; c != NULL; c = c->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(known) && !span_is(c->name, known[i]))
			i++;
		if (i == ARRAY_LEN(known) || xml_next(c, known[i]) != NULL)
			return false;
	}
	return true;
}

/* <RestoreRequest>: Days, and a Tier at one of two places. */
static enum err
request_parse(struct rq *rq, struct restore_op *op)
{
	struct xml_node *root, *job;
	struct span days, tier;
	uint64_t n;
	enum err e = intake_bytes(rq).n == 0 ? fail_set(&rq->fail, E_MISSING_BODY)
					     : intake_xml(rq, "RestoreRequest", &root);

	if (e != OK)
		return e;
	if (!has_form(root))
		return fail_set(&rq->fail, E_MALFORMED_XML);
	if (xml_child(root, "Type") != NULL ||
	    xml_child(root, "SelectParameters") != NULL)
		return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
		    "RestoreObject with a query (Type SELECT) is not implemented.");
	days = xml_text(root, "Days");
	job = xml_child(root, "GlacierJobParameters");
	if (job != NULL && xml_child(job, "Tier") == NULL)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	tier = job != NULL ? xml_text(job, "Tier") : xml_text(root, "Tier");
	/* Without Days it is for what an access tier holds. */
	if (days.p == NULL)
		n = 0;
	else if (!span_u64(span_trim(days), &n) || n < 1)
		n = UINT64_MAX;
	if (n > INT32_MAX ||
	    (tier.p != NULL && !archive_tier_find(span_trim(tier), &op->tier)))
		return fail_set(&rq->fail, E_MALFORMED_XML);
	op->days = (unsigned)n;
	return OK;
}

static enum err
not_archived(struct rq *rq, uint8_t class)
{
	(void)fail_msg(&rq->fail, E_INVALID_OBJECT_STATE,
	    "Restore is not allowed for the object's current storage class");
	fail_pair_str(&rq->fail, "StorageClass", class_name(class));
	return E_INVALID_OBJECT_STATE;
}

/* Out of a tier it takes as long as it takes: ready is when it is there (tiers.h). */
static enum err
restore_remote(struct restore_op *op, struct restore *r)
{
	struct rq *rq = op->alter.rq;

	op->again = false;
	switch (restore_state(r, rq->now_ms)) {
	case RESTORE_ONGOING:
		return fail_set(&rq->fail, E_RESTORE_ONGOING);
	case RESTORE_DONE:
		op->again = true;
		r->until_ms = restore_until_ms(rq->now_ms, op->days, rq->s3->conf.day_ms);
		break;
	default:
		r->asked_ms = rq->now_ms;
		r->ready_ms = r->until_ms = INT64_MAX;
		break;
	}
	r->tier = op->tier;
	op->restore = *r;
	op->alter.side.value = restore_render(rq->arena, r);
	return OK;
}

static enum err
restore_also(struct txn *t, struct alter *alter)
{
	struct restore_op *op = CONTAINER_OF(alter, struct restore_op, alter);
	const struct rec_object *rec = &alter->side.rec;

	if ((rec->flags & OBJECT_IS_REMOTE) == 0)
		return OK;
	return obj_remote_restore(t, alter->bucket.id, alter->rq->bucket, alter->rq->key,
	    rec, &op->restore, op->days, op->again);
}

/* The archive that the object lies in, as a class. */
static enum err
lies_in(
    struct restore_op *op, const struct rec_object *rec, struct restore *r, uint8_t *out)
{
	struct rq *rq = op->alter.rq;
	bool remote = (rec->flags & OBJECT_IS_REMOTE) != 0;
	struct access a;
	enum err e = OK;

	*out = rec->class;
	op->for_good = false;
	if (access_is_watched(rec)) {
		e = access_get(op->alter.side.txn, rec, &a);
		if (e != OK)
			return e;
		if (r->asked_ms < a.since_ms)
			*r = (struct restore){ 0 };
		op->for_good = true;
		if (a.tier >= ACCESS_ARCHIVE)
			*out =
			    a.tier == ACCESS_ARCHIVE ? CLASS_GLACIER : CLASS_DEEP_ARCHIVE;
	}
	/* What lies in a remote tier comes back from there, which is all that MinIO restores. */
	if (!remote && (!archive_is(*out) || tier_says(rq, TP_RESTORE) == TV_TIERED))
		return not_archived(rq, rec->class);
	if (op->days == 0 && !op->for_good)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	if (*out == CLASS_DEEP_ARCHIVE && op->tier == TIER_EXPEDITED)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Retrieval option is not supported by this storage class");
	return OK;
}

/* In the transaction: a restore that runs is not begun again, but for a faster tier; one
 * that is done is kept for longer. */
static enum err
restore_see(void *ctx, const struct rec_object *rec, const struct attrs *attrs)
{
	struct restore_op *op = CONTAINER_OF(ctx, struct restore_op, alter);
	struct rq *rq = op->alter.rq;
	struct restore r;
	int64_t takes;
	uint8_t class;
	enum err e = restore_read(side_get(attrs, SIDE_RESTORE), &r);

	if (e == OK)
		e = lies_in(op, rec, &r, &class);
	if (e != OK)
		return e;
	takes = restore_takes_ms(
	    class, op->tier, rq->s3->conf.restore_at_once, rq->s3->conf.day_ms);
	if ((rec->flags & OBJECT_IS_REMOTE) != 0)
		return restore_remote(op, &r);
	op->again = false;
	switch (restore_state(&r, rq->now_ms)) {
	case RESTORE_ONGOING:
		if (rq->now_ms + takes >= r.ready_ms)
			return fail_set(&rq->fail, E_RESTORE_ONGOING);
		r.ready_ms = rq->now_ms + takes;
		break;
	case RESTORE_DONE:
		op->again = true;
		r.ready_ms = r.ready_ms < rq->now_ms ? r.ready_ms : rq->now_ms;
		break;
	default:
		r.asked_ms = rq->now_ms;
		r.ready_ms = rq->now_ms + takes;
		break;
	}
	r.tier = op->tier;
	r.until_ms = op->for_good ? INT64_MAX
				  : restore_until_ms(op->again ? rq->now_ms : r.ready_ms,
					op->days, rq->s3->conf.day_ms);
	op->alter.side.value = restore_render(rq->arena, &r);
	return OK;
}

static void
restore_then(struct rq *rq, const struct obj_side *side)
{
	struct alter *alter =
	    CONTAINER_OF((struct obj_side *)(uintptr_t)side, struct alter, side);
	struct restore_op *op = CONTAINER_OF(alter, struct restore_op, alter);

	reply_begin(rq, op->again ? 200 : 202);
	if (!op->again) {
		rq->restored = (uint8_t)(1 + op->tier);
		rq->copied = side->rec.size;
	}
	reply_version(rq, &side->rec);
}

enum err
op_restore_object_finish(struct rq *rq)
{
	struct restore_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = request_parse(rq, op);

	alter_init(&op->alter, rq, SIDE_RESTORE);
	if (e == OK)
		e = query_version(rq, &op->alter.side.version);
	if (e != OK)
		return e;
	op->alter.side.event = EVENT_RESTORE_POST;
	op->alter.side.see = restore_see;
	op->alter.also = restore_also;
	op->alter.then = restore_then;
	return alter_post(&op->alter);
}
