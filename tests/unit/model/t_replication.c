/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/doc.h"
#include "model/rec_repl.h"
#include "model/replication.h"
#include "model/version.h"

#include <cmocka.h>

#define TO(bucket) "<Destination><Bucket>" bucket "</Bucket></Destination>"
#define RULE(id, priority, filter, more, to) \
	"<Rule><ID>" id "</ID><Priority>" priority "</Priority><Filter>" filter \
	"</Filter><Status>Enabled</Status>" more \
	"<DeleteMarkerReplication><Status>Disabled</Status></" \
	"DeleteMarkerReplication>" to "</Rule>"
#define TAG(k, v) "<Tag><Key>" k "</Key><Value>" v "</Value></Tag>"

struct rules {
	struct arena a;
	struct replication r;
};

static void
load(struct rules *s, const char *rules)
{
	struct doc_text text = { 0 };
	struct buf b = { 0 };
	struct fail fail;

	arena_init(&s->a, 0);
	fail_init(&fail, &s->a);
	buf_printf(&b,
	    "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role>%s"
	    "</ReplicationConfiguration>",
	    rules);
	assert_int_equal(
	    doc_parse(&s->a, DOC_REPLICATION, buf_view(&b), SPAN_NONE, &text, &fail), OK);
	assert_int_equal(replication_get(&s->a, text.rules, &s->r), OK);
	buf_fini(&b);
}

/* Ids of the rules that want it, as one text. */
static const char *
wants(struct rules *s, const struct replication_object *o)
{
	const struct replication_rule **rule;
	size_t n = replication_match(&s->r, o, &s->a, &rule);
	struct buf b = { 0 };
	const char *text;

	for (size_t i = 0; i < n; i++)
		buf_span(&b, rule[i]->id);
	text = arena_str(&s->a, buf_view(&b));
	buf_fini(&b);
	return text;
}

static void
one_rule_for_each_destination(void **state)
{
	struct field kv = { SPAN_LIT("k"), SPAN_LIT("v") },
		     kw = { SPAN_LIT("k"), SPAN_LIT("w") };
	struct replication_object o = { .key = SPAN_LIT("logs/x") };
	struct rules s;

	(void)state;
	load(&s,
	    RULE("a", "1", "<Prefix>logs/</Prefix>", "", TO("arn:aws:s3:::one"))
		RULE("b", "3", TAG("k", "v"), "", TO("arn:aws:s3:::one"))
		    RULE("c", "2", "", "", TO("arn:aws:s3:::two")));
	assert_string_equal(wants(&s, &o), "ac");
	o.tags = (struct tags){ &kv, 1 };
	assert_string_equal(wants(&s, &o), "bc");
	o.tags = (struct tags){ &kw, 1 };
	o.key = SPAN_LIT("other");
	assert_string_equal(wants(&s, &o), "c");
	arena_fini(&s.a);
}

static void
what_is_selected(void **state)
{
	struct replication_object o = { .key = SPAN_LIT("k") };
	struct rules s;

	(void)state;
	load(&s,
	    RULE("a", "1", "",
		"<SourceSelectionCriteria><ReplicaModifications><Status>Enabled</Status>"
		"</ReplicaModifications></SourceSelectionCriteria>",
		TO("arn:aws:s3:::one")) RULE("b", "2", "",
		"<ExistingObjectReplication><Status>Enabled</Status>"
		"</ExistingObjectReplication>",
		TO("arn:aws:s3:::two")));
	assert_string_equal(wants(&s, &o), "ab");
	o.replica = true;
	assert_string_equal(wants(&s, &o), "a");
	o = (struct replication_object){ .key = SPAN_LIT("k"), .existing = true };
	assert_string_equal(wants(&s, &o), "b");
	o = (struct replication_object){ .key = SPAN_LIT("k"), .kms = true };
	assert_string_equal(wants(&s, &o), "");
	o = (struct replication_object){ .key = SPAN_LIT("k"), .marker = true };
	assert_string_equal(wants(&s, &o), "");
	arena_fini(&s.a);
}

static void
first_version_takes_markers(void **state)
{
	struct replication_object o = { .key = SPAN_LIT("a/k"), .marker = true };
	struct rules s;

	(void)state;
	load(&s,
	    "<Rule><ID>o</ID><Prefix>a/</Prefix><Status>Enabled</Status>" TO(
		"arn:aws:s3:::one") "</Rule><Rule><ID>p</ID><Prefix></Prefix>"
				    "<Status>Disabled</Status>" TO(
					"arn:aws:s3:::two") "</Rule>");
	assert_string_equal(wants(&s, &o), "o");
	o.key = SPAN_LIT("b");
	assert_string_equal(wants(&s, &o), "");
	arena_fini(&s.a);
}

static void
names_of_places(void **state)
{
	struct span bucket;
	bool remote;

	(void)state;
	assert_true(replication_arn(SPAN_LIT("arn:aws:s3:::b"), &bucket, &remote));
	assert_true(span_is(bucket, "b") && !remote);
	assert_true(replication_arn(
	    SPAN_LIT("arn:minio:replication:us-east-1:id:b"), &bucket, &remote));
	assert_true(span_is(bucket, "b") && remote);
	assert_false(replication_arn(SPAN_LIT("arn:aws:s3:::"), &bucket, &remote));
	assert_false(
	    replication_arn(SPAN_LIT("arn:minio:replication::b"), &bucket, &remote));
	assert_false(
	    replication_arn(SPAN_LIT("arn:minio:replication::id:"), &bucket, &remote));
	assert_false(replication_arn(SPAN_LIT("b"), &bucket, &remote));
}

/* Bytes as they are on disks. */
static const char work_stored[] =
    "\1\1\2\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\11\0\0\0\1b\0\0\0\1k\0\0\0\1a\0\0\0\1r"
    "0123456789abcdef\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\3";

static void
work_keeps_its_form(void **state)
{
	struct rec_work w;
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(
	    rec_work_get(span_of(work_stored, sizeof work_stored - 1), &w), OK);
	assert_true(w.kind == WORK_CHANGE && w.bucket_id == 7 && w.number == 9 &&
	    w.size == 5 && w.made_ms == 1 && w.queued_ms == 2 && w.tries == 3 &&
	    w.has_origin && !w.existing && !w.late);
	assert_true(span_is(w.bucket, "b") && span_is(w.key, "k") &&
	    span_is(w.arn, "a") && span_is(w.rule, "r"));
	rec_work_put(&b, &w);
	assert_int_equal(b.n, sizeof work_stored - 1);
	assert_memory_equal(b.p, work_stored, b.n);
	for (size_t n = 0; n < sizeof work_stored - 1; n++)
		assert_int_equal(rec_work_get(span_of(work_stored, n), &w), E_CORRUPT);
	buf_fini(&b);
}

static void
replica_keeps_its_form(void **state)
{
	const char stored[] = "\1\1\0\0\2\0\1";
	struct replica r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(replica_read(SPAN_NONE, &r), OK);
	assert_int_equal(r.status, REPLICA_NONE);
	assert_int_equal(replica_read(span_of(stored, sizeof stored - 1), &r), OK);
	assert_true(r.status == REPLICA_PENDING && r.pending == 2 && r.failed == 1);
	assert_true(span_eq(replica_render(&a, &r), span_of(stored, sizeof stored - 1)));
	assert_int_equal(replica_read(SPAN_LIT("\1\5\0\0\0\0"), &r), E_CORRUPT);
	arena_fini(&a);
}

static void
ids_of_both_kinds(void **state)
{
	const struct span uuid = SPAN_LIT("9bc5265d-d50e-4f51-9ccf-32fc808f07af");
	char text[VERSION_ID_TEXT], number[VERSION_ID_NUMBER];
	uint8_t origin[ORIGIN_SIZE];
	uint64_t n;

	(void)state;
	assert_true(version_origin_parse(uuid, origin));
	assert_false(version_origin_number(origin, &n));
	assert_int_equal(version_origin_render(text, origin), VERSION_ID_TEXT);
	assert_true(span_eq(span_of(text, VERSION_ID_TEXT), uuid));
	version_origin_of(origin, 0x0123456789abcdef);
	assert_int_equal(origin[6] >> 4, 8); /* RFC 9562: version 8, its variant */
	assert_int_equal(origin[8] >> 6, 2);
	assert_true(version_origin_number(origin, &n) && n == 0x0123456789abcdef);
	version_id_render(number, n);
	assert_int_equal(version_origin_render(text, origin), VERSION_ID_NUMBER);
	assert_memory_equal(text, number, VERSION_ID_NUMBER);
	origin[15] ^= 1;
	assert_false(version_origin_number(origin, &n));
	assert_false(version_origin_parse(SPAN_LIT("null"), origin));
	assert_false(version_origin_parse(span_head(uuid, 35), origin));
	assert_false(version_origin_parse(
	    SPAN_LIT("9bc5265d-d50e-4f51-9ccf-32fc808f07ag"), origin));
}

static void
doubt_keeps_its_form(void **state)
{
	struct rec_work w = { .bucket = SPAN_LIT("b"),
		.key = SPAN_LIT("k"),
		.arn = SPAN_LIT("arn"),
		.bucket_id = 1,
		.number = 2,
		.made_ms = 3 };
	struct rec_doubt in = { .since_ms = 7,
		.looks = 2,
		.arn = w.arn,
		.key = w.key,
		.version = SPAN_LIT("v"),
		.etag = SPAN_LIT("\"e\"") },
			 out;
	char mark[REPLICA_MARK_SIZE], other[REPLICA_MARK_SIZE];
	struct buf row = { 0 };

	(void)state;
	work_mark(mark, &w);
	/* A row of the same version that was made later means the same. */
	w.made_ms = 9;
	w.tries = 3;
	work_mark(other, &w);
	assert_memory_equal(mark, other, sizeof mark);
	w.number = 3;
	work_mark(other, &w);
	assert_memory_not_equal(mark, other, sizeof mark);
	w.number = 2;
	w.arn = SPAN_LIT("arm");
	work_mark(other, &w);
	assert_memory_not_equal(mark, other, sizeof mark);
	in.mark = span_of(mark, sizeof mark);
	rec_doubt_put(&row, &in);
	assert_int_equal(rec_doubt_get(buf_view(&row), &out), OK);
	assert_int_equal(out.since_ms, 7);
	assert_int_equal(out.looks, 2);
	assert_true(span_eq(out.mark, in.mark) && span_is(out.version, "v") &&
	    span_is(out.etag, "\"e\"") && span_is(out.arn, "arn") &&
	    span_is(out.key, "k"));
	for (size_t n = 0; n < row.n; n++)
		assert_int_equal(rec_doubt_get(span_of(row.p, n), &out), E_CORRUPT);
	buf_fini(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_rule_for_each_destination),
		cmocka_unit_test(what_is_selected),
		cmocka_unit_test(first_version_takes_markers),
		cmocka_unit_test(names_of_places),
		cmocka_unit_test(work_keeps_its_form),
		cmocka_unit_test(replica_keeps_its_form),
		cmocka_unit_test(doubt_keeps_its_form),
		cmocka_unit_test(ids_of_both_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
