/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/doc.h"
#include "model/rec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

struct kit {
	struct arena arena;
	struct fail fail;
	struct doc_text text;
};

static enum err
parse(struct kit *k, enum doc d, const char *in)
{
	fail_init(&k->fail, &k->arena);
	return doc_parse(&k->arena, d, span_str(in), SPAN_LIT("x"), &k->text, &k->fail);
}

static void
inner_is(const struct kit *k, const char *want)
{
	assert_int_equal(k->text.inner.n, strlen(want));
	assert_memory_equal(k->text.inner.p, want, strlen(want));
}

static void
doc_parse_orders_and_drops_blanks(void **state)
{
	struct kit k = { 0 };

	(void)state;
	arena_init(&k.arena, 0);
	assert_int_equal(parse(&k, DOC_CORS,
			     "<CORSConfiguration>\n <CORSRule>\n"
			     "<AllowedOrigin>a&amp;b</AllowedOrigin><MaxAgeSeconds> 7 "
			     "</MaxAgeSeconds><AllowedMethod>GET</AllowedMethod>"
			     "</CORSRule>\n</CORSConfiguration>"),
	    OK);
	inner_is(&k,
	    "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>a&amp;b"
	    "</AllowedOrigin><MaxAgeSeconds>7</MaxAgeSeconds></CORSRule>");
	arena_fini(&k.arena);
}

static void
doc_parse_fills_in_booleans(void **state)
{
	struct kit k = { 0 };

	(void)state;
	arena_init(&k.arena, 0);
	assert_int_equal(parse(&k, DOC_PUBLIC_BLOCK,
			     "<PublicAccessBlockConfiguration><BlockPublicPolicy>TRUE"
			     "</BlockPublicPolicy></PublicAccessBlockConfiguration>"),
	    OK);
	inner_is(&k,
	    "<BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>false"
	    "</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>"
	    "<RestrictPublicBuckets>false</RestrictPublicBuckets>");
	arena_fini(&k.arena);
}

static void
doc_parse_names_targets_and_nothing(void **state)
{
	struct kit k = { 0 };

	(void)state;
	arena_init(&k.arena, 0);
	assert_int_equal(parse(&k, DOC_LOGGING,
			     "<BucketLoggingStatus><LoggingEnabled><TargetBucket>to"
			     "</TargetBucket><TargetPrefix/></LoggingEnabled>"
			     "</BucketLoggingStatus>"),
	    OK);
	assert_true(span_is(k.text.target, "to") && !k.text.nothing);
	assert_int_equal(parse(&k, DOC_LOGGING, "<BucketLoggingStatus/>"), OK);
	assert_true(k.text.target.n == 0 && k.text.nothing);
	assert_int_equal(parse(&k, DOC_TAGGING, "<Tagging><TagSet/></Tagging>"), OK);
	assert_true(k.text.nothing);
	arena_fini(&k.arena);
}

static void
doc_parse_says_what_is_wrong(void **state)
{
	struct kit k = { 0 };

	(void)state;
	arena_init(&k.arena, 0);
	assert_int_equal(parse(&k, DOC_ABAC, ""), E_MISSING_BODY);
	assert_int_equal(parse(&k, DOC_ABAC, "<AbacStatus/>"), E_MALFORMED_XML);
	assert_int_equal(
	    parse(&k, DOC_ABAC, "<Status>Enabled</Status>"), E_MALFORMED_XML);
	assert_int_equal(parse(&k, DOC_METRICS,
			     "<MetricsConfiguration><Id>y</Id></MetricsConfiguration>"),
	    E_ID_MISMATCH);
	assert_int_equal(
	    parse(&k, DOC_TAGGING,
		"<Tagging><TagSet><Tag><Key>a\xf0\x90\x90\x80!</Key><Value/></Tag>"
		"</TagSet></Tagging>"),
	    E_INVALID_TAG);
	arena_fini(&k.arena);
}

static void
doc_id_ok_knows_limits(void **state)
{
	char text[DOC_ID_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof text);
	assert_true(doc_id_ok(span_of(text, DOC_ID_MAX)));
	assert_false(doc_id_ok(span_of(text, DOC_ID_MAX + 1)));
	assert_false(doc_id_ok(SPAN_LIT("")));
	assert_false(doc_id_ok(SPAN_LIT("a/b")));
	assert_true(doc_id_ok(SPAN_LIT("A.b-c_9")));
}

static void
rec_doc_get_reads_stored_bytes(void **state)
{
	struct rec_doc r = { .inner = SPAN_LIT("<a/>") };
	struct buf b = { 0 };

	(void)state;
	rec_doc_put(&b, &r);
	assert_int_equal(b.n, 6);
	assert_memory_equal(b.p, "\x01\x00<a/>", 6);
	buf_fini(&b);
	assert_int_equal(rec_doc_get(span_of("\x01\x01", 2), &r), OK);
	assert_true(r.deleted && r.inner.n == 0);
	assert_int_equal(rec_doc_get(span_of("\x02\x00", 2), &r), E_CORRUPT);
	assert_int_equal(rec_doc_get(span_of("\x01", 1), &r), E_CORRUPT);
	assert_int_equal(rec_doc_get(span_of("\x01\x07", 2), &r), E_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doc_parse_orders_and_drops_blanks),
		cmocka_unit_test(doc_parse_fills_in_booleans),
		cmocka_unit_test(doc_parse_names_targets_and_nothing),
		cmocka_unit_test(doc_parse_says_what_is_wrong),
		cmocka_unit_test(doc_id_ok_knows_limits),
		cmocka_unit_test(rec_doc_get_reads_stored_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
