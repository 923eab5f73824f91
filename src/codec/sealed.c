/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/sealed.h"

#include "base/mem.h"
#include "base/rand.h"

enum { OUT_MAGIC = 0x736f7574, IN_MAGIC = 0x73656969 };
enum { FORM = 1, CHUNK_LOG2 = 16, AT_FORM = 8, AT_CHUNK = 9, AT_PART = 10, AT_SALT = 16 };
enum { SALT = SEALED_HEAD - AT_SALT };

static const char magic[AT_FORM + 1] = "trugseal";

struct sealed_out {
	unsigned magic;
	struct seal *seal, *mask; /* mask: of the second layer, or NULL */
	uint8_t head[SEALED_HEAD];
	uint64_t index;
	size_t fill;
	uint8_t wait[SEALED_CHUNK]; /* the last one is known when no more comes */
};

struct sealed_in {
	unsigned magic;
	struct seal *seal, *mask;
	uint8_t head[SEALED_HEAD];
};

void
sealed_keys_wipe(struct sealed_keys *k)
{
	mem_wipe(k, sizeof *k);
}

uint64_t
sealed_size(uint64_t plain)
{
	return plain == 0 ? 0 : SEALED_HEAD + plain + sealed_chunks(plain) * SEAL_TAG;
}

bool
sealed_plain(uint64_t size, uint64_t *plain)
{
	uint64_t rest, chunks;

	*plain = 0;
	if (size == 0)
		return true;
	if (size <= SEALED_HEAD)
		return false;
	rest = size - SEALED_HEAD;
	chunks = (rest + SEALED_STEP - 1) / SEALED_STEP;
	*plain = rest - chunks * SEAL_TAG;
	return rest > chunks * SEAL_TAG && sealed_size(*plain) == size;
}

static struct seal *
stream_key(const uint8_t key[SEAL_KEY], const char *purpose,
    const uint8_t head[SEALED_HEAD], enum seal_use use)
{
	uint8_t own[SEAL_KEY];
	struct seal *s;

	seal_derive(key, purpose, span_of(head + AT_SALT, SALT), own);
	s = seal_new(own, use);
	mem_wipe(own, sizeof own);
	return s;
}

static void
nonce_put(uint8_t out[SEAL_NONCE], uint64_t index, bool last)
{
	memset(out, 0, SEAL_NONCE);
	out[0] = last ? 1 : 0;
	be64_put(out + 4, index);
}

static void
mask_apply(struct seal *mask, uint64_t index, uint8_t *p, size_t n)
{
	uint8_t counter[SEAL_COUNTER] = { 0 };

	if (mask == NULL)
		return;
	be64_put(counter, index);
	seal_mask(mask, counter, p, n);
}

/* ---- out ---- */

struct sealed_out *
sealed_out_new(const struct sealed_keys *k, unsigned part)
{
	struct sealed_out *o = mem_zalloc(sizeof *o);

	o->magic = OUT_MAGIC;
	memcpy(o->head, magic, AT_FORM);
	o->head[AT_FORM] = FORM;
	o->head[AT_CHUNK] = CHUNK_LOG2;
	be16_put(o->head + AT_PART, (uint16_t)part);
	rand_bytes(o->head + AT_SALT, SALT);
	o->seal = stream_key(k->data, "trug stream", o->head, SEAL_CLOSES);
	if (k->two)
		o->mask = stream_key(k->outer, "trug outer stream", o->head, SEAL_MASKS);
	return o;
}

void
sealed_out_free(struct sealed_out **out)
{
	struct sealed_out *o = *out;

	if (o == NULL)
		return;
	*out = NULL;
	CHECK(o, OUT_MAGIC);
	seal_free(&o->seal);
	seal_free(&o->mask);
	mem_wipe(o, sizeof *o);
	mem_free(o);
}

static void
out_chunk(struct sealed_out *o, const void *p, size_t n, bool last, struct buf *out)
{
	uint8_t nonce[SEAL_NONCE], *to;

	if (o->index == 0)
		buf_put(out, o->head, SEALED_HEAD);
	to = (uint8_t *)buf_grow(out, n + SEAL_TAG);
	nonce_put(nonce, o->index, last);
	seal_piece(o->seal, nonce, span_of(o->head, SEALED_HEAD), span_of(p, n), to);
	mask_apply(o->mask, o->index, to, n + SEAL_TAG);
	o->index++;
}

void
sealed_out_add(struct sealed_out *o, struct span plain, struct buf *out)
{
	CHECK(o, OUT_MAGIC);
	while (plain.n > 0) {
		size_t n = SEALED_CHUNK - o->fill;

		if (o->fill == SEALED_CHUNK) {
			out_chunk(o, o->wait, SEALED_CHUNK, false, out);
			o->fill = 0;
			continue;
		}
		if (o->fill == 0 && plain.n > SEALED_CHUNK) {
			out_chunk(o, plain.p, SEALED_CHUNK, false, out);
			plain = span_from(plain, SEALED_CHUNK);
			continue;
		}
		n = n < plain.n ? n : plain.n;
		memcpy(o->wait + o->fill, plain.p, n);
		o->fill += n;
		plain = span_from(plain, n);
	}
}

void
sealed_out_end(struct sealed_out *o, struct buf *out)
{
	CHECK(o, OUT_MAGIC);
	if (o->fill > 0)
		out_chunk(o, o->wait, o->fill, true, out);
	o->fill = 0;
}

/* ---- in ---- */

struct sealed_in *
sealed_in_new(const struct sealed_keys *k, const uint8_t head[SEALED_HEAD])
{
	static const uint8_t zeros[4];
	struct sealed_in *i;

	if (memcmp(head, magic, AT_FORM) != 0 || head[AT_FORM] != FORM ||
	    head[AT_CHUNK] != CHUNK_LOG2 ||
	    memcmp(head + AT_PART + 2, zeros, sizeof zeros) != 0)
		return NULL;
	i = mem_zalloc(sizeof *i);
	i->magic = IN_MAGIC;
	memcpy(i->head, head, SEALED_HEAD);
	i->seal = stream_key(k->data, "trug stream", head, SEAL_OPENS);
	if (k->two)
		i->mask = stream_key(k->outer, "trug outer stream", head, SEAL_MASKS);
	return i;
}

void
sealed_in_free(struct sealed_in **in)
{
	struct sealed_in *i = *in;

	if (i == NULL)
		return;
	*in = NULL;
	CHECK(i, IN_MAGIC);
	seal_free(&i->seal);
	seal_free(&i->mask);
	i->magic = 0;
	mem_free(i);
}

unsigned
sealed_in_part(const struct sealed_in *i)
{
	return be16_get(i->head + AT_PART);
}

bool
sealed_in_open(struct sealed_in *i, uint64_t index, bool last, uint8_t *p, size_t n)
{
	uint8_t nonce[SEAL_NONCE];

	CHECK(i, IN_MAGIC);
	if (n <= SEAL_TAG || n > SEALED_STEP)
		return false;
	nonce_put(nonce, index, last);
	mask_apply(i->mask, index, p, n);
	return seal_piece_open(
	    i->seal, nonce, span_of(i->head, SEALED_HEAD), span_of(p, n), p);
}
