/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/worm.h"

#include <cmocka.h>

enum { NOW = 1000000, DAY = 86400000 };

static void
worm_render_stores_and_reads(void **state)
{
	static const char stored[] = "\1\2\2\2\0\0\0\0\0\0\0\7\0\36\0\0";
	struct worm w = { WORM_COMPLIANCE, HOLD_ON, HOLD_ON, 7, { 30, 0 } }, back;
	struct arena a;
	struct span row;

	(void)state;
	arena_init(&a, 0);
	row = worm_render(&a, &w);
	assert_int_equal(row.n, sizeof stored - 1);
	assert_memory_equal(row.p, stored, row.n);
	assert_int_equal(worm_read(row, &back), OK);
	assert_true(span_eq(worm_render(&a, &back), row));
	for (size_t n = 0; n < row.n; n++)
		assert_int_equal(worm_read(span_of(row.p, n), &back), E_CORRUPT);
	assert_int_equal(worm_read(SPAN_NONE, &back), OK);
	assert_true(worm_may_drop(&back, NOW, false));
	w = (struct worm){ 0 };
	assert_null(worm_render(&a, &w).p);
	arena_fini(&a);
}

static void
worm_may_drop_asks_all(void **state)
{
	static const struct {
		struct worm w;
		bool plain, bypass;
	} rows[] = {
		{ { 0 }, true, true },
		{ { .mode = WORM_GOVERNANCE, .until_ms = NOW + 1 }, false, true },
		{ { .mode = WORM_COMPLIANCE, .until_ms = NOW + 1 }, false, false },
		{ { .mode = WORM_COMPLIANCE, .until_ms = NOW }, true, true },
		{ { .legal = HOLD_ON }, false, false },
		{ { .legal = HOLD_OFF }, true, true },
		{ { .mode = WORM_GOVERNANCE, .legal = HOLD_ON, .until_ms = NOW - 1 },
		    false, false },
		{ { .mode = WORM_GOVERNANCE,
		      .event = HOLD_ON,
		      .duration = { .days = 1 } },
		    false, true },
		{ { .mode = WORM_COMPLIANCE,
		      .event = HOLD_ON,
		      .duration = { .days = 1 } },
		    false, false },
		{ { .mode = WORM_COMPLIANCE, .event = HOLD_OFF, .until_ms = NOW }, true,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(worm_may_drop(&rows[i].w, NOW, false), rows[i].plain);
		assert_int_equal(worm_may_drop(&rows[i].w, NOW, true), rows[i].bypass);
	}
}

#define G(days) \
	{ \
		.mode = WORM_GOVERNANCE, .until_ms = NOW + (days)*DAY \
	}
#define C(days) \
	{ \
		.mode = WORM_COMPLIANCE, .until_ms = NOW + (days)*DAY \
	}
#define HELD(m, days_) \
	{ \
		.mode = m, .event = HOLD_ON, .duration = {.days = days_ } \
	}
#define RELEASE(m) \
	{ \
		.mode = m, .event = HOLD_OFF \
	}

static void
worm_change_never_weakens(void **state)
{
	static const struct {
		struct worm was;
		struct worm_change change;
		enum err plain, bypass;
		int64_t until; /* afterwards, from NOW, in days */
	} rows[] = {
		{ { 0 }, G(1), OK, OK, 1 },
		{ G(2), G(3), OK, OK, 3 },
		{ G(2), G(2), OK, OK, 2 },
		{ G(2), G(1), E_OBJECT_LOCKED, OK, 1 },
		{ G(2), C(3), E_OBJECT_LOCKED, OK, 3 },
		{ G(2), { 0 }, E_OBJECT_LOCKED, OK, 0 },
		{ C(2), C(3), OK, OK, 3 },
		{ C(2), C(1), E_OBJECT_LOCKED, E_OBJECT_LOCKED, 0 },
		{ C(2), G(9), E_OBJECT_LOCKED, E_OBJECT_LOCKED, 0 },
		{ C(2), { 0 }, E_OBJECT_LOCKED, E_OBJECT_LOCKED, 0 },
		{ C(-1), { 0 }, OK, OK, 0 },
		{ C(-1), G(1), OK, OK, 1 },
		/* event holds */
		{ { 0 }, HELD(WORM_GOVERNANCE, 5), OK, OK, 5 },
		{ { 0 }, RELEASE(WORM_GOVERNANCE), E_INVALID_REQUEST, E_INVALID_REQUEST,
		    0 },
		{ C(2), HELD(WORM_COMPLIANCE, 1), OK, OK, 2 },
		{ HELD(WORM_COMPLIANCE, 5), RELEASE(WORM_COMPLIANCE), OK, OK, 5 },
		{ HELD(WORM_COMPLIANCE, 5), HELD(WORM_COMPLIANCE, 6), OK, OK, 6 },
		{ HELD(WORM_COMPLIANCE, 5), HELD(WORM_COMPLIANCE, 4), E_OBJECT_LOCKED,
		    E_OBJECT_LOCKED, 0 },
		{ HELD(WORM_COMPLIANCE, 5), C(6), OK, OK, 6 },
		{ HELD(WORM_COMPLIANCE, 5), C(4), E_OBJECT_LOCKED, E_OBJECT_LOCKED, 0 },
		{ HELD(WORM_COMPLIANCE, 5), RELEASE(WORM_GOVERNANCE), E_OBJECT_LOCKED,
		    E_OBJECT_LOCKED, 0 },
		{ HELD(WORM_GOVERNANCE, 5), { 0 }, E_OBJECT_LOCKED, OK, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int bypass = 0; bypass < 2; bypass++) {
			enum err want = bypass != 0 ? rows[i].bypass : rows[i].plain, e;
			struct worm w = rows[i].was;

			e = worm_change(&w, &rows[i].change, NOW, bypass != 0, NULL);
			if (e != want)
				fail_msg("row %zu, bypass %d: %s", i, bypass,
				    e == OK ? "OK" : err_row(e)->symbol);
			if (e != OK)
				assert_int_equal(
				    worm_until(&w, NOW), worm_until(&rows[i].was, NOW));
			else if (w.mode != WORM_NONE)
				assert_int_equal(
				    worm_until(&w, NOW), NOW + rows[i].until * DAY);
		}
}

/* A hold that is on ends never by itself, and what it protects no sooner than promised. */
static void
worm_until_moves_with_a_hold(void **state)
{
	struct worm w = HELD(WORM_GOVERNANCE, 2);
	struct worm_change release = RELEASE(WORM_GOVERNANCE);

	(void)state;
	assert_int_equal(worm_until(&w, NOW), NOW + 2 * DAY);
	assert_int_equal(
	    worm_until(&w, NOW + 100 * (int64_t)DAY), NOW + 102 * (int64_t)DAY);
	assert_false(worm_may_drop(&w, NOW + 1000 * (int64_t)DAY, false));
	assert_int_equal(worm_change(&w, &release, NOW + 10 * DAY, false, NULL), OK);
	assert_int_equal(worm_until(&w, NOW), NOW + 12 * DAY);
	assert_false(worm_may_drop(&w, NOW + 12 * DAY - 1, false));
	assert_true(worm_may_drop(&w, NOW + 12 * DAY, false));
}

static void
worm_default_reads_the_document(void **state)
{
	static const char both[] =
	    "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
	    "<Mode>COMPLIANCE</Mode><Years>2</Years><DefaultEventHold><Days>3</Days>"
	    "</DefaultEventHold></DefaultRetention></Rule>";
	struct worm_default d;
	struct worm w = { .legal = HOLD_ON };

	(void)state;
	worm_default_read(span_str(both), &d);
	assert_int_equal(d.mode, WORM_COMPLIANCE);
	assert_int_equal(d.period.years, 2);
	assert_int_equal(d.period.days, 0);
	assert_int_equal(d.event.days, 3);
	worm_default_apply(&d, NOW, &w);
	assert_int_equal(w.until_ms, NOW + 730 * (int64_t)DAY);
	assert_int_equal(w.event, HOLD_ON);
	assert_int_equal(w.legal, HOLD_ON);
	w = (struct worm)G(1);
	worm_default_apply(&d, NOW, &w);
	assert_int_equal(w.mode, WORM_GOVERNANCE);
	worm_default_read(SPAN_LIT("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"), &d);
	assert_int_equal(d.mode, WORM_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worm_render_stores_and_reads),
		cmocka_unit_test(worm_may_drop_asks_all),
		cmocka_unit_test(worm_change_never_weakens),
		cmocka_unit_test(worm_until_moves_with_a_hold),
		cmocka_unit_test(worm_default_reads_the_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
