/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies that sit in the index. A value too large for a leaf gets pages of its own from
 * LMDB, less a head of 16 bytes; a body of 4,096 bytes in one row would take two of them,
 * the second for 24 bytes. So what is a little more than whole pages is kept in two rows,
 * one behind the other: id has references, checksum and the first bytes, id with a zero
 * byte the rest, which fills its pages. A page less is written with each body, synced with
 * the checkpoint and read.
 */
#include "config.h"

#include "base/mem.h"
#include "codec/crc.h"
#include "store_priv.h"

enum { FIRST_MAX = 1024, REST_KEY = 9 };

static size_t
pages_of(const struct store *s, size_t n)
{
	return (n + PAGE_HEAD + s->page - 1) / s->page;
}

/* Bytes of a body of n that go to its first row; n: all. */
static size_t
first_of(const struct store *s, size_t n)
{
	size_t pages = (n + PAGE_HEAD) / s->page;
	size_t whole = pages * s->page - PAGE_HEAD;

	if (pages > 0 && n - whole <= FIRST_MAX)
		return n - whole;
	return pages_of(s, n) < pages_of(s, BODY_HEAD + n) ? 0 : n;
}

static struct span
rest_key(char out[REST_KEY], uint64_t id)
{
	be64_put(out, id);
	out[8] = 0;
	return span_of(out, REST_KEY);
}

bool
tiny_is_rest(struct span key, uint64_t id)
{
	char want[REST_KEY];

	return span_eq(key, rest_key(want, id));
}

enum err
tiny_put(struct txn *t, struct span data, uint32_t crc32c, struct blob_ref *out)
{
	MDB_dbi dbi = t->store->in[IN_BODY];
	uint64_t id = store_next_id(t);
	size_t first = first_of(t->store, data.n);
	char key[REST_KEY];
	struct span rest = rest_key(key, id);
	void *room;
	enum err e;

	t->store->writer.adds = true;
	e = table_row_room(t, dbi, span_of(key, 8), BODY_HEAD + first, true, &room);
	if (e != OK)
		return e;
	be32_put(room, 1);
	be32_put((char *)room + 4, crc32c);
	memcpy((char *)room + BODY_HEAD, data.p, first);
	if (first < data.n) {
		e = table_row_room(t, dbi, rest, data.n - first, true, &room);
		if (e != OK)
			return e;
		memcpy(room, data.p + first, data.n - first);
	}
	*out = (struct blob_ref){ BLOB_TINY, id, 0, data.n };
	return OK;
}

static enum err
row_get(struct txn *t, uint64_t id, struct span *out)
{
	enum err e = table_id_get(t, IN_BODY, id, out);

	if (e == OK && out->n < BODY_HEAD)
		return E_CORRUPT;
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

static enum err
rest_get(struct txn *t, uint64_t id, struct span *out)
{
	char key[REST_KEY];
	enum err e = table_row_get(t, t->store->in[IN_BODY], rest_key(key, id), out);

	return e == E_NOT_FOUND ? OK : e;
}

/* The rows that the bytes of ref need, by one search: they lie side by side. */
static enum err
rows_read(struct reader *r, const struct blob_ref *ref, struct tiny *out)
{
	char key[8];
	MDB_cursor *c;
	MDB_val k = { sizeof key, key }, v;
	int rc = reader_body(r, &c);

	be64_put(key, ref->id);
	if (rc == 0)
		rc = mdb_cursor_get(c, &k, &v, MDB_SET);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? E_CORRUPT : table_mdb(rc);
	if (v.mv_size < BODY_HEAD)
		return E_CORRUPT;
	out->row = span_of(v.mv_data, v.mv_size);
	if (ref->off + ref->len <= v.mv_size - BODY_HEAD)
		return OK;
	rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	if (rc == 0 && tiny_is_rest(span_of(k.mv_data, k.mv_size), ref->id))
		out->rest = span_of(v.mv_data, v.mv_size);
	return rc == MDB_NOTFOUND ? OK : table_mdb(rc);
}

enum err
tiny_get(struct txn *t, const struct blob_ref *r, struct tiny *out)
{
	struct tiny y = { 0 };
	enum err e =
	    t->reader != NULL ? rows_read(t->reader, r, &y) : row_get(t, r->id, &y.row);

	if (e != OK)
		return e;
	y.first = span_from(y.row, BODY_HEAD);
	if (t->reader == NULL && (r->off > y.first.n || r->len > y.first.n - r->off))
		e = rest_get(t, r->id, &y.rest);
	if (e == OK &&
	    (r->off > y.first.n + y.rest.n || r->len > y.first.n + y.rest.n - r->off))
		return E_CORRUPT;
	if (e == OK)
		*out = y;
	return e;
}

void
tiny_slice(const struct tiny *y, uint64_t at, uint64_t n, struct span out[2])
{
	size_t split = y->first.n;

	out[0] = span_head(span_from(y->first, (size_t)at), (size_t)n);
	out[1] = span_head(span_from(y->rest, at > split ? (size_t)at - split : 0),
	    (size_t)n - out[0].n);
}

/* The first row again with another count. */
static enum err
recount(struct txn *t, uint64_t id, struct span row, uint32_t refs)
{
	char *copy = mem_span(row);
	enum err e;

	be32_put(copy, refs);
	e = table_id_put(t, IN_BODY, id, copy, row.n);
	mem_free(copy);
	return e;
}

/* A copy of its own. */
static enum err
slice_put(struct txn *t, const struct tiny *y, struct blob_ref *r)
{
	size_t n = (size_t)r->len;
	char *copy = mem_alloc(n);
	struct span part[2];
	enum err e;

	tiny_slice(y, r->off, r->len, part);
	memcpy(copy, part[0].p, part[0].n);
	if (part[1].n > 0)
		memcpy(copy + part[0].n, part[1].p, part[1].n);
	e = blob_put(t, span_of(copy, n), crc32c_add(0, copy, n), r);
	mem_free(copy);
	return e;
}

enum err
tiny_hold(struct txn *t, struct blob_ref *r)
{
	struct tiny y;
	uint32_t refs;
	enum err e = tiny_get(t, r, &y);

	if (e != OK)
		return e;
	refs = be32_get(y.row.p);
	if (y.rest.n == 0)
		e = rest_get(t, r->id, &y.rest);
	if (e != OK)
		return e;
	if (r->off == 0 && r->len == y.first.n + y.rest.n && refs < UINT32_MAX)
		return recount(t, r->id, y.row, refs + 1);
	return slice_put(t, &y, r);
}

enum err
tiny_del(struct txn *t, uint64_t id)
{
	char key[REST_KEY];
	struct span rest = rest_key(key, id);
	enum err e = table_id_del(t, IN_BODY, id);

	if (e == OK)
		e = table_row_del(t, t->store->in[IN_BODY], rest);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
tiny_set(struct txn *t, uint64_t id, uint32_t refs)
{
	struct span row;
	enum err e;

	if (refs == 0)
		return tiny_del(t, id);
	e = row_get(t, id, &row);
	return e == OK ? recount(t, id, row, refs) : e;
}

enum err
tiny_drop(struct txn *t, const struct blob_ref *r)
{
	struct span row;
	enum err e = row_get(t, r->id, &row);

	if (e != OK)
		return e;
	if (be32_get(row.p) > 1)
		return recount(t, r->id, row, be32_get(row.p) - 1);
	/* Nothing behind what is all there. */
	if (r->off + r->len <= row.n - BODY_HEAD)
		return table_id_del(t, IN_BODY, r->id);
	return tiny_del(t, r->id);
}
