/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large blobs: a file each, written under its final name by the thread that has the bytes.
 * Ids are leased in blocks the index knows before the first file of a block exists, so that
 * after a crash only the files of open leases are looked at.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store_priv.h"

/* Measured: start write-back every 8 MiB, wait for it and drop the cache 16 MiB behind. */
enum { HINT = 8 << 20, BEHIND = 16 << 20 };

struct blob_file {
	unsigned magic;
	struct store *store;
	uint64_t id, len, reserved, hinted;
	uint32_t crc32c;
	int fd;
	bool sealed;
};

void
blob_file_dir(struct store *s, uint64_t id, struct buf *out)
{
	out->n = 0;
	buf_printf(out, "%s/files/%02x", s->dir, (unsigned)(id & 0xff));
	(void)buf_cstr(out);
}

void
blob_file_path(struct store *s, uint64_t id, struct buf *out)
{
	out->n = 0;
	buf_printf(out, "%s/files/%02x/%016" PRIx64, s->dir, (unsigned)(id & 0xff), id);
	(void)buf_cstr(out);
}

/* ---- leases ---- */

struct leasing {
	uint64_t start;
	uint64_t *done; /* blocks whose files are all linked or gone */
	size_t dones;
};

static enum err
lease_fn(struct txn *t, void *arg)
{
	struct leasing *l = arg;
	char v[5] = { ROW_VERSION };
	enum err e;

	l->start = store_next_id(t);
	for (unsigned i = 1; i < LEASE_IDS; i++)
		(void)store_next_id(t);
	be32_put(v + 1, LEASE_IDS);
	e = table_id_put(t, IN_LEASE, l->start, v, sizeof v);
	for (size_t i = 0; e == OK && i < l->dones; i++) {
		e = table_id_del(t, IN_LEASE, l->done[i]);
		if (e == E_NOT_FOUND)
			e = OK;
	}
	return e;
}

/* [with the STORE lock] */
static void
lease_done(struct store *s, struct leasing *l, bool closing)
{
	for (struct lease *b = s->lease; b != NULL; b = b->next) {
		if (b->settled != b->given || (!closing && b->given < LEASE_IDS))
			continue;
		l->done = mem_realloc(l->done, (l->dones + 1) * sizeof *l->done);
		l->done[l->dones++] = b->start;
	}
}

/* [with the STORE lock] */
static void
lease_forget(struct store *s, const struct leasing *l)
{
	for (size_t i = 0; i < l->dones; i++)
		for (struct lease **b = &s->lease; *b != NULL; b = &(*b)->next)
			if ((*b)->start == l->done[i]) {
				struct lease *out = *b;

				*b = out->next;
				mem_free(out);
				break;
			}
}

/* Another block, while the others wait. [with the STORE lock, which it lets go] */
static enum err
lease_more(struct store *s)
{
	struct leasing l = { 0 };
	struct lease *b;
	enum err e;

	s->leasing = true;
	lease_done(s, &l, false);
	lock_drop(&s->lock);
	e = store_write_wait(s, lease_fn, &l);
	/* The files must not outlive the lease, not even when a last second is lost. */
	if (e == OK)
		e = journal_sync(s);
	b = mem_zalloc(sizeof *b);
	lock_take(&s->lock);
	s->leasing = false;
	cond_broadcast(&s->leased);
	if (e == OK) {
		lease_forget(s, &l);
		b->start = l.start;
		b->next = s->lease;
		s->lease = b;
	} else
		mem_free(b);
	mem_free(l.done);
	return e;
}

static enum err
lease_take(struct store *s, uint64_t *id)
{
	enum err e = OK;

	lock_take(&s->lock);
	while (e == OK && (s->lease == NULL || s->lease->given == LEASE_IDS)) {
		if (s->leasing)
			cond_wait(&s->leased, &s->lock);
		else
			e = lease_more(s);
	}
	if (e == OK)
		*id = s->lease->start + s->lease->given++;
	lock_drop(&s->lock);
	return e;
}

static void
lease_settle(struct store *s, uint64_t id)
{
	lock_take(&s->lock);
	for (struct lease *b = s->lease; b != NULL; b = b->next)
		if (id >= b->start && id < b->start + LEASE_IDS)
			b->settled++;
	lock_drop(&s->lock);
}

static enum err
forget_fn(struct txn *t, void *arg)
{
	struct leasing *l = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < l->dones; i++) {
		e = table_id_del(t, IN_LEASE, l->done[i]);
		if (e == E_NOT_FOUND)
			e = OK;
	}
	return e;
}

void
blob_file_settle_all(struct store *s)
{
	struct leasing l = { 0 };

	lock_take(&s->lock);
	lease_done(s, &l, true);
	lock_drop(&s->lock);
	/* When this fails, the next open looks at the block and finds nothing. */
	if (l.dones > 0)
		(void)!store_write_wait(s, forget_fn, &l);
	while (s->lease != NULL) {
		struct lease *b = s->lease;

		s->lease = b->next;
		mem_free(b);
	}
	mem_free(l.done);
}

/* ---- one file ---- */

/* Make the file, and its directory when it is the first there. */
static int
file_make(struct store *s, uint64_t id)
{
	struct buf path = { 0 }, dir = { 0 };
	int fd, rc;

	blob_file_path(s, id, &path);
	fd = io_open(path.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -ENOENT) {
		blob_file_dir(s, id, &dir);
		rc = io_mkdir(dir.p, 0700);
		if (rc == 0 && s->durability != STORE_NONE) {
			dir.n = 0;
			store_join(s, &dir, "files");
			rc = io_sync_dir(dir.p);
		}
		fd = rc != 0 ? rc : io_open(path.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
	}
	buf_fini(&path);
	buf_fini(&dir);
	return fd;
}

static enum err
file_reserve(struct blob_file *f, uint64_t expect)
{
	int rc = expect > 0 ? io_fallocate(f->fd, 0, expect) : 0;

	if (rc == 0)
		f->reserved = expect;
	/* Not every file system can; then the space is found while writing. */
	if (rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -EINVAL)
		rc = 0;
	return io_err(rc);
}

enum err
blob_file_new(struct store *s, uint64_t expect, struct blob_file **out, struct fail *fail)
{
	struct blob_file *f;
	uint64_t id;
	enum err e;
	int fd;

	CHECK(s, STORE_MAGIC);
	e = store_writable(s) ? lease_take(s, &id) : E_READ_ONLY;
	if (e != OK)
		return fail_set(fail, e);
	fd = file_make(s, id);
	if (fd < 0) {
		lease_settle(s, id);
		if (io_err(fd) == E_IO)
			log_error("store: making a file in %s/files: %s", s->dir,
			    strerrordesc_np(-fd));
		return fail_set(fail, io_err(fd));
	}
	f = mem_zalloc(sizeof *f);
	*f = (struct blob_file){
		.magic = BLOB_FILE_MAGIC, .store = s, .id = id, .fd = fd
	};
	e = file_reserve(f, expect);
	if (e != OK) {
		blob_file_free(&f, false);
		return fail_set(fail, e);
	}
	*out = f;
	return OK;
}

enum err
blob_file_write(struct blob_file *f, const void *p, size_t n)
{
	enum err e;
	int rc;

	CHECK(f, BLOB_FILE_MAGIC);
	MUST(!f->sealed);
	rc = io_pwrite(f->fd, p, n, f->len);
	e = io_err(rc);
	if (e == E_IO)
		store_fail(f->store, "writing a file", rc);
	if (e != OK)
		return e;
	f->len += n;
	while (f->len - f->hinted >= HINT) {
		io_write_hint(f->fd, f->hinted, HINT, false);
		f->hinted += HINT;
		if (f->hinted > BEHIND) {
			io_write_hint(f->fd, f->hinted - BEHIND - HINT, HINT, true);
			io_drop_cache(f->fd, f->hinted - BEHIND - HINT, HINT);
		}
	}
	return OK;
}

enum err
blob_file_seal(struct blob_file *f, uint32_t crc32c)
{
	struct buf dir = { 0 };
	int rc = 0;

	CHECK(f, BLOB_FILE_MAGIC);
	MUST(!f->sealed);
	if (f->reserved > f->len)
		rc = io_truncate(f->fd, f->len);
	if (rc == 0)
		rc = -fault_hit(FAULT_file_sync);
	if (rc == 0 && f->store->durability != STORE_NONE) {
		rc = io_datasync(f->fd);
		f->store->syncs++;
	}
	if (rc == 0 && f->store->durability != STORE_NONE) {
		blob_file_dir(f->store, f->id, &dir);
		rc = io_sync_dir(dir.p);
		buf_fini(&dir);
	}
	if (rc != 0) {
		if (io_err(rc) == E_IO)
			store_fail(f->store, "syncing a file", rc);
		return io_err(rc);
	}
	if (f->len > BEHIND + HINT)
		io_drop_cache(f->fd, f->hinted - BEHIND - HINT, 0);
	f->crc32c = crc32c;
	f->sealed = true;
	return OK;
}

enum err
blob_file_link(struct txn *t, struct blob_file *f, struct blob_ref *out)
{
	struct blob_row row = { .kind = BLOB_FILE, .refs = 1 };
	int rc;
	enum err e;

	CHECK(f, BLOB_FILE_MAGIC);
	MUST(f->sealed && f->store == t->store);
	if (f->len == 0) {
		*out = (struct blob_ref){ 0 };
		return OK;
	}
	rc = fault_hit(FAULT_file_link);
	if (rc != 0)
		return io_err(-rc);
	row.len = f->len;
	row.place = f->id;
	row.crc32c = f->crc32c;
	e = blob_row_put(t, f->id, &row);
	if (e != OK)
		return e;
	t->store->writer.now.files++;
	t->store->writer.adds = true;
	*out = (struct blob_ref){ BLOB_FILE, f->id, 0, f->len };
	return OK;
}

void
blob_file_free(struct blob_file **file, bool linked)
{
	struct blob_file *f = *file;
	struct buf path = { 0 };
	int rc = 0;

	if (f == NULL)
		return;
	*file = NULL;
	CHECK(f, BLOB_FILE_MAGIC);
	io_close(&f->fd);
	if (!linked || f->len == 0) {
		blob_file_path(f->store, f->id, &path);
		rc = io_unlink(path.p);
		buf_fini(&path);
	}
	/* What could not be removed keeps its lease open: the next open tries again. */
	if (rc == 0 || rc == -ENOENT)
		lease_settle(f->store, f->id);
	f->magic = 0;
	mem_free(f);
}
