/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "conn_priv.h"

#include <stdio.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http_resp_priv.h"
#include "loop_priv.h"

enum { OUT_PARTS = 8 }; /* what waits, what is lent, a chunk's frame and a piece */

/* The reply is over, one way or the other. */
static void
out_end(struct http_conn *c, bool aborted)
{
	struct exchange *x = c->x;
	struct out *o = &x->out;
	struct http_source *source = o->source;
	const struct http_app *app = c->loop->app;
	struct http_done info = { .status = o->started ? o->status : 0,
		.sent = o->sent,
		.received = x->rq.received,
		.aborted = aborted };

	o->source = NULL;
	o->piece.len = 0;
	if (source != NULL)
		source->close(source);
	/* What the edge answered itself is the application's only if it took it on. */
	if (!x->failed || x->rq.app != NULL)
		app->done(app->ctx, &x->rq, &info);
	conn_exchange_free(c);
}

void
conn_out_drop(struct http_conn *c)
{
	out_end(c, true);
}

void
conn_out_cut(struct http_conn *c)
{
	/* A reset, not an end: a body without a length would look complete. */
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	conn_close(c);
}

void
conn_out_watch(struct http_conn *c, bool on)
{
	if (on == c->wr_on)
		return;
	c->wr_on = on;
	MUST((on ? event_add(&c->wr, NULL) : event_del(&c->wr)) == 0);
}

static void
out_finish(struct http_conn *c)
{
	bool close = c->x->out.close || c->loop->draining;

	loop_wait(c, DEADLINE_NONE);
	out_end(c, false);
	if (close)
		conn_linger(c);
	else
		conn_next(c);
}

static bool
out_bad_source(const char *what)
{
	log_error("http: a reply's body %s than its length; connection cut", what);
	return false;
}

/* A piece has come, or the end. false: cut. */
static bool
out_piece(struct out *o, bool end)
{
	const char *gap = o->chunk_open ? "\r\n" : "";

	if (o->piece.len > 0 && o->chunked) {
		o->frame_at = 0;
		o->frame_n = (uint8_t)snprintf(o->frame, sizeof o->frame, "%s%lx\r\n",
		    gap, (unsigned long)o->piece.len);
		o->chunk_open = true;
		return true; /* an end is asked for again, behind the piece */
	}
	if (o->chunked && end) {
		o->frame_at = 0;
		o->frame_n =
		    (uint8_t)snprintf(o->frame, sizeof o->frame, "%s0\r\n\r\n", gap);
	}
	o->last = end;
	if (o->chunked || o->until_close)
		return true;
	if (o->piece.len > o->left)
		return out_bad_source("is longer");
	o->left -= o->piece.len;
	if (o->left == 0)
		o->last = true;
	return !end || o->left == 0 || out_bad_source("is shorter");
}

/* Ask the source until there is something to send, it waits or it ends. false: cut. */
static bool
out_next(struct out *o)
{
	while (o->source != NULL && !o->last && !o->waiting && o->piece.len == 0) {
		enum http_more more;

		o->ready = false;
		o->piece = (struct http_piece){ .fd = -1 };
		more = o->ended ? HTTP_END : o->source->next(o->source, &o->piece);
		switch (more) {
		case HTTP_BROKEN:
			return false;
		case HTTP_WAIT:
			o->piece.len = 0;
			o->waiting = !o->ready; /* or it became ready within next() */
			break;
		case HTTP_MORE:
		case HTTP_END:
			o->ended = more == HTTP_END;
			if (!out_piece(o, o->ended))
				return false;
			break;
		}
	}
	return true;
}

static unsigned
out_gather(struct out *o, struct iovec iov[OUT_PARTS])
{
	unsigned n = 0;

	if (o->unsent.n > o->unsent_at)
		iov[n++] = (struct iovec){ o->unsent.p + o->unsent_at,
			o->unsent.n - o->unsent_at };
	for (unsigned i = 0; i < o->nlent; i++)
		if (o->lent[i].iov_len > 0)
			iov[n++] = o->lent[i];
	if (o->frame_n > o->frame_at)
		iov[n++] = (struct iovec){ o->frame + o->frame_at,
			(size_t)(o->frame_n - o->frame_at) };
	if (o->piece.len > 0 && o->piece.mem != NULL)
		iov[n++] =
		    (struct iovec){ (void *)(uintptr_t)o->piece.mem, o->piece.len };
	return n;
}

/* w bytes of what out_gather() gave are gone. */
static void
out_took(struct out *o, size_t w)
{
	size_t part, plain = 0;

	part = o->unsent.n - o->unsent_at < w ? o->unsent.n - o->unsent_at : w;
	o->unsent_at += part;
	plain += part;
	w -= part;
	if (o->unsent_at == o->unsent.n) {
		buf_fini(&o->unsent);
		o->unsent_at = 0;
	}
	for (unsigned i = 0; i < o->nlent; i++) {
		part = o->lent[i].iov_len < w ? o->lent[i].iov_len : w;
		if (part == 0) /* an empty body has no address to count on from */
			continue;
		o->lent[i].iov_base = (char *)o->lent[i].iov_base + part;
		o->lent[i].iov_len -= part;
		plain += part;
		w -= part;
	}
	part = plain < o->head_left ? plain : o->head_left;
	o->head_left -= part;
	o->sent += plain - part;
	part = (size_t)(o->frame_n - o->frame_at) < w ? (size_t)(o->frame_n - o->frame_at)
						      : w;
	o->frame_at = (uint8_t)(o->frame_at + part);
	w -= part;
	if (w > 0) {
		MUST(w <= o->piece.len);
		o->piece.mem = (const char *)o->piece.mem + w;
		o->piece.len -= w;
		o->sent += w;
	}
}

/* http_reply() returns before all is out: keep what was only lent. */
static void
out_keep(struct out *o)
{
	for (unsigned i = 0; i < o->nlent; i++)
		buf_put(&o->unsent, o->lent[i].iov_base, o->lent[i].iov_len);
	o->nlent = 0;
}

/* Send something. Count, 0: nothing is left to send, or CONN_*; *all: nothing of what was
 * tried is left. */
static ssize_t
out_send(struct http_conn *c, struct out *o, bool *all)
{
	struct iovec iov[OUT_PARTS];
	unsigned n = out_gather(o, iov);
	size_t want = 0;
	ssize_t w;

	*all = true;
	if (n == 0 && o->piece.len == 0)
		return 0;
	if (n == 0) {
		w = conn_io_file(c, o->piece.fd, o->piece.off, o->piece.len);
		if (w > 0) {
			o->piece.off += (uint64_t)w;
			o->piece.len -= (uint64_t)w;
			o->sent += (uint64_t)w;
		}
		return w;
	}
	for (unsigned i = 0; i < n; i++)
		want += iov[i].iov_len;
	w = conn_io_send(c, iov, n, o->piece.len > 0 && o->piece.mem == NULL);
	if (w > 0)
		out_took(o, (size_t)w);
	/* A plain socket that takes a part is full. A TLS record is always a part. */
	*all = w == (ssize_t)want || c->ssl != NULL;
	return w;
}

void
conn_out_pump(struct http_conn *c)
{
	struct out *o = &c->x->out;
	size_t burst = 0;
	bool all = true;
	ssize_t w = 0;

	o->pumping = true;
	while (all && burst < OUT_BURST) {
		if (!out_next(o)) {
			o->pumping = false;
			conn_out_cut(c);
			return;
		}
		w = out_send(c, o, &all);
		if (w <= 0)
			break;
		burst += (size_t)w;
		o->started |= o->replied;
	}
	o->pumping = false;
	if (w == CONN_FAILED) {
		conn_out_cut(c);
		return;
	}
	conn_out_watch(c, w != 0);
	if (w != 0) {
		out_keep(o);
		if (o->replied && (burst > 0 || c->deadline.kind != DEADLINE_BODY)) {
			o->queued = conn_io_queued(c);
			loop_wait(c, DEADLINE_BODY);
		}
	} else if (o->replied && !o->waiting)
		out_finish(c);
	else if (o->replied)
		loop_wait(
		    c, DEADLINE_NONE); /* the application's time, not the client's */
}

bool
conn_out_moves(struct http_conn *c)
{
	/* The kernel holds megabytes and asks for more only when a third of it is gone: to a
	 * slow client that takes longer than any sensible deadline. */
	unsigned before = c->x->out.queued;

	c->x->out.queued = conn_io_queued(c);
	return c->x->out.queued < before;
}

void
conn_out_raw(struct http_conn *c, struct span text)
{
	struct out *o = &c->x->out;

	o->head_left += text.n;
	buf_span(&o->unsent, text);
	conn_out_pump(c);
}

/* Which bytes the body is made of, and how its end is told. */
static void
out_framing(struct http_conn *c, const struct http_resp *resp, struct http_resp_head *h)
{
	struct exchange *x = c->x;
	struct out *o = &x->out;
	bool head = x->rq.method == HTTP_HEAD;

	h->bodyless = resp->status == 204 || resp->status == 304;
	h->length = resp->source != NULL || (head && resp->body.n == 0)
	    ? resp->length
	    : resp->body.n + resp->rest.n;
	h->http10 = x->rq.http10;
	o->until_close =
	    h->length == HTTP_UNKNOWN_LENGTH && h->http10 && !head && !h->bodyless;
	o->chunked = h->length == HTTP_UNKNOWN_LENGTH && !h->http10;
	o->close = !x->keep || x->failed || resp->close || o->until_close ||
	    c->loop->draining || !conn_body_keeps(c);
	h->close = o->close;
	h->chunked = o->chunked;
	o->left = h->length;
	o->last = head || h->bodyless || resp->source == NULL || h->length == 0;
	if (o->last)
		o->chunked = false;
}

void
conn_out_reply(struct http_conn *c, const struct http_resp *resp)
{
	struct exchange *x = c->x;
	struct out *o = &x->out;
	struct http_resp_head h = { .status = resp->status, .date = loop_date(c->loop) };
	struct span top, bottom;

	MUST(!o->replied && !o->pumping && resp->status >= 200 && resp->status <= 599);
	o->replied = true;
	o->status = resp->status;
	o->source = resp->source;
	if (c->state == CONN_DEAD) {
		out_end(c, true);
		loop_queue(c);
		return;
	}
	c->state = CONN_BUSY;
	out_framing(c, resp, &h);
	h.server = x->failed ? c->loop->conf->server_name : NULL;
	http_resp_render(&h, &top, &bottom);
	o->lent[0] = (struct iovec){ (void *)(uintptr_t)top.p, top.n };
	o->lent[1] =
	    (struct iovec){ (void *)(uintptr_t)resp->headers.p, resp->headers.n };
	o->lent[2] = (struct iovec){ (void *)(uintptr_t)bottom.p, bottom.n };
	o->nlent = 3;
	o->head_left += top.n + resp->headers.n + bottom.n;
	if (resp->source == NULL && !h.bodyless && x->rq.method != HTTP_HEAD) {
		o->lent[o->nlent++] =
		    (struct iovec){ (void *)(uintptr_t)resp->body.p, resp->body.n };
		o->lent[o->nlent++] =
		    (struct iovec){ (void *)(uintptr_t)resp->rest.p, resp->rest.n };
	}
	/* A "100 Continue" that is still waiting keeps its place before the head. */
	conn_out_pump(c);
}
