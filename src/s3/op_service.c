/* SPDX-License-Identifier: Apache-2.0 */
/* ListBuckets. */
#include "config.h"

#include "codec/b64.h"
#include "s3_priv.h"

enum { BUCKETS_MAX = 10000 };

struct bucket_page {
	struct rq *rq;
	struct buf *out;
	struct span prefix, after, region;
	uint64_t max, n;
	bool paged, truncated;
	bool plain; /* without what AWS tells of a bucket beside name and age */
	struct span last;
};

static struct span
bucket_region(const struct rq *rq, const struct rec_bucket *b)
{
	return b->region.n > 0 ? b->region : span_str(rq->s3->conf.region);
}

static void
put_bucket(struct bucket_page *p, struct span name, const struct rec_bucket *b)
{
	buf_str(p->out, "<Bucket>");
	xml_put(p->out, "Name", name);
	xml_put_time(p->out, "CreationDate", b->created_ms);
	if (p->plain) {
		buf_str(p->out, "</Bucket>");
		return;
	}
	if (p->paged)
		xml_put(p->out, "BucketRegion", bucket_region(p->rq, b));
	buf_str(p->out, "<BucketArn>arn:aws:s3:::");
	xml_escape(p->out, name);
	buf_str(p->out, "</BucketArn></Bucket>");
}

static bool
page_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct bucket_page *p = ctx;

	if (!span_eq(p->rq->who->account, span_of(b->account, ACCOUNT_DIGITS)))
		return true;
	if (p->region.n > 0 && !span_eq(bucket_region(p->rq, b), p->region))
		return true;
	if (p->n == p->max) {
		p->truncated = true;
		return false;
	}
	put_bucket(p, name, b);
	p->last = arena_span(p->rq->arena, name);
	p->n++;
	return true;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct bucket_page *p = arg;

	return obj_bucket_each(t, p->prefix, p->after, page_row, p);
}

static bool
token_parse(struct rq *rq, struct span token, struct span *out)
{
	char *text = arena_alloc(rq->arena, token.n + 1);
	size_t n;

	if (token.n == 0 || !b64url_parse(text, token.n, &n, token))
		return false;
	*out = span_of(text, n);
	return true;
}

static enum err
page_params(struct rq *rq, struct bucket_page *p)
{
	struct span max = query_get(rq, "max-buckets"),
		    token = query_get(rq, "continuation-token"),
		    region = query_get(rq, "bucket-region");

	p->paged = max.p != NULL || token.p != NULL || query_has(rq, "prefix") ||
	    region.p != NULL;
	p->prefix = query_get(rq, "prefix");
	if (p->paged && tier_says(rq, TP_BUCKETS_PARAMS) == TV_IGNORE) {
		p->paged = false;
		p->prefix = SPAN_NONE;
		return OK;
	}
	if (max.p != NULL &&
	    (!span_u64(max, &p->max) || p->max < 1 || p->max > BUCKETS_MAX))
		return bad_argument(rq, "max-buckets", max,
		    "Argument max-buckets must be an integer between 1 and 10000");
	if (token.p != NULL && !token_parse(rq, token, &p->after))
		return bad_argument(rq, "continuation-token", token,
		    "The continuation token provided is incorrect");
	if (region.p != NULL && !address_region_known(region) &&
	    !span_is(region, rq->s3->conf.region))
		return bad_argument(rq, "bucket-region", region,
		    "Argument value %.*s is not a valid AWS Region",
		    (int)span_head(region, 64).n, region.p);
	p->region = region;
	return OK;
}

/* ---- Cloudflare's parameters, which headers may stand for and go before:
 * developers.cloudflare.com/r2/api/s3/extensions ---- */

enum { CLOUDFLARE_MAX = 1000 };

struct cloudflare {
	struct bucket_page page;
	struct span token, start;
};

static struct span
cloudflare_param(struct rq *rq, const char *header, const char *param)
{
	struct span v = header_get(rq, header);

	return v.p != NULL ? v : query_get(rq, param);
}

static enum err
cloudflare_params(struct rq *rq, struct cloudflare *c)
{
	struct bucket_page *p = &c->page;
	struct span max = cloudflare_param(rq, "cf-max-keys", "max-keys");

	c->token = cloudflare_param(rq, "cf-continuation-token", "continuation-token");
	c->start = cloudflare_param(rq, "cf-start-after", "start-after");
	p->prefix = cloudflare_param(rq, "cf-prefix", "prefix");
	p->after = c->start;
	if (max.p != NULL && !span_u64(max, &p->max))
		return bad_argument(rq, "max-keys", max,
		    "Argument max-keys must be an integer between 0 and 1000");
	if (p->max > CLOUDFLARE_MAX)
		p->max = CLOUDFLARE_MAX;
	if (c->token.p != NULL && !token_parse(rq, c->token, &p->after))
		return bad_argument(rq, "continuation-token", c->token,
		    "The continuation token provided is incorrect");
	return OK;
}

static void
put_given(struct buf *b, const char *name, struct span v)
{
	if (v.p != NULL)
		xml_put(b, name, v);
}

static enum err
list_cloudflare(struct rq *rq)
{
	struct cloudflare c = { .page = {
				    .rq = rq, .max = CLOUDFLARE_MAX, .plain = true } };
	struct bucket_page *p = &c.page;
	enum err e = cloudflare_params(rq, &c);
	char token[B64_LEN(64)];
	struct span next;

	if (e != OK)
		return e;
	p->out = reply_xml(rq, 200);
	buf_str(p->out, "<ListAllMyBucketsResult xmlns=\"" XML_S3NS "\"><Buckets>");
	/* None are asked for: none are left out. */
	e = p->max > 0 ? store_read(rq->loop->reader, page_read, p) : OK;
	next = span_of(token, b64url_render(token, p->last.p, p->last.n));
	buf_str(p->out, "</Buckets><Owner>");
	xml_put(p->out, "ID", rq->who->canonical_id);
	xml_put(p->out, "DisplayName", rq->who->canonical_id);
	buf_str(p->out, "</Owner>");
	xml_put_bool(p->out, "IsTruncated", p->truncated);
	put_given(p->out, "Prefix", p->prefix);
	put_given(p->out, "StartAfter", c.start);
	put_given(p->out, "ContinuationToken", c.token);
	xml_put_u64(p->out, "KeyCount", p->n);
	xml_put_u64(p->out, "MaxKeys", p->max);
	if (p->truncated) {
		xml_put(p->out, "NextContinuationToken", next);
		reply_header(rq, "cf-next-continuation-token", next);
	}
	reply_header_str(rq, "cf-is-truncated", p->truncated ? "true" : "false");
	buf_str(p->out, "</ListAllMyBucketsResult>");
	return e;
}

enum err
op_list_buckets_begin(struct rq *rq)
{
	struct bucket_page p = { .rq = rq, .max = BUCKETS_MAX };
	char token[B64_LEN(64)];
	enum err e;

	if (tier_value(rq, TP_BUCKETS_PARAMS) == TV_PARAMS_R2)
		return list_cloudflare(rq);
	e = page_params(rq, &p);
	if (e != OK)
		return e;
	p.out = reply_xml(rq, 200);
	buf_str(p.out, "<ListAllMyBucketsResult xmlns=\"" XML_S3NS "\"><Owner>");
	xml_put(p.out, "ID", rq->who->canonical_id);
	buf_str(p.out, "</Owner><Buckets>");
	e = store_read(rq->loop->reader, page_read, &p);
	buf_str(p.out, "</Buckets>");
	if (p.paged && query_has(rq, "prefix"))
		xml_put(p.out, "Prefix", p.prefix);
	if (p.truncated)
		xml_put(p.out, "ContinuationToken",
		    span_of(token, b64url_render(token, p.last.p, p.last.n)));
	buf_str(p.out, "</ListAllMyBucketsResult>");
	return e;
}
