/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/dropper.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "object/reset.h"

/* A step is what others wait for at most when they write. */
enum { STEP_US = 2000, AFTER_FAILURE_MS = 10000, TRIM_MS = 1500 };

struct dropper {
	struct store *store;
	struct lock lock;
	struct cond cond;
	pthread_t thread;
	/* under lock */
	bool started, wanted, stop;
};

static enum err
step(struct txn *t, void *arg)
{
	return obj_dropped_step(t, STEP_US, arg);
}

/* Rests for ms, or until told to stop. [with the lock] */
static void
rest(struct dropper *d, uint64_t ms)
{
	uint64_t end = clock_mono_us() + ms * 1000, now;

	while (!d->stop && (now = clock_mono_us()) < end)
		(void)cond_wait_ms(&d->cond, &d->lock, (end - now) / 1000 + 1);
}

static void *
dropper_main(void *arg)
{
	struct dropper *d = arg;

	lock_take(&d->lock);
	while (!d->stop) {
		uint64_t began = clock_mono_us(), ms;
		bool more = false;
		enum err e;

		if (!d->wanted) {
			cond_wait(&d->cond, &d->lock);
			continue;
		}
		d->wanted = false;
		lock_drop(&d->lock);
		e = store_write_wait(d->store, step, &more);
		ms = (clock_mono_us() - began) / 1000 + 1;
		if (e != OK) {
			log_error("giving back what a reset left: %s; tried again in %d "
				  "s",
			    err_row(e)->symbol, AFTER_FAILURE_MS / 1000);
			ms = AFTER_FAILURE_MS;
		} else if (!more)
			ms = TRIM_MS;
		lock_take(&d->lock);
		d->wanted = d->wanted || more || e != OK;
		rest(d, ms);
		if (d->wanted || d->stop)
			continue;
		/* A checkpoint later, so that it holds none of the pages any more. */
		lock_drop(&d->lock);
		store_trim(d->store);
		lock_take(&d->lock);
	}
	lock_drop(&d->lock);
	return NULL;
}

struct dropper *
dropper_new(struct store *store)
{
	struct dropper *d = mem_zalloc(sizeof *d);

	d->store = store;
	lock_init(&d->lock, LOCK_JOBS);
	cond_init(&d->cond);
	return d;
}

void
dropper_nudge(struct dropper *d)
{
	lock_take(&d->lock);
	d->wanted = true;
	if (!d->started && !d->stop) {
		d->started = true;
		thread_start(&d->thread, "dropper", dropper_main, d);
	}
	cond_signal(&d->cond);
	lock_drop(&d->lock);
}

static enum err
look(struct txn *t, void *arg)
{
	return obj_dropped_any(t, arg);
}

enum err
dropper_start(struct dropper *d)
{
	struct reader *r = reader_new(d->store);
	bool any = false;
	enum err e = store_read(r, look, &any);

	reader_free(&r);
	if (e == OK && any)
		dropper_nudge(d);
	return e;
}

void
dropper_free(struct dropper **dropper)
{
	struct dropper *d = *dropper;
	bool started;

	if (d == NULL)
		return;
	*dropper = NULL;
	lock_take(&d->lock);
	d->stop = true;
	started = d->started;
	cond_signal(&d->cond);
	lock_drop(&d->lock);
	if (started)
		MUST(pthread_join(d->thread, NULL) == 0);
	cond_fini(&d->cond);
	lock_fini(&d->lock);
	mem_free(d);
}
