/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lifecycle rules: read from a bucket's document, and what they say of one version at one
 * time. Decides; does not change anything and does not look at a clock. Sources:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html,
 * lifecycle-conflicts.html; MinIO's additions: docs/bucket/lifecycle of its sources. [any]
 */
#ifndef MODEL_LIFECYCLE_H
#define MODEL_LIFECYCLE_H

#include "codec/xml.h"
#include "model/rec.h"
#include "model/tags.h"

enum { LIFE_RULES_MAX = 1000, LIFE_TRANSITIONS_MAX = 6 };

/* When an action is due: days behind some event, or a date. */
struct life_when {
	bool given;
	bool dated;
	int64_t days;
	int64_t date_ms;
};

struct life_move {
	struct life_when when;
	uint8_t class;
	uint64_t keep; /* noncurrent: how many newer ones stay where they are */
};

struct life_rule {
	struct span id, prefix;
	bool enabled;
	struct tags tags;
	uint64_t larger_than, smaller_than; /* bytes; 0 and UINT64_MAX without */
	bool has_size; /* said so: no other smallest size holds */
	struct life_when expire;
	bool expire_all; /* MinIO's ExpiredObjectAllVersions */
	bool lone_markers; /* ExpiredObjectDeleteMarker */
	struct life_when marker; /* MinIO's DelMarkerExpiration */
	bool soon; /* moves need not lie as far ahead as AWS wants them */
	struct life_move move[LIFE_TRANSITIONS_MAX];
	size_t nmove;
	struct life_when expire_old; /* of noncurrent versions */
	uint64_t keep_old; /* NewerNoncurrentVersions */
	struct life_move move_old[LIFE_TRANSITIONS_MAX];
	size_t nmove_old;
	struct life_when abort;
};

struct lifecycle {
	struct life_rule *rule;
	size_t n;
	bool small_moves; /* varies_by_storage_class: small objects move to archives */
	bool any_size; /* small objects move everywhere, as at Cloudflare */
	bool wants_tags; /* some rule asks for them */
	int64_t day_ms; /* a day's length: 86,400,000 unless it is made short */
};

enum { LIFE_DAY_MS = 86400000 };
/* Id of the document that says that small objects move too, beside the rules. */
#define LIFE_MINIMUM_ID "varies_by_storage_class"
#define LIFE_ANY_SIZE "any" /* in it: to whatever class */

/* Rules without ID get one. Before the document is checked. */
void life_add_ids(struct arena *a, struct xml_node *root);
/* Reads the rules, and refuses what AWS refuses in a document of the right elements:
 * E_MALFORMED_XML, E_INVALID_ARGUMENT, E_INVALID_REQUEST. Borrows from root. */
NODISCARD enum err life_parse(struct arena *a, const struct xml_node *root, bool soon,
    struct lifecycle *out, struct fail *fail);
/* From the content as stored. */
NODISCARD enum err life_load(
    struct arena *a, struct span inner, struct lifecycle *out, struct fail *fail);

/* The filter of a rule, or of what has one like it. */
NODISCARD enum err life_filter_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail);

/* One version as the rules see it. */
struct life_object {
	struct span key;
	uint64_t size;
	int64_t mtime_ms;
	uint8_t class;
	bool marker; /* a delete marker */
	bool latest;
	bool alone; /* there is no other version of this key */
	bool versioned; /* the bucket has or had versions */
	int64_t since_ms; /* !latest: when it stopped being the latest */
	uint64_t newer; /* !latest: noncurrent versions newer than it */
	struct tags tags;
};

/* Is the rule on, and the version one that its filter means? */
bool life_rule_means(const struct life_rule *r, const struct life_object *o);

enum life_kind {
	LIFE_NOTHING,
	LIFE_EXPIRE, /* the latest: gone, or under a delete marker */
	LIFE_EXPIRE_ALL, /* all versions of the key */
	LIFE_REMOVE, /* this version for good */
	LIFE_MOVE /* to class */
};
struct life_verdict {
	enum life_kind kind;
	uint8_t class;
	const struct life_rule *rule; /* NULL for LIFE_NOTHING */
	int64_t due_ms; /* of what is to be done */
	int64_t next_ms; /* LIFE_NOTHING: when something will be, or INT64_MAX */
};
/* What is due at now. Deleting goes before moving, but for a delete marker; of two
 * deletions the earlier, of two moves the deeper. */
void life_judge(const struct lifecycle *l, const struct life_object *o, int64_t now_ms,
    struct life_verdict *out);
/* When the latest version expires, for x-amz-expiration; rule NULL: never. */
void life_expiry(
    const struct lifecycle *l, const struct life_object *o, struct life_verdict *out);
/* Is an upload begun then to be aborted? */
bool life_abort(const struct lifecycle *l, struct span key, int64_t begun_ms,
    int64_t now_ms, int64_t *next_ms);

/* When one begun then will be, and by which rule; NULL: never. */
const struct life_rule *life_abort_due(
    const struct lifecycle *l, struct span key, int64_t begun_ms, int64_t *due_ms);

/* That many days of day_ms later, and on to the midnight behind: when rules take effect and
 * restored copies go. */
static inline int64_t
life_midnight(int64_t from_ms, int64_t days, int64_t day_ms)
{
	int64_t at = from_ms + (days + 1) * day_ms;

	return at - at % day_ms;
}

#endif
