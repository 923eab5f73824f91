/* SPDX-License-Identifier: Apache-2.0 */
/* GetObject and HeadObject. */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "codec/stamp.h"
#include "object/access.h"
#include "away_priv.h"
#include "inflate_priv.h"
#include "sse_priv.h"

/* Up to here one read into memory and one send beat sendfile's second system call. */
enum { GET_COPY_MAX = 32 << 10 };

struct get {
	struct http_source source;
	struct rq *rq;
	struct obj_version version;
	struct obj_cond cond;
	struct obj_plain plain; /* of one that is not sealed only the read */
	struct rec_object rec;
	struct attrs attrs;
	struct access access; /* of class INTELLIGENT_TIERING */
	uint64_t opened; /* number of the version whose attrs and keys are here */
	struct sse_customer customer;
	struct sealed_keys keys;
	bool part_given;
	unsigned part;
	size_t parts;
	uint64_t off, len;
	bool partial;
	bool undone; /* gzip that the client does not take */
	struct inflate inflate;
	/* of one in a tier: what begin() looked at, and the first of its bytes */
	struct away *away;
	uint64_t away_number, away_off, away_len;
};

/* ---- ranges ---- */

/* If-Range (RFC 9110, 13.1.5): of another object than the client has a part of, it wants
 * the whole. */
static bool
range_holds(const struct get *g)
{
	struct span v = header_get(g->rq, "if-range");
	char etag[ETAG_TEXT + 2];
	int64_t when;
	size_t n;

	if (v.p == NULL)
		return true;
	if (stamp_http_parse(v, &when))
		return when == g->rec.mtime_ms / 1000;
	n = obj_etag(etag + 1, &g->rec);
	etag[0] = etag[n + 1] = '"';
	return span_eq(v, span_of(etag, n + 2));
}

/* MinIO tells the range as it read it: -1 for no end, a minus before a suffix. */
static void
range_words(struct rq *rq, struct span v)
{
	struct span last = span_from(v, 6), first = span_cut(&last, '-');
	uint64_t a = 0, b = 0;

	if (tier_says(rq, TP_RANGE_BEYOND) != TV_MINIO || range_reversed(v))
		return;
	(void)span_u64(span_trim(first), &a);
	(void)span_u64(span_trim(last), &b);
	if (first.n == 0)
		(void)fail_msg(&rq->fail, E_INVALID_RANGE,
		    "The requested range 'bytes=-%llu--1' is not satisfiable",
		    (unsigned long long)b);
	else if (last.n == 0)
		(void)fail_msg(&rq->fail, E_INVALID_RANGE,
		    "The requested range 'bytes=%llu--1' is not satisfiable",
		    (unsigned long long)a);
	else
		(void)fail_msg(&rq->fail, E_INVALID_RANGE,
		    "The requested range 'bytes=%llu-%llu' is not satisfiable",
		    (unsigned long long)a, (unsigned long long)b);
}

static enum err
get_range(struct get *g)
{
	struct rq *rq = g->rq;
	struct span v = header_get(rq, "range");
	enum range_form form;

	g->len = g->rec.size;
	if (v.p == NULL || website_status(rq) != 0 || !range_holds(g))
		return OK;
	form = range_parse(v, g->rec.size, &g->off, &g->len);
	if (form == RANGE_NONE && range_reversed(v) &&
	    tier_says(rq, TP_RANGE_REVERSED) == TV_RANGE_416)
		form = RANGE_BAD;
	switch (form) {
	case RANGE_OK:
		g->partial = true;
		return OK;
	case RANGE_BAD:
		range_words(rq, v);
		(void)fail_set(&rq->fail, E_INVALID_RANGE);
		fail_pair(&rq->fail, "RangeRequested", v);
		fail_pair_u64(&rq->fail, "ActualObjectSize", g->rec.size);
		return E_INVALID_RANGE;
	default:
		return OK;
	}
}

/* ---- parts ---- */

static enum err
part_missing(struct get *g, size_t count)
{
	struct rq *rq = g->rq;

	(void)fail_set(&rq->fail, E_INVALID_PART_NUMBER);
	fail_pair_u64(&rq->fail, "ActualPartCount", count);
	fail_pair_u64(&rq->fail, "PartNumberRequested", g->part);
	return E_INVALID_PART_NUMBER;
}

/* Part numbers are places among the completed parts, whatever the numbers were. */
static enum err
get_part(struct txn *t, struct get *g)
{
	size_t count;
	enum err e = obj_part_place(t, &g->rec, g->part, &g->off, &g->len, &count);

	g->partial = true;
	if (e == E_INVALID_PART_NUMBER)
		return part_missing(g, count);
	g->parts = g->rec.parts > 0 ? count : 0;
	return e;
}

/* ---- bytes ---- */

static enum http_more
get_over(struct get *g, enum err e)
{
	if (e == E_NOT_FOUND)
		return HTTP_END;
	log_error("request %s: reading %.*s/%.*s failed: %s; the connection is cut",
	    g->rq->id, (int)g->rq->bucket.n, g->rq->bucket.p, (int)g->rq->key.n,
	    g->rq->key.p, err_row(e)->symbol);
	return HTTP_BROKEN;
}

static enum http_more
get_next(struct http_source *s, struct http_piece *out)
{
	struct get *g = CONTAINER_OF(s, struct get, source);
	const struct blob_extent *x;
	enum err e = obj_read_next(&g->plain.read, &x);

	if (e != OK)
		return get_over(g, e);
	*out = (struct http_piece){
		.mem = x->mem, .fd = x->fd, .off = x->off, .len = x->len
	};
	return HTTP_MORE;
}

static enum http_more
get_next_sealed(struct http_source *s, struct http_piece *out)
{
	struct get *g = CONTAINER_OF(s, struct get, source);
	struct span bytes;
	enum err e = obj_plain_next(&g->plain, &bytes);

	if (e != OK)
		return get_over(g, e);
	*out = (struct http_piece){ .mem = bytes.p, .fd = -1, .len = bytes.n };
	return HTTP_MORE;
}

static void
get_close(struct http_source *s)
{
	struct get *g = CONTAINER_OF(s, struct get, source);

	obj_plain_end(&g->plain);
}

/* ---- the reply, made inside the read so that tiny bodies go out from the map ---- */

/* The tag is that of the bytes as they are kept; others are only as good as those. */
static void
get_etag(struct get *g)
{
	char text[ETAG_TEXT + 4] = "W/\"";
	size_t n;

	if (!g->undone) {
		reply_etag(g->rq, &g->rec);
		return;
	}
	n = obj_etag(text + 3, &g->rec);
	text[3 + n] = '"';
	reply_header(g->rq, "ETag", span_of(text, n + 4));
}

/* What no longer holds of what goes out. */
static void
get_undo(struct get *g)
{
	struct attrs *a = &g->attrs;
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (!span_is(a->field[i].name, "content-encoding"))
			a->field[n++] = a->field[i];
	a->n = n;
	reply_header_str(g->rq, "Vary", "Accept-Encoding");
}

static void
get_headers(struct get *g)
{
	struct rq *rq = g->rq;
	char range[80];

	reply_begin(rq,
	    g->partial                    ? 206
		: website_status(rq) != 0 ? website_status(rq)
					  : 200);
	website_error_headers(rq);
	rq->object_size = g->rec.size;
	rq->has_size = true;
	reply_http_date(rq, "Last-Modified", g->rec.mtime_ms);
	get_etag(g);
	reply_version(rq, &g->rec);
	if (!g->partial && !g->undone &&
	    span_ieq(header_get(rq, "x-amz-checksum-mode"), SPAN_LIT("ENABLED")))
		reply_checksum(rq, &g->rec.checksum, g->rec.parts);
	reply_header_str(rq, "Accept-Ranges", "bytes");
	if (g->partial && g->len > 0) {
		(void)snprintf(range, sizeof range, "bytes %llu-%llu/%llu",
		    (unsigned long long)g->off, (unsigned long long)(g->off + g->len - 1),
		    (unsigned long long)g->rec.size);
		reply_header_str(rq, "Content-Range", range);
	}
	sse_reply(rq, side_get(&g->attrs, SIDE_CRYPT), SSE_TELL_CUSTOMER);
	if (g->undone)
		get_undo(g);
	headers_put(rq, &g->rec, &g->attrs, true);
	archive_reply(rq, &g->rec, &g->attrs, &g->access);
	if (g->version.which == VERSION_CURRENT)
		expiry_reply(rq, &g->rec, &g->attrs);
	if (g->part_given && g->parts > 0)
		reply_header_u64(rq, "x-amz-mp-parts-count", g->parts);
	rq->length = g->undone ? HTTP_UNKNOWN_LENGTH : g->len;
	read_tell(rq, rq->http->method == HTTP_HEAD ? EVENT_HEAD : EVENT_GET, &g->rec,
	    &g->attrs);
}

/* Its first bytes say whether it is what its header says. */
static enum err
get_is_gzip(struct txn *t, struct get *g)
{
	struct span head = SPAN_NONE;
	struct buf room = { 0 };
	enum err e = OK;

	/* What is in a tier goes out as it is. */
	if (rec_object_is_away(&g->rec))
		g->undone = false;
	if (!g->undone)
		return OK;
	if (g->len < 3)
		head = SPAN_LIT("");
	else if ((g->rec.flags & OBJECT_IS_SEALED) != 0) {
		e = obj_plain_small(t, &g->rec.body, &g->keys, 0, 3, &room);
		head = buf_view(&room);
	} else
		e = obj_read_small(t, &g->rec.body, 0, 3, &room, &head);
	g->undone = e == OK && gunzip_is(head);
	buf_fini(&room);
	return e;
}

/* Sent behind the read, from where it is kept; what is in the index itself is copied. */
static enum err
get_bytes_undone(struct txn *t, struct get *g, bool *later)
{
	bool sealed = (g->rec.flags & OBJECT_IS_SEALED) != 0,
	     tiny = g->rec.body.kind == BLOB_TINY;
	struct obj_plain *from = tiny ? NULL : &g->plain;
	struct span all = SPAN_NONE;
	struct buf room = { 0 };
	enum err e = OK;

	if (tiny && sealed) {
		e = obj_plain_small(t, &g->rec.body, &g->keys, 0, g->len, &room);
		all = buf_view(&room);
	} else if (tiny)
		e = obj_read_small(t, &g->rec.body, 0, g->len, &room, &all);
	else if (sealed)
		e = obj_plain_start(&g->plain, t, &g->rec.body, &g->keys, 0, g->len);
	else
		e = obj_read_start(&g->plain.read, t, &g->rec.body, 0, g->len);
	if (e == OK)
		e = inflate_start(
		    &g->inflate, g->rq, from, sealed, arena_span(g->rq->arena, all));
	buf_fini(&room);
	if (e != OK)
		return e;
	g->rq->source = &g->inflate.source;
	*later = true;
	return OK;
}

/* Chunks are opened where they are sent from: a range costs those it lies in. */
static enum err
get_bytes_sealed(struct txn *t, struct get *g, bool *later)
{
	struct rq *rq = g->rq;
	enum err e;

	if (g->len > GET_COPY_MAX) {
		e = obj_plain_start(&g->plain, t, &g->rec.body, &g->keys, g->off, g->len);
		if (e != OK)
			return e;
		g->source = (struct http_source){ get_next_sealed, get_close };
		rq->source = &g->source;
		*later = true;
		return OK;
	}
	e = obj_plain_small(t, &g->rec.body, &g->keys, g->off, g->len, &rq->loop->out);
	if (e != OK)
		return e;
	obj_plain_end(&g->plain);
	reply_send_body(rq, buf_view(&rq->loop->out));
	return OK;
}

static enum err
get_bytes(struct txn *t, struct get *g, bool *later)
{
	struct rq *rq = g->rq;
	struct span part[2];
	enum err e;

	if (g->len > GET_COPY_MAX) {
		e = obj_read_start(&g->plain.read, t, &g->rec.body, g->off, g->len);
		if (e != OK)
			return e;
		g->source = (struct http_source){ get_next, get_close };
		rq->source = &g->source;
		*later = true;
		return OK;
	}
	e = obj_read_parts(t, &g->rec.body, g->off, g->len, &rq->loop->out, part);
	if (e != OK)
		return e;
	obj_plain_end(&g->plain);
	reply_send_parts(rq, part);
	return OK;
}

/* Without the key nothing is told of an object, not even whether a condition holds. */
static enum err
get_open(struct txn *t, struct get *g)
{
	struct rq *rq = g->rq;
	enum err e;

	if (g->opened == g->rec.number)
		return OK;
	e = obj_attrs(t, &g->rec, rq->arena, &g->attrs);
	if (e == OK && rq->http->method == HTTP_GET)
		e = archive_readable(rq, t, &g->rec, &g->attrs, &g->access);
	else if (e == OK && access_is_watched(&g->rec))
		e = access_get(t, &g->rec, &g->access);
	if (e == OK)
		e = sse_open(rq, &g->attrs, &g->customer, &g->keys);
	if (e == OK &&
	    ((g->rec.flags & OBJECT_IS_SEALED) != 0) !=
		(side_get(&g->attrs, SIDE_CRYPT).p != NULL))
		e = E_CORRUPT;
	if (e == OK)
		g->opened = g->rec.number;
	return e;
}

static enum err
get_find(struct txn *t, struct get *g)
{
	struct rq *rq = g->rq;
	enum err e =
	    obj_version_find(t, &rq->bkt, rq->key, &g->version, &g->rec, &rq->fail);

	if (e == OK && (g->rec.flags & OBJECT_IS_MARKER) != 0) {
		(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
		fail_pair(&rq->fail, "Method", rq->http->method_name);
		fail_pair_str(&rq->fail, "ResourceType", "DeleteMarker");
		return E_METHOD_NOT_ALLOWED;
	}
	if (e == OK)
		e = get_open(t, g);
	if (e == OK)
		e = obj_cond_read(&g->cond, &g->rec, &rq->fail);
	if (e == OK)
		e = g->part_given ? get_part(t, g) : get_range(g);
	if (e != OK)
		return e;
	g->undone = !g->partial && g->attrs.n > 0 && inflate_wanted(g->rq, &g->attrs);
	return OK;
}

/* RFC 9110, 15.4.5: what a cache needs to keep its copy. */
static void
get_not_modified(struct get *g)
{
	struct rq *rq = g->rq;

	reply_begin(rq, 304);
	reply_http_date(rq, "Last-Modified", g->rec.mtime_ms);
	reply_etag(rq, &g->rec);
	reply_version(rq, &g->rec);
	reply_send(rq);
}

/* What stands there is a delete marker: 404, or 405 to who asks for the marker itself. The
 * error also tells which version it is. */
static void
get_marker(struct get *g)
{
	struct rq *rq = g->rq;

	reply_error(rq);
	reply_header_str(rq, "x-amz-delete-marker", "true");
	reply_version(rq, &g->rec);
	if (rq->fail.code == E_METHOD_NOT_ALLOWED) {
		if (tier_says(rq, TP_MARKER_GET) == TV_MARKER_ALLOW)
			reply_header_str(rq, "Allow", "DELETE");
		reply_http_date(rq, "Last-Modified", g->rec.mtime_ms);
	}
	reply_send(rq);
}

/* Bytes outside the index may be swept: a pin that is older than the snapshot keeps them, and
 * what is too long to be copied at once. Most objects need none, so the record is looked at
 * first. */
static bool
get_wants_pin(const struct get *g)
{
	return !g->plain.read.pinned && g->rq->http->method == HTTP_GET && g->len > 0 &&
	    (g->rec.body.kind != BLOB_TINY || g->len > GET_COPY_MAX) &&
	    !rec_object_is_away(&g->rec);
}

/* ---- out of a tier ---- */

static enum err
get_away_look(struct txn *t, void *arg)
{
	struct get *g = arg;
	struct rq *rq = g->rq;
	struct rec_remote at;
	enum err e = get_find(t, g);

	/* Whatever else there is to say is said by the reply. */
	if (e != OK || g->len == 0 || !rec_object_is_away(&g->rec))
		return OK;
	e = obj_remote_find(t, &g->rec, rq->arena, &at);
	if (e != OK)
		return e;
	g->away_number = g->rec.number;
	g->away_off = g->off;
	g->away_len = g->len;
	return away_begin(rq, &at, &g->keys, g->off, g->len, &g->away);
}

/* The first bytes are fetched before anything is answered: a tier that is down is an error
 * that a client can read. */
static enum err
get_away(struct get *g)
{
	struct rq *rq = g->rq;
	enum err e;

	if (rq->http->method != HTTP_GET || !remote_tier_any())
		return OK;
	e = store_read(rq->loop->reader, get_away_look, g);
	if (e == OK)
		fail_clear(&rq->fail);
	return e == OK && g->away != NULL ? rq_wait(rq) : e;
}

/* Did it go to a tier, or become another one, since begin() looked? */
static bool
get_is_elsewhere(const struct get *g)
{
	if (!rec_object_is_away(&g->rec) || g->rq->http->method != HTTP_GET ||
	    g->len == 0)
		return false;
	return g->away == NULL || g->away_number != g->rec.number ||
	    g->away_off != g->off || g->away_len != g->len;
}

static enum err
get_bytes_away(struct get *g, bool *later)
{
	g->rq->source = away_source(g->away);
	g->away = NULL;
	*later = true;
	return OK;
}

static enum err
get_reply(struct txn *t, void *arg)
{
	struct reply_read *read = arg;
	struct rq *rq = read->rq;
	struct get *g = rq->data;
	enum err e = get_find(t, g);

	e = allow_missing(rq, e);
	if (e != OK && e != E_ACCESS_DENIED && (g->rec.flags & OBJECT_IS_MARKER) != 0) {
		obj_plain_end(&g->plain);
		get_marker(g);
		return OK;
	}
	if (e == E_NOT_MODIFIED) {
		obj_plain_end(&g->plain);
		get_not_modified(g);
		return OK;
	}
	if (e == OK && get_wants_pin(g)) {
		obj_read_pin(&g->plain.read, rq->s3->conf.store, rq->loop->reader);
		read->again = true;
		return OK;
	}
	if (e == OK)
		e = get_is_gzip(t, g);
	if (e == OK && get_is_elsewhere(g))
		e = fail_set(&rq->fail, E_SLOW_DOWN);
	if (e != OK)
		goto out;
	get_headers(g);
	if (rq->http->method == HTTP_GET)
		analysis_read(rq, &g->rec, &g->attrs, g->len);
	if (rq->http->method == HTTP_GET && access_is_watched(&g->rec) &&
	    obj_access_tells(&g->access, rq->now_ms))
		obj_access_note(
		    rq->s3->conf.store, rq->bucket, rq->key, &g->rec, rq->now_ms);
	if (rq->http->method == HTTP_HEAD || g->len == 0) {
		obj_plain_end(&g->plain);
		reply_send(rq);
		return OK;
	}
	if (rec_object_is_away(&g->rec))
		e = get_bytes_away(g, &read->later);
	else if (g->undone)
		e = get_bytes_undone(t, g, &read->later);
	else if ((g->rec.flags & OBJECT_IS_SEALED) != 0)
		e = get_bytes_sealed(t, g, &read->later);
	else
		e = get_bytes(t, g, &read->later);
out:
	if (e != OK)
		obj_plain_end(&g->plain);
	return e;
}

static enum err
get_checks(struct rq *rq, struct get *g)
{
	enum err e = query_version(rq, &g->version);

	if (e == OK)
		e = headers_override_check(rq);
	if (e == OK)
		e = sse_not_here(rq);
	if (e == OK)
		e = sse_customer(rq, true, &g->customer);
	if (e == OK)
		e = query_part_number(rq, &g->part_given, &g->part);
	if (e == OK && g->part_given && header_get(rq, "range").p != NULL)
		e = fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Cannot specify both Range header and partNumber query parameter");
	/* A page that stands for an error is not what was asked for. */
	return e == OK && website_status(rq) == 0 ? headers_cond_read(rq, "", &g->cond)
						  : e;
}

/* Also when the read that makes the reply never began. */
static void
get_drop(struct rq *rq)
{
	struct get *g = rq->data;

	obj_plain_end(&g->plain);
	away_drop(&g->away);
	if (g->undone)
		inflate_drop(&g->inflate);
	if ((g->rec.flags & OBJECT_IS_SEALED) != 0)
		sealed_keys_wipe(&g->keys);
	if (g->customer.given)
		mem_wipe(&g->customer, sizeof g->customer);
}

enum err
op_get_object_begin(struct rq *rq)
{
	struct get *g = arena_zalloc(rq->arena, sizeof *g);
	enum err e = get_checks(rq, g);

	if (e != OK)
		return e;
	g->rq = rq;
	rq->data = g;
	rq->drop = get_drop;
	rq->reply_read = get_reply;
	return get_away(g);
}
