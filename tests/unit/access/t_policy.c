/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

#include <cmocka.h>

static enum err
parse(struct policy **out, const char *json, enum policy_place place, struct fail *fail)
{
	static const struct span scopes[] = { [POLICY_BUCKET] = { "b", 1 },
		[POLICY_ACCESS_POINT] = { "arn:aws:s3:us-east-1:000000000000:accesspoint/"
					  "ap",
		    48 },
		[POLICY_KEY] = { NULL, 0 } };
	struct buf text = { 0 };
	enum err e;

	/* Quotes are written as ' to keep the tests readable. */
	for (const char *p = json; *p != '\0'; p++)
		buf_char(&text, *p == '\'' ? '"' : *p);
	fail_init(fail, NULL);
	e = policy_parse(out, buf_view(&text), place, scopes[place], fail);
	buf_fini(&text);
	return e;
}

static void
refused(const char *json, enum policy_place place, const char *want)
{
	struct policy *p = NULL;
	struct fail fail;
	enum err e = parse(&p, json, place, &fail);

	if (e == OK)
		fail_msg("accepted: %s", json);
	assert_int_equal(e,
	    place == POLICY_BUCKET || place == POLICY_ACCESS_POINT
		? E_MALFORMED_POLICY
		: E_MALFORMED_DOCUMENT);
	if (strcmp(fail_text(&fail), want) != 0)
		fail_msg("%s\n  said: %s\n  want: %s", json, fail_text(&fail), want);
	assert_null(p);
}

static struct policy *
taken(const char *json, enum policy_place place)
{
	struct policy *p = NULL;
	struct fail fail;

	if (parse(&p, json, place, &fail) != OK)
		fail_msg("%s\n  said: %s", json, fail_text(&fail));
	return p;
}

#define STATEMENT(rest) "{'Version':'2012-10-17','Statement':[{" rest "}]}"
#define ALLOW "'Effect':'Allow','Principal':'*',"
#define GET ALLOW "'Action':'s3:GetObject','Resource':'arn:aws:s3:::b/*'"

static void
bucket_documents(void **state)
{
	(void)state;
	refused("", POLICY_BUCKET,
	    "Policies must be valid JSON and the first byte must be '{'");
	refused(" {}", POLICY_BUCKET,
	    "Policies must be valid JSON and the first byte must be '{'");
	refused("{", POLICY_BUCKET, "This policy contains invalid Json");
	refused("{}", POLICY_BUCKET, "Missing required field Statement");
	refused("{'Statement':[]}", POLICY_BUCKET,
	    "Could not parse the policy: Statement is empty!");
	refused("{'Statement':1}", POLICY_BUCKET, "Invalid policy syntax.");
	refused("{'Version':'2012','Statement':[]}", POLICY_BUCKET,
	    "The policy must contain a valid version string");
	refused("{'Version':'2012-10-17','Version':'2012-10-17','Statement':[]}",
	    POLICY_BUCKET, "Invalid policy syntax.");
	refused("{'Statements':[]}", POLICY_BUCKET, "Unknown field Statements");
	refused("{'Id':3,'Statement':[]}", POLICY_BUCKET, "Invalid policy syntax.");
}

static void
bucket_statements(void **state)
{
	(void)state;
	refused(STATEMENT(GET ",'Foo':1"), POLICY_BUCKET, "Unknown field Foo");
	refused(
	    STATEMENT(GET ",'Effect':'Deny'"), POLICY_BUCKET, "Invalid policy syntax.");
	refused(
	    STATEMENT("'Principal':'*'"), POLICY_BUCKET, "Missing required field Effect");
	refused(STATEMENT("'Effect':'allow'"), POLICY_BUCKET, "Invalid effect: allow");
	refused(STATEMENT("'Effect':'Allow'"), POLICY_BUCKET,
	    "Missing required field Principal");
	refused(STATEMENT("'Effect':'Allow','Principal':{}"), POLICY_BUCKET,
	    "Missing required field Principal cannot be empty!");
	refused(STATEMENT("'Effect':'Allow','NotPrincipal':'*'"), POLICY_BUCKET,
	    "Allow with NotPrincipal is not allowed.");
	refused(STATEMENT(ALLOW "'Resource':'arn:aws:s3:::b'"), POLICY_BUCKET,
	    "Missing required field Action");
	refused(
	    STATEMENT(ALLOW "'Action':null"), POLICY_BUCKET, "Invalid policy syntax.");
	refused(STATEMENT(ALLOW "'Action':'s3:GetObject','NotAction':'s3:*'"),
	    POLICY_BUCKET, "Invalid policy syntax.");
	refused(STATEMENT(ALLOW "'Action':'s3:GetObjectt'"), POLICY_BUCKET,
	    "Policy has invalid action");
	refused(STATEMENT(ALLOW "'Action':'s3:ListAllMyBuckets'"), POLICY_BUCKET,
	    "Policy has invalid action");
	refused(STATEMENT(ALLOW "'Action':'s3:PutObjectLockConfiguration'"),
	    POLICY_BUCKET, "Policy has invalid action");
	refused(STATEMENT(ALLOW "'Action':['s3:GetObject','iam:GetUser']"), POLICY_BUCKET,
	    "Policy has invalid action");
	refused(STATEMENT(ALLOW "'Action':'s3:GetObject'"), POLICY_BUCKET,
	    "Missing required field Resource");
	refused(STATEMENT(ALLOW "'Action':'s3:GetObject','Resource':[]"), POLICY_BUCKET,
	    "Missing required field Resource");
	refused("{'Statement':[{'Sid':'a'," GET "},{'Sid':'a'," GET "}]}", POLICY_BUCKET,
	    "The Statement Ids in the policy are not unique");
}

static void
bucket_resources(void **state)
{
	static const char *const bad[] = { "*", "arn:aws:s3:::", "arn:aws:s3:::c/*",
		"b/*", "arn:aws:s3:::bb", "arn:aws:s3:::b?/x", "arn:aws:sqs:::b/x",
		NULL };
	static const char *const good[] = { "arn:aws:s3:::b/*", "arn:aws:s3:::*",
		"arn:aws:s3:::?/x", "arn:aws:s3:::b/${aws:username}/*",
		"arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::b*", NULL };
	char text[512];

	(void)state;
	for (size_t i = 0; bad[i] != NULL; i++) {
		(void)snprintf(text, sizeof text,
		    STATEMENT(ALLOW "'Action':'s3:*','Resource':'%s'"), bad[i]);
		refused(text, POLICY_BUCKET, "Policy has invalid resource");
	}
	for (size_t i = 0; good[i] != NULL; i++) {
		struct policy *p;

		(void)snprintf(text, sizeof text,
		    STATEMENT(ALLOW "'Action':'s3:GetObject','Resource':'%s'"), good[i]);
		p = taken(text, POLICY_BUCKET);
		policy_free(&p);
	}
	refused(STATEMENT(ALLOW "'Action':'s3:ListBucket','Resource':'arn:aws:s3:::b/*'"),
	    POLICY_BUCKET, "Action does not apply to any resource(s) in statement");
	refused(STATEMENT(ALLOW "'Action':'s3:PutObject','Resource':'arn:aws:s3:::b'"),
	    POLICY_BUCKET, "Action does not apply to any resource(s) in statement");
	refused(STATEMENT(ALLOW "'Action':['s3:GetObject','s3:ListBucket'],"
				"'Resource':'arn:aws:s3:::b/*'"),
	    POLICY_BUCKET, "Action does not apply to any resource(s) in statement");
}

static void
bucket_principals(void **state)
{
	static const char *const bad[] = { "'x'", "{'AWS':'user'}", "{'AWS':'12345'}",
		"{'AWS':'arn:aws:iam::000000000000:user/*'}", "{'AWS':'AIDAEXAMPLE'}",
		"{'AWS':'arn:aws:iam::000000000000:group/g'}", "{'Service':'*'}",
		"{'AWS':'arn:aws:sts::000000000000:assumed-role/r'}", "{'AWS':{'a':1}}",
		"{'Federated':'accounts.google.com'}", "{'Everyone':'*'}",
		"{'CanonicalUser':'abc'}", NULL };
	static const char *const good[] = { "'*'", "{'AWS':'*'}",
		"{'AWS':['000000000000','arn:aws:iam::111111111111:root']}",
		"{'AWS':'arn:aws:iam::000000000000:user/a/b'}",
		"{'AWS':'arn:aws:sts::000000000000:assumed-role/r/s'}",
		"{'AWS':'arn:aws:sts::000000000000:federated-user/f'}",
		"{'Service':'logging.s3.amazonaws.com'}", NULL };
	char text[512];

	(void)state;
	for (size_t i = 0; bad[i] != NULL; i++) {
		(void)snprintf(text, sizeof text,
		    STATEMENT("'Effect':'Allow','Principal':%s,'Action':'s3:GetObject',"
			      "'Resource':'arn:aws:s3:::b/*'"),
		    bad[i]);
		refused(text, POLICY_BUCKET, "Invalid principal in policy");
	}
	for (size_t i = 0; good[i] != NULL; i++) {
		struct policy *p;

		(void)snprintf(text, sizeof text,
		    STATEMENT("'Effect':'Allow','Principal':%s,'Action':'s3:GetObject',"
			      "'Resource':'arn:aws:s3:::b/*'"),
		    good[i]);
		p = taken(text, POLICY_BUCKET);
		policy_free(&p);
	}
}

static void
bucket_conditions(void **state)
{
	struct policy *p;

	(void)state;
	refused(STATEMENT(GET ",'Condition':{'StringIs':{}}"), POLICY_BUCKET,
	    "Invalid Condition type : StringIs");
	refused(STATEMENT(GET ",'Condition':{'NullIfExists':{}}"), POLICY_BUCKET,
	    "Invalid Condition type : NullIfExists");
	refused(STATEMENT(GET ",'Condition':{'StringLike':1}"), POLICY_BUCKET,
	    "Invalid policy syntax.");
	refused(STATEMENT(GET ",'Condition':{'StringLike':{'s3:VersionStatus':'x'}}"),
	    POLICY_BUCKET, "Policy has an invalid condition key");
	refused(STATEMENT(GET ",'Condition':{'StringLike':{'s3:prefix':'x'}}"),
	    POLICY_BUCKET,
	    "Conditions do not apply to combination of actions and resources in "
	    "statement");
	refused(STATEMENT(GET ",'Condition':{'IpAddress':{'aws:SourceIp':'1.2.3'}}"),
	    POLICY_BUCKET, "Invalid IP address in Conditions");
	refused(STATEMENT(GET ",'Condition':{'IpAddress':{'aws:SourceIp':'1.2.3.4/33'}}"),
	    POLICY_BUCKET, "Invalid IP address in Conditions");
	refused(STATEMENT(GET ",'Condition':{'Bool':{'aws:SecureTransport':'x'}}"),
	    POLICY_BUCKET, "Invalid value in Conditions for operator Bool");
	p = taken(STATEMENT(GET ",'Condition':{'Bool':{'aws:SecureTransport':false},"
				"'NumericLessThan':{'s3:signatureAge':600000}}"),
	    POLICY_BUCKET);
	policy_free(&p);
}

static void
bucket_size(void **state)
{
	struct buf b = { 0 };
	struct policy *p = NULL;
	struct fail fail;
	static const char head[] = "{\"Id\":\"",
			  tail[] = "\",\"Statement\":[{\"Effect\":\"Allow\","
				   "\"Principal\":\"*\",\"Action\":\"s3:*\","
				   "\"Resource\":\"arn:aws:s3:::b\"}]}";

	(void)state;
	buf_str(&b, head);
	while (b.n < POLICY_RESOURCE_MAX - sizeof tail + 1)
		buf_char(&b, 'x');
	buf_str(&b, tail);
	assert_int_equal(b.n, POLICY_RESOURCE_MAX);
	fail_init(&fail, NULL);
	/* White space around words is not counted. */
	buf_str(&b, "    \n");
	assert_int_equal(
	    policy_parse(&p, buf_view(&b), POLICY_BUCKET, SPAN_LIT("b"), &fail), OK);
	policy_free(&p);
	b.p[8] = '\\';
	b.p[9] = '\\';
	b.n = 7;
	while (b.n < POLICY_RESOURCE_MAX - sizeof tail + 2)
		buf_char(&b, 'x');
	buf_str(&b, tail);
	assert_int_equal(
	    policy_parse(&p, buf_view(&b), POLICY_BUCKET, SPAN_LIT("b"), &fail),
	    E_MALFORMED_POLICY);
	assert_string_equal(fail_text(&fail),
	    "Normalized policy document exceeds the maximum allowed size of 20480 bytes");
	buf_fini(&b);
}

#define IAM "'Effect':'Allow','Action':'s3:*','Resource':'*'"
static void
identity_documents(void **state)
{
	struct policy *p;

	(void)state;
	p = taken("\n" STATEMENT(IAM), POLICY_IDENTITY);
	policy_free(&p);
	p = taken(STATEMENT("'Effect':'Allow','Action':'s3:NoSuchThing',"
			    "'Resource':'arn:aws:s3:::*'"),
	    POLICY_IDENTITY);
	policy_free(&p);
	refused("{}", POLICY_IDENTITY,
	    "Policy document must be version 2012-10-17 or greater.");
	refused("x", POLICY_IDENTITY, "Syntax errors in policy.");
	refused(STATEMENT(IAM ",'Principal':'*'"), POLICY_IDENTITY,
	    "Policy document should not specify a principal.");
	refused(STATEMENT("'Effect':'Allow','Resource':'*'"), POLICY_IDENTITY,
	    "Policy statement must contain actions.");
	refused(STATEMENT("'Effect':'Allow','Action':'s3:*'"), POLICY_IDENTITY,
	    "Policy statement must contain resources.");
	refused(STATEMENT("'Effect':'Allow','Action':'GetObject','Resource':'*'"),
	    POLICY_IDENTITY,
	    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
	refused(STATEMENT("'Effect':'Allow','Action':'a:b:c','Resource':'*'"),
	    POLICY_IDENTITY, "Actions/Condition can contain only one colon.");
	refused(STATEMENT("'Effect':'Allow','Action':'s_3:b','Resource':'*'"),
	    POLICY_IDENTITY, "Vendor s_3 is not valid");
	refused(STATEMENT("'Effect':'Allow','Action':'s3:*','Resource':'b/x'"),
	    POLICY_IDENTITY, "Resource b/x must be in ARN format or \"*\".");
	refused(STATEMENT("'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:*:::b'"),
	    POLICY_IDENTITY,
	    "Resource vendor must be fully qualified and cannot contain regexes.");
	refused("{'Version':'2012-10-17','Statement':[{'Sid':'a'," IAM "},{'Sid':'a'," IAM
		"}]}",
	    POLICY_IDENTITY, "Statement IDs (SID) in a single policy must be unique.");
	refused(STATEMENT("'Sid':'a b'," IAM), POLICY_IDENTITY,
	    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies "
	    "the "
	    "regular expression [0-9A-Za-z]*");
}

static void
trust_documents(void **state)
{
	struct policy *p =
	    taken(STATEMENT("'Effect':'Allow','Principal':{'Federated':'idp.example'},"
			    "'Action':'sts:AssumeRoleWithWebIdentity',"
			    "'Condition':{'StringEquals':{'idp.example:sub':'x'}}"),
		POLICY_TRUST);

	(void)state;
	policy_free(&p);
	refused(STATEMENT("'Effect':'Allow','Action':'sts:AssumeRole'"), POLICY_TRUST,
	    "Missing required field Principal");
	refused(STATEMENT("'Effect':'Allow','Principal':'*','Action':'s3:*'"),
	    POLICY_TRUST, "AssumeRole policy may only specify STS AssumeRole actions.");
	refused(STATEMENT("'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole',"
			  "'Resource':'*'"),
	    POLICY_TRUST, "Has prohibited field Resource");
	refused(STATEMENT("'Effect':'Allow','Principal':{'AWS':'bob'},"
			  "'Action':'sts:AssumeRole'"),
	    POLICY_TRUST, "Invalid principal in policy: \"AWS\":\"bob\"");
}

static void
point_documents(void **state)
{
	struct policy *p =
	    taken(STATEMENT(ALLOW
		      "'Action':['s3:GetObject','s3:ListBucket'],'Resource':["
		      "'arn:aws:s3:us-east-1:000000000000:accesspoint/ap',"
		      "'arn:aws:s3:us-east-1:000000000000:accesspoint/ap/object/*']"),
		POLICY_ACCESS_POINT);

	(void)state;
	policy_free(&p);
	refused(STATEMENT(GET), POLICY_ACCESS_POINT, "Policy has invalid resource");
}

static void
is_public(void **state)
{
	static const struct {
		const char *rest;
		bool want;
	} rows[] = {
		{ "", true },
		{ ",'Condition':{'StringEquals':{'aws:SourceVpc':'vpc-1'}}", false },
		{ ",'Condition':{'StringLike':{'aws:SourceVpc':'vpc-*'}}", true },
		{ ",'Condition':{'StringNotEquals':{'aws:SourceVpc':'vpc-1'}}", true },
		{ ",'Condition':{'StringEqualsIfExists':{'aws:SourceVpc':'vpc-1'}}",
		    true },
		{ ",'Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/32'}}", false },
		{ ",'Condition':{'IpAddress':{'aws:SourceIp':'0.0.0.0/1'}}", true },
		{ ",'Condition':{'IpAddress':{'aws:SourceIp':['10.0.0.0/8','::/0']}}",
		    true },
		{ ",'Condition':{'StringLike':{'aws:Referer':'x'}}", true },
		{ ",'Condition':{'StringLike':{'aws:userid':'AROA:*'}}", true },
		{ ",'Condition':{'StringEquals':{'aws:SourceArn':'${aws:PrincipalArn}'}}",
		    true },
		{ ",'Condition':{'StringLike':{'s3:DataAccessPointArn':"
		  "'arn:aws:s3:us-east-1:000000000000:accesspoint/*'}}",
		    false },
	};
	struct policy *p;
	char text[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(text, sizeof text, STATEMENT(GET "%s"), rows[i].rest);
		p = taken(text, POLICY_BUCKET);
		if (policy_is_public(p) != rows[i].want)
			fail_msg("%s", text);
		policy_free(&p);
	}
	p = taken(STATEMENT("'Effect':'Deny','Principal':'*','Action':'s3:GetObject',"
			    "'Resource':'arn:aws:s3:::b/*'"),
	    POLICY_BUCKET);
	assert_false(policy_is_public(p));
	policy_free(&p);
	p = taken(STATEMENT("'Effect':'Allow','Principal':{'AWS':'000000000000'},"
			    "'Action':'s3:GetObject','Resource':'arn:aws:s3:::b/*'"),
	    POLICY_BUCKET);
	assert_false(policy_is_public(p));
	policy_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_documents),
		cmocka_unit_test(bucket_statements),
		cmocka_unit_test(bucket_resources),
		cmocka_unit_test(bucket_principals),
		cmocka_unit_test(bucket_conditions),
		cmocka_unit_test(bucket_size),
		cmocka_unit_test(identity_documents),
		cmocka_unit_test(trust_documents),
		cmocka_unit_test(point_documents),
		cmocka_unit_test(is_public),
	};

	return cmocka_run_group_tests_name("access/policy", tests, NULL, NULL);
}
