/* SPDX-License-Identifier: Apache-2.0 */
/* The folding kernel of crc.c, alone in its file because it needs instructions that the
 * rest of the program must not use. */
#ifndef CODEC_CRC_PRIV_H
#define CODEC_CRC_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define CRC_HAVE_FOLD 1
#else
#define CRC_HAVE_FOLD 0
#endif

/* Bytes that the wide loop folds by at a time. */
enum { CRC_WIDE = 128 };

/* x^n mod P, bit-reversed in 64 bits, for n = 1087, 1023 (a fold over 1,024 bits) and
 * 191, 127 (over 128 bits). A 32-bit polynomial's remainder stands in the upper half. */
struct crc_fold {
	uint64_t wide[2], one[2];
};

#if CRC_HAVE_FOLD
bool crc_fold_can(void);
/* Sixteen bytes that leave the same remainder as the n bytes at p behind the register crc.
 * n is a multiple of 16 and at least 16. */
void crc_fold(
    uint8_t out[16], uint64_t crc, const uint8_t *p, size_t n, const struct crc_fold *k);
#endif

#endif
