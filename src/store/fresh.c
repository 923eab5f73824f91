/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new store. Nobody waits for the disk at its first start: it is made without a sync,
 * under the name 'making', and the writer's first work, before any commit, is to sync it
 * and to write 'format'. A directory with 'making' and without 'format' was left half made
 * and holds nothing that was ever acknowledged, so it is made again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>

#include "base/mem.h"
#include "store_priv.h"

static int
remove_file(struct store *s, const char *name)
{
	struct buf path = { 0 };
	int rc;

	store_join(s, &path, name);
	rc = io_unlink(path.p);
	buf_fini(&path);
	return rc == -ENOENT ? 0 : rc;
}

static int
there(struct store *s, const char *name, int flags, bool *out)
{
	struct buf path = { 0 };
	int fd, rc;

	store_join(s, &path, name);
	fd = io_open(path.p, flags, 0600);
	buf_fini(&path);
	rc = fd >= 0 || fd == -ENOENT ? 0 : fd;
	*out = fd >= 0;
	io_close(&fd);
	return rc;
}

static int
make_dirs(struct store *s)
{
	static const char *const names[] = { "index", "segments", "files" };
	struct buf path = { 0 };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names) && rc == 0; i++) {
		path.n = 0;
		store_join(s, &path, names[i]);
		rc = io_mkdir(path.p, 0700);
	}
	buf_fini(&path);
	return rc;
}

int
fresh_begin(struct store *s)
{
	bool half = false, index = false;
	int rc = s->fresh ? make_dirs(s) : remove_file(s, "making");

	if (rc != 0 || !s->fresh)
		return rc;
	rc = there(s, "making", O_RDONLY, &half);
	if (rc == 0 && half)
		rc = remove_file(s, "index/data.mdb");
	if (rc == 0 && half)
		rc = remove_file(s, "index/lock.mdb");
	/* An index without 'making' is one whose 'format' got lost: it stays. */
	if (rc == 0 && !half)
		rc = there(s, "index/data.mdb", O_RDONLY, &index);
	if (rc == 0 && !half && !index)
		rc = there(s, "making", O_WRONLY | O_CREAT, &half);
	s->making = half;
	return rc;
}

static int
sync_index(struct store *s)
{
	int rc;

	if (!s->making || s->durability == STORE_NONE)
		return 0;
	rc = mdb_env_set_flags(s->env, MDB_NOSYNC, 0);
	if (rc == 0)
		rc = mdb_env_sync(s->env, 1);
	return rc > 0 ? -rc : rc < 0 ? -EIO : 0;
}

void
fresh_finish(struct store *s)
{
	struct buf path = { 0 };
	char *copy;
	int rc;

	if (!s->fresh)
		return;
	s->fresh = false;
	copy = mem_dup(s->dir);
	store_join(s, &path, "index");
	rc = sync_index(s);
	if (rc == 0)
		rc = io_sync_dir(path.p);
	if (rc == 0)
		rc = io_sync_dir(dirname(copy));
	mem_free(copy);
	path.n = 0;
	store_join(s, &path, "format");
	if (rc == 0)
		rc = io_write_file(path.p, SPAN_LIT(STORE_FORMAT), 0600);
	buf_fini(&path);
	if (rc == 0)
		rc = remove_file(s, "making");
	if (rc != 0)
		store_fail(s, "making the store", rc);
}
