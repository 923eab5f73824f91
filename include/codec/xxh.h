/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The xxHash family by libxxhash: XXH64, XXH3 of 64 and of 128 bits, seed 0, values in
 * canonical (big-endian) form. The only user of that library. Source:
 * github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
#ifndef CODEC_XXH_H
#define CODEC_XXH_H

#include "base/buf.h"

enum xxh_kind { XXHASH_64, XXHASH_3, XXHASH_128 };

size_t xxh_size(enum xxh_kind kind); /* bytes of a value: 8, 8, 16 */

/* Incremental; one thread at a time. */
struct xxh;
struct xxh *xxh_new(enum xxh_kind kind);
void xxh_free(struct xxh **x);
void xxh_add(struct xxh *x, const void *p, size_t n);
void xxh_end(struct xxh *x, uint8_t *out); /* xxh_size() bytes; more may be added */

#endif
