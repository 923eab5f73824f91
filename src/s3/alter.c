/* SPDX-License-Identifier: Apache-2.0 */
/* Writing one side of an object (tags, lock, ACL): what those operations have in common. */
#include "config.h"

#include "s3_priv.h"

enum err
alter_marker(struct rq *rq, enum err e)
{
	if (e != E_METHOD_NOT_ALLOWED || rq->fail.code != OK)
		return e;
	(void)fail_set(&rq->fail, e);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", "DeleteMarker");
	return e;
}

void
alter_init(struct alter *op, struct rq *rq, enum side_kind kind)
{
	op->rq = rq;
	op->side = (struct obj_side){ .key = rq->key,
		.side = kind,
		.ctx = op,
		.arena = rq->arena,
		.now_ms = rq->now_ms };
	/* Without the right to it, it is a change like any other. */
	op->side.arrived = headers_replica_asked(rq) && rq_may(rq, "s3:ReplicateObject");
}

static enum err
alter_write(struct txn *t, void *arg)
{
	struct alter *op = CONTAINER_OF(arg, struct alter, w.write);
	struct rq *rq = op->rq;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_bucket_find(t, rq->bucket, &op->bucket, &rq->fail);
	if (e == OK && op->bucket.id != rq->bkt.id)
		e = fail_set(&rq->fail, E_NO_SUCH_BUCKET);
	if (e == OK)
		e = obj_side_write(t, &op->bucket, &op->side, &rq->fail);
	return e == OK && op->also != NULL ? op->also(t, op) : e;
}

static void
alter_then(struct obj_write *w, enum err e)
{
	struct alter *op = CONTAINER_OF(w, struct alter, w);

	if (e == OK)
		op->then(op->rq, &op->side);
	rq_resume(op->rq, alter_marker(op->rq, e));
}

enum err
alter_post(struct alter *op)
{
	struct rq *rq = op->rq;

	op->side.by = actor_of(rq);
	obj_write_post(
	    &op->w, rq->s3->conf.store, alter_write, rq->loop->inbox, alter_then);
	return rq_wait(rq);
}
