/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "h1_priv.h"

/* Extensions are passed over and trailers dropped (RFC 9112 7.1.1, 7.1.2), within these. */
enum { CHUNK_EXT_MAX = 4096, CHUNK_TRAILER_MAX = 16384, CHUNK_DIGITS_MAX = 16 };

enum chunk_state {
	CHUNK_SIZE,
	CHUNK_EXT,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER_START,
	CHUNK_TRAILER,
	CHUNK_TRAILER_LF,
	CHUNK_LAST_LF,
	CHUNK_DONE
};

void
h1_chunk_init(struct h1_chunk *k)
{
	*k = (struct h1_chunk){ .state = CHUNK_SIZE };
}

static int
chunk_hex(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
chunk_size(struct h1_chunk *k, unsigned char c)
{
	int digit = chunk_hex(c);

	if (digit >= 0) {
		/* Leading zeros count: no size needs more than sixteen digits. */
		k->left = k->left << 4 | (unsigned)digit;
		return ++k->digits <= CHUNK_DIGITS_MAX &&
		    k->left < HTTP_UNKNOWN_LENGTH >> 1;
	}
	if (k->digits == 0 || (c != '\r' && c != ';'))
		return false;
	k->line = 0;
	k->state = c == '\r' ? CHUNK_SIZE_LF : CHUNK_EXT;
	return true;
}

/* A line that is passed over: no control characters, a bounded length, CR LF at its end. */
static bool
chunk_line(struct h1_chunk *k, unsigned char c, enum chunk_state next, uint32_t max)
{
	if (c == '\r') {
		k->state = (uint8_t)next;
		return true;
	}
	return ((c >= 0x20 && c != 0x7f) || c == '\t') && ++k->line <= max;
}

static bool
chunk_expect(struct h1_chunk *k, unsigned char c, char want, enum chunk_state next)
{
	k->state = (uint8_t)next;
	return c == (unsigned char)want;
}

static bool
chunk_size_end(struct h1_chunk *k, unsigned char c)
{
	k->digits = 0;
	k->line = 0;
	return chunk_expect(k, c, '\n', k->left == 0 ? CHUNK_TRAILER_START : CHUNK_DATA);
}

static bool
chunk_byte(struct h1_chunk *k, unsigned char c)
{
	switch ((enum chunk_state)k->state) {
	case CHUNK_SIZE:
		return chunk_size(k, c);
	case CHUNK_EXT:
		return chunk_line(k, c, CHUNK_SIZE_LF, CHUNK_EXT_MAX);
	case CHUNK_SIZE_LF:
		return chunk_size_end(k, c);
	case CHUNK_DATA_CR:
		return chunk_expect(k, c, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF:
		return chunk_expect(k, c, '\n', CHUNK_SIZE);
	case CHUNK_TRAILER_START:
		if (c == '\r') {
			k->state = CHUNK_LAST_LF;
			return true;
		}
		k->state = CHUNK_TRAILER;
		/* A folded line has nothing to continue, and a name is never empty. */
		return c != ' ' && c != '\t' && c != ':' &&
		    chunk_line(k, c, CHUNK_TRAILER_LF, CHUNK_TRAILER_MAX);
	case CHUNK_TRAILER:
		return chunk_line(k, c, CHUNK_TRAILER_LF, CHUNK_TRAILER_MAX);
	case CHUNK_TRAILER_LF:
		return chunk_expect(k, c, '\n', CHUNK_TRAILER_START);
	case CHUNK_LAST_LF:
		return chunk_expect(k, c, '\n', CHUNK_DONE);
	case CHUNK_DATA:
	case CHUNK_DONE:
		break;
	}
	return false;
}

enum err
h1_chunk_frame(struct h1_chunk *k, struct span in, size_t *used, enum h1_chunk_step *step)
{
	size_t i;

	*step = H1_CHUNK_MORE;
	for (i = 0; i < in.n && k->state != CHUNK_DATA && k->state != CHUNK_DONE; i++)
		if (!chunk_byte(k, (unsigned char)in.p[i]))
			return E_HTTP_SYNTAX;
	*used = i;
	if (k->state == CHUNK_DATA)
		*step = H1_CHUNK_DATA;
	else if (k->state == CHUNK_DONE)
		*step = H1_CHUNK_END;
	return OK;
}

uint64_t
h1_chunk_due(const struct h1_chunk *k)
{
	return k->state == CHUNK_DATA ? k->left : 0;
}

void
h1_chunk_took(struct h1_chunk *k, size_t n)
{
	MUST(k->state == CHUNK_DATA && n <= k->left);
	k->left -= n;
	if (k->left == 0)
		k->state = CHUNK_DATA_CR;
}
