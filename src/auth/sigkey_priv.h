/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing keys, derived once per (access key, date, region, generation) and kept with
 * their keyed HMAC state: deriving one costs four HMACs, ten times the rest of a check.
 * One per loop, no locks.
 */
#ifndef AUTH_SIGKEY_PRIV_H
#define AUTH_SIGKEY_PRIV_H

#include "auth/sigv4.h"
#include "codec/digest.h"

struct sigkey_cache;

struct sigkey {
	uint8_t key[32];
	struct hmac *hmac; /* the cache's */
};

struct sigkey_cache *sigkey_new(void);
void sigkey_free(struct sigkey_cache **c);
/* What is kept for exactly these, or NULL; valid until the next sigkey_add(). */
const struct sigkey *sigkey_find(const struct sigkey_cache *c, struct span access_key,
    struct span date, struct span region, uint64_t generation);
/* Keep key; call only for signatures that held, so that strangers can't push others out. */
void sigkey_add(struct sigkey_cache *c, struct span access_key, struct span date,
    struct span region, uint64_t generation, const uint8_t key[32]);
void sigkey_derive(uint8_t key[32], struct span secret, struct span date,
    struct span region, const char *service); /* NULL: "s3" */

#endif
