/* SPDX-License-Identifier: Apache-2.0 */
#include "s3kit.h"

static void
range_parse_table(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
		enum range_form want;
		uint64_t off, len;
	} rows[] = {
		{ "bytes=0-0", 10, RANGE_OK, 0, 1 },
		{ "bytes=2-4", 10, RANGE_OK, 2, 3 },
		{ "bytes=2-", 10, RANGE_OK, 2, 8 },
		{ "bytes=9-9", 10, RANGE_OK, 9, 1 },
		{ "bytes=0-9", 10, RANGE_OK, 0, 10 },
		{ "bytes=0-99", 10, RANGE_OK, 0, 10 },
		{ "bytes=0-18446744073709551615", 10, RANGE_OK, 0, 10 },
		{ "bytes=-3", 10, RANGE_OK, 7, 3 },
		{ "bytes=-10", 10, RANGE_OK, 0, 10 },
		{ "bytes=-11", 10, RANGE_OK, 0, 10 },
		{ "bytes= 2 - 4 ", 10, RANGE_OK, 2, 3 },
		{ "bytes=1-2", UINT64_MAX, RANGE_OK, 1, 2 },
		{ "bytes=0-", UINT64_MAX, RANGE_OK, 0, UINT64_MAX },
		{ "bytes=10-", 10, RANGE_BAD, 0, 0 },
		{ "bytes=10-11", 10, RANGE_BAD, 0, 0 },
		{ "bytes=0-0", 0, RANGE_BAD, 0, 0 },
		{ "bytes=0-", 0, RANGE_BAD, 0, 0 },
		{ "bytes=-1", 0, RANGE_BAD, 0, 0 },
		{ "bytes=-0", 10, RANGE_BAD, 0, 0 },
		{ "bytes=4-2", 10, RANGE_NONE, 0, 0 },
		{ "bytes=0-1,3-4", 10, RANGE_NONE, 0, 0 },
		{ "bytes=", 10, RANGE_NONE, 0, 0 },
		{ "bytes=-", 10, RANGE_NONE, 0, 0 },
		{ "bytes=x-2", 10, RANGE_NONE, 0, 0 },
		{ "bytes=1-x", 10, RANGE_NONE, 0, 0 },
		{ "bytes=--1", 10, RANGE_NONE, 0, 0 },
		{ "bytes=1", 10, RANGE_NONE, 0, 0 },
		{ "bytes=99999999999999999999-", 10, RANGE_NONE, 0, 0 },
		{ "items=0-1", 10, RANGE_NONE, 0, 0 },
		{ "", 10, RANGE_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t off = 0, len = 0;

		assert_int_equal(
		    range_parse(span_str(rows[i].text), rows[i].size, &off, &len),
		    rows[i].want);
		if (rows[i].want == RANGE_OK)
			assert_true(off == rows[i].off && len == rows[i].len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(range_parse_table) };

	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
