/* SPDX-License-Identifier: Apache-2.0 */
/* How versions are called. */
#include "config.h"

#include "base/be.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "model/version.h"

#include "model_priv.h"

enum { VERSION_RAW = 24 }; /* number, MD5 of it */

static void
version_raw(uint8_t raw[VERSION_RAW], uint64_t number)
{
	be64_put(raw, number);
	digest_of(DIGEST_MD5, span_of(raw, 8), raw + 8);
}

void
version_id_render(char out[VERSION_ID_NUMBER], uint64_t number)
{
	uint8_t raw[VERSION_RAW];

	version_raw(raw, number);
	(void)b64url_render(out, raw, sizeof raw);
}

bool
version_id_parse(struct span text, uint64_t *number)
{
	uint8_t raw[VERSION_RAW], want[VERSION_RAW];
	size_t n;

	if (text.n != VERSION_ID_NUMBER || !b64url_parse(raw, sizeof raw, &n, text) ||
	    n != sizeof raw)
		return false;
	*number = be64_get(raw);
	version_raw(want, *number);
	return memcmp(raw, want, sizeof raw) == 0;
}

/* ---- ids that are the same in every store ---- */

enum { CHECK_AT = 9, CHECK_SIZE = ORIGIN_SIZE - CHECK_AT, V8 = 0x80, VARIANT = 0x80 };

void
version_origin_of(uint8_t out[ORIGIN_SIZE], uint64_t number)
{
	uint8_t raw[VERSION_RAW];

	version_raw(raw, number);
	memcpy(out, raw, 6);
	out[6] = (uint8_t)(V8 | (raw[6] >> 4));
	out[7] = (uint8_t)((raw[6] << 4) | (raw[7] >> 4));
	out[8] = (uint8_t)(VARIANT | (raw[7] & 15));
	memcpy(out + CHECK_AT, raw + 8, CHECK_SIZE);
}

bool
version_origin_number(const uint8_t origin[ORIGIN_SIZE], uint64_t *out)
{
	uint8_t raw[8], want[ORIGIN_SIZE];
	uint64_t n;

	memcpy(raw, origin, 6);
	raw[6] = (uint8_t)((origin[6] << 4) | (origin[7] >> 4));
	raw[7] = (uint8_t)((origin[7] << 4) | (origin[8] & 15));
	n = be64_get(raw);
	version_origin_of(want, n);
	if (memcmp(want, origin, sizeof want) != 0)
		return false;
	*out = n;
	return true;
}

void
version_origin_uuid(char out[VERSION_ID_TEXT], const uint8_t origin[ORIGIN_SIZE])
{
	static const uint8_t group[] = { 4, 2, 2, 2, 6 };
	size_t at = 0, from = 0;
	char hex[2 * ORIGIN_SIZE + 1];

	hex_render(hex, origin, ORIGIN_SIZE);
	for (size_t i = 0; i < sizeof group; i++) {
		if (i > 0)
			out[at++] = '-';
		memcpy(out + at, hex + from, 2u * group[i]);
		at += 2u * group[i];
		from += 2u * group[i];
	}
}

size_t
version_origin_render(char out[VERSION_ID_TEXT], const uint8_t origin[ORIGIN_SIZE])
{
	uint64_t number;

	if (version_origin_number(origin, &number)) {
		version_id_render(out, number);
		return VERSION_ID_NUMBER;
	}
	version_origin_uuid(out, origin);
	return VERSION_ID_TEXT;
}

static bool
uuid_parse(struct span text, uint8_t origin[ORIGIN_SIZE])
{
	char hex[2 * ORIGIN_SIZE];
	size_t n = 0;

	if (text.n != VERSION_ID_TEXT)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (text.p[i] == '-'))
			return false;
		if (!dash)
			hex[n++] = text.p[i];
	}
	return hex_parse(origin, ORIGIN_SIZE, span_of(hex, sizeof hex));
}

bool
version_origin_parse(struct span text, uint8_t origin[ORIGIN_SIZE])
{
	uint64_t number;

	if (!version_id_parse(text, &number))
		return uuid_parse(text, origin);
	version_origin_of(origin, number);
	return true;
}

/* RFC 9562, version 4. */
void
version_origin_new(uint8_t out[ORIGIN_SIZE])
{
	rand_bytes(out, ORIGIN_SIZE);
	out[6] = (uint8_t)(0x40 | (out[6] & 15));
	out[8] = (uint8_t)(VARIANT | (out[8] & 0x3f));
}

void
origin_key_put(struct buf *out, struct span key, const uint8_t origin[ORIGIN_SIZE])
{
	buf_span(out, key);
	buf_char(out, '\0');
	buf_put(out, origin, ORIGIN_SIZE);
}
