/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says. What a day's record holds: analytics_day.c. */
#include "config.h"

#include "model/analytics_report.h"

#include <inttypes.h>

#include "base/mem.h"
#include "codec/stamp.h"
#include "model/doc.h"

#define ARN "arn:aws:s3:::"

/* STANDARD_IA takes no object sooner. */
enum { FIRST_GROUP = 2, MIB = 1 << 20, NO_AGE = -1 };

static const struct {
	const char *name;
	int days;
} group[ANALYTICS_CELLS] = { { "000-014", 0 }, { "015-029", 15 }, { "030-044", 30 },
	{ "045-059", 45 }, { "060-074", 60 }, { "075-089", 75 }, { "090-119", 90 },
	{ "120-149", 120 }, { "150-179", 150 }, { "180-364", 180 }, { "365-729", 365 },
	{ "730+", 730 }, { "ALL", 0 } };

/* ---- configurations ---- */

enum err
analytics_load(
    struct arena *a, struct span inner, struct analytics *out, struct fail *fail)
{
	const struct xml_node *export, *to;
	struct xml_node *root;
	struct analytics v = { .which = { .enabled = true, .smaller_than = UINT64_MAX } };
	struct span arn;
	enum err e = doc_tree(a, DOC_ANALYTICS, inner, &root, fail);

	if (e == OK && xml_child(root, "Filter") != NULL)
		e = life_filter_read(a, root, &v.which, fail);
	if (e != OK)
		return e;
	v.id = xml_text(root, "Id");
	export = xml_child(xml_child(root, "StorageClassAnalysis"), "DataExport");
	v.exported = export != NULL;
	if (v.exported) {
		to = xml_child(xml_child(export, "Destination"), "S3BucketDestination");
		arn = span_trim(xml_text(to, "Bucket"));
		if (!span_starts(arn, SPAN_LIT(ARN)))
			return E_CORRUPT;
		v.to = span_from(arn, sizeof ARN - 1);
		v.to_prefix = xml_text(to, "Prefix");
		v.to_account = span_trim(xml_text(to, "BucketAccountId"));
	}
	*out = v;
	return OK;
}

bool
analytics_means(
    const struct analytics *v, struct span key, uint64_t size, const struct tags *tags)
{
	const struct life_object o = { .key = key, .size = size, .tags = *tags };

	return life_rule_means(&v->which, &o);
}

void
analytics_place_put(struct buf *out, const struct analytics *v, struct span source)
{
	buf_span(out, v->to_prefix);
	if (v->to_prefix.n > 0 && !span_ends(v->to_prefix, SPAN_LIT("/")))
		buf_char(out, '/');
	buf_span(out, source);
	buf_char(out, '/');
	buf_span(out, v->id);
	buf_str(out, ".csv");
}

/* ---- ratios ---- */

/* What a class held and what was read of it, of one cell and all older ones, summed over
 * the window that ends with a day. */
struct window {
	unsigned days;
	double bytes[ANALYTICS_CELLS], retrieved[ANALYTICS_CELLS];
};

static const struct analytics_class *
class_of(const struct analytics_day *d, uint8_t class)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->of[i].class == class)
			return &d->of[i];
	return NULL;
}

static void
window_add(struct window *w, const struct analytics_class *c)
{
	double bytes = 0, retrieved = 0;

	w->days++;
	if (c == NULL)
		return;
	for (unsigned g = ANALYTICS_GROUPS; g-- > 0;) {
		bytes += (double)c->cell[g].bytes;
		retrieved += (double)c->cell[g].retrieved;
		w->bytes[g] += bytes;
		w->retrieved[g] += retrieved;
	}
	w->bytes[ANALYTICS_ALL] += (double)c->cell[ANALYTICS_ALL].bytes;
	w->retrieved[ANALYTICS_ALL] += (double)c->cell[ANALYTICS_ALL].retrieved;
}

static struct window
window_of(const struct analytics_history *h, size_t at, uint8_t class)
{
	struct window w = { 0 };

	for (size_t i = at + 1;
	     i-- > 0 && h->past[i].day > h->past[at].day - ANALYTICS_WINDOW;)
		window_add(&w, class_of(&h->past[i].what, class));
	return w;
}

/* How often what was stored was read in the window; false: nothing was stored. */
static bool
ratio_of(const struct window *w, unsigned cell, double *out)
{
	if (w->bytes[cell] <= 0)
		return false;
	*out = w->retrieved[cell] / (w->bytes[cell] / w->days);
	return true;
}

/*
 * The youngest age from which on objects are read less than once a month, which is about
 * where what STANDARD_IA asks for reading a byte eats up what it saves in storing it.
 */
static int
observed_age(const struct window *w)
{
	int age = NO_AGE;
	double ratio;

	for (unsigned g = ANALYTICS_GROUPS; g-- > FIRST_GROUP;) {
		if (!ratio_of(w, g, &ratio))
			continue;
		if (ratio >= 1)
			break;
		age = group[g].days;
	}
	return age;
}

/* ---- rows ---- */

/* Without zeros that say nothing. */
static void
put_decimals(struct buf *out, uint64_t whole, unsigned millionths)
{
	buf_u64(out, whole);
	if (millionths == 0)
		return;
	buf_printf(out, ".%06u", millionths);
	while (out->p[out->n - 1] == '0')
		out->n--;
}

static void
put_megabytes(struct buf *out, uint64_t bytes)
{
	uint64_t whole = bytes / MIB, rest = (bytes % MIB * 1000000 + MIB / 2) / MIB;

	put_decimals(out, whole + rest / 1000000, (unsigned)(rest % 1000000));
}

static void
put_ratio(struct buf *out, double ratio)
{
	uint64_t millionths = (uint64_t)((ratio < 1e12 ? ratio : 1e12) * 1e6 + 0.5);

	put_decimals(out, millionths / 1000000, (unsigned)(millionths % 1000000));
}

static void
put_field(struct buf *out, struct span text)
{
	bool plain = true;

	for (size_t i = 0; i < text.n; i++)
		plain = plain && memchr(",\"\r\n", text.p[i], 4) == NULL;
	if (plain) {
		buf_span(out, text);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_char(out, '"');
		buf_char(out, text.p[i]);
	}
	buf_char(out, '"');
}

/* prefix=logs/&tag=team:a */
static void
put_filter(struct buf *out, const struct life_rule *r)
{
	struct buf text = { 0 };

	if (r->prefix.n > 0) {
		buf_str(&text, "prefix=");
		buf_span(&text, r->prefix);
	}
	for (size_t i = 0; i < r->tags.n; i++) {
		buf_str(&text, text.n > 0 ? "&tag=" : "tag=");
		buf_span(&text, r->tags.tag[i].name);
		buf_char(&text, ':');
		buf_span(&text, r->tags.tag[i].value);
	}
	put_field(out, buf_view(&text));
	buf_fini(&text);
}

/* One class through all days. */
struct series {
	uint8_t class;
	struct window *window; /* by day */
	int *age; /* observed, by day */
};

static void
series_make(struct series *s, const struct analytics_history *h, uint8_t class)
{
	s->class = class;
	s->window = mem_array(h->n + 1, sizeof *s->window);
	s->age = mem_array(h->n + 1, sizeof *s->age);
	for (size_t i = 0; i < h->n; i++) {
		s->window[i] = window_of(h, i, class);
		s->age[i] = class == CLASS_STANDARD &&
			h->past[i].day - h->past[0].day >= ANALYTICS_WINDOW - 1
		    ? observed_age(&s->window[i])
		    : NO_AGE;
	}
}

static void
series_fini(struct series *s)
{
	mem_free(s->window);
	mem_free(s->age);
}

static bool
is_stable(const struct series *s, size_t at)
{
	if (at + 1 < ANALYTICS_STABLE)
		return false;
	for (size_t i = at + 1 - ANALYTICS_STABLE; i < at; i++)
		if (s->age[i] != s->age[at])
			return false;
	return true;
}

static void
put_ages(struct buf *out, const struct series *s, size_t at, unsigned cell)
{
	int age = cell == ANALYTICS_ALL ? s->age[at] : NO_AGE;

	buf_char(out, ',');
	if (age != NO_AGE)
		buf_u64(out, (uint64_t)age);
	buf_char(out, ',');
	if (age != NO_AGE && is_stable(s, at))
		buf_u64(out, (uint64_t)age);
	buf_char(out, '\n');
}

/* The day on which a row is made is the one behind the day it tells of. */
static void
put_head(
    struct buf *out, const struct analytics *v, int64_t day, uint8_t class, unsigned cell)
{
	char t[STAMP_ISO];

	stamp_iso(t, (day + 1) * ANALYTICS_DAY_MS);
	buf_printf(out, "%.2s-%.2s-%.4s,", t + 5, t + 8, t);
	put_field(out, v->id);
	buf_char(out, ',');
	put_filter(out, &v->which);
	buf_printf(out, ",%s,%s,", class_name(class), group[cell].name);
}

static void
put_row(struct buf *out, const struct analytics *v, const struct analytics_history *h,
    const struct series *s, size_t at, unsigned cell)
{
	const struct analytics_class *c = class_of(&h->past[at].what, s->class);
	const struct analytics_cell none = { 0 },
				    *is = c != NULL ? &c->cell[cell] : &none;
	double ratio;

	/* Of the classes that nothing is in there is nothing to say. */
	if (c == NULL && s->class != CLASS_STANDARD)
		return;
	put_head(out, v, h->past[at].day, s->class, cell);
	buf_printf(out, "%" PRIu64 ",", is->objects);
	put_megabytes(out, is->uploaded);
	buf_char(out, ',');
	put_megabytes(out, is->bytes);
	buf_char(out, ',');
	put_megabytes(out, is->retrieved);
	buf_printf(out, ",%" PRIu64 ",", is->gets);
	if (ratio_of(&s->window[at], cell, &ratio))
		put_ratio(out, ratio);
	put_ages(out, s, at, cell);
}

static bool
is_used(const struct analytics_history *h, uint8_t class)
{
	for (size_t i = 0; i < h->n; i++)
		if (class_of(&h->past[i].what, class) != NULL)
			return true;
	return class == CLASS_STANDARD;
}

void
analytics_report_put(
    struct buf *out, const struct analytics *v, const struct analytics_history *h)
{
	struct series *s = mem_array(UINT8_MAX + 1, sizeof *s);
	size_t n = 0;

	for (unsigned class = 0; class <= UINT8_MAX; class ++)
		if (is_used(h, (uint8_t) class))
			series_make(&s[n++], h, (uint8_t) class);
	buf_str(out,
	    "Date,ConfigId,Filter,StorageClass,ObjectAge,ObjectCount,DataUploaded_MB,"
	    "Storage_MB,DataRetrieved_MB,GetRequestCount,CumulativeAccessRatio,"
	    "ObjectAgeForSIATransition,RecommendedObjectAgeForSIATransition\n");
	for (unsigned cell = 0; cell < ANALYTICS_CELLS; cell++)
		for (size_t at = 0; at < h->n; at++)
			for (size_t i = 0; i < n; i++)
				put_row(out, v, h, &s[i], at, cell);
	for (size_t i = 0; i < n; i++)
		series_fini(&s[i]);
	mem_free(s);
}
