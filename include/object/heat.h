/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How warm objects are: what is read and written where a bucket is analysed
 * (object/analytics.h), counted in memory, by each loop on its own, until somebody keeps it
 * in the store.
 */
#ifndef OBJECT_HEAT_H
#define OBJECT_HEAT_H

#include "model/analytics_report.h"

struct heat;
struct heat_set;
struct store;

struct heat_set *heat_set_new(void);
void heat_set_free(struct heat_set **set);
/* A counter of one's own; it lives as long as the set. [any] */
struct heat *heat_join(struct heat_set *set);

struct heat_event {
	uint64_t bucket;
	struct span config;
	uint8_t class;
	uint64_t size; /* of the object */
	int64_t mtime_ms, now_ms;
	struct analytics_cell what;
};
/* [who joined] */
void heat_add(struct heat *h, const struct heat_event *e);

/* When the first was counted that is not kept yet, or INT64_MAX. [any] */
int64_t heat_since_ms(const struct heat_set *set);
/* Puts all that is counted into the store; what failed is tried again with the next.
 * [one thread; not a loop, not the writer] */
NODISCARD enum err heat_keep(struct heat_set *set, struct store *store);

#endif
