/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CORS, before anybody is asked who they are: a preflight is never signed. The bucket's rules
 * decide; where there are none, the server's default does. Headers and texts are recorded
 * answers; docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html.
 */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

/* With credentials "*" is a name like any other (fetch.spec.whatwg.org), so the useful ones
 * are spelt out before it. */
#define EXPOSED \
	"ETag, Content-Length, Content-Range, Accept-Ranges, Last-Modified, " \
	"x-amz-request-id, x-amz-id-2, x-amz-version-id, x-amz-delete-marker, " \
	"x-amz-bucket-region, x-amz-mp-parts-count, x-amz-checksum-type, *"

enum cors_state { CORS_NO_BUCKET, CORS_NO_RULES, CORS_RULES };

struct cors {
	struct rq *rq;
	struct span origin, method, headers;
	enum cors_state state;
	struct span inner; /* arena */
};

static enum err
cors_read(struct txn *t, void *arg)
{
	struct cors *c = arg;
	struct obj_doc at = { .bucket = c->rq->bucket, .doc = DOC_CORS };
	struct rec_bucket b;
	struct span inner;
	enum err e = obj_bucket_find(t, at.bucket, &b, NULL);

	c->state = CORS_NO_BUCKET;
	if (e != OK)
		return e == E_NO_SUCH_BUCKET ? OK : e;
	at.bucket_id = b.id;
	e = obj_doc_get(t, &at, &inner);
	c->state = e == OK ? CORS_RULES : CORS_NO_RULES;
	if (e == OK)
		c->inner = arena_span(c->rq->arena, inner);
	return e == E_NO_SUCH_CORS ? OK : e;
}

/* ---- matching ---- */

static bool
glob(struct span pattern, struct span text, bool fold)
{
	size_t star = span_find(pattern, '*', 0);
	struct span head = span_head(pattern, star), tail = span_from(pattern, star + 1);
	struct span at;

	if (star == pattern.n)
		return fold ? span_ieq(pattern, text) : span_eq(pattern, text);
	if (text.n < head.n + tail.n)
		return false;
	at = span_from(text, text.n - tail.n);
	text = span_head(text, head.n);
	return fold ? span_ieq(text, head) && span_ieq(at, tail)
		    : span_eq(text, head) && span_eq(at, tail);
}

static bool
any_child(const struct xml_node *rule, const char *name, struct span text, bool fold)
{
	for (const struct xml_node *n = xml_child(rule, name); n != NULL;
	     n = xml_next(n, name))
		if (glob(n->text, text, fold))
			return true;
	return false;
}

static bool
rule_fits(const struct xml_node *rule, const struct cors *c)
{
	struct span rest = c->headers;

	if (!any_child(rule, "AllowedMethod", c->method, false) ||
	    !any_child(rule, "AllowedOrigin", c->origin, false))
		return false;
	while (rest.n > 0) {
		struct span one = span_trim(span_cut(&rest, ','));

		if (one.n > 0 && !any_child(rule, "AllowedHeader", one, true))
			return false;
	}
	return true;
}

static enum err
rule_find(const struct cors *c, const struct xml_node **out)
{
	struct buf b = { 0 };
	struct xml_node *root, *r;
	enum err e;

	doc_render(&b, DOC_CORS, c->inner, false);
	e = xml_parse(c->rq->arena, buf_view(&b), &root, NULL);
	buf_fini(&b);
	if (e != OK)
		return E_CORRUPT;
	for (r = xml_child(root, "CORSRule"); r != NULL; r = xml_next(r, "CORSRule"))
		if (rule_fits(r, c))
			break;
	*out = r;
	return OK;
}

/* ---- what is answered ---- */

static void
put_line(struct buf *b, const char *name, struct span value)
{
	buf_str(b, name);
	buf_span(b, value);
	buf_put(b, "\r\n", 2);
}

static void
put_list(struct buf *b, const char *name, const struct xml_node *rule, const char *child)
{
	const char *before = name;

	for (const struct xml_node *n = xml_child(rule, child); n != NULL;
	     n = xml_next(n, child)) {
		buf_str(b, before);
		buf_span(b, n->text);
		before = ", ";
	}
	if (before != name)
		buf_put(b, "\r\n", 2);
}

static void
put_asked(struct buf *b, const struct cors *c)
{
	const char *before = "Access-Control-Allow-Headers: ";
	struct span rest = c->headers;

	if (rest.n == 0)
		return;
	while (rest.n > 0) {
		struct span one = span_trim(span_cut(&rest, ','));

		if (one.n == 0)
			continue;
		buf_str(b, before);
		for (size_t i = 0; i < one.n; i++)
			buf_char(b, char_lower(one.p[i]));
		before = ", ";
	}
	buf_put(b, "\r\n", 2);
}

static void
put_origin(struct buf *b, const struct cors *c, bool everybody)
{
	put_line(
	    b, "Access-Control-Allow-Origin: ", everybody ? SPAN_LIT("*") : c->origin);
	if (!everybody)
		buf_str(b, "Access-Control-Allow-Credentials: true\r\n");
	buf_str(b,
	    "Vary: Origin, Access-Control-Request-Headers, "
	    "Access-Control-Request-Method\r\n");
}

static void
allow_by_rule(struct buf *b, const struct cors *c, const struct xml_node *rule)
{
	const struct xml_node *n;
	struct span age = xml_text(rule, "MaxAgeSeconds");

	for (n = xml_child(rule, "AllowedOrigin"); n != NULL;
	     n = xml_next(n, "AllowedOrigin"))
		if (span_is(n->text, "*"))
			break;
	put_origin(b, c, n != NULL);
	put_list(b, "Access-Control-Allow-Methods: ", rule, "AllowedMethod");
	put_asked(b, c);
	put_list(b, "Access-Control-Expose-Headers: ", rule, "ExposeHeader");
	if (age.n > 0)
		put_line(b, "Access-Control-Max-Age: ", age);
}

static void
allow_by_default(struct buf *b, const struct cors *c)
{
	put_origin(b, c, false);
	buf_str(b,
	    "Access-Control-Allow-Methods: GET, PUT, HEAD, POST, DELETE\r\n"
	    "Access-Control-Expose-Headers: " EXPOSED "\r\n");
	put_asked(b, c);
	if (c->rq->http->method == HTTP_OPTIONS)
		buf_str(b, "Access-Control-Max-Age: 600\r\n");
}

/* ---- the default ---- */

static bool
is_ipv4(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return s.n > 0;
}

/* A page served by this machine to itself. */
static bool
is_local(struct span origin)
{
	size_t at = span_search(origin, SPAN_LIT("://"), 0);
	struct span host = span_from(origin, at + 3);

	if (at == origin.n)
		return false;
	if (span_starts(host, SPAN_LIT("[::1]")))
		return host.n == 5 || host.p[5] == ':';
	host = span_head(host, span_find(host, ':', 0));
	return span_is(host, "localhost") || span_ends(host, SPAN_LIT(".localhost")) ||
	    (span_starts(host, SPAN_LIT("127.")) && is_ipv4(host));
}

static bool
is_listed(const char *origins, struct span origin)
{
	struct span rest = span_str(origins);

	while (rest.n > 0)
		if (glob(span_trim(span_cut(&rest, ',')), origin, false))
			return true;
	return false;
}

static bool
default_allows(const struct cors *c)
{
	const char *listed = c->rq->s3->conf.cors_origins;

	switch (tier_value(c->rq, TP_CORS_OFF)) {
	case TV_ORIGIN_ANY: /* MinIO's own default is everybody, its setting a list */
		return listed == NULL || listed[0] == '\0' ||
		    is_listed(listed, c->origin);
	case TV_FORBIDDEN:
	case TV_NO_HEADERS:
		return false;
	default:
		break;
	}
	if (listed != NULL && is_listed(listed, c->origin))
		return true;
	switch (c->rq->s3->conf.cors_default) {
	case S3_CORS_ANY:
		return true;
	case S3_CORS_LOCAL:
		return is_local(c->origin);
	default:
		return false;
	}
}

static enum err
forbidden(const struct cors *c)
{
	struct rq *rq = c->rq;
	bool object = c->state == CORS_RULES && rq->key.n > 0;

	if (c->state == CORS_RULES)
		(void)fail_set(&rq->fail, E_CORS_FORBIDDEN);
	else
		(void)fail_msg(&rq->fail, E_CORS_FORBIDDEN, "%s",
		    c->state == CORS_NO_BUCKET
			? "CORSResponse: Bucket not found"
			: "CORSResponse: CORS is not enabled for this bucket.");
	fail_pair(&rq->fail, "Method", c->method);
	fail_pair_str(&rq->fail, "ResourceType", object ? "OBJECT" : "BUCKET");
	return E_CORS_FORBIDDEN;
}

static enum err
cors_decide(struct cors *c, bool *allowed)
{
	const struct xml_node *rule = NULL;
	struct buf b = { 0 };
	enum err e = OK;

	if (tier_value(c->rq, TP_CORS_RULES) == TV_LACKS)
		c->state = CORS_NO_RULES;
	if (c->state == CORS_RULES)
		e = rule_find(c, &rule);
	if (e != OK)
		return e;
	*allowed = c->state == CORS_RULES ? rule != NULL : default_allows(c);
	if (c->state != CORS_RULES)
		(void)tier_says_of(c->rq, TP_CORS_OFF,
		    *allowed ? TIER_BIT_AWS | TIER_BIT_R2 : TIER_BIT_MINIO);
	if (!*allowed)
		return OK;
	if (rule != NULL)
		allow_by_rule(&b, c, rule);
	else
		allow_by_default(&b, c);
	c->rq->cors = arena_span(c->rq->arena, buf_view(&b));
	buf_fini(&b);
	return OK;
}

enum err
step_cors(struct rq *rq)
{
	bool preflight = rq->http->method == HTTP_OPTIONS, allowed = false;
	struct cors c = { .rq = rq, .origin = header_get(rq, "origin") };
	enum err e = OK;

	if (c.origin.n == 0 && !preflight)
		return OK;
	if (c.origin.n == 0)
		return fail_msg(&rq->fail, E_BAD_REQUEST,
		    "Insufficient information. Origin request header needed.");
	c.method = header_get(rq, "access-control-request-method");
	if (c.method.n == 0)
		c.method = rq->http->method_name;
	c.headers = header_get(rq, "access-control-request-headers");
	if (rq->bucket.n > 0)
		e = store_read(rq->loop->reader, cors_read, &c);
	if (e == OK)
		e = cors_decide(&c, &allowed);
	if (e != OK || !preflight)
		return e;
	/* Who is not told that it may, may not. */
	if (!allowed && tier_says_of(rq, TP_CORS_OFF, TIER_BIT_R2) != TV_NO_HEADERS)
		return forbidden(&c);
	reply_begin(
	    rq, allowed && tier_value(rq, TP_CORS_OFF) != TV_ORIGIN_ANY ? 200 : 204);
	rq_finish(rq);
	return OK;
}
