/* SPDX-License-Identifier: Apache-2.0 */
/* gzip (RFC 1952) undone as it comes, in bounded steps. By zlib, which is loaded when the
 * first is asked for. */
#ifndef CODEC_GUNZIP_H
#define CODEC_GUNZIP_H

#include "base/buf.h"
#include "base/err.h"

struct gunzip; /* one thread at a time */

/* Does it begin as gzip does? */
bool gunzip_is(struct span head);
/* E_NO_RESOURCE: zlib is not there; fail says which package. */
NODISCARD enum err gunzip_new(struct gunzip **out, struct fail *fail);
void gunzip_free(struct gunzip **g);
/* Takes from the front of *in and writes at most cap bytes. *n = 0 with *in used up: more is
 * wanted. E_CORRUPT: this is no gzip. */
NODISCARD enum err gunzip_step(
    struct gunzip *g, struct span *in, void *out, size_t cap, size_t *n);
/* Nothing is missing: a member ended where the input did. */
bool gunzip_is_whole(const struct gunzip *g);

#endif
