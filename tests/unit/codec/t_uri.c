/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/uri.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
assert_span(struct span got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static void
uri_encode_unreserved(void **state)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	struct buf b = { 0 };

	(void)state;
	uri_encode(&b, SPAN_LIT(plain), false);
	assert_span(buf_view(&b), plain);
	for (unsigned c = 0; c < 256; c++) {
		char one = (char)c, want[4];

		if (c != 0 && strchr(plain, (int)c) != NULL)
			continue;
		b.n = 0;
		uri_encode(&b, span_of(&one, 1), false);
		(void)snprintf(want, sizeof want, "%%%02X", c);
		assert_span(buf_view(&b), want);
	}
	buf_fini(&b);
}

static void
uri_encode_slash(void **state)
{
	struct buf b = { 0 };

	(void)state;
	uri_encode(&b, SPAN_LIT("a/b c+d\xc3\xa4"), true);
	assert_span(buf_view(&b), "a/b%20c%2Bd%C3%A4");
	b.n = 0;
	uri_encode(&b, SPAN_LIT("a/b c"), false);
	assert_span(buf_view(&b), "a%2Fb%20c");
	b.n = 0;
	uri_encode_listing(&b, SPAN_LIT("a/b c+d*(1)"));
	assert_span(buf_view(&b), "a/b+c%2Bd%2A%281%29");
	b.n = 0;
	uri_encode(&b, SPAN_NONE, true);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
uri_decode_escapes(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(uri_decode(out, SPAN_LIT("a%2fb%2Fc+d"), false), 7);
	assert_memory_equal(out, "a/b/c+d", 7);
	assert_int_equal(uri_decode(out, SPAN_LIT("a+b%2B"), true), 4);
	assert_memory_equal(out, "a b+", 4);
	assert_int_equal(uri_decode(out, SPAN_LIT("%00%ff"), true), 2);
	assert_memory_equal(out, "\0\xff", 2);
	assert_int_equal(uri_decode(out, SPAN_NONE, true), 0);
}

static void
uri_decode_in_place(void **state)
{
	char text[] = "%41%42c%25";

	(void)state;
	assert_int_equal(uri_decode(text, span_str(text), false), 4);
	assert_memory_equal(text, "ABc%", 4);
}

static void
uri_decode_broken(void **state)
{
	static const char *const bad[] = { "%", "a%", "a%2", "%2g", "%g2", "%%20", "% 20",
		"%-1", "%\xff/" };
	char out[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(uri_decode(out, span_str(bad[i]), false) == (size_t)-1);
}

static void
uri_query_parse_kinds(void **state)
{
	struct arena a;
	struct uri_param *p;
	const struct uri_param *f;
	size_t n;

	(void)state;
	arena_init(&a, 0);
	assert_true(uri_query_parse(
	    &a, SPAN_LIT("uploads&prefix=a%2Fb+c&empty=&&x=1=2&%61=z&x=3"), 10, &p, &n));
	assert_int_equal(n, 6);
	assert_span(p[0].name, "uploads");
	assert_false(p[0].has_value);
	assert_int_equal(p[0].value.n, 0);
	assert_span(p[1].value, "a/b c");
	assert_span(p[1].raw_value, "a%2Fb+c");
	assert_true(p[2].has_value);
	assert_int_equal(p[2].value.n, 0);
	assert_span(p[3].value, "1=2");
	assert_span(p[4].name, "a");
	assert_span(p[4].raw_name, "%61");
	f = uri_query_find(p, n, "x");
	assert_ptr_equal(f, &p[3]);
	assert_null(uri_query_find(p, n, "y"));
	arena_fini(&a);
}

static void
uri_query_parse_limits(void **state)
{
	struct arena a;
	struct uri_param *p = NULL;
	size_t n = 99;

	(void)state;
	arena_init(&a, 0);
	assert_false(uri_query_parse(&a, SPAN_LIT("a&b&c"), 2, &p, &n));
	assert_false(uri_query_parse(&a, SPAN_LIT("a=%2"), 2, &p, &n));
	assert_false(uri_query_parse(&a, SPAN_LIT("%zz=1"), 2, &p, &n));
	assert_int_equal(n, 99);
	assert_true(uri_query_parse(&a, SPAN_LIT("&a&&b&"), 2, &p, &n));
	assert_int_equal(n, 2);
	assert_true(uri_query_parse(&a, SPAN_NONE, 2, &p, &n));
	assert_int_equal(n, 0);
	assert_true(uri_query_parse(&a, SPAN_LIT("=v"), 2, &p, &n));
	assert_int_equal(n, 1);
	assert_int_equal(p[0].name.n, 0);
	arena_fini(&a);
}

static void
uri_utf8_forms(void **state)
{
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80", "\xdf\xbf",
		"\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "eight bytes and more" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2",
		"\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
		"12345678\xe4", "1234567\xe2\x82" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(uri_utf8(span_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(uri_utf8(span_str(bad[i])));
	assert_true(uri_utf8(SPAN_NONE));
	assert_true(uri_utf8(SPAN_LIT("a\0b")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uri_encode_unreserved),
		cmocka_unit_test(uri_encode_slash),
		cmocka_unit_test(uri_decode_escapes),
		cmocka_unit_test(uri_decode_in_place),
		cmocka_unit_test(uri_decode_broken),
		cmocka_unit_test(uri_query_parse_kinds),
		cmocka_unit_test(uri_query_parse_limits),
		cmocka_unit_test(uri_utf8_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
