/* SPDX-License-Identifier: Apache-2.0 */
/* Listings of a real index against a naive one over the same sorted keys. */
#include "objkit.h"

enum { KEYS_MAX = 600, ROWS_MAX = 700, LONG_KEY = 1024 };

struct keys {
	struct span key[KEYS_MAX];
	size_t n;
};

/* One page: rows 'k' and common prefixes 'p' in the order they came. */
struct page {
	struct {
		char form;
		struct span text;
	} row[ROWS_MAX];
	size_t n;
	bool truncated;
	struct span last;
	bool last_is_prefix;
};

static struct arena memory;

static int
key_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void
keys_add(struct keys *keys, struct span key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (span_eq(keys->key[i], key))
			return;
	assert_true(keys->n < KEYS_MAX);
	keys->key[keys->n++] = arena_span(&memory, key);
}

/* Short keys of few letters, so that prefixes meet, and keys around and past what fits in
 * one row of the index. */
static void
keys_make(struct keys *keys)
{
	static const char *const piece[] = { "a", "b", "/", "//", "\xc3\xbc", "ab/", "-",
		"a/b", "\x01", "z", "::", ":" };
	static const size_t lengths[] = { 500, 501, 502, 503, 504, 1003, 1004, 1005,
		1024 };
	uint32_t x = 12345;
	char text[LONG_KEY];

	for (size_t i = 0; i < 420; i++) {
		struct buf b = { 0 };

		x = x * 1664525u + 1013904223u;
		for (uint32_t n = 1 + (x >> 28) % 5, y = x; n > 0; n--) {
			y = y * 22695477u + 1;
			buf_str(&b, piece[(y >> 20) % ARRAY_LEN(piece)]);
		}
		keys_add(keys, buf_view(&b));
		buf_fini(&b);
	}
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		for (unsigned form = 0; form < 4; form++) {
			memset(text, 'L', sizeof text);
			text[form < 2 ? 3 : 501] = '/';
			if (form % 2 == 1)
				text[lengths[i] - 1] = '/';
			keys_add(keys, span_of(text, lengths[i]));
		}
	qsort(keys->key, keys->n, sizeof keys->key[0], key_cmp);
}

static enum err
keys_put(struct txn *t, struct objkit *k, void *arg)
{
	struct keys *keys = arg;
	uint8_t row[REC_OBJECT_MAX];
	struct rec_object rec = { 0 };
	enum err e = OK;

	/* Backwards: the index sorts. */
	for (size_t i = keys->n; e == OK && i > 0; i--)
		e = key_put(t, T_OBJECT, k->bucket.id, keys->key[i - 1],
		    span_of(row, rec_object_put(row, &rec)));
	return e;
}

static struct span
naive_common(struct span key, struct span prefix, struct span delimiter)
{
	if (delimiter.n == 0)
		return SPAN_NONE;
	for (size_t at = prefix.n; at + delimiter.n <= key.n; at++)
		if (memcmp(key.p + at, delimiter.p, delimiter.n) == 0)
			return span_head(key, at + delimiter.n);
	return SPAN_NONE;
}

static void
naive_list(const struct keys *keys, const struct obj_list *l, struct page *out)
{
	struct span common, last = SPAN_NONE, skip = SPAN_NONE;

	if (l->max == 0)
		return;
	common = naive_common(l->after, l->prefix, l->delimiter);
	if (l->after.n > 0 && span_starts(l->after, l->prefix) &&
	    (l->after_prefix || (common.n > 0 && common.n == l->after.n)))
		skip = l->after;
	for (size_t i = 0; i < keys->n; i++) {
		struct span key = keys->key[i];

		if (!span_starts(key, l->prefix) ||
		    (l->after.n > 0 && span_cmp(key, l->after) <= 0) ||
		    (skip.n > 0 && span_starts(key, skip)))
			continue;
		common = naive_common(key, l->prefix, l->delimiter);
		if (common.n > 0 && span_eq(common, last))
			continue;
		if (out->n == l->max) {
			out->truncated = true;
			return;
		}
		out->row[out->n].form = common.n > 0 ? 'p' : 'k';
		out->row[out->n++].text = common.n > 0 ? common : key;
		last = common;
	}
}

static void
page_row(void *ctx, struct span key, struct span value)
{
	struct page *p = ctx;
	struct rec_object rec;

	assert_int_equal(rec_object_get(value, &rec), OK);
	assert_true(p->n < ROWS_MAX);
	p->row[p->n].form = 'k';
	p->row[p->n++].text = arena_span(&memory, key);
}

static void
page_common(void *ctx, struct span prefix)
{
	struct page *p = ctx;

	assert_true(p->n < ROWS_MAX);
	p->row[p->n].form = 'p';
	p->row[p->n++].text = arena_span(&memory, prefix);
}

static enum err
list_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct obj_list *l = arg;

	l->space = k->bucket.id;
	return obj_list(t, l, &memory);
}

static void
real_list(struct objkit *k, const struct obj_list *want, struct page *out)
{
	struct obj_list l = *want;

	l.table = T_OBJECT;
	l.ctx = out;
	l.row = page_row;
	l.common = page_common;
	assert_int_equal(kit_read(k, list_fn, &l), OK);
	assert_int_equal(l.count, out->n);
	out->truncated = l.truncated;
	out->last = l.last;
	out->last_is_prefix = l.last_is_prefix;
}

static void
same(const struct page *a, const struct page *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->truncated, b->truncated);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->row[i].form, b->row[i].form);
		assert_true(span_eq(a->row[i].text, b->row[i].text));
	}
}

/* One page, and from it on to the end. */
static void
pages(struct objkit *k, const struct keys *keys, struct obj_list l, struct page *all)
{
	static struct page real, naive;
	size_t n = 0;

	for (;;) {
		real.n = naive.n = 0;
		real.truncated = naive.truncated = false;
		real_list(k, &l, &real);
		naive_list(keys, &l, &naive);
		same(&real, &naive);
		for (size_t i = 0; i < real.n && all != NULL; i++, n++) {
			assert_true(n < all->n);
			assert_true(span_eq(real.row[i].text, all->row[n].text));
		}
		if (!real.truncated)
			break;
		assert_true(span_eq(real.last, real.row[real.n - 1].text));
		assert_int_equal(real.last_is_prefix, real.row[real.n - 1].form == 'p');
		l.after = real.last;
		l.after_prefix = real.last_is_prefix;
	}
	if (all != NULL)
		assert_int_equal(n, all->n);
}

static const char *const prefixes[] = { "", "a", "a/", "ab/", "/", "//", "\xc3\xbc",
	"\xc3", "::", "LLL", "LLL/", "nothing" };
static const char *const delimiters[] = { "", "/", "//", "\xc3\xbc", "a", "b/",
	"::", "no such" };

static void
obj_list_pages(void **state)
{
	static const size_t max[] = { 1, 2, 7, 1000 };
	static struct page all;
	struct objkit *k = *state;
	struct keys *keys = mem_zalloc(sizeof *keys);

	keys_make(keys);
	assert_int_equal(kit_write(k, keys_put, keys), OK);
	for (size_t p = 0; p < ARRAY_LEN(prefixes); p++)
		for (size_t d = 0; d < ARRAY_LEN(delimiters); d++) {
			struct obj_list l = { .prefix = span_str(prefixes[p]),
				.delimiter = span_str(delimiters[d]),
				.max = ROWS_MAX };

			memset(&all, 0, sizeof all);
			naive_list(keys, &l, &all);
			for (size_t m = 0; m < ARRAY_LEN(max); m++) {
				l.max = max[m];
				pages(k, keys, l, &all);
			}
		}
	mem_free(keys);
}

/* Markers that are keys, between keys, prefixes of keys, before and behind everything. */
static void
obj_list_markers(void **state)
{
	static const char *const extra[] = { "", "a/", "a//", "a/b", "ab/", "L", "zzzz",
		"\xff", "\x01", "/", "a/\xff" };
	struct objkit *k = *state;
	struct keys *keys = mem_zalloc(sizeof *keys);
	char text[LONG_KEY + 500];

	keys_make(keys);
	memset(text, 'L', sizeof text);
	for (size_t i = 0; i < keys->n / 3 + ARRAY_LEN(extra) + 1; i++)
		for (size_t d = 0; d < ARRAY_LEN(delimiters); d++)
			for (size_t p = 0; p < 4; p++) {
				struct obj_list l = { .prefix = span_str(prefixes[p]),
					.delimiter = span_str(delimiters[d]),
					.max = 3 };
				size_t e = i - keys->n / 3;

				l.after = i < keys->n / 3  ? keys->key[i * 3]
				    : e < ARRAY_LEN(extra) ? span_str(extra[e])
							   : span_of(text, sizeof text);
				if (d > 2 && i % 8 != 0)
					continue;
				pages(k, keys, l, NULL);
			}
	mem_free(keys);
}

static void
obj_list_none(void **state)
{
	static struct page page;
	struct objkit *k = *state;
	struct obj_list l = { .max = 0 };

	real_list(k, &l, &page);
	assert_int_equal(page.n, 0);
	assert_false(page.truncated);
}

static enum err
keys_drop(struct txn *t, struct objkit *k, void *arg)
{
	struct keys *keys = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < keys->n; i++)
		e = key_del(t, T_OBJECT, k->bucket.id, keys->key[i]);
	return e;
}

static void
obj_list_empty(void **state)
{
	static struct page page;
	struct objkit *k = *state;
	struct obj_list l = { .max = 1000, .delimiter = SPAN_LIT("/") };
	struct keys *keys = mem_zalloc(sizeof *keys);

	keys_make(keys);
	assert_int_equal(kit_write(k, keys_drop, keys), OK);
	real_list(k, &l, &page);
	assert_int_equal(page.n, 0);
	assert_false(page.truncated);
	mem_free(keys);
}

static int
setup(void **state)
{
	arena_init(&memory, SIZE_MAX);
	return kit_setup(state);
}

static int
teardown(void **state)
{
	arena_fini(&memory);
	return kit_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obj_list_pages),
		cmocka_unit_test(obj_list_markers),
		cmocka_unit_test(obj_list_none),
		cmocka_unit_test(obj_list_empty),
	};

	return cmocka_run_group_tests_name("obj_list", tests, setup, teardown);
}
