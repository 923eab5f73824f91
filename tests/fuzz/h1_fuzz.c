/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and the chunked coding: what is accepted must hold what later layers rely on, and
 * the result must not depend on how the bytes arrive. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "../../src/http/h1_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_span(struct span s, bool clean)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		MUST(c != '\r' && c != '\n' && c != 0);
		MUST(!clean || (c > 0x20 && c != 0x7f));
	}
}

static void
fuzz_parse(struct span head, unsigned lines)
{
	struct http_req rq = { 0 };
	bool keep;

	arena_init(&rq.arena, 0);
	if (h1_parse(&rq, &keep, arena_str(&rq.arena, head), head.n, lines) == OK) {
		MUST(rq.path.n > 0 && (rq.path.p[0] == '/' || span_is(rq.path, "*")));
		MUST(rq.nheader + 1 == lines && rq.method_name.n > 0);
		fuzz_span(rq.path, true);
		fuzz_span(rq.query, true);
		fuzz_span(rq.host, true);
		for (size_t i = 0; i < rq.nheader; i++) {
			fuzz_span(rq.header[i].name, true);
			fuzz_span(rq.header[i].value, false);
			MUST(http_req_header(&rq, "content-length").p == NULL ||
			    rq.has_length);
		}
	}
	arena_fini(&rq.arena);
}

static enum err
fuzz_scan(struct span in, size_t step, size_t *end)
{
	const struct h1_limits limits = { 2048, 512, 16 };
	struct h1_scan s = { 0 };
	enum err e = OK;

	*end = 0;
	for (size_t n = step; e == OK && *end == 0; n += step) {
		e = h1_scan(&s, span_head(in, n), &limits, end);
		if (n >= in.n)
			break;
	}
	if (e == OK && *end > 0)
		fuzz_parse(span_of(in.p + s.skip, *end - s.skip), s.lines);
	return e;
}

static enum err
fuzz_chunks(struct span in, size_t step, struct buf *out)
{
	enum h1_chunk_step what = H1_CHUNK_MORE;
	struct h1_chunk k;
	size_t used;
	enum err e;

	h1_chunk_init(&k);
	while (in.n > 0 && what != H1_CHUNK_END) {
		struct span part = span_head(in, step);

		if (h1_chunk_due(&k) > 0) {
			part = span_head(part, h1_chunk_due(&k));
			buf_span(out, part);
			h1_chunk_took(&k, part.n);
			used = part.n;
		} else {
			e = h1_chunk_frame(&k, part, &used, &what);
			if (e != OK)
				return e;
		}
		in = span_from(in, used);
	}
	return what == H1_CHUNK_END ? OK : E_INCOMPLETE_BODY;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf whole = { 0 }, parts = { 0 };
	size_t end, again;
	enum err e;

	if (size == 0)
		return 0;
	e = fuzz_scan(in, size, &end);
	MUST(fuzz_scan(in, 1, &again) == e && again == end);
	e = fuzz_chunks(in, size, &whole);
	MUST(fuzz_chunks(in, 1, &parts) == e);
	MUST(e != OK || span_eq(buf_view(&whole), buf_view(&parts)));
	buf_fini(&whole);
	buf_fini(&parts);
	return 0;
}
