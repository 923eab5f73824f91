/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/mem.h"

#include "away_priv.h"

enum {
	FIRST =
	    1 << 20, /* bytes of the first stretch: somebody waits for the first byte */
	STRETCH = 2 << 20,
	ARENA = 16 << 20,
	MAX = 128 /* at a time: each has two stretches in memory */
};

static atomic_uint count;

struct away {
	struct http_source source;
	struct task work, back;
	struct rq *rq;
	struct http_req *http;
	struct inbox *inbox;
	const struct obj_remote_io *io;
	struct arena arena;
	struct rec_remote remote;
	bool sealed;
	struct obj_plain plain; /* of a sealed one */
	uint64_t at, end; /* of another */
	/* Two stretches: one is lent to the connection, one is filled. */
	struct buf slot[2];
	bool full[2];
	unsigned next; /* which one is next to be lent */
	bool busy, first, waiting, closed;
	enum err err;
	struct fail fail; /* the worker's */
};

static void
away_free(struct away *a)
{
	obj_plain_end(&a->plain);
	buf_fini(&a->slot[0]);
	buf_fini(&a->slot[1]);
	arena_fini(&a->arena);
	mem_free(a);
	atomic_fetch_sub(&count, 1);
}

/* ---- on a worker ---- */

static enum err
fill_sealed(struct away *a, struct buf *b)
{
	struct span bytes;
	enum err e = OK;

	while (e == OK && b->n < FIRST) {
		e = obj_plain_next(&a->plain, &bytes);
		if (e == OK)
			buf_span(b, bytes);
	}
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
fill_plain(struct away *a, struct buf *b)
{
	uint64_t most = a->first ? FIRST : STRETCH, left = a->end - a->at;
	size_t n = (size_t)(left < most ? left : most);
	enum err e;

	if (n == 0)
		return OK;
	buf_reserve(b, n);
	e = a->io->read(a->io->ctx, &a->remote, a->at, b->p, n, &a->fail);
	if (e == OK)
		b->n = n;
	a->at += n;
	return e;
}

static void
work(struct task *t)
{
	struct away *a = CONTAINER_OF(t, struct away, work);
	struct buf *b = &a->slot[a->full[a->next] ? !a->next : a->next];

	b->n = 0;
	fail_init(&a->fail, NULL);
	a->err = a->sealed ? fill_sealed(a, b) : fill_plain(a, b);
	inbox_post(a->inbox, &a->back);
}

/* ---- on the loop ---- */

static void
fill(struct away *a)
{
	a->work.fn = work;
	a->busy = a->io->post(a->io->ctx, &a->work);
	if (!a->busy)
		a->err = E_REMOTE_DOWN;
}

static void
back(struct task *t)
{
	struct away *a = CONTAINER_OF(t, struct away, back);
	unsigned slot = a->full[a->next] ? !a->next : a->next;

	a->busy = false;
	if (a->closed) {
		away_free(a);
		return;
	}
	a->full[slot] = a->err == OK && a->slot[slot].n > 0;
	if (a->first) {
		a->first = false;
		rq_resume(a->rq, a->err);
		return;
	}
	if (a->waiting) {
		a->waiting = false;
		http_source_ready(a->http);
	}
}

static enum http_more
next(struct http_source *s, struct http_piece *out)
{
	struct away *a = CONTAINER_OF(s, struct away, source);
	struct buf *b = &a->slot[a->next];

	if (!a->full[a->next]) {
		if (a->busy) {
			a->waiting = true;
			return HTTP_WAIT;
		}
		if (a->err == OK)
			return HTTP_END;
		log_error("request %s: reading from a tier failed: %s; the connection is "
			  "cut",
		    a->rq->id, err_row(a->err)->symbol);
		return HTTP_BROKEN;
	}
	*out = (struct http_piece){ .mem = b->p, .fd = -1, .len = b->n };
	a->full[a->next] = false;
	a->next = !a->next;
	/* The other one was lent before, and is free now. */
	fill(a);
	return HTTP_MORE;
}

static void
close_source(struct http_source *s)
{
	struct away *a = CONTAINER_OF(s, struct away, source);

	a->closed = true;
	if (!a->busy)
		away_free(a);
}

struct http_source *
away_source(struct away *a)
{
	a->source = (struct http_source){ next, close_source };
	return &a->source;
}

void
away_drop(struct away **a)
{
	if (*a != NULL)
		close_source(&(*a)->source);
	*a = NULL;
}

static void
copy_place(struct away *a, const struct rec_remote *r)
{
	a->remote = *r;
	a->remote.name = arena_span(&a->arena, r->name);
	a->remote.version = arena_span(&a->arena, r->version);
	a->remote.piece = arena_array(&a->arena, r->n, sizeof *r->piece);
	memcpy(a->remote.piece, r->piece, r->n * sizeof *r->piece);
}

enum err
away_begin(struct rq *rq, const struct rec_remote *r, const struct sealed_keys *keys,
    uint64_t off, uint64_t len, struct away **out)
{
	struct away *a;

	if (rq->s3->conf.remote == NULL)
		return fail_set(&rq->fail, E_REMOTE_DOWN);
	if (atomic_fetch_add(&count, 1) >= MAX) {
		atomic_fetch_sub(&count, 1);
		return fail_set(&rq->fail, E_SLOW_DOWN);
	}
	a = mem_zalloc(sizeof *a);
	arena_init(&a->arena, ARENA);
	copy_place(a, r);
	a->rq = rq;
	a->http = rq->http;
	a->inbox = rq->loop->inbox;
	a->io = rq->s3->conf.remote;
	a->back.fn = back;
	a->sealed = r->sealed;
	a->first = true;
	a->at = off;
	a->end = off + len;
	if (a->sealed)
		obj_plain_start_remote(&a->plain, a->io, &a->remote, keys, off, len);
	fill(a);
	if (!a->busy) {
		away_free(a);
		return fail_set(&rq->fail, E_REMOTE_DOWN);
	}
	*out = a;
	return OK;
}
