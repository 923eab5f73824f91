/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the layer: what obj_put.c leaves to obj_append.c. */
#ifndef OBJECT_PUT_PRIV_H
#define OBJECT_PUT_PRIV_H

#include "object/put.h"

/* p->body behind old's bytes, in place of old. [in a write fn] */
NODISCARD enum err obj_append_write(
    struct txn *t, struct obj_put *p, const struct rec_object *old);

#endif
