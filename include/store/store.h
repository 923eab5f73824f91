/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage engine: ordered tables in LMDB and blobs beside it, changed together or not
 * at all. It knows no S3 word. One process owns a store. Promises: engine rules in
 * src/store/README.md.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mini.h"

struct store;
struct txn; /* one read snapshot or one member of a write batch */

enum store_durability {
	STORE_FULL, /* bytes and index are synced before an operation is done */
	STORE_RELAXED, /* a killed process loses nothing; a power cut the last second at most */
	STORE_NONE /* throw-away: the system writes when it likes */
};

struct store_conf {
	const char *dir; /* made when missing; its parent must exist */
	enum store_durability durability;
	uint64_t
	    map_size; /* bytes of address space for the index; 0: the built-in default */
	unsigned max_readers; /* threads that may read at once; 0: default */
	uint64_t tiny_max; /* bodies up to here sit in the index; 0: default (16 KiB) */
	uint64_t
	    small_max; /* bodies up to here go to shared segments; 0: default (256 KiB) */
	uint64_t segment_size; /* 0: default (256 MiB) */
	/* Writes from one checkpoint of the index to the next at most, so what is replayed
	 * after a crash; 0: default (4,096). Time, 16 MiB or much growth end it too. */
	uint64_t checkpoint_writes;
	uint64_t
	    checkpoint_us; /* the time, from the first of those writes; 0: a second */
	size_t trim_pages; /* store_trim() begins with that many; 0: default (1,024) */
	/* The owner's tables: tables[i] is addressed by number i. Names are stable, rows may
	 * only be appended. */
	const char *const *tables;
	unsigned ntables;
	bool
	    read_only_check; /* open for verify: bring the index to a whole state, no more */
};

/* Open or make a store: takes the directory's lock (a second owner is refused with the
 * first one's pid), checks the format, recovers (back to the last checkpoint, replay the
 * journal, cut segments, drop files of open leases), starts the writer. The sweeper starts
 * with the first dead bytes. Cost does not grow with the number of rows. On failure fail
 * says what is wrong, where, and what helps. */
NODISCARD enum err store_open(
    struct store **out, const struct store_conf *conf, struct fail *fail);

/* Runs what is queued, syncs, stops the threads, lets go of the lock. */
void store_close(struct store **store);

/* False once a write or sync failed with EIO: reads go on, writes get E_READ_ONLY. [any] */
bool store_writable(const struct store *store);

/* ---- reading ----
 * A reader belongs to one thread at a time and keeps a reusable snapshot handle. */
struct reader;
struct reader *reader_new(struct store *store);
void reader_free(struct reader **reader);

/* What fn returns is returned. Spans from the transaction live until fn returns; fn must
 * not block, hop threads or write to a client that may be slow. [owner of reader] */
typedef enum err (*store_fn)(struct txn *t, void *arg);
NODISCARD enum err store_read(struct reader *reader, store_fn fn, void *arg);

/* ---- writing ----
 * Members are gathered into batches by the one writer thread. fn runs in the writer, tests
 * its preconditions and then writes; if it fails, nothing of it remains and the others of
 * its batch are not disturbed. fn MAY RUN MORE THAN ONCE (a batch is done again without a
 * failed member): it starts from its arguments each time. done runs in the writer when the
 * batch is as safe as the durability says (or fn failed); it must only hand over. Bytes
 * given to blob_put() must stay valid until done. fn's arg is the struct store_write.
 * prepare, where given, runs once for all members of a batch that have the same, before any
 * fn: for what is quicker side by side. [writer] */
struct store_write {
	struct store_write *next; /* the writer's */
	store_fn fn;
	void (*prepare)(struct store_write *const *w, size_t n);
	void (*done)(struct store_write *w);
	enum err result; /* of fn, or of the commit; set before done */
};

void store_write(struct store *store, struct store_write *w); /* [any] */
/* The same and wait: start-up, tools and jobs, never a loop. [any but writer and loops] */
NODISCARD enum err store_write_wait(struct store *store, store_fn fn, void *arg);

struct store *txn_store(const struct txn *t);

/* A number never given out before by this store, rising, > 0. [in a write fn] */
uint64_t store_next_id(struct txn *t);

/* Grows with every commit that changed a row of the owner's table, before its members are
 * told. What was read behind a call still holds while the count is the same. [any] */
uint64_t store_changes(const struct store *store, unsigned table);

/* To be told of each commit that changed a table: fn runs in the writer, takes no lock below
 * rank WATCH, and only hands over. Behind store_watch_end() it runs no more. [any] */
struct store_watch {
	struct store_watch *next; /* the store's */
	unsigned table;
	void (*fn)(struct store_watch *w);
};
void store_watch_begin(struct store *store, struct store_watch *w);
void store_watch_end(struct store *store, struct store_watch *w);

struct store_stats {
	uint64_t batches, members, syncs; /* since open */
	uint64_t dead_rows; /* waiting for the sweeper */
	uint64_t segments, files; /* on disk, by the index */
	uint64_t swept_bytes;
};
void store_stats(struct store *store, struct store_stats *out); /* [any] */

/* Give free pages of the index back to the file system, where there are many: after work
 * that removed much. One caller at a time. [any but writer and loops] */
void store_trim(struct store *store);

/* Sweep until nothing that may go is left: tests and tools. [any but writer and loops] */
void store_sweep_now(struct store *store);

#endif
