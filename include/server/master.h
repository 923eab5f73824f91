/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master keys of a store: from --master-key-file, then from TRUG_MASTER_KEY, then as
 * MinIO takes one (MINIO_KMS_SECRET_KEY, MINIO_KMS_SECRET_KEY_FILE), then the store's own,
 * which is made when there is no other. The first seals, all open.
 */
#ifndef SERVER_MASTER_H
#define SERVER_MASTER_H

#include "codec/keyring.h"
#include "object/kms.h"
#include "server/conf.h"

#define MASTER_OWN "master-key" /* in the store's directory, readable by its owner only */

/* file is "" for none; dir is the store's. fail names what can't be used, never a key. */
NODISCARD enum err master_load(
    struct keyring **out, const char *file, const char *dir, struct fail *fail);
/* The store's named keys, with those that the settings name and the one MinIO's variable
 * does. */
NODISCARD enum err master_kms(struct kms **out, const struct conf *c, struct store *store,
    const struct keyring *keys, struct fail *fail);

#endif
