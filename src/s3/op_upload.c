/* SPDX-License-Identifier: Apache-2.0 */
/* CreateMultipartUpload, UploadPart, AbortMultipartUpload, CompleteMultipartUpload. */
#include "config.h"

#include <stdlib.h>

#include "base/rand.h"
#include "sse_priv.h"

/* ---- create ---- */

struct create_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_dest dest;
	struct rec_upload upload;
	struct sse sse;
};

static enum err
create_write(struct txn *t, void *arg)
{
	struct create_op *op = CONTAINER_OF(arg, struct create_op, w.write);

	fail_clear(&op->rq->fail);
	return obj_upload_create(t, &op->dest, &op->upload);
}

static void
create_then(struct obj_write *w, enum err e)
{
	struct create_op *op = CONTAINER_OF(w, struct create_op, w);
	struct rq *rq = op->rq;
	char id[UPLOAD_ID_TEXT];
	struct buf *b;

	if (e == OK) {
		b = reply_xml(rq, 200);
		if (op->upload.checksum_given) {
			reply_header_str(rq, "x-amz-checksum-algorithm",
			    checksum_row(op->upload.checksum)->name);
			reply_header_str(rq, "x-amz-checksum-type",
			    op->upload.composite ? "COMPOSITE" : "FULL_OBJECT");
		}
		sse_reply(rq, op->sse.side, SSE_TELL_CONTEXT | SSE_TELL_CUSTOMER);
		expiry_abort(rq, op->upload.initiated_ms);
		upload_id_render(id, op->upload.number, op->upload.salt);
		buf_str(b, "<InitiateMultipartUploadResult xmlns=\"" XML_S3NS "\">");
		xml_put(b, "Bucket", rq->bucket);
		xml_put(b, "Key", rq->key);
		xml_put(b, "UploadId", span_of(id, sizeof id));
		buf_str(b, "</InitiateMultipartUploadResult>");
	}
	rq_resume(rq, e);
}

/* There before the others, and all that some services have. */
static bool
is_first_five(uint8_t kind)
{
	return kind == CHECKSUM_CRC32 || kind == CHECKSUM_CRC32C ||
	    kind == CHECKSUM_CRC64NVME || kind == CHECKSUM_SHA1 ||
	    kind == CHECKSUM_SHA256;
}

/* Which algorithm and whether of the whole or of the parts; the defaults are AWS's. */
static enum err
create_checksum(struct rq *rq, struct rec_upload *u)
{
	struct span name = header_get(rq, "x-amz-checksum-algorithm"),
		    type = header_get(rq, "x-amz-checksum-type");
	const struct checksum_row *row;

	u->checksum = name.p == NULL && tier_says(rq, TP_SUM_DEFAULT) == TV_NONE
	    ? CHECKSUM_NONE
	    : CHECKSUM_CRC64NVME;
	if (name.p == NULL && type.p != NULL)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The x-amz-checksum-type header can only be used with the "
		    "x-amz-checksum-algorithm header.");
	if (name.p == NULL)
		return OK;
	if (!checksum_find(name, &u->checksum))
		return fail_msg(&rq->fail, E_INVALID_REQUEST, "%s", checksum_unknown);
	if (u->checksum > CHECKSUM_SHA256 && tier_says(rq, TP_CHECKSUMS) == TV_SUMS_5)
		return lacks_header(rq, "x-amz-checksum-algorithm", name);
	if (!is_first_five(u->checksum) &&
	    tier_says_of(rq, TP_CHECKSUMS, TIER_BIT_MINIO | TIER_BIT_R2) ==
		TV_SUMS_5_IGNORE)
		return fail_msg(
		    &rq->fail, E_INVALID_ARGUMENT, "Invalid checksum provided.");
	u->checksum_given = true;
	row = checksum_row(u->checksum);
	if (type.p == NULL) {
		u->composite = row->composite;
		return OK;
	}
	u->composite = span_is(type, "COMPOSITE");
	if (!u->composite && !span_is(type, "FULL_OBJECT"))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Value for x-amz-checksum-type header is invalid.");
	if (u->composite ? row->composite
			 : row->full &&
		    (u->checksum == CHECKSUM_CRC64NVME ||
			tier_says(rq, TP_SUM_FULL) != TV_FULL_NVME))
		return OK;
	if (u->composite && u->checksum == CHECKSUM_CRC64NVME &&
	    tier_says(rq, TP_SUM_COMPOSITE) == TV_ACCEPT)
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "The %.*s checksum type cannot be used with the %s checksum algorithm.",
	    (int)type.n, type.p, row->header + 15);
}

enum err
op_create_upload_begin(struct rq *rq)
{
	struct create_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct sse_default def;
	struct object_headers h;
	enum err e = headers_object(rq, &h);

	if (e == OK)
		e = headers_lock_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_acl_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_replica_admit(rq, &h.attrs);
	if (e == OK)
		e = create_checksum(rq, &op->upload);
	if (e == OK)
		e = sse_default(rq, &def);
	if (e == OK)
		e = sse_begin(rq, &def, &h.attrs, &op->sse);
	sse_drop(&op->sse);
	if (e != OK)
		return e;
	op->rq = rq;
	op->dest =
	    (struct obj_dest){ .bucket = rq->bucket, .key = rq->key, .fail = &rq->fail };
	op->upload.class = h.class;
	op->upload.mime = h.mime;
	op->upload.attrs = h.attrs;
	op->upload.initiated_ms = rq->now_ms;
	rand_bytes(&op->upload.salt, sizeof op->upload.salt);
	obj_write_post(
	    &op->w, rq->s3->conf.store, create_write, rq->loop->inbox, create_then);
	return rq_wait(rq);
}

/* ---- part ---- */

struct part_op {
	struct obj_put_part put;
	struct obj_write lose;
	struct rq *rq;
	struct rec_upload upload;
	bool there; /* there is one of that number */
	struct sse sse;
};

static enum err part_lose(struct part_op *op);

static enum err
part_look(struct txn *t, void *arg)
{
	struct part_op *op = arg;
	struct rq *rq = op->rq;
	enum err e = obj_upload_find(
	    t, &rq->bkt, rq->key, op->put.upload_id, rq->arena, &op->upload, &rq->fail);

	if (e == OK && tier_value(rq, TP_PART_FAILED) == TV_LOST)
		e = obj_part_there(t, &op->upload, op->put.number, &op->there);
	return e;
}

/* A part with a checksum must use the upload's algorithm. */
static enum err
part_checksum(struct rq *rq, const struct rec_upload *u)
{
	struct body_promise p;
	enum err e = headers_promise(rq, &p);

	if (e != OK || p.kind == CHECKSUM_NONE || p.kind == u->checksum ||
	    !u->checksum_given)
		return e;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "Checksum Type mismatch occurred, expected checksum Type: %s, actual "
	    "checksum Type: %s",
	    checksum_row(u->checksum)->header + 15, checksum_row(p.kind)->header + 15);
}

enum err
op_upload_part_begin(struct rq *rq)
{
	struct part_op *op = arena_zalloc(rq->arena, sizeof *op);
	bool given;
	enum err e = query_part_number(rq, &given, &op->put.number);

	op->rq = rq;
	rq->data = op;
	op->put.upload_id = query_get(rq, "uploadId");
	op->put.bucket = rq->bkt;
	op->put.key = rq->key;
	op->put.arena = rq->arena;
	op->put.fail = &rq->fail;
	if (e == OK)
		e = store_read(rq->loop->reader, part_look, op);
	if (e == OK)
		e = part_checksum(rq, &op->upload);
	if (e == OK)
		e = headers_lock_digest(rq, &op->upload.attrs, "Part");
	if (e == OK)
		e = sse_open_upload(rq, &op->upload.attrs, &op->sse);
	op->sse.part = op->put.number;
	if (e == OK)
		e = intake_start(rq, op->upload.checksum, true, &op->sse);
	sse_drop(&op->sse);
	return e == OK ? part_lose(op) : e;
}

static enum err
part_there(struct txn *t, void *arg)
{
	struct part_op *op = arg;

	return obj_part_there(t, &op->upload, op->put.number, &op->there);
}

void
op_upload_note_failed(struct rq *rq)
{
	struct part_op *op = rq->data;

	if (op == NULL || op->upload.number == 0)
		return; /* it never began */
	if (store_read(rq->loop->reader, part_there, op) == OK && op->there)
		(void)tier_says(rq, TP_PART_FAILED);
}

/* ---- a part that is there, where the one that comes takes its place at once ---- */

static enum err
lose_write(struct txn *t, void *arg)
{
	struct part_op *op = CONTAINER_OF(arg, struct part_op, lose.write);
	struct rec_upload u;
	struct rq *rq = op->rq;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_upload_find(
	    t, &rq->bkt, rq->key, op->put.upload_id, rq->arena, &u, &rq->fail);
	return e == OK ? obj_part_drop(t, &u, op->put.number) : e;
}

static void
lose_then(struct obj_write *w, enum err e)
{
	rq_resume(CONTAINER_OF(w, struct part_op, lose)->rq, e);
}

/* "If a subsequent upload to the same part fails, the original part is lost":
 * developers.cloudflare.com/r2/api/s3/api */
static enum err
part_lose(struct part_op *op)
{
	struct rq *rq = op->rq;

	if (!op->there || tier_says(rq, TP_PART_FAILED) != TV_LOST)
		return OK;
	obj_write_post(
	    &op->lose, rq->s3->conf.store, lose_write, rq->loop->inbox, lose_then);
	return rq_wait(rq);
}

static void
part_then(struct obj_write *w, enum err e)
{
	struct part_op *op = CONTAINER_OF(w, struct part_op, put.w);
	struct rq *rq = op->rq;
	char etag[ETAG_TEXT + 2];
	size_t n;

	rq->body_kept = e == OK;
	if (e == OK) {
		n = obj_etag_hex(etag + 1, op->put.rec.etag, 0);
		etag[0] = etag[n + 1] = '"';
		reply_begin(rq, 200);
		reply_header(rq, "ETag", span_of(etag, n + 2));
		sse_reply(rq, op->sse.side, SSE_TELL_CUSTOMER);
		if (op->put.rec.checksum.kind != CHECKSUM_NONE) {
			char text[CHECKSUM_TEXT];

			reply_header(rq, checksum_row(op->put.rec.checksum.kind)->header,
			    span_of(
				text, checksum_render(text, &op->put.rec.checksum, 0)));
		}
	}
	rq_resume(rq, e);
}

enum err
op_upload_part_finish(struct rq *rq)
{
	struct part_op *op = rq->data;

	op->put.body = rq->body;
	op->put.now_ms = rq->now_ms;
	obj_put_part_post(&op->put, rq->s3->conf.store, rq->loop->inbox, part_then);
	return rq_wait(rq);
}

/* ---- abort ---- */

struct abort_op {
	struct obj_write w;
	struct rq *rq;
};

static enum err
abort_write(struct txn *t, void *arg)
{
	struct abort_op *op = CONTAINER_OF(arg, struct abort_op, w.write);
	struct rq *rq = op->rq;
	struct rec_upload u;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_upload_find(
	    t, &rq->bkt, rq->key, query_get(rq, "uploadId"), rq->arena, &u, &rq->fail);
	return e == OK ? obj_upload_drop(t, &rq->bkt, rq->key, &u) : e;
}

/* Could it have been an upload once, by its id's form? */
static bool
was_ours(const struct rq *rq)
{
	uint64_t number, salt;

	return upload_id_parse(query_get(rq, "uploadId"), &number, &salt);
}

static void
abort_then(struct obj_write *w, enum err e)
{
	struct abort_op *op = CONTAINER_OF(w, struct abort_op, w);

	if (e == E_NO_SUCH_UPLOAD && was_ours(op->rq) &&
	    tier_says(op->rq, TP_ABORT_TWICE) == TV_DONE) {
		fail_clear(&op->rq->fail);
		e = OK;
	}
	if (e == OK)
		reply_begin(op->rq, 204);
	rq_resume(op->rq, e);
}

enum err
op_abort_upload_begin(struct rq *rq)
{
	struct abort_op *op = arena_zalloc(rq->arena, sizeof *op);

	op->rq = rq;
	obj_write_post(
	    &op->w, rq->s3->conf.store, abort_write, rq->loop->inbox, abort_then);
	return rq_wait(rq);
}

/* ---- complete ---- */

struct complete_op {
	struct obj_write w;
	struct rq *rq;
	struct obj_complete c;
};

static enum err
complete_write(struct txn *t, void *arg)
{
	struct complete_op *op = CONTAINER_OF(arg, struct complete_op, w.write);

	fail_clear(&op->rq->fail);
	op->c.gone = false;
	return obj_complete(t, &op->c);
}

static void
complete_then(struct obj_write *w, enum err e)
{
	struct complete_op *op = CONTAINER_OF(w, struct complete_op, w);
	struct rq *rq = op->rq;
	const struct rec_object *rec = &op->c.rec;
	char etag[ETAG_TEXT];
	struct buf *b;

	if (e == OK)
		(void)tier_over(rq, TL_OBJECT, rec->size);
	if (e == OK && op->c.unequal)
		(void)tier_says(rq, TP_PARTS_EQUAL);
	if (e == E_CONDITIONAL_CONFLICT)
		(void)tier_says(rq, TP_COND_RACE);
	if (e == OK && op->c.gone)
		e = E_PRECONDITION; /* and rq->fail says which */
	if (e == OK) {
		b = reply_xml(rq, 200);
		buf_str(b, "<CompleteMultipartUploadResult xmlns=\"" XML_S3NS "\">");
		buf_str(b, rq->http->tls ? "<Location>https://" : "<Location>http://");
		xml_escape(b, rq->http->host);
		xml_escape(b, rq->http->path);
		buf_str(b, "</Location>");
		xml_put(b, "Bucket", rq->bucket);
		xml_put(b, "Key", rq->key);
		xml_put_etag(b, etag, obj_etag(etag, rec));
		if (rec->checksum.kind != CHECKSUM_NONE) {
			xml_put_checksum(b, &rec->checksum, rec->parts);
			xml_put_str(b, "ChecksumType",
			    rec->checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
		}
		buf_str(b, "</CompleteMultipartUploadResult>");
		sse_reply(rq, op->c.crypt, 0);
		reply_written(rq, rec);
		expiry_reply(rq, rec, &op->c.attrs);
	}
	rq_resume(rq, e);
}

static struct span
bare_etag(struct span v)
{
	v = span_trim(v);
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return span_of(v.p + 1, v.n - 2);
	return v;
}

static enum err
want_parse(struct rq *rq, const struct xml_node *node, struct obj_part_want *out)
{
	struct span number = span_trim(xml_text(node, "PartNumber")), v;
	uint64_t n;

	out->etag = bare_etag(xml_text(node, "ETag"));
	if (number.n == 0 || out->etag.n == 0)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	if (!span_u64(number, &n) || n < 1 || n > UPLOAD_PARTS_MAX)
		return bad_argument(
		    rq, "PartNumber", number, "PartNumber must be >= 1 and <= 10000");
	out->number = (unsigned)n;
	for (uint8_t kind = 1; kind < CHECKSUM_KINDS; kind++) {
		v = span_trim(xml_text(node, checksum_row(kind)->element));
		if (v.n > 0 && !checksum_parse(kind, v, &out->checksum))
			return fail_set(&rq->fail, E_INVALID_PART);
	}
	return OK;
}

static int
by_number(const void *a, const void *b)
{
	const struct obj_part_want *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static enum err
complete_document(struct rq *rq, struct obj_complete *c)
{
	struct xml_node *root, *node;
	struct obj_part_want *want;
	size_t n = 0;
	enum err e;

	if (intake_bytes(rq).n == 0)
		return fail_msg(
		    &rq->fail, E_INVALID_REQUEST, "You must specify at least one part");
	e = intake_xml(rq, "CompleteMultipartUpload", &root);
	if (e != OK)
		return e;
	for (node = xml_child(root, "Part"); node != NULL; node = xml_next(node, "Part"))
		n++;
	if (n == 0)
		return fail_msg(
		    &rq->fail, E_INVALID_REQUEST, "You must specify at least one part");
	if (n > UPLOAD_PARTS_MAX)
		return fail_set(&rq->fail, E_MALFORMED_XML);
	want = arena_array(rq->arena, n, sizeof *want);
	n = 0;
	for (node = xml_child(root, "Part"); node != NULL && e == OK;
	     node = xml_next(node, "Part"))
		e = want_parse(rq, node, &want[n++]);
	if (e == OK && tier_value(rq, TP_PARTS_ORDER) == TV_SORT)
		qsort(want, n, sizeof *want, by_number);
	c->part = want;
	c->n = n;
	return e;
}

static unsigned
complete_how(struct rq *rq)
{
	unsigned how = 0;

	if (tier_value(rq, TP_PARTS_EQUAL) == TV_YES)
		how |= OBJ_PARTS_EQUAL;
	if (tier_value(rq, TP_COMPLETE_FAILED) == TV_FAILED_GONE)
		how |= OBJ_FAILED_GONE;
	if (tier_value(rq, TP_COND_RACE) != TV_CONFLICT_409)
		how |= OBJ_NO_CONFLICT;
	return how;
}

static enum err
complete_headers(struct rq *rq, struct obj_complete *c)
{
	struct span size = header_get(rq, "x-amz-mp-object-size"), v;

	if (size.p != NULL && !span_u64(size, &c->size))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Value for x-amz-mp-object-size header is invalid.");
	c->has_size = size.p != NULL;
	/* Here a checksum header speaks of the object, not of this document. */
	for (uint8_t kind = 1; kind < CHECKSUM_KINDS; kind++) {
		v = header_get(rq, checksum_row(kind)->header);
		v = span_head(v, span_find(v, '-', 0));
		if (v.n > 0 && !checksum_parse(kind, v, &c->expect))
			return fail_msg(&rq->fail, E_INVALID_REQUEST,
			    "Value for %s header is invalid.",
			    checksum_row(kind)->header);
	}
	return headers_cond_write(rq, &c->dest.cond);
}

enum err
op_complete_upload_finish(struct rq *rq)
{
	struct complete_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct obj_complete *c = &op->c;
	enum err e;

	op->rq = rq;
	c->dest = (struct obj_dest){ .bucket = rq->bucket,
		.key = rq->key,
		.bucket_id = rq->bkt.id,
		.event = EVENT_COMPLETE,
		.making = tier_making(rq),
		.by = actor_of(rq),
		.fail = &rq->fail };
	c->bucket = rq->bkt;
	c->upload_id = query_get(rq, "uploadId");
	c->arena = rq->arena;
	c->now_ms = rq->now_ms;
	c->how = complete_how(rq);
	c->max = tier_max(rq, TL_OBJECT);
	e = complete_headers(rq, c);
	if (e == OK)
		e = complete_document(rq, c);
	if (e == OK)
		e = rate_key(rq);
	if (e != OK)
		return e;
	obj_write_post(
	    &op->w, rq->s3->conf.store, complete_write, rq->loop->inbox, complete_then);
	return rq_wait(rq);
}
