/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: states of the index that are whole on the disk. Between them it commits
 * without syncing, so after a power cut its roots may name pages that were never written.
 * What makes a checkpoint safe:
 *
 * - A read transaction is held on it, so LMDB uses none of its pages again.
 * - Its two roots (LMDB's first two pages) are kept in the file 'checkpoint', written when
 *   the pages they name are synced. Two slots take turns; a slot is whole or it is none.
 * - Every batch since is in the journal.
 *
 * A store that was not closed well is put back to its checkpoint and the journal is
 * replayed onto it, whether or not the machine went down: there is one way, and each
 * killed process tries it. How much there may be to replay is bounded below.
 *
 * With durability 'none' there is neither journal nor checkpoint.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/task.h"
#include "codec/crc.h"
#include "store_priv.h"

enum {
	SLOT_ROOM = 256 << 10, /* from one slot to the next */
	SLOT_HEAD = 4096,
	META_PAGES = 2,
	PAGE_MAX = 64 << 10,
	SLOT_VERSION = 1,
	/* a checkpoint is due: */
	AGAIN_US = 200000, /* when the disk was full */
	DUE_JOURNAL = 16 << 20,
	DUE_GROWTH = 8 << 20, /* of the index, by pages that died and must wait */
	FAR = 4 /* times that: the writer waits for the one under way */
};
static const char slot_magic[8] = "trugchk";

/* ---- a slot ---- */

static void
slot_encode(const struct checkpoint *c, size_t page, struct buf *out)
{
	char *p = buf_grow(out, SLOT_HEAD);

	memset(p, 0, SLOT_HEAD);
	memcpy(p, slot_magic, sizeof slot_magic);
	p[12] = SLOT_VERSION;
	p[13] = (char)c->clean;
	be64_put(p + 16, c->number);
	be64_put(p + 24, c->seq);
	be64_put(p + 32, page);
	be64_put(p + 40, c->secret);
	buf_span(out, buf_view(&c->meta));
	be32_put(out->p + 8, crc32c_add(0, out->p + 12, out->n - 12));
}

static bool
slot_decode(struct span in, struct checkpoint *out)
{
	const char *p = in.p;
	uint64_t page;

	if (in.n < SLOT_HEAD || memcmp(p, slot_magic, sizeof slot_magic) != 0 ||
	    p[12] != SLOT_VERSION)
		return false;
	page = be64_get(p + 32);
	if (page > PAGE_MAX || in.n < SLOT_HEAD + META_PAGES * page ||
	    be32_get(p + 8) !=
		crc32c_add(0, p + 12, SLOT_HEAD - 12 + META_PAGES * (size_t)page))
		return false;
	if (be64_get(p + 16) <= out->number)
		return true;
	out->clean = p[13] != 0;
	out->number = be64_get(p + 16);
	out->seq = be64_get(p + 24);
	out->secret = be64_get(p + 40);
	out->meta.n = 0;
	buf_put(&out->meta, p + SLOT_HEAD, META_PAGES * (size_t)page);
	return true;
}

static int
slot_write(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	struct buf slot = { 0 };
	int rc;

	slot_encode(c, s->page, &slot);
	rc = io_pwrite(c->fd, slot.p, slot.n, (c->number & 1) * SLOT_ROOM);
	if (rc == 0)
		rc = io_datasync(c->fd);
	buf_fini(&slot);
	s->syncs++;
	return rc;
}

static int
open_files(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	struct buf path = { 0 };
	int rc;

	store_join(s, &path, "checkpoint");
	if (c->fd < 0)
		c->fd = io_open(path.p, O_RDWR, 0);
	path.n = 0;
	store_join(s, &path, INDEX "/data.mdb");
	if (c->fd >= 0 && c->index_fd < 0)
		c->index_fd = io_open(path.p, O_RDWR, 0);
	buf_fini(&path);
	rc = c->fd < 0 ? c->fd : c->index_fd;
	return rc < 0 ? rc : 0;
}

/* ---- going back ---- */

static enum err
damaged(const struct store *s, const char *what, struct fail *fail)
{
	return fail_msg(fail, E_CORRUPT,
	    "%s/checkpoint: %s. Without it the index cannot be brought to a whole state: "
	    "put back a copy of the directory, or start with a new one.",
	    s->dir, what);
}

/* How long what begins like this is; one that says nonsense is read whole. */
static uint64_t
slot_length(const char head[SLOT_HEAD])
{
	uint64_t page = be64_get(head + 32);

	return page <= PAGE_MAX ? SLOT_HEAD + META_PAGES * page : SLOT_ROOM;
}

static int
slots_read(struct checkpoint *c, bool *found)
{
	char head[SLOT_HEAD];
	struct buf slot = { 0 };
	uint64_t size, n;
	int rc = io_size(c->fd, &size);

	*found = false;
	for (uint64_t off = 0;
	     rc == 0 && off < META_PAGES * SLOT_ROOM && off + SLOT_HEAD <= size;
	     off += SLOT_ROOM) {
		rc = io_pread(c->fd, head, sizeof head, off);
		if (rc != 0)
			break;
		n = slot_length(head);
		if (n > size - off)
			n = size - off;
		slot.n = 0;
		rc = io_pread(c->fd, buf_grow(&slot, (size_t)n), (size_t)n, off);
		if (rc == 0)
			*found |= slot_decode(buf_view(&slot), c);
	}
	buf_fini(&slot);
	return rc;
}

static enum err
failed(const struct store *s, const char *what, int rc, struct fail *fail)
{
	return fail_msg(
	    fail, io_err(rc), "%s: cannot %s: %s", s->dir, what, strerrordesc_np(-rc));
}

enum err
checkpoint_restore(struct store *s, struct fail *fail)
{
	struct checkpoint *c = &s->checkpoint;
	bool found = false;
	int rc = open_files(s);

	c->clean = true;
	if (rc == -ENOENT)
		return OK;
	if (rc == 0)
		rc = slots_read(c, &found);
	if (rc != 0)
		return failed(s, "read the file 'checkpoint'", rc, fail);
	if (!found)
		return damaged(s, "neither of its two slots is whole", fail);
	if (c->clean)
		return OK;
	rc = io_pwrite(c->index_fd, c->meta.p, c->meta.n, 0);
	if (rc == 0)
		rc = io_datasync(c->index_fd);
	if (rc == 0)
		rc = -fault_hit(FAULT_restore);
	return rc == 0 ? OK : failed(s, "put the index back to its checkpoint", rc, fail);
}

static enum err
replay(struct store *s, uint64_t *records)
{
	struct txn t;
	MDB_txn *held;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &held);
	enum err e;

	if (rc != 0)
		return table_mdb(rc);
	rc = table_write_begin(s, &t);
	e = table_mdb(rc);
	if (e == OK)
		e = journal_replay(&t, records);
	if (e == OK)
		e = table_mdb(table_write_commit(&t));
	else
		table_write_abort(&t);
	mdb_txn_abort(held);
	return e;
}

static int
meta_read(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	size_t n = META_PAGES * s->page;

	c->meta.n = 0;
	return io_pread(c->index_fd, buf_grow(&c->meta, n), n, 0);
}

enum err
checkpoint_replay(struct store *s, struct fail *fail)
{
	struct checkpoint *c = &s->checkpoint;
	struct journal *j = &s->journal;
	uint64_t records = 0;
	enum err e;
	int rc;

	if (c->clean)
		return journal_is_newer(s)
		    ? damaged(s, "the last checkpoint is not in it", fail)
		    : OK;
	j->epoch = c->number;
	j->seq = c->seq;
	e = replay(s, &records);
	if (e == E_CORRUPT)
		return fail_msg(fail, e,
		    "%s: batch %" PRIu64
		    " in the files journal.0 and journal.1 is damaged, and batches that "
		    "came after it may be whole. Put back a copy of the directory; or "
		    "take "
		    "both files away, then what was written since the last checkpoint "
		    "(about a second) is lost and the rest is whole.",
		    s->dir, j->seq);
	if (e != OK)
		return fail_msg(fail, e,
		    "%s: what was written since the last checkpoint cannot be put into "
		    "the index: %s",
		    s->dir, err_row(e)->message);
	log_info("store: %s was not closed; %" PRIu64
		 " batches since its last checkpoint were put into the index",
	    s->dir, records);
	/* Above every number that a record of the journal may carry, and in the slot that
	 * the checkpoint gone back to is not in: it counts until this one is whole. */
	c->number += 3;
	c->seq = j->seq;
	c->clean = true;
	rc = meta_read(s);
	if (rc == 0)
		rc = io_datasync(c->index_fd);
	if (rc == 0)
		rc = slot_write(s);
	return rc == 0 ? OK : failed(s, "write the file 'checkpoint'", rc, fail);
}

/* ---- going on ---- */

/* The state as it is now becomes the next checkpoint: hold it, note it. */
static int
take(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	MDB_envinfo info;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &c->next);

	if (rc != 0) {
		c->next = NULL;
		return rc > 0 ? -rc : -EIO;
	}
	(void)mdb_env_info(s->env, &info);
	c->last_page = info.me_last_pgno;
	c->first_us = 0;
	c->members = 0;
	rc = meta_read(s);
	c->number++;
	c->seq = s->journal.seq;
	c->clean = false;
	journal_turn(s, c->number);
	return rc;
}

static int
settle(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	int rc = -fault_hit(FAULT_checkpoint_begin);

	if (rc == 0)
		rc = io_datasync(c->index_fd);
	s->syncs++;
	if (rc == 0)
		rc = -fault_hit(FAULT_checkpoint_write);
	if (rc == 0)
		rc = slot_write(s);
	if (rc == 0)
		rc = -fault_hit(FAULT_checkpoint_done);
	if (rc == 0)
		atomic_store(&c->settled, c->number);
	return rc;
}

/* Only the newest checkpoint counts from here on. */
static void
let_go(struct checkpoint *c)
{
	if (c->held != NULL)
		mdb_txn_abort(c->held);
	c->held = c->next;
	c->next = NULL;
}

/* [with the lock] */
static bool
wait_asked(struct checkpoint *c)
{
	while (!c->running && !c->stop)
		cond_wait(&c->wake, &c->lock);
	if (c->stuck && !c->stop)
		(void)cond_wait_us(&c->wake, &c->lock, AGAIN_US);
	return c->running && !(c->stuck && c->stop);
}

static void *
checkpoint_main(void *arg)
{
	struct store *s = arg;
	struct checkpoint *c = &s->checkpoint;

	lock_take(&c->lock);
	while (wait_asked(c)) {
		int rc;

		lock_drop(&c->lock);
		rc = settle(s);
		if (rc == 0)
			let_go(c);
		else if (io_err(rc) != E_STORAGE_FULL)
			store_fail(s, "writing a checkpoint", rc);
		lock_take(&c->lock);
		c->stuck = io_err(rc) == E_STORAGE_FULL;
		c->running = c->stuck;
		cond_broadcast(&c->done);
	}
	lock_drop(&c->lock);
	return NULL;
}

/* The file, with a first slot: there is none without. */
static int
make_file(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	struct buf path = { 0 }, slot = { 0 };
	int rc = 0;

	if (s->older) {
		store_join(s, &path, "format");
		rc = io_write_file(path.p, SPAN_LIT(STORE_FORMAT), 0600);
		path.n = 0;
		s->older = rc != 0;
	}
	c->clean = true;
	c->meta.n = 0;
	memset(buf_grow(&c->meta, META_PAGES * s->page), 0, META_PAGES * s->page);
	slot_encode(c, s->page, &slot);
	store_join(s, &path, "checkpoint");
	if (rc == 0)
		rc = io_write_file(path.p, buf_view(&slot), 0600);
	buf_fini(&path);
	buf_fini(&slot);
	return rc == 0 ? open_files(s) : rc;
}

static int
start(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	int rc = open_files(s);

	if (rc == -ENOENT)
		rc = make_file(s);
	if (rc == 0)
		rc = journal_open(s); /* and the directory with all three names */
	s->journal.seq = c->seq;
	rand_bytes(&c->secret, sizeof c->secret);
	if (rc == 0)
		rc = take(s);
	if (rc == 0)
		rc = settle(s);
	if (rc == 0)
		rc = mdb_env_set_flags(s->env, MDB_NOSYNC, 1) == 0 ? 0 : -EINVAL;
	if (rc != 0 && c->next != NULL) {
		mdb_txn_abort(c->next);
		c->next = NULL;
		c->number--; /* tried again in the same slot: the other one counts */
	}
	return rc;
}

int
checkpoint_start(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	int rc = s->durability == STORE_NONE ? 0 : start(s);

	if (rc != 0 || s->durability == STORE_NONE)
		return rc;
	let_go(c);
	s->journal.on = true;
	thread_start(&c->thread, "checkpoint", checkpoint_main, s);
	c->started = true;
	return 0;
}

void
checkpoint_count(struct store *s, size_t members)
{
	struct checkpoint *c = &s->checkpoint;

	if (!s->journal.on)
		return;
	c->members += members;
	if (c->first_us == 0)
		c->first_us = clock_mono_us();
}

static bool
is_running(struct checkpoint *c)
{
	bool running;

	lock_take(&c->lock);
	running = c->running;
	lock_drop(&c->lock);
	return running;
}

static void
wait_done(struct checkpoint *c)
{
	lock_take(&c->lock);
	while (c->running && !c->stuck)
		cond_wait(&c->done, &c->lock);
	lock_drop(&c->lock);
}

static void
begin(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	int rc;

	if (is_running(c) || !atomic_load(&s->writable))
		return;
	rc = take(s);
	if (rc != 0) {
		store_fail(s, "beginning a checkpoint", rc);
		return;
	}
	lock_take(&c->lock);
	c->running = true;
	cond_signal(&c->wake);
	lock_drop(&c->lock);
}

/* Is there times as much as makes a checkpoint due? Time apart. */
static bool
is_much(struct store *s, unsigned times)
{
	struct checkpoint *c = &s->checkpoint;
	MDB_envinfo info;

	if (c->members >= s->checkpoint_writes * times ||
	    s->journal.at >= (uint64_t)DUE_JOURNAL * times)
		return true;
	return mdb_env_info(s->env, &info) == 0 &&
	    (info.me_last_pgno - c->last_page) * s->page >= (size_t)DUE_GROWTH * times;
}

uint64_t
checkpoint_look(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	uint64_t age;

	if (!s->journal.on || c->first_us == 0 || !atomic_load(&s->writable))
		return UINT64_MAX;
	age = clock_mono_us() - c->first_us;
	if (age < s->checkpoint_us && !is_much(s, 1))
		return s->checkpoint_us - age;
	if (is_running(c)) {
		if (!is_much(s, FAR))
			return s->checkpoint_us;
		wait_done(c);
	}
	begin(s);
	return UINT64_MAX;
}

bool
checkpoint_pending(struct store *s)
{
	return s->journal.on && s->checkpoint.first_us != 0;
}

bool
checkpoint_now(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;

	wait_done(c);
	begin(s);
	wait_done(c);
	return atomic_load(&s->writable);
}

/* What is on the disk now is all there is: the next open need not look at the journal. */
static int
close_well(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	int rc = io_datasync(c->index_fd);

	if (rc == 0)
		rc = meta_read(s);
	c->number++;
	c->seq = s->journal.seq;
	c->clean = true;
	return rc == 0 ? slot_write(s) : rc;
}

void
checkpoint_stop(struct store *s)
{
	struct checkpoint *c = &s->checkpoint;
	bool well = false;
	int rc;

	if (c->started) {
		lock_take(&c->lock);
		c->stop = true;
		cond_signal(&c->wake);
		lock_drop(&c->lock);
		MUST(pthread_join(c->thread, NULL) == 0);
		c->started = false;
		/* One that found no room stays to be done: the next open replays. */
		well = atomic_load(&s->writable) && !c->running;
		rc = well ? close_well(s) : 0;
		if (rc != 0)
			store_fail(s, "writing the last checkpoint", rc);
		well &= rc == 0;
	}
	journal_close(s, well);
	if (c->held != NULL)
		mdb_txn_abort(c->held);
	if (c->next != NULL)
		mdb_txn_abort(c->next);
	c->held = c->next = NULL;
	buf_fini(&c->meta);
	io_close(&c->fd);
	io_close(&c->index_fd);
}
