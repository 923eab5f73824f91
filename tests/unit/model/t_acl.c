/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/acl.h"

#include <cmocka.h>

#define ME "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
#define YOU "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
acl_render_stores_and_reads(void **state)
{
	static const char stored[] =
	    "\1\0\0\0\100" ME "\2\0\17\0\0\0\100" ME "\1\1\0\0\0\0";
	struct arena a;
	struct acl acl;
	struct span row, owner;

	(void)state;
	arena_init(&a, 0);
	assert_true(acl_canned(
	    &a, SPAN_LIT("public-read"), false, SPAN_LIT(ME), SPAN_LIT(YOU), &acl));
	row = acl_render(&a, &acl);
	assert_int_equal(row.n, sizeof stored - 1);
	assert_memory_equal(row.p, stored, row.n);
	assert_int_equal(acl_read(&a, row, &acl), OK);
	assert_int_equal(acl.n, 2);
	assert_int_equal(acl.grant[1].to, ACL_TO_ALL);
	assert_int_equal(acl.grant[1].permission, ACL_READ);
	assert_int_equal(acl_read_owner(row, &owner), OK);
	assert_true(span_is(owner, ME));
	for (size_t n = 0; n < row.n; n++)
		assert_int_equal(acl_read(&a, span_of(row.p, n), &acl), E_CORRUPT);
	arena_fini(&a);
}

static void
acl_canned_gives_to_the_bucket_owner(void **state)
{
	struct arena a;
	struct acl acl;

	(void)state;
	arena_init(&a, 0);
	assert_true(acl_canned(&a, SPAN_LIT("bucket-owner-full-control"), false,
	    SPAN_LIT(YOU), SPAN_LIT(ME), &acl));
	assert_int_equal(acl.n, 2);
	assert_true(span_is(acl.grant[1].id, ME));
	assert_false(acl_is_private(&acl) || acl_is_public(&acl));
	/* Who owns both needs no second grant. */
	assert_true(acl_canned(&a, SPAN_LIT("bucket-owner-full-control"), false,
	    SPAN_LIT(ME), SPAN_LIT(ME), &acl));
	assert_true(acl_is_private(&acl));
	assert_false(acl_canned(
	    &a, SPAN_LIT("log-delivery-write"), false, SPAN_LIT(ME), SPAN_LIT(ME), &acl));
	assert_true(acl_canned(
	    &a, SPAN_LIT("authenticated-read"), true, SPAN_LIT(ME), SPAN_LIT(ME), &acl));
	assert_true(acl_is_public(&acl));
	arena_fini(&a);
}

static void
acl_is_owners_wants_nothing_else(void **state)
{
	struct arena a;
	struct acl acl = { 0 };
	struct fail fail;

	(void)state;
	arena_init(&a, 0);
	fail_init(&fail, &a);
	assert_false(acl_is_owners(&acl, SPAN_LIT(ME)));
	assert_int_equal(acl_add_header(&a, ACL_FULL, "h",
			     SPAN_LIT("id=\"" ME "\", id=" ME), &acl, &fail),
	    OK);
	assert_true(acl_is_owners(&acl, SPAN_LIT(ME)));
	assert_int_equal(
	    acl_add_header(&a, ACL_READ, "h", SPAN_LIT("id=" YOU), &acl, &fail), OK);
	assert_false(acl_is_owners(&acl, SPAN_LIT(ME)));
	assert_int_equal(acl_add_header(&a, ACL_READ, "h",
			     SPAN_LIT("emailAddress=\"a@b.c\""), &acl, &fail),
	    E_METHOD_NOT_ALLOWED);
	assert_int_equal(fail.code, OK);
	assert_int_equal(
	    acl_add_header(&a, ACL_READ, "h", SPAN_LIT("id=abc"), &acl, &fail),
	    E_INVALID_ARGUMENT);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acl_render_stores_and_reads),
		cmocka_unit_test(acl_canned_gives_to_the_bucket_owner),
		cmocka_unit_test(acl_is_owners_wants_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
