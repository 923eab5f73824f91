/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/err.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

static const struct err_row err_rows[ERR_COUNT] = {
	[OK] = { "OK", "", 200, "", 0 },
#define ERR(sym, code, status, message, flags) \
	[sym] = { #sym, code, status, message, flags },
#include "base/errors.def"
#undef ERR
};

const struct err_row *
err_row(enum err e)
{
	MUST((unsigned)e < ERR_COUNT);
	return &err_rows[e];
}

void
fail_init(struct fail *f, struct arena *arena)
{
	f->arena = arena;
	f->code = OK;
	f->text = NULL;
	f->message[0] = '\0';
	f->pairs = 0;
}

void
fail_clear(struct fail *f)
{
	if (f != NULL)
		fail_init(f, f->arena);
}

enum err
fail_set(struct fail *f, enum err e)
{
	if (f != NULL && f->code == OK)
		f->code = e;
	return e;
}

enum err
fail_msg(struct fail *f, enum err e, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL || f->code != OK)
		return e;
	f->code = e;
	va_start(ap, fmt);
	(void)vsnprintf(f->message, sizeof f->message, fmt, ap);
	va_end(ap);
	return e;
}

enum err
fail_long(struct fail *f, enum err e, struct span text)
{
	if (f == NULL || f->code != OK)
		return e;
	(void)fail_msg(f, e, "%.*s", (int)span_head(text, sizeof f->message).n, text.p);
	if (text.n >= sizeof f->message && f->arena != NULL)
		f->text = arena_str(f->arena, text);
	return e;
}

void
fail_pair(struct fail *f, const char *name, struct span value)
{
	if (f == NULL || f->arena == NULL || f->pairs == FAIL_PAIRS)
		return;
	/* A write callback that is run again reports again. */
	for (unsigned i = 0; i < f->pairs; i++)
		if (strcmp(f->pair[i].name, name) == 0)
			return;
	f->pair[f->pairs].name = name;
	f->pair[f->pairs].value = arena_span(f->arena, value);
	f->pairs++;
}

void
fail_pair_str(struct fail *f, const char *name, const char *value)
{
	fail_pair(f, name, span_str(value));
}

void
fail_pair_u64(struct fail *f, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	fail_pair(f, name, span_str(text));
}

enum err
fail_argument(struct fail *f, const char *name, struct span value, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL || f->code != OK)
		return E_INVALID_ARGUMENT;
	f->code = E_INVALID_ARGUMENT;
	va_start(ap, fmt);
	(void)vsnprintf(f->message, sizeof f->message, fmt, ap);
	va_end(ap);
	fail_pair_str(f, "ArgumentName", name);
	fail_pair(f, "ArgumentValue", value);
	return E_INVALID_ARGUMENT;
}

const char *
fail_text(const struct fail *f)
{
	if (f->text != NULL)
		return f->text;
	return f->message[0] != '\0' ? f->message : err_row(f->code)->message;
}
