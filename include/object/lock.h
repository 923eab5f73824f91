/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Object lock of buckets and versions. What is allowed stands in model/worm.h; that no
 * version goes against it, in obj_drop(). All calls run inside a transaction.
 */
#ifndef OBJECT_LOCK_H
#define OBJECT_LOCK_H

#include "model/worm.h"
#include "object/object.h"

/* Has the bucket object lock, and with which default? */
NODISCARD enum err obj_lock_bucket(
    struct txn *t, const struct rec_bucket *b, bool *enabled, struct worm_default *out);
/* Object lock for a bucket that was just made; turns versioning on. [in a write fn] */
NODISCARD enum err obj_lock_enable(struct txn *t, struct span bucket, struct fail *fail);

#endif
