/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encryption of objects: a random data key each, wrapped by a named key, by the store's own
 * (SSE-S3) or by the client's (SSE-C), in the object's SIDE_CRYPT. The bytes are sealed by
 * codec/sealed.h; a client's key is never kept. [any]
 */
#ifndef OBJECT_CRYPT_H
#define OBJECT_CRYPT_H

#include "codec/sealed.h"
#include "object/kms.h"

/* What an object is to be encrypted with. */
struct crypt_want {
	uint8_t mode; /* enum crypt_mode */
	bool bucket_key; /* KMS */
	const struct kms_key *key; /* KMS, DSSE */
	struct span context; /* KMS, DSSE: base64 text, n = 0 for none */
	uint8_t customer[SEAL_KEY]; /* CUSTOMER */
};
void crypt_want_wipe(struct crypt_want *w);

/* New data keys; *side (arena) is what to keep of them. */
void crypt_begin(const struct kms *k, const struct crypt_want *w, uint64_t bucket,
    struct arena *a, struct sealed_keys *keys, struct span *side);
/* The same keys wrapped by another: of a copy that shares the bytes. */
void crypt_wrap(const struct kms *k, const struct crypt_want *w, uint64_t bucket,
    struct arena *a, const struct sealed_keys *keys, struct span *side);
/* The keys again. customer may be NULL. E_INVALID_REQUEST: the client's key is needed, or
 * given where there is none; E_ACCESS_DENIED: it is another one; E_KMS_DISABLED and its
 * like; E_CORRUPT. */
NODISCARD enum err crypt_open(const struct kms *k, struct span side,
    const uint8_t *customer, struct sealed_keys *keys, struct fail *fail);
/* Is the side of this mode, with the client's key where it needs one? As crypt_open(). */
NODISCARD enum err crypt_customer_check(
    uint8_t mode, const uint8_t *customer, struct fail *fail);

/* By the newest versions of the store's keys; *changed is false where it is already, or is
 * the client's. */
NODISCARD enum err crypt_rewrap(const struct kms *k, struct span side, struct arena *a,
    struct span *out, bool *changed);

#endif
