/* SPDX-License-Identifier: Apache-2.0 */
/* A value of any bytes decodes to something without control characters that it had not, and
 * what is UTF-8 survives being encoded. */
#include "config.h"

#include "codec/uri.h"
#include "codec/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), out;
	struct arena a;

	arena_init(&a, 0);
	out = words_decode(&a, in);
	MUST(has_control(in) || !has_control(out));
	MUST(!uri_utf8(in) || uri_utf8(out));
	out = words_encode(&a, in);
	for (size_t i = 0; i < out.n; i++)
		MUST(out.p[i] >= ' ' && (unsigned char)out.p[i] < 0x7f);
	if (uri_utf8(in) && !has_control(in) &&
	    span_search(in, SPAN_LIT("=?"), 0) == in.n)
		MUST(span_eq(words_decode(&a, out), in));
	arena_fini(&a);
	return 0;
}
