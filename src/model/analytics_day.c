/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one day of a configuration, and its record. */
#include "config.h"

#include "base/mem.h"
#include "model/analytics_report.h"
#include "model/remote_tier.h"

#include "model_priv.h"

enum { MEASURED = 1 };

void
analytics_day_fini(struct analytics_day *d)
{
	mem_free(d->of);
	*d = (struct analytics_day){ 0 };
}

static struct analytics_class *
class_at(struct analytics_day *d, uint8_t class)
{
	size_t i = d->n;

	while (i > 0 && d->of[i - 1].class >= class)
		i--;
	if (i < d->n && d->of[i].class == class)
		return &d->of[i];
	if (d->n == d->cap) {
		d->cap = d->cap == 0 ? 2 : d->cap * 2;
		d->of = mem_realloc(d->of, d->cap * sizeof *d->of);
	}
	memmove(d->of + i + 1, d->of + i, (d->n++ - i) * sizeof *d->of);
	d->of[i] = (struct analytics_class){ .class = class };
	return &d->of[i];
}

static unsigned
group_of(int64_t age_ms)
{
	static const int64_t from[ANALYTICS_GROUPS] = { 0, 15, 30, 45, 60, 75, 90, 120,
		150, 180, 365, 730 };
	unsigned g = ANALYTICS_GROUPS - 1;

	while (g > 0 && age_ms < from[g] * ANALYTICS_DAY_MS)
		g--;
	return g;
}

static void
cell_count(struct analytics_cell *to, const struct analytics_cell *from)
{
	to->uploaded += from->uploaded;
	to->retrieved += from->retrieved;
	to->gets += from->gets;
}

static void
cell_add(struct analytics_cell *to, const struct analytics_cell *from)
{
	to->objects += from->objects;
	to->bytes += from->bytes;
	cell_count(to, from);
}

void
analytics_day_add(struct analytics_day *d, uint8_t class, uint64_t size, int64_t age_ms,
    const struct analytics_cell *what)
{
	struct analytics_class *c = class_at(d, class);

	cell_add(&c->cell[ANALYTICS_ALL], what);
	if (size >= ANALYTICS_SMALL)
		cell_add(&c->cell[group_of(age_ms)], what);
}

void
analytics_day_count(struct analytics_day *to, const struct analytics_day *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct analytics_class *c = class_at(to, from->of[i].class);

		for (unsigned g = 0; g < ANALYTICS_CELLS; g++)
			cell_count(&c->cell[g], &from->of[i].cell[g]);
	}
}

void
analytics_day_measure(struct analytics_day *to, const struct analytics_day *from)
{
	for (size_t i = 0; i < to->n; i++)
		for (unsigned g = 0; g < ANALYTICS_CELLS; g++)
			to->of[i].cell[g].objects = to->of[i].cell[g].bytes = 0;
	for (size_t i = 0; i < from->n; i++) {
		struct analytics_class *c = class_at(to, from->of[i].class);

		for (unsigned g = 0; g < ANALYTICS_CELLS; g++) {
			c->cell[g].objects = from->of[i].cell[g].objects;
			c->cell[g].bytes = from->of[i].cell[g].bytes;
		}
	}
	to->measured = true;
}

/* ---- the record ---- */

static bool
cell_is_empty(const struct analytics_cell *c)
{
	return (c->objects | c->bytes | c->uploaded | c->retrieved | c->gets) == 0;
}

/* Class, cell, its numbers, of each cell that is not empty. */
void
analytics_day_put(struct buf *out, const struct analytics_day *d)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, d->measured ? MEASURED : 0);
	for (size_t i = 0; i < d->n; i++)
		for (uint8_t g = 0; g < ANALYTICS_CELLS; g++) {
			const struct analytics_cell *c = &d->of[i].cell[g];

			if (cell_is_empty(c))
				continue;
			enc_u8(out, d->of[i].class);
			enc_u8(out, g);
			enc_u64(out, c->objects);
			enc_u64(out, c->bytes);
			enc_u64(out, c->uploaded);
			enc_u64(out, c->retrieved);
			enc_u64(out, c->gets);
		}
}

enum err
analytics_day_get(struct span in, struct analytics_day *out)
{
	struct analytics_day d = { 0 };
	struct dec from = { .in = in };
	bool bad = dec_u8(&from) != REC_VERSION;
	uint8_t flags = dec_u8(&from);

	d.measured = flags == MEASURED;
	bad = bad || flags > MEASURED;
	while (!bad && from.in.n > 0 && !from.bad) {
		uint8_t class = dec_u8(&from), g = dec_u8(&from);
		struct analytics_cell *c;

		bad = !class_is(class) || g >= ANALYTICS_CELLS;
		if (bad)
			break;
		c = &class_at(&d, class)->cell[g];
		c->objects = dec_u64(&from);
		c->bytes = dec_u64(&from);
		c->uploaded = dec_u64(&from);
		c->retrieved = dec_u64(&from);
		c->gets = dec_u64(&from);
	}
	if (bad || dec_end(&from) != OK) {
		analytics_day_fini(&d);
		return E_CORRUPT;
	}
	*out = d;
	return OK;
}
