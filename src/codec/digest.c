/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/digest.h"

#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"

enum { DIGEST_MAGIC = 0x64696773, HMAC_MAGIC = 0x686d6163 };
enum { HMAC_BLOCK = 64, HMAC_BLOCK_MAX = 128, HMAC_SIZE = 32 };

static const struct digest_row {
	const char *name;
	size_t size;
} digest_rows[DIGEST_KINDS] = {
	[DIGEST_MD5] = { "MD5", 16 },
	[DIGEST_SHA1] = { "SHA1", 20 },
	[DIGEST_SHA256] = { "SHA256", 32 },
	[DIGEST_SHA512] = { "SHA512", 64 },
};

struct digest {
	unsigned magic;
	enum digest_kind kind;
	EVP_MD_CTX *ctx;
};

/* The states after the key's inner and outer block (RFC 2104 section 4): to copy them costs
 * less than every other way OpenSSL has of using a key again. */
struct hmac {
	unsigned magic;
	EVP_MD_CTX *inner, *outer, *work;
};

/* One thread's contexts for the one-shot calls. */
struct digest_own {
	EVP_MD_CTX *ctx[DIGEST_KINDS];
};

/* A fetch by name costs more than hashing a request head; once per process is enough. */
static EVP_MD *digest_mds[DIGEST_KINDS];
static pthread_key_t digest_key; /* only to free a thread's contexts when it ends */
static pthread_once_t digest_once = PTHREAD_ONCE_INIT;

static void
digest_own_free(void *arg)
{
	struct digest_own *own = arg;

	for (int i = 0; i < DIGEST_KINDS; i++)
		EVP_MD_CTX_free(own->ctx[i]);
	mem_free(own);
}

static void
digest_setup(void)
{
	MUST(pthread_key_create(&digest_key, digest_own_free) == 0);
	for (int i = 0; i < DIGEST_KINDS; i++) {
		digest_mds[i] = EVP_MD_fetch(NULL, digest_rows[i].name, NULL);
		MUST(digest_mds[i] != NULL);
	}
}

static EVP_MD_CTX *
digest_ctx(enum digest_kind kind)
{
	EVP_MD_CTX *ctx;

	MUST((unsigned)kind < DIGEST_KINDS);
	MUST(pthread_once(&digest_once, digest_setup) == 0);
	ctx = EVP_MD_CTX_new();
	MUST(ctx != NULL);
	MUST(EVP_DigestInit_ex2(ctx, digest_mds[kind], NULL) == 1);
	return ctx;
}

static void
ctx_restart(EVP_MD_CTX *ctx)
{
	MUST(EVP_DigestInit_ex2(ctx, NULL, NULL) == 1);
}

static void
ctx_add(EVP_MD_CTX *ctx, const void *p, size_t n)
{
	if (n > 0)
		MUST(EVP_DigestUpdate(ctx, p, n) == 1);
}

static void
ctx_end(EVP_MD_CTX *ctx, uint8_t *out)
{
	MUST(EVP_DigestFinal_ex(ctx, out, NULL) == 1);
}

/* This thread's context of that kind, ready for data. */
static EVP_MD_CTX *
digest_own(enum digest_kind kind)
{
	static _Thread_local struct digest_own *own;

	MUST((unsigned)kind < DIGEST_KINDS);
	if (own == NULL) {
		MUST(pthread_once(&digest_once, digest_setup) == 0);
		own = mem_zalloc(sizeof *own);
		MUST(pthread_setspecific(digest_key, own) == 0);
	}
	if (own->ctx[kind] == NULL)
		own->ctx[kind] = digest_ctx(kind);
	else
		ctx_restart(own->ctx[kind]);
	return own->ctx[kind];
}

size_t
digest_size(enum digest_kind kind)
{
	MUST((unsigned)kind < DIGEST_KINDS);
	return digest_rows[kind].size;
}

struct digest *
digest_new(enum digest_kind kind)
{
	struct digest *d = mem_zalloc(sizeof *d);

	d->magic = DIGEST_MAGIC;
	d->kind = kind;
	d->ctx = digest_ctx(kind);
	return d;
}

void
digest_free(struct digest **d)
{
	if (*d == NULL)
		return;
	CHECK(*d, DIGEST_MAGIC);
	EVP_MD_CTX_free((*d)->ctx);
	(*d)->magic = 0;
	mem_free(*d);
	*d = NULL;
}

void
digest_reset(struct digest *d)
{
	CHECK(d, DIGEST_MAGIC);
	ctx_restart(d->ctx);
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	CHECK(d, DIGEST_MAGIC);
	ctx_add(d->ctx, p, n);
}

void
digest_end(struct digest *d, uint8_t *out)
{
	CHECK(d, DIGEST_MAGIC);
	ctx_end(d->ctx, out);
}

void
digest_of(enum digest_kind kind, struct span s, uint8_t *out)
{
	EVP_MD_CTX *ctx = digest_own(kind);

	ctx_add(ctx, s.p, s.n);
	ctx_end(ctx, out);
}

static size_t
hmac_block_size(enum digest_kind kind)
{
	return kind == DIGEST_SHA512 ? HMAC_BLOCK_MAX : HMAC_BLOCK;
}

/* The key as one block, hashed first when it is longer than that. */
static void
hmac_block(uint8_t block[HMAC_BLOCK_MAX], enum digest_kind kind, struct span key)
{
	memset(block, 0, HMAC_BLOCK_MAX);
	if (key.n > hmac_block_size(kind))
		digest_of(kind, key, block);
	else if (key.n > 0)
		memcpy(block, key.p, key.n);
}

static void
hmac_pad(EVP_MD_CTX *ctx, enum digest_kind kind, const uint8_t block[HMAC_BLOCK_MAX],
    uint8_t with)
{
	uint8_t pad[HMAC_BLOCK_MAX];
	size_t n = hmac_block_size(kind);

	for (size_t i = 0; i < n; i++)
		pad[i] = block[i] ^ with;
	ctx_add(ctx, pad, n);
	mem_wipe(pad, n);
}

struct hmac *
hmac_new(struct span key)
{
	struct hmac *h = mem_zalloc(sizeof *h);
	uint8_t block[HMAC_BLOCK_MAX];

	h->magic = HMAC_MAGIC;
	h->inner = digest_ctx(DIGEST_SHA256);
	h->outer = digest_ctx(DIGEST_SHA256);
	h->work = digest_ctx(DIGEST_SHA256);
	hmac_block(block, DIGEST_SHA256, key);
	hmac_pad(h->inner, DIGEST_SHA256, block, 0x36);
	hmac_pad(h->outer, DIGEST_SHA256, block, 0x5c);
	mem_wipe(block, sizeof block);
	return h;
}

void
hmac_free(struct hmac **h)
{
	if (*h == NULL)
		return;
	CHECK(*h, HMAC_MAGIC);
	/* OpenSSL wipes a context's state when it frees it. */
	EVP_MD_CTX_free((*h)->inner);
	EVP_MD_CTX_free((*h)->outer);
	EVP_MD_CTX_free((*h)->work);
	(*h)->magic = 0;
	mem_free(*h);
	*h = NULL;
}

void
hmac_of(struct hmac *h, struct span s, uint8_t out[HMAC_SIZE])
{
	CHECK(h, HMAC_MAGIC);
	MUST(EVP_MD_CTX_copy_ex(h->work, h->inner) == 1);
	ctx_add(h->work, s.p, s.n);
	ctx_end(h->work, out);
	MUST(EVP_MD_CTX_copy_ex(h->work, h->outer) == 1);
	ctx_add(h->work, out, HMAC_SIZE);
	ctx_end(h->work, out);
}

static void
hmac_once(enum digest_kind kind, struct span key, struct span s, uint8_t *out)
{
	uint8_t block[HMAC_BLOCK_MAX];
	EVP_MD_CTX *ctx;

	hmac_block(block, kind, key);
	ctx = digest_own(kind);
	hmac_pad(ctx, kind, block, 0x36);
	ctx_add(ctx, s.p, s.n);
	ctx_end(ctx, out);
	ctx_restart(ctx);
	hmac_pad(ctx, kind, block, 0x5c);
	ctx_add(ctx, out, digest_rows[kind].size);
	ctx_end(ctx, out);
	mem_wipe(block, sizeof block);
}

void
hmac_sha256(struct span key, struct span s, uint8_t out[HMAC_SIZE])
{
	hmac_once(DIGEST_SHA256, key, s, out);
}

void
hmac_sha512(struct span key, struct span s, uint8_t out[64])
{
	hmac_once(DIGEST_SHA512, key, s, out);
}

void
hmac_sha1(struct span key, struct span s, uint8_t out[20])
{
	hmac_once(DIGEST_SHA1, key, s, out);
}

bool
digest_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
