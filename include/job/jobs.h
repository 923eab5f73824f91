/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is due by the store's clock (base/clock.h, clock_now_ms()) and happens without being
 * asked for: one thread that runs jobs in bounded steps, and moves the clock. All a job has
 * to remember is in the store, so a restart or a move of the clock is nothing special.
 */
#ifndef JOB_JOBS_H
#define JOB_JOBS_H

#include "base/err.h"
#include "base/task.h"

struct jobs;
struct store;

struct job {
	const char *name;
	void *ctx;
	/* When it wants to run next, by the store's clock; INT64_MAX: not as things stand. */
	int64_t (*due)(void *ctx);
	/* A bounded piece of what is due at now_ms; *more: there is more of it. */
	enum err (*step)(void *ctx, int64_t now_ms, bool *more);
	/* Are others still doing what is due? A clock that is moved waits for them. Or NULL. */
	bool (*busy)(void *ctx);
};

enum { JOBS_MAX = 16 };

/* longest_ms: how late it may notice that something is due sooner than it was. */
struct jobs *jobs_new(struct store *store, uint64_t longest_ms);
void jobs_add(struct jobs *j, const struct job *job); /* before jobs_start() */
/* The clock as the store last had it, then the thread. */
NODISCARD enum err jobs_start(struct jobs *j, struct fail *fail);
/* The step that runs is the last one. Moves that wait, and later ones, get E_GONE. */
void jobs_stop(struct jobs *j);
void jobs_free(struct jobs **j);

/* ---- moving the clock ---- */
enum jobs_move_kind {
	MOVE_TO, /* ms: a time */
	MOVE_BY, /* ms: from now */
	MOVE_FREEZE,
	MOVE_THAW,
	MOVE_REAL /* as the machine's clock, running */
};
/* Between now and then all that is due happens, each thing at its own time and in order;
 * then() comes when it has. Remembered by the store. */
struct jobs_move {
	enum jobs_move_kind kind;
	int64_t ms;
	void (*then)(struct jobs_move *m); /* [job thread] */
	enum err err; /* out */
	struct jobs_move *next;
};
void jobs_move(struct jobs *j, struct jobs_move *m); /* [any] */
NODISCARD enum err jobs_move_wait(struct jobs *j, enum jobs_move_kind kind, int64_t ms);

#endif
