/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/tally.h"

#include "base/mem.h"

/* MinIO's, so that what was drawn of them stays comparable. */
const unsigned tally_bound_ms[TALLY_BOUNDS] = { 50, 100, 250, 500, 1000, 2500, 5000,
	10000 };

struct tally_set {
	struct tally *_Atomic first;
	unsigned rows;
};

struct tally_set *
tally_set_new(unsigned rows)
{
	struct tally_set *t = mem_zalloc(sizeof *t);

	t->rows = rows;
	return t;
}

void
tally_set_free(struct tally_set **tallies)
{
	struct tally_set *t = *tallies;
	struct tally *one, *next;

	if (t == NULL)
		return;
	*tallies = NULL;
	for (one = atomic_load(&t->first); one != NULL; one = next) {
		next = one->next;
		mem_free(one->row);
		mem_free(one);
	}
	mem_free(t);
}

struct tally *
tally_join(struct tally_set *t)
{
	struct tally *one = mem_zalloc(sizeof *one), *first = atomic_load(&t->first);

	one->row = mem_array(t->rows, sizeof *one->row);
	do
		one->next = first;
	while (!atomic_compare_exchange_weak(&t->first, &first, one));
	return one;
}

void
tally_request(struct tally *t, unsigned row, const struct tally_one *r)
{
	struct tally_row *to = &t->row[row];
	unsigned at = 0;

	tally_bump(&to->count[TALLY_REQUESTS], 1);
	if (r->status >= 500)
		tally_bump(&to->count[TALLY_5XX], 1);
	else if (r->status >= 400)
		tally_bump(&to->count[TALLY_4XX], 1);
	if (r->canceled)
		tally_bump(&to->count[TALLY_CANCELED], 1);
	if (r->received > 0)
		tally_bump(&to->count[TALLY_RECEIVED], r->received);
	if (r->sent > 0)
		tally_bump(&to->count[TALLY_SENT], r->sent);
	tally_bump(&to->count[TALLY_WAIT_US], r->wait_us);
	while (at < TALLY_BOUNDS && r->wait_us > tally_bound_ms[at] * UINT64_C(1000))
		at++;
	tally_bump(&to->within[at], 1);
}

void
tally_sum(struct tally_set *t, unsigned row, struct tally_sum *out)
{
	*out = (struct tally_sum){ 0 };
	for (const struct tally *one = atomic_load(&t->first); one != NULL;
	     one = one->next) {
		const struct tally_row *r = &one->row[row];

		for (unsigned i = 0; i < TALLY_COUNTS; i++)
			out->count[i] +=
			    atomic_load_explicit(&r->count[i], memory_order_relaxed);
		for (unsigned i = 0; i <= TALLY_BOUNDS; i++)
			out->within[i] +=
			    atomic_load_explicit(&r->within[i], memory_order_relaxed);
	}
}

uint64_t
tally_open(struct tally_set *t)
{
	uint64_t n = 0, ended;

	for (const struct tally *one = atomic_load(&t->first); one != NULL;
	     one = one->next) {
		/* Ended first: a request that ends in between counts as open, not as -1. */
		ended = atomic_load_explicit(&one->ended, memory_order_acquire);
		n += atomic_load_explicit(&one->begun, memory_order_relaxed) - ended;
	}
	return n;
}
