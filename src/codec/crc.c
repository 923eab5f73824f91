/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/crc.h"

#include <pthread.h>
#include <stdatomic.h>

#include "crc_priv.h"

/*
 * All three are reflected, start from all ones and are inverted at the end, so one code
 * serves them: a 32-bit register is the low half of a 64-bit one. Polynomials without
 * their highest term, bit-reversed.
 */
enum crc_kind { CRC_IEEE, CRC_C, CRC_NVME, CRC_KINDS };

static const struct crc_poly {
	uint64_t poly;
	unsigned width;
} crc_polys[CRC_KINDS] = {
	[CRC_IEEE] = { 0xedb88320, 32 },
	[CRC_C] = { 0x82f63b78, 32 },
	[CRC_NVME] = { 0x9a6c9329ac4bc9b5, 64 },
};

struct crc_table {
	struct crc_fold fold;
	uint64_t shift[64]; /* x^(8 * 2^i) mod P */
	uint64_t byte[16][256]; /* of a byte with 0 to 15 zero bytes behind it */
};

/* Made at first use: as constants they would be 96 KiB of the program. */
static struct crc_table crc_tables[CRC_KINDS];
static pthread_once_t crc_once[CRC_KINDS] = {
	PTHREAD_ONCE_INIT,
	PTHREAD_ONCE_INIT,
	PTHREAD_ONCE_INIT,
};
static _Atomic bool crc_no_fold;

/* a * x mod P; by a mask, as no processor can guess the bits of a checksum. */
static uint64_t
crc_times_x(const struct crc_poly *p, uint64_t a)
{
	return a >> 1 ^ (p->poly & -(a & 1));
}

/* a * b mod P. The register's highest bit is x^0. */
static uint64_t
crc_times(const struct crc_poly *p, uint64_t a, uint64_t b)
{
	uint64_t product = 0;

	for (unsigned i = p->width; i-- > 0; b = crc_times_x(p, b))
		product ^= b & -(a >> i & 1);
	return product;
}

/* x^n mod P in the upper bits, as the kernel wants it. */
static uint64_t
crc_power(const struct crc_poly *p, unsigned n)
{
	uint64_t a = (uint64_t)1 << (p->width - 1);

	while (n-- > 0)
		a = crc_times_x(p, a);
	return a << (64 - p->width);
}

static void
crc_setup(enum crc_kind kind)
{
	const struct crc_poly *p = &crc_polys[kind];
	struct crc_table *t = &crc_tables[kind];

	for (unsigned i = 0; i < 256; i++) {
		uint64_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = crc_times_x(p, c);
		t->byte[0][i] = c;
	}
	for (unsigned j = 1; j < 16; j++)
		for (unsigned i = 0; i < 256; i++) {
			uint64_t c = t->byte[j - 1][i];

			t->byte[j][i] = t->byte[0][c & 0xff] ^ c >> 8;
		}
	t->shift[0] = crc_power(p, 8) >> (64 - p->width);
	for (unsigned i = 1; i < 64; i++)
		t->shift[i] = crc_times(p, t->shift[i - 1], t->shift[i - 1]);
	t->fold.wide[0] = crc_power(p, 1087);
	t->fold.wide[1] = crc_power(p, 1023);
	t->fold.one[0] = crc_power(p, 191);
	t->fold.one[1] = crc_power(p, 127);
}

static void
crc_setup_ieee(void)
{
	crc_setup(CRC_IEEE);
}

static void
crc_setup_c(void)
{
	crc_setup(CRC_C);
}

static void
crc_setup_nvme(void)
{
	crc_setup(CRC_NVME);
}

static const struct crc_table *
crc_table(enum crc_kind kind)
{
	static void (*const setup[])(
	    void) = { crc_setup_ieee, crc_setup_c, crc_setup_nvme };

	MUST(pthread_once(&crc_once[kind], setup[kind]) == 0);
	return &crc_tables[kind];
}

/* Eight bytes, of which the first has the most bytes behind it. */
static inline uint64_t
crc_eight(const uint64_t (*t)[256], uint64_t v)
{
	return t[7][v & 0xff] ^ t[6][v >> 8 & 0xff] ^ t[5][v >> 16 & 0xff] ^
	    t[4][v >> 24 & 0xff] ^ t[3][v >> 32 & 0xff] ^ t[2][v >> 40 & 0xff] ^
	    t[1][v >> 48 & 0xff] ^ t[0][v >> 56];
}

static uint64_t
crc_sixteen(const struct crc_table *t, uint64_t crc, const uint8_t *p)
{
	uint64_t a, b;

	memcpy(&a, p, 8);
	memcpy(&b, p + 8, 8);
	return crc_eight(t->byte + 8, a ^ crc) ^ crc_eight(t->byte, b);
}

static uint64_t
crc_add(enum crc_kind kind, uint64_t crc, const uint8_t *p, size_t n)
{
	const struct crc_table *t = crc_table(kind);

#if CRC_HAVE_FOLD
	if (n >= 32 && crc_fold_can() &&
	    !atomic_load_explicit(&crc_no_fold, memory_order_relaxed)) {
		size_t whole = n & ~(size_t)15;
		uint8_t last[16];

		crc_fold(last, crc, p, whole, &t->fold);
		crc = crc_sixteen(t, 0, last);
		p += whole;
		n -= whole;
	}
#endif
	for (; n >= 16; n -= 16, p += 16)
		crc = crc_sixteen(t, crc, p);
	for (; n > 0; n--, p++)
		crc = t->byte[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	return crc;
}

/* crc(A) moved over the bytes of B, and crc(B): the inversions cancel out. */
static uint64_t
crc_join(enum crc_kind kind, uint64_t a, uint64_t b, uint64_t len_b)
{
	const struct crc_table *t = crc_table(kind);

	for (unsigned i = 0; len_b != 0; i++, len_b >>= 1)
		if ((len_b & 1) != 0)
			a = crc_times(&crc_polys[kind], t->shift[i], a);
	return a ^ b;
}

uint32_t
crc32_add(uint32_t crc, const void *p, size_t n)
{
	return ~(uint32_t)crc_add(CRC_IEEE, ~crc, p, n);
}

uint32_t
crc32c_add(uint32_t crc, const void *p, size_t n)
{
	return ~(uint32_t)crc_add(CRC_C, ~crc, p, n);
}

uint64_t
crc64nvme_add(uint64_t crc, const void *p, size_t n)
{
	return ~crc_add(CRC_NVME, ~crc, p, n);
}

uint32_t
crc32_join(uint32_t a, uint32_t b, uint64_t len_b)
{
	return (uint32_t)crc_join(CRC_IEEE, a, b, len_b);
}

uint32_t
crc32c_join(uint32_t a, uint32_t b, uint64_t len_b)
{
	return (uint32_t)crc_join(CRC_C, a, b, len_b);
}

uint64_t
crc64nvme_join(uint64_t a, uint64_t b, uint64_t len_b)
{
	return crc_join(CRC_NVME, a, b, len_b);
}

void
crc_force_tables(void)
{
	atomic_store(&crc_no_fold, true);
}
