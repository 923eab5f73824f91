/* SPDX-License-Identifier: Apache-2.0 */
/* The example of docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html. */
#include "config.h"

#include "auth/postsig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#define POLICY \
	"eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucy" \
	"I6" \
	"IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aX" \
	"Ro" \
	"IiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KIC" \
	"Ag" \
	"IHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy" \
	"5h" \
	"bWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIi" \
	"wg" \
	"IiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNj" \
	"Ux" \
	"MjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In" \
	"0s" \
	"DQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW" \
	"16" \
	"LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2" \
	"F3" \
	"czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifS" \
	"wN" \
	"CiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
#define H(name, value) \
	{ \
		SPAN_LIT(name), SPAN_LIT(value) \
	}

enum { FIELDS = 12, KEY_FIELD = 0, SIGNATURE_FIELD = 11, EXPIRES = 1451476800 };

static const struct field published[FIELDS] = {
	H("key", "user/user1/photo.jpg"),
	H("acl", "public-read"),
	H("success_action_redirect",
	    "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
	H("content-type", "image/jpeg"),
	H("x-amz-meta-uuid", "14365123651274"),
	H("x-amz-server-side-encryption", "AES256"),
	H("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
	H("x-amz-algorithm", "AWS4-HMAC-SHA256"),
	H("x-amz-date", "20151229T000000Z"),
	H("x-amz-meta-tag", ""),
	H("policy", POLICY),
	H("x-amz-signature",
	    "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
};

static enum err
secret(void *ctx, struct span key, struct auth_secret *out)
{
	(void)ctx;
	if (!span_is(key, "AKIAIOSFODNN7EXAMPLE"))
		return E_NOT_FOUND;
	out->n = 40;
	memcpy(out->secret, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 40);
	return OK;
}

struct kit {
	struct field field[FIELDS + 1];
	size_t n;
	struct arena arena;
	struct fail fail;
	struct postsig_range range;
	int64_t now;
	const char *bucket;
};

static void
kit_fill(struct kit *k)
{
	*k = (struct kit){ .n = FIELDS, .now = EXPIRES, .bucket = "sigv4examplebucket" };
	memcpy(k->field, published, sizeof published);
}

static enum err
run(struct kit *k)
{
	struct auth_conf conf = { .region = "us-east-1", .secret = secret };
	struct postsig_form form = { k->field, k->n, span_str(k->bucket), k->now,
		&k->arena };
	struct auth_result result;
	enum err e;

	arena_init(&k->arena, 0);
	fail_init(&k->fail, &k->arena);
	e = postsig_check(&conf, &form, true, &result, &k->fail);
	if (e == OK && result.kind != AUTH_ANONYMOUS)
		e = postsig_policy(&form, &k->range, &k->fail);
	arena_fini(&k->arena);
	return e;
}

static void
postsig_check_published_example(void **state)
{
	struct kit k;

	(void)state;
	kit_fill(&k);
	assert_int_equal(run(&k), OK);
	assert_true(k.range.min == 0 && k.range.max == UINT64_MAX);
}

static void
postsig_check_tampered(void **state)
{
	struct kit k;

	(void)state;
	kit_fill(&k);
	k.field[SIGNATURE_FIELD].value =
	    SPAN_LIT("9afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
	assert_int_equal(run(&k), E_SIGNATURE);
	k.n--;
	assert_int_equal(run(&k), E_INVALID_ARGUMENT);
}

static void
postsig_policy_refuses_what_it_must(void **state)
{
	struct kit k;

	(void)state;
	kit_fill(&k);
	k.now = EXPIRES + 1;
	assert_int_equal(run(&k), E_ACCESS_DENIED);
	kit_fill(&k);
	k.bucket = "other";
	assert_int_equal(run(&k), E_ACCESS_DENIED);
	kit_fill(&k);
	k.field[KEY_FIELD].value = SPAN_LIT("user/user2/photo.jpg");
	assert_int_equal(run(&k), E_ACCESS_DENIED);
	kit_fill(&k);
	k.field[k.n++] = (struct field)H("x-amz-meta-more", "1");
	assert_int_equal(run(&k), E_ACCESS_DENIED);
	kit_fill(&k);
	k.field[k.n++] = (struct field)H("x-ignore-more", "1");
	assert_int_equal(run(&k), OK);
}

static void
postsig_size_limits(void **state)
{
	struct postsig_range r = { 5, 10 };

	(void)state;
	assert_int_equal(postsig_size(&r, 4, NULL), E_ENTITY_TOO_SMALL);
	assert_int_equal(postsig_size(&r, 5, NULL), OK);
	assert_int_equal(postsig_size(&r, 10, NULL), OK);
	assert_int_equal(postsig_size(&r, 11, NULL), E_ENTITY_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postsig_check_published_example),
		cmocka_unit_test(postsig_check_tampered),
		cmocka_unit_test(postsig_policy_refuses_what_it_must),
		cmocka_unit_test(postsig_size_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
