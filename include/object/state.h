/* SPDX-License-Identifier: Apache-2.0 */
/* What the store remembers besides buckets and objects: a value by name. */
#ifndef OBJECT_STATE_H
#define OBJECT_STATE_H

#include "object/object.h"

/* E_NOT_FOUND: none; value is borrowed from the snapshot. */
NODISCARD enum err obj_state_get(struct txn *t, const char *name, struct span *value);
NODISCARD enum err obj_state_put(struct txn *t, const char *name, struct span value);

#endif
