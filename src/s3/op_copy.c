/* SPDX-License-Identifier: Apache-2.0 */
/* CopyObject, UploadPartCopy. */
#include "config.h"

#include "base/mem.h"
#include "base/rand.h"
#include "codec/mime.h"
#include "model/tiering.h"
#include "object/remote.h"
#include "sse_priv.h"

/* ---- what both share: the source, seen and where needed hashed ---- */

struct copy_source {
	struct rq *rq;
	struct obj_source source;
	struct point *point; /* that named the source's bucket, or NULL */
	struct obj_hash hash;
	/* What of the source is to be copied, and whether its bytes must be read for it. */
	enum err (*plan)(struct copy_source *s);
	uint64_t off, len;
	bool hashing;
	void (*go)(struct rq *rq); /* posts the write */
	unsigned tries;
	struct attrs attrs;
	uint8_t mode; /* how the source is encrypted */
	struct sse_customer customer; /* the key it may need */
	struct sealed_keys keys; /* what its bytes are sealed by */
	bool linked; /* what was written anew is in the index */
};

enum { SOURCE_TRIES = 4 };

static enum err
source_archived(const struct copy_source *s)
{
	struct fail *fail = &s->rq->fail;

	fail_clear(fail);
	(void)fail_msg(fail, E_INVALID_OBJECT_STATE,
	    "Operation is not valid for the source object's storage class");
	fail_pair_str(fail, "StorageClass", class_name(s->source.seen.class));
	return E_INVALID_OBJECT_STATE;
}

/* Its bytes are in a tier: they are read as they are written. */
static enum err
source_away(struct txn *t, struct copy_source *s)
{
	struct rq *rq = s->rq;
	const struct obj_remote_io *io = rq->s3->conf.remote;
	struct rec_remote *at = arena_zalloc(rq->arena, sizeof *at);
	enum err e = io != NULL ? obj_remote_find(t, &s->source.seen, rq->arena, at)
				: fail_set(&rq->fail, E_REMOTE_DOWN);

	if (e != OK)
		return e;
	if (s->hash.sealed)
		obj_plain_start_remote(&s->hash.from, io, at, &s->keys, s->off, s->len);
	else
		obj_read_start_remote(&s->hash.from.read, io, at, s->off, s->len);
	return OK;
}

static enum err
source_look(struct txn *t, void *arg)
{
	struct copy_source *s = arg;
	enum err e = obj_source_find(t, &s->source, &s->source.seen, &s->rq->fail);
	struct rec_crypt r = { 0 };
	struct access access;
	struct span side;

	if (e == OK)
		e = obj_attrs(t, &s->source.seen, s->rq->arena, &s->attrs);
	if (e == OK)
		e = archive_readable(s->rq, t, &s->source.seen, &s->attrs, &access);
	if (e == E_INVALID_OBJECT_STATE)
		e = source_archived(s);
	if (e == OK)
		e = sse_open(s->rq, &s->attrs, &s->customer, &s->keys);
	if (e != OK)
		return e;
	side = side_get(&s->attrs, SIDE_CRYPT);
	if (side.p != NULL)
		e = rec_crypt_get(side, &r);
	s->mode = r.mode;
	s->hash.sealed = (s->source.seen.flags & OBJECT_IS_SEALED) != 0;
	if (e == OK && s->hash.sealed != (side.p != NULL))
		e = E_CORRUPT;
	if (e == OK)
		e = s->plan(s);
	if (e != OK || !s->hashing)
		return e;
	s->hash.size = s->len;
	if (rec_object_is_away(&s->source.seen))
		return source_away(t, s);
	return s->hash.sealed
	    ? obj_plain_start(
		  &s->hash.from, t, &s->source.seen.body, &s->keys, s->off, s->len)
	    : obj_read_start(&s->hash.from.read, t, &s->source.seen.body, s->off, s->len);
}

/* Behind the reply, and before another try. */
static void
source_let_go(struct copy_source *s)
{
	obj_plain_end(&s->hash.from);
	obj_hash_drop(&s->hash, s->rq->s3->conf.pool, s->linked);
	sealed_keys_wipe(&s->keys);
	mem_wipe(&s->customer, sizeof s->customer);
}

/* Do the bytes stay as they are under the other's encryption? A data key goes from hand to
 * hand among keys of the store; a client's key is not mixed with them. */
static bool
is_shared(uint8_t from, uint8_t to)
{
	bool ours = (from == CRYPT_S3 || from == CRYPT_KMS) &&
	    (to == CRYPT_S3 || to == CRYPT_KMS);

	return ours || (from == to && from != CRYPT_CUSTOMER);
}

/* The ETag of what is encrypted so is no MD5. */
static bool
is_opaque(uint8_t mode)
{
	return mode != CRYPT_NONE && mode != CRYPT_S3;
}

static void
etag_put(uint8_t etag[16], const struct copy_source *s, uint8_t mode)
{
	if (is_opaque(mode))
		rand_bytes(etag, 16);
	else
		memcpy(etag, s->hashing ? s->hash.md5 : s->source.seen.etag, 16);
}

static enum err
source_find(struct rq *rq, struct copy_source *s)
{
	enum err e = headers_copy_source(
	    rq, &s->source.bucket, &s->source.key, &s->source.version);

	s->rq = rq;
	s->source.account = header_get(rq, "x-amz-source-expected-bucket-owner");
	if (e == OK)
		e = point_source(rq, &s->source.bucket, &s->point);
	if (e == OK)
		e = headers_cond_read(rq, "x-amz-copy-source-", &s->source.cond);
	if (e == OK)
		e = allow_source(rq, &s->source, s->point);
	if (e == OK)
		e = sse_customer_take(rq, SSE_COPY_SOURCE, true, &s->customer);
	if (e != OK)
		return e;
	/* Pinned before it is read: what is hashed stays in place. */
	obj_read_pin(&s->hash.from.read, rq->s3->conf.store, rq->loop->reader);
	e = store_read(rq->loop->reader, source_look, s);
	if (e != OK)
		obj_plain_end(&s->hash.from);
	return e;
}

static void
hash_then(struct obj_hash *h, enum err e)
{
	struct copy_source *s = CONTAINER_OF(h, struct copy_source, hash);

	obj_plain_end(&h->from);
	if (e == OK)
		s->go(s->rq);
	else
		rq_resume(s->rq, e);
}

/* Then s->go() runs on the loop. */
static enum err
source_go(struct copy_source *s)
{
	if (!s->hashing) {
		obj_plain_end(&s->hash.from);
		s->go(s->rq);
		return rq_wait(s->rq);
	}
	s->hash.store = s->rq->s3->conf.store;
	s->hash.inbox = s->rq->loop->inbox;
	s->hash.then = hash_then;
	if (rec_object_is_away(&s->source.seen)) {
		enum err e = obj_hash_post_remote(&s->hash, s->rq->s3->conf.remote);

		return e == OK ? rq_wait(s->rq) : fail_set(&s->rq->fail, e);
	}
	obj_hash_post(&s->hash, s->rq->s3->conf.pool);
	return rq_wait(s->rq);
}

static enum err
source_start(struct rq *rq, struct copy_source *s)
{
	enum err e = source_find(rq, s);

	return e == OK ? source_go(s) : e;
}

/* The source was overwritten between look and write: the new one is as good. *e is what
 * became of trying; false: that is the answer. */
static bool
source_again(struct copy_source *s, enum err *e)
{
	if (*e != E_OPERATION_ABORTED || ++s->tries == SOURCE_TRIES)
		return false;
	fail_clear(&s->rq->fail);
	source_let_go(s);
	*e = source_start(s->rq, s);
	return *e == OK;
}

/* Which version was read, where the source has ids, and which one was written. */
static void
copy_versions(struct rq *rq, const struct obj_source *s, const struct rec_object *made)
{
	char text[VERSION_ID_TEXT];

	if ((s->seen.flags & OBJECT_HAS_ID) != 0 || s->version.which != VERSION_CURRENT)
		reply_header(rq, "x-amz-copy-source-version-id",
		    span_of(text, obj_version_text(text, &s->seen)));
	rq->copied = s->seen.size;
	rq->copied_class = s->seen.class;
	if (made != NULL)
		reply_written(rq, made);
}

/* ---- CopyObject ---- */

struct copy_op {
	struct copy_source source;
	struct obj_copy copy;
	uint8_t kind; /* of the checksum asked for, or NONE */
	struct sse sse; /* of the copy */
};

static void
copy_drop(struct rq *rq)
{
	struct copy_op *op = rq->data;

	source_let_go(&op->source);
	sse_drop(&op->sse);
}

static void
copy_then(struct obj_write *w, enum err e)
{
	struct copy_op *op = CONTAINER_OF(w, struct copy_op, copy.w);
	struct rq *rq = op->source.rq;
	const struct rec_object *rec = &op->copy.rec;
	char etag[ETAG_TEXT];
	struct buf *b;

	if (source_again(&op->source, &e))
		return;
	op->source.linked = e == OK;
	if (e == OK) {
		b = reply_xml(rq, 200);
		buf_str(b, "<CopyObjectResult xmlns=\"" XML_S3NS "\">");
		xml_put_time(b, "LastModified", rec->mtime_ms);
		xml_put_etag(b, etag, obj_etag(etag, rec));
		if (rec->checksum.kind != CHECKSUM_NONE) {
			xml_put_str(b, "ChecksumType",
			    rec->checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
			xml_put_checksum(b, &rec->checksum, rec->parts);
		}
		buf_str(b, "</CopyObjectResult>");
		if (rec->class != CLASS_STANDARD)
			reply_header_str(
			    rq, "x-amz-storage-class", class_name(rec->class));
		sse_reply(rq, op->sse.side, SSE_TELL_CONTEXT | SSE_TELL_CUSTOMER);
		copy_versions(rq, &op->source.source, rec);
		expiry_reply(rq, rec, &op->copy.has);
		analysis_written(rq, rec, &op->copy.has, rec->size);
	}
	rq_resume(rq, e);
}

static void
copy_go(struct rq *rq)
{
	struct copy_op *op = rq->data;
	struct obj_copy *c = &op->copy;

	c->source = op->source.source;
	c->crypt = op->sse.side;
	c->anew = op->source.hash.keep ? &op->source.hash : NULL;
	etag_put(c->rec.etag, &op->source, op->sse.want.mode);
	c->rec.checksum = op->source.hashing ? op->source.hash.checksum
					     : op->source.source.seen.checksum;
	obj_copy_post(c, rq->s3->conf.store, rq->loop->inbox, copy_then);
}

static enum err
copy_directive(struct rq *rq, struct obj_copy *c)
{
	struct span v = header_get(rq, "x-amz-metadata-directive");

	c->replace = span_is(v, "REPLACE");
	/* Cloudflare's, who has no other use for it: developers.cloudflare.com/r2/api/s3/
	 * extensions */
	c->merge = span_is(v, "MERGE") && tier_says(rq, TP_COPY_MERGE) == TV_ACCEPT;
	if (v.p == NULL || c->replace || c->merge || span_is(v, "COPY"))
		return OK;
	return bad_argument(
	    rq, "x-amz-metadata-directive", v, "Unknown metadata directive.");
}

static enum err
tagging_directive(struct rq *rq, bool *replace)
{
	struct span v = header_get(rq, "x-amz-tagging-directive");

	*replace = span_is(v, "REPLACE");
	if (v.p == NULL || *replace || span_is(v, "COPY"))
		return OK;
	return bad_argument(
	    rq, "x-amz-tagging-directive", v, "Unknown tagging directive.");
}

/* A copy onto itself must change something. */
static enum err
copy_self(struct rq *rq, const struct copy_op *op)
{
	const struct obj_source *s = &op->source.source;

	if (s->version.which != VERSION_CURRENT || !span_eq(s->bucket, rq->bucket) ||
	    !span_eq(s->key, rq->key) || op->copy.replace || op->copy.merge ||
	    header_get(rq, "x-amz-storage-class").p != NULL ||
	    op->copy.redirect.p != NULL ||
	    header_get(rq, "x-amz-checksum-algorithm").p != NULL ||
	    header_get(rq, "x-amz-server-side-encryption").p != NULL ||
	    op->sse.want.mode == CRYPT_CUSTOMER)
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "This copy request is illegal because it is trying to copy an object to "
	    "itself without "
	    "changing the object's metadata, storage class, website redirect location or "
	    "encryption attributes.");
}

static enum err
checksum_wanted(struct rq *rq, uint8_t *kind)
{
	struct span v = header_get(rq, "x-amz-checksum-algorithm");

	if (v.p == NULL || checksum_find(v, kind))
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST, "%s", checksum_unknown);
}

static enum err
copy_headers(struct rq *rq, struct copy_op *op)
{
	struct object_headers h;
	enum err e = query_plain(rq);

	if (e == OK)
		e = headers_object(rq, &h);
	if (e == OK)
		e = tagging_directive(rq, &op->copy.replace_tags);
	if (e == OK)
		e = copy_directive(rq, &op->copy);
	if (e == OK)
		e = headers_cond_write(rq, &op->copy.dest.cond);
	if (e == OK)
		e = headers_cond_dest(rq, &op->copy.dest.cond);
	if (e == OK)
		e = headers_lock_admit(rq, &h.attrs);
	if (e == OK)
		e = headers_acl_admit(rq, &h.attrs);
	if (e != OK)
		return e;
	op->copy.attrs = h.attrs;
	if (!op->copy.replace_tags)
		side_set(rq->arena, &op->copy.attrs, SIDE_TAGS, SPAN_NONE);
	op->copy.redirect = h.redirect;
	op->copy.mime =
	    op->copy.merge && header_get(rq, "content-type").n == 0 ? MIME_NONE : h.mime;
	op->copy.class = h.class;
	return OK;
}

/* The source's data key under the copy's, or a new one. */
static void
copy_keys(struct copy_op *op)
{
	struct rq *rq = op->source.rq;
	struct sse *sse = &op->sse;

	if (sse->want.mode == CRYPT_NONE)
		return;
	if (!op->source.hash.keep) {
		crypt_wrap(rq->s3->conf.kms, &sse->want, rq->bkt.id, rq->arena,
		    &op->source.keys, &sse->side);
		return;
	}
	crypt_begin(
	    rq->s3->conf.kms, &sse->want, rq->bkt.id, rq->arena, &sse->keys, &sse->side);
	sealed_out_free(&op->source.hash.seal);
	op->source.hash.seal = sealed_out_new(&sse->keys, 0);
}

static enum err
copy_plan(struct copy_source *s)
{
	struct copy_op *op = CONTAINER_OF(s, struct copy_op, source);
	const struct rec_object *seen = &s->source.seen;
	uint8_t to = op->sse.want.mode;
	enum err e = copy_self(s->rq, op);

	/* The copy of a multipart object is a plain one: its ETag is the MD5 of the bytes, which
	 * must be read for it. So must a checksum of another kind. */
	s->hash.kind = op->kind != CHECKSUM_NONE ? op->kind : seen->checksum.kind;
	s->hash.keep = !is_shared(s->mode, to) || rec_object_is_away(seen);
	s->hashing = s->hash.keep || seen->checksum.composite ||
	    s->hash.kind != seen->checksum.kind ||
	    (!is_opaque(to) && (seen->parts > 0 || is_opaque(s->mode)));
	op->copy.rehashed = s->hashing || is_opaque(to);
	s->off = 0;
	s->len = seen->size;
	if (e == OK)
		copy_keys(op);
	return e;
}

enum err
op_copy_object_begin(struct rq *rq)
{
	struct copy_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct sse_default def;
	enum err e = copy_headers(rq, op);

	rq->data = op;
	rq->drop = copy_drop;
	op->source.rq = rq;
	op->copy.arena = rq->arena;
	op->copy.now_ms = rq->now_ms;
	op->copy.dest.bucket = rq->bucket;
	op->copy.dest.key = rq->key;
	op->copy.dest.bucket_id = rq->bkt.id;
	op->copy.dest.event = EVENT_COPY;
	op->copy.dest.making = tier_making(rq);
	op->copy.dest.by = actor_of(rq);
	op->copy.dest.fail = &rq->fail;
	op->source.plan = copy_plan;
	op->source.go = copy_go;
	if (e == OK)
		e = checksum_wanted(rq, &op->kind);
	if (e == OK)
		e = sse_default(rq, &def);
	if (e == OK)
		e = sse_want(rq, &def, &op->sse.want);
	if (e == OK)
		e = rate_key(rq);
	return e == OK ? source_start(rq, &op->source) : e;
}

/* ---- UploadPartCopy ---- */

struct copy_part_op {
	struct copy_source source;
	struct obj_copy_part copy;
	struct rec_upload upload;
	struct sse sse; /* of the upload */
};

static void
copy_part_drop(struct rq *rq)
{
	struct copy_part_op *op = rq->data;

	source_let_go(&op->source);
	sse_drop(&op->sse);
}

static void
copy_part_then(struct obj_write *w, enum err e)
{
	struct copy_part_op *op = CONTAINER_OF(w, struct copy_part_op, copy.w);
	struct rq *rq = op->source.rq;
	const struct rec_part *rec = &op->copy.rec;
	char etag[ETAG_TEXT];
	struct buf *b;

	if (source_again(&op->source, &e))
		return;
	op->source.linked = e == OK;
	if (e == OK) {
		b = reply_xml(rq, 200);
		buf_str(b, "<CopyPartResult xmlns=\"" XML_S3NS "\">");
		xml_put_time(b, "LastModified", rec->mtime_ms);
		xml_put_etag(b, etag, obj_etag_hex(etag, rec->etag, 0));
		xml_put_checksum(b, &rec->checksum, 0);
		buf_str(b, "</CopyPartResult>");
		sse_reply(rq, op->sse.side, SSE_TELL_CUSTOMER);
		copy_versions(rq, &op->source.source, NULL);
		rq->copied = rec->size; /* of a range */
	}
	rq_resume(rq, e);
}

static void
copy_part_go(struct rq *rq)
{
	struct copy_part_op *op = rq->data;
	struct obj_copy_part *c = &op->copy;

	c->source = op->source.source;
	c->anew = op->source.hash.keep ? &op->source.hash : NULL;
	c->rec.sealed = op->sse.side.p != NULL;
	etag_put(c->rec.etag, &op->source, op->sse.want.mode);
	c->rec.checksum = op->source.hashing ? op->source.hash.checksum
					     : op->source.source.seen.checksum;
	obj_copy_part_post(c, rq->s3->conf.store, rq->loop->inbox, copy_part_then);
}

static enum err
part_range(struct rq *rq, uint64_t size, uint64_t *off, uint64_t *len)
{
	struct span v = header_get(rq, "x-amz-copy-source-range"), rest = span_from(v, 6),
		    first;
	uint64_t a, b;

	*off = 0;
	*len = size;
	if (v.p == NULL)
		return OK;
	first = span_cut(&rest, '-');
	if (!span_starts(v, SPAN_LIT("bytes=")) || !span_u64(first, &a) ||
	    !span_u64(rest, &b) || a > b)
		return bad_argument(rq, "x-amz-copy-source-range", v,
		    "The x-amz-copy-source-range value must be of the form "
		    "bytes=first-last where "
		    "first and last are the zero-based offsets of the first and last "
		    "bytes to copy");
	if (a >= size)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The specified copy range is invalid for the source object size");
	if (b >= size)
		return bad_argument(rq, "x-amz-copy-source-range", v,
		    "Range specified is not valid for source object of size: %llu",
		    (unsigned long long)size);
	*off = a;
	*len = b - a + 1;
	return OK;
}

static enum err
upload_look(struct txn *t, void *arg)
{
	struct copy_part_op *op = arg;
	struct rq *rq = op->source.rq;

	return obj_upload_find(
	    t, &rq->bkt, rq->key, op->copy.upload_id, rq->arena, &op->upload, &rq->fail);
}

static enum err
copy_part_plan(struct copy_source *s)
{
	struct copy_part_op *op = CONTAINER_OF(s, struct copy_part_op, source);
	const struct rec_object *seen = &s->source.seen;
	enum err e = part_range(s->rq, seen->size, &s->off, &s->len);

	if (e == OK && s->len > s->rq->s3->conf.max_object)
		e = fail_set(&s->rq->fail, E_ENTITY_TOO_LARGE);
	/* A part's ETag is the MD5 of its bytes; a whole plain object's is known. */
	s->hash.kind = op->upload.checksum;
	s->hash.keep = s->hash.sealed || op->sse.side.p != NULL ||
	    (s->len > 0 && rec_object_is_away(seen));
	s->hashing = s->hash.keep || s->len != seen->size || seen->parts > 0 ||
	    is_opaque(s->mode) || seen->checksum.composite ||
	    s->hash.kind != seen->checksum.kind;
	sealed_out_free(&s->hash.seal);
	if (op->sse.side.p != NULL)
		s->hash.seal = sealed_out_new(&op->sse.keys, op->copy.number);
	op->copy.off = s->off;
	op->copy.len = s->len;
	return e;
}

enum err
op_copy_part_begin(struct rq *rq)
{
	struct copy_part_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct obj_copy_part *c = &op->copy;
	bool given;
	enum err e = query_part_number(rq, &given, &c->number);

	rq->data = op;
	rq->drop = copy_part_drop;
	op->source.rq = rq;
	op->source.plan = copy_part_plan;
	op->source.go = copy_part_go;
	c->bucket = rq->bkt;
	c->key = rq->key;
	c->upload_id = query_get(rq, "uploadId");
	c->arena = rq->arena;
	c->fail = &rq->fail;
	c->now_ms = rq->now_ms;
	if (e == OK)
		e = store_read(rq->loop->reader, upload_look, op);
	if (e == OK)
		e = sse_open_upload(rq, &op->upload.attrs, &op->sse);
	return e == OK ? source_start(rq, &op->source) : e;
}
