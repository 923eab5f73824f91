/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <semaphore.h>

#include "kit.h"

/* Members queued behind one that holds the writer, so that they become one batch. */
struct member {
	struct store_write write;
	struct kit_put put;
	unsigned runs;
	bool fail_before; /* before anything is written */
	sem_t *done;
};

struct gate {
	struct store_write write;
	sem_t running, open, done;
};

static enum err
gate_fn(struct txn *t, void *arg)
{
	struct gate *g = CONTAINER_OF(arg, struct gate, write);

	(void)t;
	(void)sem_post(&g->running);
	while (sem_wait(&g->open) != 0)
		assert_int_equal(errno, EINTR);
	return OK;
}

static void
gate_done(struct store_write *w)
{
	struct gate *g = CONTAINER_OF(w, struct gate, write);

	(void)sem_post(&g->running); /* a read-only store does not run fn */
	(void)sem_post(&g->done);
}

static enum err
member_fn(struct txn *t, void *arg)
{
	struct member *m = CONTAINER_OF(arg, struct member, write);

	m->runs++;
	return m->fail_before ? E_PRECONDITION : kit_put_fn(t, &m->put);
}

static void
member_done(struct store_write *w)
{
	(void)sem_post(CONTAINER_OF(w, struct member, write)->done);
}

static void
batch(struct kit *k, struct member *m, size_t n)
{
	struct gate g = { .write = { .fn = gate_fn, .done = gate_done } };
	sem_t done;

	assert_int_equal(sem_init(&g.running, 0, 0), 0);
	assert_int_equal(sem_init(&g.open, 0, 0), 0);
	assert_int_equal(sem_init(&g.done, 0, 0), 0);
	assert_int_equal(sem_init(&done, 0, 0), 0);
	store_write(k->store, &g.write);
	while (sem_wait(&g.running) != 0)
		assert_int_equal(errno, EINTR);
	for (size_t i = 0; i < n; i++) {
		m[i].write.fn = member_fn;
		m[i].write.done = member_done;
		m[i].done = &done;
		store_write(k->store, &m[i].write);
	}
	(void)sem_post(&g.open);
	for (size_t i = 0; i < n; i++)
		while (sem_wait(&done) != 0)
			assert_int_equal(errno, EINTR);
	while (sem_wait(&g.done) != 0)
		assert_int_equal(errno, EINTR);
	(void)sem_destroy(&g.running);
	(void)sem_destroy(&g.open);
	(void)sem_destroy(&g.done);
	(void)sem_destroy(&done);
}

enum { MEMBERS = 40 };

static struct member *
members(size_t n, size_t size)
{
	struct member *m = mem_array(n, sizeof *m);

	for (size_t i = 0; i < n; i++) {
		m[i].put.record = i + 1;
		m[i].put.data = span_of(kit_bytes(size, (unsigned)i), size);
	}
	return m;
}

static void
members_free(struct member *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_free((void *)(uintptr_t)m[i].put.data.p);
	mem_free(m);
}

static void
expect_absent(struct kit *k, uint64_t record)
{
	struct kit_get g = { .record = record, .len = UINT64_MAX };

	assert_int_equal(kit_read(k, &g), E_NOT_FOUND);
	buf_fini(&g.out);
}

static void
store_write_is_grouped(void **state)
{
	struct kit *k = *state;
	struct member *m = members(MEMBERS, 5000);
	struct store_stats a, b;

	store_stats(k->store, &a);
	batch(k, m, MEMBERS);
	store_stats(k->store, &b);
	assert_true(b.batches - a.batches <= 2);
	assert_int_equal(b.members - a.members, MEMBERS + 1);
	for (unsigned i = 0; i < MEMBERS; i++) {
		assert_int_equal(m[i].write.result, OK);
		kit_check(k, i + 1, 5000, i);
	}
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, MEMBERS);
}

static void
store_write_failed_member_leaves_no_trace(void **state)
{
	struct kit *k = *state;
	const size_t sizes[] = { 100, 5000 };

	for (size_t s = 0; s < 2; s++) {
		struct member *m = members(MEMBERS, sizes[s]);

		for (unsigned i = 0; i < MEMBERS; i++)
			m[i].put.record += s * 1000;
		m[3].fail_before = true;
		m[7].put.answer = E_PRECONDITION;
		m[20].put.answer = E_BAD_DIGEST;
		batch(k, m, MEMBERS);
		for (unsigned i = 0; i < MEMBERS; i++) {
			uint64_t record = s * 1000 + i + 1;
			bool bad = i == 3 || i == 7 || i == 20;

			assert_int_equal(m[i].write.result,
			    i == 20   ? E_BAD_DIGEST
				: bad ? E_PRECONDITION
				      : OK);
			if (bad)
				expect_absent(k, record);
			else
				kit_check(k, record, sizes[s], i);
		}
		assert_int_equal(m[7].runs, 1);
		assert_int_equal(kit_verify(k, false, NULL), 0);
		members_free(m, MEMBERS);
	}
}

static void
store_write_many_failures_end_one_by_one(void **state)
{
	struct kit *k = *state;
	struct member *m = members(MEMBERS, 5000);

	for (unsigned i = 0; i < MEMBERS; i += 3)
		m[i].put.answer = E_PRECONDITION;
	batch(k, m, MEMBERS);
	for (unsigned i = 0; i < MEMBERS; i++) {
		assert_int_equal(m[i].write.result, i % 3 == 0 ? E_PRECONDITION : OK);
		if (i % 3 == 0)
			expect_absent(k, i + 1);
		else
			kit_check(k, i + 1, 5000, i);
	}
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, MEMBERS);
}

static int
setup_small_segments(void **state)
{
	return kit_setup_with(state, STORE_RELAXED, 256 << 10);
}

static void
store_write_splits_large_batches(void **state)
{
	struct kit *k = *state;
	struct member *m = members(MEMBERS, 50000);
	struct store_stats st;

	batch(k, m, MEMBERS);
	for (unsigned i = 0; i < MEMBERS; i++) {
		assert_int_equal(m[i].write.result, OK);
		kit_check(k, i + 1, 50000, i);
	}
	store_stats(k->store, &st);
	assert_true(st.segments > 4);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, MEMBERS);
}

static int
setup_small_map(void **state)
{
	struct kit *k;

	(void)kit_setup_with(state, STORE_NONE, 0);
	k = *state;
	kit_close(k);
	/* A body takes a page of its own, of whatever size they are. */
	k->conf.map_size = kit_page_scale() << 21;
	k->conf.tiny_max = 4096 * kit_page_scale() - 24;
	kit_open(k);
	return 0;
}

static void
store_write_map_full_hits_only_who_needs_it(void **state)
{
	struct kit *k = *state;
	unsigned n = 1000, full = 0, fine = 0;
	struct member *m = members(n, 4000 * kit_page_scale());

	batch(k, m, n);
	for (unsigned i = 0; i < n; i++) {
		if (m[i].write.result == OK) {
			fine++;
			kit_check(k, i + 1, 4000 * kit_page_scale(), i);
		} else {
			assert_int_equal(m[i].write.result, E_MAP_FULL);
			full++;
		}
	}
	assert_true(full > 100 && fine > 100);
	assert_true(store_writable(k->store));
	/* Deletes make room again. */
	for (unsigned i = 0; i < 200; i++)
		kit_drop(k, i + 1);
	(void)kit_put(k, n + 1, 4000, 1);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, n);
}

#ifdef ENABLE_FAULTS
static int
setup_full(void **state)
{
	return kit_setup_with(state, STORE_FULL, 0);
}

static void
plan(const char *text)
{
	assert_true(fault_setup(text, NULL));
}

/* ENOSPC at each step: the members fail, the store goes on. */
static void
store_write_disk_full_is_survived(void **state)
{
	static const char *const plans[] = { "io_pwrite@1+=ENOSPC", "io_fsync@1+=ENOSPC",
		"mdb_commit@1+=ENOSPC", "io_pwrite@1+=EDQUOT" };
	struct kit *k = *state;
	uint64_t record = 0;

	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		struct member *m = members(3, 5000);

		plan(plans[i]);
		batch(k, m, 3);
		plan("");
		for (unsigned j = 0; j < 3; j++) {
			assert_int_equal(m[j].write.result, E_STORAGE_FULL);
			expect_absent(k, j + 1);
		}
		assert_true(store_writable(k->store));
		(void)kit_put(k, 100 + ++record, 5000, 7);
		kit_check(k, 100 + record, 5000, 7);
		members_free(m, 3);
	}
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

/* One place fails once: with others in the batch, deletes and tiny puts still pass. */
static void
store_write_disk_full_spares_others(void **state)
{
	struct kit *k = *state;
	struct member *m = members(4, 5000);

	m[1].put.data.n = 10;
	plan("blob_write@1+=ENOSPC");
	batch(k, m, 4);
	plan("");
	assert_int_equal(m[0].write.result, E_STORAGE_FULL);
	assert_int_equal(m[1].write.result, OK);
	assert_int_equal(m[2].write.result, E_STORAGE_FULL);
	kit_check(k, 2, 10, 1);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, 4);
}

static void
store_write_disk_full_spares_deletes(void **state)
{
	struct kit *k = *state;
	struct member *m = members(1, 100);
	uint64_t record = 50;
	char path[128];

	(void)snprintf(path, sizeof path, "%s/reserve", k->dir);
	(void)kit_put(k, record, 5000, 1);
	assert_int_equal(access(path, F_OK), 0);
	plan("mdb_commit@1+=ENOSPC");
	batch(k, m, 1);
	assert_int_equal(m[0].write.result, E_STORAGE_FULL);
	assert_int_equal(access(path, F_OK), 0);
	plan("mdb_commit@1=ENOSPC");
	kit_drop(k, record);
	plan("");
	store_sweep_now(k->store);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	members_free(m, 1);
}

static void
store_write_io_error_turns_read_only(void **state)
{
	static const char *const plans[] = { "io_pwrite@1=EIO", "io_fsync@1=EIO",
		"mdb_commit@1=EIO", "blob_commit@1=EIO" };
	struct kit *k = *state;

	(void)kit_put(k, 1, 5000, 1);
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		struct member *m = members(2, 5000);
		struct blob_file *f;

		m[0].put.record = 10;
		m[1].put.record = 11;
		/* The journal runs, and nobody else writes. */
		(void)kit_put(k, 2, 100, 1);
		store_sweep_now(k->store);
		plan(plans[i]);
		batch(k, m, 2);
		assert_int_equal(m[0].write.result, E_IO);
		assert_int_equal(m[1].write.result, E_IO);
		assert_false(store_writable(k->store));
		batch(k, m, 2);
		assert_int_equal(m[0].write.result, E_READ_ONLY);
		assert_int_equal(blob_file_new(k->store, 0, &f, NULL), E_READ_ONLY);
		kit_check(k, 1, 5000, 1);
		kit_close(k);
		plan("");
		kit_open(k);
		assert_true(store_writable(k->store));
		kit_check(k, 1, 5000, 1);
		expect_absent(k, 10);
		expect_absent(k, 11);
		assert_int_equal(kit_verify(k, false, NULL), 0);
		members_free(m, 2);
	}
}

static void
blob_file_write_disk_full_leaves_no_file(void **state)
{
	struct kit *k = *state;
	struct blob_file *f;

	plan("io_fallocate@1=ENOSPC");
	assert_int_equal(blob_file_new(k->store, 1 << 20, &f, NULL), E_STORAGE_FULL);
	plan("io_fallocate@1=EOPNOTSUPP");
	assert_int_equal(blob_file_new(k->store, 1 << 20, &f, NULL), OK);
	plan("io_pwrite@1=ENOSPC");
	assert_int_equal(blob_file_write(f, "x", 1), E_STORAGE_FULL);
	blob_file_free(&f, false);
	plan("");
	assert_true(store_writable(k->store));
	assert_int_equal(kit_verify(k, false, NULL), 0);
	assert_int_equal(blob_file_new(k->store, 0, &f, NULL), OK);
	assert_int_equal(blob_file_write(f, "x", 1), OK);
	plan("io_fsync@1=EIO");
	assert_int_equal(blob_file_seal(f, 0), E_IO);
	assert_false(store_writable(k->store));
	blob_file_free(&f, false);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(store_write_is_grouped),
		KIT_TEST(store_write_failed_member_leaves_no_trace),
		KIT_TEST(store_write_many_failures_end_one_by_one),
		cmocka_unit_test_setup_teardown(
		    store_write_splits_large_batches, setup_small_segments, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_write_map_full_hits_only_who_needs_it, setup_small_map,
		    kit_teardown),
#ifdef ENABLE_FAULTS
		cmocka_unit_test_setup_teardown(
		    store_write_disk_full_is_survived, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_write_disk_full_spares_others, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_write_disk_full_spares_deletes, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_write_io_error_turns_read_only, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    blob_file_write_disk_full_leaves_no_file, setup_full, kit_teardown),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
