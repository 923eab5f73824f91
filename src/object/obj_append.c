/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes behind an object's: a list of its pieces and the new one. Each is a part, as on
 * AWS (docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-append.html).
 */
#include "config.h"

#include "base/mem.h"
#include "model/side.h"

#include "put_priv.h"

enum err
obj_append_check(uint64_t offset, const struct rec_object *old, struct fail *fail)
{
	if (offset == (old != NULL ? old->size : 0))
		return OK;
	return fail_set(fail, E_INVALID_WRITE_OFFSET);
}

uint8_t
obj_append_kind(const struct rec_object *old)
{
	uint8_t kind = old->checksum.kind;

	return kind != CHECKSUM_NONE && !old->checksum.composite &&
		checksum_row(kind)->full
	    ? kind
	    : CHECKSUM_NONE;
}

/* One more reference to each piece of old, and room for another piece behind. */
static enum err
pieces_hold(
    struct txn *t, const struct rec_object *old, struct blob_piece **out, size_t *n)
{
	struct blob_piece *piece;
	size_t count = 1;
	enum err e = OK;

	if (old->body.kind == BLOB_LIST)
		e = blob_list_count(t, &old->body, &count);
	if (e != OK)
		return e;
	piece = mem_array(count + 1, sizeof *piece);
	piece[0] = (struct blob_piece){ old->body, 1 };
	for (size_t i = 0; e == OK && i < count; i++) {
		if (old->body.kind == BLOB_LIST)
			e = blob_list_get(t, &old->body, i, &piece[i]);
		if (e == OK)
			e = blob_hold(t, &piece[i].ref);
	}
	*out = piece;
	*n = count;
	return e;
}

/* The whole's checksum where two can be joined; what can't be known without reading all
 * the bytes again is not told. */
static enum err
append_checksum(struct obj_put *p, const struct rec_object *old)
{
	const struct checksum *added = body_checksum(p->body);
	struct checksum_join j;

	p->rec.checksum = (struct checksum){ 0 };
	if (obj_append_kind(old) == CHECKSUM_NONE)
		return OK;
	/* Another object of the same size is there now. */
	if (added->kind != old->checksum.kind)
		return fail_set(p->dest.fail, E_OPERATION_ABORTED);
	checksum_join_begin(&j, added->kind, false);
	checksum_join_add(&j, &old->checksum, old->size);
	checksum_join_add(&j, added, p->rec.size - old->size);
	checksum_join_end(&j, &p->rec.checksum);
	return OK;
}

/* No MD5 of the bytes: it says so by its suffix, as that of a multipart upload does. */
static void
append_etag(struct obj_put *p, const struct rec_object *old)
{
	uint8_t both[32];

	memcpy(both, old->etag, 16);
	memcpy(both + 16, body_md5(p->body), 16);
	digest_of(DIGEST_MD5, span_of(both, sizeof both), p->rec.etag);
}

/* What is behind must be sealed by the same key as what is there. */
static enum err
append_sealed(struct obj_put *p, const struct attrs *attrs)
{
	struct span side = side_get(attrs, SIDE_CRYPT),
		    seen = side_get(&p->attrs, SIDE_CRYPT);

	if (!span_eq(side, seen) || (side.p != NULL) != body_is_sealed(p->body))
		return fail_set(p->dest.fail, E_OPERATION_ABORTED);
	if (side.p != NULL)
		p->rec.flags |= OBJECT_IS_SEALED;
	return OK;
}

/* A list of all pieces of old and of the new one. */
static enum err
append_anew(struct txn *t, const struct rec_object *old, const struct blob_ref *added,
    struct blob_ref *out)
{
	struct blob_piece *piece = NULL;
	size_t n = 0;
	enum err e = pieces_hold(t, old, &piece, &n);

	if (e == OK) {
		piece[n] = (struct blob_piece){ *added, piece[n - 1].tag + 1 };
		e = blob_list_put(t, piece, n + 1, out);
	}
	mem_free(piece);
	return e;
}

/* The same list, longer: for an object that shares its bytes with nobody, no older version
 * either. Else its thousands of pieces would be counted up and down by every append. */
static enum err
append_behind(struct txn *t, const struct obj_put *p, const struct rec_object *old,
    const struct blob_ref *added, struct blob_ref *out, bool *grown)
{
	struct blob_piece last;
	size_t n;
	enum err e;

	*grown = false;
	if (old->body.kind != BLOB_LIST || p->dest.now.versioning != VERSIONING_NEVER)
		return OK;
	e = blob_list_count(t, &old->body, &n);
	if (e == OK)
		e = blob_list_get(t, &old->body, n - 1, &last);
	if (e != OK)
		return e;
	*out = old->body;
	return blob_list_grow(
	    t, out, &(struct blob_piece){ *added, last.tag + 1 }, grown);
}

static enum err
append_bytes(struct txn *t, struct obj_put *p, const struct rec_object *old)
{
	struct blob_ref added;
	bool grown;
	size_t n = 1;
	enum err e = OK;

	if (old->body.kind == BLOB_LIST)
		e = blob_list_count(t, &old->body, &n);
	if (e == OK && n + 1 > UPLOAD_PARTS_MAX)
		e = fail_set(p->dest.fail, E_TOO_MANY_PARTS);
	if (e == OK)
		e = body_link(t, p->body, &added);
	if (e == OK)
		e = append_behind(t, p, old, &added, &p->rec.body, &grown);
	if (e == OK && !grown)
		e = append_anew(t, old, &added, &p->rec.body);
	p->rec.parts = (uint16_t)(n + 1);
	return e;
}

enum err
obj_append_write(struct txn *t, struct obj_put *p, const struct rec_object *old)
{
	struct rec_object was = *old;
	struct attrs attrs;
	enum err e = (old->flags & OBJECT_IS_REMOTE) != 0
	    ? fail_set(p->dest.fail, E_INVALID_OBJECT_STATE)
	    : append_bytes(t, p, old);

	if (e != OK)
		return e;
	p->rec.class = old->class;
	p->rec.mime = old->mime;
	p->rec.size = old->size + body_length(p->body);
	append_etag(p, old);
	e = append_checksum(p, old);
	if (e == OK)
		e = obj_attrs(t, old, p->arena, &attrs);
	if (e == OK)
		e = append_sealed(p, &attrs);
	if (e != OK)
		return e;
	/* A version of its own: locked as this request and the bucket say. */
	side_set(p->arena, &attrs, SIDE_LOCK, side_get(&p->attrs, SIDE_LOCK));
	if (side_get(&p->attrs, SIDE_ACL).p != NULL)
		side_set(p->arena, &attrs, SIDE_ACL, side_get(&p->attrs, SIDE_ACL));
	p->appended = true;
	return obj_dest_put(t, &p->dest, &was, &p->rec, &attrs);
}
