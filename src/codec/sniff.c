/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/sniff.h"

#include "utf8_priv.h"

/* A signature: bytes at a place; then perhaps others further on. */
struct mark {
	uint8_t at, n, at2, n2;
	const char *bytes, *bytes2, *type;
};
#define MARK(bytes, type) \
	{ \
		0, sizeof(bytes) - 1, 0, 0, bytes, "", type \
	}
#define MARK_AT(at, bytes, type) \
	{ \
		at, sizeof(bytes) - 1, 0, 0, bytes, "", type \
	}
#define MARK_TWO(bytes, at2, bytes2, type) \
	{ \
		0, sizeof(bytes) - 1, at2, sizeof(bytes2) - 1, bytes, bytes2, type \
	}

static const struct mark marks[] = {
	MARK("\x89PNG\r\n\x1a\n", "image/png"),
	MARK("\xff\xd8\xff", "image/jpeg"),
	MARK("GIF87a", "image/gif"),
	MARK("GIF89a", "image/gif"),
	MARK_TWO("RIFF", 8, "WEBPVP", "image/webp"),
	MARK_TWO("RIFF", 8, "WAVE", "audio/wave"),
	MARK_TWO("RIFF", 8, "AVI ", "video/avi"),
	MARK_TWO("FORM", 8, "AIFF", "audio/aiff"),
	MARK_AT(4, "ftypavif", "image/avif"),
	MARK_AT(4, "ftypheic", "image/heic"),
	MARK_AT(4, "ftyp", "video/mp4"),
	MARK("\x1a\x45\xdf\xa3", "video/webm"),
	MARK("OggS\0", "application/ogg"),
	MARK("ID3", "audio/mpeg"),
	MARK("fLaC", "audio/flac"),
	MARK("MThd\0\0\0\x06", "audio/midi"),
	MARK(".snd", "audio/basic"),
	MARK("BM", "image/bmp"),
	MARK("\0\0\x01\0", "image/x-icon"),
	MARK("\0\0\x02\0", "image/x-icon"),
	MARK("%PDF-", "application/pdf"),
	MARK("%!PS-Adobe-", "application/postscript"),
	MARK("\x1f\x8b\x08", "application/x-gzip"),
	MARK("PK\x03\x04", "application/zip"),
	MARK("Rar!\x1a\x07", "application/x-rar-compressed"),
	MARK("wOFF", "font/woff"),
	MARK("wOF2", "font/woff2"),
	MARK("OTTO", "font/otf"),
	MARK("\0\x01\0\0", "font/ttf"),
	MARK("ttcf", "font/collection"),
	MARK("\0asm", "application/wasm"),
};

/* Behind blanks, in any case, and followed by a blank or '>'. */
static const char *const html[] = { "<!doctype html", "<html", "<head", "<script",
	"<iframe", "<h1", "<div", "<font", "<table", "<a", "<style", "<title", "<b",
	"<body", "<br", "<p" };

static bool
is_at(struct span head, size_t at, size_t n, const char *bytes)
{
	return head.n >= at + n && memcmp(head.p + at, bytes, n) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_html(struct span s)
{
	for (size_t i = 0; i < ARRAY_LEN(html); i++) {
		struct span tag = span_str(html[i]);

		if (s.n > tag.n && span_ieq(span_head(s, tag.n), tag) &&
		    (s.p[tag.n] == '>' || is_blank(s.p[tag.n])))
			return true;
	}
	return span_starts(s, SPAN_LIT("<!--"));
}

/* UTF-8, perhaps cut off at its end, without the bytes that text has not. */
static bool
is_text(struct span s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t step;

	for (size_t i = 0; i < s.n; i += step) {
		if (p[i] <= 8 || p[i] == 0xb || (p[i] >= 0xe && p[i] <= 0x1a) ||
		    (p[i] >= 0x1c && p[i] <= 0x1f))
			return false;
		step = utf8_step(p + i, s.n - i);
		if (step == 0)
			return s.n == SNIFF_BYTES && s.n - i < 4;
	}
	return true;
}

struct span
sniff_type(struct span head)
{
	struct span text;

	head = span_head(head, SNIFF_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (is_at(head, marks[i].at, marks[i].n, marks[i].bytes) &&
		    is_at(head, marks[i].at2, marks[i].n2, marks[i].bytes2))
			return span_str(marks[i].type);
	for (text = head; text.n > 0 && is_blank(text.p[0]);)
		text = span_from(text, 1);
	if (is_html(text))
		return SPAN_LIT("text/html; charset=utf-8");
	if (span_starts(text, SPAN_LIT("<?xml")))
		return SPAN_LIT("text/xml; charset=utf-8");
	if (span_starts(text, SPAN_LIT("<svg")))
		return SPAN_LIT("image/svg+xml");
	if (head.n > 0 && is_text(head))
		return SPAN_LIT("text/plain; charset=utf-8");
	return SPAN_LIT("application/octet-stream");
}
