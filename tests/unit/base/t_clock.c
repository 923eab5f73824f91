/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY_MS = 86400000, SLACK_MS = 60000 };

static void
assert_near(int64_t a, int64_t b)
{
	assert_true(a - b < SLACK_MS && b - a < SLACK_MS);
}

static void
clock_mono_goes_on(void **state)
{
	uint64_t before = clock_mono_us();

	(void)state;
	(void)usleep(2000);
	assert_true(clock_mono_us() - before >= 2000);
}

static void
clock_offset_moves_now_only(void **state)
{
	(void)state;
	assert_near(clock_now_ms(), clock_real_ms());
	clock_set_offset_ms(DAY_MS);
	assert_near(clock_now_ms(), clock_real_ms() + DAY_MS);
	clock_set_offset_ms(-DAY_MS);
	assert_near(clock_now_ms(), clock_real_ms() - DAY_MS);
	clock_set_offset_ms(0);
	assert_near(clock_now_ms(), clock_real_ms());
}

static void
clock_freeze_and_thaw(void **state)
{
	int64_t now;

	(void)state;
	clock_freeze(true);
	now = clock_now_ms();
	(void)usleep(5000);
	assert_true(clock_now_ms() == now);
	clock_set_offset_ms(DAY_MS); /* moved while it stands still */
	assert_near(clock_now_ms(), now + DAY_MS);
	now = clock_now_ms();
	(void)usleep(5000);
	assert_true(clock_now_ms() == now);
	clock_freeze(false);
	assert_near(clock_now_ms(), clock_real_ms() + DAY_MS);
	clock_set_offset_ms(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_mono_goes_on),
		cmocka_unit_test(clock_offset_moves_now_only),
		cmocka_unit_test(clock_freeze_and_thaw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
