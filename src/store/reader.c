/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots for reading. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "store_priv.h"

struct reader *
reader_new(struct store *s)
{
	struct reader *r = mem_zalloc(sizeof *r);

	CHECK(s, STORE_MAGIC);
	r->magic = READER_MAGIC;
	r->store = s;
	return r;
}

void
reader_free(struct reader **reader)
{
	struct reader *r = *reader;

	if (r == NULL)
		return;
	*reader = NULL;
	CHECK(r, READER_MAGIC);
	MUST(!r->busy);
	if (r->mdb != NULL)
		mdb_txn_abort(r->mdb);
	r->magic = 0;
	mem_free(r);
}

/* After a failed write of its root LMDB refuses even to read, though all it had committed
 * is there: look at it through a second, read-only map. There is no writer any more, so no
 * lock file is needed. */
static int
rescue_open(struct store *s)
{
	unsigned handles = 1 + IN_COUNT + s->nown;
	MDB_dbi *dbi = mem_array(handles, sizeof *dbi);
	MDB_envinfo info;
	MDB_txn *txn;
	MDB_env *env = NULL;
	int rc = mdb_env_info(s->env, &info);

	if (rc == 0)
		rc = store_env(s, info.me_mapsize, 1,
		    MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS | MDB_NORDAHEAD, &env);
	if (rc == 0)
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	if (rc == 0) {
		rc = store_handles(s, txn, 0, dbi);
		if (rc == 0)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	/* Opened in the same order, so they have the same numbers. */
	if (rc == 0 && memcmp(dbi, s->dbi, handles * sizeof *dbi) != 0)
		rc = MDB_BAD_DBI;
	if (rc == 0)
		atomic_store(&s->rescue, env);
	else if (env != NULL)
		mdb_env_close(env);
	mem_free(dbi);
	return rc;
}

int
reader_rescue(struct store *s)
{
	int rc = 0;

	lock_take(&s->lock);
	if (atomic_load(&s->rescue) == NULL)
		rc = rescue_open(s);
	lock_drop(&s->lock);
	return rc;
}

static int
snapshot(struct reader *r)
{
	MDB_env *rescue = atomic_load(&r->store->rescue);
	MDB_env *env = rescue != NULL ? rescue : r->store->env;
	int rc;

	if (r->mdb != NULL && r->env == env) {
		rc = mdb_txn_renew(r->mdb);
		if (rc == 0)
			return 0;
	}
	if (r->mdb != NULL)
		mdb_txn_abort(r->mdb);
	r->mdb = NULL;
	rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &r->mdb);
	if (rc != 0)
		r->mdb = NULL;
	r->env = env;
	return rc;
}

enum err
store_read(struct reader *r, store_fn fn, void *arg)
{
	struct txn t = { .magic = TXN_MAGIC };
	enum err e;
	int rc;

	CHECK(r, READER_MAGIC);
	MUST(!r->busy);
	rc = snapshot(r);
	if (rc == MDB_PANIC && reader_rescue(r->store) == 0)
		rc = snapshot(r);
	if (rc != 0)
		return table_mdb(rc);
	t.store = r->store;
	t.mdb = r->mdb;
	r->busy = true;
	e = fn(&t, arg);
	r->busy = false;
	mdb_txn_reset(r->mdb);
	return e;
}
