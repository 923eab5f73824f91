/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's published examples of signatures of version 2 (tests/vec/sigv2-aws.txt) hold, and
 * bent they are refused in the words of AWS. */
#include "config.h"

#include "auth/sigv2.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"

#include "auth_case.h"

/* last: it has a macro of the name of our fail_msg() */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* "Tue, 27 Mar 2007 19:36:42 +0000" */
#define NOW 1175024202
#define DATE "Tue, 27 Mar 2007 19:36:42 +0000"
#define SIG "bWq2s1WEIj+Ydj0vQ697zp+IXMU="
#define AUTH "AWS " CASE_KEY ":"
#define PUPPY "/photos/puppy.jpg"
#define LINK "AWSAccessKeyId=" CASE_KEY "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"
#define UNTIL "&Expires=1175139620"

static enum err
check(struct auth_case *c)
{
	fail_init(&c->fail, &c->arena);
	return sigv2_check(&c->conf, &c->rq, &c->result, &c->fail);
}

static void
start(struct auth_case *c, const char *line, const char *authorization)
{
	case_init(c);
	c->rq.now = NOW;
	c->rq.bucket = SPAN_LIT("johnsmith");
	case_line(c, span_str(line));
	case_header(c, "host", "johnsmith.s3.amazonaws.com");
	if (authorization != NULL)
		case_header(c, "authorization", authorization);
}

static void
expect(struct auth_case *c, enum err e, const char *text)
{
	assert_true(sigv2_asked(&c->rq));
	assert_int_equal(check(c), e);
	assert_int_equal(c->fail.code, e);
	if (text != NULL)
		assert_string_equal(fail_text(&c->fail), text);
	case_fini(c);
}

static void
sigv2_check_aws_examples(void **state)
{
	const char *top = getenv("top_srcdir");
	struct span text, name;
	struct buf b = { 0 };
	struct auth_case c;
	char path[1024];
	unsigned n = 0;

	(void)state;
	(void)snprintf(
	    path, sizeof path, "%s/tests/vec/sigv2-aws.txt", top == NULL ? "." : top);
	assert_int_equal(io_read_file(path, &b, 1 << 20), 0);
	text = buf_view(&b);
	case_init(&c);
	for (; case_next(&c, &text, &name); n++) {
		assert_true(sigv2_asked(&c.rq));
		if (check(&c) != OK)
			fail_msg("%.*s: %s\n%s", (int)name.n, name.p, fail_text(&c.fail),
			    case_pair(&c, "StringToSign"));
		assert_true(span_is(c.result.access_key, CASE_KEY));
		assert_int_equal(strlen(c.result.signature), 28);
		c.rq.method = SPAN_LIT("POST");
		assert_int_equal(check(&c), E_SIGNATURE);
		arena_fini(&c.arena);
	}
	assert_int_equal(n, 12);
	case_fini(&c);
	buf_fini(&b);
}

static void
sigv2_check_no_match(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET " PUPPY "?acl", AUTH SIG);
	case_header(&c, "date", DATE);
	assert_int_equal(check(&c), E_SIGNATURE);
	assert_string_equal(case_pair(&c, "AWSAccessKeyId"), CASE_KEY);
	assert_string_equal(case_pair(&c, "SignatureProvided"), SIG);
	assert_string_equal(
	    case_pair(&c, "StringToSign"), "GET\n\n\n" DATE "\n/johnsmith" PUPPY "?acl");
	assert_memory_equal(case_pair(&c, "StringToSignBytes"), "47 45 54 0a ", 12);
	case_fini(&c);
}

/* What another implementation of HMAC-SHA1 says of a string put together by hand. */
static void
sigv2_check_amz_date(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "DELETE " PUPPY, AUTH "R4dJ53KECjStyBO5iTBJZ4XVOaI=");
	c.rq.now = 1175030426;
	case_header(&c, "date", "Sat, 24 Mar 2007 21:20:27 +0000");
	case_header(&c, "x-amz-date", "Tue, 27 Mar 2007 21:20:26 +0000");
	expect(&c, OK, NULL);
}

static void
sigv2_check_form(void **state)
{
	static const char *const bad[] = { "AWS HAHAHA", "AWS :sig",
		"AWS ak:", "AWS ak:s s", "AWS " };
	struct auth_case c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		start(&c, "GET " PUPPY, bad[i]);
		case_header(&c, "date", DATE);
		expect(&c, E_INVALID_ARGUMENT,
		    "AWS authorization header is invalid.  Expected "
		    "AwsAccessKeyId:signature");
	}
	start(&c, "GET " PUPPY, "AWS nobody:" SIG);
	case_header(&c, "date", DATE);
	assert_int_equal(check(&c), E_INVALID_ACCESS_KEY);
	assert_string_equal(case_pair(&c, "AWSAccessKeyId"), "nobody");
	case_fini(&c);
	/* no base64, too short, too long */
	start(&c, "GET " PUPPY, AUTH "*");
	case_header(&c, "date", DATE);
	expect(&c, E_SIGNATURE, NULL);
	start(&c, "GET " PUPPY, AUTH "YQ==");
	case_header(&c, "date", DATE);
	expect(&c, E_SIGNATURE, NULL);
	start(&c, "GET " PUPPY, AUTH SIG SIG);
	case_header(&c, "date", DATE);
	expect(&c, E_SIGNATURE, NULL);
}

static void
sigv2_check_time(void **state)
{
	static const char *const same[] = { DATE, "Tue, 27 Mar 2007 19:36:42 GMT",
		"Tue, 27 Mar 2007 19:36:42 UTC", "Tue, 27 Mar 2007 21:36:42 +0200",
		"Tue, 27 Mar 2007 14:06:42 -0530", "20070327T193642Z",
		"2007-03-27T19:36:42Z" };
	static const char *const none[] = { "", "\x07", "today",
		"Tue, 27 Mar 2007 19:36:42 +02:00", "Tue, 27 Mar 2007 19:36:42 *0000" };
	struct auth_case c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		start(&c, "GET " PUPPY, AUTH SIG);
		case_header(&c, "date", same[i]);
		c.rq.now = NOW - 900;
		expect(&c, i == 0 ? OK : E_SIGNATURE, NULL);
		start(&c, "GET " PUPPY, AUTH SIG);
		case_header(&c, "date", same[i]);
		c.rq.now = NOW + 901;
		expect(&c, E_TIME_SKEWED, NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		start(&c, "GET " PUPPY, AUTH SIG);
		case_header(&c, "date", none[i]);
		expect(&c, E_ACCESS_DENIED,
		    "AWS authentication requires a valid Date or x-amz-date header");
	}
}

static void
sigv2_check_expires(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET " PUPPY "?" LINK UNTIL, NULL);
	c.rq.now = 1175139620;
	assert_int_equal(check(&c), OK);
	assert_int_equal(c.result.kind, AUTH_PRESIGNED);
	c.rq.now++;
	assert_int_equal(check(&c), E_ACCESS_DENIED);
	assert_string_equal(fail_text(&c.fail), "Request has expired");
	assert_string_equal(case_pair(&c, "Expires"), "2007-03-29T03:40:20Z");
	assert_string_equal(case_pair(&c, "ServerTime"), "2007-03-29T03:40:21Z");
	case_fini(&c);
	start(&c, "GET " PUPPY "?" LINK "&Expires=soon", NULL);
	expect(&c, E_ACCESS_DENIED, "Invalid date (should be seconds since epoch): soon");
	start(&c, "GET " PUPPY "?" LINK, NULL);
	expect(&c, E_ACCESS_DENIED,
	    "Query-string authentication requires the Signature, Expires and "
	    "AWSAccessKeyId parameters");
	start(&c, "GET " PUPPY "?" LINK "&Expires=1175139621", NULL);
	expect(&c, E_SIGNATURE, NULL);
}

/* A link can't be made another request by what is added to it. */
static void
sigv2_check_added_parameters(void **state)
{
	static const char *const added[] = { "&acl", "&tagging=", "&attributes",
		"&renameObject", "&versionId=1", "&response-content-type=text/html",
		"&x-amz-acl=public-read" };
	struct auth_case c;
	char line[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(added); i++) {
		(void)snprintf(
		    line, sizeof line, "%s%s", "GET " PUPPY "?" LINK UNTIL, added[i]);
		start(&c, line, NULL);
		expect(&c, E_SIGNATURE, NULL);
	}
	start(&c, "GET " PUPPY "?" LINK UNTIL "&marker=1", NULL);
	expect(&c, OK, NULL);
}

/* In headers, what is younger than the signers may be signed or not. */
static void
sigv2_check_late_parameters(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET " PUPPY "?attributes", AUTH SIG);
	case_header(&c, "date", DATE);
	expect(&c, OK, NULL);
}

static void
sigv2_check_payload(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET " PUPPY, AUTH SIG);
	case_header(&c, "date", DATE);
	assert_int_equal(check(&c), OK);
	assert_int_equal(c.result.payload, AUTH_PAYLOAD_UNSIGNED);
	case_header(&c, "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
	assert_int_equal(check(&c), E_ACCESS_DENIED);
	case_fini(&c);
}

static void
sigv2_asked_of(void **state)
{
	static const struct {
		const char *line, *authorization;
		bool asked;
	} rows[] = {
		{ "GET /", NULL, false },
		{ "GET /", "AWS4-HMAC-SHA256 Credential=a", false },
		{ "GET /", "AWS a:b", true },
		{ "GET /?Signature=b", "AWS a:b", false },
		{ "GET /?X-Amz-Signature=b", "AWS a:b", false },
		{ "GET /?Signature=b", NULL, true },
		{ "GET /?AWSAccessKeyId=b", NULL, true },
		{ "GET /?Expires=1", NULL, false },
		{ "GET /?AWSAccessKeyId=b&X-Amz-Algorithm=c", NULL, false },
	};
	struct auth_case c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		start(&c, rows[i].line, rows[i].authorization);
		assert_int_equal(sigv2_asked(&c.rq), rows[i].asked);
		case_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sigv2_check_aws_examples),
		cmocka_unit_test(sigv2_check_no_match),
		cmocka_unit_test(sigv2_check_amz_date),
		cmocka_unit_test(sigv2_check_form),
		cmocka_unit_test(sigv2_check_time),
		cmocka_unit_test(sigv2_check_expires),
		cmocka_unit_test(sigv2_check_added_parameters),
		cmocka_unit_test(sigv2_check_late_parameters),
		cmocka_unit_test(sigv2_check_payload),
		cmocka_unit_test(sigv2_asked_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
