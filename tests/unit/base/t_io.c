/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "child.h"

static char dir[] = "t_io.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return chdir("..") != 0 || rmdir(dir) != 0 ? -1 : 0;
}

static void
io_pwrite_and_back(void **state)
{
	int fd = io_open("f", O_RDWR | O_CREAT, 0600);
	char out[8] = "";
	uint64_t size;

	(void)state;
	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(io_pwrite(fd, "abcdef", 6, 10), 0);
	assert_int_equal(io_size(fd, &size), 0);
	assert_int_equal(size, 16);
	assert_int_equal(io_pread(fd, out, 3, 12), 0);
	assert_string_equal(out, "cde");
	assert_int_equal(io_pread(fd, out, 3, 14), -ENODATA);
	assert_int_equal(io_pread(fd, out, 0, 99), 0);
	assert_int_equal(io_datasync(fd), 0);
	assert_int_equal(io_truncate(fd, 12), 0);
	assert_int_equal(io_size(fd, &size), 0);
	assert_int_equal(size, 12);
	io_write_hint(fd, 0, 12, true);
	io_drop_cache(fd, 0, 12);
	io_close(&fd);
	assert_int_equal(fd, -1);
	io_close(&fd);
	assert_int_equal(io_unlink("f"), 0);
	assert_int_equal(io_unlink("f"), -ENOENT);
}

static void
io_open_missing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(io_open("missing", O_RDONLY, 0), -ENOENT);
	assert_int_equal(io_read_file("missing", &b, 10), -ENOENT);
	assert_int_equal(io_rename("missing", "x"), -ENOENT);
	assert_int_equal(io_sync_dir("missing"), -ENOENT);
	buf_fini(&b);
}

static void
io_pwritev_many(void **state)
{
	enum { PARTS = 3000 }; /* more than IOV_MAX */
	static struct iovec iov[PARTS];
	static char byte[PARTS], back[PARTS];
	int fd = io_open("f", O_RDWR | O_CREAT, 0600);

	(void)state;
	for (int i = 0; i < PARTS; i++) {
		byte[i] = (char)(i * 7);
		iov[i] = (struct iovec){ &byte[i], i % 100 == 50 ? 0 : 1 };
	}
	assert_int_equal(io_pwritev(fd, iov, PARTS, 5), 0);
	assert_int_equal(io_pread(fd, back, PARTS - 30, 5), 0);
	for (int i = 0, at = 0; i < PARTS; i++)
		if (i % 100 != 50)
			assert_int_equal(back[at++], byte[i]);
	assert_int_equal(io_pwritev(fd, iov, 0, 0), 0);
	io_close(&fd);
	assert_int_equal(io_unlink("f"), 0);
}

static void
io_punch_reads_zero(void **state)
{
	int fd = io_open("f", O_RDWR | O_CREAT, 0600), rc;
	static char block[8192];

	(void)state;
	memset(block, 'x', sizeof block);
	assert_int_equal(io_pwrite(fd, block, sizeof block, 0), 0);
	rc = io_punch(fd, 0, 4096);
	if (rc == 0) {
		assert_int_equal(io_pread(fd, block, sizeof block, 0), 0);
		assert_int_equal(block[0], 0);
		assert_int_equal(block[4096], 'x');
	} else
		assert_int_equal(rc, -EOPNOTSUPP);
	rc = io_fallocate(fd, 0, 65536);
	assert_true(rc == 0 || rc == -EOPNOTSUPP);
	io_close(&fd);
	assert_int_equal(io_unlink("f"), 0);
}

static void
io_write_file_replaces(void **state)
{
	struct buf b = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(io_mkdir("d", 0700), 0);
	assert_int_equal(io_mkdir("d", 0700), 0);
	assert_int_equal(io_write_file("d/f", SPAN_LIT("one"), 0600), 0);
	assert_int_equal(io_write_file("d/f", SPAN_LIT("second"), 0600), 0);
	assert_int_equal(stat("d/f", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(io_read_file("d/f", &b, 6), 0);
	assert_true(span_is(buf_view(&b), "second"));
	b.n = 0;
	assert_int_equal(io_read_file("d/f", &b, 5), -EFBIG);
	assert_int_equal(io_write_file("none/f", SPAN_LIT("x"), 0600), -ENOENT);
	assert_int_equal(io_write_file("d/f", SPAN_NONE, 0600), 0);
	b.n = 0;
	assert_int_equal(io_read_file("d/f", &b, 5), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(io_sync_dir("d"), 0);
	assert_int_equal(io_unlink("d/f"), 0);
	assert_int_equal(rmdir("d"), 0); /* no temporary file is left */
	buf_fini(&b);
}

static void
io_err_kinds(void **state)
{
	(void)state;
	assert_int_equal(io_err(0), OK);
	assert_int_equal(io_err(-ENOSPC), E_STORAGE_FULL);
	assert_int_equal(io_err(-EDQUOT), E_STORAGE_FULL);
	assert_int_equal(io_err(-EMFILE), E_NO_RESOURCE);
	assert_int_equal(io_err(-ENODATA), E_CORRUPT);
	assert_int_equal(io_err(-EIO), E_IO);
	assert_int_equal(io_err(-EBADF), E_IO);
}

#ifdef ENABLE_FAULTS
/* Children: 0, or the line that was not as it should be. */
#define WANT(cond) \
	if (!(cond)) \
	return 1

static int
child_nth(void)
{
	int fd = io_open("f", O_RDWR | O_CREAT, 0600);

	WANT(fault_setup("io_fsync@3=EIO; io_pwrite=ENOSPC", NULL));
	WANT(io_pwrite(fd, "x", 1, 0) == -ENOSPC); /* no @n is the first */
	WANT(io_pwrite(fd, "x", 1, 0) == 0);
	WANT(io_datasync(fd) == 0);
	WANT(io_datasync(fd) == 0);
	WANT(io_datasync(fd) == -EIO);
	WANT(io_datasync(fd) == 0);
	return 0;
}

static int
child_onwards(void)
{
	struct buf b = { 0 };

	WANT(fault_setup("io_rename@1+=EIO;io_open@4=EMFILE", NULL));
	for (int i = 0; i < 3; i++)
		WANT(io_write_file("g", SPAN_LIT("x"), 0600) == -EIO);
	WANT(io_open("f", O_RDONLY, 0) == -EMFILE);
	WANT(io_read_file("g", &b, 10) == -ENOENT);
	return 0;
}

static int
child_crash(void)
{
	WANT(fault_setup("crash@blob_commit@2", NULL));
	WANT(fault_hit(FAULT_blob_commit) == 0);
	WANT(fault_hit(FAULT_blob_sync) == 0);
	(void)fault_hit(FAULT_blob_commit);
	return 1;
}

static void
fault_plans(void **state)
{
	(void)state;
	assert_int_equal(child_run(child_nth), 0);
	assert_int_equal(child_run(child_onwards), 0);
	assert_int_equal(child_run(child_crash), -SIGKILL);
	assert_int_equal(io_unlink("f"), 0);
}

static void
fault_setup_refuses(void **state)
{
	static const char *const bad[] = { "x", "io_fsync", "io_fsync@3",
		"io_fsync@3=", "io_fsync@3=EWHAT", "io_fsync@x=EIO", "io_what@1=EIO",
		"crash@what", "=EIO" };
	struct fail f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		fail_init(&f, NULL);
		assert_false(fault_setup(bad[i], &f));
		assert_int_equal(f.code, E_CONFIG);
		assert_non_null(strstr(fail_text(&f), bad[i]));
	}
	assert_true(fault_setup("", NULL));
	assert_true(fault_setup(" ; ;", NULL));
}
#else
static void
fault_plans(void **state)
{
	struct fail f;

	(void)state;
	fail_init(&f, NULL);
	assert_false(fault_setup("io_fsync@3=EIO", &f));
	assert_int_equal(f.code, E_CONFIG);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(io_pwrite_and_back),
		cmocka_unit_test(io_open_missing),
		cmocka_unit_test(io_pwritev_many),
		cmocka_unit_test(io_punch_reads_zero),
		cmocka_unit_test(io_write_file_replaces),
		cmocka_unit_test(io_err_kinds),
		cmocka_unit_test(fault_plans),
#ifdef ENABLE_FAULTS
		cmocka_unit_test(fault_setup_refuses),
#endif
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
