/* SPDX-License-Identifier: Apache-2.0 */
/* GetBucketAcl, PutBucketAcl, GetObjectAcl, PutObjectAcl. Where BucketOwnerEnforced holds there
 * is one list, the owner's, and what would say anything else is refused
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html). */
#include "config.h"

#include "s3_priv.h"

/* ---- what there is ---- */

struct acl_subject {
	struct rq *rq;
	struct obj_version version;
	struct acl acl;
	bool stored;
};

static enum err
object_read(struct txn *t, struct acl_subject *s)
{
	struct rq *rq = s->rq;
	struct rec_object rec;
	struct attrs attrs;
	struct span side = SPAN_NONE;
	enum err e = obj_side_find(t, &rq->bkt, rq->key, &s->version, &rec, &rq->fail);

	if (e == OK)
		e = obj_attrs(t, &rec, rq->arena, &attrs);
	if (e == OK)
		side = side_get(&attrs, SIDE_ACL);
	s->stored = side.p != NULL;
	return e == OK && s->stored ? acl_read(rq->arena, side, &s->acl) : e;
}

static enum err
bucket_read(struct txn *t, struct acl_subject *s)
{
	struct rq *rq = s->rq;
	struct acl acl = { 0 };
	enum err e = obj_acl_bucket(t, &rq->bkt, rq->arena, &acl, &s->stored);

	s->acl = acl;
	for (size_t i = 0; e == OK && i < acl.n; i++)
		acl.grant[i].id = arena_span(rq->arena, acl.grant[i].id);
	s->acl.owner = arena_span(rq->arena, acl.owner);
	return e;
}

static enum err
subject_read(struct txn *t, void *arg)
{
	struct acl_subject *s = arg;

	return s->rq->op->level == LEVEL_OBJECT ? object_read(t, s) : bucket_read(t, s);
}

static enum err
subject_find(struct rq *rq, struct acl_subject *s)
{
	enum err e = OK;

	*s = (struct acl_subject){ .rq = rq };
	if (rq->op->level == LEVEL_OBJECT)
		e = query_version(rq, &s->version);
	if (e == OK)
		e = store_read(rq->loop->reader, subject_read, s);
	if (e == OK && (!s->stored || rq->rules.ownership == OWNERSHIP_ENFORCED))
		acl_private(rq->arena, headers_acl_bucket_owner(rq), &s->acl);
	return alter_marker(rq, e);
}

enum err
op_get_acl_begin(struct rq *rq)
{
	struct acl_subject s;
	enum err e = subject_find(rq, &s);

	if (e == OK)
		acl_put_xml(reply_xml(rq, 200), &s.acl);
	return e;
}

/* ---- what is asked for ---- */

static enum err
asked_read(struct rq *rq, struct acl_asked *out)
{
	struct span in = intake_bytes(rq);
	enum err e = headers_acl_read(rq, out);
	bool headers = out->canned.p != NULL || out->granted;

	if (e != OK)
		return e;
	if (headers && in.n > 0)
		return fail_set(&rq->fail, E_UNEXPECTED_CONTENT);
	if (!headers && in.n == 0) {
		(void)fail_set(&rq->fail, E_MISSING_SECURITY_HEADER);
		fail_pair_str(&rq->fail, "MissingHeaderName", "x-amz-acl");
		return E_MISSING_SECURITY_HEADER;
	}
	if (in.n == 0)
		return OK;
	out->document = out->granted = true;
	e = acl_parse_xml(rq->arena, in, &out->acl, &rq->fail);
	return headers_acl_mail(rq, e);
}

/* A document's owner cannot be another than there is. */
static enum err
owner_check(struct rq *rq, const struct acl_asked *asked, struct span owner)
{
	return asked->document && !span_eq(asked->acl.owner, owner)
	    ? fail_set(&rq->fail, E_ACCESS_DENIED)
	    : OK;
}

static enum err
list_make(
    struct rq *rq, const struct acl_asked *asked, struct span owner, struct acl *out)
{
	enum err e = owner_check(rq, asked, owner);

	if (e != OK)
		return e;
	return headers_acl_make(rq, asked, rq->op->level == LEVEL_BUCKET, owner, out);
}

/* ---- put ---- */

struct acl_op {
	struct alter alter; /* of an object */
	struct obj_write w; /* of a bucket */
	struct rq *rq;
	struct acl_asked asked;
	struct span bucket_owner;
	struct span rendered;
};

static struct span
to_store(struct acl_op *op, const struct acl *acl)
{
	return acl_is_private(acl) && span_eq(acl->owner, op->bucket_owner)
	    ? SPAN_NONE
	    : acl_render(op->rq->arena, acl);
}

static enum err
object_see(void *ctx, const struct rec_object *rec, const struct attrs *attrs)
{
	struct acl_op *op = CONTAINER_OF(ctx, struct acl_op, alter);
	struct span side = side_get(attrs, SIDE_ACL), owner = op->bucket_owner;
	struct acl acl;
	enum err e = OK;

	(void)rec;
	if (side.p != NULL)
		e = acl_read_owner(side, &owner);
	if (e == OK)
		e = list_make(op->rq, &op->asked, owner, &acl);
	if (e == OK)
		op->alter.side.value = to_store(op, &acl);
	return e;
}

static void
object_then(struct rq *rq, const struct obj_side *side)
{
	reply_begin(rq, 200);
	reply_version(rq, &side->rec);
}

static enum err
bucket_write(struct txn *t, void *arg)
{
	struct acl_op *op = CONTAINER_OF(arg, struct acl_op, w.write);
	struct rq *rq = op->rq;

	fail_clear(&rq->fail);
	return obj_acl_bucket_put(t, rq->bucket, rq->bkt.id, op->rendered, &rq->fail);
}

static void
bucket_then(struct obj_write *w, enum err e)
{
	struct acl_op *op = CONTAINER_OF(w, struct acl_op, w);

	if (e == OK)
		reply_begin(op->rq, 200);
	rq_resume(op->rq, e);
}

static enum err
acl_post(struct acl_op *op, const struct acl_subject *s, const struct acl *acl)
{
	struct rq *rq = op->rq;

	if (rq->op->level == LEVEL_OBJECT) {
		alter_init(&op->alter, rq, SIDE_ACL);
		op->alter.side.version = s->version;
		op->alter.side.event = EVENT_ACL;
		op->alter.side.see = object_see;
		op->alter.then = object_then;
		return alter_post(&op->alter);
	}
	op->rendered = to_store(op, acl);
	obj_write_post(
	    &op->w, rq->s3->conf.store, bucket_write, rq->loop->inbox, bucket_then);
	return rq_wait(rq);
}

static bool
is_more_than_private(struct rq *rq, const struct acl_op *op)
{
	return !span_is(op->asked.canned, "private") &&
	    !headers_acl_is_void(rq, &op->asked);
}

/* MinIO has no lists, and takes one that says so. */
static enum err
only_private(struct rq *rq, const struct acl_op *op)
{
	if (is_more_than_private(rq, op))
		return fail_set(&rq->fail, E_NOT_IMPLEMENTED);
	reply_begin(rq, 200);
	return OK;
}

enum err
op_put_acl_finish(struct rq *rq)
{
	struct acl_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct acl_subject s;
	struct acl acl;
	enum err e = subject_find(rq, &s);

	op->rq = rq;
	op->bucket_owner = headers_acl_bucket_owner(rq);
	if (e == OK)
		e = asked_read(rq, &op->asked);
	if (e == OK)
		e = owner_check(rq, &op->asked, s.acl.owner);
	if (e == OK && tier_value(rq, TP_ACL_PUT) == TV_FIXED)
		return only_private(rq, op);
	if (e == OK && is_more_than_private(rq, op))
		(void)tier_says_of(rq, TP_ACL_PUT, TIER_BIT_MINIO);
	if (e == OK && rq->rules.ownership == OWNERSHIP_ENFORCED) {
		if (!headers_acl_is_void(rq, &op->asked))
			return fail_set(&rq->fail, E_ACL_NOT_SUPPORTED);
		reply_begin(rq, 200);
		return OK;
	}
	if (e == OK)
		e = list_make(rq, &op->asked, s.acl.owner, &acl);
	if (e == OK && rq->rules.no_public_acls && acl_is_public(&acl))
		e = allow_blocked(rq, true);
	return e == OK ? acl_post(op, &s, &acl) : e;
}
