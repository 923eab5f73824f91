/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies that MinIO's tools encrypt under their secret key: salt (32), cipher (1), nonce (8),
 * then 16 KiB fragments, each with a tag, the last one marked. Cipher: 0 AES-256-GCM, 1
 * ChaCha20-Poly1305, which clients take whose processors have no AES; answers are 0. The key is
 * Argon2id of the secret key (1 pass, 64 MiB, 4 lanes), by libargon2, which is loaded when it is
 * needed. Source: github.com/minio/madmin-go, encrypt.go; github.com/secure-io/sio-go. [worker]
 */
#ifndef ADMIN_ENVELOPE_H
#define ADMIN_ENVELOPE_H

#include "base/buf.h"
#include "base/err.h"
#include "codec/seal.h"

enum { ENVELOPE_SALT = 32, ENVELOPE_HEAD = 41 };

/* Appends what is inside. E_INVALID_ARGUMENT: not encrypted by that secret;
 * E_NOT_IMPLEMENTED: by another cipher; E_NO_RESOURCE: no libargon2. */
NODISCARD enum err envelope_open(
    struct span secret, struct span in, struct buf *out, struct fail *fail);
/* Appends in, encrypted so. E_NO_RESOURCE: no libargon2. */
NODISCARD enum err envelope_close(
    struct span secret, struct span in, struct buf *out, struct fail *fail);
/* The same with the key at hand: what stands behind the head. */
NODISCARD bool envelope_open_key(
    const uint8_t key[SEAL_KEY], struct span in, struct buf *out);
/* head: salt, cipher and nonce, which out gets as well. */
void envelope_close_key(const uint8_t key[SEAL_KEY], const char head[ENVELOPE_HEAD],
    struct span in, struct buf *out);

#endif
