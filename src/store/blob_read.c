/* SPDX-License-Identifier: Apache-2.0 */
/* Reading blobs: where the next bytes are, pieces of lists, pins. */
#include "config.h"

#include "store_priv.h"

enum { DEPTH = 4 }; /* lists of lists end here */

/* ---- pins ---- */

void
blob_pin(struct store *s, struct blob_pin *pin)
{
	CHECK(s, STORE_MAGIC);
	lock_take(&s->lock);
	pin->store = s;
	pin->floor = s->dead_floor;
	/* Newest last: floors only rise, so the first is the lowest. */
	pin->next = &s->pins;
	pin->prev = s->pins.prev;
	pin->prev->next = pin;
	s->pins.prev = pin;
	lock_drop(&s->lock);
}

void
blob_unpin(struct blob_pin *pin)
{
	struct store *s = pin->store;

	lock_take(&s->lock);
	if (pin->prev == &s->pins && pin->floor < s->dead_floor)
		sweep_nudge(s);
	pin->prev->next = pin->next;
	pin->next->prev = pin->prev;
	pin->prev = pin->next = NULL;
	lock_drop(&s->lock);
}

/* ---- lists ---- */

enum err
blob_pieces_get(struct txn *t, uint64_t list, struct blob_pieces *out)
{
	struct span v;
	enum err e = table_id_get(t, IN_BODY, list, &v);

	if (e == E_NOT_FOUND ||
	    (e == OK && (v.n < BODY_HEAD || (v.n - BODY_HEAD) % PIECE_SIZE != 0)))
		return E_CORRUPT;
	if (e != OK)
		return e;
	out->p = v.p + BODY_HEAD;
	out->n = (v.n - BODY_HEAD) / PIECE_SIZE;
	return OK;
}

bool
blob_pieces_at(
    const struct blob_pieces *l, size_t i, struct blob_piece *out, uint64_t *start)
{
	const char *p = l->p + i * PIECE_SIZE;

	if (!blob_ref_get(p, &out->ref))
		return false;
	out->tag = be32_get(p + BLOB_REF_SIZE);
	*start = be64_get(p + BLOB_REF_SIZE + 4);
	return true;
}

enum err
blob_list_count(struct txn *t, const struct blob_ref *ref, size_t *n)
{
	struct blob_pieces l = { NULL, 0 };
	enum err e = ref->kind == BLOB_LIST ? blob_pieces_get(t, ref->id, &l) : OK;

	if (e == OK)
		*n = l.n;
	return e;
}

enum err
blob_list_get(struct txn *t, const struct blob_ref *ref, size_t i, struct blob_piece *out)
{
	struct blob_pieces l;
	struct blob_piece piece;
	uint64_t start;
	enum err e;

	MUST(ref->kind == BLOB_LIST);
	e = blob_pieces_get(t, ref->id, &l);
	if (e != OK)
		return e;
	if (i >= l.n)
		return E_NOT_FOUND;
	if (!blob_pieces_at(&l, i, &piece, &start))
		return E_CORRUPT;
	*out = piece;
	return OK;
}

enum err
blob_list_walk(struct txn *t, const struct blob_ref *ref,
    bool (*see)(void *ctx, const struct blob_piece *piece), void *ctx)
{
	struct blob_pieces l;
	struct blob_piece piece;
	uint64_t start;
	enum err e;

	MUST(ref->kind == BLOB_LIST);
	e = blob_pieces_get(t, ref->id, &l);
	for (size_t i = 0; e == OK && i < l.n; i++) {
		if (!blob_pieces_at(&l, i, &piece, &start))
			e = E_CORRUPT;
		else if (!see(ctx, &piece))
			break;
	}
	return e;
}

enum err
blob_list_start(struct txn *t, const struct blob_ref *ref, size_t i, uint64_t *out)
{
	struct blob_pieces l;
	struct blob_piece piece;
	uint64_t start;
	enum err e;

	MUST(ref->kind == BLOB_LIST);
	e = blob_pieces_get(t, ref->id, &l);
	if (e != OK)
		return e;
	if (i > l.n)
		return E_NOT_FOUND;
	if (l.n == 0) {
		*out = 0;
		return OK;
	}
	if (!blob_pieces_at(&l, i == l.n ? i - 1 : i, &piece, &start))
		return E_CORRUPT;
	*out = i == l.n ? start + piece.ref.len : start;
	return OK;
}

/* The piece that holds byte at: the last one that starts at or before it, and so never an
 * empty one unless it is the only one left. */
static enum err
piece_of(
    struct txn *t, uint64_t list, uint64_t at, struct blob_piece *out, uint64_t *start)
{
	struct blob_pieces l;
	size_t low = 0, high;
	enum err e = blob_pieces_get(t, list, &l);

	if (e != OK)
		return e;
	if (l.n == 0)
		return E_CORRUPT;
	for (high = l.n; high - low > 1;) {
		size_t mid = low + (high - low) / 2;

		if (be64_get(l.p + mid * PIECE_SIZE + BLOB_REF_SIZE + 4) <= at)
			low = mid;
		else
			high = mid;
	}
	if (!blob_pieces_at(&l, low, out, start) || at < *start ||
	    at - *start >= out->ref.len)
		return E_CORRUPT;
	return OK;
}

/* ---- extents ---- */

void
blob_pos_init(struct blob_pos *p, const struct blob_ref *ref, uint64_t at, uint64_t len)
{
	MUST(at <= ref->len && len <= ref->len - at);
	*p = (struct blob_pos){ *ref, at, at + len };
}

void
blob_extent_close(struct blob_extent *e)
{
	if (e->hold != NULL)
		fdcache_put(e->hold);
	*e = (struct blob_extent){ .fd = -1 };
}

/* One of the one or two parts it lies in. */
static enum err
tiny_extent(struct txn *t, const struct blob_ref *r, uint64_t at, uint64_t n,
    struct blob_extent *out)
{
	const struct blob_ref want = { BLOB_TINY, r->id, at, n };
	struct span part[2];
	struct tiny y;
	enum err e = tiny_get(t, &want, &y);

	if (e != OK)
		return e;
	tiny_slice(&y, at, n, part);
	if (part[0].n == 0)
		part[0] = part[1];
	*out = (struct blob_extent){ .mem = part[0].p, .fd = -1, .len = part[0].n };
	return OK;
}

enum err
blob_tiny(struct txn *t, const struct blob_ref *ref, uint64_t at, uint64_t len,
    struct span out[2])
{
	const struct blob_ref want = { BLOB_TINY, ref->id, ref->off + at, len };
	struct tiny y;
	enum err e = tiny_get(t, &want, &y);

	CHECK(t, TXN_MAGIC);
	MUST(ref->kind == BLOB_TINY && at <= ref->len && len <= ref->len - at);
	if (e == OK)
		tiny_slice(&y, want.off, len, out);
	return e;
}

static enum err
file_extent(struct txn *t, const struct blob_ref *r, uint64_t at, uint64_t n,
    struct blob_extent *out)
{
	struct blob_extent x = { .len = n };
	struct blob_row row;
	enum err e = blob_row_get(t, r->id, &row);

	if (e != OK)
		return e == E_NOT_FOUND ? E_CORRUPT : e;
	if (row.kind != r->kind || at > row.len || n > row.len - at)
		return E_CORRUPT;
	e = fdcache_get(t->store->fds, row.kind, row.place, &x.fd, &x.hold);
	if (e != OK)
		return e;
	x.off = row.off + at;
	*out = x;
	return OK;
}

enum err
blob_next(struct txn *t, struct blob_pos *p, struct blob_extent *out)
{
	struct blob_ref r = p->ref;
	uint64_t at = p->at, left = p->end - p->at;
	enum err e = E_CORRUPT;

	CHECK(t, TXN_MAGIC);
	if (left == 0)
		return E_NOT_FOUND;
	for (unsigned depth = 0; r.kind == BLOB_LIST; depth++) {
		struct blob_piece piece;
		uint64_t start;

		if (depth == DEPTH)
			return E_CORRUPT;
		e = piece_of(t, r.id, r.off + at, &piece, &start);
		if (e != OK)
			return e;
		at = r.off + at - start;
		r = piece.ref;
		if (left > r.len - at)
			left = r.len - at;
	}
	if (r.kind == BLOB_TINY)
		e = tiny_extent(t, &r, r.off + at, left, out);
	else if (r.kind == BLOB_SEGMENT || r.kind == BLOB_FILE)
		e = file_extent(t, &r, r.off + at, left, out);
	else
		e = E_CORRUPT;
	if (e == OK)
		p->at += out->len;
	return e;
}
