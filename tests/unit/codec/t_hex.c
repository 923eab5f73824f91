/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/hex.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
hex_render_all_bytes(void **state)
{
	uint8_t in[256], out[256];
	char text[512];

	(void)state;
	for (int i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	hex_render(text, in, sizeof in);
	assert_memory_equal(text, "000102", 6);
	assert_memory_equal(text + 506, "fdfeff", 6);
	assert_true(hex_parse(out, sizeof out, span_of(text, sizeof text)));
	assert_memory_equal(in, out, sizeof in);
}

static void
hex_parse_upper_case(void **state)
{
	uint8_t out[3];

	(void)state;
	assert_true(hex_parse(out, 3, SPAN_LIT("aBCDeF")));
	assert_memory_equal(out, "\xab\xcd\xef", 3);
	assert_true(hex_parse(out, 0, SPAN_NONE));
}

static void
hex_parse_refuses(void **state)
{
	uint8_t out[2] = { 7, 7 };

	(void)state;
	assert_false(hex_parse(out, 2, SPAN_LIT("abc")));
	assert_false(hex_parse(out, 2, SPAN_LIT("abcde")));
	assert_false(hex_parse(out, 2, SPAN_LIT("abcdef")));
	assert_false(hex_parse(out, 2, SPAN_LIT("abcg")));
	assert_false(hex_parse(out, 2, SPAN_LIT("/bcd")));
	assert_false(hex_parse(out, 2, SPAN_LIT("ab\0d")));
	assert_false(hex_parse(out, 2,
	    SPAN_LIT("ab\xff"
		     "d")));
	assert_int_equal(out[0], 7); /* written only on success */
}

/* Every byte in every place, of what goes sixteen at a time and of what is left over. */
static void
hex_parse_each_byte_each_place(void **state)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	char text[38];
	uint8_t out[19];

	(void)state;
	for (size_t at = 0; at < sizeof text; at++)
		for (unsigned c = 0; c < 256; c++) {
			const char *digit = c == 0 ? NULL : strchr(digits, (char)c);
			unsigned value;

			memset(text, '5', sizeof text);
			text[at] = (char)c;
			memset(out, 0, sizeof out);
			assert_int_equal(
			    hex_parse(out, sizeof out, span_of(text, sizeof text)),
			    digit != NULL);
			if (digit == NULL) {
				assert_int_equal(out[0] | out[at / 2], 0);
				continue;
			}
			value = (unsigned)(digit - digits);
			value = value < 16 ? value : value - 6;
			assert_int_equal(
			    out[at / 2], at % 2 == 0 ? value << 4 | 5 : 5 << 4 | value);
			assert_int_equal(out[at / 2 == 18 ? 17 : 18], 0x55);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_render_all_bytes),
		cmocka_unit_test(hex_parse_each_byte_each_place),
		cmocka_unit_test(hex_parse_upper_case),
		cmocka_unit_test(hex_parse_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
