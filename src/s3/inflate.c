/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that are kept as gzip and asked for by who does not understand it: undone on
 * their way out, a bounded step at a time: developers.cloudflare.com/r2/reference/
 * transparent-decompression
 */
#include "config.h"

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "inflate_priv.h"

enum { IN_ROOM = 16 << 10, OUT_ROOM = 32 << 10 };

/* "gzip" or "*" among the codings, and not with q=0 (RFC 9110, 12.5.3). */
static bool
takes_gzip(struct span accept)
{
	while (accept.n > 0) {
		struct span one = span_trim(span_cut(&accept, ',')), name, q;

		q = one;
		name = span_trim(span_cut(&q, ';'));
		q = span_trim(q);
		if (!span_ieq(name, SPAN_LIT("gzip")) &&
		    !span_ieq(name, SPAN_LIT("x-gzip")) && !span_is(name, "*"))
			continue;
		if (q.n < 3 || !span_ieq(span_head(q, 2), SPAN_LIT("q=")))
			return true;
		q = span_from(q, 2);
		for (size_t i = 0; i < q.n; i++)
			if (q.p[i] >= '1' && q.p[i] <= '9')
				return true;
	}
	return false;
}

bool
inflate_wanted(struct rq *rq, const struct attrs *attrs)
{
	for (size_t i = 0; i < attrs->n; i++) {
		const struct field *f = &attrs->field[i];

		if (span_is(f->name, "content-encoding"))
			return span_ieq(f->value, SPAN_LIT("gzip")) &&
			    rq->http->method == HTTP_GET &&
			    !takes_gzip(header_get(rq, "accept-encoding")) &&
			    tier_says(rq, TP_GZIP) == TV_DECOMPRESS;
	}
	return false;
}

/* The next bytes as they are kept, from a file in steps. E_NOT_FOUND: there are no more. */
static enum err
pull_plain(struct inflate *i)
{
	const struct blob_extent *x = i->extent;
	size_t n;
	enum err e;
	int rc;

	if (x == NULL || i->extent_done == x->len) {
		e = obj_read_next(&i->from->read, &x);
		if (e != OK)
			return e;
		i->extent = x;
		i->extent_done = 0;
	}
	n = (size_t)(x->len - i->extent_done < IN_ROOM ? x->len - i->extent_done
						       : IN_ROOM);
	if (x->mem != NULL)
		i->in = span_of((const char *)x->mem + i->extent_done, n);
	else {
		rc = io_pread(x->fd, i->room, n, x->off + i->extent_done);
		if (rc != 0)
			return io_err(rc);
		i->in = span_of(i->room, n);
	}
	i->extent_done += n;
	return OK;
}

static enum err
pull(struct inflate *i)
{
	if (i->from == NULL)
		return E_NOT_FOUND;
	return i->sealed ? obj_plain_next(i->from, &i->in) : pull_plain(i);
}

static enum http_more
broken(struct inflate *i, enum err e)
{
	log_error(
	    "request %s: undoing gzip of %.*s/%.*s failed: %s; the connection is cut",
	    i->rq->id, (int)i->rq->bucket.n, i->rq->bucket.p, (int)i->rq->key.n,
	    i->rq->key.p, err_row(e)->symbol);
	return HTTP_BROKEN;
}

static enum http_more
inflate_next(struct http_source *s, struct http_piece *out)
{
	struct inflate *i = CONTAINER_OF(s, struct inflate, source);
	size_t n;
	enum err e;

	for (;;) {
		e = gunzip_step(i->gunzip, &i->in, i->room + IN_ROOM, OUT_ROOM, &n);
		if (e == OK && n > 0)
			break;
		/* All that is there has been looked at. */
		if (e == OK)
			e = i->in.n > 0 ? E_CORRUPT : pull(i);
		if (e == E_NOT_FOUND && gunzip_is_whole(i->gunzip))
			return HTTP_END;
		if (e != OK)
			return broken(i, e == E_NOT_FOUND ? E_CORRUPT : e);
	}
	*out = (struct http_piece){ .mem = i->room + IN_ROOM, .fd = -1, .len = n };
	return HTTP_MORE;
}

void
inflate_drop(struct inflate *i)
{
	gunzip_free(&i->gunzip);
	mem_free(i->room);
	i->room = NULL;
}

static void
inflate_close(struct http_source *s)
{
	struct inflate *i = CONTAINER_OF(s, struct inflate, source);

	if (i->from != NULL)
		obj_plain_end(i->from);
	inflate_drop(i);
}

enum err
inflate_start(
    struct inflate *i, struct rq *rq, struct obj_plain *from, bool sealed, struct span in)
{
	enum err e;

	*i = (struct inflate){ .source = { inflate_next, inflate_close },
		.rq = rq,
		.from = from,
		.sealed = sealed,
		.in = in };
	e = gunzip_new(&i->gunzip, &rq->fail);
	if (e == OK)
		i->room = mem_alloc(IN_ROOM + OUT_ROOM);
	return e;
}
