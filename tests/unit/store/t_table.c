/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

static enum err
rows_fn(struct txn *t, void *arg)
{
	struct span v;
	void *room;
	bool empty;

	(void)arg;
	assert_non_null(txn_store(t));
	assert_int_equal(table_is_empty(t, T_PLAIN, &empty), OK);
	assert_true(empty);
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
	assert_int_equal(table_is_empty(t, T_PLAIN, &empty), OK);
	assert_false(empty);
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

/* ---- one transaction against a model ---- */

enum { MODEL_KEYS = 600, MODEL_STEPS = 3000, MODEL_LONGEST = 9000 };

struct model {
	uint32_t seed;
	uint32_t size[MODEL_KEYS]; /* of the value, and one; 0: no row */
};

static uint32_t
model_random(struct model *m, uint32_t below)
{
	m->seed = m->seed * 1664525 + 1013904223;
	return (m->seed >> 8) % below;
}

/* A letter of the key's own, as often as the row is long. */
static void
model_value(char *out, uint32_t key, size_t n)
{
	memset(out, 'a' + (int)(key % 26), n);
}

static void
model_put(struct txn *t, struct model *m, uint32_t i, struct span key)
{
	static char value[MODEL_LONGEST];
	uint32_t n = model_random(m, 8) == 0 ? model_random(m, MODEL_LONGEST)
					     : model_random(m, 150);
	void *room;

	model_value(value, i, n);
	if (n % 2 == 0) {
		assert_int_equal(table_put(t, T_PLAIN, key, span_of(value, n)), OK);
	} else {
		assert_int_equal(
		    table_put_room(t, T_PLAIN, key, n, n % 3 == 0, &room), OK);
		memcpy(room, value, n);
	}
	m->size[i] = n + 1;
}

static void
model_look(struct txn *t, const struct model *m, uint32_t i, struct span key)
{
	static char want[MODEL_LONGEST];
	struct span v;

	if (m->size[i] == 0) {
		assert_int_equal(table_get(t, T_PLAIN, key, &v), E_NOT_FOUND);
		return;
	}
	assert_int_equal(table_get(t, T_PLAIN, key, &v), OK);
	model_value(want, i, m->size[i] - 1);
	assert_true(span_eq(v, span_of(want, m->size[i] - 1)));
}

/* Runs of neighbours and rows far apart, in turn: what is held from the row before is of
 * use, or misleads. */
static enum err
model_fn(struct txn *t, void *arg)
{
	struct model *m = arg;
	uint32_t i = 0;
	char text[16];

	for (unsigned step = 0; step < MODEL_STEPS; step++) {
		bool deletes = step / 500 % 2 == 1;
		struct span key;

		i = model_random(m, 5) == 0 ? model_random(m, MODEL_KEYS)
					    : (i + model_random(m, 3)) % MODEL_KEYS;
		key = span_of(text, (size_t)snprintf(text, sizeof text, "%06u", i));
		if (model_random(m, 2) == 0)
			model_look(t, m, i, key);
		if (model_random(m, 8) >= (deletes ? 7 : 2)) {
			model_put(t, m, i, key);
		} else if (deletes || model_random(m, 2) == 0) {
			assert_int_equal(table_del(t, T_PLAIN, key),
			    m->size[i] != 0 ? OK : E_NOT_FOUND);
			m->size[i] = 0;
		}
		if (model_random(m, 700) == 0) {
			assert_int_equal(table_clear(t, T_PLAIN), OK);
			memset(m->size, 0, sizeof m->size);
		}
	}
	return OK;
}

static enum err
model_whole_fn(struct txn *t, void *arg)
{
	struct model *m = arg;
	char text[16];

	for (uint32_t i = 0; i < MODEL_KEYS; i++)
		model_look(t, m, i,
		    span_of(text, (size_t)snprintf(text, sizeof text, "%06u", i)));
	return OK;
}

static void
table_is_as_the_model_says(void **state)
{
	struct kit *k = *state;
	struct model m = { .seed = 1 };

	for (unsigned batch = 0; batch < 12; batch++) {
		assert_int_equal(store_write_wait(k->store, model_fn, &m), OK);
		assert_int_equal(store_read(k->reader, model_whole_fn, &m), OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(table_rows_are_ordered),
		KIT_TEST(table_put_too_long_is_refused),
		KIT_TEST(table_del_here_walks_on),
		KIT_TEST(table_is_as_the_model_says),
		KIT_TEST(store_changes_counts_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
