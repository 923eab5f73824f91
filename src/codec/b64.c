/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/b64.h"

static const char b64_std[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char b64_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Value of c, or 64 and more when it stands in no alphabet; c62 and c63 are the two
 * characters in which the alphabets differ. */
static unsigned
b64_value(char c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == c62)
		return 62;
	return c == c63 ? 63 : 64;
}

/* Whole groups and the rest, without padding; returns the characters written. */
static size_t
b64_write(char *out, const uint8_t *in, size_t n, const char *abc)
{
	char *at = out;

	for (; n >= 3; n -= 3, in += 3) {
		uint32_t v = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

		*at++ = abc[v >> 18];
		*at++ = abc[v >> 12 & 63];
		*at++ = abc[v >> 6 & 63];
		*at++ = abc[v & 63];
	}
	if (n > 0) {
		uint32_t v = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0);

		*at++ = abc[v >> 18];
		*at++ = abc[v >> 12 & 63];
		if (n > 1)
			*at++ = abc[v >> 6 & 63];
	}
	return (size_t)(at - out);
}

/* Text without padding. False also for set bits behind the last whole byte: two texts
 * must never stand for one value (RFC 4648 section 3.5). */
static bool
b64_read(uint8_t *out, size_t cap, size_t *n, struct span in, const char *abc)
{
	size_t bytes = in.n / 4 * 3 + in.n % 4 * 3 / 4, at = 0;
	uint32_t v = 0;
	unsigned bits = 0;

	if (in.n % 4 == 1 || bytes > cap)
		return false;
	for (size_t i = 0; i < in.n; i++) {
		unsigned six = b64_value(in.p[i], abc[62], abc[63]);

		if (six > 63)
			return false;
		v = v << 6 | six;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = (uint8_t)(v >> bits);
			v &= (1u << bits) - 1;
		}
	}
	if (v != 0)
		return false;
	*n = at;
	return true;
}

size_t
b64_render(char *out, const void *p, size_t n)
{
	size_t at = b64_write(out, p, n, b64_std);

	while (at % 4 != 0)
		out[at++] = '=';
	return at;
}

bool
b64_parse(void *out, size_t cap, size_t *n, struct span in)
{
	if (in.n % 4 != 0)
		return false;
	for (int i = 0; i < 2 && in.n > 0 && in.p[in.n - 1] == '='; i++)
		in.n--;
	return b64_read(out, cap, n, in, b64_std);
}

size_t
b64url_render(char *out, const void *p, size_t n)
{
	return b64_write(out, p, n, b64_url);
}

bool
b64url_parse(void *out, size_t cap, size_t *n, struct span in)
{
	return b64_read(out, cap, n, in, b64_url);
}
