/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/meter.h"

#include "base/clock.h"
#include "codec/stamp.h"
#include "model/remote_tier.h"

#include "meter_priv.h"

/* A version, the counts and times, the sums: of eight and sixteen bytes each. Every write of
 * an object reads and writes such a row, so it has no numbers of varying length. */
enum { USAGE_KEY = 9, USAGE_OLD = 16, USAGE_VERSION = 2, DAY_MS = 86400000 };
enum { USAGE_SUMS = 1 + 7 * 8, USAGE_ROW = USAGE_SUMS + METER_RUNNING * 16 };

static struct span
usage_key(uint8_t out[USAGE_KEY], uint64_t bucket, uint8_t class)
{
	be64_put(out, bucket);
	out[8] = class;
	return span_of(out, USAGE_KEY);
}

static enum err
usage_read(struct span row, struct usage *out)
{
	const char *p = row.p + 1;

	*out = (struct usage){ 0 };
	if (row.n == USAGE_OLD) {
		out->objects = be64_get(row.p);
		out->bytes = be64_get(row.p + 8);
		return OK;
	}
	if (row.n != USAGE_ROW || row.p[0] != USAGE_VERSION)
		return E_CORRUPT;
	out->objects = be64_get(p);
	out->bytes = be64_get(p + 8);
	out->small = be64_get(p + 16);
	out->lack = be64_get(p + 24);
	out->peak = be64_get(p + 32);
	out->at_ms = (int64_t)be64_get(p + 40);
	out->end_ms = (int64_t)be64_get(p + 48);
	p = row.p + USAGE_SUMS;
	for (unsigned i = 0; i < METER_RUNNING; i++, p += 16)
		out->sum[i] = (meter_sum)be64_get(p) << 64 | be64_get(p + 8);
	return OK;
}

static enum err
usage_write(struct txn *t, struct span key, const struct usage *u)
{
	uint8_t row[USAGE_ROW], *p = row + 1;

	row[0] = USAGE_VERSION;
	be64_put(p, u->objects);
	be64_put(p + 8, u->bytes);
	be64_put(p + 16, u->small);
	be64_put(p + 24, u->lack);
	be64_put(p + 32, u->peak);
	be64_put(p + 40, (uint64_t)u->at_ms);
	be64_put(p + 48, (uint64_t)u->end_ms);
	p = row + USAGE_SUMS;
	for (unsigned i = 0; i < METER_RUNNING; i++, p += 16) {
		be64_put(p, (uint64_t)(u->sum[i] >> 64));
		be64_put(p + 8, (uint64_t)u->sum[i]);
	}
	return table_put(t, T_USAGE, key, span_of(row, sizeof row));
}

enum err
usage_get(struct txn *t, uint64_t bucket, uint8_t class, struct usage *out)
{
	uint8_t key[USAGE_KEY];
	struct span row;
	enum err e = table_get(t, T_USAGE, usage_key(key, bucket, class), &row);

	*out = (struct usage){ 0 };
	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? usage_read(row, out) : e;
}

enum err
usage_bytes(struct txn *t, uint64_t bucket, uint64_t *out)
{
	uint8_t key[USAGE_KEY];
	struct span prefix = span_head(usage_key(key, bucket, 0), USAGE_KEY - 1);
	struct table_cursor c;
	struct usage u;
	uint64_t sum = 0;
	enum err e = table_begin(t, T_USAGE, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, prefix); e == OK && span_starts(c.key, prefix);
	     e = table_next(&c)) {
		e = usage_read(c.value, &u);
		if (e != OK)
			break;
		sum += u.bytes;
	}
	table_end(&c);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	*out = sum;
	return OK;
}

enum err
usage_any(struct txn *t, uint8_t class, bool *out)
{
	struct table_cursor c;
	struct usage u;
	bool some = false;
	enum err e = table_begin(t, T_USAGE, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK && !some; e = table_next(&c)) {
		if (c.key.n != USAGE_KEY || (uint8_t)c.key.p[USAGE_KEY - 1] != class)
			continue;
		e = usage_read(c.value, &u);
		if (e != OK)
			break;
		some = u.objects > 0;
	}
	table_end(&c);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	*out = some;
	return OK;
}

/* ---- time ---- */

/* Within a month, or to its very end. */
static void
run_to(struct usage *u, int64_t ms)
{
	meter_sum passed = (meter_sum)(uint64_t)(ms - u->at_ms);
	int64_t days = ms / DAY_MS - u->at_ms / DAY_MS;

	u->sum[METER_OBJECT_MS] += passed * u->objects;
	u->sum[METER_BYTE_MS] += passed * u->bytes;
	u->sum[METER_SMALL_MS] += passed * u->small;
	u->sum[METER_LACK_MS] += passed * u->lack;
	if (days > 0) {
		u->sum[METER_BYTE_DAYS] +=
		    u->peak + (meter_sum)(uint64_t)(days - 1) * u->bytes;
		u->peak = u->bytes;
	}
	u->at_ms = ms;
}

static bool
is_nothing(const struct usage *u)
{
	for (unsigned i = 0; i < METER_RUNNING; i++)
		if (u->sum[i] != 0)
			return false;
	return true;
}

static void
begin_at(struct usage *u, int64_t ms)
{
	u->at_ms = ms;
	u->end_ms = stamp_month_ms(stamp_month(ms) + 1);
}

/* To now_ms's month, from another one. A clock that was put back lives the time again, and
 * is charged for it. */
static enum err
months_run(struct usage *u, int64_t now_ms,
    enum err (*each)(void *ctx, unsigned month, const struct usage *u), void *ctx)
{
	unsigned now = stamp_month(now_ms), month;
	enum err e = OK;

	while (e == OK && (month = stamp_month(u->at_ms)) != now) {
		if (month < now)
			run_to(u, u->end_ms);
		if (!is_nothing(u))
			e = each(ctx, month, u);
		memset(u->sum, 0, sizeof u->sum);
		begin_at(u, month < now ? u->at_ms : now_ms);
	}
	return e;
}

enum err
usage_run(struct usage *u, int64_t now_ms,
    enum err (*each)(void *ctx, unsigned month, const struct usage *u), void *ctx)
{
	enum err e = OK;

	if (u->at_ms == 0) {
		begin_at(u, now_ms);
		u->peak = u->bytes;
	}
	if (now_ms < u->at_ms || now_ms >= u->end_ms)
		e = months_run(u, now_ms, each, ctx);
	if (e == OK && now_ms > u->at_ms)
		run_to(u, now_ms);
	u->at_ms = now_ms;
	return e;
}

struct closing {
	struct txn *t;
	uint64_t bucket;
	uint8_t class;
};

static enum err
month_close(void *ctx, unsigned month, const struct usage *u)
{
	const struct closing *c = ctx;
	struct meter m = { 0 };

	memcpy(m.sum, u->sum, sizeof u->sum);
	return meter_add(c->t, month, c->bucket, c->class, &m);
}

/* ---- changes ---- */

/* Rows of old did not know how many small ones there were. */
static uint64_t
no_less_than_0(uint64_t has, int64_t more)
{
	return more < 0 && has < (uint64_t)-more ? 0 : has + (uint64_t)more;
}

enum err
usage_add(struct txn *t, uint64_t bucket, uint8_t class, int64_t objects, int64_t bytes)
{
	uint64_t size = (uint64_t)(bytes < 0 ? -bytes : bytes);
	struct closing c = { t, bucket, class };
	uint8_t key[USAGE_KEY];
	struct usage u;
	enum err e = usage_get(t, bucket, class, &u);

	if (e == OK)
		e = usage_run(&u, clock_now_ms(), month_close, &c);
	if (e != OK)
		return e;
	u.objects += (uint64_t)objects;
	u.bytes += (uint64_t)bytes;
	if (objects != 0 && size < METER_SMALL) {
		u.small = no_less_than_0(u.small, objects);
		u.lack = no_less_than_0(u.lack, objects * (int64_t)(METER_SMALL - size));
	}
	if (u.bytes > u.peak)
		u.peak = u.bytes;
	return usage_write(t, usage_key(key, bucket, class), &u);
}

enum err
usage_drop(struct txn *t, uint64_t bucket)
{
	uint8_t key[USAGE_KEY];

	for (uint8_t class = 0; class < CLASS_TIER + TIER_SLOTS; class ++) {
		enum err e = class_is(class)
		    ? table_del(t, T_USAGE, usage_key(key, bucket, class))
		    : OK;

		if (e != OK && e != E_NOT_FOUND)
			return e;
	}
	return OK;
}

enum err
usage_forget(struct txn *t, uint64_t bucket)
{
	uint8_t key[USAGE_KEY];
	struct usage u;
	enum err e = OK;

	for (uint8_t class = 0; e == OK && class < CLASS_TIER + TIER_SLOTS; class ++) {
		struct span row, k = usage_key(key, bucket, class);

		e = class_is(class) ? table_get(t, T_USAGE, k, &row) : E_NOT_FOUND;
		if (e == OK)
			e = usage_read(row, &u);
		if (e == OK) {
			begin_at(&u, clock_now_ms());
			u.peak = u.bytes;
			memset(u.sum, 0, sizeof u.sum);
			e = usage_write(t, k, &u);
		}
		e = e == E_NOT_FOUND ? OK : e;
	}
	return e;
}

enum err
usage_bucket_gone(struct txn *t, uint64_t bucket, struct span name, int64_t now_ms)
{
	struct closing c = { .t = t, .bucket = bucket };
	struct usage u;
	enum err e = meter_name_put(t, bucket, name);

	for (unsigned class = 0; e == OK && class < CLASS_TIER + TIER_SLOTS; class ++) {
		c.class = (uint8_t) class;
		if (!class_is(class))
			continue;
		e = usage_get(t, bucket, c.class, &u);
		if (e != OK || u.at_ms == 0)
			continue;
		e = usage_run(&u, now_ms, month_close, &c);
		u.sum[METER_BYTE_DAYS] += u.peak; /* the day counts as a whole */
		if (e == OK && !is_nothing(&u))
			e = month_close(&c, stamp_month(now_ms), &u);
	}
	return e;
}
