/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "model_priv.h"

void
rec_doc_put(struct buf *out, const struct rec_doc *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->deleted);
	buf_span(out, r->inner);
}

enum err
rec_doc_get(struct span in, struct rec_doc *out)
{
	if (in.n < 2 || in.p[0] != REC_VERSION || (unsigned char)in.p[1] > 1)
		return E_CORRUPT;
	*out = (struct rec_doc){ .deleted = in.p[1] == 1, .inner = span_from(in, 2) };
	return OK;
}
