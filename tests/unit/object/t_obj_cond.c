/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "objkit.h"

#define TAG "e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5"
#define MTIME 1000000

static struct rec_object
record(uint16_t parts)
{
	struct rec_object r = { .parts = parts, .mtime_ms = MTIME * 1000 + 999 };

	memset(r.etag, 0xe5, sizeof r.etag);
	return r;
}

static void
obj_etag_text(void **state)
{
	struct rec_object r = record(0);
	char text[ETAG_TEXT + 1] = { 0 };

	(void)state;
	text[obj_etag(text, &r)] = '\0';
	assert_string_equal(text, TAG);
	r.parts = 10000;
	text[obj_etag(text, &r)] = '\0';
	assert_string_equal(text, TAG "-10000");
}

static void
obj_etag_in_lists(void **state)
{
	static const struct {
		const char *list;
		bool in;
	} rows[] = { { TAG, true }, { "\"" TAG "\"", true }, { "*", true },
		{ "W/\"" TAG "\"", true }, { "\"x\", \"" TAG "\"", true }, { "", false },
		{ "\"\"", false }, { "\"" TAG "-1\"", false }, { "x,y,,", false },
		{ "\"", false }, { "W/", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    obj_etag_in(span_str(rows[i].list), TAG, strlen(TAG)), rows[i].in);
}

#define YES "\"" TAG "\""
#define NO "\"other\""
#define NEVER INT64_MIN

static const struct read_row {
	const char *match, *none;
	int64_t modified, unmodified;
	enum err want, copy; /* as a copy's source */
	const char *name;
} read_rows[] = {
	{ NULL, NULL, NEVER, NEVER, OK, OK, NULL },
	{ YES, NULL, NEVER, NEVER, OK, OK, NULL },
	{ "*", NULL, NEVER, NEVER, OK, OK, NULL },
	{ NO, NULL, NEVER, NEVER, E_PRECONDITION, E_PRECONDITION, "If-Match" },
	{ NULL, NO, NEVER, NEVER, OK, OK, NULL },
	{ NULL, YES, NEVER, NEVER, E_NOT_MODIFIED, E_PRECONDITION, "If-None-Match" },
	{ NULL, "*", NEVER, NEVER, E_NOT_MODIFIED, E_PRECONDITION, "If-None-Match" },
	/* whole seconds */
	{ NULL, NULL, MTIME, NEVER, E_NOT_MODIFIED, E_PRECONDITION, "If-Modified-Since" },
	{ NULL, NULL, MTIME - 1, NEVER, OK, OK, NULL },
	{ NULL, NULL, INT64_MAX, NEVER, OK, OK, NULL }, /* the future is ignored */
	{ NULL, NULL, NEVER, MTIME, OK, OK, NULL },
	{ NULL, NULL, NEVER, MTIME - 1, E_PRECONDITION, E_PRECONDITION,
	    "If-Unmodified-Since" },
	/* RFC 9110, 13.2.2: the ETag's condition silences the date's */
	{ YES, NULL, NEVER, MTIME - 1, OK, OK, NULL },
	{ NULL, NO, MTIME, NEVER, OK, OK, NULL },
	{ YES, YES, NEVER, NEVER, E_NOT_MODIFIED, E_PRECONDITION, "If-None-Match" },
	{ NO, YES, NEVER, NEVER, E_PRECONDITION, E_PRECONDITION, "If-Match" },
};

static void
read_one(const struct read_row *r, const char *prefix, enum err want, struct arena *a)
{
	struct rec_object rec = record(0);
	struct obj_cond c = { .if_match = span_str(r->match),
		.if_none_match = span_str(r->none),
		.has_modified = r->modified != NEVER,
		.has_unmodified = r->unmodified != NEVER,
		.modified_since = r->modified,
		.unmodified_since = r->unmodified,
		.prefix = prefix };
	char name[64];
	struct fail f;

	fail_init(&f, a);
	assert_int_equal(obj_cond_read(&c, &rec, &f), want);
	assert_int_equal(f.code, want);
	if (want != E_PRECONDITION)
		return;
	(void)snprintf(name, sizeof name, "%s%s", prefix, r->name);
	assert_int_equal(f.pairs, 1);
	assert_string_equal(f.pair[0].name, "Condition");
	assert_true(span_is(f.pair[0].value, name));
}

static void
obj_cond_read_table(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(read_rows); i++) {
		read_one(&read_rows[i], "", read_rows[i].want, &a);
		read_one(&read_rows[i], "x-amz-copy-source-", read_rows[i].copy, &a);
	}
	arena_fini(&a);
}

static void
obj_cond_write_table(void **state)
{
	static const struct {
		const char *match, *none;
		bool there;
		enum err want;
	} rows[] = { { NULL, NULL, true, OK }, { NULL, NULL, false, OK },
		{ YES, NULL, true, OK }, { NO, NULL, true, E_PRECONDITION },
		{ YES, NULL, false, E_NO_SUCH_KEY }, { NULL, "*", false, OK },
		{ NULL, "*", true, E_PRECONDITION }, { NULL, NO, true, OK },
		{ NULL, YES, true, E_PRECONDITION }, { NULL, YES, false, OK } };
	struct rec_object rec = record(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obj_cond c = { .if_match = span_str(rows[i].match),
			.if_none_match = span_str(rows[i].none) };

		assert_int_equal(
		    obj_cond_given(&c), rows[i].match != NULL || rows[i].none != NULL);
		assert_int_equal(
		    obj_cond_write(&c, rows[i].there ? &rec : NULL, NULL), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obj_etag_text),
		cmocka_unit_test(obj_etag_in_lists),
		cmocka_unit_test(obj_cond_read_table),
		cmocka_unit_test(obj_cond_write_table),
	};

	return cmocka_run_group_tests_name("obj_cond", tests, NULL, NULL);
}
