/* SPDX-License-Identifier: Apache-2.0 */
/* S3 Control: tags of buckets and access points, the account's public access block. */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

/* Of operations with a document, before it is asked for. */
enum err
op_control_begin(struct rq *rq)
{
	return control_account(rq);
}

/* ---- tags ---- */

struct tags_op {
	struct obj_write w;
	struct rq *rq;
	struct span bucket; /* of the ARN, or: */
	struct point_arn arn; /* name.n > 0 */
	struct rec_bucket rec;
	struct rec_point point;
	struct span old; /* <TagSet>, n = 0: none */
	const struct xml_node *add; /* <Tags> */
};

static bool
is_own(const struct rq *rq, struct span account)
{
	return span_eq(account, rq->who->account);
}

static enum err
resource_parse(struct rq *rq, struct tags_op *op)
{
	enum err e = control_account(rq);
	struct span account;

	op->rq = rq;
	op->bucket = rq->bucket;
	if (e != OK)
		return e;
	if (op->bucket.n > 0)
		account = span_of(rq->bkt.account, ACCOUNT_DIGITS);
	else if (rec_point_arn(rq->resource, &op->arn) && op->arn.rest.n == 0)
		account = op->arn.account;
	else
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The resource ARN is not valid for tags.");
	return is_own(rq, account) ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}

static void
bucket_doc(const struct tags_op *op, struct obj_doc *out)
{
	*out = (struct obj_doc){ .bucket = op->bucket,
		.bucket_id = op->rec.id,
		.doc = DOC_TAGGING,
		.fail = NULL };
}

/* What there is now, in op->old. */
static enum err
tags_load(struct txn *t, struct tags_op *op)
{
	struct rq *rq = op->rq;
	struct obj_doc d;
	enum err e;

	op->old = SPAN_NONE;
	if (op->bucket.n == 0) {
		e = obj_point_find(
		    t, op->arn.account, op->arn.name, rq->arena, &op->point, &rq->fail);
		op->old = op->point.tags;
		return e;
	}
	e = obj_bucket_find(t, op->bucket, &op->rec, &rq->fail);
	if (e == OK && op->rec.id != rq->bkt.id)
		e = fail_set(&rq->fail, E_NO_SUCH_BUCKET);
	if (e != OK)
		return e;
	bucket_doc(op, &d);
	e = obj_doc_get(t, &d, &op->old);
	if (e == OK)
		op->old = arena_span(rq->arena, op->old);
	return e == E_NO_SUCH_TAG_SET ? OK : e;
}

/* set: content of the new <TagSet>. */
static enum err
tags_store(struct txn *t, struct tags_op *op, struct span set)
{
	struct doc_text text = { .nothing = set.n == 0 };
	struct buf inner = { 0 };
	struct obj_doc d;
	enum err e;

	if (set.n > 0) {
		buf_str(&inner, "<TagSet>");
		buf_span(&inner, set);
		buf_str(&inner, "</TagSet>");
	}
	text.inner = op->point.tags = buf_view(&inner);
	if (op->bucket.n > 0) {
		bucket_doc(op, &d);
		e = obj_doc_put(t, &d, &text);
	} else
		e = obj_point_put(t, op->arn.account, op->arn.name, &op->point);
	buf_fini(&inner);
	return e;
}

static enum err
old_parse(struct tags_op *op, struct xml_node **set)
{
	*set = NULL;
	if (op->old.n == 0)
		return OK;
	return xml_parse(op->rq->arena, op->old, set, NULL) == OK ? OK : E_CORRUPT;
}

static void
put_tag(struct buf *b, const struct xml_node *tag)
{
	buf_str(b, "<Tag>");
	xml_put(b, "Key", xml_text(tag, "Key"));
	xml_put(b, "Value", xml_text(tag, "Value"));
	buf_str(b, "</Tag>");
}

static const struct xml_node *
tag_find(const struct xml_node *set, struct span key)
{
	const struct xml_node *c = set != NULL ? xml_child(set, "Tag") : NULL;

	while (c != NULL && !span_eq(xml_text(c, "Key"), key))
		c = xml_next(c, "Tag");
	return c;
}

/* Old ones with their new values, then the new ones. */
static enum err
tags_merge(struct txn *t, struct tags_op *op)
{
	const struct xml_node *c, *other;
	struct xml_node *set;
	struct buf b = { 0 };
	unsigned n = 0;
	enum err e = old_parse(op, &set);

	if (e != OK)
		return e;
	for (c = set != NULL ? xml_child(set, "Tag") : NULL; c != NULL;
	     c = xml_next(c, "Tag"), n++) {
		other = tag_find(op->add, xml_text(c, "Key"));
		put_tag(&b, other != NULL ? other : c);
	}
	for (c = xml_child(op->add, "Tag"); c != NULL; c = xml_next(c, "Tag")) {
		if (tag_find(set, xml_text(c, "Key")) != NULL)
			continue;
		put_tag(&b, c);
		n++;
	}
	e = n > DOC_TAGS_MAX ? fail_msg(&op->rq->fail, E_BAD_REQUEST,
				   "Bucket tag count cannot be greater than 50")
			     : tags_store(t, op, buf_view(&b));
	buf_fini(&b);
	return e;
}

static bool
is_named(const struct rq *rq, struct span key)
{
	for (size_t i = 0; i < rq->nparam; i++)
		if (span_is(rq->param[i].name, "tagKeys") &&
		    span_eq(rq->param[i].value, key))
			return true;
	return false;
}

static enum err
tags_remove(struct txn *t, struct tags_op *op)
{
	const struct xml_node *c;
	struct xml_node *set;
	struct buf b = { 0 };
	enum err e = old_parse(op, &set);

	for (c = e == OK && set != NULL ? xml_child(set, "Tag") : NULL; c != NULL;
	     c = xml_next(c, "Tag"))
		if (!is_named(op->rq, xml_text(c, "Key")))
			put_tag(&b, c);
	if (e == OK)
		e = tags_store(t, op, buf_view(&b));
	buf_fini(&b);
	return e;
}

static enum err
tags_write(struct txn *t, void *arg)
{
	struct tags_op *op = CONTAINER_OF(arg, struct tags_op, w.write);
	enum err e;

	fail_clear(&op->rq->fail);
	e = tags_load(t, op);
	if (e != OK)
		return e;
	return op->add != NULL ? tags_merge(t, op) : tags_remove(t, op);
}

static void
tags_then(struct obj_write *w, enum err e)
{
	struct tags_op *op = CONTAINER_OF(w, struct tags_op, w);

	if (e == OK)
		reply_begin(op->rq, 204);
	rq_resume(op->rq, e);
}

static enum err
tags_post(struct tags_op *op)
{
	struct rq *rq = op->rq;

	obj_write_post(
	    &op->w, rq->s3->conf.store, tags_write, rq->loop->inbox, tags_then);
	return rq_wait(rq);
}

enum err
op_tag_resource_finish(struct rq *rq)
{
	struct tags_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct doc_text text;
	struct xml_node *root;
	enum err e = resource_parse(rq, op);

	if (e == OK)
		e = intake_xml(rq, "TagResourceRequest", &root);
	if (e != OK)
		return e;
	op->add = xml_child(root, "Tags");
	if (op->add == NULL || op->add->child == NULL)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	e = doc_parse_tags(rq->arena, op->add, &text, &rq->fail);
	return e == OK ? tags_post(op) : e;
}

enum err
op_untag_resource_begin(struct rq *rq)
{
	struct tags_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = resource_parse(rq, op);

	if (e == OK && !query_has(rq, "tagKeys"))
		e = fail_msg(&rq->fail, E_INVALID_REQUEST, "Missing tagKeys.");
	return e == OK ? tags_post(op) : e;
}

static enum err
tags_read(struct txn *t, void *arg)
{
	return tags_load(t, arg);
}

enum err
op_list_resource_tags_begin(struct rq *rq)
{
	struct tags_op op = { 0 };
	const struct xml_node *c;
	struct xml_node *set = NULL;
	struct buf *b;
	enum err e = resource_parse(rq, &op);

	if (e == OK)
		e = store_read(rq->loop->reader, tags_read, &op);
	if (e == OK)
		e = old_parse(&op, &set);
	if (e != OK)
		return e;
	b = control_xml(rq, "ListTagsForResourceResult");
	buf_str(b, "<Tags>");
	for (c = set != NULL ? xml_child(set, "Tag") : NULL; c != NULL;
	     c = xml_next(c, "Tag"))
		put_tag(b, c);
	buf_str(b, "</Tags></ListTagsForResourceResult>");
	return OK;
}

/* ---- the account's public access block ---- */

struct block_op {
	struct obj_write w;
	struct rq *rq;
	struct span inner; /* p == NULL: none */
};

static enum err
block_read(struct txn *t, void *arg)
{
	struct rq *rq = arg;
	struct span inner;
	enum err e = obj_point_account_block(t, rq->who->account, &inner);

	if (e == OK) {
		doc_render(reply_xml(rq, 200), DOC_PUBLIC_BLOCK, inner, false);
		return OK;
	}
	if (e == E_NO_SUCH_PUBLIC_BLOCK) {
		(void)fail_set(&rq->fail, e);
		fail_pair(&rq->fail, "AccountId", rq->who->account);
	}
	return e;
}

enum err
op_get_account_block_begin(struct rq *rq)
{
	enum err e = control_account(rq);

	return e == OK ? store_read(rq->loop->reader, block_read, rq) : e;
}

static enum err
block_write(struct txn *t, void *arg)
{
	struct block_op *op = CONTAINER_OF(arg, struct block_op, w.write);

	return obj_point_account_block_set(t, op->rq->who->account, op->inner);
}

static void
block_then(struct obj_write *w, enum err e)
{
	struct block_op *op = CONTAINER_OF(w, struct block_op, w);

	if (e == OK)
		reply_begin(op->rq, op->inner.p != NULL ? 201 : 204);
	rq_resume(op->rq, e);
}

static enum err
block_post(struct rq *rq, struct span inner)
{
	struct block_op *op = arena_zalloc(rq->arena, sizeof *op);

	op->rq = rq;
	op->inner = inner;
	obj_write_post(
	    &op->w, rq->s3->conf.store, block_write, rq->loop->inbox, block_then);
	return rq_wait(rq);
}

enum err
op_put_account_block_finish(struct rq *rq)
{
	struct doc_text text = { 0 };
	enum err e = doc_parse(
	    rq->arena, DOC_PUBLIC_BLOCK, intake_bytes(rq), SPAN_NONE, &text, &rq->fail);

	return e == OK ? block_post(rq, text.inner) : e;
}

enum err
op_delete_account_block_begin(struct rq *rq)
{
	enum err e = control_account(rq);

	return e == OK ? block_post(rq, SPAN_NONE) : e;
}
