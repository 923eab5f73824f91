/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "load.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/digest.h"

enum { CACHE_MAX = 100000, QUERY_MAX = 1024, PATH_MAX_ = 1200 };

struct signer {
	const struct plan *plan;
	struct hmac *hmac;
	char stamp[24], day[12], day_of_key[12], payload[65], empty[65];
	int64_t second;
	/* Heads of reads, which repeat: built once, used until they are ten minutes old. */
	char **cache;
	int64_t *made;
};

/* Where in out the next piece goes; what does not fit is a bug of the plan. */
struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void
say(struct text *t, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(t->at, t->left, format, list);
	va_end(list);
	if (n < 0 || (size_t)n >= t->left) {
		(void)fprintf(stderr, "load: a request over %d bytes\n", REQUEST_MAX);
		exit(2);
	}
	t->at += n;
	t->left -= (size_t)n;
}

static void
digest_hex(const void *p, size_t n, char out[65])
{
	uint8_t sha[32];

	digest_of(DIGEST_SHA256, span_of(p, n), sha);
	for (unsigned i = 0; i < sizeof sha; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", sha[i]);
}

static uint64_t
mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

struct signer *
signer_new(const struct plan *p, const char *body)
{
	struct signer *s = mem_zalloc(sizeof *s);

	s->plan = p;
	digest_hex("", 0, s->empty);
	if (p->signed_body)
		digest_hex(body, p->size, s->payload);
	else
		(void)snprintf(s->payload, sizeof s->payload, "UNSIGNED-PAYLOAD");
	if ((p->op == OP_GET || p->op == OP_HEAD || p->op == OP_MIX) &&
	    p->keys <= CACHE_MAX) {
		s->cache = mem_array(p->keys * 2, sizeof *s->cache);
		s->made = mem_array(p->keys * 2, sizeof *s->made);
	}
	return s;
}

void
signer_free(struct signer **signer)
{
	struct signer *s = *signer;

	*signer = NULL;
	hmac_free(&s->hmac);
	for (uint64_t i = 0; s->cache && i < s->plan->keys * 2; i++)
		mem_free(s->cache[i]);
	mem_free(s->cache);
	mem_free(s->made);
	mem_free(s);
}

static void
key_for_today(struct signer *s)
{
	uint8_t key[32];
	char first[256];
	const char *words[] = { s->day, s->plan->region, "s3", "aws4_request" };
	struct span k = { first, 0 };

	k.n = (size_t)snprintf(first, sizeof first, "AWS4%s", s->plan->secret);
	for (unsigned i = 0; i < 4; i++) {
		hmac_sha256(k, span_of(words[i], strlen(words[i])), key);
		k = span_of(key, sizeof key);
	}
	if (s->hmac)
		hmac_free(&s->hmac);
	s->hmac = hmac_new(k);
	(void)snprintf(s->day_of_key, sizeof s->day_of_key, "%s", s->day);
}

static void
stamp_now(struct signer *s)
{
	int64_t now = clock_real();
	time_t t = (time_t)now;
	struct tm tm;

	if (now == s->second)
		return;
	s->second = now;
	(void)gmtime_r(&t, &tm);
	(void)strftime(s->stamp, sizeof s->stamp, "%Y%m%dT%H%M%SZ", &tm);
	(void)strftime(s->day, sizeof s->day, "%Y%m%d", &tm);
	if (strcmp(s->day, s->day_of_key) != 0)
		key_for_today(s);
}

/* The query in canonical order; names and values here need no escaping but the slash. */
static void
query_of(const struct plan *p, enum op op, uint64_t i, char *out)
{
	struct text t = { out, QUERY_MAX };

	*out = '\0';
	if (op == OP_PART_COPY)
		say(&t, "partNumber=%" PRIu64 "&uploadId=%s", p->first + i, p->upload);
	if (op != OP_LIST)
		return;
	if (p->delimiter)
		say(&t, "delimiter=%s&", *p->delimiter == '/' ? "%2F" : p->delimiter);
	say(&t, "list-type=2&max-keys=%u&prefix=", p->page);
	for (const char *c = p->prefix; *c; c++)
		say(&t, *c == '/' ? "%%2F" : "%c", *c);
	if (p->keys == 0)
		return;
	/* Pages begin anywhere but are always full. */
	say(&t, "&start-after=");
	for (const char *c = p->prefix; *c; c++)
		say(&t, *c == '/' ? "%%2F" : "%c", *c);
	if (p->scatter)
		say(&t, "%03" PRIx64, mix64(i) % 0xf00);
	else
		say(&t, "%0*" PRIu64, p->width,
		    p->first + mix64(i) % (p->keys > p->page ? p->keys - p->page : 1));
}

static void
path_of(const struct plan *p, enum op op, uint64_t k, char *out)
{
	struct text t = { out, PATH_MAX_ };

	say(&t, "/%s", p->bucket);
	if (op == OP_PART_COPY)
		say(&t, "/%s", p->prefix);
	else if (op != OP_LIST && p->scatter)
		say(&t, "/%s%016" PRIx64, p->prefix, mix64(k + 1));
	else if (op != OP_LIST)
		say(&t, "/%s%0*" PRIu64 "%s", p->prefix, p->width, k, p->suffix);
}

enum op
request_op(const struct plan *p, uint64_t i)
{
	if (p->op != OP_MIX)
		return p->op;
	return mix64(i) % 10 < 7 ? OP_GET : OP_PUT;
}

/* Reads and the mixture go over the keys at random, writes one after the other. */
static uint64_t
key_of(const struct plan *p, enum op op, uint64_t i)
{
	if (op == OP_GET || op == OP_HEAD || p->op == OP_MIX)
		return p->first + mix64(i * 7 + 3) % p->keys;
	return p->first + i;
}

static const char *
method_of(enum op op)
{
	switch (op) {
	case OP_HEAD:
		return "HEAD";
	case OP_PUT:
	case OP_COPY:
	case OP_PART_COPY:
		return "PUT";
	case OP_DELETE:
		return "DELETE";
	default:
		return "GET";
	}
}

static void
authorize(struct signer *s, const char *canonical, size_t n, const char *names,
    struct text *out)
{
	char hash[65], text[400], scope[128];
	uint8_t mac[32];
	int len;

	digest_hex(canonical, n, hash);
	(void)snprintf(
	    scope, sizeof scope, "%s/%s/s3/aws4_request", s->day, s->plan->region);
	len = snprintf(
	    text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", s->stamp, scope, hash);
	hmac_of(s->hmac, span_of(text, (size_t)len), mac);
	for (unsigned i = 0; i < sizeof mac; i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", mac[i]);
	say(out,
	    "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, "
	    "Signature=%s\r\n",
	    s->plan->access, scope, names, hash);
}

static size_t
build(struct signer *s, enum op op, uint64_t i, uint64_t k, char *out)
{
	const struct plan *p = s->plan;
	char path[PATH_MAX_], query[QUERY_MAX], canonical[REQUEST_MAX];
	bool copy = op == OP_COPY || op == OP_PART_COPY;
	const char *payload = op == OP_PUT ? s->payload : s->empty;
	const char *names = copy
	    ? "host;x-amz-content-sha256;x-amz-copy-source;x-amz-date"
	    : "host;x-amz-content-sha256;x-amz-date";
	struct text t = { out, REQUEST_MAX }, c = { canonical, sizeof canonical };

	path_of(p, op, k, path);
	query_of(p, op, i, query);
	say(&t, "%s %s%s%s HTTP/1.1\r\nHost: %s:%s\r\n", method_of(op), path,
	    *query ? "?" : "", query, p->host, p->port);
	if (op == OP_PUT || copy)
		say(&t, "Content-Length: %" PRIu64 "\r\n", copy ? 0 : p->size);
	if (p->sign) {
		stamp_now(s);
		say(&c, "%s\n%s\n%s\nhost:%s:%s\nx-amz-content-sha256:%s\n",
		    method_of(op), path, query, p->host, p->port, payload);
		if (copy)
			say(&c, "x-amz-copy-source:%s\n", p->source);
		say(&c, "x-amz-date:%s\n\n%s\n%s", s->stamp, names, payload);
		say(&t, "x-amz-content-sha256: %s\r\nx-amz-date: %s\r\n", payload,
		    s->stamp);
		if (copy)
			say(&t, "x-amz-copy-source: %s\r\n", p->source);
		authorize(s, canonical, (size_t)(c.at - canonical), names, &t);
	}
	say(&t, "\r\n");
	return (size_t)(t.at - out);
}

size_t
request_head(struct signer *s, enum op op, uint64_t i, char *out)
{
	const struct plan *p = s->plan;
	uint64_t k = key_of(p, op, i), slot;
	int64_t now = clock_real();
	size_t n;

	if (!s->cache)
		return build(s, op, i, k, out);
	slot = (k - p->first) * 2 + (op == OP_PUT);
	if (!s->cache[slot] || now - s->made[slot] > 600) {
		n = build(s, op, i, k, out);
		mem_free(s->cache[slot]);
		s->cache[slot] = mem_span(span_of(out, n));
		s->made[slot] = now;
		return n;
	}
	n = strlen(s->cache[slot]);
	memcpy(out, s->cache[slot], n);
	return n;
}
