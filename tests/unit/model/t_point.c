/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/point.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
rec_point_round_trip(void **state)
{
	struct rec_point in = { .bucket_id = 7,
		.created_ms = 1234567890123,
		.block = BLOCK_ALL,
		.bucket = SPAN_LIT("bkt"),
		.alias = SPAN_LIT("a-s3alias"),
		.vpc = SPAN_LIT("vpc-1"),
		.policy = SPAN_LIT("{}"),
		.tags = SPAN_LIT("<TagSet></TagSet>") };
	struct rec_point out;
	struct buf row = { 0 };

	(void)state;
	rec_point_put(&row, &in);
	assert_int_equal(rec_point_get(buf_view(&row), &out), OK);
	assert_int_equal(out.bucket_id, 7);
	assert_int_equal(out.created_ms, in.created_ms);
	assert_int_equal(out.block, BLOCK_ALL);
	assert_true(span_is(out.bucket, "bkt") && span_is(out.alias, "a-s3alias") &&
	    span_is(out.vpc, "vpc-1") && span_is(out.policy, "{}") &&
	    span_eq(out.tags, in.tags));
	for (size_t n = 0; n < row.n; n++)
		assert_int_equal(rec_point_get(span_of(row.p, n), &out), E_CORRUPT);
	row.p[0] = 2;
	assert_int_equal(rec_point_get(buf_view(&row), &out), E_CORRUPT);
	buf_fini(&row);
}

/* A stored row of version 1, byte for byte. */
static void
rec_point_stored(void **state)
{
	static const uint8_t row[] = { 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9,
		3, 0, 0, 0, 1, 'b', 0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 2, '{', '}', 0,
		0, 0, 0 };
	struct rec_point out;

	(void)state;
	assert_int_equal(rec_point_get(span_of(row, sizeof row), &out), OK);
	assert_int_equal(out.bucket_id, 5);
	assert_int_equal(out.created_ms, 9);
	assert_int_equal(out.block, BLOCK_PUBLIC_ACLS | BLOCK_IGNORE_ACLS);
	assert_true(span_is(out.bucket, "b") && span_is(out.alias, "a") &&
	    out.vpc.n == 0 && span_is(out.policy, "{}") && out.tags.n == 0);
}

static void
rec_point_names(void **state)
{
	static const char *const good[] = { "abc", "0-9", "my-access-point" };
	static const char *const bad[] = { "", "ab", "Abc", "a.c", "a_c", "-ab", "ab-",
		"abc-s3alias", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(rec_point_name_ok(span_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(rec_point_name_ok(span_str(bad[i])));
}

static void
rec_point_aliases(void **state)
{
	struct span name = SPAN_LIT("a-rather-long-name-of-an-access-point");
	uint8_t random[34] = { 0, 25, 26, 35, 36 };
	struct buf b = { 0 };

	(void)state;
	rec_point_alias(&b, name, random);
	assert_int_equal(b.n, POINT_ALIAS_MAX);
	assert_true(rec_point_is_alias(buf_view(&b)));
	assert_true(span_starts(buf_view(&b), SPAN_LIT("a-rather-long-name-o-az09aaaa")));
	buf_fini(&b);
}

static void
rec_point_arns(void **state)
{
	static const char *const bad[] = { "", "arn:aws:s3:", "arn:aws:s3:::bucket",
		"arn:aws:s3:r:000000000000:accesspoint",
		"arn:aws:s3:r:000000000000:accesspoint/", "arn:aws:s3:r:1:accesspoint/x",
		"arn:aws:s3::000000000000:accesspoint/x",
		"arn:aws:iam:r:000000000000:accesspoint/x" };
	struct point_arn a;

	(void)state;
	assert_true(rec_point_arn(
	    SPAN_LIT("arn:aws:s3:eu-west-1:123456789012:accesspoint/ap/object/k/l"), &a));
	assert_true(span_is(a.region, "eu-west-1") &&
	    span_is(a.account, "123456789012") && span_is(a.name, "ap") &&
	    span_is(a.rest, "object/k/l"));
	assert_true(
	    rec_point_arn(SPAN_LIT("arn:aws:s3:r:000000000000:accesspoint:ap"), &a));
	assert_true(span_is(a.name, "ap") && a.rest.n == 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(rec_point_arn(span_str(bad[i]), &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rec_point_round_trip),
		cmocka_unit_test(rec_point_stored),
		cmocka_unit_test(rec_point_names),
		cmocka_unit_test(rec_point_aliases),
		cmocka_unit_test(rec_point_arns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
