/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new store. Nobody waits for the disk at its first start: the index is made without a
 * sync in 'index.new', and the writer's first work, before any commit, is to sync it, to
 * give it its name and to write 'format'. What is left in 'index.new' by a start that did
 * not get so far was never acknowledged, and is made again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>

#include "base/mem.h"
#include "store_priv.h"

#define NEW_INDEX "index.new"

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
make_dir(struct store *s, const char *name)
{
	struct buf path = { 0 };
	int rc;

	store_join(s, &path, name);
	rc = io_mkdir(path.p, 0700);
	buf_fini(&path);
	return rc;
}

/* An index without 'format' is one whose 'format' got lost: it stays. */
static int
has_index(struct store *s, bool *out)
{
	struct buf path = { 0 };
	int fd, rc;

	store_join(s, &path, INDEX "/data.mdb");
	fd = io_open(path.p, O_RDONLY, 0);
	buf_fini(&path);
	rc = fd >= 0 || fd == -ENOENT ? 0 : fd;
	*out = fd >= 0;
	io_close(&fd);
	return rc;
}

int
fresh_begin(struct store *s)
{
	bool there = false;
	int rc;

	if (!s->fresh)
		return 0;
	rc = make_dir(s, "segments");
	if (rc == 0)
		rc = make_dir(s, "files");
	if (rc == 0)
		rc = has_index(s, &there);
	if (rc != 0 || there)
		return rc;
	s->making = true;
	rc = make_dir(s, NEW_INDEX);
	if (rc == 0)
		rc = remove_file(s, NEW_INDEX "/data.mdb");
	return rc == 0 ? remove_file(s, NEW_INDEX "/lock.mdb") : rc;
}

const char *
fresh_index(const struct store *s)
{
	return s->making ? NEW_INDEX : INDEX;
}

static int
sync_index(struct store *s, const char *dir)
{
	int rc;

	if (s->durability == STORE_NONE)
		return 0;
	rc = mdb_env_set_flags(s->env, MDB_NOSYNC, 0);
	if (rc == 0)
		rc = mdb_env_sync(s->env, 1);
	return rc == 0 ? io_sync_dir(dir) : rc > 0 ? -rc : -EIO;
}

/* LMDB has its files open, and does not mind. */
static int
name_index(struct store *s)
{
	struct buf from = { 0 }, to = { 0 };
	int rc;

	store_join(s, &from, NEW_INDEX);
	store_join(s, &to, INDEX);
	rc = sync_index(s, from.p);
	if (rc == 0)
		rc = io_rename(from.p, to.p);
	if (rc == 0)
		s->making = false;
	buf_fini(&from);
	buf_fini(&to);
	return rc;
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
	rc = s->making ? name_index(s) : 0;
	copy = mem_dup(s->dir);
	if (rc == 0)
		rc = io_sync_dir(s->dir);
	if (rc == 0)
		rc = io_sync_dir(dirname(copy));
	mem_free(copy);
	store_join(s, &path, "format");
	if (rc == 0)
		rc = io_write_file(path.p, SPAN_LIT(STORE_FORMAT), 0600);
	buf_fini(&path);
	if (rc != 0)
		store_fail(s, "making the store", rc);
}
