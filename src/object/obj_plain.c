/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/plain.h"

#include "object/remote.h"

#include "base/io.h"
#include "base/mem.h"

/* Opened in one go: more saves calls, less keeps a loop for a shorter while. */
enum { BATCH = 4 };

/* ---- pieces ---- */

struct looking {
	size_t i, count; /* wanted, seen */
	uint64_t at; /* wanted byte, where i is out of reach */
	struct obj_piece now, found;
	bool bad, has;
};

static bool
piece_see(void *ctx, const struct blob_piece *piece)
{
	struct looking *l = ctx;
	uint64_t plain;

	if (piece->ref.kind == BLOB_LIST || !sealed_plain(piece->ref.len, &plain)) {
		l->bad = true;
		return false;
	}
	l->now.start += l->now.size;
	l->now.size = plain;
	l->now.ref = piece->ref;
	l->now.tag = piece->tag;
	if (l->i == l->count || (l->i == SIZE_MAX && l->at - l->now.start < plain)) {
		l->found = l->now;
		l->has = true;
	}
	l->count++;
	/* Who asks for a number wants to know how many there are. */
	return l->i != SIZE_MAX || !l->has;
}

static enum err
look(struct txn *t, const struct blob_ref *ref, struct looking *l)
{
	struct blob_piece only = { .ref = *ref };
	enum err e = OK;

	if (ref->kind != BLOB_LIST)
		(void)piece_see(l, &only);
	else if (ref->off != 0)
		e = E_CORRUPT;
	else
		e = blob_list_walk(t, ref, piece_see, l);
	return e == OK && l->bad ? E_CORRUPT : e;
}

static enum err
piece_at(struct txn *t, const struct blob_ref *ref, uint64_t at, struct obj_piece *out)
{
	struct looking l = { .i = SIZE_MAX, .at = at };
	enum err e = look(t, ref, &l);

	if (e == OK && !l.has)
		e = E_CORRUPT;
	if (e == OK)
		*out = l.found;
	return e;
}

enum err
obj_plain_piece(struct txn *t, const struct blob_ref *ref, size_t i,
    struct obj_piece *out, size_t *count)
{
	struct looking l = { .i = i };
	enum err e = look(t, ref, &l);

	if (e != OK)
		return e;
	*count = l.count;
	if (!l.has)
		return E_NOT_FOUND;
	*out = l.found;
	return OK;
}

/* The stream's head; a part that stands in another's place is found here. */
static enum err
piece_open(struct txn *t, const struct obj_piece *p, const struct sealed_keys *keys,
    struct sealed_in **out)
{
	struct buf scratch = { 0 };
	struct span head;
	struct sealed_in *in = NULL;
	unsigned part;
	enum err e = obj_read_small(t, &p->ref, 0, SEALED_HEAD, &scratch, &head);

	if (e == OK && head.n == SEALED_HEAD)
		in = sealed_in_new(keys, (const uint8_t *)head.p);
	buf_fini(&scratch);
	if (e != OK)
		return e;
	part = in != NULL ? sealed_in_part(in) : 0;
	if (in == NULL || (part != 0 && p->tag != 0 && part != p->tag)) {
		sealed_in_free(&in);
		return E_CORRUPT;
	}
	*out = in;
	return OK;
}

/* Bytes on disk of chunk number index. */
static size_t
chunk_stored(const struct obj_piece *p, uint64_t index)
{
	uint64_t left = p->size - index * SEALED_CHUNK;

	return (size_t)(left < SEALED_CHUNK ? left : SEALED_CHUNK) + SEAL_TAG;
}

static uint64_t
chunk_place(uint64_t index)
{
	return SEALED_HEAD + index * SEALED_STEP;
}

/* n chunks from index on, which stand at p one behind the other, become plain bytes that
 * do. */
static enum err
chunks_open(struct sealed_in *in, const struct obj_piece *piece, uint64_t index,
    uint64_t n, uint8_t *p, size_t *len)
{
	uint64_t all = sealed_chunks(piece->size);
	uint8_t *from = p, *to = p;

	for (; n > 0; n--, index++) {
		size_t stored = chunk_stored(piece, index);

		if (!sealed_in_open(in, index, index + 1 == all, from, stored))
			return E_CORRUPT;
		if (to != from)
			memmove(to, from, stored - SEAL_TAG);
		from += stored;
		to += stored - SEAL_TAG;
	}
	*len = (size_t)(to - p);
	return OK;
}

/* ---- a short range ---- */

/* Of one piece: *off and *len move over what was taken. */
static enum err
small_piece(struct txn *t, const struct obj_piece *p, const struct sealed_keys *keys,
    uint64_t *off, uint64_t *len, struct buf *out)
{
	uint64_t at = *off - p->start, first = at / SEALED_CHUNK,
		 n = p->size - at < *len ? p->size - at : *len,
		 last = (at + n - 1) / SEALED_CHUNK,
		 end = chunk_place(last) + chunk_stored(p, last);
	struct sealed_in *in = NULL;
	struct buf scratch = { 0 };
	struct span stored;
	size_t got;
	enum err e = piece_open(t, p, keys, &in);

	if (e == OK)
		e = obj_read_small(t, &p->ref, chunk_place(first),
		    end - chunk_place(first), &scratch, &stored);
	if (e == OK && scratch.n == 0)
		buf_span(&scratch, stored); /* it is in the map */
	if (e == OK)
		e = chunks_open(
		    in, p, first, last - first + 1, (uint8_t *)scratch.p, &got);
	if (e == OK) {
		buf_put(out, scratch.p + (at - first * SEALED_CHUNK), (size_t)n);
		*off += n;
		*len -= n;
	}
	sealed_in_free(&in);
	buf_fini(&scratch);
	return e;
}

enum err
obj_plain_small(struct txn *t, const struct blob_ref *ref, const struct sealed_keys *keys,
    uint64_t off, uint64_t len, struct buf *out)
{
	struct obj_piece piece;
	enum err e = OK;

	while (e == OK && len > 0) {
		e = piece_at(t, ref, off, &piece);
		if (e == OK)
			e = small_piece(t, &piece, keys, &off, &len, out);
	}
	return e;
}

/* ---- a long one ---- */

/* The piece at p->at: its stream, and its chunks on their way. */
static enum err
piece_start(struct txn *t, void *arg)
{
	struct obj_plain *p = arg;
	uint64_t first, last, end;
	enum err e = piece_at(t, &p->ref, p->at, &p->piece);

	if (e == OK)
		e = piece_open(t, &p->piece, &p->keys, &p->in);
	if (e != OK)
		return e;
	end = p->piece.start + p->piece.size;
	end = end < p->end ? end : p->end;
	first = (p->at - p->piece.start) / SEALED_CHUNK;
	last = (end - 1 - p->piece.start) / SEALED_CHUNK;
	p->extent = NULL;
	return obj_read_start(&p->read, t, &p->piece.ref, chunk_place(first),
	    chunk_place(last) + chunk_stored(&p->piece, last) - chunk_place(first));
}

/* The same of bytes in a tier. */
static enum err
piece_start_remote(struct obj_plain *p)
{
	const struct rec_remote *r = p->remote;
	uint64_t first, last, end, stored = 0, plain;
	size_t i = 0;

	p->piece = (struct obj_piece){ 0 };
	for (; i < r->n; i++) {
		if (!sealed_plain(r->piece[i].len, &plain))
			return E_CORRUPT;
		if (p->at - p->piece.start < plain)
			break;
		p->piece.start += plain;
		stored += r->piece[i].len;
	}
	if (i == r->n)
		return E_CORRUPT;
	p->piece.size = plain;
	p->piece.tag = r->piece[i].tag;
	p->in = sealed_in_new(&p->keys, r->piece[i].head);
	if (p->in == NULL ||
	    (sealed_in_part(p->in) != 0 && p->piece.tag != 0 &&
		p->piece.tag != sealed_in_part(p->in)))
		return E_CORRUPT;
	end = p->piece.start + p->piece.size;
	end = end < p->end ? end : p->end;
	first = (p->at - p->piece.start) / SEALED_CHUNK;
	last = (end - 1 - p->piece.start) / SEALED_CHUNK;
	p->extent = NULL;
	obj_read_start_remote(&p->read, p->io, r, stored + chunk_place(first),
	    chunk_place(last) + chunk_stored(&p->piece, last) - chunk_place(first));
	return OK;
}

/* The next n bytes as they are kept. */
static enum err
stored_read(struct obj_plain *p, uint8_t *to, size_t n)
{
	enum err e = OK;

	while (e == OK && n > 0) {
		const struct blob_extent *x = p->extent;
		uint64_t left = x != NULL ? x->len - p->extent_done : 0;
		size_t some = left < n ? (size_t)left : n;

		if (left == 0) {
			p->extent_done = 0;
			e = obj_read_next(&p->read, &p->extent);
			if (e == E_NOT_FOUND)
				e = E_CORRUPT;
			continue;
		}
		if (x->mem != NULL)
			memcpy(to, (const char *)x->mem + p->extent_done, some);
		else
			e = io_err(io_pread(x->fd, to, some, x->off + p->extent_done));
		p->extent_done += some;
		to += some;
		n -= some;
	}
	return e;
}

static enum err
batch_open(struct obj_plain *p, unsigned max, struct span *out)
{
	uint64_t end = p->piece.start + p->piece.size, index, last, n;
	size_t stored = 0, got, skip;
	enum err e;

	end = end < p->end ? end : p->end;
	index = (p->at - p->piece.start) / SEALED_CHUNK;
	last = (end - 1 - p->piece.start) / SEALED_CHUNK;
	n = last - index + 1 < max ? last - index + 1 : max;
	for (uint64_t i = 0; i < n; i++)
		stored += chunk_stored(&p->piece, index + i);
	e = stored_read(p, p->buffer, stored);
	if (e == OK)
		e = chunks_open(p->in, &p->piece, index, n, p->buffer, &got);
	if (e != OK)
		return e;
	skip = (size_t)(p->at - p->piece.start - index * SEALED_CHUNK);
	got = got - skip < end - p->at ? got - skip : (size_t)(end - p->at);
	*out = span_of(p->buffer + skip, got);
	p->at += got;
	if (p->at == p->piece.start + p->piece.size)
		sealed_in_free(&p->in);
	return OK;
}

enum err
obj_plain_start(struct obj_plain *p, struct txn *t, const struct blob_ref *ref,
    const struct sealed_keys *keys, uint64_t off, uint64_t len)
{
	enum err e;

	MUST(p->read.pinned);
	p->remote = NULL;
	p->ref = *ref;
	p->at = off;
	p->end = off + len;
	p->ready = SPAN_NONE;
	sealed_in_free(&p->in);
	if (len == 0)
		return OK;
	p->keys = *keys;
	if (p->buffer == NULL)
		p->buffer = mem_alloc((size_t)BATCH * SEALED_STEP);
	e = piece_start(t, p);
	return e == OK ? batch_open(p, 1, &p->ready) : e;
}

void
obj_plain_start_remote(struct obj_plain *p, const struct obj_remote_io *io,
    const struct rec_remote *remote, const struct sealed_keys *keys, uint64_t off,
    uint64_t len)
{
	p->io = io;
	p->remote = remote;
	p->at = off;
	p->end = off + len;
	p->ready = SPAN_NONE;
	p->keys = *keys;
	sealed_in_free(&p->in);
	if (p->buffer == NULL)
		p->buffer = mem_alloc((size_t)BATCH * SEALED_STEP);
}

enum err
obj_plain_next(struct obj_plain *p, struct span *out)
{
	enum err e = OK;

	if (p->ready.n > 0) {
		*out = p->ready;
		p->ready = SPAN_NONE;
		return OK;
	}
	if (p->at == p->end)
		return E_NOT_FOUND;
	if (p->in == NULL)
		e = p->remote != NULL ? piece_start_remote(p)
				      : store_read(p->read.reader, piece_start, p);
	return e == OK ? batch_open(p, BATCH, out) : e;
}

void
obj_plain_end(struct obj_plain *p)
{
	if (p->buffer != NULL) {
		sealed_in_free(&p->in);
		sealed_keys_wipe(&p->keys);
		mem_free(p->buffer);
		p->buffer = NULL;
	}
	obj_read_end(&p->read);
}
