/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of a bucket: get, put, delete and list, for each row of docs.def. */
#include "config.h"

#include "codec/b64.h"
#include "model/lifecycle.h"
#include "model/replication.h"
#include "object/document.h"
#include "object/replica.h"
#include "s3_priv.h"

enum { DOC_PAGE = 100 };

struct doc_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_doc at;
	struct doc_text text;
	bool small_moves, any_size; /* of lifecycle rules */
	bool minio; /* replication rules in MinIO's form */
};

static enum err
doc_at(struct rq *rq, struct obj_doc *out)
{
	enum doc d;

	MUST(doc_find(rq->op->sub, &d));
	*out = (struct obj_doc){
		.bucket = rq->bucket, .bucket_id = rq->bkt.id, .doc = d, .fail = &rq->fail
	};
	if (doc_row(d)->list[0] == '\0')
		return OK;
	out->id = query_get(rq, "id");
	return doc_id_ok(out->id) ? OK : fail_set(&rq->fail, E_INVALID_CONFIGURATION_ID);
}

/* ---- the smallest object that lifecycle rules move, beside the rules ---- */

#define MINIMUM_HEADER "x-amz-transition-default-minimum-object-size"

static struct obj_doc
minimum_at(const struct obj_doc *at)
{
	struct obj_doc d = *at;

	d.id = SPAN_LIT(LIFE_MINIMUM_ID);
	return d;
}

static void
minimum_reply(struct rq *rq, bool small_moves)
{
	if (tier_value(rq, TP_TRANSITION_SMALL) == TV_NONE)
		return;
	reply_header_str(rq, MINIMUM_HEADER,
	    small_moves ? LIFE_MINIMUM_ID : "all_storage_classes_128K");
}

static enum err
minimum_header(struct rq *rq, struct doc_op *op)
{
	struct span v = header_get(rq, MINIMUM_HEADER);

	if (tier_value(rq, TP_TRANSITION_SMALL) == TV_NONE) {
		op->small_moves = op->any_size = true;
		return OK;
	}
	op->small_moves = span_is(v, LIFE_MINIMUM_ID);
	if (v.p == NULL || op->small_moves || span_is(v, "all_storage_classes_128K"))
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "Invalid TransitionDefaultMinimumObjectSize found: %.*s", (int)v.n, v.p);
}

static enum err
minimum_write(struct txn *t, const struct doc_op *op)
{
	struct obj_doc at = minimum_at(&op->at);
	struct doc_text text = { .inner = op->any_size ? SPAN_LIT(LIFE_ANY_SIZE)
						       : SPAN_LIT(""),
		.nothing = !op->small_moves };

	return obj_doc_put(t, &at, &text);
}

/* ---- get ---- */

static enum err
get_read(struct txn *t, void *arg)
{
	struct doc_op *op = arg;
	struct span inner;
	enum err e = obj_doc_get(t, &op->at, &inner);

	if (e != OK)
		return e;
	doc_render(reply_xml(op->rq, 200), op->at.doc, inner, false);
	if (op->at.doc == DOC_LIFECYCLE) {
		struct obj_doc minimum = minimum_at(&op->at);

		minimum.fail = NULL;
		minimum_reply(op->rq, obj_doc_get(t, &minimum, &inner) == OK);
	}
	return OK;
}

enum err
op_doc_get_begin(struct rq *rq)
{
	struct doc_op op = { .rq = rq };
	enum err e = doc_at(rq, &op.at);

	return e == OK ? store_read(rq->loop->reader, get_read, &op) : e;
}

/* ---- put ---- */

static enum err
put_write(struct txn *t, void *arg)
{
	struct doc_op *op = CONTAINER_OF(arg, struct doc_op, w.write);

	enum err e;

	fail_clear(op->at.fail);
	e = obj_doc_put(t, &op->at, &op->text);
	return e == OK && op->at.doc == DOC_LIFECYCLE ? minimum_write(t, op) : e;
}

static void
put_then(struct obj_write *w, enum err e)
{
	struct doc_op *op = CONTAINER_OF(w, struct doc_op, w);

	/* PutBucketTagging alone answers 204. */
	if (e == OK)
		reply_begin(op->rq, op->at.doc == DOC_TAGGING ? 204 : 200);
	if (e == OK && op->at.doc == DOC_LIFECYCLE)
		minimum_reply(op->rq, op->small_moves);
	rq_resume(op->rq, e);
}

static enum err
too_long(struct rq *rq, size_t max)
{
	(void)fail_set(&rq->fail, E_MAX_MESSAGE_LENGTH);
	fail_pair_u64(&rq->fail, "MaxMessageLengthBytes", max);
	return E_MAX_MESSAGE_LENGTH;
}

/* docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html */
static enum err
put_name_check(struct rq *rq, enum doc d)
{
	if (d != DOC_ACCELERATE || span_find(rq->bucket, '.', 0) == rq->bucket.n)
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "S3 Transfer Acceleration is not supported for buckets with periods (.) in "
	    "their names");
}

static struct span
arn_account(struct span arn)
{
	for (size_t i = 0; i < 4; i++)
		(void)span_cut(&arn, ':');
	return span_cut(&arn, ':');
}

/* Who lets S3 act in a role's name must be allowed to hand that role on:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
static enum err
role_check(struct rq *rq, struct span rules)
{
	struct span was = rq->resource;
	struct replication r;
	enum err e = replication_get(rq->arena, rules, &r);

	if (e != OK || r.role.n == 0)
		return e;
	if (!r.minio && !span_eq(arn_account(r.role), rq->who->account))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	rq->resource = r.role;
	e = allow_also(rq, "iam:PassRole", SPAN_NONE);
	rq->resource = was;
	return e;
}

/* "*", or scheme://host[:port] with perhaps one "*" in it:
 * developers.cloudflare.com/r2/buckets/cors */
static bool
is_origin(struct span s)
{
	size_t at = span_search(s, SPAN_LIT("://"), 0);
	struct span host = span_from(s, at + 3), port;

	if (span_is(s, "*"))
		return true;
	if (at == 0 || at >= s.n)
		return false;
	port = host;
	host = span_cut(&port, ':');
	for (size_t i = 0; i < port.n; i++)
		if (port.p[i] != '*' && (port.p[i] < '0' || port.p[i] > '9'))
			return false;
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#' ||
		    host.p[i] <= ' ')
			return false;
	return host.n > 0;
}

static enum err
put_origins_check(struct rq *rq)
{
	struct xml_node *root, *rule, *n;
	enum err e = intake_xml(rq, "CORSConfiguration", &root);

	if (e != OK)
		return e;
	for (rule = xml_child(root, "CORSRule"); rule != NULL;
	     rule = xml_next(rule, "CORSRule"))
		for (n = xml_child(rule, "AllowedOrigin"); n != NULL;
		     n = xml_next(n, "AllowedOrigin"))
			if (!is_origin(span_trim(n->text)) &&
			    tier_says_of(rq, TP_CORS_RULES, TIER_BIT_R2) ==
				TV_ORIGINS_STRICT)
				return fail_set(&rq->fail, E_MALFORMED_XML);
	return OK;
}

enum err
op_doc_put_finish(struct rq *rq)
{
	struct doc_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span in = intake_bytes(rq);
	enum err e = doc_at(rq, &op->at);

	if (e == OK && (rq->op->flags & F_DIGEST) != 0)
		e = headers_digest_given(rq);
	if (e == OK && in.n > doc_row(op->at.doc)->max)
		e = too_long(rq, doc_row(op->at.doc)->max);
	if (e == OK)
		e = put_name_check(rq, op->at.doc);
	if (e == OK && op->at.doc == DOC_LIFECYCLE)
		e = minimum_header(rq, op);
	if (e == OK && op->at.doc == DOC_LIFECYCLE)
		e = rules_take(rq, &in);
	op->text.soon = tier_value(rq, TP_TRANSITION_DAYS) == TV_DAYS_1;
	if (e == OK)
		e = doc_parse(rq->arena, op->at.doc, in, op->at.id, &op->text, &rq->fail);
	if (e == OK && op->at.doc == DOC_REPLICATION)
		e = role_check(rq, op->text.rules);
	if (e == OK && op->at.doc == DOC_CORS)
		e = put_origins_check(rq);
	if (e != OK)
		return e;
	op->rq = rq;
	obj_write_post(&op->w, rq->s3->conf.store, put_write, rq->loop->inbox, put_then);
	return rq_wait(rq);
}

/* ---- delete ---- */

static enum err
form_look(struct txn *t, struct doc_op *op)
{
	struct replication r;
	enum err e = obj_replica_rules(t, &op->rq->bkt, op->rq->arena, &r);

	op->minio = e == OK && r.minio;
	return e;
}

static enum err
delete_write(struct txn *t, void *arg)
{
	struct doc_op *op = CONTAINER_OF(arg, struct doc_op, w.write);

	enum err e;

	fail_clear(op->at.fail);
	e = op->at.doc == DOC_REPLICATION ? form_look(t, op) : OK;
	if (e == OK)
		e = obj_doc_delete(t, &op->at);
	return e == OK && op->at.doc == DOC_LIFECYCLE ? minimum_write(t, op) : e;
}

static void
delete_then(struct obj_write *w, enum err e)
{
	struct doc_op *op = CONTAINER_OF(w, struct doc_op, w);

	/* Who put MinIO's form expects MinIO's answer: minio-go takes 204 for a failure. */
	if (e == OK)
		reply_begin(op->rq, op->minio ? 200 : 204);
	rq_resume(op->rq, e);
}

enum err
op_doc_delete_begin(struct rq *rq)
{
	struct doc_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = doc_at(rq, &op->at);

	if (e != OK)
		return e;
	op->rq = rq;
	obj_write_post(
	    &op->w, rq->s3->conf.store, delete_write, rq->loop->inbox, delete_then);
	return rq_wait(rq);
}

/* ---- list ---- */

struct doc_page {
	struct rq *rq;
	enum doc doc;
	struct buf *out;
	unsigned n;
	bool more;
	char last[DOC_ID_MAX];
	size_t nlast;
	struct span after;
};

static bool
page_row(void *ctx, struct span id, struct span inner)
{
	struct doc_page *p = ctx;

	if (p->n == DOC_PAGE) {
		p->more = true;
		return false;
	}
	doc_render(p->out, p->doc, inner, true);
	MUST(id.n <= sizeof p->last);
	memcpy(p->last, id.p, id.n);
	p->nlast = id.n;
	p->n++;
	return true;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct doc_page *p = arg;

	return obj_doc_each(t, p->rq->bkt.id, p->doc, p->after, page_row, p);
}

static enum err
page_token(struct rq *rq, struct span *after)
{
	struct span token = query_get(rq, "continuation-token");
	char *text = arena_alloc(rq->arena, token.n + 1);
	size_t n;

	*after = SPAN_NONE;
	if (token.p == NULL)
		return OK;
	if (token.n == 0 || !b64url_parse(text, token.n, &n, token) ||
	    !doc_id_ok(span_of(text, n)))
		return bad_argument(rq, "continuation-token", token,
		    "The continuation token provided is incorrect");
	*after = span_of(text, n);
	return OK;
}

enum err
op_doc_list_begin(struct rq *rq)
{
	struct doc_page p = { .rq = rq };
	char token[B64_LEN(DOC_ID_MAX)];
	const char *root;
	enum err e;

	MUST(doc_find(rq->op->sub, &p.doc));
	e = page_token(rq, &p.after);
	if (e != OK)
		return e;
	root = doc_row(p.doc)->list;
	p.out = reply_xml(rq, 200);
	buf_printf(p.out, "<%s xmlns=\"" XML_S3NS "\">", root);
	e = store_read(rq->loop->reader, page_read, &p);
	xml_put_bool(p.out, "IsTruncated", p.more);
	if (p.after.n > 0)
		xml_put(p.out, "ContinuationToken", query_get(rq, "continuation-token"));
	if (p.more)
		xml_put(p.out, "NextContinuationToken",
		    span_of(token, b64url_render(token, p.last, p.nlast)));
	xml_close(p.out, root);
	return e;
}
