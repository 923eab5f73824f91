/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_PRIV_H
#define INVENTORY_PRIV_H

#include "model/inventory_report.h"
#include "model/lifecycle.h"
#include "object/object.h"

/* What all rows of a report have in common. */
struct inventory_scan {
	struct txn *txn;
	struct arena *arena; /* of the page */
	const struct inventory *what;
	const struct lifecycle *rules; /* of the source; for the date of expiry */
	struct span bucket, owner; /* owner: its canonical id */
	bool versioned;
	bool owns_all; /* the bucket's owner owns what others put there */
	int64_t now_ms;
};
/* Append the row of one version. */
NODISCARD enum err inventory_version(const struct inventory_scan *s, struct buf *out,
    struct span key, const struct rec_object *rec, bool latest);

#endif
