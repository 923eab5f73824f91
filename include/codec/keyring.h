/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Master keys: what all other secrets of a store are sealed with. The first one given
 * seals, the others still open what was sealed before a change. Where the texts come from
 * is server/master.c's business.
 */
#ifndef CODEC_KEYRING_H
#define CODEC_KEYRING_H

#include "base/buf.h"
#include "base/err.h"
#include "codec/seal.h"

struct keyring; /* [any] once filled */

struct keyring *keyring_new(void);
void keyring_free(struct keyring **k); /* wipes */

/* "name:key" or "key", key 32 bytes in base64 or 64 hexadecimal digits. One that is there
 * already is not added again. E_CONFIG; fail never shows the text. */
NODISCARD enum err keyring_add(struct keyring *k, struct span text, struct fail *fail);
/* One per line; empty lines and those that begin with # are passed over. */
NODISCARD enum err keyring_add_lines(
    struct keyring *k, struct span text, struct fail *fail);
/* The same with the key itself, and with all that another has. One too many is E_CONFIG. */
NODISCARD enum err keyring_add_key(
    struct keyring *k, const uint8_t key[SEAL_KEY], struct fail *fail);
NODISCARD enum err keyring_add_all(
    struct keyring *k, const struct keyring *from, struct fail *fail);
size_t keyring_count(const struct keyring *k);
/* A line for keyring_add() with a new key. */
void keyring_generate(struct buf *out);

/* purpose is a constant text that says what kind of secret it is, aad whose it is: neither
 * is kept. The result is KEYRING_BOX longer than plain. */
enum { KEYRING_ID = 8, KEYRING_BOX = KEYRING_ID + SEAL_BOX };
void keyring_seal(const struct keyring *k, const char *purpose, struct span aad,
    struct span plain, struct buf *out);
/* out gets sealed.n - KEYRING_BOX bytes. E_NOT_FOUND: sealed by a master key that is not
 * here; E_CORRUPT: changed, or another purpose's or owner's. */
NODISCARD enum err keyring_open(const struct keyring *k, const char *purpose,
    struct span aad, struct span sealed, uint8_t *out);
/* False: seal it anew to be done with an older master key. */
bool keyring_is_current(const struct keyring *k, struct span sealed);

#endif
