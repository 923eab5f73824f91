/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/analytics_report.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail_msg

#define EXPORT(prefix) \
	"<StorageClassAnalysis><DataExport><OutputSchemaVersion>V_1</" \
	"OutputSchemaVersion>" \
	"<Destination><S3BucketDestination><Format>CSV</Format><BucketAccountId>12" \
	"</BucketAccountId><Bucket>arn:aws:s3:::to</Bucket>" prefix \
	"</S3BucketDestination></Destination></DataExport></StorageClassAnalysis>"
#define HEADER \
	"Date,ConfigId,Filter,StorageClass,ObjectAge,ObjectCount,DataUploaded_MB," \
	"Storage_MB,DataRetrieved_MB,GetRequestCount,CumulativeAccessRatio," \
	"ObjectAgeForSIATransition,RecommendedObjectAgeForSIATransition\n"

enum { MIB = 1 << 20, FIRST = 20454 /* 2026-01-01 */ };
static const int64_t day_ms = ANALYTICS_DAY_MS;

static enum err
load(struct arena *a, const char *inner, struct analytics *out)
{
	struct fail fail;

	arena_init(a, 1 << 20);
	fail_init(&fail, NULL);
	return analytics_load(a, span_str(inner), out, &fail);
}

static void
place_is(const struct analytics *v, const char *want)
{
	struct buf out = { 0 };

	analytics_place_put(&out, v, SPAN_LIT("src"));
	assert_string_equal(buf_cstr(&out), want);
	buf_fini(&out);
}

static void
configurations(void **state)
{
	struct arena a;
	struct analytics v;
	struct field one = { SPAN_LIT("k"), SPAN_LIT("v") };
	const struct tags tags = { &one, 1 }, none = { 0 };

	(void)state;
	assert_int_equal(
	    load(&a,
		"<Id>x</Id><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key>"
		"<Value>v</Value></Tag></And></Filter>" EXPORT("<Prefix>p</Prefix>"),
		&v),
	    OK);
	assert_true(v.exported);
	assert_true(span_is(v.to, "to") && span_is(v.to_account, "12"));
	assert_true(analytics_means(&v, SPAN_LIT("a/b"), 0, &tags));
	assert_false(analytics_means(&v, SPAN_LIT("a/b"), 0, &none));
	assert_false(analytics_means(&v, SPAN_LIT("b"), 0, &tags));
	place_is(&v, "p/src/x.csv");
	arena_fini(&a);
	assert_int_equal(load(&a, "<Id>y</Id>" EXPORT("<Prefix>p/</Prefix>"), &v), OK);
	assert_true(analytics_means(&v, SPAN_LIT(""), 0, &none));
	place_is(&v, "p/src/y.csv");
	arena_fini(&a);
	assert_int_equal(load(&a, "<Id>z</Id>" EXPORT(""), &v), OK);
	place_is(&v, "src/z.csv");
	arena_fini(&a);
	assert_int_equal(
	    load(&a, "<Id>x</Id><StorageClassAnalysis></StorageClassAnalysis>", &v), OK);
	assert_false(v.exported);
	arena_fini(&a);
}

/* ---- days ---- */

static void
hold(struct analytics_day *d, uint8_t class, uint64_t size, int64_t days, uint64_t read)
{
	const struct analytics_cell c = {
		.objects = 1, .bytes = size, .retrieved = read, .gets = read > 0
	};

	analytics_day_add(d, class, size, days * day_ms, &c);
}

static void
ages(void **state)
{
	static const int from[] = { 0, 15, 30, 45, 60, 75, 90, 120, 150, 180, 365, 730 };
	struct analytics_day d = { 0 };

	(void)state;
	for (unsigned g = 0; g < ANALYTICS_GROUPS; g++) {
		hold(&d, CLASS_STANDARD, ANALYTICS_SMALL, from[g], 0);
		if (g > 0) {
			const struct analytics_cell c = { .gets = 1 };

			analytics_day_add(&d, CLASS_STANDARD, ANALYTICS_SMALL,
			    from[g] * day_ms - 1, &c);
		}
	}
	hold(&d, CLASS_STANDARD, ANALYTICS_SMALL - 1, 0, 0);
	/* The clock was moved back. */
	hold(&d, CLASS_STANDARD, ANALYTICS_SMALL, -1, 0);
	assert_int_equal(d.n, 1);
	for (unsigned g = 0; g < ANALYTICS_GROUPS; g++) {
		assert_int_equal(d.of[0].cell[g].objects, g == 0 ? 2 : 1);
		assert_int_equal(d.of[0].cell[g].gets, g < ANALYTICS_GROUPS - 1);
	}
	assert_int_equal(d.of[0].cell[ANALYTICS_ALL].objects, ANALYTICS_GROUPS + 2);
	analytics_day_fini(&d);
}

static void
records(void **state)
{
	struct analytics_day d = { 0 }, counts = { 0 }, back;
	struct buf row = { 0 }, again = { 0 };

	(void)state;
	hold(&d, CLASS_STANDARD_IA, MIB, 40, 7);
	hold(&d, CLASS_STANDARD, 10, 0, 0);
	hold(&counts, CLASS_STANDARD, MIB, 0, 5);
	analytics_day_count(&d, &counts);
	assert_int_equal(d.of[0].cell[0].retrieved, 5);
	assert_int_equal(d.of[0].cell[0].objects, 0);
	assert_int_equal(d.of[0].cell[ANALYTICS_ALL].objects, 1);
	analytics_day_measure(&d, &counts);
	assert_true(d.measured);
	assert_int_equal(d.of[0].cell[ANALYTICS_ALL].objects, 1);
	assert_int_equal(d.of[0].cell[0].bytes, MIB);
	assert_int_equal(d.of[1].cell[ANALYTICS_ALL].objects, 0);
	assert_int_equal(d.of[1].cell[ANALYTICS_ALL].retrieved, 7);
	analytics_day_put(&row, &d);
	assert_int_equal(analytics_day_get(buf_view(&row), &back), OK);
	analytics_day_put(&again, &back);
	assert_true(back.measured && span_eq(buf_view(&row), buf_view(&again)));
	analytics_day_fini(&back);
	/* Cut anywhere it is none, but at the end of a cell. */
	for (size_t n = 0; n < row.n; n++) {
		enum err e = analytics_day_get(span_of(row.p, n), &back);

		assert_int_equal(e, n >= 2 && (n - 2) % 42 == 0 ? OK : E_CORRUPT);
		if (e == OK)
			analytics_day_fini(&back);
	}
	row.p[2] = 100; /* a class that is none */
	assert_int_equal(analytics_day_get(buf_view(&row), &back), E_CORRUPT);
	row.p[2] = 0;
	row.p[3] = ANALYTICS_CELLS;
	assert_int_equal(analytics_day_get(buf_view(&row), &back), E_CORRUPT);
	buf_fini(&row);
	buf_fini(&again);
	analytics_day_fini(&d);
	analytics_day_fini(&counts);
}

/* ---- reports ---- */

static void
past_make(struct analytics_history *h, struct analytics_past *past, size_t n)
{
	*h = (struct analytics_history){ .n = n, .past = past };
	for (size_t i = 0; i < n; i++)
		past[i] = (struct analytics_past){ .day = FIRST + (int64_t)i };
}

static void
past_fini(struct analytics_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		analytics_day_fini(&h->past[i].what);
}

static void
report(void **state)
{
	struct analytics_past past[2];
	struct analytics_history h;
	struct field tag = { SPAN_LIT("a"), SPAN_LIT("\"b\"") };
	const struct analytics v = { .id = SPAN_LIT("x"),
		.which = { .prefix = SPAN_LIT("p,"), .tags = { &tag, 1 } } };
	struct buf out = { 0 };
	struct span rest, line;
	size_t lines = 0;

	(void)state;
	past_make(&h, past, 2);
	hold(&past[0].what, CLASS_STANDARD, MIB + 1, 16, MIB / 2);
	hold(&past[0].what, CLASS_GLACIER_IR, 2 * MIB, 800, 0);
	hold(&past[1].what, CLASS_STANDARD, 3 * MIB, 17, 0);
	analytics_report_put(&out, &v, &h);
	rest = buf_view(&out);
	assert_true(span_starts(rest, SPAN_LIT(HEADER)));
	while (rest.n > 0) {
		line = span_cut(&rest, '\n');
		lines++;
	}
	/* The last: all ages of the second day, in which nothing is in another class. */
	assert_int_equal(lines, 1 + 13 * 3);
	assert_true(span_is(line,
	    "01-03-2026,x,\"prefix=p,&tag=a:\"\"b\"\"\",STANDARD,ALL,1,0,3,0,0,0.25,,"));
	assert_true(span_search(buf_view(&out),
			SPAN_LIT("01-02-2026,x,\"prefix=p,&tag=a:\"\"b\"\"\",STANDARD,"
				 "015-029,1,0,1.000001,0.5,1,0.5,,\n"),
			0) < out.n);
	assert_true(span_search(buf_view(&out),
			SPAN_LIT(",GLACIER_IR,730+,1,0,2,0,0,0,,\n"), 0) < out.n);
	/* Younger ones have what older ones have, too: of nothing there is no ratio. */
	assert_true(span_search(buf_view(&out),
			SPAN_LIT(",STANDARD,000-014,0,0,0,0,0,0.5,,\n"), 0) < out.n);
	assert_true(span_search(buf_view(&out),
			SPAN_LIT(",STANDARD,030-044,0,0,0,0,0,,,\n"), 0) < out.n);
	buf_fini(&out);
	past_fini(&h);
}

/* The ages in the last row. */
static void
ages_are(const struct analytics_history *h, const char *want)
{
	const struct analytics v = { .id = SPAN_LIT("x") };
	struct buf out = { 0 };
	struct span text;
	unsigned commas = 0;

	analytics_report_put(&out, &v, h);
	text = span_head(buf_view(&out), out.n - 1);
	while (commas < 2)
		commas += text.p[--text.n] == ',';
	text.n++;
	text = span_from(span_head(buf_view(&out), out.n - 1), text.n);
	assert_true(span_is(text, want));
	buf_fini(&out);
}

static void
recommended(void **state)
{
	struct analytics_past past[60];
	struct analytics_history h;

	(void)state;
	past_make(&h, past, 60);
	for (size_t i = 0; i < 60; i++) {
		/* Of what is 30 days old all is read every day, of older ones little. */
		hold(&past[i].what, CLASS_STANDARD, MIB, 35, MIB);
		hold(&past[i].what, CLASS_STANDARD, MIB, 50, MIB / 31);
		hold(&past[i].what, CLASS_STANDARD, MIB, 200, 0);
	}
	h.n = 29;
	ages_are(&h, ",");
	h.n = 30;
	ages_are(&h, "45,");
	h.n = 35;
	ages_are(&h, "45,");
	h.n = 36;
	ages_are(&h, "45,45");
	h.n = 60;
	/* The oldest become warm again: no age is cold enough. */
	for (size_t i = 31; i < 60; i++)
		hold(&past[i].what, CLASS_STANDARD, MIB, 800, 3 * MIB);
	ages_are(&h, ",");
	past_fini(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(configurations),
		cmocka_unit_test(ages), cmocka_unit_test(records),
		cmocka_unit_test(report), cmocka_unit_test(recommended) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
