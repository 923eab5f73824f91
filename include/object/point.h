/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access points in the index, and what an account has beside its buckets: its public access
 * block. Decides about nobody's rights.
 */
#ifndef OBJECT_POINT_H
#define OBJECT_POINT_H

#include "base/arena.h"
#include "model/point.h"
#include "store/store.h"

/* Spans of what is found live in the arena. E_NO_SUCH_POINT with its name. */
NODISCARD enum err obj_point_find(struct txn *t, struct span account, struct span name,
    struct arena *a, struct rec_point *out, struct fail *fail);
/* name: of the point that has the alias. E_NOT_FOUND. */
NODISCARD enum err obj_point_by_alias(struct txn *t, struct span alias, struct arena *a,
    struct span *account, struct span *name, struct rec_point *out);
/* E_POINT_OWNED when there is one; E_NO_SUCH_BUCKET; rec->bucket_id is set. [in a write fn]
 */
NODISCARD enum err obj_point_create(struct txn *t, struct span account, struct span name,
    struct rec_point *rec, struct fail *fail);
/* In place of the one that is there, same alias. [in a write fn] */
NODISCARD enum err obj_point_put(
    struct txn *t, struct span account, struct span name, const struct rec_point *rec);
NODISCARD enum err obj_point_delete(
    struct txn *t, struct span account, struct span name, struct fail *fail);
/* In the order of names, behind after; row() says whether to go on. */
NODISCARD enum err obj_point_each(struct txn *t, struct span account, struct span after,
    bool (*row)(void *ctx, struct span name, const struct rec_point *rec), void *ctx);
/* Does a bucket have any, of whatever account? */
NODISCARD enum err obj_point_any(struct txn *t, uint64_t bucket_id, bool *out);

/* The account's public access block, as content of a PublicAccessBlockConfiguration:
 * E_NO_SUCH_PUBLIC_BLOCK when there is none. Borrows from the snapshot. */
NODISCARD enum err obj_point_account_block(
    struct txn *t, struct span account, struct span *inner);
/* inner.p == NULL: none any more. [in a write fn] */
NODISCARD enum err obj_point_account_block_set(
    struct txn *t, struct span account, struct span inner);

#endif
