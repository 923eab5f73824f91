/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/jobs.h"

#include "base/be.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "object/state.h"

enum {
	LONGEST_MS = 30000,
	AFTER_FAILURE_MS = 10000,
	BUSY_MS = 5, /* how often others are asked whether they are done */
	CLOCK_SIZE = 17
};

static const char clock_state[] = "clock";

struct jobs {
	struct store *store;
	int64_t longest_ms;
	struct job job[JOBS_MAX];
	size_t n;
	uint64_t failed_us[JOBS_MAX]; /* when it last failed, on the monotonic clock */
	pthread_t thread;
	bool started;
	struct lock lock;
	struct cond cond;
	/* under lock */
	struct jobs_move *head, **tail;
	bool stop;
};

struct jobs *
jobs_new(struct store *store, uint64_t longest_ms)
{
	struct jobs *j = mem_zalloc(sizeof *j);

	j->store = store;
	j->longest_ms = longest_ms < LONGEST_MS ? (int64_t)longest_ms : LONGEST_MS;
	j->tail = &j->head;
	lock_init(&j->lock, LOCK_JOBS);
	cond_init(&j->cond);
	return j;
}

void
jobs_add(struct jobs *j, const struct job *job)
{
	MUST(j->n < JOBS_MAX && !j->started);
	j->job[j->n++] = *job;
}

static bool
is_stopping(struct jobs *j)
{
	bool stop;

	lock_take(&j->lock);
	stop = j->stop;
	lock_drop(&j->lock);
	return stop;
}

/* ---- what is due ---- */

/* When job i wants to run; one that failed waits a little, by a clock that is not moved. */
static int64_t
due_of(const struct jobs *j, size_t i)
{
	if (j->failed_us[i] != 0 &&
	    clock_mono_us() - j->failed_us[i] < (uint64_t)AFTER_FAILURE_MS * 1000)
		return INT64_MAX;
	return j->job[i].due(j->job[i].ctx);
}

static int64_t
next_due(const struct jobs *j)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < j->n; i++) {
		int64_t due = due_of(j, i);

		first = due < first ? due : first;
	}
	return first;
}

/* A round of each job that is due. */
static void
run_due(struct jobs *j)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct job *job = &j->job[i];
		int64_t now = clock_now_ms();
		bool more = true;

		if (due_of(j, i) > now)
			continue;
		while (more && !is_stopping(j)) {
			enum err e;

			more = false;
			e = job->step(job->ctx, now, &more);
			j->failed_us[i] = e == OK ? 0 : clock_mono_us();
			if (e != OK) {
				log_error("job %s: %s; tried again in %d s", job->name,
				    err_row(e)->symbol, AFTER_FAILURE_MS / 1000);
				more = false;
			}
		}
	}
}

static bool
is_busy(const struct jobs *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->job[i].busy != NULL && j->job[i].busy(j->job[i].ctx))
			return true;
	return false;
}

/* A round of each, and what it gave others to do. */
static void
run_all(struct jobs *j)
{
	run_due(j);
	while (!is_stopping(j) && is_busy(j)) {
		lock_take(&j->lock);
		if (!j->stop)
			(void)cond_wait_ms(&j->cond, &j->lock, BUSY_MS);
		lock_drop(&j->lock);
	}
}

static void
settle(struct jobs *j)
{
	do
		run_all(j);
	while (!is_stopping(j) && next_due(j) <= clock_now_ms());
}

/* ---- the clock, as the store remembers it ---- */

struct clock_value {
	struct store_write write;
	int64_t offset_ms, frozen_ms; /* frozen_ms: 0 while it runs */
};

static enum err
clock_write(struct txn *t, void *arg)
{
	const struct clock_value *v = arg;
	uint8_t raw[CLOCK_SIZE];

	raw[0] = 1;
	be64_put(raw + 1, (uint64_t)v->offset_ms);
	be64_put(raw + 9, (uint64_t)v->frozen_ms);
	return obj_state_put(t, clock_state, span_of(raw, sizeof raw));
}

static enum err
clock_read(struct txn *t, void *arg)
{
	struct clock_value *v = arg;
	struct span row;
	enum err e = obj_state_get(t, clock_state, &row);

	if (e == E_NOT_FOUND) {
		*v = (struct clock_value){ .offset_ms = 0 };
		return OK;
	}
	if (e == OK && (row.n != CLOCK_SIZE || row.p[0] != 1))
		e = E_CORRUPT;
	if (e != OK)
		return e;
	v->offset_ms = (int64_t)be64_get(row.p + 1);
	v->frozen_ms = (int64_t)be64_get(row.p + 9);
	return OK;
}

static enum err
clock_keep(struct jobs *j, bool frozen)
{
	struct clock_value v = { .offset_ms = clock_now_ms() - clock_real_ms(),
		.frozen_ms = frozen ? clock_now_ms() : 0 };

	return store_write_wait(j->store, clock_write, &v);
}

static enum err
clock_restore(struct jobs *j)
{
	struct clock_value v = { .offset_ms = 0 };
	struct reader *r = reader_new(j->store);
	enum err e = store_read(r, clock_read, &v);

	reader_free(&r);
	if (e != OK)
		return e;
	clock_freeze(false);
	clock_set_offset_ms(v.offset_ms);
	if (v.frozen_ms != 0) {
		clock_set_ms(v.frozen_ms);
		clock_freeze(true);
	}
	return OK;
}

/* ---- moves ---- */

/* From one thing that is due to the next, and at last to target. */
static enum err
travel(struct jobs *j, int64_t target)
{
	while (!is_stopping(j)) {
		int64_t due = next_due(j), now = clock_now_ms();

		if (due > target)
			break;
		if (due > now)
			clock_set_ms(due);
		run_all(j);
	}
	if (is_stopping(j)) /* the rest of the way is for the next start */
		return E_GONE;
	clock_set_ms(target);
	settle(j);
	return OK;
}

static enum err
nothing(struct txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return OK;
}

static void
move(struct jobs *j, struct jobs_move *m)
{
	bool frozen = clock_frozen();
	enum err e = OK, kept;

	/* What nobody waited for, as the note of a read, belongs to the time before. */
	(void)!store_write_wait(j->store, nothing, NULL);
	switch (m->kind) {
	case MOVE_TO:
		e = travel(j, m->ms);
		break;
	case MOVE_BY:
		e = travel(j, clock_now_ms() + m->ms);
		break;
	case MOVE_FREEZE:
	case MOVE_THAW:
		frozen = m->kind == MOVE_FREEZE;
		if (!frozen) /* goes on from where it stood */
			clock_set_offset_ms(clock_now_ms() - clock_real_ms());
		clock_freeze(frozen);
		break;
	case MOVE_REAL:
		frozen = false;
		clock_freeze(false);
		e = travel(j, clock_real_ms());
		if (e == OK)
			clock_set_offset_ms(0);
		break;
	}
	kept = clock_keep(j, frozen);
	m->err = e == OK ? kept : e;
}

static struct jobs_move *
take(struct jobs *j)
{
	struct jobs_move *m;

	lock_take(&j->lock);
	m = j->head;
	if (m != NULL && (j->head = m->next) == NULL)
		j->tail = &j->head;
	lock_drop(&j->lock);
	return m;
}

void
jobs_move(struct jobs *j, struct jobs_move *m)
{
	bool late;

	m->next = NULL;
	lock_take(&j->lock);
	late = j->stop;
	if (!late) {
		*j->tail = m;
		j->tail = &m->next;
		cond_signal(&j->cond);
	}
	lock_drop(&j->lock);
	if (late) {
		m->err = E_GONE;
		m->then(m);
	}
}

struct waiter {
	struct jobs_move move;
	struct lock lock;
	struct cond cond;
	bool told;
};

static void
waiter_then(struct jobs_move *m)
{
	struct waiter *w = CONTAINER_OF(m, struct waiter, move);

	lock_take(&w->lock);
	w->told = true;
	cond_signal(&w->cond);
	lock_drop(&w->lock);
}

enum err
jobs_move_wait(struct jobs *j, enum jobs_move_kind kind, int64_t ms)
{
	struct waiter w = { .move = { .kind = kind, .ms = ms, .then = waiter_then } };

	lock_init(&w.lock, LOCK_JOBS);
	cond_init(&w.cond);
	jobs_move(j, &w.move);
	lock_take(&w.lock);
	while (!w.told)
		cond_wait(&w.cond, &w.lock);
	lock_drop(&w.lock);
	cond_fini(&w.cond);
	lock_fini(&w.lock);
	return w.move.err;
}

/* ---- the thread ---- */

static void
sleep_till_due(struct jobs *j)
{
	int64_t due = next_due(j), now = clock_now_ms(), ms = j->longest_ms;

	if (due <= now)
		return;
	/* Seldom long: what is due can change without anybody's telling. */
	if (due - now < ms && !clock_frozen())
		ms = due - now;
	lock_take(&j->lock);
	if (!j->stop && j->head == NULL)
		(void)cond_wait_ms(&j->cond, &j->lock, (uint64_t)ms);
	lock_drop(&j->lock);
}

static void *
jobs_main(void *arg)
{
	struct jobs *j = arg;
	struct jobs_move *m;

	while (!is_stopping(j)) {
		while ((m = take(j)) != NULL) {
			move(j, m);
			m->then(m);
		}
		run_due(j);
		sleep_till_due(j);
	}
	while ((m = take(j)) != NULL) {
		m->err = E_GONE;
		m->then(m);
	}
	return NULL;
}

enum err
jobs_start(struct jobs *j, struct fail *fail)
{
	enum err e = clock_restore(j);

	if (e != OK)
		return fail_msg(
		    fail, e, "the store's clock can't be read: %s", err_row(e)->message);
	j->started = true;
	thread_start(&j->thread, "jobs", jobs_main, j);
	return OK;
}

void
jobs_stop(struct jobs *j)
{
	if (j == NULL)
		return;
	lock_take(&j->lock);
	j->stop = true;
	cond_signal(&j->cond);
	lock_drop(&j->lock);
	if (j->started)
		MUST(pthread_join(j->thread, NULL) == 0);
	j->started = false;
}

void
jobs_free(struct jobs **jobs)
{
	struct jobs *j = *jobs;

	if (j == NULL)
		return;
	*jobs = NULL;
	jobs_stop(j);
	cond_fini(&j->cond);
	lock_fini(&j->lock);
	mem_free(j);
}
