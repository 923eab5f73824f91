/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ordered tables. Plain rows have keys up to TABLE_KEY_MAX bytes. Long keys (S3's reach
 * 1,024 bytes, LMDB's end at 511) go through key_*: a key lives in a space (a number, the
 * bucket's); what does not fit is split over child spaces so that byte order is kept
 * (src/store/key.c). A table holds either plain rows or spaced keys, not both.
 *
 * Spans returned point into the snapshot: in a read they live until fn returns, in a write
 * until the next change in the same transaction.
 * E_NOT_FOUND is the one expected failure; fail is never set here.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "store/store.h"

enum { TABLE_KEY_MAX = 511 };

NODISCARD enum err table_get(
    struct txn *t, unsigned table, struct span key, struct span *out);
NODISCARD enum err table_put(
    struct txn *t, unsigned table, struct span key, struct span value);
/* Room for n bytes of value, to be filled before the next change. Appending true promises
 * that key sorts behind every key of the table. */
NODISCARD enum err table_put_room(struct txn *t, unsigned table, struct span key,
    size_t n, bool appending, void **room);
NODISCARD enum err table_del(struct txn *t, unsigned table, struct span key);
/* Of either kind; no row is looked for. */
NODISCARD enum err table_is_empty(struct txn *t, unsigned table, bool *out);
/* All rows of a table, at once. */
NODISCARD enum err table_clear(struct txn *t, unsigned table);

/* Cursor over plain rows, caller's memory. Freed by table_end(), which must come before
 * the transaction's end. After a change in the same transaction: seek again. */
struct table_cursor {
	void *cursor;
	struct span key, value;
};
NODISCARD enum err table_begin(struct txn *t, unsigned table, struct table_cursor *out);
/* First row with key >= from; E_NOT_FOUND past the end. */
NODISCARD enum err table_seek(struct table_cursor *c, struct span from);
NODISCARD enum err table_next(struct table_cursor *c);
/* The row that c stands on goes, without another search for it; table_next() finds the one
 * behind it. */
NODISCARD enum err table_del_here(struct txn *t, unsigned table, struct table_cursor *c);
void table_end(struct table_cursor *c);

/* ---- long keys in a space ----
 * Numbers of spaces from 2^63 on are the engine's own (child spaces). */
NODISCARD enum err key_get(
    struct txn *t, unsigned table, uint64_t space, struct span key, struct span *out);
NODISCARD enum err key_put(
    struct txn *t, unsigned table, uint64_t space, struct span key, struct span value);
NODISCARD enum err key_del(
    struct txn *t, unsigned table, uint64_t space, struct span key);

enum { KEY_DEPTH = 8 }; /* keys up to KEY_DEPTH * 502 bytes */

/* Walks one space in byte order of whole keys. Caller's memory, about 5 KiB. key is
 * assembled in the cursor; value points into the snapshot; both live until the next call. */
struct key_cursor {
	struct txn *txn;
	unsigned table;
	void *cursor;
	uint64_t space[KEY_DEPTH]; /* path of child spaces */
	size_t at[KEY_DEPTH]; /* length of the assembled key above each */
	unsigned depth;
	struct span key, value;
	char text[KEY_DEPTH * 512];
};
NODISCARD enum err key_begin(
    struct txn *t, unsigned table, uint64_t space, struct key_cursor *out);
/* First key >= from (bytes of any length). E_NOT_FOUND past the end of the space. */
NODISCARD enum err key_seek(struct key_cursor *c, struct span from);
NODISCARD enum err key_next(struct key_cursor *c);
/* First key behind all that start with prefix: how a listing passes a common prefix
 * without reading it. E_NOT_FOUND when there is none. */
NODISCARD enum err key_skip(struct key_cursor *c, struct span prefix);
void key_end(struct key_cursor *c);

#endif
