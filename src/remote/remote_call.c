/* SPDX-License-Identifier: Apache-2.0 */
/* One request to another store, signed, and what came of it. */
#include "config.h"

#include <stdio.h>

#include "auth/signer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/uri.h"

#include "remote_priv.h"

enum { HASH_BUFFER = 256 << 10, ARENA = 4 << 20, ANSWER_HEADERS = 200 };

/* One under way. */
struct calling {
	struct remote *r;
	struct remote_call *c;
	const struct remote_range *range;
	struct arena arena; /* of what is sent */
	struct buf url, memory; /* memory: a body that was read into it */
	struct span body;
	struct span host, path;
	struct field header[REMOTE_HEADERS_MAX + 12];
	size_t nheader;
	uint64_t sent, came;
	enum err bad; /* what sink or source said */
	bool strange; /* the answer is not of what was asked for */
};

/* ---- what goes ---- */

enum err
remote_fill(const struct remote_source *s, void *to, size_t n)
{
	size_t done = 0, got;
	enum err e;

	while (done < n) {
		got = 0;
		e = s->read(s->ctx, (char *)to + done, n - done, &got);
		if (e != OK)
			return e;
		if (got == 0)
			return E_INCOMPLETE_BODY;
		done += got;
	}
	return OK;
}

static void
add(struct calling *k, const char *name, struct span value)
{
	k->header[k->nheader++] = (struct field){ span_str(name), value };
}

/* https://BUCKET.host/key, or https://host/BUCKET/key. A name with dots is under no
 * certificate's wildcard. */
static void
address(struct calling *k)
{
	const struct remote *r = k->r;
	const struct remote_call *c = k->c;
	bool virtual = r->is_virtual && c->bucket.n > 0 &&
	    span_find(c->bucket, '.', 0) == c->bucket.n;
	struct buf host = { 0 }, path = { 0 };

	if (virtual) {
		buf_span(&host, c->bucket);
		buf_char(&host, '.');
	}
	buf_str(&host, r->host);
	buf_str(&path, r->path);
	buf_char(&path, '/');
	if (!virtual && c->bucket.n > 0) {
		uri_encode(&path, c->bucket, false);
		if (c->key.n > 0)
			buf_char(&path, '/');
	}
	uri_encode(&path, c->key, true);
	k->host = arena_span(&k->arena, buf_view(&host));
	k->path = arena_span(&k->arena, buf_view(&path));
	buf_str(&k->url, r->tls ? "https://" : "http://");
	buf_span(&k->url, k->host);
	buf_span(&k->url, k->path);
	if (c->query.n > 0) {
		buf_char(&k->url, '?');
		buf_span(&k->url, c->query);
	}
	buf_fini(&host);
	buf_fini(&path);
}

/* Digests of a body that memory should not hold: it is read once for them alone. */
static enum err
hash_source(struct calling *k, uint8_t md5[16], uint8_t sha[32])
{
	const struct remote_source *s = &k->c->source;
	struct digest *m = digest_new(DIGEST_MD5), *h = digest_new(DIGEST_SHA256);
	char *buffer = mem_alloc(HASH_BUFFER);
	uint64_t left = s->length;
	enum err e = OK;

	while (e == OK && left > 0) {
		size_t n = left < HASH_BUFFER ? (size_t)left : HASH_BUFFER;

		e = remote_fill(s, buffer, n);
		if (e != OK)
			break;
		digest_add(m, buffer, n);
		if (!k->r->tls)
			digest_add(h, buffer, n);
		left -= n;
	}
	if (e == OK) {
		digest_end(m, md5);
		if (!k->r->tls)
			digest_end(h, sha);
		e = s->seek(s->ctx, 0);
	}
	digest_free(&m);
	digest_free(&h);
	mem_free(buffer);
	return e;
}

/* The body, or what stands for it: MD5, so that the other side proves what it got; over
 * plain http SHA-256 too, which the signature then covers. */
static enum err
body_make(struct calling *k, struct span *payload)
{
	const struct remote_source *s = &k->c->source;
	uint8_t md5[16], sha[32];
	char md5_text[B64_LEN(16)], sha_text[64];
	enum err e = OK;

	k->body = k->c->bytes;
	if (s->length > 0 && s->length <= k->r->part_size) {
		k->body.n = (size_t)s->length;
		k->body.p = buf_grow(&k->memory, (size_t)s->length);
		e = remote_fill(s, k->memory.p, (size_t)s->length);
	} else if (s->length > 0)
		e = hash_source(k, md5, sha);
	if (e != OK)
		return e;
	if (s->length <= k->r->part_size) { /* all of it is here */
		digest_of(DIGEST_MD5, k->body, md5);
		if (!k->r->tls || k->body.n == 0)
			digest_of(DIGEST_SHA256, k->body, sha);
	}
	if (k->body.n > 0 || s->length > 0) {
		(void)b64_render(md5_text, md5, sizeof md5);
		add(k, "content-md5",
		    arena_span(&k->arena, span_of(md5_text, sizeof md5_text)));
		if (k->r->tls) {
			*payload = SPAN_LIT("UNSIGNED-PAYLOAD");
			return OK;
		}
	}
	hex_render(sha_text, sha, sizeof sha);
	*payload = arena_span(&k->arena, span_of(sha_text, sizeof sha_text));
	return OK;
}

static void
sign(struct calling *k, struct span payload)
{
	const struct remote *r = k->r;
	struct signer_request sign = { .method = k->c->method,
		.host = k->host,
		.path = k->path,
		.query = k->c->query,
		.access_key = span_str(r->access_key),
		.secret = span_str(r->secret),
		.region = r->region,
		.service = "s3",
		.now = clock_real(),
		.payload = payload };
	struct buf lines = { 0 };
	struct span rest, line, name;

	if (r->token[0] != '\0')
		add(k, "x-amz-security-token", span_str(r->token));
	sign.header = k->header;
	sign.nheader = k->nheader;
	signer_lines(&lines, &k->arena, &sign);
	rest = arena_span(&k->arena, buf_view(&lines));
	buf_fini(&lines);
	while (rest.n > 0) {
		line = span_cut(&rest, '\n');
		line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
		name = span_cut(&line, ':');
		k->header[k->nheader++] = (struct field){ name, span_trim(line) };
	}
}

/* ---- while it runs ---- */

static bool
give(void *ctx, void *to, size_t n, size_t *got)
{
	struct calling *k = ctx;
	const struct remote_source *s = &k->c->source;
	uint64_t left = s->length - k->sent;
	size_t some = 0;

	if (left == 0) {
		*got = 0;
		return true;
	}
	k->bad = s->read(s->ctx, to, left < n ? (size_t)left : n, &some);
	if (k->bad == OK && some == 0)
		k->bad = E_INCOMPLETE_BODY;
	k->sent += some;
	*got = some;
	return k->bad == OK;
}

/* What is in memory may all have gone; of a source it is known. */
static bool
may_repeat(void *ctx)
{
	const struct calling *k = ctx;

	if (!k->c->once)
		return true;
	return k->body.n == 0 && k->c->source.length > 0 && k->sent < k->c->source.length;
}

static bool
give_again(void *ctx)
{
	struct calling *k = ctx;

	if (!may_repeat(k))
		return false;
	k->sent = 0;
	k->bad = k->c->source.seek(k->c->source.ctx, 0);
	return k->bad == OK;
}

static void
see_header(void *ctx, struct span name, struct span value)
{
	struct calling *k = ctx;
	struct remote_call *c = k->c;

	if (span_starts(name, SPAN_LIT("HTTP/"))) { /* after a 100, once more */
		c->nanswer = 0;
		return;
	}
	if (name.n == 0 || c->nanswer == ANSWER_HEADERS)
		return;
	c->answer[c->nanswer++] =
	    (struct field){ arena_lower(c->arena, name), arena_span(c->arena, value) };
}

/* A server that knows no ranges sends all of it: those are not the bytes asked for. */
static bool
is_range(const struct calling *k, unsigned status)
{
	uint64_t first, last;

	if (k->range == NULL)
		return true;
	if (status != 206)
		return false;
	return remote_content_range(
		   remote_header(k->c, "content-range"), &first, &last) &&
	    first == k->range->off && last - first == k->range->len - 1;
}

static bool
take(void *ctx, unsigned status, const void *p, size_t n)
{
	struct calling *k = ctx;
	struct remote_call *c = k->c;
	size_t room = REMOTE_BODY_MAX - c->body.n;

	if (c->sink == NULL || status / 100 != 2) {
		buf_put(&c->body, p, n < room ? n : room);
		k->strange = n > room && status / 100 == 2;
		return !k->strange;
	}
	k->strange = (k->came == 0 && !is_range(k, status)) ||
	    (c->expect != UINT64_MAX && n > c->expect - k->came);
	if (k->strange)
		return false;
	k->came += n;
	k->bad = c->sink->write(c->sink->ctx, p, n);
	return k->bad == OK;
}

static bool
go_on(void *ctx)
{
	const struct calling *k = ctx;

	return !atomic_load(&k->r->stopped);
}

/* ---- connections ---- */

static struct outbound_link *
link_take(struct remote *r)
{
	struct outbound_link *l = NULL;

	lock_take(&r->lock);
	if (r->nidle > 0)
		l = r->idle[--r->nidle];
	lock_drop(&r->lock);
	return l;
}

static void
link_keep(struct remote *r, struct outbound_link *l)
{
	if (l == NULL)
		return;
	lock_take(&r->lock);
	if (r->nidle < REMOTE_IDLE) {
		r->idle[r->nidle++] = l;
		l = NULL;
	}
	lock_drop(&r->lock);
	outbound_link_free(&l);
}

/* ---- what came of it ---- */

static enum err
down(struct calling *k, struct fail *fail, const char *what)
{
	struct remote_fault *f = &k->c->fault;

	f->retry = true;
	(void)snprintf(f->message, sizeof f->message, "%s", what);
	return fail_msg(fail, E_REMOTE_DOWN, "%s: %s", k->r->host, what);
}

static enum err
refused(struct calling *k, struct fail *fail)
{
	struct remote_call *c = k->c;
	struct span region = remote_header(c, "x-amz-bucket-region");
	enum err e = remote_fault_read(c->status, c->key.n > 0, c->answer, c->nanswer,
	    buf_view(&c->body), &c->fault);

	if (region.n > 0 && c->status / 100 == 3 && c->status != 304)
		return fail_msg(fail, e, "%s answers %u: the bucket is in region %.*s",
		    k->r->host, c->status, (int)region.n, region.p);
	return fail_msg(fail, e, "%s answers %u%s%s%s%s", k->r->host, c->status,
	    c->fault.code[0] != '\0' ? " " : "", c->fault.code,
	    c->fault.message[0] != '\0' ? ": " : "", c->fault.message);
}

static enum err
outcome(struct calling *k, enum err e, struct fail *fail, const struct fail *curl)
{
	struct remote_call *c = k->c;

	if (k->bad != OK) /* ours: who said it has reported it */
		return fail_set(fail, k->bad);
	if (k->strange) {
		c->fault.status = c->status;
		return fail_msg(fail, E_REMOTE_REFUSED,
		    "%s sends other bytes than those asked for", k->r->host);
	}
	if (e != OK)
		return down(k, fail, fail_text(curl));
	if (c->status / 100 != 2)
		return refused(k, fail);
	if (c->sink != NULL && c->expect != UINT64_MAX && k->came != c->expect)
		return down(k, fail, "the answer ends too early");
	return OK;
}

static enum err
run(struct calling *k, unsigned patience, struct fail *fail)
{
	struct remote_call *c = k->c;
	struct outbound_stream stream = { .ctx = k,
		.header = see_header,
		.write = take,
		.again = may_repeat,
		.go_on = go_on,
		.connect_ms = k->r->connect_ms,
		.stall_ms = k->r->stall_ms * patience,
		.rate = k->r->rate };
	struct outbound_link *link = link_take(k->r);
	struct outbound o = { .url = buf_cstr(&k->url),
		.method = c->method,
		.header = k->header,
		.nheader = k->nheader,
		.body = k->body,
		.stream = &stream,
		.net = k->r->net,
		.link = &link };
	struct fail curl;
	enum err e;

	if (k->body.n == 0 && c->source.length > 0) {
		stream.length = c->source.length;
		stream.read = give;
		stream.rewind = give_again;
	}
	fail_init(&curl, NULL);
	e = outbound_send(&o, &curl);
	c->status = o.status;
	buf_fini(&o.answer);
	if (e == OK)
		link_keep(k->r, link);
	else
		outbound_link_free(&link);
	return outcome(k, e, fail, &curl);
}

enum err
remote_send(struct remote *r, struct remote_call *c, const struct remote_range *range,
    unsigned patience, struct fail *fail)
{
	struct calling k = { .r = r, .c = c, .range = range };
	struct span payload = SPAN_NONE;
	enum err e;

	CHECK(r, REMOTE_MAGIC);
	MUST(c->nheader <= REMOTE_HEADERS_MAX && c->arena != NULL);
	c->status = 0;
	c->nanswer = 0;
	c->body.n = 0;
	c->fault = (struct remote_fault){ 0 };
	if (atomic_load(&r->stopped))
		return down(&k, fail, "the server stops");
	arena_init(&k.arena, ARENA);
	c->answer = arena_array(c->arena, ANSWER_HEADERS, sizeof *c->answer);
	for (size_t i = 0; i < c->nheader; i++)
		k.header[k.nheader++] = c->header[i];
	address(&k);
	e = body_make(&k, &payload);
	if (e == OK) {
		if (r->access_key[0] != '\0')
			sign(&k, payload);
		add(&k, "host", k.host);
		e = run(&k, patience, fail);
	} else
		(void)fail_set(fail, e);
	buf_fini(&k.url);
	buf_fini(&k.memory);
	arena_fini(&k.arena);
	return e;
}

enum err
remote_call(struct remote *r, struct remote_call *c, struct fail *fail)
{
	return remote_send(r, c, NULL, 1, fail);
}

struct span
remote_header(const struct remote_call *c, const char *name)
{
	for (size_t i = 0; i < c->nanswer; i++)
		if (span_is(c->answer[i].name, name))
			return c->answer[i].value;
	return SPAN_NONE;
}
