/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named, ranked mutexes (locks.def). Under --enable-debug taking one out of rank, or
 * releasing one that is not held, aborts. None is held over I/O or a task_post().
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdint.h>

enum lock_rank {
#define LOCK(name, rank, what) LOCK_##name = rank,
#include "base/locks.def"
#undef LOCK
};

struct lock {
	pthread_mutex_t mutex;
	enum lock_rank rank;
};

struct cond {
	pthread_cond_t cond; /* on the monotonic clock */
};

void lock_init(struct lock *l, enum lock_rank rank);
void lock_fini(struct lock *l);
void lock_take(struct lock *l);
void lock_drop(struct lock *l);

void cond_init(struct cond *c);
void cond_fini(struct cond *c);
void cond_wait(struct cond *c, struct lock *l);
/* Wait at most ms milliseconds; returns 0 when woken, ETIMEDOUT otherwise. */
int cond_wait_ms(struct cond *c, struct lock *l, uint64_t ms);
int cond_wait_us(struct cond *c, struct lock *l, uint64_t us);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

#endif
