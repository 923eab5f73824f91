/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about tiers share. */
#ifndef TIER_PRIV_H
#define TIER_PRIV_H

#include "base/lock.h"
#include "base/task.h"
#include "job/tiers.h"
#include "remote/s3.h"

enum { TIERS_MAGIC = 0x74696572, TIER_TEXT_MAX = 1024 };

/* One as it is used; counted, because it may be changed meanwhile. */
struct tier {
	unsigned refs; /* under the lock of all, as all but what never changes */
	uint8_t slot;
	struct remote *remote;
	char *name, *bucket, *prefix, *class;
	unsigned fails; /* one after the other */
	uint64_t failed_us; /* when last */
	uint64_t until_us; /* nothing is tried of our own before */
	bool trying; /* somebody looks whether it answers again */
};

struct tier_mover;

struct tiers {
	unsigned magic;
	struct tiers_conf conf;
	struct obj_remote_io io;
	struct task_pool *pool;
	struct lock lock;
	struct tier *tier[TIER_SLOTS]; /* under lock */
	struct cond posted;
	unsigned posting; /* under lock: who is within a post */
	struct tier_mover *mover;
	bool stopped, changing; /* under lock; changing: the list, one at a time */
};

/* NULL: there is none. To be let go. */
struct tier *tier_take(struct tiers *t, unsigned slot);
void tier_let_go(struct tiers *t, struct tier *tier);
/* Keeps book of how it answered; says so in the log when that changes. */
void tier_answered(struct tiers *t, struct tier *tier, enum err e, const char *what);
/* Does that failure tell of the tier and not of the one thing asked for? */
bool tier_is_down(enum err e);
/* In place of what is in its slot. */
void tier_publish(struct tiers *t, struct tier *tier, unsigned slot);
NODISCARD enum err tier_make(struct tiers *t, unsigned slot, const struct rec_tier *rec,
    struct tier **out, struct fail *fail);
void tier_free(struct tier **tier);
void tier_seal(struct tiers *t, struct span name, struct span secret, struct span token,
    struct buf *out);

struct tier_mover *tier_mover_new(struct tiers *t);
NODISCARD enum err tier_mover_start(struct tier_mover *m);
void tier_mover_stop(struct tier_mover *m);
void tier_mover_nudge(struct tier_mover *m); /* something may be due now */
void tier_mover_free(struct tier_mover **m);

/* Does it, with a reader of the thread's own. OK: it is done, and its row is gone or says
 * when it is next due. Else it is tried again. */
NODISCARD enum err tier_errand_run(struct tiers *t, struct tier *tier, struct reader *r,
    const struct rec_errand *errand, struct fail *fail);

#endif
