/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens (RFC 7519) in their compact, signed form (RFC 7515), and the key sets
 * that check them (RFC 7517): RS256, RS384, RS512, ES256, ES384, EdDSA with Ed25519
 * (RFC 7518, 8037). "none" is no signature here, and a secret only where
 * jwt_check_secret() is asked.
 */
#ifndef CODEC_JWT_H
#define CODEC_JWT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "codec/json.h"

enum { JWT_MAX = 20000 }; /* bytes: as AWS takes them */

struct jwt {
	struct span alg, kid; /* kid: n = 0 for none */
	struct span signing_input;
	struct span signature; /* decoded */
	cJSON *claims; /* an object; free with jwt_free() */
};

/* Form only: nothing in it is to be believed before jwks_check(). Texts are the arena's.
 * E_INVALID_TOKEN with what is wrong. [any] */
NODISCARD enum err jwt_parse(
    struct arena *a, struct span token, struct jwt *out, struct fail *fail);
void jwt_free(struct jwt *j);
/* Text of a claim, or n = 0 where it is no text. */
struct span jwt_text(const struct jwt *j, const char *name);
/* Seconds of exp, nbf, iat; false where it is not there or no number. */
bool jwt_time(const struct jwt *j, const char *name, int64_t *out);

struct jwks; /* immutable; [any] */

/* {"keys": [...]}: keys of unknown kinds are passed over, as RFC 7517 says. E_CONFIG. */
NODISCARD enum err jwks_parse(struct jwks **out, struct span json, struct fail *fail);
void jwks_free(struct jwks **k);
size_t jwks_count(const struct jwks *k);
/* Did who knows the secret sign it, by HS256 or HS512 (RFC 7518 section 3.2)? Only where a
 * token is a person's own, as MinIO's for metrics; never for what a provider issues. */
bool jwt_check_secret(const struct jwt *j, struct span secret);
/* Did one of the keys sign it? Of the key with its kid, or of any where it names none. */
bool jwks_check(const struct jwks *k, const struct jwt *j);

#endif
