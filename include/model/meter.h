/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bill is made of (model/bill.h), added up per calendar month (UTC), bucket and
 * storage class in table METER. Storage is not sampled: each change of a bucket's usage
 * first adds what was there since the change before, times how long, so that the sum is
 * exact whatever the clock does. What is there now stands in table USAGE, with the month's
 * sums so far.
 */
#ifndef MODEL_METER_H
#define MODEL_METER_H

#include "model/rec.h"

enum meter_field {
#define METER(sym, what) METER_##sym,
#include "model/meter.def"
#undef METER
	METER_FIELDS,
	METER_RUNNING = METER_BYTE_DAYS + 1, /* of storage that is there */
	METER_COUNTED = METER_A_NONE, /* of requests */
	METER_COUNTS = METER_FIELDS - METER_COUNTED
};
/* Of the four of a class of requests: bits. */
enum { METER_BY_AWS = 1, METER_BY_R2 = 2 };

typedef unsigned __int128 meter_sum; /* bytes times milliseconds need it */

/* Objects that are smaller are charged as this large by some classes: bytes. */
enum { METER_SMALL = 128 << 10 };

/* What is there, of a bucket and a class. */
struct usage {
	uint64_t objects, bytes;
	uint64_t small; /* objects under METER_SMALL, */
	uint64_t lack; /* and the bytes they are short of it */
	uint64_t peak; /* most bytes in the day of at_ms */
	int64_t at_ms; /* up to when sum goes; 0: a row of old, without sums */
	int64_t end_ms; /* of that month */
	meter_sum sum[METER_RUNNING]; /* of the month of at_ms */
};
/* objects: one more or one less, of so many bytes; 0: the time up to now is added, no more.
 * [in a write fn] */
NODISCARD enum err usage_add(
    struct txn *t, uint64_t bucket, uint8_t class, int64_t objects, int64_t bytes);
NODISCARD enum err usage_get(
    struct txn *t, uint64_t bucket, uint8_t class, struct usage *out);
/* Bytes of all classes together. */
NODISCARD enum err usage_bytes(struct txn *t, uint64_t bucket, uint64_t *out);
/* Has any bucket an object of that class? */
NODISCARD enum err usage_any(struct txn *t, uint8_t class, bool *out);
NODISCARD enum err usage_drop(struct txn *t, uint64_t bucket);
/* The sums begin anew. [in a write fn] */
NODISCARD enum err usage_forget(struct txn *t, uint64_t bucket);
/* What u adds up to by now_ms, month by month; each() is not called for what is nothing.
 * u's own sums are then those of now_ms's month. */
NODISCARD enum err usage_run(struct usage *u, int64_t now_ms,
    enum err (*each)(void *ctx, unsigned month, const struct usage *u), void *ctx);

/* A month of a bucket and a class. */
struct meter {
	meter_sum sum[METER_FIELDS];
};
/* [in a write fn] */
NODISCARD enum err meter_add(struct txn *t, unsigned month, uint64_t bucket,
    uint8_t class, const struct meter *more);
/* All of a bucket's usage goes to the months it is of, and its name is kept. */
NODISCARD enum err usage_bucket_gone(
    struct txn *t, uint64_t bucket, struct span name, int64_t now_ms);
/* Nothing is known of a bucket; bucket 0: of any. */
NODISCARD enum err meter_drop(struct txn *t, uint64_t bucket);

struct meter_row {
	unsigned month; /* stamp_month() */
	uint64_t bucket;
	uint8_t class;
	struct meter meter;
};
/* In the order of months. row: false ends it. */
NODISCARD enum err meter_each(
    struct txn *t, bool (*row)(void *ctx, const struct meter_row *r), void *ctx);
/* The name of a bucket that is no more; n = 0: none is known. Borrows. */
NODISCARD enum err meter_name(struct txn *t, uint64_t bucket, struct span *out);

#endif
