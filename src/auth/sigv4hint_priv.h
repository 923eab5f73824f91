/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a signature did not match: tries the few things that clients and proxies are known
 * to do otherwise and names the one that fits. Runs only after a mismatch.
 */
#ifndef AUTH_SIGV4HINT_PRIV_H
#define AUTH_SIGV4HINT_PRIV_H

#include "canon_priv.h"
#include "sigv4_priv.h"

/* in is what the server made of the request, key what it signed with, secret what that was
 * derived from. Static text, or NULL when nothing fits. */
const char *sigv4hint_guess(const struct sigv4_said *said, const struct canon_in *in,
    const uint8_t key[32], struct span secret);

#endif
