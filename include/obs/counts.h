/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters by a key that is not known beforehand (a bucket and a storage class): each loop
 * counts in rows of its own by plain additions; now and then somebody takes what was added
 * since. What the key and the counters mean is the caller's.
 */
#ifndef OBS_COUNTS_H
#define OBS_COUNTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COUNTS_MAX = 16, COUNTS_HEADS = 256 };

struct counts_row {
	struct counts_row *next; /* of the same head; only the loop changes it */
	struct counts_row *all; /* of the same loop */
	uint64_t key;
	unsigned sub;
	_Atomic uint64_t n[COUNTS_MAX];
	uint64_t taken[COUNTS_MAX]; /* under the set's lock */
};
struct counts {
	struct counts *next;
	struct counts_set *set;
	struct counts_row *last; /* most requests are for the row of the one before */
	struct counts_row *head[COUNTS_HEADS];
	struct counts_row *all; /* under the set's lock */
	unsigned rows;
	_Atomic uint64_t added;
};

/* All of a server's; they live as long as it does. */
struct counts_set;
struct counts_set *counts_set_new(void);
void counts_set_free(struct counts_set **s);
struct counts *counts_join(struct counts_set *s); /* [any] */

/* By the one thread that joined. */
struct counts_row *counts_find(struct counts *c, uint64_t key, unsigned sub);
static inline bool
counts_is_last(const struct counts *c, uint64_t key, unsigned sub)
{
	return c->last != NULL && c->last->key == key && c->last->sub == sub;
}
static inline void
counts_bump(struct counts *c, struct counts_row *r, unsigned which, uint64_t n)
{
	atomic_store_explicit(&r->n[which],
	    atomic_load_explicit(&r->n[which], memory_order_relaxed) + n,
	    memory_order_relaxed);
	atomic_store_explicit(&c->added,
	    atomic_load_explicit(&c->added, memory_order_relaxed) + 1,
	    memory_order_relaxed);
}
static inline void
counts_add(struct counts *c, uint64_t key, unsigned sub, unsigned which, uint64_t n)
{
	counts_bump(c, counts_is_last(c, key, sub) ? c->last : counts_find(c, key, sub),
	    which, n);
}

/* ---- taking [any] ---- */
struct counts_taken {
	uint64_t key;
	unsigned sub;
	uint64_t n[COUNTS_MAX];
};
/* Rows that grew since they were taken; *out is the caller's to free. The number of them. */
size_t counts_take(struct counts_set *s, struct counts_taken **out);
/* It could not be kept: the next one gets it again. */
void counts_give_back(struct counts_set *s, const struct counts_taken *rows, size_t n);
/* Grows with every addition. */
uint64_t counts_added(struct counts_set *s);

#endif
