/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte names the document. What is accepted is written in a form that is accepted
 * again and written the same. */
#include "config.h"

#include "model/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
can_be_put(enum doc d)
{
	return d <= DOC_ABAC || d == DOC_NOTIFICATION;
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
	} else
		MUST(arena_failed(&a) || fail.code != OK);
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
