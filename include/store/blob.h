/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs: runs of bytes that never change, counted by reference. Up to blob_tiny_max() they
 * sit in the index, up to small_max in shared segments, above in a file of their own; a
 * list strings blobs together without moving a byte. A reference is a value: put it in a
 * record, and in the same transaction say so with the calls below.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/store.h"

enum blob_kind {
	BLOB_EMPTY = 0, /* no bytes, no row */
	BLOB_TINY = 1,
	BLOB_SEGMENT = 2,
	BLOB_FILE = 3,
	BLOB_LIST = 4
};

/* len bytes from off on of blob id. */
struct blob_ref {
	uint8_t kind;
	uint64_t id, off, len;
};
enum { BLOB_REF_SIZE = 25 }; /* encoded: kind, id, off, len, big-endian */
void blob_ref_put(void *out, const struct blob_ref *r);
bool blob_ref_get(const void *in, struct blob_ref *out); /* false: no such kind */

uint64_t blob_tiny_max(const struct store *s);
uint64_t blob_small_max(const struct store *s);

/* ---- writing bytes ---- */

/* Add a blob of up to blob_small_max() bytes, owned once by the caller's record. data must
 * stay valid until the write is done. crc32c is of data, kept for verify. [in a write fn] */
NODISCARD enum err blob_put(
    struct txn *t, struct span data, uint32_t crc32c, struct blob_ref *out);

/* A large blob while it grows: a file of its own. One thread at a time. */
struct blob_file;
/* expect: final length when known (reserves the space; E_STORAGE_FULL early), else 0. */
NODISCARD enum err blob_file_new(struct store *s, uint64_t expect, struct blob_file **out,
    struct fail *fail); /* [worker] */
NODISCARD enum err blob_file_write(
    struct blob_file *f, const void *p, size_t n); /* [worker] */
/* Everything written is safe after this (as the durability says). crc32c is of the whole. */
NODISCARD enum err blob_file_seal(struct blob_file *f, uint32_t crc32c); /* [worker] */
/* Enter a sealed file in the index; f stays the caller's to free. [in a write fn] */
NODISCARD enum err blob_file_link(
    struct txn *t, struct blob_file *f, struct blob_ref *out);
/* Tell f that the transaction that linked it is done, or not: when it is not, the file is
 * removed. NULL is ignored. [worker or writer's done] */
void blob_file_free(struct blob_file **f, bool linked);

/* String refs together; the list takes over one reference of each (they need no
 * blob_hold()). Nested lists are flattened by nobody: at most one level may be a list of
 * slices (depth 3 in all). tag is the caller's number for the piece (a part number).
 * [in a write fn] */
struct blob_piece {
	struct blob_ref ref;
	uint32_t tag;
};
NODISCARD enum err blob_list_put(
    struct txn *t, const struct blob_piece *piece, size_t n, struct blob_ref *out);

/* A list that one record alone refers to gets another piece behind, in place, since who
 * reads it meanwhile finds his bytes where they were. ref becomes the whole, for one more
 * record. grown false: it is shared, and nothing was done. [in a write fn] */
NODISCARD enum err blob_list_grow(
    struct txn *t, struct blob_ref *ref, const struct blob_piece *piece, bool *grown);

/* One more record refers to r (a copy; a slice of the same blob is r with other off, len).
 * A slice of a tiny blob is a copy of its own: *r is replaced. [in a write fn] */
NODISCARD enum err blob_hold(struct txn *t, struct blob_ref *r);
/* One record fewer. At zero the blob is dead in this transaction; the sweeper gives its
 * bytes back later. [in a write fn] */
NODISCARD enum err blob_drop(struct txn *t, const struct blob_ref *r);

/* ---- reading bytes ----
 * Pin before the read transaction that finds the reference, unpin when the last byte went
 * out: what is pinned is neither punched nor unlinked. */
struct blob_pin {
	struct blob_pin *prev, *next;
	struct store *store;
	uint64_t floor;
};
void blob_pin(struct store *s, struct blob_pin *pin); /* [any] */
void blob_unpin(struct blob_pin *pin); /* [any] */

/* Where the next bytes are. */
struct blob_extent {
	const void
	    *mem; /* in the snapshot when not NULL (tiny): copy before fn returns */
	int fd; /* else: kept open until blob_extent_close() */
	uint64_t off, len; /* in fd */
	void *hold; /* the descriptor's reference */
};
void blob_extent_close(struct blob_extent *e); /* [any] */

/* Position in a blob; plain data, copy it freely. */
struct blob_pos {
	struct blob_ref ref; /* whole */
	uint64_t at, end; /* next byte, first byte not wanted */
};
/* [at, at + len) of ref; the range must lie within it. */
void blob_pos_init(
    struct blob_pos *p, const struct blob_ref *ref, uint64_t at, uint64_t len);
/* The extent at p->at, clipped to p->end; moves p. E_NOT_FOUND at the end. E_CORRUPT when a
 * row is missing, E_IO or E_NO_RESOURCE when a file can't be opened. */
NODISCARD enum err blob_next(struct txn *t, struct blob_pos *p, struct blob_extent *out);

/* The same of a blob of kind BLOB_TINY at once: its bytes in the snapshot, in one part or
 * in two. */
NODISCARD enum err blob_tiny(struct txn *t, const struct blob_ref *ref, uint64_t at,
    uint64_t len, struct span out[2]);

/* Pieces of a list (n = 0 when ref is no list). */
NODISCARD enum err blob_list_count(struct txn *t, const struct blob_ref *ref, size_t *n);
NODISCARD enum err blob_list_get(
    struct txn *t, const struct blob_ref *ref, size_t i, struct blob_piece *out);
/* Each piece in order, till see() says no. One look-up, whatever their number. */
NODISCARD enum err blob_list_walk(struct txn *t, const struct blob_ref *ref,
    bool (*see)(void *ctx, const struct blob_piece *piece), void *ctx);
/* Bytes before piece i; i == n gives the whole length. O(1). */
NODISCARD enum err blob_list_start(
    struct txn *t, const struct blob_ref *ref, size_t i, uint64_t *out);

#endif
