/* SPDX-License-Identifier: Apache-2.0 */
#include "objkit.h"

static struct checksum
whole(uint8_t kind, const char *p, size_t n, size_t step)
{
	struct checksum_calc c;
	struct checksum out;

	checksum_begin(&c, kind);
	for (size_t i = 0; i < n; i += step)
		checksum_add(&c, p + i, n - i < step ? n - i : step);
	checksum_end(&c, &out);
	return out;
}

static const struct {
	uint8_t kind;
	const char *name, *text; /* of "123456789" */
} known[] = {
	{ CHECKSUM_CRC32, "CRC32", "y/Q5Jg==" },
	{ CHECKSUM_CRC32C, "CRC32C", "4waSgw==" },
	{ CHECKSUM_CRC64NVME, "CRC64NVME", "rosUhgp5mIg=" },
	{ CHECKSUM_SHA1, "SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE=" },
	{ CHECKSUM_SHA256, "SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=" },
	{ CHECKSUM_SHA512, "SHA512",
	    "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6"
	    "z1dPuo/+hQ==" },
	{ CHECKSUM_MD5, "MD5", "JfnnlDI7RTiF9RgfG2JNCw==" },
	{ CHECKSUM_XXHASH64, "XXHASH64", "jLhB20DmroM=" },
	{ CHECKSUM_XXHASH3, "XXHASH3", "ctyxi2ehff8=" },
	{ CHECKSUM_XXHASH128, "XXHASH128", "MxGUd+3l3NXpcWQnaB1YYA==" },
};

static void
checksum_end_known_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct checksum c = whole(known[i].kind, "123456789", 9, 4);
		char text[CHECKSUM_TEXT + 1] = { 0 };

		text[checksum_render(text, &c, 3)] = '\0';
		assert_string_equal(text, known[i].text);
		assert_string_equal(checksum_row(known[i].kind)->name, known[i].name);
	}
}

static void
checksum_find_any_case(void **state)
{
	uint8_t kind;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		assert_true(checksum_find(span_str(known[i].name), &kind));
		assert_int_equal(kind, known[i].kind);
	}
	assert_true(checksum_find(SPAN_LIT("crc64nvme"), &kind));
	assert_false(checksum_find(SPAN_LIT(""), &kind));
	assert_false(checksum_find(SPAN_LIT("XXHASH32"), &kind));
}

static void
checksum_parse_lengths(void **state)
{
	struct checksum c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		for (size_t k = 0; k < ARRAY_LEN(known); k++) {
			bool same = checksum_row(known[i].kind)->size ==
			    checksum_row(known[k].kind)->size;

			assert_int_equal(
			    checksum_parse(known[i].kind, span_str(known[k].text), &c),
			    same);
		}
	assert_false(checksum_parse(CHECKSUM_CRC32, SPAN_LIT(""), &c));
	assert_false(checksum_parse(CHECKSUM_CRC32, SPAN_LIT("y/Q5Jg"), &c));
	assert_false(checksum_parse(CHECKSUM_CRC32, SPAN_LIT("y/Q5J!=="), &c));
}

/* The whole's value from the parts' alone, wherever it is cut. */
static void
checksum_join_full(void **state)
{
	enum { N = 100003 };
	static const size_t cuts[][3] = { { 0, 0, 0 }, { 1, 2, 3 },
		{ 50000, 50001, 50001 }, { N - 1, N, N }, { 4096, 65536, 99999 } };
	char *p = kit_bytes(N, 7);

	(void)state;
	for (uint8_t kind = CHECKSUM_CRC32; kind <= CHECKSUM_CRC64NVME; kind++)
		for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
			struct checksum want = whole(kind, p, N, N), got, part;
			struct checksum_join j;
			size_t from = 0;

			checksum_join_begin(&j, kind, false);
			for (size_t k = 0; k <= 3; k++) {
				size_t to = k < 3 ? cuts[i][k] : N;

				part = whole(kind, p + from, to - from, N);
				checksum_join_add(&j, &part, to - from);
				from = to;
			}
			checksum_join_end(&j, &got);
			assert_memory_equal(&got, &want, sizeof want);
		}
	mem_free(p);
}

static void
checksum_join_composite(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t kind = known[i].kind;
		struct checksum a = whole(kind, "abc", 3, 3), b = whole(kind, "d", 1, 1);
		struct checksum_join j;
		struct checksum got, want;
		char both[2 * CHECKSUM_MAX], text[CHECKSUM_TEXT];
		size_t n;

		checksum_join_begin(&j, kind, true);
		checksum_join_add(&j, &a, 3);
		checksum_join_add(&j, &b, 1);
		checksum_join_end(&j, &got);
		memcpy(both, a.value, a.n);
		memcpy(both + a.n, b.value, b.n);
		want = whole(kind, both, (size_t)a.n + b.n, 100);
		assert_memory_equal(got.value, want.value, want.n);
		assert_true(got.composite);
		n = checksum_render(text, &got, 2);
		assert_true(span_ends(span_of(text, n), SPAN_LIT("-2")));
	}
}

static void
checksum_none_computes_nothing(void **state)
{
	struct checksum c = whole(CHECKSUM_NONE, "abc", 3, 3);
	struct checksum_join j;

	(void)state;
	assert_int_equal(c.kind, CHECKSUM_NONE);
	assert_int_equal(c.n, 0);
	checksum_join_begin(&j, CHECKSUM_NONE, false);
	checksum_join_add(&j, &c, 3);
	checksum_join_end(&j, &c);
	assert_int_equal(c.kind, CHECKSUM_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum_end_known_values),
		cmocka_unit_test(checksum_find_any_case),
		cmocka_unit_test(checksum_parse_lengths),
		cmocka_unit_test(checksum_join_full),
		cmocka_unit_test(checksum_join_composite),
		cmocka_unit_test(checksum_none_computes_nothing),
	};

	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
