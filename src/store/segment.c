/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared segment files. Bodies of a batch go one behind the other at the end of the active
 * segment, each at a multiple of 4 KiB, with one write and one sync. The row holds the
 * committed length; what lies behind it does not exist. The row is committed before the
 * file is made, so that there is never a file the index does not know.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store_priv.h"

void
segment_path(struct store *s, uint64_t id, struct buf *out)
{
	out->n = 0;
	buf_printf(out, "%s/segments/%016" PRIx64, s->dir, id);
	(void)buf_cstr(out);
}

enum err
segment_get(struct txn *t, uint64_t id, struct segment_row *out)
{
	struct span v;
	enum err e = table_id_get(t, IN_SEGMENT, id, &v);

	if (e == OK && !row_segment_get(v, out))
		return E_CORRUPT;
	return e;
}

enum err
segment_put(struct txn *t, uint64_t id, const struct segment_row *r)
{
	char v[SEGMENT_ROW_SIZE];

	row_segment_put(v, r);
	return table_id_put(t, IN_SEGMENT, id, v, sizeof v);
}

static void
iov_push(struct writer *w, const void *p, size_t n)
{
	if (w->iovs == w->iov_cap) {
		w->iov_cap = w->iov_cap == 0 ? 64 : w->iov_cap * 2;
		w->iov = mem_realloc(w->iov, w->iov_cap * sizeof *w->iov);
	}
	w->iov[w->iovs++] = (struct iovec){ (void *)(uintptr_t)p, n };
}

void
segment_reserve(struct txn *t, struct span data, uint64_t id, uint64_t *off)
{
	static const char zero[EXTENT_ALIGN];
	struct writer *w = &t->store->writer;
	uint64_t size = extent_size(data.n);

	*off = w->seg_at;
	iov_push(w, data.p, data.n);
	if (size > data.n)
		iov_push(w, zero, (size_t)(size - data.n));
	w->seg_at += size;
	w->seg_low = id < w->seg_low ? id : w->seg_low;
	w->seg_high = id > w->seg_high ? id : w->seg_high;
}

/* The active segment's descriptor; the file is made with its first bytes. */
static int
segment_fd(struct store *s)
{
	struct writer *w = &s->writer;
	struct buf path = { 0 };
	int fd;

	if (w->seg_fd >= 0)
		return w->seg_fd;
	segment_path(s, w->kept.segment, &path);
	fd = io_open(path.p, O_RDWR, 0);
	if (fd == -ENOENT && w->seg_len == 0) {
		fd = io_open(path.p, O_RDWR | O_CREAT, 0600);
		if (fd >= 0 && s->durability != STORE_NONE) {
			int rc;

			path.n = 0;
			store_join(s, &path, "segments");
			rc = io_sync_dir(path.p);
			if (rc != 0) {
				io_close(&fd);
				fd = rc;
			}
		}
	}
	buf_fini(&path);
	if (fd >= 0)
		w->seg_fd = fd;
	return fd;
}

static int
write_out(struct store *s)
{
	struct writer *w = &s->writer;
	int fd = segment_fd(s), rc;

	if (fd < 0)
		return fd;
	rc = -fault_hit(FAULT_blob_write);
	if (rc == 0)
		rc = io_pwritev(fd, w->iov, (int)w->iovs, w->seg_len);
	if (rc == 0)
		rc = -fault_hit(FAULT_blob_sync);
	if (rc == 0 && s->durability != STORE_NONE) {
		rc = io_datasync(fd);
		s->syncs++;
	}
	return rc;
}

enum err
segment_flush(struct txn *t)
{
	struct store *s = t->store;
	struct writer *w = &s->writer;
	struct segment_row row;
	enum err e;
	int rc;

	if (w->iovs == 0)
		return OK;
	e = segment_get(t, w->kept.segment, &row);
	if (e != OK)
		return e == E_NOT_FOUND ? E_CORRUPT : e;
	row.len = w->seg_at;
	row.low = w->seg_low < row.low ? w->seg_low : row.low;
	row.high = w->seg_high > row.high ? w->seg_high : row.high;
	e = segment_put(t, w->kept.segment, &row);
	if (e != OK)
		return e;
	rc = write_out(s);
	e = io_err(rc);
	if (rc == -ENOENT)
		w->seg_lost =
		    true; /* somebody removed it: the next batch begins another */
	else if (e == E_IO)
		store_fail(s, "writing or syncing a segment", rc);
	return e;
}

void
segment_undo(struct store *s)
{
	struct writer *w = &s->writer;

	/* What stays because this fails is cut at the next open, or written over. After an
	 * I/O error nobody knows whether the journal has the rows: the next open will. */
	if (w->seg_fd >= 0 && w->iovs > 0 && atomic_load(&s->writable))
		(void)io_truncate(w->seg_fd, w->seg_len);
	w->iovs = 0;
	w->seg_at = w->seg_len;
	w->seg_low = UINT64_MAX;
	w->seg_high = 0;
}

static enum err
roll_rows(struct txn *t, struct state *st)
{
	struct segment_row old, new = { .low = UINT64_MAX };
	enum err e = segment_get(t, st->segment, &old);

	if (e == OK) {
		old.sealed = true;
		e = segment_put(t, st->segment, &old);
	}
	/* All dead already: nobody else would come by to unlink it. */
	if (e == OK && old.dead >= old.len) {
		struct dead_row dead = { .kind = BLOB_SEGMENT, .place = st->segment };

		t->store->writer.now = *st;
		e = blob_dead(t, &dead);
		*st = t->store->writer.now;
	}
	st->segment = st->next_id++;
	if (e == OK || e == E_NOT_FOUND)
		e = segment_put(t, st->segment, &new);
	return e == OK ? writer_state_put(t, st) : e;
}

enum err
segment_roll(struct store *s)
{
	struct writer *w = &s->writer;
	struct txn t;
	struct state st = w->kept;
	int rc = table_write_begin(s, &t);
	enum err e;

	if (rc != 0)
		return table_mdb(rc);
	journal_begin(s);
	e = roll_rows(&t, &st);
	if (e != OK) {
		table_write_abort(&t);
		return e;
	}
	e = writer_commit(&t, 1);
	/* The file must not outlive its row, not even when a last second is lost. */
	if (e == OK)
		e = journal_sync(s);
	if (e != OK)
		return e;
	if (st.dead_seq != w->kept.dead_seq)
		sweep_deaths(s, st.dead_seq);
	w->kept = st;
	w->seg_len = 0;
	w->seg_lost = false;
	io_close(&w->seg_fd);
	segment_undo(s);
	return OK;
}
