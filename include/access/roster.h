/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who an access key stands for: looked up in the directory when it is first seen and kept
 * with its policies parsed, until the directory changes. Each loop has a roster of its own,
 * so nothing is locked; what nobody uses costs nothing.
 */
#ifndef ACCESS_ROSTER_H
#define ACCESS_ROSTER_H

#include "access/access.h"
#include "access/session.h"
#include "access/tempcred.h"

struct roster; /* one thread's */
struct roster *roster_new(struct access *a);
void roster_free(struct roster **r); /* credentials that are held stay */

/* An identity with what it signs with. It never changes; one thread holds it at a time. */
struct credential {
	unsigned refs;
	struct identity who;
	struct access_secret secret;
	bool temporary; /* has a session token */
	const struct tempcred *scope; /* all that it is for, or NULL */
	struct span entity_id; /* of the user or role; n = 0: a root */
	int64_t expires; /* seconds; 0: never */
};

/* E_NOT_FOUND (no such key, or switched off), E_INVALID_TOKEN, E_EXPIRED_TOKEN. *out is held
 * for the caller. now: seconds, clock_real(). */
NODISCARD enum err roster_find(struct roster *r, struct span access_key,
    struct span token, int64_t now, struct credential **out);
void roster_drop(struct credential **c);

/* The key was used: noted in the index, though not more often than every 15 minutes. */
void roster_used(struct roster *r, const struct credential *c, const char *service,
    struct span region, int64_t now_ms);

#endif
