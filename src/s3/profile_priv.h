/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of a tier, from inside; included by s3_priv.h. */
#ifndef PROFILE_PRIV_H
#define PROFILE_PRIV_H

#include <stdatomic.h>

#include "base/lock.h"
#include "s3/portability.h"
#include "s3/profile.h"

struct rq;

struct profile_rule {
	char *name; /* of a host; of a bucket, or how it begins, with "*" */
	size_t n;
	enum tier tier;
};

struct profile_rules {
	struct profile_rule *rule;
	size_t n;
};

struct profile {
	struct tier_table table;
	uint8_t differs[TIER_POINTS]; /* TIER_BIT_*: who says otherwise than open */
	uint8_t *lacks; /* of each operation: TIER_BIT_* */
	uint64_t least[TIER_LIMITS]; /* of all tiers: nobody minds less */
	uint64_t watched; /* http_name_bit() of headers that some tier ignores */
	uint64_t watched_open; /* of those whose absence the answer would not show */
	enum tier server;
	struct profile_rules hosts, fixed; /* fixed: buckets of the settings */
	struct lock lock; /* of kept */
	struct profile_rules kept; /* buckets of the control API */
	_Atomic size_t nbuckets; /* of fixed and kept: nearly always 0 */
	_Atomic uint64_t binds; /* since the start */
	struct portability *portability;
	struct store *store; /* NULL: nothing is remembered */
};

/* What a request of the open profile met that a strict one answers otherwise. */
enum { PROFILE_NOTES = 14 };
struct profile_notes {
	uint8_t n;
	bool more; /* there was no room */
	struct {
		uint16_t at; /* enum tier_point, or TIER_POINTS + enum tier_limit */
		uint8_t tiers; /* TIER_BIT_* */
	} note[PROFILE_NOTES];
};

void profile_begin(struct rq *rq); /* the server's */
void profile_host(struct rq *rq); /* the host name's, or as it was */
void profile_bucket(struct rq *rq); /* the bucket's, or as it was */
void profile_chosen(struct rq *rq); /* what is so from here on */
/* One more of rq->met; only of the open profile. */
void profile_note(struct rq *rq, unsigned at, unsigned tiers);
void profile_done(struct rq *rq); /* what it met goes to the report */
bool profile_over(struct rq *rq, enum tier_limit l, uint64_t v);

#endif
