/* SPDX-License-Identifier: Apache-2.0 */
/* PutObject. */
#include "config.h"

#include "s3_priv.h"

struct put_op {
	struct obj_put put;
	struct rq *rq;
};

static enum err
put_look(struct txn *t, void *arg)
{
	struct put_op *op = arg;
	struct rec_object old;
	bool exists;

	return obj_dest_check(t, &op->put.dest, &old, &exists);
}

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
		.fail = &rq->fail };
	if (e == OK)
		e = headers_cond_write(rq, &op->put.dest.cond);
	if (e != OK)
		return e;
	op->put.attrs = h.attrs;
	op->put.rec = (struct rec_object){ .class = h.class, .mime = h.mime };
	/* Asked again in the transaction; here it saves the client its upload. */
	if (obj_cond_given(&op->put.dest.cond))
		e = store_read(rq->loop->reader, put_look, op);
	return e == OK ? intake_start(rq, CHECKSUM_CRC64NVME, false) : e;
}

static void
put_then(struct obj_write *w, enum err e)
{
	struct put_op *op = CONTAINER_OF(w, struct put_op, put.w);
	struct rq *rq = op->rq;

	rq->body_kept = e == OK;
	if (e == OK) {
		reply_begin(rq, 200);
		reply_etag(rq, &op->put.rec);
		reply_checksum(rq, &op->put.rec.checksum, 0);
		reply_written(rq, &op->put.rec);
		if (op->put.rec.class != CLASS_STANDARD)
			reply_header_str(
			    rq, "x-amz-storage-class", class_name(op->put.rec.class));
	}
	rq_resume(rq, e);
}

enum err
op_put_object_finish(struct rq *rq)
{
	struct put_op *op = rq->data;

	op->put.body = rq->body;
	op->put.now_ms = rq->now_ms;
	obj_put_post(&op->put, rq->s3->conf.store, rq->loop->inbox, put_then);
	return rq_wait(rq);
}
