/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replicates: takes the rows of work that changes left behind (object/replica.h), several
 * lanes at a time and each lane in order, so that versions of one key arrive in their
 * order. What does not arrive is tried again with growing pauses; while nobody answers,
 * for as long as it takes, and where somebody says no, a few times. A row goes with the
 * transaction that says what became of it, so a crash repeats at most what runs.
 */
#ifndef JOB_REPLICATOR_H
#define JOB_REPLICATOR_H

#include "object/kms.h"

struct replicator;

struct replicator_conf {
	struct store *store;
	const struct kms *kms;
	const struct keyring *secrets; /* what targets' secrets are sealed with */
};

/* Starts its threads; all of conf outlives it. */
struct replicator *replicator_new(const struct replicator_conf *conf);
/* What runs ends soon: what was under way is done again by the next start. */
void replicator_free(struct replicator **r);

#endif
