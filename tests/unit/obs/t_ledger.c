/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static struct ledger_to
to(const char *source, enum ledger_form form, int64_t day)
{
	return (struct ledger_to){ .source = span_str(source),
		.region = SPAN_LIT("us-east-1"),
		.target = SPAN_LIT("into"),
		.prefix = SPAN_LIT("p/"),
		.form = form,
		.day = day };
}

static unsigned
take(struct ledger *l, bool all, uint64_t *lines, size_t *bytes)
{
	struct ledger_batch *b = ledger_take(l, all), *next;
	unsigned n = 0;

	*lines = *bytes = 0;
	for (; b != NULL; b = next, n++) {
		next = b->next;
		*lines += b->lines;
		*bytes += b->text.n;
		assert_true(span_is(b->to.target, "into") && span_is(b->to.prefix, "p/"));
		ledger_batch_free(&b);
	}
	return n;
}

static void
ledger_gathers_by_where_lines_go(void **state)
{
	struct ledger_to a = to("a", LEDGER_SIMPLE, 0), b = to("b", LEDGER_SIMPLE, 0),
			 one = to("a", LEDGER_BY_EVENT, 1),
			 two = to("a", LEDGER_BY_EVENT, 2);
	struct ledger *l = ledger_new(1000, 10000);
	uint64_t lines;
	size_t bytes;

	(void)state;
	for (int i = 0; i < 3; i++) {
		ledger_add(l, &a, SPAN_LIT("a\n"));
		ledger_add(l, &b, SPAN_LIT("b\n"));
		ledger_add(l, &one, SPAN_LIT("1\n"));
		ledger_add(l, &two, SPAN_LIT("2\n"));
	}
	assert_int_equal(take(l, false, &lines, &bytes), 0);
	assert_int_equal(take(l, true, &lines, &bytes), 4);
	assert_int_equal(lines, 12);
	assert_int_equal(bytes, 24);
	assert_int_equal(take(l, true, &lines, &bytes), 0);
	ledger_free(&l);
}

static void
ledger_full_batches_go_first(void **state)
{
	struct ledger_to a = to("a", LEDGER_SIMPLE, 0), b = to("b", LEDGER_SIMPLE, 0);
	struct ledger *l = ledger_new(4, 10000);
	uint64_t lines;
	size_t bytes;

	(void)state;
	ledger_add(l, &b, SPAN_LIT("b\n"));
	for (int i = 0; i < 5; i++)
		ledger_add(l, &a, SPAN_LIT("a\n"));
	assert_false(ledger_wait(l, 60000)); /* at once: there is a full one */
	assert_int_equal(take(l, false, &lines, &bytes), 2);
	assert_int_equal(lines, 4);
	assert_int_equal(take(l, true, &lines, &bytes), 2);
	assert_int_equal(lines, 2);
	ledger_free(&l);
}

static void
ledger_drops_and_counts(void **state)
{
	struct ledger_to a = to("a", LEDGER_SIMPLE, 0);
	struct ledger *l = ledger_new(1000, 10);
	uint64_t lines;
	size_t bytes;

	(void)state;
	for (int i = 0; i < 8; i++)
		ledger_add(l, &a, SPAN_LIT("a\n"));
	assert_int_equal(ledger_lost(l), 3);
	assert_int_equal(ledger_lost(l), 0);
	assert_int_equal(take(l, true, &lines, &bytes), 1);
	assert_int_equal(lines, 5);
	ledger_add(l, &a, SPAN_LIT("a\n")); /* what was taken made room */
	assert_int_equal(ledger_lost(l), 0);
	ledger_free(&l);
}

static void
ledger_stop_wakes(void **state)
{
	struct ledger *l = ledger_new(10, 10);

	(void)state;
	ledger_stop(l);
	assert_true(ledger_wait(l, 60000));
	ledger_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ledger_gathers_by_where_lines_go),
		cmocka_unit_test(ledger_full_batches_go_first),
		cmocka_unit_test(ledger_drops_and_counts),
		cmocka_unit_test(ledger_stop_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
