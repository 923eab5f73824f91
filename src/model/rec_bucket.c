/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "model_priv.h"

/* 2: versioning. A record of version 1 is one of a bucket that never had it.
 * 3: the owner. Before, there was one account. 4: who watches it. Before, nobody did.
 * 5: how much it may hold. */
enum {
	BUCKET_VERSIONING = 2,
	BUCKET_OWNER = 3,
	BUCKET_WATCH = 4,
	BUCKET_QUOTA = 5,
	BUCKET_VERSION = 5
};

void
rec_bucket_put(struct buf *out, const struct rec_bucket *r)
{
	enc_u8(out, BUCKET_VERSION);
	enc_u64(out, r->id);
	enc_u64(out, r->uploads);
	enc_u64(out, (uint64_t)r->created_ms);
	enc_span(out, r->region);
	enc_u8(out, r->versioning);
	enc_u64(out, r->versions);
	buf_put(out, r->account, ACCOUNT_DIGITS);
	enc_u8(out, r->watch);
	enc_u64(out, r->quota);
}

enum err
rec_bucket_get(struct span in, struct rec_bucket *out)
{
	struct dec d = { .in = in };
	struct rec_bucket r = { 0 };
	uint8_t version;
	enum err e;

	version = dec_u8(&d);
	if (version < REC_VERSION || version > BUCKET_VERSION)
		return E_CORRUPT;
	r.id = dec_u64(&d);
	r.uploads = dec_u64(&d);
	r.created_ms = (int64_t)dec_u64(&d);
	r.region = dec_span(&d);
	if (version >= BUCKET_VERSIONING) {
		r.versioning = dec_u8(&d);
		r.versions = dec_u64(&d);
	}
	memcpy(r.account, ACCOUNT_ROOT, ACCOUNT_DIGITS);
	if (version >= BUCKET_OWNER)
		dec_bytes(&d, r.account, ACCOUNT_DIGITS);
	if (version >= BUCKET_WATCH)
		r.watch = dec_u8(&d);
	if (version >= BUCKET_QUOTA)
		r.quota = dec_u64(&d);
	if (r.versioning > VERSIONING_SUSPENDED)
		return E_CORRUPT;
	e = dec_end(&d);
	if (e == OK)
		*out = r;
	return e;
}
