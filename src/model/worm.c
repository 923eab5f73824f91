/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/worm.h"

#include "model_priv.h"

#define DAY_MS ((int64_t)86400 * 1000)

enum { YEAR_DAYS = 365, WORM_VERSION = 1 };

static const char *const modes[WORM_MODES] = { "", "GOVERNANCE", "COMPLIANCE" };

const char *
worm_mode_name(unsigned mode)
{
	MUST(mode < WORM_MODES);
	return modes[mode];
}

bool
worm_mode_find(struct span name, uint8_t *out)
{
	for (uint8_t i = WORM_NONE + 1; i < WORM_MODES; i++)
		if (span_is(name, modes[i])) {
			*out = i;
			return true;
		}
	return false;
}

static int64_t
worm_period_ms(const struct worm_period *p)
{
	return DAY_MS * ((int64_t)p->days + (int64_t)p->years * YEAR_DAYS);
}

/* ---- as stored ---- */

struct span
worm_render(struct arena *a, const struct worm *w)
{
	struct buf b = { 0 };
	struct span out;

	if (w->mode == WORM_NONE && w->legal == HOLD_NEVER)
		return SPAN_NONE;
	enc_u8(&b, WORM_VERSION);
	enc_u8(&b, w->mode);
	enc_u8(&b, w->legal);
	enc_u8(&b, w->event);
	enc_u64(&b, (uint64_t)w->until_ms);
	enc_u16(&b, (uint16_t)w->duration.days);
	enc_u16(&b, (uint16_t)w->duration.years);
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
worm_read(struct span in, struct worm *out)
{
	struct dec d = { .in = in };
	struct worm w = { 0 };
	enum err e;

	*out = w;
	if (in.p == NULL)
		return OK;
	if (dec_u8(&d) != WORM_VERSION)
		return E_CORRUPT;
	w.mode = dec_u8(&d);
	w.legal = dec_u8(&d);
	w.event = dec_u8(&d);
	w.until_ms = (int64_t)dec_u64(&d);
	w.duration.days = dec_u16(&d);
	w.duration.years = dec_u16(&d);
	e = dec_end(&d);
	if (e == OK && (w.mode >= WORM_MODES || w.legal > HOLD_ON || w.event > HOLD_ON))
		e = E_CORRUPT;
	if (e == OK)
		*out = w;
	return e;
}

/* ---- what holds ---- */

int64_t
worm_until(const struct worm *w, int64_t now_ms)
{
	int64_t moving = now_ms + worm_period_ms(&w->duration);

	return w->event == HOLD_ON && moving > w->until_ms ? moving : w->until_ms;
}

static bool
is_retained(const struct worm *w, int64_t now_ms)
{
	return w->mode != WORM_NONE &&
	    (w->event == HOLD_ON || worm_until(w, now_ms) > now_ms);
}

bool
worm_may_drop(const struct worm *w, int64_t now_ms, bool bypass)
{
	if (w->legal == HOLD_ON)
		return false;
	return !is_retained(w, now_ms) || (w->mode == WORM_GOVERNANCE && bypass);
}

/* ---- what may change ---- */

/* What c makes of w, whether or not that is allowed. */
static enum err
changed(const struct worm *w, const struct worm_change *c, int64_t now_ms,
    struct worm *out, struct fail *fail)
{
	bool held = w->event == HOLD_ON;

	*out = (struct worm){ .legal = w->legal };
	if (c->mode == WORM_NONE)
		return OK;
	out->mode = c->mode;
	out->until_ms = c->until_ms;
	if (c->event == HOLD_ON) {
		out->event = HOLD_ON;
		out->duration = c->duration;
	} else if (c->event == HOLD_OFF && held) {
		int64_t from_now = worm_until(w, now_ms);

		out->event = HOLD_OFF;
		if (from_now > out->until_ms)
			out->until_ms = from_now;
	} else if (held) {
		/* A date alone releases nothing. */
		out->event = HOLD_ON;
		out->duration = w->duration;
	} else if (c->event == HOLD_OFF)
		out->event = HOLD_OFF;
	if (out->event == HOLD_ON && out->until_ms == 0)
		out->until_ms = w->until_ms;
	if (out->event != HOLD_ON && out->until_ms == 0)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "A retain until date must be given when there is no event hold to "
		    "release.");
	return OK;
}

/* Protects it at least as long, at least as hard? Releasing an event hold is no weakening:
 * its duration begins to count. */
static bool
is_weaker(const struct worm *was, const struct worm *is, int64_t now_ms)
{
	bool sooner = is->event == HOLD_ON && was->event == HOLD_ON &&
	    worm_period_ms(&is->duration) < worm_period_ms(&was->duration);

	return is->mode < was->mode || sooner ||
	    worm_until(is, now_ms) < worm_until(was, now_ms);
}

enum err
worm_change(struct worm *w, const struct worm_change *c, int64_t now_ms, bool bypass,
    struct fail *fail)
{
	struct worm is;
	enum err e = changed(w, c, now_ms, &is, fail);

	if (e != OK)
		return e;
	if (is_retained(w, now_ms)) {
		/* Under a hold a date alone shortens nothing, but whoever gave it meant to. */
		bool sooner =
		    c->event == HOLD_NEVER && is.until_ms < worm_until(w, now_ms);
		bool other = sooner || is_weaker(w, &is, now_ms) || is.mode != w->mode;

		if (other && (w->mode == WORM_COMPLIANCE || !bypass))
			return fail_set(fail, E_OBJECT_LOCKED);
	}
	*w = is;
	return OK;
}

/* ---- a bucket's default ---- */

/* Text between <name> and the next tag; n = 0 when there is none. */
static struct span
between(struct span in, struct span open)
{
	size_t at = span_search(in, open, 0);
	struct span rest = span_from(in, at + open.n);

	return at == in.n ? SPAN_NONE : span_cut(&rest, '<');
}

static struct worm_period
period(struct span in)
{
	uint64_t days = 0, years = 0;

	(void)span_u64(between(in, SPAN_LIT("<Days>")), &days);
	(void)span_u64(between(in, SPAN_LIT("<Years>")), &years);
	return (struct worm_period){ (uint32_t)days, (uint32_t)years };
}

void
worm_default_read(struct span inner, struct worm_default *out)
{
	struct span hold = SPAN_LIT("<DefaultEventHold>");
	size_t at = span_search(inner, hold, 0);

	*out = (struct worm_default){ 0 };
	if (!worm_mode_find(between(inner, SPAN_LIT("<Mode>")), &out->mode))
		return;
	out->period = period(span_head(inner, at));
	out->event = period(span_from(inner, at));
}

void
worm_default_apply(const struct worm_default *d, int64_t now_ms, struct worm *w)
{
	if (d->mode == WORM_NONE || w->mode != WORM_NONE)
		return;
	w->mode = d->mode;
	if (worm_period_ms(&d->period) > 0)
		w->until_ms = now_ms + worm_period_ms(&d->period);
	if (worm_period_ms(&d->event) > 0) {
		w->event = HOLD_ON;
		w->duration = d->event;
	}
}
