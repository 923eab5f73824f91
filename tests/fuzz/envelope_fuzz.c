/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encrypted bodies of MinIO's tools: any bytes are refused; what is sealed here as they do it
 * comes out, and no more once a bit of it differs.
 */
#include "config.h"

#include <stdlib.h>

#include "admin/envelope.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAGMENT = 16 << 10 };

static const uint8_t key[SEAL_KEY] = "a key of thirty-two bytes: so.";

static void
nonce_of(uint8_t out[SEAL_NONCE], const char *head, uint32_t seq)
{
	memcpy(out, head + 33, 8);
	for (int i = 0; i < 4; i++)
		out[8 + i] = (uint8_t)(seq >> 8 * i);
}

static void
seal_as_they_do(struct buf *out, struct span plain)
{
	uint8_t nonce[SEAL_NONCE], aad[1 + SEAL_TAG];
	char head[ENVELOPE_HEAD] = { 7 };
	uint32_t seq = 1;
	bool last;

	buf_put(out, head, sizeof head);
	nonce_of(nonce, head, 0);
	seal_close(key, nonce, SPAN_NONE, SPAN_LIT(""), aad + 1);
	do {
		struct span part = span_head(plain, FRAGMENT);

		plain = span_from(plain, part.n);
		last = plain.n == 0;
		aad[0] = last ? 0x80 : 0;
		nonce_of(nonce, head, seq++);
		seal_close(key, nonce, span_of(aad, sizeof aad), part,
		    (uint8_t *)buf_grow(out, part.n + SEAL_TAG));
	} while (!last);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf sealed = { 0 }, plain = { 0 }, ours = { 0 };
	const char head[ENVELOPE_HEAD] = { 7 };
	size_t at;

	MUST(!envelope_open_key(key, in, &plain));
	plain.n = 0;
	seal_as_they_do(&sealed, in);
	MUST(envelope_open_key(key, buf_view(&sealed), &plain));
	MUST(span_eq(buf_view(&plain), in));
	envelope_close_key(key, head, in, &ours);
	MUST(span_eq(buf_view(&ours), buf_view(&sealed)));
	/* Salt and cipher's number are not what the key at hand depends on. */
	at = 33 + (size > 1 ? (size_t)(data[0] << 8 | data[1]) : 0) % (sealed.n - 33);
	sealed.p[at] ^= (char)(1 << (at % 8));
	plain.n = 0;
	MUST(!envelope_open_key(key, buf_view(&sealed), &plain));
	buf_fini(&sealed);
	buf_fini(&plain);
	buf_fini(&ours);
	return 0;
}
