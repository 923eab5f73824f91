/* SPDX-License-Identifier: Apache-2.0 */
/* S3 Control: access points and their policies. */
#include "config.h"

#include "access/policy.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "object/document.h"
#include "s3_priv.h"

enum { POINTS_PAGE = 1000, ALIAS_RANDOM = 34 };

/* ---- documents ---- */

static const struct {
	const char *name;
	uint8_t bit;
} blocks[] = { { "BlockPublicAcls", BLOCK_PUBLIC_ACLS },
	{ "IgnorePublicAcls", BLOCK_IGNORE_ACLS },
	{ "BlockPublicPolicy", BLOCK_PUBLIC_POLICY },
	{ "RestrictPublicBuckets", BLOCK_RESTRICT } };

static void
put_block(struct buf *b, uint8_t block)
{
	buf_str(b, "<PublicAccessBlockConfiguration>");
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		xml_put_bool(b, blocks[i].name, (block & blocks[i].bit) != 0);
	buf_str(b, "</PublicAccessBlockConfiguration>");
}

/* Without one all is blocked, as AWS does for new access points. */
static enum err
block_parse(struct rq *rq, const struct xml_node *node, uint8_t *out)
{
	*out = node == NULL ? BLOCK_ALL : 0;
	for (const struct xml_node *c = node != NULL ? node->child : NULL; c != NULL;
	     c = c->next) {
		struct span v = span_trim(c->text);
		size_t i = 0;

		while (i < ARRAY_LEN(blocks) && !span_is(c->name, blocks[i].name))
			i++;
		if (i == ARRAY_LEN(blocks) ||
		    (!span_ieq(v, SPAN_LIT("true")) && !span_ieq(v, SPAN_LIT("false"))))
			return fail_set(&rq->fail, E_MALFORMED_XML);
		if (span_ieq(v, SPAN_LIT("true")))
			*out |= blocks[i].bit;
	}
	return OK;
}

static void
put_arn(struct buf *b, const struct rq *rq, struct span name)
{
	buf_printf(b,
	    "<AccessPointArn>arn:aws:s3:%s:%.*s:accesspoint/%.*s</AccessPointArn>",
	    rq->s3->conf.region, (int)rq->who->account.n, rq->who->account.p, (int)name.n,
	    name.p);
}

static void
put_origin(struct buf *b, const struct rec_point *rec)
{
	xml_put_str(b, "NetworkOrigin", rec->vpc.n > 0 ? "VPC" : "Internet");
	if (rec->vpc.n > 0) {
		buf_str(b, "<VpcConfiguration>");
		xml_put(b, "VpcId", rec->vpc);
		buf_str(b, "</VpcConfiguration>");
	}
}

/* ---- one write of a point ---- */

struct point_op {
	struct obj_write w;
	struct rq *rq;
	struct rec_point rec;
	struct span policy; /* new one; p == NULL: none any more */
	bool is_public; /* it */
	enum err (*change)(struct txn *t, struct point_op *op);
	void (*reply)(struct point_op *op);
};

static enum err
point_write(struct txn *t, void *arg)
{
	struct point_op *op = CONTAINER_OF(arg, struct point_op, w.write);

	fail_clear(&op->rq->fail);
	return op->change(t, op);
}

static void
point_then(struct obj_write *w, enum err e)
{
	struct point_op *op = CONTAINER_OF(w, struct point_op, w);

	if (e == OK)
		op->reply(op);
	rq_resume(op->rq, e);
}

static struct point_op *
point_new(struct rq *rq, enum err (*change)(struct txn *t, struct point_op *op),
    void (*reply)(struct point_op *op))
{
	struct point_op *op = arena_zalloc(rq->arena, sizeof *op);

	op->rq = rq;
	op->change = change;
	op->reply = reply;
	return op;
}

static enum err
point_post(struct point_op *op)
{
	struct rq *rq = op->rq;

	obj_write_post(
	    &op->w, rq->s3->conf.store, point_write, rq->loop->inbox, point_then);
	return rq_wait(rq);
}

static void
reply_200(struct point_op *op)
{
	reply_begin(op->rq, 200);
}

static void
reply_204(struct point_op *op)
{
	reply_begin(op->rq, 204);
}

/* ---- create, get, delete ---- */

static enum err
create_change(struct txn *t, struct point_op *op)
{
	return obj_point_create(
	    t, op->rq->who->account, op->rq->control_name, &op->rec, &op->rq->fail);
}

static void
create_reply(struct point_op *op)
{
	struct buf *b = control_xml(op->rq, "CreateAccessPointResult");

	put_arn(b, op->rq, op->rq->control_name);
	xml_put(b, "Alias", op->rec.alias);
	xml_close(b, "CreateAccessPointResult");
}

static enum err
create_tags(struct rq *rq, const struct xml_node *root, struct rec_point *rec)
{
	const struct xml_node *tags = xml_child(root, "Tags");
	struct doc_text text;
	enum err e;

	if (tags == NULL)
		return OK;
	e = doc_parse_tags(rq->arena, tags, &text, &rq->fail);
	if (e == OK && !text.nothing)
		rec->tags = text.inner;
	return e;
}

static enum err
create_parse(struct rq *rq, struct rec_point *rec)
{
	const struct xml_node *vpc;
	struct xml_node *root;
	struct span account;
	enum err e = intake_xml(rq, "CreateAccessPointRequest", &root);

	if (e != OK)
		return e;
	if (!rec_point_name_ok(rq->control_name))
		return fail_set(&rq->fail, E_INVALID_POINT);
	rec->bucket = xml_text(root, "Bucket");
	if (rec->bucket.n == 0)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	account = xml_text(root, "BucketAccountId");
	if (account.p != NULL && !span_eq(account, rq->who->account))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	if (xml_child(root, "Scope") != NULL)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Scope is only supported for access points of directory buckets.");
	vpc = xml_child(root, "VpcConfiguration");
	if (vpc != NULL && xml_text(vpc, "VpcId").n == 0)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	rec->vpc = vpc != NULL ? xml_text(vpc, "VpcId") : SPAN_NONE;
	e = create_tags(rq, root, rec);
	return e == OK
	    ? block_parse(
		  rq, xml_child(root, "PublicAccessBlockConfiguration"), &rec->block)
	    : e;
}

enum err
op_create_point_finish(struct rq *rq)
{
	struct point_op *op = point_new(rq, create_change, create_reply);
	uint8_t random[ALIAS_RANDOM];
	struct buf alias = { 0 };
	enum err e = create_parse(rq, &op->rec);

	if (e != OK)
		return e;
	rand_bytes(random, sizeof random);
	rec_point_alias(&alias, rq->control_name, random);
	op->rec.alias = arena_span(rq->arena, buf_view(&alias));
	buf_fini(&alias);
	op->rec.created_ms = rq->now_ms;
	return point_post(op);
}

struct point_get {
	struct rq *rq;
	struct rec_point rec;
};

static enum err
get_read(struct txn *t, void *arg)
{
	struct point_get *g = arg;
	struct rq *rq = g->rq;

	return obj_point_find(
	    t, rq->who->account, rq->control_name, rq->arena, &g->rec, &rq->fail);
}

static enum err
get_point(struct rq *rq, struct point_get *g)
{
	enum err e = control_account(rq);

	*g = (struct point_get){ .rq = rq };
	return e == OK ? store_read(rq->loop->reader, get_read, g) : e;
}

static void
put_endpoints(struct buf *b, const struct rq *rq)
{
	static const char *const kinds[][2] = { { "ipv4", "s3-accesspoint" },
		{ "fips", "s3-accesspoint-fips" },
		{ "fips_dualstack", "s3-accesspoint-fips.dualstack" },
		{ "dualstack", "s3-accesspoint.dualstack" } };

	buf_str(b, "<Endpoints>");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		buf_printf(b,
		    "<entry><key>%s</key><value>%s.%s.amazonaws.com</value></entry>",
		    kinds[i][0], kinds[i][1], rq->s3->conf.region);
	buf_str(b, "</Endpoints>");
}

enum err
op_get_point_begin(struct rq *rq)
{
	struct point_get g;
	struct buf *b;
	enum err e = get_point(rq, &g);

	if (e != OK)
		return e;
	b = control_xml(rq, "GetAccessPointResult");
	xml_put(b, "Name", rq->control_name);
	xml_put(b, "Bucket", g.rec.bucket);
	put_origin(b, &g.rec);
	put_block(b, g.rec.block);
	xml_put_time(b, "CreationDate", g.rec.created_ms);
	xml_put(b, "Alias", g.rec.alias);
	put_arn(b, rq, rq->control_name);
	put_endpoints(b, rq);
	xml_put(b, "BucketAccountId", rq->who->account);
	xml_close(b, "GetAccessPointResult");
	return OK;
}

static enum err
delete_change(struct txn *t, struct point_op *op)
{
	return obj_point_delete(
	    t, op->rq->who->account, op->rq->control_name, &op->rq->fail);
}

enum err
op_delete_point_begin(struct rq *rq)
{
	enum err e = control_account(rq);

	return e == OK ? point_post(point_new(rq, delete_change, reply_204)) : e;
}

/* ---- list ---- */

struct point_page {
	struct rq *rq;
	struct buf *out;
	struct span bucket, after;
	uint64_t max, n;
	bool more;
	char last[POINT_NAME_MAX];
	size_t nlast;
};

static bool
page_row(void *ctx, struct span name, const struct rec_point *rec)
{
	struct point_page *p = ctx;

	if (p->bucket.n > 0 && !span_eq(rec->bucket, p->bucket))
		return true;
	if (p->n == p->max) {
		p->more = true;
		return false;
	}
	buf_str(p->out, "<AccessPoint>");
	xml_put(p->out, "Name", name);
	put_origin(p->out, rec);
	xml_put(p->out, "Bucket", rec->bucket);
	put_arn(p->out, p->rq, name);
	xml_put(p->out, "Alias", rec->alias);
	xml_put(p->out, "BucketAccountId", p->rq->who->account);
	buf_str(p->out, "</AccessPoint>");
	MUST(name.n <= sizeof p->last);
	memcpy(p->last, name.p, name.n);
	p->nlast = name.n;
	p->n++;
	return true;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct point_page *p = arg;

	return obj_point_each(t, p->rq->who->account, p->after, page_row, p);
}

static enum err
page_params(struct rq *rq, struct point_page *p)
{
	struct span max = query_get(rq, "maxResults"), token = query_get(rq, "nextToken");
	char *text = arena_alloc(rq->arena, token.n + 1);
	size_t n;

	p->bucket = query_get(rq, "bucket");
	if (max.p != NULL && (!span_u64(max, &p->max) || p->max > POINTS_PAGE))
		return bad_argument(rq, "maxResults", max,
		    "Argument maxResults must be an integer between 0 and 1000");
	if (token.p == NULL)
		return OK;
	if (token.n == 0 || !b64url_parse(text, token.n, &n, token) || n > POINT_NAME_MAX)
		return bad_argument(
		    rq, "nextToken", token, "The continuation token is incorrect");
	p->after = span_of(text, n);
	return OK;
}

enum err
op_list_points_begin(struct rq *rq)
{
	struct point_page p = { .rq = rq, .max = POINTS_PAGE };
	char token[B64_LEN(POINT_NAME_MAX)];
	enum err e = control_account(rq);

	if (e == OK)
		e = page_params(rq, &p);
	if (e != OK)
		return e;
	p.out = control_xml(rq, "ListAccessPointsResult");
	buf_str(p.out, "<AccessPointList>");
	e = store_read(rq->loop->reader, page_read, &p);
	buf_str(p.out, "</AccessPointList>");
	if (p.more && p.nlast > 0)
		xml_put(p.out, "NextToken",
		    span_of(token, b64url_render(token, p.last, p.nlast)));
	xml_close(p.out, "ListAccessPointsResult");
	return e;
}

/* ---- policies ---- */

/* Of the point, of its bucket and of the account: any is enough. */
static enum err
policy_blocked(struct txn *t, struct rq *rq, const struct rec_point *rec)
{
	struct bucket_rules rules = { 0 };
	enum err e = bucket_blocks(t, rec->bucket_id, rq->who->account, &rules);

	if (e != OK)
		return e;
	return rules.no_public_policy || (rec->block & BLOCK_PUBLIC_POLICY) != 0
	    ? allow_blocked(rq, false)
	    : OK;
}

static enum err
policy_change(struct txn *t, struct point_op *op)
{
	struct rq *rq = op->rq;
	struct rec_point rec;
	enum err e = obj_point_find(
	    t, rq->who->account, rq->control_name, rq->arena, &rec, &rq->fail);

	if (e == OK && op->is_public)
		e = policy_blocked(t, rq, &rec);
	if (e != OK)
		return e;
	rec.policy = op->policy;
	return obj_point_put(t, rq->who->account, rq->control_name, &rec);
}

static enum err
policy_check(struct rq *rq, struct span text, bool *is_public)
{
	struct policy *p;
	enum err e = policy_parse(&p, text, POLICY_ACCESS_POINT, rq->resource, &rq->fail);

	if (e != OK)
		return e;
	*is_public = policy_is_public(p);
	policy_free(&p);
	return OK;
}

enum err
op_put_point_policy_finish(struct rq *rq)
{
	struct point_op *op = point_new(rq, policy_change, reply_200);
	struct xml_node *root;
	enum err e = intake_xml(rq, "PutAccessPointPolicyRequest", &root);

	if (e != OK)
		return e;
	op->policy = xml_text(root, "Policy");
	if (op->policy.p == NULL)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	e = policy_check(rq, op->policy, &op->is_public);
	return e == OK ? point_post(op) : e;
}

enum err
op_delete_point_policy_begin(struct rq *rq)
{
	enum err e = control_account(rq);

	return e == OK ? point_post(point_new(rq, policy_change, reply_204)) : e;
}

static enum err
get_policy(struct rq *rq, struct point_get *g)
{
	enum err e = get_point(rq, g);

	if (e != OK || g->rec.policy.n > 0)
		return e;
	(void)fail_set(&rq->fail, E_NO_SUCH_POINT_POLICY);
	fail_pair(&rq->fail, "AccessPointName", rq->control_name);
	return E_NO_SUCH_POINT_POLICY;
}

enum err
op_get_point_policy_begin(struct rq *rq)
{
	struct point_get g;
	struct buf *b;
	enum err e = get_policy(rq, &g);

	if (e != OK)
		return e;
	b = control_xml(rq, "GetAccessPointPolicyResult");
	xml_put(b, "Policy", g.rec.policy);
	xml_close(b, "GetAccessPointPolicyResult");
	return OK;
}

enum err
op_get_point_policy_status_begin(struct rq *rq)
{
	struct point_get g;
	struct policy *p;
	struct buf *b;
	enum err e = get_policy(rq, &g);

	if (e == OK)
		e = policy_parse(
		    &p, g.rec.policy, POLICY_ACCESS_POINT, rq->resource, NULL);
	if (e != OK)
		return e;
	b = control_xml(rq, "GetAccessPointPolicyStatusResult");
	buf_str(b, "<PolicyStatus>");
	xml_put_bool(b, "IsPublic", policy_is_public(p));
	policy_free(&p);
	buf_str(b, "</PolicyStatus></GetAccessPointPolicyStatusResult>");
	return OK;
}
