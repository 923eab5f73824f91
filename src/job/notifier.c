/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/notifier.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "job/message.h"
#include "object/event.h"

#include "notifier_priv.h"

enum { LOOK_MS = 30000, SOME = 256 };

/* ---- queues that have something ---- */

struct look {
	struct notifier *n;
	bool live; /* somebody who listens is to be told */
	uint64_t lost;
	char stranger[ARN_MAX + 1]; /* a queue of no target that is declared */
};

static bool
look_row(void *ctx, struct span arn, const struct outbox_count *c)
{
	struct look *l = ctx;
	const struct target_conf *conf;

	l->lost += c->lost;
	if (c->waiting == 0)
		return true;
	if (span_is(arn, OBJ_EVENT_LIVE)) {
		l->live = true;
		return true;
	}
	conf = targets_find(l->n->conf.targets, arn);
	if (conf != NULL && span_is(arn, conf->arn)) {
		lock_take(&l->n->lock);
		lane_wake(l->n, conf);
		lock_drop(&l->n->lock);
	} else if (arn.n < sizeof l->stranger) {
		memcpy(l->stranger, arn.p, arn.n);
		l->stranger[arn.n] = '\0';
	}
	return true;
}

static enum err
look_read(struct txn *t, void *arg)
{
	return outbox_counts(t, look_row, arg);
}

/* ---- who listens ---- */

struct heard {
	struct notifier *n;
	struct buf record, whole;
	uint64_t number[SOME];
	size_t count;
};

static bool
heard_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct heard *h = ctx;
	enum event e = (enum event)r->event;

	h->record.n = h->whole.n = 0;
	if (h->n->conf.live != NULL &&
	    message_put(&h->whole, &h->record, r, TARGET_MINIO, true)) {
		h->whole.n = 0;
		buf_str(&h->whole, "{\"Records\":[");
		buf_span(&h->whole, buf_view(&h->record));
		buf_str(&h->whole, "]}\n");
		live_tell(h->n->conf.live,
		    &(struct live_event){ event_bit(e) | event_bit(event_other(e)),
			r->account, r->bucket, r->key, buf_view(&h->whole) });
	}
	h->number[h->count++] = number;
	return h->count < SOME;
}

static enum err
heard_read(struct txn *t, void *arg)
{
	return outbox_each(t, OUTBOX_WAITS, SPAN_LIT(OBJ_EVENT_LIVE), 0, heard_row, arg);
}

static enum err
heard_write(struct txn *t, void *arg)
{
	const struct heard *h = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < h->count; i++)
		e = outbox_done(t, SPAN_LIT(OBJ_EVENT_LIVE), h->number[i]);
	return e;
}

static enum err
live_round(struct notifier *n, struct reader *reader)
{
	struct heard h = { .n = n };
	enum err e = store_read(reader, heard_read, &h);

	if (e == OK && h.count > 0)
		e = store_write_wait(n->conf.store, heard_write, &h);
	buf_fini(&h.record);
	buf_fini(&h.whole);
	return e;
}

/* ---- queues whose target is declared no more ---- */

struct stranger {
	struct notifier *n;
	const char *arn;
	uint64_t number[SOME];
	size_t count;
	int64_t too_old_ms;
};

static bool
stranger_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct stranger *s = ctx;

	if (r->queued_ms >= s->too_old_ms)
		return false;
	s->number[s->count++] = number;
	return s->count < SOME;
}

static enum err
stranger_write(struct txn *t, void *arg)
{
	struct stranger *s = arg;
	enum err e;

	s->count = 0;
	e = outbox_each(t, OUTBOX_WAITS, span_str(s->arn), 0, stranger_row, s);
	for (size_t i = 0; e == OK && i < s->count; i++)
		e = outbox_bury(t, span_str(s->arn), s->number[i],
		    SPAN_LIT("no such target is declared"));
	return e;
}

static enum err
stranger_round(struct notifier *n, const char *arn)
{
	struct stranger s = { .n = n,
		.arn = arn,
		.too_old_ms = clock_real_ms() - (int64_t)n->conf.retry_ms };

	return store_write_wait(n->conf.store, stranger_write, &s);
}

/* ---- the thread ---- */

static void
lost_say(struct notifier *n, uint64_t lost)
{
	if (lost > n->lost)
		log_error("events: %" PRIu64
			  " found the queue of their target full and are lost",
		    lost - n->lost);
	n->lost = lost;
}

static void
look_round(struct notifier *n, struct reader *reader)
{
	struct look l = { .n = n };
	enum err e = store_read(reader, look_read, &l);

	if (e == OK)
		lost_say(n, l.lost);
	if (e == OK && l.live)
		e = live_round(n, reader);
	if (e == OK && l.stranger[0] != '\0')
		e = stranger_round(n, l.stranger);
	if (e != OK)
		log_error("events: the outbox can't be read: %s", err_row(e)->symbol);
}

/* [writer] */
static void
outbox_changed(struct store_watch *w)
{
	struct notifier *n = CONTAINER_OF(w, struct notifier, watch);

	lock_take(&n->lock);
	if (!n->changed) {
		n->changed = true;
		cond_signal(&n->cond);
	}
	lock_drop(&n->lock);
}

static void *
notifier_main(void *arg)
{
	struct notifier *n = arg;
	struct reader *reader = reader_new(n->conf.store);
	bool stop = false;

	while (!stop) {
		look_round(n, reader);
		lock_take(&n->lock);
		if (!n->changed && !n->stop)
			(void)cond_wait_ms(&n->cond, &n->lock, LOOK_MS);
		n->changed = false;
		stop = n->stop;
		lock_drop(&n->lock);
	}
	reader_free(&reader);
	return NULL;
}

struct notifier *
notifier_new(const struct notifier_conf *conf)
{
	struct notifier *n = mem_zalloc(sizeof *n);

	n->conf = *conf;
	n->watch = (struct store_watch){ .table = T_OUTBOX, .fn = outbox_changed };
	lock_init(&n->lock, LOCK_EVENTS);
	cond_init(&n->cond);
	store_watch_begin(conf->store, &n->watch);
	thread_start(&n->thread, "events", notifier_main, n);
	return n;
}

void
notifier_free(struct notifier **notifier)
{
	struct notifier *n = *notifier;

	if (n == NULL)
		return;
	*notifier = NULL;
	store_watch_end(n->conf.store, &n->watch);
	lock_take(&n->lock);
	n->stop = true;
	cond_signal(&n->cond);
	lock_drop(&n->lock);
	MUST(pthread_join(n->thread, NULL) == 0);
	targets_stop(n->conf.targets);
	lane_stop_all(n);
	lane_free_all(n);
	cond_fini(&n->cond);
	lock_fini(&n->lock);
	mem_free(n);
}
