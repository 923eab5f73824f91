/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/read.h"

#include "object/plain.h"
#include "object/remote.h"

#include "base/io.h"
#include "base/mem.h"

enum {
	REMOTE_FIRST = 1 << 20,
	REMOTE_STEP = 4 << 20, /* bytes of one request */
	REMOTE_ARENA = 16 << 20
};

void
obj_read_pin(struct obj_read *r, struct store *s, struct reader *reader)
{
	*r = (struct obj_read){ .reader = reader, .pinned = true };
	blob_pin(s, &r->pin);
}

static void
read_let_go(struct obj_read *r)
{
	if (r->open)
		blob_extent_close(&r->extent);
	r->open = r->ready = false;
	mem_free(r->copy);
	r->copy = NULL;
}

/* What lies in the index is copied, for it goes with the snapshot. A body may lie in two
 * places there: both at once, so that who begins to read inside a transaction, and can
 * begin no other, has all of it. */
static enum err
index_take(struct txn *t, struct obj_read *r)
{
	struct blob_pos then = r->pos;
	struct blob_extent more = { .fd = -1 };
	size_t n = (size_t)r->extent.len, rest = 0;
	enum err e = blob_next(t, &then, &more);

	if (e != OK && e != E_NOT_FOUND)
		return e;
	if (more.mem != NULL) {
		rest = (size_t)more.len;
		r->pos = then;
	}
	r->copy = mem_alloc(n + rest);
	memcpy(r->copy, r->extent.mem, n);
	if (rest > 0)
		memcpy((char *)r->copy + n, more.mem, rest);
	blob_extent_close(&more);
	r->extent.mem = r->copy;
	r->extent.len = n + rest;
	return OK;
}

static enum err
read_next(struct txn *t, void *arg)
{
	struct obj_read *r = arg;
	enum err e = blob_next(t, &r->pos, &r->extent);

	if (e != OK)
		return e;
	r->open = true;
	return r->extent.mem != NULL ? index_take(t, r) : OK;
}

void
obj_read_start_remote(struct obj_read *r, const struct obj_remote_io *io,
    const struct rec_remote *remote, uint64_t off, uint64_t len)
{
	MUST(off <= remote->len && len <= remote->len - off);
	read_let_go(r);
	r->io = io;
	r->remote = remote;
	r->at = off;
	r->end = off + len;
}

/* A short stretch first: somebody waits for the first byte. */
static enum err
remote_next(struct obj_read *r, const struct blob_extent **out)
{
	uint64_t left = r->end - r->at,
		 most = r->copy == NULL ? REMOTE_FIRST : REMOTE_STEP;
	size_t n = (size_t)(left < most ? left : most);
	enum err e;

	if (left == 0)
		return E_NOT_FOUND;
	mem_free(r->copy);
	r->copy = mem_alloc(n);
	e = r->io->read(r->io->ctx, r->remote, r->at, r->copy, n, NULL);
	if (e != OK)
		return e;
	r->at += n;
	r->extent = (struct blob_extent){ .mem = r->copy, .fd = -1, .len = n };
	*out = &r->extent;
	return OK;
}

enum err
obj_read_start(struct obj_read *r, struct txn *t, const struct blob_ref *ref,
    uint64_t off, uint64_t len)
{
	enum err e;

	MUST(r->pinned);
	read_let_go(r);
	r->remote = NULL;
	blob_pos_init(&r->pos, ref, off, len);
	if (len == 0)
		return OK;
	e = read_next(t, r);
	r->ready = e == OK;
	return e;
}

enum err
obj_read_next(struct obj_read *r, const struct blob_extent **out)
{
	enum err e;

	if (r->remote != NULL)
		return remote_next(r, out);
	MUST(r->pinned);
	if (r->ready) {
		r->ready = false;
		*out = &r->extent;
		return OK;
	}
	read_let_go(r);
	if (r->pos.at >= r->pos.end)
		return E_NOT_FOUND;
	e = store_read(r->reader, read_next, r);
	if (e == OK)
		*out = &r->extent;
	return e;
}

void
obj_read_end(struct obj_read *r)
{
	read_let_go(r);
	if (r->pinned)
		blob_unpin(&r->pin);
	r->pinned = false;
}

static enum err
tiny_read(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct buf *scratch, struct span *out)
{
	size_t start = scratch->n;
	struct span part[2];
	enum err e = blob_tiny(t, ref, off, len, part);

	if (e != OK)
		return e;
	if (part[0].n == len || part[1].n == len) {
		*out = part[0].n == len ? part[0] : part[1];
		return OK;
	}
	buf_span(scratch, part[0]);
	buf_span(scratch, part[1]);
	*out = span_from(buf_view(scratch), start);
	return OK;
}

enum err
obj_read_small(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct buf *scratch, struct span *out)
{
	size_t start = scratch->n;
	struct blob_extent x;
	struct blob_pos pos;
	enum err e;
	int rc = 0;

	if (ref->kind == BLOB_TINY && len > 0)
		return tiny_read(t, ref, off, len, scratch, out);
	blob_pos_init(&pos, ref, off, len);
	while (pos.at < pos.end) {
		e = blob_next(t, &pos, &x);
		if (e != OK)
			return e;
		if (x.mem != NULL && x.len == len) {
			*out = span_of(x.mem, (size_t)x.len);
			return OK;
		}
		if (x.mem != NULL)
			buf_put(scratch, x.mem, (size_t)x.len);
		else
			rc = io_pread(
			    x.fd, buf_grow(scratch, (size_t)x.len), (size_t)x.len, x.off);
		blob_extent_close(&x);
		if (rc != 0)
			return io_err(rc);
	}
	*out = span_from(buf_view(scratch), start);
	return OK;
}

enum err
obj_read_parts(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct buf *scratch, struct span out[2])
{
	struct span all;
	enum err e;

	if (ref->kind == BLOB_TINY && len > 0)
		return blob_tiny(t, ref, off, len, out);
	e = obj_read_small(t, ref, off, len, scratch, &all);
	if (e == OK) {
		out[0] = all;
		out[1] = SPAN_NONE;
	}
	return e;
}

static enum err
sealed_part_place(struct txn *t, const struct rec_object *rec, unsigned number,
    uint64_t *off, uint64_t *len, size_t *count)
{
	struct obj_piece piece;
	enum err e = obj_plain_piece(t, &rec->body, number - 1, &piece, count);

	if (e == E_NOT_FOUND)
		return E_INVALID_PART_NUMBER;
	if (e != OK)
		return e;
	if (piece.start > rec->size || piece.size > rec->size - piece.start)
		return E_CORRUPT;
	*off = piece.start;
	*len = piece.size;
	return OK;
}

/* The same of one in a tier. */
static enum err
remote_part_place(struct txn *t, const struct rec_object *rec, unsigned number,
    uint64_t *off, uint64_t *len, size_t *count)
{
	struct rec_remote r;
	struct arena a;
	uint64_t start = 0, size = 0;
	enum err e;

	arena_init(&a, REMOTE_ARENA);
	e = obj_remote_find(t, rec, &a, &r);
	if (e == OK && r.n == 1 && r.piece[0].tag == 0) {
		arena_fini(&a);
		return number == 1 ? OK : E_INVALID_PART_NUMBER;
	}
	*count = e == OK ? r.n : 0;
	if (e == OK && number > r.n)
		e = E_INVALID_PART_NUMBER;
	for (unsigned i = 0; e == OK && i < number; i++) {
		start += size;
		size = r.piece[i].len;
		if (r.sealed && !sealed_plain(r.piece[i].len, &size))
			e = E_CORRUPT;
	}
	if (e == OK && (start > rec->size || size > rec->size - start))
		e = E_CORRUPT;
	if (e == OK) {
		*off = start;
		*len = size;
	}
	arena_fini(&a);
	return e;
}

enum err
obj_part_place(struct txn *t, const struct rec_object *rec, unsigned number,
    uint64_t *off, uint64_t *len, size_t *count)
{
	uint64_t end;
	enum err e;

	*off = 0;
	*len = rec->size;
	*count = 1;
	if (rec->parts > 1 && rec_object_is_away(rec))
		return remote_part_place(t, rec, number, off, len, count);
	if (rec->parts <= 1 || rec->body.kind != BLOB_LIST)
		return number == 1 ? OK : E_INVALID_PART_NUMBER;
	if ((rec->flags & OBJECT_IS_SEALED) != 0)
		return sealed_part_place(t, rec, number, off, len, count);
	e = blob_list_count(t, &rec->body, count);
	if (e != OK)
		return e;
	if (number > *count)
		return E_INVALID_PART_NUMBER;
	e = blob_list_start(t, &rec->body, number - 1, off);
	if (e == OK)
		e = blob_list_start(t, &rec->body, number, &end);
	if (e != OK)
		return e;
	if (*off > end || end > rec->size)
		return E_CORRUPT;
	*len = end - *off;
	return OK;
}
