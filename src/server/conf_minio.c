/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MinIO's command line and environment in terms of our own settings: what was written for
 * its image runs unchanged. Our own environment names go before.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "server/conf.h"

extern char **environ;

static const struct minio_name {
	const char *name, *setting, *note;
} minio_names[] = {
#define TAKE(name, setting) { name, setting, NULL },
#define NOTE(name, note) { name, NULL, note },
#include "server/minio.def"
#undef TAKE
#undef NOTE
};

static const struct minio_option {
	const char *name;
	bool has_value;
	const char *setting, *value; /* NULL: its own value, or without effect */
} minio_options[] = {
	{ "address", true, "address", NULL },
	{ "certs-dir", true, "tls-dir", NULL },
	{ "S", true, "tls-dir", NULL },
	{ "quiet", false, "log-level", "warn" },
	{ "json", false, "log-format", "json" },
	{ "console-address", true, NULL, NULL },
	{ "anonymous", false, NULL, NULL },
	{ "no-compat", false, NULL, NULL },
	{ "compat", false, NULL, NULL },
	{ "config", true, NULL, NULL },
	{ "config-dir", true, NULL, NULL },
};

static void
note(struct conf_minio *m, const char *name, const char *what)
{
	buf_printf(&m->notes, "%s has no effect: %s\n", name, what);
}

static void
add_as_is(struct conf_minio *m, const char *text)
{
	m->argv = mem_realloc(m->argv, (m->argc + 1) * sizeof *m->argv);
	m->argv[m->argc++] = mem_dup(text);
}

static void
add(struct conf_minio *m, const char *setting, struct span value)
{
	struct buf b = { 0 };

	buf_printf(&b, "--%s=%.*s", setting, (int)value.n, value.n > 0 ? value.p : "");
	add_as_is(m, buf_cstr(&b));
	mem_wipe(b.p, b.n);
	buf_fini(&b);
}

static bool
is_ours(const char *setting)
{
	struct buf name = { 0 };
	bool there;

	buf_printf(&name, "TRUG_%s", setting);
	for (size_t i = 0; i < name.n; i++)
		name.p[i] =
		    name.p[i] == '-' ? '_' : (char)toupper((unsigned char)name.p[i]);
	there = getenv(buf_cstr(&name)) != NULL;
	buf_fini(&name);
	return there;
}

/* A duration of Go's, "36h" or "1h30m0.5s", in whole seconds. */
static bool
seconds_of(struct span text, uint64_t *out)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "h", 3600 }, { "m", 60 }, { "s", 1 }, { "ms", 1e-3 } };
	char one[32], *end;
	double sum = 0, n;

	if (text.n == 0 || text.n >= sizeof one)
		return false;
	memcpy(one, text.p, text.n);
	one[text.n] = '\0';
	for (const char *p = one; *p != '\0'; p = end) {
		size_t i = 0, unit;

		n = strtod(p, &end);
		if (end == p || strspn(p, "0123456789.") != (size_t)(end - p))
			return false;
		unit = strspn(end, "hms");
		while (i < ARRAY_LEN(units) &&
		    (strlen(units[i].name) != unit ||
			memcmp(units[i].name, end, unit) != 0))
			i++;
		if (i == ARRAY_LEN(units))
			return false;
		sum += n * units[i].seconds;
		end += unit;
	}
	*out = sum < 1e15 ? (uint64_t)sum : UINT64_MAX;
	return true;
}

/* What MinIO writes otherwise than we do. */
static void
add_value(struct conf_minio *m, const char *setting, struct span v)
{
	struct buf all = { 0 };
	uint64_t seconds;

	if (strcmp(setting, "stale-uploads-expiry") == 0 && seconds_of(v, &seconds)) {
		buf_u64(&all, seconds);
		add(m, setting, buf_view(&all));
	} else if (strcmp(setting, "address") == 0 && v.n > 0 && v.p[0] == ':') {
		buf_printf(&all, "0.0.0.0%.*s", (int)v.n, v.p);
		add(m, setting, buf_view(&all));
	} else if (strcmp(setting, "cors-default") == 0 && !span_is(v, "*")) {
		add(m, setting, SPAN_LIT("off"));
		add(m, "cors-origins", v);
	} else if (strcmp(setting, "metrics") == 0)
		add(m, setting, span_is(v, "jwt") ? SPAN_LIT("signed") : v);
	else
		add(m, setting,
		    strcmp(setting, "cors-default") == 0 ? SPAN_LIT("any") : v);
	buf_fini(&all);
}

/* NAME, or the first line of the file that NAME_FILE names. */
static enum err
take_name(struct conf_minio *m, const struct minio_name *row, struct fail *fail)
{
	const char *value = is_ours(row->setting) ? NULL : getenv(row->name), *path;
	struct buf file = { 0 }, name = { 0 };
	struct span line;
	int rc;

	if (value != NULL) {
		add_value(m, row->setting, span_str(value));
		return OK;
	}
	buf_printf(&name, "%s_FILE", row->name);
	path = is_ours(row->setting) ? NULL : getenv(buf_cstr(&name));
	if (path == NULL) {
		buf_fini(&name);
		return OK;
	}
	rc = io_read_file(path, &file, 1 << 16);
	line = buf_view(&file);
	if (rc == 0)
		add_value(m, row->setting, span_trim(span_cut(&line, '\n')));
	else
		(void)fail_msg(fail, E_CONFIG,
		    "%s: '%s' can't be read (%s); allowed: a file that holds the value",
		    buf_cstr(&name), path, strerrordesc_np(-rc));
	mem_wipe(file.p, file.n);
	buf_fini(&file);
	buf_fini(&name);
	return rc == 0 ? OK : E_CONFIG;
}

/* One line of that file; false: it is none. */
static bool
line_take(struct conf_minio *m, struct span line)
{
	struct span value = span_trim(line), name;
	char *names, *text;

	if (value.n == 0 || value.p[0] == '#')
		return true;
	if (span_starts(value, SPAN_LIT("export ")))
		value = span_trim(span_from(value, 7));
	if (span_find(value, '=', 0) == value.n)
		return false;
	name = span_cut(&value, '=');
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
	    value.p[value.n - 1] == value.p[0])
		value = span_of(value.p + 1, value.n - 2);
	names = mem_span(name);
	text = mem_span(value);
	if (!span_starts(name, SPAN_LIT("MINIO_")))
		note(m, names, "MINIO_CONFIG_ENV_FILE is about MinIO's names");
	else
		MUST(setenv(names, text, 1) == 0);
	mem_wipe(text, value.n);
	mem_free(text);
	mem_free(names);
	return true;
}

/* A file of NAME=VALUE goes before the environment itself. [before there are threads] */
static enum err
take_file(struct conf_minio *m, struct fail *fail)
{
	const char *path = getenv("MINIO_CONFIG_ENV_FILE");
	struct buf file = { 0 };
	struct span rest;
	unsigned line = 0;
	enum err e = OK;
	int rc;

	if (path == NULL || path[0] == '\0')
		return OK;
	rc = io_read_file(path, &file, 1 << 20);
	if (rc != 0)
		e = fail_msg(fail, E_CONFIG,
		    "MINIO_CONFIG_ENV_FILE: '%s' can't be read (%s); allowed: a file of "
		    "NAME=VALUE",
		    path, strerrordesc_np(-rc));
	for (rest = buf_view(&file); e == OK && rest.n > 0;) {
		line++;
		if (!line_take(m, span_cut(&rest, '\n')))
			e = fail_msg(fail, E_CONFIG,
			    "MINIO_CONFIG_ENV_FILE: line %u of '%s' is not allowed; "
			    "allowed: NAME=VALUE",
			    line, path);
	}
	mem_wipe(file.p, file.n);
	buf_fini(&file);
	return e;
}

static const struct minio_name *
name_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(minio_names); i++)
		if (span_is(name, minio_names[i].name))
			return &minio_names[i];
	return NULL;
}

/* Names that do nothing here are named, so that nobody relies on them. */
static void
note_others(struct conf_minio *m)
{
	static const char *const elsewhere[] = { "MINIO_VOLUMES", "MINIO_OPTS",
		"MINIO_CONFIG_ENV_FILE", "MINIO_KMS_SECRET_KEY",
		"MINIO_KMS_SECRET_KEY_FILE" };

	for (char **env = environ; *env != NULL; env++) {
		struct span rest = span_str(*env), name = span_cut(&rest, '=');
		const struct minio_name *row;
		char *text;
		/* Targets of events read their names themselves, and refuse what is wrong. */
		bool known = !span_starts(name, SPAN_LIT("MINIO_")) ||
		    span_starts(name, SPAN_LIT("MINIO_NOTIFY_"));

		for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
			known = known || span_is(name, elsewhere[i]);
		if (!known && name.n > 5 && span_is(span_from(name, name.n - 5), "_FILE"))
			known = name_find(span_head(name, name.n - 5)) != NULL;
		row = name_find(name);
		if (known || (row != NULL && row->setting != NULL))
			continue;
		text = mem_span(name);
		note(m, text, row != NULL ? row->note : "it is not known here");
		mem_free(text);
	}
}

static const struct minio_option *
option_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(minio_options); i++)
		if (span_is(name, minio_options[i].name))
			return &minio_options[i];
	return NULL;
}

static enum err
take_dir(struct conf_minio *m, const char *dir, struct fail *fail)
{
	if (strchr(dir, '{') != NULL || m->dir != NULL)
		return fail_msg(fail, E_CONFIG,
		    "server: '%s' is one directory too many; allowed: one directory",
		    dir);
	m->dir = dir;
	return OK;
}

/* One argument at argv[*i]; what is no option of MinIO's is one of ours. */
static enum err
take_argument(
    struct conf_minio *m, int argc, char *const *argv, int *i, struct fail *fail)
{
	const char *arg = argv[*i];
	struct span rest, name;
	const struct minio_option *o;

	if (arg[0] != '-')
		return take_dir(m, arg, fail);
	rest = span_str(arg + 1 + (arg[1] == '-'));
	name = span_cut(&rest, '=');
	o = option_find(name);
	if (o == NULL) {
		add_as_is(m, arg);
		if (strchr(arg, '=') == NULL && conf_takes_value(name) && *i + 1 < argc)
			add_as_is(m, argv[++*i]);
		return OK;
	}
	if (o->has_value && strchr(arg, '=') == NULL) {
		if (*i + 1 == argc)
			return fail_msg(fail, E_CONFIG,
			    "%s: a value is missing; allowed: %s VALUE", arg, arg);
		rest = span_str(argv[++*i]);
	}
	if (o->setting == NULL)
		note(m, arg, "there is nothing it could change here");
	else if (o->value != NULL)
		add(m, o->setting, span_str(o->value));
	else
		add_value(m, o->setting, rest);
	return OK;
}

/* MINIO_OPTS holds options as on the command line, apart by spaces. */
static enum err
take_opts(struct conf_minio *m, struct fail *fail)
{
	const char *opts = getenv("MINIO_OPTS");
	char *word[64];
	int n = 0;
	struct span rest = opts != NULL ? span_str(opts) : SPAN_NONE;
	enum err e = OK;

	while (rest.n > 0 && n < (int)ARRAY_LEN(word)) {
		struct span one = span_cut(&rest, ' ');

		if (one.n > 0)
			word[n++] = mem_span(one);
	}
	for (int i = 0; i < n && e == OK; i++)
		e = word[i][0] == '-'
		    ? take_argument(m, n, word, &i, fail)
		    : fail_msg(fail, E_CONFIG,
			  "MINIO_OPTS: '%s' is no option; allowed: options of server",
			  word[i]);
	for (int i = 0; i < n; i++)
		mem_free(word[i]);
	return e;
}

enum err
conf_minio_read(struct conf_minio *m, int argc, char *const *argv, struct fail *fail)
{
	const char *volumes;
	enum err e;

	*m = (struct conf_minio){ 0 };
	e = take_file(m, fail);
	volumes = getenv("MINIO_VOLUMES");
	if (!is_ours("address"))
		add(m, "address", SPAN_LIT("0.0.0.0:9000"));
	if (!is_ours("default-public-access"))
		add(m, "default-public-access", SPAN_LIT("allow"));
	if (!is_ours("root-user"))
		add(m, "root-user", SPAN_LIT("minioadmin"));
	if (!is_ours("root-password"))
		add(m, "root-password", SPAN_LIT("minioadmin"));
	/* Old names first: the later of two options holds. */
	for (size_t i = ARRAY_LEN(minio_names); i-- > 0 && e == OK;)
		if (minio_names[i].setting != NULL)
			e = take_name(m, &minio_names[i], fail);
	if (e == OK)
		e = take_opts(m, fail);
	for (int i = 0; i < argc && e == OK; i++)
		e = take_argument(m, argc, argv, &i, fail);
	if (e == OK && m->dir == NULL && volumes != NULL)
		e = take_dir(m, volumes, fail);
	if (e == OK && m->dir != NULL)
		add_as_is(m, m->dir);
	note_others(m);
	return e;
}

void
conf_minio_free(struct conf_minio *m)
{
	for (size_t i = 0; i < m->argc; i++)
		mem_free(m->argv[i]);
	mem_free(m->argv);
	buf_fini(&m->notes);
	*m = (struct conf_minio){ 0 };
}
