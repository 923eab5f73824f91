/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server access logs on their way to buckets: lines are gathered in memory by where they
 * go, and taken out in batches by who delivers them. Bounded: a line for which there is no
 * room is dropped and counted, so that nobody ever waits here. [any]
 */
#ifndef OBS_LEDGER_H
#define OBS_LEDGER_H

#include <stdbool.h>

#include "base/buf.h"

struct ledger;

/* How the delivered objects are named (AWS: TargetObjectKeyFormat). */
enum ledger_form { LEDGER_SIMPLE, LEDGER_BY_EVENT, LEDGER_BY_DELIVERY };

struct ledger_to {
	struct span source; /* the bucket that was asked */
	struct span region; /* of that bucket */
	struct span target, prefix; /* where its log goes */
	enum ledger_form form;
	int64_t day; /* days since 1970 of the event (LEDGER_BY_EVENT), else 0 */
};

struct ledger_batch {
	struct ledger_batch *next;
	struct ledger_to to; /* spans are the batch's own */
	struct buf text; /* whole lines */
	uint64_t lines;
	char *names;
};

enum { LEDGER_BATCH = 4 << 20, LEDGER_MAX = 64 << 20 }; /* bytes */

/* A batch is full from batch bytes on; max in all. */
struct ledger *ledger_new(size_t batch, size_t max);
void ledger_free(struct ledger **l); /* with what is in it */

void ledger_add(struct ledger *l, const struct ledger_to *to, struct span line);

/* Until a batch is full, ms are over, or ledger_stop() was called; true: it was. */
bool ledger_wait(struct ledger *l, uint64_t ms);
void ledger_stop(struct ledger *l);
/* Full batches, or all there are; NULL: none. Free each. */
struct ledger_batch *ledger_take(struct ledger *l, bool all);
void ledger_batch_free(struct ledger_batch **b);
uint64_t ledger_lost(struct ledger *l); /* lines since the last call */

#endif
