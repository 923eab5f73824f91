/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What blobs are made of, and who counts them. A tiny body carries its count in the row of
 * table body; the others have a row in table blob. A list's pieces are a body row under the
 * list's id (count 0: the blob row counts).
 */
#include "config.h"

#include "store/blob.h"

#include "base/mem.h"
#include "codec/crc.h"
#include "store_priv.h"

void
blob_ref_put(void *out, const struct blob_ref *r)
{
	char *p = out;

	p[0] = (char)r->kind;
	be64_put(p + 1, r->id);
	be64_put(p + 9, r->off);
	be64_put(p + 17, r->len);
}

bool
blob_ref_get(const void *in, struct blob_ref *out)
{
	const uint8_t *p = in;

	if (p[0] > BLOB_LIST)
		return false;
	out->kind = p[0];
	out->id = be64_get(p + 1);
	out->off = be64_get(p + 9);
	out->len = be64_get(p + 17);
	return true;
}

uint64_t
blob_tiny_max(const struct store *s)
{
	return s->tiny_max != 0 ? s->tiny_max : TINY_MAX;
}

uint64_t
blob_small_max(const struct store *s)
{
	return s->small_max;
}

/* ---- rows ---- */

enum err
blob_row_get(struct txn *t, uint64_t id, struct blob_row *out)
{
	struct span v;
	enum err e = table_id_get(t, IN_BLOB, id, &v);

	if (e == OK && !row_blob_get(v, out))
		return E_CORRUPT;
	return e;
}

enum err
blob_row_put(struct txn *t, uint64_t id, const struct blob_row *r)
{
	char v[BLOB_ROW_SIZE];

	row_blob_put(v, r);
	return table_id_put(t, IN_BLOB, id, v, sizeof v);
}

enum err
blob_dead(struct txn *t, const struct dead_row *r)
{
	char v[DEAD_ROW_SIZE];

	row_dead_put(v, r);
	return table_id_put(t, IN_DEAD, t->store->writer.now.dead_seq++, v, sizeof v);
}

/* ---- putting ---- */

static enum err
body_put(struct txn *t, uint64_t id, uint32_t refs, uint32_t crc32c, size_t n, char **out)
{
	char key[8];
	void *room;
	enum err e;

	t->store->writer.adds = true;
	be64_put(key, id);
	e = table_row_room(
	    t, t->store->in[IN_BODY], span_of(key, 8), BODY_HEAD + n, true, &room);
	if (e != OK)
		return e;
	be32_put(room, refs);
	be32_put((char *)room + 4, crc32c);
	*out = (char *)room + BODY_HEAD;
	return OK;
}

enum err
blob_put(struct txn *t, struct span data, uint32_t crc32c, struct blob_ref *out)
{
	struct blob_row row = { .kind = BLOB_SEGMENT, .refs = 1, .len = data.n };
	uint64_t id;
	enum err e;

	CHECK(t, TXN_MAGIC);
	if (data.n == 0) {
		*out = (struct blob_ref){ 0 };
		return OK;
	}
	if (data.n <= blob_tiny_max(t->store))
		return tiny_put(t, data, crc32c, out);
	MUST(data.n <= t->store->small_max);
	t->store->writer.adds = true;
	id = store_next_id(t);
	row.crc32c = crc32c;
	row.place = t->store->writer.now.segment;
	segment_reserve(t, data, id, &row.off);
	e = blob_row_put(t, id, &row);
	if (e == OK)
		*out = (struct blob_ref){ BLOB_SEGMENT, id, 0, data.n };
	return e;
}

static void
piece_encode(char *p, const struct blob_piece *piece, uint64_t start)
{
	blob_ref_put(p, &piece->ref);
	be32_put(p + BLOB_REF_SIZE, piece->tag);
	be64_put(p + BLOB_REF_SIZE + 4, start);
}

enum err
blob_list_put(
    struct txn *t, const struct blob_piece *piece, size_t n, struct blob_ref *out)
{
	struct blob_row row = { .kind = BLOB_LIST, .refs = 1 };
	uint64_t id = store_next_id(t);
	char *room;
	enum err e = body_put(t, id, 0, 0, n * PIECE_SIZE, &room);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		piece_encode(room + i * PIECE_SIZE, &piece[i], row.len);
		row.len += piece[i].ref.len;
	}
	row.place = n;
	row.crc32c = crc32c_add(0, room, n * PIECE_SIZE);
	be32_put(room - 4, row.crc32c);
	e = blob_row_put(t, id, &row);
	if (e == OK)
		*out = (struct blob_ref){ BLOB_LIST, id, 0, row.len };
	return e;
}

/* ---- counting ---- */

static enum err
counted_get(struct txn *t, const struct blob_ref *r, struct blob_row *out)
{
	enum err e = blob_row_get(t, r->id, out);

	if (e == E_NOT_FOUND || (e == OK && (out->kind != r->kind || out->refs == 0)))
		return E_CORRUPT;
	return e;
}

/* The list's body row again with a piece behind. */
static enum err
list_put_behind(
    struct txn *t, uint64_t id, const struct blob_piece *piece, struct blob_row *row)
{
	char key[8], *old, *at;
	struct span was;
	void *room;
	enum err e = table_id_get(t, IN_BODY, id, &was);

	if (e == E_NOT_FOUND || (e == OK && was.n < BODY_HEAD))
		return E_CORRUPT;
	if (e != OK)
		return e;
	old = mem_span(was);
	be64_put(key, id);
	e = table_row_room(
	    t, t->store->in[IN_BODY], span_of(key, 8), was.n + PIECE_SIZE, false, &room);
	if (e == OK) {
		memcpy(room, old, was.n);
		at = (char *)room + was.n;
		piece_encode(at, piece, row->len);
		row->crc32c = crc32c_add(row->crc32c, at, PIECE_SIZE);
		be32_put((char *)room + 4, row->crc32c);
		row->len += piece->ref.len;
		row->place++;
	}
	mem_free(old);
	return e;
}

enum err
blob_list_grow(
    struct txn *t, struct blob_ref *ref, const struct blob_piece *piece, bool *grown)
{
	struct blob_row row;
	enum err e;

	CHECK(t, TXN_MAGIC);
	MUST(ref->kind == BLOB_LIST);
	e = counted_get(t, ref, &row);
	*grown = e == OK && row.refs == 1 && ref->off == 0 && ref->len == row.len;
	if (!*grown)
		return e;
	t->store->writer.adds = true;
	e = list_put_behind(t, ref->id, piece, &row);
	row.refs++;
	if (e == OK)
		e = blob_row_put(t, ref->id, &row);
	if (e == OK)
		ref->len = row.len;
	return e;
}

enum err
blob_hold(struct txn *t, struct blob_ref *r)
{
	struct blob_row row;
	enum err e;

	CHECK(t, TXN_MAGIC);
	if (r->kind == BLOB_EMPTY)
		return OK;
	if (r->len == 0 && r->kind != BLOB_LIST) {
		*r = (struct blob_ref){ 0 }; /* an empty slice needs nobody */
		return OK;
	}
	if (r->kind == BLOB_TINY)
		return tiny_hold(t, r);
	e = counted_get(t, r, &row);
	if (e != OK)
		return e;
	if (row.refs == UINT32_MAX)
		return E_NO_RESOURCE;
	row.refs++;
	return blob_row_put(t, r->id, &row);
}

enum err
blob_drop(struct txn *t, const struct blob_ref *r)
{
	struct dead_row dead = { .kind = r->kind };
	struct blob_row row;
	enum err e;

	CHECK(t, TXN_MAGIC);
	if (r->kind == BLOB_EMPTY)
		return OK;
	if (r->kind == BLOB_TINY)
		return tiny_drop(t, r);
	e = counted_get(t, r, &row);
	if (e != OK)
		return e;
	if (--row.refs > 0)
		return blob_row_put(t, r->id, &row);
	dead.place = row.kind == BLOB_LIST ? r->id : row.place;
	dead.off = row.off;
	dead.len = row.len;
	e = table_id_del(t, IN_BLOB, r->id);
	return e == OK ? blob_dead(t, &dead) : e;
}
