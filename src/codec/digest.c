/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/digest.h"

#include <pthread.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "sha256_priv.h"

enum { DIGEST_MAGIC = 0x64696773, HMAC_MAGIC = 0x686d6163 };
enum { HMAC_BLOCK = 64, HMAC_BLOCK_MAX = 128, HMAC_SIZE = SHA256_SIZE };

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

struct hmac {
	unsigned magic;
	struct sha256_key key;
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
	EVP_MD_CTX *ctx;

	if (kind == DIGEST_SHA256) {
		sha256_of(s.p, s.n, out);
		return;
	}
	ctx = digest_own(kind);
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

static void
hmac_key(struct sha256_key *out, struct span key)
{
	uint8_t block[HMAC_BLOCK_MAX];

	hmac_block(block, DIGEST_SHA256, key);
	sha256_key_init(out, block);
	mem_wipe(block, sizeof block);
}

struct hmac *
hmac_new(struct span key)
{
	struct hmac *h = mem_zalloc(sizeof *h);

	h->magic = HMAC_MAGIC;
	hmac_key(&h->key, key);
	return h;
}

void
hmac_free(struct hmac **h)
{
	if (*h == NULL)
		return;
	CHECK(*h, HMAC_MAGIC);
	mem_wipe(*h, sizeof **h);
	mem_free(*h);
	*h = NULL;
}

void
hmac_of(struct hmac *h, struct span s, uint8_t out[HMAC_SIZE])
{
	CHECK(h, HMAC_MAGIC);
	sha256_hmac(&h->key, s.p, s.n, out);
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
	struct sha256_key k;

	hmac_key(&k, key);
	sha256_hmac(&k, s.p, s.n, out);
	mem_wipe(&k, sizeof k);
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
	const uint8_t *p = a, *q = b;
	uint64_t differ = 0, x, y;

	for (; n >= sizeof x; n -= sizeof x, p += sizeof x, q += sizeof x) {
		memcpy(&x, p, sizeof x);
		memcpy(&y, q, sizeof y);
		differ |= x ^ y;
	}
	for (; n > 0; n--)
		differ |= (uint64_t)(*p++ ^ *q++);
	/* The compiler must not see a reason to end early. */
	__asm__ volatile("" : "+r"(differ));
	return differ == 0;
}
