/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/hex.h"

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

void
hex_render(char *out, const void *p, size_t n)
{
	const uint8_t *in = p;

	for (size_t i = 0; i < n; i++)
		memcpy(out + 2 * i, hex_pairs + (size_t)2 * in[i], 2);
}

bool
hex_parse(void *out, size_t n, struct span in)
{
	const uint8_t *from = (const uint8_t *)in.p;
	uint8_t to[HEX_PARSE_MAX], bad = 0;

	MUST(n <= sizeof to);
	if (in.n / 2 != n || in.n % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i++, from += 2) {
		uint8_t high = hex_value[from[0]], low = hex_value[from[1]];

		bad |= high | low;
		to[i] = (uint8_t)(high << 4 | low);
	}
	if ((bad & 0x10) != 0)
		return false;
	memcpy(out, to, n);
	return true;
}
