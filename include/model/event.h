/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: their names, and the record of one that waits in the outbox. What a message looks
 * like is made of it when it is delivered (job/).
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/rec.h"

enum event {
	EVENT_NONE, /* a change that no message tells of */
#define EVENT(sym, name, other, wild) EVENT_##sym,
#include "model/events.def"
#undef EVENT
	EVENT_COUNT
};
_Static_assert(EVENT_COUNT <= 64, "a set of events is 64 bits");

const char *event_name(enum event e); /* "s3:ObjectCreated:Put"; "" of none */
/* The one that MinIO tells the same by, or EVENT_NONE. */
enum event event_other(enum event e);
static inline uint64_t
event_bit(enum event e)
{
	return e == EVENT_NONE ? 0 : UINT64_C(1) << e;
}
/* A name, or "s3:ObjectCreated:*", to the set it means; false: there is none such. */
bool event_set(struct span name, uint64_t *out);

/* One that waits for one target. Borrows. */
enum { EVENT_HAS_VERSION = 1, EVENT_HAS_OBJECT = 2, EVENT_IS_TEST = 4 };
struct rec_event {
	uint8_t event, flags;
	uint64_t number; /* what AWS calls sequencer; rises */
	int64_t time_ms;
	uint64_t size;
	struct span bucket, region, account; /* of the bucket's owner */
	struct span key, version, etag, type;
	struct span meta; /* rec_attrs: the x-amz-meta-... of a new object */
	struct span principal, address, request_id, host_id, agent;
	struct span access_key, requester; /* that signed; its account */
	struct span config; /* Id of the part of the configuration that asked for it */
	/* What only some events tell: a restored copy's end, a replication's start, how long
	 * it took; storage class or tier; of a replication its rule, destination, operation,
	 * reason; of a copy where it is from: destination is the bucket, reason the key. */
	int64_t when_ms, took_ms;
	struct span class, rule, destination, operation, reason;
	/* delivery, in real time */
	int64_t queued_ms;
	uint32_t attempts;
	struct span failure; /* of the last attempt */
};
void rec_event_put(struct buf *out, const struct rec_event *r);
NODISCARD enum err rec_event_get(struct span in, struct rec_event *out);

/* ---- what a bucket asks for, made of its configuration when that is put ---- */
struct watch_rule {
	uint64_t events;
	struct span prefix, suffix, arn, id;
};
void watch_put(struct buf *out, const struct watch_rule *r);
/* The next rule of what watch_put() appended; false: there is none, or *bad. */
bool watch_next(struct span *in, struct watch_rule *out, bool *bad);
bool watch_matches(const struct watch_rule *r, uint64_t events, struct span key);

#endif
