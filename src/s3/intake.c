/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/b64.h"
#include "codec/sniff.h"
#include "sse_priv.h"

/* What may stand around a file in a form. */
enum { FORM_AROUND = 64 << 10 };

static bool
is_framed(const struct rq *rq)
{
	switch (rq->auth.payload) {
	case AUTH_PAYLOAD_CHUNKS:
	case AUTH_PAYLOAD_CHUNKS_TRAILER:
	case AUTH_PAYLOAD_UNSIGNED_TRAILER:
		return true;
	default:
		return false;
	}
}

/* Length of the payload: what the framing declares, else what HTTP does. */
enum err
intake_length(struct rq *rq, uint64_t *out)
{
	struct span text = header_get(rq, "x-amz-decoded-content-length");

	if (is_framed(rq)) {
		if (text.n == 0 || !span_u64(text, out))
			return fail_set(&rq->fail, E_MISSING_LENGTH);
		return OK;
	}
	if (rq->http->length == HTTP_UNKNOWN_LENGTH) {
		if (text.n == 0 || !span_u64(text, out))
			return fail_set(&rq->fail, E_MISSING_LENGTH);
		return OK;
	}
	if (!rq->http->has_length)
		return fail_set(&rq->fail, E_MISSING_LENGTH);
	*out = rq->http->length;
	return OK;
}

static enum err
chunk_feed(void *ctx, void *p, size_t n, size_t *out, struct fail *fail)
{
	return chunksig_feed(ctx, p, n, out, fail);
}

static enum err
chunk_end(void *ctx, struct fail *fail)
{
	return chunksig_end(ctx, fail);
}

static struct span
chunk_trailer(void *ctx, const char *name)
{
	const struct field *f;
	size_t n = chunksig_trailers(ctx, &f);

	for (size_t i = 0; i < n; i++)
		if (span_is(f[i].name, name))
			return f[i].value;
	return SPAN_NONE;
}

static void
intake_resume(void *ctx)
{
	struct rq *rq = ctx;

	CHECK(rq, RQ_MAGIC);
	http_body_resume(rq->http);
}

static void
intake_then(void *ctx, enum err e)
{
	struct rq *rq = ctx;

	CHECK(rq, RQ_MAGIC);
	rq_resume(rq, e);
}

static enum err
intake_new(struct rq *rq, uint64_t length, bool in_memory, uint8_t checksum, uint8_t keep,
    const struct sse *sse)
{
	struct body_promise promise;
	struct body_conf c = {
		.store = rq->s3->conf.store,
		.pool = rq->s3->conf.pool,
		.team = rq->s3->team,
		.inbox = rq->loop->inbox,
		.length = length,
		.in_memory = in_memory,
		.may_seal = sse != NULL && sse->side.p != NULL,
		.fail = &rq->fail,
		.ctx = rq,
		.resume = intake_resume,
		.then = intake_then,
	};
	enum err e = headers_promise(rq, &promise);

	if (e != OK)
		return e;
	/* A call of the control API is no operation. */
	if (rq->op != NULL && (rq->op->flags & F_OBJECT_SUM) != 0) {
		promise.kind = CHECKSUM_NONE;
		promise.expect.kind = CHECKSUM_NONE;
	}
	if (is_framed(rq)) {
		rq->chunks = chunksig_new(&rq->auth, length);
		c.filter = (struct body_filter){ rq->chunks, chunk_feed, chunk_end,
			chunk_trailer };
	}
	if (promise.in_trailer && rq->chunks == NULL)
		return fail_set(&rq->fail, E_MALFORMED_TRAILER);
	c.check_sha256 = rq->auth.payload == AUTH_PAYLOAD_HASH;
	memcpy(c.sha256, rq->auth.hash, sizeof c.sha256);
	c.check_md5 = promise.has_md5;
	memcpy(c.md5, promise.md5, sizeof c.md5);
	c.checksum = promise.kind != CHECKSUM_NONE ? promise.kind : checksum;
	c.keep = keep;
	c.checksum_in_trailer = promise.in_trailer;
	c.expect = promise.expect;
	c.head = rq->head;
	c.head_max = SNIFF_BYTES;
	rq->body = body_new(&c);
	if (c.may_seal)
		body_seal(rq->body, &sse->keys, sse->part, sse->want.mode != CRYPT_S3);
	return OK;
}

static enum err
too_large(struct rq *rq, uint64_t length, uint64_t max)
{
	(void)fail_set(&rq->fail, E_ENTITY_TOO_LARGE);
	fail_pair_u64(&rq->fail, "ProposedSize", length);
	fail_pair_u64(&rq->fail, "MaxSizeAllowed", max);
	return E_ENTITY_TOO_LARGE;
}

uint8_t
intake_default(struct rq *rq)
{
	const struct span named = SPAN_LIT("x-amz-checksum-");

	/* One that is named is computed whatever is said here. */
	for (size_t i = 0; i < rq->nheader; i++)
		if (span_starts(rq->header[i].name, named) ||
		    span_is(rq->header[i].name, "x-amz-trailer"))
			return CHECKSUM_CRC64NVME;
	return tier_says(rq, TP_SUM_DEFAULT) == TV_NONE ? CHECKSUM_NONE
							: CHECKSUM_CRC64NVME;
}

/* ---- quotas ---- */

struct quota_look {
	struct rq *rq;
	uint64_t more;
};

/* Where there are no versions, a new object counts instead of what it takes the place of. */
static enum err
quota_read(struct txn *t, void *arg)
{
	struct quota_look *q = arg;
	struct rq *rq = q->rq;
	struct rec_object old = { 0 };
	bool instead =
	    rq->op == &ops[OP_PutObject] && rq->bkt.versioning == VERSIONING_NEVER;
	enum err e = instead ? obj_find(t, rq->bkt.id, rq->key, &old, NULL) : OK;

	if (e != OK && e != E_NO_SUCH_KEY)
		return e;
	return obj_quota_check(t, &rq->bkt, old.size, q->more, &rq->fail);
}

/* Asked again in the transaction, which knows better; here it saves the client its upload. */
static enum err
quota_look(struct rq *rq, uint64_t length)
{
	struct quota_look q = { rq, length };
	bool sure = rq->op == &ops[OP_UploadPart] ||
	    (rq->op == &ops[OP_PutObject] && rq->bkt.versioning != VERSIONING_SUSPENDED &&
		header_get(rq, "x-amz-write-offset-bytes").p == NULL);

	return sure ? store_read(rq->loop->reader, quota_read, &q) : OK;
}

enum err
intake_start(struct rq *rq, uint8_t checksum, bool keep, const struct sse *sse)
{
	enum tier_limit limit = rq->op == &ops[OP_UploadPart] ? TL_PART : TL_PUT;
	uint64_t length;
	enum err e = intake_length(rq, &length);

	if (e == OK && length > rq->s3->conf.max_object)
		e = too_large(rq, length, rq->s3->conf.max_object);
	if (e == OK && tier_over(rq, limit, length))
		e = too_large(rq, length, tier_max(rq, limit));
	if (e == OK && rq->bkt.quota != 0)
		e = quota_look(rq, length);
	return e == OK ? intake_new(rq, length, false, checksum,
			     keep ? checksum : CHECKSUM_NONE, sse)
		       : e;
}

/* ---- a file in a form ---- */

static enum err
file_feed(void *ctx, void *p, size_t n, size_t *out, struct fail *fail)
{
	return form_feed(ctx, p, n, out, fail);
}

static enum err
file_end(void *ctx, struct fail *fail)
{
	return form_end(ctx, fail);
}

enum err
intake_form(struct rq *rq)
{
	struct body_conf c = {
		.store = rq->s3->conf.store,
		.pool = rq->s3->conf.pool,
		.team = rq->s3->team,
		.inbox = rq->loop->inbox,
		.at_most = true,
		.may_seal = true,
		.overhang = FORM_OVERHANG,
		.checksum = CHECKSUM_CRC64NVME,
		.filter = { .ctx = rq->form, .feed = file_feed, .end = file_end },
		.fail = &rq->fail,
		.ctx = rq,
		.resume = intake_resume,
		.then = intake_then,
	};
	uint64_t max = rq->s3->conf.max_object;

	if (!rq->http->has_length)
		return fail_set(&rq->fail, E_MISSING_LENGTH);
	c.length = rq->http->length;
	if (c.length > max + FORM_AROUND)
		return too_large(rq, c.length, max);
	rq->body = body_new(&c);
	return OK;
}

/* MinIO's admin client sends even nothing in chunks, and signs that it is nothing. */
static bool
is_signed_nothing(const struct rq *rq)
{
	return rq->op == NULL && rq->http->length == HTTP_UNKNOWN_LENGTH &&
	    span_is(header_get(rq, "x-amz-content-sha256"),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

enum err
intake_document(struct rq *rq)
{
	size_t max = rq->s3->conf.max_document;
	uint64_t length = 0;
	enum err e = OK;

	if ((rq->http->length != 0 || rq->http->has_length) && !is_signed_nothing(rq))
		e = intake_length(rq, &length);
	if (e == OK && length > max)
		e = fail_msg(
		    &rq->fail, E_MAX_MESSAGE_LENGTH, "Your request was too big.");
	if (e == E_MAX_MESSAGE_LENGTH)
		fail_pair_u64(&rq->fail, "MaxMessageLengthBytes", max);
	return e == OK ? intake_new(rq, length, true, CHECKSUM_NONE, CHECKSUM_NONE, NULL)
		       : e;
}

struct span
intake_bytes(const struct rq *rq)
{
	return body_bytes(rq->body);
}

enum err
intake_xml(struct rq *rq, const char *name, struct xml_node **root)
{
	enum err e = xml_parse(rq->arena, intake_bytes(rq), root, &rq->fail);

	if (arena_failed(rq->arena)) {
		fail_clear(&rq->fail);
		return fail_set(&rq->fail, E_SLOW_DOWN);
	}
	if (e == OK && !span_is((*root)->name, name))
		e = fail_set(&rq->fail, E_MALFORMED_XML);
	return e;
}

/* ---- what the edge calls ---- */

void *
intake_room(void *ctx, struct http_req *http, size_t *cap)
{
	struct rq *rq = http->app;

	(void)ctx;
	CHECK(rq, RQ_MAGIC);
	return body_room(rq->body, cap);
}

void
intake_data(void *ctx, struct http_req *http, size_t n)
{
	struct rq *rq = http->app;

	(void)ctx;
	CHECK(rq, RQ_MAGIC);
	body_data(rq->body, n);
}

void
intake_end(void *ctx, struct http_req *http)
{
	struct rq *rq = http->app;

	(void)ctx;
	CHECK(rq, RQ_MAGIC);
	body_end(rq->body, OK);
}

/* The client is gone or the body broke. While the body was coming in, this ends it; work
 * that others hold goes on and its answer is dropped at the edge. */
void
intake_gone(void *ctx, struct http_req *http, enum err why)
{
	struct rq *rq = http->app;

	(void)ctx;
	CHECK(rq, RQ_MAGIC);
	if (rq->asking)
		rq->gone = why;
	else if ((rq->step == STEP_BODY || rq->step == STEP_CONTROL - 1) &&
	    rq->body != NULL)
		body_end(rq->body, why);
}
