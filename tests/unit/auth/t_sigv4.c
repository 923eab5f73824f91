/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused, in which order, and in which words. The requests are AWS's published
 * examples (tests/vec/sigv4-aws.txt), bent. */
#include "config.h"

#include "auth/sigv4.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#include "auth_case.h"

/* last: it has a macro of the name of our fail_msg() */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define NOW 1369353600
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define AUTH(cred, list, sig) \
	"AWS4-HMAC-SHA256 Credential=" cred ",SignedHeaders=" list ",Signature=" sig
#define CRED CASE_KEY "/20130524/us-east-1/s3/aws4_request"
#define LIST "host;range;x-amz-content-sha256;x-amz-date"
#define SIG "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
#define PATH_GET "GET /test.txt"
#define BAD "The authorization header is malformed; "
#define QBAD "Error parsing the X-Amz-Credential parameter; "

#define Q_CRED \
	"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_" \
	"request"
#define Q_ALG "X-Amz-Algorithm=AWS4-HMAC-SHA256"
#define Q_DATE "&X-Amz-Date=20130524T000000Z"
#define Q_EXP "&X-Amz-Expires=86400"
#define Q_LIST "&X-Amz-SignedHeaders=host"
#define Q_SIG \
	"&X-Amz-Signature=" \
	"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
#define Q_ALL Q_ALG Q_CRED Q_DATE Q_EXP Q_LIST Q_SIG

static void
start(struct auth_case *c, const char *line)
{
	case_init(c);
	c->rq.now = NOW;
	case_line(c, span_str(line));
	case_header(c, "host", "examplebucket.s3.amazonaws.com");
}

/* AWS's first example with another Authorization header. */
static void
start_get(struct auth_case *c, const char *authorization)
{
	start(c, PATH_GET);
	case_header(c, "authorization", authorization);
	case_header(c, "range", "bytes=0-9");
	case_header(c, "x-amz-content-sha256", EMPTY);
	case_header(c, "x-amz-date", "20130524T000000Z");
}

static void
set(struct auth_case *c, const char *name, const char *value)
{
	for (size_t i = 0; i < c->rq.nheader; i++)
		if (span_is(c->header[i].name, name)) {
			c->header[i].value = span_str(value);
			return;
		}
	case_header(c, name, value);
}

static void
drop(struct auth_case *c, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < c->rq.nheader; i++)
		if (!span_is(c->header[i].name, name))
			c->header[n++] = c->header[i];
	c->rq.nheader = n;
}

static void
expect(struct auth_case *c, enum err e, const char *text)
{
	assert_int_equal(case_check(c), e);
	assert_int_equal(c->fail.code, e);
	if (text != NULL)
		assert_string_equal(fail_text(&c->fail), text);
}

static void
refused(const char *authorization, enum err e, const char *text)
{
	struct auth_case c;

	start_get(&c, authorization);
	expect(&c, e, text);
	assert_int_equal(c.asked, 0);
	case_fini(&c);
}

static void
refused_query(const char *query, enum err e, const char *text)
{
	struct auth_case c;
	char line[2048];

	(void)snprintf(line, sizeof line, "GET /test.txt?%s", query);
	start(&c, line);
	expect(&c, e, text);
	case_fini(&c);
}

static void
sigv4_check_anonymous(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, PATH_GET);
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(c.result.kind, AUTH_ANONYMOUS);
	assert_int_equal(c.result.payload, AUTH_PAYLOAD_UNSIGNED);
	set(&c, "authorization", "");
	set(&c, "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(c.result.kind, AUTH_ANONYMOUS);
	assert_int_equal(c.result.payload, AUTH_PAYLOAD_UNSIGNED_TRAILER);
	set(&c, "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
	assert_int_equal(case_check(&c), E_ACCESS_DENIED);
	case_fini(&c);
}

static void
sigv4_check_result(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(c.result.kind, AUTH_HEADER);
	assert_true(span_is(c.result.access_key, CASE_KEY));
	assert_true(span_is(c.result.region, "us-east-1"));
	assert_true(span_is(c.result.date, "20130524"));
	assert_true(span_is(c.result.amz_date, "20130524T000000Z"));
	assert_true(span_is(c.result.scope, "20130524/us-east-1/s3/aws4_request"));
	assert_int_equal(c.result.session_token.n, 0);
	assert_int_equal(c.result.payload, AUTH_PAYLOAD_HASH);
	assert_int_equal(c.result.hash[0], 0xe3);
	assert_string_equal(c.result.signature, SIG);
	assert_null(c.hint);
	case_fini(&c);
}

static void
sigv4_check_spaces_between_components(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c,
	    "AWS4-HMAC-SHA256  Credential=" CRED ", SignedHeaders=" LIST
	    " ,  Signature=" SIG " ");
	assert_int_equal(case_check(&c), OK);
	case_fini(&c);
}

static void
sigv4_check_scheme(void **state)
{
	struct auth_case c;

	(void)state;
	refused("AWS AKIA:sig=", E_UNSUPPORTED_SIGNATURE, NULL);
	refused("AWS4-ECDSA-P256-SHA256 Credential=x", E_UNSUPPORTED_SIGNATURE, NULL);
	refused("Bearer", E_INVALID_ARGUMENT,
	    "Authorization header is invalid -- one and only one ' ' (space) required.");
	start_get(&c, "Bearer abc def");
	expect(&c, E_INVALID_ARGUMENT, "Unsupported Authorization Type");
	assert_string_equal(case_pair(&c, "ArgumentName"), "Authorization");
	assert_string_equal(case_pair(&c, "ArgumentValue"), "Bearer abc def");
	case_fini(&c);
}

static void
sigv4_check_components(void **state)
{
	static const char three[] = BAD "the authorization header requires three "
					"components: Credential, SignedHeaders, "
					"and Signature.";

	(void)state;
	refused("AWS4-HMAC-SHA256 Credential=" CRED, E_AUTH_HEADER_MALFORMED, three);
	refused("AWS4-HMAC-SHA256 ", E_AUTH_HEADER_MALFORMED, three);
	refused(AUTH(CRED, LIST, SIG) ",More=1", E_AUTH_HEADER_MALFORMED, three);
	refused("AWS4-HMAC-SHA256 Credential=" CRED ", SignedHeaders=" LIST
		", Signature=",
	    E_AUTH_HEADER_MALFORMED,
	    BAD "the authorization component \" Signature=\" is malformed.");
	refused("AWS4-HMAC-SHA256 Credential,SignedHeaders=" LIST ",Signature=" SIG,
	    E_AUTH_HEADER_MALFORMED,
	    BAD "the authorization component \"Credential\" is malformed.");
	refused("AWS4-HMAC-SHA256 Credenadsftial=" CRED ",SignedHeaders=" LIST
		",Signature=" SIG,
	    E_AUTH_HEADER_MALFORMED, BAD "missing Credential.");
	refused("AWS4-HMAC-SHA256 Credential=" CRED ",Headers=" LIST ",Signature=" SIG,
	    E_AUTH_HEADER_MALFORMED, BAD "missing SignedHeaders.");
	refused("AWS4-HMAC-SHA256 Credential=" CRED ",SignedHeaders=" LIST ",Sig=" SIG,
	    E_AUTH_HEADER_MALFORMED, BAD "missing Signature.");
}

static void
sigv4_check_credential(void **state)
{
	static const char form[] =
	    BAD "the Credential is mal-formed; expecting "
		"\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";

	(void)state;
	refused(AUTH("AK", LIST, SIG), E_AUTH_HEADER_MALFORMED, form);
	refused(
	    AUTH("AK/20130524/us-east-1/s3", LIST, SIG), E_AUTH_HEADER_MALFORMED, form);
	refused(AUTH("/20130524/us-east-1/s3/aws4_request", LIST, SIG),
	    E_AUTH_HEADER_MALFORMED, form);
	refused(AUTH("A/K/20130524/us-east-1/s3/aws4_request", LIST, SIG),
	    E_AUTH_HEADER_MALFORMED, form);
	refused(AUTH("AK/20130524/us-east-1/s2/aws4_request", LIST, SIG),
	    E_AUTH_HEADER_MALFORMED,
	    BAD "incorrect service \"s2\". This endpoint belongs to \"s3\".");
	refused(AUTH("AK/20130524/us-east-1/s3/aws4", LIST, SIG), E_AUTH_HEADER_MALFORMED,
	    BAD "incorrect terminal \"aws4\". This endpoint uses \"aws4_request\".");
	refused(AUTH("AK/2013-05-24/us-east-1/s3/aws4_request", LIST, SIG),
	    E_AUTH_HEADER_MALFORMED,
	    BAD "incorrect date format \"2013-05-24\". This date in the credential must "
		"be in the "
		"format \"yyyyMMdd\".");
}

/* What was found well-formed a moment ago is not taken apart again; what follows it is. */
static void
sigv4_check_header_again(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	expect(&c, OK, NULL);
	expect(&c, OK, NULL);
	assert_true(span_is(c.result.access_key, CASE_KEY));
	assert_true(span_is(c.result.scope, "20130524/us-east-1/s3/aws4_request"));
	assert_true(span_is(c.result.region, "us-east-1"));
	set(&c, "authorization",
	    AUTH(CRED, LIST,
		"g0e8bdb87c964420e857bd35b5d6ed31"
		"0bd44f0170aba48dd91039c6036bdb41"));
	expect(&c, E_SIGNATURE, NULL);
	/* As long as a signature, and none. */
	set(&c, "authorization",
	    AUTH(CRED, LIST, "f0e8bdb87c964420e857bd35b5d6ed31") ",bd44f0170aba48dd91039c"
								 "6036bdb41");
	expect(&c, E_AUTH_HEADER_MALFORMED, NULL);
	set(&c, "authorization",
	    AUTH(CRED, "range;x-amz-content-sha256;x-amz-date", SIG));
	expect(&c, E_ACCESS_DENIED, NULL);
	set(&c, "authorization", AUTH(CRED, LIST, SIG));
	expect(&c, OK, NULL);
	set(&c, "authorization",
	    AUTH(CASE_KEY "/20130524/aws-global/s3/aws4_request", LIST, SIG));
	c.conf.any_region = true;
	expect(&c, E_SIGNATURE, NULL);
	c.conf.any_region = false;
	expect(&c, E_AUTH_HEADER_MALFORMED, NULL);
	case_fini(&c);
}

static void
sigv4_check_region(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CASE_KEY "/20130524/aws-global/s3/aws4_request", LIST, SIG));
	expect(&c, E_AUTH_HEADER_MALFORMED,
	    BAD "the region 'aws-global' is wrong; expecting 'us-east-1'");
	assert_string_equal(case_pair(&c, "Region"), "us-east-1");
	c.conf.any_region = true;
	expect(&c, E_SIGNATURE, NULL);
	set(&c, "authorization", AUTH(CRED, LIST, SIG));
	assert_int_equal(case_check(&c), OK);
	case_fini(&c);
}

static void
sigv4_check_access_key(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH("NOBODY/20130524/us-east-1/s3/aws4_request", LIST, SIG));
	drop(&c, "x-amz-date"); /* judged behind the key */
	expect(&c, E_INVALID_ACCESS_KEY,
	    "The AWS Access Key Id you provided does not exist in our records.");
	assert_string_equal(case_pair(&c, "AWSAccessKeyId"), "NOBODY");
	case_fini(&c);
}

static void
sigv4_check_date(void **state)
{
	static const char text[] =
	    "AWS authentication requires a valid Date or x-amz-date header";
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	drop(&c, "x-amz-date");
	expect(&c, E_ACCESS_DENIED, text);
	set(&c, "x-amz-date", "tomorrow");
	expect(&c, E_ACCESS_DENIED, text);
	set(&c, "x-amz-date", "20130523T235959Z");
	expect(&c, E_AUTH_HEADER_MALFORMED,
	    BAD "Invalid credential date. Date is not the same as X-Amz-Date.");
	case_fini(&c);
}

/* Only Date, in HTTP's form: the string to sign has it in SigV4's. */
static void
sigv4_check_http_date(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, "host;range;x-amz-content-sha256", SIG));
	drop(&c, "x-amz-date");
	set(&c, "date", "Fri, 24 May 2013 00:00:00 GMT");
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(case_pair(&c, "StringToSign"), "\n20130524T000000Z\n"));
	case_fini(&c);
}

static void
sigv4_check_skew(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	c.rq.now = NOW + 900;
	assert_int_equal(case_check(&c), OK);
	c.rq.now = NOW - 900;
	assert_int_equal(case_check(&c), OK);
	c.rq.now = NOW + 901;
	expect(&c, E_TIME_SKEWED, NULL);
	assert_string_equal(case_pair(&c, "RequestTime"), "20130524T000000Z");
	assert_string_equal(case_pair(&c, "ServerTime"), "2013-05-24T00:15:01Z");
	assert_string_equal(case_pair(&c, "MaxAllowedSkewMilliseconds"), "900000");
	c.rq.now = NOW - 901;
	expect(&c, E_TIME_SKEWED, NULL);
	case_fini(&c);
}

static void
sigv4_check_content_sha256(void **state)
{
	static const char text[] =
	    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
	    "STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
	    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
	    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
	    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
	    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	set(&c, "x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD");
	expect(&c, E_NOT_IMPLEMENTED, NULL);
	set(&c, "x-amz-content-sha256", "abc");
	expect(&c, E_INVALID_ARGUMENT, text);
	assert_string_equal(case_pair(&c, "ArgumentName"), "x-amz-content-sha256");
	assert_string_equal(case_pair(&c, "ArgumentValue"), "abc");
	drop(&c, "x-amz-content-sha256");
	expect(&c, E_INVALID_REQUEST,
	    "Missing required header for this request: x-amz-content-sha256");
	case_fini(&c);
}

static void
sigv4_check_unsigned_headers(void **state)
{
	static const char text[] =
	    "There were headers present in the request which were not signed";
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	set(&c, "x-amz-acl", "public-read");
	set(&c, "content-type", "text/plain");
	set(&c, "x-amz-tagging", "a=b");
	expect(&c, E_ACCESS_DENIED, text);
	assert_string_equal(
	    case_pair(&c, "HeadersNotSigned"), "x-amz-acl, x-amz-tagging");
	drop(&c, "x-amz-acl");
	drop(&c, "x-amz-tagging");
	assert_int_equal(case_check(&c), OK);
	set(&c, "authorization",
	    AUTH(CRED, "range;x-amz-content-sha256;x-amz-date", SIG));
	expect(&c, E_ACCESS_DENIED, text);
	assert_string_equal(case_pair(&c, "HeadersNotSigned"), "host");
	drop(&c, "host");
	expect(&c, E_ACCESS_DENIED, text);
	assert_string_equal(case_pair(&c, "HeadersNotSigned"), "host");
	case_fini(&c);
}

static void
sigv4_check_header_listed_twice(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST ";host", SIG));
	expect(&c, E_AUTH_HEADER_MALFORMED, NULL);
	case_fini(&c);
}

static void
sigv4_check_mismatch(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	set(&c, "range", "bytes=0-8");
	expect(&c, E_SIGNATURE, NULL);
	assert_null(c.hint);
	assert_string_equal(case_pair(&c, "AWSAccessKeyId"), CASE_KEY);
	assert_string_equal(case_pair(&c, "SignatureProvided"), SIG);
	assert_string_equal(case_pair(&c, "CanonicalRequest"),
	    "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-8\n"
	    "x-amz-content-sha256:" EMPTY "\nx-amz-date:20130524T000000Z\n\n" LIST
	    "\n" EMPTY);
	assert_int_equal(strncmp(case_pair(&c, "StringToSign"),
			     "AWS4-HMAC-SHA256\n20130524T000000Z\n"
			     "20130524/us-east-1/s3/aws4_request\n",
			     69),
	    0);
	assert_int_equal(
	    strncmp(case_pair(&c, "StringToSignBytes"), "41 57 53 34 2d", 14), 0);
	assert_int_equal(
	    strncmp(case_pair(&c, "CanonicalRequestBytes"), "47 45 54 0a ", 12), 0);
	set(&c, "authorization", AUTH(CRED, LIST, "zz"));
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(c.hint);
	case_fini(&c);
}

/* A key that was rotated must not be found under its old generation. */
static void
sigv4_check_rotated_key(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(case_check(&c), OK);
	c.secret = "another";
	c.generation = 1;
	assert_int_equal(case_check(&c), E_SIGNATURE);
	assert_int_equal(case_check(&c), E_SIGNATURE);
	c.secret = CASE_SECRET;
	c.generation = 2;
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(c.asked, 5);
	case_fini(&c);
}

/* Folding, joining and escapes that a client may well send otherwise than it signed. */
static void
sigv4_check_canonical_form(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST ";x-absent;x-amz-meta-a", SIG));
	case_line(
	    &c, SPAN_LIT("GET /a%2fb+%7e%zz//./%c3%A9/@:=%?b=2&a=%20+&a&&B=%2b&a=!"));
	set(&c, "x-amz-meta-a", "  one   two ");
	case_header(&c, "x-amz-meta-a", "\tthree");
	expect(&c, E_SIGNATURE, NULL);
	assert_string_equal(case_pair(&c, "CanonicalRequest"),
	    "GET\n/a/b%2B~%25zz//./%C3%A9/%40%3A%3D%25\nB=%2B&a=&a=%20%20&a=%21&b=2\n"
	    "host:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
	    "x-amz-content-sha256:" EMPTY "\nx-amz-date:20130524T000000Z\nx-absent:\n"
	    "x-amz-meta-a:one two,three\n\n" LIST ";x-absent;x-amz-meta-a\n" EMPTY);
	case_fini(&c);
}

static void
sigv4_check_many_parameters(void **state)
{
	struct auth_case c;
	struct buf b = { 0 };

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	for (int i = 999; i >= 0; i--)
		buf_printf(&b, "p%03d=v&", i);
	c.rq.query = buf_view(&b);
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(case_pair(&c, "CanonicalRequest"), "\np000=v&p001=v&"));
	for (int i = 0; i < 100; i++)
		buf_str(&b, "&");
	c.rq.query = buf_view(&b);
	expect(&c, E_INVALID_URI, NULL);
	buf_fini(&b);
	case_fini(&c);
}

static void
presign_parse_ok(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET /test.txt?" Q_ALL);
	c.rq.now = NOW + 86400;
	assert_int_equal(case_check(&c), OK);
	assert_int_equal(c.result.kind, AUTH_PRESIGNED);
	assert_int_equal(c.result.payload, AUTH_PAYLOAD_UNSIGNED);
	assert_true(span_is(c.result.access_key, CASE_KEY));
	case_fini(&c);
}

static void
presign_parse_incomplete(void **state)
{
	static const char text[] =
	    "Query-string authentication version 4 requires the X-Amz-Algorithm, "
	    "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
	    "X-Amz-Expires parameters.";

	(void)state;
	refused_query(Q_ALG, E_AUTH_QUERY, text);
	refused_query("a=b" Q_SIG, E_AUTH_QUERY, text);
	refused_query(Q_ALG Q_CRED Q_DATE Q_LIST Q_SIG, E_AUTH_QUERY, text);
	refused_query(Q_ALG Q_CRED Q_EXP Q_LIST Q_SIG, E_AUTH_QUERY, text);
	refused_query(Q_ALG Q_CRED Q_DATE Q_EXP Q_SIG, E_AUTH_QUERY, text);
	refused_query(Q_ALG Q_CRED Q_DATE Q_EXP "&X-Amz-SignedHeaders=" Q_SIG,
	    E_ACCESS_DENIED,
	    "There were headers present in the request which were not signed");
}

static void
presign_parse_bad_values(void **state)
{
	(void)state;
	refused_query("X-Amz-Algorithm=MD5" Q_CRED Q_DATE Q_EXP Q_LIST Q_SIG,
	    E_AUTH_QUERY,
	    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and "
	    "AWS4-ECDSA-P256-SHA256\"");
	refused_query(
	    "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256" Q_CRED Q_DATE Q_EXP Q_LIST Q_SIG,
	    E_AUTH_QUERY, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
	refused_query(Q_ALG Q_CRED "&X-Amz-Date=2013" Q_EXP Q_LIST Q_SIG, E_AUTH_QUERY,
	    "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
	refused_query(Q_ALG Q_CRED "&X-Amz-Date=20130525T000000Z" Q_EXP Q_LIST Q_SIG,
	    E_AUTH_QUERY,
	    "Invalid credential date \"20130524\". This date is not the same as "
	    "X-Amz-Date: "
	    "\"20130525\".");
	refused_query(Q_ALG "&X-Amz-Credential=a/b" Q_DATE Q_EXP Q_LIST Q_SIG,
	    E_AUTH_QUERY,
	    QBAD "the Credential is mal-formed; expecting "
		 "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
	refused_query(Q_ALG
	    "&X-Amz-Credential=AK/20130524/eu-west-1/s3/aws4_request" Q_DATE Q_EXP Q_LIST
		Q_SIG,
	    E_AUTH_QUERY, QBAD "the region 'eu-west-1' is wrong; expecting 'us-east-1'");
	refused_query(Q_ALG
	    "&X-Amz-Credential=AK/20130524/us-east-1/s3/aws4_request" Q_DATE Q_EXP Q_LIST
		Q_SIG,
	    E_INVALID_ACCESS_KEY, NULL);
}

static void
presign_parse_expires(void **state)
{
	static const char week[] =
	    "X-Amz-Expires must be less than a week (in seconds); that is, the given "
	    "X-Amz-Expires must be less than 604800 seconds";

	(void)state;
#define Q_WITH(v) Q_ALG Q_CRED Q_DATE "&X-Amz-Expires=" v Q_LIST Q_SIG
	refused_query(Q_WITH("604801"), E_AUTH_QUERY, week);
	refused_query(Q_WITH("99999999999999999999999"), E_AUTH_QUERY, week);
	refused_query(Q_WITH("-1"), E_AUTH_QUERY, "X-Amz-Expires must be non-negative");
	refused_query(
	    Q_WITH("undefined"), E_AUTH_QUERY, "X-Amz-Expires should be a number");
	refused_query(Q_WITH("-"), E_AUTH_QUERY, "X-Amz-Expires should be a number");
	refused_query(Q_WITH("604800"), E_SIGNATURE, NULL);
	refused_query(Q_WITH("0"), E_SIGNATURE, NULL);
}

static void
presign_time_outside(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET /test.txt?" Q_ALL);
	c.rq.now = NOW + 86401;
	expect(&c, E_ACCESS_DENIED, "Request has expired");
	assert_string_equal(case_pair(&c, "X-Amz-Expires"), "86400");
	assert_string_equal(case_pair(&c, "Expires"), "2013-05-25T00:00:00Z");
	assert_string_equal(case_pair(&c, "ServerTime"), "2013-05-25T00:00:01Z");
	c.rq.now = NOW - 901;
	expect(&c, E_ACCESS_DENIED, "Request is not yet valid");
	assert_string_equal(case_pair(&c, "X-Amz-Date"), "1369353600000");
	c.rq.now = NOW - 900;
	assert_int_equal(case_check(&c), OK);
	case_fini(&c);
}

static void
presign_parse_unsigned_header(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET /test.txt?" Q_ALL);
	set(&c, "content-type", "text/plain");
	assert_int_equal(case_check(&c), OK);
	set(&c, "x-amz-copy-source", "a/b");
	expect(&c, E_ACCESS_DENIED,
	    "There were headers present in the request which were not signed");
	assert_string_equal(case_pair(&c, "HeadersNotSigned"), "x-amz-copy-source");
	case_fini(&c);
}

static void
presign_parse_content_sha256(void **state)
{
	struct auth_case c;

	(void)state;
	start(&c, "GET /test.txt?" Q_ALL "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD");
	set(&c, "x-amz-content-sha256", EMPTY);
	expect(&c, E_SIGNATURE, NULL); /* the parameter is one more to sign */
	assert_non_null(
	    strstr(case_pair(&c, "CanonicalRequest"), "\nhost\nUNSIGNED-PAYLOAD"));
	case_line(&c, SPAN_LIT("GET /test.txt?" Q_ALL));
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(case_pair(&c, "CanonicalRequest"), "\nhost\n" EMPTY));
	assert_non_null(strstr(c.hint, "UNSIGNED-PAYLOAD"));
	case_fini(&c);
}

static void
sigv4_check_both_ways(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	case_line(&c, SPAN_LIT("GET /test.txt?" Q_ALL));
	expect(&c, E_INVALID_ARGUMENT,
	    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
	    "Signature "
	    "query string parameter or the Authorization header should be specified");
	assert_string_equal(case_pair(&c, "ArgumentName"), "Authorization");
	assert_string_equal(case_pair(&c, "ArgumentValue"), AUTH(CRED, LIST, SIG));
	case_fini(&c);
}

static void
sigv4_check_v2_query(void **state)
{
	(void)state;
	refused_query("AWSAccessKeyId=AK&Expires=1&Signature=x%3D",
	    E_UNSUPPORTED_SIGNATURE,
	    "The authorization mechanism you have provided is not supported. Please use "
	    "AWS4-HMAC-SHA256.");
	refused_query("Signature=x", E_ACCESS_DENIED,
	    "Query-string authentication requires the Signature, Expires and "
	    "AWSAccessKeyId "
	    "parameters");
}

static void
sigv4_check_session_token(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	set(&c, "x-amz-security-token", "t");
	expect(&c, E_ACCESS_DENIED, NULL);
	assert_string_equal(case_pair(&c, "HeadersNotSigned"), "x-amz-security-token");
	case_fini(&c);
}

/* What the client did is played by moving the server's view instead. */
static void
sigv4hint_guess_host(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	set(&c, "host", "examplebucket.s3.amazonaws.com:9000");
	expect(&c, E_SIGNATURE, NULL);
	assert_string_equal(c.hint, "the client signed a host without the port");
	case_fini(&c);
}

static void
sigv4hint_guess_other(void **state)
{
	struct auth_case c;

	(void)state;
	start_get(&c, AUTH(CRED, LIST, SIG));
	case_line(&c, SPAN_LIT("GET //test.txt"));
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(c.hint, "merged slashes"));
	case_line(&c, SPAN_LIT("GET /test.txt?x=1"));
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(c.hint, "left the query out"));
	case_line(&c, SPAN_LIT("HEAD /test.txt"));
	expect(&c, E_SIGNATURE, NULL);
	assert_non_null(strstr(c.hint, "another method"));
	case_line(&c, SPAN_LIT("GET /test.txt"));
	c.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE";
	expect(&c, E_SIGNATURE, NULL);
	assert_null(c.hint);
	case_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sigv4_check_anonymous),
		cmocka_unit_test(sigv4_check_result),
		cmocka_unit_test(sigv4_check_spaces_between_components),
		cmocka_unit_test(sigv4_check_scheme),
		cmocka_unit_test(sigv4_check_components),
		cmocka_unit_test(sigv4_check_credential),
		cmocka_unit_test(sigv4_check_header_again),
		cmocka_unit_test(sigv4_check_region),
		cmocka_unit_test(sigv4_check_access_key),
		cmocka_unit_test(sigv4_check_date),
		cmocka_unit_test(sigv4_check_http_date),
		cmocka_unit_test(sigv4_check_skew),
		cmocka_unit_test(sigv4_check_content_sha256),
		cmocka_unit_test(sigv4_check_unsigned_headers),
		cmocka_unit_test(sigv4_check_header_listed_twice),
		cmocka_unit_test(sigv4_check_mismatch),
		cmocka_unit_test(sigv4_check_rotated_key),
		cmocka_unit_test(sigv4_check_canonical_form),
		cmocka_unit_test(sigv4_check_many_parameters),
		cmocka_unit_test(presign_parse_ok),
		cmocka_unit_test(presign_parse_incomplete),
		cmocka_unit_test(presign_parse_bad_values),
		cmocka_unit_test(presign_parse_expires),
		cmocka_unit_test(presign_time_outside),
		cmocka_unit_test(presign_parse_unsigned_header),
		cmocka_unit_test(presign_parse_content_sha256),
		cmocka_unit_test(sigv4_check_both_ways),
		cmocka_unit_test(sigv4_check_v2_query),
		cmocka_unit_test(sigv4_check_session_token),
		cmocka_unit_test(sigv4hint_guess_host),
		cmocka_unit_test(sigv4hint_guess_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
