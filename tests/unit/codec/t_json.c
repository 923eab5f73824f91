/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_put(struct span in, const char *want)
{
	struct buf b = { 0 };

	json_put(&b, in);
	assert_int_equal(b.n, strlen(want));
	assert_memory_equal(b.p, want, b.n);
	buf_fini(&b);
}

static void
json_put_escapes(void **state)
{
	(void)state;
	assert_put(SPAN_NONE, "\"\"");
	assert_put(SPAN_LIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	assert_put(SPAN_LIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	assert_put(SPAN_LIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"");
	assert_put(SPAN_LIT("\xc3\xa4\xf0\x9f\x98\x80"), "\"\xc3\xa4\xf0\x9f\x98\x80\"");
	assert_put(SPAN_LIT("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_put(SPAN_LIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
json_parse_policy(void **state)
{
	cJSON *tree, *statement;

	(void)state;
	assert_int_equal(
	    json_parse(
		SPAN_LIT(
		    " {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
		    "\"Resource\":\"arn:aws:s3:::b\\/\\u00e4\\\\\"}]}\n"),
		&tree, NULL),
	    OK);
	statement =
	    cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "Statement"), 0);
	assert_string_equal(
	    cJSON_GetObjectItemCaseSensitive(statement, "Resource")->valuestring,
	    "arn:aws:s3:::b/\xc3\xa4\\");
	cJSON_Delete(tree);
}

static void
json_parse_refuses(void **state)
{
	static const char *const bad[] = { "", " ", "{", "[", "}", "[}", "{\"a\":1,",
		"{\"1\":1,", "{\"a\"}", "{a:1}", "[1,]", "\"abc", "\"abc\\", "\"abc\\\"",
		"\"\\x\"", "\"\\u12\"", "\"a\\u0000b\"", "\"\x01\"", "\"\n\"", "\"\xff\"",
		"\"\xed\xa0\x80\"", "\"\\ud800\"", "{} x", "{}{}", "nul", "tru",
		"\xc3\xa4", "{\"a\":\x0b 1}", "'a'" };
	cJSON *tree = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (json_parse(span_str(bad[i]), &tree, NULL) != E_INVALID_ARGUMENT)
			fail_msg("%s was taken", bad[i]);
	assert_int_equal(json_parse(SPAN_LIT("{}\0"), &tree, NULL), E_INVALID_ARGUMENT);
	assert_int_equal(
	    json_parse(SPAN_LIT("\"a\0\""), &tree, NULL), E_INVALID_ARGUMENT);
	assert_null(tree);
}

static void
json_members(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_char(&b, '{');
	json_span(&b, "a", SPAN_LIT("x\"y"));
	json_begin(&b, "o");
	json_u64(&b, "n", UINT64_MAX);
	json_bool(&b, "is", true);
	buf_char(&b, '}');
	json_begin(&b, "none");
	buf_char(&b, '}');
	json_time(&b, "t", INT64_C(1795261693004));
	json_second(&b, "s", INT64_C(1795261693004));
	json_str(&b, "z", "");
	buf_char(&b, '}');
	assert_string_equal(buf_cstr(&b),
	    "{\"a\":\"x\\\"y\",\"o\":{\"n\":18446744073709551615,\"is\":true},"
	    "\"none\":{},\"t\":\"2026-11-21T11:48:13.004Z\","
	    "\"s\":\"2026-11-21T11:48:13Z\",\"z\":\"\"}");
	buf_fini(&b);
}

static void
json_parse_backslashes(void **state)
{
	cJSON *tree;

	(void)state;
	assert_int_equal(json_parse(SPAN_LIT("\"\\\\u0000\""), &tree, NULL), OK);
	assert_string_equal(tree->valuestring, "\\u0000");
	cJSON_Delete(tree);
}

static void
json_parse_depth(void **state)
{
	char text[130];
	cJSON *tree;

	(void)state;
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_int_equal(json_parse(span_of(text, 130), &tree, NULL), E_INVALID_ARGUMENT);
	assert_int_equal(json_parse(span_of(text + 1, 128), &tree, NULL), OK);
	cJSON_Delete(tree);
}

static void
json_parse_says_where(void **state)
{
	struct fail f;
	cJSON *tree;

	(void)state;
	fail_init(&f, NULL);
	assert_int_equal(json_parse(SPAN_LIT("{\n  \"a\": 1,\n  \"b\": ?\n}"), &tree, &f),
	    E_INVALID_ARGUMENT);
	assert_string_equal(
	    fail_text(&f), "The JSON text is not valid at line 3, column 8");
	fail_init(&f, NULL);
	assert_int_equal(
	    json_parse(SPAN_LIT("[\"a\\u0000\"]"), &tree, &f), E_INVALID_ARGUMENT);
	assert_string_equal(
	    fail_text(&f), "The JSON text has a NUL character at line 1, column 4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_put_escapes),
		cmocka_unit_test(json_members),
		cmocka_unit_test(json_parse_policy),
		cmocka_unit_test(json_parse_refuses),
		cmocka_unit_test(json_parse_backslashes),
		cmocka_unit_test(json_parse_depth),
		cmocka_unit_test(json_parse_says_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
