/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/hex.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { HEX_STEP = 64 };

/* Value of a digit; 0x10 for what is none. */
static const uint8_t hex_value[256] = {
	[0 ... '0' - 1] = 0x10,
	['0'] = 0,
	['1'] = 1,
	['2'] = 2,
	['3'] = 3,
	['4'] = 4,
	['5'] = 5,
	['6'] = 6,
	['7'] = 7,
	['8'] = 8,
	['9'] = 9,
	['9' + 1 ... 'A' - 1] = 0x10,
	['A'] = 10,
	['B'] = 11,
	['C'] = 12,
	['D'] = 13,
	['E'] = 14,
	['F'] = 15,
	['F' + 1 ... 'a' - 1] = 0x10,
	['a'] = 10,
	['b'] = 11,
	['c'] = 12,
	['d'] = 13,
	['e'] = 14,
	['f'] = 15,
	['f' + 1 ... 255] = 0x10,
};

#define ROW(high) \
	high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" high \
	     "8" high "9" high "a" high "b" high "c" high "d" high "e" high "f"
static const char hex_pairs[] = ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW(
    "6") ROW("7") ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");
#undef ROW

/* Sixteen bytes at a time, where a processor is sure to know how: each request has two
 * digests to read and one to write. Both return how many bytes they did. */
enum { HEX_WIDE = 16 };

#ifdef __SSE2__
static size_t
wide_render(char *out, const uint8_t *in, size_t n)
{
	const __m128i low = _mm_set1_epi8(15), nine = _mm_set1_epi8(9),
		      zero = _mm_set1_epi8('0'), more = _mm_set1_epi8('a' - '9' - 1);
	size_t at = 0;

	for (; n - at >= HEX_WIDE; at += HEX_WIDE) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(in + at));
		__m128i a = _mm_and_si128(_mm_srli_epi16(v, 4), low),
			b = _mm_and_si128(v, low);
		__m128i *to = (__m128i *)(void *)(out + 2 * at);

		a = _mm_add_epi8(
		    _mm_add_epi8(a, zero), _mm_and_si128(_mm_cmpgt_epi8(a, nine), more));
		b = _mm_add_epi8(
		    _mm_add_epi8(b, zero), _mm_and_si128(_mm_cmpgt_epi8(b, nine), more));
		_mm_storeu_si128(to, _mm_unpacklo_epi8(a, b));
		_mm_storeu_si128(to + 1, _mm_unpackhi_epi8(a, b));
	}
	return at;
}

/* Sixteen digits as eight bytes, each in the lower half of a pair of its own. */
static inline __m128i
wide_values(const uint8_t *from, __m128i *good)
{
	const __m128i nine = _mm_set1_epi8(9), five = _mm_set1_epi8(5);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)from);
	__m128i d = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i l =
	    _mm_sub_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
	__m128i is_d = _mm_cmpeq_epi8(_mm_min_epu8(d, nine), d);
	__m128i is_l = _mm_cmpeq_epi8(_mm_min_epu8(l, five), l);

	*good = _mm_and_si128(*good, _mm_or_si128(is_d, is_l));
	v = _mm_or_si128(_mm_and_si128(d, is_d),
	    _mm_and_si128(_mm_add_epi8(l, _mm_set1_epi8(10)), is_l));
	return _mm_and_si128(_mm_or_si128(_mm_slli_epi16(v, 4), _mm_srli_epi16(v, 8)),
	    _mm_set1_epi16(0xff));
}

static size_t
wide_parse(uint8_t *to, const uint8_t *from, size_t n, uint8_t *bad)
{
	__m128i good = _mm_set1_epi8(-1);
	size_t at = 0;

	for (; n - at >= HEX_WIDE; at += HEX_WIDE) {
		__m128i a = wide_values(from + 2 * at, &good),
			b = wide_values(from + 2 * at + HEX_WIDE, &good);

		_mm_storeu_si128((__m128i *)(void *)(to + at), _mm_packus_epi16(a, b));
	}
	if (_mm_movemask_epi8(good) != 0xffff)
		*bad = 0x10;
	return at;
}
#else
static size_t
wide_render(char *out, const uint8_t *in, size_t n)
{
	(void)out, (void)in, (void)n;
	return 0;
}

static size_t
wide_parse(uint8_t *to, const uint8_t *from, size_t n, uint8_t *bad)
{
	(void)to, (void)from, (void)n, (void)bad;
	return 0;
}
#endif

void
hex_render(char *out, const void *p, size_t n)
{
	const uint8_t *in = p;

	for (size_t i = wide_render(out, in, n); i < n; i++)
		memcpy(out + 2 * i, hex_pairs + (size_t)2 * in[i], 2);
}

/* Returns what is wrong with any of the digits: 0x10, or nothing. */
static uint8_t
pairs_parse(uint8_t *to, const uint8_t *from, size_t n)
{
	uint8_t bad = 0;
	size_t i = wide_parse(to, from, n, &bad);

	for (; i < n; i++) {
		uint8_t high = hex_value[from[2 * i]], low = hex_value[from[2 * i + 1]];

		bad |= high | low;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return bad & 0x10;
}

bool
hex_parse(void *out, size_t n, struct span in)
{
	const uint8_t *from = (const uint8_t *)in.p;
	uint8_t to[HEX_STEP], bad = 0;

	if (in.n / 2 != n || in.n % 2 != 0)
		return false;
	/* Short, as nearly always: once, aside. Longer: looked at first. */
	if (n <= sizeof to) {
		if (pairs_parse(to, from, n) != 0)
			return false;
		memcpy(out, to, n);
		return true;
	}
	for (size_t i = 0; i < in.n; i++)
		bad |= hex_value[from[i]];
	return (bad & 0x10) == 0 && pairs_parse(out, from, n) == 0;
}
