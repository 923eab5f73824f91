/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags, lock, ACL and what else an object has besides body and headers (side.def): fields
 * of its attrs, so that objects without any cost nothing and one read gives all. [any]
 */
#ifndef MODEL_SIDE_H
#define MODEL_SIDE_H

#include "model/rec.h"

enum side_kind {
#define SIDE(sym, name, copied) SIDE_##sym,
#include "model/side.def"
#undef SIDE
	SIDE_COUNT
};

/* No header may have such a name, and no field of one is sent as a header. */
static inline bool
side_is(struct span name)
{
	return name.n > 0 && name.p[0] == ':';
}

struct span side_among(const struct attrs *a, enum side_kind s);
static inline struct span
side_get(const struct attrs *a, enum side_kind s) /* p == NULL: none */
{
	return a->n == 0 ? SPAN_NONE : side_among(a, s);
}
/* The same of attrs as they are stored (rec_attrs_put()). */
NODISCARD enum err side_find(struct span row, enum side_kind s, struct span *out);
/* value.p == NULL takes it away. a gets a field array of its own; value is borrowed. */
void side_set(struct arena *arena, struct attrs *a, enum side_kind s, struct span value);
/* to := from without the sides that a copy does not inherit. */
void side_copied(struct arena *arena, struct attrs *to, const struct attrs *from);
/* to gets every side that from has, in place of its own. */
void side_overlay(struct arena *arena, struct attrs *to, const struct attrs *from);
/* to gets those sides of from that a copy inherits and it has not itself: a copy whose
 * headers are given anew. */
void side_inherit(struct arena *arena, struct attrs *to, const struct attrs *from);

#endif
