/* SPDX-License-Identifier: Apache-2.0 */
/* PutObject. */
#include "config.h"

#include "base/mem.h"
#include "codec/mime.h"
#include "codec/sniff.h"
#include "sse_priv.h"

struct put_op {
	struct obj_put put;
	struct rq *rq;
	struct rec_object old; /* as seen at the beginning */
	struct attrs old_attrs; /* of an append */
	bool exists;
	struct sse sse;
};

static enum err
put_look(struct txn *t, void *arg)
{
	struct put_op *op = arg;
	enum err e = obj_dest_check(t, &op->put.dest, &op->old, &op->exists);

	if (e == OK && op->put.append)
		e = obj_append_check(
		    op->put.offset, op->exists ? &op->old : NULL, &op->rq->fail);
	if (e == OK && op->put.append && op->exists)
		e = obj_attrs(t, &op->old, op->rq->arena, &op->old_attrs);
	return e;
}

/* ---- x-amz-write-offset-bytes: the body goes behind what is there ---- */

static enum err
append_wanted(struct put_op *op)
{
	struct rq *rq = op->rq;
	struct span v = header_get(rq, "x-amz-write-offset-bytes");

	if (v.p == NULL)
		return OK;
	switch (tier_says(rq, TP_WRITE_OFFSET)) {
	case TV_HEADER:
		return header_not_implemented(rq, "x-amz-write-offset-bytes", NULL);
	case TV_BAD_REQUEST:
		return fail_set(&rq->fail, E_BAD_REQUEST);
	default:
		break;
	}
	if (!span_u64(v, &op->put.offset))
		return bad_argument(rq, "x-amz-write-offset-bytes", v,
		    "x-amz-write-offset-bytes must be a non-negative integer");
	op->put.append = true;
	op->put.arena = rq->arena;
	return OK;
}

/* What does not go with bytes that are there. Texts: API reference of PutObject. */
static enum err
append_check(struct put_op *op)
{
	struct body_promise promise;
	struct rq *rq = op->rq;
	uint64_t length;
	uint8_t kind = obj_append_kind(&op->old);
	enum err e = intake_length(rq, &length);

	if (e == OK && length == 0)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Request body cannot be empty when 'write offset' is specified.");
	for (size_t i = 0; e == OK && i < op->put.attrs.n; i++)
		if (span_starts(op->put.attrs.field[i].name, SPAN_LIT("x-amz-meta-")))
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Cannot specify both a write offset value and user-defined "
			    "object metadata for existing objects.");
	if (e == OK)
		e = headers_promise(rq, &promise);
	if (e != OK || kind == CHECKSUM_NONE || promise.kind == CHECKSUM_NONE ||
	    promise.kind == kind)
		return e;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "Checksum Type mismatch occurred, expected checksum Type: %s, actual "
	    "checksum "
	    "Type: %s",
	    checksum_row(kind)->header + 15, checksum_row(promise.kind)->header + 15);
}

/* Sealed by the key that is there; another one cannot be asked for. */
static enum err
append_open(struct put_op *op)
{
	struct span side = side_get(&op->old_attrs, SIDE_CRYPT),
		    named = header_get(op->rq, "x-amz-server-side-encryption");
	struct rec_crypt r = { 0 };
	struct sse_customer c;
	enum err e = sse_customer(op->rq, true, &c);

	if (e == OK && side.p != NULL)
		e = rec_crypt_get(side, &r);
	if (e == OK && named.p != NULL && !span_is(named, rec_crypt_name(r.mode)))
		e = fail_set(&op->rq->fail, E_ENCRYPTION_MISMATCH);
	if (e == OK)
		e = sse_open(op->rq, &op->old_attrs, &c, &op->sse.keys);
	op->sse.want.mode = r.mode;
	op->sse.side = side;
	side_set(op->rq->arena, &op->put.attrs, SIDE_CRYPT, side);
	mem_wipe(&c, sizeof c);
	return e;
}

static enum err
append_start(struct put_op *op)
{
	enum err e = append_check(op);

	if (e == OK)
		e = append_open(op);
	return e == OK ? intake_start(op->rq, obj_append_kind(&op->old), false, &op->sse)
		       : e;
}

/* Of a new object; the keys are not needed once the body has taken them. */
static enum err
put_start(struct put_op *op)
{
	struct sse_default def;
	struct rq *rq = op->rq;
	enum err e = sse_default(rq, &def);

	if (e == OK)
		e = sse_begin(rq, &def, &op->put.attrs, &op->sse);
	return e == OK ? intake_start(rq, intake_default(rq), false, &op->sse) : e;
}

/* ---- the operation ---- */

enum err
op_put_object_begin(struct rq *rq)
{
	struct put_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct object_headers h = { 0 };
	enum err e = query_plain(rq);

	if (e == OK)
		e = headers_object(rq, &h);
	op->rq = rq;
	rq->data = op;
	op->put.dest = (struct obj_dest){ .bucket = rq->bucket,
		.key = rq->key,
		.bucket_id = rq->bkt.id,
		.event = EVENT_PUT,
		.making = tier_making(rq),
		.by = actor_of(rq),
		.fail = &rq->fail };
	if (e == OK)
		e = headers_cond_write(rq, &op->put.dest.cond);
	if (e == OK)
		e = append_wanted(op);
	if (e == OK)
		e = headers_lock_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_lock_digest(rq, &h.attrs, "Object");
	if (e == OK)
		e = headers_acl_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_replica_admit(rq, &h.attrs);
	if (e != OK)
		return e;
	if (header_get(rq, "content-type").n == 0 &&
	    tier_says(rq, TP_TYPE_DEFAULT) == TV_SNIFF)
		rq->head = arena_alloc(rq->arena, SNIFF_BYTES);
	op->put.attrs = h.attrs;
	op->put.rec = (struct rec_object){ .class = h.class, .mime = h.mime };
	/* Asked again in the transaction; here it saves the client its upload. */
	if (obj_cond_given(&op->put.dest.cond) || op->put.append)
		e = store_read(rq->loop->reader, put_look, op);
	if (e == OK)
		e = op->put.append && op->exists && op->old.size > 0 ? append_start(op)
								     : put_start(op);
	sse_drop(&op->sse);
	return e;
}

static void
put_then(struct obj_write *w, enum err e)
{
	struct put_op *op = CONTAINER_OF(w, struct put_op, put.w);
	struct rq *rq = op->rq;

	rq->body_kept = e == OK;
	if (e == OK) {
		reply_begin(rq, 200);
		rq->object_size = op->put.rec.size;
		rq->has_size = true;
		reply_etag(rq, &op->put.rec);
		reply_checksum(rq, &op->put.rec.checksum, 0);
		if (op->put.appended)
			reply_header_u64(rq, "x-amz-object-size", op->put.rec.size);
		sse_reply(rq, op->sse.side, SSE_TELL_CONTEXT | SSE_TELL_CUSTOMER);
		reply_written(rq, &op->put.rec);
		expiry_reply(rq, &op->put.rec, &op->put.attrs);
		analysis_written(rq, &op->put.rec, &op->put.attrs, body_length(rq->body));
		if (op->put.rec.class != CLASS_STANDARD)
			reply_header_str(
			    rq, "x-amz-storage-class", class_name(op->put.rec.class));
	}
	rq_resume(rq, e);
}

/* Of who said none: by how the bytes begin. */
static void
put_type(struct put_op *op)
{
	struct rq *rq = op->rq;
	struct span type = sniff_type(body_head(rq->body));
	struct field *f = arena_array(rq->arena, op->put.attrs.n + 1, sizeof *f);

	op->put.rec.mime = mime_number(type);
	if (op->put.rec.mime != MIME_NONE)
		return;
	if (op->put.attrs.n > 0)
		memcpy(f, op->put.attrs.field, op->put.attrs.n * sizeof *f);
	f[op->put.attrs.n] = (struct field){ SPAN_LIT("content-type"), type };
	op->put.attrs = (struct attrs){ f, op->put.attrs.n + 1 };
}

enum err
op_put_object_finish(struct rq *rq)
{
	struct put_op *op = rq->data;
	enum err e = rate_key(rq);

	if (e != OK)
		return e;
	if (rq->head != NULL)
		put_type(op);
	op->put.body = rq->body;
	op->put.now_ms = rq->now_ms;
	obj_put_post(&op->put, rq->s3->conf.store, rq->loop->inbox, put_then);
	return rq_wait(rq);
}
