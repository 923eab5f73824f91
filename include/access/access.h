/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who there is: the root account of the settings, and those of an identity file, and what
 * their secrets are. What they may do is decided in access/decide.h.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>

#include "access/identity.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/rec.h"

struct access;

struct store;
struct keyring;

struct access_conf {
	const char *root_user; /* access key */
	const char *root_password; /* secret key */
	struct store *store; /* borrowed, as the keys */
	const struct keyring *keys; /* secrets and tokens are sealed with these */
};

struct access *access_new(const struct access_conf *conf);
void access_free(struct access **a);
struct span access_root_key(const struct access *a); /* the settings' */

struct access_secret {
	char secret[128];
	size_t n;
	uint64_t generation; /* another one is another secret */
};

/* A secret as it is kept in a rec_key: only for that access key. [any] */
void access_seal_secret(
    const struct access *a, struct span id, struct span secret, struct buf *out);

/* ---- accounts ---- */

enum { CANONICAL_ID = 64 };
struct account {
	char id[ACCOUNT_DIGITS];
	char canonical_id[CANONICAL_ID];
	struct span display_name, email;
};
/* The account of that number; of one that is not there any more (its buckets still are), one
 * that nobody can sign for, made in *room. [any] */
const struct account *access_account(
    const struct access *a, struct span id, struct account *room);

/* Who did not sign. */
extern const struct identity access_nobody;

#endif
