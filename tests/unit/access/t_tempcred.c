/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/tempcred.h"

#include "codec/b64.h"
#include "codec/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECRET "wJalrXUtnFEMI"
#define HEAD "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static struct arena mem;

static int
setup(void **state)
{
	(void)state;
	arena_init(&mem, 64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

static void
put_b64url(struct buf *b, struct span s)
{
	buf_reserve(b, B64_LEN(s.n));
	b->n += b64url_render(b->p + b->n, s.p, s.n);
}

/* The session token of these claims. */
static struct span
token(const char *head, const char *claims, const char *secret)
{
	struct buf jwt = { 0 };
	uint8_t mac[32];
	char *text;
	struct span out;

	put_b64url(&jwt, span_str(head));
	buf_char(&jwt, '.');
	put_b64url(&jwt, span_str(claims));
	hmac_sha256(span_str(secret), buf_view(&jwt), mac);
	buf_char(&jwt, '.');
	put_b64url(&jwt, span_of(mac, sizeof mac));
	text = arena_printf(&mem, "jwt/%.*s", (int)jwt.n, jwt.p);
	out = span_of(arena_alloc(&mem, B64_LEN(jwt.n + 4)), 0);
	out.n = b64_render((char *)(uintptr_t)out.p, text, jwt.n + 4);
	buf_fini(&jwt);
	return out;
}

static enum err
open_token(struct span t, struct tempcred *out)
{
	char secret[TEMPCRED_SECRET];

	return tempcred_open(
	    &mem, SPAN_LIT("AKID"), SPAN_LIT(SECRET), t, 1000, out, secret);
}

static enum err
claims(const char *text, struct tempcred *out)
{
	return open_token(token(HEAD, text, SECRET), out);
}

#define BASE "\"iss\":\"AKID\",\"bucket\":\"b\",\"exp\":2000"

static bool
allows(const struct tempcred *t, const char *action, const char *bucket, const char *key,
    const char *prefix)
{
	const struct tempcred_ask q = { action, span_str(bucket), span_str(key),
		span_str(prefix) };

	return tempcred_allows(t, &q);
}

static void
tempcred_reads_what_it_says(void **state)
{
	struct tempcred t;

	(void)state;
	assert_int_equal(
	    claims("{" BASE ",\"iat\":999,\"scope\":\"object-read-write\"}", &t), OK);
	assert_true(span_is(t.bucket, "b") && t.expires == 2000 && t.began == 999);
	assert_true(t.write && !t.configure && !t.listed && !t.paths);
	assert_true(allows(&t, "s3:GetObject", "b", "k", ""));
	assert_true(allows(&t, "s3:ListBucket", "b", "", ""));
	assert_false(allows(&t, "s3:GetObject", "c", "k", ""));
	assert_false(allows(&t, "s3:GetObject", "", "k", ""));
	assert_false(allows(&t, "s3:PutObjectAcl", "b", "k", ""));
	assert_false(allows(&t, "s3:ListAllMyBuckets", "", "", ""));
	assert_true(tempcred_may(&t, "PutObject", false));
	assert_false(tempcred_may(&t, "PutBucketCors", false));
	assert_false(tempcred_may(&t, "GetBucketCors", true));
	assert_false(tempcred_may(&t, "CreateBucket", false));
}

static void
tempcred_scopes(void **state)
{
	struct tempcred t;

	(void)state;
	assert_int_equal(claims("{" BASE ",\"scope\":\"object-read-only\"}", &t), OK);
	assert_true(tempcred_may(&t, "GetObject", true));
	assert_false(tempcred_may(&t, "PutObject", false));
	assert_int_equal(claims("{" BASE ",\"scope\":\"admin-read-only\"}", &t), OK);
	assert_true(tempcred_may(&t, "GetBucketCors", true));
	assert_false(tempcred_may(&t, "PutBucketCors", false));
	assert_false(tempcred_may(&t, "DeleteObject", false));
	assert_int_equal(claims("{" BASE ",\"scope\":\"admin-read-write\"}", &t), OK);
	assert_true(tempcred_may(&t, "PutBucketCors", false));
	assert_false(tempcred_may(&t, "DeleteBucket", false));
	assert_int_equal(claims("{" BASE ",\"actions\":[\"ListObjectsV1\"]}", &t), OK);
	assert_true(tempcred_may(&t, "ListObjects", true));
	assert_false(tempcred_may(&t, "ListObjectsV2", true));
	assert_false(tempcred_may(&t, "HeadBucket", true));
}

static void
tempcred_paths(void **state)
{
	struct tempcred t;

	(void)state;
	assert_int_equal(claims("{" BASE ",\"scope\":\"object-read-only\",\"paths\":{"
				"\"prefixPaths\":[\"in/\"],\"objectPaths\":[\"one\"]}}",
			     &t),
	    OK);
	assert_true(allows(&t, "s3:GetObject", "b", "in/x", ""));
	assert_true(allows(&t, "s3:GetObject", "b", "one", ""));
	assert_false(allows(&t, "s3:GetObject", "b", "one/x", ""));
	assert_false(allows(&t, "s3:GetObject", "b", "in", ""));
	assert_true(allows(&t, "s3:ListBucket", "b", "", "in/sub"));
	assert_false(allows(&t, "s3:ListBucket", "b", "", "one"));
	assert_false(allows(&t, "s3:ListBucket", "b", "", ""));
	assert_int_equal(
	    claims("{" BASE ",\"scope\":\"object-read-only\",\"paths\":{}}", &t), OK);
	assert_false(allows(&t, "s3:GetObject", "b", "k", ""));
}

static void
tempcred_refuses(void **state)
{
	static const char *const bad[] = { "{}", "{" BASE "}",
		"{" BASE ",\"scope\":\"everything\"}", "{" BASE ",\"scope\":1}",
		"{" BASE ",\"actions\":[]}", "{" BASE ",\"actions\":[\"Fly\"]}",
		"{" BASE ",\"actions\":[1]}",
		"{" BASE ",\"scope\":\"object-read-only\",\"paths\":[]}",
		"{" BASE
		",\"scope\":\"object-read-only\",\"paths\":{\"prefixPaths\":[1]}}",
		"{" BASE ",\"scope\":\"object-read-only\",\"nbf\":5000}",
		("{\"iss\":\"AKI\",\"bucket\":\"b\",\"exp\":2000,\"scope\":"
		 "\"object-read-only\"}"),
		"{\"iss\":\"AKID\",\"exp\":2000,\"scope\":\"object-read-only\"}",
		"{\"iss\":\"AKID\",\"bucket\":\"b\",\"scope\":\"object-read-only\"}" };
	const char *good = "{" BASE ",\"scope\":\"object-read-only\"}";
	struct tempcred t;
	struct span was = token(HEAD, good, SECRET);
	char *text = arena_str(&mem, was);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(claims(bad[i], &t), E_INVALID_TOKEN);
	assert_int_equal(claims("{\"iss\":\"AKID\",\"bucket\":\"b\",\"exp\":1000,"
				"\"scope\":\"object-read-only\"}",
			     &t),
	    E_EXPIRED_TOKEN);
	assert_int_equal(open_token(token(HEAD, good, "other"), &t), E_INVALID_TOKEN);
	assert_int_equal(
	    open_token(token("{\"alg\":\"none\"}", good, SECRET), &t), E_INVALID_TOKEN);
	assert_int_equal(
	    open_token(token("{\"alg\":\"RS256\"}", good, SECRET), &t), E_INVALID_TOKEN);
	assert_true(tempcred_is(was));
	for (size_t i = 0; i < was.n; i++) {
		char c = text[i];

		text[i] = c == 'A' ? 'B' : 'A';
		assert_int_equal(open_token(span_of(text, was.n), &t), E_INVALID_TOKEN);
		text[i] = c;
		assert_int_equal(open_token(span_of(text, i), &t), E_INVALID_TOKEN);
	}
	assert_int_equal(open_token(was, &t), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    tempcred_reads_what_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(tempcred_scopes, setup, teardown),
		cmocka_unit_test_setup_teardown(tempcred_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(tempcred_refuses, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
