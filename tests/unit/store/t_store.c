/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "kit.h"

static enum err
try_open(const struct store_conf *conf, struct fail *fail)
{
	struct store *s = NULL;
	enum err e;

	fail_init(fail, NULL);
	e = store_open(&s, conf, fail);
	store_close(&s);
	return e;
}

static void
write_text(struct kit *k, const char *name, const char *text)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s", k->dir, name);
	assert_int_equal(io_write_file(path, span_str(text), 0600), 0);
}

static bool
exists(struct kit *k, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s", k->dir, name);
	return access(path, F_OK) == 0;
}

static void
store_open_second_owner_is_refused(void **state)
{
	struct kit *k = *state;
	struct fail fail;
	char pid[32];

	(void)snprintf(pid, sizeof pid, "pid %ld", (long)getpid());
	assert_int_equal(try_open(&k->conf, &fail), E_CONFIG);
	assert_non_null(strstr(fail.message, k->dir));
	assert_non_null(strstr(fail.message, pid));
	(void)kit_put(k, 1, 100, 1);
	kit_check(k, 1, 100, 1);
}

static void
store_open_other_format_is_refused(void **state)
{
	struct kit *k = *state;
	struct fail fail;

	(void)kit_put(k, 1, 100, 1);
	kit_close(k);
	write_text(k, "format", "trug store 3\n");
	assert_int_equal(try_open(&k->conf, &fail), E_CONFIG);
	assert_non_null(strstr(fail.message, "format"));
	write_text(k, "format", "trug store 1\n");
	kit_open(k);
	kit_check(k, 1, 100, 1);
}

static void
store_open_missing_parent_is_refused(void **state)
{
	struct kit *k = *state;
	struct store_conf conf = k->conf;
	struct fail fail;

	conf.dir = "/nonexistent/store";
	assert_int_not_equal(try_open(&conf, &fail), OK);
	assert_non_null(strstr(fail.message, "/nonexistent/store"));
	/* A check makes nothing. */
	conf.dir = "/nonexistent";
	conf.read_only_check = true;
	assert_int_not_equal(try_open(&conf, &fail), OK);
}

/* A sanitizer's shadow memory alone is over any such limit. */
#if !defined(ENABLE_ASAN) && !defined(ENABLE_TSAN)
static void
store_open_no_address_space_names_the_setting(void **state)
{
	struct kit *k = *state;
	int status;
	pid_t child;

	kit_close(k);
	child = fork();
	if (child == 0) {
		struct rlimit lim = { (rlim_t)1 << 30, (rlim_t)1 << 30 };
		struct store_conf conf = k->conf;
		struct fail fail;

		conf.map_size = 0;
		(void)setrlimit(RLIMIT_AS, &lim);
		_exit(try_open(&conf, &fail) == E_CONFIG &&
			    strstr(fail.message, "map size") != NULL
			? 0
			: 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	kit_open(k);
}
#endif

static enum err
ids_fn(struct txn *t, void *arg)
{
	uint64_t *last = arg, id = store_next_id(t);

	assert_true(id > *last);
	assert_true(store_next_id(t) > id);
	*last = id + 1;
	return table_put(t, T_PLAIN, SPAN_LIT("k"), SPAN_LIT("v"));
}

static void
store_next_id_rises_over_restarts(void **state)
{
	struct kit *k = *state;
	uint64_t last = 0;

	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(store_write_wait(k->store, ids_fn, &last), OK);
		(void)kit_put_file(k, 1, 300000, i);
		kit_close(k);
		kit_open(k);
	}
}

static void
store_open_knows_new_tables(void **state)
{
	static const char *const more[] = { "plain", "keys", "refs", "another" };
	struct kit *k = *state;

	(void)kit_put(k, 1, 100, 1);
	kit_close(k);
	k->conf.tables = more;
	k->conf.ntables = 4;
	kit_open(k);
	kit_check(k, 1, 100, 1);
}

static void
store_open_cuts_a_long_segment(void **state)
{
	struct kit *k = *state;
	char path[256];
	struct stat st;
	int fd;

	(void)kit_put(k, 1, 9000, 1);
	kit_close(k);
	(void)snprintf(path, sizeof path, "%s/segments/%016x", k->dir, 1);
	fd = io_open(path, O_RDWR, 0);
	assert_true(fd >= 0);
	assert_int_equal(io_pwrite(fd, "torn", 4, 100000), 0);
	io_close(&fd);
	/* Not yet recovered is not broken. */
	k->conf.read_only_check = true;
	kit_open(k);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_close(k);
	k->conf.read_only_check = false;
	kit_open(k);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 12288);
	kit_check(k, 1, 9000, 1);
	(void)kit_put(k, 2, 9000, 2);
	kit_check(k, 2, 9000, 2);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

/* A process that dies with files of a lease written but not linked. */
static void
store_open_drops_files_of_open_leases(void **state)
{
	struct kit *k = *state;
	int status;
	pid_t child;
	unsigned files, all = 0;

	kit_close(k);
	child = fork();
	if (child == 0) {
		struct blob_file *f;

		kit_open(k);
		(void)kit_put_file(k, 1, 300000, 1);
		for (unsigned i = 0; i < 70; i++)
			if (blob_file_new(k->store, 5000, &f, NULL) != OK)
				_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	k->conf.read_only_check = true;
	kit_open(k);
	assert_int_equal(kit_verify(k, false, NULL), 0);
	kit_close(k);
	k->conf.read_only_check = false;
	kit_open(k);
	for (unsigned i = 0; i < 256; i++) {
		char sub[16];

		(void)snprintf(sub, sizeof sub, "files/%02x", i);
		(void)kit_blocks(k->dir, sub, &files);
		all += files;
	}
	assert_int_equal(all, 1);
	kit_check(k, 1, 300000, 1);
	assert_int_equal(kit_verify(k, false, NULL), 0);
}

static void
store_open_lost_segment_goes_on(void **state)
{
	struct kit *k = *state;
	struct kit_get g = { .record = 1, .len = UINT64_MAX };
	char path[256];

	(void)kit_put(k, 1, 9000, 1);
	kit_close(k);
	(void)snprintf(path, sizeof path, "%s/segments/%016x", k->dir, 1);
	assert_int_equal(unlink(path), 0);
	kit_open(k);
	assert_int_equal(kit_read(k, &g), E_IO);
	(void)kit_put(k, 2, 9000, 2);
	kit_check(k, 2, 9000, 2);
	assert_true(store_writable(k->store));
	buf_fini(&g.out);
}

static void
store_open_clean_store_writes_nothing(void **state)
{
	struct kit *k = *state;
	struct store_stats st;

	(void)kit_put_file(k, 1, 300000, 1);
	kit_close(k);
	kit_open(k);
	store_stats(k->store, &st);
	assert_int_equal(st.batches, 0);
	assert_int_equal(st.syncs, 0);
	assert_true(exists(k, "index/data.mdb"));
}

/* What an interrupted first open leaves is no store yet, and becomes one. */
static void
store_open_half_made_is_finished(void **state)
{
	struct kit *k = *state;
	char path[256];

	kit_close(k);
	(void)snprintf(path, sizeof path, "%s/format", k->dir);
	assert_int_equal(unlink(path), 0);
	kit_open(k);
	(void)kit_put(k, 1, 9000, 1);
	kit_check(k, 1, 9000, 1);
}

/* A start that a power cut ended: whatever lies there was never acknowledged. But an index
 * that only lacks its format is somebody's data. */
static void
store_open_half_made_is_made_again(void **state)
{
	struct kit *k = *state;
	char path[256], new[256];
	struct fail fail;

	kit_close(k);
	assert_false(exists(k, "index.new"));
	(void)snprintf(path, sizeof path, "%s/format", k->dir);
	assert_int_equal(unlink(path), 0);
	write_text(k, "index/data.mdb", "no index");
	assert_int_not_equal(try_open(&k->conf, &fail), OK);
	assert_true(exists(k, "index/data.mdb"));
	(void)snprintf(new, sizeof new, "%s/index.new", k->dir);
	(void)snprintf(path, sizeof path, "%s/index", k->dir);
	assert_int_equal(rename(path, new), 0);
	kit_open(k);
	(void)kit_put(k, 1, 9000, 1);
	kit_check(k, 1, 9000, 1);
	kit_close(k);
	assert_true(exists(k, "format"));
	assert_true(exists(k, "index/data.mdb"));
	assert_false(exists(k, "index.new"));
	kit_open(k);
	kit_check(k, 1, 9000, 1);
}

static int
setup_relaxed(void **state)
{
	return kit_setup_with(state, STORE_RELAXED, 0);
}

static void
store_relaxed_syncs_within_a_second(void **state)
{
	struct kit *k = *state;
	struct store_stats a, b;

	(void)kit_put(k, 1, 100, 1);
	store_stats(k->store, &a);
	/* Within a second, and as long as a slow disk takes. */
	for (int i = 0; i < 3000; i++) {
		(void)usleep(10000);
		store_stats(k->store, &b);
		if (b.syncs > a.syncs)
			break;
	}
	assert_true(b.syncs > a.syncs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(store_open_second_owner_is_refused),
		KIT_TEST(store_open_other_format_is_refused),
		KIT_TEST(store_open_missing_parent_is_refused),
#if !defined(ENABLE_ASAN) && !defined(ENABLE_TSAN)
		KIT_TEST(store_open_no_address_space_names_the_setting),
#endif
		KIT_TEST(store_next_id_rises_over_restarts),
		KIT_TEST(store_open_knows_new_tables),
		KIT_TEST(store_open_cuts_a_long_segment),
		KIT_TEST(store_open_drops_files_of_open_leases),
		KIT_TEST(store_open_lost_segment_goes_on),
		KIT_TEST(store_open_clean_store_writes_nothing),
		KIT_TEST(store_open_half_made_is_finished),
		KIT_TEST(store_open_half_made_is_made_again),
		cmocka_unit_test_setup_teardown(
		    store_relaxed_syncs_within_a_second, setup_relaxed, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
