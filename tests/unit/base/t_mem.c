/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#include <cmocka.h>

static void
wipe_nothing_or_some(void **state)
{
	char secret[] = "secret";

	(void)state;
	mem_wipe(secret, 3);
	assert_memory_equal(secret, "\0\0\0ret", sizeof secret);
	mem_wipe(secret, 0);
	assert_string_equal(secret + 3, "ret");
	mem_wipe(NULL, 0); /* a buffer that never held anything */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wipe_nothing_or_some),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
