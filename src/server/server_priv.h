/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the layer: the throw-away directory of --ephemeral, and public URLs. */
#ifndef SERVER_PRIV_H
#define SERVER_PRIV_H

#include "iam/oidc.h"
#include "base/err.h"

/* Heap path, or NULL with fail set. */
char *ephemeral_make(struct fail *fail);
void ephemeral_remove(const char *path);

/* "https://A,http://B:8080" to the hosts that clients send for them. out has room for
 * URLS_MAX; what was put there is the caller's to free, after a failure too. */
enum { URLS_MAX = 16 };
/* A whole URL, with a path perhaps; "" is none. */
NODISCARD enum err urls_check(const char *setting, const char *url, struct fail *fail);
NODISCARD enum err urls_split(const char *list, char **out, size_t *n, struct fail *fail);

/* oidc_keys.c: [main] NULL where no provider has a URL */
struct oidc_keys;
struct oidc_keys *oidc_keys_start(struct iam_oidc *o);
void oidc_keys_stop(struct oidc_keys **keys);

#endif
