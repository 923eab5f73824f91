/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/metering.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "object/meter.h"

/* How long requests may wait to be written down. */
enum { WAIT_MS = 10000 };

struct metering {
	struct store *store;
	struct counts_set *counts;
	/* of the job */
	uint64_t seen; /* additions that are in the store */
	bool waiting;
	int64_t
	    since_ms; /* when the job saw that there is something, by the store's clock */
	uint64_t since_us; /* and by one that nobody stops */
	struct lock lock;
	struct cond cond;
	bool busy; /* somebody writes; under lock */
};

struct metering *
metering_new(struct store *store)
{
	struct metering *m = mem_zalloc(sizeof *m);

	m->store = store;
	m->counts = counts_set_new();
	lock_init(&m->lock, LOCK_METERING);
	cond_init(&m->cond);
	return m;
}

void
metering_free(struct metering **metering)
{
	struct metering *m = *metering;

	if (m == NULL)
		return;
	*metering = NULL;
	counts_set_free(&m->counts);
	cond_fini(&m->cond);
	lock_fini(&m->lock);
	mem_free(m);
}

struct counts_set *
metering_counts(struct metering *m)
{
	return m->counts;
}

/* ---- begin ---- */

static enum err
look(struct txn *t, void *arg)
{
	(void)arg;
	return obj_meter_look(t);
}

static enum err
begin(struct txn *t, void *arg)
{
	(void)arg;
	return obj_meter_begin(t);
}

enum err
metering_start(struct metering *m)
{
	struct reader *r = reader_new(m->store);
	enum err e = store_read(r, look, m);

	reader_free(&r);
	return e == E_NOT_FOUND ? store_write_wait(m->store, begin, m) : e;
}

/* ---- flush ---- */

struct flush {
	struct counts_taken *row;
	size_t n;
	int64_t now_ms;
};

static enum err
flush_write(struct txn *t, void *arg)
{
	const struct flush *f = arg;
	enum err e = OK;

	_Static_assert((int)METER_COUNTS == (int)COUNTS_MAX, "one counter each");
	for (size_t i = 0; e == OK && i < f->n; i++)
		e = obj_meter_count(t,
		    &(struct obj_metered){ f->row[i].key, f->row[i].sub, f->row[i].n },
		    f->now_ms);
	return e;
}

static void
busy_set(struct metering *m, bool busy)
{
	lock_take(&m->lock);
	while (busy && m->busy)
		cond_wait(&m->cond, &m->lock);
	m->busy = busy;
	if (!busy)
		cond_signal(&m->cond);
	lock_drop(&m->lock);
}

enum err
metering_flush(struct metering *m)
{
	struct flush f = { 0 };
	enum err e = OK;

	busy_set(m, true);
	f.n = counts_take(m->counts, &f.row);
	f.now_ms = clock_now_ms();
	if (f.n > 0)
		e = store_write_wait(m->store, flush_write, &f);
	if (e != OK)
		counts_give_back(m->counts, f.row, f.n);
	busy_set(m, false);
	mem_free(f.row);
	return e;
}

void
metering_stop(struct metering *m)
{
	enum err e = m != NULL ? metering_flush(m) : OK;

	if (e != OK)
		log_error("cost meter: %s; the last requests are not in the bill",
		    err_row(e)->symbol);
}

/* ---- the job ---- */

static int64_t
due(void *ctx)
{
	struct metering *m = ctx;
	int64_t now = clock_now_ms();

	if (counts_added(m->counts) == m->seen)
		return INT64_MAX;
	if (!m->waiting || m->since_ms > now) {
		m->since_ms = now;
		m->since_us = clock_mono_us();
	}
	m->waiting = true;
	if (clock_mono_us() - m->since_us >= (uint64_t)WAIT_MS * 1000)
		return now;
	return m->since_ms + WAIT_MS;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct metering *m = ctx;
	uint64_t added = counts_added(m->counts);
	enum err e = metering_flush(m);

	(void)now_ms;
	(void)more;
	if (e != OK)
		return e;
	m->seen = added;
	m->waiting = false;
	return OK;
}

void
metering_job(struct metering *m, struct job *out)
{
	*out = (struct job){ .name = "cost meter", .ctx = m, .due = due, .step = step };
}
