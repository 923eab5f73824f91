/* SPDX-License-Identifier: Apache-2.0 */
/* RenameObject: one row of the index for another, in one transaction; no byte moves. */
#include "config.h"

#include "s3_priv.h"

struct rename_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_dest dest;
	struct span from;
	struct obj_cond source;
};

static enum err
rename_write(struct txn *t, void *arg)
{
	struct rename_op *op = CONTAINER_OF(arg, struct rename_op, w.write);

	fail_clear(&op->rq->fail);
	return obj_rename(t, &op->dest, op->from, &op->source, op->rq->now_ms);
}

static void
rename_then(struct obj_write *w, enum err e)
{
	struct rename_op *op = CONTAINER_OF(w, struct rename_op, w);

	if (e == OK)
		reply_begin(op->rq, 200);
	rq_resume(op->rq, e);
}

static bool
is_folder(struct span key)
{
	return key.n > 0 && key.p[key.n - 1] == '/';
}

/* "key", "/key" and "/bucket/key" are sent, percent-encoded; a key that begins with a slash
 * has it encoded. */
static enum err
rename_source(struct rq *rq, struct span *out)
{
	struct span raw = header_get(rq, "x-amz-rename-source"), path = raw;
	char *text;
	size_t n;

	if (raw.n == 0)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Missing required header for this request: x-amz-rename-source");
	if (path.p[0] == '/') {
		path = span_from(path, 1);
		if (span_starts(path, rq->bucket) && path.n > rq->bucket.n &&
		    path.p[rq->bucket.n] == '/')
			path = span_from(path, rq->bucket.n + 1);
	}
	text = arena_alloc(rq->arena, path.n + 1);
	n = uri_decode(text, path, false);
	if (n == (size_t)-1 || n == 0 || !uri_utf8(span_of(text, n)))
		return bad_argument(
		    rq, "x-amz-rename-source", raw, "Invalid rename source encoding");
	*out = span_of(text, n);
	if (is_folder(*out) || is_folder(rq->key))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "RenameObject is not supported for keys that end with a slash.");
	return OK;
}

enum err
op_rename_object_begin(struct rq *rq)
{
	struct rename_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = query_plain(rq);

	if (e == OK)
		e = rename_source(rq, &op->from);
	if (e == OK)
		e = allow_also(rq, "s3:GetObject", op->from);
	if (e == OK)
		e = allow_also(rq, "s3:DeleteObject", op->from);
	op->rq = rq;
	op->dest = (struct obj_dest){ .bucket = rq->bucket,
		.key = rq->key,
		.bucket_id = rq->bkt.id,
		.event = EVENT_COPY,
		.by = actor_of(rq),
		.fail = &rq->fail };
	if (e == OK)
		e = headers_cond_write(rq, &op->dest.cond);
	if (e != OK)
		return e;
	headers_cond_times(rq, &op->dest.cond);
	headers_cond_rename(rq, &op->source);
	obj_write_post(
	    &op->w, rq->s3->conf.store, rename_write, rq->loop->inbox, rename_then);
	return rq_wait(rq);
}
