/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared library that is loaded when the first of its functions is needed. Linked in, each
 * would cost every start its time and memory, and every installation its package. Headers
 * are there at build time, so that the compiler checks each call:
 *
 *     #define FUNCS(F) F(redisConnect) F(redisFree)
 *     static struct { FUNCS(SOLIB_MEMBER) } lib;
 *     static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
 *     static struct solib solib = { SONAME_HIREDIS, "libhiredis0.14", SOLIB_SYMS(syms) };
 *
 * and after solib_load(&solib, fail), lib.redisConnect(...).
 */
#ifndef BASE_SOLIB_H
#define BASE_SOLIB_H

#include "base/err.h"

struct solib_sym {
	const char *name;
	void *at; /* where the address of the function goes */
};

struct solib {
	const char *soname;
	const char *package; /* Debian's name for it, told to whoever misses it */
	const struct solib_sym *sym;
	size_t nsym;
	bool there;
};

#define SOLIB_MEMBER(f) __typeof__(&f) f;
#define SOLIB_SYM(f) { #f, &lib.f },
#define SOLIB_SYMS(rows) .sym = (rows), .nsym = ARRAY_LEN(rows)

/* E_NO_RESOURCE: the library or one of the functions is not there; fail names the package,
 * and the next call tries again. It stays loaded to the end of the process. [any] */
NODISCARD enum err solib_load(struct solib *so, struct fail *fail);

#endif
