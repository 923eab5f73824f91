/* SPDX-License-Identifier: Apache-2.0 */
/* PostObject: a file uploaded by a form in a browser. Everything that is a header elsewhere
 * is a field here, and known only once the body has begun to come. */
#include "config.h"

#include "auth/postsig.h"
#include "base/clock.h"
#include "sse_priv.h"

enum { FIELDS_MAX = 20 << 10 };

struct post_op {
	struct obj_put put;
	struct rq *rq;
	struct postsig_range range;
	struct span redirect;
	unsigned status;
	struct sse_default def;
	struct sse sse;
};

/* ---- the fields ---- */

/* ${filename} is the name of the user's file, in every field (sigv4-HTTPPOSTForms.html). */
static struct span
expand(struct arena *a, struct span text, struct span filename)
{
	const struct span variable = SPAN_LIT("${filename}");
	size_t at = span_search(text, variable, 0);
	char *p;

	if (at == text.n)
		return text;
	p = arena_alloc(a, text.n - variable.n + filename.n + 1);
	memcpy(p, text.p, at);
	if (filename.n > 0)
		memcpy(p + at, filename.p, filename.n);
	memcpy(p + at + filename.n, text.p + at + variable.n, text.n - at - variable.n);
	return span_of(p, text.n - variable.n + filename.n);
}

/* A header cannot hold the end of a line; a field can. */
static enum err
field_check(struct rq *rq, const struct field *f)
{
	if (span_is(f->name, "key") || span_is(f->name, "policy") ||
	    span_is(f->name, "tagging"))
		return OK;
	for (size_t i = 0; i < f->value.n; i++)
		if ((unsigned char)f->value.p[i] < 0x20 || f->value.p[i] == 0x7f)
			return bad_argument(rq, arena_str(rq->arena, f->name), f->value,
			    "Header value cannot be represented using ISO-8859-1.");
	return OK;
}

/* Of two fields of one name, the policy could be shown one and the object get the other. */
static enum err
field_once(struct rq *rq, const struct field *f, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (span_eq(f[i].name, f[at].name))
			return bad_argument(rq, arena_str(rq->arena, f[at].name),
			    f[at].value, "The field is given more than once.");
	return OK;
}

static enum err
fields_take(struct rq *rq, struct field **out, size_t *n)
{
	const struct field *in;
	struct span filename = form_filename(rq->form);
	struct field *f;
	enum err e = OK;

	*n = form_fields(rq->form, &in);
	f = arena_array(rq->arena, *n + 1, sizeof *f);
	for (size_t i = 0; i < *n && e == OK; i++) {
		f[i].name = in[i].name;
		f[i].value = expand(rq->arena, in[i].value, filename);
		e = field_check(rq, &f[i]);
		if (e == OK)
			e = field_once(rq, f, i);
	}
	*out = f;
	return e;
}

static enum err
key_take(struct rq *rq)
{
	struct span key = header_get(rq, "key");

	if (key.n == 0)
		return fail_argument(&rq->fail, "key", SPAN_LIT(""),
		    "Bucket POST must contain a field named 'key'.  If it is specified, "
		    "please check the order of the fields.");
	if (!uri_utf8(key))
		return bad_argument(rq, "key", SPAN_LIT(""), "The key is not UTF-8.");
	rq->key = key;
	if (key.n <= KEY_MAX)
		return OK;
	(void)fail_set(&rq->fail, E_KEY_TOO_LONG);
	fail_pair_u64(&rq->fail, "Size", key.n);
	fail_pair_u64(&rq->fail, "MaxSizeAllowed", KEY_MAX);
	return E_KEY_TOO_LONG;
}

static enum err
sign_take(struct post_op *op, const struct postsig_form *form)
{
	struct rq *rq = op->rq;
	enum err e = sign_form(rq, form);

	op->range = (struct postsig_range){ .max = UINT64_MAX };
	if (e == OK && rq->auth.kind != AUTH_ANONYMOUS)
		e = postsig_policy(form, &op->range, &rq->fail);
	return e == OK ? rq_allow(rq) : e;
}

/* Where to send the browser afterwards; what is no http URL is as good as absent. */
static void
answer_take(struct post_op *op)
{
	struct rq *rq = op->rq;
	struct span url = header_get(rq, "success_action_redirect"),
		    status = header_get(rq, "success_action_status");

	if (url.n == 0)
		url = header_get(rq, "redirect");
	if (span_starts(url, SPAN_LIT("http://")) ||
	    span_starts(url, SPAN_LIT("https://")))
		op->redirect = url;
	op->status = span_is(status, "200") ? 200 : span_is(status, "201") ? 201 : 204;
}

static enum err
object_take(struct post_op *op)
{
	struct rq *rq = op->rq;
	struct object_headers h;
	struct body_promise promise;
	enum err e = headers_object(rq, &h);

	if (e == OK)
		e = headers_lock_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_acl_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_promise(rq, &promise);
	if (e == OK)
		e = sse_begin(rq, &op->def, &h.attrs, &op->sse);
	if (e == OK && op->sse.side.p != NULL)
		body_seal(rq->body, &op->sse.keys, 0, op->sse.want.mode != CRYPT_S3);
	sse_drop(&op->sse);
	if (e != OK)
		return e;
	op->put.attrs = h.attrs;
	op->put.rec = (struct rec_object){ .class = h.class, .mime = h.mime };
	op->put.dest.key = rq->key;
	body_expect(rq->body,
	    promise.kind != CHECKSUM_NONE ? promise.kind : CHECKSUM_CRC64NVME,
	    &promise.expect, promise.has_md5 ? promise.md5 : NULL);
	return OK;
}

/* [loop, or the worker that has the body] */
static enum err
post_ready(void *ctx, struct form *form)
{
	struct post_op *op = ctx;
	struct rq *rq = op->rq;
	struct postsig_form signed_form = {
		.bucket = rq->bucket, .now = clock_real(), .arena = rq->arena
	};
	struct field *f;
	size_t n;
	enum err e = fields_take(rq, &f, &n);

	(void)form;
	if (e != OK)
		return e;
	rq->header = f;
	rq->nheader = n;
	signed_form.field = f;
	signed_form.nfield = n;
	e = key_take(rq);
	if (e == OK)
		e = sign_take(op, &signed_form);
	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (span_is(f[i].name, "acl"))
			f[i].name = SPAN_LIT("x-amz-acl");
	answer_take(op);
	return object_take(op);
}

enum err
op_post_object_begin(struct rq *rq)
{
	struct post_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct span boundary = form_boundary(header_get(rq, "content-type"));
	enum err e;

	if (boundary.n == 0) {
		(void)fail_set(&rq->fail, E_PRECONDITION);
		fail_pair_str(&rq->fail, "Condition",
		    "Bucket POST must be of the enclosure-type multipart/form-data");
		return E_PRECONDITION;
	}
	op->rq = rq;
	rq->data = op;
	op->put.dest = (struct obj_dest){ .bucket = rq->bucket,
		.bucket_id = rq->bkt.id,
		.event = EVENT_POST,
		.making = tier_making(rq),
		.fail = &rq->fail };
	e = sse_default(rq, &op->def);
	if (e != OK)
		return e;
	rq->form = form_new(boundary, FIELDS_MAX, post_ready, op);
	return intake_form(rq);
}

/* ---- the answer ---- */

static struct span
location(struct rq *rq)
{
	const struct http_req *http = rq->http;
	struct buf b = { 0 };
	struct span out;

	buf_str(&b, http->tls ? "https://" : "http://");
	buf_span(&b, http->host);
	buf_char(&b, '/');
	/* The bucket is in the path unless the host names it. */
	if (rq->host_bucket.n == 0) {
		buf_span(&b, rq->bucket);
		buf_char(&b, '/');
	}
	uri_encode(&b, rq->key, true);
	out = arena_span(rq->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

static void
answer_redirect(struct post_op *op, struct span etag)
{
	struct rq *rq = op->rq;
	struct span url = op->redirect;
	struct buf b = { 0 };

	buf_span(&b, url);
	buf_char(&b, span_find(url, '?', 0) < url.n ? '&' : '?');
	buf_str(&b, "bucket=");
	buf_span(&b, rq->bucket);
	buf_str(&b, "&key=");
	uri_encode(&b, rq->key, false);
	buf_str(&b, "&etag=%22");
	buf_span(&b, etag);
	buf_str(&b, "%22");
	reply_begin(rq, 303);
	reply_header(rq, "Location", buf_view(&b));
	buf_fini(&b);
}

static void
answer_document(struct post_op *op, struct span etag)
{
	struct rq *rq = op->rq;
	struct buf *b = reply_xml(rq, 201);

	buf_str(b, "<PostResponse>");
	xml_put(b, "Location", location(rq));
	xml_put(b, "Bucket", rq->bucket);
	xml_put(b, "Key", rq->key);
	xml_put_etag(b, etag.p, etag.n);
	buf_str(b, "</PostResponse>");
}

static void
post_then(struct obj_write *w, enum err e)
{
	struct post_op *op = CONTAINER_OF(w, struct post_op, put.w);
	struct rq *rq = op->rq;
	char text[ETAG_TEXT];
	struct span etag;

	rq->body_kept = e == OK;
	if (e == OK) {
		etag = span_of(text, obj_etag(text, &op->put.rec));
		if (op->redirect.n > 0)
			answer_redirect(op, etag);
		else if (op->status == 201)
			answer_document(op, etag);
		else
			reply_begin(rq, op->status);
		if (op->redirect.n == 0)
			reply_header(rq, "Location", location(rq));
		reply_etag(rq, &op->put.rec);
		reply_checksum(rq, &op->put.rec.checksum, 0);
		sse_reply(rq, op->sse.side, SSE_TELL_CUSTOMER);
		analysis_written(rq, &op->put.rec, &op->put.attrs, op->put.rec.size);
	}
	rq_resume(rq, e);
}

enum err
op_post_object_finish(struct rq *rq)
{
	struct post_op *op = rq->data;
	uint64_t size = body_length(rq->body);
	enum err e;

	if (size > rq->s3->conf.max_object && op->range.max > rq->s3->conf.max_object)
		op->range.max = rq->s3->conf.max_object;
	e = postsig_size(&op->range, size, &rq->fail);
	if (e != OK)
		return e;
	op->put.body = rq->body;
	op->put.now_ms = rq->now_ms;
	op->put.dest.by = actor_of(rq);
	obj_put_post(&op->put, rq->s3->conf.store, rq->loop->inbox, post_then);
	return rq_wait(rq);
}
