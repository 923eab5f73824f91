/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/sealed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/rand.h"

#include <cmocka.h>

static const size_t sizes[] = { 0, 1, 16, 65535, 65536, 65537, 131072, 200000 };

static struct sealed_keys
keys(bool two)
{
	struct sealed_keys k = { .two = two };

	memset(k.data, 1, sizeof k.data);
	memset(k.outer, 2, sizeof k.outer);
	return k;
}

/* In steps of any width: the same chunks come out. */
static void
seal_all(
    const struct sealed_keys *k, const uint8_t *p, size_t n, size_t step, struct buf *out)
{
	struct sealed_out *o = sealed_out_new(k, 7);

	for (size_t at = 0; at < n; at += step)
		sealed_out_add(o, span_of(p + at, n - at < step ? n - at : step), out);
	sealed_out_end(o, out);
	sealed_out_free(&o);
	assert_null(o);
}

static bool
open_all(const struct sealed_keys *k, const struct buf *sealed, size_t n, uint8_t *out)
{
	struct sealed_in *i;
	uint64_t chunks = sealed_chunks(n);
	bool good = true;

	if (n == 0)
		return sealed->n == 0;
	i = sealed_in_new(k, (const uint8_t *)sealed->p);
	if (i == NULL)
		return false;
	for (uint64_t c = 0; c < chunks && good; c++) {
		uint8_t *piece = mem_alloc(SEALED_STEP);
		size_t at = SEALED_HEAD + (size_t)c * SEALED_STEP,
		       len = sealed->n - at < SEALED_STEP ? sealed->n - at : SEALED_STEP;

		memcpy(piece, sealed->p + at, len);
		good = sealed_in_open(i, c, c + 1 == chunks, piece, len);
		if (good)
			memcpy(out + c * SEALED_CHUNK, piece, len - SEAL_TAG);
		mem_free(piece);
	}
	sealed_in_free(&i);
	return good;
}

static unsigned
part_of(const struct sealed_keys *k, const struct buf *sealed)
{
	struct sealed_in *i = sealed_in_new(k, (const uint8_t *)sealed->p);
	unsigned part = sealed_in_part(i);

	sealed_in_free(&i);
	return part;
}

static void
sealed_comes_back(void **state)
{
	static const size_t steps[] = { 1, 1000, 65536, 262144 };
	uint8_t *p = mem_alloc(200000), *out = mem_alloc(200000);

	(void)state;
	rand_bytes(p, 200000);
	for (int two = 0; two < 2; two++)
		for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
			for (size_t w = 0; w < sizeof steps / sizeof steps[0]; w++) {
				struct sealed_keys k = keys(two == 1);
				struct buf b = { 0 };

				seal_all(&k, p, sizes[s], steps[w], &b);
				assert_int_equal(b.n, sealed_size(sizes[s]));
				assert_true(open_all(&k, &b, sizes[s], out));
				assert_memory_equal(p, out, sizes[s]);
				assert_true(sizes[s] == 0 || part_of(&k, &b) == 7);
				if (sizes[s] > 0) {
					k.data[31] ^= 1;
					assert_false(open_all(&k, &b, sizes[s], out));
				}
				buf_fini(&b);
			}
	mem_free(p);
	mem_free(out);
}

static void
sealed_sizes_invert(void **state)
{
	uint64_t plain;

	(void)state;
	for (uint64_t n = 0; n < 300000; n += n < 100 ? 1 : 331) {
		assert_true(sealed_plain(sealed_size(n), &plain));
		assert_int_equal(plain, n);
	}
	for (uint64_t n = 1; n <= SEALED_HEAD + SEAL_TAG; n++)
		assert_false(sealed_plain(n, &plain));
	for (uint64_t n = 1; n <= SEAL_TAG; n++)
		assert_false(sealed_plain(SEALED_HEAD + SEALED_STEP + n, &plain));
}

static void
sealed_refuses_changes(void **state)
{
	struct sealed_keys k = keys(false);
	uint8_t *p = mem_zalloc(200000), *out = mem_alloc(200000);
	struct buf b = { 0 }, cut = { 0 };
	char *chunk = mem_alloc(SEALED_STEP);

	(void)state;
	seal_all(&k, p, 200000, 1000, &b);
	for (size_t at = 0; at < b.n; at += at < 100 ? 1 : 997) {
		b.p[at] ^= 0x10;
		assert_false(open_all(&k, &b, 200000, out));
		b.p[at] ^= 0x10;
	}
	assert_true(open_all(&k, &b, 200000, out));
	/* The end is missing, at a chunk's border. */
	buf_put(&cut, b.p, SEALED_HEAD + 3 * SEALED_STEP);
	assert_false(open_all(&k, &cut, 3 * SEALED_CHUNK, out));
	/* Two chunks change places. */
	memcpy(chunk, b.p + SEALED_HEAD, SEALED_STEP);
	memcpy(b.p + SEALED_HEAD, b.p + SEALED_HEAD + SEALED_STEP, SEALED_STEP);
	memcpy(b.p + SEALED_HEAD + SEALED_STEP, chunk, SEALED_STEP);
	assert_false(open_all(&k, &b, 200000, out));
	/* A chunk of another stream under the same data key. */
	cut.n = 0;
	seal_all(&k, p, 200000, 1000, &cut);
	memcpy(b.p, cut.p, SEALED_HEAD);
	assert_false(open_all(&k, &b, 200000, out));
	buf_fini(&b);
	buf_fini(&cut);
	mem_free(chunk);
	mem_free(p);
	mem_free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_comes_back),
		cmocka_unit_test(sealed_sizes_invert),
		cmocka_unit_test(sealed_refuses_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
