/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/counts.h"

#include <string.h>

#include "base/lock.h"
#include "base/mem.h"

/* With as many, a loop lets go of those that nothing was added to since they were taken. */
enum { ROWS_MAX = 4096 };

struct counts_set {
	struct lock lock;
	struct counts *first;
	struct counts_taken *back; /* given back */
	size_t nback;
};

struct counts_set *
counts_set_new(void)
{
	struct counts_set *s = mem_zalloc(sizeof *s);

	lock_init(&s->lock, LOCK_OBS);
	return s;
}

void
counts_set_free(struct counts_set **set)
{
	struct counts_set *s = *set;
	struct counts *c, *next;
	struct counts_row *r, *more;

	if (s == NULL)
		return;
	*set = NULL;
	for (c = s->first; c != NULL; c = next) {
		next = c->next;
		for (r = c->all; r != NULL; r = more) {
			more = r->all;
			mem_free(r);
		}
		mem_free(c);
	}
	mem_free(s->back);
	lock_fini(&s->lock);
	mem_free(s);
}

struct counts *
counts_join(struct counts_set *s)
{
	struct counts *c = mem_zalloc(sizeof *c);

	c->set = s;
	lock_take(&s->lock);
	c->next = s->first;
	s->first = c;
	lock_drop(&s->lock);
	return c;
}

/* ---- the loop's side ---- */

static struct counts_row **
head_of(struct counts *c, uint64_t key, unsigned sub)
{
	uint64_t h = (key * 31 + sub) * UINT64_C(0x9e3779b97f4a7c15);

	return &c->head[h >> 56];
}

static bool
is_taken(const struct counts_row *r)
{
	for (unsigned i = 0; i < COUNTS_MAX; i++)
		if (atomic_load_explicit(&r->n[i], memory_order_relaxed) != r->taken[i])
			return false;
	return true;
}

static void
head_remove(struct counts *c, const struct counts_row *r)
{
	struct counts_row **at = head_of(c, r->key, r->sub);

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
}

static void
make_room(struct counts *c)
{
	struct counts_row **at = &c->all, *r;

	lock_take(&c->set->lock);
	while ((r = *at) != NULL) {
		if (!is_taken(r)) {
			at = &r->all;
			continue;
		}
		*at = r->all;
		head_remove(c, r);
		mem_free(r);
		c->rows--;
	}
	lock_drop(&c->set->lock);
	c->last = NULL;
}

struct counts_row *
counts_find(struct counts *c, uint64_t key, unsigned sub)
{
	struct counts_row **head = head_of(c, key, sub), *r;

	for (r = *head; r != NULL; r = r->next)
		if (r->key == key && r->sub == sub)
			return c->last = r;
	/* Not more often: where they are all still to be taken it helps nothing. */
	if (c->rows >= ROWS_MAX && c->rows % ROWS_MAX == 0)
		make_room(c);
	r = mem_zalloc(sizeof *r);
	r->key = key;
	r->sub = sub;
	r->next = *head;
	*head = r;
	lock_take(&c->set->lock);
	r->all = c->all;
	c->all = r;
	lock_drop(&c->set->lock);
	c->rows++;
	return c->last = r;
}

/* ---- taking ---- */

static void
taken_put(struct counts_taken **out, size_t *n, size_t *cap, const struct counts_taken *t)
{
	if (*n == *cap) {
		*cap = *cap == 0 ? 16 : *cap * 2;
		*out = mem_realloc(*out, *cap * sizeof **out);
	}
	(*out)[(*n)++] = *t;
}

static bool
row_take(struct counts_row *r, struct counts_taken *t)
{
	uint64_t any = 0;

	*t = (struct counts_taken){ .key = r->key, .sub = r->sub };
	for (unsigned i = 0; i < COUNTS_MAX; i++) {
		uint64_t now = atomic_load_explicit(&r->n[i], memory_order_relaxed);

		t->n[i] = now - r->taken[i];
		r->taken[i] = now;
		any |= t->n[i];
	}
	return any != 0;
}

size_t
counts_take(struct counts_set *s, struct counts_taken **out)
{
	struct counts_taken t, *rows;
	size_t n, cap;

	lock_take(&s->lock);
	rows = s->back;
	n = cap = s->nback;
	s->back = NULL;
	s->nback = 0;
	for (const struct counts *c = s->first; c != NULL; c = c->next)
		for (struct counts_row *r = c->all; r != NULL; r = r->all)
			if (row_take(r, &t))
				taken_put(&rows, &n, &cap, &t);
	lock_drop(&s->lock);
	*out = rows;
	return n;
}

void
counts_give_back(struct counts_set *s, const struct counts_taken *rows, size_t n)
{
	lock_take(&s->lock);
	s->back = mem_realloc(s->back, (s->nback + n) * sizeof *s->back);
	memcpy(s->back + s->nback, rows, n * sizeof *rows);
	s->nback += n;
	lock_drop(&s->lock);
}

uint64_t
counts_added(struct counts_set *s)
{
	uint64_t n = 0;

	lock_take(&s->lock);
	for (const struct counts *c = s->first; c != NULL; c = c->next)
		n += atomic_load_explicit(&c->added, memory_order_relaxed);
	lock_drop(&s->lock);
	return n;
}
