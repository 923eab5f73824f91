/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/side.h"

static const struct {
	const char *name;
	bool copied;
} sides[SIDE_COUNT] = {
#define SIDE(sym, name, copied) { name, copied },
#include "model/side.def"
#undef SIDE
};

struct span
side_among(const struct attrs *a, enum side_kind s)
{
	for (size_t i = 0; i < a->n; i++)
		if (span_is(a->field[i].name, sides[s].name))
			return a->field[i].value;
	return SPAN_NONE;
}

enum err
side_find(struct span row, enum side_kind s, struct span *out)
{
	return rec_attrs_find(row, sides[s].name, out);
}

void
side_set(struct arena *arena, struct attrs *a, enum side_kind s, struct span value)
{
	struct field *f = arena_array(arena, a->n + 1, sizeof *f);
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (!span_is(a->field[i].name, sides[s].name))
			f[n++] = a->field[i];
	if (value.p != NULL)
		f[n++] = (struct field){ span_str(sides[s].name), value };
	a->field = f;
	a->n = n;
}

static bool
is_copied(struct span name)
{
	for (size_t s = 0; s < SIDE_COUNT; s++)
		if (span_is(name, sides[s].name))
			return sides[s].copied;
	return !side_is(name);
}

void
side_copied(struct arena *arena, struct attrs *to, const struct attrs *from)
{
	struct attrs out = { .field = arena_array(arena, from->n, sizeof *out.field) };

	for (size_t i = 0; i < from->n; i++)
		if (is_copied(from->field[i].name))
			out.field[out.n++] = from->field[i];
	*to = out;
}

void
side_inherit(struct arena *arena, struct attrs *to, const struct attrs *from)
{
	for (size_t s = 0; s < SIDE_COUNT; s++) {
		struct span v = side_get(from, (enum side_kind)s);

		if (sides[s].copied && v.p != NULL &&
		    side_get(to, (enum side_kind)s).p == NULL)
			side_set(arena, to, (enum side_kind)s, v);
	}
}

void
side_overlay(struct arena *arena, struct attrs *to, const struct attrs *from)
{
	for (size_t s = 0; s < SIDE_COUNT; s++) {
		struct span v = side_get(from, (enum side_kind)s);

		if (v.p != NULL)
			side_set(arena, to, (enum side_kind)s, v);
	}
}
