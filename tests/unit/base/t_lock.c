/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/lock.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/task.h"
#include "child.h"

struct shared {
	struct lock lock;
	struct cond cond;
	int count;
	bool go;
};

static void *
count_up(void *arg)
{
	struct shared *s = arg;

	for (int i = 0; i < 20000; i++) {
		lock_take(&s->lock);
		s->count++;
		lock_drop(&s->lock);
	}
	return NULL;
}

static void
lock_take_excludes(void **state)
{
	struct shared s = { 0 };
	pthread_t thread[4];

	(void)state;
	lock_init(&s.lock, LOCK_STORE);
	for (int i = 0; i < 4; i++)
		thread_start(&thread[i], "count", count_up, &s);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(s.count, 80000);
	lock_fini(&s.lock);
}

static void
lock_take_in_rank(void **state)
{
	struct lock a, b;

	(void)state;
	lock_init(&a, LOCK_SERVER);
	lock_init(&b, LOCK_OBS);
	lock_take(&a);
	lock_take(&b);
	lock_drop(&b);
	lock_drop(&a);
	lock_take(&b);
	lock_drop(&b);
	lock_fini(&a);
	lock_fini(&b);
}

#ifdef ENABLE_DEBUG
static int
child_out_of_rank(void)
{
	struct lock a, b;

	lock_init(&a, LOCK_SERVER);
	lock_init(&b, LOCK_OBS);
	lock_take(&b);
	lock_take(&a);
	return 0;
}

static int
child_twice(void)
{
	struct lock a, b;

	lock_init(&a, LOCK_STORE);
	lock_init(&b, LOCK_STORE); /* equal ranks are no order */
	lock_take(&a);
	lock_take(&b);
	return 0;
}

static int
child_not_held(void)
{
	struct lock a;

	lock_init(&a, LOCK_STORE);
	lock_drop(&a);
	return 0;
}

static void
lock_take_out_of_rank(void **state)
{
	(void)state;
	assert_int_equal(child_run(child_out_of_rank), -SIGABRT);
	assert_int_equal(child_run(child_twice), -SIGABRT);
	assert_int_equal(child_run(child_not_held), -SIGABRT);
}
#endif

static void
cond_wait_ms_times_out(void **state)
{
	struct shared s = { 0 };
	uint64_t before = clock_mono_us(), took;
	int rc = 0;

	(void)state;
	lock_init(&s.lock, LOCK_POOL);
	cond_init(&s.cond);
	lock_take(&s.lock);
	while (rc == 0)
		rc = cond_wait_ms(&s.cond, &s.lock, 30);
	lock_drop(&s.lock);
	took = clock_mono_us() - before;
	assert_int_equal(rc, ETIMEDOUT);
	assert_true(took >= 29000);
	cond_fini(&s.cond);
	lock_fini(&s.lock);
}

static void *
answer(void *arg)
{
	struct shared *s = arg;

	lock_take(&s->lock);
	while (!s->go)
		cond_wait(&s->cond, &s->lock);
	s->count++;
	cond_broadcast(&s->cond);
	lock_drop(&s->lock);
	return NULL;
}

static void
cond_wakes(void **state)
{
	struct shared s = { 0 };
	pthread_t thread[3];

	(void)state;
	lock_init(&s.lock, LOCK_POOL);
	cond_init(&s.cond);
	for (int i = 0; i < 3; i++)
		thread_start(&thread[i], "answer", answer, &s);
	lock_take(&s.lock);
	s.go = true;
	cond_broadcast(&s.cond);
	while (s.count < 3)
		assert_int_equal(cond_wait_ms(&s.cond, &s.lock, 10000), 0);
	lock_drop(&s.lock);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	cond_fini(&s.cond);
	lock_fini(&s.lock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lock_take_excludes),
		cmocka_unit_test(lock_take_in_rank),
#ifdef ENABLE_DEBUG
		cmocka_unit_test(lock_take_out_of_rank),
#endif
		cmocka_unit_test(cond_wait_ms_times_out),
		cmocka_unit_test(cond_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
