/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
decodes(const char *in, const char *want)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_true(span_is(words_decode(&a, span_str(in)), want));
	arena_fini(&a);
}

static void
words_decoded(void **state)
{
	(void)state;
	decodes("plain", "plain");
	decodes("=?UTF-8?B?w6k=?=", "\xc3\xa9");
	decodes("=?utf-8?q?caf=C3=A9_cr=C3=A8me?=", "caf\xc3\xa9 cr\xc3\xa8me");
	decodes("=?ISO-8859-1?Q?caf=E9?=", "caf\xc3\xa9");
	decodes("a =?UTF-8?B?w6k=?= b", "a \xc3\xa9 b");
	/* Blanks between two words are not part of the text (RFC 2047, 6.2). */
	decodes("=?UTF-8?B?w6k=?= \t=?UTF-8?B?w6k=?=", "\xc3\xa9\xc3\xa9");
	/* A character in two words. */
	decodes("=?UTF-8?B?ww==?= =?UTF-8?B?qQ==?=", "\xc3\xa9");
}

static void
words_left_alone(void **state)
{
	static const char *const same[] = { "", "=?", "=?UTF-8?B?",
		"=?UTF-8?B?w6k=", "=?UTF-8?X?w6k=?=", "=?UTF-16?B?w6k=?=",
		"=?UTF-8?B?w6k?=", "=?UTF-8?Q?=C?=", "=?UTF-8?Q?a b?=", "=??B?w6k=?=",
		"=?UTF-8?B?/w==?=", /* no UTF-8 */
		"=?UTF-8?Q?=0D=0AEvil:_1?=" /* a line of its own */ };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		decodes(same[i], same[i]);
}

static void
words_there_and_back(void **state)
{
	struct buf text = { 0 };
	struct arena a;
	struct span out;

	(void)state;
	arena_init(&a, 1 << 20);
	assert_true(span_is(words_encode(&a, SPAN_LIT("plain")), "plain"));
	assert_true(span_is(words_encode(&a, SPAN_LIT("\xc3\xa9")), "=?UTF-8?B?w6k=?="));
	for (unsigned i = 0; i < 700; i++) {
		buf_str(&text,
		    i % 3 == 0       ? "x"
			: i % 3 == 1 ? "\xc3\xa9"
				     : "\xf0\x9f\x8e\x89");
		out = words_encode(&a, buf_view(&text));
		for (size_t k = 0; k < out.n; k++)
			assert_true(out.p[k] >= ' ' && out.p[k] < 0x7f);
		assert_true(span_eq(words_decode(&a, out), buf_view(&text)));
	}
	buf_fini(&text);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_decoded),
		cmocka_unit_test(words_left_alone),
		cmocka_unit_test(words_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
