/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

static void
blob_put_sizes_come_back(void **state)
{
	struct kit *k = *state;
	size_t tiny = blob_tiny_max(k->store), small = blob_small_max(k->store);
	const size_t sizes[] = { 0, 1, 100, tiny - 1, tiny, tiny + 1, 4096, 4097, 60000,
		small };
	static const uint8_t kinds[] = { BLOB_EMPTY, BLOB_TINY, BLOB_TINY, BLOB_TINY,
		BLOB_TINY, BLOB_SEGMENT, BLOB_SEGMENT, BLOB_SEGMENT, BLOB_SEGMENT,
		BLOB_SEGMENT };

	assert_int_equal((tiny + 24) & (tiny + 23), 0); /* page - 24 */
	for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
		struct blob_ref r = kit_put(k, i + 1, sizes[i], i);

		assert_int_equal(r.kind, kinds[i]);
		assert_int_equal(r.len, sizes[i]);
	}
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < ARRAY_LEN(sizes); i++)
			kit_check(k, i + 1, sizes[i], i);
		assert_int_equal(kit_verify(k, false, NULL), 0);
		kit_close(k);
		kit_open(k);
	}
}

static void
blob_file_comes_back(void **state)
{
	struct kit *k = *state;
	const size_t n = (40 << 20) + 77;
	struct blob_ref r = kit_put_file(k, 1, n, 3);
	struct blob_file *f;
	struct store_stats st;
	unsigned files;
	char sub[16];

	assert_int_equal(r.kind, BLOB_FILE);
	(void)kit_put_file(k, 2, 0, 0);
	/* Expected longer than it got. */
	assert_int_equal(blob_file_new(k->store, 1 << 20, &f, NULL), OK);
	assert_int_equal(blob_file_write(f, "abc", 3), OK);
	assert_int_equal(blob_file_seal(f, crc32c_add(0, "abc", 3)), OK);
	{
		struct kit_link l = { .record = 3, .file = f };

		assert_int_equal(store_write_wait(k->store, kit_link_fn, &l), OK);
	}
	blob_file_free(&f, true);
	/* Given up. */
	assert_int_equal(blob_file_new(k->store, 1 << 20, &f, NULL), OK);
	assert_int_equal(blob_file_write(f, "abc", 3), OK);
	blob_file_free(&f, false);
	(void)snprintf(sub, sizeof sub, "files/%02x", (unsigned)(r.id & 0xff));
	assert_true(kit_blocks(k->dir, sub, &files) >= n);
	kit_check(k, 1, n, 3);
	kit_close(k);
	kit_open(k);
	kit_check(k, 1, n, 3);
	kit_check(k, 2, 0, 0);
	store_stats(k->store, &st);
	assert_int_equal(st.files, 2);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

/* Record 9 becomes a list of the blobs of records 1 to 4. */
struct stringing {
	struct blob_piece piece[4];
	size_t n;
	struct blob_ref ref;
	uint64_t record;
};

static enum err
string_fn(struct txn *t, void *arg)
{
	struct stringing *s = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < s->n; i++)
		e = blob_hold(t, &s->piece[i].ref);
	if (e == OK)
		e = blob_list_put(t, s->piece, s->n, &s->ref);
	return e == OK ? kit_record(t, s->record, &s->ref) : e;
}

static struct blob_ref
string_up(struct kit *k, uint64_t record, struct buf *all)
{
	static const size_t sizes[] = { 300, 5000, 70000, 600000 };
	struct stringing s = { .n = 4, .record = record };

	for (unsigned i = 0; i < 4; i++) {
		char *data = kit_bytes(sizes[i], i + 10);

		s.piece[i].ref = i < 3 ? kit_put(k, i + 1, sizes[i], i + 10)
				       : kit_put_file(k, i + 1, sizes[i], i + 10);
		s.piece[i].tag = i + 1;
		buf_put(all, data, sizes[i]);
		mem_free(data);
	}
	assert_int_equal(store_write_wait(k->store, string_fn, &s), OK);
	return s.ref;
}

struct list_ask {
	struct blob_ref ref;
};

static enum err
list_fn(struct txn *t, void *arg)
{
	const struct blob_ref *r = arg;
	struct blob_ref tiny = { BLOB_TINY, 1, 0, 1 };
	struct blob_piece p;
	uint64_t start;
	size_t n;

	assert_int_equal(blob_list_count(t, r, &n), OK);
	assert_int_equal(n, 4);
	assert_int_equal(blob_list_count(t, &tiny, &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(blob_list_get(t, r, 2, &p), OK);
	assert_int_equal(p.tag, 3);
	assert_int_equal(p.ref.len, 70000);
	assert_int_equal(blob_list_get(t, r, 4, &p), E_NOT_FOUND);
	assert_int_equal(blob_list_start(t, r, 2, &start), OK);
	assert_int_equal(start, 5300);
	assert_int_equal(blob_list_start(t, r, 4, &start), OK);
	assert_int_equal(start, r->len);
	return OK;
}

static void
check_ranges(struct kit *k, const struct blob_ref *r, struct span all)
{
	static const uint64_t at[] = { 0, 1, 299, 300, 301, 5299, 5300, 5301, 75299,
		75300, 675298, 675299 };
	struct kit_get g = { .ref = *r };

	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		for (size_t j = i; j < ARRAY_LEN(at); j++) {
			if (at[j] >= r->len)
				continue;
			g.at = at[i];
			g.len = at[j] - at[i] + 1;
			assert_int_equal(kit_read(k, &g), OK);
			assert_int_equal(g.out.n, g.len);
			assert_memory_equal(g.out.p, all.p + at[i], g.len);
		}
	buf_fini(&g.out);
}

static void
blob_list_ranges_are_exact(void **state)
{
	struct kit *k = *state;
	struct buf all = { 0 };
	struct blob_ref r = string_up(k, 9, &all);

	assert_int_equal(r.len, all.n);
	assert_int_equal(store_read(k->reader, list_fn, &r), OK);
	check_ranges(k, &r, buf_view(&all));
	assert_int_equal(kit_verify(k, false, NULL), 0);
	for (uint64_t i = 1; i <= 4; i++)
		kit_drop(k, i);
	store_sweep_now(k->store);
	check_ranges(k, &r, buf_view(&all));
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_drop(k, 9);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	buf_fini(&all);
}

static void
blob_list_of_list_slices_is_exact(void **state)
{
	struct kit *k = *state;
	struct buf all = { 0 }, want = { 0 };
	struct blob_ref r = string_up(k, 9, &all);
	struct stringing s = { .n = 3, .record = 10 };
	struct kit_get g = { .record = 10, .len = UINT64_MAX };
	struct store_stats st;

	for (unsigned i = 0; i < 3; i++) {
		s.piece[i].ref = r;
		s.piece[i].ref.off = i * 100;
		s.piece[i].ref.len = 200000;
		buf_put(&want, all.p + i * 100, 200000);
	}
	assert_int_equal(store_write_wait(k->store, string_fn, &s), OK);
	for (uint64_t i = 1; i <= 4; i++)
		kit_drop(k, i);
	kit_drop(k, 9);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	assert_int_equal(kit_read(k, &g), OK);
	assert_int_equal(g.out.n, want.n);
	assert_memory_equal(g.out.p, want.p, want.n);
	kit_drop(k, 10);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 0);
	assert_int_equal(st.files, 0);
	buf_fini(&all);
	buf_fini(&want);
	buf_fini(&g.out);
}

/* Copy record 1 (a slice of it) to record 2. */
struct copying {
	struct blob_ref ref;
	uint64_t record;
};

static enum err
copy_fn(struct txn *t, void *arg)
{
	struct copying *c = arg;
	struct blob_ref r = c->ref;
	enum err e = blob_hold(t, &r);

	return e == OK ? kit_record(t, c->record, &r) : e;
}

static void
copy_and_drop(struct kit *k, size_t n, bool file)
{
	struct blob_ref r = file ? kit_put_file(k, 1, n, 5) : kit_put(k, 1, n, 5);
	struct copying whole = { r, 2 }, slice = { r, 3 };
	struct kit_get g = { .record = 3, .len = UINT64_MAX };
	char *data = kit_bytes(n, 5);

	slice.ref.off = 10;
	slice.ref.len = n - 30;
	assert_int_equal(store_write_wait(k->store, copy_fn, &whole), OK);
	assert_int_equal(store_write_wait(k->store, copy_fn, &slice), OK);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_drop(k, 1);
	store_sweep_now(k->store);
	kit_check(k, 2, n, 5);
	kit_drop(k, 2);
	store_sweep_now(k->store);
	assert_int_equal(kit_read(k, &g), OK);
	assert_int_equal(g.out.n, n - 30);
	assert_memory_equal(g.out.p, data + 10, n - 30);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_drop(k, 3);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	buf_fini(&g.out);
	mem_free(data);
}

static void
blob_hold_keeps_bytes(void **state)
{
	copy_and_drop(*state, 1000, false);
	copy_and_drop(*state, 20000, false);
	copy_and_drop(*state, 500000, true);
}

static enum err
missing_fn(struct txn *t, void *arg)
{
	struct blob_ref r = { BLOB_SEGMENT, 999999, 0, 10 };
	struct blob_extent x;
	struct blob_pos p;

	(void)arg;
	blob_pos_init(&p, &r, 0, 10);
	assert_int_equal(blob_next(t, &p, &x), E_CORRUPT);
	r.kind = BLOB_TINY;
	blob_pos_init(&p, &r, 0, 10);
	assert_int_equal(blob_next(t, &p, &x), E_CORRUPT);
	r.kind = BLOB_LIST;
	blob_pos_init(&p, &r, 0, 10);
	assert_int_equal(blob_next(t, &p, &x), E_CORRUPT);
	blob_pos_init(&p, &r, 10, 0);
	assert_int_equal(blob_next(t, &p, &x), E_NOT_FOUND);
	return OK;
}

static void
blob_next_missing_row_is_corrupt(void **state)
{
	struct kit *k = *state;

	assert_int_equal(store_read(k->reader, missing_fn, NULL), OK);
}

static void
blob_ref_get_refuses_unknown_kind(void **state)
{
	struct blob_ref r = { BLOB_FILE, 1, 2, 3 }, out;
	char p[BLOB_REF_SIZE];

	(void)state;
	blob_ref_put(p, &r);
	assert_true(blob_ref_get(p, &out));
	assert_memory_equal(&out.id, &r.id, 24);
	p[0] = 5;
	assert_false(blob_ref_get(p, &out));
	p[0] = (char)0xff;
	assert_false(blob_ref_get(p, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(blob_put_sizes_come_back),
		KIT_TEST(blob_file_comes_back),
		KIT_TEST(blob_list_ranges_are_exact),
		KIT_TEST(blob_list_of_list_slices_is_exact),
		KIT_TEST(blob_hold_keeps_bytes),
		KIT_TEST(blob_next_missing_row_is_corrupt),
		KIT_TEST(blob_ref_get_refuses_unknown_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
