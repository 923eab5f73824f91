/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/seal.h"

#include <limits.h>
#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "base/rand.h"
#include "codec/digest.h"

enum { SEAL_MAGIC = 0x7365616c, BOX_FORM = 1 };

struct seal {
	unsigned magic;
	enum seal_use use;
	EVP_CIPHER_CTX *ctx;
};

/* A fetch by name costs more than sealing a data key; once per process is enough. */
static EVP_CIPHER *seal_cipher, *mask_cipher;
static pthread_key_t seal_own_key; /* only to free a thread's context when it ends */
static pthread_once_t seal_once = PTHREAD_ONCE_INIT;

static void
own_free(void *ctx)
{
	EVP_CIPHER_CTX_free(ctx);
}

static void
seal_setup(void)
{
	MUST(pthread_key_create(&seal_own_key, own_free) == 0);
	seal_cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	mask_cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
	MUST(seal_cipher != NULL && mask_cipher != NULL);
}

static EVP_CIPHER_CTX *
ctx_new(const uint8_t key[SEAL_KEY], enum seal_use use)
{
	EVP_CIPHER_CTX *ctx;

	MUST(pthread_once(&seal_once, seal_setup) == 0);
	ctx = EVP_CIPHER_CTX_new();
	MUST(ctx != NULL);
	MUST(EVP_CipherInit_ex2(ctx, use == SEAL_MASKS ? mask_cipher : seal_cipher, key,
		 NULL, use == SEAL_OPENS ? 0 : 1, NULL) == 1);
	return ctx;
}

static EVP_CIPHER_CTX *
ctx_own(const uint8_t key[SEAL_KEY], enum seal_use use)
{
	static _Thread_local EVP_CIPHER_CTX *own;

	if (own == NULL) {
		own = ctx_new(key, use);
		MUST(pthread_setspecific(seal_own_key, own) == 0);
	} else
		MUST(EVP_CipherInit_ex2(
			 own, NULL, key, NULL, use == SEAL_OPENS ? 0 : 1, NULL) == 1);
	return own;
}

/* Another key's schedule lies over the one that was used. */
static void
ctx_forget(EVP_CIPHER_CTX *ctx)
{
	static const uint8_t zeros[SEAL_KEY];

	MUST(EVP_CipherInit_ex2(ctx, NULL, zeros, NULL, 1, NULL) == 1);
}

static void
ctx_add(EVP_CIPHER_CTX *ctx, uint8_t *out, struct span in)
{
	int n;

	MUST(in.n <= INT_MAX);
	if (in.n > 0)
		MUST(EVP_CipherUpdate(ctx, out, &n, (const uint8_t *)in.p, (int)in.n) ==
		    1);
}

static void
ctx_close(EVP_CIPHER_CTX *ctx, const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span plain, uint8_t *out)
{
	int n;

	MUST(EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, 1, NULL) == 1);
	ctx_add(ctx, NULL, aad);
	ctx_add(ctx, out, plain);
	MUST(EVP_CipherFinal_ex(ctx, out + plain.n, &n) == 1);
	MUST(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, out + plain.n) ==
	    1);
}

static bool
ctx_open(EVP_CIPHER_CTX *ctx, const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span sealed, uint8_t *out)
{
	struct span in = span_head(sealed, sealed.n - SEAL_TAG);
	uint8_t tag[SEAL_TAG];
	int n;

	memcpy(tag, sealed.p + in.n, SEAL_TAG); /* out may be where sealed is */
	MUST(EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, 0, NULL) == 1);
	MUST(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1);
	ctx_add(ctx, NULL, aad);
	ctx_add(ctx, out, in);
	if (EVP_CipherFinal_ex(ctx, out + in.n, &n) == 1)
		return true;
	mem_wipe(out, in.n);
	return false;
}

void
seal_close(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span plain, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = ctx_own(key, SEAL_CLOSES);

	ctx_close(ctx, nonce, aad, plain, out);
	ctx_forget(ctx);
}

bool
seal_open(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span sealed, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	bool good;

	if (sealed.n < SEAL_TAG)
		return false;
	ctx = ctx_own(key, SEAL_OPENS);
	good = ctx_open(ctx, nonce, aad, sealed, out);
	ctx_forget(ctx);
	return good;
}

static EVP_CIPHER_CTX *
ctx_chacha(const uint8_t key[SEAL_KEY], bool closes)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	MUST(ctx != NULL);
	MUST(EVP_CipherInit_ex2(
		 ctx, EVP_chacha20_poly1305(), key, NULL, closes ? 1 : 0, NULL) == 1);
	return ctx;
}

void
seal_chacha_close(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span plain, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = ctx_chacha(key, true);

	ctx_close(ctx, nonce, aad, plain, out);
	EVP_CIPHER_CTX_free(ctx);
}

bool
seal_chacha_open(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span sealed, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	bool good;

	if (sealed.n < SEAL_TAG)
		return false;
	ctx = ctx_chacha(key, false);
	good = ctx_open(ctx, nonce, aad, sealed, out);
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

void
seal_box_put(
    struct buf *out, const uint8_t key[SEAL_KEY], struct span aad, struct span plain)
{
	uint8_t *p = (uint8_t *)buf_grow(out, SEAL_BOX + plain.n);

	p[0] = BOX_FORM;
	rand_bytes(p + 1, SEAL_NONCE);
	seal_close(key, p + 1, aad, plain, p + 1 + SEAL_NONCE);
}

bool
seal_box_open(const uint8_t key[SEAL_KEY], struct span aad, struct span box, uint8_t *out)
{
	const uint8_t *p = (const uint8_t *)box.p;

	if (box.n < SEAL_BOX || p[0] != BOX_FORM)
		return false;
	return seal_open(key, p + 1, aad, span_from(box, 1 + SEAL_NONCE), out);
}

void
seal_derive(const uint8_t key[SEAL_KEY], const char *purpose, struct span salt,
    uint8_t out[SEAL_KEY])
{
	struct buf text = { 0 };

	buf_put(&text, purpose, strlen(purpose) + 1);
	buf_span(&text, salt);
	hmac_sha256(span_of(key, SEAL_KEY), buf_view(&text), out);
	buf_fini(&text);
}

struct seal *
seal_new(const uint8_t key[SEAL_KEY], enum seal_use use)
{
	struct seal *s = mem_zalloc(sizeof *s);

	s->magic = SEAL_MAGIC;
	s->use = use;
	s->ctx = ctx_new(key, use);
	return s;
}

void
seal_free(struct seal **seal)
{
	struct seal *s = *seal;

	if (s == NULL)
		return;
	*seal = NULL;
	CHECK(s, SEAL_MAGIC);
	EVP_CIPHER_CTX_free(s->ctx); /* OpenSSL wipes the key's schedule */
	s->magic = 0;
	mem_free(s);
}

void
seal_piece(struct seal *s, const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span plain, uint8_t *out)
{
	CHECK(s, SEAL_MAGIC);
	MUST(s->use == SEAL_CLOSES);
	ctx_close(s->ctx, nonce, aad, plain, out);
}

bool
seal_piece_open(struct seal *s, const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span sealed, uint8_t *out)
{
	CHECK(s, SEAL_MAGIC);
	MUST(s->use == SEAL_OPENS);
	return sealed.n >= SEAL_TAG && ctx_open(s->ctx, nonce, aad, sealed, out);
}

void
seal_mask(struct seal *s, const uint8_t counter[SEAL_COUNTER], uint8_t *p, size_t n)
{
	CHECK(s, SEAL_MAGIC);
	MUST(s->use == SEAL_MASKS);
	MUST(EVP_CipherInit_ex2(s->ctx, NULL, NULL, counter, 1, NULL) == 1);
	ctx_add(s->ctx, p, span_of(p, n));
}
