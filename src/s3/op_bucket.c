/* SPDX-License-Identifier: Apache-2.0 */
/* CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation. */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

struct bucket_op {
	struct obj_write w;
	struct rq *rq;
	struct span region;
	struct doc_text tags; /* nothing: none given */
	bool lock; /* with object lock */
	uint8_t ownership; /* enum obj_ownership */
	struct span acl; /* rendered; p == NULL: private */
	uint64_t owned; /* buckets of the account, where the tier limits them */
};

/* ---- CreateBucket ---- */

/* The lifecycle rule that Cloudflare gives to every bucket. */
static enum err
create_rule(struct txn *t, struct obj_doc at)
{
	const struct doc_text text = {
		.inner =
		    SPAN_LIT("<Rule><ID>Default Multipart Abort Rule</ID><Filter><Prefix>"
			     "</Prefix></Filter><Status>Enabled</Status>"
			     "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7"
			     "</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
			     "</Rule>")
	};

	at.doc = DOC_LIFECYCLE;
	return obj_doc_put(t, &at, &text);
}

static bool
count_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct bucket_op *op = ctx;

	(void)name;
	op->owned += span_eq(op->rq->who->account, span_of(b->account, ACCOUNT_DIGITS));
	return true;
}

static enum err
create_write(struct txn *t, void *arg)
{
	struct bucket_op *op = CONTAINER_OF(arg, struct bucket_op, w.write);
	struct rq *rq = op->rq;
	struct obj_doc at = {
		.bucket = rq->bucket, .doc = DOC_TAGGING, .fail = &rq->fail
	};
	const struct obj_bucket_new want = {
		.region = op->region, .account = rq->who->account, .now_ms = rq->now_ms
	};
	struct rec_bucket made;
	enum err e;

	fail_clear(&rq->fail);
	op->owned = 0;
	e = tier_max(rq, TL_BUCKETS) != 0
	    ? obj_bucket_each(t, SPAN_NONE, SPAN_NONE, count_row, op)
	    : OK;
	if (e == OK)
		e = obj_bucket_create(t, rq->bucket, &want, &rq->fail);
	if (e == OK && tier_over(rq, TL_BUCKETS, op->owned + 1))
		e = fail_set(&rq->fail, E_TOO_MANY_BUCKETS);
	if (e == OK)
		e = bucket_made(rq->s3->conf.public_allowed ||
			tier_value(rq, TP_NEW_PUBLIC) == TV_POLICY_ONLY,
		    t, rq->bucket, &rq->fail);
	if (e == OK && op->lock)
		e = obj_lock_enable(t, rq->bucket, &rq->fail);
	if (e == OK && op->ownership != OWNERSHIP_ENFORCED)
		e = obj_ownership_put(t, rq->bucket, op->ownership, &rq->fail);
	if (e == OK)
		e = obj_bucket_find(t, rq->bucket, &made, &rq->fail);
	if (e == OK && op->acl.p != NULL)
		e = obj_acl_bucket_put(t, rq->bucket, made.id, op->acl, &rq->fail);
	if (e != OK)
		return e;
	at.bucket_id = made.id;
	if (tier_value(rq, TP_NEW_RULE) == TV_ABORT_7_DAYS)
		e = create_rule(t, at);
	return e != OK || op->tags.nothing ? e : obj_doc_put(t, &at, &op->tags);
}

static void
create_then(struct obj_write *w, enum err e)
{
	struct bucket_op *op = CONTAINER_OF(w, struct bucket_op, w);
	struct rq *rq = op->rq;
	bool us = strcmp(rq->s3->conf.region, "us-east-1") == 0;

	/* us-east-1 answers 200 to the owner who asks again; MinIO's 409 is that of others. */
	if (e == E_BUCKET_OWNED &&
	    tier_says_of(rq, TP_BUCKET_YOURS,
		us ? TIER_BIT_MINIO | TIER_BIT_R2 : TIER_BIT_R2) == TV_OWNED_REGION &&
	    us) {
		fail_init(&rq->fail, rq->arena);
		e = OK;
	}
	if (e == OK) {
		reply_begin(rq, 200);
		reply_header_str(rq, "Location",
		    arena_printf(rq->arena, "/%.*s", (int)rq->bucket.n, rq->bucket.p));
		reply_header_str(rq, "x-amz-bucket-arn",
		    arena_printf(
			rq->arena, "arn:aws:s3:::%.*s", (int)rq->bucket.n, rq->bucket.p));
	}
	rq_resume(rq, e);
}

/* The region asked for must be this server's; us-east-1 is asked for by asking for none. */
static enum err
location_answer(struct rq *rq, struct span wanted)
{
	const char *here = rq->s3->conf.region;
	bool us = strcmp(here, "us-east-1") == 0;

	if (tier_value(rq, TP_LOCATION) == TV_HINTS)
		return address_region_auto(wanted, &rq->fail);
	if (wanted.n == 0 && us)
		return OK;
	if (tier_value(rq, TP_LOCATION) == TV_ANY) {
		if (us || wanted.n == 0 || span_is(wanted, here))
			return OK;
		return fail_msg(&rq->fail, E_INVALID_REGION,
		    "Region does not match; expecting '%s'.", here);
	}
	if (wanted.n == 0)
		return fail_set(&rq->fail, E_ILLEGAL_LOCATION);
	if (us && span_is(wanted, "us-east-1")) {
		(void)fail_set(&rq->fail, E_INVALID_LOCATION);
		fail_pair(&rq->fail, "LocationConstraint", wanted);
		return E_INVALID_LOCATION;
	}
	if (span_is(wanted, here))
		return OK;
	if (!address_region_known(wanted)) {
		(void)fail_set(&rq->fail, E_INVALID_LOCATION);
		fail_pair(&rq->fail, "LocationConstraint", wanted);
		return E_INVALID_LOCATION;
	}
	return fail_msg(&rq->fail, E_ILLEGAL_LOCATION,
	    "The %.*s location constraint is incompatible for the region specific "
	    "endpoint this "
	    "request was sent to.",
	    (int)wanted.n, wanted.p);
}

static enum err
location_check(struct rq *rq, struct span wanted)
{
	bool us = strcmp(rq->s3->conf.region, "us-east-1") == 0;
	enum err e = location_answer(rq, wanted);
	unsigned tiers = 0;

	if (e != OK && (us || wanted.n == 0))
		tiers |= TIER_BIT_MINIO;
	if (e != address_region_auto(wanted, NULL))
		tiers |= TIER_BIT_R2;
	(void)tier_says_of(rq, TP_LOCATION, tiers);
	return e;
}

static enum err
create_document(struct rq *rq, struct span *location, struct doc_text *tags)
{
	struct span in = intake_bytes(rq);
	struct xml_node *root;
	enum err e;

	*location = SPAN_NONE;
	*tags = (struct doc_text){ .nothing = true };
	if (in.n == 0)
		return OK;
	e = intake_xml(rq, "CreateBucketConfiguration", &root);
	if (e != OK)
		return e;
	if (xml_child(root, "Location") != NULL || xml_child(root, "Bucket") != NULL)
		return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
		    "Directory buckets are not implemented.");
	*location = xml_text(root, "LocationConstraint");
	if (xml_child(root, "Tags") != NULL)
		return doc_parse_tags(
		    rq->arena, xml_child(root, "Tags"), tags, &rq->fail);
	return OK;
}

static enum err
create_ownership(struct rq *rq, struct bucket_op *op)
{
	struct span v = header_get(rq, "x-amz-object-ownership");

	op->ownership = (uint8_t)rq->s3->conf.default_ownership;
	if (rq->tier != TIER_OPEN)
		op->ownership = OWNERSHIP_ENFORCED;
	if (v.p == NULL) {
		/* Old tools name the private list here, and with each object as well. */
		if (rq->tier == TIER_OPEN && op->ownership == OWNERSHIP_ENFORCED &&
		    span_is(header_get(rq, "x-amz-acl"), "private"))
			op->ownership = OWNERSHIP_PREFERRED;
		return OK;
	}
	if (obj_ownership_find(v, &op->ownership))
		return OK;
	(void)fail_msg(&rq->fail, E_INVALID_ARGUMENT,
	    "Invalid x-amz-object-ownership header: %.*s", (int)v.n, v.p);
	fail_pair_str(&rq->fail, "ArgumentName", "x-amz-object-ownership");
	return E_INVALID_ARGUMENT;
}

/* A bucket begins with its public access blocked, so a list cannot open it. */
static enum err
create_acl(struct rq *rq, struct bucket_op *op)
{
	struct acl_asked asked;
	struct acl acl;
	enum err e = headers_acl_read(rq, &asked);

	if (e == OK)
		e = headers_acl_make(rq, &asked, true, rq->who->canonical_id, &acl);
	if (e != OK || acl_is_private(&acl))
		return e;
	if (op->ownership == OWNERSHIP_ENFORCED)
		return fail_set(&rq->fail, E_INVALID_BUCKET_ACL);
	if (acl_is_public(&acl))
		return fail_set(&rq->fail, E_INVALID_BUCKET_ACL_PUBLIC);
	op->acl = acl_render(rq->arena, &acl);
	return OK;
}

static enum err
create_headers(struct rq *rq, struct bucket_op *op)
{
	struct span lock = header_get(rq, "x-amz-bucket-object-lock-enabled");
	enum err e;

	op->lock = span_ieq(lock, SPAN_LIT("true"));
	if (op->lock && tier_says(rq, TP_BUCKET_LOCK) == TV_LACKS)
		return lacks_header(rq, "x-amz-bucket-object-lock-enabled", lock);
	if (lock.p != NULL && !op->lock && !span_ieq(lock, SPAN_LIT("false")))
		return bad_argument(rq, "x-amz-bucket-object-lock-enabled", lock, "%s",
		    err_row(E_INVALID_ARGUMENT)->message);
	e = create_ownership(rq, op);
	return e == OK ? create_acl(rq, op) : e;
}

enum err
op_create_bucket_finish(struct rq *rq)
{
	struct bucket_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span location;
	enum err e = address_bucket_new(rq);

	if (e == OK)
		e = create_headers(rq, op);
	if (e == OK)
		e = create_document(rq, &location, &op->tags);
	if (e == OK)
		e = location_check(rq, location);
	if (e != OK)
		return e;
	op->rq = rq;
	/* A hint is no region, and where any is taken none is kept. */
	op->region = tier_value(rq, TP_LOCATION) == TV_EXACT ? location : SPAN_LIT("");
	obj_write_post(
	    &op->w, rq->s3->conf.store, create_write, rq->loop->inbox, create_then);
	return rq_wait(rq);
}

/* ---- the bucket of an upload, made on the way ---- */

static void
missing_then(struct obj_write *w, enum err e)
{
	struct bucket_op *op = CONTAINER_OF(w, struct bucket_op, w);
	struct rq *rq = op->rq;

	/* Another upload may have been as quick. */
	if (e == OK || e == E_BUCKET_OWNED) {
		fail_clear(&rq->fail);
		e = bucket_find(rq);
	}
	rq_resume(rq, e);
}

/* Uploads that say so, of who may make buckets, and write to this one then:
 * developers.cloudflare.com/r2/api/s3/extensions */
enum err
op_bucket_missing(struct rq *rq)
{
	struct bucket_op *op;
	enum err e;

	if ((rq->op != &ops[OP_PutObject] && rq->op != &ops[OP_CreateMultipartUpload]) ||
	    !span_ieq(header_get(rq, "cf-create-bucket-if-missing"), SPAN_LIT("true")) ||
	    tier_says(rq, TP_BUCKET_MISSING) != TV_ACCEPT)
		return E_NO_SUCH_BUCKET;
	fail_clear(&rq->fail);
	e = address_bucket_new(rq);
	if (e == OK)
		e = allow_also(rq, "s3:CreateBucket", SPAN_NONE);
	if (e == OK)
		e = allow_also(rq, rq->op->action, rq->key);
	if (e != OK)
		return e;
	op = arena_zalloc(rq->arena, sizeof *op);
	op->rq = rq;
	op->tags.nothing = true;
	op->ownership = (uint8_t)rq->s3->conf.default_ownership;
	obj_write_post(
	    &op->w, rq->s3->conf.store, create_write, rq->loop->inbox, missing_then);
	return rq_wait(rq);
}

/* ---- HeadBucket, GetBucketLocation ---- */

enum err
op_head_bucket_begin(struct rq *rq)
{
	struct span region = rq->bkt.region;

	if (region.n == 0)
		region = span_str(rq->s3->conf.region);
	reply_begin(rq, 200);
	if (tier_says_of(rq, TP_BUCKET_HEAD,
		span_is(region, "us-east-1") ? TIER_BIT_MINIO | TIER_BIT_R2
					     : TIER_BIT_R2) == TV_AUTO)
		region = SPAN_LIT("auto");
	if (tier_value(rq, TP_BUCKET_HEAD) != TV_REGION_SET ||
	    !span_is(region, "us-east-1"))
		reply_header(rq, "x-amz-bucket-region", region);
	if (tier_value(rq, TP_BUCKET_HEAD_MORE) == TV_YES) {
		reply_header_str(rq, "x-amz-bucket-arn",
		    arena_printf(
			rq->arena, "arn:aws:s3:::%.*s", (int)rq->bucket.n, rq->bucket.p));
		reply_header_str(rq, "x-amz-access-point-alias", "false");
	}
	reply_header_str(rq, "Content-Type", "application/xml");
	return OK;
}

enum err
op_get_bucket_location_begin(struct rq *rq)
{
	struct buf *b = reply_xml(rq, 200);

	if (tier_says_of(rq, TP_LOCATION_TOLD, TIER_BIT_R2) == TV_AUTO) {
		buf_str(b,
		    "<LocationConstraint xmlns=\"" XML_S3NS "\">auto"
		    "</LocationConstraint>");
		return OK;
	}
	if (rq->bkt.region.n == 0) {
		buf_str(b, "<LocationConstraint xmlns=\"" XML_S3NS "\"/>");
		return OK;
	}
	buf_str(b, "<LocationConstraint xmlns=\"" XML_S3NS "\">");
	xml_escape(b, rq->bkt.region);
	buf_str(b, "</LocationConstraint>");
	return OK;
}

/* ---- DeleteBucket ---- */

static enum err
delete_write(struct txn *t, void *arg)
{
	struct bucket_op *op = CONTAINER_OF(arg, struct bucket_op, w.write);

	fail_clear(&op->rq->fail);
	return obj_bucket_delete(t, op->rq->bucket, &op->rq->fail);
}

static void
delete_then(struct obj_write *w, enum err e)
{
	struct bucket_op *op = CONTAINER_OF(w, struct bucket_op, w);

	if (e == OK)
		reply_begin(op->rq, 204);
	rq_resume(op->rq, e);
}

enum err
op_delete_bucket_begin(struct rq *rq)
{
	struct bucket_op *op;
	bool all = false, mfa;
	enum err e = mfa_check(rq, &mfa);

	if (e == OK)
		e = purge_asked(rq, &all);
	if (e != OK || all)
		return e == OK ? purge_begin(rq, mfa) : e;
	op = arena_zalloc(rq->arena, sizeof *op);
	op->rq = rq;
	obj_write_post(
	    &op->w, rq->s3->conf.store, delete_write, rq->loop->inbox, delete_then);
	return rq_wait(rq);
}
