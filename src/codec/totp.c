/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/totp.h"

#include "codec/digest.h"

static int
base32(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool
totp_parse(struct span text, struct totp_secret *out)
{
	struct totp_secret s = { .n = 0 };
	unsigned bits = 0, held = 0;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	for (size_t i = 0; i < text.n; i++) {
		int v = base32(text.p[i]);

		if (v < 0)
			return false;
		held = held << 5 | (unsigned)v;
		bits += 5;
		if (bits < 8)
			continue;
		if (s.n == TOTP_SECRET_MAX)
			return false;
		bits -= 8;
		s.p[s.n++] = (uint8_t)(held >> bits);
		held &= (1u << bits) - 1;
	}
	/* What is left over of the last character says nothing. */
	if (held != 0 || s.n < TOTP_SECRET_MIN)
		return false;
	*out = s;
	return true;
}

/* RFC 4226, 5.3: four bytes from where the last half byte points to. */
void
totp_code(const struct totp_secret *s, uint64_t step, char out[TOTP_DIGITS])
{
	uint8_t counter[8], mac[20];
	uint32_t code;

	be64_put(counter, step);
	hmac_sha1(span_of(s->p, s->n), span_of(counter, sizeof counter), mac);
	code = be32_get(mac + (mac[19] & 0xf)) & 0x7fffffff;
	for (unsigned i = TOTP_DIGITS; i > 0; i--, code /= 10)
		out[i - 1] = (char)('0' + code % 10);
}
