/* SPDX-License-Identifier: Apache-2.0 */
#include "s3kit.h"

static const char *const domains[] = { "localhost", "s3.localhost", "example.org" };

static enum err
split(struct s3kit *k, const char *host, struct span path)
{
	kit_begin(k);
	k->s3.conf.domains = domains;
	k->s3.conf.ndomains = ARRAY_LEN(domains);
	k->http.method = HTTP_GET;
	k->http.host = span_str(host);
	k->http.path = path;
	return address_split(&k->rq);
}

static void
address_split_forms(void **state)
{
	static const struct {
		const char *host, *path, *bucket, *key;
	} rows[] = {
		{ "127.0.0.1:9000", "/", "", "" },
		{ "127.0.0.1:9000", "/bkt", "bkt", "" },
		{ "127.0.0.1:9000", "/bkt/", "bkt", "" },
		{ "127.0.0.1:9000", "/bkt/a/b", "bkt", "a/b" },
		{ "127.0.0.1:9000", "/bkt//a//", "bkt", "/a//" },
		{ "127.0.0.1:9000", "/bkt/../x", "bkt", "../x" },
		{ "127.0.0.1:9000", "/b%6bt/%61%2f%25", "bkt", "a/%" },
		{ "127.0.0.1:9000", "/bkt/a+b", "bkt", "a+b" },
		{ "[::1]:9000", "/bkt/k", "bkt", "k" },
		{ "", "/bkt/k", "bkt", "k" },
		{ "localhost", "/bkt/k", "bkt", "k" },
		{ "s3.localhost:9000", "/bkt/k", "bkt", "k" },
		{ "bkt.localhost", "/", "bkt", "" },
		{ "bkt.localhost:9000", "/a/b", "bkt", "a/b" },
		{ "BKT.LocalHost.", "/a", "bkt", "a" },
		{ "bkt.s3.localhost", "/k", "bkt", "k" },
		{ "my.dotted.bkt.example.org:80", "/k", "my.dotted.bkt", "k" },
		{ "bktlocalhost", "/k", "k", "" },
		{ ".localhost", "/k", "k", "" },
		{ "example.net", "/bkt/k", "bkt", "k" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct s3kit k;

		assert_int_equal(split(&k, rows[i].host, span_str(rows[i].path)), OK);
		assert_int_equal(k.rq.bucket.n, strlen(rows[i].bucket));
		assert_true(span_is(k.rq.bucket, rows[i].bucket));
		assert_true(span_is(k.rq.key, rows[i].key));
		kit_end(&k);
	}
}

static void
address_split_refuses(void **state)
{
	static const struct {
		const char *path;
		enum err want;
	} rows[] = { { "/bkt/%", E_INVALID_URI }, { "/bkt/%4", E_INVALID_URI },
		{ "/bkt/%zz", E_INVALID_URI }, { "/bkt/%ff", E_INVALID_URI },
		{ "/%/k", E_INVALID_URI }, { "//k", E_INVALID_BUCKET_NAME },
		{ "*", E_INVALID_URI }, { "", E_INVALID_URI } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct s3kit k;

		assert_int_equal(
		    split(&k, "127.0.0.1", span_str(rows[i].path)), rows[i].want);
		assert_int_equal(k.rq.fail.code, rows[i].want);
		kit_end(&k);
	}
}

static void
address_split_key_length(void **state)
{
	char path[5 + 1025 * 3] = "/bkt/";
	struct s3kit k;

	(void)state;
	memset(path + 5, 'k', 1025);
	assert_int_equal(split(&k, "h", span_of(path, 5 + 1024)), OK);
	assert_int_equal(k.rq.key.n, 1024);
	kit_end(&k);
	assert_int_equal(split(&k, "h", span_of(path, 5 + 1025)), E_KEY_TOO_LONG);
	kit_end(&k);
	/* What counts is what it says, not how it is written. */
	for (size_t i = 0; i < 1024; i++)
		memcpy(path + 5 + 3 * i, "%6b", 3);
	assert_int_equal(split(&k, "h", span_of(path, 5 + 3 * 1024)), OK);
	assert_int_equal(k.rq.key.n, 1024);
	kit_end(&k);
}

static void
address_bucket_check_names(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = { { "abc", true }, { "a.b", true }, { "a-b-c", true }, { "123", true },
		{ "1.2.3", true }, { "a.b.c.d", true }, { "ab", false }, { "", false },
		{ "Abc", false }, { "a_b", false }, { "-ab", false }, { "ab-", false },
		{ ".ab", false }, { "ab.", false }, { "a..b", false }, { "a.-b", false },
		{ "a-.b", false }, { "1.2.3.4", false }, { "a/b", false },
		{ "xn--abc", false }, { "sthree-a", false }, { "amzn-s3-demo-a", false },
		{ "abc-s3alias", false }, { "abc--ol-s3", false }, { "abc.mrap", false },
		{ "abc--x-s3", false }, { "abc--table-s3", false },
		{ "\xc3\xbc"
		  "bc",
		    false } };
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(address_bucket_check(span_str(rows[i].name), NULL),
		    rows[i].good ? OK : E_INVALID_BUCKET_NAME);
	memset(text, 'a', sizeof text);
	assert_int_equal(address_bucket_check(span_of(text, 63), NULL), OK);
	assert_int_equal(
	    address_bucket_check(span_of(text, 64), NULL), E_INVALID_BUCKET_NAME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_split_forms),
		cmocka_unit_test(address_split_refuses),
		cmocka_unit_test(address_split_key_length),
		cmocka_unit_test(address_bucket_check_names),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
