/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portability report: which requests of the open profile a strict tier would have
 * answered otherwise, and at which point of tiers.def. It is made of what requests met, not
 * of guesses; what is not in it (points that every answer shows, and such) are rows
 * TIER_UNTOLD of the table.
 * Bounded: ENTRIES of a point and an operation; what has no room is counted. [any]
 */
#ifndef S3_PORTABILITY_H
#define S3_PORTABILITY_H

#include "base/buf.h"
#include "s3/tier.h"

struct portability;

enum { PORTABILITY_ENTRIES = 512 };

struct portability *portability_new(void);
void portability_free(struct portability **p);

struct portability_seen {
	unsigned at; /* enum tier_point, or TIER_POINTS + enum tier_limit */
	unsigned tiers; /* TIER_BIT_*: which would have */
	const char *operation; /* static */
	struct span bucket, key;
	int64_t now_ms;
};
void portability_add(struct portability *p, const struct portability_seen *s);
void portability_missed(struct portability *p); /* a request met more than was kept */
void portability_clear(struct portability *p);

/* Rows by tier, most seen first. said: what the tiers of this server say. */
void portability_json(
    struct portability *p, const struct tier_table *said, struct buf *out);
/* One line for the log; empty when nothing was met. */
void portability_line(struct portability *p, struct buf *out);

#endif
