/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteObject, DeleteObjects. */
#include "config.h"

#include "s3_priv.h"

enum { DELETE_MAX = 1000, DELETE_MEMBER = 256 };

/* What opens ways: a code of the MFA device, and the way past GOVERNANCE. That header has a
 * meaning only where there is a lock; without the right to it, none. */
static enum err
ways_take(struct rq *rq, struct obj_drop *how)
{
	struct span v = header_get(rq, "x-amz-bypass-governance-retention");
	enum err e;

	*how = (struct obj_drop){
		.now_ms = rq->now_ms, .making = tier_making(rq), .by = actor_of(rq)
	};
	e = mfa_check(rq, &how->mfa);
	if (e != OK || v.p == NULL)
		return e;
	how->bypass = headers_lock_bypass(rq);
	if (rq->rules.locks)
		return OK;
	(void)fail_msg(&rq->fail, E_INVALID_ARGUMENT,
	    "x-amz-bypass-governance-retention is only applicable to Object Lock enabled "
	    "buckets.");
	fail_pair_str(&rq->fail, "ArgumentName", "x-amz-bypass-governance-retention");
	return E_INVALID_ARGUMENT;
}

/* ---- one ---- */

struct delete_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_version version;
	struct obj_cond cond;
	struct obj_drop how;
	struct obj_arrival arrival;
	bool marker; /* one that was made elsewhere */
	struct obj_deleted did;
};

static enum err
delete_one(struct txn *t, struct rq *rq, struct span key, const struct obj_version *v,
    const struct obj_cond *cond, const struct obj_drop *how, struct obj_deleted *did,
    struct fail *fail)
{
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, rq->bucket, &b, fail);

	if (e == OK && b.id != rq->bkt.id)
		e = fail_set(fail, E_NO_SUCH_BUCKET);
	if (e != OK)
		return e;
	if (v->which != VERSION_CURRENT)
		return obj_version_delete(t, &b, key, v, cond, how, did, fail);
	return obj_delete(t, &b, key, cond, how, did, fail);
}

/* Once: what is sent twice is there already. */
static enum err
marker_arrives(struct txn *t, struct delete_op *op)
{
	const struct obj_version now = { .which = VERSION_CURRENT };
	struct rq *rq = op->rq;
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, rq->bucket, &b, &rq->fail);

	if (e == OK && op->version.which == VERSION_NUMBER) {
		op->did = (struct obj_deleted){ .marker = true, .versioned = true };
		e = obj_version_find(t, &b, rq->key, &op->version, &op->did.rec, NULL);
		if (e != E_NO_SUCH_VERSION && e != E_NO_SUCH_KEY)
			return e;
	}
	return delete_one(t, rq, rq->key, &now, NULL, &op->how, &op->did, &rq->fail);
}

static enum err
delete_write(struct txn *t, void *arg)
{
	struct delete_op *op = CONTAINER_OF(arg, struct delete_op, w.write);
	struct rq *rq = op->rq;

	fail_clear(&rq->fail);
	if (op->marker)
		return marker_arrives(t, op);
	return delete_one(
	    t, rq, rq->key, &op->version, &op->cond, &op->how, &op->did, &rq->fail);
}

static void
delete_then(struct obj_write *w, enum err e)
{
	struct delete_op *op = CONTAINER_OF(w, struct delete_op, w);

	if (e == OK) {
		reply_begin(op->rq, 204);
		bool bare = op->rq->bkt.versioning == VERSIONING_SUSPENDED &&
		    op->version.which == VERSION_CURRENT && op->did.marker &&
		    tier_says(op->rq, TP_SUSPENDED_DELETE) == TV_MARKER_NONE;

		if (op->did.marker && !bare)
			reply_header_str(op->rq, "x-amz-delete-marker", "true");
		if (op->did.versioned && !bare)
			reply_version(op->rq, &op->did.rec);
	}
	rq_resume(op->rq, e);
}

enum err
op_delete_object_begin(struct rq *rq)
{
	struct delete_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span part = query_get(rq, "partNumber");
	bool all = false;
	enum err e = ways_take(rq, &op->how);

	if (e == OK && part.p != NULL)
		e = bad_argument(rq, "partNumber", part,
		    "This operation does not accept a partNumber without an uploadId");
	if (e == OK)
		e = query_version(rq, &op->version);
	if (e == OK)
		e = headers_cond_delete(rq, &op->cond);
	if (e == OK && headers_replica_asked(rq)) {
		op->marker = headers_replica_marker(rq);
		op->how.arrival = &op->arrival;
		e = headers_replica_arrival(rq, &op->arrival);
	}
	if (e == OK)
		e = purge_asked(rq, &all);
	if (e != OK || all)
		return e == OK ? purge_begin(rq, op->how.mfa) : e;
	op->rq = rq;
	obj_write_post(
	    &op->w, rq->s3->conf.store, delete_write, rq->loop->inbox, delete_then);
	return rq_wait(rq);
}

/* ---- many ---- */

struct delete_row {
	struct span key, id, etag;
	struct obj_version version;
	struct obj_deleted did;
	enum err err;
	bool bypass; /* of governance; as the header asks and the caller may */
	struct span message; /* n = 0: the error's own */
};

struct delete_many {
	struct obj_write w;
	struct rq *rq;
	struct delete_row *row;
	size_t n, at; /* rows done */
	bool quiet;
	struct obj_drop how;
};

static enum err
row_parse(struct rq *rq, const struct xml_node *node, struct delete_row *row)
{
	row->key = xml_text(node, "Key");
	if (address_nfc(rq, &row->key) != OK)
		return rq->fail.code;
	row->id = xml_text(node, "VersionId");
	if (row->id.n > 0 && !obj_version_parse(row->id, &row->version))
		row->err = tier_says_of(rq, TP_VERSION_ID, TIER_BIT_MINIO) == TV_UUID
		    ? E_NO_SUCH_VERSION
		    : E_INVALID_VERSION;
	row->etag = xml_text(node, "ETag");
	if (xml_child(node, "LastModifiedTime") != NULL ||
	    xml_child(node, "Size") != NULL)
		return header_not_implemented(rq, "x-amz-if-match-size", NULL);
	return row->key.n == 0 ? fail_set(&rq->fail, E_MALFORMED_XML) : OK;
}

static enum err
many_parse(struct rq *rq, struct delete_many *d)
{
	struct xml_node *root, *node;
	size_t n = 0;
	enum err e = intake_xml(rq, "Delete", &root);

	if (e != OK)
		return e;
	d->quiet = span_is(span_trim(xml_text(root, "Quiet")), "true");
	for (node = xml_child(root, "Object"); node != NULL;
	     node = xml_next(node, "Object"))
		n++;
	if (n == 0 || n > DELETE_MAX)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	d->row = arena_array(rq->arena, n, sizeof *d->row);
	for (node = xml_child(root, "Object"); node != NULL && e == OK;
	     node = xml_next(node, "Object"))
		e = row_parse(rq, node, &d->row[d->n++]);
	return e;
}

static enum err
row_delete(struct txn *t, struct delete_many *d, struct delete_row *row)
{
	struct obj_cond cond = { .if_match = row->etag };
	struct obj_drop how = d->how;

	if (tier_value(d->rq, TP_DELETE_COND_KEYS) == TV_IGNORE)
		cond.if_match = SPAN_NONE;

	how.bypass = row->bypass;
	if (row->err == E_INVALID_VERSION || row->err == E_NO_SUCH_VERSION ||
	    row->err == E_ACCESS_DENIED)
		return row->err;
	return delete_one(
	    t, d->rq, row->key, &row->version, &cond, &how, &row->did, NULL);
}

/* A member takes some rows; a row's own failure is its own and stops nobody. */
static enum err
many_write(struct txn *t, void *arg)
{
	struct delete_many *d = CONTAINER_OF(arg, struct delete_many, w.write);
	size_t end = d->at + DELETE_MEMBER < d->n ? d->at + DELETE_MEMBER : d->n;

	for (size_t i = d->at; i < end; i++) {
		struct delete_row *row = &d->row[i];

		row->err = row_delete(t, d, row);
		if (err_row(row->err)->status >= 500)
			return row->err;
	}
	return OK;
}

static void
put_deleted(const struct rq *rq, struct buf *b, const struct delete_row *row)
{
	char text[VERSION_ID_TEXT];
	struct span id = span_of(text, obj_version_text(text, &row->did.rec));

	buf_str(b, "<Deleted>");
	xml_put(b, "Key", row->key);
	if (row->id.n > 0)
		xml_put(b, "VersionId", row->id);
	if (row->did.marker && rq->bkt.versioning != VERSIONING_NEVER) {
		xml_put_str(b, "DeleteMarker", "true");
		xml_put(b, "DeleteMarkerVersionId", id);
	}
	buf_str(b, "</Deleted>");
}

static void
put_error(struct buf *b, const struct delete_row *row)
{
	buf_str(b, "<Error>");
	xml_put(b, "Key", row->key);
	if (row->id.n > 0)
		xml_put(b, "VersionId", row->id);
	xml_put_str(b, "Code", err_row(row->err)->code);
	if (row->message.n > 0)
		xml_put(b, "Message", row->message);
	else
		xml_put_str(b, "Message", err_row(row->err)->message);
	buf_str(b, "</Error>");
}

static void
many_reply(struct delete_many *d)
{
	struct buf *b = reply_xml(d->rq, 200);

	buf_str(b, "<DeleteResult xmlns=\"" XML_S3NS "\">");
	for (size_t i = 0; i < d->n; i++) {
		const struct delete_row *row = &d->row[i];

		if (row->err == E_PRECONDITION)
			(void)tier_says(d->rq, TP_DELETE_COND_KEYS);
		if (row->err != OK)
			put_error(b, row);
		else if (!d->quiet)
			put_deleted(d->rq, b, row);
	}
	buf_str(b, "</DeleteResult>");
}

static void
many_then(struct obj_write *w, enum err e)
{
	struct delete_many *d = CONTAINER_OF(w, struct delete_many, w);
	struct rq *rq = d->rq;

	d->at = d->at + DELETE_MEMBER < d->n ? d->at + DELETE_MEMBER : d->n;
	if (e == OK && d->at < d->n) {
		obj_write_post(
		    &d->w, rq->s3->conf.store, many_write, rq->loop->inbox, many_then);
		return;
	}
	if (e == OK)
		many_reply(d);
	rq_resume(rq, e);
}

void
op_delete_each(const struct rq *rq,
    void (*row)(void *ctx, struct span key, struct span version, enum err e), void *ctx)
{
	const struct delete_many *d = rq->data;

	for (size_t i = 0; d != NULL && i < d->at; i++)
		row(ctx, d->row[i].key, d->row[i].id, d->row[i].err);
}

static void
row_allow(struct rq *rq, struct delete_row *row)
{
	if (!allow_delete(rq, row->key, row->id, &row->message))
		row->err = E_ACCESS_DENIED;
	row->bypass = span_ieq(header_get(rq, "x-amz-bypass-governance-retention"),
			  SPAN_LIT("true")) &&
	    allow_may(rq, "s3:BypassGovernanceRetention", row->key);
}

enum err
op_delete_objects_finish(struct rq *rq)
{
	struct delete_many *d = arena_zalloc(rq->arena, sizeof *d);
	enum err e = ways_take(rq, &d->how);

	if (e == OK)
		e = headers_digest_given(rq);
	if (e == OK)
		e = many_parse(rq, d);
	if (e != OK)
		return e;
	for (size_t i = 0; i < d->n; i++)
		row_allow(rq, &d->row[i]);
	d->rq = rq;
	rq->data = d;
	obj_write_post(&d->w, rq->s3->conf.store, many_write, rq->loop->inbox, many_then);
	return rq_wait(rq);
}
