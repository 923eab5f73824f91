/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/xxh.h"

#include <xxhash.h>

#include "base/mem.h"

enum { XXH_MAGIC = 0x78786868 };

struct xxh {
	unsigned magic;
	enum xxh_kind kind;
	XXH64_state_t *s64; /* XXHASH_64 */
	XXH3_state_t *s3; /* the others */
};

size_t
xxh_size(enum xxh_kind kind)
{
	return kind == XXHASH_128 ? 16 : 8;
}

struct xxh *
xxh_new(enum xxh_kind kind)
{
	struct xxh *x = mem_zalloc(sizeof *x);

	x->magic = XXH_MAGIC;
	x->kind = kind;
	switch (kind) {
	case XXHASH_64:
		x->s64 = XXH64_createState();
		MUST(x->s64 != NULL && XXH64_reset(x->s64, 0) == XXH_OK);
		break;
	case XXHASH_3:
		x->s3 = XXH3_createState();
		MUST(x->s3 != NULL && XXH3_64bits_reset(x->s3) == XXH_OK);
		break;
	case XXHASH_128:
		x->s3 = XXH3_createState();
		MUST(x->s3 != NULL && XXH3_128bits_reset(x->s3) == XXH_OK);
		break;
	}
	return x;
}

void
xxh_free(struct xxh **x)
{
	if (*x == NULL)
		return;
	CHECK(*x, XXH_MAGIC);
	(void)XXH64_freeState((*x)->s64);
	(void)XXH3_freeState((*x)->s3);
	(*x)->magic = 0;
	mem_free(*x);
	*x = NULL;
}

void
xxh_add(struct xxh *x, const void *p, size_t n)
{
	XXH_errorcode e = XXH_OK;

	CHECK(x, XXH_MAGIC);
	if (n == 0)
		return;
	switch (x->kind) {
	case XXHASH_64:
		e = XXH64_update(x->s64, p, n);
		break;
	case XXHASH_3:
		e = XXH3_64bits_update(x->s3, p, n);
		break;
	case XXHASH_128:
		e = XXH3_128bits_update(x->s3, p, n);
		break;
	}
	MUST(e == XXH_OK);
}

void
xxh_end(struct xxh *x, uint8_t *out)
{
	XXH128_hash_t wide;

	CHECK(x, XXH_MAGIC);
	switch (x->kind) {
	case XXHASH_64:
		be64_put(out, XXH64_digest(x->s64));
		break;
	case XXHASH_3:
		be64_put(out, XXH3_64bits_digest(x->s3));
		break;
	case XXHASH_128:
		wide = XXH3_128bits_digest(x->s3);
		be64_put(out, wide.high64);
		be64_put(out + 8, wide.low64);
		break;
	}
}
