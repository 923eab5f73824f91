/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "deadline_priv.h"

#include "base/mini.h"

/* Late by at most this, so that the timer isn't moved for each microsecond. */
enum { DEADLINE_SLACK_US = 2000 };

static void
deadline_unlink(struct deadline_set *s, struct deadline *d)
{
	if (d->kind == DEADLINE_NONE)
		return;
	*d->link = d->next;
	if (d->next != NULL)
		d->next->link = d->link;
	else
		s->tail[d->kind] = d->link;
	d->kind = DEADLINE_NONE;
}

static void
deadline_arm(struct deadline_set *s, uint64_t at_us, uint64_t now_us)
{
	uint64_t wait = (at_us > now_us ? at_us - now_us : 0) + DEADLINE_SLACK_US;
	struct timeval tv = { .tv_sec = (time_t)(wait / 1000000),
		.tv_usec = (suseconds_t)(wait % 1000000) };

	s->timer_us = at_us;
	MUST(event_add(&s->timer, &tv) == 0);
}

void
deadline_set(
    struct deadline_set *s, struct deadline *d, enum deadline_kind kind, uint64_t now_us)
{
	deadline_unlink(s, d);
	if (kind == DEADLINE_NONE)
		return;
	d->kind = kind;
	d->at_us = now_us + s->wait_us[kind];
	d->next = NULL;
	d->link = s->tail[kind];
	*d->link = d;
	s->tail[kind] = &d->next;
	if (s->timer_us == 0 || d->at_us < s->timer_us)
		deadline_arm(s, d->at_us, now_us);
}

void
deadline_run(struct deadline_set *s, uint64_t now_us)
{
	uint64_t first = 0;

	s->timer_us = 0;
	for (int k = DEADLINE_NONE + 1; k < DEADLINE_KINDS; k++) {
		struct deadline *d;

		while ((d = s->head[k]) != NULL && d->at_us <= now_us) {
			deadline_unlink(s, d);
			s->expired(d);
		}
	}
	for (int k = DEADLINE_NONE + 1; k < DEADLINE_KINDS; k++)
		if (s->head[k] != NULL && (first == 0 || s->head[k]->at_us < first))
			first = s->head[k]->at_us;
	if (first != 0)
		deadline_arm(s, first, now_us);
}

void
deadline_init(struct deadline_set *s, struct event_base *base,
    const uint64_t wait_ms[DEADLINE_KINDS], event_callback_fn fire,
    void (*expired)(struct deadline *d), void *arg)
{
	*s = (struct deadline_set){ .expired = expired };
	for (int k = 0; k < DEADLINE_KINDS; k++) {
		s->tail[k] = &s->head[k];
		s->wait_us[k] = wait_ms[k] * 1000;
	}
	MUST(event_assign(&s->timer, base, -1, 0, fire, arg) == 0);
}

void
deadline_fini(struct deadline_set *s)
{
	(void)event_del(&s->timer);
}
