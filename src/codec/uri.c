/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/uri.h"

#include "utf8_priv.h"

/* Characters that stand for themselves in a URI: RFC 3986 section 2.3, which is also the
 * list of SigV4's UriEncode(). */
static const bool uri_plain[256] = {
	['-'] = true,
	['.'] = true,
	['_'] = true,
	['~'] = true,
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
};

static void
uri_escape(struct buf *out, struct span s, bool slash, bool plus)
{
	static const char digit[] = "0123456789ABCDEF";
	char *at;

	buf_reserve(out, 3 * s.n);
	at = out->p + out->n;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (uri_plain[c] || (c == '/' && slash))
			*at++ = (char)c;
		else if (c == ' ' && plus)
			*at++ = '+';
		else {
			*at++ = '%';
			*at++ = digit[c >> 4];
			*at++ = digit[c & 15];
		}
	}
	out->n = (size_t)(at - out->p);
}

void
uri_encode(struct buf *out, struct span s, bool slash)
{
	if (s.n > 0)
		uri_escape(out, s, slash, false);
}

void
uri_encode_listing(struct buf *out, struct span s)
{
	if (s.n > 0)
		uri_escape(out, s, true, true);
}

static int
uri_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
uri_decode(char *out, struct span s, bool plus)
{
	/* Most have nothing to decode. */
	size_t n = plus ? 0 : span_find(s, '%', 0);

	if (n > 0)
		memcpy(out, s.p, n);
	for (size_t i = n; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? uri_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? uri_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return (size_t)-1;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus)
			c = ' ';
		out[n++] = c;
	}
	return n;
}

/* Borrowed when there is nothing to decode, as in nearly all requests. */
static bool
uri_decode_part(struct arena *a, struct span raw, struct span *out)
{
	char *to;
	size_t n;

	if (span_find(raw, '%', 0) == raw.n && span_find(raw, '+', 0) == raw.n) {
		*out = raw;
		return true;
	}
	to = arena_alloc(a, raw.n);
	n = uri_decode(to, raw, true);
	if (n == (size_t)-1)
		return false;
	*out = span_of(to, n);
	return true;
}

static size_t
uri_query_count(struct span query)
{
	size_t count = 0;

	while (query.n > 0)
		count += span_cut(&query, '&').n > 0;
	return count;
}

bool
uri_query_parse(
    struct arena *a, struct span query, size_t max, struct uri_param **out, size_t *n)
{
	size_t count = uri_query_count(query), at = 0;
	struct uri_param *list;

	if (count > max)
		return false;
	list = arena_array(a, count, sizeof *list);
	while (query.n > 0) {
		struct span row = span_cut(&query, '&');
		struct uri_param *p = &list[at];

		if (row.n == 0)
			continue;
		p->has_value = span_find(row, '=', 0) < row.n;
		p->raw_name = span_cut(&row, '=');
		p->raw_value = row;
		if (!uri_decode_part(a, p->raw_name, &p->name) ||
		    !uri_decode_part(a, p->raw_value, &p->value))
			return false;
		at++;
	}
	*out = list;
	*n = at;
	return true;
}

const struct uri_param *
uri_query_find(const struct uri_param *p, size_t n, const char *name)
{
	struct span want = span_str(name);

	for (size_t i = 0; i < n; i++)
		if (span_eq(p[i].name, want))
			return &p[i];
	return NULL;
}

bool
uri_utf8(struct span s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t i = 0;

	while (i < s.n) {
		uint64_t eight;
		size_t len;

		if (s.n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if ((eight & 0x8080808080808080u) == 0) {
				i += sizeof eight;
				continue;
			}
		}
		len = utf8_step(p + i, s.n - i);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}
