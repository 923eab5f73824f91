/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/lock.h"

#include <errno.h>
#include <time.h>

#include "base/mini.h"

#ifdef ENABLE_DEBUG
enum { HELD_MAX = 8 };
static _Thread_local enum lock_rank held[HELD_MAX];
static _Thread_local unsigned held_count;

static void
rank_take(enum lock_rank rank)
{
	MUST(held_count < HELD_MAX);
	MUST(held_count == 0 || held[held_count - 1] < rank);
	held[held_count++] = rank;
}

static void
rank_drop(enum lock_rank rank)
{
	MUST(held_count > 0 && held[held_count - 1] == rank);
	held_count--;
}
#else
#define rank_take(rank) ((void)(rank))
#define rank_drop(rank) ((void)(rank))
#endif

void
lock_init(struct lock *l, enum lock_rank rank)
{
	MUST(pthread_mutex_init(&l->mutex, NULL) == 0);
	l->rank = rank;
}

void
lock_fini(struct lock *l)
{
	MUST(pthread_mutex_destroy(&l->mutex) == 0);
}

void
lock_take(struct lock *l)
{
	rank_take(l->rank);
	MUST(pthread_mutex_lock(&l->mutex) == 0);
}

void
lock_drop(struct lock *l)
{
	rank_drop(l->rank);
	MUST(pthread_mutex_unlock(&l->mutex) == 0);
}

void
cond_init(struct cond *c)
{
	pthread_condattr_t attr;

	MUST(pthread_condattr_init(&attr) == 0);
	MUST(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	MUST(pthread_cond_init(&c->cond, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
}

void
cond_fini(struct cond *c)
{
	MUST(pthread_cond_destroy(&c->cond) == 0);
}

void
cond_wait(struct cond *c, struct lock *l)
{
	MUST(pthread_cond_wait(&c->cond, &l->mutex) == 0);
}

int
cond_wait_us(struct cond *c, struct lock *l, uint64_t us)
{
	struct timespec ts;
	int rc;

	MUST(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	ts.tv_sec += (time_t)(us / 1000000);
	ts.tv_nsec += (long)(us % 1000000) * 1000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	rc = pthread_cond_timedwait(&c->cond, &l->mutex, &ts);
	MUST(rc == 0 || rc == ETIMEDOUT);
	return rc;
}

int
cond_wait_ms(struct cond *c, struct lock *l, uint64_t ms)
{
	return cond_wait_us(c, l, ms * 1000);
}

void
cond_signal(struct cond *c)
{
	MUST(pthread_cond_signal(&c->cond) == 0);
}

void
cond_broadcast(struct cond *c)
{
	MUST(pthread_cond_broadcast(&c->cond) == 0);
}
