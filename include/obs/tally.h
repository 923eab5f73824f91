/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of requests: each loop counts in a tally of its own, so that counting is a few plain
 * additions; who asks adds the tallies up, at any time and from any thread. What a row means
 * (an operation) is the caller's.
 */
#ifndef OBS_TALLY_H
#define OBS_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

enum tally_count {
	TALLY_REQUESTS,
	TALLY_4XX,
	TALLY_5XX,
	TALLY_CANCELED, /* the client went away */
	TALLY_RECEIVED, /* bytes of bodies */
	TALLY_SENT,
	TALLY_WAIT_US, /* sum of the times to the first byte of an answer */
	TALLY_COUNTS
};

/* Upper bounds of times to the first byte, in ms; the last bucket has none. */
enum { TALLY_BOUNDS = 8 };
extern const unsigned tally_bound_ms[TALLY_BOUNDS];

struct tally_row {
	_Atomic uint64_t count[TALLY_COUNTS];
	_Atomic uint64_t within[TALLY_BOUNDS + 1]; /* not cumulative */
};
struct tally {
	struct tally *next;
	struct tally_row *row;
	_Atomic uint64_t begun, ended; /* requests */
};

/* All tallies of a server; they live as long as it does. */
struct tally_set;
struct tally_set *tally_set_new(unsigned rows);
void tally_set_free(struct tally_set **t);
struct tally *tally_join(struct tally_set *t); /* [any] */

/* Only by the one thread that joined: nobody else writes, so no lock and no locked addition. */
static inline void
tally_bump(_Atomic uint64_t *c, uint64_t n)
{
	atomic_store_explicit(
	    c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

struct tally_one {
	unsigned status;
	uint64_t received, sent, wait_us;
	int canceled;
};
void tally_request(struct tally *t, unsigned row, const struct tally_one *r);

/* Sums [any] */
struct tally_sum {
	uint64_t count[TALLY_COUNTS];
	uint64_t within[TALLY_BOUNDS + 1];
};
void tally_sum(struct tally_set *t, unsigned row, struct tally_sum *out);
uint64_t tally_open(struct tally_set *t); /* requests under way */

#endif
