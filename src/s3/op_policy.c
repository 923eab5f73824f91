/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of a bucket: JSON, given back byte for byte as it came. */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

struct policy_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_doc at;
	struct doc_text text;
	struct span json;
};

static struct obj_doc
policy_at(struct rq *rq)
{
	return (struct obj_doc){ .bucket = rq->bucket,
		.bucket_id = rq->bkt.id,
		.doc = DOC_POLICY,
		.fail = &rq->fail };
}

/* ---- get ---- */

static enum err
get_read(struct txn *t, void *arg)
{
	struct policy_op *op = arg;
	struct span json;
	enum err e = obj_doc_get(t, &op->at, &json);

	if (e == OK)
		op->json = arena_span(op->rq->arena, json);
	return e;
}

static enum err
policy_get(struct rq *rq, struct span *json)
{
	struct policy_op op = { .rq = rq, .at = policy_at(rq) };
	enum err e = store_read(rq->loop->reader, get_read, &op);

	*json = op.json;
	return e;
}

enum err
op_get_policy_begin(struct rq *rq)
{
	struct span json;
	enum err e = policy_get(rq, &json);

	if (e != OK)
		return e;
	reply_begin(rq, 200);
	reply_header_str(rq, "Content-Type", "application/json");
	buf_span(&rq->loop->out, json);
	return OK;
}

enum err
op_get_policy_status_begin(struct rq *rq)
{
	struct span json;
	struct buf *b;
	enum err e = policy_get(rq, &json);

	if (e != OK)
		return e;
	b = reply_xml(rq, 200);
	buf_str(b, "<PolicyStatus xmlns=\"" XML_S3NS "\">");
	/* One that can't be read lets nobody in. */
	xml_put_bool(b, "IsPublic",
	    rq->rules.policy != NULL && policy_is_public(rq->rules.policy));
	xml_close(b, "PolicyStatus");
	return OK;
}

/* ---- put ---- */

static enum err
put_write(struct txn *t, void *arg)
{
	struct policy_op *op = CONTAINER_OF(arg, struct policy_op, w.write);

	fail_clear(op->at.fail);
	return obj_doc_put(t, &op->at, &op->text);
}

static void
put_then(struct obj_write *w, enum err e)
{
	struct policy_op *op = CONTAINER_OF(w, struct policy_op, w);

	if (e == OK)
		reply_begin(op->rq, 204);
	rq_resume(op->rq, e);
}

static enum err
put_check(struct rq *rq, struct span json)
{
	struct policy *p = NULL;
	enum err e;

	if (json.n == 0)
		return fail_set(&rq->fail, E_MISSING_BODY);
	e = policy_parse(&p, json, POLICY_BUCKET, rq->bucket, &rq->fail);
	if (e != OK)
		return e;
	if (rq->rules.no_public_policy && policy_is_public(p))
		e = allow_blocked(rq, false);
	policy_free(&p);
	return e;
}

enum err
op_put_policy_finish(struct rq *rq)
{
	struct policy_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span json = intake_bytes(rq);
	enum err e = put_check(rq, json);

	if (e != OK)
		return e;
	op->rq = rq;
	op->at = policy_at(rq);
	op->text.inner = json;
	obj_write_post(&op->w, rq->s3->conf.store, put_write, rq->loop->inbox, put_then);
	return rq_wait(rq);
}
