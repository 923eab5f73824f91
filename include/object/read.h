/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of an object on their way out, as they are kept: extents one after the other,
 * each found in a short transaction of its own while a pin keeps them in place.
 */
#ifndef OBJECT_READ_H
#define OBJECT_READ_H

#include "model/rec.h"
#include "store/blob.h"

/* Caller's memory; one thread at a time. */
struct obj_read {
	struct reader *reader; /* borrowed */
	struct blob_pin pin;
	struct blob_pos pos;
	struct blob_extent extent;
	bool pinned, open, ready; /* ready: extent is still to be given */
	char *copy; /* of a tiny extent, or of what came from a tier */
	const struct obj_remote_io *io; /* the bytes are in a tier: */
	const struct rec_remote *remote;
	uint64_t at, end;
};

/* Pin before the record is read; then say what to read, in the transaction that found the
 * record: the pin keeps bytes and the pieces of lists, but not the row of a single blob,
 * so the first extent is looked up here. */
void obj_read_pin(struct obj_read *r, struct store *s, struct reader *reader);
NODISCARD enum err obj_read_start(struct obj_read *r, struct txn *t,
    const struct blob_ref *ref, uint64_t off, uint64_t len);
/* The same of bytes in a tier, which obj_read_next() asks for in stretches: it blocks then.
 * Needs no pin and no transaction; io and r are borrowed. [worker] */
struct obj_remote_io;
struct rec_remote;
void obj_read_start_remote(struct obj_read *r, const struct obj_remote_io *io,
    const struct rec_remote *remote, uint64_t off, uint64_t len);
/* The next extent; lives until the following call. E_NOT_FOUND at the end. */
NODISCARD enum err obj_read_next(struct obj_read *r, const struct blob_extent **out);
void obj_read_end(struct obj_read *r);

/* A short range in one go: *out is in the map (until the transaction's end) where all of it
 * lies in one place there, else in scratch, appended. */
NODISCARD enum err obj_read_small(struct txn *t, const struct blob_ref *ref, uint64_t off,
    uint64_t len, struct buf *scratch, struct span *out);

/* The same, uncopied also where it lies in two places of the map. */
NODISCARD enum err obj_read_parts(struct txn *t, const struct blob_ref *ref, uint64_t off,
    uint64_t len, struct buf *scratch, struct span out[2]);

/* Place of part number (from 1) in an object, and how many parts it has: 1 for a plain one.
 * E_INVALID_PART_NUMBER past the last (*count is set); fail is not. */
NODISCARD enum err obj_part_place(struct txn *t, const struct rec_object *rec,
    unsigned number, uint64_t *off, uint64_t *len, size_t *count);

#endif
