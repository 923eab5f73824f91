/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/stamp.h"

#include "base/clock.h"

enum { DAY = 86400 };

static const char stamp_days[] = "SunMonTueWedThuFriSat";
static const char stamp_months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const struct span stamp_long_days[] = {
	{ "Sunday", 6 },
	{ "Monday", 6 },
	{ "Tuesday", 7 },
	{ "Wednesday", 9 },
	{ "Thursday", 8 },
	{ "Friday", 6 },
	{ "Saturday", 8 },
};

/* The date of one day in all three forms. */
struct stamp_date {
	int64_t day; /* since 1970; the cache is valid when filled is set */
	bool filled;
	char http[17]; /* "Sat, 21 Nov 2026 " */
	char iso[11]; /* "2026-11-21T" */
	char amz[9]; /* "20261121T" */
};

static void
put2(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10 % 10);
	out[1] = (char)('0' + v % 10);
}

static void
put4(char *out, unsigned v)
{
	put2(out, v / 100);
	put2(out + 2, v % 100);
}

/* Days since 1970 to year, month and day and back: the proleptic Gregorian calendar in
 * years that begin in March, so that the leap day is the last one. */
static void
civil_of_day(int64_t day, unsigned *year, unsigned *month, unsigned *mday)
{
	uint64_t z = (uint64_t)(day +
	    719468); /* from 0000-03-01: stamp_clamp() keeps it positive */
	unsigned era = (unsigned)(z / 146097), doe = (unsigned)(z % 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;

	*mday = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t
day_of_civil(unsigned year, unsigned month, unsigned mday)
{
	unsigned y = year + 400 - (month <= 2), era = y / 400, yoe = y % 400;
	unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return ((int64_t)era - 1) * 146097 + (int64_t)doe - 719468;
}

/* Dates have four digits of year in all three forms: what lies outside is shown as the
 * nearest that can be written. */
static int64_t
stamp_clamp(int64_t seconds)
{
	const int64_t first = -62135596800; /* 0001-01-01T00:00:00Z */
	const int64_t last = 253402300799; /* 9999-12-31T23:59:59Z */

	return seconds < first ? first : seconds > last ? last : seconds;
}

static const struct stamp_date *
stamp_date(int64_t day)
{
	static _Thread_local struct stamp_date cache;
	struct stamp_date *d = &cache;
	unsigned year, month, mday, wday;

	if (d->filled && d->day == day)
		return d;
	civil_of_day(day, &year, &month, &mday);
	wday = (unsigned)((day % 7 + 11) % 7);
	memcpy(d->http, stamp_days + (size_t)3 * wday, 3);
	memcpy(d->http + 3, ", ", 2);
	put2(d->http + 5, mday);
	d->http[7] = ' ';
	memcpy(d->http + 8, stamp_months + (size_t)3 * (month - 1), 3);
	d->http[11] = ' ';
	put4(d->http + 12, year);
	d->http[16] = ' ';
	put4(d->iso, year);
	d->iso[4] = '-';
	put2(d->iso + 5, month);
	d->iso[7] = '-';
	put2(d->iso + 8, mday);
	d->iso[10] = 'T';
	put4(d->amz, year);
	put2(d->amz + 4, month);
	put2(d->amz + 6, mday);
	d->amz[8] = 'T';
	d->day = day;
	d->filled = true;
	return d;
}

/* The day's texts and the second in it. */
static const struct stamp_date *
stamp_split(int64_t seconds, unsigned *second)
{
	int64_t day;

	seconds = stamp_clamp(seconds);
	day = (seconds - (seconds < 0 ? DAY - 1 : 0)) / DAY;
	*second = (unsigned)(seconds - day * DAY);
	return stamp_date(day);
}

static void
put_clock(char *out, unsigned second)
{
	put2(out, second / 3600);
	out[2] = ':';
	put2(out + 3, second / 60 % 60);
	out[5] = ':';
	put2(out + 6, second % 60);
}

void
stamp_http(char *out, int64_t seconds)
{
	unsigned second;
	const struct stamp_date *d = stamp_split(seconds, &second);

	memcpy(out, d->http, sizeof d->http);
	put_clock(out + 17, second);
	memcpy(out + 25, " GMT", 4);
}

void
stamp_iso(char *out, int64_t ms)
{
	unsigned second, milli = (unsigned)((ms % 1000 + 1000) % 1000);
	const struct stamp_date *d = stamp_split(ms / 1000 - (ms % 1000 < 0), &second);

	memcpy(out, d->iso, sizeof d->iso);
	put_clock(out + 11, second);
	out[19] = '.';
	out[20] = (char)('0' + milli / 100);
	put2(out + 21, milli % 100);
	out[23] = 'Z';
}

void
stamp_amz(char *out, int64_t seconds)
{
	unsigned second;
	const struct stamp_date *d = stamp_split(seconds, &second);

	memcpy(out, d->amz, sizeof d->amz);
	put2(out + 9, second / 3600);
	put2(out + 11, second / 60 % 60);
	put2(out + 13, second % 60);
	out[15] = 'Z';
}

/* ---- in ---- */

/* What has been read of a date, and whether all of it was right so far. */
struct stamp_in {
	struct span rest;
	unsigned year, month, day, hour, minute, second;
	bool bad;
};

static void
take_text(struct stamp_in *in, const char *text)
{
	struct span want = span_str(text);

	if (!span_starts(in->rest, want)) {
		in->bad = true;
		return;
	}
	in->rest = span_from(in->rest, want.n);
}

static unsigned
take_number(struct stamp_in *in, size_t digits)
{
	unsigned v = 0;

	if (in->rest.n < digits) {
		in->bad = true;
		return 0;
	}
	for (size_t i = 0; i < digits; i++) {
		char c = in->rest.p[i];

		if (c < '0' || c > '9')
			in->bad = true;
		v = v * 10 + (unsigned)(c - '0');
	}
	in->rest = span_from(in->rest, digits);
	return v;
}

/* Index of the three letters in a string of such triples. */
static unsigned
take_triple(struct stamp_in *in, const char *triples, unsigned count)
{
	if (in->rest.n >= 3)
		for (unsigned i = 0; i < count; i++)
			if (memcmp(in->rest.p, triples + (size_t)3 * i, 3) == 0) {
				in->rest = span_from(in->rest, 3);
				return i;
			}
	in->bad = true;
	return 0;
}

static void
take_clock(struct stamp_in *in, const char *colon)
{
	in->hour = take_number(in, 2);
	take_text(in, colon);
	in->minute = take_number(in, 2);
	take_text(in, colon);
	in->second = take_number(in, 2);
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* Seconds since 1970; a leap second is the next minute's first. */
static bool
stamp_done(const struct stamp_in *in, int64_t *out)
{
	if (in->bad || in->rest.n > 0 || in->month < 1 || in->month > 12 || in->day < 1 ||
	    in->day > month_days(in->year, in->month) || in->hour > 23 ||
	    in->minute > 59 || in->second > 60)
		return false;
	*out = day_of_civil(in->year, in->month, in->day) * DAY +
	    (int64_t)in->hour * 3600 + (int64_t)in->minute * 60 + in->second;
	return true;
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static void
take_fixdate(struct stamp_in *in)
{
	(void)take_triple(in, stamp_days, 7);
	take_text(in, ", ");
	in->day = take_number(in, 2);
	take_text(in, " ");
	in->month = take_triple(in, stamp_months, 12) + 1;
	take_text(in, " ");
	in->year = take_number(in, 4);
	take_text(in, " ");
	take_clock(in, ":");
	take_text(in, " GMT");
}

/* Sunday, 06-Nov-94 08:49:37 GMT; a year more than 50 years ahead is one of the past
 * (RFC 9110 section 5.6.7). */
static void
take_rfc850(struct stamp_in *in)
{
	unsigned now, month, day;

	(void)span_cut(&in->rest, ',');
	take_text(in, " ");
	in->day = take_number(in, 2);
	take_text(in, "-");
	in->month = take_triple(in, stamp_months, 12) + 1;
	take_text(in, "-");
	in->year = take_number(in, 2);
	take_text(in, " ");
	take_clock(in, ":");
	take_text(in, " GMT");
	civil_of_day(stamp_clamp(clock_real()) / DAY, &now, &month, &day);
	in->year += now / 100 * 100;
	if (in->year > now + 50)
		in->year -= 100;
}

/* Sun Nov  6 08:49:37 1994 */
static void
take_asctime(struct stamp_in *in)
{
	(void)take_triple(in, stamp_days, 7);
	take_text(in, " ");
	in->month = take_triple(in, stamp_months, 12) + 1;
	take_text(in, " ");
	if (span_starts(in->rest, SPAN_LIT(" "))) {
		take_text(in, " ");
		in->day = take_number(in, 1);
	} else
		in->day = take_number(in, 2);
	take_text(in, " ");
	take_clock(in, ":");
	take_text(in, " ");
	in->year = take_number(in, 4);
}

static bool
is_long_day(struct span s)
{
	for (size_t i = 0; i < ARRAY_LEN(stamp_long_days); i++)
		if (span_eq(s, stamp_long_days[i]))
			return true;
	return false;
}

bool
stamp_http_parse(struct span s, int64_t *out)
{
	struct stamp_in in = { .rest = s };
	size_t comma = span_find(s, ',', 0);

	if (comma == 3)
		take_fixdate(&in);
	else if (comma == s.n)
		take_asctime(&in);
	else if (is_long_day(span_head(s, comma)))
		take_rfc850(&in);
	else
		return false;
	return stamp_done(&in, out);
}

/* ".123456" is 123 milliseconds: what is finer is cut off. */
static unsigned
take_fraction(struct stamp_in *in)
{
	unsigned milli = 0, weight = 100;

	if (!span_starts(in->rest, SPAN_LIT(".")))
		return 0;
	in->rest = span_from(in->rest, 1);
	if (in->rest.n == 0 || in->rest.p[0] < '0' || in->rest.p[0] > '9')
		in->bad = true;
	while (in->rest.n > 0 && in->rest.p[0] >= '0' && in->rest.p[0] <= '9') {
		milli += (unsigned)(in->rest.p[0] - '0') * weight;
		weight /= 10;
		in->rest = span_from(in->rest, 1);
	}
	return milli;
}

/* Z, +hh:mm or -hh:mm, in seconds east of Greenwich. */
static int64_t
take_zone(struct stamp_in *in)
{
	bool west = span_starts(in->rest, SPAN_LIT("-"));
	unsigned hours, minutes;

	if (span_starts(in->rest, SPAN_LIT("Z"))) {
		take_text(in, "Z");
		return 0;
	}
	take_text(in, west ? "-" : "+");
	hours = take_number(in, 2);
	take_text(in, ":");
	minutes = take_number(in, 2);
	if (hours > 23 || minutes > 59)
		in->bad = true;
	return ((int64_t)hours * 3600 + (int64_t)minutes * 60) * (west ? -1 : 1);
}

bool
stamp_iso_parse(struct span s, int64_t *ms)
{
	struct stamp_in in = { .rest = s };
	int64_t zone = 0, seconds;
	unsigned milli = 0;

	in.year = take_number(&in, 4);
	take_text(&in, "-");
	in.month = take_number(&in, 2);
	take_text(&in, "-");
	in.day = take_number(&in, 2);
	if (s.n > 10) {
		take_text(&in, "T");
		take_clock(&in, ":");
		milli = take_fraction(&in);
		zone = take_zone(&in);
	}
	if (!stamp_done(&in, &seconds))
		return false;
	*ms = (seconds - zone) * 1000 + milli;
	return true;
}

static inline unsigned
pair_at(struct stamp_in *in, const char *p)
{
	unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');

	in->bad |= tens > 9 || ones > 9;
	return tens * 10 + ones;
}

/* Each signed request has one. */
bool
stamp_amz_parse(struct span s, int64_t *out)
{
	struct stamp_in in = { .bad = false };
	const char *p = s.p;

	if (s.n != STAMP_AMZ || p[8] != 'T' || p[15] != 'Z')
		return false;
	in.year = pair_at(&in, p) * 100 + pair_at(&in, p + 2);
	in.month = pair_at(&in, p + 4);
	in.day = pair_at(&in, p + 6);
	in.hour = pair_at(&in, p + 9);
	in.minute = pair_at(&in, p + 11);
	in.second = pair_at(&in, p + 13);
	return stamp_done(&in, out);
}

/* ---- months ---- */

unsigned
stamp_month(int64_t ms)
{
	unsigned year, month, mday;

	civil_of_day(ms < 0 ? 0 : ms / 86400000, &year, &month, &mday);
	return (year - 1970) * 12 + month - 1;
}

int64_t
stamp_month_ms(unsigned month)
{
	return day_of_civil(1970 + month / 12, month % 12 + 1, 1) * 86400000;
}
