/* SPDX-License-Identifier: Apache-2.0 */
/* Which server a verb that asks one talks to. [main] */
#ifndef CLI_ENDPOINT_H
#define CLI_ENDPOINT_H

#include "base/buf.h"

/* The URL given; else the endpoint in the file that TRUG_READY_FILE names; else that of
 * TRUG_ADDRESS (or MINIO_ADDRESS), with https where TRUG_TLS_DIR is set. */
void endpoint_find(struct buf *out, const char *given);

#endif
