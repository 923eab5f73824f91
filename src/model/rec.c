/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "model/remote_tier.h"
#include "model_priv.h"

const char *const model_tables[T_COUNT] = {
#define TABLE(sym, name, what) name,
#include "model/tables.def"
#undef TABLE
};

static const char *const class_names[CLASS_COUNT] = {
#define CLASS(sym, name) name,
#include "model/classes.def"
#undef CLASS
};

const char *
class_name(unsigned number)
{
	const char *tier;

	if (number < CLASS_COUNT)
		return class_names[number];
	MUST(class_is(number));
	tier = remote_tier_name(number - CLASS_TIER);
	/* Its tier was taken away by force. */
	return tier != NULL ? tier : "UNKNOWN";
}

bool
class_find(struct span name, uint8_t *out)
{
	for (uint8_t i = 0; i < CLASS_COUNT; i++)
		if (span_is(name, class_names[i])) {
			*out = i;
			return true;
		}
	return false;
}

bool
class_find_any(struct span name, uint8_t *out)
{
	const char *tier;

	if (class_find(name, out))
		return true;
	for (unsigned i = 0; remote_tier_any() && i < TIER_SLOTS; i++) {
		tier = remote_tier_name(i);
		if (tier != NULL && span_is(name, tier)) {
			*out = (uint8_t)(CLASS_TIER + i);
			return true;
		}
	}
	return false;
}

void
enc_u8(struct buf *b, uint8_t v)
{
	buf_char(b, (char)v);
}

void
enc_u16(struct buf *b, uint16_t v)
{
	be16_put(buf_grow(b, 2), v);
}

void
enc_u64(struct buf *b, uint64_t v)
{
	be64_put(buf_grow(b, 8), v);
}

void
enc_span(struct buf *b, struct span s)
{
	be32_put(buf_grow(b, 4), (uint32_t)s.n);
	buf_span(b, s);
}

static struct span
dec_take(struct dec *d, size_t n)
{
	struct span s = span_head(d->in, n);

	if (d->in.n < n) {
		d->bad = true;
		return SPAN_NONE;
	}
	d->in = span_from(d->in, n);
	return s;
}

uint8_t
dec_u8(struct dec *d)
{
	struct span s = dec_take(d, 1);

	return s.n == 1 ? (uint8_t)s.p[0] : 0;
}

uint16_t
dec_u16(struct dec *d)
{
	struct span s = dec_take(d, 2);

	return s.n == 2 ? be16_get(s.p) : 0;
}

uint64_t
dec_u64(struct dec *d)
{
	struct span s = dec_take(d, 8);

	return s.n == 8 ? be64_get(s.p) : 0;
}

struct span
dec_span(struct dec *d)
{
	struct span s = dec_take(d, 4);

	return s.n == 4 ? dec_take(d, be32_get(s.p)) : SPAN_NONE;
}

void
dec_bytes(struct dec *d, void *out, size_t n)
{
	struct span s = dec_take(d, n);

	if (s.n == n)
		memcpy(out, s.p, n);
}

enum err
dec_end(const struct dec *d)
{
	return d->bad || d->in.n != 0 ? E_CORRUPT : OK;
}
