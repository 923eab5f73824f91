/* SPDX-License-Identifier: Apache-2.0 */
/* POST /: calls of the query APIs of IAM and STS, signed over their body. Answers and
 * failures are those services', not S3's. */
#include "config.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/rand.h"
#include "codec/hex.h"
#include "s3_priv.h"

enum { BODY_MAX = 512 << 10, PARAMS_MAX = 4096 };

struct query_op {
	struct obj_write w;
	struct rq *rq;
	struct iam_call call;
	struct fail fail;
	char id[37];
};

/* A UUID, as these services have them, with the request's own id in its head. */
static void
id_render(char out[37], const struct rq *rq)
{
	uint64_t more = rand_fast();
	char tail[16];
	uint8_t raw[8];

	be64_put(raw, more);
	hex_render(tail, raw, sizeof raw);
	(void)snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", rq->id, rq->id + 8,
	    rq->id + 12, tail, tail + 4);
	for (size_t i = 0; i < 36; i++)
		out[i] = char_lower(out[i]);
}

enum err
op_query_begin(struct rq *rq)
{
	if (!rq->http->has_length || rq->http->length <= BODY_MAX)
		return OK;
	(void)fail_set(&rq->fail, E_MAX_MESSAGE_LENGTH);
	fail_pair_u64(&rq->fail, "MaxMessageLengthBytes", BODY_MAX);
	return E_MAX_MESSAGE_LENGTH;
}

/* Parameters of the body; a few clients put Action into the query. */
static enum err
params_take(struct query_op *op)
{
	struct rq *rq = op->rq;
	struct uri_param *p = NULL;
	struct field *f;
	size_t n = 0;

	if (!uri_query_parse(rq->arena, intake_bytes(rq), PARAMS_MAX, &p, &n))
		return fail_msg(&op->fail, E_VALIDATION,
		    "The body is not well-formed as application/x-www-form-urlencoded.");
	f = arena_array(rq->arena, n + rq->nparam + 1, sizeof *f);
	for (size_t i = 0; i < n; i++)
		f[i] = (struct field){ p[i].name, p[i].value };
	for (size_t i = 0; i < rq->nparam; i++)
		f[n + i] = (struct field){ rq->param[i].name, rq->param[i].value };
	for (size_t i = 0; i < n + rq->nparam; i++)
		if (f[i].value.p == NULL)
			f[i].value = SPAN_LIT("");
	op->call.param = f;
	op->call.nparam = n + rq->nparam;
	return OK;
}

/* What S3 says of a signature, as these services say it. */
static enum err
sign_fail(struct query_op *op, const struct fail *why)
{
	struct fail *fail = &op->fail;

	switch ((int)why->code) {
	case E_SIGNATURE:
		return fail_msg(fail, E_SIGNATURE,
		    "The request signature we calculated does not match the signature "
		    "you provided. Check your AWS Secret Access Key and signing method. "
		    "Consult the service documentation for details.");
	case E_TIME_SKEWED:
		return fail_msg(fail, E_SIGNATURE,
		    "Signature expired: the request's time is too far from the "
		    "server's.");
	case E_INVALID_ACCESS_KEY:
	case E_INVALID_TOKEN:
		return fail_set(fail, E_CLIENT_TOKEN);
	case E_EXPIRED_TOKEN:
		return fail_set(fail, E_CLIENT_EXPIRED);
	case E_ACCESS_DENIED:
	case E_AUTH_HEADER_MALFORMED:
	case E_AUTH_QUERY:
	case E_INVALID_ARGUMENT:
	case E_UNSUPPORTED_SIGNATURE:
		return fail_msg(fail, E_INCOMPLETE_SIGNATURE, "%s", fail_text(why));
	default:
		return fail_set(fail, why->code);
	}
}

static enum err
query_sign(struct query_op *op)
{
	struct rq *rq = op->rq;
	struct iam_call *c = &op->call;
	enum err e;

	if (iam_unsigned(c))
		return OK;
	e = sign_query(rq, iam_service(c), intake_bytes(rq));
	if (e != OK) {
		(void)fail_set(&rq->fail, e);
		e = sign_fail(op, &rq->fail);
		fail_clear(&rq->fail);
		return e;
	}
	if (rq->auth.kind == AUTH_ANONYMOUS)
		return fail_set(&op->fail, E_MISSING_AUTHENTICATION);
	c->credential = rq->credential;
	return OK;
}

static void
query_reply(struct query_op *op, enum err e)
{
	struct rq *rq = op->rq;
	struct iam_call *c = &op->call;

	if (e != OK) {
		(void)fail_set(&op->fail, e);
		iam_error(c);
	}
	reply_begin(rq, e == OK ? 200 : err_row(op->fail.code)->status);
	reply_header_str(rq, "x-amzn-RequestId", op->id);
	reply_header_str(rq, "Content-Type", "text/xml");
	buf_span(&rq->loop->out, buf_view(&c->out));
	if (c->out.p != NULL)
		mem_wipe(c->out.p, c->out.n); /* it may hold a secret */
	buf_fini(&c->out);
}

static enum err
query_read(struct txn *t, void *arg)
{
	struct query_op *op = arg;

	return iam_run(&op->call, t);
}

static enum err
query_write(struct txn *t, void *arg)
{
	struct query_op *op = CONTAINER_OF(arg, struct query_op, w.write);

	return iam_run(&op->call, t);
}

static void
query_then(struct obj_write *w, enum err e)
{
	struct query_op *op = CONTAINER_OF(w, struct query_op, w);
	struct rq *rq = op->rq;

	query_reply(op, e);
	rq_resume(rq, OK);
}

enum err
op_query_finish(struct rq *rq)
{
	struct query_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct iam_call *c = &op->call;
	enum err e;

	op->rq = rq;
	id_render(op->id, rq);
	fail_init(&op->fail, rq->arena);
	*c = (struct iam_call){ .conf = rq->s3->conf.iam,
		.arena = rq->arena,
		.id = op->id,
		.now_ms = rq->now_ms,
		.real_ms = rq->real_ms,
		.tls = rq->http->tls,
		.fail = &op->fail };
	e = params_take(op);
	if (e == OK)
		e = iam_find(c);
	if (e == OK)
		e = query_sign(op);
	if (e == OK && iam_writes(c)) {
		obj_write_post(
		    &op->w, rq->s3->conf.store, query_write, rq->loop->inbox, query_then);
		return rq_wait(rq);
	}
	if (e == OK)
		e = store_read(rq->loop->reader, query_read, op);
	query_reply(op, e);
	return OK;
}
