/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"
#include "base/mem.h"
#include "codec/mime.h"
#include "model/side.h"
#include "object/put.h"

enum err
obj_source_find(
    struct txn *t, const struct obj_source *s, struct rec_object *out, struct fail *fail)
{
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, s->bucket, &b, fail);

	if (e == OK && s->account.n > 0 &&
	    !span_eq(s->account, span_of(b.account, ACCOUNT_DIGITS)))
		e = fail_set(fail, E_ACCESS_DENIED);
	if (e == OK)
		e = obj_version_find(t, &b, s->key, &s->version, out, fail);
	if (e == OK && (out->flags & OBJECT_IS_MARKER) != 0)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "The source of a copy request may not specifically refer to a delete "
		    "marker by version id.");
	return e == OK ? obj_cond_read(&s->cond, out, fail) : e;
}

/* The source as it stands in this transaction, if it is what the caller saw. */
static enum err
source_find(
    struct txn *t, const struct obj_source *s, struct rec_object *out, struct fail *fail)
{
	enum err e = obj_source_find(t, s, out, fail);

	if (e == OK && out->number != s->seen.number)
		e = fail_set(fail, E_OPERATION_ABORTED);
	return e;
}

/* Where the website redirects to is each object's own: not the source's. */
static void
redirect_own(const struct obj_copy *c, struct attrs *a)
{
	struct field *f = arena_array(c->arena, a->n + 1, sizeof *f);
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (!span_is(a->field[i].name, OBJ_REDIRECT))
			f[n++] = a->field[i];
	if (c->redirect.p != NULL)
		f[n++] = (struct field){ SPAN_LIT(OBJ_REDIRECT), c->redirect };
	*a = (struct attrs){ f, n };
}

/* The source's headers, and over them those that were given. */
static void
merge(const struct obj_copy *c, struct attrs *a)
{
	struct field *f = arena_array(c->arena, a->n + c->attrs.n + 1, sizeof *f);
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (
		    k < c->attrs.n && !span_eq(a->field[i].name, c->attrs.field[k].name))
			k++;
		/* A type that has a number stands in none of the given ones. */
		if (k == c->attrs.n &&
		    (c->mime == MIME_NONE || !span_is(a->field[i].name, "content-type")))
			f[n++] = a->field[i];
	}
	for (size_t i = 0; i < c->attrs.n; i++)
		if (!side_is(c->attrs.field[i].name))
			f[n++] = c->attrs.field[i];
	*a = (struct attrs){ f, n };
}

/* What the copy has: given here, or the source's (had). */
static struct attrs
copy_attrs(const struct obj_copy *c, const struct attrs *had)
{
	struct attrs attrs = c->attrs;

	if (c->replace)
		side_inherit(c->arena, &attrs, had);
	else {
		side_copied(c->arena, &attrs, had);
		if (c->merge)
			merge(c, &attrs);
		side_overlay(c->arena, &attrs, &c->attrs);
		redirect_own(c, &attrs);
	}
	if (c->replace_tags)
		side_set(c->arena, &attrs, SIDE_TAGS, side_get(&c->attrs, SIDE_TAGS));
	return attrs;
}

/* The bytes: the source's once more, or those that were written. */
static enum err
copy_body(struct txn *t, struct obj_copy *c, struct rec_object *rec)
{
	bool sealed = (rec->flags & OBJECT_IS_SEALED) != 0;

	rec->flags = c->crypt.p != NULL ? OBJECT_IS_SEALED : 0;
	if (c->anew != NULL) {
		rec->parts = 0;
		return obj_hash_link(t, c->anew, &rec->body);
	}
	if (sealed != (c->crypt.p != NULL))
		return E_CORRUPT;
	/* It has just left for a tier: the caller looks again. */
	return rec->size > 0 && rec->body.kind == BLOB_EMPTY
	    ? fail_set(c->dest.fail, E_OPERATION_ABORTED)
	    : blob_hold(t, &rec->body);
}

static enum err
copy_write(struct txn *t, void *arg)
{
	struct obj_copy *c = CONTAINER_OF(arg, struct obj_copy, w.write);
	struct rec_object src, old, rec;
	struct attrs attrs, had;
	bool exists;
	enum err e;

	fail_clear(c->dest.fail);
	c->dest.from_bucket = c->source.bucket;
	c->dest.from_key = c->source.key;
	e = source_find(t, &c->source, &src, c->dest.fail);
	if (e == OK)
		e = obj_dest_check(t, &c->dest, &old, &exists);
	if (e != OK)
		return e;
	rec = src;
	rec.class = c->class;
	rec.mtime_ms = c->now_ms;
	rec.number = store_next_id(t);
	if (c->rehashed) {
		memcpy(rec.etag, c->rec.etag, sizeof rec.etag);
		rec.checksum = c->rec.checksum;
		rec.parts = 0;
	}
	e = obj_attrs(t, &src, c->arena, &had);
	if (c->replace || (c->merge && c->mime != MIME_NONE))
		rec.mime = c->mime;
	attrs = copy_attrs(c, &had);
	side_set(c->arena, &attrs, SIDE_CRYPT, c->crypt);
	if (e == OK)
		e = copy_body(t, c, &rec);
	if (e == OK)
		e = obj_dest_put(t, &c->dest, exists ? &old : NULL, &rec, &attrs);
	if (e == OK) {
		c->rec = rec;
		c->has = attrs;
	}
	return e;
}

void
obj_copy_post(struct obj_copy *c, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post(&c->w, s, copy_write, inbox, then);
}

/* Pieces of a slice while they are gathered. */
struct slices {
	struct blob_piece *piece;
	size_t n, cap;
};

static enum err
slices_add(struct txn *t, struct slices *s, const struct blob_ref *ref)
{
	struct blob_ref r = *ref;
	enum err e = blob_hold(t, &r);

	if (e != OK)
		return e;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		s->piece = mem_realloc(s->piece, s->cap * sizeof *s->piece);
	}
	s->piece[s->n++] = (struct blob_piece){ .ref = r };
	return OK;
}

/* Index of the last piece of n that starts at or before at. */
static enum err
list_find(struct txn *t, const struct blob_ref *list, size_t n, uint64_t at, size_t *out)
{
	size_t low = 0, high = n;
	uint64_t start;
	enum err e = OK;

	while (e == OK && high - low > 1) {
		size_t mid = low + (high - low) / 2;

		e = blob_list_start(t, list, mid, &start);
		if (e == OK && start <= at)
			low = mid;
		else
			high = mid;
	}
	*out = low;
	return e;
}

/* [off, off + len) of ref as slices of what is no list: a copy of a copy must not nest ever
 * deeper. depth is what lists of this version may have at most. */
static enum err
slices_gather(struct txn *t, struct slices *s, const struct blob_ref *ref, uint64_t off,
    uint64_t len, unsigned depth)
{
	struct blob_piece piece;
	uint64_t start, at = ref->off + off, n;
	size_t count, i;
	enum err e;

	if (ref->kind != BLOB_LIST) {
		struct blob_ref r = { ref->kind, ref->id, at, len };

		return slices_add(t, s, &r);
	}
	e = depth == 0 ? E_CORRUPT : blob_list_count(t, ref, &count);
	if (e == OK)
		e = list_find(t, ref, count, at, &i);
	for (; e == OK && len > 0; i++) {
		e = i < count ? blob_list_get(t, ref, i, &piece) : E_CORRUPT;
		if (e == OK)
			e = blob_list_start(t, ref, i, &start);
		if (e != OK || at - start >= piece.ref.len)
			continue;
		n = piece.ref.len - (at - start);
		n = n < len ? n : len;
		e = slices_gather(t, s, &piece.ref, at - start, n, depth - 1);
		at += n;
		len -= n;
	}
	return e;
}

enum { LIST_DEPTH = 4 };

/* A part's reference to [off, off + len) of ref: never a list of lists. */
static enum err
slice(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct blob_ref *out)
{
	struct slices s = { 0 };
	enum err e = OK;

	if (len > 0)
		e = slices_gather(t, &s, ref, off, len, LIST_DEPTH);
	if (e == OK && s.n == 0)
		*out = (struct blob_ref){ .kind = BLOB_EMPTY };
	else if (e == OK && s.n == 1)
		*out = s.piece[0].ref;
	else if (e == OK)
		e = blob_list_put(t, s.piece, s.n, out);
	mem_free(s.piece);
	return e;
}

static enum err
copy_part_write(struct txn *t, void *arg)
{
	struct obj_copy_part *c = CONTAINER_OF(arg, struct obj_copy_part, w.write);
	struct rec_upload u;
	struct rec_object src;
	enum err e;

	fail_clear(c->fail);
	e = source_find(t, &c->source, &src, c->fail);
	if (e == OK)
		e = obj_upload_find(
		    t, &c->bucket, c->key, c->upload_id, c->arena, &u, c->fail);
	if (e == OK)
		e = obj_quota_check(t, &c->bucket, 0, c->len, c->fail);
	if (e == OK && c->anew == NULL &&
	    ((src.flags & OBJECT_IS_SEALED) != 0 || c->rec.sealed))
		e = E_CORRUPT; /* never shared */
	if (e == OK)
		e = c->anew != NULL ? obj_hash_link(t, c->anew, &c->rec.body)
		    : c->len > 0 && rec_object_is_away(&src)
		    ? fail_set(c->fail, E_OPERATION_ABORTED)
		    : slice(t, &src.body, c->off, c->len, &c->rec.body);
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
