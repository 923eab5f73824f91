/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spaces that no bucket has any more: what still lies in them is nobody's, and is given back
 * piece by piece.
 */
#ifndef MODEL_DROPPED_H
#define MODEL_DROPPED_H

#include "base/buf.h"
#include "base/err.h"

struct rec_dropped {
	uint64_t bucket; /* its id: space of its keys, its documents, its usage */
	uint64_t uploads; /* space of its uploads */
	uint64_t versions; /* space of older versions; 0: there is none */
};
enum { REC_DROPPED = 25 };
void rec_dropped_put(uint8_t out[REC_DROPPED], const struct rec_dropped *r);
NODISCARD enum err rec_dropped_get(struct span in, struct rec_dropped *out);

#endif
