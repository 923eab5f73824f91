/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that changes threads. A pool runs tasks on worker threads; a serial runs its tasks
 * in order, one at a time, on a pool; an inbox brings tasks back to the thread that owns
 * it, which watches a descriptor. A task is embedded in what it works on and may be posted
 * again once it has started to run.
 */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <stdbool.h>

#include "base/lock.h"
#include "base/mini.h"

struct task {
	struct task *next;
	void (*fn)(struct task *t);
};

struct task_pool;
struct inbox;

/* Threads start at the first post. name shows in ps (15 bytes). */
struct task_pool *task_pool_new(unsigned threads, const char *name);
void task_pool_free(struct task_pool **pool); /* runs what is queued, then joins */
void task_post(struct task_pool *pool, struct task *t); /* [any] */

/* Caller's memory. Free it only when its tasks have run. */
struct serial {
	struct lock lock;
	struct task_pool *pool;
	struct task *head, **tail;
	struct task run;
	bool busy;
};

void serial_init(struct serial *s, struct task_pool *pool);
void serial_fini(struct serial *s);
void serial_post(struct serial *s, struct task *t); /* [any] */

struct inbox *inbox_new(void);
void inbox_free(struct inbox **in);
int inbox_fd(const struct inbox *in); /* readable when tasks wait */
void inbox_post(struct inbox *in, struct task *t); /* [any] */
void inbox_run(struct inbox *in); /* runs what waits [owner] */
/* What this thread posts between these two wakes each owner once, at the end. */
void inbox_gather_begin(void);
void inbox_gather_end(void);

/* A thread with all signals blocked; dies when it cannot be made. */
void thread_start(pthread_t *out, const char *name, void *(*fn)(void *), void *arg);

#endif
