/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this layer call of each other. [in a write fn] */
#ifndef OBJ_PRIV_H
#define OBJ_PRIV_H

#include "model/side.h"
#include "object/object.h"

/* One of them, without the rest; SPAN_NONE for none. Borrowed from the transaction. [in a
 * read or write fn] */
NODISCARD enum err obj_side(
    struct txn *t, const struct rec_object *rec, enum side_kind s, struct span *out);
/* What a listing shows instead of key: all up to the first delimiter behind prefix. n == 0:
 * there is none. */
static inline struct span
obj_common(struct span key, struct span prefix, struct span delimiter)
{
	size_t at;

	if (delimiter.n == 0)
		return SPAN_NONE;
	at = span_search(key, delimiter, prefix.n);
	return at == key.n ? SPAN_NONE : span_head(key, at + delimiter.n);
}
/* The attrs of rec become these; rec's flag for them follows, its row is the caller's. */
NODISCARD enum err obj_attrs_put(
    struct txn *t, struct rec_object *rec, const struct attrs *attrs);
/* The row of rec again, wherever that version's place is. */
NODISCARD enum err obj_row_rewrite(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec);
/* The row of an older version again. */
NODISCARD enum err obj_version_rewrite(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec);

/* What rec holds besides its row: body, metadata, parts. */
NODISCARD enum err obj_release(struct txn *t, const struct rec_object *rec);
/* At most max parts of an upload; *more: there may be more. */
NODISCARD enum err obj_parts_remove(
    struct txn *t, uint64_t upload, size_t max, bool *more);

/* obj_dropped.c: what the bucket's spaces and its id still hold goes in the background. */
NODISCARD enum err obj_dropped_add(struct txn *t, const struct rec_bucket *b);

/* obj_lock.c: may it go? E_OBJECT_LOCKED. */
NODISCARD enum err obj_lock_check(
    struct txn *t, const struct rec_object *rec, const struct obj_drop *how);
/* attrs of a version being made get the bucket's default retention, where there is one and
 * they have none. */
NODISCARD enum err obj_lock_default(struct txn *t, const struct rec_bucket *b,
    const struct rec_object *rec, struct arena *a, struct attrs *attrs);
NODISCARD enum err obj_lock_keeps_versioning(
    struct txn *t, const struct rec_bucket *b, struct fail *fail);
/* A version that has an origin is found by it. */
NODISCARD enum err obj_origin_put(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec);
bool obj_origin_is_there(struct txn *t, const struct rec_bucket *b, struct span key,
    const uint8_t origin[ORIGIN_SIZE]);
/* The version of that number, wherever its place is. E_NOT_FOUND. */
NODISCARD enum err obj_version_at(struct txn *t, const struct rec_bucket *b,
    struct span key, uint64_t number, struct rec_object *out);
/* obj_replica.c: so do rules that replicate versions. */
NODISCARD enum err obj_replica_keeps_versioning(
    struct txn *t, const struct rec_bucket *b, struct fail *fail);

/* Before a version more of a key that has some: E_TOO_MANY_VERSIONS where it would be more
 * than most (0: no limit). [in a write fn] */
NODISCARD enum err obj_room_take(
    struct txn *t, const struct rec_bucket *b, struct span key, uint64_t most);

#endif
