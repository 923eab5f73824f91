/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/b64.h"

#include "vec.h"

static void
b64_vectors(void **state)
{
	struct vec v;
	struct span column[2];

	(void)state;
	vec_open(&v, "b64.tsv");
	while (vec_next(&v, column, 2)) {
		uint8_t in[512], out[512];
		struct span bytes = vec_bytes(column[0], in);
		char text[16];
		size_t n;

		assert_int_equal(b64_render(text, bytes.p, bytes.n), B64_LEN(bytes.n));
		assert_int_equal(column[1].n, B64_LEN(bytes.n));
		assert_memory_equal(text, column[1].p, column[1].n);
		assert_true(b64_parse(out, bytes.n, &n, column[1]));
		assert_int_equal(n, bytes.n);
		assert_memory_equal(out, bytes.p, n);
	}
}

static void
b64_round_trip(void **state)
{
	uint8_t in[256], out[256];
	char text[B64_LEN(256)];
	size_t n;

	(void)state;
	for (int i = 0; i < 256; i++)
		in[i] = (uint8_t)(i * 167 + 3);
	for (size_t len = 0; len <= sizeof in; len++) {
		struct span s = span_of(text, b64_render(text, in, len));

		assert_true(b64_parse(out, len, &n, s));
		assert_int_equal(n, len);
		assert_memory_equal(in, out, len);
		s.n = b64url_render(text, in, len);
		assert_int_equal(span_find(s, '=', 0), s.n);
		assert_true(b64url_parse(out, len, &n, s));
		assert_int_equal(n, len);
		assert_memory_equal(in, out, len);
	}
}

static void
b64_alphabets(void **state)
{
	char text[4];
	uint8_t out[3];
	size_t n;

	(void)state;
	(void)b64_render(text, "\xfb\xff\xbf", 3);
	assert_memory_equal(text, "+/+/", 4);
	(void)b64url_render(text, "\xfb\xff\xbf", 3);
	assert_memory_equal(text, "-_-_", 4);
	assert_false(b64_parse(out, 3, &n, SPAN_LIT("-_-_")));
	assert_false(b64url_parse(out, 3, &n, SPAN_LIT("+/+/")));
}

static void
b64_parse_refuses(void **state)
{
	static const char *const bad[] = { "Q", "QQ", "QQ=", "Q===", "====", "=",
		"QQ==QQ==", "QQ= =", " QQ==", "QQ==\n",
		"QR==", "QUJ=", "Q=Q=", "QUJD=", "QU\xc3\xa4" };
	uint8_t out[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (b64_parse(out, sizeof out, &n, span_str(bad[i])))
			fail_msg("%s was taken", bad[i]);
	assert_false(b64url_parse(out, sizeof out, &n, SPAN_LIT("Q")));
	assert_false(b64url_parse(out, sizeof out, &n, SPAN_LIT("QQ==")));
	assert_false(b64url_parse(out, sizeof out, &n, SPAN_LIT("QR")));
}

static void
b64_parse_cap(void **state)
{
	uint8_t out[4] = { 0, 0, 0, 9 };
	size_t n = 77;

	(void)state;
	assert_false(b64_parse(out, 2, &n, SPAN_LIT("QUJD")));
	assert_int_equal(n, 77);
	assert_true(b64_parse(out, 3, &n, SPAN_LIT("QUJD")));
	assert_int_equal(out[3], 9);
	assert_true(b64_parse(out, 0, &n, SPAN_NONE));
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(b64_vectors),
		cmocka_unit_test(b64_round_trip),
		cmocka_unit_test(b64_alphabets),
		cmocka_unit_test(b64_parse_refuses),
		cmocka_unit_test(b64_parse_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
