/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote tiers: which there are, the way to the bytes of objects in them, and the threads
 * that bring bytes there, fetch them back and remove what nobody needs any more. Nothing is
 * ever in neither place: an object's record turns to the tier in the transaction that drops
 * its bytes here, when those have arrived there and been proved; a name at a tier is written
 * down (model/rec_remote.h) before it is used, and forgotten when it is gone there. A tier
 * that does not answer is asked again with growing pauses, for ever.
 */
#ifndef JOB_TIERS_H
#define JOB_TIERS_H

#include "codec/keyring.h"
#include "object/remote.h"

struct tiers;
struct store;
struct outbound_net;

struct tiers_conf {
	struct store *store;
	const struct keyring *keys; /* secrets of tiers are sealed by them */
	const struct outbound_net *net; /* where tiers may be */
	unsigned transfers; /* at a time */
	unsigned readers; /* clients' requests that wait for a tier at a time */
	int64_t day_ms; /* of restored copies */
};
struct tiers *tiers_new(const struct tiers_conf *c);
/* Load the tiers of the store; what runs from then on. */
NODISCARD enum err tiers_start(struct tiers *t, struct fail *fail);
/* Requests at tiers fail from now on; returns when none is left. */
void tiers_stop(struct tiers *t);
void tiers_free(struct tiers **t);

/* What is due there, as a job: a clock that is moved waits for it while tiers answer. The
 * tiers outlive it. */
struct job;
struct tier_job;
struct tier_job *tier_job_new(struct tiers *t);
void tier_job(struct tier_job *x, struct job *out);
void tier_job_free(struct tier_job **x);

/* For who reads: valid while t lives. */
const struct obj_remote_io *tiers_io(const struct tiers *t);

/* ---- which there are; each of these blocks [worker] ---- */

/* What somebody says of one; spans are borrowed, "" is not said. */
struct tier_conf {
	struct span name, kind; /* kind: "s3" or "minio" */
	struct span url, bucket, prefix, region, class;
	struct span access_key, secret, token;
	uint8_t style; /* enum remote_style */
	bool force; /* although something is there below the prefix */
	bool any_name; /* also one of S3's classes (not STANDARD) */
};
/* E_TIER_* and E_CONFIG. The other side is asked whether it lets us write, read and delete. */
NODISCARD enum err tiers_add(
    struct tiers *t, const struct tier_conf *c, struct fail *fail);
/* Other keys. */
NODISCARD enum err tiers_edit(
    struct tiers *t, const struct tier_conf *c, struct fail *fail);
/* E_TIER_NOT_EMPTY while an object is there, or a rule names it; force does not help. */
NODISCARD enum err tiers_remove(struct tiers *t, struct span name, struct fail *fail);
NODISCARD enum err tiers_check(struct tiers *t, struct span name, struct fail *fail);

struct tier_view {
	const struct rec_tier *rec;
	uint64_t objects, bytes; /* there, of ours */
	uint64_t errands; /* still to be done there */
	bool failing; /* did not answer when last asked */
};
/* Each of them, by name. count: objects, bytes and errands are wanted too. */
NODISCARD enum err tiers_each(struct tiers *t, bool count,
    void (*see)(void *ctx, const struct tier_view *v), void *ctx);

#endif
