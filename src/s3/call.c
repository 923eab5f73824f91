/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control API: what tests and operators do to the server itself, below a path that no
 * bucket can have. Signed like any request, by the root account's keys; carried out by
 * whoever the server named for it (s3_conf.control). The same way go the calls of MinIO's admin
 * clients, below a path of theirs; for these, others than the root may be given the right.
 */
#include "config.h"

#include "s3_priv.h"

static const struct span control_path = { "/_trug/v1/", 10 };
static const struct span minio_path = { "/minio/admin/v3/", 16 };

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
	    !rq->credential->temporary && identity_is_plain_root(rq->who) &&
	    span_is(rq->who->account, ACCOUNT_ROOT);
}

static enum err
call_allow(struct rq *rq)
{
	return is_roots(rq) ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}

/* Without the right: a user's own keys in full, and no policy that says no. */
static bool
minio_own(struct rq *rq, struct span name)
{
	return rq->s3->conf.control.minio_own(rq->http->method_name, name) &&
	    rq->who->kind == IDENTITY_USER && span_is(rq->who->account, ACCOUNT_ROOT) &&
	    !rq->credential->temporary && !rq->who->has_session_policy &&
	    !rq->answer.why.explicit;
}

/* Nobody but its administrators is told what is not there. */
static enum err
minio_allow(struct rq *rq, struct span name, bool *allowed)
{
	const char *right = rq->s3->conf.control.minio_right(rq->http->method_name, name);
	enum err e = rq->auth.kind != AUTH_HEADER
	    ? fail_set(&rq->fail, E_ACCESS_DENIED)
	    : allow_admin(rq, right != NULL ? right : "admin:ServerInfo");

	*allowed = e == OK;
	if (e == E_ACCESS_DENIED && right != NULL && rq->auth.kind == AUTH_HEADER &&
	    minio_own(rq, name)) {
		fail_clear(&rq->fail);
		e = OK;
	}
	if (e != OK || right != NULL)
		return e;
	return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
	    "The admin call %.*s is not implemented.", (int)span_head(name, 64).n,
	    name.p);
}

static void
params_take(struct rq *rq, struct s3_call *c)
{
	struct field *f = arena_array(rq->arena, rq->nparam + 1, sizeof *f);

	for (size_t i = 0; i < rq->nparam; i++)
		f[i] = (struct field){ rq->param[i].name, rq->param[i].value };
	c->param = f;
	c->nparam = rq->nparam;
}

static enum err
call(struct rq *rq, struct span name, bool minio)
{
	const struct s3_control *control = &rq->s3->conf.control;
	struct s3_call *c = arena_zalloc(rq->arena, sizeof *c);
	enum err e = minio ? minio_allow(rq, name, &c->allowed) : OK;

	if (e != OK)
		return e;
	if (rq->body != NULL)
		c->body = intake_bytes(rq);
	c->credential = rq->credential;
	params_take(rq, c);
	c->arena = rq->arena;
	c->method = rq->http->method_name;
	c->minio = minio;
	c->name = name;
	c->fail = &rq->fail;
	c->inbox = rq->loop->inbox;
	c->back.fn = call_back;
	c->rq = rq;
	rq->waiting = true;
	control->call(control->ctx, c);
	return OK;
}

/* Who asks, and the body: for that this step comes again when it is there. */
static enum err
call_begin(struct rq *rq, struct span name, bool minio, bool *collecting)
{
	enum err e = address_query(rq);
	bool allowed;

	*collecting = false;
	if (e == OK)
		e = minio ? sign_check_any_region(rq) : sign_check(rq);
	if (e == OK)
		e = minio ? minio_allow(rq, name, &allowed) : call_allow(rq);
	if (e != OK || rq->http->length == 0)
		return e;
	e = intake_document(rq);
	if (e != OK)
		return e;
	*collecting = true;
	rq->step = STEP_CONTROL - 1;
	rq->waiting = true;
	rq->asking = true;
	http_body_want(rq->http);
	rq->asking = false;
	return rq->gone;
}

static enum err
call_step(struct rq *rq, struct span name, bool minio)
{
	bool collecting = false;
	enum err e = OK;

	if (rq->body == NULL)
		e = call_begin(rq, name, minio, &collecting);
	return e == OK && !collecting ? call(rq, name, minio) : e;
}

enum err
step_control(struct rq *rq)
{
	struct span path = rq->http->path;
	bool mine = false;
	enum err e;

	if (path.n < 12 || (path.p[1] != '_' && path.p[1] != 'm'))
		return OK;
	e = metrics_step(rq, &mine);
	if (mine || e != OK)
		return e;
	if (rq->s3->conf.control.call == NULL)
		return OK;
	if (span_starts(path, minio_path) && tier_says(rq, TP_ADMIN_ERROR) == TV_JSON)
		return call_step(rq, span_from(path, minio_path.n), true);
	if (path.n > control_path.n && span_starts(path, control_path))
		return call_step(rq, span_from(path, control_path.n), false);
	return OK;
}
