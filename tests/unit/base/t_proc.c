/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/proc.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <fcntl.h>

#include "base/io.h"

#include <cmocka.h>

static void
proc_of_this_one(void **state)
{
	struct proc_usage before, after;
	int fd;

	(void)state;
	proc_usage(&before);
	assert_true(before.resident > 100000);
	assert_true(before.files >= 3 && before.files <= before.files_max);
	fd = io_open("/dev/null", O_RDONLY, 0);
	proc_usage(&after);
	io_close(&fd);
	assert_int_equal(after.files, before.files + 1);
	assert_true(after.cpu_us >= before.cpu_us);
	assert_true(after.read_bytes >= before.read_bytes);
}

static void
proc_space_of(void **state)
{
	struct proc_space space;

	(void)state;
	proc_space("/", &space);
	assert_true(space.total > 0 && space.free <= space.total);
	proc_space("/nowhere/at/all", &space);
	assert_int_equal(space.total, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proc_of_this_one),
		cmocka_unit_test(proc_space_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
