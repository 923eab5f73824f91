/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/crc.h"

#include <stdio.h>

#include "vec.h"

enum { DATA = 3200, LENGTHS = 3000 };

static uint8_t data[DATA];

/* The three as one kind of function. */
static uint64_t
add32(uint64_t crc, const void *p, size_t n)
{
	return crc32_add((uint32_t)crc, p, n);
}

static uint64_t
add32c(uint64_t crc, const void *p, size_t n)
{
	return crc32c_add((uint32_t)crc, p, n);
}

static uint64_t
join32(uint64_t a, uint64_t b, uint64_t n)
{
	return crc32_join((uint32_t)a, (uint32_t)b, n);
}

static uint64_t
join32c(uint64_t a, uint64_t b, uint64_t n)
{
	return crc32c_join((uint32_t)a, (uint32_t)b, n);
}

static const struct kind {
	const char *name;
	uint64_t poly, ones;
	uint64_t (*add)(uint64_t, const void *, size_t);
	uint64_t (*join)(uint64_t, uint64_t, uint64_t);
} kinds[] = {
	{ "crc32", 0xedb88320, UINT32_MAX, add32, join32 },
	{ "crc32c", 0x82f63b78, UINT32_MAX, add32c, join32c },
	{ "crc64nvme", 0x9a6c9329ac4bc9b5, UINT64_MAX, crc64nvme_add, crc64nvme_join },
};

static int
setup(void **state)
{
	uint64_t x = 88172645463325252u;

	(void)state;
	for (size_t i = 0; i < DATA; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		data[i] = (uint8_t)(x >> 32);
	}
	return 0;
}

/* One bit at a time, as the definition says. */
static uint64_t
by_bit(const struct kind *k, uint64_t crc, uint8_t byte)
{
	crc ^= k->ones ^ byte;
	for (int i = 0; i < 8; i++)
		crc = crc >> 1 ^ ((crc & 1) != 0 ? k->poly : 0);
	return crc ^ k->ones;
}

static void
check_vectors(void)
{
	struct vec v;
	struct span column[3];

	vec_open(&v, "crc.tsv");
	while (vec_next(&v, column, 3)) {
		uint8_t bytes[512];
		struct span in = vec_bytes(column[1], bytes);

		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			char text[24];

			if (!span_is(column[0], kinds[i].name))
				continue;
			(void)snprintf(text, sizeof text,
			    kinds[i].ones > UINT32_MAX ? "%016lx" : "%08lx",
			    (unsigned long)kinds[i].add(0, in.p, in.n));
			assert_int_equal(strlen(text), column[2].n);
			assert_memory_equal(text, column[2].p, column[2].n);
		}
	}
}

/* Every length at changing alignments, and every alignment at some lengths. */
static void
check_lengths(const struct kind *k)
{
	for (size_t start = 0; start < 64; start++) {
		uint64_t want = 0;

		for (size_t n = 0; n <= LENGTHS; n++) {
			if (n % 64 == start || n % 61 == 0)
				assert_true(k->add(0, data + start, n) == want);
			want = by_bit(k, want, data[start + n]);
		}
	}
}

/* In pieces, so that the register carries over into each way of computing it. */
static void
check_pieces(const struct kind *k)
{
	uint64_t want = k->add(0, data, LENGTHS);

	for (size_t piece = 1; piece < 700; piece += piece < 40 ? 1 : 37) {
		uint64_t crc = 0;

		for (size_t at = 0; at < LENGTHS; at += piece)
			crc = k->add(
			    crc, data + at, piece < LENGTHS - at ? piece : LENGTHS - at);
		assert_true(crc == want);
	}
}

static void
check_all(void **state)
{
	(void)state;
	check_vectors();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		check_lengths(&kinds[i]);
		check_pieces(&kinds[i]);
	}
}

static void
crc_add_processor(void **state)
{
	check_all(state);
}

static void
crc_add_tables(void **state)
{
	crc_force_tables();
	check_all(state);
}

static void
crc_join_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct kind *k = &kinds[i];
		uint64_t want = k->add(0, data, LENGTHS);

		for (size_t cut = 0; cut <= LENGTHS; cut++) {
			uint64_t a = k->add(0, data, cut);
			uint64_t b = k->add(0, data + cut, LENGTHS - cut);

			assert_true(k->join(a, b, LENGTHS - cut) == want);
		}
	}
}

/* A join must be associative for lengths that nobody could feed: (A B) C = A (B C). */
static void
crc_join_long(void **state)
{
	static const uint64_t lengths[] = { 0, 1, 5u << 20, (uint64_t)5 << 40,
		(uint64_t)1 << 61, UINT64_MAX / 2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (size_t n = 0; n < ARRAY_LEN(lengths); n++) {
			const struct kind *k = &kinds[i];
			uint64_t a = 0x12345678, b = 0x9abcdef0, c = 0x0badcafe;
			uint64_t left =
			    k->join(k->join(a, b, lengths[n]), c, lengths[n] + 1);
			uint64_t right =
			    k->join(a, k->join(b, c, lengths[n] + 1), 2 * lengths[n] + 1);

			assert_true(left == right);
		}
}

/* As a chain of equal parts, against one pass over all of it. */
static void
crc_join_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		uint64_t part = kinds[i].add(0, data, 1000), joined = 0, fed = 0;

		for (int n = 0; n < 100; n++) {
			joined = kinds[i].join(joined, part, 1000);
			fed = kinds[i].add(fed, data, 1000);
		}
		assert_true(joined == fed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_add_processor), cmocka_unit_test(crc_join_cuts),
		cmocka_unit_test(crc_join_long), cmocka_unit_test(crc_join_parts),
		cmocka_unit_test(crc_add_tables), /* last: it can't be taken back */
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
