/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in the index: which take one row, which two, and how many pages. */
#include "config.h"

#include "kit.h"

#include "../../../src/store/store_priv.h"

/* The default limit, not the kit's: four pages where they are of 4 KiB. */
static int
setup_default(void **state)
{
	struct kit *k;

	(void)kit_setup(state);
	k = *state;
	kit_close(k);
	k->conf.tiny_max = 0;
	kit_open(k);
	assert_true(blob_tiny_max(k->store) == 16384);
	if (kit_page_scale() == 1)
		return 0;
	kit_close(k);
	k->conf.tiny_max = 4 * 4096 * kit_page_scale();
	kit_open(k);
	return 0;
}

struct rows {
	size_t rows, pages;
};

static enum err
rows_fn(struct txn *t, void *arg)
{
	struct rows *out = arg;
	MDB_stat st;

	assert_int_equal(mdb_stat(t->mdb, t->store->in[IN_BODY], &st), 0);
	*out = (struct rows){ st.ms_entries, st.ms_overflow_pages };
	return OK;
}

static struct rows
rows_of(struct kit *k)
{
	struct rows out;

	assert_int_equal(store_read(k->reader, rows_fn, &out), OK);
	return out;
}

static void
tiny_rows_and_pages(void **state)
{
	struct kit *k = *state;
	size_t page = k->store->page;
	const struct {
		size_t n, rows, pages;
	} cases[] = {
		{ 1, 1, 0 },
		{ 1000, 1, 0 },
		{ page - 25, 1, 1 },
		{ page - 24, 1, 1 }, /* the last that fills a page with its head */
		{ page - 23, 2, 1 },
		{ page - 16, 2, 1 }, /* nothing in the first row */
		{ page, 2, 1 },
		{ page - 16 + 1024, 2, 1 },
		{ page - 15 + 1024, 1, 2 },
		{ 2 * page - 24, 1, 2 },
		{ 2 * page, 2, 2 },
		{ 4 * page - 24, 1, 4 },
		{ 4 * page, 2, 4 },
	};

	assert_int_equal(blob_tiny_max(k->store), 4 * page);
	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		struct blob_ref r = kit_put(k, 1, cases[i].n, i);
		struct rows is = rows_of(k);

		assert_int_equal(r.kind, BLOB_TINY);
		assert_int_equal(is.rows, cases[i].rows);
		assert_int_equal(is.pages, cases[i].pages);
		kit_check(k, 1, cases[i].n, i);
		assert_int_equal(kit_verify(k, false, NULL), 0);
	}
	kit_drop(k, 1);
	assert_int_equal(rows_of(k).rows, 0);
	assert_int_equal(kit_put(k, 1, 4 * page + 1, 1).kind, BLOB_SEGMENT);
}

static void
tiny_ranges_come_back(void **state)
{
	struct kit *k = *state;
	size_t n = k->store->page;
	const size_t at[] = { 0, 1, 15, 16, 17, 100, n - 1 };
	char *want = kit_bytes(n, 7);
	struct blob_ref r = kit_put(k, 1, n, 7);

	for (unsigned i = 0; i < ARRAY_LEN(at); i++)
		for (unsigned j = 0; j < ARRAY_LEN(at); j++) {
			size_t len = at[j] < n - at[i] ? at[j] : n - at[i];
			struct kit_get g = { .ref = r, .at = at[i], .len = len };

			assert_int_equal(kit_read(k, &g), OK);
			assert_int_equal(g.out.n, len);
			if (len > 0)
				assert_memory_equal(g.out.p, want + at[i], len);
			buf_fini(&g.out);
		}
	mem_free(want);
}

struct held {
	uint64_t record;
	struct blob_ref ref;
};

static enum err
hold_fn(struct txn *t, void *arg)
{
	struct held *h = arg;
	enum err e = blob_hold(t, &h->ref);

	return e == OK ? kit_record(t, h->record, &h->ref) : e;
}

static void
hold(struct kit *k, uint64_t record, struct blob_ref r, uint64_t off, uint64_t len)
{
	struct held h = { record, r };
	char *whole = kit_bytes(r.len, 3);
	struct kit_get g = { .record = record, .len = UINT64_MAX };

	h.ref.off = off;
	h.ref.len = len;
	assert_int_equal(store_write_wait(k->store, hold_fn, &h), OK);
	assert_int_equal(kit_read(k, &g), OK);
	assert_int_equal(g.out.n, len);
	assert_memory_equal(g.out.p, whole + off, len);
	buf_fini(&g.out);
	mem_free(whole);
}

/* A copy counts; a slice, were it just the first row, is a body of its own. */
static void
tiny_copies_and_slices(void **state)
{
	struct kit *k = *state;
	size_t n = k->store->page;
	struct blob_ref r = kit_put(k, 1, n, 3);

	hold(k, 2, r, 0, n);
	assert_int_equal(rows_of(k).rows, 2);
	hold(k, 3, r, 0, 16);
	hold(k, 4, r, 16, n - 16);
	hold(k, 5, r, 5, 100);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	for (uint64_t i = 1; i <= 5; i++) {
		kit_drop(k, i);
		if (i < 2)
			kit_check(k, 2, n, 3);
		assert_int_equal(kit_verify(k, false, NULL), 0);
	}
	assert_int_equal(rows_of(k).rows, 0);
}

static enum err
break_fn(struct txn *t, void *arg)
{
	char key[9] = { 0 }, *copy;
	struct span row, name = span_of(key, 9);
	const struct held *h = arg;
	enum err e;

	be64_put(key, h->ref.id);
	if (h->record == 0)
		return table_row_del(t, t->store->in[IN_BODY], name);
	assert_int_equal(table_row_get(t, t->store->in[IN_BODY], name, &row), OK);
	copy = mem_span(row);
	copy[100] ^= 1;
	e = table_row_put(t, t->store->in[IN_BODY], name, span_of(copy, row.n));
	mem_free(copy);
	return e;
}

static void
tiny_damage_is_found(void **state)
{
	struct kit *k = *state;
	struct held h = { 1, kit_put(k, 1, k->store->page, 1) };
	struct kit_get g = { .record = 1, .len = UINT64_MAX };
	struct buf lines = { 0 };

	for (unsigned i = 0; i < 2; i++, h.record = 0) {
		assert_int_equal(store_write_wait(k->store, break_fn, &h), OK);
		lines.n = 0;
		assert_true(kit_verify(k, false, &lines) > 0);
		assert_non_null(strstr(buf_cstr(&lines), "its checksum is wrong"));
	}
	buf_fini(&lines);
	/* Without its second row it is read not at all, and never beyond what is there. */
	assert_int_equal(kit_read(k, &g), E_CORRUPT);
	buf_fini(&g.out);
	kit_drop(k, 1);
	assert_int_equal(rows_of(k).rows, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    tiny_rows_and_pages, setup_default, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    tiny_ranges_come_back, setup_default, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    tiny_copies_and_slices, setup_default, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    tiny_damage_is_found, setup_default, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
