/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kit.h"

/* The engine's own tables, to break them. */
#include "../../../src/store/store_priv.h"

static int
setup_filled(void **state)
{
	struct kit *k;

	(void)kit_setup(state);
	k = *state;
	(void)kit_put(k, 1, 100, 1);
	(void)kit_put(k, 2, 9000, 2);
	(void)kit_put(k, 3, 20000, 3);
	(void)kit_put_file(k, 4, 300000, 4);
	return 0;
}

static void
expect(struct kit *k, bool repair, uint64_t findings, const char *text)
{
	struct buf lines = { 0 };
	uint64_t n = kit_verify(k, repair, &lines);

	if (n != findings || strstr(buf_cstr(&lines), text) == NULL)
		print_error("%s", buf_cstr(&lines));
	assert_int_equal(n, findings);
	assert_non_null(strstr(buf_cstr(&lines), text));
	buf_fini(&lines);
}

static struct blob_ref
ref_of(struct kit *k, uint64_t record)
{
	struct kit_get g = { .record = record, .len = UINT64_MAX };

	assert_int_equal(kit_read(k, &g), OK);
	buf_fini(&g.out);
	return g.ref;
}

static enum err
hold_fn(struct txn *t, void *arg)
{
	return blob_hold(t, arg);
}

static enum err
drop_fn(struct txn *t, void *arg)
{
	return blob_drop(t, arg);
}

static enum err
forget_fn(struct txn *t, void *arg)
{
	char key[8];

	be64_put(key, *(uint64_t *)arg);
	return table_del(t, T_REFS, span_of(key, 8));
}

static void
run(struct kit *k, store_fn fn, void *arg)
{
	assert_int_equal(store_write_wait(k->store, fn, arg), OK);
}

static void
store_verify_sound_store_is_clean(void **state)
{
	struct kit *k = *state;
	struct verify_conf conf = { .walk = kit_walk };
	struct verify_result out;

	assert_int_equal(store_verify(k->store, &conf, &out, NULL), OK);
	assert_int_equal(out.findings, 0);
	assert_int_equal(out.blobs, 4);
	assert_int_equal(out.bytes, 100 + 9000 + 20000 + 300000);
}

static void
store_verify_repairs_leaks_only(void **state)
{
	struct kit *k = *state;
	struct blob_ref two = ref_of(k, 2);

	/* Counted once too often, and nobody's at all. */
	run(k, hold_fn, &two);
	expect(k, false, 1, "counts 2 references, has 1");
	for (uint64_t i = 1; i <= 4; i++)
		if (i != 2)
			run(k, forget_fn, &i);
	expect(k, true, 4, "nothing refers to it");
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_check(k, 2, 9000, 2);
	kit_close(k);
	kit_open(k);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_drop(k, 2);
	store_sweep_now(k->store);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_verify_missing_blob_is_found(void **state)
{
	struct kit *k = *state;

	for (uint64_t i = 1; i <= 4; i++) {
		struct blob_ref r = ref_of(k, i);

		run(k, drop_fn, &r);
	}
	expect(k, true, 4, "is missing");
	expect(k, false, 4, "record 3");
}

static void
damage(struct kit *k, const struct blob_ref *r, uint64_t off)
{
	char path[256];
	int fd;

	if (r->kind == BLOB_FILE)
		(void)snprintf(path, sizeof path, "%s/files/%02x/%016llx", k->dir,
		    (unsigned)(r->id & 0xff), (unsigned long long)r->id);
	else
		(void)snprintf(path, sizeof path, "%s/segments/%016x", k->dir, 1);
	fd = io_open(path, O_RDWR, 0);
	assert_true(fd >= 0);
	assert_int_equal(io_pwrite(fd, "!", 1, off), 0);
	io_close(&fd);
}

static enum err
damage_fn(struct txn *t, void *arg)
{
	const struct blob_ref *r = arg;
	struct span row;
	char copy[200];

	assert_int_equal(table_id_get(t, IN_BODY, r->id, &row), OK);
	memcpy(copy, row.p, row.n);
	copy[50] ^= 1;
	return table_id_put(t, IN_BODY, r->id, copy, row.n);
}

static void
store_verify_flipped_byte_is_found(void **state)
{
	struct kit *k = *state;
	struct blob_ref tiny = ref_of(k, 1), seg = ref_of(k, 2), file = ref_of(k, 4);

	run(k, damage_fn, &tiny);
	expect(k, false, 1, "checksum is wrong");
	damage(k, &seg, 4000);
	expect(k, false, 2, "checksum is wrong");
	damage(k, &file, 299999);
	expect(k, false, 3, "checksum is wrong");
	damage(k, &file, 300000);
	expect(k, false, 4, "has 300001 bytes, not 300000");
}

static void
store_verify_unknown_files_are_dropped(void **state)
{
	struct kit *k = *state;
	char path[256];

	(void)snprintf(path, sizeof path, "%s/segments/%016x", k->dir, 0x777);
	assert_int_equal(io_write_file(path, SPAN_LIT("x"), 0600), 0);
	(void)snprintf(path, sizeof path, "%s/files/05", k->dir);
	assert_int_equal(io_mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/files/05/%016x", k->dir, 0xff05);
	assert_int_equal(io_write_file(path, SPAN_LIT("x"), 0600), 0);
	expect(k, true, 2, "the index does not know it");
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static enum err
overlap_fn(struct txn *t, void *arg)
{
	struct blob_ref *r = arg;
	struct blob_row a, b;

	assert_int_equal(blob_row_get(t, r[0].id, &a), OK);
	assert_int_equal(blob_row_get(t, r[1].id, &b), OK);
	b.off = a.off + EXTENT_ALIGN;
	return blob_row_put(t, r[1].id, &b);
}

static void
store_verify_overlap_is_found(void **state)
{
	struct kit *k = *state;
	struct blob_ref r[2] = { ref_of(k, 2), ref_of(k, 3) };

	run(k, overlap_fn, r);
	expect(k, false, 2, "overlap");
}

static enum err
long_key_fn(struct txn *t, void *arg)
{
	char key[1024];

	memset(key, 'a', sizeof key);
	return key_put(t, T_KEYS, 1, span_of(key, sizeof key), SPAN_LIT("v")) == OK &&
		arg == NULL
	    ? OK
	    : E_INTERNAL;
}

static enum err
break_key_fn(struct txn *t, void *arg)
{
	struct table_cursor c;
	char last[512];
	size_t n = 0;
	enum err e;

	(void)arg;
	assert_int_equal(table_begin(t, T_KEYS, &c), OK);
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		n = c.key.n;
		memcpy(last, c.key.p, n);
	}
	table_end(&c);
	return table_del(t, T_KEYS, span_of(last, n));
}

static void
store_verify_long_key_count_is_found(void **state)
{
	struct kit *k = *state;

	run(k, long_key_fn, NULL);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	run(k, break_key_fn, NULL);
	expect(k, false, 1, "a long key counts 1 rows, has 0");
}

/* Not reached by any test that fails a real disk: LMDB gave up, reading goes on. */
static void
reader_rescue_reads_on(void **state)
{
	struct kit *k = *state;

	assert_int_equal(reader_rescue(k->store), 0);
	for (unsigned i = 1; i <= 3; i++)
		kit_check(k, i, i == 1 ? 100 : i == 2 ? 9000 : 20000, i);
}

#define FILLED(f) cmocka_unit_test_setup_teardown(f, setup_filled, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(store_verify_sound_store_is_clean),
		FILLED(store_verify_repairs_leaks_only),
		FILLED(store_verify_missing_blob_is_found),
		FILLED(store_verify_flipped_byte_is_found),
		FILLED(store_verify_unknown_files_are_dropped),
		FILLED(store_verify_overlap_is_found),
		FILLED(store_verify_long_key_count_is_found),
		FILLED(reader_rescue_reads_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
