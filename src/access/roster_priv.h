/* SPDX-License-Identifier: Apache-2.0 */
/* What a credential is made of, between roster.c and principal.c. */
#ifndef ACCESS_ROSTER_PRIV_H
#define ACCESS_ROSTER_PRIV_H

#include "access/managed.h"
#include "access/roster.h"

#define CREDENTIAL_MAGIC 0x43524544u

/* The whole of it lives in its own arena. */
struct credential_own {
	unsigned magic;
	struct credential c;
	struct arena mem;
	uint64_t changes; /* of the directory, before it was read */
	struct span key, token;
	int64_t noted_ms; /* when its use was written down */
};

/* Fill who, secret and the rest from the directory. s: the session, or NULL for a key of its
 * own. Policies that cannot be read leave nothing allowed. */
NODISCARD enum err principal_load(struct txn *t, const struct access *a,
    struct credential_own *o, const struct session *s);
/* What a key was loaded for becomes what its self-made token leaves of it. now: seconds. */
NODISCARD enum err principal_narrow(struct credential_own *o, int64_t now);
void principal_unload(struct credential_own *o); /* lets go of the policies */

/* access.c */
struct access_inner {
	struct store *store;
	const struct keyring *keys;
};
const struct access_inner *access_inner(const struct access *a);
/* Is it the settings' root key? Then its secret. */
bool access_is_root(
    const struct access *a, struct span access_key, struct access_secret *out);

#endif
