/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <pthread.h>

#include "base/mem.h"
#include "obs/counts.h"

#include <cmocka.h>

static uint64_t
taken(struct counts_set *s, size_t *rows)
{
	struct counts_taken *row;
	uint64_t sum = 0;

	*rows = counts_take(s, &row);
	for (size_t i = 0; i < *rows; i++)
		for (unsigned n = 0; n < COUNTS_MAX; n++)
			sum += row[i].n[n];
	mem_free(row);
	return sum;
}

static void
what_was_added_is_taken_once(void **state)
{
	struct counts_set *s = counts_set_new();
	struct counts *a = counts_join(s), *b = counts_join(s);
	struct counts_taken *row;
	size_t n;

	(void)state;
	assert_int_equal(taken(s, &n), 0);
	counts_add(a, 7, 1, 0, 1);
	counts_add(a, 7, 1, 0, 1);
	counts_add(a, 7, 2, 3, 10);
	counts_add(b, 7, 1, COUNTS_MAX - 1, 100);
	assert_int_equal(counts_added(s), 4);
	assert_int_equal(taken(s, &n), 112);
	assert_int_equal(n, 3);
	assert_int_equal(taken(s, &n), 0);
	counts_add(a, 7, 1, 0, 5);
	n = counts_take(s, &row);
	assert_int_equal(n, 1);
	assert_true(row->key == 7 && row->sub == 1 && row->n[0] == 5);
	counts_give_back(s, row, n);
	mem_free(row);
	assert_int_equal(taken(s, &n), 5);
	counts_set_free(&s);
	assert_null(s);
}

/* More keys than are kept: none of their counts is lost. */
static void
many_keys(void **state)
{
	enum { KEYS = 20000 };
	struct counts_set *s = counts_set_new();
	struct counts *c = counts_join(s);
	uint64_t sum = 0;
	size_t n;

	(void)state;
	for (uint64_t k = 1; k <= KEYS; k++) {
		counts_add(c, k, 0, 1, k);
		counts_add(c, 1, 0, 1, 1);
		if (k % 3000 == 0)
			sum += taken(s, &n);
	}
	sum += taken(s, &n);
	assert_int_equal(sum, (uint64_t)KEYS * (KEYS + 1) / 2 + KEYS);
	assert_true(c->rows < KEYS);
	counts_set_free(&s);
}

enum { ADDS = 200000 };

static void *
adder(void *arg)
{
	struct counts *c = arg;

	for (uint64_t i = 0; i < ADDS; i++)
		counts_add(c, i % 5000, 0, i % COUNTS_MAX, 1);
	return NULL;
}

static void
taken_while_added(void **state)
{
	struct counts_set *s = counts_set_new();
	pthread_t thread[2];
	uint64_t sum = 0;
	size_t n;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&thread[i], NULL, adder, counts_join(s)), 0);
	while (counts_added(s) < 2 * ADDS)
		sum += taken(s, &n);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	sum += taken(s, &n);
	assert_int_equal(sum, 2 * ADDS);
	counts_set_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_taken_once),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(taken_while_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
