/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateObjectEncryption: another key for an object that is there. Its data key is wrapped
 * anew; only one that is plain on disk is sealed for it, part by part.
 * docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html */
#include "config.h"

#include "base/mem.h"
#include "object/seal.h"
#include "sse_priv.h"

struct update_op {
	struct obj_write w;
	struct rq *rq;
	struct crypt_want want;
	struct sealed_keys keys;
	struct obj_seal seal;
	size_t at; /* the part being sealed */
	bool written;
};

static void
update_drop(struct rq *rq)
{
	struct update_op *op = rq->data;

	for (size_t i = 0; op->seal.part != NULL && i < op->seal.n; i++)
		obj_hash_drop(&op->seal.part[i], rq->s3->conf.pool, op->written);
	sealed_keys_wipe(&op->keys);
	crypt_want_wipe(&op->want);
}

/* ---- what is asked ---- */

static enum err
refuse(struct rq *rq, const char *text)
{
	return fail_msg(&rq->fail, E_INVALID_REQUEST, "%s", text);
}

/* "arn:aws:kms:REGION:ACCOUNT:key/ID": an id or an alias will not do. */
static enum err
arn_check(struct rq *rq, struct span arn)
{
	struct span rest = arn, part[6];
	uint64_t number;

	if (arn.n == 0)
		return refuse(rq,
		    "Requests that modify an object's encryption type to SSE-KMS require "
		    "an "
		    "AWS KMS key Amazon Resource Name (ARN). Modify the request to "
		    "specify a "
		    "KMS key ARN, and then try again.");
	for (unsigned i = 0; i < 6; i++)
		part[i] = i < 5 ? span_cut(&rest, ':') : rest;
	if (!span_is(part[0], "arn") || !span_starts(part[1], SPAN_LIT("aws")) ||
	    !span_is(part[2], "kms") || part[4].n != ACCOUNT_DIGITS ||
	    !span_u64(part[4], &number) || !span_starts(part[5], SPAN_LIT("key/")) ||
	    part[5].n == 4)
		return refuse(rq,
		    "Requests that modify an object's encryption type to SSE-KMS require "
		    "a "
		    "valid AWS KMS key Amazon Resource Name (ARN). Confirm that you have "
		    "a "
		    "correctly formatted KMS key ARN in your request, and then try "
		    "again.");
	if (span_is(part[4], ACCOUNT_ROOT))
		return OK;
	return fail_msg(&rq->fail, E_ACCESS_DENIED,
	    "The AWS KMS key in the request must be owned by the same account as the "
	    "bucket. Modify the request to specify a KMS key from the same account, and "
	    "then try again.");
}

static enum err
document_take(struct update_op *op)
{
	struct rq *rq = op->rq;
	const struct xml_node *kms;
	struct rec_crypt bound = { 0 };
	struct xml_node *root;
	struct span yes;
	enum err e = intake_xml(rq, "ObjectEncryption", &root);

	if (e != OK)
		return e;
	kms = xml_child(root, "SSE-KMS");
	if (xml_child(root, "SSE-C") != NULL || xml_child(root, "DSSE-KMS") != NULL)
		return refuse(rq,
		    "The UpdateObjectEncryption operation doesn't support updating the "
		    "encryption type to DSSE-KMS or SSE-C. Modify the request to specify "
		    "SSE-KMS for the updated encryption type, and then try again.");
	if (kms == NULL)
		return refuse(rq,
		    "Requests that modify an object encryption configuration require a "
		    "valid new encryption type. Valid values are SSEKMS. Modify the "
		    "request "
		    "to specify SSE-KMS for the updated encryption type, and then try "
		    "again.");
	yes = span_trim(xml_text(kms, "BucketKeyEnabled"));
	if (yes.p != NULL && !span_is(yes, "true") && !span_is(yes, "false"))
		return refuse(rq,
		    "The BucketKeyEnabled value isn't valid. Valid values are true or "
		    "false. Modify the request to specify a valid value, and then try "
		    "again.");
	e = arn_check(rq, span_trim(xml_text(kms, "KMSKeyArn")));
	op->want.mode = CRYPT_KMS;
	op->want.bucket_key = span_is(yes, "true");
	if (e == OK)
		e = kms_find(rq->s3->conf.kms, span_trim(xml_text(kms, "KMSKeyArn")),
		    &op->want.key, &rq->fail);
	bound.bucket_key = op->want.bucket_key;
	return e == OK ? sse_kms_allow(rq, op->want.key, "kms:GenerateDataKey", &bound)
		       : e;
}

/* ---- what is there ---- */

static enum err
source_check(struct rq *rq, const struct attrs *attrs)
{
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct rec_crypt r = { .mode = CRYPT_S3 };
	enum err e = side.p != NULL ? rec_crypt_get(side, &r) : OK;

	if (e == OK && (r.mode == CRYPT_DSSE || r.mode == CRYPT_CUSTOMER))
		e = refuse(rq,
		    "The UpdateObjectEncryption operation doesn't support source objects "
		    "with the encryption type DSSE-KMS or SSE-C. Only source objects "
		    "encrypted with SSE-S3 or SSE-KMS are supported.");
	return e;
}

static enum err
update_look(struct txn *t, void *arg)
{
	struct update_op *op = arg;
	struct rq *rq = op->rq;
	struct sse_customer none = { 0 };
	struct attrs attrs;
	uint64_t off, len;
	enum err e = obj_side_find(
	    t, &rq->bkt, rq->key, &op->seal.version, &op->seal.seen, &rq->fail);

	if (e == OK)
		e = obj_attrs(t, &op->seal.seen, rq->arena, &attrs);
	if (e == OK)
		e = source_check(rq, &attrs);
	if (e != OK)
		return e;
	if (side_get(&attrs, SIDE_CRYPT).p != NULL)
		return sse_open(rq, &attrs, &none, &op->keys);
	/* What is in a tier and not encrypted would have to come back first. */
	if (rec_object_is_away(&op->seal.seen))
		return fail_set(&op->rq->fail, E_INVALID_OBJECT_STATE);
	return obj_part_place(t, &op->seal.seen, 1, &off, &len, &op->seal.n);
}

/* ---- sealing what is plain on disk ---- */

struct part_start {
	struct update_op *op;
	struct obj_hash *hash;
};

static enum err
part_start(struct txn *t, void *arg)
{
	struct part_start *p = arg;
	struct update_op *op = p->op;
	struct rq *rq = op->rq;
	struct rec_object rec;
	uint64_t off;
	size_t count;
	enum err e =
	    obj_side_find(t, &rq->bkt, rq->key, &op->seal.version, &rec, &rq->fail);

	if (e == OK && rec.number != op->seal.seen.number)
		e = fail_set(&rq->fail, E_OPERATION_ABORTED);
	if (e == OK)
		e = obj_part_place(
		    t, &rec, (unsigned)(op->at + 1), &off, &p->hash->size, &count);
	return e == OK
	    ? obj_read_start(&p->hash->from.read, t, &rec.body, off, p->hash->size)
	    : e;
}

static enum err update_write_post(struct update_op *op);
static enum err part_next(struct update_op *op);

static void
part_then(struct obj_hash *h, enum err e)
{
	struct update_op *op = h->ctx;

	obj_plain_end(&h->from);
	op->at++;
	if (e == OK)
		e = op->at < op->seal.n ? part_next(op) : update_write_post(op);
	if (e != OK)
		rq_resume(op->rq, e);
}

/* One part after the other: they go through a worker, and many would take all of them. */
static enum err
part_next(struct update_op *op)
{
	struct rq *rq = op->rq;
	struct obj_hash *h = &op->seal.part[op->at];
	struct part_start p = { op, h };
	enum err e;

	*h = (struct obj_hash){ .store = rq->s3->conf.store,
		.inbox = rq->loop->inbox,
		.keep = true,
		.ctx = op,
		.then = part_then };
	obj_read_pin(&h->from.read, h->store, rq->loop->reader);
	e = store_read(rq->loop->reader, part_start, &p);
	if (e != OK) {
		obj_plain_end(&h->from);
		return e;
	}
	h->seal = sealed_out_new(&op->keys, op->seal.n > 1 ? (unsigned)(op->at + 1) : 0);
	obj_hash_post(h, rq->s3->conf.pool);
	return OK;
}

/* ---- the change ---- */

static enum err
update_write(struct txn *t, void *arg)
{
	struct update_op *op = CONTAINER_OF(arg, struct update_op, w.write);
	struct rq *rq = op->rq;
	struct rec_bucket bucket;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_bucket_find(t, rq->bucket, &bucket, &rq->fail);
	if (e == OK && bucket.id != rq->bkt.id)
		e = fail_set(&rq->fail, E_NO_SUCH_BUCKET);
	return e == OK ? obj_seal_write(t, &bucket, &op->seal, &rq->fail) : e;
}

static void
update_then(struct obj_write *w, enum err e)
{
	struct update_op *op = CONTAINER_OF(w, struct update_op, w);
	struct rq *rq = op->rq;

	op->written = e == OK;
	if (e == OK) {
		reply_begin(rq, 200);
		reply_version(rq, &op->seal.seen);
	}
	if (e == E_OBJECT_LOCKED)
		e = fail_msg(&rq->fail, E_ACCESS_DENIED,
		    "The encryption type for the specified object can't be updated "
		    "because that object is protected by S3 Object Lock. If the object "
		    "has "
		    "a governance-mode retention period or a legal hold, you must first "
		    "remove the Object Lock status on the object before you issue your "
		    "UpdateObjectEncryption request. You can't use the "
		    "UpdateObjectEncryption operation with objects that have an Object "
		    "Lock "
		    "compliance mode retention period applied to them.");
	rq_resume(rq, alter_marker(rq, e));
}

static enum err
update_write_post(struct update_op *op)
{
	struct rq *rq = op->rq;

	obj_write_post(
	    &op->w, rq->s3->conf.store, update_write, rq->loop->inbox, update_then);
	return OK;
}

enum err
op_update_encryption_finish(struct rq *rq)
{
	struct update_op *op = arena_zalloc(rq->arena, sizeof *op);
	const struct kms *kms = rq->s3->conf.kms;
	struct obj_seal *s = &op->seal;
	enum err e = headers_digest_given(rq);

	op->rq = rq;
	rq->data = op;
	rq->drop = update_drop;
	s->key = rq->key;
	s->arena = rq->arena;
	s->now_ms = rq->now_ms;
	if (e == OK && rq->auth.date.n == 0)
		e = refuse(rq,
		    "Requests that modify an object encryption configuration require AWS "
		    "Signature Version 4. Modify the request to use AWS Signature "
		    "Version "
		    "4, and then try again.");
	if (e == OK)
		e = query_version(rq, &s->version);
	if (e == OK)
		e = document_take(op);
	if (e == OK)
		e = store_read(rq->loop->reader, update_look, op);
	if (e != OK)
		return alter_marker(rq, e);
	s->part = arena_array(rq->arena, s->n, sizeof *s->part);
	if (s->n == 0) {
		crypt_wrap(kms, &op->want, rq->bkt.id, rq->arena, &op->keys, &s->side);
		e = update_write_post(op);
	} else {
		crypt_begin(kms, &op->want, rq->bkt.id, rq->arena, &op->keys, &s->side);
		e = part_next(op);
	}
	return e == OK ? rq_wait(rq) : e;
}
