/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure is everyone's vocabulary: one enum from errors.def, and struct fail, the
 * detail that the first reporter writes and callers pass up untouched. Does not render
 * anything: s3/reply.c does.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/mini.h"

struct arena;

enum err {
	OK = 0,
#define ERR(sym, code, status, message, flags) sym,
#include "base/errors.def"
#undef ERR
	ERR_COUNT
};

enum {
	ERR_LOG = 1, /* worth a line in the log each time */
	ERR_RETRY = 2, /* the same request may succeed later */
	ERR_CLOSE = 4 /* the connection's framing can't be trusted any more */
};

struct err_row {
	const char *symbol;
	const char *code; /* S3's, as in <Code> */
	unsigned status; /* HTTP */
	const char *message;
	unsigned flags;
};

const struct err_row *err_row(enum err e);

#define FAIL_PAIRS 12

struct fail_pair {
	const char *name; /* element of <Error>, static storage */
	struct span value; /* copied into the arena */
};

/* Belongs to one request or one call; not shared between threads. */
struct fail {
	struct arena *arena; /* where pair values live; NULL: pairs are dropped */
	enum err code;
	const char *text; /* a longer one than message holds; in the arena, or NULL */
	char message[512]; /* "" means the row's own */
	struct fail_pair pair[FAIL_PAIRS];
	unsigned pairs;
};

void fail_init(struct fail *f, struct arena *arena);

/* Nothing is reported: a write callback begins with it, because it may run again. */
void fail_clear(struct fail *f);

/* Report e. The first report wins: a later one changes nothing. f may be NULL. Returns e
 * (so `return fail_set(f, E_NO_SUCH_KEY);`). */
enum err fail_set(struct fail *f, enum err e);

/* The same with a message of its own in place of the row's. */
enum err fail_msg(struct fail *f, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with a sentence of any length; without an arena its beginning. */
enum err fail_long(struct fail *f, enum err e, struct span text);

/* Add <name>value</name> to what was reported. name is static; value is copied. */
void fail_pair(struct fail *f, const char *name, struct span value);
void fail_pair_str(struct fail *f, const char *name, const char *value);
void fail_pair_u64(struct fail *f, const char *name, uint64_t value);

/* S3's answer to a wrong header, parameter or element: E_INVALID_ARGUMENT with <ArgumentName>
 * and <ArgumentValue>. Where AWS names no value, fail_msg() and a pair do. */
enum err fail_argument(struct fail *f, const char *name, struct span value,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The text a person reads: the own message or the row's. */
const char *fail_text(const struct fail *f);

#endif
