/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says what: a document of rules, rules as they are kept, a record, an id.
 * What is accepted is written in a form that is accepted again and written the same. */
#include "config.h"

#include "model/doc.h"
#include "model/rec_repl.h"
#include "model/replication.h"
#include "model/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
kept(struct arena *a, struct span in)
{
	static const char *const keys[] = { "", "a", "logs/x" };
	const struct replication_rule **rule;
	struct replication r, back;
	struct buf one = { 0 }, two = { 0 };

	if (replication_get(a, in, &r) != OK)
		return;
	replication_put(&one, &r);
	MUST(replication_get(a, buf_view(&one), &back) == OK && back.n == r.n);
	replication_put(&two, &back);
	MUST(span_eq(buf_view(&one), buf_view(&two)));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct replication_object o = { .key = span_str(keys[i]) };
		size_t n = replication_match(&r, &o, a, &rule);

		MUST(n <= r.n);
		for (size_t k = 0; k < n; k++)
			MUST(replication_wants(rule[k], &o));
	}
	buf_fini(&one);
	buf_fini(&two);
}

static void
document(struct arena *a, struct span in)
{
	struct doc_text one = { 0 }, two = { 0 };
	struct buf b = { 0 };
	struct fail fail;

	fail_init(&fail, a);
	if (doc_parse(a, DOC_REPLICATION, in, SPAN_NONE, &one, &fail) == OK &&
	    !arena_failed(a)) {
		doc_render(&b, DOC_REPLICATION, one.inner, false);
		MUST(doc_parse(
			 a, DOC_REPLICATION, buf_view(&b), SPAN_NONE, &two, &fail) == OK);
		MUST(arena_failed(a) || span_eq(one.inner, two.inner));
		MUST(arena_failed(a) || span_eq(one.rules, two.rules));
		kept(a, one.rules);
	}
	buf_fini(&b);
}

static void
records(struct arena *a, struct span in)
{
	struct buf b = { 0 };
	struct rec_target target;
	struct rec_work work;
	struct rec_scan scan;
	struct rec_stat stat;
	struct rec_doubt doubt;
	struct replica r;

	if (in.n > 0 && replica_read(in, &r) == OK)
		MUST(replica_read(replica_render(a, &r), &r) == OK);
	if (rec_target_get(in, &target) == OK) {
		rec_target_put(&b, &target);
		MUST(span_eq(buf_view(&b), in));
	}
	b.n = 0;
	if (rec_work_get(in, &work) == OK) {
		rec_work_put(&b, &work);
		MUST(rec_work_get(buf_view(&b), &work) == OK);
	}
	b.n = 0;
	if (rec_scan_get(in, &scan) == OK) {
		rec_scan_put(&b, &scan);
		MUST(rec_scan_get(buf_view(&b), &scan) == OK);
	}
	b.n = 0;
	if (rec_doubt_get(in, &doubt) == OK) {
		rec_doubt_put(&b, &doubt);
		MUST(span_eq(buf_view(&b), in));
	}
	(void)!rec_stat_get(in, &stat);
	buf_fini(&b);
}

static void
id(struct span in)
{
	uint8_t origin[ORIGIN_SIZE], again[ORIGIN_SIZE];
	char text[VERSION_ID_TEXT];
	size_t n;

	if (!version_origin_parse(in, origin))
		return;
	n = version_origin_render(text, origin);
	MUST(version_origin_parse(span_of(text, n), again));
	MUST(memcmp(origin, again, sizeof origin) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct span in;

	if (size < 1)
		return 0;
	in = span_of(data + 1, size - 1);
	arena_init(&a, 0);
	if (data[0] == 'd')
		document(&a, in);
	else if (data[0] == 'k')
		kept(&a, in);
	else if (data[0] == 'r')
		records(&a, in);
	else
		id(in);
	arena_fini(&a);
	return 0;
}
