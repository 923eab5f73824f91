/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed bytes of any length: a head, then chunks of AES-256-GCM, so that a range costs its
 * chunks only and nothing of a changed chunk comes out. The head carries a salt, from which
 * and from the data key the stream's own key is made: two streams under one data key share
 * none. Number and end of a chunk are in its nonce, the head is bound to each: chunks can't
 * be swapped, left out at the end or put into another stream. No bytes are sealed as none.
 *
 *	head: "trugseal", form, log2 of the chunk, part (2), 4 zeros, salt (16)
 */
#ifndef CODEC_SEALED_H
#define CODEC_SEALED_H

#include "codec/seal.h"

enum {
	SEALED_CHUNK = 64 << 10, /* plain bytes of all but the last */
	SEALED_STEP = SEALED_CHUNK + SEAL_TAG, /* the same on disk */
	SEALED_HEAD = 32
};

struct sealed_keys {
	uint8_t data[SEAL_KEY];
	uint8_t outer[SEAL_KEY]; /* of a second layer around the first */
	bool two; /* there is one */
};
void sealed_keys_wipe(struct sealed_keys *k);

uint64_t sealed_size(uint64_t plain); /* on disk */
bool sealed_plain(uint64_t size, uint64_t *plain); /* false: no stream is so long */
static inline uint64_t
sealed_chunks(uint64_t plain)
{
	return (plain + SEALED_CHUNK - 1) / SEALED_CHUNK;
}

/* One thread at a time, as what follows. part is the number of a part or 0, bound too. */
struct sealed_out;
struct sealed_out *sealed_out_new(const struct sealed_keys *k, unsigned part);
void sealed_out_free(struct sealed_out **o); /* wipes */
void sealed_out_add(struct sealed_out *o, struct span plain, struct buf *out);
void sealed_out_end(struct sealed_out *o, struct buf *out);

struct sealed_in;
/* NULL: that is no head. */
struct sealed_in *sealed_in_new(
    const struct sealed_keys *k, const uint8_t head[SEALED_HEAD]);
void sealed_in_free(struct sealed_in **i); /* wipes */
unsigned sealed_in_part(const struct sealed_in *i);
/* Chunk number index, n bytes at p with its tag, becomes plain in place; false, and zeros,
 * where a bit differs. */
NODISCARD bool sealed_in_open(
    struct sealed_in *i, uint64_t index, bool last, uint8_t *p, size_t n);

#endif
