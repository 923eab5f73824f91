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

TARGET void
crc_fold(
    uint8_t out[16], uint64_t crc, const uint8_t *p, size_t n, const struct crc_fold *k)
{
	const __m128i wide = _mm_loadu_si128((const __m128i *)(const void *)k->wide);
	const __m128i one = _mm_loadu_si128((const __m128i *)(const void *)k->one);
	__m128i first = _mm_xor_si128(load(p), _mm_cvtsi64_si128((long long)crc)), v[8];

	p += 16;
	n -= 16;
	if (n >= CRC_WIDE - 16) {
		v[0] = first;
		for (int i = 1; i < 8; i++, p += 16)
			v[i] = load(p);
		for (n -= CRC_WIDE - 16; n >= CRC_WIDE; n -= CRC_WIDE, p += CRC_WIDE)
			for (int i = 0; i < 8; i++)
				v[i] = fold(v[i], wide, load(p + 16 * i));
		first = v[0];
		for (int i = 1; i < 8; i++)
			first = fold(first, one, v[i]);
	}
	for (; n > 0; n -= 16, p += 16)
		first = fold(first, one, load(p));
	_mm_storeu_si128((__m128i *)(void *)out, first);
}
#else
/* ISO C wants a declaration in every file. */
extern const bool crc_fold_none;
#endif
