/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/archive.h"

#include "model/lifecycle.h"

#include "model_priv.h"

enum { RESTORE_VERSION = 1 };

static const char *const tiers[TIER_COUNT] = { "Standard", "Bulk", "Expedited" };

bool
archive_tier_find(struct span name, uint8_t *out)
{
	for (uint8_t i = 0; i < TIER_COUNT; i++)
		if (span_is(name, tiers[i])) {
			*out = i;
			return true;
		}
	return false;
}

struct span
restore_render(struct arena *a, const struct restore *r)
{
	struct buf b = { 0 };
	struct span out;

	enc_u8(&b, RESTORE_VERSION);
	enc_u8(&b, r->tier);
	enc_u64(&b, (uint64_t)r->asked_ms);
	enc_u64(&b, (uint64_t)r->ready_ms);
	enc_u64(&b, (uint64_t)r->until_ms);
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
restore_read(struct span in, struct restore *out)
{
	struct dec d = { .in = in };
	struct restore r = { 0 };
	enum err e;

	if (in.p == NULL) {
		*out = r;
		return OK;
	}
	if (dec_u8(&d) != RESTORE_VERSION)
		return E_CORRUPT;
	r.tier = dec_u8(&d);
	r.asked_ms = (int64_t)dec_u64(&d);
	r.ready_ms = (int64_t)dec_u64(&d);
	r.until_ms = (int64_t)dec_u64(&d);
	e = r.tier < TIER_COUNT ? dec_end(&d) : E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

enum restore_state
restore_state(const struct restore *r, int64_t now_ms)
{
	if (r->asked_ms == 0)
		return RESTORE_NONE;
	if (now_ms < r->ready_ms)
		return RESTORE_ONGOING;
	return now_ms < r->until_ms ? RESTORE_DONE : RESTORE_NONE;
}

/* The upper end of what the documentation promises; expedited: the lower. */
int64_t
restore_takes_ms(uint8_t class, uint8_t tier, bool at_once, int64_t day_ms)
{
	const int64_t hour_ms = day_ms / 24;
	bool deep = class == CLASS_DEEP_ARCHIVE;

	if (at_once)
		return 0;
	switch (tier) {
	case TIER_EXPEDITED:
		return hour_ms / 60;
	case TIER_BULK:
		return (deep ? 48 : 12) * hour_ms;
	default:
		return (deep ? 12 : 5) * hour_ms;
	}
}

int64_t
restore_until_ms(int64_t ready_ms, unsigned days, int64_t day_ms)
{
	return life_midnight(ready_ms, days, day_ms);
}
