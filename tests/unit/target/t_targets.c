/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail_msg

#define ONE "\"endpoint\": \"http://h/\""

static struct targets *
parse(const char *json)
{
	struct targets *t = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	if (targets_parse(&t, span_str(json), &fail) != OK)
		print_error("%s\n", fail_text(&fail));
	assert_non_null(t);
	return t;
}

static const char *
found(const struct targets *t, const char *arn)
{
	const struct target_conf *c = targets_find(t, span_str(arn));

	return c != NULL ? c->id : "";
}

static void
who_answers_to_an_arn(void **state)
{
	struct targets *t = parse(
	    "{\"targets\": ["
	    "{\"kind\": \"webhook\", \"id\": \"a\", " ONE "},"
	    "{\"kind\": \"webhook\", \"id\": \"b\", " ONE
	    ", \"arn\": \"arn:aws:lambda:eu-west-1:1:function:f\"},"
	    "{\"kind\": \"sqs\", \"id\": \"q\", " ONE "},"
	    "{\"kind\": \"webhook\", \"id\": \"e\", " ONE ", \"eventbridge\": true},"
	    "{\"kind\": \"webhook\", \"id\": \"off\", " ONE ", \"enable\": \"off\"}]}");

	(void)state;
	assert_int_equal(targets_count(t), 4);
	assert_string_equal(found(t, "arn:minio:sqs::a:webhook"), "a");
	assert_string_equal(found(t, "arn:minio:sqs:us-east-1:a:webhook"), "a");
	assert_string_equal(found(t, "arn:minio:sqs::a:redis"), "");
	assert_string_equal(found(t, "arn:minio:sqs::a:webhook:x"), "");
	assert_string_equal(found(t, "arn:minio:sqs::b:webhook"), "b");
	assert_string_equal(found(t, "arn:aws:lambda:eu-west-1:1:function:f"), "b");
	assert_string_equal(found(t, "arn:aws:sqs:us-east-1:000000000000:q"), "q");
	assert_string_equal(found(t, "arn:aws:sqs:us-east-1:000000000000:a"), "");
	assert_string_equal(found(t, "arn:aws:sns:us-east-1:000000000000:q"), "");
	assert_string_equal(found(t, "arn:minio:sqs::off:webhook"), "");
	assert_string_equal(found(t, TARGETS_EVENTBRIDGE), "e");
	assert_string_equal(found(t, ""), "");
	assert_string_equal(found(t, "arn"), "");
	targets_free(&t);
}

static void
forms_of_messages(void **state)
{
	struct targets *t = parse(
	    "{\"targets\": ["
	    "{\"kind\": \"webhook\", \"id\": \"a\", " ONE "},"
	    "{\"kind\": \"sqs\", \"id\": \"q\", " ONE "},"
	    "{\"kind\": \"webhook\", \"id\": \"e\", " ONE ", \"eventbridge\": true},"
	    "{\"kind\": \"webhook\", \"id\": \"r\", " ONE ", \"message\": \"r2\"}]}");
	static const enum target_form want[] = { TARGET_MINIO, TARGET_AWS,
		TARGET_EVENTBRIDGE, TARGET_R2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(targets_form(targets_at(t, i)), want[i]);
	targets_free(&t);
}

static void
the_environment(void **state)
{
	char *env[] = { (char *)"PATH=/bin", (char *)"MINIO_NOTIFY_WEBHOOK_ENABLE_x_y=on",
		(char *)"MINIO_NOTIFY_WEBHOOK_ENDPOINT_x_y=http://h/",
		(char *)"MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_x_y=t",
		(char *)"MINIO_NOTIFY_WEBHOOK_ENABLE=on",
		(char *)"MINIO_NOTIFY_WEBHOOK_ENDPOINT=http://d/",
		(char *)"MINIO_NOTIFY_WEBHOOK_ENDPOINT_quiet=http://q/",
		(char *)"MINIO_NOTIFY_MYSQL_TABLE_x=t", NULL };
	char *bad[] = { (char *)"MINIO_NOTIFY_WEBHOOK_NOTHING_x=on", NULL };
	struct targets *t = NULL;
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(targets_load(&t, "", env, NULL, &fail), OK);
	assert_int_equal(targets_count(t), 2);
	assert_string_equal(targets_at(t, 0)->id, "x_y");
	assert_string_equal(target_param(targets_at(t, 0), "auth_token"), "t");
	assert_string_equal(targets_at(t, 1)->arn, "arn:minio:sqs::_:webhook");
	targets_free(&t);
	fail_init(&fail, NULL);
	assert_int_equal(targets_load(&t, "", bad, NULL, &fail), E_CONFIG);
	assert_non_null(strstr(fail_text(&fail), "MINIO_NOTIFY_WEBHOOK_NOTHING_x"));
}

static void
secrets_are_not_told(void **state)
{
	struct targets *t = NULL;
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(targets_parse(&t,
			     SPAN_LIT("{\"targets\": [{\"kind\": \"webhook\", \"id\": "
				      "\"a\", " ONE ", \"auth_token\": {}}]}"),
			     &fail),
	    E_CONFIG);
	assert_non_null(strstr(fail_text(&fail), "auth_token is no text"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_answers_to_an_arn),
		cmocka_unit_test(forms_of_messages),
		cmocka_unit_test(the_environment),
		cmocka_unit_test(secrets_are_not_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
