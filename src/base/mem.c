/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
must_have(void *p, size_t n)
{
	if (p == NULL) {
		fprintf(stderr, "trug: out of memory (%zu bytes asked for)\n", n);
		abort();
	}
	return p;
}

void *
mem_alloc(size_t n)
{
	return must_have(malloc(n == 0 ? 1 : n), n);
}

void *
mem_zalloc(size_t n)
{
	return must_have(calloc(1, n == 0 ? 1 : n), n);
}

void *
mem_array(size_t count, size_t size)
{
	return must_have(calloc(count == 0 ? 1 : count, size), count);
}

void *
mem_realloc(void *p, size_t n)
{
	return must_have(realloc(p, n == 0 ? 1 : n), n);
}

char *
mem_dup(const char *s)
{
	return s == NULL ? NULL : mem_span(span_str(s));
}

char *
mem_span(struct span s)
{
	char *p = mem_alloc(s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_wipe(void *p, size_t n)
{
	if (n > 0) /* p of nothing may be NULL */
		explicit_bzero(p, n);
}

void
mem_trim(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}
