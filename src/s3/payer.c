/* SPDX-License-Identifier: Apache-2.0 */
/* Who pays: docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

static enum err
payer_read(struct txn *t, void *arg)
{
	struct rq *rq = arg;
	struct obj_doc d = { .bucket = rq->bucket,
		.bucket_id = rq->bkt.id,
		.doc = DOC_REQUEST_PAYMENT,
		.fail = &rq->fail };
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	if (e == OK)
		rq->charged = span_is(inner, "<Payer>Requester</Payer>");
	return e;
}

/* Operations whose answers tell of it: on objects, and the listings of them. */
static bool
may_charge(const struct op *op)
{
	return op->level == LEVEL_OBJECT || strcmp(op->sub, "delete") == 0 ||
	    strcmp(op->sub, "versions") == 0 || strcmp(op->sub, "uploads") == 0 ||
	    (op->method == HTTP_GET && op->sub[0] == '\0');
}

enum err
payer_look(struct rq *rq)
{
	struct span v = header_get(rq, "x-amz-request-payer");

	if (v.p == NULL || rq->op->level == LEVEL_SERVICE ||
	    rq->op->level == LEVEL_CONTROL || !may_charge(rq->op))
		return OK;
	if (!span_ieq(v, SPAN_LIT("requester")))
		return bad_argument(
		    rq, "x-amz-request-payer", v, "Invalid x-amz-request-payer value");
	return store_read(rq->loop->reader, payer_read, rq);
}

void
payer_reply(struct rq *rq)
{
	if (rq->status < 400)
		reply_header_str(rq, "x-amz-request-charged", "requester");
}
