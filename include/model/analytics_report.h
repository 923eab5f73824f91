/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage class analysis: a bucket's configuration as a report needs it, what is known of
 * one day, and the text of a report, in which each day of a configuration has a row for
 * every age group. Reads no objects and no clock. [any] Source:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/analytics-storage-class.html
 */
#ifndef MODEL_ANALYTICS_REPORT_H
#define MODEL_ANALYTICS_REPORT_H

#include "model/lifecycle.h"

enum {
	ANALYTICS_GROUPS = 12, /* by days since the upload */
	ANALYTICS_ALL = ANALYTICS_GROUPS, /* the cell of objects of every age and size */
	ANALYTICS_CELLS,
	ANALYTICS_SMALL = 128 << 10, /* bytes: smaller ones are in no age group */
	ANALYTICS_WINDOW = 30, /* days that an access ratio looks back over */
	ANALYTICS_STABLE = 7, /* days that an observed age must hold to be recommended */
	ANALYTICS_DAYS = 731, /* days of a report; older ones are let go */
	ANALYTICS_DAY_MS = 86400000
};

/* ---- configurations ---- */
struct analytics {
	bool exported; /* else nobody gets a report */
	struct span id;
	struct span to, to_prefix, to_account; /* the destination; account: "" for any */
	struct life_rule which; /* its filter */
};
/* From the content as stored. Spans are the arena's. */
NODISCARD enum err analytics_load(
    struct arena *a, struct span inner, struct analytics *out, struct fail *fail);
/* Is the object with these tags among those that are analysed? */
bool analytics_means(
    const struct analytics *v, struct span key, uint64_t size, const struct tags *tags);

/* ---- what is known of one day ---- */
struct analytics_cell {
	uint64_t objects, bytes; /* at the end of the day */
	uint64_t uploaded, retrieved, gets; /* in its course; the first two in bytes */
};
struct analytics_class {
	uint8_t class;
	struct analytics_cell cell[ANALYTICS_CELLS];
};
/* Zeroed is a day on which nothing was seen. Heap. */
struct analytics_day {
	bool measured; /* objects and bytes are known */
	size_t n, cap;
	struct analytics_class *of; /* by class, ascending */
};
void analytics_day_fini(struct analytics_day *d);

/* One thing that happened to, or is known of, an object of that class, size and age: its
 * cell is added to its age group and to all. */
void analytics_day_add(struct analytics_day *d, uint8_t class, uint64_t size,
    int64_t age_ms, const struct analytics_cell *what);
/* to gets what was read and written in from as well. */
void analytics_day_count(struct analytics_day *to, const struct analytics_day *from);
/* to's objects and bytes become those of from. */
void analytics_day_measure(struct analytics_day *to, const struct analytics_day *from);

void analytics_day_put(struct buf *out, const struct analytics_day *d);
NODISCARD enum err analytics_day_get(struct span in, struct analytics_day *out);

/* ---- reports ---- */
struct analytics_history {
	size_t n;
	struct analytics_past {
		int64_t day; /* since 1970 */
		struct analytics_day what;
	} * past; /* ascending, all of them measured */
};
/* The whole file. */
void analytics_report_put(
    struct buf *out, const struct analytics *v, const struct analytics_history *h);
/* "prefix/source/id.csv": where it goes. */
void analytics_place_put(struct buf *out, const struct analytics *v, struct span source);

#endif
