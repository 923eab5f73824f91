/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/nfc.h"

#include <utf8proc.h>

#include "base/mem.h"
#include "base/solib.h"

#define FUNCS(F) F(utf8proc_decompose) F(utf8proc_reencode)
static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_UTF8PROC, "libutf8proc2", SOLIB_SYMS(syms) };

bool
nfc_is_ascii(struct span s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

enum err
nfc_make(struct arena *a, struct span in, struct span *out, struct fail *fail)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)in.p;
	utf8proc_int32_t *room;
	utf8proc_ssize_t n;
	struct span made;
	enum err e;

	if (nfc_is_ascii(in)) {
		*out = in;
		return OK;
	}
	e = solib_load(&solib, fail);
	if (e != OK)
		return e;
	n = lib.utf8proc_decompose(text, (utf8proc_ssize_t)in.n, NULL, 0, how);
	if (n < 0)
		return fail_set(fail, E_INVALID_URI);
	/* The characters, then in their place their bytes, and a NUL. */
	room = arena_array(a, (size_t)n + 1, sizeof *room);
	n = lib.utf8proc_decompose(text, (utf8proc_ssize_t)in.n, room, n, how);
	if (n >= 0)
		n = lib.utf8proc_reencode(room, n, how);
	if (n < 0)
		return fail_set(fail, E_INVALID_URI);
	made = span_of((const char *)room, (size_t)n);
	*out = span_eq(made, in) ? in : made;
	return OK;
}
