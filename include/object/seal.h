/* SPDX-License-Identifier: Apache-2.0 */
/* Another encryption for a version that is there: its number, its time and its ETag stay. */
#ifndef OBJECT_SEAL_H
#define OBJECT_SEAL_H

#include "object/hash.h"
#include "object/version.h"

struct obj_seal {
	struct span key;
	struct obj_version version;
	struct rec_object seen; /* as the caller found it */
	struct span side; /* what becomes of SIDE_CRYPT */
	/* Of one that is plain on disk its parts, sealed, in order; else n = 0. */
	struct obj_hash *part;
	size_t n;
	int64_t now_ms;
	struct arena *arena;
};
/* E_OBJECT_LOCKED: it is locked; E_OPERATION_ABORTED: another version is there by now, or
 * it was sealed meanwhile. [in a write fn] */
NODISCARD enum err obj_seal_write(
    struct txn *t, const struct rec_bucket *b, struct obj_seal *s, struct fail *fail);

#endif
