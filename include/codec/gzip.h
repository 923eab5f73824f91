/* SPDX-License-Identifier: Apache-2.0 */
/* gzip (RFC 1952) made as its content comes. By zlib, which is loaded when the first is
 * asked for. */
#ifndef CODEC_GZIP_H
#define CODEC_GZIP_H

#include "base/buf.h"
#include "base/err.h"

struct gzip; /* one thread at a time */

/* E_NO_RESOURCE: zlib is not there; fail says which package. */
NODISCARD enum err gzip_new(struct gzip **out, struct fail *fail);
void gzip_free(struct gzip **g);
/* What is ready by now is appended to out. */
void gzip_add(struct gzip *g, struct span in, struct buf *out);
/* The rest; then g begins anew. */
void gzip_end(struct gzip *g, struct buf *out);

#endif
