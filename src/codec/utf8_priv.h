/* SPDX-License-Identifier: Apache-2.0 */
/* One character of UTF-8, for the writers that must not pass on what is none. */
#ifndef CODEC_UTF8_PRIV_H
#define CODEC_UTF8_PRIV_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at p (1 to 4), or 0: RFC 3629, so no surrogates, no
 * overlong forms and nothing above U+10FFFF. n > 0 bytes may be read. */
static inline size_t
utf8_step(const uint8_t *p, size_t n)
{
	uint8_t c = p[0], low = 0x80, high = 0xbf;
	size_t len;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

#define UTF8_BAD "\xef\xbf\xbd" /* U+FFFD, what stands for bytes that are no character */

#endif
