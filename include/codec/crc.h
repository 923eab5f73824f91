/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC32 (IEEE), CRC32C (Castagnoli) and CRC64NVME as S3's checksums define them: one
 * PCLMULQDQ folding kernel serves all three where the processor has it, slicing-16 tables
 * elsewhere; both give the same values. Start from 0 and feed what the last call returned.
 */
#ifndef CODEC_CRC_H
#define CODEC_CRC_H

#include <stdint.h>

#include "base/buf.h"

uint32_t crc32_add(uint32_t crc, const void *p, size_t n);
uint32_t crc32c_add(uint32_t crc, const void *p, size_t n);
uint64_t crc64nvme_add(uint64_t crc, const void *p, size_t n);

/* Of A followed by B, from crc(A), crc(B) and the length of B: how a multipart object gets
 * the checksum of the whole without reading it. O(log len_b). */
uint32_t crc32_join(uint32_t a, uint32_t b, uint64_t len_b);
uint32_t crc32c_join(uint32_t a, uint32_t b, uint64_t len_b);
uint64_t crc64nvme_join(uint64_t a, uint64_t b, uint64_t len_b);

/* Tests only: never use the processor's instructions from here on. */
void crc_force_tables(void);

#endif
