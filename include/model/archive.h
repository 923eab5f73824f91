/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archived objects: which classes are, and the copy that a restore makes readable for a
 * while, as it lies in the object's SIDE_RESTORE. [any] Source: docs.aws.amazon.com/
 * AmazonS3/latest/userguide/restoring-objects.html
 */
#ifndef MODEL_ARCHIVE_H
#define MODEL_ARCHIVE_H

#include "model/rec.h"

enum archive_tier { TIER_STANDARD, TIER_BULK, TIER_EXPEDITED, TIER_COUNT };
bool archive_tier_find(struct span name, uint8_t *out);

static inline bool
archive_is(uint8_t class)
{
	return class == CLASS_GLACIER || class == CLASS_DEEP_ARCHIVE;
}

struct restore {
	uint8_t tier;
	int64_t asked_ms;
	int64_t ready_ms; /* readable from then */
	int64_t until_ms; /* and until then */
};
enum restore_state { RESTORE_NONE, RESTORE_ONGOING, RESTORE_DONE };

struct span restore_render(struct arena *a, const struct restore *r);
/* in.p == NULL: none, all zero. */
NODISCARD enum err restore_read(struct span in, struct restore *out);
enum restore_state restore_state(const struct restore *r, int64_t now_ms);
/* How long a restore takes; at_once: no time at all. day_ms: a day's length, which is made
 * shorter to watch time pass. */
int64_t restore_takes_ms(uint8_t class, uint8_t tier, bool at_once, int64_t day_ms);
/* Days from when it is ready, rounded up to a midnight. */
int64_t restore_until_ms(int64_t ready_ms, unsigned days, int64_t day_ms);

#endif
