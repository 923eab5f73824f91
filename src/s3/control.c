/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S3 Control: operations about an account, below /v20180820/ of any host. Rows of the
 * registry at LEVEL_CONTROL; their sub-resource is the path, where "*" stands for a name (at
 * its end for all the rest). Source: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_Operations_AWS_S3_Control.html
 */
#include "config.h"

#include "s3_priv.h"

/* A bucket may be called v20180820; only S3 Control names the account in a header. */
bool
control_asked(const struct rq *rq)
{
	return span_starts(rq->http->path, SPAN_LIT("/v20180820/")) &&
	    http_req_header(rq->http, "x-amz-account-id").p != NULL;
}

enum err
control_address(struct rq *rq)
{
	rq->control = span_from(rq->http->path, sizeof "/v20180820/" - 1);
	if (rq->control.n > 0 && rq->control.p[rq->control.n - 1] == '/')
		rq->control.n--;
	return OK;
}

/* "accesspoint/a%20b/policy" as "accesspoint/<name>/policy"; name is raw. */
static bool
matches(struct span path, const char *form, struct span *name)
{
	struct span rest = span_str(form), one, part;

	*name = SPAN_NONE;
	while (rest.n > 0) {
		one = span_cut(&rest, '/');
		if (span_is(one, "*") && rest.n == 0) {
			*name = path;
			return path.n > 0;
		}
		part = span_cut(&path, '/');
		if (span_is(one, "*"))
			*name = part;
		else if (!span_eq(one, part))
			return false;
		if (part.n == 0)
			return false;
	}
	return path.n == 0;
}

static enum err
name_decode(struct rq *rq, struct span raw)
{
	char *text = arena_alloc(rq->arena, raw.n + 1);
	size_t n = uri_decode(text, raw, false);

	if (n == (size_t)-1 || !uri_utf8(span_of(text, n))) {
		(void)fail_set(&rq->fail, E_INVALID_URI);
		fail_pair(&rq->fail, "URI", rq->http->path);
		return E_INVALID_URI;
	}
	rq->control_name = span_of(text, n);
	return OK;
}

enum err
control_route(struct rq *rq, const struct op **out)
{
	const struct op *best = NULL;
	bool known = false;
	struct span name, found = SPAN_NONE;

	for (size_t i = 0; i < OP_COUNT; i++) {
		if (ops[i].level != LEVEL_CONTROL ||
		    !matches(rq->control, ops[i].sub, &name))
			continue;
		known = true;
		/* "accesspoint/x/policy" is also "accesspoint/<the rest>". */
		if (ops[i].method != rq->http->method ||
		    (best != NULL && strlen(best->sub) > strlen(ops[i].sub)))
			continue;
		best = &ops[i];
		found = name;
	}
	if (best == NULL && !known)
		return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
		    "This operation of S3 Control is not implemented.");
	if (best == NULL) {
		(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
		fail_pair(&rq->fail, "Method", rq->http->method_name);
		return E_METHOD_NOT_ALLOWED;
	}
	*out = best;
	return name_decode(rq, found);
}

/* What is acted on: a bucket, which is looked for, or another thing by its ARN. */
enum err
control_resource(struct rq *rq)
{
	struct span arn = rq->control_name, bucket = SPAN_LIT("arn:aws:s3:::");

	if (span_starts(span_str(rq->op->sub), SPAN_LIT("accesspoint/"))) {
		rq->resource = span_str(arena_printf(rq->arena,
		    "arn:aws:s3:%s:%.*s:accesspoint/%.*s", rq->s3->conf.region,
		    (int)rq->who->account.n, rq->who->account.p, (int)arn.n, arn.p));
		return OK;
	}
	if (!span_starts(arn, bucket)) {
		rq->resource = arn;
		return OK;
	}
	if (arn.n == bucket.n || span_find(arn, '/', 0) < arn.n)
		return OK; /* refused behind the decision */
	rq->bucket = span_from(arn, bucket.n);
	return bucket_find(rq);
}

enum err
control_account(struct rq *rq)
{
	struct span v = header_get(rq, "x-amz-account-id");
	uint64_t number;

	if (v.n != ACCOUNT_DIGITS || !span_u64(v, &number))
		return fail_msg(&rq->fail, E_INVALID_REQUEST, "Invalid account id.");
	return span_eq(v, rq->who->account) ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}

struct buf *
control_xml(struct rq *rq, const char *root)
{
	struct buf *b = reply_xml(rq, 200);

	buf_printf(b, "<%s xmlns=\"" CONTROL_NS "\">", root);
	return b;
}
