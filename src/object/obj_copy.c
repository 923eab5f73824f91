/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"
#include "object/put.h"

/* The source as it stands in this transaction, if it is what the caller saw. */
static enum err
source_find(
    struct txn *t, const struct obj_source *s, struct rec_object *out, struct fail *fail)
{
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, s->bucket, &b, fail);

	if (e == OK)
		e = obj_find(t, b.id, s->key, out, fail);
	if (e == OK)
		e = obj_cond_read(&s->cond, out, fail);
	if (e == OK && out->number != s->seen.number)
		e = fail_set(fail, E_OPERATION_ABORTED);
	return e;
}

static enum err
copy_write(struct txn *t, void *arg)
{
	struct obj_copy *c = CONTAINER_OF(arg, struct obj_copy, w.write);
	struct rec_object src, old, rec;
	struct attrs attrs = c->attrs;
	bool exists;
	enum err e = source_find(t, &c->source, &src, c->dest.fail);

	if (e == OK)
		e = obj_dest_check(t, &c->dest, &old, &exists);
	if (e != OK)
		return e;
	rec = src;
	rec.flags = 0;
	rec.class = c->class;
	rec.mtime_ms = c->now_ms;
	rec.number = store_next_id(t);
	if (c->rehashed) {
		memcpy(rec.etag, c->rec.etag, sizeof rec.etag);
		rec.checksum = c->rec.checksum;
		rec.parts = 0;
	}
	if (c->replace)
		rec.mime = c->mime;
	else
		e = obj_attrs(t, &src, c->arena, &attrs);
	if (e == OK)
		e = blob_hold(t, &rec.body);
	if (e == OK)
		e = obj_dest_put(t, &c->dest, exists ? &old : NULL, &rec, &attrs);
	if (e == OK)
		c->rec = rec;
	return e;
}

void
obj_copy_post(struct obj_copy *c, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post(&c->w, s, copy_write, inbox, then);
}

/* [off, off + len) of ref as references of their own: a list's pieces are sliced, so that
 * lists never nest more than once. */
static enum err
slice_list(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct blob_ref *out)
{
	struct arena a;
	struct blob_piece *piece;
	uint64_t start, cut;
	size_t n, used = 0;
	enum err e = blob_list_count(t, ref, &n);

	if (e != OK)
		return e;
	arena_init(&a, SIZE_MAX);
	piece = arena_array(&a, n, sizeof *piece);
	for (size_t i = 0; e == OK && i < n && len > 0; i++) {
		e = blob_list_get(t, ref, i, &piece[used]);
		if (e == OK)
			e = blob_list_start(t, ref, i, &start);
		if (e != OK || off >= start + piece[used].ref.len)
			continue;
		cut = off - start;
		piece[used].ref.off += cut;
		piece[used].ref.len -= cut;
		if (piece[used].ref.len > len)
			piece[used].ref.len = len;
		len -= piece[used].ref.len;
		off += piece[used].ref.len;
		e = blob_hold(t, &piece[used].ref);
		used++;
	}
	if (e == OK)
		e = blob_list_put(t, piece, used, out);
	arena_fini(&a);
	return e;
}

static enum err
slice(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct blob_ref *out)
{
	struct blob_ref r = *ref;
	enum err e;

	if (len == 0) {
		*out = (struct blob_ref){ .kind = BLOB_EMPTY };
		return OK;
	}
	if (r.kind == BLOB_LIST && (off != 0 || len != r.len))
		return slice_list(t, &r, off, len, out);
	r.off += off;
	r.len = len;
	e = blob_hold(t, &r);
	if (e == OK)
		*out = r;
	return e;
}

static enum err
copy_part_write(struct txn *t, void *arg)
{
	struct obj_copy_part *c = CONTAINER_OF(arg, struct obj_copy_part, w.write);
	struct rec_upload u;
	struct rec_object src;
	enum err e = source_find(t, &c->source, &src, c->fail);

	if (e == OK)
		e = obj_upload_find(
		    t, &c->bucket, c->key, c->upload_id, c->arena, &u, c->fail);
	if (e == OK)
		e = slice(t, &src.body, c->off, c->len, &c->rec.body);
	if (e != OK)
		return e;
	c->rec.size = c->len;
	c->rec.mtime_ms = c->now_ms;
	return obj_part_put(t, &u, c->number, &c->rec);
}

void
obj_copy_part_post(struct obj_copy_part *c, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post(&c->w, s, copy_part_write, inbox, then);
}
