/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

/* A sorted model beside the table. */
struct model {
	struct buf key[4096];
	size_t n;
};

static size_t
model_at(const struct model *m, struct span key, bool *found)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (span_cmp(buf_view(&m->key[mid]), key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = low < m->n && span_eq(buf_view(&m->key[low]), key);
	return low;
}

static void
model_add(struct model *m, struct span key)
{
	bool found;
	size_t at = model_at(m, key, &found);

	if (found)
		return;
	assert_true(m->n < ARRAY_LEN(m->key));
	memmove(&m->key[at + 1], &m->key[at], (m->n - at) * sizeof m->key[0]);
	m->key[at] = (struct buf){ 0 };
	buf_span(&m->key[at], key);
	m->n++;
}

static void
model_del(struct model *m, struct span key)
{
	bool found;
	size_t at = model_at(m, key, &found);

	if (!found)
		return;
	buf_fini(&m->key[at]);
	m->n--;
	memmove(&m->key[at], &m->key[at + 1], (m->n - at) * sizeof m->key[0]);
}

static void
model_free(struct model *m)
{
	for (size_t i = 0; i < m->n; i++)
		buf_fini(&m->key[i]);
	mem_free(m);
}

enum { SPACE = 7 };

struct op {
	struct model *m;
	struct span key, value;
	uint64_t space;
};

static enum err
put_fn(struct txn *t, void *arg)
{
	struct op *o = arg;

	return key_put(t, T_KEYS, o->space, o->key, o->value);
}

static enum err
del_fn(struct txn *t, void *arg)
{
	struct op *o = arg;

	return key_del(t, T_KEYS, o->space, o->key);
}

static enum err
put_all_fn(struct txn *t, void *arg)
{
	struct model *m = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < m->n; i++) {
		/* Any order will do; a stride makes it not the sorted one. */
		struct span k = buf_view(&m->key[i * 7919 % m->n]);

		e = key_put(t, T_KEYS, SPACE, k, span_of(k.p, k.n < 40 ? k.n : 40));
	}
	return e;
}

static void
put(struct kit *k, uint64_t space, struct span key, const char *value)
{
	struct op o = { .key = key, .value = span_str(value), .space = space };

	assert_int_equal(store_write_wait(k->store, put_fn, &o), OK);
}

static enum err
del(struct kit *k, uint64_t space, struct span key)
{
	struct op o = { .key = key, .space = space };

	return store_write_wait(k->store, del_fn, &o);
}

/* The whole space, each seek from and each skip over every key, against the model. */
static enum err
compare_fn(struct txn *t, void *arg)
{
	struct model *m = arg;
	struct key_cursor c;
	size_t i = 0;
	enum err e;

	assert_int_equal(key_begin(t, T_KEYS, SPACE, &c), OK);
	for (e = key_seek(&c, SPAN_NONE); e == OK; e = key_next(&c), i++) {
		assert_true(i < m->n);
		assert_true(span_eq(c.key, buf_view(&m->key[i])));
		assert_true(span_eq(c.value, span_head(c.key, 40)));
	}
	assert_int_equal(e, E_NOT_FOUND);
	assert_int_equal(i, m->n);
	key_end(&c);
	return OK;
}

static enum err
seek_all_fn(struct txn *t, void *arg)
{
	struct model *m = arg;
	struct key_cursor c;

	assert_int_equal(key_begin(t, T_KEYS, SPACE, &c), OK);
	for (size_t i = 0; i < m->n; i++) {
		struct span key = buf_view(&m->key[i]), v;
		struct buf after = { 0 };

		assert_int_equal(key_get(t, T_KEYS, SPACE, key, &v), OK);
		assert_int_equal(key_seek(&c, key), OK);
		assert_true(span_eq(c.key, key));
		/* The successor, as start-after does it. */
		buf_span(&after, key);
		buf_char(&after, 0);
		if (i + 1 < m->n) {
			assert_int_equal(key_seek(&c, buf_view(&after)), OK);
			assert_true(span_eq(c.key, buf_view(&m->key[i + 1])));
		} else
			assert_int_equal(key_seek(&c, buf_view(&after)), E_NOT_FOUND);
		buf_fini(&after);
	}
	key_end(&c);
	return OK;
}

static enum err
skip_all_fn(struct txn *t, void *arg)
{
	static const size_t cuts[] = { 1, 5, 500, 501, 502, 503, 504, 1003, 1004, 1005,
		1023 };
	struct model *m = arg;
	struct key_cursor c;

	assert_int_equal(key_begin(t, T_KEYS, SPACE, &c), OK);
	for (size_t i = 0; i < m->n; i += 3)
		for (size_t j = 0; j < ARRAY_LEN(cuts); j++) {
			struct span p = span_head(buf_view(&m->key[i]), cuts[j]);
			size_t want = i;
			enum err e = key_skip(&c, p);

			while (want < m->n && span_starts(buf_view(&m->key[want]), p))
				want++;
			assert_int_equal(e, want < m->n ? OK : E_NOT_FOUND);
			if (e == OK)
				assert_true(span_eq(c.key, buf_view(&m->key[want])));
		}
	key_end(&c);
	return OK;
}

static void
model_long(struct model *m, const char *head, size_t fill, const char *tail)
{
	struct buf k = { 0 };

	buf_str(&k, head);
	while (k.n < fill)
		buf_char(&k, 'x');
	buf_str(&k, tail);
	model_add(m, buf_view(&k));
	buf_fini(&k);
}

static struct model *
model_mixed(void)
{
	static const size_t fills[] = { 0, 1, 500, 501, 502, 503, 504, 1000, 1003, 1004,
		1005, 1020 };
	static const char *const heads[] = { "", "a", "ab/", "ab/c", "b", "\xc3\xa9",
		"\xff" };
	static const char *const tails[] = { "", "!", "/", "0", "a", "zz", "\x7f",
		"\xff" };
	struct model *m = mem_zalloc(sizeof *m);

	for (size_t h = 0; h < ARRAY_LEN(heads); h++)
		for (size_t f = 0; f < ARRAY_LEN(fills); f++)
			for (size_t t = 0; t < ARRAY_LEN(tails); t++)
				model_long(m, heads[h], fills[f], tails[t]);
	return m;
}

static void
key_next_is_in_byte_order(void **state)
{
	struct kit *k = *state;
	struct model *m = model_mixed();

	assert_int_equal(store_write_wait(k->store, put_all_fn, m), OK);
	assert_int_equal(store_read(k->reader, compare_fn, m), OK);
	assert_int_equal(store_read(k->reader, seek_all_fn, m), OK);
	assert_int_equal(store_read(k->reader, skip_all_fn, m), OK);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	model_free(m);
}

static void
key_next_thousands_differ_in_last_byte(void **state)
{
	struct kit *k = *state;
	struct model *m = mem_zalloc(sizeof *m);

	for (unsigned i = 0; i < 3000; i++) {
		char tail[3] = { (char)(1 + i / 250), (char)(1 + i % 250), 0 };

		model_long(m, "prefix/", 1022, tail);
	}
	model_long(m, "prefix/", 0, "");
	model_long(m, "prefix/", 502, "");
	assert_int_equal(store_write_wait(k->store, put_all_fn, m), OK);
	assert_int_equal(store_read(k->reader, compare_fn, m), OK);
	assert_int_equal(store_read(k->reader, seek_all_fn, m), OK);
	assert_int_equal(store_read(k->reader, skip_all_fn, m), OK);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	model_free(m);
}

static void
key_put_random_equals_model(void **state)
{
	struct kit *k = *state;
	struct model *m = mem_zalloc(sizeof *m);
	uint32_t x = 42;

	for (unsigned i = 0; i < 1500; i++) {
		char key[1600];
		size_t n;

		x = x * 1664525u + 1013904223u;
		n = (x >> 8) % 4 == 0 ? (x >> 12) % 1600 : 495 + (x >> 12) % 20;
		memset(key, 'k', n);
		if (n > 0)
			key[n - 1] = (char)('a' + (x >> 28));
		if ((x >> 5) % 3 == 0) {
			bool found;

			(void)model_at(m, span_of(key, n), &found);
			assert_int_equal(
			    del(k, SPACE, span_of(key, n)), found ? OK : E_NOT_FOUND);
			model_del(m, span_of(key, n));
		} else {
			struct op o = { .key = span_of(key, n),
				.value = span_of(key, n < 40 ? n : 40),
				.space = SPACE };

			assert_int_equal(store_write_wait(k->store, put_fn, &o), OK);
			model_add(m, span_of(key, n));
		}
	}
	assert_int_equal(store_read(k->reader, compare_fn, m), OK);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	while (m->n > 0) {
		assert_int_equal(del(k, SPACE, buf_view(&m->key[m->n / 2])), OK);
		model_del(m, buf_view(&m->key[m->n / 2]));
	}
	assert_int_equal(store_read(k->reader, compare_fn, m), OK);
	model_free(m);
}

static enum err
empty_fn(struct txn *t, void *arg)
{
	struct table_cursor c;

	(void)arg;
	assert_int_equal(table_begin(t, T_KEYS, &c), OK);
	assert_int_equal(table_seek(&c, SPAN_NONE), E_NOT_FOUND);
	table_end(&c);
	return OK;
}

static void
key_del_last_removes_pointers(void **state)
{
	struct kit *k = *state;
	char key[1024];

	memset(key, 'q', sizeof key);
	put(k, SPACE, span_of(key, 1024), "v");
	put(k, SPACE, span_of(key, 1023), "v");
	put(k, SPACE, span_of(key, 1024), "again");
	assert_int_equal(del(k, SPACE, span_of(key, 1000)), E_NOT_FOUND);
	assert_int_equal(del(k, SPACE, span_of(key, 1024)), OK);
	assert_int_equal(del(k, SPACE, span_of(key, 1024)), E_NOT_FOUND);
	assert_int_equal(del(k, SPACE, span_of(key, 1023)), OK);
	assert_int_equal(store_read(k->reader, empty_fn, NULL), OK);
}

static enum err
spaces_fn(struct txn *t, void *arg)
{
	struct key_cursor c;
	struct span v;

	(void)arg;
	assert_int_equal(key_get(t, T_KEYS, 1, SPAN_NONE, &v), OK);
	assert_true(span_is(v, "one"));
	assert_int_equal(key_begin(t, T_KEYS, 1, &c), OK);
	assert_int_equal(key_seek(&c, SPAN_NONE), OK);
	assert_int_equal(c.key.n, 0);
	assert_int_equal(key_next(&c), E_NOT_FOUND);
	assert_int_equal(key_skip(&c, SPAN_NONE), E_NOT_FOUND);
	key_end(&c);
	assert_int_equal(key_get(t, T_KEYS, 3, SPAN_LIT("x"), &v), E_NOT_FOUND);
	return OK;
}

static void
key_next_stays_in_its_space(void **state)
{
	struct kit *k = *state;
	char key[KEY_DEPTH * 502 + 1];
	struct op o = { .key = span_of(key, sizeof key), .space = 1 };

	put(k, 1, SPAN_NONE, "one");
	put(k, 2, SPAN_LIT("x"), "two");
	memset(key, 1, sizeof key);
	assert_int_equal(store_write_wait(k->store, put_fn, &o), E_KEY_TOO_LONG);
	o.space = 2;
	o.key.n--;
	assert_int_equal(store_write_wait(k->store, put_fn, &o), OK);
	assert_int_equal(store_read(k->reader, spaces_fn, NULL), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(key_next_is_in_byte_order),
		KIT_TEST(key_next_thousands_differ_in_last_byte),
		KIT_TEST(key_put_random_equals_model),
		KIT_TEST(key_del_last_removes_pointers),
		KIT_TEST(key_next_stays_in_its_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
