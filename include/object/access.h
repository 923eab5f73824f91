/* SPDX-License-Identifier: Apache-2.0 */
/* Access tiers of objects of class INTELLIGENT_TIERING (model/tiering.h), kept. */
#ifndef OBJECT_ACCESS_H
#define OBJECT_ACCESS_H

#include "model/tiering.h"
#include "object/version.h"

/* Does a read now change what is known of the object? At most once a day, while it lies in
 * the frequent tier. */
bool obj_access_tells(const struct access *a, int64_t now_ms);
/* The version was read. Nobody waits for it. [any] */
void obj_access_note(struct store *store, struct span bucket, struct span key,
    const struct rec_object *rec, int64_t now_ms);
/* Where it lies from now on, unless it was read or moved since it was as was says; tells
 * s3:IntelligentTiering of what is archived. [in a write fn] */
NODISCARD enum err obj_access_set(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, uint64_t number,
    const struct access *was, const struct access *a, int64_t now_ms);

#endif
