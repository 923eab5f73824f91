/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the storage engine: the structures its files share, the rows it keeps for
 * itself and the calls between them. Nobody outside src/store/ and its tests includes this.
 */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include <lmdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/uio.h>

#include "base/io.h"
#include "base/lock.h"
#include "store/blob.h"
#include "store/store.h"
#include "store/table.h"

enum {
	STORE_MAGIC = 0x53746f72,
	TXN_MAGIC = 0x54786e21,
	READER_MAGIC = 0x52656164,
	BLOB_FILE_MAGIC = 0x426c4669
};

enum {
	EXTENT_ALIGN = 4096, /* of bodies in segments: what can be punched alone */
	BODY_HEAD = 8, /* before a tiny body: references, CRC32C */
	PAGE_HEAD = 16, /* LMDB's, of an overflow run */
	TINY_MAX = 16 << 10, /* a body in the index: four pages of 4 KiB, or one of 16 */
	BATCH_MAX = 1024, /* members of one batch */
	LEASE_IDS = 64, /* ids of large files leased at once */
	TABLES_MAX = 64, /* of the owner */
	DUE_WRITES = 4096, /* from one checkpoint to the next */
	DUE_US = 1000000, /* the same */
	SWEEP_ROWS = 256 /* dead rows of one sweeping step */
};
#define BATCH_BYTES ((uint64_t)64 << 20)

/* The engine's own tables. */
enum inner { IN_BODY, IN_BLOB, IN_DEAD, IN_SEGMENT, IN_LEASE, IN_COUNT };
enum { HANDLES_MAX = 2 + IN_COUNT + TABLES_MAX }; /* LMDB's own two, these, the owner's */

static inline uint64_t
extent_size(uint64_t len)
{
	return (len + EXTENT_ALIGN - 1) & ~(uint64_t)(EXTENT_ALIGN - 1);
}

/* ---- rows (all begin with a version byte) ---- */
enum { ROW_VERSION = 1 };

/* The one row "state" in LMDB's unnamed database: a table of its own would cost every
 * commit a page more. */
enum { STATE_SIZE = 33 };
struct state {
	uint64_t next_id;
	uint64_t segment; /* the one appended to */
	uint64_t dead_seq; /* next row of table dead */
	uint64_t files; /* large files the index knows */
};

enum { BLOB_ROW_SIZE = 34 };
struct blob_row {
	uint8_t kind;
	uint32_t refs;
	uint64_t len;
	uint64_t place; /* segment or file */
	uint64_t off; /* in it */
	uint32_t crc32c;
};

enum { DEAD_ROW_SIZE = 34 };
struct dead_row {
	uint8_t kind; /* BLOB_SEGMENT, BLOB_FILE, BLOB_LIST */
	uint64_t place; /* segment, file or list */
	uint64_t off, len;
	uint64_t at; /* pieces of a list already let go */
};

enum { SEGMENT_ROW_SIZE = 34 };
struct segment_row {
	uint64_t len; /* committed; a longer file is cut back */
	uint64_t dead; /* bytes given back */
	uint64_t low, high; /* blobs placed here have ids within */
	bool sealed; /* never grows again */
};

void row_state_put(void *out, const struct state *s);
bool row_state_get(struct span in, struct state *out);
void row_blob_put(void *out, const struct blob_row *r);
bool row_blob_get(struct span in, struct blob_row *out);
void row_dead_put(void *out, const struct dead_row *r);
bool row_dead_get(struct span in, struct dead_row *out);
void row_segment_put(void *out, const struct segment_row *r);
bool row_segment_get(struct span in, struct segment_row *out);

/* ---- the store ---- */
struct txn {
	unsigned magic;
	struct store *store;
	struct reader *reader; /* NULL: in a batch */
	MDB_txn *mdb;
	MDB_cursor **cursor; /* of a write: the store's */
	MDB_dbi cursors; /* handles below this one may have one */
	bool write;
	bool dirty; /* the member running has changed something */
	uint64_t changed; /* the owner's tables written to, as bits */
	enum err failed; /* first failed change of the member running */
};

/* A snapshot stays for the next read, which takes it if nothing was committed since: to
 * begin one costs as much as to look two keys up. So that no page waits for who reads
 * nothing any more, the writer ends those that rest when it begins a batch. */
enum reader_state { READER_EMPTY, READER_RESTS, READER_BUSY, READER_ENDING };
struct reader {
	unsigned magic;
	atomic_uint state;
	struct store *store;
	MDB_env *env; /* of mdb */
	MDB_txn *mdb;
	MDB_cursor *body; /* on IN_BODY, or NULL */
	bool body_is_new; /* it is of this snapshot */
	struct reader *next, **link; /* in the store's list */
};

struct batch {
	struct store_write *member[BATCH_MAX];
	bool out[BATCH_MAX]; /* failed after it wrote: not run again */
	struct store_write *same[BATCH_MAX]; /* being prepared together */
	size_t n;
};

/* Free pages of the index that are being given back, slice by slice. */
enum { TRIM_PAGES = 1024 }; /* that became free since the last time */
struct trim {
	size_t at, given; /* pages: where the next slice begins; given back */
	bool more;
	sem_t done;
};

struct writer {
	struct lock lock;
	struct cond wake;
	struct store_write *head, **tail;
	struct trim *trim; /* to be done between two batches */
	size_t queued, want; /* wake the writer when that many are queued */
	bool stop, asleep, started;
	pthread_t thread;
	/* From here on the writer thread's own. */
	struct batch batch;
	struct state kept, now; /* as committed; with the batch under way */
	uint64_t seg_len, seg_at; /* the same of the segment's length */
	uint64_t seg_low, seg_high; /* ids of blobs this batch put there */
	struct iovec *iov;
	size_t iovs, iov_cap;
	bool adds; /* the batch stores bodies */
	int seg_fd;
	bool seg_lost; /* cannot be used: roll first */
	size_t expect; /* members that may come back soon, and until when */
	uint64_t expect_until;
	unsigned part; /* of a batch's time that they are waited for */
	unsigned impatient; /* batches since it was the whole part */
	bool began; /* this session has written: the journal runs, where there is one */
};

/* The writer thread's own, but for what journal_sync() does. */
struct journal {
	bool on;
	int fd[2];
	uint64_t size[2]; /* written once, so that writing again changes no metadata */
	uint64_t
	    epoch; /* the checkpoint that its records follow; its last bit is the file */
	uint64_t seq; /* of the next record, over all epochs */
	uint64_t at; /* where it goes */
	struct buf rec; /* the batch's record under way */
	struct span late; /* its last row's value, which is still being filled in */
	size_t late_at; /* where it goes */
};

struct checkpoint {
	struct lock lock;
	struct cond wake, done;
	pthread_t thread;
	bool started, stop;
	bool running; /* asked for, and not done [lock] */
	bool stuck; /* it finds no room, and is tried again and again [lock] */
	bool clean; /* nothing follows it: the store was closed well, or replayed */
	int fd, index_fd;
	uint64_t number, seq;
	_Atomic uint64_t settled; /* the last one that is on the disk */
	uint64_t secret; /* of the session, in each record of its journal */
	struct buf meta; /* LMDB's two roots as of it */
	/* Snapshots whose pages LMDB must not use again: of the last checkpoint that is
	 * written, and of the one under way. */
	MDB_txn *held, *next;
	/* the writer thread's own: since the last began */
	uint64_t first_us; /* when its first batch was committed; 0: none */
	uint64_t members;
	size_t last_page;
};

struct sweeper {
	pthread_t thread;
	struct cond wake, quiet;
	bool started, stop, wanted, asleep;
	unsigned now; /* callers of store_sweep_now() */
	bool no_punch; /* the file system has no holes: rewrite instead */
};

struct lease {
	struct lease *next;
	uint64_t start;
	unsigned given, settled;
};

struct fdcache;

struct store {
	unsigned magic;
	char *dir;
	enum store_durability durability;
	uint64_t tiny_max, small_max, segment_size; /* tiny_max 0: TINY_MAX */
	uint64_t checkpoint_writes, checkpoint_us;
	size_t page;
	size_t trim_pages;
	size_t trimmed; /* pages of the index that were free when it was last trimmed */
	bool check_only;
	bool fresh; /* no 'format' yet: the writer's first work */
	bool making; /* nor has its index its name or a sync */
	bool older; /* its format is the one before this */
	int lock_fd;
	MDB_env *env;
	MDB_env *_Atomic rescue; /* a read-only second map after LMDB gave up the first */
	MDB_dbi *dbi; /* the unnamed database, then those below */
	MDB_dbi *in, *own;
	/* By handle, in the one transaction that writes: where a row was looked for, found or
	 * changed last. What is done to the same row next, or to one beside it, needs no
	 * search from the root. */
	MDB_cursor *cursor[HANDLES_MAX];
	unsigned nown;
	char **names;
	atomic_bool writable;
	atomic_bool reserve; /* the file is there */
	struct lock lock; /* what follows, up to the blank line */
	struct blob_pin pins; /* ring */
	struct reader *readers;
	uint64_t dead_floor; /* dead rows below are in no snapshot begun from now on */
	struct sweeper sweep;
	struct lease *lease; /* newest first */
	bool leasing;
	struct cond leased;

	struct writer writer;
	struct journal journal;
	struct checkpoint checkpoint;
	struct fdcache *fds;
	_Atomic uint64_t batches, members, syncs, swept;
	_Atomic uint64_t changes[TABLES_MAX]; /* commits that changed the owner's table */
	struct lock watch_lock;
	struct store_watch *_Atomic watch; /* changed under that lock */
};

/* ---- store.c ---- */
/* Turn read-only after what failed with a negative errno, and say so once. [any] */
void store_fail(struct store *s, const char *what, int negative_errno);
void store_join(struct store *s, struct buf *path, const char *tail);
/* LMDB's results, not errnos: */
int store_env(
    struct store *s, uint64_t map_size, unsigned readers, unsigned flags, MDB_env **out);
int store_handles(struct store *s, MDB_txn *txn, unsigned flags, MDB_dbi *out);

/* ---- fresh.c ---- */
#define STORE_FORMAT "trug store 2\n"
#define STORE_FORMAT_1 "trug store 1\n" /* without a journal */
#define INDEX "index"
int fresh_begin(struct store *s); /* before the index is opened */
const char *fresh_index(const struct store *s); /* where it is */
void fresh_finish(struct store *s); /* before the first commit [writer] */

/* ---- reader.c ---- */
/* A cursor on IN_BODY, the reader's own; LMDB's result. */
int reader_body(struct reader *r, MDB_cursor **out);
int reader_rescue(struct store *s); /* read on after LMDB gave up; LMDB's result */
void reader_end_idle(struct store *s); /* snapshots of all who read nothing now [any] */

/* ---- table.c ---- */
enum err table_mdb(int rc); /* LMDB's or the system's error as ours */
/* The one transaction that writes; LMDB's results. */
int table_write_begin(struct store *s, struct txn *out); /* not 0: nothing is open */
int table_write_commit(struct txn *t);
void table_write_abort(struct txn *t); /* if it is still there */
void table_write_end(struct txn *t); /* before its mdb is committed by somebody else */
NODISCARD enum err table_row_get(
    struct txn *t, MDB_dbi dbi, struct span key, struct span *out);
NODISCARD enum err table_row_put(
    struct txn *t, MDB_dbi dbi, struct span key, struct span value);
NODISCARD enum err table_row_room(
    struct txn *t, MDB_dbi dbi, struct span key, size_t n, bool appending, void **room);
NODISCARD enum err table_row_del(struct txn *t, MDB_dbi dbi, struct span key);
NODISCARD enum err table_row_clear(struct txn *t, MDB_dbi dbi);
NODISCARD enum err table_row_begin(struct txn *t, MDB_dbi dbi, struct table_cursor *out);
NODISCARD enum err table_id_get(
    struct txn *t, enum inner table, uint64_t id, struct span *out);
NODISCARD enum err table_id_put(
    struct txn *t, enum inner table, uint64_t id, const void *p, size_t n);
NODISCARD enum err table_id_del(struct txn *t, enum inner table, uint64_t id);
NODISCARD enum err table_id_seek(struct table_cursor *c, uint64_t id);

/* ---- key.c ---- */
/* Is this row the way into a child space? Then where, and how many rows it should have. */
bool key_is_pointer(struct span key, struct span value, uint64_t *child, uint64_t *rows);

/* ---- writer.c ---- */
NODISCARD enum err writer_load(struct store *s); /* state from the committed index */
void writer_start(struct store *s);
void writer_stop(struct store *s); /* runs what is queued */
void writer_post(struct store *s, struct store_write *w);
void writer_trim(struct store *s, struct trim *t); /* one slice, then t->done */
NODISCARD enum err writer_state_put(struct txn *t, const struct state *st);
/* Journal and index; members: how many it was. The transaction is no more. [writer] */
NODISCARD enum err writer_commit(struct txn *t, size_t members);

/* ---- journal.c ---- */
void journal_begin(struct store *s); /* a batch */
void journal_put(struct store *s, MDB_dbi dbi, struct span key, struct span value);
/* The value is what room holds at the next change, or when the batch is written. */
void journal_room(
    struct store *s, MDB_dbi dbi, struct span key, const void *room, size_t n);
void journal_settle(struct store *s); /* before a change */
void journal_del(struct store *s, MDB_dbi dbi, struct span key);
void journal_clear(struct store *s, MDB_dbi dbi);
/* What the batch changed, as safe as the durability says; after a failure nothing of it. */
NODISCARD enum err journal_write(struct txn *t);
void journal_keep(struct store *s); /* the index has committed it too */
void journal_erase(struct store *s); /* or it could not */
/* With relaxed durability: what was committed is on the disk now. [any] */
NODISCARD enum err journal_sync(struct store *s);
int journal_open(struct store *s);
void journal_turn(struct store *s, uint64_t epoch); /* to the other file */
void journal_close(struct store *s, bool cut);
/* Every record that follows checkpoint journal.epoch. */
NODISCARD enum err journal_replay(struct txn *t, uint64_t *records);
bool journal_is_newer(struct store *s); /* does it follow a checkpoint not found? */

/* ---- checkpoint.c ---- */
/* Before the index is opened: back to the checkpoint, where the store was not closed well.
 * After it: what the journal knows more. */
NODISCARD enum err checkpoint_restore(struct store *s, struct fail *fail);
NODISCARD enum err checkpoint_replay(struct store *s, struct fail *fail);
int checkpoint_start(struct store *s); /* before the first batch of a session [writer] */
void checkpoint_count(struct store *s, size_t members); /* committed [writer] */
/* Begin one if it is time; microseconds till it will be, UINT64_MAX: not as things are. */
uint64_t checkpoint_look(struct store *s); /* [writer] */
bool checkpoint_pending(struct store *s); /* something was committed since the last */
bool checkpoint_now(struct store *s); /* pages that died are free now [writer] */
void checkpoint_stop(struct store *s); /* the last one [writer, at its end] */

/* ---- segment.c ---- */
void segment_path(struct store *s, uint64_t id, struct buf *out);
NODISCARD enum err segment_get(struct txn *t, uint64_t id, struct segment_row *out);
NODISCARD enum err segment_put(struct txn *t, uint64_t id, const struct segment_row *r);
/* Room in the active segment for blob id's bytes, written when the batch is. */
void segment_reserve(struct txn *t, struct span data, uint64_t id, uint64_t *off);
NODISCARD enum err segment_flush(struct txn *t); /* write and sync the batch's bytes */
void segment_undo(struct store *s); /* cut off what a failed batch wrote */
NODISCARD enum err segment_roll(struct store *s); /* seal the active one, begin another */

/* ---- blob.c ---- */
NODISCARD enum err blob_row_get(struct txn *t, uint64_t id, struct blob_row *out);
NODISCARD enum err blob_row_put(struct txn *t, uint64_t id, const struct blob_row *r);
NODISCARD enum err blob_dead(struct txn *t, const struct dead_row *r);

enum { PIECE_SIZE = BLOB_REF_SIZE + 12 }; /* reference, tag, start */
struct blob_pieces {
	const char *p;
	size_t n;
};
NODISCARD enum err blob_pieces_get(struct txn *t, uint64_t list, struct blob_pieces *out);
bool blob_pieces_at(
    const struct blob_pieces *l, size_t i, struct blob_piece *out, uint64_t *start);

/* ---- tiny.c ---- */
/* A body in the index, in the snapshot. */
struct tiny {
	struct span row; /* its first: count, checksum, bytes */
	struct span first, rest; /* its bytes, in order */
};
NODISCARD enum err tiny_put(
    struct txn *t, struct span data, uint32_t crc32c, struct blob_ref *out);
/* As much of it as r needs. E_CORRUPT: there is less. */
NODISCARD enum err tiny_get(struct txn *t, const struct blob_ref *r, struct tiny *out);
/* n bytes from at on, which are there; the second part may be empty, or both the first. */
void tiny_slice(const struct tiny *y, uint64_t at, uint64_t n, struct span out[2]);
NODISCARD enum err tiny_hold(struct txn *t, struct blob_ref *r);
NODISCARD enum err tiny_drop(struct txn *t, const struct blob_ref *r);
NODISCARD enum err tiny_del(struct txn *t, uint64_t id);
NODISCARD enum err tiny_set(struct txn *t, uint64_t id, uint32_t refs); /* 0: none */
bool tiny_is_rest(struct span key, uint64_t id); /* is this its second row? */

/* ---- blob_file.c ---- */
void blob_file_path(struct store *s, uint64_t id, struct buf *out);
void blob_file_dir(struct store *s, uint64_t id, struct buf *out);
void blob_file_settle_all(struct store *s); /* at close: forget the leases */

/* ---- fdcache.c ---- */
struct fdcache *fdcache_new(struct store *s, unsigned idle_max);
void fdcache_free(struct fdcache **c);
/* A descriptor for reading segment or file id; hold is given back to fdcache_put(). */
NODISCARD enum err fdcache_get(
    struct fdcache *c, uint8_t kind, uint64_t id, int *fd, void **hold);
void fdcache_put(void *hold);
void fdcache_forget(struct fdcache *c, uint8_t kind, uint64_t id); /* it was unlinked */

/* ---- sweep.c, rewrite.c ---- */
void sweep_nudge(struct store *s); /* with the STORE lock held */
void sweep_deaths(struct store *s, uint64_t next_seq); /* rows below are committed */
void sweep_stop(struct store *s);
uint64_t sweep_floor(struct store *s); /* dead rows below may go */
/* Copy some of a mostly dead segment's live extents away. false: there is none. */
bool rewrite_step(struct store *s, struct reader *r);

/* ---- trim.c ---- */
void trim_slice(struct store *s, struct trim *t); /* [writer, between batches] */

/* ---- reserve.c ---- */
void reserve_take(struct store *s); /* any thread but loops; in vain is no error */
bool reserve_give(struct store *s); /* true: there is more room now */

/* ---- recover.c ---- */
NODISCARD enum err recover_run(struct store *s, struct fail *fail);

#endif
