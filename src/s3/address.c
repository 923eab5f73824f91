/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/nfc.h"
#include "s3_priv.h"

static bool
is_ip_like(struct span name)
{
	unsigned dots = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '.')
			dots++;
		else if (name.p[i] < '0' || name.p[i] > '9')
			return false;
	}
	return dots == 3;
}

static bool
is_reserved(struct span name)
{
	static const char *const before[] = { "xn--", "sthree-", "amzn-s3-demo-" };
	static const char *const behind[] = { "-s3alias", "--ol-s3", ".mrap", "--x-s3",
		"--table-s3" };

	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		if (span_starts(name, span_str(before[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(behind); i++)
		if (span_ends(name, span_str(behind[i])))
			return true;
	return false;
}

static bool
name_chars(struct span name)
{
	char last = '.';

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!alnum && c != '-' && c != '.')
			return false;
		/* No label may start or end with anything but a letter or digit, nor be empty. */
		if (!alnum && (last == '.' || i + 1 == name.n))
			return false;
		if (c == '.' && last == '-')
			return false;
		last = c;
	}
	return true;
}

/* MinIO's own: below the first lie its probes, metrics and admin calls. */
bool
address_is_minios(struct span name)
{
	return span_is(name, "minio") || span_is(name, ".minio.sys");
}

static bool
is_well_formed(struct span name)
{
	return name.n >= 3 && name.n <= 63 && name_chars(name) && !is_ip_like(name);
}

/* As the tier has it: of a bucket that is to be made. */
enum err
address_bucket_new(struct rq *rq)
{
	struct span name = rq->bucket;
	bool good = is_well_formed(name);

	if (good && span_is(name, "minio") &&
	    tier_says(rq, TP_BUCKET_MINIO) == TV_ALL_DISABLED)
		return fail_set(&rq->fail, E_ALL_DISABLED);
	if (good && span_find(name, '.', 0) < name.n &&
	    tier_says(rq, TP_BUCKET_DOTS) == TV_REFUSE)
		good = false;
	if (good && is_reserved(name) && tier_says(rq, TP_BUCKET_RESERVED) == TV_REFUSE)
		good = false;
	if (good)
		return OK;
	(void)fail_set(&rq->fail, E_INVALID_BUCKET_NAME);
	fail_pair(&rq->fail, "BucketName", name);
	return E_INVALID_BUCKET_NAME;
}

/* docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
enum err
address_bucket_check(struct span name, struct fail *fail)
{
	if (is_well_formed(name) && !is_reserved(name))
		return OK;
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_INVALID_BUCKET_NAME);
		fail_pair(fail, "BucketName", name);
	}
	return E_INVALID_BUCKET_NAME;
}

struct span
address_host_name(struct span host)
{
	size_t at;

	if (host.n > 0 && host.p[0] == '[')
		return SPAN_NONE;
	at = span_find(host, ':', 0);
	host = span_head(host, at);
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

/* ---- hosts of Cloudflare: [bucket.]account[.jurisdiction].r2.cloudflarestorage.com, and
 * below a domain of one's own: developers.cloudflare.com/r2/reference/data-location ---- */

#define CLOUDFLARE ".r2.cloudflarestorage.com"

static struct span
last_label(struct span labels)
{
	size_t at = labels.n;

	while (at > 0 && labels.p[at - 1] != '.')
		at--;
	return span_from(labels, at);
}

/* What stands before the last label and its dot. */
static struct span
before_last(struct span labels)
{
	size_t n = labels.n - last_label(labels).n;

	return span_head(labels, n > 0 ? n - 1 : 0);
}

/* 32 hex digits as theirs, or 12 digits as ours. */
static bool
is_account(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f' && s.n == 32))
			return false;
	return s.n == 32 || s.n == ACCOUNT_DIGITS;
}

/* The bucket before an account and perhaps a jurisdiction; sure: there is an account. */
static struct span
before_account(struct span labels, bool sure)
{
	struct span last = last_label(labels), rest = before_last(labels);

	if (rest.n > 0 &&
	    (span_ieq(last, SPAN_LIT("eu")) || span_ieq(last, SPAN_LIT("fedramp"))) &&
	    (sure || is_account(last_label(rest))))
		labels = rest;
	if (!sure && !is_account(last_label(labels)))
		return labels;
	return before_last(labels);
}

/* "<bucket>.<domain>": the longest domain that fits wins, so that bucket.s3.localhost is
 * no bucket "bucket.s3" of localhost. */
struct span
address_host_bucket(const struct rq *rq, struct span host)
{
	struct span best = SPAN_NONE;
	size_t longest = 0;

	host = address_host_name(host);
	for (size_t i = 0; i < rq->s3->conf.ndomains; i++) {
		struct span d = span_str(rq->s3->conf.domains[i]);

		if (host.n == d.n && span_ieq(host, d) && d.n > longest) {
			longest = d.n;
			best = SPAN_NONE;
		}
		if (host.n <= d.n + 1 || d.n <= longest ||
		    host.p[host.n - d.n - 1] != '.' ||
		    !span_ieq(span_from(host, host.n - d.n), d))
			continue;
		longest = d.n;
		best = span_head(host, host.n - d.n - 1);
	}
	if (host.n > sizeof CLOUDFLARE - 1 &&
	    span_ieq(
		span_from(host, host.n - (sizeof CLOUDFLARE - 1)), SPAN_LIT(CLOUDFLARE)))
		return before_account(
		    span_head(host, host.n - (sizeof CLOUDFLARE - 1)), true);
	return best.n > 0 && tier_value(rq, TP_HOSTS) == TV_ACCOUNT_HOST
	    ? before_account(best, false)
	    : best;
}

/* R2 would have taken a label of the host name for an account. */
static void
note_account(struct rq *rq)
{
	if (rq->tier == TIER_OPEN && rq->host_bucket.n > 0 &&
	    before_account(rq->host_bucket, false).n != rq->host_bucket.n)
		(void)tier_says(rq, TP_HOSTS);
}

static enum err
bad_uri(struct rq *rq)
{
	if (rq->fail.code == OK) {
		(void)fail_set(&rq->fail, E_INVALID_URI);
		fail_pair(&rq->fail, "URI", rq->http->path);
	}
	return E_INVALID_URI;
}

static enum err
split_path(struct rq *rq, struct span path)
{
	char *text = arena_alloc(rq->arena, path.n + 1);
	size_t n;

	if (rq->bucket.n == 0) {
		struct span raw = span_cut(&path, '/');

		n = uri_decode(text, raw, false);
		if (n == (size_t)-1)
			return bad_uri(rq);
		rq->bucket = span_of(text, n);
		text += n;
		if (n == 0 && path.n > 0)
			return address_bucket_check(rq->bucket, &rq->fail);
		if (point_path(rq, &path) != OK)
			return bad_uri(rq);
	}
	n = uri_decode(text, path, false);
	if (n == (size_t)-1 || !uri_utf8(span_of(text, n)))
		return bad_uri(rq);
	rq->key = span_of(text, n);
	return OK;
}

enum err
address_nfc(struct rq *rq, struct span *key)
{
	return key->n > 0 && tier_value(rq, TP_KEY_UNICODE) == TV_NFC
	    ? nfc_make(rq->arena, *key, key, &rq->fail)
	    : OK;
}

/* The key as it was sent is what listings show. */
static enum err
key_identity(struct rq *rq)
{
	struct span sent = rq->key, made = sent;
	enum err e = address_nfc(rq, &rq->key);

	if (e == OK && rq->key.p != sent.p)
		rq->spelling = sent;
	if (rq->tier == TIER_OPEN && !nfc_is_ascii(sent) &&
	    nfc_make(rq->arena, sent, &made, NULL) == OK && made.p != sent.p)
		(void)tier_says(rq, TP_KEY_UNICODE);
	return e;
}

enum err
address_query(struct rq *rq)
{
	if (rq->http->query.n > 0 &&
	    !uri_query_parse(rq->arena, rq->http->query, 256, &rq->param, &rq->nparam))
		return bad_uri(rq);
	for (size_t i = 0; i < rq->nparam; i++)
		if (rq->param[i].name.n > 0)
			rq->params |=
			    http_name_bit(rq->param[i].name.p, rq->param[i].name.n);
	return OK;
}

/* One name between slashes. */
static enum err
segment_check(struct rq *rq, struct span s, bool last)
{
	if (s.n == 0 && !last && tier_says(rq, TP_KEY_SLASHES) == TV_OBJECT_NAME)
		return fail_set(&rq->fail, E_OBJECT_NAME);
	if ((span_is(s, ".") || span_is(s, "..")) &&
	    tier_says(rq, TP_KEY_DOTS) == TV_RESOURCE_NAME)
		return fail_set(&rq->fail, E_RESOURCE_NAME);
	if (s.n > KEY_SEGMENT_MAX && tier_says(rq, TP_KEY_SEGMENT) == TV_SEGMENT_255)
		return fail_set(&rq->fail, E_OBJECT_NAME);
	return OK;
}

/* Only then may there be in it what no path has. */
static bool
was_escaped(const struct rq *rq)
{
	size_t n = rq->http->path.n;

	return rq->key.n > 0 && rq->key.n + 1 != n && rq->bucket.n + rq->key.n + 2 != n;
}

/* What MinIO cannot keep, because keys are files there. */
static enum err
address_key(struct rq *rq)
{
	struct span rest = rq->key;
	const char *at;
	size_t n;
	enum err e;

	while (rest.n > 0) {
		at = memchr(rest.p, '/', rest.n);
		n = at != NULL ? (size_t)(at - rest.p) : rest.n;
		if (n == 0 || rest.p[0] == '.' || n > KEY_SEGMENT_MAX) {
			e = segment_check(rq, span_head(rest, n), at == NULL);
			if (e != OK)
				return e;
		}
		rest = at != NULL ? span_from(rest, n + 1) : SPAN_NONE;
	}
	if (was_escaped(rq) && memchr(rq->key.p, '\0', rq->key.n) != NULL &&
	    tier_says(rq, TP_KEY_NUL) == TV_OBJECT_NAME)
		return fail_set(&rq->fail, E_OBJECT_NAME);
	return OK;
}

/* More than what the edge takes of everybody. */
static enum err
head_check(struct rq *rq)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rq->http->nheader; i++)
		n += rq->http->header[i].name.n + rq->http->header[i].value.n + 4;
	if (!tier_over(rq, TL_HEADERS, n))
		return OK;
	(void)fail_set(&rq->fail, E_HEADERS_TOO_LARGE);
	fail_pair_u64(&rq->fail, "MaxSizeAllowed", tier_max(rq, TL_HEADERS));
	return E_HEADERS_TOO_LARGE;
}

enum err
address_split(struct rq *rq)
{
	struct span path = rq->http->path, named;
	enum err e = address_query(rq);

	profile_host(rq);
	if (e == OK)
		e = head_check(rq);
	if (e != OK)
		return e;
	if (path.n == 0 || path.p[0] != '/')
		return rq->http->method == HTTP_OPTIONS ? OK : bad_uri(rq);
	if (control_asked(rq))
		return control_address(rq);
	/* Host names know no case; bucket names are lower case. */
	named = address_host_bucket(rq, rq->http->host);
	rq->host_bucket = rq->bucket =
	    named.n > 0 ? arena_lower(rq->arena, named) : SPAN_NONE;
	note_account(rq);
	e = rq->host_bucket.n == 0 ? point_host(rq) : OK;
	if (e != OK)
		return e;
	e = split_path(rq, span_from(path, 1));
	profile_bucket(rq);
	profile_chosen(rq);
	if (e == OK)
		e = key_identity(rq);
	if (e != OK)
		return e;
	e = address_key(rq);
	if (e != OK)
		return e;
	if (rq->key.n <= KEY_MAX)
		return point_address(rq);
	(void)fail_set(&rq->fail, E_KEY_TOO_LONG);
	fail_pair_u64(&rq->fail, "Size", rq->key.n);
	fail_pair_u64(&rq->fail, "MaxSizeAllowed", KEY_MAX);
	return E_KEY_TOO_LONG;
}

/* "auto" and the hints of places; "" and us-east-1 stand for the first:
 * developers.cloudflare.com/r2/api/s3/api, .../reference/data-location */
enum err
address_region_auto(struct span region, struct fail *fail)
{
	static const char *const known[] = { "auto", "wnam", "enam", "weur", "eeur",
		"apac", "oc", "us-east-1", "" };

	/* Each request's, and nearly always this one. */
	if (span_is(region, "us-east-1"))
		return OK;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (span_ieq(region, span_str(known[i])))
			return OK;
	return fail_msg(fail, E_INVALID_REGION_NAME,
	    "The region name '%.*s' is not valid. Must be one of: wnam, enam, weur, "
	    "eeur, "
	    "apac, oc, auto",
	    (int)span_head(region, 64).n, region.p);
}

/* docs.aws.amazon.com/general/latest/gr/s3.html */
bool
address_region_known(struct span region)
{
	static const char *const known[] = { "af-south-1", "ap-east-1", "ap-east-2",
		"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
		"ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
		"ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		"ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1",
		"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
		"eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1",
		"me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2",
		"us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2", "EU" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (span_is(region, known[i]))
			return true;
	return false;
}
