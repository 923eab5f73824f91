/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/words.h"

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/hex.h"
#include "codec/uri.h"
#include "utf8_priv.h"

#define WORD_HEAD "=?UTF-8?B?"
#define WORD_TAIL "?="
/* Bytes that fit into one word of 75 characters. */
enum { WORD_BYTES = (75 - 12) / 4 * 3 };

/* ---- decoding ---- */

struct word {
	struct span charset, text;
	char encoding; /* 'B' or 'Q' */
	size_t n; /* of the whole */
};

/* "=?charset?encoding?text?=" at the beginning of in. */
static bool
word_split(struct span in, struct word *out)
{
	struct span rest = span_from(in, 2), encoding;
	size_t end;

	if (!span_starts(in, SPAN_LIT("=?")))
		return false;
	out->charset = span_cut(&rest, '?');
	encoding = span_cut(&rest, '?');
	end = span_search(rest, SPAN_LIT(WORD_TAIL), 0);
	if (out->charset.n == 0 || encoding.n != 1 || end == rest.n)
		return false;
	out->encoding = (char)(encoding.p[0] & ~0x20);
	out->text = span_head(rest, end);
	out->n = (size_t)(rest.p - in.p) + end + 2;
	for (size_t i = 0; i < out->text.n; i++)
		if (out->text.p[i] <= ' ' || out->text.p[i] == '?')
			return false;
	return out->encoding == 'B' || out->encoding == 'Q';
}

static bool
quoted_decode(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i], byte;

		if (c == '_')
			c = ' ';
		else if (c == '=') {
			if (in.n - i < 3 ||
			    !hex_parse(&byte, 1, span_of(in.p + i + 1, 2)))
				return false;
			c = byte;
			i += 2;
		}
		buf_char(out, c);
	}
	return true;
}

/* Its bytes, in their charset. */
static bool
word_bytes(const struct word *w, struct buf *out)
{
	size_t n;

	if (w->encoding == 'Q')
		return quoted_decode(w->text, out);
	buf_reserve(out, w->text.n + 1);
	if (!b64_parse(out->p + out->n, w->text.n, &n, w->text))
		return false;
	out->n += n;
	return true;
}

static void
latin_put(struct buf *out, struct span raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		unsigned c = (unsigned char)raw.p[i];

		if (c >= 0x80)
			buf_char(out, (char)(0xc0 | c >> 6));
		buf_char(out, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
	}
}

/* What a header could not have carried as it is but for the characters beyond ASCII. */
static bool
is_clean(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

static bool
word_put(const struct word *w, struct buf *out)
{
	bool latin = span_ieq(w->charset, SPAN_LIT("iso-8859-1"));
	struct buf raw = { 0 };
	size_t before = out->n;
	bool good = (latin || span_ieq(w->charset, SPAN_LIT("utf-8")) ||
			span_ieq(w->charset, SPAN_LIT("us-ascii"))) &&
	    word_bytes(w, &raw);

	if (good && latin)
		latin_put(out, buf_view(&raw));
	else if (good)
		buf_span(out, buf_view(&raw));
	buf_fini(&raw);
	good = good && is_clean(span_from(buf_view(out), before));
	if (!good)
		out->n = before;
	return good;
}

static size_t
blanks(struct span in)
{
	size_t n = 0;

	while (n < in.n && (in.p[n] == ' ' || in.p[n] == '\t'))
		n++;
	return n;
}

struct span
words_decode(struct arena *a, struct span in)
{
	struct buf out = { 0 };
	struct span rest = in, made;
	struct word w;

	if (span_search(in, SPAN_LIT("=?"), 0) == in.n)
		return in;
	while (rest.n > 0) {
		size_t gap;

		if (!word_split(rest, &w) || !word_put(&w, &out)) {
			buf_char(&out, rest.p[0]);
			rest = span_from(rest, 1);
			continue;
		}
		rest = span_from(rest, w.n);
		gap = blanks(rest);
		if (gap > 0 && word_split(span_from(rest, gap), &w))
			rest = span_from(rest, gap);
	}
	/* Words may be cut within a character, so only all of it can be judged. */
	made = uri_utf8(buf_view(&out)) ? arena_span(a, buf_view(&out)) : in;
	buf_fini(&out);
	return made;
}

/* ---- encoding ---- */

static bool
is_plain(struct span in)
{
	for (size_t i = 0; i < in.n; i++)
		if ((unsigned char)in.p[i] < ' ' || (unsigned char)in.p[i] >= 0x7f)
			return false;
	return true;
}

/* As many whole characters as fit. */
static size_t
word_length(struct span in)
{
	size_t n = 0, step;

	while (n < in.n) {
		step = utf8_step((const uint8_t *)in.p + n, in.n - n);
		step = step == 0 ? 1 : step;
		if (n + step > WORD_BYTES)
			break;
		n += step;
	}
	return n;
}

struct span
words_encode(struct arena *a, struct span in)
{
	size_t words = in.n / (WORD_BYTES - 3) + 1, n = 0, part;
	char *text;

	if (is_plain(in))
		return in;
	text = arena_alloc(a, words * 76);
	for (; in.n > 0; in = span_from(in, part)) {
		part = word_length(in);
		if (n > 0)
			text[n++] = ' ';
		memcpy(text + n, WORD_HEAD, sizeof WORD_HEAD - 1);
		n += sizeof WORD_HEAD - 1;
		n += b64_render(text + n, in.p, part);
		memcpy(text + n, WORD_TAIL, 2);
		n += 2;
	}
	return span_of(text, n);
}
