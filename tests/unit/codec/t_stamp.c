/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/stamp.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void
assert_text(const char *got, const char *want)
{
	assert_memory_equal(got, want, strlen(want));
}

static void
stamp_known_moment(void **state)
{
	char out[STAMP_HTTP];

	(void)state;
	for (int again = 0; again < 2; again++) {
		stamp_http(out, 1795260893);
		assert_text(out, "Sat, 21 Nov 2026 11:34:53 GMT");
		stamp_iso(out, 1795260893007);
		assert_text(out, "2026-11-21T11:34:53.007Z");
		stamp_amz(out, 1795260893);
		assert_text(out, "20261121T113453Z");
		stamp_http(out, 784111777); /* RFC 9110's example, and another day */
		assert_text(out, "Sun, 06 Nov 1994 08:49:37 GMT");
	}
}

static void
stamp_before_1970(void **state)
{
	char out[STAMP_HTTP];

	(void)state;
	stamp_iso(out, -1);
	assert_text(out, "1969-12-31T23:59:59.999Z");
	stamp_http(out, -1);
	assert_text(out, "Wed, 31 Dec 1969 23:59:59 GMT");
	stamp_http(out, 0);
	assert_text(out, "Thu, 01 Jan 1970 00:00:00 GMT");
	stamp_iso(out, -86400000);
	assert_text(out, "1969-12-31T00:00:00.000Z");
}

static void
stamp_out_of_range(void **state)
{
	char out[STAMP_HTTP];

	(void)state;
	stamp_iso(out, INT64_MAX);
	assert_memory_equal(out, "9999-12-31T23:59:59", 19);
	stamp_iso(out, INT64_MIN);
	assert_memory_equal(out, "0001-01-01T00:00:00", 19);
	stamp_http(out, INT64_MAX);
	assert_text(out, "Fri, 31 Dec 9999 23:59:59 GMT");
	stamp_amz(out, INT64_MIN);
	assert_text(out, "00010101T000000Z");
}

/* Each form against libc, one moment of about every day in 400 years, and back. */
static void
stamp_agrees_with_libc(void **state)
{
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y" };

	(void)state;
	for (int64_t t = -3000000000; t < 9700000000; t += 86399) {
		char out[64], want[64];
		time_t tt = (time_t)t;
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&tt, &tm));
		stamp_http(out, t);
		(void)strftime(want, sizeof want, forms[0], &tm);
		assert_memory_equal(out, want, STAMP_HTTP);
		stamp_amz(out, t);
		(void)strftime(want, sizeof want, "%Y%m%dT%H%M%SZ", &tm);
		assert_memory_equal(out, want, STAMP_AMZ);
		assert_true(stamp_amz_parse(span_of(out, STAMP_AMZ), &back));
		assert_int_equal(back, t);
		for (int i = 0; i < 3; i++) {
			if (i == 1 && (tm.tm_year < 80 || tm.tm_year > 125))
				continue;
			(void)strftime(want, sizeof want, forms[i], &tm);
			assert_true(stamp_http_parse(span_str(want), &back));
			assert_int_equal(back, t);
		}
		stamp_iso(out, t * 1000 + 250);
		assert_true(stamp_iso_parse(span_of(out, STAMP_ISO), &back));
		assert_int_equal(back, t * 1000 + 250);
	}
}

static void
stamp_iso_parse_forms(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "1970-01-01", 0 },
		{ "1970-01-02", 86400000 },
		{ "1970-01-01T00:00:01Z", 1000 },
		{ "1970-01-01T00:00:01.5Z", 1500 },
		{ "1970-01-01T00:00:01.123456789Z", 1123 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T18:30:00-05:30", 0 },
		{ "1970-01-01T00:00:00.001+00:00", 1 },
		{ "2024-02-29T00:00:00Z", 1709164800000 },
		{ "2000-02-29", 951782400000 },
		{ "1998-12-31T23:59:60Z", 915148800000 },
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(stamp_iso_parse(span_str(good[i].text), &ms));
		assert_int_equal(ms, good[i].ms);
	}
}

static void
stamp_parse_refuses(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-13-01", "2026-00-01",
		"2026-01-00", "2026-01-32", "2023-02-29", "1900-02-29", "2026-04-31",
		"2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00ZZ",
		"2026-01-01 00:00:00Z", "2026-01-01T00:00Z", "2026-01-01T00:00:00+0100",
		"2026-01-01T00:00:00+24:00", "20261121T113453", "20261121T113453Z ",
		"20261121t113453Z", "2026112XT113453Z", "20260230T000000Z",
		"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun,06 Nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sonntag, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
		"Sun Nov 006 08:49:37 1994", "1795260893", ",", "-001-01-01" };
	int64_t v = 5;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct span s = span_str(bad[i]);

		if (stamp_iso_parse(s, &v) || stamp_http_parse(s, &v) ||
		    stamp_amz_parse(s, &v))
			fail_msg("%s was taken", bad[i]);
	}
	assert_int_equal(v, 5);
}

/* RFC 9110 section 5.6.7: a year more than 50 ahead is one of the past. */
static void
stamp_http_parse_two_digits(void **state)
{
	int64_t v;

	(void)state;
	assert_true(stamp_http_parse(SPAN_LIT("Sunday, 06-Nov-94 08:49:37 GMT"), &v));
	assert_int_equal(v, 784111777);
	assert_true(stamp_http_parse(SPAN_LIT("Sunday, 01-Jan-40 00:00:00 GMT"), &v));
	assert_int_equal(v, 2208988800);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamp_known_moment),
		cmocka_unit_test(stamp_before_1970),
		cmocka_unit_test(stamp_out_of_range),
		cmocka_unit_test(stamp_agrees_with_libc),
		cmocka_unit_test(stamp_iso_parse_forms),
		cmocka_unit_test(stamp_parse_refuses),
		cmocka_unit_test(stamp_http_parse_two_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
