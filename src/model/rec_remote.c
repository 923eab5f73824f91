/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec_remote.h"

#include "model_priv.h"

enum { REMOTE_VERSION = 1, ERRAND_VERSION = 1, IS_SEALED = 1, HAS_ID = 1, UNSURE = 2 };

void
rec_remote_put(struct buf *out, const struct rec_remote *r)
{
	enc_u8(out, REMOTE_VERSION);
	enc_u8(out, r->slot);
	enc_u8(out, r->sealed ? IS_SEALED : 0);
	enc_u64(out, r->len);
	enc_span(out, r->name);
	enc_span(out, r->version);
	enc_u16(out, (uint16_t)r->n);
	for (size_t i = 0; i < r->n; i++) {
		enc_u64(out, r->piece[i].tag);
		enc_u64(out, r->piece[i].len);
		if (r->sealed)
			buf_put(out, r->piece[i].head, SEALED_HEAD);
	}
}

enum err
rec_remote_get(struct arena *a, struct span in, struct rec_remote *out)
{
	struct dec d = { .in = in };
	struct rec_remote r = { 0 };
	uint64_t sum = 0;
	uint8_t flags;
	enum err e;

	if (dec_u8(&d) != REMOTE_VERSION)
		return E_CORRUPT;
	r.slot = dec_u8(&d);
	flags = dec_u8(&d);
	r.sealed = flags == IS_SEALED;
	r.len = dec_u64(&d);
	r.name = dec_span(&d);
	r.version = dec_span(&d);
	r.n = dec_u16(&d);
	if (d.bad || flags > IS_SEALED || r.n == 0 || r.n > in.n / 16 ||
	    r.slot >= TIER_SLOTS || r.name.n == 0)
		return E_CORRUPT;
	r.piece = arena_array(a, r.n, sizeof *r.piece);
	for (size_t i = 0; i < r.n && !d.bad; i++) {
		r.piece[i].tag = (uint32_t)dec_u64(&d);
		r.piece[i].len = dec_u64(&d);
		if (r.sealed)
			dec_bytes(&d, r.piece[i].head, SEALED_HEAD);
		if (r.piece[i].len == 0 || r.piece[i].len > r.len - sum)
			return E_CORRUPT;
		sum += r.piece[i].len;
	}
	e = dec_end(&d);
	if (e == OK && sum != r.len)
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

void
rec_errand_key(uint8_t out[ERRAND_KEY], enum errand_kind kind, uint64_t number)
{
	out[0] = (uint8_t)kind;
	be64_put(out + 1, number);
}

void
rec_errand_put(struct buf *out, const struct rec_errand *r)
{
	enc_u8(out, ERRAND_VERSION);
	enc_u8(out, r->slot);
	enc_u8(out, r->class);
	enc_u8(out, r->tries);
	enc_u8(out, (uint8_t)((r->has_id ? HAS_ID : 0) | (r->unsure ? UNSURE : 0)));
	enc_u64(out, r->days);
	enc_u64(out, (uint64_t)r->due_ms);
	enc_u64(out, r->bucket_id);
	enc_span(out, r->bucket);
	enc_span(out, r->key);
	enc_span(out, r->name);
	enc_span(out, r->version);
}

enum err
rec_errand_get(struct span key, struct span in, struct rec_errand *out)
{
	struct dec d = { .in = in };
	struct rec_errand r;
	uint8_t flags;
	enum err e;

	if (key.n != ERRAND_KEY || dec_u8(&d) != ERRAND_VERSION)
		return E_CORRUPT;
	r.kind = (uint8_t)key.p[0];
	r.number = be64_get(key.p + 1);
	r.slot = dec_u8(&d);
	r.class = dec_u8(&d);
	r.tries = dec_u8(&d);
	flags = dec_u8(&d);
	r.has_id = (flags & HAS_ID) != 0;
	r.unsure = (flags & UNSURE) != 0;
	r.days = (uint32_t)dec_u64(&d);
	r.due_ms = (int64_t)dec_u64(&d);
	r.bucket_id = dec_u64(&d);
	r.bucket = dec_span(&d);
	r.key = dec_span(&d);
	r.name = dec_span(&d);
	r.version = dec_span(&d);
	e = dec_end(&d);
	if (e == OK &&
	    (r.kind >= ERRAND_KINDS || r.slot >= TIER_SLOTS ||
		flags > (HAS_ID | UNSURE) || !class_is(r.class)))
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}
