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

#include "base/task.h"
#include "object/kms.h"
#include "object/replica.h"

struct outbound_net;
struct replicator;

struct replicator_conf {
	struct store *store;
	const struct kms *kms;
	const struct keyring *secrets; /* what targets' secrets are sealed with */
	const struct outbound_net *net; /* where targets may be */
};

/* Starts its threads; all of conf outlives it. */
struct replicator *replicator_new(const struct replicator_conf *conf);
/* What runs ends soon: what was under way is done again by the next start. Calls below
 * still come in until it is freed. */
void replicator_stop(struct replicator *r);
void replicator_free(struct replicator **r);
/* Something that may take its time, on its threads. [any] */
void replicator_post(struct replicator *r, struct task *t);

/* ---- remote targets: all of them block [replicator_post()] ---- */
struct target_want {
	struct span source; /* the bucket that is replicated */
	struct span arn; /* of the one to change; n = 0: a new one */
	struct span url, bucket, region, access_key, secret, class;
	uint64_t rate, check_ms;
	uint16_t flags; /* enum place_flag */
	bool peer_unknown; /* find out whether it is another trug or a MinIO */
};
/* It must be there, with versions, and let us in. E_NO_SUCH_BUCKET, E_SOURCE_NOT_VERSIONED,
 * E_REMOTE_NO_BUCKET, E_REMOTE_NOT_VERSIONED, E_NO_REMOTE_TARGET, and what remote_call()
 * says. */
NODISCARD enum err replicator_target_put(struct replicator *r,
    const struct target_want *w, struct arena *a, struct span *arn, struct fail *fail);
NODISCARD enum err replicator_target_delete(
    struct replicator *r, struct span source, struct span arn, struct fail *fail);

#endif
