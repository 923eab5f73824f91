/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a sealed object on their way out: its chunks one after the other, opened.
 * Places and lengths are those of the plain bytes.
 */
#ifndef OBJECT_PLAIN_H
#define OBJECT_PLAIN_H

#include "codec/sealed.h"
#include "object/read.h"

struct obj_piece { /* one stream: a part, or all */
	struct blob_ref ref;
	uint32_t tag; /* of a list's piece */
	uint64_t start, size; /* plain */
};

/* Caller's memory; one thread at a time. read is pinned first, by obj_read_pin(). */
struct obj_plain {
	struct obj_read read;
	struct sealed_keys keys;
	struct blob_ref ref;
	uint64_t at, end;
	struct obj_piece piece;
	struct sealed_in *in; /* the piece's, or NULL: none is open */
	const struct blob_extent *extent;
	uint64_t extent_done;
	uint8_t *buffer;
	struct span ready; /* opened, not given yet */
	const struct obj_remote_io *io; /* the bytes are in a tier: */
	const struct rec_remote *remote;
};
/* In the transaction that found the record. The first chunk is opened here: a changed one
 * fails before anything is answered. */
NODISCARD enum err obj_plain_start(struct obj_plain *p, struct txn *t,
    const struct blob_ref *ref, const struct sealed_keys *keys, uint64_t off,
    uint64_t len);
/* Of bytes in a tier: blocks in obj_plain_next(), opens nothing yet; io and remote are
 * borrowed. [worker] */
void obj_plain_start_remote(struct obj_plain *p, const struct obj_remote_io *io,
    const struct rec_remote *remote, const struct sealed_keys *keys, uint64_t off,
    uint64_t len);
/* The next bytes; they live until the following call. E_NOT_FOUND at the end, E_CORRUPT
 * where a bit differs. */
NODISCARD enum err obj_plain_next(struct obj_plain *p, struct span *out);
void obj_plain_end(struct obj_plain *p); /* wipes, and ends read */
/* A short range in one go, appended to out. */
NODISCARD enum err obj_plain_small(struct txn *t, const struct blob_ref *ref,
    const struct sealed_keys *keys, uint64_t off, uint64_t len, struct buf *out);
/* Piece number i (from 0) of a sealed body, and how many there are. E_NOT_FOUND. */
NODISCARD enum err obj_plain_piece(struct txn *t, const struct blob_ref *ref, size_t i,
    struct obj_piece *out, size_t *count);

#endif
