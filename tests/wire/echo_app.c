/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE 1
#include "config.h"

#include "echo_app.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

#define ECHO_MAGIC 0x4543484fu

enum { ECHO_MAX = 128 << 20, ECHO_PAUSE = 32 << 10 };

/* Lives on the heap: a task may still be under way when the request is over. */
struct echo {
	unsigned magic, refs;
	struct echo_app *e;
	struct http_req *rq; /* NULL behind done() */
	struct task task;
	void (*back)(struct task *t); /* behind the sleep */
	struct inbox *inbox;
	struct http_source source;
	struct buf body;
	uint64_t n, at, broken_at;
	unsigned wait_ms;
	bool discard, pause, paused, busy, waited, file, wait, slow;
	enum err why;
	char *room;
};

static void
echo_unref(struct echo *x)
{
	if (--x->refs > 0)
		return;
	buf_fini(&x->body);
	x->magic = 0;
	mem_free(x);
}

static uint64_t
echo_param(const struct http_req *rq, const char *name, uint64_t fallback)
{
	struct span rest = rq->query, word;
	uint64_t v;

	while (rest.n > 0) {
		word = span_cut(&rest, '&');
		if (span_is(span_cut(&word, '='), name) && span_u64(word, &v))
			return v;
	}
	return fallback;
}

/* ---- sources ---- */

static void echo_hop(struct echo *x, void (*back)(struct task *t));

static void
echo_ready(struct task *t)
{
	struct echo *x = CONTAINER_OF(t, struct echo, task);

	CHECK(x, ECHO_MAGIC);
	if (x->rq != NULL)
		http_source_ready(x->rq);
	echo_unref(x);
}

/* The file grows as far as somebody has asked for it. Whole periods are written, so that
 * each write begins with 'a'. */
static void
echo_fill(struct echo_app *e, uint64_t to)
{
	enum { STEP = 65000 };

	uint64_t at = atomic_load(&e->filled);

	while (at < to) { /* two loops may write the same bytes; the mark follows them */
		MUST(io_pwrite(e->file, e->pattern, STEP, at) == 0);
		if (atomic_compare_exchange_strong(&e->filled, &at, at + STEP))
			at += STEP;
	}
}

static enum http_more
echo_next(struct http_source *s, struct http_piece *out)
{
	struct echo *x = CONTAINER_OF(s, struct echo, source);
	uint64_t piece = echo_param(x->rq, "piece", ECHO_PIECE), left = x->n - x->at;

	CHECK(x, ECHO_MAGIC);
	if (x->wait && !x->waited) {
		x->waited = true;
		echo_hop(x, echo_ready);
		return HTTP_WAIT;
	}
	x->waited = false;
	if (x->at >= x->broken_at)
		return HTTP_BROKEN;
	if (left == 0)
		return HTTP_END;
	out->len = left < piece ? left : piece;
	if (x->file) {
		echo_fill(x->e, x->at + out->len);
		out->fd = x->e->file;
		out->off = x->at;
	} else {
		if (out->len > ECHO_PIECE)
			out->len = ECHO_PIECE;
		out->mem = x->e->pattern + x->at % ECHO_PERIOD;
	}
	x->at += out->len;
	return HTTP_MORE;
}

static void
echo_close(struct http_source *s)
{
	struct echo *x = CONTAINER_OF(s, struct echo, source);

	CHECK(x, ECHO_MAGIC);
	echo_unref(x);
}

/* ---- replies ---- */

static void
echo_text(struct echo *x, unsigned status, struct span headers, struct span body)
{
	struct http_resp resp = {
		.status = status, .headers = headers, .length = body.n, .body = body
	};

	resp.close = echo_param(x->rq, "close", 0) != 0;
	atomic_fetch_add(&x->e->replies, 1);
	http_reply(x->rq, &resp);
}

static struct span
echo_document(struct arena *a, enum err why)
{
	return span_str(
	    arena_printf(a, "<Error><Code>%s</Code><Message>%s</Message></Error>",
		err_row(why)->code, err_row(why)->message));
}

static void
echo_refuse(struct echo *x, enum err why)
{
	echo_text(x, err_row(why)->status, SPAN_LIT("Content-Type: application/xml\r\n"),
	    echo_document(&x->rq->arena, why));
}

static void
echo_stream(struct echo *x)
{
	struct http_resp resp = { .status = 200, .length = x->n, .source = &x->source };

	if (echo_param(x->rq, "chunked", 0) != 0)
		resp.length = HTTP_UNKNOWN_LENGTH;
	if (echo_param(x->rq, "lie", 0) != 0)
		resp.length += 5;
	x->source = (struct http_source){ echo_next, echo_close };
	x->refs++;
	atomic_fetch_add(&x->e->replies, 1);
	http_reply(x->rq, &resp);
}

/* What a request is answered with once its body (if wanted) is there. */
static void
echo_answer(struct echo *x)
{
	struct span path = x->rq->path;
	char text[128];

	if (x->why != OK)
		echo_refuse(x, x->why);
	else if (span_is(path, "/stream") || span_is(path, "/file"))
		echo_stream(x);
	else if (span_is(path, "/echo"))
		echo_text(
		    x, 200, SPAN_LIT("Content-Type: text/plain\r\n"), buf_view(&x->body));
	else if (span_is(path, "/small"))
		echo_text(x, 200, SPAN_LIT("Content-Type: text/plain\r\n"),
		    span_of(x->e->pattern, x->n < ECHO_PIECE ? x->n : ECHO_PIECE));
	else if (span_is(path, "/204"))
		echo_text(x, 204, SPAN_NONE, SPAN_NONE);
	else if (span_is(path, "/304"))
		echo_text(x, 304, SPAN_LIT("ETag: \"x\"\r\n"), SPAN_LIT("never sent"));
	else if (span_is(path, "/discard")) {
		(void)snprintf(text, sizeof text, "%llu", (unsigned long long)x->at);
		echo_text(x, 200, SPAN_NONE, span_str(text));
	} else {
		(void)snprintf(text, sizeof text, "%.*s %.*s %.*s\n",
		    (int)x->rq->method_name.n, x->rq->method_name.p,
		    (int)(path.n < 40 ? path.n : 40), path.p,
		    (int)(x->rq->host.n < 40 ? x->rq->host.n : 40), x->rq->host.p);
		echo_text(x, 200, SPAN_NONE, span_str(text));
	}
}

static void
echo_back(struct task *t)
{
	struct echo *x = CONTAINER_OF(t, struct echo, task);

	CHECK(x, ECHO_MAGIC);
	x->busy = false;
	if (x->rq != NULL && x->pause && x->why == OK) {
		x->paused = false;
		http_body_resume(x->rq);
	} else if (x->rq != NULL)
		echo_answer(x);
	echo_unref(x);
}

static void
echo_sleep(struct task *t)
{
	struct echo *x = CONTAINER_OF(t, struct echo, task);

	CHECK(x, ECHO_MAGIC);
	(void)usleep(x->wait_ms * 1000);
	t->fn = x->back;
	inbox_post(x->inbox, t);
}

static void
echo_hop(struct echo *x, void (*back)(struct task *t))
{
	x->refs++;
	x->busy = back == echo_back;
	x->back = back;
	x->task.fn = echo_sleep;
	task_post(x->e->pool, &x->task);
}

/* ---- the application ---- */

static void *
echo_loop_new(void *ctx, struct inbox *inbox)
{
	struct echo_app *e = ctx;

	(void)inbox;
	atomic_fetch_add(&e->loops, 1);
	return e;
}

static void
echo_loop_free(void *ctx, void *loop)
{
	struct echo_app *e = ctx;

	MUST(loop == e);
	atomic_fetch_sub(&e->loops, 1);
}

static void
echo_head(void *ctx, struct http_req *rq)
{
	struct echo_app *e = ctx;
	struct echo *x = mem_zalloc(sizeof *x);

	MUST(rq->loop == e);
	atomic_fetch_add(&e->heads, 1);
	x->magic = ECHO_MAGIC;
	x->refs = 1;
	x->e = e;
	x->rq = rq;
	x->inbox = http_req_inbox(rq);
	x->n = echo_param(rq, "n", 4096);
	x->broken_at = echo_param(rq, "broken", UINT64_MAX);
	x->wait_ms = (unsigned)echo_param(rq, "ms", 5);
	x->wait = echo_param(rq, "wait", 0) != 0;
	x->file = span_is(rq->path, "/file");
	x->pause = span_is(rq->path, "/pause");
	x->discard = span_is(rq->path, "/discard") || x->pause;
	x->slow = span_is(rq->path, "/slow");
	rq->app = x;
	if (x->slow)
		echo_hop(x, echo_back);
	else if (span_is(rq->path, "/early"))
		echo_refuse(x, E_ACCESS_DENIED);
	else if (x->discard || span_is(rq->path, "/echo"))
		http_body_want(rq);
	else
		echo_answer(x);
}

static void *
echo_room(void *ctx, struct http_req *rq, size_t *cap)
{
	struct echo *x = rq->app;

	(void)ctx;
	CHECK(x, ECHO_MAGIC);
	if (x->pause && x->paused) {
		*cap = 0;
		if (!x->busy)
			echo_hop(x, echo_back);
		return NULL;
	}
	if (x->discard)
		x->body.n = 0;
	buf_reserve(&x->body, ECHO_PIECE);
	*cap = x->pause ? ECHO_PAUSE : ECHO_PIECE;
	return x->body.p + x->body.n;
}

static void
echo_data(void *ctx, struct http_req *rq, size_t n)
{
	struct echo *x = rq->app;

	(void)ctx;
	CHECK(x, ECHO_MAGIC);
	x->body.n += n;
	x->at += n;
	x->paused = x->pause;
	if (x->at > ECHO_MAX || x->at >= echo_param(rq, "stop", UINT64_MAX))
		echo_refuse(x, E_ENTITY_TOO_LARGE);
}

static void
echo_end(void *ctx, struct http_req *rq)
{
	struct echo *x = rq->app;

	(void)ctx;
	CHECK(x, ECHO_MAGIC);
	if (x->pause) {
		char text[32];

		(void)snprintf(text, sizeof text, "%llu", (unsigned long long)x->at);
		echo_text(x, 200, SPAN_NONE, span_str(text));
		return;
	}
	echo_answer(x);
}

static void
echo_gone(void *ctx, struct http_req *rq, enum err why)
{
	struct echo_app *e = ctx;
	struct echo *x = rq->app;

	CHECK(x, ECHO_MAGIC);
	MUST(rq->gone);
	atomic_fetch_add(&e->gones, 1);
	atomic_store(&e->last_gone, (unsigned)why);
	/* An end behind a complete request may be a client that only shut its side. */
	if (x->slow && why == E_GONE)
		return;
	x->why = why;
	if (!x->busy)
		echo_answer(x);
}

static void
echo_error(void *ctx, struct http_req *rq, enum err why, struct http_resp *out)
{
	struct echo_app *e = ctx;

	atomic_fetch_add(&e->errors, 1);
	out->headers = SPAN_LIT("Content-Type: application/xml\r\n");
	out->body = echo_document(&rq->arena, why);
	out->length = out->body.n;
}

static void
echo_done(void *ctx, struct http_req *rq, const struct http_done *info)
{
	struct echo_app *e = ctx;
	struct echo *x = rq->app;

	CHECK(x, ECHO_MAGIC);
	x->rq = NULL;
	rq->app = NULL;
	atomic_fetch_add(&e->dones, 1);
	atomic_fetch_add(&e->aborted, info->aborted);
	atomic_fetch_add(&e->received, info->received);
	atomic_fetch_add(&e->sent, info->sent);
	atomic_store(&e->last_status, info->status);
	echo_unref(x);
}

void
echo_app_init(struct echo_app *e)
{
	*e = (struct echo_app){ .app = { e, echo_loop_new, echo_loop_free, echo_head,
				    echo_room, echo_data, echo_end, echo_gone, echo_error,
				    echo_done } };
	e->pool = task_pool_new(4, "echo");
	e->pattern = mem_alloc(ECHO_PIECE + ECHO_PERIOD);
	for (unsigned i = 0; i < ECHO_PIECE + ECHO_PERIOD; i++)
		e->pattern[i] = (char)('a' + i % ECHO_PERIOD);
	e->file = memfd_create("echo", MFD_CLOEXEC);
	MUST(e->file >= 0);
	e->filled = 0;
}

void
echo_app_fini(struct echo_app *e)
{
	task_pool_free(&e->pool);
	io_close(&e->file);
	mem_free(e->pattern);
}
