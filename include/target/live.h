/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who listens to events as they happen (MinIO's ListenBucketNotification): what is told is
 * copied to each listener that asked for it, up to a limit; who falls behind further is cut,
 * and knows it by that. Nothing is kept for who is not there. [any]
 */
#ifndef TARGET_LIVE_H
#define TARGET_LIVE_H

#include "base/buf.h"
#include "base/task.h"

struct live;

enum {
	LIVE_ROOM = 1 << 20,
	LIVE_MAX = 1000
}; /* bytes a listener may be behind; listeners */

struct live_listener; /* one request's */
struct live_want {
	uint64_t events; /* a set (model/event.h) */
	struct span account; /* 12 digits, of the buckets' owner; n = 0: whosever */
	struct span bucket; /* n = 0: all of them */
	const struct span *prefix, *suffix; /* any of them; none: whatever the key */
	size_t nprefix, nsuffix;
};

/* told: what all of them want, whenever that changes, with the lock held; 0: nobody is
 * there. */
struct live *live_new(void (*told)(uint64_t events));
void live_stop(struct live *l); /* who listens is sent home, and who comes now too */
void live_free(struct live **l);

/* want is copied. task is posted to inbox when there is something to take, and each second;
 * not again before it has called live_woken(). NULL: there are LIVE_MAX already. */
struct live_listener *live_begin(
    struct live *l, const struct live_want *want, struct inbox *inbox, struct task *task);
void live_woken(struct live_listener *w);
/* Appends what there is to out. LIVE_CUT: it fell behind, and lacks what came after that;
 * LIVE_END: no more will come. */
enum live_state { LIVE_ON, LIVE_CUT, LIVE_END };
enum live_state live_take(struct live_listener *w, struct buf *out);
/* true: the task is still to run, or runs: who owns it may go when it has. */
bool live_end(struct live_listener **w);

/* What happened, and the line that tells it. */
struct live_event {
	uint64_t events;
	struct span account, bucket, key, line;
};
void live_tell(struct live *l, const struct live_event *e);

#endif
