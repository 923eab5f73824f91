/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
arena_alloc_apart(void **state)
{
	struct arena a;
	char *p[200];

	(void)state;
	arena_init(&a, 0);
	assert_null(a.chunk);
	for (size_t i = 0; i < 200; i++) {
		p[i] = arena_alloc(&a, i * 7);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		if (i > 0)
			memset(p[i], (int)i, i * 7);
	}
	for (size_t i = 1; i < 200; i++)
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal((uint8_t)p[i][k], i);
	assert_false(arena_failed(&a));
	arena_fini(&a);
	assert_null(a.chunk);
	arena_fini(&a);
}

static void
arena_alloc_zeroed(void **state)
{
	struct arena a;
	uint64_t *list;

	(void)state;
	arena_init(&a, 0);
	memset(arena_alloc(&a, 1000), 0xff, 1000);
	arena_fini(&a);
	list = arena_array(&a, 100, sizeof *list);
	for (int i = 0; i < 100; i++)
		assert_int_equal(list[i], 0);
	assert_non_null(arena_array(&a, 0, 8));
	assert_int_equal(*(char *)arena_zalloc(&a, 1), 0);
	arena_fini(&a);
}

static void
arena_cap_is_sticky(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, 1000);
	(void)arena_alloc(&a, 900);
	assert_false(arena_failed(&a));
	p = arena_alloc(
	    &a, 100000); /* works all the same, so that callers need no check */
	memset(p, 1, 100000);
	assert_true(arena_failed(&a));
	(void)arena_alloc(&a, 1);
	assert_true(arena_failed(&a));
	arena_fini(&a);
	assert_false(arena_failed(&a));
	assert_int_equal(a.cap, 1000);
}

static void
arena_default_cap(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	(void)arena_alloc(&a, 1 << 20);
	assert_false(arena_failed(&a));
	(void)arena_alloc(&a, 1);
	assert_true(arena_failed(&a));
	arena_fini(&a);
}

static void
arena_texts(void **state)
{
	struct arena a;
	struct span s;
	char text[] = "abc";

	(void)state;
	arena_init(&a, 0);
	s = arena_span(&a, SPAN_LIT(text));
	assert_ptr_not_equal(s.p, text);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.p, "abc");
	assert_string_equal(arena_str(&a, SPAN_NONE), "");
	s = arena_lower(&a, SPAN_LIT("@AZ[a-Z\xc3\x84"));
	assert_int_equal(s.n, 9);
	assert_string_equal(s.p, "@az[a-z\xc3\x84");
	assert_string_equal(arena_printf(&a, "%d-%s", 12, "x"), "12-x");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_alloc_apart),
		cmocka_unit_test(arena_alloc_zeroed),
		cmocka_unit_test(arena_cap_is_sticky),
		cmocka_unit_test(arena_default_cap),
		cmocka_unit_test(arena_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
