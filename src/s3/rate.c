/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often one name may be written. A place of a table holds the last name that fell
 * there and when that was, in one word, so that loops need no lock; of two names that
 * share a place both may go on.
 */
#include "config.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "s3_priv.h"

enum { SLOTS = 4096, BUCKET_RATE = 50 };

struct rate {
	_Atomic uint64_t key[SLOTS]; /* name's tag, milliseconds */
	_Atomic uint64_t bucket[SLOTS]; /* tag, second, how many in it */
};

struct rate *
rate_new(void)
{
	return mem_zalloc(sizeof(struct rate));
}

void
rate_free(struct rate **r)
{
	mem_free(*r);
	*r = NULL;
}

/* FNV-1a. */
static uint64_t
hash(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

/* One write in a second. */
static bool
key_may(struct rate *r, uint64_t h, uint32_t now, uint64_t *mark)
{
	_Atomic uint64_t *at = &r->key[h % SLOTS];
	uint64_t tag = h >> 32 << 32, was = atomic_load(at);

	do {
		/* The clock of 32 bits goes round: only differences count. */
		if ((was & ~UINT64_C(0xffffffff)) == tag && was != 0 &&
		    now - (uint32_t)was < 1000)
			return false;
	} while (!atomic_compare_exchange_weak(at, &was, tag | now));
	*mark = tag | now;
	return true;
}

static bool
bucket_may(struct rate *r, uint64_t h, uint32_t second)
{
	_Atomic uint64_t *at = &r->bucket[h % SLOTS];
	uint64_t mark = h >> 32 << 32 | (uint64_t)(second & 0xffff) << 16,
		 was = atomic_load(at), next;

	do {
		bool same = was >> 16 == mark >> 16;

		if (same && (was & 0xffff) >= BUCKET_RATE)
			return false;
		next = same ? was + 1 : mark | 1;
	} while (!atomic_compare_exchange_weak(at, &was, next));
	return true;
}

/* Making, ending, listing and configuring; not what is in them. */
static bool
is_management(const struct rq *rq)
{
	return rq->op->level == LEVEL_SERVICE ||
	    (rq->op->level == LEVEL_BUCKET && rq->op != &ops[OP_ListObjects] &&
		rq->op != &ops[OP_ListObjectsV2] && rq->op != &ops[OP_HeadBucket] &&
		rq->op != &ops[OP_DeleteObjects] &&
		rq->op != &ops[OP_ListMultipartUploads]);
}

static const uint64_t begin = UINT64_C(14695981039346656037);

enum err
rate_key(struct rq *rq)
{
	uint64_t h;

	/* Whoever limits nothing need not be watched; the open profile tells who would have. */
	if (rq->tier != TIER_OPEN && tier_value(rq, TP_SAME_KEY) != TV_ONE_PER_SECOND)
		return OK;
	h = hash(hash(begin, rq->bucket) + 1, rq->key);
	rq->rate_at = h % SLOTS;
	if (key_may(
		rq->s3->rate, h, (uint32_t)(clock_mono_us() / 1000), &rq->rate_mark) ||
	    tier_says(rq, TP_SAME_KEY) != TV_ONE_PER_SECOND)
		return OK;
	return fail_set(&rq->fail, E_TOO_MANY_REQUESTS);
}

void
rate_undo(struct rq *rq)
{
	uint64_t was = rq->rate_mark;

	if (was != 0)
		(void)atomic_compare_exchange_strong(
		    &rq->s3->rate->key[rq->rate_at], &was, 0);
	rq->rate_mark = 0;
}

enum err
rate_bucket(struct rq *rq)
{
	uint64_t h;

	if ((rq->tier != TIER_OPEN && tier_value(rq, TP_BUCKET_RATE) != TV_FIFTY) ||
	    !is_management(rq))
		return OK;
	h = hash(begin, rq->bucket.n > 0 ? rq->bucket : rq->who->account);
	if (bucket_may(rq->s3->rate, h, (uint32_t)(clock_mono_us() / 1000000)) ||
	    tier_says(rq, TP_BUCKET_RATE) != TV_FIFTY)
		return OK;
	return fail_msg(&rq->fail, E_TOO_MANY_REQUESTS,
	    "You can only manage a bucket 50 times a second.");
}
