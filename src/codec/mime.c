/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/mime.h"

#include <pthread.h>

/* Twice the rows and more, so that a search ends soon; a power of two. */
enum { MIME_SLOTS = 512 };

static const struct span mime_rows[] = {
#define MIME(number, text) [number] = { text, sizeof(text) - 1 },
#include "codec/mime.def"
#undef MIME
};

static uint16_t mime_slots[MIME_SLOTS]; /* numbers by hash; 0: free */
static pthread_once_t mime_once = PTHREAD_ONCE_INIT;

/* Length, and the first and last eight bytes: enough to tell types apart. */
static unsigned
mime_hash(struct span type)
{
	uint64_t first = 0, last = 0, h;
	size_t n = type.n < 8 ? type.n : 8;

	memcpy(&first, type.p, n);
	memcpy(&last, type.p + type.n - n, n);
	h = (first ^ (last << 7 | last >> 57) ^ type.n) * 0x9e3779b97f4a7c15u;
	return (unsigned)(h >> 48) % MIME_SLOTS;
}

static void
mime_setup(void)
{
	for (unsigned i = 1; i < ARRAY_LEN(mime_rows); i++) {
		unsigned at;

		if (mime_rows[i].n == 0)
			continue;
		at = mime_hash(mime_rows[i]);
		while (mime_slots[at] != MIME_NONE)
			at = (at + 1) % MIME_SLOTS;
		mime_slots[at] = (uint16_t)i;
	}
}

uint16_t
mime_number(struct span type)
{
	unsigned at;

	if (type.n == 0)
		return MIME_NONE;
	MUST(pthread_once(&mime_once, mime_setup) == 0);
	at = mime_hash(type);
	while (mime_slots[at] != MIME_NONE && !span_eq(mime_rows[mime_slots[at]], type))
		at = (at + 1) % MIME_SLOTS;
	return mime_slots[at];
}

struct span
mime_text(uint16_t number)
{
	if (number >= ARRAY_LEN(mime_rows))
		return SPAN_NONE;
	return mime_rows[number];
}
