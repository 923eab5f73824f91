/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only caller of the file system (open, pread, pwrite, sync, unlink, ...). Each call is
 * a fault point (faults.def) when built with --enable-faults. Calls return 0 (or a count)
 * or a negative errno, and retry EINTR and short transfers themselves. [any; may block]
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/err.h"

enum fault {
#define FAULT(name, what) FAULT_##name,
#include "base/faults.def"
#undef FAULT
	FAULT_COUNT
};

/* Plan from TRUG_FAULT: "io_fsync@3=EIO;crash@blob_commit@2" fails the third sync and dies
 * at the second passing of blob_commit; "@n+" means from the n-th on. Replaces the plan
 * before and counts anew. Returns false and a message when the plan cannot be read, or when
 * faults are not compiled in. */
bool fault_setup(const char *plan, struct fail *fail);

#ifdef ENABLE_FAULTS
int fault_hit(enum fault f); /* 0, or an errno; does not return where the plan says die */
#else
#define fault_hit(f) ((void)(f), 0)
#endif

int io_open(const char *path, int flags, mode_t mode); /* O_CLOEXEC added; fd or -errno */
void io_close(int *fd); /* sets -1; -1 is ignored */
/* n bytes exactly, or -errno; a file that ends before is -ENODATA. */
int io_pread(int fd, void *p, size_t n, uint64_t off);
int io_pwrite(int fd, const void *p, size_t n, uint64_t off);
int io_pwritev(int fd, struct iovec *iov, int count, uint64_t off); /* iov is consumed */
int io_datasync(int fd);
int io_sync_dir(const char *path);
int io_fallocate(
    int fd, uint64_t off, uint64_t len); /* -EOPNOTSUPP where there is none */
int io_punch(int fd, uint64_t off, uint64_t len); /* gives the space back */
int io_truncate(int fd, uint64_t len);
int io_unlink(const char *path);
int io_mkdir(const char *path, mode_t mode); /* an existing directory is no error */
int io_temp_dir(char *template); /* mkdtemp(3) */
int io_rename(const char *from, const char *to);
int io_size(int fd, uint64_t *out);
int io_try_lock(int fd); /* whole file, till it is closed; -EWOULDBLOCK: another has it */
/* Names in a directory without . and .., in no order; a missing one is empty. */
int io_list(const char *path, void (*fn)(void *arg, const char *name), void *arg);
/* Start writing back [off, off+len); wait true: also wait for it. No promise of safety. */
void io_write_hint(int fd, uint64_t off, uint64_t len, bool wait);
void io_drop_cache(int fd, uint64_t off, uint64_t len);
/* Whole file into b, at most max bytes (-EFBIG). */
int io_read_file(const char *path, struct buf *b, size_t max);
/* Write and sync a file under a temporary name, then rename it to path. */
int io_write_file(const char *path, struct span data, mode_t mode);
/* The same without the sync: for what nobody needs after a power cut. */
int io_show_file(const char *path, struct span data, mode_t mode);

/* errno of a failed write, sync or read as our failure: E_STORAGE_FULL, E_IO, ... */
enum err io_err(int negative_errno);

#endif
