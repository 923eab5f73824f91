/* SPDX-License-Identifier: Apache-2.0 */
/* Known values of the specification and of the reference implementation's sanity checks. */
#include "config.h"

#include "codec/xxh.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "codec/hex.h"

static void
expect(enum xxh_kind kind, const char *p, size_t n, size_t step, const char *want)
{
	struct xxh *x = xxh_new(kind);
	uint8_t got[16], bytes[16];

	for (size_t i = 0; i < n; i += step)
		xxh_add(x, p + i, n - i < step ? n - i : step);
	xxh_end(x, got);
	xxh_free(&x);
	assert_null(x);
	xxh_free(&x);
	assert_true(hex_parse(bytes, xxh_size(kind), span_str(want)));
	assert_memory_equal(got, bytes, xxh_size(kind));
}

static void
xxh_end_known_values(void **state)
{
	(void)state;
	expect(XXHASH_64, "", 0, 1, "ef46db3751d8e999");
	expect(XXHASH_64, "abc", 3, 3, "44bc2cf5ad770999");
	expect(XXHASH_3, "", 0, 1, "2d06800538d394c2");
	expect(XXHASH_3, "abc", 3, 2, "78af5f94892f3950");
	expect(XXHASH_128, "", 0, 1, "99aa06d3014798d86001c324468d497f");
	expect(XXHASH_128, "abc", 3, 1, "06b05ab6733a618578af5f94892f3950");
}

/* However the bytes are cut. */
static void
xxh_add_in_steps(void **state)
{
	enum { N = 100003 };
	static const size_t steps[] = { N, 1, 255, 4096, 65537 };
	char *p = mem_alloc(N);

	(void)state;
	for (size_t i = 0; i < N; i++)
		p[i] = (char)(i * 7 + 3);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		expect(XXHASH_64, p, N, steps[i], "924a64f3ae9ea839");
		expect(XXHASH_3, p, N, steps[i], "d3c5426780ed98b3");
		expect(XXHASH_128, p, N, steps[i], "45791f178bfff9e8d3c5426780ed98b3");
	}
	mem_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xxh_end_known_values),
		cmocka_unit_test(xxh_add_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
