/* SPDX-License-Identifier: Apache-2.0 */
/* Tags that are taken, as a header or as a document, come back from what is stored; what is
 * read as stored never breaks anything. */
#include "config.h"

#include "model/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(struct arena *a, const struct tags *t)
{
	struct span row = tags_render(a, t);
	struct tags back;

	MUST(t->n <= TAGS_MAX && tags_count(row) == t->n);
	MUST(tags_read(a, row, &back) == OK && back.n == t->n);
	for (size_t i = 0; i < t->n; i++) {
		MUST(span_eq(back.tag[i].name, t->tag[i].name));
		MUST(span_eq(back.tag[i].value, t->tag[i].value));
		MUST(i == 0 || span_cmp(t->tag[i - 1].name, t->tag[i].name) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct arena a;
	struct tags t;

	arena_init(&a, 0);
	if (tags_parse_header(&a, in, &t, NULL) == OK)
		round_trip(&a, &t);
	if (tags_parse_xml(&a, in, &t, NULL) == OK)
		round_trip(&a, &t);
	if (size > 0)
		(void)!tags_read(&a, in, &t);
	arena_fini(&a);
	return 0;
}
