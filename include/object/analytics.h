/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What storage class analysis knows of a bucket's configurations, day by day
 * (model/analytics_report.h), kept: from the day on that a configuration was put, gone with
 * it.
 */
#ifndef OBJECT_ANALYTICS_H
#define OBJECT_ANALYTICS_H

#include "model/analytics_report.h"
#include "object/object.h"

/* Days since 1970. */
static inline int64_t
obj_analytics_day(int64_t ms)
{
	return ms / ANALYTICS_DAY_MS;
}

/* The configuration is there from now on, if it was not before. [in a write fn] */
NODISCARD enum err obj_analytics_begin(
    struct txn *t, uint64_t bucket, struct span id, int64_t now_ms);
/* The day on which it was put, of which only a part is known. E_NOT_FOUND. */
NODISCARD enum err obj_analytics_begun(
    struct txn *t, uint64_t bucket, struct span id, int64_t *day);
/* What was read and written. Of a configuration that is gone nothing is kept.
 * [in a write fn] */
NODISCARD enum err obj_analytics_count(struct txn *t, uint64_t bucket, struct span id,
    int64_t day, const struct analytics_day *counts);
/* What was there at the day's end; days that are too old go. [in a write fn] */
NODISCARD enum err obj_analytics_measure(struct txn *t, uint64_t bucket, struct span id,
    int64_t day, const struct analytics_day *found);

/* The measured days behind the one on which it was put, until that one. To be let go. */
NODISCARD enum err obj_analytics_history(struct txn *t, uint64_t bucket, struct span id,
    int64_t until, struct analytics_history *out);
void obj_analytics_history_fini(struct analytics_history *h);

/* At most max rows of a configuration, or of all (id.n = 0); *more: there may be more.
 * [in a write fn] */
NODISCARD enum err obj_analytics_drop(
    struct txn *t, uint64_t bucket, struct span id, size_t max, bool *more);

#endif
