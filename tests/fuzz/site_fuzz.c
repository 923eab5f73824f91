/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a website can be read back, and sends nobody on with a broken line. */
#include "config.h"

#include "model/doc.h"
#include "model/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_location(const struct site_rule *r, struct span key)
{
	struct buf url = { 0 };

	site_location(&url, r, key, SPAN_LIT("http"), key, key);
	for (size_t i = 0; i < url.n; i++)
		MUST(url.p[i] > ' ' && url.p[i] < 0x7f);
	buf_fini(&url);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), key = span_head(in, 40);
	const struct site_rule *r;
	struct doc_text text = { 0 };
	struct fail fail;
	struct arena a;
	struct site s;

	arena_init(&a, 0);
	fail_init(&fail, &a);
	if (doc_parse(&a, DOC_WEBSITE, in, SPAN_NONE, &text, &fail) != OK ||
	    arena_failed(&a)) {
		arena_fini(&a);
		return 0;
	}
	MUST(site_parse(&a, text.inner, &s) == OK || arena_failed(&a));
	if (!arena_failed(&a)) {
		check_location(&s.all, key);
		for (size_t i = 0; i < s.nrule; i++)
			check_location(&s.rule[i], key);
		r = site_rule_find(&s, key, 0);
		MUST(r == NULL || r->error == 0);
	}
	arena_fini(&a);
	return 0;
}
