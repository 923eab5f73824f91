/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/replicator.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "replicate_priv.h"

enum {
	WORKERS = 8,
	LANES_MAX = 4096, /* known at once */
	BUSY_MS = 20, /* between looks while there is something to do */
	IDLE_MS = 250,
	OVERDUE = 200, /* rows a write */
	OVERDUE_US = 60000000, /* between looks for what takes too long */
	AWAKE_US = 5000000 /* how long it looks often behind the last change */
};

/* ---- which lanes there are ---- */

static struct lane *
lane_find(struct replicator *r, uint64_t queue, unsigned number)
{
	struct lane *l = r->lanes;

	while (l != NULL && (l->queue != queue || l->number != number))
		l = l->next;
	return l;
}

static void
lane_done(struct lane *l)
{
	struct replicator *r = l->owner;

	lock_take(&r->lock);
	l->busy = false;
	r->busy--;
	r->woken = true;
	cond_signal(&r->cond);
	lock_drop(&r->lock);
}

static void
lane_run(struct task *t)
{
	struct lane *l = CONTAINER_OF(t, struct lane, task);

	if (!replicator_stops(l->owner))
		replicate_lane(l);
	lane_done(l);
}

static struct lane *
lane_new(struct replicator *r, uint64_t queue, unsigned number)
{
	struct lane *l = mem_zalloc(sizeof *l);

	l->task.fn = lane_run;
	l->owner = r;
	l->queue = queue;
	l->number = number;
	l->next = r->lanes;
	r->lanes = l;
	return l;
}

/* Another lane of the same queue is at work, and there is only so much room on the way. */
static bool
must_wait(const struct replicator *r, const struct lane *l)
{
	if (!l->limited)
		return false;
	for (const struct lane *o = r->lanes; o != NULL; o = o->next)
		if (o != l && o->queue == l->queue && o->busy)
			return true;
	return false;
}

/* Lanes of a queue share what is known of its target. */
static bool
is_limited(const struct replicator *r, uint64_t queue)
{
	for (const struct lane *o = r->lanes; o != NULL; o = o->next)
		if (o->queue == queue && o->limited)
			return true;
	return false;
}

static void
lane_start(struct replicator *r, uint64_t queue, unsigned number, uint64_t now_us)
{
	struct lane *l = lane_find(r, queue, number);

	if (l == NULL)
		l = lane_new(r, queue, number);
	l->limited = l->limited || is_limited(r, queue);
	if (l->busy || l->not_before_us > now_us || must_wait(r, l))
		return;
	l->busy = true;
	r->busy++;
	task_post(r->pool, &l->task);
}

/* ---- handing out ---- */

struct look {
	struct replicator *r;
	bool start;
	uint64_t queue;
	unsigned lane;
	struct {
		uint64_t queue;
		unsigned lane;
	} found[64];
	size_t n;
	bool more;
};

static enum err
look_read(struct txn *t, void *arg)
{
	struct look *k = arg;
	struct obj_work_at at;
	enum err e = OK;

	for (k->n = 0; k->n < ARRAY_LEN(k->found); k->n++) {
		e = obj_work_lane_after(t, k->start, k->queue, k->lane, &at);
		if (e != OK)
			break;
		k->start = false;
		k->queue = k->found[k->n].queue = at.queue;
		k->lane = k->found[k->n].lane = at.lane;
	}
	k->more = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}

/* *any: there are rows. */
static enum err
hand_out(struct replicator *r, struct reader *reader, bool *any)
{
	struct look k = { .r = r, .start = true, .more = true };
	uint64_t now_us = clock_mono_us();
	size_t seen = 0;
	enum err e = OK;

	*any = false;
	while (e == OK && k.more && seen < LANES_MAX && !replicator_stops(r)) {
		e = store_read(reader, look_read, &k);
		lock_take(&r->lock);
		for (size_t i = 0; e == OK && i < k.n && r->busy < WORKERS; i++)
			lane_start(r, k.found[i].queue, k.found[i].lane, now_us);
		lock_drop(&r->lock);
		*any = *any || (e == OK && k.n > 0);
		seen += k.n;
	}
	return e;
}

/* ---- what takes too long ---- */

struct overdue {
	struct obj_work_at from, to;
	bool more;
};

static enum err
overdue_write(struct txn *t, void *arg)
{
	struct overdue *o = arg;

	o->to = o->from;
	return obj_work_overdue(t, &o->to, OVERDUE, &o->more);
}

static enum err
overdue_tell(struct replicator *r)
{
	struct overdue o = { .more = true };
	enum err e = OK;

	while (e == OK && o.more && !replicator_stops(r)) {
		e = store_write_wait(r->conf.store, overdue_write, &o);
		o.from = o.to;
	}
	return e;
}

static void
rest(struct replicator *r, bool awake)
{
	lock_take(&r->lock);
	if (!r->woken && !replicator_stops(r))
		(void)cond_wait_ms(&r->cond, &r->lock, awake ? BUSY_MS : IDLE_MS);
	r->woken = false;
	lock_drop(&r->lock);
}

static void *
replicator_main(void *arg)
{
	struct replicator *r = arg;
	struct reader *reader = reader_new(r->conf.store);
	uint64_t seen = 0, changed_us = 0, told_us = clock_mono_us(), now_us, count;
	bool any = true, more = true;

	while (!replicator_stops(r)) {
		count = store_changes(r->conf.store, T_REPL_WORK) +
		    store_changes(r->conf.store, T_REPL_SCAN);
		now_us = clock_mono_us();
		if (count != seen)
			changed_us = now_us;
		if (count != seen || any || more) {
			enum err e = hand_out(r, reader, &any);

			seen = count;
			if (e == OK)
				e = replicate_scan(r, reader, &more);
			if (e == OK && any && now_us - told_us > OVERDUE_US) {
				told_us = now_us;
				e = overdue_tell(r);
			}
			if (e != OK)
				log_error("replication: %s", err_row(e)->symbol);
		}
		replicate_doubts(r, reader);
		rest(r, more || now_us - changed_us < AWAKE_US);
	}
	reader_free(&reader);
	return NULL;
}

/* ---- life ---- */

struct replicator *
replicator_new(const struct replicator_conf *conf)
{
	struct replicator *r = mem_zalloc(sizeof *r);

	r->conf = *conf;
	r->pool = task_pool_new(WORKERS, "replicate");
	lock_init(&r->lock, LOCK_JOBS);
	cond_init(&r->cond);
	thread_start(&r->thread, "replicator", replicator_main, r);
	return r;
}

void
replicator_post(struct replicator *r, struct task *t)
{
	task_post(r->pool, t);
}

void
replicator_stop(struct replicator *r)
{
	if (r == NULL || replicator_stops(r))
		return;
	lock_take(&r->lock);
	atomic_store(&r->stop, true);
	cond_signal(&r->cond);
	for (struct lane *l = r->lanes; l != NULL; l = l->next)
		if (l->remote != NULL)
			remote_stop(l->remote);
	if (r->doubting != NULL)
		remote_stop(r->doubting);
	lock_drop(&r->lock);
	MUST(pthread_join(r->thread, NULL) == 0);
}

void
replicator_free(struct replicator **rep)
{
	struct replicator *r = *rep;
	struct lane *l;

	if (r == NULL)
		return;
	*rep = NULL;
	replicator_stop(r);
	task_pool_free(&r->pool);
	while ((l = r->lanes) != NULL) {
		r->lanes = l->next;
		remote_free(&l->remote);
		mem_free(l);
	}
	cond_fini(&r->cond);
	lock_fini(&r->lock);
	mem_free(r);
}
