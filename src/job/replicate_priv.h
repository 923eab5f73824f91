/* SPDX-License-Identifier: Apache-2.0 */
/* Between who hands out lanes (replicator.c), who works one off (replicate_lane.c), who
 * sends a version elsewhere (replicate_send.c) and who looks for old ones (replicate_scan.c).
 */
#ifndef REPLICATE_PRIV_H
#define REPLICATE_PRIV_H

#include <stdatomic.h>

#include "base/task.h"
#include "job/replicator.h"
#include "object/replica.h"

struct lane {
	struct task task;
	struct replicator *owner;
	struct lane *next;
	uint64_t queue;
	unsigned number;
	bool limited; /* its target's bandwidth is: one lane at a time */
	bool busy;
	/* The worker's while it is busy */
	unsigned failures; /* in a row; 0: the last went well */
	uint64_t not_before_us;
};

struct replicator {
	struct replicator_conf conf;
	struct task_pool *pool;
	pthread_t thread;
	struct lock lock;
	struct cond cond;
	_Atomic bool stop;
	/* under lock */
	struct lane *lanes;
	unsigned busy;
	bool woken;
};

static inline bool
replicator_stops(const struct replicator *r)
{
	return atomic_load(&((struct replicator *)r)->stop);
}

/* A bounded piece of what a lane holds. [worker] */
void replicate_lane(struct lane *l);

/* One row for another store: OK, or why it did not get there. *end where that is final.
 * [worker: it blocks] */
NODISCARD enum err replicate_send(
    struct lane *l, const struct rec_work *w, enum work_end *end);

/* A bounded piece of what scans still have to look at; *more: there is more of it. */
NODISCARD enum err replicate_scan(
    struct replicator *r, struct reader *reader, bool *more);

#endif
