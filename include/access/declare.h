/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity file (--identities): accounts with their keys, users, groups, roles and
 * policies as JSON, so that a run needs no calls to set things up. What it declares lies in
 * a table of its own, goes before what was made over the API, and leaves with the file.
 */
#ifndef ACCESS_DECLARE_H
#define ACCESS_DECLARE_H

#include "access/access.h"

/* Make what is declared what the file says; path "": what text says, which is another
 * file's; NULL: nothing is. Writes only when the file
 * is another one than last time. E_CONFIG names file, place inside and what is allowed.
 * [before the server starts] */
NODISCARD enum err declare_load(struct access *a, const char *path, const char *text,
    int64_t now_ms, struct fail *fail);

#endif
