/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* RFC 6238, appendix B (SHA-1), last six digits; the secret is "12345678901234567890". */
static void
totp_code_published(void **state)
{
	static const struct {
		uint64_t time;
		const char *code;
	} rows[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" },
		{ 20000000000, "353130" } };
	struct totp_secret s;
	char code[TOTP_DIGITS];

	(void)state;
	assert_true(totp_parse(SPAN_LIT("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), &s));
	assert_int_equal(s.n, 20);
	assert_memory_equal(s.p, "12345678901234567890", 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		totp_code(&s, rows[i].time / TOTP_STEP, code);
		assert_memory_equal(code, rows[i].code, TOTP_DIGITS);
	}
}

static void
totp_parse_takes_base32_only(void **state)
{
	/* 65 bytes */
	static const char too_long[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	static const char *const bad[] = { "", "GEZDGNBV", "GEZDGNBVGY3TQOJ1",
		"GEZDGNBVGY3TQOJ0", "GEZDGNBV GY3TQOJQ", "GEZDGNBVGY3TQOJQ!",
		"GEZDGNBVGY3TQOJQB", too_long };
	struct totp_secret s, t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(totp_parse(span_str(bad[i]), &s));
	assert_true(totp_parse(SPAN_LIT("GEZDGNBVGY3TQOJQGE======"), &s));
	assert_true(totp_parse(SPAN_LIT("gezdgnbvgy3tqojqge"), &t));
	assert_int_equal(s.n, 11);
	assert_int_equal(t.n, 11);
	assert_memory_equal(s.p, t.p, s.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totp_code_published),
		cmocka_unit_test(totp_parse_takes_base32_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
