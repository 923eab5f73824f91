/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings: what comes out was in the input, and an encoded name decodes to itself. */
#include "config.h"

#include "base/mem.h"
#include "codec/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_encoding(struct span s)
{
	struct buf b = { 0 };

	for (int slash = 0; slash < 2; slash++) {
		size_t n;

		b.n = 0;
		uri_encode(&b, s, slash != 0);
		n = uri_decode(b.p, buf_view(&b), false);
		MUST(span_eq(span_of(b.p, n), s));
	}
	b.n = 0;
	uri_encode_listing(&b, s);
	MUST(span_eq(span_of(b.p, uri_decode(b.p, buf_view(&b), true)), s));
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct uri_param *list;
	struct arena a;
	char *out = mem_alloc(size);
	size_t n;

	arena_init(&a, 0);
	if (uri_query_parse(&a, in, 100, &list, &n)) {
		MUST(n <= 100);
		for (size_t i = 0; i < n; i++) {
			MUST(list[i].raw_name.n + list[i].raw_value.n <= size);
			MUST(list[i].name.n <= list[i].raw_name.n);
			MUST(list[i].value.n == 0 || list[i].has_value);
			check_encoding(list[i].name);
			check_encoding(list[i].value);
		}
	}
	n = uri_decode(out, in, false);
	MUST(n == (size_t)-1 || n <= size);
	check_encoding(in);
	(void)uri_utf8(in);
	arena_fini(&a);
	mem_free(out);
	return 0;
}
