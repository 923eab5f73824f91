/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this layer call of each other. [in a write fn] */
#ifndef OBJ_PRIV_H
#define OBJ_PRIV_H

#include "object/object.h"

/* The attrs of rec become these; rec's flag for them follows, its row is the caller's. */
NODISCARD enum err obj_attrs_put(
    struct txn *t, struct rec_object *rec, const struct attrs *attrs);
/* The row of an older version again. */
NODISCARD enum err obj_version_rewrite(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_object *rec);

#endif
