/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that name a bucket by an access point: its alias, its ARN, or "<name>-<account>"
 * as host name, which is what SDKs make of an ARN. What is done is done to the bucket.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
 */
#include "config.h"

#include "s3_priv.h"

enum { POINT_LABEL_MIN = 14 }; /* of "<name>-<12 digits>" */

struct point_look {
	struct rq *rq;
	struct span bucket; /* as it was named; then the real one */
	struct span account, name;
	bool by_alias, maybe; /* maybe: a bucket of that name goes before */
	bool found;
	struct rec_point rec;
};

static enum err
look_read(struct txn *t, void *arg)
{
	struct point_look *l = arg;
	struct rec_bucket b;
	enum err e;

	l->found = false;
	if (l->maybe) {
		e = obj_bucket_find(t, l->bucket, &b, NULL);
		if (e != E_NO_SUCH_BUCKET)
			return e;
	}
	e = l->by_alias
	    ? obj_point_by_alias(
		  t, l->bucket, l->rq->arena, &l->account, &l->name, &l->rec)
	    : obj_point_find(t, l->account, l->name, l->rq->arena, &l->rec, NULL);
	l->found = e == OK;
	return e == E_NOT_FOUND || e == E_NO_SUCH_POINT ? OK : e;
}

/* "<name>-<12 digits>", perhaps with ".s3-accesspoint[.<region>]" behind. */
static bool
host_form(struct span host, struct span *account, struct span *name)
{
	struct span rest = host, first = span_cut(&rest, '.');
	uint64_t number;

	if (rest.n > 0 && !span_is(span_cut(&rest, '.'), "s3-accesspoint"))
		return false;
	if (first.n < POINT_LABEL_MIN || first.p[first.n - 13] != '-')
		return false;
	*account = span_from(first, first.n - 12);
	*name = span_head(first, first.n - 13);
	return span_u64(*account, &number);
}

static bool
look_plan(struct point_look *l, struct span named, bool by_host)
{
	struct point_arn arn;

	l->bucket = named;
	if (span_starts(named, SPAN_LIT("arn:"))) {
		if (!rec_point_arn(named, &arn))
			return false;
		l->account = arn.account;
		l->name = arn.name;
		return true;
	}
	l->by_alias = rec_point_is_alias(named);
	l->maybe = !l->by_alias;
	return l->by_alias || (by_host && host_form(named, &l->account, &l->name));
}

static enum err
no_point(struct rq *rq, const struct point_look *l)
{
	(void)fail_set(&rq->fail, E_NO_SUCH_POINT);
	fail_pair(&rq->fail, "AccessPointName", l->name);
	return E_NO_SUCH_POINT;
}

static struct span
arn_of(struct rq *rq, const struct point_look *l)
{
	return span_str(arena_printf(rq->arena, "arn:aws:s3:%s:%.*s:accesspoint/%.*s",
	    rq->s3->conf.region, (int)l->account.n, l->account.p, (int)l->name.n,
	    l->name.p));
}

static void
point_set(struct rq *rq, const struct point_look *l, struct point **out)
{
	*out = arena_zalloc(rq->arena, sizeof **out);
	**out = (struct point){ .account = l->account,
		.name = l->name,
		.arn = arn_of(rq, l),
		.rec = l->rec };
}

/* bucket, if it is an access point's name, becomes the bucket's; *out the point, else
 * NULL. */
static enum err
resolve(struct rq *rq, struct span *bucket, bool by_host, struct point **out)
{
	struct point_look l = { .rq = rq };
	enum err e;

	*out = NULL;
	if (!look_plan(&l, *bucket, by_host))
		return span_starts(*bucket, SPAN_LIT("arn:"))
		    ? fail_set(&rq->fail, E_INVALID_POINT)
		    : OK;
	e = store_read(rq->loop->reader, look_read, &l);
	/* Nor is there a bucket of an alias's name: what follows says so. */
	if (e != OK || (!l.found && (l.maybe || l.by_alias)))
		return e;
	if (!l.found)
		return no_point(rq, &l);
	point_set(rq, &l, out);
	*bucket = l.rec.bucket;
	return OK;
}

/* Nearly all names are no access point's, and a look at their end says so. */
static bool
may_be_point(const struct rq *rq)
{
	return rec_point_is_alias(rq->bucket) ||
	    span_starts(rq->bucket, SPAN_LIT("arn:")) ||
	    rq->host_bucket.n >= POINT_LABEL_MIN;
}

/* SDKs put "<name>-<account>." before whatever endpoint they are given, also before one
 * below which no buckets are known. Only a point that there is makes a bucket of it. */
static enum err
point_label(struct rq *rq)
{
	struct span host = rq->http->host, label = span_cut(&host, '.');
	struct point_look l = { .rq = rq };
	enum err e;

	if (host.n == 0 || !host_form(label, &l.account, &l.name))
		return OK;
	e = store_read(rq->loop->reader, look_read, &l);
	if (e != OK || !l.found)
		return e;
	rq->host_bucket = label;
	point_set(rq, &l, &rq->via);
	rq->bucket = l.rec.bucket;
	return OK;
}

enum err
point_host(struct rq *rq)
{
	struct span host = rq->http->host;

	/* The first label of most hosts is too short. */
	for (size_t i = 0; i < POINT_LABEL_MIN; i++)
		if (i == host.n || host.p[i] == '.')
			return OK;
	return point_label(rq);
}

enum err
point_address(struct rq *rq)
{
	if (rq->bucket.n == 0 || rq->via != NULL || !may_be_point(rq))
		return OK;
	return resolve(rq, &rq->bucket, rq->host_bucket.n > 0, &rq->via);
}

enum err
point_source(struct rq *rq, struct span *bucket, struct point **out)
{
	enum err e;

	if (!rec_point_is_alias(*bucket) && !span_starts(*bucket, SPAN_LIT("arn:"))) {
		*out = NULL;
		return OK;
	}
	e = resolve(rq, bucket, false, out);
	if (e == OK && *out != NULL && (*out)->rec.vpc.n > 0)
		e = fail_set(&rq->fail, E_ACCESS_DENIED);
	return e;
}

/* docs.aws.amazon.com/AmazonS3/latest/userguide/
 * access-points-service-api-support.html */
static bool
op_allowed(const struct op *op)
{
	static const enum op_number of_buckets[] = { OP_HeadBucket, OP_GetBucketLocation,
		OP_ListObjects, OP_ListObjectsV2, OP_ListObjectVersions,
		OP_ListMultipartUploads, OP_DeleteObjects, OP_PostObject, OP_GetBucketAcl,
		OP_GetBucketCors, OP_GetBucketNotificationConfiguration,
		OP_GetBucketPolicy };

	for (size_t i = 0; i < ARRAY_LEN(of_buckets); i++)
		if (op == &ops[of_buckets[i]])
			return true;
	return op->level == LEVEL_OBJECT && op != &ops[OP_GetObjectTorrent] &&
	    op != &ops[OP_RenameObject];
}

enum err
point_check(struct rq *rq)
{
	if (rq->via == NULL)
		return OK;
	if (!op_allowed(rq->op)) {
		(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
		fail_pair(&rq->fail, "Method", rq->http->method_name);
		fail_pair_str(&rq->fail, "ResourceType", "ACCESSPOINT");
		return E_METHOD_NOT_ALLOWED;
	}
	/* Nobody comes from within a VPC. */
	return rq->via->rec.vpc.n == 0 ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}

/* "arn:...:accesspoint" and "name" are one name, cut by a path's slash. */
enum err
point_path(struct rq *rq, struct span *path)
{
	struct span whole = rq->bucket;
	char *text;
	size_t n;

	if (whole.n < 20 || !span_ends(whole, SPAN_LIT(":accesspoint")))
		return OK;
	text = arena_alloc(rq->arena, whole.n + path->n + 2);
	memcpy(text, whole.p, whole.n);
	text[whole.n] = '/';
	n = uri_decode(text + whole.n + 1, span_cut(path, '/'), false);
	if (n == (size_t)-1)
		return E_INVALID_URI;
	rq->bucket = span_of(text, whole.n + 1 + n);
	return OK;
}
