/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/tally.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <pthread.h>

#include <cmocka.h>

enum { MANY = 100000 };

static void
tally_counts(void **state)
{
	static const struct tally_one given[] = {
		{ .status = 200, .received = 10, .sent = 0, .wait_us = 50000 },
		{ .status = 206, .received = 0, .sent = 7, .wait_us = 50001 },
		{ .status = 404, .wait_us = 10000001 },
		{ .status = 503, .canceled = 1 },
	};
	struct tally_set *all = tally_set_new(2);
	struct tally *t = tally_join(all), *u = tally_join(all);
	struct tally_sum sum;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		tally_request(i % 2 == 0 ? t : u, 1, &given[i]);
	tally_sum(all, 1, &sum);
	assert_int_equal(sum.count[TALLY_REQUESTS], 4);
	assert_int_equal(sum.count[TALLY_4XX], 1);
	assert_int_equal(sum.count[TALLY_5XX], 1);
	assert_int_equal(sum.count[TALLY_CANCELED], 1);
	assert_int_equal(sum.count[TALLY_RECEIVED], 10);
	assert_int_equal(sum.count[TALLY_SENT], 7);
	assert_int_equal(sum.count[TALLY_WAIT_US], 10100002);
	assert_int_equal(sum.within[0], 2); /* a bound is within */
	assert_int_equal(sum.within[1], 1);
	assert_int_equal(sum.within[TALLY_BOUNDS], 1);
	tally_sum(all, 0, &sum);
	assert_int_equal(sum.count[TALLY_REQUESTS], 0);
	tally_bump(&t->begun, 3);
	tally_bump(&u->begun, 1);
	tally_bump(&t->ended, 2);
	assert_int_equal(tally_open(all), 2);
	tally_set_free(&all);
	assert_null(all);
}

static void *
counts(void *arg)
{
	struct tally *t = tally_join(arg);
	const struct tally_one one = { .status = 200, .sent = 1 };

	for (int i = 0; i < MANY; i++) {
		tally_bump(&t->begun, 1);
		tally_request(t, 0, &one);
		tally_bump(&t->ended, 1);
	}
	return NULL;
}

/* Nothing is lost, and who asks in between sees no more than there was. */
static void
tally_of_threads(void **state)
{
	struct tally_set *all = tally_set_new(1);
	struct tally_sum sum;
	uint64_t before = 0;
	pthread_t thread[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, counts, all), 0);
	for (int i = 0; i < 1000; i++) {
		tally_sum(all, 0, &sum);
		assert_true(sum.count[TALLY_REQUESTS] >= before);
		assert_true(tally_open(all) <= UINT64_C(3) * MANY);
		before = sum.count[TALLY_REQUESTS];
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	tally_sum(all, 0, &sum);
	assert_int_equal(sum.count[TALLY_REQUESTS], 3 * MANY);
	assert_int_equal(sum.count[TALLY_SENT], 3 * MANY);
	assert_int_equal(tally_open(all), 0);
	tally_set_free(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tally_counts),
		cmocka_unit_test(tally_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
