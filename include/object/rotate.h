/* SPDX-License-Identifier: Apache-2.0 */
/* All data keys of a store wrapped by the newest versions of its keys. No byte moves. */
#ifndef OBJECT_ROTATE_H
#define OBJECT_ROTATE_H

#include "object/crypt.h"

/* A few hundred rows a write; what is wrapped so already is passed over, so that one that
 * was broken off goes on where it was. [any but writer and loops] */
NODISCARD enum err obj_rotate(struct store *s, const struct kms *k, uint64_t *changed);

#endif
