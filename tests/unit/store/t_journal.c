/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <sys/wait.h>

#include "kit.h"

#ifdef ENABLE_TSAN
/* The children below start threads although their parent had some: it has none any more. */
const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "die_after_fork=0";
}
#endif

static int
setup_full(void **state)
{
	struct kit *k;

	if (kit_setup_with(state, STORE_FULL, 0) != 0)
		return -1;
	/* What is behind the last checkpoint is counted here: none comes by time. */
	k = *state;
	k->conf.checkpoint_us = UINT64_MAX / 2;
	return 0;
}

static void
path_of(const struct kit *k, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", k->dir, name);
}

static uint64_t
size_of(const struct kit *k, const char *name)
{
	char path[256];
	struct stat st;

	path_of(k, name, path);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void
text_is(const struct kit *k, const char *name, const char *want)
{
	char path[256];
	struct buf b = { 0 };

	path_of(k, name, path);
	assert_int_equal(io_read_file(path, &b, 4096), 0);
	assert_string_equal(buf_cstr(&b), want);
	buf_fini(&b);
}

/* Another process opens the store, puts n records, and is no more. */
static void
killed_after(struct kit *k, unsigned n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		kit_open(k);
		for (unsigned i = 1; i <= n; i++)
			(void)kit_put(k, i, 100 * i % 9000 + 1, i);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
expect_records(struct kit *k, unsigned n)
{
	for (unsigned i = 1; i <= n; i++)
		kit_check(k, i, 100 * i % 9000 + 1, i);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_open_replays_what_was_acknowledged(void **state)
{
	struct kit *k = *state;

	kit_close(k);
	killed_after(k, 300);
	kit_open(k);
	expect_records(k, 300);
	(void)kit_put(k, 400, 10, 1);
	kit_close(k);
	kit_open(k);
	expect_records(k, 300);
	kit_check(k, 400, 10, 1);
}

/* Across checkpoints, and with records of older rounds behind the newest in the file. */
static void
store_open_replays_behind_checkpoints(void **state)
{
	struct kit *k = *state;

	kit_close(k);
	k->conf.checkpoint_writes = 37;
	killed_after(k, 200);
	k->conf.checkpoint_writes = 0;
	killed_after(k, 3);
	kit_open(k);
	expect_records(k, 200);
}

static void
store_open_takes_a_store_without_journal(void **state)
{
	static const char *const made_since[] = { "checkpoint", "journal.0", "journal.1",
		NULL };
	struct kit *k = *state;
	char path[256];

	(void)kit_put(k, 1, 101, 1);
	kit_close(k);
	for (const char *const *name = made_since; *name != NULL; name++) {
		path_of(k, *name, path);
		assert_int_equal(unlink(path), 0);
	}
	path_of(k, "format", path);
	assert_int_equal(io_write_file(path, SPAN_LIT("trug store 1\n"), 0600), 0);
	kit_open(k);
	kit_check(k, 1, 101, 1);
	text_is(k, "format", "trug store 1\n");
	(void)kit_put(k, 2, 201, 2);
	text_is(k, "format", "trug store 2\n");
	assert_int_not_equal(size_of(k, "checkpoint"), 0);
	kit_close(k);
	kit_open(k);
	expect_records(k, 2);
}

static void
store_open_damaged_checkpoint_is_refused(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;
	struct fail fail;
	char path[256];
	struct buf was = { 0 };

	(void)kit_put(k, 1, 100, 1);
	kit_close(k);
	path_of(k, "checkpoint", path);
	assert_int_equal(io_read_file(path, &was, SIZE_MAX), 0);
	for (size_t at = 20; at < was.n; at += 256 << 10)
		was.p[at] ^= 1;
	assert_int_equal(io_write_file(path, buf_view(&was), 0600), 0);
	fail_init(&fail, NULL);
	assert_int_equal(store_open(&s, &k->conf, &fail), E_CORRUPT);
	assert_non_null(strstr(fail.message, "checkpoint"));
	/* One slot that is whole is enough. */
	was.p[20] ^= 1;
	assert_int_equal(io_write_file(path, buf_view(&was), 0600), 0);
	buf_fini(&was);
	kit_open(k);
}

/* What lies at an offset of a file of the store, with one bit turned. */
static void
damage(const struct kit *k, const char *name, size_t at)
{
	char path[256];
	struct buf b = { 0 };

	path_of(k, name, path);
	assert_int_equal(io_read_file(path, &b, SIZE_MAX), 0);
	assert_true(at < b.n);
	b.p[at] ^= 1;
	assert_int_equal(io_write_file(path, buf_view(&b), 0600), 0);
	buf_fini(&b);
}

static void
expect_refused(struct kit *k, const char *why)
{
	struct store *s = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	assert_int_equal(store_open(&s, &k->conf, &fail), E_CORRUPT);
	assert_non_null(strstr(fail.message, why));
}

/* The file whose first record is batch n of this store, by the record's place. */
static const char *
journal_of(const struct kit *k, uint64_t n)
{
	char path[256];
	struct buf b = { 0 };
	bool first;

	path_of(k, "journal.0", path);
	assert_int_equal(io_read_file(path, &b, SIZE_MAX), 0);
	first = b.n >= 40 && be64_get(b.p + 16) == n;
	buf_fini(&b);
	return first ? "journal.0" : "journal.1";
}

/* A torn end is one thing, a batch that is missing before a later one another. */
static void
store_open_damaged_journal_is_refused(void **state)
{
	struct kit *k = *state;
	const char *name;

	kit_close(k);
	killed_after(k, 9);
	name = journal_of(k, 0);
	damage(k, name, 3 * 4096 + 60);
	expect_refused(k, "batch 3 ");
	damage(k, name, 3 * 4096 + 60);
	damage(k, name, 60);
	expect_refused(k, "batch 0 ");
	damage(k, name, 60);
	kit_open(k);
	expect_records(k, 9);
}

/* The slot of the checkpoint that counts is damaged: the other one is not as good. */
static void
store_open_older_checkpoint_is_refused(void **state)
{
	struct kit *k = *state;

	(void)kit_put(k, 20, 1, 1);
	kit_close(k);
	killed_after(k, 3);
	damage(k, "checkpoint", (256 << 10) + 16);
	expect_refused(k, "last checkpoint");
	damage(k, "checkpoint", (256 << 10) + 16);
	kit_open(k);
	expect_records(k, 3);
}

/* Pages that died wait for a checkpoint, and there is one before they are many. */
static void
store_write_index_stays_small(void **state)
{
	struct kit *k = *state;

	for (unsigned i = 0; i < 2000; i++)
		(void)kit_put(k, 1 + i % 10, 3000, i);
	assert_true(
	    size_of(k, "index/data.mdb") < (uint64_t)(24 + 16 * kit_page_scale()) << 20);
	assert_true(
	    size_of(k, "journal.0") + size_of(k, "journal.1") < (uint64_t)40 << 20);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_close(k);
	assert_true(size_of(k, "journal.0") <= 1 << 20);
	kit_open(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    store_open_replays_what_was_acknowledged, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_open_replays_behind_checkpoints, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_open_takes_a_store_without_journal, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_open_damaged_checkpoint_is_refused, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_open_damaged_journal_is_refused, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_open_older_checkpoint_is_refused, setup_full, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    store_write_index_stays_small, setup_full, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
