/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control API and MinIO's admin API: what tests and operators do to the server itself,
 * below paths that no bucket can have. Signed like any request, by the root account's keys;
 * carried out by whoever the server named for it (s3_conf.control).
 */
#include "config.h"

#include "s3_priv.h"

static const struct {
	struct span path;
	bool minio;
} control_paths[] = { { { "/_trug/v1/", 10 }, false },
	{ { "/minio/admin/v3/", 16 }, true } };

/* In the place of an operation while the body comes in. */
static const struct op control_op = { .name = "Control", .body = BODY_DOC };

static void
call_back(struct task *t)
{
	struct s3_call *c = CONTAINER_OF(t, struct s3_call, back);
	struct rq *rq = c->rq;

	if (c->err == OK) {
		reply_begin(rq, c->status != 0 ? c->status : 200);
		if (c->out.n > 0)
			reply_header_str(rq, "Content-Type", "application/json");
		reply_header_str(rq, "Cache-Control", "no-store");
		buf_span(&rq->loop->out, buf_view(&c->out));
	} else if (rq->fail.code == OK)
		(void)fail_set(&rq->fail, c->err);
	buf_fini(&c->out);
	rq_finish(rq);
	rq_resume(rq, c->err);
}

void
s3_call_done(struct s3_call *c)
{
	inbox_post(c->inbox, &c->back);
}

struct span
s3_call_param(const struct s3_call *c, const char *name)
{
	return query_find(c->rq, name);
}

/* The root account's own keys in a header: no session, which may be narrowed, and no link. */
static bool
is_roots(const struct rq *rq)
{
	return rq->auth.kind == AUTH_HEADER && rq->credential != NULL &&
	    !rq->credential->temporary && rq->who->kind == IDENTITY_ROOT &&
	    span_is(rq->who->account, ACCOUNT_ROOT);
}

static enum err
call(struct rq *rq, struct span name, bool minio)
{
	const struct s3_control *control = &rq->s3->conf.control;
	struct s3_call *c = arena_zalloc(rq->arena, sizeof *c);

	c->method = rq->http->method_name;
	c->name = name;
	c->minio = minio;
	if (rq->body != NULL)
		c->body = intake_bytes(rq);
	c->arena = rq->arena;
	c->fail = &rq->fail;
	c->inbox = rq->loop->inbox;
	c->back.fn = call_back;
	c->rq = rq;
	rq->waiting = true;
	control->call(control->ctx, c);
	return OK;
}

static enum err
may_call(struct rq *rq)
{
	enum err e = address_query(rq);

	if (e == OK)
		e = sign_check(rq);
	if (e != OK)
		return e;
	if (!is_roots(rq))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	return OK;
}

/* Then this step comes once more. */
static enum err
body_ask(struct rq *rq)
{
	enum err e;

	rq->op = &control_op;
	e = intake_document(rq);
	if (e != OK)
		return e;
	rq->step--;
	rq->waiting = true;
	rq->asking = true;
	http_body_want(rq->http);
	rq->asking = false;
	return rq->gone;
}

static enum err
control(struct rq *rq, struct span name, bool minio)
{
	bool has_body = rq->http->length != 0;
	enum err e = OK;

	if (rq->body == NULL) {
		e = may_call(rq);
		if (e == OK && has_body)
			return body_ask(rq);
	}
	rq->op = NULL;
	return e == OK ? call(rq, name, minio) : e;
}

enum err
step_control(struct rq *rq)
{
	struct span path = rq->http->path;

	if (path.n < 3 || (path.p[1] != '_' && path.p[1] != 'm') ||
	    rq->s3->conf.control.call == NULL)
		return OK;
	for (size_t i = 0; i < ARRAY_LEN(control_paths); i++)
		if (path.n > control_paths[i].path.n &&
		    span_starts(path, control_paths[i].path))
			return control(rq, span_from(path, control_paths[i].path.n),
			    control_paths[i].minio);
	return OK;
}
