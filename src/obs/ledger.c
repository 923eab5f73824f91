/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/ledger.h"

#include "base/lock.h"
#include "base/mem.h"
#include "base/mini.h"

struct ledger {
	struct lock lock;
	struct cond cond;
	struct ledger_batch *head; /* the one last added to comes first */
	size_t batch, max, used;
	uint64_t lost;
	bool full, stop;
};

struct ledger *
ledger_new(size_t batch, size_t max)
{
	struct ledger *l = mem_zalloc(sizeof *l);

	lock_init(&l->lock, LOCK_OBS);
	cond_init(&l->cond);
	l->batch = batch;
	l->max = max;
	return l;
}

void
ledger_batch_free(struct ledger_batch **batch)
{
	struct ledger_batch *b = *batch;

	if (b == NULL)
		return;
	*batch = NULL;
	buf_fini(&b->text);
	mem_free(b->names);
	mem_free(b);
}

void
ledger_free(struct ledger **ledger)
{
	struct ledger *l = *ledger;
	struct ledger_batch *b;

	if (l == NULL)
		return;
	*ledger = NULL;
	while (l->head != NULL) {
		b = l->head;
		l->head = b->next;
		ledger_batch_free(&b);
	}
	cond_fini(&l->cond);
	lock_fini(&l->lock);
	mem_free(l);
}

static bool
to_same(const struct ledger_to *a, const struct ledger_to *b)
{
	return a->form == b->form && a->day == b->day && span_eq(a->source, b->source) &&
	    span_eq(a->target, b->target) && span_eq(a->prefix, b->prefix);
}

static struct span
name_keep(char **at, struct span s)
{
	char *p = *at;

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	*at = p + s.n;
	return span_of(p, s.n);
}

static struct ledger_batch *
batch_new(const struct ledger_to *to)
{
	struct ledger_batch *b = mem_zalloc(sizeof *b);
	char *at =
	    mem_alloc(to->source.n + to->region.n + to->target.n + to->prefix.n + 1);

	b->names = at;
	b->to = *to;
	b->to.source = name_keep(&at, to->source);
	b->to.region = name_keep(&at, to->region);
	b->to.target = name_keep(&at, to->target);
	b->to.prefix = name_keep(&at, to->prefix);
	return b;
}

/* Moved to the front: who is asked often is found at once. */
static struct ledger_batch *
batch_find(struct ledger *l, const struct ledger_to *to)
{
	struct ledger_batch **at = &l->head, *b;

	while (*at != NULL && (!to_same(&(*at)->to, to) || (*at)->text.n >= l->batch))
		at = &(*at)->next;
	b = *at;
	if (b != NULL)
		*at = b->next;
	else
		b = batch_new(to);
	b->next = l->head;
	l->head = b;
	return b;
}

void
ledger_add(struct ledger *l, const struct ledger_to *to, struct span line)
{
	struct ledger_batch *b;

	lock_take(&l->lock);
	if (l->used + line.n > l->max)
		l->lost++;
	else {
		b = batch_find(l, to);
		buf_span(&b->text, line);
		b->lines++;
		l->used += line.n;
		if (b->text.n >= l->batch) {
			l->full = true;
			cond_signal(&l->cond);
		}
	}
	lock_drop(&l->lock);
}

bool
ledger_wait(struct ledger *l, uint64_t ms)
{
	bool stop;

	lock_take(&l->lock);
	if (!l->stop && !l->full)
		(void)cond_wait_ms(&l->cond, &l->lock, ms);
	l->full = false; /* said once: who does not take it now need not be told again */
	stop = l->stop;
	lock_drop(&l->lock);
	return stop;
}

void
ledger_stop(struct ledger *l)
{
	lock_take(&l->lock);
	l->stop = true;
	cond_signal(&l->cond);
	lock_drop(&l->lock);
}

struct ledger_batch *
ledger_take(struct ledger *l, bool all)
{
	struct ledger_batch *out = NULL, **at = &l->head, *b;

	lock_take(&l->lock);
	while ((b = *at) != NULL) {
		if (!all && b->text.n < l->batch) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		l->used -= b->text.n;
		b->next = out;
		out = b;
	}
	lock_drop(&l->lock);
	return out;
}

uint64_t
ledger_lost(struct ledger *l)
{
	uint64_t n;

	lock_take(&l->lock);
	n = l->lost;
	l->lost = 0;
	lock_drop(&l->lock);
	return n;
}
