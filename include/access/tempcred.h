/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary credentials that clients make themselves, as those of Cloudflare R2: the session
 * token is a JSON Web Token signed (HS256) with the secret of a long-term key, and says for
 * which bucket, which operations and which keys. They do what their parent may, and of that
 * only what the token names.
 * Source: developers.cloudflare.com/r2/api/s3/temporary-credentials
 */
#ifndef ACCESS_TEMPCRED_H
#define ACCESS_TEMPCRED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { TEMPCRED_SECRET = 64 }; /* characters: hex digits of the token's SHA-256 */

/* What a token grants; texts are the arena's. */
struct tempcred {
	struct span bucket;
	bool configure; /* also what the bucket itself says: the scopes admin-... */
	bool write; /* not only reads */
	bool listed; /* only the operations in ops */
	uint32_t ops; /* bits, by their place in the table of actions */
	bool paths; /* only these keys */
	const struct span *prefix, *object;
	size_t nprefix, nobject;
	int64_t began, expires; /* seconds */
};

/* Does the session token have that form? Nothing is checked yet. [any] */
bool tempcred_is(struct span token);
/* E_INVALID_TOKEN, E_EXPIRED_TOKEN; now: seconds, clock_real(). out_secret is what requests
 * are signed with. Time and work do not depend on the secret. [any] */
NODISCARD enum err tempcred_open(struct arena *a, struct span access_key,
    struct span secret, struct span token, int64_t now, struct tempcred *out,
    char out_secret[TEMPCRED_SECRET]);

/* One question of a request's. [any] */
struct tempcred_ask {
	const char *action; /* "s3:GetObject" */
	struct span bucket; /* n = 0: none */
	struct span key; /* n = 0: the bucket itself */
	struct span prefix; /* of keys that a listing is asked for */
};
bool tempcred_allows(const struct tempcred *t, const struct tempcred_ask *q);
/* The operation as a whole, by its name in ops.def; reads: it changes nothing. */
bool tempcred_may(const struct tempcred *t, const char *operation, bool reads);

#endif
