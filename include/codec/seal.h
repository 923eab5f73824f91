/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256-GCM by OpenSSL (NIST SP 800-38D), the only user of EVP ciphers: bytes that
 * nobody reads or changes without the key. Who seals twice with one key and one nonce has
 * lost both: take a box, whose nonce is drawn, or count.
 */
#ifndef CODEC_SEAL_H
#define CODEC_SEAL_H

#include "base/buf.h"

enum { SEAL_KEY = 32, SEAL_NONCE = 12, SEAL_TAG = 16 };

/* out gets plain.n bytes and the tag, and may be where plain is. aad is bound, not hidden.
 * One shot, with a context kept per thread, which forgets the key. [any] */
void seal_close(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span plain, uint8_t *out);
/* out gets sealed.n - SEAL_TAG bytes; false, and zeros, where a bit differs. [any] */
NODISCARD bool seal_open(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span sealed, uint8_t *out);

/* The same by ChaCha20-Poly1305 (RFC 8439), for what clients sent whose processors have no
 * AES; slower here, with a context of its own each time. [any] */
void seal_chacha_close(const uint8_t key[SEAL_KEY], const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span plain, uint8_t *out);
NODISCARD bool seal_chacha_open(const uint8_t key[SEAL_KEY],
    const uint8_t nonce[SEAL_NONCE], struct span aad, struct span sealed, uint8_t *out);

/* A small secret with its own nonce: form, nonce, bytes, tag. For at most 2^32 boxes under
 * one key. [any] */
enum { SEAL_BOX = 1 + SEAL_NONCE + SEAL_TAG }; /* longer than what is in it by so much */
void seal_box_put(
    struct buf *out, const uint8_t key[SEAL_KEY], struct span aad, struct span plain);
/* out gets box.n - SEAL_BOX bytes; false where that is no box of this key and aad. */
NODISCARD bool seal_box_open(
    const uint8_t key[SEAL_KEY], struct span aad, struct span box, uint8_t *out);

/* A key for one purpose (a constant text) and one salt: HMAC-SHA-256(key, purpose NUL
 * salt), the one step that HKDF needs here (RFC 5869). [any] */
void seal_derive(const uint8_t key[SEAL_KEY], const char *purpose, struct span salt,
    uint8_t out[SEAL_KEY]);

/* Many pieces under one key: the key is paid for once. One thread at a time. */
struct seal;
enum seal_use { SEAL_OPENS, SEAL_CLOSES, SEAL_MASKS };
struct seal *seal_new(const uint8_t key[SEAL_KEY], enum seal_use use);
void seal_free(struct seal **s); /* wipes */
/* As seal_close() and seal_open(). */
void seal_piece(struct seal *s, const uint8_t nonce[SEAL_NONCE], struct span aad,
    struct span plain, uint8_t *out);
NODISCARD bool seal_piece_open(struct seal *s, const uint8_t nonce[SEAL_NONCE],
    struct span aad, struct span sealed, uint8_t *out);
/* AES-256-CTR over n bytes at p, there and back alike: a layer around what is sealed
 * already, which adds no bytes and proves nothing. n is under 2^36. */
enum { SEAL_COUNTER = 16 };
void seal_mask(struct seal *s, const uint8_t counter[SEAL_COUNTER], uint8_t *p, size_t n);

#endif
