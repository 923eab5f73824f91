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

bool span_ieq(struct span a, struct span b); /* ASCII case is ignored */
bool span_starts(struct span a, struct span prefix);
bool span_ends(struct span a, struct span suffix);
int span_cmp(struct span a, struct span b); /* memcmp order, shorter first */
struct span span_trim(struct span a); /* spaces and tabs at both ends */
/* Index of c at or after at, or a.n. */
size_t span_find(struct span a, char c, size_t at);
/* Index of the first needle at or after at, or a.n. An empty needle is found at once. */
size_t span_search(struct span a, struct span needle, size_t at);
/* Cut at the first c: returns what stands before it and leaves the rest in *rest. */
struct span span_cut(struct span *rest, char c);
/* Decimal digits only, at least one, no overflow. */
bool span_u64(struct span a, uint64_t *out);

/* Zeroed is empty and ready. Dies when memory is out. */
struct buf {
	char *p;
	size_t n, cap;
};

void buf_fini(struct buf *b); /* frees; b is empty again */
void buf_reserve(struct buf *b, size_t more);
/* Make room for n bytes and count them in; returns where they go. */
char *buf_grow(struct buf *b, size_t n);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_span(struct buf *b, struct span s);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* NUL terminated view, valid until the next change. */
const char *buf_cstr(struct buf *b);

static inline struct span
buf_view(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

/* Big-endian integers in records and keys: byte order is key order. */
static inline void
be16_put(void *p, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, 2);
}
static inline void
be32_put(void *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, 4);
}
static inline void
be64_put(void *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, 8);
}
static inline uint16_t
be16_get(const void *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return __builtin_bswap16(v);
}
static inline uint32_t
be32_get(const void *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return __builtin_bswap32(v);
}
static inline uint64_t
be64_get(const void *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return __builtin_bswap64(v);
}

#endif
