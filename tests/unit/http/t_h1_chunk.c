/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail_msg /* a word of base/err.h */

#include <string.h>

#include "../../../src/http/h1_priv.h"

/* Decode text given in pieces of step bytes; *used is where the body ended, or 0. */
static enum err
chunk_decode(struct buf *out, const char *text, size_t n, size_t step, size_t *used)
{
	enum h1_chunk_step what;
	struct h1_chunk k;
	size_t at = 0, some;
	enum err e;

	h1_chunk_init(&k);
	*used = 0;
	while (at < n) {
		size_t piece = n - at < step ? n - at : step;

		e = h1_chunk_frame(&k, span_of(text + at, piece), &some, &what);
		if (e != OK)
			return e;
		at += some;
		piece -= some;
		if (what == H1_CHUNK_END) {
			*used = at;
			return OK;
		}
		if (what == H1_CHUNK_MORE)
			continue;
		some = piece < h1_chunk_due(&k) ? piece : (size_t)h1_chunk_due(&k);
		buf_put(out, text + at, some);
		h1_chunk_took(&k, some);
		at += some;
	}
	return OK;
}

static void
chunk_expect(const char *text, enum err want, const char *body, bool complete)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		struct buf out = { 0 };
		size_t used;

		assert_int_equal(
		    chunk_decode(&out, text, strlen(text), step, &used), want);
		if (body != NULL)
			assert_true(span_is(buf_view(&out), body));
		assert_int_equal(used > 0, complete);
		buf_fini(&out);
	}
}

static void
h1_chunk_frame_good(void **state)
{
	(void)state;
	chunk_expect("5\r\nhello\r\n0\r\n\r\n", OK, "hello", true);
	chunk_expect(
	    "5;a=b\r\nhello\r\n00A;\"x\r\n0123456789\r\n0\r\nT: x\r\nU:\r\n\r\nGET", OK,
	    "hello0123456789", true);
	chunk_expect("0\r\n\r\n", OK, "", true);
	chunk_expect(
	    "000000000000000a\r\n0123456789\r\n0\r\n\r\n", OK, "0123456789", true);
	chunk_expect("5\r\nhel", OK, "hel", false);
	chunk_expect("5\r\nhello\r\n0\r\n", OK, "hello", false);
}

static void
h1_chunk_frame_bad(void **state)
{
	(void)state;
	chunk_expect("\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("x\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("-1\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("0x5\r\nhello", E_HTTP_SYNTAX, NULL, false);
	chunk_expect(" 5\r\nhello", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5 \r\nhello", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5\nhello", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5\r\rhello", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5\r\nhello5\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5\r\nhello\n0\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("5;a\nb\r\nhello\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("0\r\n\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("0\r\nT: x\n\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("0\r\n T: x\r\n\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("0\r\n: x\r\n\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("ffffffffffffffff\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("10000000000000000\r\n", E_HTTP_SYNTAX, NULL, false);
	chunk_expect("00000000000000005\r\nhello", E_HTTP_SYNTAX, NULL, false);
}

static void
h1_chunk_frame_limits(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	size_t used;

	(void)state;
	buf_str(&text, "5;");
	memset(buf_grow(&text, 5000), 'e', 5000);
	assert_int_equal(chunk_decode(&out, text.p, text.n, 700, &used), E_HTTP_SYNTAX);
	text.n = 0;
	buf_str(&text, "0\r\n");
	for (int i = 0; i < 2000; i++)
		buf_str(&text, "T: 01234567\r\n");
	assert_int_equal(chunk_decode(&out, text.p, text.n, 700, &used), E_HTTP_SYNTAX);
	buf_fini(&text);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(h1_chunk_frame_good),
		cmocka_unit_test(h1_chunk_frame_bad),
		cmocka_unit_test(h1_chunk_frame_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
