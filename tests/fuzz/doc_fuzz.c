/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte names the document. What is accepted is written in a form that is accepted
 * again and written the same. */
#include "config.h"

#include "model/doc.h"
#include "model/lifecycle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
can_be_put(enum doc d)
{
	return d <= DOC_LIFECYCLE || d == DOC_OBJECT_LOCK;
}

/* Rules that were taken can be read, and asked at any time. */
static void
judge(struct arena *a, struct span inner)
{
	static const char *const keys[] = { "", "a", "logs/x" };
	const int64_t day = LIFE_DAY_MS;
	struct lifecycle l;
	struct fail fail;

	fail_init(&fail, a);
	if (life_load(a, inner, &l, &fail) != OK) {
		MUST(arena_failed(a));
		return;
	}
	for (unsigned i = 0; i < 12; i++) {
		struct life_object o = { .key = span_str(keys[i % 3]),
			.size = (uint64_t)i << 14,
			.mtime_ms = day * i,
			.class = (uint8_t)(i % CLASS_COUNT),
			.marker = i == 5,
			.latest = i % 2 == 0,
			.alone = true,
			.versioned = i > 3,
			.since_ms = day * i,
			.newer = i };
		struct life_verdict v, w;
		int64_t next = INT64_MAX;

		life_judge(&l, &o, day * 20, &v);
		MUST((v.kind == LIFE_NOTHING) == (v.rule == NULL));
		MUST(v.next_ms > day * 20);
		/* What will be due then, and nothing before. */
		if (v.kind == LIFE_NOTHING && v.next_ms < INT64_MAX) {
			life_judge(&l, &o, v.next_ms - 1, &w);
			MUST(w.kind == LIFE_NOTHING);
			life_judge(&l, &o, v.next_ms, &w);
			MUST(w.kind != LIFE_NOTHING && w.due_ms == v.next_ms);
		}
		life_expiry(&l, &o, &v);
		(void)life_abort(&l, o.key, o.mtime_ms, day * 20, &next);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc_text one = { 0 }, two = { 0 };
	struct buf b = { 0 };
	struct fail fail;
	struct arena a;
	enum doc d;

	if (size < 1 || !can_be_put((enum doc)(data[0] - 'a')))
		return 0;
	d = (enum doc)(data[0] - 'a');
	arena_init(&a, 0);
	fail_init(&fail, &a);
	if (doc_parse(&a, d, span_of(data + 1, size - 1), SPAN_LIT("x"), &one, &fail) ==
		OK &&
	    !arena_failed(&a)) {
		doc_render(&b, d, one.inner, false);
		MUST(doc_parse(&a, d, buf_view(&b), SPAN_LIT("x"), &two, &fail) == OK);
		MUST(arena_failed(&a) || span_eq(one.inner, two.inner));
		MUST(one.nothing == two.nothing);
		if (d == DOC_LIFECYCLE)
			judge(&a, one.inner);
	} else
		MUST(arena_failed(&a) || fail.code != OK);
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
