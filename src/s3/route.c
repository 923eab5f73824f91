/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"
#include "codec/json.h"
#include "s3_priv.h"

const struct op ops[OP_COUNT] = {
#define OP(name, method, level, sub, query, header, action, body, flags, begin, finish) \
	{ #name, HTTP_##method, LEVEL_##level, sub, query, header, action, BODY_##body, \
		flags, begin, finish },
#include "s3/ops.def"
#undef OP
};

enum { OP_BARE = 8 };

/* Rows by method and level, so that a request looks at a few and not at all of them. */
struct op_index {
	const struct op *row[HTTP_OTHER + 1][LEVELS][OP_COUNT];
	size_t n[HTTP_OTHER + 1][LEVELS];
	/* those of them that ask for no parameter */
	const struct op *bare[HTTP_OTHER + 1][LEVELS][OP_BARE];
	size_t nbare[HTTP_OTHER + 1][LEVELS];
	struct span sub[OP_COUNT]; /* each sub-resource once */
	size_t nsub;
};

static bool
is_sub(const struct op_index *x, struct span name)
{
	for (size_t i = 0; i < x->nsub; i++)
		if (x->sub[i].n == name.n && span_eq(x->sub[i], name))
			return true;
	return false;
}

struct op_index *
op_index_new(void)
{
	struct op_index *x = mem_zalloc(sizeof *x);

	for (size_t i = 0; i < OP_COUNT; i++) {
		struct span sub = span_str(ops[i].sub);
		size_t *n;

		if (ops[i].level == LEVEL_CONTROL)
			continue;
		n = &x->n[ops[i].method][ops[i].level];
		x->row[ops[i].method][ops[i].level][(*n)++] = &ops[i];
		n = &x->nbare[ops[i].method][ops[i].level];
		if (sub.n == 0 && ops[i].query[0] == '\0') {
			MUST(*n < OP_BARE);
			x->bare[ops[i].method][ops[i].level][(*n)++] = &ops[i];
		}
		if (sub.n > 0 && !is_sub(x, sub))
			x->sub[x->nsub++] = sub;
	}
	return x;
}

void
op_index_free(struct op_index **x)
{
	mem_free(*x);
	*x = NULL;
}

/* Parts of a row that the request fulfils, weighted: sub-resource before query before
 * header; 0 when one is missing, 1 for a row that asks for nothing. */
static unsigned
row_weight(const struct rq *rq, const struct op *op)
{
	struct span rest, name, value;
	unsigned weight = 1;

	if (rq->nparam == 0 && (op->sub[0] != '\0' || op->query[0] != '\0'))
		return 0;
	rest = span_str(op->query);
	if (op->sub[0] != '\0') {
		if (!query_has(rq, op->sub))
			return 0;
		weight += 100;
	}
	while (rest.n > 0) {
		char text[64];

		value = span_cut(&rest, ' ');
		name = span_cut(&value, '=');
		MUST(name.n < sizeof text);
		memcpy(text, name.p, name.n);
		text[name.n] = '\0';
		if (!query_has(rq, text))
			return 0;
		if (value.n > 0 && !span_eq(query_get(rq, text), value))
			return 0;
		weight += 10;
	}
	if (op->header[0] != '\0') {
		if (header_get(rq, op->header).p == NULL)
			return 0;
		weight += 1;
	}
	return weight;
}

/* Parameters that are meant to be empty now and then, or that clients add to everything. */
static bool
may_be_empty(struct span name)
{
	static const char *const known[] = { "prefix", "delimiter", "marker", "max-keys",
		"list-type", "continuation-token", "start-after", "fetch-owner",
		"encoding-type", "key-marker", "upload-id-marker", "version-id-marker",
		"max-uploads", "max-parts", "part-number-marker", "max-buckets",
		"bucket-region", "uploadId", "partNumber", "versionId", "id", "x-id",
		"metadata", "suffix", "ping" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (span_is(name, known[i]))
			return true;
	return span_starts(name, SPAN_LIT("X-Amz-")) ||
	    span_starts(name, SPAN_LIT("x-amz-")) ||
	    span_starts(name, SPAN_LIT("response-"));
}

static enum err
not_implemented(struct rq *rq, const char *what, struct span name)
{
	if (tier_says(rq, TP_OP_UNKNOWN) == TV_FIXED)
		return fail_set(&rq->fail, E_NOT_IMPLEMENTED);
	return fail_msg(&rq->fail, E_NOT_IMPLEMENTED, "%s %.*s is not implemented.", what,
	    (int)name.n, name.p);
}

enum err
route_tier(struct rq *rq)
{
	unsigned lacks = rq->s3->profile->lacks[rq->op - ops];

	if (lacks == 0)
		return OK;
	(void)tier_says_of(rq, TP_OP_LACKS, lacks);
	if ((lacks & 1u << rq->tier) == 0)
		return OK;
	if (tier_value(rq, TP_OP_LACKS) == TV_OPERATION)
		return fail_msg(
		    &rq->fail, E_NOT_IMPLEMENTED, "%s not implemented", rq->op->name);
	return fail_set(&rq->fail, E_NOT_IMPLEMENTED);
}

/* Parameters that plain writes and deletes know; clients put marks of their own behind
 * "x-" (docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html). */
static bool
write_may_have(struct span name, enum op_level level)
{
	static const char *const known[] = { "versionId", "uploadId", "partNumber" };
	/* of a link signed with version 2 (auth/sigv2.h) */
	static const char *const signing[] = { "AWSAccessKeyId", "Signature", "Expires",
		"content-type", "content-md5" };

	if (span_starts(name, SPAN_LIT("x-")) || span_starts(name, SPAN_LIT("X-")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(signing); i++)
		if (span_is(name, signing[i]))
			return true;
	for (size_t i = 0; level == LEVEL_OBJECT && i < ARRAY_LEN(known); i++)
		if (span_is(name, known[i]))
			return true;
	return false;
}

/* "?foo" or "?foo=": a sub-resource nobody knows must never become another operation. */
static enum err
unknown_sub(struct rq *rq)
{
	for (size_t i = 0; i < rq->nparam; i++) {
		const struct uri_param *p = &rq->param[i];

		if (p->value.n == 0 && !is_sub(rq->s3->index, p->name) &&
		    !may_be_empty(p->name))
			return not_implemented(rq, "The sub-resource", p->name);
	}
	return OK;
}

/* Where something is changed, "?foo=bar" does not become a plain PUT or DELETE either. */
static enum err
unknown_write(struct rq *rq, enum op_level level)
{
	enum http_method m = rq->http->method;

	if (m != HTTP_PUT && m != HTTP_POST && m != HTTP_DELETE)
		return OK;
	for (size_t i = 0; i < rq->nparam; i++)
		if (!write_may_have(rq->param[i].name, level))
			return not_implemented(rq, "The sub-resource", rq->param[i].name);
	return OK;
}

static enum err
no_row(struct rq *rq, enum op_level level)
{
	static const char *const types[] = { "SERVICE", "BUCKET", "OBJECT" };

	if (tier_says(rq, TP_METHOD_UNKNOWN) == TV_BAD_REQUEST)
		return fail_msg(&rq->fail, E_BAD_REQUEST,
		    "An unsupported API call for method: %.*s at '%.*s'",
		    (int)rq->http->method_name.n, rq->http->method_name.p,
		    (int)span_head(rq->http->path, 256).n, rq->http->path.p);
	(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", types[level]);
	return E_METHOD_NOT_ALLOWED;
}

enum err
route_find(struct rq *rq, const struct op **out)
{
	enum op_level level = rq->bucket.n == 0 ? LEVEL_SERVICE
	    : rq->key.n == 0                    ? LEVEL_BUCKET
						: LEVEL_OBJECT;
	enum http_method m = rq->http->method;
	const struct op_index *x = rq->s3->index;
	const struct op *best = NULL;
	const struct op *const *row = x->row[m][level];
	size_t rows = x->n[m][level];
	unsigned weight, most = 0;
	enum err e;

	if (rq->control.p != NULL)
		return control_route(rq, out);
	e = rq->nparam > 0 ? unknown_sub(rq) : OK;
	if (e != OK)
		return e;
	if (rq->nparam == 0) {
		row = x->bare[m][level];
		rows = x->nbare[m][level];
	}
	for (size_t i = 0; i < rows; i++) {
		weight = row_weight(rq, row[i]);
		if (weight > most) {
			most = weight;
			best = row[i];
		}
	}
	/* A sub-resource asked for, but only the plain row fits: the method is wrong for it. */
	for (size_t i = 0; best != NULL && best->sub[0] == '\0' && i < rq->nparam; i++)
		if (is_sub(x, rq->param[i].name))
			return no_row(rq, level);
	if (best == NULL)
		return no_row(rq, level);
	*out = best;
	return best->sub[0] == '\0' && rq->nparam > 0 ? unknown_write(rq, level) : OK;
}

static const char *const method_names[] = { "GET", "HEAD", "PUT", "POST", "DELETE",
	"OPTIONS", "OTHER" };
static const char *const level_names[] = { "service", "bucket", "object", "control" };
static const char *const body_names[] = { "none", "document", "blob" };

void
s3_ops_json(struct buf *out)
{
	buf_str(out, "[\n");
	for (size_t i = 0; i < OP_COUNT; i++) {
		const struct op *op = &ops[i];

		buf_printf(out,
		    "  {\"name\": \"%s\", \"method\": \"%s\", \"level\": \"%s\", "
		    "\"sub\": \"%s\", "
		    "\"query\": \"%s\", \"header\": \"%s\", \"action\": \"%s\", "
		    "\"body\": \"%s\", "
		    "\"implemented\": %s, \"effect\": %s}%s\n",
		    op->name, method_names[op->method], level_names[op->level], op->sub,
		    op->query, op->header, op->action, body_names[op->body],
		    op->begin != NULL || op->finish != NULL ? "true" : "false",
		    (op->flags & F_STORED) == 0 ? "true" : "false",
		    i + 1 < OP_COUNT ? "," : "");
	}
	buf_str(out, "]\n");
}
