/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

static enum err
rows_fn(struct txn *t, void *arg)
{
	struct span v;
	void *room;

	(void)arg;
	assert_non_null(txn_store(t));
	assert_int_equal(table_put(t, T_PLAIN, SPAN_LIT("b"), SPAN_LIT("2")), OK);
	assert_int_equal(table_put(t, T_PLAIN, SPAN_LIT("a"), SPAN_LIT("1")), OK);
	assert_int_equal(table_put(t, T_PLAIN, SPAN_LIT("b"), SPAN_LIT("two")), OK);
	assert_int_equal(table_put_room(t, T_PLAIN, SPAN_LIT("c"), 3, true, &room), OK);
	memcpy(room, "sea", 3);
	/* A promise that does not hold costs speed, not the row. */
	assert_int_equal(table_put_room(t, T_PLAIN, SPAN_LIT("aa"), 2, true, &room), OK);
	memcpy(room, "AA", 2);
	assert_int_equal(table_put(t, T_PLAIN, SPAN_LIT("gone"), SPAN_NONE), OK);
	assert_int_equal(table_del(t, T_PLAIN, SPAN_LIT("gone")), OK);
	assert_int_equal(table_del(t, T_PLAIN, SPAN_LIT("gone")), E_NOT_FOUND);
	assert_int_equal(table_get(t, T_PLAIN, SPAN_LIT("b"), &v), OK);
	assert_true(span_is(v, "two"));
	return OK;
}

static void
expect_row(struct table_cursor *c, enum err e, const char *key, const char *value)
{
	assert_int_equal(e, OK);
	assert_true(span_is(c->key, key));
	assert_true(span_is(c->value, value));
}

static enum err
walk_fn(struct txn *t, void *arg)
{
	char longest[TABLE_KEY_MAX + 5];
	struct table_cursor c;

	(void)arg;
	assert_int_equal(table_begin(t, T_PLAIN, &c), OK);
	expect_row(&c, table_seek(&c, SPAN_NONE), "a", "1");
	expect_row(&c, table_next(&c), "aa", "AA");
	expect_row(&c, table_next(&c), "b", "two");
	expect_row(&c, table_next(&c), "c", "sea");
	assert_int_equal(table_next(&c), E_NOT_FOUND);
	expect_row(&c, table_seek(&c, SPAN_LIT("ab")), "b", "two");
	assert_int_equal(table_seek(&c, SPAN_LIT("d")), E_NOT_FOUND);
	memset(longest, 'b', sizeof longest);
	expect_row(&c, table_seek(&c, span_of(longest, sizeof longest)), "c", "sea");
	table_end(&c);
	assert_int_equal(table_begin(t, T_KEYS, &c), OK);
	assert_int_equal(table_seek(&c, SPAN_NONE), E_NOT_FOUND);
	table_end(&c);
	return OK;
}

static void
table_rows_are_ordered(void **state)
{
	struct kit *k = *state;

	assert_int_equal(store_write_wait(k->store, rows_fn, NULL), OK);
	assert_int_equal(store_read(k->reader, walk_fn, NULL), OK);
	kit_close(k);
	kit_open(k);
	assert_int_equal(store_read(k->reader, walk_fn, NULL), OK);
}

static enum err
limits_fn(struct txn *t, void *arg)
{
	char key[TABLE_KEY_MAX + 1];
	struct span v;

	(void)arg;
	memset(key, 'k', sizeof key);
	assert_int_equal(
	    table_put(t, T_PLAIN, span_of(key, sizeof key - 1), SPAN_NONE), OK);
	assert_int_equal(
	    table_put(t, T_PLAIN, span_of(key, sizeof key), SPAN_NONE), E_KEY_TOO_LONG);
	assert_int_equal(
	    table_get(t, T_PLAIN, span_of(key, sizeof key), &v), E_NOT_FOUND);
	assert_int_equal(table_del(t, T_PLAIN, span_of(key, sizeof key)), E_NOT_FOUND);
	assert_int_equal(table_get(t, T_PLAIN, SPAN_NONE, &v), E_NOT_FOUND);
	return OK;
}

static void
table_put_too_long_is_refused(void **state)
{
	struct kit *k = *state;

	assert_int_equal(store_write_wait(k->store, limits_fn, NULL), OK);
}

static enum err
change_fn(struct txn *t, void *arg)
{
	enum err e = *(enum err *)arg;

	assert_int_equal(table_put(t, T_PLAIN, SPAN_LIT("row"), SPAN_NONE), OK);
	return e;
}

static enum err
key_fn(struct txn *t, void *arg)
{
	(void)arg;
	return key_put(t, T_KEYS, 1, SPAN_LIT("key"), SPAN_LIT("value"));
}

static void
store_changes_counts_commits(void **state)
{
	struct kit *k = *state;
	uint64_t plain = store_changes(k->store, T_PLAIN),
		 keys = store_changes(k->store, T_KEYS);
	enum err e = OK;

	assert_int_equal(store_write_wait(k->store, change_fn, &e), OK);
	assert_int_equal(store_changes(k->store, T_PLAIN), plain + 1);
	e = E_NO_SUCH_KEY; /* nothing of it remains, so nothing changed */
	assert_int_equal(store_write_wait(k->store, change_fn, &e), E_NO_SUCH_KEY);
	assert_int_equal(store_changes(k->store, T_PLAIN), plain + 1);
	assert_int_equal(store_changes(k->store, T_KEYS), keys);
	assert_int_equal(store_write_wait(k->store, key_fn, NULL), OK);
	assert_int_equal(store_changes(k->store, T_KEYS), keys + 1);
	assert_int_equal(store_changes(k->store, T_PLAIN), plain + 1);
}

/* Over many pages, some of which become empty and are merged. */
enum { MANY = 5000 };

static struct span
many_key(char out[8], uint64_t i)
{
	be64_put(out, i);
	return span_of(out, 8);
}

static enum err
many_fn(struct txn *t, void *arg)
{
	char key[8], value[100];

	(void)arg;
	memset(value, 'v', sizeof value);
	for (uint64_t i = 0; i < MANY; i++)
		assert_int_equal(
		    table_put(t, T_PLAIN, many_key(key, i), span_of(value, sizeof value)),
		    OK);
	return OK;
}

/* Of those in steps, all but each keep-th; 0: all. */
struct thin {
	uint64_t step, keep;
};

static enum err
thin_fn(struct txn *t, void *arg)
{
	const struct thin *how = arg;
	struct table_cursor c;
	char key[8];
	enum err e;

	assert_int_equal(table_begin(t, T_PLAIN, &c), OK);
	e = table_seek(&c, SPAN_NONE);
	for (uint64_t i = 0; i < MANY; i += how->step, e = table_next(&c)) {
		assert_int_equal(e, OK);
		assert_true(span_eq(c.key, many_key(key, i)));
		if (how->keep == 0 || i % how->keep != 0)
			assert_int_equal(table_del_here(t, T_PLAIN, &c), OK);
	}
	assert_int_equal(e, E_NOT_FOUND);
	table_end(&c);
	return OK;
}

static void
table_del_here_walks_on(void **state)
{
	struct kit *k = *state;
	struct thin most = { 1, 7 }, rest = { 7, 49 }, all = { 49, 0 };

	assert_int_equal(store_write_wait(k->store, many_fn, NULL), OK);
	assert_int_equal(store_write_wait(k->store, thin_fn, &most), OK);
	assert_int_equal(store_write_wait(k->store, thin_fn, &rest), OK);
	kit_close(k);
	kit_open(k);
	assert_int_equal(store_write_wait(k->store, thin_fn, &all), OK);
	assert_int_equal(store_write_wait(k->store, many_fn, NULL), OK);
	most.keep = 0;
	assert_int_equal(store_write_wait(k->store, thin_fn, &most), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(table_rows_are_ordered),
		KIT_TEST(table_put_too_long_is_refused),
		KIT_TEST(table_del_here_walks_on),
		KIT_TEST(store_changes_counts_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
