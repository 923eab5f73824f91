/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines of many connections at no cost: all of one kind wait equally long, so each kind
 * is a list in order of expiry and setting one is a move to its tail. One libevent timer per
 * loop stands at or before the earliest head. [loop]
 */
#ifndef HTTP_DEADLINE_PRIV_H
#define HTTP_DEADLINE_PRIV_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdint.h>

enum deadline_kind {
	DEADLINE_NONE,
	DEADLINE_IDLE,
	DEADLINE_HEAD,
	DEADLINE_BODY,
	DEADLINE_LINGER,
	DEADLINE_KINDS
};

struct deadline {
	struct deadline *next, **link;
	uint64_t at_us;
	enum deadline_kind kind;
};

struct deadline_set {
	struct deadline *head[DEADLINE_KINDS], **tail[DEADLINE_KINDS];
	uint64_t wait_us[DEADLINE_KINDS];
	struct event timer;
	uint64_t timer_us; /* 0: not set */
	void (*expired)(struct deadline *d);
};

/* fire(arg) is called when something may have expired and calls deadline_run(), which calls
 * expired() for each that has. */
void deadline_init(struct deadline_set *s, struct event_base *base,
    const uint64_t wait_ms[DEADLINE_KINDS], event_callback_fn fire,
    void (*expired)(struct deadline *d), void *arg);
void deadline_fini(struct deadline_set *s);
/* Wait of that kind from now; DEADLINE_NONE: no more. */
void deadline_set(
    struct deadline_set *s, struct deadline *d, enum deadline_kind kind, uint64_t now_us);
void deadline_run(struct deadline_set *s, uint64_t now_us);

#endif
