/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/md5.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mini.h"
#include "md5_priv.h"

static atomic_uint md5_level;

static inline uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
le32_put(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

/* n whole blocks of one stream. */
static void
md5_blocks(uint32_t h[4], const uint8_t *p, size_t n)
{
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3];

	for (; n > 0; n--, p += MD5_BLOCK) {
		uint32_t a0 = a, b0 = b, c0 = c, d0 = d;

#define w(i) le32(p + 4 * (i))
		MD5_STEPS;
#undef w
		a += a0;
		b += b0;
		c += c0;
		d += d0;
	}
	h[0] = a;
	h[1] = b;
	h[2] = c;
	h[3] = d;
}

void
md5_init(struct md5 *m)
{
	m->h[0] = 0x67452301;
	m->h[1] = 0xefcdab89;
	m->h[2] = 0x98badcfe;
	m->h[3] = 0x10325476;
	m->n = 0;
}

/* Bytes up to the next whole block, which is hashed when it is full. Count taken. */
static size_t
md5_fill(struct md5 *m, const uint8_t *p, size_t n)
{
	size_t have = m->n % MD5_BLOCK, take = MD5_BLOCK - have;

	if (have == 0)
		return 0;
	take = take < n ? take : n;
	if (take > 0)
		memcpy(m->rest + have, p, take);
	m->n += take;
	if (have + take == MD5_BLOCK)
		md5_blocks(m->h, m->rest, 1);
	return take;
}

/* Less than a block, at a block's begin; or nothing. */
static void
md5_keep(struct md5 *m, const uint8_t *p, size_t n)
{
	if (n > 0)
		memcpy(m->rest, p, n);
	m->n += n;
}

void
md5_add(struct md5 *m, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t took = md5_fill(m, p, n), whole;

	if (took == n)
		return;
	p += took;
	n -= took;
	whole = n / MD5_BLOCK;
	md5_blocks(m->h, p, whole);
	m->n += whole * MD5_BLOCK;
	md5_keep(m, p + whole * MD5_BLOCK, n % MD5_BLOCK);
}

void
md5_end(struct md5 *m, uint8_t out[MD5_SIZE])
{
	static const uint8_t pad[MD5_BLOCK] = { 0x80 };
	uint64_t bits = m->n * 8;
	uint8_t length[8];

	le32_put(length, (uint32_t)bits);
	le32_put(length + 4, (uint32_t)(bits >> 32));
	md5_add(m, pad, 1 + (MD5_BLOCK * 2 - 9 - m->n % MD5_BLOCK) % MD5_BLOCK);
	md5_add(m, length, sizeof length);
	MUST(m->n % MD5_BLOCK == 0);
	for (int i = 0; i < 4; i++)
		le32_put(out + 4 * i, m->h[i]);
}

/* ---- many ---- */

/* The first count jobs have whole blocks: hash as many of each as the shortest has. */
static void
md5_side_by_side(struct md5_job *job, unsigned count, const struct md5_width *width)
{
	uint32_t *h[MD5_LANES], idle[4] = { 0 };
	const uint8_t *p[MD5_LANES];
	size_t n = job[0].n / MD5_BLOCK;

	for (unsigned i = 1; i < count; i++)
		n = job[i].n / MD5_BLOCK < n ? job[i].n / MD5_BLOCK : n;
	for (unsigned i = 0; i < MD5_LANES; i++) {
		h[i] = i < count ? job[i].md5->h : idle;
		p[i] = job[i < count ? i : 0].p;
	}
	width->fn(h, p, n);
	n *= MD5_BLOCK;
	for (unsigned i = 0; i < count; i++) {
		job[i].md5->n += n;
		job[i].p = (const uint8_t *)job[i].p + n;
		job[i].n -= n;
	}
}

/* Sort out the jobs without a whole block: count of those left, in front. */
static size_t
md5_left(struct md5_job *job, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (job[i].n >= MD5_BLOCK) {
			job[left++] = job[i];
			continue;
		}
		md5_keep(job[i].md5, job[i].p, job[i].n);
	}
	return left;
}

void
md5_add_all(struct md5_job *job, size_t count)
{
	const struct md5_width *widths = md5_widths(md5_level);

	for (size_t i = 0; i < count; i++) {
		size_t took = md5_fill(job[i].md5, job[i].p, job[i].n);

		if (took > 0) /* no arithmetic on the NULL of an empty body */
			job[i].p = (const uint8_t *)job[i].p + took;
		job[i].n -= took;
	}
	while ((count = md5_left(job, count)) > 1 && widths->lanes > 0) {
		const struct md5_width *width = widths;
		size_t take;

		while (width->lanes < count && width[1].lanes > 0)
			width++;
		take = count < width->lanes ? count : width->lanes;
		md5_side_by_side(job, (unsigned)take, width);
	}
	for (size_t i = 0; i < count; i++)
		md5_add(job[i].md5, job[i].p, job[i].n);
}

void
md5_limit(unsigned level)
{
	atomic_store(&md5_level, level);
}
