/* SPDX-License-Identifier: Apache-2.0 */
/* Published vectors of tests/vec/: tab-separated rows, # begins a remark. For one test
 * program; fails the test that asks for a file that is not there. */
#ifndef UNIT_CODEC_VEC_H
#define UNIT_CODEC_VEC_H

#include "base/io.h"
#include "codec/hex.h"

/* Behind base/err.h: cmocka has a macro of the name of its fail_msg(). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct vec {
	struct buf file;
	struct span rest;
};

static inline void
vec_open(struct vec *v, const char *name)
{
	struct buf path = { 0 };
	const char *top = getenv("top_srcdir");

	*v = (struct vec){ 0 };
	buf_printf(&path, "%s/tests/vec/%s", top != NULL ? top : ".", name);
	assert_int_equal(io_read_file(buf_cstr(&path), &v->file, 1 << 20), 0);
	v->rest = buf_view(&v->file);
	buf_fini(&path);
}

/* Next row's columns; false behind the last one, when the file is let go. */
static inline bool
vec_next(struct vec *v, struct span *column, size_t columns)
{
	while (v->rest.n > 0) {
		struct span row = span_cut(&v->rest, '\n');

		if (row.n == 0 || row.p[0] == '#')
			continue;
		for (size_t i = 0; i < columns; i++)
			column[i] = span_cut(&row, '\t');
		assert_int_equal(row.n, 0);
		return true;
	}
	buf_fini(&v->file);
	return false;
}

/* Hex of a column as bytes; out holds 512. */
static inline struct span
vec_bytes(struct span hex, uint8_t *out)
{
	assert_true(hex.n <= 1024);
	assert_true(hex_parse(out, hex.n / 2, hex));
	return span_of(out, hex.n / 2);
}

#endif
