/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are refused or undone, to the same in one step as in many, and it ends. */
#include "config.h"

#include "base/mem.h"
#include "codec/gunzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENOUGH = 1 << 20 };

static enum err
undo(struct span in, size_t feed, size_t take, struct buf *out)
{
	struct gunzip *g = NULL;
	struct fail fail;
	enum err e;
	size_t n = 1;

	fail_init(&fail, NULL);
	MUST(gunzip_new(&g, &fail) == OK);
	for (e = OK; e == OK && (in.n > 0 || n > 0) && out->n < ENOUGH;) {
		struct span part = span_head(in, feed);
		size_t had = part.n;

		e = gunzip_step(g, &part, buf_grow(out, take), take, &n);
		out->n -= take - (e == OK ? n : 0);
		MUST(e != OK || n > 0 || part.n == 0);
		in = span_from(in, had - part.n);
	}
	gunzip_free(&g);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf whole = { 0 }, steps = { 0 };
	enum err one = undo(in, SIZE_MAX, 64 << 10, &whole),
		 two = undo(in, 7, 100, &steps);

	if (whole.n < ENOUGH && steps.n < ENOUGH) {
		MUST(one == two);
		MUST(one != OK || span_eq(buf_view(&whole), buf_view(&steps)));
	}
	buf_fini(&whole);
	buf_fini(&steps);
	return 0;
}
