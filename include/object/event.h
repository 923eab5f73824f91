/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a change to an object, in the transaction that makes it: rows of the
 * outbox (model/outbox.h) for whom the bucket's notifications name, and for who listens.
 * Every change comes by here: replication looks at it too. Where nobody watches a bucket
 * this is one test of its record.
 */
#ifndef OBJECT_EVENT_H
#define OBJECT_EVENT_H

#include "model/event.h"
#include "model/outbox.h"

/* Who made the change, as messages tell. The spans live until the write is done. */
struct obj_actor {
	struct span principal; /* "AWS:AIDA..." */
	struct span address, agent, request_id, host_id;
	struct span access_key, account; /* n = 0: nobody signed */
};

struct obj_change {
	enum event event; /* EVENT_NONE: of interest to replication alone */
	const struct rec_bucket *bucket; /* as obj_bucket_find() found it */
	struct span key;
	const struct rec_object *rec; /* the version; NULL: there was none */
	const struct attrs *attrs; /* its own; NULL: look for them, if you need them */
	const struct obj_actor *by; /* NULL: the server itself */
	int64_t now_ms;
	/* as in struct rec_event */
	int64_t when_ms, took_ms;
	struct span class, rule, destination, operation, reason;
};

/* Somebody listens to these events in whatever bucket; 0: nobody any more. The queue's name
 * in the outbox: no target can have it. [any] */
#define OBJ_EVENT_LIVE "live"
void obj_event_listen(uint64_t events);
uint64_t obj_event_live(void);
/* Who may be told: queue() gives the name that the queue of an ARN's target has in the
 * outbox; n = 0: there is no such target, and nothing is kept for it. NULL: each ARN is its
 * own queue. In one queue at most waiting wait (0: no limit). [before anything is written] */
struct obj_event_conf {
	struct span (*queue)(const void *ctx, struct span arn);
	const void *ctx;
	uint64_t waiting;
};
void obj_event_setup(const struct obj_event_conf *conf);

static inline bool
obj_event_wanted(const struct rec_bucket *b)
{
	return b->watch != 0 || obj_event_live() != 0;
}
/* Behind the change itself. [in a write fn] */
NODISCARD enum err obj_event_write(struct txn *t, const struct obj_change *c);
static inline NODISCARD enum err
obj_event(struct txn *t, const struct obj_change *c)
{
	return obj_event_wanted(c->bucket) ? obj_event_write(t, c) : OK;
}

/* Does anybody ask to be told of reads (s3:ObjectAccessed:...)? */
bool obj_event_reads(const struct rec_bucket *b);
/* Something else than a change: a read. Rows for who asked for it. */
NODISCARD enum err obj_event_tell(struct txn *t, const struct obj_change *c);

/* What is to come of the restore that c tells of, by its side: that it is done, and that the
 * copy is gone. */
NODISCARD enum err obj_event_restore(
    struct txn *t, const struct obj_change *c, struct span side);

/* "s3:TestEvent" for one destination: of c the bucket, its author and the time. */
NODISCARD enum err obj_event_test(
    struct txn *t, const struct obj_change *c, struct span arn);

/* One of those who watch the bucket's changes begins, or ends. [in a write fn] */
NODISCARD enum err obj_event_watch(
    struct txn *t, struct span bucket, enum watch who, bool on);

/* The rules of a bucket's notifications (watch_put() of each), beside its document: n = 0
 * for none. Sets WATCH_EVENTS too. [in a write fn] */
NODISCARD enum err obj_event_rules_put(
    struct txn *t, struct span bucket, uint64_t bucket_id, struct span rules);

#endif
