/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/be.h"
#include "base/clock.h"
#include "model/meter.h"

#include "storekit.h"

#define DAY_MS INT64_C(86400000)
#define JANUARY_MS INT64_C(1798761600000) /* of 2027 */
enum { JANUARY = 57 * 12, FEBRUARY, MARCH };

static int
setup(void **state)
{
	clock_freeze(true);
	return storekit_setup(state);
}

static void
writes(void **state, store_fn fn)
{
	struct storekit *f = *state;

	assert_int_equal(store_write_wait(f->store, fn, NULL), OK);
}

struct sums {
	uint64_t bucket;
	struct meter month[4]; /* from January */
	unsigned others;
};

static bool
sum_row(void *ctx, const struct meter_row *r)
{
	struct sums *s = ctx;

	if (r->bucket != s->bucket || r->month < JANUARY || r->month > JANUARY + 3)
		s->others++;
	else
		s->month[r->month - JANUARY] = r->meter;
	return true;
}

static struct sums
kept(struct txn *t, uint64_t bucket)
{
	struct sums s = { .bucket = bucket };

	assert_int_equal(meter_each(t, sum_row, &s), OK);
	return s;
}

/* ---- storage ---- */

/* 1,000 bytes from the 2nd, 200,000 more from the 3rd at noon until the 5th, then nothing is
 * asked until the 2nd of March. */
static enum err
months_pass(struct txn *t, void *arg)
{
	const meter_sum january = 31 - 1, february = 28;
	struct sums s;
	struct usage u;

	(void)arg;
	clock_set_ms(JANUARY_MS + DAY_MS);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, 1, 1000), OK);
	clock_set_ms(JANUARY_MS + 2 * DAY_MS + DAY_MS / 2);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, 1, 200000), OK);
	clock_set_ms(JANUARY_MS + 4 * DAY_MS);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, -1, -200000), OK);
	clock_set_ms(JANUARY_MS + (31 + 28 + 1) * DAY_MS);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, 0, 0), OK);
	s = kept(t, 1);
	assert_int_equal(s.others, 0);
	assert_true(s.month[0].sum[METER_BYTE_MS] ==
	    (january * 2000 + 3 * 200000) * (meter_sum)(DAY_MS / 2));
	assert_true(s.month[0].sum[METER_OBJECT_MS] ==
	    (january * 2 + 3) * (meter_sum)(DAY_MS / 2));
	assert_true(s.month[0].sum[METER_SMALL_MS] == january * (meter_sum)DAY_MS);
	assert_true(s.month[0].sum[METER_LACK_MS] ==
	    january * (meter_sum)DAY_MS * (METER_SMALL - 1000));
	/* peaks: the 3rd, the 4th, and the 5th, which began with it */
	assert_true(s.month[0].sum[METER_BYTE_DAYS] == january * 1000 + 3 * 200000);
	assert_true(s.month[1].sum[METER_BYTE_MS] == february * 1000 * (meter_sum)DAY_MS);
	assert_true(s.month[1].sum[METER_BYTE_DAYS] == february * 1000);
	assert_int_equal(usage_get(t, 1, CLASS_STANDARD, &u), OK);
	assert_true(u.sum[METER_BYTE_MS] == 1000 * (meter_sum)DAY_MS);
	assert_true(u.objects == 1 && u.small == 1 && u.lack == METER_SMALL - 1000);
	return OK;
}

static void
storage_over_months(void **state)
{
	writes(state, months_pass);
}

/* A day that is lived twice counts twice; nothing is negative. */
static enum err
goes_back(struct txn *t, void *arg)
{
	struct usage u;
	struct sums s;

	(void)arg;
	clock_set_ms(JANUARY_MS + 31 * DAY_MS);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 1, 10), OK);
	clock_set_ms(JANUARY_MS + 32 * DAY_MS);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 0, 0), OK);
	clock_set_ms(JANUARY_MS + 31 * DAY_MS);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 0, 0), OK);
	clock_set_ms(JANUARY_MS + 32 * DAY_MS);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 0, 0), OK);
	assert_int_equal(usage_get(t, 2, CLASS_STANDARD, &u), OK);
	assert_true(u.sum[METER_BYTE_MS] == 20 * (meter_sum)DAY_MS);
	/* into the month before: what was added up stays where it is of */
	clock_set_ms(JANUARY_MS + 5 * DAY_MS);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 0, 0), OK);
	s = kept(t, 2);
	assert_true(s.month[1].sum[METER_BYTE_MS] == 20 * (meter_sum)DAY_MS);
	assert_int_equal(usage_get(t, 2, CLASS_STANDARD, &u), OK);
	assert_true(u.sum[METER_BYTE_MS] == 0 && u.at_ms == JANUARY_MS + 5 * DAY_MS);
	return OK;
}

static void
clock_put_back(void **state)
{
	writes(state, goes_back);
}

/* Rows of an older store have two numbers: they are read, and are metered from now on. */
static enum err
old_row(struct txn *t, void *arg)
{
	uint8_t key[9], value[16];
	struct usage u;

	(void)arg;
	be64_put(key, 3);
	key[8] = CLASS_GLACIER;
	be64_put(value, 2);
	be64_put(value + 8, 3000);
	assert_int_equal(
	    table_put(t, T_USAGE, span_of(key, 9), span_of(value, sizeof value)), OK);
	assert_int_equal(usage_get(t, 3, CLASS_GLACIER, &u), OK);
	assert_true(u.objects == 2 && u.bytes == 3000 && u.at_ms == 0 && u.small == 0);
	clock_set_ms(JANUARY_MS);
	assert_int_equal(usage_add(t, 3, CLASS_GLACIER, 0, 0), OK);
	clock_set_ms(JANUARY_MS + DAY_MS);
	assert_int_equal(usage_add(t, 3, CLASS_GLACIER, -1, -1000), OK);
	assert_int_equal(usage_get(t, 3, CLASS_GLACIER, &u), OK);
	assert_true(u.objects == 1 && u.bytes == 2000 && u.small == 0 && u.lack == 0);
	assert_true(u.sum[METER_BYTE_MS] == 3000 * (meter_sum)DAY_MS);
	return OK;
}

static void
rows_of_old(void **state)
{
	writes(state, old_row);
}

/* ---- months ---- */

static enum err
added(struct txn *t, void *arg)
{
	struct meter m = { 0 };
	struct sums s;
	struct span name;

	(void)arg;
	for (unsigned i = 0; i < METER_FIELDS; i++)
		m.sum[i] = (meter_sum)1 << (i * 4);
	m.sum[0] = ~(meter_sum)0 >> 1;
	assert_int_equal(meter_add(t, JANUARY, 4, CLASS_STANDARD_IA, &m), OK);
	m.sum[0] = 1;
	assert_int_equal(meter_add(t, JANUARY, 4, CLASS_STANDARD_IA, &m), OK);
	s = kept(t, 4);
	assert_true(s.month[0].sum[0] == (meter_sum)1 << 127);
	for (unsigned i = 1; i < METER_FIELDS; i++)
		assert_true(s.month[0].sum[i] == (meter_sum)2 << (i * 4));
	assert_int_equal(meter_drop(t, 4), OK);
	s = kept(t, 4);
	assert_true(s.month[0].sum[0] == 0);
	assert_int_equal(meter_name(t, 4, &name), OK);
	assert_int_equal(name.n, 0);
	return OK;
}

static void
months_are_added(void **state)
{
	writes(state, added);
}

/* What a bucket had up to its end is kept under its name. */
static enum err
gone(struct txn *t, void *arg)
{
	struct sums s;
	struct span name;

	(void)arg;
	clock_set_ms(JANUARY_MS);
	assert_int_equal(usage_add(t, 5, CLASS_STANDARD, 1, 10), OK);
	clock_set_ms(JANUARY_MS + 40 * DAY_MS);
	assert_int_equal(usage_add(t, 5, CLASS_STANDARD, -1, -10), OK);
	assert_int_equal(
	    usage_bucket_gone(t, 5, SPAN_LIT("bkt"), JANUARY_MS + 50 * DAY_MS), OK);
	assert_int_equal(usage_drop(t, 5), OK);
	s = kept(t, 5);
	assert_true(s.month[0].sum[METER_BYTE_DAYS] == 310);
	assert_true(s.month[1].sum[METER_BYTE_DAYS] == 100); /* nine days, and that one */
	assert_true(s.month[1].sum[METER_BYTE_MS] == 90 * (meter_sum)DAY_MS);
	assert_int_equal(meter_name(t, 5, &name), OK);
	assert_true(span_is(name, "bkt"));
	assert_int_equal(meter_drop(t, 0), OK);
	assert_int_equal(meter_name(t, 5, &name), OK);
	assert_int_equal(name.n, 0);
	return OK;
}

static void
buckets_that_are_gone(void **state)
{
	writes(state, gone);
}

static enum err
damaged(struct txn *t, void *arg)
{
	static const char *const bad[] = { "", "\x02", "\x01\x80",
		"\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		"\x80"
		"\x80\x01",
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
		"\x01"
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" };
	uint8_t key[11] = { 1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0 };
	struct meter m = { 0 };
	struct sums s = { 0 };

	(void)arg;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(
		    table_put(t, T_METER, span_of(key, 11), span_str(bad[i])), OK);
		assert_int_equal(meter_each(t, sum_row, &s), E_CORRUPT);
		assert_int_equal(meter_add(t, 256, 9, 0, &m), E_CORRUPT);
	}
	assert_int_equal(meter_drop(t, 9), OK);
	assert_int_equal(table_put(t, T_METER, SPAN_LIT("key"), SPAN_LIT("\x01")), OK);
	assert_int_equal(meter_each(t, sum_row, &s), E_CORRUPT);
	return table_clear(t, T_METER);
}

static void
rows_that_are_damaged(void **state)
{
	writes(state, damaged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storage_over_months),
		cmocka_unit_test(clock_put_back),
		cmocka_unit_test(rows_of_old),
		cmocka_unit_test(months_are_added),
		cmocka_unit_test(buckets_that_are_gone),
		cmocka_unit_test(rows_that_are_damaged),
	};

	return cmocka_run_group_tests(tests, setup, storekit_teardown);
}
