/* SPDX-License-Identifier: Apache-2.0 */
/* Every request in tests/vec verifies, cold and with the key cached, and no longer does
 * once a bit of its signature is turned. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "auth/chunksig.h"
#include "base/io.h"
#include "base/mem.h"
#include "codec/hex.h"

#include "auth_case.h"

/* last: it has a macro of the name of our fail_msg() */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
load(struct buf *b, const char *file)
{
	const char *top = getenv("top_srcdir");
	char path[1024];

	(void)snprintf(
	    path, sizeof path, "%s/tests/vec/%s", top == NULL ? "." : top, file);
	assert_int_equal(io_read_file(path, b, 1 << 20), 0);
}

/* The last hexadecimal digit of the signature, wherever it stands. */
static char *
last_digit(struct auth_case *c)
{
	struct span s = c->rq.query, tag = SPAN_LIT("Signature=");

	for (size_t i = 0; i < c->rq.nheader; i++)
		if (span_is(c->header[i].name, "authorization"))
			s = c->header[i].value;
	return (char *)s.p + span_search(s, tag, 0) + tag.n + 63;
}

static void
check_case(struct auth_case *c, struct span name)
{
	char *digit = last_digit(c);
	enum err e = case_check(c);

	if (e != OK)
		print_error("%.*s: %s\n%s\n%s\n", (int)name.n, name.p,
		    fail_text(&c->fail), case_pair(c, "StringToSign"),
		    case_pair(c, "CanonicalRequest"));
	assert_int_equal(e, OK);
	assert_true(span_is(c->result.access_key, CASE_KEY));
	assert_int_equal(case_check(c), OK);
	*digit ^= 1;
	assert_int_equal(case_check(c), E_SIGNATURE);
	*digit ^= 1;
	arena_fini(&c->arena);
}

static unsigned
check_file(const char *file)
{
	struct auth_case c;
	struct buf b = { 0 };
	struct span text, name;
	unsigned n = 0;

	load(&b, file);
	text = buf_view(&b);
	case_init(&c);
	while (case_next(&c, &text, &name)) {
		check_case(&c, name);
		n++;
	}
	case_fini(&c);
	buf_fini(&b);
	return n;
}

static void
sigv4_check_aws_examples(void **state)
{
	(void)state;
	assert_int_equal(check_file("sigv4-aws.txt"), 7);
}

static void
sigv4_check_botocore_requests(void **state)
{
	(void)state;
	assert_int_equal(check_file("sigv4-botocore.txt"), 105);
}

/* The bodies botocore frames come out as what was put in. */
static void
chunksig_feed_botocore_bodies(void **state)
{
	struct auth_case c;
	struct buf b = { 0 };
	struct span text, name;
	const struct field *f;
	struct chunksig *cs;
	unsigned n = 0;
	size_t got;
	char *body;

	(void)state;
	load(&b, "sigv4-botocore.txt");
	text = buf_view(&b);
	case_init(&c);
	while (case_next(&c, &text, &name)) {
		if (!span_starts(name, SPAN_LIT("trailer_")))
			continue;
		assert_int_equal(case_check(&c), OK);
		assert_int_equal(c.result.payload, AUTH_PAYLOAD_UNSIGNED_TRAILER);
		body = mem_alloc(c.body.n / 2);
		assert_true(hex_parse(body, c.body.n / 2, c.body));
		cs = chunksig_new(&c.result, n == 0 ? 14 : 700);
		assert_int_equal(
		    chunksig_feed(cs, body, c.body.n / 2, &got, &c.fail), OK);
		assert_int_equal(got, n == 0 ? 14 : 700);
		assert_int_equal(chunksig_end(cs, &c.fail), OK);
		assert_int_equal(chunksig_trailers(cs, &f), 1);
		assert_true(span_starts(f[0].name, SPAN_LIT("x-amz-checksum-")));
		chunksig_free(&cs);
		mem_free(body);
		n++;
	}
	assert_int_equal(n, 2);
	case_fini(&c);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sigv4_check_aws_examples),
		cmocka_unit_test(sigv4_check_botocore_requests),
		cmocka_unit_test(chunksig_feed_botocore_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
