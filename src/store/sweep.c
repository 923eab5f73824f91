/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives back what died: reads dead rows in order up to the oldest pin, merges neighbours,
 * punches holes or unlinks, then removes the rows in one write. Extents are never used
 * twice, so doing all of it again after a crash does no harm.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "store_priv.h"

enum {
	GATHER_MS = 100, /* wait for neighbours to die too */
	LIST_STEP = 256
};

struct victim {
	uint64_t seq;
	struct dead_row row;
};

/* A segment touched by this step. */
struct touched {
	uint64_t id, add; /* bytes that died */
	struct segment_row row;
	bool known, unlink;
};

struct step {
	struct store *store;
	uint64_t floor;
	struct victim victim[SWEEP_ROWS];
	size_t n;
	struct touched touched[SWEEP_ROWS];
	size_t segments;
	uint64_t files, bytes;
	bool unlinked; /* a segment */
	int error; /* first negative errno */
};

/* ---- finding ---- */

static enum err
collect(struct txn *t, void *arg)
{
	struct step *st = arg;
	struct table_cursor c;
	enum err e = table_row_begin(t, t->store->in[IN_DEAD], &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK && st->n < SWEEP_ROWS;
	     e = table_next(&c)) {
		struct victim *v = &st->victim[st->n];

		if (c.key.n != 8 || !row_dead_get(c.value, &v->row)) {
			e = E_CORRUPT;
			break;
		}
		v->seq = be64_get(c.key.p);
		if (v->seq >= st->floor || (v->row.kind == BLOB_LIST && st->n > 0))
			break;
		st->n++;
		if (v->row.kind == BLOB_LIST)
			break; /* alone */
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static int
victim_cmp(const void *a, const void *b)
{
	const struct dead_row *x = &((const struct victim *)a)->row;
	const struct dead_row *y = &((const struct victim *)b)->row;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static enum err
look_up(struct txn *t, void *arg)
{
	struct step *st = arg;

	for (size_t i = 0; i < st->segments; i++) {
		struct touched *g = &st->touched[i];
		enum err e = segment_get(t, g->id, &g->row);

		if (e != OK && e != E_NOT_FOUND)
			return e;
		g->known = e == OK;
		g->unlink =
		    g->known && g->row.sealed && g->row.dead + g->add >= g->row.len;
	}
	return OK;
}

static void
group(struct step *st)
{
	qsort(st->victim, st->n, sizeof st->victim[0], victim_cmp);
	for (size_t i = 0; i < st->n; i++) {
		const struct dead_row *r = &st->victim[i].row;
		struct touched *g =
		    st->segments > 0 ? &st->touched[st->segments - 1] : NULL;

		if (r->kind != BLOB_SEGMENT)
			continue;
		if (g == NULL || g->id != r->place) {
			g = &st->touched[st->segments++];
			*g = (struct touched){ .id = r->place };
		}
		g->add += extent_size(r->len);
	}
}

/* ---- giving back ---- */

static void
step_error(struct step *st, int rc)
{
	if (rc != 0 && st->error == 0)
		st->error = rc;
}

static void
punch(struct step *st, int fd, uint64_t off, uint64_t len)
{
	struct store *s = st->store;
	int rc;

	if (len == 0 || s->sweep.no_punch)
		return;
	rc = -fault_hit(FAULT_sweep_punch);
	if (rc == 0)
		rc = io_punch(fd, off, len);
	if (rc == -EOPNOTSUPP || rc == -ENOSYS) {
		s->sweep.no_punch = true;
		rc = 0;
	}
	step_error(st, rc);
}

/* The runs of one segment; from is its first victim. */
static void
sweep_segment(struct step *st, struct touched *g, size_t from)
{
	struct store *s = st->store;
	struct buf path = { 0 };
	uint64_t off = 0, len = 0;
	int fd;

	segment_path(s, g->id, &path);
	if (g->unlink) {
		int rc = io_unlink(path.p);

		fdcache_forget(s->fds, BLOB_SEGMENT, g->id);
		step_error(st, rc == -ENOENT ? 0 : rc);
		st->unlinked = true;
		goto out;
	}
	fd = g->known ? io_open(path.p, O_RDWR, 0) : -ENOENT;
	if (fd < 0) {
		step_error(st, fd == -ENOENT ? 0 : fd);
		goto out;
	}
	for (size_t i = from; i < st->n; i++) {
		const struct dead_row *r = &st->victim[i].row;

		if (r->kind != BLOB_SEGMENT || r->place != g->id)
			break;
		if (len > 0 && off + len == r->off) {
			len += extent_size(r->len);
			continue;
		}
		punch(st, fd, off, len);
		off = r->off;
		len = extent_size(r->len);
	}
	punch(st, fd, off, len);
	if (s->durability != STORE_NONE)
		step_error(st, io_datasync(fd));
	io_close(&fd);
out:
	buf_fini(&path);
}

/* So that a power cut does not bring back a file the index forgot. */
static void
sync_dirs(struct step *st, const bool dirs[256])
{
	struct buf path = { 0 };

	if (st->unlinked && st->store->durability != STORE_NONE) {
		store_join(st->store, &path, "segments");
		step_error(st, io_sync_dir(path.p));
	}
	for (unsigned i = 0; i < 256 && st->store->durability != STORE_NONE; i++)
		if (dirs[i]) {
			blob_file_dir(st->store, i, &path);
			step_error(st, io_sync_dir(path.p));
		}
	buf_fini(&path);
}

static void
sweep_files(struct step *st)
{
	struct buf path = { 0 };
	bool dirs[256] = { 0 };

	for (size_t i = 0; i < st->n; i++) {
		const struct dead_row *r = &st->victim[i].row;
		int rc;

		if (r->kind != BLOB_FILE)
			continue;
		blob_file_path(st->store, r->place, &path);
		rc = io_unlink(path.p);
		fdcache_forget(st->store->fds, BLOB_FILE, r->place);
		step_error(st, rc == -ENOENT ? 0 : rc);
		/* Also one that is gone: who removed it may have died before this. */
		dirs[r->place & 0xff] = true;
		st->files++;
		st->bytes += r->len;
	}
	sync_dirs(st, dirs);
	buf_fini(&path);
}

static void
give_back(struct step *st)
{
	size_t v = 0;

	for (size_t i = 0; i < st->segments && st->error == 0; i++) {
		while (st->victim[v].row.kind != BLOB_SEGMENT ||
		    st->victim[v].row.place != st->touched[i].id)
			v++;
		sweep_segment(st, &st->touched[i], v);
		st->bytes += st->touched[i].add;
	}
	if (st->error == 0)
		sweep_files(st);
}

static enum err
forget(struct txn *t, void *arg)
{
	struct step *st = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < st->n; i++)
		e = table_id_del(t, IN_DEAD, st->victim[i].seq);
	for (size_t i = 0; e == OK && i < st->segments; i++) {
		struct touched *g = &st->touched[i];
		struct segment_row row;

		if (!g->known)
			continue;
		if (g->unlink) {
			e = table_id_del(t, IN_SEGMENT, g->id);
			continue;
		}
		e = segment_get(t, g->id, &row);
		row.dead += g->add;
		if (e == OK)
			e = segment_put(t, g->id, &row);
		/* Sealed since we looked: seal time saw some of it alive. */
		if (e == OK && row.sealed && row.dead >= row.len) {
			struct dead_row again = { .kind = BLOB_SEGMENT, .place = g->id };

			e = blob_dead(t, &again);
		}
	}
	if (e == OK)
		t->store->writer.now.files -= st->files;
	return e;
}

/* ---- lists ---- */

static enum err
list_step(struct txn *t, void *arg)
{
	struct victim *v = arg;
	struct dead_row row;
	struct blob_pieces l;
	struct span in;
	char *copy;
	enum err e = table_id_get(t, IN_DEAD, v->seq, &in);

	if (e != OK || !row_dead_get(in, &row))
		return e != OK ? e : E_CORRUPT;
	e = blob_pieces_get(t, row.place, &l);
	if (e != OK)
		return e;
	/* Drops change the transaction, and l with it. */
	copy = mem_span(span_of(l.p, l.n * PIECE_SIZE));
	l.p = copy;
	for (unsigned i = 0; e == OK && i < LIST_STEP && row.at < l.n; i++, row.at++) {
		struct blob_piece piece;
		uint64_t start;

		e = blob_pieces_at(&l, row.at, &piece, &start) ? blob_drop(t, &piece.ref)
							       : E_CORRUPT;
	}
	mem_free(copy);
	if (e == OK && row.at < l.n) {
		char out[DEAD_ROW_SIZE];

		row_dead_put(out, &row);
		return table_id_put(t, IN_DEAD, v->seq, out, sizeof out);
	}
	if (e == OK)
		e = table_id_del(t, IN_BODY, row.place);
	return e == OK ? table_id_del(t, IN_DEAD, v->seq) : e;
}

/* ---- the thread ---- */

static enum err
step_run(struct step *st, struct reader *r)
{
	struct store *s = st->store;
	enum err e = store_read(r, collect, st);

	if (e != OK || st->n == 0)
		return e;
	if (st->victim[0].row.kind == BLOB_LIST)
		return store_write_wait(s, list_step, &st->victim[0]);
	group(st);
	e = store_read(r, look_up, st);
	if (e != OK)
		return e;
	/* What a power cut could make alive again must not be gone. */
	e = journal_sync(s);
	if (e != OK)
		return e;
	give_back(st);
	if (st->error == 0)
		st->error = -fault_hit(FAULT_sweep_commit);
	if (st->error != 0) {
		log_warn("store: giving back space in %s: %s", s->dir,
		    strerrordesc_np(-st->error));
		return io_err(st->error);
	}
	e = store_write_wait(s, forget, st);
	if (e == OK) {
		s->swept += st->bytes;
		reserve_take(s);
	}
	return e;
}

/* true: there may be more. */
static bool
sweep_step(struct store *s, struct reader *r)
{
	struct step *st = mem_zalloc(sizeof *st);
	bool more;

	st->store = s;
	st->floor = sweep_floor(s);
	more = store_writable(s) && step_run(st, r) == OK && st->n > 0;
	mem_free(st);
	if (!more && s->sweep.no_punch && store_writable(s))
		more = rewrite_step(s, r);
	return more;
}

uint64_t
sweep_floor(struct store *s)
{
	uint64_t floor;

	lock_take(&s->lock);
	floor = s->pins.next == &s->pins ? s->dead_floor : s->pins.next->floor;
	lock_drop(&s->lock);
	return floor;
}

static void *
sweep_main(void *arg)
{
	struct store *s = arg;
	struct sweeper *w = &s->sweep;
	struct reader *r = reader_new(s);

	lock_take(&s->lock);
	while (!w->stop) {
		uint64_t began;
		bool more;

		if (!w->wanted) {
			w->asleep = true;
			cond_broadcast(&w->quiet);
			cond_wait(&w->wake, &s->lock);
			w->asleep = false;
			continue;
		}
		if (w->now == 0)
			(void)cond_wait_ms(&w->wake, &s->lock, GATHER_MS);
		w->wanted = false;
		lock_drop(&s->lock);
		began = clock_mono_us();
		more = sweep_step(s, r);
		began = (clock_mono_us() - began) / 1000;
		lock_take(&s->lock);
		w->wanted |= more;
		/* Half of the time is the disk's own. */
		if (more && w->now == 0 && !w->stop)
			(void)cond_wait_ms(&w->wake, &s->lock, began + 1);
	}
	w->asleep = true;
	cond_broadcast(&w->quiet);
	lock_drop(&s->lock);
	reader_free(&r);
	return NULL;
}

/* [with the STORE lock] */
void
sweep_nudge(struct store *s)
{
	struct sweeper *w = &s->sweep;

	if (s->check_only || w->stop)
		return;
	w->wanted = true;
	if (!w->started) {
		w->started = true;
		thread_start(&w->thread, "sweeper", sweep_main, s);
	} else if (w->asleep)
		cond_signal(&w->wake);
}

void
sweep_deaths(struct store *s, uint64_t next_seq)
{
	lock_take(&s->lock);
	s->dead_floor = next_seq;
	sweep_nudge(s);
	lock_drop(&s->lock);
}

void
sweep_stop(struct store *s)
{
	bool started;

	lock_take(&s->lock);
	s->sweep.stop = true;
	started = s->sweep.started;
	cond_signal(&s->sweep.wake);
	lock_drop(&s->lock);
	if (started)
		MUST(pthread_join(s->sweep.thread, NULL) == 0);
	s->sweep.started = false;
}

void
store_sweep_now(struct store *s)
{
	struct sweeper *w = &s->sweep;

	CHECK(s, STORE_MAGIC);
	if (s->check_only)
		return;
	lock_take(&s->lock);
	w->now++;
	sweep_nudge(s);
	cond_signal(&w->wake);
	while (!w->stop && (w->wanted || !w->asleep))
		cond_wait(&w->quiet, &s->lock);
	w->now--;
	lock_drop(&s->lock);
}
