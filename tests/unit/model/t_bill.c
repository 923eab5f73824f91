/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "codec/stamp.h"
#include "model/bill.h"

#include <cmocka.h>
#undef fail_msg

#define MONTH_MS(days) ((meter_sum)(days)*86400000)
#define GIB (UINT64_C(1) << 30)
#define GB UINT64_C(1000000000)

/* January 2027 has 31 days. */
enum { JANUARY = 57 * 12, FEBRUARY, APRIL = JANUARY + 3 };

static const struct bill_line *
line_of(const struct bill *b, unsigned class, enum bill_item item)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->line[i].class == class && b->line[i].item == item)
			return &b->line[i];
	return NULL;
}

static void
expect(const struct bill *b, unsigned class, enum bill_item item, uint64_t amount)
{
	const struct bill_line *l = line_of(b, class, item);

	assert_non_null(l);
	assert_int_equal(l->amount, amount);
}

static void
months(void **state)
{
	(void)state;
	assert_int_equal(stamp_month(0), 0);
	assert_int_equal(stamp_month(INT64_C(1798761600000)), JANUARY);
	assert_int_equal(stamp_month(INT64_C(1798761599999)), JANUARY - 1);
	for (unsigned m = 0; m < 3000; m++) {
		assert_int_equal(stamp_month(stamp_month_ms(m)), m);
		assert_int_equal(stamp_month(stamp_month_ms(m + 1) - 1), m);
	}
}

/* A GB for all of a month is a GB-month, however long it is. */
static void
storage_of_aws(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	struct bill b;

	(void)state;
	bill_init(&b, BILL_AWS);
	of[CLASS_STANDARD].sum[METER_BYTE_MS] = MONTH_MS(31) * GIB;
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_STANDARD, BILL_STORAGE, 23000000);
	assert_true(b.line[0].used == 1000000 && b.line[0].charged == 1000000);
	of[CLASS_STANDARD].sum[METER_BYTE_MS] = MONTH_MS(28) * GIB;
	bill_month(&b, FEBRUARY, of);
	assert_int_equal(b.amount, 46000000);
	assert_int_equal(b.line[1].month, FEBRUARY);
	bill_fini(&b);
}

/* To the nearest, once. */
static void
rounding(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	const meter_sum nano = MONTH_MS(31) * GIB; /* divided by the price */
	struct bill b;

	(void)state;
	of[CLASS_STANDARD].sum[METER_BYTE_MS] = nano / 23000000 / 2 - 1;
	bill_init(&b, BILL_AWS);
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_STANDARD, BILL_STORAGE, 0);
	bill_fini(&b);
	of[CLASS_STANDARD].sum[METER_BYTE_MS] = nano / 23000000 / 2 + 1;
	bill_init(&b, BILL_AWS);
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_STANDARD, BILL_STORAGE, 1);
	bill_fini(&b);
}

/* An exabyte for a month neither wraps nor loses a byte. */
static void
large(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	struct bill b;

	(void)state;
	of[CLASS_STANDARD].sum[METER_BYTE_MS] = MONTH_MS(31) * (UINT64_C(1) << 60);
	bill_init(&b, BILL_AWS);
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_STANDARD, BILL_STORAGE, UINT64_C(23000000) << 30);
	assert_true(b.line[0].used == (meter_sum)1000000 << 30);
	bill_fini(&b);
}

static void
least_size_and_overhead(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	struct bill b;

	(void)state;
	/* a million objects of 28 KB in each, for all of April */
	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		meter_sum *s = of[class].sum;

		s[METER_OBJECT_MS] = MONTH_MS(30) * 1000000;
		s[METER_SMALL_MS] = s[METER_OBJECT_MS];
		s[METER_BYTE_MS] = s[METER_OBJECT_MS] * (28 << 10);
		s[METER_LACK_MS] = s[METER_OBJECT_MS] * (100 << 10);
	}
	bill_init(&b, BILL_AWS);
	bill_month(&b, APRIL, of);
	/* 28e6 KB, 128e6 KB, (28 + 32)e6 KB, 8e6 KB */
	expect(&b, CLASS_STANDARD, BILL_STORAGE, 614166260);
	expect(&b, CLASS_STANDARD_IA, BILL_STORAGE, 1525878906);
	expect(&b, CLASS_GLACIER, BILL_STORAGE, 205993652);
	expect(&b, CLASS_GLACIER, BILL_EXTRA, 175476074);
	assert_null(line_of(&b, CLASS_STANDARD_IA, BILL_EXTRA));
	assert_null(line_of(&b, CLASS_INTELLIGENT_TIERING, BILL_MONITOR));
	of[CLASS_INTELLIGENT_TIERING].sum[METER_SMALL_MS] = MONTH_MS(30) * 400000;
	b.n = 0;
	bill_month(&b, APRIL, of);
	expect(&b, CLASS_INTELLIGENT_TIERING, BILL_MONITOR, UINT64_C(600000) * 2500);
	bill_fini(&b);
}

static void
requests_of_aws(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	meter_sum *s = of[CLASS_GLACIER].sum;
	struct bill b;

	(void)state;
	s[METER_A_BOTH] = 3;
	s[METER_A_AWS] = 1;
	s[METER_A_R2] = 100;
	s[METER_B_BOTH] = 5;
	s[METER_B_NONE] = 7;
	s[METER_FREE] = 9;
	s[METER_TRANSITIONS] = 2;
	s[METER_RESTORES_STANDARD] = 1;
	s[METER_RESTORED_STANDARD] = GIB;
	s[METER_RESTORES_EXPEDITED] = 2;
	s[METER_RESTORED_EXPEDITED] = GIB / 2;
	s[METER_RETRIEVED] = GIB; /* it was charged when it was restored */
	bill_init(&b, BILL_AWS);
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_GLACIER, BILL_A, 4 * 30000);
	expect(&b, CLASS_GLACIER, BILL_B, 5 * 400);
	expect(&b, CLASS_GLACIER, BILL_TRANSITIONS, 2 * 30000);
	assert_int_equal(
	    b.amount, 6 * 30000 + 5 * 400 + 50000 + 10000000 + 2 * 10000000 + 15000000);
	assert_true(b.a == 6 && b.b == 5 && b.free == 116);
	bill_fini(&b);
}

/* R2's own examples (developers.cloudflare.com/r2/pricing). */
static void
examples_of_r2(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	meter_sum *s = of[CLASS_STANDARD].sum;
	struct bill b;

	(void)state;
	s[METER_BYTE_DAYS] = (meter_sum)30 * 1000 * GB;
	s[METER_A_BOTH] = 1000;
	s[METER_B_BOTH] = 1000000;
	bill_init(&b, BILL_R2);
	bill_month(&b, JANUARY, of);
	assert_int_equal(b.amount, UINT64_C(14850000000));
	bill_fini(&b);

	s[METER_BYTE_DAYS] = (meter_sum)30 * 100000 * 100000;
	s[METER_A_BOTH] = 100000;
	s[METER_B_BOTH] = 300000000;
	bill_init(&b, BILL_R2);
	bill_month(&b, JANUARY, of);
	assert_int_equal(b.amount, UINT64_C(104400000000));
	bill_fini(&b);

	memset(of, 0, sizeof of);
	s = of[CLASS_STANDARD_IA].sum;
	s[METER_BYTE_DAYS] = (meter_sum)5 * 1000 * GB;
	s[METER_EARLY_BYTE_DAYS] = (meter_sum)25 * 1000 * GB;
	s[METER_A_BOTH] = 1000;
	s[METER_B_BOTH] = 1000000;
	s[METER_RETRIEVED] = 1000 * GB;
	bill_init(&b, BILL_R2);
	bill_month(&b, JANUARY, of);
	assert_int_equal(b.amount, UINT64_C(29900000000));
	bill_fini(&b);
}

static void
whole_units_of_r2(void **state)
{
	struct meter of[CLASS_COUNT] = { 0 };
	meter_sum *s = of[CLASS_STANDARD].sum;
	struct bill b;

	(void)state;
	s[METER_BYTE_DAYS] = (meter_sum)30 * 10 * GB + 1;
	s[METER_A_BOTH] = 1000001;
	s[METER_B_R2] = 10000000;
	bill_init(&b, BILL_R2);
	bill_month(&b, JANUARY, of);
	expect(&b, CLASS_STANDARD, BILL_STORAGE, 15000000);
	expect(&b, CLASS_STANDARD, BILL_A, UINT64_C(4500000000));
	expect(&b, CLASS_STANDARD, BILL_B, 0);
	assert_true(
	    line_of(&b, CLASS_STANDARD, BILL_A)->charged == (meter_sum)1000000 * 1000000);
	bill_fini(&b);
}

static void
what_would_be(void **state)
{
	struct usage of[CLASS_COUNT] = { 0 };

	(void)state;
	of[CLASS_GLACIER] =
	    (struct usage){ .objects = 1 << 15, .bytes = 9 * GIB }; /* 1 GiB of 32 KB */
	assert_int_equal(bill_storage(BILL_AWS, of), 36000000 + 23000000 / 4);
	assert_int_equal(bill_move(BILL_AWS, CLASS_GLACIER, 1000), 30000000);
	assert_int_equal(bill_move(BILL_R2, CLASS_STANDARD_IA, 1), UINT64_C(9000000000));
	assert_int_equal(bill_move(BILL_R2, CLASS_STANDARD, 1), 0);
	assert_int_equal(
	    bill_move(BILL_R2, CLASS_STANDARD, 1000001), UINT64_C(4500000000));
}

static void
table_holds_together(void **state)
{
	enum bill_service s;

	(void)state;
	for (unsigned i = 0; i < BILL_SERVICES; i++) {
		assert_true(bill_price((enum bill_service)i, CLASS_STANDARD)->there);
		assert_non_null(bill_note((enum bill_service)i, 0));
		for (unsigned c = 0; c < CLASS_COUNT; c++) {
			unsigned days = bill_price((enum bill_service)i, c)->days;

			/* the meter keeps the rest of one least time only */
			assert_true(days == 0 || days == bill_least_days(c));
		}
	}
	assert_true(bill_service_find(SPAN_LIT("r2"), &s) && s == BILL_R2);
	assert_false(bill_service_find(SPAN_LIT("minio"), &s));
	assert_int_equal(bill_class(BILL_R2, CLASS_GLACIER), CLASS_STANDARD);
	assert_int_equal(bill_class(BILL_AWS, 200), CLASS_STANDARD);
	assert_int_equal(bill_least_days(200), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months),
		cmocka_unit_test(storage_of_aws),
		cmocka_unit_test(rounding),
		cmocka_unit_test(large),
		cmocka_unit_test(least_size_and_overhead),
		cmocka_unit_test(requests_of_aws),
		cmocka_unit_test(examples_of_r2),
		cmocka_unit_test(whole_units_of_r2),
		cmocka_unit_test(what_would_be),
		cmocka_unit_test(table_holds_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
