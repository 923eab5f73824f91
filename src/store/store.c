/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing and reading a store. */
#include "config.h"

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store_priv.h"

enum { IDLE_FDS = 256, READERS = 512, HELD = 2 /* by checkpoints */ };
#define MAP_DEFAULT (sizeof(size_t) > 4 ? (uint64_t)1 << 40 : (uint64_t)1 << 30)
#define MAP_LEAST ((uint64_t)1 << 36) /* less than that is not taken without asking */
enum { MAP_LESS = 8 };

static const char *const inner_names[IN_COUNT] = { "_body", "_blob", "_dead", "_segment",
	"_lease" };

void
store_join(struct store *s, struct buf *path, const char *tail)
{
	buf_printf(path, "%s/%s", s->dir, tail);
	(void)buf_cstr(path);
}

void
store_fail(struct store *s, const char *what, int negative_errno)
{
	if (atomic_exchange(&s->writable, false))
		log_error(
		    "store: %s in %s failed: %s. The store is read-only from now on: "
		    "after a failed write nothing is sure to be on the disk. Check the "
		    "disk and start again.",
		    what, s->dir, strerrordesc_np(-negative_errno));
}

bool
store_writable(const struct store *s)
{
	CHECK(s, STORE_MAGIC);
	return atomic_load(&s->writable);
}

struct store *
txn_store(const struct txn *t)
{
	CHECK(t, TXN_MAGIC);
	return t->store;
}

/* ---- opening ---- */

static enum err
dir_error(const struct store *s, const char *what, int rc, struct fail *fail)
{
	return fail_msg(fail, rc == 0 ? E_IO : io_err(rc), "%s: cannot %s: %s", s->dir,
	    what, strerrordesc_np(-rc));
}

static enum err
take_lock(struct store *s, struct fail *fail)
{
	struct buf path = { 0 }, pid = { 0 };
	enum err e = OK;
	int rc;

	store_join(s, &path, "lock");
	s->lock_fd = io_open(path.p, O_RDWR | O_CREAT, 0600);
	rc = s->lock_fd < 0 ? s->lock_fd : io_try_lock(s->lock_fd);
	if (rc == -EWOULDBLOCK) {
		if (io_read_file(path.p, &pid, 32) != 0 || pid.n == 0)
			buf_str(&pid, "unknown");
		e = fail_msg(fail, E_CONFIG,
		    "%s is in use by the process with pid %.*s. Stop it first, or give "
		    "another directory.",
		    s->dir, (int)span_trim(span_head(buf_view(&pid), 31)).n, pid.p);
	} else if (rc == -ENOTSUP || rc == -ENOLCK || rc == -ENOSYS) {
		log_warn("store: %s is on a file system without locks; make sure that no "
			 "second process uses it",
		    s->dir);
		rc = 0;
	} else if (rc != 0)
		e = dir_error(s, "lock the directory", rc, fail);
	if (rc == 0) {
		/*
		 * Always of the same length: a file that is cut short while its old page
		 * is on its way to the disk makes the start wait for that.
		 */
		buf_printf(&pid, "%-20ld", (long)getpid());
		rc = io_pwrite(s->lock_fd, pid.p, pid.n, 0);
		/* On a full disk the lock still holds; only the pid is missing. */
		if (rc != 0 && io_err(rc) != E_STORAGE_FULL)
			e = dir_error(s, "write the lock file", rc, fail);
	}
	buf_fini(&path);
	buf_fini(&pid);
	return e;
}

/* fresh: there is no store here yet. */
static enum err
check_format(struct store *s, bool *fresh, struct fail *fail)
{
	struct buf path = { 0 }, text = { 0 };
	enum err e = OK;
	int rc;

	store_join(s, &path, "format");
	rc = io_read_file(path.p, &text, 256);
	*fresh = rc == -ENOENT;
	if (*fresh && s->check_only)
		e = fail_msg(fail, E_CONFIG,
		    "%s holds no store: there is no file 'format'.", s->dir);
	else if (rc == 0 && span_is(buf_view(&text), STORE_FORMAT_1))
		s->older = true;
	else if (rc == -EFBIG || (rc == 0 && !span_is(buf_view(&text), STORE_FORMAT)))
		e = fail_msg(fail, E_CONFIG,
		    "%s was made by another version: its file 'format' does not say "
		    "'%.*s'. Use "
		    "the version that made it, or give another directory.",
		    s->dir, (int)sizeof STORE_FORMAT - 2, STORE_FORMAT);
	else if (rc != 0 && !*fresh)
		e = dir_error(s, "read the file 'format'", rc, fail);
	buf_fini(&path);
	buf_fini(&text);
	return e;
}

static enum err
map_error(struct store *s, uint64_t size, int rc, struct fail *fail)
{
	if (rc == ENOMEM || rc == EINVAL)
		return fail_msg(fail, E_CONFIG,
		    "%s/index: %" PRIu64
		    " MiB of address space are refused (%s). Set 'map size' "
		    "lower, but above the size of the index, or raise the limit (ulimit "
		    "-v).",
		    s->dir, size >> 20, mdb_strerror(rc));
	return fail_msg(fail, rc > 0 ? io_err(-rc) : E_CORRUPT,
	    "%s/index: cannot open: %s. Put back a copy of the directory, or start with "
	    "a new one.",
	    s->dir, mdb_strerror(rc));
}

static unsigned
env_flags(const struct store *s)
{
	unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;

	/* Of what the journal backs checkpoint_start() ends the syncs. */
	if (s->durability == STORE_NONE || s->making)
		flags |= MDB_NOSYNC; /* fresh_finish() syncs what is new */
	return flags;
}

int
store_env(
    struct store *s, uint64_t map_size, unsigned readers, unsigned flags, MDB_env **out)
{
	struct buf path = { 0 };
	MDB_env *env;
	int rc = mdb_env_create(&env);

	if (rc != 0)
		return rc;
	store_join(s, &path, fresh_index(s));
	rc = mdb_env_set_mapsize(env, (size_t)map_size);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(env, s->nown + IN_COUNT);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(env, readers);
	if (rc == 0)
		rc = mdb_env_open(env, path.p, flags, 0600);
	if (rc == 0)
		*out = env;
	else
		mdb_env_close(env);
	buf_fini(&path);
	return rc;
}

int
store_handles(struct store *s, MDB_txn *txn, unsigned flags, MDB_dbi *out)
{
	int rc = mdb_dbi_open(txn, NULL, 0, out++);

	for (unsigned i = 0; i < IN_COUNT && rc == 0; i++)
		rc = mdb_dbi_open(txn, inner_names[i], flags, out++);
	for (unsigned i = 0; i < s->nown && rc == 0; i++)
		rc = mdb_dbi_open(txn, s->names[i], flags, out++);
	return rc;
}

/* First rows of a new store. */
static enum err
first_rows(struct store *s, MDB_txn *mdb)
{
	struct txn t = { .magic = TXN_MAGIC,
		.store = s,
		.mdb = mdb,
		.cursor = s->cursor,
		.write = true };
	struct segment_row seg = { .low = UINT64_MAX };
	struct state st = { .next_id = 2, .segment = 1, .dead_seq = 1 };
	struct span v;
	enum err e = table_row_get(&t, s->dbi[0], SPAN_LIT("state"), &v);

	if (e == E_NOT_FOUND) {
		e = segment_put(&t, st.segment, &seg);
		if (e == OK)
			e = writer_state_put(&t, &st);
	}
	table_write_end(&t);
	return e;
}

/* All handles; missing tables are made (a new store, or a newer owner). */
static int
open_tables(struct store *s)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	rc = store_handles(s, txn, 0, s->dbi);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	if (rc != MDB_NOTFOUND)
		return rc;
	rc = mdb_txn_begin(s->env, NULL, 0, &txn);
	if (rc != 0)
		return rc;
	rc = store_handles(s, txn, MDB_CREATE, s->dbi);
	if (rc == 0) {
		enum err e = first_rows(s, txn);

		rc = e == OK ? 0 : e == E_STORAGE_FULL ? ENOSPC : EIO;
	}
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

static enum err
open_index(struct store *s, const struct store_conf *conf, struct fail *fail)
{
	uint64_t size = conf->map_size == 0 ? MAP_DEFAULT : conf->map_size;
	unsigned readers = conf->max_readers == 0 ? READERS : conf->max_readers + HELD;
	MDB_stat st;
	int rc, dead;

	if (size > SIZE_MAX)
		return map_error(s, size, EINVAL, fail);
	rc = store_env(s, size, readers, env_flags(s), &s->env);
	/* Some kernels for arm64 give a process 39 bits of addresses. */
	while (rc == ENOMEM && size / MAP_LESS >= MAP_LEAST) {
		size /= MAP_LESS;
		rc = store_env(s, size, readers, env_flags(s), &s->env);
		if (rc == 0)
			log_info("%s/index: %" PRIu64
				 " GiB of address space, as more is not to be had",
			    s->dir, size >> 30);
	}
	if (rc != 0)
		return map_error(s, size, rc, fail);
	(void)mdb_reader_check(s->env, &dead);
	rc = open_tables(s);
	if (rc != 0)
		return fail_msg(fail, rc > 0 ? io_err(-rc) : table_mdb(rc),
		    "%s/index: cannot read the tables: %s", s->dir, mdb_strerror(rc));
	rc = mdb_env_stat(s->env, &st);
	s->page = st.ms_psize;
	return table_mdb(rc);
}

/* A name that a store, or a file system, may have put there. */
static bool
is_own_name(const char *name)
{
	static const char *const own[] = { "format", "lock", "index", "segments", "files",
		"reserve", "index.new", "checkpoint", "journal.0", "journal.1",
		"lost+found" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return name[0] == '.' || strncmp(name, "format.tmp.", 11) == 0 ||
	    strncmp(name, "checkpoint.tmp.", 15) == 0;
}

struct foreign {
	char *first; /* name that is no part of a store */
	bool has_format;
};

static void
note_foreign(void *arg, const char *name)
{
	struct foreign *f = arg;

	if (strcmp(name, "format") == 0)
		f->has_format = true;
	if (f->first == NULL && !is_own_name(name))
		f->first = mem_dup(name);
}

/* Somebody else's directory is not made a store of, nor touched. */
static enum err
check_foreign(const struct store *s, struct fail *fail)
{
	struct foreign f = { 0 };
	int rc = io_list(s->dir, note_foreign, &f);
	enum err e = OK;

	if (rc != 0)
		e = dir_error(s, "list the directory", rc, fail);
	else if (f.first != NULL && !f.has_format)
		e = fail_msg(fail, E_CONFIG,
		    "%s: it holds '%s', which is no part of a store; allowed: an empty "
		    "or a new "
		    "directory, or one that holds a store",
		    s->dir, f.first);
	mem_free(f.first);
	return e;
}

static enum err
open_parts(struct store *s, const struct store_conf *conf, struct fail *fail)
{
	int rc = s->check_only ? 0 : io_mkdir(s->dir, 0700);
	enum err e;

	if (rc != 0)
		return dir_error(s, "make the directory", rc, fail);
	e = check_foreign(s, fail);
	if (e == OK)
		e = take_lock(s, fail);
	if (e == OK)
		e = check_format(s, &s->fresh, fail);
	if (e == OK && !s->check_only) {
		rc = fresh_begin(s);
		e = rc == 0 ? OK : dir_error(s, "make the store", rc, fail);
	}
	if (e == OK)
		e = checkpoint_restore(s, fail);
	if (e == OK)
		e = open_index(s, conf, fail);
	if (e == OK)
		e = checkpoint_replay(s, fail);
	if (e != OK)
		return e;
	e = writer_load(s);
	if (e != OK)
		return fail_msg(
		    fail, e, "%s/index: the row 'state' cannot be read", s->dir);
	segment_undo(s);
	s->dead_floor = s->writer.kept.dead_seq;
	if (!s->check_only)
		return recover_run(s, fail);
	writer_start(s);
	return OK;
}

static struct store *
store_alloc(const struct store_conf *conf)
{
	struct store *s = mem_zalloc(sizeof *s);

	s->magic = STORE_MAGIC;
	s->dir = mem_dup(conf->dir);
	s->durability = conf->durability;
	s->tiny_max = conf->tiny_max;
	s->small_max = conf->small_max == 0 ? (uint64_t)256 << 10 : conf->small_max;
	s->segment_size =
	    conf->segment_size == 0 ? (uint64_t)256 << 20 : conf->segment_size;
	s->checkpoint_writes =
	    conf->checkpoint_writes == 0 ? DUE_WRITES : conf->checkpoint_writes;
	s->checkpoint_us = conf->checkpoint_us == 0 ? DUE_US : conf->checkpoint_us;
	s->trim_pages = conf->trim_pages == 0 ? TRIM_PAGES : conf->trim_pages;
	s->check_only = conf->read_only_check;
	s->lock_fd = -1;
	MUST(conf->ntables <= TABLES_MAX);
	s->nown = conf->ntables;
	s->names = mem_array(conf->ntables + 1, sizeof *s->names);
	for (unsigned i = 0; i < conf->ntables; i++)
		s->names[i] = mem_dup(conf->tables[i]);
	s->dbi = mem_array(1 + IN_COUNT + conf->ntables, sizeof *s->dbi);
	s->in = s->dbi + 1;
	s->own = s->in + IN_COUNT;
	atomic_store(&s->writable, true);
	s->pins.prev = s->pins.next = &s->pins;
	lock_init(&s->lock, LOCK_STORE);
	lock_init(&s->watch_lock, LOCK_WATCH);
	lock_init(&s->writer.lock, LOCK_WRITER);
	cond_init(&s->writer.wake);
	cond_init(&s->sweep.wake);
	cond_init(&s->sweep.quiet);
	cond_init(&s->leased);
	s->writer.seg_fd = -1;
	s->journal.fd[0] = s->journal.fd[1] = -1;
	s->checkpoint.fd = s->checkpoint.index_fd = -1;
	lock_init(&s->checkpoint.lock, LOCK_CHECKPOINT);
	cond_init(&s->checkpoint.wake);
	cond_init(&s->checkpoint.done);
	s->fds = fdcache_new(s, IDLE_FDS);
	return s;
}

enum err
store_open(struct store **out, const struct store_conf *conf, struct fail *fail)
{
	struct store *s = store_alloc(conf);
	enum err e = open_parts(s, conf, fail);

	if (e == OK)
		*out = s;
	else
		store_close(&s);
	return e;
}

void
store_close(struct store **store)
{
	struct store *s = *store;
	MDB_env *rescue;

	if (s == NULL)
		return;
	*store = NULL;
	CHECK(s, STORE_MAGIC);
	sweep_stop(s);
	if (s->writer.started)
		blob_file_settle_all(s);
	writer_stop(s);
	checkpoint_stop(s);
	rescue = atomic_load(&s->rescue);
	if (rescue != NULL)
		mdb_env_close(rescue);
	if (s->env != NULL)
		mdb_env_close(s->env);
	fdcache_free(&s->fds);
	io_close(&s->writer.seg_fd);
	io_close(&s->lock_fd);
	cond_fini(&s->leased);
	cond_fini(&s->sweep.quiet);
	cond_fini(&s->sweep.wake);
	cond_fini(&s->writer.wake);
	cond_fini(&s->checkpoint.done);
	cond_fini(&s->checkpoint.wake);
	lock_fini(&s->checkpoint.lock);
	lock_fini(&s->writer.lock);
	lock_fini(&s->lock);
	lock_fini(&s->watch_lock);
	mem_free(s->writer.iov);
	for (unsigned i = 0; i < s->nown; i++)
		mem_free(s->names[i]);
	mem_free(s->names);
	mem_free(s->dbi);
	mem_free(s->dir);
	s->magic = 0;
	mem_free(s);
}

/* ---- figures ---- */

static enum err
count_fn(struct txn *t, void *arg)
{
	struct store_stats *out = arg;
	struct state st;
	struct span v = SPAN_NONE;
	MDB_stat dead, seg;
	enum err e = table_mdb(mdb_stat(t->mdb, t->store->in[IN_DEAD], &dead));

	if (e == OK)
		e = table_mdb(mdb_stat(t->mdb, t->store->in[IN_SEGMENT], &seg));
	if (e == OK)
		e = table_row_get(t, t->store->dbi[0], SPAN_LIT("state"), &v);
	if (e != OK || !row_state_get(v, &st))
		return e == OK ? E_CORRUPT : e;
	out->dead_rows = dead.ms_entries;
	out->segments = seg.ms_entries;
	out->files = st.files;
	return OK;
}

void
store_stats(struct store *s, struct store_stats *out)
{
	struct reader *r = reader_new(s);

	*out = (struct store_stats){ .batches = s->batches,
		.members = s->members,
		.syncs = s->syncs,
		.swept_bytes = s->swept };
	(void)!store_read(r, count_fn, out);
	reader_free(&r);
}
