/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/task.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

enum { MANY = 1000 };

struct job {
	struct task task;
	_Atomic int *done;
	int number, *next; /* expected order */
	_Atomic int *inside;
	struct task_pool *pool;
	struct inbox *inbox;
	int left;
};

static void
job_count(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	atomic_fetch_add(j->done, 1);
}

static void
task_pool_free_runs_all(void **state)
{
	struct task_pool *pool = task_pool_new(3, "a name longer than fifteen bytes");
	struct job *jobs = mem_array(MANY, sizeof *jobs);
	_Atomic int done = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		jobs[i] = (struct job){ .task.fn = job_count, .done = &done };
		task_post(pool, &jobs[i].task);
	}
	task_pool_free(&pool);
	assert_null(pool);
	assert_int_equal(done, MANY);
	task_pool_free(&pool);
	mem_free(jobs);
}

static void
task_pool_unused(void **state)
{
	struct task_pool *pool = task_pool_new(4, "unused");

	(void)state;
	task_pool_free(&pool);
}

/* All threads of a pool must be able to be busy at once: each waits for the others. */
static void
job_meet(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	atomic_fetch_add(j->done, 1);
	for (int i = 0; i < 10000 && atomic_load(j->done) < 4; i++)
		(void)usleep(1000);
}

static void
task_post_in_parallel(void **state)
{
	struct task_pool *pool = task_pool_new(4, "meet");
	static struct job
	    jobs[20][4]; /* of each round its own: a slow thread may still look */
	static _Atomic int done[20];

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 4; i++) {
			jobs[round][i] =
			    (struct job){ .task.fn = job_meet, .done = &done[round] };
			task_post(pool, &jobs[round][i].task);
		}
		for (int i = 0; i < 10000 && atomic_load(&done[round]) < 4; i++)
			(void)usleep(1000);
		assert_int_equal(done[round], 4);
	}
	task_pool_free(&pool);
}

/* A task may be posted again once it has started to run. */
static void
job_again(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	if (--j->left > 0)
		task_post(j->pool, t);
	else
		atomic_store(j->done, 1);
}

static void
task_post_from_a_task(void **state)
{
	struct task_pool *pool = task_pool_new(2, "again");
	_Atomic int done = 0;
	struct job j = { .task.fn = job_again, .done = &done, .pool = pool, .left = 100 };

	(void)state;
	task_post(pool, &j.task);
	for (int i = 0; i < 10000 && !atomic_load(&done); i++)
		(void)usleep(1000);
	assert_int_equal(done, 1);
	task_pool_free(&pool);
}

static void
job_in_order(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	if (atomic_fetch_add(j->inside, 1) == 0 && *j->next == j->number)
		++*j->next;
	atomic_fetch_sub(j->inside, 1);
	atomic_fetch_add(j->done, 1);
}

static void
serial_post_keeps_order(void **state)
{
	enum { SERIALS = 3 };
	struct task_pool *pool = task_pool_new(4, "serial");
	struct serial serial[SERIALS];
	struct job *jobs = mem_array(SERIALS * MANY, sizeof *jobs);
	_Atomic int done = 0, inside[SERIALS] = { 0 };
	int next[SERIALS] = { 0 };

	(void)state;
	for (int s = 0; s < SERIALS; s++)
		serial_init(&serial[s], pool);
	for (int i = 0; i < SERIALS * MANY; i++) {
		int s = i % SERIALS;

		jobs[i] = (struct job){ .task.fn = job_in_order,
			.done = &done,
			.inside = &inside[s],
			.next = &next[s],
			.number = i / SERIALS };
		serial_post(&serial[s], &jobs[i].task);
	}
	for (int s = 0; s < SERIALS; s++)
		serial_fini(&serial[s]); /* waits until its tasks have run */
	for (int s = 0; s < SERIALS; s++)
		assert_int_equal(next[s], MANY);
	assert_int_equal(done, SERIALS * MANY);
	task_pool_free(&pool);
	mem_free(jobs);
}

static void
job_reply(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	t->fn = job_in_order;
	inbox_post(j->inbox, t);
}

/* Work goes to a pool of one and comes back in order, and the descriptor tells. */
static void
inbox_brings_back(void **state)
{
	struct task_pool *pool = task_pool_new(1, "reply");
	struct inbox *inbox = inbox_new();
	struct job *jobs = mem_array(MANY, sizeof *jobs);
	struct pollfd pfd = { .fd = inbox_fd(inbox), .events = POLLIN };
	_Atomic int done = 0, inside = 0;
	int next = 0;

	(void)state;
	assert_int_equal(poll(&pfd, 1, 0), 0);
	for (int i = 0; i < MANY; i++) {
		jobs[i] = (struct job){ .task.fn = job_reply,
			.done = &done,
			.inside = &inside,
			.next = &next,
			.number = i,
			.inbox = inbox };
		task_post(pool, &jobs[i].task);
	}
	while (done < MANY) {
		assert_int_equal(poll(&pfd, 1, 10000), 1);
		inbox_run(inbox);
	}
	assert_int_equal(next, MANY);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	inbox_run(inbox); /* with nothing in it */
	task_pool_free(&pool);
	inbox_free(&inbox);
	assert_null(inbox);
	inbox_free(&inbox);
	mem_free(jobs);
}

/* What a task posts to its own inbox runs in the next round, not in this one. */
static void
job_bounce(struct task *t)
{
	struct job *j = CONTAINER_OF(t, struct job, task);

	if (--j->left > 0)
		inbox_post(j->inbox, t);
}

static void
inbox_run_takes_one_round(void **state)
{
	struct inbox *inbox = inbox_new();
	struct pollfd pfd = { .fd = inbox_fd(inbox), .events = POLLIN };
	struct job j = { .task.fn = job_bounce, .inbox = inbox, .left = 3 };

	(void)state;
	inbox_post(inbox, &j.task);
	for (int left = 2; left >= 0; left--) {
		assert_int_equal(poll(&pfd, 1, 0), 1);
		inbox_run(inbox);
		assert_int_equal(j.left, left);
	}
	assert_int_equal(poll(&pfd, 1, 0), 0);
	inbox_free(&inbox);
}

static void *
blocked_signals(void *arg)
{
	sigset_t set;

	(void)pthread_sigmask(SIG_SETMASK, NULL, &set);
	*(int *)arg = sigismember(&set, SIGTERM) == 1 && sigismember(&set, SIGHUP) == 1;
	return NULL;
}

static void
thread_start_blocks_signals(void **state)
{
	pthread_t thread;
	sigset_t set;
	int blocked = 0;

	(void)state;
	thread_start(
	    &thread, "a name longer than fifteen bytes", blocked_signals, &blocked);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(blocked, 1);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &set);
	assert_int_equal(sigismember(&set, SIGTERM), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(task_pool_free_runs_all),
		cmocka_unit_test(task_pool_unused),
		cmocka_unit_test(task_post_in_parallel),
		cmocka_unit_test(task_post_from_a_task),
		cmocka_unit_test(serial_post_keeps_order),
		cmocka_unit_test(inbox_brings_back),
		cmocka_unit_test(inbox_run_takes_one_round),
		cmocka_unit_test(thread_start_blocks_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
