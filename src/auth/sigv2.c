/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/sigv2.h"

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/stamp.h"
#include "codec/uri.h"

#include "sigv4_priv.h"

enum { SIGV2_SIZE = 20, SIGV2_TEXT = 28, SIGV2_PARAMS = 256 };

/* What is signed of a query: the documented list, and what clients of this version added
 * when S3 did (botocore's HmacV1Auth, the Java SDK's RestUtils, s3cmd's SignHeaders). */
static const char *const sigv2_subs[] = { "accelerate", "acl", "analytics", "cors",
	"defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging",
	"metrics", "notification", "object-lock", "partNumber", "policy", "replication",
	"requestPayment", "response-cache-control", "response-content-disposition",
	"response-content-encoding", "response-content-language", "response-content-type",
	"response-expires", "restore", "select", "select-type", "storageClass", "tagging",
	"torrent", "uploadId", "uploads", "versionId", "versioning", "versions",
	"website" };

/* Sub-resources younger than the signers. Some sign them and some don't: in headers both
 * hold, but a link must not become another request by adding one of these. */
static const char *const sigv2_late[] = { "abac", "annotation", "attributes",
	"encryption", "events", "intelligent-tiering", "legal-hold",
	"metadataAnnotationTable", "metadataConfiguration", "metadataInventoryTable",
	"metadataJournalTable", "metadataTable", "ownershipControls", "policyStatus",
	"publicAccessBlock", "renameObject", "replication-check", "replication-metrics",
	"replication-reset", "replication-reset-cancel", "replication-reset-status",
	"retention", "session" };

struct sigv2_run {
	const struct auth_conf *conf;
	const struct auth_request *rq;
	struct fail *fail;
	struct sigv4_headers h;
	struct uri_param *param;
	size_t nparam;
	enum auth_kind kind;
	struct span access_key, signature; /* as sent */
	struct span when; /* the string to sign's fourth line */
	struct buf sts;
	struct auth_secret secret;
};

static bool
is_one_of(struct span name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(name, list[i]))
			return true;
	return false;
}

static bool
is_late(struct span name)
{
	return is_one_of(name, sigv2_late, ARRAY_LEN(sigv2_late));
}

bool
sigv2_signs(struct span name)
{
	return is_one_of(name, sigv2_subs, ARRAY_LEN(sigv2_subs)) || is_late(name);
}

static inline struct span
header_find(const struct auth_request *rq, const char *name)
{
	struct span want = span_str(name);

	for (size_t i = 0; i < rq->nheader; i++)
		if (span_eq(rq->header[i].name, want))
			return rq->header[i].value;
	return SPAN_NONE;
}

static struct span
param_find(const struct sigv2_run *r, const char *name)
{
	const struct uri_param *p = uri_query_find(r->param, r->nparam, name);

	return p != NULL ? p->value : SPAN_NONE;
}

bool
sigv2_asked(const struct auth_request *rq)
{
	struct span authorization = header_find(rq, "authorization");
	struct presign_query q = { 0 };

	if (rq->query.n > 0)
		presign_scan(&q, rq->query);
	if (authorization.n > 0)
		return span_starts(authorization, SPAN_LIT("AWS ")) && !q.v4 &&
		    q.v2_signature.p == NULL;
	return !q.v4 && (q.v2_key.p != NULL || q.v2_signature.p != NULL);
}

/* ---- what the request says ---- */

/* What clients are known to differ in. */
enum { WAY_LATE = 1, WAY_SLASH = 2 };

/* Values are signed decoded, and '+' is no space there. */
static struct span
param_value(const struct sigv2_run *r, const struct uri_param *p)
{
	char *text = arena_alloc(r->rq->arena, p->raw_value.n + 1);
	size_t n = uri_decode(text, p->raw_value, false);

	return n == (size_t)-1 ? p->raw_value : span_of(text, n);
}

static enum err
say_header(struct sigv2_run *r)
{
	struct span rest = span_from(r->h.authorization, 4);
	enum err e;

	r->kind = AUTH_HEADER;
	r->access_key = span_cut(&rest, ':');
	r->signature = rest;
	if (r->access_key.n > 0 && rest.n > 0 && span_find(rest, ' ', 0) == rest.n)
		return OK;
	e = fail_msg(r->fail, E_INVALID_ARGUMENT,
	    "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature");
	fail_pair_str(r->fail, "ArgumentName", "Authorization");
	fail_pair(r->fail, "ArgumentValue", r->h.authorization);
	return e;
}

static enum err
say_query(struct sigv2_run *r)
{
	const struct uri_param *p = uri_query_find(r->param, r->nparam, "Signature");

	r->kind = AUTH_PRESIGNED;
	r->access_key = param_find(r, "AWSAccessKeyId");
	r->signature = p != NULL ? param_value(r, p) : SPAN_NONE;
	r->when = param_find(r, "Expires");
	if (r->access_key.n > 0 && r->signature.n > 0 && r->when.n > 0)
		return OK;
	return fail_msg(r->fail, E_ACCESS_DENIED,
	    "Query-string authentication requires the Signature, Expires and "
	    "AWSAccessKeyId "
	    "parameters");
}

/* ---- when ---- */

/* "Tue, 27 Mar 2007 19:36:42 +0000" of RFC 2822; the names of zones are GMT's. */
static bool
parse_zoned(struct span s, int64_t *out)
{
	static const char *const zones[] = { " UTC", " UT", " Z", " +0000", " -0000" };
	size_t space = s.n;
	char text[64];
	uint64_t hhmm;

	while (space > 0 && s.p[space - 1] != ' ')
		space--;
	if (space < 2 || space + 3 > sizeof text)
		return false;
	memcpy(text, s.p, space);
	memcpy(text + space, "GMT", 3);
	if (!stamp_http_parse(span_of(text, space + 3), out))
		return false;
	s = span_from(s, space - 1);
	if (is_one_of(s, zones, ARRAY_LEN(zones)))
		return true;
	if (s.n != 6 || (s.p[1] != '+' && s.p[1] != '-') ||
	    !span_u64(span_from(s, 2), &hhmm))
		return false;
	*out -= (s.p[1] == '-' ? -60 : 60) * (int64_t)(hhmm / 100 * 60 + hhmm % 100);
	return true;
}

static bool
parse_time(struct span s, int64_t *out)
{
	int64_t ms;

	if (stamp_http_parse(s, out) || stamp_amz_parse(s, out) || parse_zoned(s, out))
		return true;
	if (!stamp_iso_parse(s, &ms))
		return false;
	*out = ms / 1000;
	return true;
}

static enum err
check_date(struct sigv2_run *r)
{
	struct span text = r->h.amz_date.n > 0 ? r->h.amz_date : r->h.date;
	int64_t time;

	if (text.n == 0 || !parse_time(text, &time))
		return fail_msg(r->fail, E_ACCESS_DENIED,
		    "AWS authentication requires a valid Date or x-amz-date header");
	/* x-amz-date is signed among the headers, and stands in for Date */
	r->when = r->h.amz_date.n > 0 ? SPAN_LIT("") : r->h.date;
	return sigv4_skew(text, time, r->rq->now, r->conf->skew_s, r->fail);
}

static enum err
check_expires(struct sigv2_run *r)
{
	uint64_t until;
	enum err e;

	if (!span_u64(r->when, &until) || until > UINT32_MAX)
		return fail_msg(r->fail, E_ACCESS_DENIED,
		    "Invalid date (should be seconds since epoch): %.*s",
		    SPAN_SHOWN(r->when));
	if (r->rq->now <= (int64_t)until)
		return OK;
	e = fail_msg(r->fail, E_ACCESS_DENIED, "Request has expired");
	sigv4_fail_time(r->fail, "Expires", (int64_t)until);
	sigv4_fail_time(r->fail, "ServerTime", r->rq->now);
	return e;
}

/* ---- the string to sign ---- */

static int
field_cmp(const struct field *a, const struct field *b)
{
	return span_cmp(a->name, b->name);
}

/* Stable, so that a header sent twice keeps its order. */
static void
fields_sort(struct field *f, size_t n)
{
	struct field t;
	size_t j;

	for (size_t i = 1; i < n; i++) {
		t = f[i];
		for (j = i; j > 0 && field_cmp(&t, &f[j - 1]) < 0; j--)
			f[j] = f[j - 1];
		f[j] = t;
	}
}

static bool
is_amz(struct span name)
{
	return span_starts(name, SPAN_LIT("x-amz-"));
}

/* Signers of links move headers into the query; a header of that name goes before. */
static size_t
amz_params(struct sigv2_run *r, struct field *out)
{
	struct span name;
	size_t n = 0;

	for (size_t i = 0; i < r->nparam; i++) {
		name = arena_lower(r->rq->arena, r->param[i].name);
		if (is_amz(name) && header_find(r->rq, name.p).p == NULL)
			out[n++] = (struct field){ name, r->param[i].value };
	}
	return n;
}

static void
put_amz(struct sigv2_run *r)
{
	const struct auth_request *rq = r->rq;
	struct field *f = arena_array(rq->arena, rq->nheader + r->nparam + 1, sizeof *f);
	size_t n = 0;

	for (size_t i = 0; i < rq->nheader; i++)
		if (is_amz(rq->header[i].name))
			f[n++] = rq->header[i];
	if (r->kind == AUTH_PRESIGNED)
		n += amz_params(r, f + n);
	fields_sort(f, n);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && span_eq(f[i].name, f[i - 1].name)) {
			r->sts.p[r->sts.n - 1] = ','; /* the last one's line break */
		} else {
			buf_span(&r->sts, f[i].name);
			buf_char(&r->sts, ':');
		}
		buf_span(&r->sts, span_trim(f[i].value));
		buf_char(&r->sts, '\n');
	}
}

static void
put_positional(struct sigv2_run *r, const char *name)
{
	struct span v = header_find(r->rq, name);

	if (v.p == NULL && r->kind == AUTH_PRESIGNED)
		v = param_find(r, name);
	buf_span(&r->sts, span_trim(v));
	buf_char(&r->sts, '\n');
}

static void
put_resource(struct sigv2_run *r, unsigned way)
{
	struct field *f = arena_array(r->rq->arena, r->nparam + 1, sizeof *f);
	size_t n = 0;

	if (r->rq->bucket.n > 0) {
		buf_char(&r->sts, '/');
		buf_span(&r->sts, r->rq->bucket);
	}
	buf_span(&r->sts, r->rq->path);
	if ((way & WAY_SLASH) != 0)
		buf_char(&r->sts, '/');
	for (size_t i = 0; i < r->nparam; i++) {
		const struct uri_param *p = &r->param[i];

		if (!sigv2_signs(p->name) || ((way & WAY_LATE) == 0 && is_late(p->name)))
			continue;
		f[n++] = (struct field){ p->name,
			p->has_value ? param_value(r, p) : SPAN_NONE };
	}
	fields_sort(f, n);
	for (size_t i = 0; i < n; i++) {
		buf_char(&r->sts, i == 0 ? '?' : '&');
		buf_span(&r->sts, f[i].name);
		if (f[i].value.p == NULL)
			continue;
		buf_char(&r->sts, '=');
		buf_span(&r->sts, f[i].value);
	}
}

static void
put_string(struct sigv2_run *r, unsigned way)
{
	r->sts.n = 0;
	buf_span(&r->sts, r->rq->method);
	buf_char(&r->sts, '\n');
	put_positional(r, "content-md5");
	put_positional(r, "content-type");
	buf_span(&r->sts, r->when);
	buf_char(&r->sts, '\n');
	put_amz(r);
	put_resource(r, way);
}

/* ---- the signature ---- */

static bool
fits(struct sigv2_run *r, unsigned way)
{
	uint8_t mac[SIGV2_SIZE], want[SIGV2_SIZE];
	size_t n;

	put_string(r, way);
	hmac_sha1(span_of(r->secret.secret, r->secret.n), buf_view(&r->sts), mac);
	return b64_parse(want, sizeof want, &n, r->signature) && n == SIGV2_SIZE &&
	    digest_equal(mac, want, SIGV2_SIZE);
}

static bool
has_late(const struct sigv2_run *r)
{
	for (size_t i = 0; i < r->nparam; i++)
		if (is_late(r->param[i].name))
			return true;
	return false;
}

/* "/bucket" is signed as "/bucket/" by botocore, and as it is by others. */
static bool
is_bare_bucket(const struct auth_request *rq)
{
	return rq->bucket.n == 0 && rq->path.n > 1 &&
	    span_find(rq->path, '/', 1) == rq->path.n;
}

static enum err
check_signature(struct sigv2_run *r)
{
	bool unsigned_late = r->kind == AUTH_HEADER && has_late(r);
	enum err e;

	if (unsigned_late && fits(r, 0))
		return OK;
	if (is_bare_bucket(r->rq) &&
	    ((unsigned_late && fits(r, WAY_SLASH)) || fits(r, WAY_LATE | WAY_SLASH)))
		return OK;
	if (fits(r, WAY_LATE))
		return OK;
	e = fail_set(r->fail, E_SIGNATURE);
	fail_pair(r->fail, "AWSAccessKeyId", r->access_key);
	fail_pair(r->fail, "StringToSign", buf_view(&r->sts));
	fail_pair(r->fail, "SignatureProvided", r->signature);
	sigv4_fail_bytes(r->fail, "StringToSignBytes", buf_view(&r->sts));
	return e;
}

/* The body is not signed, but may be hashed or framed; not with signed chunks, which
 * continue a signature of version 4. */
static enum err
check_payload(struct sigv2_run *r, struct auth_result *out)
{
	enum err e;

	out->payload = AUTH_PAYLOAD_UNSIGNED;
	if (r->h.content_sha256.n == 0)
		return OK;
	e = sigv4_payload(r->h.content_sha256, out, r->fail);
	if (e != OK || out->payload == AUTH_PAYLOAD_HASH ||
	    out->payload == AUTH_PAYLOAD_UNSIGNED ||
	    out->payload == AUTH_PAYLOAD_UNSIGNED_TRAILER)
		return e;
	return fail_set(r->fail, E_ACCESS_DENIED);
}

static void
find_headers(struct sigv2_run *r)
{
	r->h = (struct sigv4_headers){
		.authorization = header_find(r->rq, "authorization"),
		.amz_date = header_find(r->rq, "x-amz-date"),
		.date = header_find(r->rq, "date"),
		.content_sha256 = header_find(r->rq, "x-amz-content-sha256"),
		.token = header_find(r->rq, "x-amz-security-token"),
	};
}

static enum err
check_form(struct sigv2_run *r)
{
	if (!uri_query_parse(
		r->rq->arena, r->rq->query, SIGV2_PARAMS, &r->param, &r->nparam))
		return fail_set(r->fail, E_INVALID_URI);
	return r->h.authorization.n > 0 ? say_header(r) : say_query(r);
}

enum err
sigv2_check(const struct auth_conf *conf, const struct auth_request *rq,
    struct auth_result *out, struct fail *fail)
{
	struct sigv2_run r = { .conf = conf, .rq = rq, .fail = fail };
	struct auth_result result = { 0 };
	enum err e;

	find_headers(&r);
	e = check_form(&r);
	if (e == OK)
		e = sigv4_key(conf, r.access_key, &r.secret, fail);
	if (e != OK)
		goto out;
	e = r.kind == AUTH_HEADER ? check_date(&r) : check_expires(&r);
	if (e == OK && (e = check_payload(&r, &result)) == OK &&
	    (e = check_signature(&r)) == OK) {
		result.kind = r.kind;
		result.access_key = r.access_key;
		result.session_token =
		    r.h.token.n > 0 ? r.h.token : param_find(&r, "x-amz-security-token");
		memcpy(result.signature, r.signature.p,
		    span_head(r.signature, SIGV2_TEXT).n);
		*out = result;
	}
	mem_wipe(&r.secret, sizeof r.secret);
out:
	buf_fini(&r.sts);
	return e;
}
