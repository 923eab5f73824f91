/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost meter's hooks: what objects do to it beside their usage, requests that were
 * counted, and all of it read for a bill.
 */
#ifndef OBJECT_METER_H
#define OBJECT_METER_H

#include "model/meter.h"
#include "object/object.h"

/* rec leaves its class now, for good or for another: where that is before the class's least
 * time, the rest of it is charged. [in a write fn] */
NODISCARD enum err obj_meter_leave(struct txn *t, const struct rec_bucket *b,
    const struct rec_object *rec, int64_t now_ms);
/* A rule moved rec to the class it has now: counted, and remembered in its attrs where the
 * class has a least time. rec's row is the caller's. [in a write fn] */
NODISCARD enum err obj_meter_enter(
    struct txn *t, const struct rec_bucket *b, struct rec_object *rec, int64_t now_ms);

/* Requests of a bucket and class (counts.h of obs: key and sub), to now_ms's month. */
struct obj_metered {
	uint64_t bucket;
	unsigned class;
	const uint64_t *n; /* METER_COUNTS, from METER_COUNTED on */
};
NODISCARD enum err obj_meter_count(
    struct txn *t, const struct obj_metered *m, int64_t now_ms);
/* E_NOT_FOUND: there are buckets of an older store, which are not metered yet. */
NODISCARD enum err obj_meter_look(struct txn *t);
/* They are from now on. [in a write fn] */
NODISCARD enum err obj_meter_begin(struct txn *t);
/* All sums begin anew. [in a write fn] */
NODISCARD enum err obj_meter_forget(struct txn *t);

/* All that was metered up to now_ms, of one bucket or of all. */
struct obj_meter {
	struct span bucket; /* n = 0: all */
	int64_t now_ms;
	/* out: in the order of months; classes of tiers among STANDARD */
	struct obj_meter_month {
		unsigned month;
		struct meter of[CLASS_COUNT];
	} * month;
	size_t n, cap;
	struct usage present[CLASS_COUNT]; /* what there is: no sums */
	bool found; /* the bucket is, or was */
	struct txn *txn;
	uint64_t bucket_id;
	enum err bad;
};
/* Runs in a read; free what it made with obj_meter_fini(), also when it failed. */
NODISCARD enum err obj_meter_read(struct txn *t, struct obj_meter *m);
void obj_meter_fini(struct obj_meter *m);

#endif
