/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects whose bytes lie at another store: the records' side. What is there is named in
 * table remote while an object has it, and in table errand before and after that, so that
 * at any moment one of the two knows of it. Moving bytes is job/tiers.h's business.
 */
#ifndef OBJECT_REMOTE_H
#define OBJECT_REMOTE_H

#include "base/task.h"
#include "model/archive.h"
#include "model/rec_remote.h"
#include "object/version.h"

/* Bytes at tiers; blocks. n at off of what r names, as kept. [worker] */
struct obj_remote_io {
	void *ctx;
	enum err (*read)(void *ctx, const struct rec_remote *r, uint64_t off, void *to,
	    size_t n, struct fail *fail);
	/* Has t run on a worker where such reads may block; false: no more, the server
	 * stops. [any] */
	bool (*post)(void *ctx, struct task *t);
};

/* Where rec's bytes are; E_CORRUPT where nothing says so. */
NODISCARD enum err obj_remote_find(
    struct txn *t, const struct rec_object *rec, struct arena *a, struct rec_remote *out);
/* What rec's body here is made of, for T_REMOTE: pieces, and heads of sealed ones. */
NODISCARD enum err obj_remote_describe(
    struct txn *t, const struct rec_object *rec, struct arena *a, struct rec_remote *out);

/* rec, whose class belongs in a tier or is to become class, is to be brought there. Only
 * once, however often it is said. [in a write fn] */
NODISCARD enum err obj_remote_order(struct txn *t, uint64_t bucket_id, struct span bucket,
    struct span key, const struct rec_object *rec, uint8_t class);
/* rec goes for good: what is there is to go too. [in a write fn] */
NODISCARD enum err obj_remote_drop(struct txn *t, const struct rec_object *rec);

NODISCARD enum err obj_errand_put(struct txn *t, const struct rec_errand *r);
/* OK also when there is none. [in a write fn] */
NODISCARD enum err obj_errand_del(struct txn *t, enum errand_kind kind, uint64_t number);

/* The version that an errand is about, if it is still there and the same one: else
 * E_NOT_FOUND. */
NODISCARD enum err obj_remote_target(struct txn *t, const struct rec_errand *r,
    struct rec_bucket *b, struct rec_object *out);

/* The bytes of r's version are there, under to: rec, which was read before, points there
 * and has none here. E_NOT_FOUND: it is not what it was. [in a write fn] */
NODISCARD enum err obj_remote_moved(struct txn *t, const struct rec_errand *r,
    const struct rec_object *seen, const struct rec_remote *to, int64_t now_ms);
/* The bytes of r's version are here again, all of them as body, and stay until
 * then. [in a write fn] */
NODISCARD enum err obj_remote_fetched(struct txn *t, const struct rec_errand *r,
    const struct rec_remote *from, const struct blob_ref *body, int64_t now_ms,
    int64_t until_ms, bool *used);
/* The copy here has been kept long enough: it goes. [in a write fn] */
NODISCARD enum err obj_remote_released(
    struct txn *t, const struct rec_errand *r, int64_t now_ms);

/* Of RestoreObject, when its side is written: the errands that do it. restore says how
 * long; again: the copy is here, and stays longer. [in a write fn] */
NODISCARD enum err obj_remote_restore(struct txn *t, uint64_t bucket_id,
    struct span bucket, struct span key, const struct rec_object *rec,
    const struct restore *restore, unsigned days, bool again);

#endif
