/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/nfc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
check(const char *in, const char *want)
{
	struct fail fail;
	struct arena a;
	struct span out;

	arena_init(&a, 1 << 20);
	fail_init(&fail, &a);
	assert_int_equal(nfc_make(&a, span_str(in), &out, &fail), OK);
	assert_true(span_is(out, want));
	arena_fini(&a);
}

static void
nfc_one_spelling(void **state)
{
	(void)state;
	check("He\xcc\x81llo", "H\xc3\xa9llo"); /* e, combining acute */
	check("H\xc3\xa9llo", "H\xc3\xa9llo");
	check("\xe2\x84\xab", "\xc3\x85"); /* Angstrom sign */
	check("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"); /* Hangul */
	check("a\xcc\xa3\xcc\x82", "\xe1\xba\xad"); /* two marks, in order */
	check("a\xcc\x82\xcc\xa3", "\xe1\xba\xad"); /* and out of it */
	check(
	    "\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"); /* one that is never composed */
}

static void
nfc_nothing_to_do(void **state)
{
	struct span in = SPAN_LIT("plain/key"), out;
	struct fail fail;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	fail_init(&fail, &a);
	assert_int_equal(nfc_make(&a, in, &out, &fail), OK);
	assert_ptr_equal(out.p, in.p);
	in = SPAN_LIT("\xc3\xa9");
	assert_int_equal(nfc_make(&a, in, &out, &fail), OK);
	assert_ptr_equal(out.p, in.p);
	assert_false(nfc_is_ascii(in));
	assert_int_equal(nfc_make(&a, SPAN_LIT("\xff\xfe"), &out, &fail), E_INVALID_URI);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nfc_one_spelling),
		cmocka_unit_test(nfc_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
