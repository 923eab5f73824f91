/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named keys, as a key management service has them: found by id, alias or ARN, kept in the
 * index sealed by the master key, used to wrap the data keys of objects. They are made and
 * changed when the store is opened, never later, so everybody may read them.
 * Source of forms and errors: docs.aws.amazon.com/AmazonS3/latest/userguide/
 * UsingKMSEncryption.html and recorded answers.
 */
#ifndef OBJECT_KMS_H
#define OBJECT_KMS_H

#include "codec/keyring.h"
#include "model/rec_crypt.h"
#include "store/store.h"

struct kms;
struct kms_key;

struct kms_conf {
	struct store *store;
	const struct keyring *keys; /* used during kms_open() only */
	const char *region, *account; /* of the ARNs; borrowed */
	const char *names; /* "a,b=UUID": keys to have; those that are there stay */
	struct span file; /* JSON with keys, their states and policies; n = 0: none */
	int64_t now_ms;
};
/* Makes what is missing, and seals by the present master key what an older one has sealed.
 * E_CONFIG: a master key is missing, or a name or the file can't be used. */
NODISCARD enum err kms_open(
    struct kms **out, const struct kms_conf *conf, struct fail *fail);
void kms_free(struct kms **k); /* wipes */

/* What a client calls a key. E_KMS_NOT_FOUND, and as kms_usable(). */
NODISCARD enum err kms_find(
    const struct kms *k, struct span name, const struct kms_key **out, struct fail *fail);
/* E_KMS_DISABLED, E_KMS_STATE. */
NODISCARD enum err kms_usable(const struct kms_key *key, struct fail *fail);
const struct kms_key *kms_by_id(const struct kms *k, struct span id); /* or NULL */
const struct kms_key *kms_default(const struct kms *k); /* alias/aws/s3 */
const struct kms_key *kms_inner(const struct kms *k); /* of SSE-S3; has no name */

/* All of them, by their numbers, which stay while k lives. */
size_t kms_count(const struct kms *k);
const struct kms_key *kms_at(const struct kms *k, size_t number);
size_t kms_key_number(const struct kms_key *key);

/* What other secrets of the store are sealed with: a key of its own, that does not change
 * with the master key, and behind it those of master. Yours to free. */
struct keyring *kms_secrets(const struct kms *k, const struct keyring *master);

struct span kms_key_id(const struct kms_key *key);
struct span kms_key_arn(const struct kms_key *key);
struct span kms_key_policy(const struct kms_key *key); /* n = 0: none */
bool kms_key_managed(const struct kms_key *key);
bool kms_has_named(
    const struct kms *k); /* besides those that are there always; of NULL: none */

/* A data key by key, or where bucket is not 0 by the key that key has for this bucket. aad
 * is bound. Appends to out. */
void kms_wrap(const struct kms_key *key, uint64_t bucket, struct span aad,
    const uint8_t data[SEAL_KEY], struct buf *out);
/* E_CORRUPT: changed, or not this key's. */
NODISCARD enum err kms_unwrap(const struct kms_key *key, struct span aad,
    struct span wrapped, uint8_t data[SEAL_KEY]);
/* By the newest version of key? */
bool kms_is_current(const struct kms_key *key, struct span wrapped);
/* Wrap again by the newest version; what it was wrapped for stays. */
NODISCARD enum err kms_rewrap(
    const struct kms_key *key, struct span aad, struct span wrapped, struct buf *out);

/* ---- rotation, while nobody else uses k ---- */
/* A new version of each key, unless a rotation was broken off before its end. */
NODISCARD enum err kms_rotate(struct kms *k, const struct keyring *keys);
/* Nothing is wrapped by older versions any more: they go. */
NODISCARD enum err kms_forget(struct kms *k, const struct keyring *keys);

#endif
