/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 and HMAC with it of what is in memory as a whole: a request's head, a string to
 * sign. EVP costs more around such a hash than the hash itself: allocations, copies through
 * the provider, a wipe of each. So OpenSSL's older interface runs the blocks here, over
 * states that lie on the stack. What comes in pieces goes through EVP (digest.c). [any]
 */
#ifndef CODEC_SHA256_PRIV_H
#define CODEC_SHA256_PRIV_H

#include <stddef.h>
#include <stdint.h>

/* Before OpenSSL 3 it was not yet told that there is something newer. */
#ifndef OPENSSL_API_COMPAT
#define OPENSSL_API_COMPAT 0x10100000L
#endif
#include <openssl/sha.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 };

/* The states behind the key's inner and outer block (RFC 2104 section 4). */
struct sha256_key {
	SHA256_CTX inner, outer;
};

void sha256_of(const void *p, size_t n, uint8_t out[SHA256_SIZE]);
void sha256_key_init(struct sha256_key *k, const uint8_t block[SHA256_BLOCK]);
void sha256_hmac(
    const struct sha256_key *k, const void *p, size_t n, uint8_t out[SHA256_SIZE]);

#endif
