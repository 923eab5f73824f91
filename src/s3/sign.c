/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"
#include "auth/sigv2.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "s3_priv.h"

/* What a link says in its query is said in headers otherwise, but for what the signature
 * itself is made of, what frames or checks the body, and what made another operation. */
static bool
is_hoisted(struct span name, bool v2)
{
#define NOT(s) \
	{ \
		s, sizeof(s) - 1 \
	}
	static const struct span not [] = { NOT("x-amz-algorithm"),
		NOT("x-amz-content-sha256"), NOT("x-amz-credential"), NOT("x-amz-date"),
		NOT("x-amz-decoded-content-length"), NOT("x-amz-expires"),
		NOT("x-amz-rename-source"), NOT("x-amz-s3session-token"),
		NOT("x-amz-sdk-checksum-algorithm"), NOT("x-amz-security-token"),
		NOT("x-amz-signature"), NOT("x-amz-signedheaders"),
		NOT("x-amz-trailer") };
#undef NOT

	if (v2 && (span_is(name, "content-type") || span_is(name, "content-md5")))
		return true;
	if (!span_starts(name, SPAN_LIT("x-amz-")) ||
	    span_starts(name, SPAN_LIT("x-amz-checksum-")) ||
	    span_starts(name, SPAN_LIT("x-amz-copy-source")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(not ); i++)
		if (span_eq(name, not [i]))
			return false;
	return true;
}

/* A name and a value that could have come as a header: no line breaks, above all. */
static bool
is_header(struct span name, struct span value)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || name.p[i] == ':')
			return false;
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
			return false;
	return true;
}

/* Signers of links put headers into the query (botocore with version 2, SDKs that hoist);
 * a header that is there all the same goes before. */
static enum err
hoist_headers(struct rq *rq, bool v2)
{
	struct http_req *http = rq->http;
	struct field *f =
	    arena_array(rq->arena, http->nheader + rq->nparam + 1, sizeof *f);
	size_t n = http->nheader;

	if (n > 0)
		memcpy(f, http->header, n * sizeof *f);
	for (size_t i = 0; i < rq->nparam; i++) {
		struct span name = arena_lower(rq->arena, rq->param[i].name);
		struct span value = span_trim(rq->param[i].value);

		if (!is_hoisted(name, v2) || http_req_header(http, name.p).p != NULL)
			continue;
		if (!is_header(name, value))
			return bad_argument(rq, arena_str(rq->arena, rq->param[i].name),
			    value,
			    "Header value cannot be represented using ISO-8859-1.");
		f[n++] = (struct field){ name, value.p != NULL ? value : SPAN_LIT("") };
		http->names |= http_name_bit(name.p, name.n);
	}
	http->header = f;
	http->nheader = n;
	return OK;
}

enum { HOSTS_MAX = 2 + 16 };

/* Other hosts that a link may have been signed for; see hosts_add(). */
struct hosts {
	const struct rq *rq;
	size_t n;
	struct span host[HOSTS_MAX];
};

/* A host is no credential, but the bucket it names is part of what was signed: it must be
 * the one that this request is about. */
static void
hosts_add(struct hosts *h, struct span host)
{
	if (host.n > 0 && h->n < HOSTS_MAX && !span_eq(host, h->rq->http->host) &&
	    span_ieq(address_host_bucket(h->rq, host), h->rq->host_bucket))
		h->host[h->n++] = host;
}

/* What the client asked a proxy for, then the configured names. */
static void
hosts_find(struct hosts *h)
{
	const struct rq *rq = h->rq;
	struct span forwarded = header_get(rq, "x-forwarded-host"),
		    port = header_get(rq, "x-forwarded-port");

	if (forwarded.n > 0) {
		forwarded = span_trim(span_cut(&forwarded, ','));
		port = span_trim(span_cut(&port, ','));
		hosts_add(h, forwarded);
		if (port.n > 0)
			hosts_add(h,
			    span_str(arena_printf(rq->arena, "%.*s:%.*s",
				(int)forwarded.n, forwarded.p, (int)port.n, port.p)));
	}
	for (size_t i = 0; i < rq->s3->conf.npublic_hosts; i++) {
		struct span host = span_str(rq->s3->conf.public_hosts[i]);

		if (rq->host_bucket.n > 0)
			host = span_str(
			    arena_printf(rq->arena, "%.*s.%.*s", (int)rq->host_bucket.n,
				rq->host_bucket.p, (int)host.n, host.p));
		hosts_add(h, host);
	}
}

/* ---- secrets ---- */

/* Why a token is no good; AWS shows it. */
static enum err
bad_token(struct rq *rq, enum err e, struct span token)
{
	(void)fail_set(&rq->fail, e);
	fail_pair(&rq->fail, "Token-0", token);
	return e;
}

static enum err
sign_secret(void *ctx, struct span access_key, struct auth_secret *out)
{
	struct signer *s = ctx;
	struct rq *rq = s->rq;
	const struct access_secret *secret;
	enum err e;

	roster_drop(&rq->credential);
	if (tempcred_is(s->token) &&
	    tier_says_of(rq, TP_SESSION, TIER_BIT_AWS | TIER_BIT_MINIO) == TV_STS)
		return bad_token(rq, E_INVALID_TOKEN, s->token);
	e = roster_find(
	    s->roster, access_key, s->token, rq->real_ms / 1000, &rq->credential);
	if (e == E_INVALID_TOKEN || e == E_EXPIRED_TOKEN)
		return bad_token(rq, e, s->token);
	if (e != OK)
		return e;
	secret = &rq->credential->secret;
	MUST(secret->n <= sizeof out->secret);
	memcpy(out->secret, secret->secret, secret->n);
	out->n = secret->n;
	out->generation = secret->generation;
	return OK;
}

struct auth_conf
sign_conf(const struct s3 *s, struct signer *ctx)
{
	return (struct auth_conf){
		.region = s->conf.region, .skew_s = 900, .secret = sign_secret, .ctx = ctx
	};
}

/* The signature held: it is who it says it is. */
static void
sign_done(struct rq *rq)
{
	if (rq->auth.kind == AUTH_ANONYMOUS)
		return;
	MUST(rq->credential != NULL);
	rq->who = &rq->credential->who;
}

static bool
takes_v2(struct rq *rq)
{
	/* The strict ones do as their service does, whatever the setting is. */
	if (rq->tier == TIER_OPEN && !rq->s3->conf.sigv2)
		return false;
	return tier_says(rq, TP_SIGV2) == TV_ACCEPT;
}

/* A form is read by whatever thread has the body, so not with the loop's roster. */
enum err
sign_form(struct rq *rq, const struct postsig_form *form)
{
	struct signer s = { .rq = rq, .roster = roster_new(rq->s3->conf.access) };
	struct auth_conf conf = sign_conf(rq->s3, &s);
	enum err e;

	s.token = header_get(rq, "x-amz-security-token");
	e = postsig_check(&conf, form, takes_v2(rq), &rq->auth, &rq->fail);
	roster_free(&s.roster);
	if (e == OK)
		sign_done(rq);
	return e;
}

static struct span
token_of(const struct rq *rq)
{
	struct span token = header_get(rq, "x-amz-security-token");

	if (token.n == 0)
		token = query_get(rq, "X-Amz-Security-Token");
	return token.n > 0 ? token : query_get(rq, "x-amz-security-token");
}

/* IAM and STS are signed over the body's digest, for any region. */
enum err
sign_query(struct rq *rq, unsigned service, struct span body)
{
	static const char *const names[] = { [IAM_IAM] = "iam", [IAM_STS] = "sts" };
	struct s3_loop *loop = rq->loop;
	struct auth_conf *conf = &loop->query_auth[service];
	struct auth_request a = { .method = rq->http->method_name,
		.path = rq->http->path,
		.query = rq->http->query,
		.header = rq->http->header,
		.nheader = rq->http->nheader,
		.now = rq->real_ms / 1000,
		.arena = rq->arena };
	uint8_t hash[32];
	char *hex = arena_alloc(rq->arena, 64);
	enum err e;

	if (loop->query[service] == NULL) {
		*conf = sign_conf(rq->s3, &loop->signer);
		conf->service = names[service];
		conf->any_region = true;
		loop->query[service] = sigv4_new(conf);
	}
	digest_of(DIGEST_SHA256, body, hash);
	hex_render(hex, hash, sizeof hash);
	a.body_hash = span_of(hex, 64);
	loop->signer = (struct signer){ rq, loop->roster, token_of(rq) };
	e = sigv4_check(loop->query[service], &a, &rq->auth, NULL, &rq->fail);
	/* A digest in a header was signed, but is it the body's? */
	if (e == OK && rq->auth.kind != AUTH_ANONYMOUS &&
	    (rq->auth.payload != AUTH_PAYLOAD_HASH ||
		!digest_equal(rq->auth.hash, hash, sizeof hash)))
		e = fail_set(&rq->fail, E_SIGNATURE);
	/* What is for one bucket is nothing to these. */
	if (e == OK && rq->credential != NULL && rq->credential->scope != NULL)
		e = fail_set(&rq->fail, E_INVALID_TOKEN);
	if (e != OK)
		return e;
	sign_done(rq);
	if (rq->credential != NULL)
		roster_used(loop->roster, rq->credential, names[service], rq->auth.region,
		    rq->now_ms);
	return OK;
}

/* Credentials of CreateSession say so by the header their token is in, and are signed for a
 * service of their own. */
static struct span
session_of(const struct rq *rq)
{
	struct span token = header_get(rq, "x-amz-s3session-token");

	return token.n > 0 ? token : query_get(rq, "X-Amz-S3session-Token");
}

static struct sigv4 *
express(struct s3_loop *loop)
{
	if (loop->express == NULL) {
		loop->express_auth = sign_conf(loop->s3, &loop->signer);
		loop->express_auth.service = "s3express";
		loop->express = sigv4_new(&loop->express_auth);
	}
	return loop->express;
}

/* A server without a region of its own takes signatures for any. */
static bool
takes_any_region(const struct rq *rq)
{
	if (strcmp(rq->s3->conf.region, "us-east-1") == 0 &&
	    tier_value(rq, TP_REGION_SIGNED) == TV_ANY)
		return true;
	if (tier_value(rq, TP_REGION_SIGNED) == TV_AUTO)
		return true;
	return rq->op == &ops[OP_GetBucketLocation] &&
	    tier_value(rq, TP_REGION_LOCATION) == TV_YES;
}

static struct sigv4 *
signed_for_s3(struct rq *rq)
{
	struct s3_loop *loop = rq->loop;

	if (!takes_any_region(rq))
		return loop->sigv4;
	if (loop->sigv4_any == NULL) {
		loop->any_auth = sign_conf(loop->s3, &loop->signer);
		loop->any_auth.any_region = true;
		loop->sigv4_any = sigv4_new(&loop->any_auth);
	}
	return loop->sigv4_any;
}

/* What holds, and is not taken here all the same. */
static enum err
sign_tier(struct rq *rq)
{
	const struct auth_result *a = &rq->auth;

	if (a->kind == AUTH_ANONYMOUS)
		return rq->web == NULL && tier_says(rq, TP_UNSIGNED) == TV_AUTHORIZATION
		    ? fail_msg(&rq->fail, E_INVALID_ARGUMENT, "Authorization")
		    : OK;
	if ((a->payload == AUTH_PAYLOAD_CHUNKS ||
		a->payload == AUTH_PAYLOAD_CHUNKS_TRAILER) &&
	    tier_says(rq, TP_CHUNK_SIGNED) == TV_LACKS)
		return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
		    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD%s not implemented",
		    a->payload == AUTH_PAYLOAD_CHUNKS ? "" : "-TRAILER");
	if (tier_value(rq, TP_REGION_SIGNED) == TV_AUTO)
		return address_region_auto(a->region, &rq->fail);
	if (rq->tier == TIER_OPEN && address_region_auto(a->region, NULL) != OK)
		(void)tier_says_of(rq, TP_REGION_SIGNED, TIER_BIT_R2);
	return OK;
}

enum err
sign_check(struct rq *rq)
{
	struct span session = session_of(rq);
	struct auth_request a = {
		.method = rq->http->method_name,
		.path = rq->http->path,
		.query = rq->http->query,
		.bucket = rq->host_bucket,
		.header = rq->http->header,
		.nheader = rq->http->nheader,
		.now = rq->real_ms / 1000,
		.arena = rq->arena,
	};
	struct hosts hosts = { .rq = rq };
	const char *hint = NULL;
	bool v2 = sigv2_asked(&a) && takes_v2(rq);
	enum err e;

	if (query_has(rq, "X-Amz-Signature"))
		hosts_find(&hosts);
	rq->loop->signer = (struct signer){ rq, rq->loop->roster,
		session.n > 0 ? session : token_of(rq) };
	a.host = hosts.host;
	a.nhost = hosts.n;
	e = v2 ? sigv2_check(&rq->loop->auth, &a, &rq->auth, &rq->fail)
	       : sigv4_check(session.n > 0 ? express(rq->loop) : signed_for_s3(rq), &a,
		     &rq->auth, &hint, &rq->fail);
	if (e == E_SIGNATURE)
		log_warn("request %s: signature does not match%s%s", rq->id,
		    hint != NULL ? ": " : "", hint != NULL ? hint : "");
	if (e == OK)
		e = sign_tier(rq);
	if (e == OK)
		sign_done(rq);
	if (e == OK && rq->credential != NULL)
		roster_used(
		    rq->loop->roster, rq->credential, "s3", rq->auth.region, rq->now_ms);
	return e == OK && rq->auth.kind == AUTH_PRESIGNED ? hoist_headers(rq, v2) : e;
}

/* madmin signs for no region at all. */
enum err
sign_check_any_region(struct rq *rq)
{
	enum err e;

	rq->loop->auth.any_region = true;
	e = sign_check(rq);
	rq->loop->auth.any_region = false;
	return e;
}
