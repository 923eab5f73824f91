/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: mode (bits 0 and 1), whether small chunks are refused (bit 2), bytes per feed
 * (bits 3 to 7). Second byte: bytes expected. The rest is the body. However a body is cut
 * into pieces, the outcome must be the same. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "auth/chunksig.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct outcome {
	enum err e;
	struct buf payload;
	struct buf trailer;
};

static void
feed_all(
    struct chunksig *c, struct span body, size_t step, uint64_t expect, struct outcome *o)
{
	const struct field *f;
	struct fail fail;
	size_t n, got;
	char *piece;

	fail_init(&fail, NULL);
	while (body.n > 0 && o->e == OK) {
		n = step < body.n ? step : body.n;
		piece = mem_alloc(n);
		memcpy(piece, body.p, n);
		o->e = chunksig_feed(c, piece, n, &got, &fail);
		if (o->e == OK) {
			MUST(got <= n);
			buf_put(&o->payload, piece, got);
		}
		mem_free(piece);
		body = span_from(body, n);
	}
	if (o->e == OK)
		o->e = chunksig_end(c, &fail);
	MUST(o->payload.n <= expect && fail.code == o->e);
	if (o->e != OK) {
		MUST(chunksig_end(c, NULL) == o->e);
		return;
	}
	n = chunksig_trailers(c, &f);
	for (size_t i = 0; i < n; i++) {
		buf_span(&o->trailer, f[i].name);
		buf_char(&o->trailer, ':');
		buf_span(&o->trailer, f[i].value);
	}
}

static void
run(const uint8_t *head, struct span body, size_t step, struct outcome *o)
{
	static const enum auth_payload modes[] = { AUTH_PAYLOAD_UNSIGNED_TRAILER,
		AUTH_PAYLOAD_CHUNKS, AUTH_PAYLOAD_CHUNKS_TRAILER,
		AUTH_PAYLOAD_UNSIGNED_TRAILER };
	struct auth_result auth = { .payload = modes[head[0] & 3],
		.access_key = SPAN_LIT("AK"),
		.amz_date = SPAN_LIT("20130524T000000Z"),
		.scope = SPAN_LIT("20130524/us-east-1/s3/aws4_request") };
	struct chunksig *c;

	memset(auth.signature, '0', 64);
	c = chunksig_new(&auth, head[1]);
	if ((head[0] & 4) == 0)
		chunksig_min_chunk(c, 0);
	feed_all(c, body, step, head[1], o);
	chunksig_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct outcome a = { .e = OK }, b = { .e = OK };
	struct span body;

	if (n < 2)
		return 0;
	body = span_of(data + 2, n - 2);
	run(data, body, n, &a);
	run(data, body, (size_t)(data[0] >> 3) + 1, &b);
	MUST(a.e == b.e);
	if (a.e == OK)
		MUST(span_eq(buf_view(&a.payload), buf_view(&b.payload)) &&
		    span_eq(buf_view(&a.trailer), buf_view(&b.trailer)));
	buf_fini(&a.payload);
	buf_fini(&a.trailer);
	buf_fini(&b.payload);
	buf_fini(&b.trailer);
	return 0;
}
