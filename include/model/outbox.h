/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: events that wait for their targets, in the order they came, a queue for each
 * target (by its ARN); and those that no target took. Written in the transaction of the
 * change they tell of.
 */
#ifndef MODEL_OUTBOX_H
#define MODEL_OUTBOX_H

#include "model/event.h"

/* Keys: kind, ARN, NUL, number (8). Of the timed ones: kind, time (8), number. */
enum outbox_kind {
	OUTBOX_WAITS = 'q',
	OUTBOX_DEAD = 'd',
	OUTBOX_COUNTS = 'n', /* of an ARN: struct outbox_count; without a number */
	OUTBOX_TIMED = 't' /* to come at a time of the store's clock; value as waiting */
};
enum { ARN_MAX = 256, OUTBOX_KEY_MAX = 1 + ARN_MAX + 1 + 8 };
struct outbox_key {
	enum outbox_kind kind;
	struct span arn;
	int64_t time_ms; /* of OUTBOX_TIMED */
	uint64_t number;
};
/* Without a number (0): what the keys of all of that kind and ARN begin with. */
struct span outbox_key_put(char out[OUTBOX_KEY_MAX], const struct outbox_key *k);
bool outbox_key_get(struct span in, struct outbox_key *out); /* borrows */

struct outbox_count {
	uint64_t waiting, dead, lost; /* lost: found the queue full */
};
NODISCARD enum err outbox_count_get(
    struct txn *t, struct span arn, struct outbox_count *out);

/* Behind all that wait for arn. max: of those that may wait, 0 for any number; one more is
 * counted as lost. [in a write fn] */
NODISCARD enum err outbox_add(
    struct txn *t, struct span arn, const struct rec_event *r, uint64_t max);

/* The rows of one kind and ARN behind number after, oldest first; row() says whether to go
 * on. Its spans live until it returns. */
NODISCARD enum err outbox_each(struct txn *t, enum outbox_kind kind, struct span arn,
    uint64_t after, bool (*row)(void *ctx, uint64_t number, const struct rec_event *r),
    void *ctx);
/* What is counted, of all ARNs. */
NODISCARD enum err outbox_counts(struct txn *t,
    bool (*row)(void *ctx, struct span arn, const struct outbox_count *c), void *ctx);

/* One that waits: delivered, or dead for a reason. OK also when it is gone already, which
 * then is not counted. [in a write fn] */
NODISCARD enum err outbox_done(struct txn *t, struct span arn, uint64_t number);
NODISCARD enum err outbox_bury(
    struct txn *t, struct span arn, uint64_t number, struct span failure);
/* It was tried in vain once more. [in a write fn] */
NODISCARD enum err outbox_failed(
    struct txn *t, struct span arn, uint64_t number, struct span failure);
/* Dead ones, at most max: behind all that wait again, or gone. [in a write fn] */
NODISCARD enum err outbox_revive(
    struct txn *t, struct span arn, size_t max, int64_t real_ms, size_t *n);
NODISCARD enum err outbox_forget(
    struct txn *t, enum outbox_kind kind, struct span arn, size_t max, size_t *n);

/* ---- events to come ---- */

/* At time_ms of the store's clock. [in a write fn] */
NODISCARD enum err outbox_timed_add(
    struct txn *t, int64_t time_ms, const struct rec_event *r);
/* The earliest first; row() says whether to go on. */
NODISCARD enum err outbox_timed(struct txn *t,
    bool (*row)(void *ctx, const struct outbox_key *key, const struct rec_event *r),
    void *ctx);
NODISCARD enum err outbox_timed_done(struct txn *t, const struct outbox_key *key);

#endif
