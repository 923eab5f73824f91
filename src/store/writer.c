/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group commit. One thread takes what is queued, runs each member in one transaction,
 * writes and syncs the bodies and the journal, commits, and tells the members. Order: bytes
 * synced, changed rows synced, index committed, answer sent. LMDB's nested transactions
 * would double the cost of each member, so a member that fails after it wrote something
 * makes the batch start over without it.
 */
#include "config.h"

#include <errno.h>
#include <semaphore.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "store_priv.h"

enum {
	ROUNDS = 3, /* starts of a batch before its members run one by one */
	PATIENCE_PART = 2, /* of the last batch's time */
	PATIENCE_PART_MAX = 16, /* where those who are waited for do not come */
	PATIENCE_MIN_US = 40,
	PATIENCE_MAX_US = 2000,
	IMPATIENT_BATCHES = 16
};

enum outcome { DONE, AGAIN, ALONE, STARVED };

/* ---- state ---- */

enum err
writer_state_put(struct txn *t, const struct state *st)
{
	char v[STATE_SIZE];

	row_state_put(v, st);
	return table_row_put(
	    t, t->store->dbi[0], SPAN_LIT("state"), span_of(v, sizeof v));
}

enum err
writer_load(struct store *s)
{
	struct txn t = { .magic = TXN_MAGIC, .store = s };
	struct segment_row seg;
	struct state st = { 0 };
	struct span v;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &t.mdb);
	enum err e;

	if (rc != 0)
		return table_mdb(rc);
	e = table_row_get(&t, s->dbi[0], SPAN_LIT("state"), &v);
	if (e == OK && !row_state_get(v, &st))
		e = E_CORRUPT;
	if (e == OK)
		e = segment_get(&t, st.segment, &seg);
	if (e == OK) {
		s->writer.kept = st;
		s->writer.seg_len = seg.len;
	}
	mdb_txn_abort(t.mdb);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

uint64_t
store_next_id(struct txn *t)
{
	CHECK(t, TXN_MAGIC);
	MUST(t->write);
	return t->store->writer.now.next_id++;
}

uint64_t
store_changes(const struct store *s, unsigned table)
{
	CHECK(s, STORE_MAGIC);
	MUST(table < s->nown);
	return atomic_load(&s->changes[table]);
}

/* ---- one batch ---- */

/* What the first batch of a session needs. */
static enum err
session_begin(struct store *s)
{
	int rc = s->writer.began ? 0 : checkpoint_start(s);
	enum err e = io_err(rc);

	if (e == E_IO)
		store_fail(s, "beginning the journal", rc);
	s->writer.began = e == OK;
	return e;
}

static enum err
batch_open(struct store *s, struct txn *t)
{
	struct writer *w = &s->writer;
	uint64_t next_id =
	    w->now.next_id; /* none is given twice, not even after an abort */
	enum err e = session_begin(s);
	int rc;

	if (e != OK)
		return e;
	if (w->seg_lost || w->seg_len >= s->segment_size) {
		e = segment_roll(s);
		/* Without room for a new segment the old one grows on. */
		if (e != OK && (w->seg_lost || !atomic_load(&s->writable)))
			return e;
	}
	w->adds = false;
	w->now = w->kept;
	if (w->now.next_id < next_id)
		w->now.next_id = next_id;
	reader_end_idle(s);
	rc = table_write_begin(s, t);
	if (rc == MDB_PANIC)
		store_fail(s, "beginning a transaction", -EIO);
	journal_begin(s);
	return table_mdb(rc);
}

static void
batch_abort(struct store *s, struct txn *t)
{
	table_write_abort(t);
	segment_undo(s);
}

/* Run the members. wrote: something is there to commit. */
static enum outcome
batch_members(struct store *s, struct txn *t, bool *wrote)
{
	struct batch *b = &s->writer.batch;
	uint64_t bytes = s->segment_size / 4;

	bytes = bytes < BATCH_BYTES ? bytes : BATCH_BYTES;
	for (size_t i = 0; i < b->n; i++) {
		struct store_write *m = b->member[i];

		if (b->out[i])
			continue;
		if (i > 0 && s->writer.seg_at - s->writer.seg_len >= bytes) {
			b->n = i; /* the rest is for the next batch */
			break;
		}
		t->dirty = false;
		t->failed = OK;
		m->result = m->fn(t, m);
		if (m->result == OK)
			m->result = t->failed;
		if (m->result == OK) {
			*wrote |= t->dirty;
			continue;
		}
		if (!t->dirty)
			continue;
		if (t->failed == E_MAP_FULL && checkpoint_pending(s))
			return STARVED;
		b->out[i] = true;
		if (b->n == 1)
			return AGAIN;
		return t->failed == OK ? AGAIN : ALONE;
	}
	return DONE;
}

/* Also after a commit that failed: nobody knows how far it came. */
static void
changes_count(struct store *s, uint64_t changed)
{
	for (unsigned i = 0; changed != 0; i++, changed >>= 1)
		if ((changed & 1) != 0)
			s->changes[i]++;
}

void
store_watch_begin(struct store *s, struct store_watch *w)
{
	CHECK(s, STORE_MAGIC);
	MUST(w->table < s->nown);
	lock_take(&s->watch_lock);
	w->next = atomic_load(&s->watch);
	atomic_store(&s->watch, w);
	lock_drop(&s->watch_lock);
}

void
store_watch_end(struct store *s, struct store_watch *w)
{
	struct store_watch *at;

	lock_take(&s->watch_lock);
	at = atomic_load(&s->watch);
	if (at == w)
		atomic_store(&s->watch, w->next);
	for (; at != NULL; at = at->next)
		if (at->next == w)
			at->next = w->next;
	lock_drop(&s->watch_lock);
}

static void
watch_tell(struct store *s, uint64_t changed)
{
	if (atomic_load(&s->watch) == NULL)
		return;
	lock_take(&s->watch_lock);
	for (struct store_watch *w = atomic_load(&s->watch); w != NULL; w = w->next)
		if ((changed >> w->table & 1) != 0)
			w->fn(w);
	lock_drop(&s->watch_lock);
}

static int
commit(struct txn *t)
{
	int rc = fault_hit(FAULT_mdb_commit);

	if (rc == 0)
		rc = table_write_commit(t);
	else
		table_write_abort(t);
	return rc;
}

enum err
writer_commit(struct txn *t, size_t members)
{
	struct store *s = t->store;
	int rc = fault_hit(FAULT_blob_commit);
	enum err e = rc == 0 ? journal_write(t) : table_mdb(rc);

	if (e == OK) {
		rc = commit(t);
		e = table_mdb(rc);
		if (e != OK)
			journal_erase(s);
	} else
		table_write_abort(t);
	if (e == E_IO || e == E_CORRUPT)
		store_fail(s, "committing the index", rc > 0 ? -rc : -EIO);
	if (e != OK)
		return e;
	journal_keep(s);
	checkpoint_count(s, members);
	(void)fault_hit(FAULT_batch_done);
	return OK;
}

static enum err
batch_commit(struct store *s, struct txn *t)
{
	enum err e = segment_flush(t);

	if (e == OK)
		e = writer_state_put(t, &s->writer.now);
	if (e != OK)
		return e;
	e = writer_commit(t, s->writer.batch.n);
	changes_count(s, t->changed);
	if (e == OK)
		watch_tell(s, t->changed);
	return e;
}

static void
batch_settled(struct store *s)
{
	struct writer *w = &s->writer;
	bool deaths = w->now.dead_seq != w->kept.dead_seq;

	w->kept = w->now;
	w->seg_len = w->seg_at;
	w->iovs = 0;
	segment_undo(s);
	s->batches++;
	if (deaths)
		sweep_deaths(s, w->kept.dead_seq);
}

/* Nobody may believe what he saw in a transaction that is no more. */
static enum outcome
batch_failed(struct store *s, enum err e)
{
	struct batch *b = &s->writer.batch;

	if (writer_load(s) != OK)
		store_fail(s, "reading the index after a failed commit", -EIO);
	segment_undo(s);
	if ((e == E_STORAGE_FULL || e == E_MAP_FULL) && checkpoint_pending(s))
		return STARVED;
	if (b->n > 1 && e != E_IO && e != E_CORRUPT)
		return ALONE;
	if (e == E_STORAGE_FULL && b->n == 1 && !s->writer.adds && reserve_give(s))
		return AGAIN;
	for (size_t i = 0; i < b->n; i++)
		b->member[i]->result = e;
	return DONE;
}

static enum outcome
batch_round(struct store *s)
{
	enum outcome o;
	bool wrote = false;
	struct txn t = { 0 };
	enum err e = batch_open(s, &t);

	if (e != OK) {
		for (size_t i = 0; i < s->writer.batch.n; i++)
			s->writer.batch.member[i]->result = e;
		return DONE;
	}
	o = batch_members(s, &t, &wrote);
	if (o != DONE || !wrote) {
		batch_abort(s, &t);
		return o;
	}
	e = batch_commit(s, &t);
	if (e == OK) {
		batch_settled(s);
		return DONE;
	}
	batch_abort(s, &t);
	return batch_failed(s, e);
}

static void
batch_tell(struct store *s)
{
	struct writer *w = &s->writer;
	struct batch *b = &w->batch;

	/* Before the first of them can ask again: none is expected twice. */
	lock_take(&w->lock);
	w->expect = b->n + w->queued;
	lock_drop(&w->lock);
	inbox_gather_begin();
	for (size_t i = 0; i < b->n; i++) {
		s->members++;
		b->member[i]->done(b->member[i]);
	}
	inbox_gather_end();
}

static enum outcome
batch_run(struct store *s)
{
	struct batch *b = &s->writer.batch;
	enum outcome o = AGAIN;

	memset(b->out, 0, b->n * sizeof b->out[0]);
	for (unsigned round = 0; o == AGAIN; round++) {
		if (!atomic_load(&s->writable)) {
			for (size_t i = 0; i < b->n; i++)
				b->member[i]->result = E_READ_ONLY;
			o = DONE;
		} else if (round == ROUNDS && b->n > 1)
			o = ALONE;
		else if (b->n == 1 && b->out[0])
			o = DONE;
		else
			o = batch_round(s);
		/* Pages that died wait for a checkpoint; that may be all that is missing. */
		if (o == STARVED) {
			(void)checkpoint_now(s);
			o = AGAIN;
		}
	}
	if (o == DONE)
		batch_tell(s);
	return o;
}

static void
batch_prepare(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		void (*prepare)(struct store_write *const *, size_t) =
		    b->member[i]->prepare;
		size_t n = 0;

		if (prepare == NULL)
			continue;
		for (size_t j = i; j < b->n; j++)
			if (b->member[j]->prepare == prepare) {
				b->same[n++] = b->member[j];
				b->member[j]->prepare = NULL;
			}
		prepare(b->same, n);
	}
}

/* One by one: who fails, fails alone. */
static void
batch_alone(struct store *s, size_t n)
{
	struct batch *b = &s->writer.batch;
	struct store_write **all = mem_array(n, sizeof *all);

	memcpy(all, b->member, n * sizeof *all);
	for (size_t i = 0; i < n; i++) {
		b->member[0] = all[i];
		b->n = 1;
		(void)batch_run(s);
	}
	mem_free(all);
}

/* ---- the thread ---- */

static void
queue_back(struct writer *w, struct store_write **m, size_t n)
{
	w->queued += n;
	while (n-- > 0) {
		m[n]->next = w->head;
		if (w->head == NULL)
			w->tail = &m[n]->next;
		w->head = m[n];
	}
}

/* Who was told a moment ago is likely to ask again. To wait for them a little makes one
 * batch of what would else become two that take turns, at half the syncs and page writes.
 * Before the queue is looked at, so that the first of them does not wake the writer.
 * [with the WRITER lock] */
static void
queue_gather(struct store *s)
{
	struct writer *w = &s->writer;
	uint64_t now = clock_mono_us();
	size_t had = w->queued;

	if (w->expect < 2 || w->expect_until <= now)
		return; /* one alone is waited for without a clock */
	while (w->queued < w->expect && now < w->expect_until && !w->stop) {
		w->want = w->expect;
		w->asleep = true;
		(void)cond_wait_us(&w->wake, &w->lock, w->expect_until - now);
		w->asleep = false;
		now = clock_mono_us();
	}
	w->want = 1;
	/* Did half of those who were missing come? */
	if (w->queued >= w->expect || 2 * (w->queued - had) >= w->expect - had)
		w->part = PATIENCE_PART;
	else if (w->part < PATIENCE_PART_MAX)
		w->part *= 2;
}

/* A batch that began then is done. [with the WRITER lock] */
static void
queue_expect(struct store *s, uint64_t began)
{
	struct writer *w = &s->writer;
	uint64_t now = clock_mono_us(), wait = (now - began) / w->part;

	if (w->expect > BATCH_MAX)
		w->expect = BATCH_MAX;
	/* What is quick needs no company. */
	w->expect_until = wait < PATIENCE_MIN_US ? 0
	    : wait < PATIENCE_MAX_US             ? now + wait
						 : now + PATIENCE_MAX_US;
	/* Who waited in vain does not for a while, and then tries it again. */
	if (w->part > PATIENCE_PART && ++w->impatient == IMPATIENT_BATCHES) {
		w->part = PATIENCE_PART;
		w->impatient = 0;
	}
}

/* Wait for members; false: none will come. [with the WRITER lock, which it lets go] */
static bool
queue_wait(struct store *s)
{
	struct writer *w = &s->writer;

	while (w->head == NULL && w->trim == NULL && !w->stop) {
		uint64_t us;

		lock_drop(&w->lock);
		us = checkpoint_look(s);
		lock_take(&w->lock);
		if (w->head != NULL || w->trim != NULL || w->stop)
			continue;
		w->asleep = true;
		if (us == UINT64_MAX)
			cond_wait(&w->wake, &w->lock);
		else
			(void)cond_wait_us(&w->wake, &w->lock, us);
		w->asleep = false;
	}
	return w->head != NULL || w->trim != NULL;
}

/* [with the WRITER lock] */
static void
queue_trim(struct store *s)
{
	struct writer *w = &s->writer;
	struct trim *t = w->trim;

	w->trim = NULL;
	lock_drop(&w->lock);
	trim_slice(s, t);
	MUST(sem_post(&t->done) == 0);
	lock_take(&w->lock);
}

static void *
writer_main(void *arg)
{
	struct store *s = arg;
	struct writer *w = &s->writer;
	struct batch *b = &w->batch;

	fresh_finish(s);
	w->part = PATIENCE_PART;
	lock_take(&w->lock);
	while (queue_wait(s)) {
		struct store_write *m;
		enum outcome o;
		size_t took, n;
		uint64_t began;

		if (w->trim != NULL)
			queue_trim(s);
		if (w->head == NULL)
			continue;
		for (b->n = 0; b->n < BATCH_MAX && (m = w->head) != NULL; b->n++) {
			b->member[b->n] = m;
			w->head = m->next;
		}
		took = b->n;
		w->queued -= took;
		lock_drop(&w->lock);
		began = clock_mono_us();
		batch_prepare(b);
		o = batch_run(s);
		n = b->n;
		if (o == ALONE)
			batch_alone(s, n);
		(void)checkpoint_look(s);
		lock_take(&w->lock);
		queue_back(w, b->member + n, took - n);
		queue_expect(s, began);
		queue_gather(s);
	}
	lock_drop(&w->lock);
	return NULL;
}

void
writer_start(struct store *s)
{
	thread_start(&s->writer.thread, "writer", writer_main, s);
	s->writer.started = true;
}

void
writer_stop(struct store *s)
{
	struct writer *w = &s->writer;

	if (!w->started)
		return;
	lock_take(&w->lock);
	w->stop = true;
	cond_signal(&w->wake);
	lock_drop(&w->lock);
	MUST(pthread_join(w->thread, NULL) == 0);
	w->started = false;
}

void
writer_post(struct store *s, struct store_write *m)
{
	struct writer *w = &s->writer;
	bool wake;

	m->next = NULL;
	lock_take(&w->lock);
	MUST(!w->stop);
	if (w->head == NULL)
		w->tail = &w->head;
	*w->tail = m;
	w->tail = &m->next;
	w->queued++;
	wake = w->asleep && w->queued >= w->want;
	if (wake)
		w->asleep = false; /* the next one need not wake him again */
	lock_drop(&w->lock);
	/* Woken without the lock, which he would only wait for. */
	if (wake)
		cond_signal(&w->wake);
}

void
writer_trim(struct store *s, struct trim *t)
{
	struct writer *w = &s->writer;

	lock_take(&w->lock);
	MUST(!w->stop && w->trim == NULL);
	w->trim = t;
	if (w->asleep)
		cond_signal(&w->wake);
	lock_drop(&w->lock);
}

void
store_write(struct store *s, struct store_write *m)
{
	CHECK(s, STORE_MAGIC);
	writer_post(s, m);
}

struct waiter {
	struct store_write write;
	store_fn fn;
	void *arg;
	sem_t done;
};

static enum err
waiter_fn(struct txn *t, void *arg)
{
	struct waiter *w = CONTAINER_OF(arg, struct waiter, write);

	return w->fn(t, w->arg);
}

static void
waiter_done(struct store_write *m)
{
	MUST(sem_post(&CONTAINER_OF(m, struct waiter, write)->done) == 0);
}

enum err
store_write_wait(struct store *s, store_fn fn, void *arg)
{
	struct waiter w = { .fn = fn, .arg = arg };

	CHECK(s, STORE_MAGIC);
	w.write.fn = waiter_fn;
	w.write.done = waiter_done;
	MUST(sem_init(&w.done, 0, 0) == 0);
	writer_post(s, &w.write);
	while (sem_wait(&w.done) != 0)
		MUST(errno == EINTR);
	(void)sem_destroy(&w.done);
	return w.write.result;
}
