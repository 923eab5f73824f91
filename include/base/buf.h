/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes: struct span is a borrowed view, struct buf grows on the heap. Neither is NUL
 * terminated; buf_cstr() makes it so on request.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/be.h"
#include "base/mini.h"

struct span {
	const char *p;
	size_t n;
};

#define SPAN_LIT(s) ((struct span){ (s), sizeof(s) - 1 })
#define SPAN_NONE ((struct span){ NULL, 0 })

/* A header, a trailer, a query parameter: two borrowed views. Header names are lower case. */
struct field {
	struct span name;
	struct span value;
};

static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){ (const char *)p, n };
}

static inline struct span
span_str(const char *s)
{
	return (struct span){ s, s == NULL ? 0 : strlen(s) };
}

static inline bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
span_is(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

static inline struct span
span_from(struct span a, size_t at)
{
	if (at > a.n)
		at = a.n;
	/* No arithmetic on the NULL of SPAN_NONE. */
	return at == 0 ? a : (struct span){ a.p + at, a.n - at };
}

static inline struct span
span_head(struct span a, size_t n)
{
	return (struct span){ a.p, n < a.n ? n : a.n };
}

static inline bool
span_starts(struct span a, struct span prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* Index of c at or after at, or a.n. */
static inline size_t
span_find(struct span a, char c, size_t at)
{
	const char *p = at < a.n ? (const char *)memchr(a.p + at, c, a.n - at) : NULL;

	return p == NULL ? a.n : (size_t)(p - a.p);
}

/* Cut at the first c: returns what stands before it and leaves the rest in *rest. */
static inline struct span
span_cut(struct span *rest, char c)
{
	struct span all = *rest;
	size_t at = span_find(all, c, 0);

	*rest = span_from(all, at + 1);
	return span_head(all, at);
}

/* Without spaces and tabs at both ends. */
static inline struct span
span_trim(struct span a)
{
	while (a.n > 0 && (a.p[0] == ' ' || a.p[0] == '\t'))
		a = span_from(a, 1);
	while (a.n > 0 && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

/* ASCII only, whatever the locale: names of headers, hosts and options. */
static inline char
char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool span_ieq(struct span a, struct span b); /* ASCII case is ignored */
bool span_ends(struct span a, struct span suffix);
int span_cmp(struct span a, struct span b); /* memcmp order, shorter first */
/* Index of the first needle at or after at, or a.n. An empty needle is found at once. */
size_t span_search(struct span a, struct span needle, size_t at);
/* Decimal digits only, at least one, no overflow. */
bool span_u64(struct span a, uint64_t *out);

/* Zeroed is empty and ready. Dies when memory is out. */
struct buf {
	char *p;
	size_t n, cap;
};

void buf_fini(struct buf *b); /* frees; b is empty again */
void buf_enlarge(struct buf *b, size_t more); /* the slow way of buf_reserve() */

static inline void
buf_reserve(struct buf *b, size_t more)
{
	if (more > b->cap - b->n)
		buf_enlarge(b, more);
}

/* Make room for n bytes and count them in; returns where they go. */
static inline char *
buf_grow(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	b->n += n;
	return b->p + b->n - n;
}

static inline void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(buf_grow(b, n), p, n);
}

static inline void
buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.p, s.n);
}

static inline void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void
buf_char(struct buf *b, char c)
{
	*buf_grow(b, 1) = c;
}

void buf_u64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* NUL terminated view, valid until the next change. */
const char *buf_cstr(struct buf *b);

static inline struct span
buf_view(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

#endif
