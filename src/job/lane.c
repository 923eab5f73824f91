/* SPDX-License-Identifier: Apache-2.0 */
/* One target's queue on its thread: read some, send, note what is done; or wait, and again. */
#include "config.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "job/message.h"

#include "notifier_priv.h"

enum { ROWS = 100, BYTES = 1 << 20, PAUSE_MIN_MS = 100, PAUSE_MAX_MS = 30000 };

enum fate { WAITS, DONE, REFUSED };

/* What is read at once, and what became of it. */
struct load {
	struct arena arena;
	struct target_msg msg[ROWS];
	uint64_t row[ROWS]; /* number in the queue */
	int64_t queued_ms[ROWS];
	uint32_t attempts[ROWS];
	enum fate fate[ROWS];
	size_t n, bytes;
	enum target_form form;
	struct buf whole, record;
	/* of the settling */
	const struct lane *lane;
	struct span failure;
	char refusal[FAILURE_MAX]; /* of the last that was refused */
	bool failed; /* the first that waits was tried */
	int64_t too_old_ms; /* queued before: not tried again */
	unsigned attempts_max;
};

/* ---- reading ---- */

static bool
load_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct load *l = ctx;
	struct target_msg *m = &l->msg[l->n];
	struct buf key = { 0 };

	l->whole.n = l->record.n = 0;
	l->row[l->n] = number;
	l->queued_ms[l->n] = r->queued_ms;
	l->attempts[l->n] = r->attempts;
	/* What has no message in the target's form is as good as sent. */
	l->fate[l->n] =
	    message_put(&l->whole, &l->record, r, l->form, false) ? WAITS : DONE;
	buf_span(&key, r->bucket);
	buf_char(&key, '/');
	buf_span(&key, r->key);
	*m = (struct target_msg){ .key = arena_span(&l->arena, buf_view(&key)),
		.record = arena_span(&l->arena, buf_view(&l->record)),
		.whole = arena_span(&l->arena, buf_view(&l->whole)),
		.event = span_str((r->flags & EVENT_IS_TEST) != 0
			? "s3:TestEvent"
			: event_name((enum event)r->event)),
		.removed = message_removed((enum event)r->event),
		.time_ms = r->time_ms,
		.number = r->number };
	buf_fini(&key);
	l->bytes += l->whole.n + l->record.n;
	return ++l->n < ROWS && l->bytes < BYTES;
}

static enum err
load_read(struct txn *t, void *arg)
{
	struct load *l = arg;

	return outbox_each(t, OUTBOX_WAITS, span_str(l->lane->conf->arn), 0, load_row, l);
}

static void
load_begin(struct load *l, const struct lane *lane)
{
	*l = (struct load){ .lane = lane, .form = targets_form(lane->conf) };
	arena_init(&l->arena, SIZE_MAX);
}

static void
load_end(struct load *l)
{
	arena_fini(&l->arena);
	buf_fini(&l->whole);
	buf_fini(&l->record);
}

/* ---- sending ---- */

static void
fates(struct load *l, size_t at, size_t n, enum fate fate)
{
	for (size_t i = at; i < at + n; i++)
		l->fate[i] = fate;
}

/* How many from at on go in one send. */
static size_t
together(const struct load *l, size_t at)
{
	size_t n = 0;

	while (at + n < l->n && n < l->lane->kind->batch && l->fate[at + n] == WAITS)
		n++;
	return n;
}

/* What went wrong, on one line: some of it may be the target's own words. */
static void
failure_copy(char out[FAILURE_MAX], const struct fail *fail)
{
	struct span text = span_head(span_str(fail_text(fail)), FAILURE_MAX - 1);

	for (size_t i = 0; i < text.n; i++)
		out[i] = (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' '
									      : text.p[i];
	out[text.n] = '\0';
}

/* One after the other, what is refused apart; till another failure. */
static enum err
send_singly(struct load *l, struct target *t, size_t at, size_t n, struct fail *fail)
{
	enum err e = OK;

	for (size_t i = at; e == OK && i < at + n; i++) {
		fail_clear(fail);
		e = l->lane->kind->send(t, &l->msg[i], 1, fail);
		if (e == OK || e == E_INVALID_ARGUMENT)
			l->fate[i] = e == OK ? DONE : REFUSED;
		if (e == E_INVALID_ARGUMENT) {
			failure_copy(l->refusal, fail);
			log_error("events: %s will not have a message: %s",
			    l->lane->conf->arn, l->refusal);
			e = OK;
		}
	}
	return e;
}

static bool
is_stopping(struct notifier *n)
{
	bool stop;

	lock_take(&n->lock);
	stop = n->stop;
	lock_drop(&n->lock);
	return stop;
}

/* Till the first failure that is no message's own. */
static enum err
load_send(struct load *l, struct target *t, struct fail *fail)
{
	enum err e = OK;
	size_t n;

	for (size_t at = 0; e == OK && at < l->n; at += n) {
		n = together(l, at);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (is_stopping(l->lane->of))
			return OK;
		fail_clear(fail);
		e = n > 1 ? l->lane->kind->send(t, &l->msg[at], n, fail)
			  : E_INVALID_ARGUMENT;
		if (e == OK)
			fates(l, at, n, DONE);
		else if (e == E_INVALID_ARGUMENT)
			e = send_singly(l, t, at, n, fail);
	}
	return e;
}

/* ---- noting ---- */

static bool
is_dead(const struct load *l, size_t i, bool first)
{
	if (l->fate[i] == REFUSED)
		return true;
	if (!l->failed)
		return false;
	return l->queued_ms[i] < l->too_old_ms ||
	    (first && l->attempts_max != 0 && l->attempts[i] + 1 >= l->attempts_max);
}

static enum err
settle_write(struct txn *t, void *arg)
{
	const struct load *l = arg;
	struct span arn = span_str(l->lane->conf->arn);
	bool first = true;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < l->n; i++) {
		if (l->fate[i] == DONE)
			e = outbox_done(t, arn, l->row[i]);
		else if (is_dead(l, i, first))
			e = outbox_bury(t, arn, l->row[i],
			    l->fate[i] == REFUSED ? span_str(l->refusal) : l->failure);
		else if (l->failed && first)
			e = outbox_failed(t, arn, l->row[i], l->failure);
		first &= l->fate[i] != WAITS;
	}
	return e;
}

static void
lane_note(
    struct lane *w, const struct load *l, enum err e, const char failure[FAILURE_MAX])
{
	struct notifier *n = w->of;
	bool news;

	lock_take(&n->lock);
	for (size_t i = 0; i < l->n; i++)
		w->sent += l->fate[i] == DONE;
	news = (e != OK) != (w->failures > 0);
	if (e == OK)
		w->failures = 0;
	else if (w->failures++ == 0)
		w->since_ms = clock_real_ms();
	if (e != OK)
		memcpy(w->failure, failure, FAILURE_MAX);
	lock_drop(&n->lock);
	if (news && e != OK)
		log_warn("events: %s: %s; trying again", w->conf->arn, failure);
	else if (news)
		log_info("events: %s takes messages again", w->conf->arn);
}

static enum err
load_settle(struct load *l, enum err e, const char failure[FAILURE_MAX])
{
	const struct notifier_conf *c = &l->lane->of->conf;
	bool any = false;

	l->failed = e != OK;
	l->failure = span_str(failure);
	l->too_old_ms = clock_real_ms() - (int64_t)c->retry_ms;
	l->attempts_max = c->attempts;
	for (size_t i = 0; i < l->n; i++)
		any |= l->fate[i] != WAITS;
	return any || l->failed ? store_write_wait(c->store, settle_write, l) : OK;
}

/* ---- the thread ---- */

/* *more: at once again. */
static enum err
lane_round(struct lane *w, struct reader *reader, struct target **target, bool *more)
{
	struct load l;
	char failure[FAILURE_MAX] = "";
	struct fail fail;
	enum err e, noted;

	fail_init(&fail, NULL);
	load_begin(&l, w);
	e = store_read(reader, load_read, &l);
	*more = e == OK && l.n > 0;
	if (*more && *target == NULL)
		e = w->kind->open(w->conf, target, &fail);
	if (*more && e == OK)
		e = load_send(&l, *target, &fail);
	if (e != OK) {
		(void)fail_set(&fail, e);
		w->kind->close(target);
	}
	failure_copy(failure, &fail);
	noted = load_settle(&l, e, failure);
	if (noted != OK)
		log_error("events: what %s has got can't be noted: %s", w->conf->arn,
		    err_row(noted)->symbol);
	if (*more)
		lane_note(w, &l, e, failure);
	load_end(&l);
	return e == OK ? noted : e;
}

static uint64_t
longer(uint64_t pause_ms)
{
	if (pause_ms == 0)
		return PAUSE_MIN_MS;
	return pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
}

/* false: the notifier stops. */
static bool
lane_wait(struct lane *w, uint64_t pause_ms)
{
	struct notifier *n = w->of;
	uint64_t until = clock_mono_us() + pause_ms * 1000, now;
	bool on;

	lock_take(&n->lock);
	if (pause_ms == 0)
		while (!n->stop && !w->work)
			cond_wait(&w->cond, &n->lock);
	else
		while (!n->stop && (now = clock_mono_us()) < until)
			(void)cond_wait_us(&w->cond, &n->lock, until - now);
	w->work = false;
	on = !n->stop;
	lock_drop(&n->lock);
	return on;
}

static void *
lane_main(void *arg)
{
	struct lane *w = arg;
	struct reader *reader = reader_new(w->of->conf.store);
	struct target *target = NULL;
	uint64_t pause_ms = 0;
	bool more;

	while (lane_wait(w, pause_ms)) {
		more = true;
		pause_ms = 0;
		while (more && pause_ms == 0 && !is_stopping(w->of))
			if (lane_round(w, reader, &target, &more) != OK) {
				lock_take(&w->of->lock);
				for (unsigned i = 0; i < w->failures && i < 10; i++)
					pause_ms = longer(pause_ms);
				lock_drop(&w->of->lock);
				if (pause_ms == 0)
					pause_ms = PAUSE_MAX_MS;
			}
	}
	w->kind->close(&target);
	reader_free(&reader);
	return NULL;
}

void
lane_wake(struct notifier *n, const struct target_conf *conf)
{
	struct lane *w = n->lane;

	while (w != NULL && w->conf != conf)
		w = w->next;
	if (w == NULL) {
		w = mem_zalloc(sizeof *w);
		w->of = n;
		w->conf = conf;
		w->kind = target_kind_find(span_str(conf->kind));
		w->next = n->lane;
		n->lane = w;
		cond_init(&w->cond);
		thread_start(&w->thread, "events-lane", lane_main, w);
	}
	w->work = true;
	cond_signal(&w->cond);
}

void
lane_stop_all(struct notifier *n)
{
	for (struct lane *w = n->lane; w != NULL; w = w->next) {
		lock_take(&n->lock);
		cond_signal(&w->cond);
		lock_drop(&n->lock);
		MUST(pthread_join(w->thread, NULL) == 0);
	}
}

void
lane_free_all(struct notifier *n)
{
	struct lane *w;

	while ((w = n->lane) != NULL) {
		n->lane = w->next;
		cond_fini(&w->cond);
		mem_free(w);
	}
}
