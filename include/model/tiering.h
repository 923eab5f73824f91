/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class INTELLIGENT_TIERING: the access tier of an object, which follows from when it was
 * last read, and the archive tiers that a bucket's configurations add. An object without a
 * row in table ACCESS was never read since it was written and never moved. [any] Source:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
 */
#ifndef MODEL_TIERING_H
#define MODEL_TIERING_H

#include "model/archive.h"
#include "model/lifecycle.h"

enum access_tier {
	ACCESS_FREQUENT,
	ACCESS_INFREQUENT,
	ACCESS_ARCHIVE_INSTANT,
	ACCESS_ARCHIVE, /* from here on it must be restored to be read */
	ACCESS_DEEP_ARCHIVE,
	ACCESS_TIERS
};
/* Smaller ones are never moved: bytes. */
enum { ACCESS_SMALL = 128 << 10 };

struct access {
	uint8_t tier;
	int64_t last_ms; /* read */
	int64_t since_ms; /* in this tier */
};

/* Does the object of that class and size have a tier at all? */
static inline bool
access_is_watched(const struct rec_object *rec)
{
	return rec->class == CLASS_INTELLIGENT_TIERING && rec->size >= ACCESS_SMALL;
}

/* Names of reports: "FREQUENT", ...; of the archive tiers "ARCHIVE_ACCESS" and
 * "DEEP_ARCHIVE_ACCESS", as in <AccessTier> and x-amz-archive-status. */
const char *access_name(uint8_t tier);

NODISCARD enum err access_get(
    struct txn *t, const struct rec_object *rec, struct access *out);
NODISCARD enum err access_put(struct txn *t, uint64_t number, const struct access *a);
NODISCARD enum err access_drop(struct txn *t, uint64_t number); /* OK: none, too */

/* Must it be restored before it can be read? */
bool access_is_archived(const struct access *a, const struct restore *r, int64_t now_ms);

struct tiering_rule {
	struct life_rule which; /* its filter */
	unsigned archive_days, deep_days; /* 0: never */
};
struct tiering {
	struct tiering_rule *rule;
	size_t n, cap;
	bool wants_tags;
	int64_t day_ms;
};

/* One configuration more, from its content as stored. */
NODISCARD enum err tiering_add(
    struct arena *a, struct tiering *t, struct span inner, struct fail *fail);
/* The tier it should have now; *next_ms becomes sooner when it will have another. r: of its
 * side; an object that is restored is as one that was read when it came back. */
struct access tiering_judge(const struct tiering *t, const struct life_object *o,
    const struct access *was, const struct restore *r, int64_t now_ms, int64_t *next_ms);

#endif
