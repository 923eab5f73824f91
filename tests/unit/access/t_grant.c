/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "access/grant.h"

#include <cmocka.h>

#define ME "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
#define YOU "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct identity nobody = { .kind = IDENTITY_NOBODY },
			     mine = { .kind = IDENTITY_USER,
				     .canonical_id = { ME, ACL_ID } },
			     yours = { .kind = IDENTITY_ROOT,
				     .canonical_id = { YOU, ACL_ID } };

static void
grant_match_by_whom(void **state)
{
	static const struct {
		uint8_t to;
		const char *id;
		enum policy_match nobody, mine, yours;
	} rows[] = {
		{ ACL_TO_ALL, "", POLICY_BY_NAME, POLICY_BY_NAME, POLICY_BY_NAME },
		{ ACL_TO_AUTHENTICATED, "", POLICY_NOT_NAMED, POLICY_BY_NAME,
		    POLICY_BY_NAME },
		{ ACL_TO_LOGS, "", POLICY_NOT_NAMED, POLICY_NOT_NAMED, POLICY_NOT_NAMED },
		{ ACL_TO_ID, ME, POLICY_NOT_NAMED, POLICY_BY_ACCOUNT, POLICY_NOT_NAMED },
		{ ACL_TO_ID, YOU, POLICY_NOT_NAMED, POLICY_NOT_NAMED, POLICY_BY_ACCOUNT },
		{ ACL_TO_ID, "", POLICY_NOT_NAMED, POLICY_NOT_NAMED, POLICY_NOT_NAMED },
		{ ACL_TO_ID, ACL_ANONYMOUS, POLICY_NOT_NAMED, POLICY_NOT_NAMED,
		    POLICY_NOT_NAMED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct acl_grant g = { rows[i].to, ACL_READ, span_str(rows[i].id) };
		struct acl acl = { .owner = SPAN_LIT(ME), .grant = &g, .n = 1 };

		assert_int_equal(
		    grant_match(&acl, &nobody, ACL_READ, false), rows[i].nobody);
		assert_int_equal(grant_match(&acl, &mine, ACL_READ, false), rows[i].mine);
		assert_int_equal(
		    grant_match(&acl, &yours, ACL_READ, false), rows[i].yours);
		/* What is ignored is what all have, not what one has. */
		assert_int_equal(grant_match(&acl, &yours, ACL_READ, true),
		    rows[i].yours == POLICY_BY_NAME ? POLICY_NOT_NAMED : rows[i].yours);
		assert_int_equal(
		    grant_match(&acl, &mine, ACL_WRITE, false), POLICY_NOT_NAMED);
	}
}

static void
grant_match_by_permission(void **state)
{
	static const uint8_t all[] = { ACL_READ, ACL_WRITE, ACL_READ_ACP, ACL_WRITE_ACP };

	(void)state;
	for (size_t given = 0; given <= ARRAY_LEN(all); given++)
		for (size_t asked = 0; asked < ARRAY_LEN(all); asked++) {
			struct acl_grant g = { ACL_TO_ALL,
				given < ARRAY_LEN(all) ? all[given] : ACL_FULL,
				SPAN_NONE };
			struct acl acl = { .grant = &g, .n = 1 };
			bool gives = given == asked || given == ARRAY_LEN(all);

			assert_int_equal(grant_match(&acl, &nobody, all[asked], false),
			    gives ? POLICY_BY_NAME : POLICY_NOT_NAMED);
		}
}

static void
grant_match_takes_the_best(void **state)
{
	struct acl_grant g[] = { { ACL_TO_ID, ACL_FULL, SPAN_LIT(ME) },
		{ ACL_TO_AUTHENTICATED, ACL_READ, SPAN_NONE } };
	struct acl acl = { .grant = g, .n = 2 }, empty = { 0 };

	(void)state;
	assert_int_equal(grant_match(&acl, &mine, ACL_READ, false), POLICY_BY_NAME);
	assert_int_equal(grant_match(&acl, &mine, ACL_READ, true), POLICY_BY_ACCOUNT);
	assert_int_equal(grant_match(&acl, &mine, ACL_WRITE, false), POLICY_BY_ACCOUNT);
	assert_int_equal(grant_match(&empty, &mine, ACL_READ, false), POLICY_NOT_NAMED);
}

static void
grant_needed_knows_few_actions(void **state)
{
	static const char *const never[] = { "s3:DeleteObject", "s3:DeleteBucket",
		"s3:PutBucketPolicy", "s3:GetObjectTagging",
		"s3:BypassGovernanceRetention", "s3:PutObjectRetention",
		"s3:GetObjectAttributes", "s3:CreateBucket", "" };
	uint8_t permission;
	bool object;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		assert_false(grant_needed(span_str(never[i]), &object, &permission));
	assert_true(grant_needed(SPAN_LIT("s3:GetObject"), &object, &permission));
	assert_true(object);
	assert_int_equal(permission, ACL_READ);
	assert_true(grant_needed(SPAN_LIT("s3:PutObject"), &object, &permission));
	assert_false(object);
	assert_int_equal(permission, ACL_WRITE);
	assert_true(grant_needed(SPAN_LIT("s3:PutBucketAcl"), &object, &permission));
	assert_int_equal(permission, ACL_WRITE_ACP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grant_match_by_whom),
		cmocka_unit_test(grant_match_by_permission),
		cmocka_unit_test(grant_match_takes_the_best),
		cmocka_unit_test(grant_needed_knows_few_actions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
