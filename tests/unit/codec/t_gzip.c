/* SPDX-License-Identifier: Apache-2.0 */
/* What is made here is undone by codec/gunzip.c. */
#include "config.h"

#include "codec/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/gunzip.h"

enum { SIZE = 200000 };

static void
is_undone(const struct buf *made, const struct buf *want)
{
	struct span in = buf_view(made);
	struct gunzip *g = NULL;
	struct buf out = { 0 };
	struct fail fail;
	size_t n = 1;

	fail_init(&fail, NULL);
	assert_int_equal(gunzip_new(&g, &fail), OK);
	while (n > 0) {
		assert_int_equal(gunzip_step(g, &in, buf_grow(&out, 4096), 4096, &n), OK);
		out.n -= 4096 - n;
	}
	assert_true(gunzip_is_whole(g));
	assert_true(span_eq(buf_view(&out), buf_view(want)));
	gunzip_free(&g);
	buf_fini(&out);
}

/* Twice with one compressor: what compresses well, and what hardly does. */
static void
files_come_back(void **state)
{
	struct gzip *g = NULL;
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(gzip_new(&g, &fail), OK);
	for (unsigned noise = 0; noise < 2; noise++) {
		struct buf text = { 0 }, made = { 0 };
		uint32_t x = 1;

		for (size_t i = 0; i < SIZE; i++) {
			x = x * 1664525 + 1013904223;
			buf_char(&text, noise ? (char)(x >> 24) : (char)('a' + i % 7));
		}
		for (size_t at = 0; at < SIZE; at += 777)
			gzip_add(
			    g, span_head(span_from(buf_view(&text), at), 777), &made);
		gzip_end(g, &made);
		assert_true(gunzip_is(buf_view(&made)));
		assert_true(noise ? made.n > SIZE / 2 : made.n < SIZE / 20);
		is_undone(&made, &text);
		buf_fini(&text);
		buf_fini(&made);
	}
	gzip_free(&g);
}

static void
nothing_is_a_file_too(void **state)
{
	struct buf text = { 0 }, made = { 0 };
	struct gzip *g = NULL;
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(gzip_new(&g, &fail), OK);
	gzip_end(g, &made);
	is_undone(&made, &text);
	gzip_free(&g);
	buf_fini(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_back),
		cmocka_unit_test(nothing_is_a_file_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
