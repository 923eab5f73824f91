/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object in parts. Each part is proved by its MD5, both ways; a part that is in memory is
 * sent again when the other side stumbles. What fails for good is aborted there.
 */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/uri.h"
#include "codec/xml.h"

#include "remote_priv.h"

enum {
	PARTS_MAX = 10000,
	TRIES = 3,
	ARENA = 4 << 20,
	COMPLETE_PATIENCE = 10 /* the other side may copy it all together first */
};

struct upload {
	struct remote *r;
	struct remote_put *p;
	struct arena arena; /* of the upload */
	struct span query; /* uploadId=... */
	struct span *etag;
	size_t n;
	char *memory; /* of one part */
};

static enum err
ask(struct upload *u, struct remote_call *c, unsigned patience, struct fail *fail)
{
	enum err e;

	c->bucket = u->p->bucket;
	c->key = u->p->key;
	e = remote_send(u->r, c, NULL, patience, fail);
	u->p->fault = c->fault;
	return e;
}

static enum err
nonsense(struct upload *u, struct fail *fail, const char *what)
{
	return fail_msg(fail, E_REMOTE_REFUSED, "%s answers %s", u->r->host, what);
}

static enum err
begin(struct upload *u, struct fail *fail)
{
	struct arena a;
	struct remote_call c = { .method = "POST",
		.header = u->p->header,
		.nheader = u->p->nheader,
		.arena = &a };
	struct xml_node *root;
	struct buf query = { 0 };
	struct span id = SPAN_NONE;
	enum err e;

	arena_init(&a, ARENA);
	c.query = SPAN_LIT("uploads=");
	if (u->p->query.n > 0)
		c.query = span_str(
		    arena_printf(&a, "uploads=&%.*s", (int)u->p->query.n, u->p->query.p));
	e = ask(u, &c, 1, fail);
	if (e == OK) {
		if (xml_parse(&a, buf_view(&c.body), &root, NULL) == OK)
			id = xml_text(root, "UploadId");
		if (id.n == 0)
			e = nonsense(u, fail, "without an id of the upload");
	}
	if (e == OK) {
		buf_str(&query, "uploadId=");
		uri_encode(&query, id, false);
		u->query = arena_span(&u->arena, buf_view(&query));
	}
	buf_fini(&query);
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}

/* Headers of the object's that each part needs too: keys of the customer's. */
static size_t
part_headers(const struct remote_put *p, struct field out[REMOTE_HEADERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < p->nheader; i++)
		if (span_starts(p->header[i].name,
			SPAN_LIT("x-amz-server-side-encryption-customer-")))
			out[n++] = p->header[i];
	return n;
}

static enum err
part_once(struct upload *u, size_t number, struct span bytes,
    const struct remote_source *source, struct fail *fail)
{
	struct field header[REMOTE_HEADERS_MAX];
	char etag[REMOTE_ETAG_MAX];
	struct arena a;
	struct remote_call c = { .method = "PUT",
		.header = header,
		.nheader = part_headers(u->p, header),
		.bytes = bytes,
		.arena = &a };
	enum err e;

	if (source != NULL)
		c.source = *source;
	arena_init(&a, ARENA);
	c.query = span_str(
	    arena_printf(&a, "partNumber=%zu&%.*s", number, (int)u->query.n, u->query.p));
	e = ask(u, &c, 1, fail);
	if (e == OK && !remote_etag_copy(etag, remote_header(&c, "etag")))
		e = nonsense(u, fail, "a part without its ETag");
	if (e == OK)
		u->etag[number - 1] = arena_span(&u->arena, span_str(etag));
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}

/* A part that fits is read once and sent up to three times. */
static enum err
part_small(struct upload *u, size_t number, size_t n, struct fail *fail)
{
	struct fail mine;
	enum err e;

	e = remote_fill(&u->p->source, u->memory, n);
	if (e != OK)
		return fail_set(fail, e);
	for (int i = 0; i < TRIES; i++) {
		fail_init(&mine, NULL);
		e = part_once(u, number, span_of(u->memory, n), NULL, &mine);
		if (e == OK || !u->p->fault.retry || atomic_load(&u->r->stopped))
			break;
	}
	return e == OK ? OK : fail_msg(fail, e, "%s", fail_text(&mine));
}

/* The bytes of one long part of the source: they go over the wire as they are read. */
struct slice {
	const struct remote_source *of;
	uint64_t start, at, end;
};

static enum err
slice_read(void *ctx, void *to, size_t n, size_t *got)
{
	struct slice *s = ctx;
	uint64_t left = s->end - s->at;
	enum err e = s->of->read(s->of->ctx, to, left < n ? (size_t)left : n, got);

	if (e == OK)
		s->at += *got;
	return e;
}

static enum err
slice_seek(void *ctx, uint64_t off)
{
	struct slice *s = ctx;

	s->at = s->start + off;
	return s->of->seek(s->of->ctx, s->at);
}

static enum err
part_large(struct upload *u, size_t number, uint64_t start, uint64_t n, struct fail *fail)
{
	struct slice s = { &u->p->source, start, start, start + n };
	struct remote_source source = { n, slice_read, slice_seek, &s };

	return part_once(u, number, SPAN_NONE, &source, fail);
}

static enum err
parts(struct upload *u, uint64_t each, struct fail *fail)
{
	uint64_t at = 0, all = u->p->source.length;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < u->n; i++) {
		uint64_t n = u->p->nparts > 0 ? u->p->part[i]
		    : all - at < each         ? all - at
					      : each;

		if (n <= u->r->part_size)
			e = part_small(u, i + 1, (size_t)n, fail);
		else
			e = part_large(u, i + 1, at, n, fail);
		at += n;
	}
	return e;
}

static enum err
complete(struct upload *u, struct fail *fail)
{
	struct arena a;
	struct remote_call c = { .method = "POST", .query = u->query, .arena = &a };
	struct buf doc = { 0 };
	struct xml_node *root;
	enum err e;

	arena_init(&a, ARENA);
	buf_str(&doc, "<CompleteMultipartUpload xmlns=\"" XML_S3NS "\">");
	for (size_t i = 0; i < u->n; i++) {
		buf_str(&doc, "<Part>");
		xml_put_u64(&doc, "PartNumber", i + 1);
		xml_put(&doc, "ETag", u->etag[i]);
		buf_str(&doc, "</Part>");
	}
	buf_str(&doc, "</CompleteMultipartUpload>");
	c.bytes = buf_view(&doc);
	e = ask(u, &c, COMPLETE_PATIENCE, fail);
	/* 200 may have gone out before it failed. */
	if (e == OK && xml_parse(&a, buf_view(&c.body), &root, NULL) != OK)
		e = nonsense(u, fail, "no document to the end of an upload");
	else if (e == OK && span_is(root->name, "Error")) {
		e = remote_fault_read(
		    500, true, c.answer, c.nanswer, buf_view(&c.body), &u->p->fault);
		(void)fail_msg(fail, e, "%s answers %s: %s", u->r->host, u->p->fault.code,
		    u->p->fault.message);
	} else if (e == OK && !remote_etag_copy(u->p->etag, xml_text(root, "ETag")))
		e = nonsense(u, fail, "no ETag to the end of an upload");
	if (e == OK)
		remote_version_copy(u->p->version, remote_header(&c, "x-amz-version-id"));
	buf_fini(&c.body);
	buf_fini(&doc);
	arena_fini(&a);
	return e;
}

static void
give_up(struct upload *u)
{
	struct remote_fault fault = u->p->fault; /* what it failed of is told */
	struct arena a;
	struct remote_call c = { .method = "DELETE", .query = u->query, .arena = &a };

	arena_init(&a, ARENA);
	if (ask(u, &c, 1, NULL) != OK) {
		/* The other side's own rules for forgotten uploads have to do it. */
	}
	u->p->fault = fault;
	buf_fini(&c.body);
	arena_fini(&a);
}

/* No more than 10,000 parts. */
static uint64_t
part_length(const struct remote *r, uint64_t length)
{
	uint64_t least = (length + PARTS_MAX - 1) / PARTS_MAX;

	return least > r->part_size ? least : r->part_size;
}

enum err
remote_upload(struct remote *r, struct remote_put *p, struct fail *fail)
{
	struct upload u = { .r = r, .p = p };
	uint64_t each = part_length(r, p->source.length);
	enum err e;

	u.n = p->nparts > 0 ? p->nparts : (size_t)((p->source.length + each - 1) / each);
	if (u.n > PARTS_MAX)
		return fail_set(fail, E_TOO_MANY_PARTS);
	arena_init(&u.arena, ARENA);
	u.etag = arena_array(&u.arena, u.n, sizeof *u.etag);
	e = begin(&u, fail);
	if (e == OK) {
		u.memory = mem_alloc((size_t)r->part_size);
		e = parts(&u, each, fail);
		if (e == OK)
			e = complete(&u, fail);
		if (e != OK)
			give_up(&u);
		mem_free(u.memory);
	}
	arena_fini(&u.arena);
	return e;
}
