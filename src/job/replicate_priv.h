/* SPDX-License-Identifier: Apache-2.0 */
/* Between who hands out lanes (replicator.c), who works one off (replicate_lane.c), who
 * sends a version elsewhere (replicate_send.c) and who looks for old ones (replicate_scan.c).
 */
#ifndef REPLICATE_PRIV_H
#define REPLICATE_PRIV_H

#include <stdatomic.h>

#include "base/task.h"
#include "job/replicator.h"
#include "object/plain.h"
#include "object/replica.h"
#include "remote/s3.h"

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
	bool answered; /* who did not take the last row said something */
	bool sure; /* what it sent last is known to have arrived, or not */
	struct remote *remote; /* set under the owner's lock */
	uint64_t remote_seen; /* changes of targets when it was made */
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
	bool doubts_busy; /* doubt is under way */
	struct remote *doubting; /* the client it uses, or NULL */
	/* of the thread that hands out: */
	struct task doubt;
	bool doubts_known; /* doubts_due_ms holds as of doubts_seen */
	uint64_t doubts_seen; /* changes of the table */
	int64_t doubts_due_ms; /* real time */
};

static inline bool
replicator_stops(const struct replicator *r)
{
	return atomic_load(&r->stop);
}

/* A bounded piece of what a lane holds. [worker] */
void replicate_lane(struct lane *l);

/* One row for another store: OK, with what became of it, or why it did not get there. doubt:
 * it may arrive there once more; mark.n = 0: it will not. [worker: it blocks] */
NODISCARD enum err replicate_send(struct lane *l, struct reader *reader,
    const struct rec_work *w, struct arena *a, enum work_end *end,
    struct rec_doubt *doubt);
/* A client of a target. */
NODISCARD enum err replicate_remote(struct replicator *r, const struct rec_target *t,
    struct remote **out, struct fail *fail);
struct rec_target replicate_target_copy(struct arena *a, const struct rec_target *t);

/* Looks at what may be there twice, if that is due, without keeping who calls. */
enum { DOUBT_FIRST_MS = 5000 }; /* behind the sending that was answered */
void replicate_doubts(struct replicator *r, struct reader *reader);

/* A bounded piece of what scans still have to look at; *more: there is more of it. */
NODISCARD enum err replicate_scan(
    struct replicator *r, struct reader *reader, bool *more);

/* ---- bytes of a version, as a struct remote_source reads them ---- */
struct replicate_bytes {
	struct replicator *owner;
	struct reader *reader;
	const struct rec_work *work;
	struct rec_object rec;
	bool sealed;
	struct sealed_keys keys;
	struct obj_plain plain; /* pinned before the version was looked for */
	const struct blob_extent *extent;
	uint64_t done; /* of extent */
	struct span ready;
};
/* In the transaction that found the version. */
NODISCARD enum err replicate_bytes_start(
    struct replicate_bytes *b, struct txn *t, uint64_t off);
NODISCARD enum err replicate_bytes_read(void *ctx, void *to, size_t n, size_t *got);
NODISCARD enum err replicate_bytes_seek(void *ctx, uint64_t off);
void replicate_bytes_end(struct replicate_bytes *b);

#endif
