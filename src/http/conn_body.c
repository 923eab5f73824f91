/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "conn_priv.h"

#include "loop_priv.h"

void
conn_body_begin(struct http_conn *c)
{
	uint64_t length = c->x->rq.length;

	c->chunked = length == HTTP_UNKNOWN_LENGTH;
	c->left = c->chunked ? 0 : length;
	c->complete = length == 0;
	c->continued = c->paused = c->broken = false;
	h1_chunk_init(&c->chunk);
}

bool
conn_body_keeps(struct http_conn *c)
{
	size_t have = c->running ? c->loop->n : c->in.n;

	/* An empty body nobody asked for: botocore 1.43 takes the final answer's status for that
	 * of its next request as well, if that waits for "100 Continue" on this connection. */
	if (c->complete)
		return !c->x->rq.expects_continue || c->continued;
	if (c->broken)
		return false;
	/* RFC 9110 10.1.1: who waits for "100 Continue" may or may not send the body now. */
	if (c->x->rq.expects_continue && !c->continued)
		return !c->chunked && have >= c->left;
	c->drop_left = CONN_DROP_MAX;
	return c->chunked || c->left <= CONN_DROP_MAX;
}

void
conn_body_broke(struct http_conn *c, enum err why)
{
	c->state = CONN_BUSY;
	c->broken = true;
	loop_wait(c, DEADLINE_NONE);
	conn_gone(c, why);
}

/* Pass over the framing in the loop's buffer. */
static enum err
body_frame(struct http_conn *c)
{
	enum h1_chunk_step step;
	size_t used;
	enum err e = h1_chunk_frame(&c->chunk, loop_view(c->loop), &used, &step);

	if (e != OK)
		return e;
	loop_took(c->loop, used);
	c->complete = step == H1_CHUNK_END;
	return OK;
}

/* n bytes of body are used up. */
static void
body_took(struct http_conn *c, size_t n)
{
	if (c->chunked)
		h1_chunk_took(&c->chunk, n);
	else {
		c->left -= n;
		c->complete = c->left == 0;
	}
}

static uint64_t
body_due(const struct http_conn *c)
{
	return c->chunked ? h1_chunk_due(&c->chunk) : c->left;
}

/* Into the loop's buffer. false: not now, or never. */
static bool
body_fill(struct http_conn *c, bool *readable)
{
	ssize_t got = *readable ? conn_io_fill(c, readable) : CONN_AGAIN;

	if (got > 0)
		return true;
	if (got == CONN_FAILED || (got == 0 && c->state == CONN_DROP))
		conn_close(c);
	else if (got == 0)
		conn_body_broke(c, E_INCOMPLETE_BODY);
	else if (c->state == CONN_BODY)
		loop_wait(c, DEADLINE_BODY);
	return false;
}

static void
body_give(struct http_conn *c, size_t n)
{
	const struct http_app *app = c->loop->app;
	struct http_req *rq = &c->x->rq;

	body_took(c, n);
	rq->received += n;
	if (rq->received > c->loop->conf->max_body)
		conn_body_broke(c, E_ENTITY_TOO_LARGE);
	else
		app->body_data(app->ctx, rq, n);
}

/* Straight from the socket to where the application wants it. */
static bool
body_direct(struct http_conn *c, void *room, size_t cap, bool *readable)
{
	ssize_t got = conn_io_recv(c, room, cap);

	if (got <= 0 || (c->ssl == NULL && (size_t)got < cap) ||
	    (c->ssl != NULL && !tls_pending(c->ssl)))
		*readable = false;
	if (got > 0)
		body_give(c, (size_t)got);
	else if (got == 0)
		conn_body_broke(c, E_INCOMPLETE_BODY);
	else if (got == CONN_FAILED)
		conn_close(c);
	else
		loop_wait(c, DEADLINE_BODY);
	return got > 0;
}

static bool
body_move(struct http_conn *c, bool *readable)
{
	struct loop *l = c->loop;
	const struct http_app *app = l->app;
	size_t cap = 0;
	void *room = app->body_room(app->ctx, &c->x->rq, &cap);

	if (c->state != CONN_BODY)
		return true;
	if (room == NULL || cap == 0) {
		c->paused = true;
		loop_wait(
		    c, DEADLINE_NONE); /* the application's time, not the client's */
		return false;
	}
	if (cap > body_due(c))
		cap = body_due(c);
	if (l->n == 0)
		return body_direct(c, room, cap, readable);
	if (cap > l->n)
		cap = l->n;
	memcpy(room, l->buf + l->at, cap);
	loop_took(l, cap);
	body_give(c, cap);
	return true;
}

bool
conn_body_step(struct http_conn *c, bool *readable)
{
	const struct http_app *app = c->loop->app;
	enum err e;

	if (c->complete) {
		*readable =
		    false; /* what follows is worth a look only when the socket says so */
		c->state = CONN_BUSY;
		loop_wait(c, DEADLINE_NONE);
		app->body_end(app->ctx, &c->x->rq);
		return true;
	}
	if (c->paused)
		return false;
	if (c->loop->n == 0 &&
	    (!*readable || (c->chunked && body_due(c) < CONN_CHUNK_DIRECT)))
		return body_fill(c, readable);
	if (body_due(c) > 0)
		return body_move(c, readable);
	e = body_frame(c);
	if (e != OK)
		conn_body_broke(c, e);
	return true;
}

bool
conn_body_drop(struct http_conn *c, bool *readable)
{
	struct loop *l = c->loop;
	size_t before = l->n, used;
	enum err e = OK;

	if (c->complete) {
		conn_next(c);
		return true;
	}
	if (l->n == 0)
		return body_fill(c, readable);
	if (body_due(c) == 0)
		e = body_frame(c);
	else {
		used = l->n < body_due(c) ? l->n : body_due(c);
		loop_took(l, used);
		body_took(c, used);
	}
	used = before - l->n;
	if (e != OK || (!c->complete && used >= c->drop_left))
		conn_linger(c);
	else
		c->drop_left -= used < c->drop_left ? (uint32_t)used : c->drop_left;
	return true;
}

void
conn_body_want(struct http_conn *c)
{
	struct http_req *rq = &c->x->rq;

	if (c->state != CONN_BUSY || c->x->out.replied || c->broken)
		return;
	c->state = CONN_BODY;
	if (rq->expects_continue && !c->continued) {
		c->continued = true;
		if (!rq->lets_wait)
			conn_out_raw(c, SPAN_LIT("HTTP/1.1 100 Continue\r\n\r\n"));
	}
	if (c->running || c->state != CONN_BODY)
		return;
	c->speculate = true;
	loop_queue(c);
}

void
conn_body_resume(struct http_conn *c)
{
	if (c->state != CONN_BODY || !c->paused)
		return;
	c->paused = false;
	if (c->running)
		return;
	c->speculate = true;
	loop_queue(c);
}
