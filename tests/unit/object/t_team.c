/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "object/team.h"

#include <cmocka.h>

enum { MEMBERS = 40, TASKS = 9, STEP = 20000 };

struct posted {
	struct team_task task;
	struct upload *upload;
	unsigned number;
};

struct upload {
	struct team_member member;
	struct posted posted[TASKS];
	char bytes[TASKS * STEP];
	size_t n;
	unsigned done;
	sem_t *told;
};

static void
on_done(struct team_task *t)
{
	struct posted *p = CONTAINER_OF(t, struct posted, task);

	/* In order. */
	assert_int_equal(p->number, p->upload->done);
	p->upload->done++;
	assert_int_equal(sem_post(p->upload->told), 0);
}

static void
post(struct upload *u, unsigned number, size_t n, bool pressing)
{
	struct posted *p = &u->posted[number];

	*p = (struct posted){
		{ .p = u->bytes + u->n, .n = n, .pressing = pressing, .done = on_done },
		u, number
	};
	u->n += n;
	team_post(&u->member, &p->task);
}

static void
wait_for(sem_t *told, unsigned n)
{
	struct timespec until;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &until), 0);
	until.tv_sec += 30;
	while (n-- > 0)
		assert_int_equal(sem_timedwait(told, &until), 0);
}

static void
check(struct upload *u)
{
	uint8_t want[16], got[16];

	md5_end(&u->member.md5, got);
	digest_of(DIGEST_MD5, span_of(u->bytes, u->n), want);
	assert_memory_equal(got, want, 16);
}

/* More than a round takes, tasks of any length, some of nothing. */
static void
team_many_members(void **state)
{
	struct task_pool *pool = task_pool_new(2, "worker");
	struct team *team = team_new(pool);
	struct upload *all = mem_zalloc(MEMBERS * sizeof *all);
	unsigned seed = 3;
	sem_t told;

	(void)state;
	assert_int_equal(sem_init(&told, 0, 0), 0);
	for (unsigned i = 0; i < MEMBERS; i++) {
		all[i].told = &told;
		for (size_t j = 0; j < sizeof all[i].bytes; j++)
			all[i].bytes[j] = (char)rand_r(&seed);
		team_join(team, &all[i].member);
	}
	for (unsigned k = 0; k < TASKS; k++)
		for (unsigned i = 0; i < MEMBERS; i++)
			post(&all[i], k, (size_t)rand_r(&seed) % STEP * (k != 4),
			    k + 1 == TASKS);
	wait_for(&told, MEMBERS * TASKS);
	for (unsigned i = 0; i < MEMBERS; i++) {
		check(&all[i]);
		team_leave(&all[i].member);
	}
	task_pool_free(&pool);
	team_free(&team);
	assert_int_equal(sem_destroy(&told), 0);
	mem_free(all);
}

/* A member that sends nothing holds the others up no longer than they can wait. */
static void
team_who_waits(void **state)
{
	struct task_pool *pool = task_pool_new(2, "worker");
	struct team *team = team_new(pool);
	struct upload *all = mem_zalloc(2 * sizeof *all);
	sem_t told;

	(void)state;
	assert_int_equal(sem_init(&told, 0, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		all[i].told = &told;
		team_join(team, &all[i].member);
	}
	post(&all[0], 0, 1000, false);
	assert_int_equal(sem_trywait(&told), -1);
	post(&all[0], 1, 1000, true);
	wait_for(&told, 2);
	post(&all[0], 2, 1000, false);
	assert_int_equal(sem_trywait(&told), -1);
	post(&all[1], 0, 77, false); /* now everybody has something */
	wait_for(&told, 2);
	post(&all[0], 3, 1000, false);
	assert_int_equal(sem_trywait(&told), -1);
	team_leave(&all[1].member); /* nobody to wait for any more */
	wait_for(&told, 1);
	check(&all[0]);
	team_leave(&all[0].member);
	task_pool_free(&pool);
	team_free(&team);
	assert_int_equal(sem_destroy(&told), 0);
	mem_free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(team_many_members),
		cmocka_unit_test(team_who_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
