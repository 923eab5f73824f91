/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/chunksig.h"

#include <string.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"

#include "sigv4_priv.h"

enum {
	CHUNKSIG_MAGIC = 0x43534947,
	CHUNKSIG_LINE = 1024,
	CHUNKSIG_TRAILER = 16 << 10,
	CHUNKSIG_FIELDS = 32,
	CHUNKSIG_MIN = 8192
};

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum chunksig_state {
	AT_SIZE, /* in the line before a chunk */
	AT_DATA,
	AT_CR, /* behind a chunk's data */
	AT_LF,
	AT_TRAILER, /* in the lines behind the last chunk */
	AT_END,
	AT_FAULT
};

struct chunksig {
	unsigned magic;
	enum chunksig_state state;
	bool sign_chunks, sign_trailer, take_trailer;
	bool trailer_signed; /* x-amz-trailer-signature was seen, and is right */
	uint64_t expect, got, left, min;
	uint64_t chunk, size; /* number of the chunk at hand, from 1, and its bytes */
	struct fail fault; /* what AT_FAULT repeats */
	struct hmac *hmac;
	struct digest *digest;
	uint8_t want[32]; /* of the chunk at hand */
	char *access_key;
	/* The string to sign: "AWS4-HMAC-SHA256-PAYLOAD\n" date "\n" scope "\n", then what
	 * changes, from at `from` on: the signature before. */
	char *sts;
	size_t from;
	char before[64];
	size_t nline, ntrailer;
	char line[CHUNKSIG_LINE];
	char *trailer; /* names and values, canonical: "name:value\n" */
	struct field field[CHUNKSIG_FIELDS];
	size_t nfield;
};

static char *
put(char *o, struct span s)
{
	if (s.n > 0)
		memcpy(o, s.p, s.n);
	return o + s.n;
}

static void
chunksig_keys(struct chunksig *c, const struct auth_result *auth)
{
	char *o;

	c->hmac = hmac_new(span_of(auth->signing_key, 32));
	c->digest = digest_new(DIGEST_SHA256);
	c->access_key = mem_span(auth->access_key);
	c->sts = mem_alloc(25 + auth->amz_date.n + 1 + auth->scope.n + 1 + 3 * 65);
	o = put(c->sts, SPAN_LIT("AWS4-HMAC-SHA256-PAYLOAD\n"));
	o = put(o, auth->amz_date);
	*o++ = '\n';
	o = put(o, auth->scope);
	*o++ = '\n';
	c->from = (size_t)(o - c->sts);
	memcpy(c->before, auth->signature, 64);
}

struct chunksig *
chunksig_new(const struct auth_result *auth, uint64_t expect)
{
	struct chunksig *c = mem_zalloc(sizeof *c);

	MUST(auth->payload >= AUTH_PAYLOAD_CHUNKS);
	c->magic = CHUNKSIG_MAGIC;
	c->state = AT_SIZE;
	c->expect = expect;
	c->min = CHUNKSIG_MIN;
	c->sign_chunks = auth->payload != AUTH_PAYLOAD_UNSIGNED_TRAILER;
	c->take_trailer = auth->payload != AUTH_PAYLOAD_CHUNKS;
	c->sign_trailer = auth->payload == AUTH_PAYLOAD_CHUNKS_TRAILER;
	if (c->sign_chunks)
		chunksig_keys(c, auth);
	return c;
}

void
chunksig_free(struct chunksig **c)
{
	if (*c == NULL)
		return;
	CHECK(*c, CHUNKSIG_MAGIC);
	hmac_free(&(*c)->hmac);
	digest_free(&(*c)->digest);
	mem_free((*c)->access_key);
	mem_free((*c)->sts);
	mem_free((*c)->trailer);
	(*c)->magic = 0;
	mem_free(*c);
	*c = NULL;
}

void
chunksig_min_chunk(struct chunksig *c, uint64_t min)
{
	CHECK(c, CHUNKSIG_MAGIC);
	c->min = min;
}

size_t
chunksig_trailers(const struct chunksig *c, const struct field **out)
{
	CHECK(c, CHUNKSIG_MAGIC);
	*out = c->field;
	return c->nfield;
}

static enum err
broken_off(struct fail *fail)
{
	return fail_msg(
	    fail, E_INCOMPLETE_BODY, "The request body terminated unexpectedly");
}

static enum err
wrong_length(const struct chunksig *c, uint64_t provided, struct fail *fail)
{
	enum err e = fail_set(fail, E_INCOMPLETE_BODY);

	fail_pair_u64(fail, "NumberBytesExpected", c->expect);
	fail_pair_u64(fail, "NumberBytesProvided", provided);
	return e;
}

static enum err
no_match(
    const struct chunksig *c, struct span sts, const uint8_t want[32], struct fail *fail)
{
	enum err e = fail_set(fail, E_SIGNATURE);
	char hex[64];

	hex_render(hex, want, 32);
	fail_pair_str(fail, "AWSAccessKeyId", c->access_key);
	fail_pair(fail, "StringToSign", sts);
	fail_pair(fail, "SignatureProvided", span_of(hex, 64));
	sigv4_fail_bytes(fail, "StringToSignBytes", sts);
	return e;
}

/* Sign what stands before (middle, then hash) after the signature before, compare, and let
 * the result be the signature before of what follows. */
static enum err
check_link(struct chunksig *c, const char *kind, struct span middle,
    const uint8_t hash[32], const uint8_t want[32], struct fail *fail)
{
	char *o = c->sts + c->from;
	struct span sts;
	uint8_t mac[32];

	memcpy(c->sts + 17, kind, 7);
	o = put(o, span_of(c->before, 64));
	*o++ = '\n';
	o = put(o, middle);
	hex_render(o, hash, 32);
	sts = span_of(c->sts, (size_t)(o + 64 - c->sts));
	hmac_of(c->hmac, sts, mac);
	if (!digest_equal(mac, want, 32))
		return no_match(c, sts, want, fail);
	hex_render(c->before, mac, 32);
	return OK;
}

static enum err
check_chunk(struct chunksig *c, struct fail *fail)
{
	uint8_t hash[32];

	digest_end(c->digest, hash);
	digest_reset(c->digest);
	return check_link(c, "PAYLOAD", SPAN_LIT(EMPTY_SHA256 "\n"), hash, c->want, fail);
}

static enum err
check_trailer(struct chunksig *c, struct span signature, struct fail *fail)
{
	uint8_t hash[32], want[32];

	if (!hex_parse(want, 32, signature))
		return fail_set(fail, E_MALFORMED_TRAILER);
	digest_of(DIGEST_SHA256, span_of(c->trailer, c->ntrailer), hash);
	return check_link(c, "TRAILER", SPAN_NONE, hash, want, fail);
}

static bool
parse_size(struct span s, uint64_t *out)
{
	uint64_t v = 0;
	unsigned d;

	if (s.n == 0 || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		d = (unsigned)(uint8_t)s.p[i];
		if (d - '0' < 10)
			d -= '0';
		else if ((d | 32) - 'a' < 6)
			d = (d | 32) - 'a' + 10;
		else
			return false;
		v = v << 4 | d;
	}
	*out = v;
	return true;
}

/* "10000;chunk-signature=<64 hex>", or "10000" where chunks are not signed. */
static enum err
take_size(struct chunksig *c, struct span line, struct fail *fail)
{
	static const struct span tag = { "chunk-signature=", 16 };
	uint64_t last = c->size;
	struct span size = span_cut(&line, ';');
	enum err e;

	if (!parse_size(size, &c->size) ||
	    (c->sign_chunks &&
		(!span_starts(line, tag) ||
		    !hex_parse(c->want, 32, span_from(line, tag.n)))))
		return broken_off(fail);
	c->chunk++;
	if (c->size > 0 && c->chunk > 1 && last < c->min) {
		e = fail_set(fail, E_INVALID_CHUNK_SIZE);
		fail_pair_u64(fail, "Chunk", c->chunk);
		fail_pair_u64(fail, "BadChunkSize", last);
		return e;
	}
	if (c->size > c->expect - c->got)
		return wrong_length(c,
		    c->size > UINT64_MAX - c->got ? UINT64_MAX : c->got + c->size, fail);
	c->left = c->size;
	c->state = c->size == 0 ? AT_TRAILER : AT_DATA;
	return c->size == 0 && c->sign_chunks ? check_chunk(c, fail) : OK;
}

static bool
is_name(struct span s)
{
	static const char odd[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') ||
			memchr(odd, s.p[i], sizeof odd - 1) != NULL))
			return false;
	return s.n > 0;
}

static bool
is_value(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static enum err
take_field(struct chunksig *c, struct span line, struct fail *fail)
{
	struct span name, value = line;
	char *o;

	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == ':')
			break;
		else if (line.p[i] >= 'A' && line.p[i] <= 'Z')
			((char *)line.p)[i] |=
			    32; /* ours: the body's buffer, or c->line */
	name = span_cut(&value, ':');
	value = span_trim(value);
	if (name.n == line.n || !is_name(name) || !is_value(value) || c->trailer_signed)
		return fail_set(fail, E_MALFORMED_TRAILER);
	if (c->sign_trailer && span_eq(name, SPAN_LIT("x-amz-trailer-signature"))) {
		c->trailer_signed = true;
		return check_trailer(c, value, fail);
	}
	if (c->nfield == CHUNKSIG_FIELDS ||
	    c->ntrailer + name.n + value.n + 2 > CHUNKSIG_TRAILER)
		return fail_set(fail, E_MALFORMED_TRAILER);
	if (c->trailer == NULL)
		c->trailer = mem_alloc(CHUNKSIG_TRAILER);
	o = c->trailer + c->ntrailer;
	c->field[c->nfield].name = span_of(o, name.n);
	o = put(o, name);
	*o++ = ':';
	c->field[c->nfield++].value = span_of(o, value.n);
	o = put(o, value);
	*o++ = '\n';
	c->ntrailer = (size_t)(o - c->trailer);
	return OK;
}

static enum err
take_trailer(struct chunksig *c, struct span line, struct fail *fail)
{
	/* AWS's own example was once read as "name:value\n\r\n", and clients send that */
	if (line.n > 1 && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n > 0)
		return c->take_trailer ? take_field(c, line, fail) : broken_off(fail);
	if (c->sign_trailer && !c->trailer_signed) {
		/* an empty line between the last chunk and the trailer does no harm */
		if (c->nfield == 0)
			return OK;
		return fail_set(fail, E_MALFORMED_TRAILER);
	}
	c->state = AT_END;
	return OK;
}

/* The line that ends in CR LF at or behind p[*at], in one piece; p == NULL when more bytes
 * are needed. Its length without CR LF is at most CHUNKSIG_LINE - 2. */
static enum err
take_line(struct chunksig *c, char *p, size_t n, size_t *at, struct span *out,
    struct fail *fail)
{
	char *lf;
	size_t part;
	bool cr;

	*out = SPAN_NONE;
	for (;;) {
		lf = memchr(p + *at, '\n', n - *at);
		part = lf != NULL ? (size_t)(lf - p) + 1 - *at : n - *at;
		if (part > CHUNKSIG_LINE - c->nline)
			return broken_off(fail);
		cr = part > 1 ? p[*at + part - 2] == '\r'
			      : c->nline > 0 && c->line[c->nline - 1] == '\r';
		if (lf != NULL && cr && c->nline == 0) {
			*out = span_of(p + *at, part - 2);
			*at += part;
			return OK;
		}
		if (part > 0)
			memcpy(c->line + c->nline, p + *at, part);
		c->nline += part;
		*at += part;
		if (lf == NULL)
			return OK;
		if (cr) {
			*out = span_of(c->line, c->nline - 2);
			c->nline = 0;
			return OK;
		}
		if (c->state == AT_SIZE)
			return broken_off(fail);
	}
}

static enum err
take_data(
    struct chunksig *c, char *p, size_t n, size_t *at, size_t *to, struct fail *fail)
{
	size_t k = c->left < n - *at ? (size_t)c->left : n - *at;

	if (c->sign_chunks)
		digest_add(c->digest, p + *at, k);
	if (*to != *at)
		memmove(p + *to, p + *at, k);
	*at += k;
	*to += k;
	c->left -= k;
	c->got += k;
	if (c->left > 0)
		return OK;
	c->state = AT_CR;
	return c->sign_chunks ? check_chunk(c, fail) : OK;
}

static enum err
take(struct chunksig *c, char *p, size_t n, size_t *at, size_t *to, struct fail *fail)
{
	struct span line;
	enum err e;

	switch (c->state) {
	case AT_SIZE:
	case AT_TRAILER:
		e = take_line(c, p, n, at, &line, fail);
		if (e != OK || line.p == NULL)
			return e;
		return c->state == AT_SIZE ? take_size(c, line, fail)
					   : take_trailer(c, line, fail);
	case AT_DATA:
		return take_data(c, p, n, at, to, fail);
	case AT_CR:
		c->state = AT_LF;
		return p[(*at)++] == '\r' ? OK : broken_off(fail);
	case AT_LF:
		c->state = AT_SIZE;
		return p[(*at)++] == '\n' ? OK : broken_off(fail);
	default:
		return broken_off(fail); /* bytes behind the end */
	}
}

static enum err
again(const struct chunksig *c, struct fail *fail)
{
	return c->fault.message[0] != '\0'
	    ? fail_msg(fail, c->fault.code, "%s", c->fault.message)
	    : fail_set(fail, c->fault.code);
}

enum err
chunksig_feed(struct chunksig *c, void *p, size_t n, size_t *out, struct fail *fail)
{
	size_t at = 0, to = 0;
	struct fail own;
	enum err e = OK;

	CHECK(c, CHUNKSIG_MAGIC);
	if (c->state == AT_FAULT)
		return again(c, fail);
	if (fail == NULL) {
		fail_init(&own, NULL);
		fail = &own;
	}
	while (at < n && e == OK)
		e = take(c, p, n, &at, &to, fail);
	if (e != OK) {
		c->state = AT_FAULT;
		c->fault = *fail;
		c->fault.code = e;
		return e;
	}
	*out = to;
	return OK;
}

enum err
chunksig_end(struct chunksig *c, struct fail *fail)
{
	CHECK(c, CHUNKSIG_MAGIC);
	if (c->state == AT_FAULT)
		return again(c, fail);
	if (c->state != AT_END)
		return broken_off(fail);
	if (c->got != c->expect)
		return wrong_length(c, c->got, fail);
	return OK;
}
