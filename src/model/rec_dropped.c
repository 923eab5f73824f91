/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/dropped.h"

#include "model_priv.h"

void
rec_dropped_put(uint8_t out[REC_DROPPED], const struct rec_dropped *r)
{
	out[0] = REC_VERSION;
	be64_put(out + 1, r->bucket);
	be64_put(out + 9, r->uploads);
	be64_put(out + 17, r->versions);
}

enum err
rec_dropped_get(struct span in, struct rec_dropped *out)
{
	if (in.n != REC_DROPPED || in.p[0] != REC_VERSION)
		return E_CORRUPT;
	*out = (struct rec_dropped){ .bucket = be64_get(in.p + 1),
		.uploads = be64_get(in.p + 9),
		.versions = be64_get(in.p + 17) };
	return OK;
}
