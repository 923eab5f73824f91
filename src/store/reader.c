/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots for reading. */
#include "config.h"

#include <sched.h>
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
	lock_take(&s->lock);
	r->next = s->readers;
	r->link = &s->readers;
	if (r->next != NULL)
		r->next->link = &r->next;
	s->readers = r;
	lock_drop(&s->lock);
	return r;
}

static void
snapshot_drop(struct reader *r)
{
	if (r->body != NULL)
		mdb_cursor_close(r->body);
	if (r->mdb != NULL)
		mdb_txn_abort(r->mdb);
	r->body = NULL;
	r->mdb = NULL;
}

void
reader_free(struct reader **reader)
{
	struct reader *r = *reader;

	if (r == NULL)
		return;
	*reader = NULL;
	CHECK(r, READER_MAGIC);
	lock_take(&r->store->lock); /* so nobody ends its snapshot now */
	MUST(atomic_load(&r->state) != READER_BUSY);
	*r->link = r->next;
	if (r->next != NULL)
		r->next->link = r->link;
	lock_drop(&r->store->lock);
	snapshot_drop(r);
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

/* Is the snapshot what a new one would be? */
static bool
is_newest(const struct reader *r, MDB_env *env)
{
	MDB_envinfo info;

	return r->env == env && mdb_env_info(env, &info) == 0 &&
	    info.me_last_txnid == mdb_txn_id(r->mdb);
}

static int
snapshot(struct reader *r, bool rested)
{
	MDB_env *rescue = atomic_load(&r->store->rescue);
	MDB_env *env = rescue != NULL ? rescue : r->store->env;
	int rc;

	if (rested && is_newest(r, env))
		return 0;
	r->body_is_new = false;
	if (rested)
		mdb_txn_reset(r->mdb);
	if (r->mdb != NULL && r->env == env) {
		rc = mdb_txn_renew(r->mdb);
		if (rc == 0)
			return 0;
	}
	snapshot_drop(r);
	rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &r->mdb);
	if (rc != 0)
		r->mdb = NULL;
	r->env = env;
	return rc;
}

int
reader_body(struct reader *r, MDB_cursor **out)
{
	int rc = 0;

	if (r->body == NULL)
		rc = mdb_cursor_open(r->mdb, r->store->in[IN_BODY], &r->body);
	else if (!r->body_is_new)
		rc = mdb_cursor_renew(r->mdb, r->body);
	r->body_is_new = rc == 0;
	*out = r->body;
	return rc;
}

/* true: it has a snapshot. */
static bool
reader_wake(struct reader *r)
{
	unsigned was = READER_RESTS;

	while (!atomic_compare_exchange_weak(&r->state, &was, READER_BUSY)) {
		MUST(was != READER_BUSY);
		if (was == READER_ENDING) { /* for the few instructions of a reset */
			(void)sched_yield();
			was = READER_RESTS;
		}
	}
	return was == READER_RESTS;
}

void
reader_end_idle(struct store *s)
{
	lock_take(&s->lock);
	for (struct reader *r = s->readers; r != NULL; r = r->next) {
		unsigned rests = READER_RESTS;

		if (!atomic_compare_exchange_strong(&r->state, &rests, READER_ENDING))
			continue;
		mdb_txn_reset(r->mdb);
		atomic_store_explicit(&r->state, READER_EMPTY, memory_order_release);
	}
	lock_drop(&s->lock);
}

enum err
store_read(struct reader *r, store_fn fn, void *arg)
{
	struct txn t = { .magic = TXN_MAGIC };
	bool rested;
	enum err e;
	int rc;

	CHECK(r, READER_MAGIC);
	rested = reader_wake(r);
	rc = snapshot(r, rested);
	if (rc == MDB_PANIC && reader_rescue(r->store) == 0)
		rc = snapshot(r, false);
	if (rc == 0) {
		t.store = r->store;
		t.reader = r;
		t.mdb = r->mdb;
		e = fn(&t, arg);
	} else
		e = table_mdb(rc);
	atomic_store_explicit(
	    &r->state, rc == 0 ? READER_RESTS : READER_EMPTY, memory_order_release);
	return e;
}
