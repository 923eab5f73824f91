/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding of records, inside the layer: append to a buf, take from a span. A dec that ran
 * short answers zeros and is bad at its end. */
#ifndef MODEL_PRIV_H
#define MODEL_PRIV_H

#include "base/buf.h"
#include "base/err.h"

enum { REC_VERSION = 1 };

struct dec {
	struct span in;
	bool bad;
};

void enc_u8(struct buf *b, uint8_t v);
void enc_u16(struct buf *b, uint16_t v);
void enc_u64(struct buf *b, uint64_t v);
void enc_span(struct buf *b, struct span s);
uint8_t dec_u8(struct dec *d);
uint16_t dec_u16(struct dec *d);
uint64_t dec_u64(struct dec *d);
struct span dec_span(struct dec *d);
void dec_bytes(struct dec *d, void *out, size_t n);
NODISCARD enum err dec_end(const struct dec *d);

#endif
