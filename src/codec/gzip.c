/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/gzip.h"

#define ZLIB_CONST
#include <limits.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/solib.h"

#define FUNCS(F) F(deflateInit2_) F(deflate) F(deflateReset) F(deflateEnd)
static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_ZLIB, "zlib1g", SOLIB_SYMS(syms) };

enum {
	WINDOW_GZIP = 15 + 16, /* the largest window; a gzip header */
	MEMORY = 8, /* zlib's own default */
	ROOM = 16 << 10
};

struct gzip {
	z_stream z;
};

enum err
gzip_new(struct gzip **out, struct fail *fail)
{
	struct gzip *g;
	enum err e = solib_load(&solib, fail);

	if (e != OK)
		return e;
	g = mem_zalloc(sizeof *g);
	if (lib.deflateInit2_(&g->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP,
		MEMORY, Z_DEFAULT_STRATEGY, ZLIB_VERSION, (int)sizeof g->z) != Z_OK) {
		mem_free(g);
		return fail_set(fail, E_NO_RESOURCE);
	}
	*out = g;
	return OK;
}

void
gzip_free(struct gzip **g)
{
	if (*g == NULL)
		return;
	(void)lib.deflateEnd(&(*g)->z);
	mem_free(*g);
	*g = NULL;
}

/* All that was given, until there is room left over. */
static void
run(struct gzip *g, int flush, struct buf *out)
{
	do {
		g->z.next_out = (Bytef *)buf_grow(out, ROOM);
		g->z.avail_out = ROOM;
		MUST(lib.deflate(&g->z, flush) != Z_STREAM_ERROR);
		out->n -= g->z.avail_out;
	} while (g->z.avail_out == 0);
}

void
gzip_add(struct gzip *g, struct span in, struct buf *out)
{
	while (in.n > 0) {
		size_t give = in.n < UINT_MAX ? in.n : UINT_MAX;

		g->z.next_in = (const Bytef *)in.p;
		g->z.avail_in = (uInt)give;
		run(g, Z_NO_FLUSH, out);
		in = span_from(in, give);
	}
}

void
gzip_end(struct gzip *g, struct buf *out)
{
	g->z.next_in = NULL;
	g->z.avail_in = 0;
	run(g, Z_FINISH, out);
	MUST(lib.deflateReset(&g->z) == Z_OK);
}
