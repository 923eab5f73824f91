/* SPDX-License-Identifier: Apache-2.0 */
/* Object lock as headers say it: of writes, of deletes, and in replies. Texts are answers of
 * AWS that others recorded; event holds have none yet, so those are our own. */
#include "config.h"

#include "codec/stamp.h"
#include "s3_priv.h"

enum err
headers_lock_missing(struct rq *rq)
{
	return fail_msg(
	    &rq->fail, E_INVALID_REQUEST, "Bucket is missing Object Lock Configuration");
}

bool
headers_lock_bypass(struct rq *rq)
{
	return span_ieq(header_get(rq, "x-amz-bypass-governance-retention"),
		   SPAN_LIT("true")) &&
	    rq_may(rq, "s3:BypassGovernanceRetention");
}

/* ---- what a write says ---- */

static enum err
retention_parse(struct rq *rq, struct worm *w)
{
	static const char both[] = "x-amz-object-lock-retain-until-date and "
				   "x-amz-object-lock-mode must both be supplied";
	struct span mode = header_get(rq, "x-amz-object-lock-mode"),
		    date = header_get(rq, "x-amz-object-lock-retain-until-date");

	if (mode.p == NULL && date.p != NULL)
		return bad_argument(
		    rq, "x-amz-object-lock-mode", SPAN_LIT(""), "%s", both);
	if (mode.p != NULL && date.p == NULL && w->event != HOLD_ON)
		return bad_argument(
		    rq, "x-amz-object-lock-retain-until-date", SPAN_LIT(""), "%s", both);
	if (mode.p != NULL && !worm_mode_find(mode, &w->mode))
		return bad_argument(
		    rq, "x-amz-object-lock-mode", mode, "Unknown wormMode directive.");
	if (date.p == NULL)
		return OK;
	if (!stamp_iso_parse(date, &w->until_ms))
		return bad_argument(rq, "x-amz-object-lock-retain-until-date", date,
		    "The retain until date must be provided in ISO 8601 format");
	if (w->until_ms <= rq->now_ms)
		return bad_argument(rq, "x-amz-object-lock-retain-until-date", date,
		    "The retain until date must be in the future!");
	return OK;
}

static enum err
hold_parse(struct rq *rq, const char *name, const char *what, uint8_t *out)
{
	struct span v = header_get(rq, name);

	if (v.p == NULL)
		return OK;
	*out = span_is(v, "ON") ? HOLD_ON : HOLD_OFF;
	if (*out == HOLD_ON || span_is(v, "OFF"))
		return OK;
	return bad_argument(rq, name, v, "%s must be either of 'ON' or 'OFF'", what);
}

static enum err
period_parse(struct rq *rq, const char *name, uint32_t max, uint32_t *out)
{
	struct span v = header_get(rq, name);
	uint64_t n;

	if (v.p == NULL)
		return OK;
	if (!span_u64(v, &n) || n == 0 || n > max)
		return bad_argument(rq, name, v,
		    "The event hold duration must be a positive integer up to %u", max);
	*out = (uint32_t)n;
	return OK;
}

static enum err
event_parse(struct rq *rq, struct worm *w)
{
	static const char name[] = "x-amz-object-lock-event-hold";
	struct span v = header_get(rq, name);
	enum err e = hold_parse(rq, name, "Event Hold", &w->event);
	bool days, years;

	if (e == OK)
		e = period_parse(rq, "x-amz-object-lock-event-hold-duration-days",
		    WORM_DAYS_MAX, &w->duration.days);
	if (e == OK)
		e = period_parse(rq, "x-amz-object-lock-event-hold-duration-years",
		    WORM_YEARS_MAX, &w->duration.years);
	if (e != OK)
		return e;
	days = w->duration.days > 0;
	years = w->duration.years > 0;
	if (w->event == HOLD_ON && days == years)
		return bad_argument(
		    rq, name, v, "An event hold needs one duration, in days or in years");
	if (w->event != HOLD_ON && (days || years))
		return bad_argument(rq, name, v,
		    "A duration can only be given with an event hold that is ON");
	if (v.p != NULL && header_get(rq, "x-amz-object-lock-mode").p == NULL)
		return bad_argument(rq, name, v, "An event hold needs a retention mode");
	return OK;
}

/* Of most requests it is soon known that there is none: the names are constants here. */
static bool
is_given(const struct rq *rq)
{
	return header_get(rq, "x-amz-object-lock-mode").p != NULL ||
	    header_get(rq, "x-amz-object-lock-retain-until-date").p != NULL ||
	    header_get(rq, "x-amz-object-lock-legal-hold").p != NULL ||
	    header_get(rq, "x-amz-object-lock-event-hold").p != NULL ||
	    header_get(rq, "x-amz-object-lock-event-hold-duration-days").p != NULL ||
	    header_get(rq, "x-amz-object-lock-event-hold-duration-years").p != NULL;
}

enum err
headers_lock_parse(struct rq *rq, struct attrs *attrs)
{
	struct worm w = { 0 };
	enum err e;

	if (!is_given(rq))
		return OK;
	e = event_parse(rq, &w);

	if (e == OK)
		e = retention_parse(rq, &w);
	if (e == OK)
		e = hold_parse(
		    rq, "x-amz-object-lock-legal-hold", "Legal Hold", &w.legal);
	if (e == OK && (w.mode != WORM_NONE || w.legal != HOLD_NEVER))
		side_set(rq->arena, attrs, SIDE_LOCK, worm_render(rq->arena, &w));
	return e;
}

enum err
headers_lock_digest(struct rq *rq, const struct attrs *attrs, const char *what)
{
	if (side_get(attrs, SIDE_LOCK).p == NULL && rq->rules.lock.mode == WORM_NONE)
		return OK;
	if (headers_has_digest(rq))
		return OK;
	return fail_msg(&rq->fail, E_INVALID_REQUEST,
	    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put %s requests "
	    "with Object Lock parameters",
	    what);
}

enum err
headers_lock_admit(struct rq *rq, const struct attrs *attrs)
{
	if (side_get(attrs, SIDE_LOCK).p == NULL)
		return OK;
	if (!rq->rules.locks)
		return headers_lock_missing(rq);
	if (rq->auth.kind != AUTH_ANONYMOUS)
		return OK;
	return bad_argument(rq, "Authorization", SPAN_LIT(""),
	    "Put Object requests with Object Lock parameters require AWS Signature "
	    "Version "
	    "4");
}

/* ---- in a reply ---- */

static void
put_retention(struct rq *rq, const struct worm *w)
{
	char date[STAMP_ISO];

	stamp_iso(date, worm_until(w, rq->now_ms));
	reply_header_str(rq, "x-amz-object-lock-mode", worm_mode_name(w->mode));
	reply_header(
	    rq, "x-amz-object-lock-retain-until-date", span_of(date, sizeof date));
	if (w->event == HOLD_NEVER)
		return;
	reply_header_str(
	    rq, "x-amz-object-lock-event-hold", w->event == HOLD_ON ? "ON" : "OFF");
	if (w->duration.days > 0)
		reply_header_u64(
		    rq, "x-amz-object-lock-event-hold-duration-days", w->duration.days);
	if (w->duration.years > 0)
		reply_header_u64(
		    rq, "x-amz-object-lock-event-hold-duration-years", w->duration.years);
}

void
headers_lock_put(struct rq *rq, const struct attrs *attrs)
{
	struct span side = side_get(attrs, SIDE_LOCK);
	struct worm w;

	/* A side that cannot be read holds all the same: obj_drop() fails on it. */
	if (side.p == NULL || worm_read(side, &w) != OK)
		return;
	if (w.mode != WORM_NONE && rq_may(rq, "s3:GetObjectRetention"))
		put_retention(rq, &w);
	if (w.legal != HOLD_NEVER && rq_may(rq, "s3:GetObjectLegalHold"))
		reply_header_str(rq, "x-amz-object-lock-legal-hold",
		    w.legal == HOLD_ON ? "ON" : "OFF");
}
