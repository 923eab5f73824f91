/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's memory: forward only, freed at once, capped. When the cap is hit the
 * failure is sticky and allocations keep coming from a spill that is freed with the rest,
 * so callers need no check of their own: the dispatcher tests arena_failed() once per step.
 * Built with --enable-asan each allocation is a malloc of its own.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buf.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk;
	char *at, *end;
	size_t used, cap;
	bool failed;
};

/* cap in bytes; 0 means 1 MiB. No memory is taken before the first allocation. */
void arena_init(struct arena *a, size_t cap);
void arena_fini(struct arena *a);

void *arena_alloc(
    struct arena *a, size_t n); /* 16-byte aligned, not zeroed, never NULL */
void *arena_zalloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* zeroed */
struct span arena_span(struct arena *a, struct span s); /* copy, NUL terminated behind */
struct span arena_lower(struct arena *a, struct span s); /* the same, A-Z as a-z */
char *arena_str(struct arena *a, struct span s); /* copy, NUL terminated */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool arena_failed(const struct arena *a);

#endif
