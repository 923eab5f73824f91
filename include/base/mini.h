/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest words of the house: assertions that are always compiled in, magic
 * numbers at every void pointer, attributes. Assert only what cannot happen; never
 * bytes from the wire, the disk or the clock.
 */
#ifndef BASE_MINI_H
#define BASE_MINI_H

#include <stddef.h>
#include <stdint.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED __attribute__((unused))
#define ALWAYS_INLINE inline __attribute__((always_inline))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(p, type, member) \
	((type *)(void *)((char *)(p)-offsetof(type, member)))

/* The thing that must be true here, in this build and every other. Aborts. [any] */
#define MUST(cond) \
	do { \
		if (__builtin_expect(!(cond), 0)) \
			mini_die(#cond, __FILE__, __LINE__); \
	} while (0)

/* A pointer that crossed a void *, a queue or a thread is still what it says. */
#define CHECK(p, want) MUST((p) != NULL && (p)->magic == (want))

/* Set the text (a request id, a step) that mini_die() prints beside the condition;
 * borrowed, per thread, NULL for none. */
void mini_context(const char *text);
void mini_die(const char *cond, const char *file, int line) __attribute__((noreturn));

#endif
