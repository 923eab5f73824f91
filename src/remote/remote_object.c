/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "codec/uri.h"

#include "remote_priv.h"

enum { ARENA = 1 << 20 };

bool
remote_etag_copy(char out[REMOTE_ETAG_MAX], struct span v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		v = span_of(v.p + 1, v.n - 2);
	if (v.n == 0 || v.n >= REMOTE_ETAG_MAX)
		return false;
	memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return true;
}

void
remote_version_copy(char out[REMOTE_VERSION_MAX], struct span v)
{
	if (v.n >= REMOTE_VERSION_MAX || span_is(v, "null"))
		v.n = 0;
	if (v.n > 0)
		memcpy(out, v.p, v.n);
	out[v.n] = '\0';
}

/* ---- put ---- */

static enum err
put_whole(struct remote *r, struct remote_put *p, struct fail *fail)
{
	struct arena a;
	struct remote_call c = { .method = "PUT",
		.bucket = p->bucket,
		.key = p->key,
		.query = p->query,
		.header = p->header,
		.nheader = p->nheader,
		.source = p->source,
		.once = true, /* of two the second would be nobody's */
		.arena = &a };
	enum err e;

	arena_init(&a, ARENA);
	e = remote_send(r, &c, NULL, 1, fail);
	if (e == OK) {
		if (!remote_etag_copy(p->etag, remote_header(&c, "etag")))
			p->etag[0] = '\0';
		remote_version_copy(p->version, remote_header(&c, "x-amz-version-id"));
	}
	p->fault = c.fault;
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}

enum err
remote_put(struct remote *r, struct remote_put *p, struct fail *fail)
{
	p->version[0] = p->etag[0] = '\0';
	p->fault = (struct remote_fault){ 0 };
	if (p->nparts > 0 || p->source.length > r->part_size)
		return remote_upload(r, p, fail);
	return put_whole(r, p, fail);
}

/* ---- get ---- */

static struct span
version_query(struct arena *a, struct span version)
{
	struct buf b = { 0 };
	struct span out;

	if (version.n == 0)
		return SPAN_LIT("");
	buf_str(&b, "versionId=");
	uri_encode(&b, version, false);
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
remote_get(struct remote *r, struct remote_get *g, struct fail *fail)
{
	struct remote_range range = { g->off, g->len };
	struct arena a;
	struct field header;
	struct remote_call c = { .method = "GET",
		.bucket = g->bucket,
		.key = g->key,
		.sink = g->sink,
		.expect = g->len,
		.arena = &a };
	enum err e;

	MUST(g->len != 0 && (g->len != UINT64_MAX || g->off == 0));
	arena_init(&a, ARENA);
	c.query = version_query(&a, g->version);
	if (g->len != UINT64_MAX) {
		header.name = SPAN_LIT("range");
		header.value = span_str(
		    arena_printf(&a, "bytes=%llu-%llu", (unsigned long long)g->off,
			(unsigned long long)(g->off + g->len - 1)));
		c.header = &header;
		c.nheader = 1;
	}
	e = remote_send(r, &c, g->len != UINT64_MAX ? &range : NULL, 1, fail);
	g->fault = c.fault;
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}

/* ---- the rest ---- */

enum err
remote_head(struct remote *r, struct remote_call *c, struct fail *fail)
{
	c->method = "HEAD";
	c->sink = NULL;
	return remote_send(r, c, NULL, 1, fail);
}

enum err
remote_delete(struct remote *r, struct span bucket, struct span key, struct span version,
    struct remote_fault *fault, struct fail *fail)
{
	struct arena a;
	struct remote_call c = {
		.method = "DELETE", .bucket = bucket, .key = key, .arena = &a
	};
	struct fail mine;
	enum err e;

	fail_init(&mine, NULL);
	arena_init(&a, ARENA);
	c.query = version_query(&a, version);
	e = remote_send(r, &c, NULL, 1, &mine);
	if (e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION)
		e = OK;
	else if (e != OK)
		(void)fail_msg(fail, e, "%s", fail_text(&mine));
	*fault = c.fault;
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}

enum err
remote_probe(
    struct remote *r, struct span bucket, struct remote_fault *fault, struct fail *fail)
{
	struct arena a;
	struct remote_call c = { .method = "HEAD", .bucket = bucket, .arena = &a };
	enum err e;

	arena_init(&a, ARENA);
	e = remote_send(r, &c, NULL, 1, fail);
	*fault = c.fault;
	buf_fini(&c.body);
	arena_fini(&a);
	return e;
}
