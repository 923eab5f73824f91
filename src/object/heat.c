/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/heat.h"

#include <stdatomic.h>

#include "base/lock.h"
#include "base/mem.h"
#include "object/analytics.h"

enum { CHAINS = 64 };

/* One configuration's counts of one day. */
struct warm {
	struct warm *next;
	uint64_t bucket;
	int64_t day;
	struct analytics_day counts;
	size_t id_n;
	char id[];
};

/* The lock is taken by its loop, and seldom by who keeps what is counted. */
struct heat {
	struct heat *next;
	struct heat_set *of;
	struct lock lock;
	struct warm *chain[CHAINS]; /* under lock */
};

struct heat_set {
	struct heat *_Atomic first;
	_Atomic int64_t since_ms; /* INT64_MAX: nothing is counted */
	struct warm *taken; /* out of the counters, and not in the store yet */
};

struct heat_set *
heat_set_new(void)
{
	struct heat_set *s = mem_zalloc(sizeof *s);

	atomic_store(&s->since_ms, INT64_MAX);
	return s;
}

static void
warm_free(struct warm *w)
{
	struct warm *next;

	for (; w != NULL; w = next) {
		next = w->next;
		analytics_day_fini(&w->counts);
		mem_free(w);
	}
}

void
heat_set_free(struct heat_set **set)
{
	struct heat_set *s = *set;
	struct heat *h, *next;

	if (s == NULL)
		return;
	*set = NULL;
	for (h = atomic_load(&s->first); h != NULL; h = next) {
		next = h->next;
		for (size_t i = 0; i < CHAINS; i++)
			warm_free(h->chain[i]);
		lock_fini(&h->lock);
		mem_free(h);
	}
	warm_free(s->taken);
	mem_free(s);
}

struct heat *
heat_join(struct heat_set *s)
{
	struct heat *h = mem_zalloc(sizeof *h), *first = atomic_load(&s->first);

	h->of = s;
	lock_init(&h->lock, LOCK_HEAT);
	do
		h->next = first;
	while (!atomic_compare_exchange_weak(&s->first, &first, h));
	return h;
}

/* ---- counting ---- */

static struct warm *
warm_of(struct heat *h, const struct heat_event *e, int64_t day)
{
	uint64_t sum = e->bucket * 31 + (uint64_t)day;
	struct warm **chain, *w;

	for (size_t i = 0; i < e->config.n; i++)
		sum = sum * 31 + (unsigned char)e->config.p[i];
	chain = &h->chain[sum % CHAINS];
	for (w = *chain; w != NULL; w = w->next)
		if (w->bucket == e->bucket && w->day == day &&
		    span_eq(span_of(w->id, w->id_n), e->config))
			return w;
	w = mem_zalloc(sizeof *w + e->config.n);
	w->bucket = e->bucket;
	w->day = day;
	w->id_n = e->config.n;
	memcpy(w->id, e->config.p, e->config.n);
	w->next = *chain;
	*chain = w;
	return w;
}

void
heat_add(struct heat *h, const struct heat_event *e)
{
	int64_t none = INT64_MAX;
	struct warm *w;

	lock_take(&h->lock);
	w = warm_of(h, e, obj_analytics_day(e->now_ms));
	analytics_day_add(
	    &w->counts, e->class, e->size, e->now_ms - e->mtime_ms, &e->what);
	lock_drop(&h->lock);
	(void)atomic_compare_exchange_strong(&h->of->since_ms, &none, e->now_ms);
}

/* ---- keeping ---- */

int64_t
heat_since_ms(const struct heat_set *s)
{
	return atomic_load(&s->since_ms);
}

static void
take(struct heat_set *s, struct heat *h)
{
	struct warm *w;

	lock_take(&h->lock);
	for (size_t i = 0; i < CHAINS; i++)
		while ((w = h->chain[i]) != NULL) {
			h->chain[i] = w->next;
			w->next = s->taken;
			s->taken = w;
		}
	lock_drop(&h->lock);
}

static enum err
keep_write(struct txn *t, void *arg)
{
	const struct heat_set *s = arg;
	enum err e = OK;

	for (const struct warm *w = s->taken; w != NULL && e == OK; w = w->next)
		e = obj_analytics_count(
		    t, w->bucket, span_of(w->id, w->id_n), w->day, &w->counts);
	return e;
}

enum err
heat_keep(struct heat_set *s, struct store *store)
{
	int64_t since = atomic_exchange(&s->since_ms, INT64_MAX), none = INT64_MAX;
	enum err e;

	for (struct heat *h = atomic_load(&s->first); h != NULL; h = h->next)
		take(s, h);
	if (s->taken == NULL)
		return OK;
	e = store_write_wait(store, keep_write, s);
	if (e == OK) {
		warm_free(s->taken);
		s->taken = NULL;
	} else
		(void)atomic_compare_exchange_strong(&s->since_ms, &none, since);
	return e;
}
