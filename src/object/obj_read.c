/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/read.h"

#include "object/plain.h"

#include "base/io.h"
#include "base/mem.h"

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

static enum err
read_next(struct txn *t, void *arg)
{
	struct obj_read *r = arg;
	enum err e = blob_next(t, &r->pos, &r->extent);

	if (e != OK)
		return e;
	r->open = true;
	if (r->extent.mem != NULL) {
		r->copy = mem_alloc((size_t)r->extent.len);
		memcpy(r->copy, r->extent.mem, (size_t)r->extent.len);
		r->extent.mem = r->copy;
	}
	return OK;
}

enum err
obj_read_start(struct obj_read *r, struct txn *t, const struct blob_ref *ref,
    uint64_t off, uint64_t len)
{
	enum err e;

	MUST(r->pinned);
	read_let_go(r);
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

enum err
obj_read_small(struct txn *t, const struct blob_ref *ref, uint64_t off, uint64_t len,
    struct buf *scratch, struct span *out)
{
	size_t start = scratch->n;
	struct blob_extent x;
	struct blob_pos pos;
	enum err e;
	int rc = 0;

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

enum err
obj_part_place(struct txn *t, const struct rec_object *rec, unsigned number,
    uint64_t *off, uint64_t *len, size_t *count)
{
	uint64_t end;
	enum err e;

	*off = 0;
	*len = rec->size;
	*count = 1;
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
