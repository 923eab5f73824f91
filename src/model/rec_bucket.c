/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "model_priv.h"

void
rec_bucket_put(struct buf *out, const struct rec_bucket *r)
{
	enc_u8(out, REC_VERSION);
	enc_u64(out, r->id);
	enc_u64(out, r->uploads);
	enc_u64(out, (uint64_t)r->created_ms);
	enc_span(out, r->region);
}

enum err
rec_bucket_get(struct span in, struct rec_bucket *out)
{
	struct dec d = { .in = in };
	struct rec_bucket r = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.id = dec_u64(&d);
	r.uploads = dec_u64(&d);
	r.created_ms = (int64_t)dec_u64(&d);
	r.region = dec_span(&d);
	e = dec_end(&d);
	if (e == OK)
		*out = r;
	return e;
}
