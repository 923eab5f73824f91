/* SPDX-License-Identifier: Apache-2.0 */
/* The 64 steps of MD5, for numbers and for vectors of them, and the vectors' functions. */
#ifndef CODEC_MD5_PRIV_H
#define CODEC_MD5_PRIV_H

#include "codec/md5.h"

/* w(i) is the block's word i. The sum of the two terms of G is their "or": they share no
 * bit, and the first does not wait for the step before. */
#define MD5_ROL(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define MD5_F(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define MD5_G(b, c, d) (((c) & ~(d)) + ((b) & (d)))
#define MD5_H(b, c, d) (((c) ^ (d)) ^ (b))
#define MD5_I(b, c, d) ((~(d) | (b)) ^ (c))
#define MD5_STEP(f, a, b, c, d, i, k, s) \
	a += w(i) + k; \
	a += f(b, c, d); \
	a = MD5_ROL(a, s) + b

#define MD5_FOUR(f, i, j, k, l, s, t, u, v, m, n, o, p) \
	MD5_STEP(f, a, b, c, d, i, m, s); \
	MD5_STEP(f, d, a, b, c, j, n, t); \
	MD5_STEP(f, c, d, a, b, k, o, u); \
	MD5_STEP(f, b, c, d, a, l, p, v)

/* clang-format off */
#define MD5_STEPS \
	MD5_FOUR(MD5_F, 0, 1, 2, 3, 7, 12, 17, 22, \
	    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee); \
	MD5_FOUR(MD5_F, 4, 5, 6, 7, 7, 12, 17, 22, \
	    0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501); \
	MD5_FOUR(MD5_F, 8, 9, 10, 11, 7, 12, 17, 22, \
	    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be); \
	MD5_FOUR(MD5_F, 12, 13, 14, 15, 7, 12, 17, 22, \
	    0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821); \
	MD5_FOUR(MD5_G, 1, 6, 11, 0, 5, 9, 14, 20, \
	    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa); \
	MD5_FOUR(MD5_G, 5, 10, 15, 4, 5, 9, 14, 20, \
	    0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8); \
	MD5_FOUR(MD5_G, 9, 14, 3, 8, 5, 9, 14, 20, \
	    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed); \
	MD5_FOUR(MD5_G, 13, 2, 7, 12, 5, 9, 14, 20, \
	    0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a); \
	MD5_FOUR(MD5_H, 5, 8, 11, 14, 4, 11, 16, 23, \
	    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c); \
	MD5_FOUR(MD5_H, 1, 4, 7, 10, 4, 11, 16, 23, \
	    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70); \
	MD5_FOUR(MD5_H, 13, 0, 3, 6, 4, 11, 16, 23, \
	    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05); \
	MD5_FOUR(MD5_H, 9, 12, 15, 2, 4, 11, 16, 23, \
	    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665); \
	MD5_FOUR(MD5_I, 0, 7, 14, 5, 6, 10, 15, 21, \
	    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039); \
	MD5_FOUR(MD5_I, 12, 3, 10, 1, 6, 10, 15, 21, \
	    0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1); \
	MD5_FOUR(MD5_I, 8, 15, 6, 13, 6, 10, 15, 21, \
	    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1); \
	MD5_FOUR(MD5_I, 4, 11, 2, 9, 6, 10, 15, 21, \
	    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391)
/* clang-format on */

/* h: of each lane; p: the lanes' bytes; n: blocks. */
typedef void md5_lanes_fn(uint32_t *const *h, const uint8_t *const *p, size_t n);

struct md5_width {
	unsigned lanes;
	md5_lanes_fn *fn;
};

/* What this processor can, narrowest first, ended by lanes 0. limit: see md5_limit(). */
const struct md5_width *md5_widths(unsigned limit);

#endif
