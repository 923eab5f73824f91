/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/table.h"

#include <errno.h>

#include "store_priv.h"

/* LMDB takes void * and promises not to write through it. */
static MDB_val
val(struct span s)
{
	return (MDB_val){ s.n, (void *)(uintptr_t)s.p };
}

static struct span
span_val(const MDB_val *v)
{
	return span_of(v->mv_data, v->mv_size);
}

enum err
table_mdb(int rc)
{
	switch (rc) {
	case 0:
		return OK;
	case MDB_NOTFOUND:
		return E_NOT_FOUND;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
		return E_MAP_FULL;
	case MDB_READERS_FULL:
	case MDB_TLS_FULL:
	case MDB_DBS_FULL:
		return E_NO_RESOURCE;
	case MDB_PANIC:
		return E_IO;
	default:
		return rc > 0 ? io_err(-rc) : E_CORRUPT;
	}
}

static enum err
changed(struct txn *t, int rc)
{
	enum err e = table_mdb(rc);

	if (e != OK && e != E_NOT_FOUND && t->failed == OK)
		t->failed = e;
	return e;
}

static void
change(struct txn *t)
{
	CHECK(t, TXN_MAGIC);
	MUST(t->write);
	journal_settle(t->store);
	t->dirty = true;
}

int
table_write_begin(struct store *s, struct txn *out)
{
	*out = (struct txn){
		.magic = TXN_MAGIC, .store = s, .cursor = s->cursor, .write = true
	};
	return mdb_txn_begin(s->env, NULL, 0, &out->mdb);
}

/* LMDB 0.9 would close them with the transaction, later ones do not. */
void
table_write_end(struct txn *t)
{
	while (t->cursors > 0) {
		MDB_cursor **c = &t->cursor[--t->cursors];

		if (*c != NULL)
			mdb_cursor_close(*c);
		*c = NULL;
	}
}

int
table_write_commit(struct txn *t)
{
	int rc;

	table_write_end(t);
	rc = mdb_txn_commit(t->mdb);
	t->mdb = NULL;
	return rc;
}

void
table_write_abort(struct txn *t)
{
	if (t->mdb == NULL)
		return;
	table_write_end(t);
	mdb_txn_abort(t->mdb);
	t->mdb = NULL;
}

static int
write_cursor(struct txn *t, MDB_dbi dbi, MDB_cursor **out)
{
	int rc = 0;

	MUST(dbi < HANDLES_MAX);
	if (t->cursor[dbi] == NULL)
		rc = mdb_cursor_open(t->mdb, dbi, &t->cursor[dbi]);
	if (dbi >= t->cursors)
		t->cursors = dbi + 1;
	*out = t->cursor[dbi];
	return rc;
}

static int
find(struct txn *t, MDB_dbi dbi, MDB_val *k, MDB_val *v)
{
	MDB_cursor *c;
	int rc;

	if (!t->write)
		return mdb_get(t->mdb, dbi, k, v);
	rc = write_cursor(t, dbi, &c);
	return rc == 0 ? mdb_cursor_get(c, k, v, MDB_SET) : rc;
}

static int
put(struct txn *t, MDB_dbi dbi, MDB_val *k, MDB_val *v, unsigned flags)
{
	MDB_cursor *c;
	int rc = write_cursor(t, dbi, &c);

	return rc == 0 ? mdb_cursor_put(c, k, v, flags) : rc;
}

enum err
table_row_get(struct txn *t, MDB_dbi dbi, struct span key, struct span *out)
{
	MDB_val k = val(key), v;
	int rc;

	CHECK(t, TXN_MAGIC);
	if (key.n == 0 || key.n > TABLE_KEY_MAX)
		return E_NOT_FOUND;
	rc = find(t, dbi, &k, &v);
	if (rc == 0)
		*out = span_val(&v);
	return table_mdb(rc);
}

enum err
table_row_put(struct txn *t, MDB_dbi dbi, struct span key, struct span value)
{
	MDB_val k = val(key), v = val(value);
	int rc;

	if (key.n == 0 || key.n > TABLE_KEY_MAX)
		return E_KEY_TOO_LONG;
	change(t);
	rc = put(t, dbi, &k, &v, 0);
	if (rc == 0)
		journal_put(t->store, dbi, key, value);
	return changed(t, rc);
}

enum err
table_row_room(
    struct txn *t, MDB_dbi dbi, struct span key, size_t n, bool appending, void **room)
{
	MDB_val k = val(key), v = { n, NULL };
	int rc = MDB_KEYEXIST;

	if (key.n == 0 || key.n > TABLE_KEY_MAX)
		return E_KEY_TOO_LONG;
	change(t);
	if (appending)
		rc = put(t, dbi, &k, &v, MDB_RESERVE | MDB_APPEND);
	if (rc == MDB_KEYEXIST) {
		v = (MDB_val){ n, NULL };
		rc = put(t, dbi, &k, &v, MDB_RESERVE);
	}
	if (rc == 0) {
		*room = v.mv_data;
		journal_room(t->store, dbi, key, v.mv_data, n);
	}
	return changed(t, rc);
}

enum err
table_row_del(struct txn *t, MDB_dbi dbi, struct span key)
{
	MDB_val k = val(key), v;
	bool dirty = t->dirty;
	int rc;

	if (key.n == 0 || key.n > TABLE_KEY_MAX)
		return E_NOT_FOUND;
	change(t);
	rc = find(t, dbi, &k, &v);
	if (rc == 0)
		rc = mdb_cursor_del(t->cursor[dbi], 0);
	if (rc == MDB_NOTFOUND)
		t->dirty = dirty;
	else if (rc == 0)
		journal_del(t->store, dbi, key);
	return changed(t, rc);
}

static MDB_dbi
own(const struct txn *t, unsigned table)
{
	CHECK(t, TXN_MAGIC);
	MUST(table < t->store->nown);
	return t->store->own[table];
}

/* The same, to be written to. */
static MDB_dbi
own_change(struct txn *t, unsigned table)
{
	MDB_dbi dbi = own(t, table);

	t->changed |= UINT64_C(1) << table;
	return dbi;
}

enum err
table_get(struct txn *t, unsigned table, struct span key, struct span *out)
{
	return table_row_get(t, own(t, table), key, out);
}

enum err
table_put(struct txn *t, unsigned table, struct span key, struct span value)
{
	return table_row_put(t, own_change(t, table), key, value);
}

enum err
table_put_room(
    struct txn *t, unsigned table, struct span key, size_t n, bool appending, void **room)
{
	return table_row_room(t, own_change(t, table), key, n, appending, room);
}

enum err
table_del(struct txn *t, unsigned table, struct span key)
{
	return table_row_del(t, own_change(t, table), key);
}

enum err
table_is_empty(struct txn *t, unsigned table, bool *out)
{
	MDB_stat st;
	int rc = mdb_stat(t->mdb, own(t, table), &st);

	if (rc == 0)
		*out = st.ms_entries == 0;
	return table_mdb(rc);
}

enum err
table_row_clear(struct txn *t, MDB_dbi dbi)
{
	int rc;

	change(t);
	rc = mdb_drop(t->mdb, dbi, 0);
	if (rc == 0)
		journal_clear(t->store, dbi);
	return changed(t, rc);
}

enum err
table_clear(struct txn *t, unsigned table)
{
	return table_row_clear(t, own_change(t, table));
}

enum err
table_row_begin(struct txn *t, MDB_dbi dbi, struct table_cursor *out)
{
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(t->mdb, dbi, &cursor);

	if (rc == 0)
		*out = (struct table_cursor){ .cursor = cursor };
	return table_mdb(rc);
}

enum err
table_begin(struct txn *t, unsigned table, struct table_cursor *out)
{
	return table_row_begin(t, own(t, table), out);
}

static enum err
move(struct table_cursor *c, MDB_val k, MDB_cursor_op op)
{
	MDB_val v;
	int rc = mdb_cursor_get(c->cursor, &k, &v, op);

	if (rc == 0) {
		c->key = span_val(&k);
		c->value = span_val(&v);
	}
	return table_mdb(rc);
}

enum err
table_seek(struct table_cursor *c, struct span from)
{
	char cut[TABLE_KEY_MAX];

	if (from.n == 0)
		return move(c, (MDB_val){ 0 }, MDB_FIRST);
	if (from.n > TABLE_KEY_MAX) {
		enum err e;

		/* The row equal to the cut key sorts before from. */
		memcpy(cut, from.p, sizeof cut);
		e = move(c, (MDB_val){ sizeof cut, cut }, MDB_SET_RANGE);
		if (e == OK && span_cmp(c->key, from) < 0)
			e = table_next(c);
		return e;
	}
	return move(c, val(from), MDB_SET_RANGE);
}

enum err
table_next(struct table_cursor *c)
{
	return move(c, (MDB_val){ 0 }, MDB_NEXT);
}

enum err
table_del_here(struct txn *t, unsigned table, struct table_cursor *c)
{
	MDB_dbi dbi = own_change(t, table);

	change(t);
	journal_del(t->store, dbi, c->key); /* it lies in the page that changes */
	c->key = c->value = SPAN_NONE;
	return changed(t, mdb_cursor_del(c->cursor, 0));
}

void
table_end(struct table_cursor *c)
{
	if (c->cursor != NULL)
		mdb_cursor_close(c->cursor);
	c->cursor = NULL;
}

/* ---- the engine's own tables: big-endian numbers ---- */

enum err
table_id_get(struct txn *t, enum inner table, uint64_t id, struct span *out)
{
	char key[8];

	be64_put(key, id);
	return table_row_get(t, t->store->in[table], span_of(key, 8), out);
}

enum err
table_id_put(struct txn *t, enum inner table, uint64_t id, const void *p, size_t n)
{
	char key[8];

	be64_put(key, id);
	return table_row_put(t, t->store->in[table], span_of(key, 8), span_of(p, n));
}

enum err
table_id_del(struct txn *t, enum inner table, uint64_t id)
{
	char key[8];

	be64_put(key, id);
	return table_row_del(t, t->store->in[table], span_of(key, 8));
}

enum err
table_id_seek(struct table_cursor *c, uint64_t id)
{
	char key[8];

	be64_put(key, id);
	return table_seek(c, span_of(key, 8));
}
