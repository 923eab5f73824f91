/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: temporary credentials without a row anywhere. The token that goes with each
 * request is the session itself, sealed by the master key and bound to its access key: who,
 * until when, narrowed by which policies. A token that opens was given out here.
 */
#ifndef ACCESS_SESSION_H
#define ACCESS_SESSION_H

#include "access/identity.h"
#include "base/arena.h"
#include "codec/keyring.h"

enum { SESSION_KEY = 20, SESSION_SECRET = 40 };

struct session {
	enum identity_kind kind; /* ROOT, USER, SESSION, FEDERATED */
	struct span access_key; /* ASIA... */
	struct span secret;
	struct span account;
	struct span name; /* of the role, of the user */
	struct span id; /* AROA..., AIDA...: one made anew under that name is another */
	struct span session; /* RoleSessionName, the federated user's name */
	int64_t began, expires; /* seconds */
	struct span policy; /* JSON; n = 0: none */
	bool narrowed; /* by policy and arns; else they do not count */
	struct field *arn; /* managed policies: names */
	size_t narn;
	struct field *tag;
	size_t ntag;
};

/* Draw access key and secret of s into the arena and append the token. [any] */
void session_make(
    struct arena *a, const struct keyring *keys, struct session *s, struct buf *token);
/* E_INVALID_TOKEN when it was not given out here or not for that access key; time is the
 * caller's to judge. Texts are the arena's. [any] */
NODISCARD enum err session_open(struct arena *a, const struct keyring *keys,
    struct span access_key, struct span token, struct session *out);

/* n characters of an id's alphabet (A-Z, 2-7). */
void session_letters(char *out, size_t n);
/* 40 characters as AWS's secrets. */
void session_secret(char out[SESSION_SECRET]);

#endif
