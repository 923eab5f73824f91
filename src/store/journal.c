/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: the rows that a batch changed, appended with a checksum and synced before
 * the batch is answered. The index commits without a sync of its own; what it would lose
 * in a power cut is replayed from here onto the last checkpoint (checkpoint.c).
 *
 * Two files take turns, journal.0 and journal.1: each checkpoint begins the other one at
 * its start, in place, so that a sync writes no metadata. A record is known by the number
 * of the checkpoint that it follows and by its own place in the order of all batches;
 * what is left of an older round is neither. Bodies stand in records, and an older one may
 * lie open where a newer record ends, so each carries a secret of the session as well:
 * who sends a body cannot make it look like a record. Records begin at multiples of 4 KiB,
 * so that no page with an acknowledged record is written again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "base/mem.h"
#include "codec/crc.h"
#include "store_priv.h"

enum {
	RECORD_MAGIC = 0x54524a31,
	RECORD_HEAD = 40,
	/* flags: what was so when it was written */
	RECORD_SYNCED = 1, /* all records before it were on the disk */
	RECORD_SETTLED = 2, /* so was the checkpoint that it follows */
	RECORD_ALIGN = 4096,
	ROW_HEAD = 8,
	OWN_TABLES = 64, /* numbers of the owner's tables begin here */
	KEPT_ROOM = 1 << 20, /* memory that is kept from batch to batch */
	ROUND_UP = 1 << 20 /* a file grows by so much, written with zeros */
};
#define RECORD_MAX ((uint64_t)1 << 30)

enum row_op {
	ROW_PUT = 1,
	ROW_DEL,
	ROW_VOID, /* nothing; written by older versions */
	ROW_CLEAR /* all of the table */
};

/* ---- what a batch changes ---- */

void
journal_begin(struct store *s)
{
	struct journal *j = &s->journal;

	j->rec.n = 0;
	j->late.n = 0;
	if (j->on)
		memset(buf_grow(&j->rec, RECORD_HEAD), 0, RECORD_HEAD);
}

/* Tables by numbers that outlive LMDB's. */
static unsigned
table_code(const struct store *s, MDB_dbi dbi)
{
	unsigned i = dbi - s->dbi[0];

	/* They are opened in this order, and LMDB counts upwards. */
	if (i > IN_COUNT + s->nown || s->dbi[i] != dbi)
		for (i = 0; s->dbi[i] != dbi;)
			i++;
	return i <= IN_COUNT ? i : OWN_TABLES + i - IN_COUNT - 1;
}

static bool
table_of(const struct store *s, unsigned code, MDB_dbi *out)
{
	if (code <= IN_COUNT)
		*out = s->dbi[code];
	else if (code >= OWN_TABLES && code - OWN_TABLES < s->nown)
		*out = s->own[code - OWN_TABLES];
	else
		return false;
	return true;
}

static char *
row_add(struct store *s, enum row_op op, MDB_dbi dbi, struct span key, size_t value)
{
	char *p = buf_grow(&s->journal.rec, ROW_HEAD + key.n + value);

	p[0] = (char)op;
	p[1] = (char)table_code(s, dbi);
	be16_put(p + 2, (uint16_t)key.n);
	be32_put(p + 4, (uint32_t)value);
	if (key.n > 0)
		memcpy(p + ROW_HEAD, key.p, key.n);
	return p + ROW_HEAD + key.n;
}

void
journal_put(struct store *s, MDB_dbi dbi, struct span key, struct span value)
{
	if (s->journal.on && value.n > 0)
		memcpy(row_add(s, ROW_PUT, dbi, key, value.n), value.p, value.n);
	else if (s->journal.on)
		(void)row_add(s, ROW_PUT, dbi, key, 0);
}

void
journal_del(struct store *s, MDB_dbi dbi, struct span key)
{
	if (s->journal.on)
		(void)row_add(s, ROW_DEL, dbi, key, 0);
}

void
journal_clear(struct store *s, MDB_dbi dbi)
{
	if (s->journal.on)
		(void)row_add(s, ROW_CLEAR, dbi, SPAN_NONE, 0);
}

void
journal_room(struct store *s, MDB_dbi dbi, struct span key, const void *room, size_t n)
{
	struct journal *j = &s->journal;

	if (!j->on)
		return;
	j->late = span_of(room, n);
	j->late_at = (size_t)(row_add(s, ROW_PUT, dbi, key, n) - j->rec.p);
}

void
journal_settle(struct store *s)
{
	struct journal *j = &s->journal;

	if (j->late.n > 0)
		memcpy(j->rec.p + j->late_at, j->late.p, j->late.n);
	j->late.n = 0;
}

/* ---- writing ---- */

/* Blocks that were written before are written again without a change of metadata. */
static int
grow(struct journal *j, uint64_t to)
{
	unsigned side = j->epoch & 1;
	static const char zero[RECORD_ALIGN * 16];
	uint64_t end = (to + ROUND_UP - 1) / ROUND_UP * ROUND_UP, at;
	int rc = 0;

	if (to <= j->size[side])
		return 0;
	for (at = j->size[side]; rc == 0 && at < end; at += sizeof zero)
		rc = io_pwrite(j->fd[side], zero, sizeof zero, at);
	/* Without room for all of that, the record alone. */
	if (rc == 0)
		j->size[side] = end;
	else if (rc == -ENOSPC || rc == -EDQUOT)
		rc = 0;
	return rc;
}

static void
head_put(struct store *s, size_t payload)
{
	struct journal *j = &s->journal;
	char *p = j->rec.p;

	be32_put(p, RECORD_MAGIC);
	be64_put(p + 8, j->epoch);
	be64_put(p + 16, j->seq);
	be32_put(p + 24,
	    (s->durability == STORE_FULL ? RECORD_SYNCED : 0u) |
		(atomic_load(&s->checkpoint.settled) == j->epoch ? RECORD_SETTLED : 0u));
	be32_put(p + 28, (uint32_t)payload);
	be64_put(p + 32, s->checkpoint.secret);
	be32_put(p + 4, crc32c_add(0, p + 8, RECORD_HEAD - 8 + payload));
}

static int
append(struct store *s)
{
	struct journal *j = &s->journal;
	size_t payload = j->rec.n - RECORD_HEAD, pad = -j->rec.n & (RECORD_ALIGN - 1);
	int fd = j->fd[j->epoch & 1], rc;

	head_put(s, payload);
	memset(buf_grow(&j->rec, pad), 0, pad);
	rc = grow(j, j->at + j->rec.n);
	if (rc == 0)
		rc = io_pwrite(fd, j->rec.p, j->rec.n, j->at);
	if (rc == 0)
		rc = -fault_hit(FAULT_journal_write);
	if (rc == 0 && s->durability == STORE_FULL) {
		rc = io_datasync(fd);
		s->syncs++;
	}
	return rc == 0 ? -fault_hit(FAULT_journal_sync) : rc;
}

enum err
journal_write(struct txn *t)
{
	struct store *s = t->store;
	enum err e;
	int rc;

	if (!s->journal.on)
		return OK;
	journal_settle(s);
	rc = append(s);
	e = io_err(rc);
	if (rc != 0)
		journal_erase(s);
	if (e == E_IO)
		store_fail(s, "writing or syncing the journal", rc);
	return e;
}

void
journal_keep(struct store *s)
{
	struct journal *j = &s->journal;

	if (!j->on)
		return;
	j->at += j->rec.n;
	j->seq++;
	if (j->rec.n > KEPT_ROOM)
		buf_fini(&j->rec);
}

void
journal_erase(struct store *s)
{
	static const char zero[RECORD_HEAD];
	struct journal *j = &s->journal;
	int fd = j->fd[j->epoch & 1], rc;

	if (!j->on)
		return;
	rc = io_pwrite(fd, zero, sizeof zero, j->at);
	/* Where nothing can be written even over what is there, end the file before it. */
	if (io_err(rc) == E_STORAGE_FULL) {
		rc = io_truncate(fd, j->at);
		if (rc == 0 && j->size[j->epoch & 1] > j->at)
			j->size[j->epoch & 1] = j->at - j->at % ROUND_UP;
	}
	if (rc == 0 && s->durability == STORE_FULL)
		rc = io_datasync(fd);
	if (rc != 0)
		store_fail(s, "taking a batch out of the journal", rc);
}

enum err
journal_sync(struct store *s)
{
	struct journal *j = &s->journal;
	int rc = 0;

	if (s->durability != STORE_RELAXED)
		return OK;
	for (unsigned i = 0; i < 2 && rc == 0 && j->fd[i] >= 0; i++)
		rc = io_datasync(j->fd[i]);
	if (rc != 0)
		store_fail(s, "syncing the journal", rc);
	return io_err(rc);
}

void
journal_turn(struct store *s, uint64_t epoch)
{
	s->journal.epoch = epoch;
	s->journal.at = 0;
}

/* ---- files ---- */

static void
journal_path(struct store *s, unsigned side, struct buf *out)
{
	out->n = 0;
	store_join(s, out, side == 0 ? "journal.0" : "journal.1");
}

/* What a file holds in whole rounds was written, so it need not be again. */
int
journal_open(struct store *s)
{
	struct journal *j = &s->journal;
	struct buf path = { 0 };
	int rc = 0;

	for (unsigned i = 0; i < 2 && rc == 0; i++) {
		journal_path(s, i, &path);
		if (j->fd[i] < 0)
			j->fd[i] = io_open(path.p, O_RDWR | O_CREAT, 0600);
		rc = j->fd[i] < 0 ? j->fd[i] : io_size(j->fd[i], &j->size[i]);
		j->size[i] -= j->size[i] % ROUND_UP;
	}
	buf_fini(&path);
	return rc == 0 ? io_sync_dir(s->dir) : rc;
}

void
journal_close(struct store *s, bool cut)
{
	struct journal *j = &s->journal;

	for (unsigned i = 0; i < 2; i++) {
		if (cut && j->fd[i] >= 0 && j->size[i] > ROUND_UP)
			(void)io_truncate(j->fd[i], ROUND_UP);
		io_close(&j->fd[i]);
	}
	j->on = false;
	buf_fini(&j->rec);
}

/* ---- replay ---- */

static enum err
row_apply(struct txn *t, const char *p, size_t n, size_t *used)
{
	MDB_dbi dbi;
	struct span key, value;
	enum err e;

	if (n < ROW_HEAD || !table_of(t->store, (unsigned char)p[1], &dbi))
		return E_CORRUPT;
	key = span_of(p + ROW_HEAD, be16_get(p + 2));
	value = span_of(key.p + key.n, be32_get(p + 4));
	*used = ROW_HEAD + key.n + value.n;
	if (*used > n)
		return E_CORRUPT;
	switch (p[0]) {
	case ROW_PUT:
		return table_row_put(t, dbi, key, value);
	case ROW_DEL:
		e = table_row_del(t, dbi, key);
		return e == E_NOT_FOUND ? OK : e;
	case ROW_CLEAR:
		return table_row_clear(t, dbi);
	case ROW_VOID:
		return OK;
	default:
		return E_CORRUPT;
	}
}

static enum err
record_apply(struct txn *t, struct span rows)
{
	enum err e = OK;

	for (size_t at = 0, used = 0; e == OK && at < rows.n; at += used)
		e = row_apply(t, rows.p + at, rows.n - at, &used);
	return e;
}

struct found {
	uint64_t seq;
	unsigned flags;
	struct buf rec;
};

/* A whole record of this epoch at off, or E_NOT_FOUND. */
static enum err
record_read(const struct store *s, int fd, uint64_t off, uint64_t size, struct found *out)
{
	char head[RECORD_HEAD];
	size_t n;
	int rc;

	if (size < RECORD_HEAD || off > size - RECORD_HEAD)
		return E_NOT_FOUND;
	rc = io_pread(fd, head, sizeof head, off);
	if (rc != 0)
		return io_err(rc);
	n = be32_get(head + 28);
	if (be32_get(head) != RECORD_MAGIC || be64_get(head + 8) != s->journal.epoch ||
	    be64_get(head + 32) != s->checkpoint.secret || n > RECORD_MAX ||
	    n > size - off - RECORD_HEAD)
		return E_NOT_FOUND;
	n += RECORD_HEAD;
	out->rec.n = 0;
	rc = io_pread(fd, buf_grow(&out->rec, n), n, off);
	if (rc != 0)
		return io_err(rc);
	out->seq = be64_get(head + 16);
	out->flags = be32_get(head + 24);
	return crc32c_add(0, out->rec.p + 8, n - 8) == be32_get(out->rec.p + 4)
	    ? OK
	    : E_NOT_FOUND;
}

static uint64_t
record_next(uint64_t off, const struct found *r)
{
	return off + ((r->rec.n + RECORD_ALIGN - 1) & ~(uint64_t)(RECORD_ALIGN - 1));
}

/* What cannot be after any stop of the machine, but when the disk lost what it had: a
 * batch is missing before one that knows it was synced; or the checkpoint is not the last
 * one that was on the disk, and its pages may be used again. */
static bool
shows_damage(const struct store *s, const struct found *r)
{
	return (r->seq > s->journal.seq && (r->flags & RECORD_SYNCED) != 0) ||
	    (s->journal.epoch != s->checkpoint.number &&
		(r->flags & RECORD_SETTLED) != 0);
}

/* The batch that is due is not whole: the journal ends here. Is that so? */
static enum err
damage_look(const struct store *s, int fd, uint64_t off, uint64_t size, struct found *r)
{
	enum err e = OK;

	for (; e == OK && off < size; off += RECORD_ALIGN) {
		e = record_read(s, fd, off, size, r);
		if (e == OK && shows_damage(s, r))
			e = E_CORRUPT;
		if (e == E_NOT_FOUND)
			e = OK;
	}
	return e;
}

/* One file, from its start to what is not due. */
static enum err
replay_file(struct txn *t, int fd, uint64_t *records)
{
	struct journal *j = &t->store->journal;
	struct found r = { 0 };
	uint64_t size, off = 0;
	int rc = io_size(fd, &size);
	enum err e = io_err(rc);

	while (e == OK) {
		e = record_read(t->store, fd, off, size, &r);
		if (e == OK && shows_damage(t->store, &r))
			e = E_CORRUPT;
		if (e == OK && r.seq != j->seq)
			e = E_NOT_FOUND;
		if (e == OK)
			e = record_apply(
			    t, span_of(r.rec.p + RECORD_HEAD, r.rec.n - RECORD_HEAD));
		if (e != OK)
			break;
		off = record_next(off, &r);
		j->seq++;
		++*records;
		if (fault_hit(FAULT_replay) != 0)
			e = E_IO;
	}
	if (e == E_NOT_FOUND)
		e = damage_look(t->store, fd, off, size, &r);
	buf_fini(&r.rec);
	return e;
}

enum err
journal_replay(struct txn *t, uint64_t *records)
{
	struct store *s = t->store;
	struct journal *j = &s->journal;
	struct buf path = { 0 };
	enum err e = OK;

	*records = 0;
	/* The checkpoint's own, and that of the next one, which was not finished. */
	for (unsigned i = 0; i < 2 && e == OK; i++, j->epoch++) {
		int fd;

		journal_path(s, j->epoch & 1, &path);
		fd = io_open(path.p, O_RDONLY, 0);
		if (fd >= 0)
			e = replay_file(t, fd, records);
		else if (fd != -ENOENT)
			e = io_err(fd);
		io_close(&fd);
	}
	buf_fini(&path);
	return e;
}

bool
journal_is_newer(struct store *s)
{
	struct buf path = { 0 };
	bool newer = false;

	for (unsigned i = 0; i < 2; i++) {
		char head[RECORD_HEAD];
		int fd;

		journal_path(s, i, &path);
		fd = io_open(path.p, O_RDONLY, 0);
		newer |= fd >= 0 && io_pread(fd, head, sizeof head, 0) == 0 &&
		    be32_get(head) == RECORD_MAGIC &&
		    be64_get(head + 8) > s->checkpoint.number;
		io_close(&fd);
	}
	buf_fini(&path);
	return newer;
}
