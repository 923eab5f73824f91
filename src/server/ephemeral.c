/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "server_priv.h"

#define PREFIX "trug-"
#define MARK ".ephemeral"

enum { LEFT_S = 10 };

/* Is it what a server left that was killed? Its lock is free then; one that is new may not
 * have been taken yet. */
static bool
is_left(const char *path)
{
	struct buf lock = { 0 };
	struct stat st;
	int fd = -1;
	bool left;

	/* Somebody's own store may have such a name. */
	buf_printf(&lock, "%s/" MARK, path);
	left = lstat(buf_cstr(&lock), &st) == 0;
	lock.n = 0;
	buf_printf(&lock, "%s/lock", path);
	left = left && lstat(buf_cstr(&lock), &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && clock_real() - st.st_mtime > LEFT_S &&
	    (fd = io_open(lock.p, O_RDWR, 0)) >= 0 && io_try_lock(fd) == 0;
	io_close(&fd);
	buf_fini(&lock);
	return left;
}

static void
look_at(void *arg, const char *name)
{
	const char *place = arg;
	struct buf path = { 0 };

	if (strlen(name) != sizeof PREFIX - 1 + 6 ||
	    strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
		return;
	buf_printf(&path, "%s/%s", place, name);
	if (is_left(buf_cstr(&path)))
		ephemeral_remove(path.p);
	buf_fini(&path);
}

/* This is one that nobody misses. */
static void
mark(const char *path)
{
	struct buf name = { 0 };
	int fd;

	buf_printf(&name, "%s/" MARK, path);
	fd = io_open(buf_cstr(&name), O_WRONLY | O_CREAT, 0600);
	io_close(&fd);
	buf_fini(&name);
}

/* Memory first; where /dev/shm is missing or closed, temporary space does. */
char *
ephemeral_make(struct fail *fail)
{
	const char *tmp = getenv("TMPDIR");
	const char *const places[] = { "/dev/shm", tmp != NULL ? tmp : "/tmp" };
	char path[4200];
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		(void)io_list(places[i], look_at, (void *)(uintptr_t)places[i]);
		(void)snprintf(path, sizeof path, "%s/" PREFIX "XXXXXX", places[i]);
		rc = io_temp_dir(path);
		if (rc == 0) {
			mark(path);
			return mem_dup(path);
		}
	}
	(void)fail_msg(fail, E_CONFIG,
	    "--ephemeral: no directory can be made in %s or %s (%s); allowed: set TMPDIR "
	    "to one "
	    "that can be written",
	    places[0], places[1], strerrordesc_np(-rc));
	return NULL;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
ephemeral_remove(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
