/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes what waits in the outbox to its targets: at least once, a queue a target, in the
 * order in which it happened, each queue on a thread of its own from its first event on, so
 * that a target that does not answer holds up nobody else. What failed is tried again, with
 * growing pauses; what a target will not have, or what has waited for too long, becomes a
 * dead letter, which stays until somebody sends it again or drops it. All of it is in the
 * store: a restart goes on where the last delivery was noted.
 */
#ifndef JOB_NOTIFIER_H
#define JOB_NOTIFIER_H

#include "job/jobs.h"
#include "target/live.h"
#include "target/targets.h"

struct notifier;
struct store;

struct notifier_conf {
	struct store *store;
	const struct targets *targets; /* outlive it, as does live */
	struct live *live; /* whom MinIO's listeners hear from; or NULL */
	uint64_t retry_ms; /* how long an event is tried, in real time */
	unsigned attempts; /* and how often; 0: for as long as that */
};

struct notifier *notifier_new(const struct notifier_conf *conf); /* starts its thread */
void notifier_free(struct notifier **n); /* the sends under way are the last ones */

/* ---- what an operator sees and does [any but writer and loops] ---- */
/* {"targets": [...]} */
NODISCARD enum err notifier_show(struct notifier *n, struct buf *out);
/* {"events": [...]}: dead letters of a target, behind number after. */
NODISCARD enum err notifier_dead(
    struct notifier *n, struct span arn, uint64_t after, unsigned max, struct buf *out);
/* All dead letters of a target wait again, or are gone; *count of them. */
NODISCARD enum err notifier_revive(struct notifier *n, struct span arn, uint64_t *count);
NODISCARD enum err notifier_drop(struct notifier *n, struct span arn, uint64_t *count);

#endif
