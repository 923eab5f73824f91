/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5, SHA-1, SHA-256, SHA-512 and HMAC with the last three by OpenSSL, algorithms fetched once
 * per process, contexts reused. The only user of EVP digests.
 */
#ifndef CODEC_DIGEST_H
#define CODEC_DIGEST_H

#include "base/buf.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, DIGEST_KINDS };
enum { DIGEST_MAX = 64 };

size_t digest_size(enum digest_kind kind);

/* Incremental; one thread at a time. */
struct digest;
struct digest *digest_new(enum digest_kind kind);
void digest_free(struct digest **d);
void digest_reset(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
/* Writes digest_size() bytes; d must be reset before more is added. */
void digest_end(struct digest *d, uint8_t *out);

/* One shot, with a context kept per thread. [any] */
void digest_of(enum digest_kind kind, struct span s, uint8_t *out);

/* HMAC-SHA-256 with a keyed state that can be reused without paying for the key again. */
struct hmac;
struct hmac *hmac_new(struct span key);
void hmac_free(struct hmac **h); /* wipes */
void hmac_of(struct hmac *h, struct span s, uint8_t out[32]); /* one thread at a time */
/* One shot. [any] */
void hmac_sha256(struct span key, struct span s, uint8_t out[32]);
void hmac_sha512(struct span key, struct span s, uint8_t out[64]);
void hmac_sha1(struct span key, struct span s, uint8_t out[20]);

/* Constant time for equal lengths. */
bool digest_equal(const void *a, const void *b, size_t n);

#endif
