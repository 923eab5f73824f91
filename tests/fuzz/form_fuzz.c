/* SPDX-License-Identifier: Apache-2.0 */
/* Fed in one piece and in pieces of a length the first byte gives, a form yields the same
 * fields and the same file, or the same failure. The boundary is "B". */
#include "config.h"

#include "base/mem.h"
#include "codec/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS_MAX = 512 };

static enum err
ready(void *ctx, struct form *f)
{
	const struct field *field;
	size_t n = form_fields(f, &field);

	for (size_t i = 0; i < n; i++)
		buf_printf(ctx, "%zu %zu;", field[i].name.n, field[i].value.n);
	buf_printf(ctx, "file %zu:", form_filename(f).n);
	return OK;
}

static enum err
run(struct span in, size_t piece, struct buf *out)
{
	struct form *f = form_new(SPAN_LIT("B"), FIELDS_MAX, ready, out);
	char *room = mem_alloc(piece + FORM_OVERHANG);
	enum err e = OK;
	size_t n, got;

	while (in.n > 0 && e == OK) {
		n = in.n < piece ? in.n : piece;
		memcpy(room, in.p, n);
		e = form_feed(f, room, n, &got, NULL);
		MUST(got <= n + FORM_OVERHANG);
		if (e == OK)
			buf_put(out, room, got);
		in = span_from(in, n);
	}
	if (e == OK)
		e = form_end(f, NULL);
	mem_free(room);
	form_free(&f);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data + 1, size > 0 ? size - 1 : 0);
	struct buf whole = { 0 }, pieces = { 0 };
	enum err a, b;

	if (size < 2)
		return 0;
	(void)form_boundary(in);
	a = run(in, in.n, &whole);
	b = run(in, (size_t)(data[0] % 32) + 1, &pieces);
	MUST(a == b);
	MUST(a != OK || span_eq(buf_view(&whole), buf_view(&pieces)));
	buf_fini(&whole);
	buf_fini(&pieces);
	return 0;
}
