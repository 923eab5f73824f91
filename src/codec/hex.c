/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/hex.h"

/* Value of a digit plus one, so that what is not listed is 0. */
static const uint8_t hex_value[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
};

void
hex_render(char *out, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *in = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digit[in[i] >> 4];
		out[2 * i + 1] = digit[in[i] & 15];
	}
}

bool
hex_parse(void *out, size_t n, struct span in)
{
	uint8_t *to = out;

	if (in.n / 2 != n || in.n % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (hex_value[(uint8_t)in.p[2 * i]] == 0 ||
		    hex_value[(uint8_t)in.p[2 * i + 1]] == 0)
			return false;
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)((hex_value[(uint8_t)in.p[2 * i]] - 1) << 4 |
		    (hex_value[(uint8_t)in.p[2 * i + 1]] - 1));
	return true;
}
