/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/gunzip.h"

#define ZLIB_CONST
#include <limits.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/solib.h"

#define FUNCS(F) F(inflateInit2_) F(inflate) F(inflateReset) F(inflateEnd)
static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_ZLIB, "zlib1g", SOLIB_SYMS(syms) };

enum { WINDOW_GZIP = 15 + 16 }; /* the largest window; a gzip header, and no other */

struct gunzip {
	z_stream z;
	bool ended; /* a member did, and no other began */
};

bool
gunzip_is(struct span head)
{
	return head.n >= 3 && memcmp(head.p, "\x1f\x8b\x08", 3) == 0;
}

enum err
gunzip_new(struct gunzip **out, struct fail *fail)
{
	struct gunzip *g;
	enum err e = solib_load(&solib, fail);

	if (e != OK)
		return e;
	g = mem_zalloc(sizeof *g);
	if (lib.inflateInit2_(&g->z, WINDOW_GZIP, ZLIB_VERSION, (int)sizeof g->z) !=
	    Z_OK) {
		mem_free(g);
		return fail_set(fail, E_NO_RESOURCE);
	}
	*out = g;
	return OK;
}

void
gunzip_free(struct gunzip **g)
{
	if (*g == NULL)
		return;
	(void)lib.inflateEnd(&(*g)->z);
	mem_free(*g);
	*g = NULL;
}

enum err
gunzip_step(struct gunzip *g, struct span *in, void *out, size_t cap, size_t *n)
{
	size_t give = in->n < UINT_MAX ? in->n : UINT_MAX;
	int rc;

	*n = 0;
	while (*n == 0 && (in->n > 0 || !g->ended)) {
		/* Members may follow each other (RFC 1952, 2.2). */
		if (g->ended && lib.inflateReset(&g->z) != Z_OK)
			return E_CORRUPT;
		g->ended = false;
		g->z.next_in = (const Bytef *)in->p;
		g->z.avail_in = (uInt)give;
		g->z.next_out = out;
		g->z.avail_out = (uInt)(cap < UINT_MAX ? cap : UINT_MAX);
		rc = lib.inflate(&g->z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return E_CORRUPT;
		*in = span_from(*in, give - g->z.avail_in);
		*n = (size_t)((Bytef *)g->z.next_out - (Bytef *)out);
		g->ended = rc == Z_STREAM_END;
		give = in->n < UINT_MAX ? in->n : UINT_MAX;
		if (!g->ended && *n == 0 && in->n == 0)
			break;
		/* All that came has been looked at, and nothing went on. */
		if (rc == Z_BUF_ERROR && *n == 0)
			break;
	}
	return OK;
}

bool
gunzip_is_whole(const struct gunzip *g)
{
	return g->ended;
}
