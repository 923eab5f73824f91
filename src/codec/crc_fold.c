/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction"
 * (Intel, 2009), bit-reversed: bit 0 of the first byte is the highest power. A product of
 * two reversed 64-bit factors stands one bit too low in 128 bits, so the constants are one
 * power of x short.
 */
#include "config.h"

#include "crc_priv.h"

#if CRC_HAVE_FOLD
#include <immintrin.h>

#define TARGET __attribute__((target("pclmul,sse4.1")))

bool
crc_fold_can(void)
{
	return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

TARGET static inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* v moved to where next stands, and next. */
TARGET static inline __m128i
fold(__m128i v, __m128i k, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(v, k, 0x00);
	__m128i high = _mm_clmulepi64_si128(v, k, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* Eight by name: in an array they would go through memory at each step. */
TARGET void
crc_fold(
    uint8_t out[16], uint64_t crc, const uint8_t *p, size_t n, const struct crc_fold *k)
{
	const __m128i wide = _mm_loadu_si128((const __m128i *)(const void *)k->wide);
	const __m128i one = _mm_loadu_si128((const __m128i *)(const void *)k->one);
	__m128i first = _mm_xor_si128(load(p), _mm_cvtsi64_si128((long long)crc));

	p += 16;
	n -= 16;
	if (n >= CRC_WIDE - 16) {
		__m128i v0 = first, v1 = load(p), v2 = load(p + 16), v3 = load(p + 32),
			v4 = load(p + 48), v5 = load(p + 64), v6 = load(p + 80),
			v7 = load(p + 96);

		p += CRC_WIDE - 16;
		for (n -= CRC_WIDE - 16; n >= CRC_WIDE; n -= CRC_WIDE, p += CRC_WIDE) {
			v0 = fold(v0, wide, load(p));
			v1 = fold(v1, wide, load(p + 16));
			v2 = fold(v2, wide, load(p + 32));
			v3 = fold(v3, wide, load(p + 48));
			v4 = fold(v4, wide, load(p + 64));
			v5 = fold(v5, wide, load(p + 80));
			v6 = fold(v6, wide, load(p + 96));
			v7 = fold(v7, wide, load(p + 112));
		}
		first = fold(v0, one, v1);
		first = fold(first, one, v2);
		first = fold(first, one, v3);
		first = fold(first, one, v4);
		first = fold(first, one, v5);
		first = fold(first, one, v6);
		first = fold(first, one, v7);
	}
	for (; n > 0; n -= 16, p += 16)
		first = fold(first, one, load(p));
	_mm_storeu_si128((__m128i *)(void *)out, first);
}
#else
/* ISO C wants a declaration in every file. */
extern const bool crc_fold_none;
#endif
