/* SPDX-License-Identifier: Apache-2.0 */
/* Between the notifier (notifier.c), its lanes (lane.c) and what an operator sees of them
 * (notifier_show.c). */
#ifndef NOTIFIER_PRIV_H
#define NOTIFIER_PRIV_H

#include "job/notifier.h"
#include "model/outbox.h"

enum { FAILURE_MAX = 256 };

/* One target's queue, and the thread that empties it. */
struct lane {
	struct lane *next;
	struct notifier *of;
	const struct target_conf *conf;
	const struct target_kind *kind;
	pthread_t thread;
	struct cond cond;
	/* under the notifier's lock */
	bool work;
	uint64_t sent;
	unsigned failures; /* attempts since the last that did not fail */
	int64_t since_ms; /* when they began, in real time */
	char failure[FAILURE_MAX];
};

struct notifier {
	struct notifier_conf conf;
	struct store_watch watch;
	pthread_t thread;
	struct lock lock;
	struct cond cond;
	/* under lock */
	bool stop, changed;
	struct lane *lane;
	uint64_t lost; /* events, as last said in the log */
};

/* ---- lane.c ---- */
/* With the lock held: there is something in the queue of conf. */
void lane_wake(struct notifier *n, const struct target_conf *conf);
void lane_stop_all(struct notifier *n); /* the notifier is stopping */
void lane_free_all(struct notifier *n);

#endif
