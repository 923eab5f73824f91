/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventory: a bucket's configuration as a report needs it, and the texts a report is made
 * of: rows of its CSV files and the manifest. Reads no objects and no clock. [any] Source:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html,
 * storage-inventory-location.html
 */
#ifndef MODEL_INVENTORY_REPORT_H
#define MODEL_INVENTORY_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum inventory_field {
#define FIELD(sym, name) INVENTORY_##sym,
#include "model/inventory_fields.def"
#undef FIELD
	INVENTORY_FIELDS
};

struct inventory {
	bool enabled, weekly;
	bool versions; /* all of them, not only the present ones */
	struct span id, prefix;
	struct span to, to_prefix; /* the destination bucket's name */
	uint8_t field[INVENTORY_FIELDS]; /* enum inventory_field, in the order asked */
	size_t n;
	bool wants[INVENTORY_FIELDS];
};

/* From the content as stored; E_CORRUPT where nobody writes reports like that: what was
 * stored before such ones were refused. Spans are the arena's. */
NODISCARD enum err inventory_load(
    struct arena *a, struct span inner, struct inventory *out, struct fail *fail);

/* One version. What is empty or 0 has no value. */
struct inventory_row {
	struct span bucket, key, version;
	bool latest, marker, multipart, held, bucket_key;
	uint64_t size;
	int64_t mtime_ms, retain_ms, expires_ms;
	struct span class, etag, replication, encryption, mode, tier, checksum, owner;
};
void inventory_row_put(
    struct buf *out, const struct inventory *v, const struct inventory_row *r);

/* One data file for the manifest. */
void inventory_file_put(
    struct buf *list, struct span key, uint64_t size, const uint8_t md5[16]);
/* files: of inventory_file_put(). */
void inventory_manifest_put(struct buf *out, const struct inventory *v,
    struct span source, int64_t began_ms, struct span files);

/* Is a report due that began at now_ms, the one before at before_ms? Days and weeks end at
 * midnight UTC; a week's report is Sunday's, or that of the first day after it. */
bool inventory_due(const struct inventory *v, int64_t before_ms, int64_t now_ms);

#endif
