/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
span_ieq(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
span_starts(struct span a, struct span prefix)
{
	return a.n >= prefix.n && span_eq(span_head(a, prefix.n), prefix);
}

bool
span_ends(struct span a, struct span suffix)
{
	return a.n >= suffix.n && span_eq(span_from(a, a.n - suffix.n), suffix);
}

int
span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

struct span
span_trim(struct span a)
{
	while (a.n > 0 && (a.p[0] == ' ' || a.p[0] == '\t'))
		a = span_from(a, 1);
	while (a.n > 0 && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

size_t
span_find(struct span a, char c, size_t at)
{
	const char *p;

	if (at >= a.n)
		return a.n;
	p = memchr(a.p + at, c, a.n - at);
	return p == NULL ? a.n : (size_t)(p - a.p);
}

size_t
span_search(struct span a, struct span needle, size_t at)
{
	if (needle.n == 0)
		return at < a.n ? at : a.n;
	for (;;) {
		at = span_find(a, needle.p[0], at);
		if (a.n - at < needle.n)
			return a.n;
		if (memcmp(a.p + at, needle.p, needle.n) == 0)
			return at;
		at++;
	}
}

struct span
span_cut(struct span *rest, char c)
{
	size_t at = span_find(*rest, c, 0);
	struct span head = span_head(*rest, at);

	*rest = span_from(*rest, at + 1);
	return head;
}

bool
span_u64(struct span a, uint64_t *out)
{
	uint64_t v = 0;

	if (a.n == 0)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(a.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

void
buf_fini(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_reserve(struct buf *b, size_t more)
{
	size_t want, cap = b->cap == 0 ? 256 : b->cap;

	MUST(!__builtin_add_overflow(b->n, more, &want));
	if (want <= b->cap)
		return;
	while (cap < want)
		cap *= 2;
	b->p = mem_realloc(b->p, cap);
	b->cap = cap;
}

char *
buf_grow(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	b->n += n;
	return b->p + b->n - n;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(buf_grow(b, n), p, n);
}

void
buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.p, s.n);
}

void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	*buf_grow(b, 1) = c;
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char text[20], *p = text + sizeof text;

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	buf_put(b, p, (size_t)(text + sizeof text - p));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	buf_reserve(b, (size_t)n + 1);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

const char *
buf_cstr(struct buf *b)
{
	buf_reserve(b, 1);
	b->p[b->n] = '\0';
	return b->p;
}
