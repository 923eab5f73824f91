/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_span(struct span got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	if (got.n > 0)
		assert_memory_equal(got.p, want, got.n);
}

static void
span_eq_kinds(void **state)
{
	(void)state;
	assert_true(span_eq(SPAN_NONE, SPAN_LIT("")));
	assert_true(span_is(SPAN_NONE, ""));
	assert_true(span_is(SPAN_LIT("abc"), "abc"));
	assert_false(span_is(SPAN_LIT("abc"), "ab"));
	assert_int_equal(span_str(NULL).n, 0);
	assert_true(span_ieq(SPAN_LIT("Content-MD5"), SPAN_LIT("cONTENT-md5")));
	assert_false(span_ieq(SPAN_LIT("a@"), SPAN_LIT("a`")));
	assert_false(span_ieq(SPAN_LIT("a["), SPAN_LIT("a{")));
	assert_false(span_ieq(SPAN_LIT("a"), SPAN_LIT("ab")));
	assert_true(span_ieq(SPAN_NONE, SPAN_NONE));
}

static void
span_parts(void **state)
{
	struct span s = SPAN_LIT("abcdef");

	(void)state;
	assert_span(span_from(s, 2), "cdef");
	assert_span(span_from(s, 6), "");
	assert_span(span_from(s, 99), "");
	assert_span(span_head(s, 2), "ab");
	assert_span(span_head(s, 99), "abcdef");
	assert_true(span_starts(s, SPAN_LIT("abc")));
	assert_true(span_starts(s, SPAN_NONE));
	assert_false(span_starts(SPAN_LIT("ab"), SPAN_LIT("abc")));
	assert_true(span_ends(s, SPAN_LIT("ef")));
	assert_true(span_ends(s, s));
	assert_false(span_ends(SPAN_LIT("f"), SPAN_LIT("ef")));
}

/* A span of nothing at no address goes everywhere, without arithmetic on NULL. */
static void
span_none_everywhere(void **state)
{
	struct span none = SPAN_NONE, rest = SPAN_NONE;
	uint64_t v;

	(void)state;
	assert_int_equal(span_from(none, 0).n, 0);
	assert_int_equal(span_from(none, 3).n, 0);
	assert_int_equal(span_head(none, 3).n, 0);
	assert_int_equal(span_trim(none).n, 0);
	assert_int_equal(span_find(none, 'a', 0), 0);
	assert_int_equal(span_search(none, SPAN_LIT("a"), 0), 0);
	assert_int_equal(span_search(none, none, 0), 0);
	assert_int_equal(span_cut(&rest, 'a').n, 0);
	assert_int_equal(rest.n, 0);
	assert_true(span_starts(none, none));
	assert_true(span_ends(none, none));
	assert_int_equal(span_cmp(none, none), 0);
	assert_false(span_u64(none, &v));
}

static void
span_cmp_order(void **state)
{
	(void)state;
	assert_true(span_cmp(SPAN_LIT("a"), SPAN_LIT("b")) < 0);
	assert_true(span_cmp(SPAN_LIT("a"), SPAN_LIT("a\0")) < 0);
	assert_true(span_cmp(SPAN_LIT("ab"), SPAN_LIT("a")) > 0);
	assert_true(span_cmp(SPAN_LIT("\xff"), SPAN_LIT("a")) > 0); /* unsigned */
	assert_true(span_cmp(SPAN_NONE, SPAN_LIT("a")) < 0);
	assert_int_equal(span_cmp(SPAN_LIT("ab"), SPAN_LIT("ab")), 0);
}

static void
span_trim_both(void **state)
{
	(void)state;
	assert_span(span_trim(SPAN_LIT(" \t a b\t ")), "a b");
	assert_span(span_trim(SPAN_LIT(" \t ")), "");
	assert_span(span_trim(SPAN_LIT("\r\n")), "\r\n");
}

static void
span_search_places(void **state)
{
	struct span s = SPAN_LIT("aabaabab");

	(void)state;
	assert_int_equal(span_find(s, 'b', 0), 2);
	assert_int_equal(span_find(s, 'b', 3), 5);
	assert_int_equal(span_find(s, 'x', 0), s.n);
	assert_int_equal(span_find(s, 'a', 99), s.n);
	assert_int_equal(span_search(s, SPAN_LIT("bab"), 0), 5);
	assert_int_equal(span_search(s, SPAN_LIT("aab"), 1), 3);
	assert_int_equal(span_search(s, SPAN_LIT("abab"), 0), 4);
	assert_int_equal(span_search(s, SPAN_LIT("ba"), 7), s.n);
	assert_int_equal(span_search(s, SPAN_LIT("aabaababa"), 0), s.n);
	assert_int_equal(span_search(s, SPAN_NONE, 3), 3);
}

static void
span_cut_fields(void **state)
{
	struct span rest = SPAN_LIT("a=b==c");

	(void)state;
	assert_span(span_cut(&rest, '='), "a");
	assert_span(span_cut(&rest, '='), "b");
	assert_span(span_cut(&rest, '='), "");
	assert_span(span_cut(&rest, '='), "c");
	assert_int_equal(rest.n, 0);
	assert_span(span_cut(&rest, '='), "");
}

static void
span_u64_range(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(span_u64(SPAN_LIT("0"), &v));
	assert_int_equal(v, 0);
	assert_true(span_u64(SPAN_LIT("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_true(span_u64(SPAN_LIT("0000000000000000000000012"), &v));
	assert_int_equal(v, 12);
	assert_false(span_u64(SPAN_LIT("18446744073709551616"), &v));
	assert_false(span_u64(SPAN_LIT("99999999999999999999"), &v));
	assert_false(span_u64(SPAN_LIT(""), &v));
	assert_false(span_u64(SPAN_LIT("-1"), &v));
	assert_false(span_u64(SPAN_LIT("+1"), &v));
	assert_false(span_u64(SPAN_LIT(" 1"), &v));
	assert_false(span_u64(SPAN_LIT("1a"), &v));
	assert_int_equal(v, 12);
}

static void
buf_grows(void **state)
{
	struct buf b = { 0 };
	char *at;

	(void)state;
	buf_put(&b, NULL, 0);
	assert_string_equal(buf_cstr(&b), "");
	for (int i = 0; i < 10000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, 10000);
	assert_int_equal(b.p[9999], 'a' + 9999 % 26);
	at = buf_grow(&b, 5);
	memcpy(at, "12345", 5);
	assert_int_equal(b.n, 10005);
	assert_true(span_ends(buf_view(&b), SPAN_LIT("12345")));
	buf_fini(&b);
	assert_null(b.p);
	buf_str(&b, "again");
	assert_span(buf_view(&b), "again");
	buf_fini(&b);
	buf_fini(&b);
}

static void
buf_texts(void **state)
{
	struct buf b = { 0 };
	char longer[600];

	(void)state;
	buf_u64(&b, 0);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	buf_printf(&b, " %d %s", -1, "x");
	buf_span(&b, SPAN_LIT("\0"));
	assert_int_equal(b.n, strlen("0 18446744073709551615 -1 x") + 1);
	assert_string_equal(buf_cstr(&b), "0 18446744073709551615 -1 x");
	memset(longer, 'y', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	b.n = 0;
	buf_printf(&b, "%s", longer);
	assert_span(buf_view(&b), longer);
	buf_fini(&b);
}

static void
be_order(void **state)
{
	uint8_t p[8];

	(void)state;
	be16_put(p, 0x0102);
	assert_memory_equal(p, "\1\2", 2);
	assert_int_equal(be16_get(p), 0x0102);
	be32_put(p, 0x01020304);
	assert_memory_equal(p, "\1\2\3\4", 4);
	assert_int_equal(be32_get(p), 0x01020304);
	be64_put(p, 0x0102030405060708);
	assert_memory_equal(p, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(be64_get(p), 0x0102030405060708);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_eq_kinds),
		cmocka_unit_test(span_parts),
		cmocka_unit_test(span_none_everywhere),
		cmocka_unit_test(span_cmp_order),
		cmocka_unit_test(span_trim_both),
		cmocka_unit_test(span_search_places),
		cmocka_unit_test(span_cut_fields),
		cmocka_unit_test(span_u64_range),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(buf_texts),
		cmocka_unit_test(be_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
