/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>

#include "model/outbox.h"

#include "storekit.h"

#define ARN "arn:minio:sqs::a:webhook"

/* ---- names ---- */

static void
every_event_has_its_name(void **state)
{
	uint64_t set, all = 0;

	(void)state;
	for (unsigned e = EVENT_NONE + 1; e < EVENT_COUNT; e++) {
		assert_true(event_set(span_str(event_name((enum event)e)), &set));
		assert_true((set & event_bit((enum event)e)) != 0);
		all |= event_bit((enum event)e);
	}
	assert_int_equal(event_bit(EVENT_NONE), 0);
	assert_true(all == (UINT64_C(1) << EVENT_COUNT) - 2);
	assert_int_equal(event_other(EVENT_TAGGING_PUT), EVENT_PUT_TAGGING);
	assert_int_equal(event_other(EVENT_PUT), EVENT_NONE);
}

static void
wildcards_mean_what_aws_means(void **state)
{
	static const struct {
		const char *name;
		uint64_t want; /* 0: there is none */
	} rows[] = {
		{ "s3:ObjectCreated:*",
		    1ull << EVENT_PUT | 1ull << EVENT_POST | 1ull << EVENT_COPY |
			1ull << EVENT_COMPLETE },
		{ "s3:ObjectRemoved:*", 1ull << EVENT_DELETE | 1ull << EVENT_MARKER },
		{ "s3:ObjectTagging:*",
		    1ull << EVENT_TAGGING_PUT | 1ull << EVENT_TAGGING_DELETE },
		{ "s3:LifecycleTransition", 1ull << EVENT_TRANSITION },
		{ "s3:BucketCreated:*", 1ull << EVENT_BUCKET_CREATED },
		{ "s3:*", 0 },
		{ "*", 0 },
		{ "", 0 },
		{ "s3:ObjectCreated:", 0 },
		{ "s3:ObjectCreated:P*", 0 },
		{ "s3:LifecycleTransition:*", 0 },
		{ "ObjectCreated:Put", 0 },
	};
	uint64_t set;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		set = 0;
		assert_int_equal(
		    event_set(span_str(rows[i].name), &set), rows[i].want != 0);
		assert_true(set == rows[i].want);
	}
}

/* ---- records ---- */

static const struct rec_event sample = { .event = EVENT_COPY,
	.flags = EVENT_HAS_OBJECT,
	.number = 7,
	.time_ms = -5,
	.size = UINT64_MAX,
	.bucket = { "b", 1 },
	.key = { "k\0y", 3 },
	.etag = { "e", 1 },
	.config = { "id", 2 },
	.when_ms = 11,
	.took_ms = 12,
	.destination = { "from", 4 },
	.queued_ms = 13,
	.attempts = 14,
	.failure = { "why", 3 } };

static void
rec_event_round_trip_and_damage(void **state)
{
	struct buf row = { 0 };
	struct rec_event r;

	(void)state;
	rec_event_put(&row, &sample);
	assert_int_equal(rec_event_get(buf_view(&row), &r), OK);
	assert_true(r.event == EVENT_COPY && r.flags == EVENT_HAS_OBJECT);
	assert_true(r.number == 7 && r.time_ms == -5 && r.size == UINT64_MAX);
	assert_true(span_is(r.bucket, "b") && span_is(r.config, "id"));
	assert_memory_equal(r.key.p, "k\0y", 3);
	assert_true(r.when_ms == 11 && r.took_ms == 12 && r.queued_ms == 13);
	assert_true(r.attempts == 14 && span_is(r.failure, "why"));
	assert_true(r.region.n == 0 && span_is(r.destination, "from"));
	for (size_t i = 0; i < row.n; i++)
		assert_int_equal(rec_event_get(span_of(row.p, i), &r), E_CORRUPT);
	buf_char(&row, 'x');
	assert_int_equal(rec_event_get(buf_view(&row), &r), E_CORRUPT);
	row.n--;
	row.p[1] = EVENT_COUNT;
	assert_int_equal(rec_event_get(buf_view(&row), &r), E_CORRUPT);
	row.p[0] = 2;
	assert_int_equal(rec_event_get(buf_view(&row), &r), E_CORRUPT);
	buf_fini(&row);
}

static void
watch_rules_one_after_the_other(void **state)
{
	const struct watch_rule one = { .events = 6,
		.prefix = SPAN_LIT("a/"),
		.suffix = SPAN_LIT(".x"),
		.arn = SPAN_LIT(ARN),
		.id = SPAN_LIT("i") };
	const struct watch_rule two = { .events = 8, .arn = SPAN_LIT("z") };
	struct watch_rule r;
	struct buf all = { 0 };
	struct span rest;
	bool bad;

	(void)state;
	watch_put(&all, &one);
	watch_put(&all, &two);
	rest = buf_view(&all);
	assert_true(watch_next(&rest, &r, &bad) && !bad);
	assert_true(r.events == 6 && span_is(r.prefix, "a/") && span_is(r.id, "i"));
	assert_true(watch_matches(&r, 2, SPAN_LIT("a/b.x")));
	assert_false(watch_matches(&r, 8, SPAN_LIT("a/b.x")));
	assert_false(watch_matches(&r, 2, SPAN_LIT("b/b.x")));
	assert_false(watch_matches(&r, 2, SPAN_LIT("a/b.y")));
	assert_true(watch_next(&rest, &r, &bad) && r.events == 8 && r.prefix.n == 0);
	assert_true(watch_matches(&r, 8, SPAN_LIT("")));
	assert_false(watch_next(&rest, &r, &bad) || bad);
	rest = span_head(buf_view(&all), all.n - 1);
	assert_true(watch_next(&rest, &r, &bad));
	assert_true(!watch_next(&rest, &r, &bad) && bad);
	buf_fini(&all);
}

static void
keys_sort_by_queue_and_number(void **state)
{
	char a[OUTBOX_KEY_MAX], b[OUTBOX_KEY_MAX];
	struct outbox_key k = { .kind = OUTBOX_WAITS, .arn = SPAN_LIT(ARN), .number = 9 },
			  back;
	struct span first = outbox_key_put(a, &k), second;

	(void)state;
	assert_true(outbox_key_get(first, &back));
	assert_true(
	    back.kind == OUTBOX_WAITS && back.number == 9 && span_is(back.arn, ARN));
	k.number = 256;
	second = outbox_key_put(b, &k);
	assert_true(span_cmp(first, second) < 0);
	for (size_t i = 0; i < second.n; i++)
		assert_false(outbox_key_get(span_head(second, i), &back));
	k = (struct outbox_key){ .kind = OUTBOX_TIMED, .time_ms = 5, .number = 6 };
	assert_true(outbox_key_get(outbox_key_put(a, &k), &back));
	assert_true(back.time_ms == 5 && back.number == 6);
	k = (struct outbox_key){ .kind = OUTBOX_COUNTS, .arn = SPAN_LIT(ARN) };
	assert_true(outbox_key_get(outbox_key_put(a, &k), &back));
	assert_true(back.kind == OUTBOX_COUNTS && span_is(back.arn, ARN));
}

/* ---- rows ---- */

/* What is in a queue, as text: "1 2 3". */
struct seen {
	struct buf text;
	size_t max;
};

static bool
seen_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct seen *s = ctx;

	buf_printf(&s->text, "%llu%s%.*s ", (unsigned long long)number,
	    r->failure.n > 0 ? ":" : "", (int)r->failure.n,
	    r->failure.n > 0 ? r->failure.p : "");
	return s->max == 0 || --s->max > 0;
}

static void
expect(struct txn *t, enum outbox_kind kind, const char *arn, const char *want)
{
	struct seen s = { .max = 0 };

	assert_int_equal(outbox_each(t, kind, span_str(arn), 0, seen_row, &s), OK);
	assert_string_equal(buf_cstr(&s.text), want);
	buf_fini(&s.text);
}

static void
expect_counts(struct txn *t, uint64_t waiting, uint64_t dead, uint64_t lost)
{
	struct outbox_count c;

	assert_int_equal(outbox_count_get(t, SPAN_LIT(ARN), &c), OK);
	assert_true(c.waiting == waiting && c.dead == dead && c.lost == lost);
}

static enum err
life_write(struct txn *t, void *arg)
{
	struct rec_event r = sample;
	size_t n;

	(void)arg;
	r.failure = SPAN_NONE;
	for (r.number = 1; r.number <= 5; r.number++)
		assert_int_equal(outbox_add(t, SPAN_LIT(ARN), &r, 4), OK);
	r.number = 1;
	assert_int_equal(outbox_add(t, SPAN_LIT(ARN "x"), &r, 4), OK);
	expect(t, OUTBOX_WAITS, ARN, "1 2 3 4 ");
	expect_counts(t, 4, 0, 1);
	assert_int_equal(outbox_done(t, SPAN_LIT(ARN), 1), OK);
	assert_int_equal(outbox_done(t, SPAN_LIT(ARN), 1), OK); /* counted once */
	assert_int_equal(outbox_failed(t, SPAN_LIT(ARN), 2, SPAN_LIT("no")), OK);
	assert_int_equal(outbox_bury(t, SPAN_LIT(ARN), 3, SPAN_LIT("bad")), OK);
	assert_int_equal(outbox_bury(t, SPAN_LIT(ARN), 3, SPAN_LIT("bad")), OK);
	expect(t, OUTBOX_WAITS, ARN, "2:no 4 ");
	expect(t, OUTBOX_DEAD, ARN, "3:bad ");
	expect_counts(t, 2, 1, 1);
	while (store_next_id(t) < 100)
		continue;
	assert_int_equal(outbox_revive(t, SPAN_LIT(ARN), 10, 99, &n), OK);
	assert_int_equal(n, 1);
	expect(t, OUTBOX_WAITS, ARN, "2:no 4 101 ");
	expect_counts(t, 3, 0, 1);
	assert_int_equal(outbox_bury(t, SPAN_LIT(ARN), 2, SPAN_LIT("x")), OK);
	assert_int_equal(outbox_forget(t, OUTBOX_DEAD, SPAN_LIT(ARN), 10, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(outbox_forget(t, OUTBOX_WAITS, SPAN_LIT(ARN), 1, &n), OK);
	assert_int_equal(n, 1);
	expect(t, OUTBOX_WAITS, ARN, "101 ");
	expect(t, OUTBOX_DEAD, ARN, "");
	expect_counts(t, 1, 0, 1);
	expect(t, OUTBOX_WAITS, ARN "x", "1 ");
	return OK;
}

static void
the_life_of_rows(void **state)
{
	struct storekit *f = *state;

	assert_int_equal(store_write_wait(f->store, life_write, NULL), OK);
}

static bool
timed_row(void *ctx, const struct outbox_key *k, const struct rec_event *r)
{
	struct outbox_key *out = ctx;

	(void)r;
	*out = *k;
	return false;
}

static enum err
timed_write(struct txn *t, void *arg)
{
	struct rec_event r = sample;
	struct outbox_key k = { .number = 0 };

	(void)arg;
	r.number = 2;
	assert_int_equal(outbox_timed_add(t, 2000, &r), OK);
	r.number = 3;
	assert_int_equal(outbox_timed_add(t, 1000, &r), OK);
	assert_int_equal(outbox_timed(t, timed_row, &k), OK);
	assert_true(k.time_ms == 1000 && k.number == 3);
	assert_int_equal(outbox_timed_done(t, &k), OK);
	assert_int_equal(outbox_timed_done(t, &k), OK);
	assert_int_equal(outbox_timed(t, timed_row, &k), OK);
	assert_true(k.time_ms == 2000 && k.number == 2);
	return OK;
}

static void
events_to_come_are_in_order(void **state)
{
	struct storekit *f = *state;

	assert_int_equal(store_write_wait(f->store, timed_write, NULL), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_has_its_name),
		cmocka_unit_test(wildcards_mean_what_aws_means),
		cmocka_unit_test(rec_event_round_trip_and_damage),
		cmocka_unit_test(watch_rules_one_after_the_other),
		cmocka_unit_test(keys_sort_by_queue_and_number),
		cmocka_unit_test_setup_teardown(
		    the_life_of_rows, storekit_setup, storekit_teardown),
		cmocka_unit_test_setup_teardown(
		    events_to_come_are_in_order, storekit_setup, storekit_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
