/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiers: storage classes whose bytes lie at another store. One is kept under a slot; its
 * name is a class of its own (CLASS_TIER + slot), or that of one of S3's classes, which then
 * lives there. The names of a process's tiers are known everywhere, as those of S3's classes
 * are: a listing has no time to look them up. [any]
 */
#ifndef MODEL_REMOTE_TIER_H
#define MODEL_REMOTE_TIER_H

#include "model/rec.h"

enum { TIER_SLOTS = 64, CLASS_TIER = 128, TIER_NAME_MAX = 64, TIER_NONE = -1 };

/* As it is kept. Borrows. */
struct rec_tier {
	struct span name;
	struct span kind; /* "s3", "minio": what MinIO's tools call it */
	struct span url, bucket, prefix, region;
	struct span class; /* the other store's storage class for what it gets, or "" */
	struct span access_key;
	struct span sealed; /* secret key and session token, by the master key */
	uint8_t style; /* enum remote_style */
	int64_t made_ms;
};
void rec_tier_put(struct buf *out, const struct rec_tier *r);
NODISCARD enum err rec_tier_get(struct span in, struct rec_tier *out);

/* The process knows that slot is called name (copied for ever); n = 0: no more. */
void remote_tier_name_set(unsigned slot, struct span name);
const char *remote_tier_name(unsigned slot); /* NULL: none */
/* Slot where bytes of that class belong, or TIER_NONE: here. */
int remote_tier_of_class(uint8_t class);
bool remote_tier_any(void); /* is there one? */

/* Is class one that a record may have: S3's, or of a tier, there or not? */
static inline bool
class_is(unsigned class)
{
	return class < CLASS_COUNT ||
	    (class >= CLASS_TIER && class < CLASS_TIER + TIER_SLOTS);
}

/* One that there may be objects of, as things stand. */
static inline bool
class_is_used(unsigned class)
{
	return class < CLASS_COUNT ||
	    (class >= CLASS_TIER && remote_tier_name(class - CLASS_TIER) != NULL);
}

#endif
