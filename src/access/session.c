/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/session.h"

#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"

enum { TOKEN_VERSION = 1, TOKEN_MAX = 16 << 10 };

static const char purpose[] = "session token";

void
session_letters(char *out, size_t n)
{
	static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	rand_bytes(out, n);
	for (size_t i = 0; i < n; i++)
		out[i] = letter[out[i] & 31];
}

void
session_secret(char out[SESSION_SECRET])
{
	uint8_t raw[SESSION_SECRET / 4 * 3];

	rand_bytes(raw, sizeof raw);
	MUST(b64_render(out, raw, sizeof raw) == SESSION_SECRET);
	mem_wipe(raw, sizeof raw);
}

/* ---- plain form: version, then texts each behind its length ---- */

static void
put_text(struct buf *b, struct span s)
{
	be32_put(buf_grow(b, 4), (uint32_t)s.n);
	buf_span(b, s);
}

static void
put_fields(struct buf *b, const struct field *f, size_t n)
{
	buf_char(b, (char)n);
	for (size_t i = 0; i < n; i++) {
		put_text(b, f[i].name);
		put_text(b, f[i].value);
	}
}

static void
plain_put(struct buf *b, const struct session *s)
{
	buf_char(b, TOKEN_VERSION);
	buf_char(b, (char)s->kind);
	buf_char(b, s->narrowed);
	be64_put(buf_grow(b, 8), (uint64_t)s->began);
	be64_put(buf_grow(b, 8), (uint64_t)s->expires);
	put_text(b, s->secret);
	put_text(b, s->account);
	put_text(b, s->name);
	put_text(b, s->id);
	put_text(b, s->session);
	put_text(b, s->policy);
	put_fields(b, s->arn, s->narn);
	put_fields(b, s->tag, s->ntag);
}

/* What opened was written here: a short text cannot be, but costs nothing to refuse. */
struct plain {
	struct span in;
	bool bad;
};

static struct span
take(struct plain *p, size_t n)
{
	struct span s = span_head(p->in, n);

	p->bad |= s.n < n;
	p->in = span_from(p->in, n);
	return p->bad ? SPAN_NONE : s;
}

static unsigned
take_byte(struct plain *p)
{
	struct span s = take(p, 1);

	return s.n == 1 ? (uint8_t)s.p[0] : 0;
}

static int64_t
take_time(struct plain *p)
{
	struct span s = take(p, 8);

	return s.n == 8 ? (int64_t)be64_get(s.p) : 0;
}

static struct span
take_text(struct plain *p)
{
	struct span s = take(p, 4);

	return s.n == 4 ? take(p, be32_get(s.p)) : SPAN_NONE;
}

static size_t
take_fields(struct plain *p, struct arena *a, struct field **out)
{
	size_t n = take_byte(p);
	struct field *f = arena_array(a, n + 1, sizeof *f);

	for (size_t i = 0; i < n; i++) {
		f[i].name = take_text(p);
		f[i].value = take_text(p);
	}
	*out = f;
	return n;
}

static bool
plain_get(struct arena *a, struct span in, struct session *s)
{
	struct plain p = { .in = in };

	if (take_byte(&p) != TOKEN_VERSION)
		return false;
	s->kind = (enum identity_kind)take_byte(&p);
	s->narrowed = take_byte(&p) != 0;
	s->began = take_time(&p);
	s->expires = take_time(&p);
	s->secret = take_text(&p);
	s->account = take_text(&p);
	s->name = take_text(&p);
	s->id = take_text(&p);
	s->session = take_text(&p);
	s->policy = take_text(&p);
	s->narn = take_fields(&p, a, &s->arn);
	s->ntag = take_fields(&p, a, &s->tag);
	return !p.bad && p.in.n == 0 && s->secret.n == SESSION_SECRET;
}

void
session_make(
    struct arena *a, const struct keyring *keys, struct session *s, struct buf *token)
{
	char *key = arena_alloc(a, SESSION_KEY), *secret = arena_alloc(a, SESSION_SECRET);
	struct buf plain = { 0 }, sealed = { 0 };
	char *out;

	memcpy(key, "ASIA", 4);
	session_letters(key + 4, SESSION_KEY - 4);
	session_secret(secret);
	s->access_key = span_of(key, SESSION_KEY);
	s->secret = span_of(secret, SESSION_SECRET);
	buf_reserve(&plain, TOKEN_MAX); /* it does not move: no copy stays behind */
	plain_put(&plain, s);
	keyring_seal(keys, purpose, s->access_key, buf_view(&plain), &sealed);
	out = buf_grow(token, B64_LEN(sealed.n));
	(void)b64_render(out, sealed.p, sealed.n);
	mem_wipe(plain.p, plain.n);
	buf_fini(&plain);
	buf_fini(&sealed);
}

enum err
session_open(struct arena *a, const struct keyring *keys, struct span access_key,
    struct span token, struct session *out)
{
	struct session s = { .access_key = access_key };
	char *sealed;
	uint8_t *plain;
	size_t n;

	if (token.n > TOKEN_MAX)
		return E_INVALID_TOKEN;
	sealed = arena_alloc(a, token.n + 1);
	if (!b64_parse(sealed, token.n, &n, token) || n <= KEYRING_BOX)
		return E_INVALID_TOKEN;
	plain = arena_alloc(a, n);
	if (keyring_open(keys, purpose, access_key, span_of(sealed, n), plain) != OK ||
	    !plain_get(a, span_of(plain, n - KEYRING_BOX), &s))
		return E_INVALID_TOKEN;
	*out = s;
	return OK;
}
