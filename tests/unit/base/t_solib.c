/* SPDX-License-Identifier: Apache-2.0 */
#include "base/solib.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FUNCS(F) F(cos) F(floor)
static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };

static void
solib_load_once(void **state)
{
	struct solib so = { "libm.so.6", "libc6", SOLIB_SYMS(syms) };

	(void)state;
	assert_int_equal(solib_load(&so, NULL), OK);
	assert_true(so.there);
	assert_int_equal((int)lib.cos(0.0), 1);
	assert_int_equal((int)lib.floor(2.5), 2);
	assert_int_equal(solib_load(&so, NULL), OK);
}

static void
solib_load_missing(void **state)
{
	static void *at;
	const struct solib_sym none[] = { { "there_is_no_such_function", &at } };
	struct solib so = { "libm.so.6", "libc6", SOLIB_SYMS(none) };
	struct solib gone = { "libnowhere.so.9", "libnowhere9", SOLIB_SYMS(none) };
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(solib_load(&gone, &fail), E_NO_RESOURCE);
	assert_string_equal(fail_text(&fail),
	    "libnowhere.so.9 can't be loaded; install the package libnowhere9");
	fail_clear(&fail);
	assert_int_equal(solib_load(&so, &fail), E_NO_RESOURCE);
	assert_non_null(
	    strstr(fail_text(&fail), "has no function there_is_no_such_function"));
	assert_false(so.there);
	assert_null(at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solib_load_once),
		cmocka_unit_test(solib_load_missing),
	};

	return cmocka_run_group_tests_name("solib", tests, NULL, NULL);
}
