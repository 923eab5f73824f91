/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Providers of web identities (OpenID Connect): an issuer, for whom its tokens must be, and
 * the key set that checks them, from a file that is read again when it has changed hands
 * under its name. Knows no network: who fetches keys puts them
 * in.
 */
#ifndef IAM_OIDC_H
#define IAM_OIDC_H

#include "base/arena.h"
#include "codec/jwt.h"

struct iam_oidc;

/* "issuer=URL,audience=A,jwks=FILE-OR-URL"; several by ';', several audiences by blanks.
 * E_CONFIG names what is wrong. "" makes none: *out is NULL. */
NODISCARD enum err oidc_new(struct iam_oidc **out, const char *text, struct fail *fail);
void oidc_free(struct iam_oidc **o);

struct oidc_provider;
/* By the token's issuer, or NULL. */
struct oidc_provider *oidc_find(const struct iam_oidc *o, struct span issuer);
/* The issuer without its scheme: what ARNs and condition keys call it. */
struct span oidc_host(const struct oidc_provider *p);
bool oidc_audience(const struct oidc_provider *p, struct span audience);
/* Signed by one of its keys; where it is not and the file is another one, by those. [any] */
bool oidc_check(struct oidc_provider *p, const struct jwt *j);

/* Providers whose keys come from a URL: the n-th's URL, or NULL behind the last; and a key
 * set for it. [any] */
const char *oidc_url(const struct iam_oidc *o, size_t n);
NODISCARD enum err oidc_set_keys(
    struct iam_oidc *o, size_t n, struct span json, struct fail *fail);
/* Wait until keys should be fetched again: after that time, or sooner when a token's key was
 * not there, though at most every ten seconds. False once oidc_stop() was called. */
bool oidc_wait(struct iam_oidc *o, uint64_t ms);
void oidc_stop(struct iam_oidc *o);

#endif
