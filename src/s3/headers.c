/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/b64.h"
#include "codec/mime.h"
#include "codec/stamp.h"
#include "codec/words.h"
#include "model/rec_repl.h"
#include "model/tags.h"
#include "s3_priv.h"

enum { META_MAX = 2048 };

/* A form's fields stand for headers. */
struct span
header_of_form(const struct rq *rq, const char *name)
{
	for (size_t i = 0; i < rq->nheader; i++)
		if (span_is(rq->header[i].name, name))
			return rq->header[i].value;
	return SPAN_NONE;
}

enum err
header_not_implemented(struct rq *rq, const char *name, const char *more)
{
	if (rq->fail.code != OK)
		return rq->fail.code;
	(void)fail_set(&rq->fail, E_NOT_IMPLEMENTED);
	fail_pair_str(&rq->fail, "Header", name);
	if (more != NULL)
		fail_pair_str(&rq->fail, "additionalMessage", more);
	return E_NOT_IMPLEMENTED;
}

/* Which there are in the tier. */
static bool
class_is_known(struct rq *rq, uint8_t class)
{
	/* EXPRESS_ONEZONE belongs to directory buckets. */
	if (class == CLASS_EXPRESS_ONEZONE)
		return false;
	if (class == CLASS_STANDARD)
		return true;
	if (class == CLASS_REDUCED_REDUNDANCY)
		return tier_says_of(rq, TP_CLASSES, TIER_BIT_R2) != TV_CLASSES_IA;
	if (class == CLASS_STANDARD_IA)
		return tier_says_of(rq, TP_CLASSES, TIER_BIT_MINIO) != TV_CLASSES_REDUCED;
	return tier_says(rq, TP_CLASSES) == TV_CLASSES_8;
}

static enum err
headers_class(struct rq *rq, uint8_t *out)
{
	struct span v = header_get(rq, "x-amz-storage-class");

	*out = CLASS_STANDARD;
	if (v.p == NULL)
		return OK;
	if (v.n == 0 && tier_says(rq, TP_CLASS_EMPTY) == TV_STANDARD)
		return OK;
	if (!span_is(v, "STANDARD") && !span_is(v, "STANDARD_IA") &&
	    tier_says(rq, v.n == 0 ? TP_CLASS_EMPTY : TP_CLASS_BAD) == TV_HEADER_VALUE)
		return lacks_header(rq, "x-amz-storage-class", v);
	if (class_find(v, out) && class_is_known(rq, *out))
		return OK;
	(void)fail_set(&rq->fail, E_INVALID_STORAGE_CLASS);
	fail_pair(&rq->fail, "StorageClassRequested", v);
	return E_INVALID_STORAGE_CLASS;
}

static const char *const system_headers[] = { "cache-control", "content-disposition",
	"content-encoding", "content-language", "expires" };

static bool
is_system(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(system_headers); i++)
		if (span_is(name, system_headers[i]))
			return true;
	return false;
}

/* "aws-chunked" is how the body came, not how the object is encoded. */
static struct span
strip_chunked(struct arena *a, struct span v)
{
	struct span rest = v, one;
	char *text = arena_alloc(a, v.n + 1);
	size_t n = 0;

	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n == 0 || span_ieq(one, SPAN_LIT("aws-chunked")))
			continue;
		if (n > 0)
			text[n++] = ',';
		memcpy(text + n, one.p, one.n);
		n += one.n;
	}
	return span_of(text, n);
}

static struct field *
attr_find(struct attrs *a, struct span name)
{
	for (size_t i = 0; i < a->n; i++)
		if (span_eq(a->field[i].name, name))
			return &a->field[i];
	return NULL;
}

static void
attr_add(struct rq *rq, struct attrs *a, struct span name, struct span value)
{
	struct field *old = attr_find(a, name);

	/* The same metadata sent twice is one value with commas (RFC 9110, 5.3). */
	if (old != NULL) {
		old->value = span_str(arena_printf(rq->arena, "%.*s,%.*s",
		    (int)old->value.n, old->value.p, (int)value.n, value.p));
		return;
	}
	a->field[a->n++] = (struct field){ name, value };
}

static enum err
meta_size_check(struct rq *rq, const struct attrs *a)
{
	struct span prefix = SPAN_LIT("x-amz-meta-");
	uint64_t n = 0, whole = 0;

	for (size_t i = 0; i < a->n; i++)
		if (span_starts(a->field[i].name, prefix)) {
			n += a->field[i].name.n - prefix.n + a->field[i].value.n;
			whole += prefix.n;
		}
	if (whole > 0 && n <= META_MAX && n + whole > META_MAX &&
	    tier_says(rq, TP_METADATA_COUNT) == TV_FULL_NAMES)
		n += whole;
	if (!tier_over(rq, TL_METADATA, n))
		return OK;
	(void)fail_set(&rq->fail, E_METADATA_TOO_LARGE);
	fail_pair_u64(&rq->fail, "Size", n);
	fail_pair_u64(&rq->fail, "MaxSizeAllowed", tier_max(rq, TL_METADATA));
	return E_METADATA_TOO_LARGE;
}

/* Where the website sends who asks for the object: docs.aws.amazon.com/AmazonS3/latest/
 * userguide/how-to-page-redirect.html */
static enum err
headers_redirect(struct rq *rq, struct span *out)
{
	struct span v = header_get(rq, OBJ_REDIRECT);

	if (v.p != NULL && !span_starts(v, SPAN_LIT("/")) &&
	    !span_starts(v, SPAN_LIT("http://")) && !span_starts(v, SPAN_LIT("https://")))
		return fail_set(&rq->fail, E_INVALID_REDIRECT);
	if (v.n > META_MAX)
		return fail_msg(&rq->fail, E_INVALID_REDIRECT,
		    "The length of website redirect location cannot exceed 2,048 "
		    "characters.");
	*out = v;
	return OK;
}

/* Tags that come with an object: a header, or a form's document. */
static enum err
headers_tags(struct rq *rq, struct attrs *attrs)
{
	struct span query = header_get(rq, "x-amz-tagging"), document = SPAN_NONE;
	struct tags tags = { 0 };
	enum err e = OK;

	if ((rq->op->flags & F_FORM) != 0)
		document = header_get(rq, "tagging");
	if (document.p != NULL)
		e = tags_parse_xml(rq->arena, document, &tags, &rq->fail);
	else if (query.p != NULL)
		e = tags_parse_header(rq->arena, query, &tags, &rq->fail);
	if (e == OK && tags.n > 0)
		side_set(rq->arena, attrs, SIDE_TAGS, tags_render(rq->arena, &tags));
	return e;
}

enum err
headers_object(struct rq *rq, struct object_headers *out)
{
	struct attrs *a = &out->attrs;
	struct span type = header_get(rq, "content-type");
	enum err e;

	*out = (struct object_headers){ 0 };
	e = headers_class(rq, &out->class);
	if (e == OK)
		e = headers_redirect(rq, &out->redirect);
	if (e != OK)
		return e;
	a->field = arena_array(rq->arena, rq->nheader + 2, sizeof *a->field);
	out->mime =
	    type.n > 0 ? mime_number(type) : mime_number(SPAN_LIT("binary/octet-stream"));
	if (type.n > 0 && out->mime == MIME_NONE)
		attr_add(rq, a, SPAN_LIT("content-type"), type);
	for (size_t i = 0; i < rq->nheader; i++) {
		struct span name = rq->header[i].name, value = rq->header[i].value;

		if (span_is(name, "content-encoding"))
			value = strip_chunked(rq->arena, value);
		if (is_system(name) ? value.n == 0
				    : !span_starts(name, SPAN_LIT("x-amz-meta-")))
			continue;
		if (!is_system(name) && tier_value(rq, TP_METADATA_WORDS) == TV_RFC2047)
			value = words_decode(rq->arena, value);
		else if (!is_system(name))
			notice_words(rq, value);
		attr_add(rq, a, name, value);
	}
	if (out->redirect.p != NULL)
		attr_add(rq, a, SPAN_LIT(OBJ_REDIRECT), out->redirect);
	e = meta_size_check(rq, a);
	if (e == OK && rq->spelling.n > 0)
		side_set(rq->arena, a, SIDE_SPELLING, rq->spelling);
	if (e == OK)
		e = headers_tags(rq, a);
	return e == OK ? headers_lock_parse(rq, a) : e;
}

/* ---- conditions ---- */

static ALWAYS_INLINE bool
cond_time(struct rq *rq, const char *name, int64_t *out)
{
	struct span v = header_get(rq, name);

	/* A date that cannot be read is ignored (RFC 9110, 13.1.3). */
	return v.n > 0 && stamp_http_parse(v, out);
}

void
headers_cond_times(struct rq *rq, struct obj_cond *out)
{
	out->has_modified = cond_time(rq, "if-modified-since", &out->modified_since);
	out->has_unmodified =
	    cond_time(rq, "if-unmodified-since", &out->unmodified_since);
}

/* Cloudflare's names for what CopyObject may ask of its destination; with any of them
 * there, no object is one that does not match. */
enum err
headers_cond_dest(struct rq *rq, struct obj_cond *out)
{
	struct obj_cond c = { .prefix = "cf-copy-destination-",
		.absent_fails = true,
		.if_match = header_get(rq, "cf-copy-destination-if-match"),
		.if_none_match = header_get(rq, "cf-copy-destination-if-none-match") };

	c.has_modified =
	    cond_time(rq, "cf-copy-destination-if-modified-since", &c.modified_since);
	c.has_unmodified =
	    cond_time(rq, "cf-copy-destination-if-unmodified-since", &c.unmodified_since);
	if (!obj_cond_given(&c) || tier_says(rq, TP_COPY_COND_CF) != TV_EVALUATE)
		return OK;
	if (obj_cond_given(out))
		return header_not_implemented(rq, "cf-copy-destination-if-*",
		    "Conditions on the destination are given in two ways");
	*out = c;
	return OK;
}

void
headers_cond_rename(struct rq *rq, struct obj_cond *out)
{
	*out = (struct obj_cond){ .prefix = "x-amz-rename-source-",
		.if_match = header_get(rq, "x-amz-rename-source-if-match"),
		.if_none_match = header_get(rq, "x-amz-rename-source-if-none-match") };
	out->has_modified =
	    cond_time(rq, "x-amz-rename-source-if-modified-since", &out->modified_since);
	out->has_unmodified = cond_time(
	    rq, "x-amz-rename-source-if-unmodified-since", &out->unmodified_since);
}

enum err
headers_cond_read(struct rq *rq, const char *prefix, struct obj_cond *out)
{
	if (prefix[0] == '\0') {
		*out = (struct obj_cond){ .prefix = "" };
		out->if_match = header_get(rq, "if-match");
		out->if_none_match = header_get(rq, "if-none-match");
		headers_cond_times(rq, out);
		return OK;
	}
	*out = (struct obj_cond){ .prefix = "x-amz-copy-source-" };
	out->if_match = header_get(rq, "x-amz-copy-source-if-match");
	out->if_none_match = header_get(rq, "x-amz-copy-source-if-none-match");
	out->has_modified =
	    cond_time(rq, "x-amz-copy-source-if-modified-since", &out->modified_since);
	out->has_unmodified = cond_time(
	    rq, "x-amz-copy-source-if-unmodified-since", &out->unmodified_since);
	return OK;
}

/* Which values AWS takes on writes: If-None-Match only "*", If-Match only an ETag, never
 * both; anything else is 501 before the key is looked for (recorded answers). */
enum err
headers_cond_write(struct rq *rq, struct obj_cond *out)
{
	struct span match = header_get(rq, "if-match"),
		    none = header_get(rq, "if-none-match");

	*out = (struct obj_cond){ .if_match = match, .if_none_match = none };
	out->absent_fails = tier_value(rq, TP_PUT_MATCH_GONE) == TV_FAILED;
	if ((header_get(rq, "if-modified-since").p != NULL ||
		header_get(rq, "if-unmodified-since").p != NULL) &&
	    tier_says(rq, TP_PUT_TIMES) == TV_EVALUATE)
		headers_cond_times(rq, out);
	if (match.p != NULL && none.p != NULL && tier_says(rq, TP_PUT_BOTH) == TV_HEADER)
		return header_not_implemented(rq, "If-Match,If-None-Match",
		    "Multiple conditional request headers present in the request");
	if (match.p != NULL && span_is(match, "*") &&
	    tier_says(rq, TP_PUT_MATCH_STAR) == TV_HEADER)
		return header_not_implemented(rq, "If-Match",
		    "We don't accept the provided value of If-Match header for this API");
	if (none.p != NULL && !span_is(none, "*") &&
	    tier_says(rq, TP_PUT_NONE_ETAG) == TV_HEADER)
		return header_not_implemented(rq, "If-None-Match",
		    "We don't accept the provided value of If-None-Match header for this "
		    "API");
	return OK;
}

/* General purpose buckets know If-Match only (an ETag or "*"). */
enum err
headers_cond_delete(struct rq *rq, struct obj_cond *out)
{
	static const char *const others[] = { "x-amz-if-match-size",
		"x-amz-if-match-last-modified-time" };

	*out = (struct obj_cond){ .if_match = header_get(rq, "if-match") };
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (header_get(rq, others[i]).p != NULL)
			return header_not_implemented(rq, others[i], NULL);
	return OK;
}

/* ---- what the body promises ---- */

static enum err
promise_md5(struct rq *rq, struct body_promise *out)
{
	struct span v = header_get(rq, "content-md5");
	size_t n;

	if (v.p == NULL)
		return OK;
	if (!b64_parse(out->md5, sizeof out->md5, &n, v) || n != sizeof out->md5) {
		(void)fail_set(&rq->fail, E_INVALID_DIGEST);
		fail_pair(&rq->fail, "Content-MD5", v);
		return E_INVALID_DIGEST;
	}
	out->has_md5 = true;
	return OK;
}

static enum err
promise_header(struct rq *rq, struct body_promise *out)
{
	unsigned found = 0;

	for (uint8_t kind = 1; kind < CHECKSUM_KINDS; kind++) {
		struct span v = header_get(rq, checksum_row(kind)->header);

		if (v.p == NULL)
			continue;
		if (++found > 1)
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Expecting a single x-amz-checksum- header. Multiple "
			    "checksum Types are not "
			    "allowed.");
		if (!checksum_parse(kind, v, &out->expect))
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Value for %s header is invalid.",
			    checksum_row(kind)->header);
		out->kind = kind;
	}
	return OK;
}

/* A checksum this server can't compute must not pass for one that was checked. */
static enum err
promise_unknown(struct rq *rq)
{
	static const char *const others[] = { "x-amz-checksum-algorithm",
		"x-amz-checksum-type", "x-amz-checksum-mode" };
	const struct http_req *http = rq->http;

	for (size_t i = 0; i < http->nheader; i++) {
		struct span name = http->header[i].name;
		bool known = !span_starts(name, SPAN_LIT("x-amz-checksum-"));

		for (uint8_t kind = 1; !known && kind < CHECKSUM_KINDS; kind++)
			known = span_is(name, checksum_row(kind)->header);
		for (size_t k = 0; !known && k < ARRAY_LEN(others); k++)
			known = span_is(name, others[k]);
		if (!known && tier_says(rq, TP_HEADER_LACKS) != TV_IGNORE)
			return header_not_implemented(
			    rq, arena_str(rq->arena, name), NULL);
	}
	return OK;
}

static enum err
promise_trailer(struct rq *rq, struct body_promise *out)
{
	struct span v = span_trim(header_get(rq, "x-amz-trailer"));

	if (v.p == NULL)
		return OK;
	for (uint8_t kind = 1; kind < CHECKSUM_KINDS; kind++) {
		if (!span_ieq(v, span_str(checksum_row(kind)->header)))
			continue;
		if (out->kind != CHECKSUM_NONE)
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Expecting a single x-amz-checksum- header. Multiple "
			    "checksum Types are not "
			    "allowed.");
		out->kind = kind;
		out->in_trailer = true;
		return OK;
	}
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "The value specified in the x-amz-trailer header is not supported");
}

enum err
headers_promise(struct rq *rq, struct body_promise *out)
{
	struct span named = header_get(rq, "x-amz-sdk-checksum-algorithm");
	uint8_t kind = CHECKSUM_NONE;
	enum err e;

	*out = (struct body_promise){ 0 };
	e = promise_md5(rq, out);
	if (e == OK)
		e = promise_unknown(rq);
	if (e == OK)
		e = promise_header(rq, out);
	if (e == OK)
		e = promise_trailer(rq, out);
	if (e != OK || named.p == NULL)
		return e;
	if (!checksum_find(named, &kind))
		return fail_msg(&rq->fail, E_INVALID_REQUEST, "%s", checksum_unknown);
	if (out->kind == CHECKSUM_NONE)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "x-amz-sdk-checksum-algorithm specified, but no corresponding "
		    "x-amz-checksum-* or x-amz-trailer headers were found.");
	if (kind != out->kind)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Value for x-amz-sdk-checksum-algorithm header is invalid.");
	return OK;
}

bool
headers_has_digest(const struct rq *rq)
{
	if (header_get(rq, "content-md5").p != NULL ||
	    header_get(rq, "x-amz-trailer").p != NULL)
		return true;
	for (uint8_t kind = 1; kind < CHECKSUM_KINDS; kind++)
		if (header_get(rq, checksum_row(kind)->header).p != NULL)
			return true;
	return false;
}

/* Documents must be protected by a digest (AWS, DeleteObjects and others). */
enum err
headers_digest_given(struct rq *rq)
{
	if (headers_has_digest(rq) || tier_says(rq, TP_DIGEST_MISSING) == TV_ACCEPT)
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "Missing required header for this request: Content-MD5");
}

/* ---- an object's headers in a reply ---- */

static struct span
override_get(const struct rq *rq, bool overrides, struct span name)
{
	char text[48] = "response-";

	if (!overrides || rq->nparam == 0 || name.n + 10 > sizeof text)
		return SPAN_NONE;
	memcpy(text + 9, name.p, name.n);
	return query_get(rq, text);
}

/* What became of its replicas, or that it is one: docs.aws.amazon.com/AmazonS3/latest/
 * userguide/replication-status.html */
static void
headers_replica_put(struct rq *rq, const struct attrs *attrs)
{
	struct replica r;

	if (replica_read(side_get(attrs, SIDE_REPLICA), &r) == OK &&
	    r.status != REPLICA_NONE)
		reply_header_str(
		    rq, "x-amz-replication-status", replica_status_name(r.status));
}

void
headers_put(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    bool overrides)
{
	struct span type = mime_text(rec->mime), v;

	for (size_t i = 0; i < attrs->n; i++) {
		struct field *f = &attrs->field[i];

		if (side_is(f->name))
			continue;
		if (span_is(f->name, "content-type")) {
			type = f->value;
			continue;
		}
		v = override_get(rq, overrides, f->name);
		if (v.p == NULL) {
			v = tier_value(rq, TP_METADATA_WORDS) == TV_RFC2047
			    ? words_encode(rq->arena, f->value)
			    : f->value;
			buf_span(&rq->loop->head, f->name);
			buf_put(&rq->loop->head, ": ", 2);
			buf_span(&rq->loop->head, v);
			buf_put(&rq->loop->head, "\r\n", 2);
		}
	}
	v = override_get(rq, overrides, SPAN_LIT("content-type"));
	reply_header(rq, "Content-Type", v.p != NULL ? v : type);
	overrides = overrides && rq->nparam > 0;
	for (size_t i = 0; overrides && i < ARRAY_LEN(system_headers); i++) {
		v = override_get(rq, true, span_str(system_headers[i]));
		if (v.p != NULL)
			reply_header(rq, system_headers[i], v);
	}
	if (rec->class != CLASS_STANDARD)
		reply_header_str(rq, "x-amz-storage-class", class_name(rec->class));
	if (attrs->n == 0)
		return;
	v = side_get(attrs, SIDE_TAGS);
	if (v.p != NULL && allow_may(rq, "s3:GetObjectTagging", rq->key))
		reply_header_u64(rq, "x-amz-tagging-count", tags_count(v));
	headers_lock_put(rq, attrs);
	headers_replica_put(rq, attrs);
}

enum err
headers_override_check(struct rq *rq)
{
	for (size_t i = 0; i < rq->nparam; i++) {
		struct span name = rq->param[i].name, v = rq->param[i].value;

		if (!span_starts(name, SPAN_LIT("response-")))
			continue;
		if (rq->auth.kind == AUTH_ANONYMOUS &&
		    tier_says(rq, TP_OVERRIDE_NOBODY) != TV_ACCEPT)
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Request specific response headers cannot be used for "
			    "anonymous GET "
			    "requests.");
		for (size_t at = 0; at < v.n; at++)
			if ((unsigned char)v.p[at] < 0x20 || v.p[at] == 0x7f)
				return bad_argument(rq, arena_str(rq->arena, name), v,
				    "Header value cannot be represented using "
				    "ISO-8859-1.");
	}
	return OK;
}

/* Of the bucket, where it is that one's and there is one. */
static bool
is_owner(const struct rq *rq, bool own, struct span account)
{
	return !own || rq->bkt.id == 0 ||
	    span_eq(account, span_of(rq->bkt.account, ACCOUNT_DIGITS));
}

static enum err
owner_check(struct rq *rq, bool own, struct span v)
{
	uint64_t number;
	bool good = v.n == ACCOUNT_DIGITS && span_u64(v, &number);

	if (!good || !is_owner(rq, own, v))
		(void)tier_says_of(rq, TP_EXPECTED_OWNER, TIER_BIT_MINIO);
	if (!good)
		return fail_msg(&rq->fail, E_INVALID_BUCKET_OWNER,
		    "The value of the expected bucket owner parameter must be an "
		    "AWS Account "
		    "ID... [%.*s]",
		    (int)span_head(v, 64).n, v.p);
	return is_owner(rq, own, v) ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}

enum err
headers_owner_check(struct rq *rq)
{
	struct span own = header_get(rq, "x-amz-expected-bucket-owner"),
		    source = header_get(rq, "x-amz-source-expected-bucket-owner");
	enum err e = own.p != NULL ? owner_check(rq, true, own) : OK;

	return e == OK && source.p != NULL ? owner_check(rq, false, source) : e;
}

/* x-amz-copy-source: "[/]bucket/key[?versionId=id]", percent-encoded; or the bucket is
 * "arn:...:accesspoint/name/object". */
enum err
headers_copy_source(
    struct rq *rq, struct span *bucket, struct span *key, struct obj_version *version)
{
	struct span raw = header_get(rq, "x-amz-copy-source"), path = raw;
	size_t at = span_search(path, SPAN_LIT("?versionId="), 0);
	struct span id = span_from(path, at + 11);
	struct point_arn arn;
	char *text;
	size_t n;

	path = span_head(path, at);
	text = arena_alloc(rq->arena, path.n + 1);
	n = uri_decode(text, path, false);
	if (n == (size_t)-1)
		return bad_argument(
		    rq, "x-amz-copy-source", raw, "Invalid copy source encoding");
	path = span_of(text, n);
	if ((path.n == 0 || path.p[0] != '/') &&
	    tier_value(rq, TP_COPY_SLASH) == TV_REQUIRED)
		return bad_argument(rq, "x-amz-copy-source", raw,
		    "Copy Source must begin with a slash: /sourcebucket/sourcekey");
	if (path.n > 0 && path.p[0] == '/')
		path = span_from(path, 1);
	if (rec_point_arn(path, &arn) && span_starts(arn.rest, SPAN_LIT("object/"))) {
		*key = span_from(arn.rest, 7);
		*bucket = span_head(path, path.n - arn.rest.n - 1);
	} else {
		*bucket = span_cut(&path, '/');
		*key = path;
	}
	if (bucket->n == 0 || key->n == 0)
		return bad_argument(rq, "x-amz-copy-source", raw,
		    "Copy Source must mention the source bucket and key: "
		    "sourcebucket/sourcekey");
	version->which = VERSION_CURRENT;
	if (address_nfc(rq, key) != OK)
		return rq->fail.code;
	if (at == raw.n || tier_value(rq, TP_VERSION_UNKNOWN) == TV_ONE_VERSION ||
	    obj_version_parse(id, version))
		return OK;
	if (tier_says_of(rq, TP_VERSION_ID, TIER_BIT_MINIO) != TV_UUID)
		return bad_argument(
		    rq, "x-amz-copy-source", raw, "Invalid version id specified");
	(void)fail_set(&rq->fail, E_NO_SUCH_VERSION);
	fail_pair(&rq->fail, "Key", *key);
	fail_pair(&rq->fail, "VersionId", id);
	return E_NO_SUCH_VERSION;
}
