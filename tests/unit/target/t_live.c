/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail_msg

static uint64_t wanted;
static unsigned ran;

static void
told(uint64_t events)
{
	wanted = events;
}

static void
run(struct task *t)
{
	(void)t;
	ran++;
}

static void
tell(struct live *l, uint64_t events, const char *bucket, const char *key,
    struct span line)
{
	live_tell(l,
	    &(struct live_event){ events, SPAN_LIT("123456789012"), span_str(bucket),
		span_str(key), line });
}

static void
who_asks_is_told(void **state)
{
	struct live *l = live_new(told);
	struct inbox *in = inbox_new();
	struct task a = { .fn = run }, b = { .fn = run };
	struct span prefix = SPAN_LIT("p/"), suffix = SPAN_LIT(".x");
	struct live_want want = { .events = 2,
		.account = SPAN_LIT("123456789012"),
		.bucket = SPAN_LIT("one") },
			 other = { .events = 4,
				 .prefix = &prefix,
				 .suffix = &suffix,
				 .nprefix = 1,
				 .nsuffix = 1 };
	struct live_listener *x = live_begin(l, &want, in, &a),
			     *y = live_begin(l, &other, in, &b);
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(wanted, 6);
	tell(l, 2, "one", "k", SPAN_LIT("1\n"));
	tell(l, 2, "two", "k", SPAN_LIT("2\n"));
	tell(l, 4, "two", "p/k.x", SPAN_LIT("3\n"));
	tell(l, 4, "two", "p/k.y", SPAN_LIT("4\n"));
	tell(l, 4, "two", "q/k.x", SPAN_LIT("5\n"));
	tell(l, 6, "one", "p/k.x", SPAN_LIT("6\n"));
	inbox_run(in);
	assert_int_equal(ran, 2); /* each once until it has run */
	live_woken(x);
	live_woken(y);
	assert_int_equal(live_take(x, &out), LIVE_ON);
	assert_string_equal(buf_cstr(&out), "1\n6\n");
	out.n = 0;
	assert_int_equal(live_take(y, &out), LIVE_ON);
	assert_string_equal(buf_cstr(&out), "3\n6\n");
	assert_false(live_end(&x));
	assert_int_equal(wanted, 4);
	tell(l, 4, "b", "p/k.x", SPAN_LIT("7\n"));
	assert_true(live_end(&y)); /* its task is on its way */
	assert_int_equal(wanted, 0);
	inbox_run(in);
	buf_fini(&out);
	live_free(&l);
	inbox_free(&in);
}

static void
others_accounts_are_not_heard(void **state)
{
	struct live *l = live_new(told);
	struct inbox *in = inbox_new();
	struct task a = { .fn = run };
	struct live_want want = { .events = 2, .account = SPAN_LIT("000000000000") };
	struct live_listener *x = live_begin(l, &want, in, &a);
	struct buf out = { 0 };

	(void)state;
	tell(l, 2, "b", "k", SPAN_LIT("1\n"));
	assert_int_equal(live_take(x, &out), LIVE_ON);
	assert_int_equal(out.n, 0);
	assert_false(live_end(&x));
	live_free(&l);
	inbox_free(&in);
}

static void
who_falls_behind_is_cut(void **state)
{
	struct live *l = live_new(told);
	struct inbox *in = inbox_new();
	struct task a = { .fn = run };
	struct live_want want = { .events = 2 };
	struct live_listener *x = live_begin(l, &want, in, &a);
	struct buf line = { 0 }, out = { 0 };

	(void)state;
	memset(buf_grow(&line, LIVE_ROOM / 4), 'x', LIVE_ROOM / 4);
	for (int i = 0; i < 4; i++)
		tell(l, 2, "b", "k", buf_view(&line));
	/* Taken by somebody else before the task has run: it is not posted twice. */
	assert_int_equal(live_take(x, &out), LIVE_ON);
	assert_int_equal(out.n, LIVE_ROOM);
	for (int i = 0; i < 5; i++)
		tell(l, 2, "b", "k", buf_view(&line));
	out.n = 0;
	assert_int_equal(live_take(x, &out), LIVE_CUT);
	(void)live_end(&x);
	inbox_run(in);
	buf_fini(&line);
	buf_fini(&out);
	live_free(&l);
	inbox_free(&in);
}

/*
 * What was told may be taken by a connection that writes anyway, and the client may go then:
 * the task lies in the inbox still, and who frees it now frees it under the loop.
 */
static void
who_leaves_after_taking_waits_for_its_task(void **state)
{
	struct live *l = live_new(told);
	struct inbox *in = inbox_new();
	struct task a = { .fn = run };
	struct live_want want = { .events = 2 };
	struct live_listener *x = live_begin(l, &want, in, &a);
	struct buf out = { 0 };

	(void)state;
	ran = 0;
	tell(l, 2, "b", "k", SPAN_LIT("1\n"));
	assert_int_equal(live_take(x, &out), LIVE_ON);
	assert_string_equal(buf_cstr(&out), "1\n");
	assert_true(live_end(&x));
	inbox_run(in);
	assert_int_equal(ran, 1);
	buf_fini(&out);
	live_free(&l);
	inbox_free(&in);
}

static void
at_the_end_all_are_sent_home(void **state)
{
	struct live *l = live_new(told);
	struct inbox *in = inbox_new();
	struct task a = { .fn = run };
	struct live_want want = { .events = 2 };
	struct live_listener *x = live_begin(l, &want, in, &a);
	struct buf out = { 0 };

	(void)state;
	live_stop(l);
	assert_int_equal(live_take(x, &out), LIVE_END);
	inbox_run(in);
	(void)live_end(&x);
	inbox_run(in);
	live_free(&l);
	inbox_free(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_is_told),
		cmocka_unit_test(others_accounts_are_not_heard),
		cmocka_unit_test(who_falls_behind_is_cut),
		cmocka_unit_test(who_leaves_after_taking_waits_for_its_task),
		cmocka_unit_test(at_the_end_all_are_sent_home),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
