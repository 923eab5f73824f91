/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the layer: the throw-away directory of --ephemeral, public URLs, what is declared. */
#ifndef SERVER_PRIV_H
#define SERVER_PRIV_H

#include "base/err.h"
#include "http/inside.h"
#include "iam/oidc.h"
#include "seed/seed.h"
#include "server/conf.h"

/* Heap path, or NULL with fail set. */
char *ephemeral_make(struct fail *fail);
void ephemeral_remove(const char *path);

/* "https://A,http://B:8080" to the hosts that clients send for them. out has room for
 * URLS_MAX; what was put there is the caller's to free, after a failure too. */
enum { URLS_MAX = 16 };
/* A whole URL, with a path perhaps; "" is none. */
NODISCARD enum err urls_check(const char *setting, const char *url, struct fail *fail);
NODISCARD enum err urls_origins_check(const char *list, struct fail *fail);
NODISCARD enum err urls_split(const char *list, char **out, size_t *n, struct fail *fail);

/* oidc_keys.c: [main] NULL where no provider has a URL */
struct oidc_keys;
struct oidc_keys *oidc_keys_start(struct iam_oidc *o);
void oidc_keys_stop(struct oidc_keys **keys);

/* parent.c: SIGTERM when the process that started this one is gone. */
void parent_watch(void);

/* systemd.c: lines of sd_notify(3), to who manages this service, if anybody does. */
void systemd_notify(const char *state);

/* ---- declared.c ---- */
/* What --declare says, or the folder that stands for it: read and checked. */
NODISCARD enum err declared_read(
    struct seed **out, const struct conf *c, struct fail *fail);
/* Made true; what is so already stays. [any but loops and writer] */
NODISCARD enum err declared_run(
    struct seed *s, struct http_server *http, const struct conf *c, struct fail *fail);
/* The same of a text that came with a call; out: JSON of how much there was. */
NODISCARD enum err declared_text(struct span text, struct http_server *http,
    const struct conf *c, struct buf *out, struct fail *fail);

#endif
