/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control lists in the index: a bucket's is a document of it, an object's a side of
 * the version. One that is private and the bucket owner's is not stored. And the bucket's
 * settings that say what lists mean. All calls run inside a transaction.
 */
#ifndef OBJECT_ACL_H
#define OBJECT_ACL_H

#include "model/acl.h"
#include "object/object.h"

/* Who owns what others upload, and whether there are lists at all (enforced: there are
 * none). The numbers are a setting's. */
enum obj_ownership {
	OWNERSHIP_ENFORCED,
	OWNERSHIP_PREFERRED,
	OWNERSHIP_WRITER,
	OWNERSHIPS
};
bool obj_ownership_find(struct span name, uint8_t *out);

NODISCARD enum err obj_ownership(struct txn *t, const struct rec_bucket *b, uint8_t *out);

/* *stored false: private. Spans are the arena's or the snapshot's. */
NODISCARD enum err obj_acl_bucket(struct txn *t, const struct rec_bucket *b,
    struct arena *a, struct acl *out, bool *stored);
/* rendered: by acl_render(); p == NULL: private again. [in a write fn] */
NODISCARD enum err obj_acl_bucket_put(struct txn *t, struct span bucket,
    uint64_t bucket_id, struct span rendered, struct fail *fail);
/* Of a bucket just made. [in a write fn] */
NODISCARD enum err obj_ownership_put(
    struct txn *t, struct span bucket, uint8_t ownership, struct fail *fail);

/* The owner that a version's list names, borrowed; p == NULL: the bucket's. */
NODISCARD enum err obj_acl_owner(
    struct txn *t, const struct rec_object *rec, struct span *owner);

#endif
