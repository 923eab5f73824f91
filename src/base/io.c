/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define FAULT_RETURN(f) \
	do { \
		int fault_rc = fault_hit(f); \
		if (fault_rc != 0) \
			return -fault_rc; \
	} while (0)

int
io_open(const char *path, int flags, mode_t mode)
{
	int fd;

	FAULT_RETURN(FAULT_io_open);
	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

void
io_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int
io_pread(int fd, void *p, size_t n, uint64_t off)
{
	char *at = p;

	FAULT_RETURN(FAULT_io_pread);
	while (n > 0) {
		ssize_t got = pread(fd, at, n, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		at += got;
		n -= (size_t)got;
		off += (uint64_t)got;
	}
	return 0;
}

int
io_pwrite(int fd, const void *p, size_t n, uint64_t off)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };

	return io_pwritev(fd, &iov, 1, off);
}

int
io_pwritev(int fd, struct iovec *iov, int count, uint64_t off)
{
	FAULT_RETURN(FAULT_io_pwrite);
	while (count > 0) {
		ssize_t put =
		    pwritev(fd, iov, count < IOV_MAX ? count : IOV_MAX, (off_t)off);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0 && iov->iov_len > 0)
			return -ENOSPC;
		off += (uint64_t)put;
		while (count > 0 && (size_t)put >= iov->iov_len) {
			put -= (ssize_t)iov->iov_len;
			iov++;
			count--;
		}
		if (count > 0) {
			iov->iov_base = (char *)iov->iov_base + put;
			iov->iov_len -= (size_t)put;
		}
	}
	return 0;
}

int
io_datasync(int fd)
{
	FAULT_RETURN(FAULT_io_fsync);
	return fdatasync(fd) != 0 ? -errno : 0;
}

int
io_sync_dir(const char *path)
{
	int fd = io_open(path, O_RDONLY | O_DIRECTORY, 0);
	int rc;

	if (fd < 0)
		return fd;
	rc = fault_hit(FAULT_io_fsync);
	if (rc == 0)
		rc = fsync(fd) != 0 ? errno : 0;
	io_close(&fd);
	/* Shared folders of desktop VMs can't sync a directory; nothing better exists there. */
	return rc == EINVAL || rc == ENOTSUP ? 0 : -rc;
}

int
io_fallocate(int fd, uint64_t off, uint64_t len)
{
	FAULT_RETURN(FAULT_io_fallocate);
	return fallocate(fd, 0, (off_t)off, (off_t)len) != 0 ? -errno : 0;
}

int
io_punch(int fd, uint64_t off, uint64_t len)
{
	FAULT_RETURN(FAULT_io_punch);
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off,
		   (off_t)len) != 0
	    ? -errno
	    : 0;
}

int
io_truncate(int fd, uint64_t len)
{
	FAULT_RETURN(FAULT_io_truncate);
	return ftruncate(fd, (off_t)len) != 0 ? -errno : 0;
}

int
io_unlink(const char *path)
{
	FAULT_RETURN(FAULT_io_unlink);
	return unlink(path) != 0 ? -errno : 0;
}

int
io_mkdir(const char *path, mode_t mode)
{
	FAULT_RETURN(FAULT_io_mkdir);
	return mkdir(path, mode) != 0 && errno != EEXIST ? -errno : 0;
}

int
io_temp_dir(char *template)
{
	FAULT_RETURN(FAULT_io_mkdir);
	return mkdtemp(template) == NULL ? -errno : 0;
}

int
io_rename(const char *from, const char *to)
{
	FAULT_RETURN(FAULT_io_rename);
	return rename(from, to) != 0 ? -errno : 0;
}

int
io_size(int fd, uint64_t *out)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	*out = (uint64_t)st.st_size;
	return 0;
}

int
io_try_lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) != 0 ? -errno : 0;
}

int
io_list(const char *path, void (*fn)(void *arg, const char *name), void *arg)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	int rc;

	if (d == NULL)
		return errno == ENOENT ? 0 : -errno;
	for (errno = 0; (e = readdir(d)) != NULL; errno = 0)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			fn(arg, e->d_name);
	rc = -errno;
	(void)closedir(d);
	return rc;
}

void
io_write_hint(int fd, uint64_t off, uint64_t len, bool wait)
{
#ifdef HAVE_SYNC_FILE_RANGE
	unsigned flags = SYNC_FILE_RANGE_WRITE;

	if (wait)
		flags |= SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;
	(void)sync_file_range(fd, (off_t)off, (off_t)len, flags);
#else
	(void)fd;
	(void)off;
	(void)len;
	(void)wait;
#endif
}

void
io_drop_cache(int fd, uint64_t off, uint64_t len)
{
	(void)posix_fadvise(fd, (off_t)off, (off_t)len, POSIX_FADV_DONTNEED);
}

int
io_read_file(const char *path, struct buf *b, size_t max)
{
	int fd = io_open(path, O_RDONLY, 0);
	int rc = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t got;

		buf_reserve(b, 4096);
		got = read(fd, b->p + b->n, 4096);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			rc = -errno;
		if (got <= 0)
			break;
		b->n += (size_t)got;
		if (b->n > max) {
			rc = -EFBIG;
			break;
		}
	}
	io_close(&fd);
	return rc;
}

static int
write_file(const char *path, struct span data, mode_t mode, bool durable)
{
	struct buf tmp = { 0 };
	char *dir = mem_dup(path);
	int fd, rc;

	buf_printf(&tmp, "%s.tmp.%ld", path, (long)getpid());
	fd = io_open(buf_cstr(&tmp), O_WRONLY | O_CREAT | O_TRUNC, mode);
	rc = fd < 0 ? fd : io_pwrite(fd, data.p, data.n, 0);
	if (rc == 0 && durable)
		rc = io_datasync(fd);
	io_close(&fd);
	if (rc == 0)
		rc = io_rename(buf_cstr(&tmp), path);
	if (rc != 0)
		(void)unlink(buf_cstr(&tmp));
	else if (durable)
		rc = io_sync_dir(dirname(dir));
	buf_fini(&tmp);
	mem_free(dir);
	return rc;
}

int
io_write_file(const char *path, struct span data, mode_t mode)
{
	return write_file(path, data, mode, true);
}

int
io_show_file(const char *path, struct span data, mode_t mode)
{
	return write_file(path, data, mode, false);
}

enum err
io_err(int negative_errno)
{
	switch (-negative_errno) {
	case 0:
		return OK;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return E_STORAGE_FULL;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return E_NO_RESOURCE;
	case ENODATA:
		return E_CORRUPT;
	default:
		return E_IO;
	}
}
