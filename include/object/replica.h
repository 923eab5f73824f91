/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replication in the index: what a change means for other places is written down in the
 * change's own transaction, as rows of work, which are taken off again with what became of
 * them. To buckets of this store replicas are made here, without moving a byte; who sends
 * them elsewhere is job/replicator.c.
 */
#ifndef OBJECT_REPLICA_H
#define OBJECT_REPLICA_H

#include "model/rec_repl.h"
#include "model/replication.h"
#include "object/kms.h"
#include "object/version.h"

/* The rules of a bucket; n = 0 where it has none. Arena memory, and borrowed from t. */
NODISCARD enum err obj_replica_rules(
    struct txn *t, const struct rec_bucket *b, struct arena *a, struct replication *out);

/* ---- changes on their way: called by those that make them. [in a write fn] ---- */

/* One version being made. */
struct obj_replica {
	const struct replication_rule **rule;
	size_t n;
	struct span source; /* name of the bucket */
	bool arrived;
};
/* Before its attrs and its row are written: status and ids of rec and attrs. */
NODISCARD enum err obj_replica_begin(struct txn *t, const struct rec_bucket *b,
    struct span key, struct rec_object *rec, struct arena *a, struct attrs *attrs,
    struct obj_replica *out);
/* Behind that. */
NODISCARD enum err obj_replica_end(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec, const struct obj_replica *r);
/* A delete marker, before its row; obj_replica_end() behind it. */
NODISCARD enum err obj_replica_marker_begin(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_drop *how, struct arena *a,
    struct rec_object *marker, struct obj_replica *out);
/* A version that is going; attrs are looked at while they are there. */
NODISCARD enum err obj_replica_gone(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec, const struct obj_drop *how);
/* What a version has besides its body changes to attrs, which get the new status. */
NODISCARD enum err obj_replica_change(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec, bool arrived, struct arena *a,
    struct attrs *attrs);

/* ---- work ---- */

/* Where rules send to: the number of its rows. E_NOT_FOUND: there is no such place. */
NODISCARD enum err obj_replica_queue(
    struct txn *t, const struct rec_bucket *b, struct span arn, uint64_t *queue);
/* One row more. [in a write fn] */
NODISCARD enum err obj_work_add(struct txn *t, uint64_t queue, struct rec_work *w);
/* First row of the lane, or of the first lane behind (queue, lane) with after. E_NOT_FOUND.
 */
struct obj_work_at {
	uint8_t key[WORK_KEY];
	uint64_t queue;
	unsigned lane;
};
NODISCARD enum err obj_work_first(struct txn *t, uint64_t queue, unsigned lane,
    struct obj_work_at *at, struct span *row);
NODISCARD enum err obj_work_lane_after(
    struct txn *t, bool start, uint64_t queue, unsigned lane, struct obj_work_at *at);

enum work_end { WORK_DONE, WORK_FAILED, WORK_VOID /* there is nothing to do any more */ };
/* The row at key goes; the version it is of learns of it, and so does who asked for events.
 * reason: of a failure, in AWS's word. out: what it was (arena). E_NOT_FOUND: somebody was
 * quicker. [in a write fn] */
NODISCARD enum err obj_work_end(struct txn *t, const struct obj_work_at *at,
    enum work_end how, const char *reason, struct arena *a, struct rec_work *out);
/* Rows of rules with a threshold that have missed it are told of, at most max a call; from:
 * where the call before ended, zeroed for the first. [in a write fn] */
NODISCARD enum err obj_work_overdue(
    struct txn *t, struct obj_work_at *from, size_t max, bool *more);
/* Each row there is, queue by queue, till row() says no. */
NODISCARD enum err obj_work_each(
    struct txn *t, bool (*row)(void *ctx, const struct rec_work *w), void *ctx);
/* The row again, as it is in w. [in a write fn] */
NODISCARD enum err obj_work_put(
    struct txn *t, const struct obj_work_at *at, const struct rec_work *w);

/* The bucket of a row: E_NOT_FOUND where it is gone. */
NODISCARD enum err obj_work_bucket(
    struct txn *t, const struct rec_work *w, struct rec_bucket *b);
/* The version that a row is of, in its own bucket: E_NOT_FOUND where it is gone. */
NODISCARD enum err obj_work_version(struct txn *t, const struct rec_work *w,
    struct rec_bucket *b, struct rec_object *rec);
/* Its rule as it is now: E_NOT_FOUND where it is gone. */
NODISCARD enum err obj_work_rule(struct txn *t, const struct rec_bucket *b,
    const struct rec_work *w, struct arena *a, struct replication_rule *out);
/* What w asks for in a bucket of this store. WORK_VOID, or why it cannot be done.
 * [in a write fn] */
NODISCARD enum err obj_work_apply(struct txn *t, const struct kms *k,
    const struct rec_work *w, int64_t now_ms, struct arena *a, enum work_end *end);

/* A row for that version, but for where to. */
struct rec_work obj_work_of(const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, enum work_kind kind);

/* ---- looking through what is there (job/replicate_scan.c) ---- */
NODISCARD enum err obj_scan_get(
    struct txn *t, uint64_t bucket_id, uint64_t queue, struct rec_scan *out);
NODISCARD enum err obj_scan_put(
    struct txn *t, uint64_t bucket_id, uint64_t queue, const struct rec_scan *r);
/* Begins want, in place of one that may run: E_NOT_FOUND: there is no such place. */
NODISCARD enum err obj_scan_start(
    struct txn *t, const struct rec_bucket *b, const struct rec_scan *want);
NODISCARD enum err obj_scan_each(struct txn *t,
    bool (*row)(void *ctx, uint64_t bucket_id, uint64_t queue, const struct rec_scan *r),
    void *ctx);
/* That version is queued, if the rules say so; scan counts. [in a write fn] */
NODISCARD enum err obj_scan_version(struct txn *t, const struct rec_bucket *b,
    uint64_t queue, struct rec_scan *scan, struct span key, uint64_t number,
    struct arena *a);

/* ---- what may be there twice (job/replicate_doubt.c) ---- */
enum { DOUBT_KEY = 16 };
struct obj_doubt_at {
	uint8_t key[DOUBT_KEY];
	int64_t due_ms; /* real time */
};
/* To be looked at then. [in a write fn] */
NODISCARD enum err obj_doubt_add(
    struct txn *t, int64_t due_ms, const struct rec_doubt *r);
/* The first that is due; borrows from t. E_NOT_FOUND. */
NODISCARD enum err obj_doubt_first(
    struct txn *t, struct obj_doubt_at *at, struct span *row);
NODISCARD enum err obj_doubt_del(
    struct txn *t, const struct obj_doubt_at *at); /* OK: none, too */

/* ---- counts ---- */
NODISCARD enum err obj_stat_get(
    struct txn *t, uint64_t bucket_id, uint64_t queue, struct rec_stat *out);

/* ---- remote targets ---- */
/* Borrows from t; E_NOT_FOUND. */
NODISCARD enum err obj_target_get(struct txn *t, struct span arn, struct rec_target *out);
NODISCARD enum err obj_target_row(struct txn *t, struct span arn, struct span *row);
NODISCARD enum err obj_target_put(
    struct txn *t, struct span arn, const struct rec_target *r);
/* E_NO_REMOTE_TARGET; E_REMOTE_TARGET_USED: a rule sends there. */
NODISCARD enum err obj_target_delete(
    struct txn *t, const struct rec_bucket *b, struct span arn, struct fail *fail);
/* A bucket has another id from now on, or is gone (0): so are its targets, and its counts
 * begin anew. */
NODISCARD enum err obj_targets_move(struct txn *t, uint64_t from, uint64_t to);
NODISCARD enum err obj_target_each(struct txn *t,
    bool (*row)(void *ctx, struct span arn, const struct rec_target *r), void *ctx);

#endif
