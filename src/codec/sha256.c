/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sha256_priv.h"

#include "base/be.h"
#include "base/buf.h"
#include "base/mem.h"

/* Whole blocks only, so none waits in the state and no end of OpenSSL's is needed. */
static void
blocks(SHA256_CTX *c, const void *p, size_t n)
{
	MUST(SHA256_Update(c, p, n) == 1);
}

/* The rest of a message of which so many bytes are in the state, FIPS 180-4 5.1.1. */
static void
end(SHA256_CTX *c, size_t before, const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
	size_t left = n % SHA256_BLOCK, whole = n - left;
	size_t last = left < SHA256_BLOCK - 8 ? SHA256_BLOCK : 2 * SHA256_BLOCK;
	uint8_t tail[2 * SHA256_BLOCK];

	if (whole > 0)
		blocks(c, p, whole);
	memset(tail, 0, sizeof tail);
	if (left > 0)
		memcpy(tail, (const uint8_t *)p + whole, left);
	tail[left] = 0x80;
	be64_put(tail + last - 8, (uint64_t)(before + n) * 8);
	blocks(c, tail, last);
	for (size_t i = 0; i < 8; i++)
		be32_put(out + 4 * i, c->h[i]);
}

void
sha256_of(const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
	SHA256_CTX c;

	MUST(SHA256_Init(&c) == 1);
	end(&c, 0, p, n, out);
}

static void
pad(SHA256_CTX *c, const uint8_t block[SHA256_BLOCK], uint8_t with)
{
	uint8_t padded[SHA256_BLOCK];

	for (size_t i = 0; i < sizeof padded; i++)
		padded[i] = block[i] ^ with;
	MUST(SHA256_Init(c) == 1);
	blocks(c, padded, sizeof padded);
	mem_wipe(padded, sizeof padded);
}

void
sha256_key_init(struct sha256_key *k, const uint8_t block[SHA256_BLOCK])
{
	pad(&k->inner, block, 0x36);
	pad(&k->outer, block, 0x5c);
}

void
sha256_hmac(const struct sha256_key *k, const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
	SHA256_CTX c = k->inner;

	end(&c, SHA256_BLOCK, p, n, out);
	c = k->outer;
	end(&c, SHA256_BLOCK, out, SHA256_SIZE, out);
	mem_wipe(&c, sizeof c);
}
