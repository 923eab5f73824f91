/* SPDX-License-Identifier: Apache-2.0 */
/* Every row by default, by option, by environment, and wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/conf.h"

#include <cmocka.h>
#undef fail_msg

enum { TEXT = 300 };
enum type { TYPE_STR, TYPE_NUM, TYPE_FLAG, TYPE_CHOICE };

static const struct row {
	const char *name;
	enum type type;
	size_t at;
	const char *text; /* default of a STR, choices of a CHOICE */
	uint64_t def, min, max;
} rows[] = {
#define STR(field, name, def, min, max, value, prose) \
	{ name, TYPE_STR, offsetof(struct conf, field), def, 0, min, max },
#define NUM(field, name, def, min, max, unit, prose) \
	{ name, TYPE_NUM, offsetof(struct conf, field), unit, def, min, max },
#define FLAG(field, name, prose) \
	{ name, TYPE_FLAG, offsetof(struct conf, field), "", 0, 0, 1 },
#define CHOICE(field, name, def, choices, prose) \
	{ name, TYPE_CHOICE, offsetof(struct conf, field), choices, def, 0, 0 },
#include "server/conf.def"
#undef STR
#undef NUM
#undef FLAG
#undef CHOICE
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static enum err
load(struct conf *c, char *const *argv, int argc, struct fail *fail)
{
	bool help;

	fail_init(fail, NULL);
	return conf_load(c, argc, (char **)(uintptr_t)argv, &help, fail);
}

/* The value in c as text. */
static const char *
value_of(const struct conf *c, const struct row *r, char out[TEXT])
{
	const char *at = (const char *)c + r->at;
	struct span rest = span_str(r->text), one = SPAN_NONE;

	switch (r->type) {
	case TYPE_STR:
		return *(const char *const *)(const void *)at;
	case TYPE_NUM:
		(void)snprintf(out, TEXT, "%llu",
		    (unsigned long long)*(const uint64_t *)(const void *)at);
		return out;
	case TYPE_FLAG:
		return *(const bool *)(const void *)at ? "true" : "false";
	case TYPE_CHOICE:
		for (unsigned i = 0; i <= *(const unsigned *)(const void *)at; i++)
			one = span_cut(&rest, '|');
		(void)snprintf(out, TEXT, "%.*s", (int)one.n, one.p);
		return out;
	}
	return "";
}

/* A good value that is not the default; which: the lowest or the highest. */
static const char *
good_of(const struct row *r, bool high, char out[TEXT])
{
	struct span rest = span_str(r->text), one;

	switch (r->type) {
	case TYPE_STR:
		(void)snprintf(out, TEXT, "%.*s", (int)(r->min > 1 ? r->min : 1),
		    "xxxxxxxxxxxxxxxx");
		return out;
	case TYPE_NUM:
		(void)snprintf(
		    out, TEXT, "%llu", (unsigned long long)(high ? r->max : r->min));
		return out;
	case TYPE_FLAG:
		return high ? "true" : "false";
	case TYPE_CHOICE:
		do
			one = span_cut(&rest, '|');
		while (high && rest.n > 0);
		(void)snprintf(out, TEXT, "%.*s", (int)one.n, one.p);
		return out;
	}
	return "";
}

static char *
env_of(const struct row *r, char out[TEXT])
{
	(void)snprintf(out, TEXT, "TRUG_%s", r->name);
	for (char *p = out; *p != '\0'; p++)
		*p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	return out;
}

static void
conf_load_defaults(void **state)
{
	char text[TEXT], want[TEXT];
	struct conf c;
	struct fail f;

	(void)state;
	assert_int_equal(load(&c, NULL, 0, &f), OK);
	assert_string_equal(c.dir, "data");
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		struct span rest = span_str(r->text), one = SPAN_NONE;

		if (r->type == TYPE_STR)
			assert_string_equal(value_of(&c, r, text), r->text);
		if (r->type == TYPE_NUM) {
			(void)snprintf(
			    want, sizeof want, "%llu", (unsigned long long)r->def);
			assert_string_equal(value_of(&c, r, text), want);
			assert_true(r->def >= r->min && r->def <= r->max);
		}
		if (r->type == TYPE_FLAG)
			assert_string_equal(value_of(&c, r, text), "false");
		for (unsigned k = 0; r->type == TYPE_CHOICE && k <= r->def; k++)
			one = span_cut(&rest, '|');
		if (r->type == TYPE_CHOICE)
			assert_true(span_is(one, value_of(&c, r, text)));
	}
}

static void
conf_load_options(void **state)
{
	char joined[TEXT * 2], alone[TEXT], good[TEXT], got[TEXT];
	struct conf c;
	struct fail f;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (int high = 0; high < 2; high++) {
			const struct row *r = &rows[i];
			const char *want = good_of(r, high != 0, good);
			char *one[] = { joined }, *two[] = { alone, good };

			(void)snprintf(joined, sizeof joined, "--%s=%s", r->name, want);
			assert_int_equal(load(&c, one, 1, &f), OK);
			assert_string_equal(value_of(&c, r, got), want);
			if (r->type == TYPE_FLAG)
				continue;
			(void)snprintf(alone, sizeof alone, "--%s", r->name);
			assert_int_equal(load(&c, two, 2, &f), OK);
			assert_string_equal(value_of(&c, r, got), want);
		}
}

static void
conf_load_flag_alone(void **state)
{
	static char flag[] = "--ephemeral";
	char *argv[] = { flag };
	struct conf c;
	struct fail f;

	(void)state;
	assert_int_equal(load(&c, argv, 1, &f), OK);
	assert_true(c.ephemeral);
}

static void
conf_load_environment(void **state)
{
	char env[TEXT], good[TEXT], got[TEXT], other[TEXT], option[TEXT * 2];
	char *argv[] = { option };
	struct conf c;
	struct fail f;

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		const char *want = good_of(r, true, good), *wins;

		assert_int_equal(setenv(env_of(r, env), want, 1), 0);
		assert_int_equal(load(&c, NULL, 0, &f), OK);
		assert_string_equal(value_of(&c, r, got), want);
		/* The option is before it. */
		wins = good_of(r, false, other);
		(void)snprintf(option, sizeof option, "--%s=%s", r->name, wins);
		assert_int_equal(load(&c, argv, 1, &f), OK);
		assert_string_equal(value_of(&c, r, got), wins);
		assert_int_equal(unsetenv(env), 0);
	}
}

static void
conf_load_directory(void **state)
{
	static char a[] = "a", b[] = "b", flag[] = "--ephemeral";
	char *one[] = { a }, *two[] = { a, b }, *both[] = { flag, a };
	struct conf c;
	struct fail f;

	(void)state;
	assert_int_equal(setenv("TRUG_DIR", "env", 1), 0);
	assert_int_equal(load(&c, NULL, 0, &f), OK);
	assert_string_equal(c.dir, "env");
	assert_int_equal(load(&c, one, 1, &f), OK);
	assert_string_equal(c.dir, "a");
	assert_int_equal(load(&c, two, 2, &f), E_CONFIG);
	assert_int_equal(load(&c, both, 2, &f), E_CONFIG);
	assert_int_equal(unsetenv("TRUG_DIR"), 0);
}

/* One line that names the setting, the value and what is allowed. */
static void
refused(const char *option, const char *from, const char *value, const char *allowed)
{
	char text[TEXT];
	char *argv[] = { text };
	const char *said;
	struct conf c;
	struct fail f;

	(void)snprintf(text, sizeof text, "%s", option);
	assert_int_equal(load(&c, argv, 1, &f), E_CONFIG);
	said = fail_text(&f);
	assert_non_null(strstr(said, from));
	assert_non_null(strstr(said, value));
	assert_non_null(strstr(said, allowed));
	assert_null(strchr(said, '\n'));
}

static void
conf_load_bad_values(void **state)
{
	(void)state;
	refused("--loops=257", "--loops", "'257'", "threads from 0 to 256");
	refused("--loops=", "--loops", "''", "0 to 256");
	refused("--loops=-1", "--loops", "'-1'", "0 to 256");
	refused("--loops=1K", "--loops", "'1K'", "0 to 256"); /* no bytes */
	refused("--max-head=1023", "--max-head", "'1023'", "bytes from 1024 to 65536");
	refused("--max-object=99999999999999999999T", "--max-object", "T'", "bytes");
	refused("--max-object=K", "--max-object", "'K'", "bytes");
	refused("--durability=fully", "--durability", "'fully'", "full|relaxed|none");
	refused("--ephemeral=maybe", "--ephemeral", "'maybe'", "true or false");
	refused("--root-user=ab", "--root-user", "'ab'", "3 to 128 characters");
	refused("--root-password=secret", "--root-password", "(hidden)", "8 to 128");
	refused("--no-such", "'--no-such'", "no option", "--help");
	refused("--", "'--'", "no option", "--help");
	refused("-x", "'-x'", "no option", "--help");
	refused("--region", "--region", "missing", "NAME");
}

static void
conf_load_bad_environment(void **state)
{
	struct conf c;
	struct fail f;

	(void)state;
	assert_int_equal(setenv("TRUG_LOG_LEVEL", "loud", 1), 0);
	assert_int_equal(load(&c, NULL, 0, &f), E_CONFIG);
	assert_non_null(strstr(fail_text(&f), "TRUG_LOG_LEVEL: 'loud'"));
	assert_int_equal(unsetenv("TRUG_LOG_LEVEL"), 0);
}

static void
conf_load_bytes(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;
	} good[] = { { "1048576", 1 << 20 }, { "1024K", 1 << 20 }, { "3M", 3 << 20 },
		{ "2G", (uint64_t)2 << 30 }, { "1T", (uint64_t)1 << 40 } };
	char text[TEXT];
	char *argv[] = { text };
	struct conf c;
	struct fail f;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		(void)snprintf(text, sizeof text, "--max-object=%s", good[i].text);
		assert_int_equal(load(&c, argv, 1, &f), OK);
		assert_true(c.max_object == good[i].want);
	}
}

static void
conf_help_has_every_row(void **state)
{
	struct buf help = { 0 }, table = { 0 };
	char text[TEXT];

	(void)state;
	conf_help(&help);
	conf_markdown(&table);
	for (size_t i = 0; i < ROWS; i++) {
		assert_non_null(strstr(buf_cstr(&help), env_of(&rows[i], text)));
		assert_non_null(strstr(buf_cstr(&table), text));
		(void)snprintf(text, sizeof text, "--%s", rows[i].name);
		assert_non_null(strstr(buf_cstr(&help), text));
		assert_non_null(strstr(buf_cstr(&table), text));
	}
	buf_fini(&help);
	buf_fini(&table);
}

static void
conf_reach_everywhere(void **state)
{
	static const char *const row[][3] = {
		{ "127.0.0.1:9000", "127.0.0.1", "9000" },
		{ ":9000", "127.0.0.1", "9000" },
		{ "*:0", "127.0.0.1", "0" },
		{ "0.0.0.0:80", "127.0.0.1", "80" },
		{ "[::]:9000", "[::1]", "9000" },
		{ "[fe80::1]:9000", "[fe80::1]", "9000" },
		{ "nas.lan:9000", "nas.lan", "9000" },
	};
	struct span port;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		assert_true(span_is(conf_reach(row[i][0], &port), row[i][1]));
		assert_true(span_is(port, row[i][2]));
	}
}

/* What the caller has set must not reach the tests. */
static int
setup(void **state)
{
	char env[TEXT];

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		(void)unsetenv(env_of(&rows[i], env));
	return unsetenv("TRUG_DIR");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conf_load_defaults),
		cmocka_unit_test(conf_load_options),
		cmocka_unit_test(conf_load_flag_alone),
		cmocka_unit_test(conf_load_environment),
		cmocka_unit_test(conf_load_directory),
		cmocka_unit_test(conf_load_bad_values),
		cmocka_unit_test(conf_load_bad_environment),
		cmocka_unit_test(conf_load_bytes),
		cmocka_unit_test(conf_help_has_every_row),
		cmocka_unit_test(conf_reach_everywhere),
	};

	return cmocka_run_group_tests_name("conf", tests, setup, NULL);
}
