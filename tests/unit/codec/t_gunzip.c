/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/gunzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* printf 'hello gzip' | gzip -n */
#define HELLO \
	"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c\0\0\x19" \
	"\x6a\xd2\xdf\x0a\0\0\0"

static struct gunzip *
make(void)
{
	struct gunzip *g = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	assert_int_equal(gunzip_new(&g, &fail), OK);
	return g;
}

/* All of in, fed and taken in steps of these sizes; the result. */
static enum err
undo(struct span in, size_t feed, size_t take, struct buf *out, bool *whole)
{
	struct gunzip *g = make();
	enum err e = OK;
	size_t n = 1;

	while (e == OK && (in.n > 0 || n > 0)) {
		struct span part = span_head(in, feed);
		size_t had = part.n;

		e = gunzip_step(g, &part, buf_grow(out, take), take, &n);
		out->n -= take - n;
		in = span_from(in, had - part.n);
	}
	*whole = gunzip_is_whole(g);
	gunzip_free(&g);
	return e;
}

static struct span hello = SPAN_LIT(HELLO);

static void
gunzip_in_steps(void **state)
{
	bool whole;

	(void)state;
	assert_true(gunzip_is(hello));
	for (size_t feed = 1; feed < 40; feed += 3)
		for (size_t take = 1; take < 20; take += 3) {
			struct buf out = { 0 };

			assert_int_equal(undo(hello, feed, take, &out, &whole), OK);
			assert_true(whole && span_is(buf_view(&out), "hello gzip"));
			buf_fini(&out);
		}
}

static void
gunzip_members(void **state)
{
	struct buf two = { 0 }, out = { 0 };
	bool whole;

	(void)state;
	buf_span(&two, hello);
	buf_span(&two, hello);
	assert_int_equal(undo(buf_view(&two), 7, 5, &out, &whole), OK);
	assert_true(whole && span_is(buf_view(&out), "hello gziphello gzip"));
	buf_fini(&two);
	buf_fini(&out);
}

static void
gunzip_refuses(void **state)
{
	struct buf out = { 0 };
	char text[sizeof HELLO];
	bool whole;

	(void)state;
	assert_false(gunzip_is(SPAN_LIT("PK\x03\x04")));
	assert_int_equal(undo(SPAN_LIT("no gzip"), 9, 9, &out, &whole), E_CORRUPT);
	memcpy(text, HELLO, sizeof text);
	text[sizeof text - 6] ^= 1; /* the checksum */
	assert_int_equal(undo(span_of(text, hello.n), 100, 100, &out, &whole), E_CORRUPT);
	out.n = 0;
	assert_int_equal(undo(span_head(hello, hello.n - 3), 100, 100, &out, &whole), OK);
	assert_false(whole);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gunzip_in_steps),
		cmocka_unit_test(gunzip_members),
		cmocka_unit_test(gunzip_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
