/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "server/conf.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum conf_type { TYPE_STR, TYPE_NUM, TYPE_FLAG, TYPE_CHOICE };

struct conf_row {
	const char *name;
	enum conf_type type;
	size_t at; /* in struct conf */
	uint64_t def, min, max;
	const char *text; /* default of a STR; choices of a CHOICE */
	const char *value; /* what help shows; unit of a NUM */
	const char *prose;
};

static const struct conf_row conf_rows[] = {
#define STR(field, name, def, min, max, value, prose) \
	{ name, TYPE_STR, offsetof(struct conf, field), 0, min, max, def, value, prose },
#define NUM(field, name, def, min, max, unit, prose) \
	{ name, TYPE_NUM, offsetof(struct conf, field), def, min, max, "", unit, prose },
#define FLAG(field, name, prose) \
	{ name, TYPE_FLAG, offsetof(struct conf, field), 0, 0, 1, "", "", prose },
#define CHOICE(field, name, def, choices, prose) \
	{ name, TYPE_CHOICE, offsetof(struct conf, field), def, 0, 0, choices, choices, \
		prose },
#include "server/conf.def"
#undef STR
#undef NUM
#undef FLAG
#undef CHOICE
};

enum { ENV_NAME = 64 };

static const char *
env_name(char out[ENV_NAME], const struct conf_row *row)
{
	size_t n = (size_t)snprintf(out, ENV_NAME, "TRUG_%s", row->name);

	for (size_t i = 0; i < n; i++)
		if (out[i] == '-')
			out[i] = '_';
		else if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 32);
	return out;
}

/* Digits, then K, M, G or T (powers of 1,024) where the unit is bytes. */
static bool
num_parse(const struct conf_row *row, struct span v, uint64_t *out)
{
	static const char suffix[] = "KMGT";
	unsigned shift = 0;

	if (v.n > 1 && strcmp(row->value, "bytes") == 0)
		for (unsigned i = 0; i < 4; i++)
			if (v.p[v.n - 1] == suffix[i])
				shift = (i + 1) * 10;
	if (shift > 0)
		v.n--;
	if (!span_u64(v, out) || *out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return *out >= row->min && *out <= row->max;
}

static bool
choice_parse(const struct conf_row *row, struct span v, unsigned *out)
{
	struct span rest = span_str(row->text);

	for (unsigned i = 0; rest.n > 0; i++)
		if (span_eq(span_cut(&rest, '|'), v)) {
			*out = i;
			return true;
		}
	return false;
}

static bool
flag_parse(struct span v, bool *out)
{
	*out = span_is(v, "true") || span_is(v, "1") || span_is(v, "on");
	return *out || span_is(v, "false") || span_is(v, "0") || span_is(v, "off");
}

static enum err
refuse(const struct conf_row *row, const char *from, const char *value, struct fail *fail)
{
	/* A secret's value does not go to the terminal. */
	if (strcmp(row->name, "root-password") == 0 ||
	    strcmp(row->name, "root-mfa-secret") == 0)
		value = "(hidden)";
	switch (row->type) {
	case TYPE_STR:
		return fail_msg(fail, E_CONFIG,
		    "%s: '%s' is not allowed; allowed: %" PRIu64 " to %" PRIu64
		    " characters",
		    from, value, row->min, row->max);
	case TYPE_NUM:
		return fail_msg(fail, E_CONFIG,
		    "%s: '%s' is not allowed; allowed: a number of %s from %" PRIu64
		    " to %" PRIu64,
		    from, value, row->value, row->min, row->max);
	case TYPE_FLAG:
		return fail_msg(fail, E_CONFIG,
		    "%s: '%s' is not allowed; allowed: true or false", from, value);
	default:
		return fail_msg(fail, E_CONFIG, "%s: '%s' is not allowed; allowed: %s",
		    from, value, row->text);
	}
}

static enum err
row_set(struct conf *c, const struct conf_row *row, const char *from, const char *value,
    struct fail *fail)
{
	void *at = (char *)c + row->at;
	struct span v = span_str(value);
	bool good = false;

	switch (row->type) {
	case TYPE_STR:
		good = v.n >= row->min && v.n <= row->max;
		*(const char **)at = value;
		break;
	case TYPE_NUM:
		good = num_parse(row, v, at);
		break;
	case TYPE_FLAG:
		good = flag_parse(v, at);
		break;
	case TYPE_CHOICE:
		good = choice_parse(row, v, at);
		break;
	}
	return good ? OK : refuse(row, from, value, fail);
}

static enum err
rows_default(struct conf *c, struct fail *fail)
{
	char name[ENV_NAME];
	enum err e = OK;

	for (size_t i = 0; i < ARRAY_LEN(conf_rows) && e == OK; i++) {
		const struct conf_row *row = &conf_rows[i];
		void *at = (char *)c + row->at;
		const char *env = getenv(env_name(name, row));

		if (row->type == TYPE_STR)
			*(const char **)at = row->text;
		else if (row->type == TYPE_NUM)
			*(uint64_t *)at = row->def;
		else if (row->type == TYPE_CHOICE)
			*(unsigned *)at = (unsigned)row->def;
		else
			*(bool *)at = false;
		if (env != NULL)
			e = row_set(c, row, name, env, fail);
	}
	return e;
}

static const struct conf_row *
row_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(conf_rows); i++)
		if (span_is(name, conf_rows[i].name))
			return &conf_rows[i];
	return NULL;
}

bool
conf_takes_value(struct span name)
{
	const struct conf_row *row = row_find(name);

	return row != NULL && row->type != TYPE_FLAG;
}

/* One option at argv[*i]; *i moves over its value. */
static enum err
option_set(struct conf *c, int argc, char **argv, int *i, struct fail *fail)
{
	struct span rest = span_str(argv[*i] + 2), name = span_cut(&rest, '=');
	bool has_value = strchr(argv[*i], '=') != NULL;
	const struct conf_row *row = row_find(name);
	char from[80];

	if (row == NULL)
		return fail_msg(fail, E_CONFIG,
		    "'%s' is no option of serve; allowed: those of trug serve --help",
		    argv[*i]);
	(void)snprintf(from, sizeof from, "--%s", row->name);
	if (row->type == TYPE_FLAG && !has_value)
		return row_set(c, row, from, "true", fail);
	if (has_value)
		return row_set(c, row, from, rest.p, fail);
	if (*i + 1 == argc)
		return fail_msg(fail, E_CONFIG,
		    "%s: a value is missing; allowed: --%s %s", from, row->name,
		    row->value);
	(*i)++;
	return row_set(c, row, from, argv[*i], fail);
}

struct span
conf_reach(const char *address, struct span *port)
{
	struct span host = span_str(address);
	size_t n = host.n;

	while (n > 0 && host.p[n - 1] != ':')
		n--;
	*port = span_from(host, n);
	host = span_head(host, n > 0 ? n - 1 : 0);
	if (host.n == 0 || span_is(host, "0.0.0.0") || span_is(host, "*"))
		return SPAN_LIT("127.0.0.1");
	return span_is(host, "[::]") ? SPAN_LIT("[::1]") : host;
}

enum err
conf_load(struct conf *out, int argc, char **argv, bool *help, struct fail *fail)
{
	struct conf c = { 0 };
	enum err e = rows_default(&c, fail);

	*help = false;
	for (int i = 0; i < argc && e == OK; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			*help = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			e = option_set(&c, argc, argv, &i, fail);
		else if (argv[i][0] == '-')
			e = fail_msg(fail, E_CONFIG,
			    "'%s' is no option of serve; allowed: those of trug serve "
			    "--help",
			    argv[i]);
		else if (c.dir != NULL)
			e = fail_msg(fail, E_CONFIG,
			    "'%s' is one argument too many; allowed: one directory",
			    argv[i]);
		else
			c.dir = argv[i];
	}
	if (e == OK && c.ephemeral && c.dir != NULL)
		e = fail_msg(fail, E_CONFIG,
		    "--ephemeral: '%s' is given too; allowed: a directory or --ephemeral",
		    c.dir);
	if (c.dir == NULL)
		c.dir = getenv("TRUG_DIR");
	if (c.dir == NULL)
		c.dir = "data";
	if (e == OK)
		*out = c;
	return e;
}

static void
put_default(struct buf *out, const struct conf_row *row)
{
	struct span rest = span_str(row->text), one = SPAN_NONE;

	switch (row->type) {
	case TYPE_STR:
		buf_str(out, row->text);
		break;
	case TYPE_NUM:
		buf_u64(out, row->def);
		break;
	case TYPE_FLAG:
		buf_str(out, "false");
		break;
	case TYPE_CHOICE:
		for (uint64_t i = 0; i <= row->def; i++)
			one = span_cut(&rest, '|');
		buf_span(out, one);
		break;
	}
}

void
conf_help(struct buf *out)
{
	char name[ENV_NAME];

	buf_str(out,
	    "usage: trug serve [DIR] [OPTIONS]\n\n"
	    "Serves the store in DIR (default: data) over the S3 API. Every option can "
	    "also be\n"
	    "given as the environment variable shown beside it; options win.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(conf_rows); i++) {
		const struct conf_row *row = &conf_rows[i];

		buf_printf(out, "  --%s %s  (%s, default '", row->name, row->value,
		    env_name(name, row));
		put_default(out, row);
		buf_printf(out, "')\n      %s\n", row->prose);
	}
}

void
conf_markdown(struct buf *out)
{
	char name[ENV_NAME];

	buf_str(out,
	    "| Option | Environment | Value | Default | Meaning "
	    "|\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(conf_rows); i++) {
		const struct conf_row *row = &conf_rows[i];
		struct span rest = span_str(row->value);

		buf_printf(out, "| `--%s` | `%s` | ", row->name, env_name(name, row));
		while (rest.n > 0) {
			buf_span(out, span_cut(&rest, '|'));
			buf_str(out, rest.n > 0 ? ", " : "");
		}
		buf_str(out, " | ");
		put_default(out, row);
		buf_printf(out, " | %s |\n", row->prose);
	}
}
