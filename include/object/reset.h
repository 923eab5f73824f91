/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Back to the beginning: a bucket, or all of them, are empty with the commit, however much
 * they held, because they get new spaces. The old ones are queued, and whoever sweeps the
 * queue gives back what lies in them. Root's tool: it asks no lock and no policy.
 */
#ifndef OBJECT_RESET_H
#define OBJECT_RESET_H

#include "object/object.h"

struct obj_reset {
	struct span bucket; /* n = 0: all there are */
	bool keep_settings; /* buckets stay, with their documents and access points */
	bool keep_identities; /* what was made over the API of IAM */
	uint8_t ownership; /* of a bucket that begins anew: enum obj_ownership */
	int64_t now_ms;
	uint64_t buckets; /* out: how many it was about */
};
/* Without keep_settings one bucket becomes as if just made; of all, none is left. All or
 * nothing, as every write. E_NO_SUCH_BUCKET. [in a write fn] */
NODISCARD enum err obj_reset(struct txn *t, struct obj_reset *r, struct fail *fail);

/* A piece of what resets left behind, at most us microseconds of it; *more: there is more.
 * [in a write fn] */
NODISCARD enum err obj_dropped_step(struct txn *t, uint64_t us, bool *more);
/* Does anything wait for that? */
NODISCARD enum err obj_dropped_any(struct txn *t, bool *any);

#endif
