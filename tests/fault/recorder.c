/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

/* Our own open() and its like must not meet the checked ones. */
#undef _FORTIFY_SOURCE

#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"

enum op { CREATE, EMPTY, WRITE, TRUNCATE, PUNCH, SYNC, UNLINK, RENAME, MKDIR };

struct note {
	uint32_t op;
	uint32_t name, name2; /* bytes behind this, then data */
	uint32_t data;
	uint64_t off, len; /* SYNC: len notes were made when it began */
};

static struct {
	char dir[256];
	size_t ndir;
	int fd;
	uint64_t count;
	pthread_mutex_t lock;
} rec = { .fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- in the process that is watched ---- */

void
recorder_start(const char *dir, const char *path)
{
	rec.ndir = (size_t)snprintf(rec.dir, sizeof rec.dir, "%s", dir);
	rec.count = 0;
	rec.fd = (int)syscall(
	    SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	MUST(rec.fd >= 0);
}

/* The name below the directory, or NULL: not ours. "" is the directory itself. */
static const char *
below(const char *path)
{
	if (rec.fd < 0 || strncmp(path, rec.dir, rec.ndir) != 0)
		return NULL;
	if (path[rec.ndir] == 0)
		return "";
	return path[rec.ndir] == '/' ? path + rec.ndir + 1 : NULL;
}

static const char *
below_fd(int fd, char path[512])
{
	char link[64];
	ssize_t n;

	if (rec.fd < 0)
		return NULL;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, 511);
	if (n <= 0)
		return NULL;
	path[n] = 0;
	return below(path);
}

/* [with the lock] */
static void
add(enum op op, const char *name, const char *name2, uint64_t off, uint64_t len,
    const struct iovec *iov, int count, size_t bytes)
{
	struct note n = { .op = op,
		.name = (uint32_t)strlen(name),
		.name2 = (uint32_t)strlen(name2),
		.data = (uint32_t)bytes,
		.off = off,
		.len = len };
	struct buf b = { 0 };

	buf_put(&b, &n, sizeof n);
	buf_str(&b, name);
	buf_str(&b, name2);
	for (int i = 0; i < count && bytes > 0; i++) {
		size_t part = iov[i].iov_len < bytes ? iov[i].iov_len : bytes;

		buf_put(&b, iov[i].iov_base, part);
		bytes -= part;
	}
	MUST(syscall(SYS_write, rec.fd, b.p, b.n) == (long)b.n);
	buf_fini(&b);
	rec.count++;
}

static void
take(void)
{
	if (rec.fd >= 0)
		(void)pthread_mutex_lock(&rec.lock);
}

static void
drop(void)
{
	if (rec.fd >= 0)
		(void)pthread_mutex_unlock(&rec.lock);
}

static ssize_t
note_write(int fd, const struct iovec *iov, int count, off_t off, ssize_t done)
{
	char path[512];
	const char *name = done > 0 ? below_fd(fd, path) : NULL;

	if (name != NULL)
		add(WRITE, name, "", (uint64_t)off, 0, iov, count, (size_t)done);
	return done;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t off)
{
	struct iovec v = { (void *)(uintptr_t)p, n };
	ssize_t done;

	take();
	done = note_write(fd, &v, 1, off, syscall(SYS_pwrite64, fd, p, n, off));
	drop();
	return done;
}

ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t off)
{
	ssize_t done;

	take();
	done =
	    note_write(fd, iov, count, off, syscall(SYS_pwritev, fd, iov, count, off, 0));
	drop();
	return done;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	struct iovec v = { (void *)(uintptr_t)p, n };
	off_t off = rec.fd < 0 ? 0 : lseek(fd, 0, SEEK_CUR);
	ssize_t done;

	take();
	done = note_write(fd, &v, 1, off, syscall(SYS_write, fd, p, n));
	drop();
	return done;
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	off_t off = rec.fd < 0 ? 0 : lseek(fd, 0, SEEK_CUR);
	ssize_t done;

	take();
	done = note_write(fd, iov, count, off, syscall(SYS_writev, fd, iov, count));
	drop();
	return done;
}

static int
note_fd(enum op op, int fd, uint64_t off, uint64_t len, long rc)
{
	char path[512];
	const char *name = rc == 0 ? below_fd(fd, path) : NULL;

	if (name != NULL)
		add(op, name, "", off, len, NULL, 0, 0);
	return (int)rc;
}

int
ftruncate(int fd, off_t len)
{
	int rc;

	take();
	rc = note_fd(TRUNCATE, fd, 0, (uint64_t)len, syscall(SYS_ftruncate, fd, len));
	drop();
	return rc;
}

int
fallocate(int fd, int mode, off_t off, off_t len)
{
	struct stat st;
	int rc;

	take();
	rc = (int)syscall(SYS_fallocate, fd, mode, off, len);
	if ((mode & FALLOC_FL_PUNCH_HOLE) != 0)
		(void)note_fd(PUNCH, fd, (uint64_t)off, (uint64_t)len, rc);
	else if (rc == 0 && rec.fd >= 0 && fstat(fd, &st) == 0)
		(void)note_fd(TRUNCATE, fd, 0, (uint64_t)st.st_size, rc);
	drop();
	return rc;
}

/* It covers what was noted before it began. */
static int
sync_with(long call, int fd)
{
	uint64_t before;
	long rc;

	take();
	before = rec.count;
	drop();
	rc = syscall(call, fd);
	take();
	(void)note_fd(SYNC, fd, 0, before, rc);
	drop();
	return (int)rc;
}

int
fdatasync(int fd)
{
	return sync_with(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return sync_with(SYS_fsync, fd);
}

int
open(const char *path, int flags, ...)
{
	const char *name = below(path);
	struct stat st;
	bool new;
	va_list ap;
	mode_t mode;
	int fd;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	take();
	new = name != NULL && (flags & O_CREAT) != 0 && lstat(path, &st) != 0;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd >= 0 && new)
		add(CREATE, name, "", 0, 0, NULL, 0, 0);
	else if (fd >= 0 && name != NULL && (flags & O_TRUNC) != 0)
		add(TRUNCATE, name, "", 0, 0, NULL, 0, 0);
	drop();
	return fd;
}

static int
note_name(enum op op, const char *path, const char *to, long rc)
{
	const char *name = below(path), *name2 = below(to);

	if (rc == 0 && name != NULL)
		add(op, name, name2 != NULL ? name2 : "", 0, 0, NULL, 0, 0);
	return (int)rc;
}

int
unlink(const char *path)
{
	int rc;

	take();
	/* arm64 has but the calls that end in "at". */
	rc = note_name(UNLINK, path, "", syscall(SYS_unlinkat, AT_FDCWD, path, 0));
	drop();
	return rc;
}

int
rename(const char *from, const char *to)
{
	int rc;

	take();
	rc = note_name(
	    RENAME, from, to, syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
	drop();
	return rc;
}

int
mkdir(const char *path, mode_t mode)
{
	int rc;

	take();
	rc = note_name(MKDIR, path, "", syscall(SYS_mkdirat, AT_FDCWD, path, mode));
	drop();
	return rc;
}

/* ---- the disk ---- */

struct file {
	char *name;
	bool there, dir;
	struct buf bytes;
};

struct recorder_disk {
	struct file *file;
	size_t n;
	uint32_t random;
};

static struct recorder_disk *looking;
static size_t looking_from;

static struct file *
file_add(struct recorder_disk *d, const char *name, bool dir)
{
	d->file = mem_realloc(d->file, (d->n + 1) * sizeof *d->file);
	d->file[d->n] = (struct file){ .name = mem_dup(name), .there = true, .dir = dir };
	return &d->file[d->n++];
}

static struct file *
file_get(struct recorder_disk *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->file[i].there && strcmp(d->file[i].name, name) == 0)
			return &d->file[i];
	return NULL;
}

static int
look_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	struct file *file;

	(void)flag;
	if (f->level == 0)
		return 0;
	file = file_add(looking, path + looking_from, S_ISDIR(st->st_mode));
	if (!file->dir)
		MUST(io_read_file(path, &file->bytes, SIZE_MAX) == 0);
	return 0;
}

struct recorder_disk *
recorder_look(const char *dir)
{
	looking = mem_zalloc(sizeof *looking);
	looking_from = strlen(dir) + 1;
	MUST(nftw(dir, look_one, 16, FTW_PHYS) == 0);
	return looking;
}

static uint32_t
dice(struct recorder_disk *d, uint32_t sides)
{
	d->random = d->random * 1664525u + 1013904223u;
	return (d->random >> 10) % sides;
}

static void
bytes_at(struct file *f, uint64_t off, const char *p, size_t n)
{
	if (f->bytes.n < off + n) {
		size_t more = (size_t)(off + n) - f->bytes.n;

		memset(buf_grow(&f->bytes, more), 0, more);
	}
	memcpy(f->bytes.p + off, p, n);
}

/* A write that no sync covers: none of it, all, or some sectors. */
static void
write_torn(struct recorder_disk *d, struct file *f, uint64_t off, const char *p, size_t n)
{
	uint32_t how = dice(d, 10);
	uint64_t sector = dice(d, 2) == 0 ? 512 : 4096, end = off + n;

	if (how < 3)
		return;
	if (how < 6) {
		bytes_at(f, off, p, n);
		return;
	}
	for (uint64_t at = off, next; at < end; at = next) {
		next = (at / sector + 1) * sector;
		if (next > end)
			next = end;
		if (dice(d, 2) == 0)
			bytes_at(f, at, p + (at - off), (size_t)(next - at));
	}
}

static void
cut_to(struct file *f, uint64_t len)
{
	if (len <= f->bytes.n)
		f->bytes.n = (size_t)len;
	else
		bytes_at(f, len, "", 0);
}

struct step {
	struct note n;
	const char *name, *name2, *data;
	bool safe;
};

static void
file_name(struct file *f, const char *name, const char *rest)
{
	struct buf b = { 0 };

	buf_str(&b, name);
	buf_str(&b, rest);
	mem_free(f->name);
	f->name = mem_span(buf_view(&b));
	buf_fini(&b);
}

/* A directory takes along what is in it. */
static void
rename_file(struct recorder_disk *d, const struct step *s)
{
	struct file *from = file_get(d, s->name), *to = file_get(d, s->name2);
	size_t n = strlen(s->name);

	if (from == NULL)
		return;
	if (to != NULL)
		to->there = false;
	for (size_t i = 0; i < d->n; i++)
		if (from->dir && strncmp(d->file[i].name, s->name, n) == 0 &&
		    d->file[i].name[n] == '/')
			file_name(&d->file[i], s->name2, d->file[i].name + n);
	file_name(from, s->name2, "");
}

static void
apply(struct recorder_disk *d, const struct step *s)
{
	struct file *f = file_get(d, s->name);
	bool whole = s->safe || dice(d, 2) == 0;

	if (s->n.op == CREATE || s->n.op == MKDIR) {
		if (f == NULL && whole)
			(void)file_add(d, s->name, s->n.op == MKDIR);
	} else if (f == NULL)
		return;
	else if (s->n.op == WRITE && s->safe)
		bytes_at(f, s->n.off, s->data, s->n.data);
	else if (s->n.op == WRITE)
		write_torn(d, f, s->n.off, s->data, s->n.data);
	else if (!whole)
		return;
	else if (s->n.op == TRUNCATE)
		cut_to(f, s->n.len);
	else if (s->n.op == PUNCH)
		for (uint64_t i = s->n.off; i < s->n.off + s->n.len && i < f->bytes.n;
		     i++)
			f->bytes.p[i] = 0;
	else if (s->n.op == UNLINK)
		f->there = false;
	else if (s->n.op == RENAME)
		rename_file(d, s);
}

/* ---- the note read back ---- */

static struct step *
steps_of(struct buf *text, size_t *count)
{
	struct step *all = NULL;
	size_t n = 0;

	for (size_t at = 0; at + sizeof(struct note) <= text->n; n++) {
		struct step s = { .safe = false };
		char *p = text->p + at + sizeof s.n;

		memcpy(&s.n, text->p + at, sizeof s.n);
		at += sizeof s.n + s.n.name + s.n.name2 + s.n.data;
		if (at > text->n)
			break; /* it died while it wrote this down */
		s.name = mem_span(span_of(p, s.n.name));
		s.name2 = mem_span(span_of(p + s.n.name, s.n.name2));
		s.data = p + s.n.name + s.n.name2;
		all = mem_realloc(all, (n + 1) * sizeof *all);
		all[n] = s;
	}
	*count = n;
	return all;
}

static bool
is_in(const char *name, const char *dir)
{
	const char *slash = strrchr(name, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - name);

	return strlen(dir) == n && strncmp(name, dir, n) == 0;
}

static void
mark_safe(struct step *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (s[i].n.op == SYNC)
			for (size_t j = 0; j < s[i].n.len && j < count; j++) {
				bool names = s[j].n.op == CREATE || s[j].n.op == UNLINK ||
				    s[j].n.op == RENAME || s[j].n.op == MKDIR;

				s[j].safe |= names ? is_in(s[j].name, s[i].name)
						   : strcmp(s[j].name, s[i].name) == 0;
			}
}

static int
remove_below(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	return f->level == 0 ? 0 : remove(path);
}

static void
lay_out(const struct recorder_disk *d, const char *dir)
{
	struct buf path = { 0 };

	MUST(nftw(dir, remove_below, 16, FTW_DEPTH | FTW_PHYS) == 0);
	for (int dirs = 1; dirs >= 0; dirs--)
		for (size_t i = 0; i < d->n; i++) {
			const struct file *f = &d->file[i];
			int fd;

			if (!f->there || f->dir != (dirs == 1))
				continue;
			path.n = 0;
			buf_printf(&path, "%s/%s", dir, f->name);
			if (f->dir) {
				MUST(io_mkdir(buf_cstr(&path), 0700) == 0);
				continue;
			}
			fd = io_open(buf_cstr(&path), O_WRONLY | O_CREAT, 0600);
			/* Its directory did not make it. */
			if (fd < 0)
				continue;
			MUST(io_pwrite(fd, f->bytes.p, f->bytes.n, 0) == 0);
			io_close(&fd);
		}
	buf_fini(&path);
}

static void
disk_free(struct recorder_disk *d)
{
	for (size_t i = 0; i < d->n; i++) {
		mem_free(d->file[i].name);
		buf_fini(&d->file[i].bytes);
	}
	mem_free(d->file);
	mem_free(d);
}

void
recorder_cut(struct recorder_disk *d, const char *dir, const char *note, uint32_t seed)
{
	struct buf text = { 0 };
	struct step *s;
	size_t n;

	MUST(io_read_file(note, &text, SIZE_MAX) == 0);
	s = steps_of(&text, &n);
	mark_safe(s, n);
	d->random = seed * 2654435761u + 1;
	for (size_t i = 0; i < n; i++) {
		apply(d, &s[i]);
		mem_free((void *)(uintptr_t)s[i].name);
		mem_free((void *)(uintptr_t)s[i].name2);
	}
	lay_out(d, dir);
	mem_free(s);
	buf_fini(&text);
	disk_free(d);
}
