/* SPDX-License-Identifier: Apache-2.0 */
/* What buckets hold, all of them at once: for metrics and for MinIO's admin calls. */
#ifndef OBJECT_CENSUS_H
#define OBJECT_CENSUS_H

#include "object/object.h"

struct census_bucket {
	struct span name; /* arena memory */
	/* Keys with a present version. In a bucket with more versions than are worth counting
	 * all of them, as many as it has versions. */
	uint64_t objects;
	uint64_t versions, bytes; /* delete markers are none */
};
struct census {
	struct census_bucket *bucket; /* in the order of names; arena memory */
	size_t n;
	struct census_bucket all; /* sums; no name */
};
NODISCARD enum err obj_census(struct txn *t, struct arena *a, struct census *out);

#endif
