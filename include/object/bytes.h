/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of the server's own making, such as logs: bytes in memory become one. */
#ifndef OBJECT_BYTES_H
#define OBJECT_BYTES_H

#include "base/err.h"

struct store;

struct obj_bytes {
	struct span bucket, key, data;
	struct span type; /* Content-Type */
	int64_t now_ms;
	struct fail *fail;
};
/* Waits until it is as safe as any object. E_NO_SUCH_BUCKET and what a store may refuse.
 * [any but writer and loops] */
NODISCARD enum err obj_bytes_put(struct store *s, const struct obj_bytes *b);

#endif
