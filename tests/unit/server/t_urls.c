/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "../../../src/server/server_priv.h"
#include "base/mem.h"

#include <cmocka.h>
#undef fail_msg

static void
split(const char *list, enum err want, const char *first, size_t count)
{
	char *out[URLS_MAX];
	struct fail fail;
	size_t n;

	fail_init(&fail, NULL);
	assert_int_equal(urls_split(list, out, &n, &fail), want);
	assert_int_equal(fail.code, want);
	assert_int_equal(n, count);
	if (first != NULL)
		assert_string_equal(out[0], first);
	for (size_t i = 0; i < n; i++)
		mem_free(out[i]);
}

static void
urls_split_hosts(void **state)
{
	(void)state;
	split("", OK, NULL, 0);
	split(" , ", OK, NULL, 0);
	split("https://s3.example.com", OK, "s3.example.com", 1);
	split("https://s3.example.com/", OK, "s3.example.com", 1);
	split("https://s3.example.com:443", OK, "s3.example.com", 1);
	split("http://s3.example.com:443", OK, "s3.example.com:443", 1);
	split("http://s3.example.com:80 , https://b", OK, "s3.example.com", 2);
	split("https://s3.example.com:80", OK, "s3.example.com:80", 1);
	split("http://[::1]:9000", OK, "[::1]:9000", 1);
	split("http://[::1]", OK, "[::1]", 1);
}

static void
urls_split_wrong(void **state)
{
	static const char *const wrong[] = { "s3.example.com", "ftp://a", "http://",
		"https:///", "http://:80", "http://a:0", "http://a:65536", "http://a:b",
		"http://a:", "http://a/b", "http://a?b", "http://u@a", "http://a b" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		split(wrong[i], E_CONFIG, NULL, 0);
	split("http://a,b", E_CONFIG, "a", 1);
	split("http://a,http://a,http://a,http://a,http://a,http://a,http://a,http://a,"
	      "http://a,http://a,http://a,http://a,http://a,http://a,http://a,http://a,"
	      "http://a",
	    E_CONFIG, "a", URLS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_split_hosts),
		cmocka_unit_test(urls_split_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
