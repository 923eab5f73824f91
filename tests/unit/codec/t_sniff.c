/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
sniff_by_signature(void **state)
{
	static const struct {
		struct span head;
		const char *type;
	} rows[] = {
		{ SPAN_LIT("\x89PNG\r\n\x1a\n\0\0"), "image/png" },
		{ SPAN_LIT("\xff\xd8\xff\xe0"), "image/jpeg" },
		{ SPAN_LIT("GIF89a.."), "image/gif" },
		{ SPAN_LIT("RIFF....WEBPVP8 "), "image/webp" },
		{ SPAN_LIT("RIFF....WAVEfmt "), "audio/wave" },
		{ SPAN_LIT("....ftypisom"), "video/mp4" },
		{ SPAN_LIT("%PDF-1.7"), "application/pdf" },
		{ SPAN_LIT("PK\x03\x04\x14"), "application/zip" },
		{ SPAN_LIT("\x1f\x8b\x08\0"), "application/x-gzip" },
		{ SPAN_LIT("\0asm\x01\0\0\0"), "application/wasm" },
		{ SPAN_LIT(" \n<!DOCTYPE html><p>"), "text/html; charset=utf-8" },
		{ SPAN_LIT("<html>"), "text/html; charset=utf-8" },
		{ SPAN_LIT("<!-- x -->"), "text/html; charset=utf-8" },
		{ SPAN_LIT("<?xml version='1.0'?>"), "text/xml; charset=utf-8" },
		{ SPAN_LIT("<svg xmlns=''>"), "image/svg+xml" },
		{ SPAN_LIT("hello"), "text/plain; charset=utf-8" },
		{ SPAN_LIT("h\xc3\xa9llo\n"), "text/plain; charset=utf-8" },
		{ SPAN_LIT("<abbr>"), "text/plain; charset=utf-8" },
		{ SPAN_LIT("{\"a\": 1}"), "text/plain; charset=utf-8" },
		{ SPAN_LIT(""), "application/octet-stream" },
		{ SPAN_LIT("\0\1\2\3"), "application/octet-stream" },
		{ SPAN_LIT("h\xffllo"), "application/octet-stream" },
		{ SPAN_LIT("\x89PN"), "application/octet-stream" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(span_is(sniff_type(rows[i].head), rows[i].type));
}

/* A character that the limit cuts is no sign of a binary. */
static void
sniff_cut_text(void **state)
{
	char text[SNIFF_BYTES + 8];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + SNIFF_BYTES - 2, "\xf0\x9f\x8e\x89", 4);
	assert_true(
	    span_is(sniff_type(span_of(text, sizeof text)), "text/plain; charset=utf-8"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sniff_by_signature),
		cmocka_unit_test(sniff_cut_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
