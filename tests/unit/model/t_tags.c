/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tags.h"

#include <cmocka.h>

static const char stored[] = "\2\0\0\0\1a\0\0\0\1"
			     "1\0\0\0\1b\0\0\0\0";

static void
stored_form(void **state)
{
	struct arena a;
	struct tags t;
	struct span row;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(tags_parse_header(&a, SPAN_LIT("b&a=1"), &t, NULL), OK);
	row = tags_render(&a, &t);
	assert_int_equal(row.n, sizeof stored - 1);
	assert_memory_equal(row.p, stored, row.n);
	assert_int_equal(tags_count(row), 2);
	assert_int_equal(tags_read(&a, row, &t), OK);
	assert_true(span_is(t.tag[0].name, "a") && span_is(t.tag[0].value, "1"));
	assert_true(span_is(t.tag[1].name, "b") && t.tag[1].value.n == 0);
	arena_fini(&a);
}

static void
none(void **state)
{
	struct arena a;
	struct tags t = { 0 };

	(void)state;
	arena_init(&a, 0);
	assert_null(tags_render(&a, &t).p);
	assert_int_equal(tags_read(&a, SPAN_NONE, &t), OK);
	assert_int_equal(t.n, 0);
	assert_int_equal(tags_count(SPAN_NONE), 0);
	arena_fini(&a);
}

static void
torn(void **state)
{
	struct arena a;
	struct tags t;

	(void)state;
	arena_init(&a, 0);
	for (size_t n = 1; n < sizeof stored - 1; n++)
		assert_int_equal(tags_read(&a, span_of(stored, n), &t), E_CORRUPT);
	assert_int_equal(tags_read(&a, span_of(stored, sizeof stored), &t), E_CORRUPT);
	assert_int_equal(tags_read(&a, SPAN_LIT("\13"), &t), E_CORRUPT);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_form),
		cmocka_unit_test(none),
		cmocka_unit_test(torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
