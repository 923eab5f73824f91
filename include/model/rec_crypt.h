/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an object is encrypted (SIDE_CRYPT), and the keys its data key is wrapped with. Only
 * the encoding: the keys themselves are object/kms.h's.
 */
#ifndef MODEL_REC_CRYPT_H
#define MODEL_REC_CRYPT_H

#include "base/arena.h"
#include "base/err.h"

/* Numbers are stored. */
enum crypt_mode {
	CRYPT_NONE, /* no side: plain on disk */
	CRYPT_S3, /* AES256 */
	CRYPT_KMS, /* aws:kms */
	CRYPT_DSSE, /* aws:kms:dsse */
	CRYPT_CUSTOMER, /* the client's key */
	CRYPT_MODES
};
const char *rec_crypt_name(uint8_t mode); /* "AES256", "aws:kms", "aws:kms:dsse" */

struct rec_crypt {
	uint8_t mode;
	bool bucket_key;
	struct span key; /* id of the named key; n = 0 for S3 and CUSTOMER */
	struct span context; /* base64 text as it was given, n = 0 for none */
	struct span wrapped; /* the data key */
	struct span outer; /* DSSE: the second one */
};
void rec_crypt_put(struct buf *out, const struct rec_crypt *r);
NODISCARD enum err rec_crypt_get(struct span in, struct rec_crypt *out); /* borrows */

/* A named key; its id is the row's key in T_KMS. */
enum { KEY_ID_TEXT = 36, KEY_NAME_MAX = 250, KEY_VERSIONS_MAX = 1000 };
enum key_state { KEY_ENABLED, KEY_DISABLED, KEY_DELETING, KEY_STATES };
struct rec_kms {
	uint8_t state; /* enum key_state */
	bool managed; /* the service's own (alias aws/s3), not the owner's */
	int64_t created_ms;
	struct span name; /* alias without "alias/"; n = 0 only for the inner key */
	struct span policy; /* JSON, n = 0: the account decides */
	struct span *sealed; /* its material by the master key, oldest version first */
	size_t n;
};
void rec_kms_put(struct buf *out, const struct rec_kms *r);
NODISCARD enum err rec_kms_get(
    struct arena *a, struct span in, struct rec_kms *out); /* borrows from in too */

#endif
