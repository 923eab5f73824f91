/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sixteen bytes of a head at a time, where every processor of the kind can do it; else all
 * is left to the caller's loop. Each returns where that has to go on: what lies before is
 * as it should be. [any]
 */
#ifndef HTTP_H1_WIDE_PRIV_H
#define HTTP_H1_WIDE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>

enum { H1_WIDE = 16 };

/* Bytes of v that are at least from and at most from + span. */
static inline __m128i
h1_wide_within(__m128i v, char from, char span)
{
	__m128i at = _mm_sub_epi8(v, _mm_set1_epi8(from));

	return _mm_cmpeq_epi8(_mm_min_epu8(at, _mm_set1_epi8(span)), at);
}

/* Letters, digits and hyphens, made lower case. */
static inline char *
h1_wide_name(char *p, const char *end)
{
	static const uint8_t first[2 * H1_WIDE] = { [0 ... H1_WIDE - 1] = 0x20 };

	while (end - p >= H1_WIDE) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i letter =
		    h1_wide_within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z' - 'a');
		__m128i other = _mm_or_si128(
		    h1_wide_within(v, '0', 9), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
		unsigned good = (unsigned)_mm_movemask_epi8(_mm_or_si128(letter, other));
		unsigned n = (unsigned)__builtin_ctz(~good); /* at most 16 */
		__m128i low =
		    _mm_loadu_si128((const __m128i *)(const void *)(first + H1_WIDE - n));

		_mm_storeu_si128(
		    (__m128i *)(void *)p, _mm_or_si128(v, _mm_and_si128(letter, low)));
		p += n;
		if (n < H1_WIDE)
			break;
	}
	return p;
}

/* No control characters, but for tabs where they are allowed. */
static inline const char *
h1_wide_text(const char *p, const char *end, bool tab)
{
	/* Elsewhere another character that is none. */
	const __m128i allowed = _mm_set1_epi8(tab ? '\t' : ' ');

	for (; end - p >= H1_WIDE; p += H1_WIDE) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i bad = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(v, allowed),
					       h1_wide_within(v, 0, 0x1f)),
		    _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
		int at = _mm_movemask_epi8(bad);

		if (at != 0)
			return p + __builtin_ctz((unsigned)at);
	}
	return p;
}

#else

static inline char *
h1_wide_name(char *p, const char *end)
{
	(void)end;
	return p;
}

/* Eight bytes at a time, up to the word that needs a closer look. */
static inline const char *
h1_wide_text(const char *p, const char *end, bool tab)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t v, del;

	(void)tab;
	for (; end - p >= 8; p += 8) {
		memcpy(&v, p, 8);
		del = v ^ ones * 0x7f;
		if ((((v - ones * 0x20) & ~v) | ((del - ones) & ~del)) & high)
			break;
	}
	return p;
}

#endif

#endif
