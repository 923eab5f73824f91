/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At open: cut the active segment back to its committed length, drop files of open leases
 * that the index does not know. Nothing here grows with the number of rows, and a store
 * that was closed well is not written to.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store_priv.h"

struct recovery {
	struct store *store;
	uint64_t *lease;
	size_t leases;
	int error;
	bool dirs[256]; /* where a file was removed */
};

static int
cut_segment(struct store *s)
{
	struct writer *w = &s->writer;
	struct buf path = { 0 };
	uint64_t size = 0;
	int fd, rc;

	segment_path(s, w->kept.segment, &path);
	fd = io_open(path.p, O_RDWR, 0);
	if (fd == -ENOENT && w->seg_len == 0)
		rc = 0;
	else if (fd == -ENOENT) {
		log_error("store: %s is missing; what it held is lost", path.p);
		w->seg_lost = true;
		rc = 0;
	} else if (fd < 0)
		rc = fd;
	else {
		rc = io_size(fd, &size);
		if (rc == 0 && size > w->seg_len)
			rc = io_truncate(fd, w->seg_len);
		else if (rc == 0 && size < w->seg_len)
			log_error("store: %s ends at %" PRIu64 " instead of %" PRIu64
				  "; what it held behind is lost",
			    path.p, size, w->seg_len);
		io_close(&fd);
	}
	buf_fini(&path);
	return rc;
}

static void
drop_orphan(struct recovery *r, uint64_t id)
{
	struct buf path = { 0 };
	int rc;

	blob_file_path(r->store, id, &path);
	rc = io_unlink(path.p);
	if (rc == 0)
		r->dirs[id & 0xff] = true;
	else if (rc != -ENOENT)
		r->error = rc;
	buf_fini(&path);
}

static enum err
scan_leases(struct txn *t, void *arg)
{
	struct recovery *r = arg;
	struct table_cursor c;
	enum err e = table_row_begin(t, t->store->in[IN_LEASE], &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK && r->error == 0;
	     e = table_next(&c)) {
		uint64_t start = c.key.n == 8 ? be64_get(c.key.p) : 0;
		uint32_t count = c.value.n == 5 ? be32_get(c.value.p + 1) : 0;
		struct span v;

		for (uint64_t id = start; id < start + count && r->error == 0; id++)
			if (table_id_get(t, IN_BLOB, id, &v) == E_NOT_FOUND)
				drop_orphan(r, id);
		r->lease = mem_realloc(r->lease, (r->leases + 1) * sizeof *r->lease);
		r->lease[r->leases++] = start;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
drop_leases(struct txn *t, void *arg)
{
	struct recovery *r = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < r->leases; i++)
		e = table_id_del(t, IN_LEASE, r->lease[i]);
	return e;
}

static int
sync_dirs(struct recovery *r)
{
	struct buf path = { 0 };
	int rc = 0;

	for (unsigned i = 0; i < 256 && rc == 0; i++)
		if (r->dirs[i] && r->store->durability != STORE_NONE) {
			blob_file_dir(r->store, i, &path);
			rc = io_sync_dir(path.p);
		}
	buf_fini(&path);
	return rc;
}

static enum err
settle_leases(struct store *s, struct recovery *r, struct reader *reader)
{
	enum err e = store_read(reader, scan_leases, r);
	int rc;

	if (e != OK)
		return e;
	rc = r->error != 0 ? r->error : sync_dirs(r);
	if (rc != 0)
		return io_err(rc);
	e = r->leases > 0 ? store_write_wait(s, drop_leases, r) : OK;
	/* A full disk must not keep the store shut: the next open looks there again. */
	return e == E_STORAGE_FULL ? OK : e;
}

static enum err
dead_fn(struct txn *t, void *arg)
{
	struct table_cursor c;
	enum err e = table_row_begin(t, t->store->in[IN_DEAD], &c);

	if (e != OK)
		return e;
	*(bool *)arg = table_seek(&c, SPAN_NONE) == OK;
	table_end(&c);
	return OK;
}

enum err
recover_run(struct store *s, struct fail *fail)
{
	struct recovery r = { .store = s };
	struct reader *reader = reader_new(s);
	bool dead = false;
	int rc = cut_segment(s);
	enum err e = io_err(rc);

	if (e != OK)
		(void)fail_msg(fail, e, "%s: cannot recover the segment: %s", s->dir,
		    strerrordesc_np(-rc));
	writer_start(s);
	reserve_take(s);
	if (e == OK) {
		e = settle_leases(s, &r, reader);
		if (e != OK)
			(void)fail_msg(fail, e,
			    "%s: cannot remove what an interrupted upload left: %s",
			    s->dir,
			    r.error != 0 ? strerrordesc_np(-r.error)
					 : err_row(e)->message);
	}
	if (e == OK)
		e = store_read(reader, dead_fn, &dead);
	if (e == OK && dead) {
		lock_take(&s->lock);
		sweep_nudge(s);
		lock_drop(&s->lock);
	}
	reader_free(&reader);
	mem_free(r.lease);
	return e;
}
