/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of MD5 streams. Alone in its file because it needs instructions that the rest of
 * the program must not use. */
#include "config.h"

#include <string.h>

#include "md5_priv.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

typedef uint32_t part __attribute__((vector_size(16)));

/* Bytes of a lane, anywhere. */
#define PART(p, o, i) (*(const part_any *)(const void *)((p)[i] + (o)))
typedef part part_any __attribute__((aligned(1), may_alias));

#define EIGHT(p, o, i) \
	__builtin_shufflevector( \
	    PART(p, o, i), PART(p, o, (i) + 4), 0, 1, 2, 3, 4, 5, 6, 7)

/* clang-format off */
#define LOW_4 0, 4, 1, 5
#define HIGH_4 2, 6, 3, 7
#define LOW2_4 0, 1, 4, 5
#define HIGH2_4 2, 3, 6, 7
#define LOW_8 0, 8, 1, 9, 4, 12, 5, 13
#define HIGH_8 2, 10, 3, 11, 6, 14, 7, 15
#define LOW2_8 0, 1, 8, 9, 4, 5, 12, 13
#define HIGH2_8 2, 3, 10, 11, 6, 7, 14, 15
#define LOW_16 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define HIGH_16 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define LOW2_16 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2_16 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
/* clang-format on */

#define NAME md5_four
#define TARGET
#define LANES 4
#define LOAD PART
#define LOW LOW_4
#define HIGH HIGH_4
#define LOW2 LOW2_4
#define HIGH2 HIGH2_4
#include "md5_lanes_priv.h"

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512vl,avx512bw")))

#define NAME md5_eight
#define TARGET __attribute__((target("avx2")))
#define LANES 8
#define LOAD EIGHT
#define LOW LOW_8
#define HIGH HIGH_8
#define LOW2 LOW2_8
#define HIGH2 HIGH2_8
#include "md5_lanes_priv.h"

/* The same with the rotations and three-way logic of the newer instructions. */
#define NAME md5_wide_four
#define TARGET WIDE
#define LANES 4
#define LOAD PART
#define LOW LOW_4
#define HIGH HIGH_4
#define LOW2 LOW2_4
#define HIGH2 HIGH2_4
#include "md5_lanes_priv.h"

#define NAME md5_wide_eight
#define TARGET WIDE
#define LANES 8
#define LOAD EIGHT
#define LOW LOW_8
#define HIGH HIGH_8
#define LOW2 LOW2_8
#define HIGH2 HIGH2_8
#include "md5_lanes_priv.h"

#define SIXTEEN(p, o, i) \
	__builtin_shufflevector(EIGHT(p, o, i), EIGHT(p, o, (i) + 8), 0, 1, 2, 3, 4, 5, \
	    6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define NAME md5_wide_sixteen
#define TARGET WIDE
#define LANES 16
#define LOAD SIXTEEN
#define LOW LOW_16
#define HIGH HIGH_16
#define LOW2 LOW2_16
#define HIGH2 HIGH2_16
#include "md5_lanes_priv.h"
#endif

const struct md5_width *
md5_widths(unsigned limit)
{
	static const struct md5_width plain[] = { { 4, md5_four }, { 0, NULL } };
#if defined(__x86_64__)
	static const struct md5_width avx2[] = { { 4, md5_four }, { 8, md5_eight },
		{ 0, NULL } };
	static const struct md5_width wide[] = { { 4, md5_wide_four },
		{ 8, md5_wide_eight }, { 16, md5_wide_sixteen }, { 0, NULL } };

	if (limit < 1 && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512bw"))
		return wide;
	if (limit < 2 && __builtin_cpu_supports("avx2"))
		return avx2;
#endif
	(void)limit;
	return plain;
}

#else
const struct md5_width *
md5_widths(unsigned limit)
{
	static const struct md5_width none = { 0, NULL };

	(void)limit;
	return &none;
}
#endif
