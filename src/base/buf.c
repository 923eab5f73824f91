/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

bool
span_ieq(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
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
buf_enlarge(struct buf *b, size_t more)
{
	size_t want, cap = b->cap == 0 ? 256 : b->cap;

	MUST(!__builtin_add_overflow(b->n, more, &want));
	while (cap < want)
		MUST(!__builtin_mul_overflow(cap, (size_t)2, &cap));
	b->p = mem_realloc(b->p, cap);
	b->cap = cap;
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
