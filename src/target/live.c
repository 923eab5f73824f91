/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/live.h"

#include "base/mem.h"

enum { TICK_MS = 1000 };

struct live {
	struct lock lock;
	struct cond cond;
	void (*told)(uint64_t events);
	pthread_t thread;
	/* under lock */
	struct live_listener *first;
	size_t n;
	bool started, stop;
};

struct live_listener {
	struct live_listener *next;
	struct live *live;
	uint64_t events;
	char *account, *bucket;
	char **prefix, **suffix;
	size_t nprefix, nsuffix;
	struct inbox *inbox;
	struct task *task;
	/* under the lock */
	struct buf room;
	bool posted, cut;
};

struct live *
live_new(void (*told)(uint64_t events))
{
	struct live *l = mem_zalloc(sizeof *l);

	lock_init(&l->lock, LOCK_LIVE);
	cond_init(&l->cond);
	l->told = told;
	return l;
}

void
live_free(struct live **live)
{
	struct live *l = *live;

	if (l == NULL)
		return;
	*live = NULL;
	live_stop(l);
	MUST(l->n == 0);
	if (l->started)
		MUST(pthread_join(l->thread, NULL) == 0);
	cond_fini(&l->cond);
	lock_fini(&l->lock);
	mem_free(l);
}

static void
post(struct live_listener *w)
{
	if (w->posted)
		return;
	w->posted = true;
	inbox_post(w->inbox, w->task);
}

static void
post_all(struct live *l)
{
	for (struct live_listener *w = l->first; w != NULL; w = w->next)
		post(w);
}

void
live_stop(struct live *l)
{
	if (l == NULL)
		return;
	lock_take(&l->lock);
	l->stop = true;
	post_all(l);
	cond_signal(&l->cond);
	lock_drop(&l->lock);
}

/* Connections on which nothing happens look dead to those between. */
static void *
ticker(void *arg)
{
	struct live *l = arg;

	lock_take(&l->lock);
	while (!l->stop) {
		if (l->n == 0)
			cond_wait(&l->cond, &l->lock);
		else if (cond_wait_ms(&l->cond, &l->lock, TICK_MS) != 0)
			post_all(l);
	}
	lock_drop(&l->lock);
	return NULL;
}

static void
tell_wanted(struct live *l)
{
	uint64_t all = 0;

	for (struct live_listener *w = l->first; w != NULL; w = w->next)
		all |= w->events;
	l->told(all);
}

static char **
texts_copy(const struct span *text, size_t n)
{
	char **all = mem_array(n + 1, sizeof *all);

	for (size_t i = 0; i < n; i++)
		all[i] = mem_span(text[i]);
	return all;
}

static void
texts_free(char **all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_free(all[i]);
	mem_free(all);
}

static void
listener_free(struct live_listener *w)
{
	texts_free(w->prefix, w->nprefix);
	texts_free(w->suffix, w->nsuffix);
	mem_free(w->account);
	mem_free(w->bucket);
	buf_fini(&w->room);
	mem_free(w);
}

struct live_listener *
live_begin(
    struct live *l, const struct live_want *want, struct inbox *inbox, struct task *task)
{
	struct live_listener *w = mem_zalloc(sizeof *w);
	bool full;

	w->live = l;
	w->events = want->events;
	w->account = mem_span(want->account);
	w->bucket = mem_span(want->bucket);
	w->prefix = texts_copy(want->prefix, want->nprefix);
	w->nprefix = want->nprefix;
	w->suffix = texts_copy(want->suffix, want->nsuffix);
	w->nsuffix = want->nsuffix;
	w->inbox = inbox;
	w->task = task;
	lock_take(&l->lock);
	full = l->n == LIVE_MAX;
	if (!full) {
		w->next = l->first;
		l->first = w;
		l->n++;
		tell_wanted(l);
		if (!l->started)
			thread_start(&l->thread, "listeners", ticker, l);
		l->started = true;
		cond_signal(&l->cond);
	}
	lock_drop(&l->lock);
	if (full) {
		listener_free(w);
		w = NULL;
	}
	return w;
}

void
live_woken(struct live_listener *w)
{
	lock_take(&w->live->lock);
	w->posted = false;
	lock_drop(&w->live->lock);
}

enum live_state
live_take(struct live_listener *w, struct buf *out)
{
	enum live_state state;

	lock_take(&w->live->lock);
	buf_span(out, buf_view(&w->room));
	w->room.n = 0;
	state = w->cut ? LIVE_CUT : w->live->stop ? LIVE_END : LIVE_ON;
	lock_drop(&w->live->lock);
	return state;
}

bool
live_end(struct live_listener **listener)
{
	struct live_listener *w = *listener, **at;
	struct live *l = w->live;
	bool posted;

	*listener = NULL;
	lock_take(&l->lock);
	for (at = &l->first; *at != w; at = &(*at)->next)
		continue;
	*at = w->next;
	l->n--;
	tell_wanted(l);
	posted = w->posted;
	lock_drop(&l->lock);
	listener_free(w);
	return posted;
}

static bool
fits(char *const *text, size_t n, struct span key,
    bool (*test)(struct span key, struct span part))
{
	bool fit = n == 0;

	for (size_t i = 0; i < n; i++)
		fit |= test(key, span_str(text[i]));
	return fit;
}

static bool
is_one(const char *want, struct span is)
{
	return want[0] == '\0' || span_is(is, want);
}

static bool
wants(const struct live_listener *w, const struct live_event *e)
{
	return (w->events & e->events) != 0 && !w->cut &&
	    is_one(w->account, e->account) && is_one(w->bucket, e->bucket) &&
	    fits(w->prefix, w->nprefix, e->key, span_starts) &&
	    fits(w->suffix, w->nsuffix, e->key, span_ends);
}

void
live_tell(struct live *l, const struct live_event *e)
{
	lock_take(&l->lock);
	for (struct live_listener *w = l->first; w != NULL; w = w->next) {
		if (!wants(w, e))
			continue;
		if (w->room.n + e->line.n > LIVE_ROOM)
			w->cut = true;
		else
			buf_span(&w->room, e->line);
		post(w);
	}
	lock_drop(&l->lock);
}
