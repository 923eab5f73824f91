/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process memory: every call returns memory or ends the process. Requests allocate from
 * their arena instead (base/arena.h).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/buf.h"

void *mem_alloc(size_t n) __attribute__((malloc));
void *mem_zalloc(size_t n) __attribute__((malloc)); /* zeroed */
void *mem_array(size_t count, size_t size); /* zeroed; dies on overflow */
void *mem_realloc(void *p, size_t n);
char *mem_dup(const char *s); /* NULL stays NULL */
char *mem_span(struct span s); /* NUL terminated copy */
void mem_free(void *p);
/* Overwrite, in a way the compiler keeps: secrets. */
void mem_wipe(void *p, size_t n);
/* Give the system back what is free: after work that took much, once. */
void mem_trim(void);

#endif
