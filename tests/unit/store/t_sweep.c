/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

static int
setup_small_segments(void **state)
{
	return kit_setup_with(state, STORE_RELAXED, 1 << 20);
}

static void
store_sweep_now_gives_space_back(void **state)
{
	struct kit *k = *state;
	uint64_t before, after;
	struct store_stats st;
	unsigned files;

	for (unsigned i = 1; i <= 100; i++)
		(void)kit_put(k, i, 60000, i);
	before = kit_blocks(k->dir, "segments", &files);
	assert_true(before >= 100 * 60000);
	for (unsigned i = 1; i <= 100; i++)
		if (i % 4 != 0)
			kit_drop(k, i);
	store_sweep_now(k->store);
	after = kit_blocks(k->dir, "segments", &files);
	assert_true(after <= before / 4 + (64 << 10));
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 0);
	assert_true(st.swept_bytes >= 75 * 60000);
	for (unsigned i = 4; i <= 100; i += 4)
		kit_check(k, i, 60000, i);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_sweep_now_unlinks_dead_segments(void **state)
{
	struct kit *k = *state;
	struct store_stats st;
	unsigned files;

	for (unsigned i = 1; i <= 60; i++)
		(void)kit_put(k, i, 100000, i);
	(void)kit_blocks(k->dir, "segments", &files);
	assert_true(files >= 5);
	for (unsigned i = 1; i <= 60; i++)
		kit_drop(k, i);
	store_sweep_now(k->store);
	(void)kit_blocks(k->dir, "segments", &files);
	assert_true(files <= 1);
	store_stats(k->store, &st);
	assert_int_equal(st.segments, 1);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	/* The last one was all dead while it still grew. */
	for (unsigned i = 1; i <= 12; i++)
		(void)kit_put(k, i, 100000, i);
	store_sweep_now(k->store);
	store_stats(k->store, &st);
	assert_true(st.segments <= 2);
	for (unsigned i = 1; i <= 12; i++)
		kit_check(k, i, 100000, i);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_sweep_now_unlinks_files(void **state)
{
	struct kit *k = *state;
	struct blob_ref r = kit_put_file(k, 1, 1 << 20, 1);
	struct store_stats st;
	unsigned files;
	char sub[16];

	(void)snprintf(sub, sizeof sub, "files/%02x", (unsigned)(r.id & 0xff));
	(void)kit_blocks(k->dir, sub, &files);
	assert_int_equal(files, 1);
	kit_drop(k, 1);
	store_sweep_now(k->store);
	(void)kit_blocks(k->dir, sub, &files);
	assert_int_equal(files, 0);
	store_stats(k->store, &st);
	assert_int_equal(st.files, 0);
}

/* Where the bytes are, found in a snapshot and read after it, as a slow GET does. */
struct found {
	struct blob_ref ref;
	struct blob_extent extent;
};

static enum err
find_fn(struct txn *t, void *arg)
{
	struct found *f = arg;
	struct blob_pos pos;

	blob_pos_init(&pos, &f->ref, 0, f->ref.len);
	return blob_next(t, &pos, &f->extent);
}

static void
blob_pin_keeps_bytes(void **state)
{
	struct kit *k = *state;
	struct found small = { .ref = kit_put(k, 1, 60000, 1) };
	struct blob_ref large = kit_put_file(k, 2, 1 << 20, 2);
	char *data = kit_bytes(60000, 1), *got = mem_alloc(60000);
	struct blob_pin pin, later;
	struct store_stats st;
	unsigned files;
	char sub[16];

	(void)snprintf(sub, sizeof sub, "files/%02x", (unsigned)(large.id & 0xff));
	blob_pin(k->store, &pin);
	assert_int_equal(store_read(k->reader, find_fn, &small), OK);
	kit_drop(k, 1);
	kit_drop(k, 2);
	blob_pin(k->store, &later);
	store_sweep_now(k->store);
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 2);
	assert_int_equal(io_pread(small.extent.fd, got, 60000, small.extent.off), 0);
	assert_memory_equal(got, data, 60000);
	(void)kit_blocks(k->dir, sub, &files);
	assert_int_equal(files, 1);
	blob_extent_close(&small.extent);
	blob_unpin(&pin);
	store_sweep_now(k->store);
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 0);
	blob_unpin(&later);
	(void)kit_blocks(k->dir, sub, &files);
	assert_int_equal(files, 0);
	mem_free(data);
	mem_free(got);
}

/* A list of 1,000 pieces dies. */
enum { PIECES = 1000 };

static enum err
big_list_fn(struct txn *t, void *arg)
{
	static const char byte[5000];
	struct blob_piece *piece = arg;
	struct blob_ref list;
	enum err e = OK;

	for (unsigned i = 0; e == OK && i < PIECES; i++) {
		size_t n = i % 2 == 0 ? 10 : sizeof byte;

		e = blob_put(t, span_of(byte, n), crc32c_add(0, byte, n), &piece[i].ref);
		piece[i].tag = i;
	}
	if (e == OK)
		e = blob_list_put(t, piece, PIECES, &list);
	return e == OK ? kit_record(t, 1, &list) : e;
}

static void
store_sweep_now_drops_long_lists(void **state)
{
	struct kit *k = *state;
	struct blob_piece *piece = mem_array(PIECES, sizeof *piece);
	struct store_stats st;

	assert_int_equal(store_write_wait(k->store, big_list_fn, piece), OK);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_drop(k, 1);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	store_sweep_now(k->store);
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 0);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	mem_free(piece);
}

static void
store_open_goes_on_sweeping(void **state)
{
	struct kit *k = *state;
	struct blob_pin pin;
	struct store_stats st;

	(void)kit_put(k, 1, 60000, 1);
	blob_pin(k->store, &pin);
	kit_drop(k, 1);
	blob_unpin(&pin);
	kit_close(k);
	kit_open(k);
	for (unsigned i = 0; i < 6000; i++) {
		store_stats(k->store, &st);
		if (st.dead_rows == 0)
			break;
		(void)usleep(10000);
	}
	assert_int_equal(st.dead_rows, 0);
}

struct held {
	struct kit *k;
	struct blob_ref ref[600];
};

/* Within a snapshot: what is dropped and trimmed meanwhile is still all there. */
static enum err
drop_and_look(struct txn *t, void *arg)
{
	struct held *h = arg;

	for (unsigned i = 1; i <= 600; i++)
		kit_drop(h->k, i);
	store_trim(h->k->store);
	for (unsigned i = 0; i < 600; i++) {
		struct kit_get g = { .ref = h->ref[i], .len = UINT64_MAX };
		char *want = kit_bytes(4000, i + 1);

		assert_int_equal(kit_get_fn(t, &g), OK);
		assert_int_equal(g.out.n, 4000);
		assert_memory_equal(g.out.p, want, 4000);
		buf_fini(&g.out);
		mem_free(want);
	}
	return OK;
}

static void
store_trim_gives_pages_back(void **state)
{
	struct kit *k = *state;
	struct held *h = mem_zalloc(sizeof *h);
	uint64_t before, after;
	unsigned files;

	k->conf.trim_pages = 16;
	kit_close(k);
	kit_open(k);
	h->k = k;
	for (unsigned i = 1; i <= 600; i++)
		h->ref[i - 1] = kit_put(k, i, 4000, i);
	for (unsigned i = 601; i <= 620; i++)
		(void)kit_put(k, i, 4000, i);
	before = kit_blocks(k->dir, "index", &files);
	assert_true(before >= 620 * 4096);
	assert_int_equal(store_read(k->reader, drop_and_look, h), OK);
	/* The snapshot is gone; another commit makes LMDB's list the newest. */
	kit_drop(k, 620);
	kit_drop(k, 619);
	store_trim(k->store);
	after = kit_blocks(k->dir, "index", &files);
	assert_true(after < before / 3);
	for (unsigned i = 601; i <= 618; i++)
		kit_check(k, i, 4000, i);
	for (unsigned i = 1; i <= 600; i++)
		(void)kit_put(k, i, 4000, i + 7);
	store_trim(k->store);
	kit_close(k);
	kit_open(k);
	for (unsigned i = 1; i <= 600; i++)
		kit_check(k, i, 4000, i + 7);
	for (unsigned i = 601; i <= 618; i++)
		kit_check(k, i, 4000, i);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	mem_free(h);
}

#ifdef ENABLE_FAULTS
static void
store_sweep_now_rewrites_without_holes(void **state)
{
	struct kit *k = *state;
	struct store_stats st;
	uint64_t bytes;
	unsigned files;

	assert_true(fault_setup("io_punch@1+=EOPNOTSUPP", NULL));
	for (unsigned i = 1; i <= 100; i++)
		(void)kit_put(k, i, 100000, i);
	for (unsigned i = 1; i <= 100; i++)
		if (i % 5 != 0)
			kit_drop(k, i);
	store_sweep_now(k->store);
	store_stats(k->store, &st);
	assert_int_equal(st.dead_rows, 0);
	bytes = kit_blocks(k->dir, "segments", &files);
	assert_true(bytes < 5 << 20);
	for (unsigned i = 5; i <= 100; i += 5)
		kit_check(k, i, 100000, i);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_sweep_now_error_is_tried_again(void **state)
{
	static const char *const plans[] = { "io_punch@1=EIO", "sweep_commit@1=EIO",
		"sweep_punch@1=EIO", "io_unlink@1=EIO", "io_open@1=EMFILE" };
	struct kit *k = *state;

	for (unsigned i = 0; i < ARRAY_LEN(plans); i++) {
		struct store_stats st;

		(void)kit_put(k, 1, 60000, 1);
		(void)kit_put_file(k, 2, 300000, 1);
		assert_true(fault_setup(plans[i], NULL));
		kit_drop(k, 1);
		kit_drop(k, 2);
		store_sweep_now(k->store);
		assert_true(fault_setup("", NULL));
		store_sweep_now(k->store);
		store_stats(k->store, &st);
		assert_int_equal(st.dead_rows, 0);
		assert_int_equal(st.files, 0);
		assert_true(store_writable(k->store));
	}
	assert_int_equal(kit_verify(k, false, NULL), 0);
}
#endif

#define SMALL(f) cmocka_unit_test_setup_teardown(f, setup_small_segments, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(store_sweep_now_gives_space_back),
		SMALL(store_sweep_now_unlinks_dead_segments),
		KIT_TEST(store_sweep_now_unlinks_files),
		KIT_TEST(blob_pin_keeps_bytes),
		KIT_TEST(store_sweep_now_drops_long_lists),
		KIT_TEST(store_open_goes_on_sweeping),
		KIT_TEST(store_trim_gives_pages_back),
#ifdef ENABLE_FAULTS
		SMALL(store_sweep_now_rewrites_without_holes),
		SMALL(store_sweep_now_error_is_tried_again),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
