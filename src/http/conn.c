/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "conn_priv.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "http_server_priv.h"
#include "loop_priv.h"

/* ---- the exchange ---- */

static struct exchange *
exchange_new(struct http_conn *c)
{
	struct loop *l = c->loop;
	struct exchange *x = l->spare;
	struct http_req *rq;

	if (x != NULL) {
		l->spare = x->next;
		l->nspare--;
	} else
		x = mem_alloc(sizeof *x);
	memset(x, 0, offsetof(struct exchange, space));
	rq = &x->rq;
	rq->magic = HTTP_REQ_MAGIC;
	rq->conn = c;
	rq->method = HTTP_OTHER;
	arena_init(&rq->arena, l->conf->arena_cap);
#ifndef ENABLE_ASAN
	/* The arena starts on what the exchange has anyway; arena_fini() frees only chunks. */
	rq->arena.at = x->space;
	rq->arena.end = x->space + sizeof x->space;
#endif
	rq->inside = c->peer.any.sa_family == AF_UNSPEC;
	rq->tls = c->ssl != NULL || rq->inside;
	memcpy(&rq->peer, &c->peer, sizeof c->peer);
	rq->id = (uint64_t)l->number << 48 | ++l->last_id;
	rq->start_us = c->start_us != 0 ? c->start_us : l->now_us;
	rq->loop = l->app_loop;
	c->start_us = 0;
	c->x = x;
	return x;
}

void
conn_exchange_free(struct http_conn *c)
{
	struct loop *l = c->loop;
	struct exchange *x = c->x;

	c->x = NULL;
	arena_fini(&x->rq.arena);
	buf_fini(&x->out.unsent);
	x->rq.magic = 0;
	if (l->nspare >= LOOP_SPARE) {
		mem_free(x);
		return;
	}
	x->next = l->spare;
	l->spare = x;
	l->nspare++;
}

/* ---- heads ---- */

/* The request line, as far as one is there: the application's error reply may want it. */
static void
head_guess(struct http_conn *c, struct http_req *rq)
{
	struct span in = c->running ? loop_view(c->loop) : buf_view(&c->in), line;
	size_t lf;

	if (c->scan.lines == 0)
		return;
	in = span_from(in, c->scan.skip);
	lf = span_find(in, '\n', 0);
	if (lf == in.n)
		return;
	line = arena_span(&rq->arena, span_head(in, lf + 1));
	if (h1_parse_line(rq, (char *)(uintptr_t)line.p, line.n) != OK)
		return;
}

static void
head_refuse(struct http_conn *c, enum err why)
{
	const struct http_app *app = c->loop->app;
	struct http_resp resp = { .status = err_row(why)->status };

	c->x->failed = true;
	app->error(app->ctx, &c->x->rq, why, &resp);
	resp.close = true;
	conn_out_reply(c, &resp);
}

/* A reply of the edge's own. */
static void
conn_fail(struct http_conn *c, enum err why)
{
	struct exchange *x = exchange_new(c);

	head_guess(c, &x->rq);
	c->state = CONN_BUSY;
	/* Whatever comes is no body of this request, nor another request. */
	c->broken = true;
	c->complete = false;
	loop_wait(c, DEADLINE_NONE);
	head_refuse(c, why);
}

static void
head_begin(struct http_conn *c, size_t end)
{
	struct loop *l = c->loop;
	struct exchange *x = exchange_new(c);
	struct http_req *rq = &x->rq;
	unsigned lines = c->scan.lines;
	size_t n = end - c->scan.skip;
	char *text = arena_alloc(&rq->arena, n);
	enum err e;

	memcpy(text, l->buf + l->at + c->scan.skip, n);
	loop_took(l, end);
	c->scan = (struct h1_scan){ 0 };
	c->state = CONN_BUSY;
	e = h1_parse(rq, &x->keep, text, n, lines);
	if (e == OK && rq->length != HTTP_UNKNOWN_LENGTH &&
	    rq->length > l->conf->max_body)
		e = E_ENTITY_TOO_LARGE;
	conn_body_begin(c);
	if (c->deadline.kind == DEADLINE_HEAD)
		loop_wait(c, DEADLINE_NONE);
	if (e == OK)
		l->app->head(l->app->ctx, rq);
	else
		head_refuse(c, e);
}

static bool
head_step(struct http_conn *c, bool *readable)
{
	struct loop *l = c->loop;
	size_t end;
	ssize_t got;
	enum err e;

	if (l->n > 0) {
		if (c->start_us == 0)
			c->start_us = l->now_us;
		e = h1_scan(&c->scan, loop_view(l), &l->limits, &end);
		if (e != OK)
			conn_fail(c, e);
		else if (end > 0)
			head_begin(c, end);
		if (e != OK || end > 0)
			return true;
	}
	if (!*readable) {
		/* The whole head must come in time, not each byte of it. */
		if (l->n > 0 && c->deadline.kind != DEADLINE_HEAD)
			loop_wait(c, DEADLINE_HEAD);
		return false;
	}
	got = conn_io_fill(c, readable);
	if (got == 0 || got == CONN_FAILED)
		conn_close(c);
	return got > 0;
}

/* ---- what a readable socket means ---- */

static bool
shake_step(struct http_conn *c)
{
	int rc = tls_accept(c->ssl);

	if (rc == 1) {
		c->state = CONN_HEAD;
		conn_out_watch(c, false);
		loop_wait(c, DEADLINE_IDLE);
		return true;
	}
	if (rc == TLS_WANT_READ || rc == TLS_WANT_WRITE)
		conn_out_watch(c, rc == TLS_WANT_WRITE);
	else
		conn_close(c);
	return false;
}

static bool
linger_step(struct http_conn *c, bool *readable)
{
	struct loop *l = c->loop;
	ssize_t got;

	l->n = 0;
	if (!*readable)
		return false;
	got = recv(c->fd, l->buf, l->cap, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0 || (size_t)got >= c->drop_left) {
		conn_close(c);
		return false;
	}
	c->drop_left -= (uint32_t)got;
	return (size_t)got == l->cap;
}

static bool
conn_step(struct http_conn *c, bool *readable)
{
	switch ((enum conn_state)c->state) {
	case CONN_SHAKE:
		return shake_step(c);
	case CONN_HEAD:
		return head_step(c, readable);
	case CONN_BODY:
		return conn_body_step(c, readable);
	case CONN_DROP:
		return conn_body_drop(c, readable);
	case CONN_LINGER:
		return linger_step(c, readable);
	case CONN_BUSY:
	case CONN_DEAD:
		break;
	}
	return false;
}

static void
conn_watch(struct http_conn *c)
{
	if (c->rd_on)
		return;
	c->rd_on = true;
	MUST(event_add(&c->rd, NULL) == 0);
}

static void
conn_unwatch(struct http_conn *c)
{
	if (!c->rd_on)
		return;
	c->rd_on = false;
	MUST(event_del(&c->rd) == 0);
}

/* Put away what was read and not used. */
static void
conn_settle(struct http_conn *c)
{
	struct loop *l = c->loop;

	if (c->state == CONN_DEAD)
		return;
	if (c->state != CONN_LINGER)
		buf_span(&c->in, loop_view(l));
	if (c->state == CONN_BUSY || (c->state == CONN_BODY && c->paused))
		return; /* still watched: an event will tell whether the client is there */
	conn_watch(c);
	if (c->read_wants_write)
		conn_out_watch(c, true);
	if (c->ssl != NULL && c->state > CONN_SHAKE && c->state < CONN_LINGER &&
	    tls_pending(c->ssl)) {
		c->speculate = true;
		loop_queue(c);
	}
}

void
conn_run(struct http_conn *c, bool readable)
{
	struct loop *l = c->loop;
	unsigned reads = CONN_READS;

	CHECK(c, CONN_MAGIC);
	MUST(!c->running);
	l->at = 0;
	l->n = c->in.n;
	if (c->in.n > 0) {
		MUST(c->in.n <= l->cap);
		memcpy(l->buf, c->in.p, c->in.n);
		buf_fini(&c->in);
	}
	c->running = true;
	while (conn_step(c, &readable))
		if (readable && --reads == 0)
			readable = false;
	c->running = false;
	conn_settle(c);
	l->n = 0;
}

/* Readable, but nothing is to be read: more requests, or the end. */
static void
conn_peek(struct http_conn *c)
{
	char byte;
	ssize_t got = recv(c->fd, &byte, 1, MSG_PEEK);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	conn_unwatch(c);
	if (got > 0)
		return;
	if (got < 0)
		conn_close(c);
	else if (c->state == CONN_BODY)
		conn_body_broke(c, E_INCOMPLETE_BODY);
	else
		/* It may only have shut its side: the reply is sent all the same. */
		conn_gone(c, E_GONE);
}

static void
conn_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *c = arg;
	struct loop *l = c->loop;

	(void)fd;
	(void)what;
	CHECK(c, CONN_MAGIC);
	loop_tick(l);
	if (c->state == CONN_BUSY || (c->state == CONN_BODY && c->paused))
		conn_peek(c);
	else
		conn_run(c, true);
	loop_flush(l);
}

static void
conn_on_write(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *c = arg;
	struct loop *l = c->loop;

	(void)fd;
	(void)what;
	CHECK(c, CONN_MAGIC);
	loop_tick(l);
	if (c->read_wants_write || c->state == CONN_SHAKE) {
		c->read_wants_write = false;
		conn_out_watch(c, false);
		conn_run(c, true);
	}
	if (c->x != NULL)
		conn_out_pump(c);
	else if (c->state > CONN_SHAKE)
		conn_out_watch(c, false);
	loop_flush(l);
}

/* ---- life ---- */

void
conn_new(struct loop *l, int fd, const struct sockaddr *peer, bool refuse)
{
	struct http_conn *c = mem_zalloc(sizeof *c);

	c->magic = CONN_MAGIC;
	c->fd = fd;
	c->loop = l;
	if (peer->sa_family == AF_INET6)
		memcpy(&c->peer, peer, sizeof c->peer.v6);
	else if (peer->sa_family == AF_INET)
		memcpy(&c->peer, peer, sizeof c->peer.v4);
	MUST(event_assign(&c->rd, l->base, fd, EV_READ | EV_PERSIST, conn_on_read, c) ==
	    0);
	MUST(event_assign(&c->wr, l->base, fd, EV_WRITE | EV_PERSIST, conn_on_write, c) ==
	    0);
	loop_add(l, c);
	c->state = CONN_HEAD;
	if (l->tls != NULL && peer->sa_family != AF_UNSPEC) {
		c->ssl = tls_new(l->tls, fd, l->tls_room);
		c->state = CONN_SHAKE;
	}
	loop_wait(c, c->ssl != NULL ? DEADLINE_HEAD : DEADLINE_IDLE);
	conn_watch(c);
	if (refuse)
		conn_fail(c, E_TOO_MANY_CONNECTIONS);
}

void
conn_free(struct http_conn *c)
{
	struct loop *l = c->loop;

	MUST(c->state == CONN_DEAD && c->x == NULL && !c->running && !c->queued);
	loop_remove(l, c);
	http_server_leave(l->server);
	c->magic = 0;
	mem_free(c);
}

void
conn_gone(struct http_conn *c, enum err why)
{
	const struct http_app *app = c->loop->app;

	if (c->x == NULL || c->x->out.replied || c->x->rq.gone)
		return;
	c->x->rq.gone = true;
	app->gone(app->ctx, &c->x->rq, why);
}

void
conn_close(struct http_conn *c)
{
	if (c->state == CONN_DEAD)
		return;
	c->state = CONN_DEAD;
	conn_unwatch(c);
	conn_out_watch(c, false);
	loop_wait(c, DEADLINE_NONE);
	if (c->ssl != NULL)
		tls_free(&c->ssl);
	(void)close(c->fd);
	c->fd = -1;
	buf_fini(&c->in);
	if (c->x != NULL && c->x->out.replied)
		conn_out_drop(c);
	else
		conn_gone(c, E_GONE);
	loop_queue(c);
}

void
conn_linger(struct http_conn *c)
{
	struct loop *l = c->loop;

	if (c->ssl != NULL)
		tls_bye(c->ssl);
	if (shutdown(c->fd, SHUT_WR) != 0 || l->stopping ||
	    (l->draining && c->complete)) {
		conn_close(c);
		return;
	}
	c->state = CONN_LINGER;
	c->drop_left = CONN_LINGER_MAX;
	buf_fini(&c->in);
	conn_out_watch(c, false);
	loop_wait(c, DEADLINE_LINGER);
	if (!c->running)
		conn_watch(c);
}

void
conn_next(struct http_conn *c)
{
	c->state = c->complete ? CONN_HEAD : CONN_DROP;
	loop_wait(c, c->complete ? DEADLINE_IDLE : DEADLINE_BODY);
	if (c->running)
		return;
	conn_watch(c);
	c->speculate = c->ssl != NULL && tls_pending(c->ssl);
	if (c->in.n > 0 || c->speculate)
		loop_queue(c);
}

void
conn_expire(struct http_conn *c)
{
	CHECK(c, CONN_MAGIC);
	switch ((enum conn_state)c->state) {
	case CONN_HEAD:
		if (c->start_us != 0)
			conn_fail(c, E_REQUEST_TIMEOUT);
		else
			conn_close(c);
		break;
	case CONN_BODY:
		conn_body_broke(c, E_REQUEST_TIMEOUT);
		break;
	case CONN_BUSY:
		if (!c->x->out.replied)
			break;
		if (conn_out_moves(c))
			loop_wait(c, DEADLINE_BODY);
		else /* the client does not take its reply */
			conn_out_cut(c);
		break;
	case CONN_SHAKE:
	case CONN_DROP:
	case CONN_LINGER:
		conn_close(c);
		break;
	case CONN_DEAD:
		break;
	}
}

void
conn_drain(struct http_conn *c, bool now)
{
	bool idle = c->state == CONN_SHAKE || (c->state == CONN_HEAD && c->start_us == 0);

	if (now || idle)
		conn_close(c);
}
