/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long keys. LMDB's key is the space's number and up to 502 bytes. A longer key becomes a
 * pointer row, whose LMDB key is the space, the first 502 bytes and a NUL (511 bytes;
 * no leaf is that long), and the rest of it lives in the child space the pointer names.
 * All keys that share the 502 bytes are neighbours, so byte order is kept: the leaf equal
 * to them sorts before the pointer, the pointer stands for everything longer.
 */
#include "config.h"

#include "store/table.h"

#include "store_priv.h"

enum {
	SPACE = 8,
	PIECE = 502,
	POINTER_KEY = SPACE + PIECE + 1,
	POINTER_VALUE = 17 /* version, child, rows in it */
};
#define CHILD_BIT ((uint64_t)1 << 63)

struct step {
	char key[POINTER_KEY];
	uint64_t child, rows;
	bool fresh;
};

struct path {
	struct step step[KEY_DEPTH];
	unsigned n;
	uint64_t space; /* where the rest lives */
	struct span rest;
};

static struct span
leaf_key(char out[POINTER_KEY], uint64_t space, struct span piece)
{
	MUST(piece.n <= PIECE);
	be64_put(out, space);
	if (piece.n > 0)
		memcpy(out + SPACE, piece.p, piece.n);
	return span_of(out, SPACE + piece.n);
}

static struct span
pointer_key(char out[POINTER_KEY], uint64_t space, const char *piece)
{
	be64_put(out, space);
	memcpy(out + SPACE, piece, PIECE);
	out[SPACE + PIECE] = 0;
	return span_of(out, POINTER_KEY);
}

bool
key_is_pointer(struct span key, struct span value, uint64_t *child, uint64_t *rows)
{
	if (key.n != POINTER_KEY || key.p[POINTER_KEY - 1] != 0 ||
	    value.n != POINTER_VALUE || value.p[0] != ROW_VERSION)
		return false;
	*child = be64_get(value.p + 1);
	*rows = be64_get(value.p + 9);
	return (*child & CHILD_BIT) != 0;
}

static MDB_dbi
own(const struct txn *t, unsigned table)
{
	CHECK(t, TXN_MAGIC);
	MUST(table < t->store->nown);
	return t->store->own[table];
}

static enum err
step_save(struct txn *t, MDB_dbi dbi, const struct step *s)
{
	char v[POINTER_VALUE] = { ROW_VERSION };

	be64_put(v + 1, s->child);
	be64_put(v + 9, s->rows);
	return table_row_put(t, dbi, span_of(s->key, POINTER_KEY), span_of(v, sizeof v));
}

/* Follow the pointers of key; make: invent those that are missing. */
static enum err
path_find(struct txn *t, MDB_dbi dbi, uint64_t space, struct span key, bool make,
    struct path *out)
{
	enum err e = OK;

	out->n = 0;
	while (key.n > PIECE) {
		struct step *s = &out->step[out->n];
		struct span v;

		if (out->n + 1 == KEY_DEPTH)
			return make ? E_KEY_TOO_LONG : E_NOT_FOUND;
		e = out->n > 0 && s[-1].fresh
		    ? E_NOT_FOUND
		    : table_row_get(t, dbi, pointer_key(s->key, space, key.p), &v);
		s->fresh = e == E_NOT_FOUND;
		if (s->fresh && make) {
			(void)pointer_key(s->key, space, key.p);
			s->child = store_next_id(t) | CHILD_BIT;
			s->rows = 0;
		} else if (e != OK)
			return e;
		else if (!key_is_pointer(
			     span_of(s->key, POINTER_KEY), v, &s->child, &s->rows))
			return E_CORRUPT;
		space = s->child;
		key = span_from(key, PIECE);
		out->n++;
	}
	out->space = space;
	out->rest = key;
	return OK;
}

enum err
key_get(struct txn *t, unsigned table, uint64_t space, struct span key, struct span *out)
{
	MDB_dbi dbi = own(t, table);
	char k[POINTER_KEY];
	struct span v;

	for (unsigned depth = 0; key.n > PIECE; depth++) {
		uint64_t rows;
		struct span pk = pointer_key(k, space, key.p);
		enum err e =
		    depth + 1 == KEY_DEPTH ? E_NOT_FOUND : table_row_get(t, dbi, pk, &v);

		if (e != OK)
			return e;
		if (!key_is_pointer(pk, v, &space, &rows))
			return E_CORRUPT;
		key = span_from(key, PIECE);
	}
	return table_row_get(t, dbi, leaf_key(k, space, key), out);
}

static enum err
put_deep(struct txn *t, MDB_dbi dbi, struct path *p, struct span value)
{
	char k[POINTER_KEY];
	struct span old, lk = leaf_key(k, p->space, p->rest);
	enum err e =
	    p->step[p->n - 1].fresh ? E_NOT_FOUND : table_row_get(t, dbi, lk, &old);
	bool added = e == E_NOT_FOUND;

	if (e == OK || added)
		e = table_row_put(t, dbi, lk, value);
	for (unsigned i = p->n; e == OK && added && i > 0; i--) {
		struct step *s = &p->step[i - 1];

		s->rows++;
		e = step_save(t, dbi, s);
		added = s->fresh;
	}
	return e;
}

enum err
key_put(struct txn *t, unsigned table, uint64_t space, struct span key, struct span value)
{
	MDB_dbi dbi = own(t, table);
	char k[POINTER_KEY];
	struct path p;
	enum err e;

	t->changed |= UINT64_C(1) << table;
	if (key.n <= PIECE)
		return table_row_put(t, dbi, leaf_key(k, space, key), value);
	if (key.n > (size_t)KEY_DEPTH * PIECE)
		return E_KEY_TOO_LONG;
	e = path_find(t, dbi, space, key, true, &p);
	return e == OK ? put_deep(t, dbi, &p, value) : e;
}

enum err
key_del(struct txn *t, unsigned table, uint64_t space, struct span key)
{
	MDB_dbi dbi = own(t, table);
	char k[POINTER_KEY];
	struct path p;
	enum err e;

	t->changed |= UINT64_C(1) << table;
	if (key.n <= PIECE)
		return table_row_del(t, dbi, leaf_key(k, space, key));
	e = path_find(t, dbi, space, key, false, &p);
	if (e == OK)
		e = table_row_del(t, dbi, leaf_key(k, p.space, p.rest));
	for (unsigned i = p.n; e == OK && i > 0; i--) {
		struct step *s = &p.step[i - 1];

		if (s->rows > 1) {
			s->rows--;
			return step_save(t, dbi, s);
		}
		e = table_row_del(t, dbi, span_of(s->key, POINTER_KEY));
	}
	return e;
}

/* ---- walking ---- */

enum err
key_begin(struct txn *t, unsigned table, uint64_t space, struct key_cursor *out)
{
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(t->mdb, own(t, table), &cursor);

	if (rc != 0)
		return table_mdb(rc);
	out->txn = t;
	out->table = table;
	out->cursor = cursor;
	out->space[0] = space;
	out->at[0] = 0;
	out->depth = 0;
	out->key = SPAN_NONE;
	out->value = SPAN_NONE;
	return OK;
}

void
key_end(struct key_cursor *c)
{
	if (c->cursor != NULL)
		mdb_cursor_close(c->cursor);
	c->cursor = NULL;
}

static int
range(struct key_cursor *c, struct span from, MDB_val *k, MDB_val *v)
{
	*k = (MDB_val){ from.n, (void *)(uintptr_t)from.p };
	return mdb_cursor_get(c->cursor, k, v, MDB_SET_RANGE);
}

/* Go down through the pointer the cursor stands on, whose 502 bytes are part of the key. */
static enum err
descend(struct key_cursor *c, const MDB_val *k, const MDB_val *v)
{
	uint64_t child, rows;

	if (c->depth + 1 == KEY_DEPTH ||
	    !key_is_pointer(span_of(k->mv_data, k->mv_size),
		span_of(v->mv_data, v->mv_size), &child, &rows))
		return E_CORRUPT;
	memcpy(c->text + c->at[c->depth], (char *)k->mv_data + SPACE, PIECE);
	c->at[c->depth + 1] = c->at[c->depth] + PIECE;
	c->depth++;
	c->space[c->depth] = child;
	return OK;
}

/* The cursor came to (rc, k, v): go down, or up and on, until it stands on a leaf. */
static enum err
settle(struct key_cursor *c, int rc, MDB_val k, MDB_val v)
{
	char buf[POINTER_KEY];
	enum err e;

	for (;;) {
		uint64_t *space = &c->space[c->depth];

		if (rc != 0 && rc != MDB_NOTFOUND)
			return table_mdb(rc);
		if (rc == 0 && k.mv_size >= SPACE && be64_get(k.mv_data) == *space) {
			size_t n = k.mv_size - SPACE;

			if (n <= PIECE) {
				memcpy(c->text + c->at[c->depth],
				    (char *)k.mv_data + SPACE, n);
				c->key = span_of(c->text, c->at[c->depth] + n);
				c->value = span_of(v.mv_data, v.mv_size);
				return OK;
			}
			e = descend(c, &k, &v);
			if (e != OK)
				return e;
			rc = range(
			    c, leaf_key(buf, c->space[c->depth], SPAN_NONE), &k, &v);
			continue;
		}
		if (c->depth == 0)
			return E_NOT_FOUND;
		c->depth--;
		rc = range(c,
		    pointer_key(buf, c->space[c->depth], c->text + c->at[c->depth]), &k,
		    &v);
		if (rc == 0)
			rc = mdb_cursor_get(c->cursor, &k, &v, MDB_NEXT);
	}
}

enum err
key_seek(struct key_cursor *c, struct span from)
{
	char buf[POINTER_KEY];
	MDB_val k, v;
	int rc;

	c->depth = 0;
	while (from.n > PIECE) {
		struct span pk = pointer_key(buf, c->space[c->depth], from.p);
		enum err e;

		rc = range(c, pk, &k, &v);
		if (rc != 0 || !span_eq(span_of(k.mv_data, k.mv_size), pk))
			return settle(c, rc, k, v);
		e = descend(c, &k, &v);
		if (e != OK)
			return e;
		from = span_from(from, PIECE);
	}
	rc = range(c, leaf_key(buf, c->space[c->depth], from), &k, &v);
	return settle(c, rc, k, v);
}

enum err
key_next(struct key_cursor *c)
{
	MDB_val k, v;
	int rc = mdb_cursor_get(c->cursor, &k, &v, MDB_NEXT);

	return settle(c, rc, k, v);
}

enum err
key_skip(struct key_cursor *c, struct span prefix)
{
	char next[KEY_DEPTH * PIECE];
	size_t n = prefix.n;

	/* No key is that long, so none starts with it. */
	if (n > sizeof next)
		return key_seek(c, prefix);
	while (n > 0 && (unsigned char)prefix.p[n - 1] == 0xff)
		n--;
	if (n == 0)
		return E_NOT_FOUND;
	memcpy(next, prefix.p, n);
	next[n - 1] = (char)((unsigned char)next[n - 1] + 1);
	return key_seek(c, span_of(next, n));
}
