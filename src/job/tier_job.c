/* SPDX-License-Identifier: Apache-2.0 */
/* Errands as a clock that is moved sees them: when the next is due, and whether one that is
 * due is still being done. What does them is the mover. */
#include "config.h"

#include "base/clock.h"
#include "base/mem.h"
#include "job/jobs.h"

#include "tier_priv.h"

enum { ROWS_MAX = 10000, NUDGE_MS = 50 };

struct tier_job {
	struct tiers *t;
	struct reader *reader;
	int64_t now_ms;
	/* of a look */
	uint64_t seen; /* changes of the table */
	bool known;
	int64_t next_ms; /* the first that is due later */
	bool busy;
	uint64_t nudged_us;
};

struct tier_job *
tier_job_new(struct tiers *t)
{
	struct tier_job *x = mem_zalloc(sizeof *x);

	x->t = t;
	x->reader = reader_new(t->conf.store);
	return x;
}

void
tier_job_free(struct tier_job **job)
{
	struct tier_job *x = *job;

	if (x == NULL)
		return;
	*job = NULL;
	reader_free(&x->reader);
	mem_free(x);
}

/* Nobody waits for a tier that does not answer, nor for what failed for itself: both are
 * tried again, in real time. */
static bool
is_under_way(struct tier_job *x, const struct rec_errand *r)
{
	const struct tier *tier;
	bool on;

	if (r->tries > 0)
		return false;
	lock_take(&x->t->lock);
	tier = x->t->tier[r->slot];
	on = tier != NULL && (tier->fails == 0 || r->kind == ERRAND_RELEASE);
	lock_drop(&x->t->lock);
	return on;
}

static enum err
look_read(struct txn *t, void *arg)
{
	static const uint8_t first[ERRAND_KEY];
	struct tier_job *x = arg;
	struct table_cursor c;
	struct rec_errand r;
	enum err e = table_begin(t, T_ERRAND, &c);

	if (e != OK)
		return e;
	e = table_seek(&c, span_of(first, sizeof first));
	for (unsigned n = 0; e == OK && n < ROWS_MAX && !x->busy; n++) {
		e = rec_errand_get(c.key, c.value, &r);
		if (e != OK)
			break;
		if (r.kind == ERRAND_SENT)
			;
		else if (r.due_ms <= x->now_ms)
			x->busy = is_under_way(x, &r);
		else if (r.due_ms < x->next_ms && r.tries == 0)
			x->next_ms = r.due_ms;
		e = table_next(&c);
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static void
look(struct tier_job *x)
{
	x->seen = store_changes(x->t->conf.store, T_ERRAND);
	x->now_ms = clock_now_ms();
	x->next_ms = INT64_MAX;
	x->busy = false;
	x->known = store_read(x->reader, look_read, x) == OK;
}

/* The mover sees for itself what is due; the clock only must not pass over it. */
static int64_t
due(void *ctx)
{
	struct tier_job *x = ctx;

	if (!x->known || x->seen != store_changes(x->t->conf.store, T_ERRAND) ||
	    x->next_ms <= clock_now_ms())
		look(x);
	return x->next_ms;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	(void)ctx;
	(void)now_ms;
	(void)more;
	return OK;
}

static bool
busy(void *ctx)
{
	struct tier_job *x = ctx;

	look(x);
	if (x->busy && clock_mono_us() - x->nudged_us >= (uint64_t)NUDGE_MS * 1000) {
		x->nudged_us = clock_mono_us();
		tier_mover_nudge(x->t->mover);
	}
	return x->busy;
}

void
tier_job(struct tier_job *x, struct job *out)
{
	*out = (struct job){
		.name = "remote tiers", .ctx = x, .due = due, .step = step, .busy = busy
	};
}
