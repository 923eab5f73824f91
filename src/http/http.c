/* SPDX-License-Identifier: Apache-2.0 */
/* The application's side: entry points that check what they are given. */
#include "config.h"

#include "http/http.h"

#include "loop_priv.h"
#include "tls_priv.h"

static struct http_conn *
http_enter(struct http_req *rq)
{
	struct http_conn *c;

	CHECK(rq, HTTP_REQ_MAGIC);
	c = rq->conn;
	CHECK(c, CONN_MAGIC);
	loop_own(c->loop);
	MUST(c->x == conn_exchange(rq));
	return c;
}

const char *
http_req_tls(const struct http_req *rq, const char **cipher)
{
	const struct http_conn *c = rq->conn;

	*cipher = NULL;
	return c != NULL && c->ssl != NULL ? tls_version(c->ssl, cipher) : NULL;
}

void
http_body_want(struct http_req *rq)
{
	conn_body_want(http_enter(rq));
}

void
http_body_resume(struct http_req *rq)
{
	conn_body_resume(http_enter(rq));
}

void
http_reply(struct http_req *rq, const struct http_resp *resp)
{
	conn_out_reply(http_enter(rq), resp);
}

void
http_source_ready(struct http_req *rq)
{
	struct http_conn *c = http_enter(rq);
	struct out *o = &c->x->out;

	MUST(o->replied);
	if (o->pumping) { /* from within next(): it is asked again at once */
		o->ready = true;
		return;
	}
	if (!o->waiting)
		return;
	o->waiting = false;
	conn_out_pump(c);
}
