/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose answers a request gets: open (AWS's, with MinIO's extensions) or those of one
 * service, strictly. The differences are rows of tiers.def; this is what they say, by name
 * and for people. What the server chose is s3/profile.h's business.
 */
#ifndef S3_TIER_H
#define S3_TIER_H

#include "base/buf.h"

enum tier { TIER_OPEN, TIER_AWS, TIER_MINIO, TIER_R2, TIERS };

/* Bits of a set of tiers. */
enum {
	TIER_BIT_AWS = 1 << TIER_AWS,
	TIER_BIT_MINIO = 1 << TIER_MINIO,
	TIER_BIT_R2 = 1 << TIER_R2
};

enum tier_value {
#define TIER_VALUE(name, what) TV_##name,
#include "s3/tiers.def"
	TIER_VALUES
};

enum tier_point {
#define TIER(name, section, what, open, aws, minio, r2) TP_##name,
#include "s3/tiers.def"
	TIER_POINTS
};

enum tier_limit {
#define TIER_MAX(name, section, what, open, aws, minio, r2) TL_##name,
#include "s3/tiers.def"
	TIER_LIMITS
};

/* What the rows say, before any option. */
struct tier_table {
	uint8_t value[TIERS][TIER_POINTS]; /* enum tier_value */
	uint64_t max[TIERS][TIER_LIMITS]; /* 0: none */
};
extern const struct tier_table tier_table;

const char *tier_name(enum tier t); /* "open", "aws", ... */
bool tier_find(struct span name, enum tier *out);
/* "link-expired": lower case, with dashes, as in options. */
enum { TIER_NAME = 22 };
void tier_point_name(char out[TIER_NAME], enum tier_point p);
const char *tier_point_what(enum tier_point p);
void tier_limit_name(char out[TIER_NAME], enum tier_limit l);
const char *tier_limit_what(enum tier_limit l);
const char *tier_value_what(enum tier_value v);

/* "r2.link-expired=expired-400": a value that a row of the table has for any tier, or that
 * TIER_OTHER lists for this one. */
bool tier_option(struct tier_table *t, struct span option);

/* Which tiers lack an operation of that number (enum op_number): TIER_BIT_*. */
unsigned tier_lacks(unsigned op);

/* For a terminal, and as JSON: the rows where tiers of the set differ; all of them when that
 * is wanted, or when the set has fewer than two. */
void tier_text(struct buf *out, const enum tier *set, unsigned n, bool all);
void tier_json(struct buf *out, const enum tier *set, unsigned n, bool all);

#endif
