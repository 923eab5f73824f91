/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>

#include "codec/json.h"
#include "s3_priv.h"

const struct tier_table tier_table = {
	.value = {
#define TIER(name, section, what, open, aws, minio, r2) \
	[TIER_OPEN][TP_##name] = TV_##open, [TIER_AWS][TP_##name] = TV_##aws, \
	[TIER_MINIO][TP_##name] = TV_##minio, [TIER_R2][TP_##name] = TV_##r2,
#include "s3/tiers.def"
	},
	.max = {
#define TIER_MAX(name, section, what, open, aws, minio, r2) \
	[TIER_OPEN][TL_##name] = (open), [TIER_AWS][TL_##name] = (aws), \
	[TIER_MINIO][TL_##name] = (minio), [TIER_R2][TL_##name] = (r2),
#include "s3/tiers.def"
	},
};

/* Every row, points and limits, in the order of the table. */
struct line {
	const char *symbol, *what;
	unsigned section;
	bool limit;
	unsigned at; /* enum tier_point or enum tier_limit */
};
static const struct line lines[] = {
#define TIER(name, section, what, open, aws, minio, r2) \
	{ #name, what, section, false, TP_##name },
#define TIER_MAX(name, section, what, open, aws, minio, r2) \
	{ #name, what, section, true, TL_##name },
#include "s3/tiers.def"
};

static const struct {
	const char *symbol, *what;
} values[TIER_VALUES] = {
#define TIER_VALUE(name, what) { #name, what },
#include "s3/tiers.def"
};

static const struct {
	enum tier tier;
	const char *symbol; /* of the row */
	enum tier_value value;
	const char *who;
} others[] = {
#define TIER_OTHER(tier, name, value, who) { TIER_##tier, #name, TV_##value, who },
#include "s3/tiers.def"
};

static const struct {
	enum tier tier;
	const char *symbol;
} not_yet[] = {
#define TIER_NOT_YET(tier, name) { TIER_##tier, #name },
#include "s3/tiers.def"
	{ TIERS, "" }
};

/* Why the report has no such row. */
enum { UNTOLD_EVERY, UNTOLD_ANOTHER, UNTOLD_NO_REQUEST, UNTOLD_ALIKE, UNTOLD_COST };
static const char *const untold_whys[] = { "every answer shows it",
	"another point tells it", "no request meets it", "the answer is the same",
	"to see it would cost every request" };

static const struct {
	enum tier tier;
	const char *symbol;
	unsigned why;
} untold[] = {
#define TIER_UNTOLD(tier, name, why) { TIER_##tier, #name, UNTOLD_##why },
#include "s3/tiers.def"
};

static const struct {
	uint8_t tier;
	uint16_t op;
} lack_rows[] = {
#define TIER_LACKS(tier, op) { TIER_##tier, OP_##op },
#include "s3/tiers.def"
};

static const char *const names[TIERS] = { "open", "aws", "minio", "r2" };

const char *
tier_name(enum tier t)
{
	return names[t];
}

bool
tier_find(struct span name, enum tier *out)
{
	for (unsigned i = 0; i < TIERS; i++)
		if (span_is(name, names[i])) {
			*out = (enum tier)i;
			return true;
		}
	return false;
}

static const struct line *
line_of(bool limit, unsigned at)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (lines[i].limit == limit && lines[i].at == at)
			return &lines[i];
	MUST(false);
	return NULL;
}

/* LINK_EXPIRED as link-expired, which is how people write it. */
static size_t
plain_name(char out[TIER_NAME], const char *symbol)
{
	size_t n = 0;

	for (; symbol[n] != '\0' && n + 1 < TIER_NAME; n++)
		out[n] = symbol[n] == '_' ? '-' : char_lower(symbol[n]);
	out[n] = '\0';
	return n;
}

void
tier_point_name(char out[TIER_NAME], enum tier_point p)
{
	(void)plain_name(out, line_of(false, p)->symbol);
}

const char *
tier_point_what(enum tier_point p)
{
	return line_of(false, p)->what;
}

void
tier_limit_name(char out[TIER_NAME], enum tier_limit l)
{
	(void)plain_name(out, line_of(true, l)->symbol);
}

const char *
tier_limit_what(enum tier_limit l)
{
	return line_of(true, l)->what;
}

const char *
tier_value_what(enum tier_value v)
{
	return values[v].what;
}

unsigned
tier_lacks(unsigned op)
{
	unsigned mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(lack_rows); i++)
		if (lack_rows[i].op == op)
			mask |= 1u << lack_rows[i].tier;
	return mask;
}

/* ---- options ---- */

static const struct line *
line_find(struct span name)
{
	char text[TIER_NAME];

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (plain_name(text, lines[i].symbol) == name.n && span_is(name, text))
			return &lines[i];
	return NULL;
}

static bool
value_is_for(enum tier tier, const struct line *line, enum tier_value v)
{
	for (unsigned t = 0; t < TIERS; t++)
		if (tier_table.value[t][line->at] == v)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (others[i].tier == tier && others[i].value == v &&
		    strcmp(others[i].symbol, line->symbol) == 0)
			return true;
	return false;
}

bool
tier_option(struct tier_table *t, struct span option)
{
	struct span value = option, name = span_cut(&value, '='),
		    who = span_cut(&name, '.');
	const struct line *line = line_find(name);
	char text[TIER_NAME];
	enum tier tier;

	if (line == NULL || !tier_find(who, &tier))
		return false;
	if (line->limit)
		return span_u64(value, &t->max[tier][line->at]);
	for (unsigned v = 0; v < TIER_VALUES; v++)
		if (plain_name(text, values[v].symbol) == value.n &&
		    span_is(value, text) && value_is_for(tier, line, v)) {
			t->value[tier][line->at] = (uint8_t)v;
			return true;
		}
	return false;
}

/* ---- for people ---- */

static bool
is_not_yet(enum tier t, const char *symbol)
{
	for (size_t i = 0; i < ARRAY_LEN(not_yet); i++)
		if (not_yet[i].tier == t && strcmp(not_yet[i].symbol, symbol) == 0)
			return true;
	return false;
}

static bool
differs(const struct line *l, const enum tier *set, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		if (l->limit
			? tier_table.max[set[i]][l->at] != tier_table.max[set[0]][l->at]
			: tier_table.value[set[i]][l->at] !=
			    tier_table.value[set[0]][l->at])
			return true;
	return n < 2;
}

static void
put_value(struct buf *out, const struct line *l, enum tier t)
{
	if (!l->limit)
		buf_str(out, values[tier_table.value[t][l->at]].what);
	else if (tier_table.max[t][l->at] == 0)
		buf_str(out, "no limit");
	else
		buf_u64(out, tier_table.max[t][l->at]);
}

/* A cell of the terminal's table; one that is not honoured yet has a star. */
static size_t
cell(struct buf *out, const struct line *l, enum tier t)
{
	size_t before = out->n;

	put_value(out, l, t);
	if (is_not_yet(t, l->symbol))
		buf_str(out, " *");
	return out->n - before;
}

static void
pad(struct buf *out, size_t n, size_t width)
{
	for (; n < width; n++)
		buf_str(out, " ");
}

static size_t
column_width(const enum tier *set, unsigned n, unsigned column, bool all)
{
	size_t width = strlen(names[set[column]]), one;
	struct buf text = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		text.n = 0;
		one = all || differs(&lines[i], set, n)
		    ? cell(&text, &lines[i], set[column])
		    : 0;
		width = one > width ? one : width;
	}
	buf_fini(&text);
	return width;
}

void
tier_text(struct buf *out, const enum tier *set, unsigned n, bool all)
{
	size_t width[TIERS], at;
	char name[TIER_NAME];
	bool star = false;

	for (unsigned i = 0; i < n; i++)
		width[i] = column_width(set, n, i, all);
	pad(out, 0, TIER_NAME - 1);
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "  %s", names[set[i]]);
		pad(out, strlen(names[set[i]]), width[i]);
	}
	buf_str(out, "\n");
	for (size_t k = 0; k < ARRAY_LEN(lines); k++) {
		const struct line *l = &lines[k];

		if (!all && !differs(l, set, n))
			continue;
		at = plain_name(name, l->symbol);
		buf_put(out, name, at);
		pad(out, at, TIER_NAME - 1);
		for (unsigned i = 0; i < n; i++) {
			buf_str(out, "  ");
			pad(out, cell(out, l, set[i]), width[i]);
			star |= is_not_yet(set[i], l->symbol);
		}
		buf_printf(out, "  %s\n", l->what);
	}
	if (star)
		buf_str(out, "* not honoured yet\n");
}

static void
json_value(struct buf *out, const struct line *l, enum tier t)
{
	char name[TIER_NAME];

	buf_printf(out, ", \"%s\": {\"value\": ", names[t]);
	if (l->limit)
		buf_u64(out, tier_table.max[t][l->at]);
	else {
		(void)plain_name(name, values[tier_table.value[t][l->at]].symbol);
		buf_printf(out, "\"%s\", \"what\": ", name);
		json_put(out, span_str(values[tier_table.value[t][l->at]].what));
	}
	buf_printf(
	    out, ", \"honoured\": %s", is_not_yet(t, l->symbol) ? "false" : "true");
	for (size_t i = 0; i < ARRAY_LEN(untold); i++)
		if (untold[i].tier == t && strcmp(untold[i].symbol, l->symbol) == 0)
			buf_printf(
			    out, ", \"untold\": \"%s\"", untold_whys[untold[i].why]);
	buf_str(out, "}");
}

static void
json_others(struct buf *out, const struct line *l)
{
	char name[TIER_NAME];
	bool more = false;

	buf_str(out, ", \"others\": [");
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(others[i].symbol, l->symbol) != 0)
			continue;
		(void)plain_name(name, values[others[i].value].symbol);
		buf_printf(out,
		    "%s{\"tier\": \"%s\", \"value\": \"%s\", \"who\": ", more ? ", " : "",
		    names[others[i].tier], name);
		json_put(out, span_str(others[i].who));
		buf_str(out, "}");
		more = true;
	}
	buf_str(out, "]}");
}

void
tier_json(struct buf *out, const enum tier *set, unsigned n, bool all)
{
	char name[TIER_NAME];
	bool more = false;

	buf_str(out, "[\n");
	for (size_t k = 0; k < ARRAY_LEN(lines); k++) {
		const struct line *l = &lines[k];

		if (!all && !differs(l, set, n))
			continue;
		(void)plain_name(name, l->symbol);
		buf_printf(out, "%s  {\"name\": \"%s\", \"section\": %u, \"what\": ",
		    more ? ",\n" : "", name, l->section);
		json_put(out, span_str(l->what));
		for (unsigned i = 0; i < n; i++)
			json_value(out, l, set[i]);
		json_others(out, l);
		more = true;
	}
	buf_str(out, "\n]\n");
}
