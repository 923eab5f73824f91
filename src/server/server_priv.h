/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the layer: the throw-away directory of --ephemeral. */
#ifndef SERVER_PRIV_H
#define SERVER_PRIV_H

#include "base/err.h"

/* Heap path, or NULL with fail set. */
char *ephemeral_make(struct fail *fail);
void ephemeral_remove(const char *path);

#endif
