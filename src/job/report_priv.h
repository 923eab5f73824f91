/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What daily reports have in common: when they are due by the store's clock, how far today's
 * are, which the store remembers, and how their files get into a bucket. What a report says
 * is its kind's. One thread.
 */
#ifndef REPORT_PRIV_H
#define REPORT_PRIV_H

#include "job/jobs.h"
#include "model/rec.h"
#include "store/store.h"

struct report_kind {
	const char *name; /* "inventory": in the log, and of its state in the store */
	/* The next report behind the cursor: *open, and the cursor is at it. */
	enum err (*find)(void *ctx, bool *open);
	/* A bounded piece of the open one; *done: it is over, written or not. */
	enum err (*step)(void *ctx, bool *done);
	/* Forgets the open one, of which anything may be there. */
	void (*close)(void *ctx);
	/* It will not be written today. */
	void (*give_up)(void *ctx, const char *why);
};

struct report {
	const struct report_kind *kind;
	void *ctx;
	struct store *store;
	struct reader *reader;
	/* how far the newest round is; in the store */
	bool running;
	int64_t began_ms, before_ms; /* this round, and the one before it */
	struct buf bucket, config; /* the last report that was done; n = 0: none */
	/* not in the store */
	bool loaded, idle; /* idle: no bucket wants any, as of seen */
	bool any; /* a configuration that wants reports was met in this round */
	bool open;
	unsigned tries;
	uint64_t seen; /* changes of the table of documents */
	int64_t next_ms;
};

void report_init(struct report *r, const struct report_kind *kind, void *ctx,
    struct store *store, struct reader *reader);
void report_fini(struct report *r);

/* Of struct job. */
int64_t report_due(struct report *r);
NODISCARD enum err report_step(struct report *r, int64_t now_ms, bool *more);

/* The configuration id of the open report, whose files go to bucket to. */
struct report_place {
	struct span id, to;
	struct span account; /* that must own to besides the source's owner, or "" */
	const char *owner; /* ACCOUNT_DIGITS: of the source's owner */
};
/* NULL: its files can be written there. Else why not, by whoever looks at it. */
NODISCARD enum err report_refused(
    struct report *r, const struct report_place *at, const char **why);
/* One file; what went wrong is in the log. */
NODISCARD enum err report_put(struct report *r, const struct report_place *at,
    struct span key, struct span data, const char *type);
/* There is none today. */
void report_lost(const struct report *r, const struct report_place *at, const char *why);

#endif
