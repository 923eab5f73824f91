/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

enum { ARENA_CAP = 1 << 20, ARENA_CHUNK = 4096, ARENA_ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
};

void
arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap == 0 ? ARENA_CAP : cap };
}

void
arena_fini(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->chunk; c != NULL; c = next) {
		next = c->next;
		mem_free(c);
	}
	arena_init(a, a->cap);
}

static void
arena_add_chunk(struct arena *a, size_t need)
{
	size_t head =
	    (sizeof(struct arena_chunk) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	size_t size = need + head;
	struct arena_chunk *c;

#ifndef ENABLE_ASAN
	if (size < ARENA_CHUNK)
		size = ARENA_CHUNK;
#endif
	c = mem_alloc(size);
	c->next = a->chunk;
	c->size = size;
	a->chunk = c;
	a->at = (char *)c + head;
	a->end = (char *)c + size;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	void *p;

	MUST(need >= n);
#ifdef ENABLE_ASAN
	arena_add_chunk(a, n);
	a->end = a->at;
	a->used += need;
	if (a->used > a->cap)
		a->failed = true;
	return a->at;
#endif
	if ((size_t)(a->end - a->at) < need)
		arena_add_chunk(a, need);
	p = a->at;
	a->at += need;
	a->used += need;
	if (a->used > a->cap)
		a->failed = true;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	MUST(!__builtin_mul_overflow(count, size, &n));
	return arena_zalloc(a, n);
}

char *
arena_str(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct span
arena_span(struct arena *a, struct span s)
{
	return span_of(arena_str(a, s), s.n);
}

struct span
arena_lower(struct arena *a, struct span s)
{
	char *text = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		text[i] = char_lower(text[i]);
	return span_of(text, s.n);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

bool
arena_failed(const struct arena *a)
{
	return a->failed;
}
