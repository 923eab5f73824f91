/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/sigv4.h"

#include <string.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/stamp.h"

#include "canon_priv.h"
#include "sigkey_priv.h"
#include "sigv4_priv.h"
#include "sigv4hint_priv.h"

enum {
	SIGV4_MAGIC = 0x53494734,
	SIGV4_SHOWN = 32 << 10, /* longest text an error shows */
	SIGV4_GUESSED =
	    8 << 10, /* longest canonical request worth some twenty more hashes */
	SIGV4_SEEN = 128
};

struct sigv4 {
	unsigned magic;
	const struct auth_conf *conf;
	struct sigkey_cache *keys;
	struct authhdr_memo header; /* of the last request */
	struct buf canon, sts; /* of the request at hand; kept to be filled again */
};

/* One check under way. */
struct sigv4_run {
	struct sigv4 *s;
	const struct auth_request *rq;
	struct fail *fail;
	struct sigv4_headers h;
	struct sigv4_said said;
	struct canon_in in;
	struct auth_secret secret;
	uint8_t key[32];
	struct auth_result out;
};

struct sigv4 *
sigv4_new(const struct auth_conf *conf)
{
	struct sigv4 *s = mem_zalloc(sizeof *s);

	s->magic = SIGV4_MAGIC;
	s->conf = conf;
	s->keys = sigkey_new();
	return s;
}

void
sigv4_free(struct sigv4 **s)
{
	if (*s == NULL)
		return;
	CHECK(*s, SIGV4_MAGIC);
	sigkey_free(&(*s)->keys);
	buf_fini(&(*s)->canon);
	buf_fini(&(*s)->sts);
	(*s)->magic = 0;
	mem_free(*s);
	*s = NULL;
}

void
sigv4_fail_time(struct fail *fail, const char *name, int64_t seconds)
{
	char text[STAMP_ISO];

	stamp_iso(text, seconds * 1000);
	memcpy(text + 19, "Z", 1); /* no milliseconds here */
	fail_pair(fail, name, span_of(text, 20));
}

void
sigv4_fail_bytes(struct fail *fail, const char *name, struct span s)
{
	static const char hex[] = "0123456789abcdef";
	struct buf b = { 0 };
	char *o;

	if (s.n == 0 || s.n > SIGV4_SHOWN)
		return;
	o = buf_grow(&b, 3 * s.n);
	for (size_t i = 0; i < s.n; i++) {
		*o++ = hex[(uint8_t)s.p[i] >> 4];
		*o++ = hex[(uint8_t)s.p[i] & 15];
		*o++ = ' ';
	}
	fail_pair(fail, name, span_of(b.p, b.n - 1));
	buf_fini(&b);
}

static void
keep_first(struct span *slot, const struct field *f, const char *name)
{
	if (slot->p == NULL && memcmp(f->name.p, name, f->name.n) == 0)
		*slot = f->value;
}

static void
find_headers(const struct auth_request *rq, struct sigv4_headers *h)
{
	const struct field *f = rq->header, *end = f + rq->nheader;

	for (; f < end; f++) {
		switch (f->name.n) {
		case 4:
			keep_first(&h->date, f, "date");
			break;
		case 10:
			keep_first(&h->amz_date, f, "x-amz-date");
			break;
		case 13:
			keep_first(&h->authorization, f, "authorization");
			break;
		case 20:
			keep_first(&h->content_sha256, f, "x-amz-content-sha256");
			keep_first(&h->token, f, "x-amz-security-token");
			break;
		default:
			break;
		}
	}
}

/* Signature version 2 in the query: three parameters, and not served here. */
static enum err
refuse_v2(const struct presign_query *q, struct fail *fail)
{
	if (q->v2_key.p != NULL && q->v2_signature.p != NULL)
		return fail_set(fail, E_UNSUPPORTED_SIGNATURE);
	return fail_msg(fail, E_ACCESS_DENIED,
	    "Query-string authentication requires the Signature, Expires and "
	    "AWSAccessKeyId "
	    "parameters");
}

/* Which of the ways to sign was taken, and is it well-formed? */
static enum err
check_form(struct sigv4_run *r)
{
	struct presign_query q = { 0 };
	bool header = r->h.authorization.n > 0;
	enum err e;

	if (r->rq->query.n > 0)
		presign_scan(&q, r->rq->query);
	if (header && (q.v4 || q.v2_signature.p != NULL)) {
		e = fail_msg(r->fail, E_INVALID_ARGUMENT,
		    "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
		    "parameter, "
		    "Signature query string parameter or the Authorization header should "
		    "be "
		    "specified");
		fail_pair_str(r->fail, "ArgumentName", "Authorization");
		fail_pair(r->fail, "ArgumentValue", r->h.authorization);
		return e;
	}
	if (header)
		return authhdr_parse(
		    &r->said, r->h.authorization, r->s->conf, &r->s->header, r->fail);
	if (q.v4)
		return presign_parse(&r->said, &q, r->s->conf, r->rq->arena, r->fail);
	if (q.v2_key.p != NULL || q.v2_signature.p != NULL)
		return refuse_v2(&q, r->fail);
	return OK;
}

enum err
sigv4_key(const struct auth_conf *conf, struct span access_key, struct auth_secret *out,
    struct fail *fail)
{
	enum err e = conf->secret(conf->ctx, access_key, out);

	if (e == OK)
		return OK;
	if (e != E_NOT_FOUND)
		return fail_set(fail, e);
	e = fail_set(fail, E_INVALID_ACCESS_KEY);
	fail_pair(fail, "AWSAccessKeyId", access_key);
	return e;
}

enum err
sigv4_skew(
    struct span text, int64_t time, int64_t now, unsigned skew_s, struct fail *fail)
{
	int64_t skew = skew_s;
	enum err e;

	if (time >= now - skew && time <= now + skew)
		return OK;
	e = fail_set(fail, E_TIME_SKEWED);
	fail_pair(fail, "RequestTime", text);
	sigv4_fail_time(fail, "ServerTime", now);
	fail_pair_u64(fail, "MaxAllowedSkewMilliseconds", (uint64_t)skew * 1000);
	return e;
}

static enum err
check_header_time(struct sigv4_run *r)
{
	struct sigv4_said *said = &r->said;
	char *text;
	enum err e;

	said->time_text = r->h.amz_date.n > 0 ? r->h.amz_date : r->h.date;
	if (said->time_text.n > 0 && stamp_amz_parse(said->time_text, &said->time)) {
		said->amz_date = said->time_text;
	} else if (said->time_text.n > 0 &&
	    stamp_http_parse(said->time_text, &said->time)) {
		text = arena_alloc(r->rq->arena, STAMP_AMZ);
		stamp_amz(text, said->time);
		said->amz_date = span_of(text, STAMP_AMZ);
	} else
		return fail_msg(r->fail, E_ACCESS_DENIED,
		    "AWS authentication requires a valid Date or x-amz-date header");
	e = sigv4_skew(
	    said->time_text, said->time, r->rq->now, r->s->conf->skew_s, r->fail);
	if (e != OK)
		return e;
	if (!span_eq(said->date, span_head(said->amz_date, 8)))
		return fail_msg(r->fail, E_AUTH_HEADER_MALFORMED,
		    "The authorization header is malformed; Invalid credential date. "
		    "Date is not the "
		    "same as X-Amz-Date.");
	return OK;
}

static enum err
bad_payload(struct span value, struct fail *fail)
{
	enum err e = fail_msg(fail, E_INVALID_ARGUMENT,
	    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
	    "STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
	    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
	    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
	    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
	    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");

	fail_pair_str(fail, "ArgumentName", "x-amz-content-sha256");
	fail_pair(fail, "ArgumentValue", value);
	return e;
}

enum err
sigv4_payload(struct span value, struct auth_result *out, struct fail *fail)
{
	enum err e;

	if (hex_parse(out->hash, 32, value))
		out->payload = AUTH_PAYLOAD_HASH;
	else if (span_eq(value, SPAN_LIT("UNSIGNED-PAYLOAD")))
		out->payload = AUTH_PAYLOAD_UNSIGNED;
	else if (span_eq(value, SPAN_LIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")))
		out->payload = AUTH_PAYLOAD_CHUNKS;
	else if (span_eq(value, SPAN_LIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")))
		out->payload = AUTH_PAYLOAD_CHUNKS_TRAILER;
	else if (span_eq(value, SPAN_LIT("STREAMING-UNSIGNED-PAYLOAD-TRAILER")))
		out->payload = AUTH_PAYLOAD_UNSIGNED_TRAILER;
	else if (span_eq(value, SPAN_LIT("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) ||
	    span_eq(
		value, SPAN_LIT("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"))) {
		e = fail_set(fail, E_NOT_IMPLEMENTED);
		fail_pair_str(fail, "Header", "x-amz-content-sha256");
		return e;
	} else
		return bad_payload(value, fail);
	return OK;
}

static enum err
check_payload(struct sigv4_run *r)
{
	struct sigv4_said *said = &r->said;

	/* a presigned request's own parameter was signed, a header beside it need not be */
	if (said->payload.n == 0)
		said->payload = r->h.content_sha256;
	if (said->payload.n == 0)
		said->payload = r->rq->body_hash;
	if (said->payload.n == 0 && said->kind == AUTH_HEADER)
		return fail_msg(r->fail, E_INVALID_REQUEST,
		    "Missing required header for this request: x-amz-content-sha256");
	if (said->payload.n == 0)
		said->payload = SPAN_LIT("UNSIGNED-PAYLOAD");
	return sigv4_payload(said->payload, &r->out, r->fail);
}

/* What must be signed when it is there. x-amz-content-sha256 always is: as the last line. */
static bool
must_sign(struct span name)
{
	if (name.n == 4)
		return memcmp(name.p, "host", 4) == 0;
	return name.n > 6 && memcmp(name.p, "x-amz-", 6) == 0 &&
	    !span_eq(name, SPAN_LIT("x-amz-content-sha256"));
}

static bool
lists_host(struct span list)
{
	while (list.n > 0)
		if (span_eq(span_cut(&list, ';'), SPAN_LIT("host")))
			return true;
	return false;
}

static enum err
not_signed(struct sigv4_run *r, const uint8_t *seen)
{
	const struct auth_request *rq = r->rq;
	struct buf names = { 0 };
	bool host = false;
	enum err e;

	for (size_t i = 0; i < rq->nheader; i++) {
		if (seen[i] != 0 || !must_sign(rq->header[i].name))
			continue;
		host |= rq->header[i].name.n == 4;
		if (names.n > 0)
			buf_str(&names, ", ");
		buf_span(&names, rq->header[i].name);
	}
	if (!host && !lists_host(r->said.signed_headers))
		buf_str(&names, names.n > 0 ? ", host" : "host");
	e = fail_msg(r->fail, E_ACCESS_DENIED,
	    "There were headers present in the request which were not signed");
	fail_pair(r->fail, "HeadersNotSigned", buf_view(&names));
	buf_fini(&names);
	return e;
}

static enum err
check_headers(struct sigv4_run *r, const uint8_t *seen)
{
	const struct auth_request *rq = r->rq;

	for (size_t i = 0; i < rq->nheader; i++)
		if (seen[i] == 0 && must_sign(rq->header[i].name))
			return not_signed(r, seen);
	return lists_host(r->said.signed_headers) ? OK : not_signed(r, seen);
}

/* The canonical request into s->canon, with every header signed that must be. */
static enum err
check_canonical(struct sigv4_run *r)
{
	const struct auth_request *rq = r->rq;
	uint8_t few[SIGV4_SEEN], *seen = few;
	enum canon_result c;

	if (rq->nheader <= sizeof few)
		memset(few, 0, rq->nheader);
	else
		seen = arena_zalloc(rq->arena, rq->nheader);
	r->in = (struct canon_in){ .method = rq->method,
		.path = rq->path,
		.query = rq->query,
		.header = rq->header,
		.nheader = rq->nheader,
		.signed_headers = r->said.signed_headers,
		.payload = r->said.payload,
		.arena = rq->arena };
	c = canon_render(&r->s->canon, &r->in, seen);
	if (c == CANON_BAD_QUERY)
		return fail_set(r->fail, E_INVALID_URI);
	if (c == CANON_BAD_HEADERS)
		return fail_msg(r->fail,
		    r->said.kind == AUTH_HEADER ? E_AUTH_HEADER_MALFORMED : E_AUTH_QUERY,
		    "The list of signed headers is malformed; it names a header twice, "
		    "or too many.");
	return check_headers(r, seen);
}

static bool
host_fits(struct sigv4_run *r, struct span host, const uint8_t want[32])
{
	struct canon_in in = r->in;
	uint8_t mac[32];

	in.instead = (struct field){ SPAN_LIT("host"), host };
	if (canon_render(&r->s->canon, &in, NULL) != CANON_OK)
		return false;
	canon_string_to_sign(
	    &r->s->sts, r->said.amz_date, r->said.scope, buf_view(&r->s->canon));
	hmac_sha256(span_of(r->key, 32), buf_view(&r->s->sts), mac);
	return digest_equal(mac, want, 32);
}

/* A link made for one name of this server and opened under another: nothing but the host's
 * line may differ. If none fits, the canonical request is the request's own again. */
static bool
other_host_fits(struct sigv4_run *r, const uint8_t want[32])
{
	if (r->said.kind != AUTH_PRESIGNED || r->rq->nhost == 0)
		return false;
	for (size_t i = 0; i < r->rq->nhost; i++)
		if (host_fits(r, r->rq->host[i], want))
			return true;
	MUST(canon_render(&r->s->canon, &r->in, NULL) == CANON_OK);
	canon_string_to_sign(
	    &r->s->sts, r->said.amz_date, r->said.scope, buf_view(&r->s->canon));
	return false;
}

/* MinIO's clients sign parameters of one name (events=...&events=...) in the order they
 * have, not in that of their values. */
static bool
values_fit(struct sigv4_run *r, const uint8_t want[32])
{
	struct canon_in in = r->in;
	uint8_t mac[32];

	if (span_find(r->rq->query, '&', 0) == r->rq->query.n)
		return false;
	in.values_stay = true;
	if (canon_render(&r->s->canon, &in, NULL) != CANON_OK)
		return false;
	canon_string_to_sign(
	    &r->s->sts, r->said.amz_date, r->said.scope, buf_view(&r->s->canon));
	hmac_sha256(span_of(r->key, 32), buf_view(&r->s->sts), mac);
	if (digest_equal(mac, want, 32))
		return true;
	MUST(canon_render(&r->s->canon, &r->in, NULL) == CANON_OK);
	canon_string_to_sign(
	    &r->s->sts, r->said.amz_date, r->said.scope, buf_view(&r->s->canon));
	return false;
}

static enum err
no_match(struct sigv4_run *r, const char **hint)
{
	struct span canon = buf_view(&r->s->canon), sts = buf_view(&r->s->sts);
	enum err e = fail_set(r->fail, E_SIGNATURE);

	fail_pair(r->fail, "AWSAccessKeyId", r->said.access_key);
	fail_pair(r->fail, "StringToSign", sts);
	fail_pair(r->fail, "SignatureProvided", r->said.signature);
	sigv4_fail_bytes(r->fail, "StringToSignBytes", sts);
	if (canon.n <= SIGV4_SHOWN)
		fail_pair(r->fail, "CanonicalRequest", canon);
	sigv4_fail_bytes(r->fail, "CanonicalRequestBytes", canon);
	if (hint != NULL && canon.n <= SIGV4_GUESSED)
		*hint = sigv4hint_guess(
		    &r->said, &r->in, r->key, span_of(r->secret.secret, r->secret.n));
	return e;
}

static enum err
check_signature(struct sigv4_run *r, const char **hint)
{
	struct sigv4 *s = r->s;
	struct sigv4_said *said = &r->said;
	uint64_t generation = r->secret.generation;
	uint8_t mac[32], want[32];
	const struct sigkey *known;

	canon_string_to_sign(&s->sts, said->amz_date, said->scope, buf_view(&s->canon));
	known =
	    sigkey_find(s->keys, said->access_key, said->date, said->region, generation);
	if (known != NULL) {
		memcpy(r->key, known->key, 32);
		hmac_of(known->hmac, buf_view(&s->sts), mac);
	} else {
		sigkey_derive(r->key, span_of(r->secret.secret, r->secret.n), said->date,
		    said->region, s->conf->service);
		hmac_sha256(span_of(r->key, 32), buf_view(&s->sts), mac);
	}
	if (!hex_parse(want, 32, said->signature))
		return no_match(r, hint);
	if (!digest_equal(mac, want, 32) && !other_host_fits(r, want) &&
	    !values_fit(r, want))
		return no_match(r, hint);
	if (known == NULL)
		sigkey_add(s->keys, said->access_key, said->date, said->region,
		    generation, r->key);
	return OK;
}

/* Nobody signed: but how the body is framed is said all the same. */
static enum err
anonymous(struct sigv4_run *r)
{
	enum err e;

	r->out.kind = AUTH_ANONYMOUS;
	r->out.payload = AUTH_PAYLOAD_UNSIGNED;
	if (r->h.content_sha256.n == 0)
		return OK;
	e = sigv4_payload(r->h.content_sha256, &r->out, r->fail);
	if (e == OK &&
	    (r->out.payload == AUTH_PAYLOAD_CHUNKS ||
		r->out.payload == AUTH_PAYLOAD_CHUNKS_TRAILER))
		return fail_set(r->fail, E_ACCESS_DENIED);
	return e;
}

static void
fill_result(struct sigv4_run *r)
{
	struct auth_result *out = &r->out;
	const struct sigv4_said *said = &r->said;

	out->kind = said->kind;
	out->access_key = said->access_key;
	out->region = said->region;
	out->date = said->date;
	out->amz_date = said->amz_date;
	out->scope = said->scope;
	out->session_token = said->token.n > 0 ? said->token : r->h.token;
	memcpy(out->signing_key, r->key, 32);
	memcpy(out->signature, said->signature.p, 64);
	out->signature[64] = '\0';
}

enum err
sigv4_check(struct sigv4 *s, const struct auth_request *rq, struct auth_result *out,
    const char **hint, struct fail *fail)
{
	struct sigv4_run r = { .s = s, .rq = rq, .fail = fail };
	enum err e;

	CHECK(s, SIGV4_MAGIC);
	if (hint != NULL)
		*hint = NULL;
	find_headers(rq, &r.h);
	e = check_form(&r);
	if (e == OK && r.said.kind == AUTH_ANONYMOUS) {
		e = anonymous(&r);
		goto out;
	}
	if (e != OK || (e = sigv4_key(s->conf, r.said.access_key, &r.secret, fail)) != OK)
		goto out;
	e = r.said.kind == AUTH_HEADER
	    ? check_header_time(&r)
	    : presign_time(&r.said, rq->now, s->conf->skew_s, fail);
	if (e == OK && (e = check_payload(&r)) == OK && (e = check_canonical(&r)) == OK &&
	    (e = check_signature(&r, hint)) == OK)
		fill_result(&r);
	mem_wipe(&r.secret, sizeof r.secret);
	mem_wipe(r.key, sizeof r.key);
out:
	if (e == OK)
		*out = r.out;
	mem_wipe(r.out.signing_key, sizeof r.out.signing_key);
	return e;
}
