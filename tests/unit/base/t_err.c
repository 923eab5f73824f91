/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

/* cmocka has a macro of this name. */
#undef fail_msg

static void
err_row_each(void **state)
{
	(void)state;
	assert_int_equal(err_row(OK)->status, 200);
	for (int i = 1; i < ERR_COUNT; i++) {
		const struct err_row *r = err_row((enum err)i);

		assert_non_null(r->symbol);
		assert_memory_equal(r->symbol, "E_", 2);
		assert_true(r->code[0] != '\0');
		assert_true(r->message[0] != '\0');
		assert_in_range(r->status, 300, 599);
	}
}

static void
fail_set_first_wins(void **state)
{
	struct fail f;

	(void)state;
	fail_init(&f, NULL);
	assert_int_equal(f.code, OK);
	assert_int_equal(fail_set(&f, E_NO_SUCH_KEY), E_NO_SUCH_KEY);
	assert_int_equal(fail_set(&f, E_INTERNAL), E_INTERNAL);
	assert_int_equal(fail_msg(&f, E_IO, "later"), E_IO);
	assert_int_equal(f.code, E_NO_SUCH_KEY);
	assert_string_equal(fail_text(&f), "The specified key does not exist.");
}

static void
fail_msg_text(void **state)
{
	struct fail f;
	char longer[1000];

	(void)state;
	fail_init(&f, NULL);
	assert_int_equal(
	    fail_msg(&f, E_INVALID_ARGUMENT, "%s is %d", "x", 5), E_INVALID_ARGUMENT);
	assert_string_equal(fail_text(&f), "x is 5");
	fail_init(&f, NULL);
	assert_string_equal(f.message, "");
	memset(longer, 'z', sizeof longer);
	(void)fail_msg(&f, E_IO, "%.*s", (int)sizeof longer, longer);
	assert_int_equal(strlen(f.message), sizeof f.message - 1);
}

static void
fail_none(void **state)
{
	(void)state;
	assert_int_equal(fail_set(NULL, E_IO), E_IO);
	assert_int_equal(fail_msg(NULL, E_IO, "x"), E_IO);
	fail_pair_str(NULL, "Key", "x");
}

static void
fail_pair_copies(void **state)
{
	struct arena a;
	struct fail f;
	char key[] = "key";
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i",
		"j", "k", "l", "m" };

	(void)state;
	arena_init(&a, 0);
	fail_init(&f, &a);
	(void)fail_set(&f, E_NO_SUCH_KEY);
	fail_pair_str(&f, "Key", key);
	fail_pair_u64(&f, "Size", UINT64_MAX);
	key[0] = 'X';
	assert_int_equal(f.pairs, 2);
	assert_string_equal(f.pair[0].name, "Key");
	assert_true(span_is(f.pair[0].value, "key"));
	assert_true(span_is(f.pair[1].value, "18446744073709551615"));
	fail_pair(&f, "Key", SPAN_LIT("said again by a callback that ran twice"));
	assert_int_equal(f.pairs, 2);
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		fail_pair(&f, names[i], SPAN_LIT("x"));
	assert_int_equal(f.pairs, FAIL_PAIRS);
	fail_init(&f, NULL);
	fail_pair_str(&f, "Key", "dropped");
	assert_int_equal(f.pairs, 0);
	arena_fini(&a);
}

static void
fail_argument_once(void **state)
{
	struct arena a;
	struct fail f;

	(void)state;
	arena_init(&a, 0);
	fail_init(&f, &a);
	assert_int_equal(fail_argument(NULL, "x", SPAN_NONE, "y"), E_INVALID_ARGUMENT);
	assert_int_equal(
	    fail_argument(&f, "max-keys", SPAN_LIT("-1"), "Provided %s", "max-keys"),
	    E_INVALID_ARGUMENT);
	assert_int_equal(
	    fail_argument(&f, "later", SPAN_LIT("x"), "later"), E_INVALID_ARGUMENT);
	assert_int_equal(f.code, E_INVALID_ARGUMENT);
	assert_string_equal(fail_text(&f), "Provided max-keys");
	assert_int_equal(f.pairs, 2);
	assert_string_equal(f.pair[0].name, "ArgumentName");
	assert_true(span_is(f.pair[0].value, "max-keys"));
	assert_string_equal(f.pair[1].name, "ArgumentValue");
	assert_true(span_is(f.pair[1].value, "-1"));
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_row_each),
		cmocka_unit_test(fail_set_first_wins),
		cmocka_unit_test(fail_msg_text),
		cmocka_unit_test(fail_none),
		cmocka_unit_test(fail_pair_copies),
		cmocka_unit_test(fail_argument_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
