/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "admin/envelope.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/mem.h"
#include "base/rand.h"

enum {
	AT_CIPHER = 32,
	AT_NONCE = 33,
	NONCE = 8,
	FRAGMENT = 16 << 10,
	AES_ARGON2ID = 0,
	CHACHA_ARGON2ID = 1,
	PASSES = 1,
	MEMORY_KIB = 64 << 10,
	LANES = 4,
	LAST = 0x80
};

/* Fragment number seq: nonce and, little-endian, seq. */
static void
nonce_make(uint8_t out[SEAL_NONCE], const char *nonce, uint32_t seq)
{
	memcpy(out, nonce, NONCE);
	for (int i = 0; i < 4; i++)
		out[NONCE + i] = (uint8_t)(seq >> 8 * i);
}

static void
close_by(bool chacha, const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span plain, uint8_t *out)
{
	if (chacha)
		seal_chacha_close(key, nonce, aad, plain, out);
	else
		seal_close(key, nonce, aad, plain, out);
}

static bool
open_by(bool chacha, const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span sealed, uint8_t *out)
{
	return chacha ? seal_chacha_open(key, nonce, aad, sealed, out)
		      : seal_open(key, nonce, aad, sealed, out);
}

bool
envelope_open_key(const uint8_t key[SEAL_KEY], struct span in, struct buf *out)
{
	uint8_t nonce[SEAL_NONCE], aad[1 + SEAL_TAG];
	const char *head = in.p;
	struct span rest = span_from(in, ENVELOPE_HEAD);
	uint32_t seq = 1;
	bool chacha;

	if (in.n < ENVELOPE_HEAD + SEAL_TAG)
		return false;
	chacha = head[AT_CIPHER] == CHACHA_ARGON2ID;
	/* Number 0 seals nothing: its tag is bound to each of the others. */
	nonce_make(nonce, head + AT_NONCE, 0);
	close_by(chacha, key, nonce, SPAN_NONE, SPAN_LIT(""), aad + 1);
	for (;; seq++) {
		size_t n = rest.n < FRAGMENT + SEAL_TAG ? rest.n : FRAGMENT + SEAL_TAG;
		bool last = n == rest.n;
		uint8_t *to;

		if (n < SEAL_TAG)
			return false;
		aad[0] = last ? LAST : 0;
		nonce_make(nonce, head + AT_NONCE, seq);
		buf_reserve(out, n);
		to = (uint8_t *)buf_grow(out, n - SEAL_TAG);
		if (!open_by(chacha, key, nonce, span_of(aad, sizeof aad),
			span_head(rest, n), to))
			return false;
		if (last)
			return true;
		rest = span_from(rest, n);
	}
}

void
envelope_close_key(const uint8_t key[SEAL_KEY], const char head[ENVELOPE_HEAD],
    struct span in, struct buf *out)
{
	uint8_t nonce[SEAL_NONCE], aad[1 + SEAL_TAG];
	bool last = false;

	buf_put(out, head, ENVELOPE_HEAD);
	nonce_make(nonce, head + AT_NONCE, 0);
	seal_close(key, nonce, SPAN_NONE, SPAN_LIT(""), aad + 1);
	for (uint32_t seq = 1; !last; seq++) {
		struct span part = span_head(in, FRAGMENT);

		in = span_from(in, part.n);
		last = in.n == 0;
		aad[0] = last ? LAST : 0;
		nonce_make(nonce, head + AT_NONCE, seq);
		seal_close(key, nonce, span_of(aad, sizeof aad), part,
		    (uint8_t *)buf_grow(out, part.n + SEAL_TAG));
	}
}

static struct {
	int (*hash)(uint32_t passes, uint32_t kib, uint32_t lanes, const void *password,
	    size_t npassword, const void *salt, size_t nsalt, void *out, size_t nout);
} lib;
static pthread_once_t lib_once = PTHREAD_ONCE_INIT;

static void
lib_load(void)
{
	void *so = dlopen("libargon2.so.1", RTLD_NOW | RTLD_LOCAL), *sym;

	if (so == NULL)
		return;
	sym = dlsym(so, "argon2id_hash_raw");
	/* Data and functions have one form here (POSIX, dlsym). */
	memcpy(&lib.hash, &sym, sizeof sym);
}

static enum err
key_of(struct span secret, const char *salt, uint8_t key[SEAL_KEY], struct fail *fail)
{
	MUST(pthread_once(&lib_once, lib_load) == 0);
	if (lib.hash == NULL)
		return fail_msg(fail, E_NO_RESOURCE,
		    "libargon2.so.1 can't be loaded; install the package libargon2-1");
	if (lib.hash(PASSES, MEMORY_KIB, LANES, secret.p, secret.n, salt, ENVELOPE_SALT,
		key, SEAL_KEY) != 0)
		return fail_set(fail, E_NO_RESOURCE);
	return OK;
}

enum err
envelope_close(struct span secret, struct span in, struct buf *out, struct fail *fail)
{
	uint8_t key[SEAL_KEY];
	char head[ENVELOPE_HEAD];
	enum err e;

	rand_bytes(head, sizeof head);
	head[AT_CIPHER] = AES_ARGON2ID;
	e = key_of(secret, head, key, fail);
	if (e == OK)
		envelope_close_key(key, head, in, out);
	mem_wipe(key, sizeof key);
	return e;
}

enum err
envelope_open(struct span secret, struct span in, struct buf *out, struct fail *fail)
{
	uint8_t key[SEAL_KEY];
	enum err e;
	bool ok;

	if (in.n < ENVELOPE_HEAD + SEAL_TAG)
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "The body is not encrypted as it should be.");
	if (in.p[AT_CIPHER] != AES_ARGON2ID && in.p[AT_CIPHER] != CHACHA_ARGON2ID)
		return fail_msg(fail, E_NOT_IMPLEMENTED,
		    "Of the ciphers for bodies only Argon2id with AES-256-GCM or "
		    "ChaCha20-Poly1305 is implemented.");
	e = key_of(secret, in.p, key, fail);
	if (e != OK)
		return e;
	ok = envelope_open_key(key, in, out);
	mem_wipe(key, sizeof key);
	return ok ? OK
		  : fail_msg(fail, E_INVALID_ARGUMENT,
			"The body can't be decrypted by the secret key that signed it.");
}
