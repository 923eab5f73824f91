/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/remote_tier.h"

#include "codec/hex.h"
#include "model_priv.h"

enum { UPLOAD_COMPOSITE = 1, UPLOAD_GIVEN = 2, UPLOAD_SAW_DELETE = 4 };

void
rec_upload_put(struct buf *out, const struct rec_upload *r)
{
	enc_u8(out, REC_VERSION);
	enc_u64(out, r->number);
	enc_u64(out, r->salt);
	enc_u64(out, (uint64_t)r->initiated_ms);
	enc_u8(out, r->class);
	enc_u8(out, r->checksum);
	enc_u8(out,
	    (uint8_t)((r->composite ? UPLOAD_COMPOSITE : 0) |
		(r->checksum_given ? UPLOAD_GIVEN : 0) |
		(r->saw_delete ? UPLOAD_SAW_DELETE : 0)));
	enc_u16(out, r->mime);
	rec_attrs_put(out, &r->attrs);
}

enum err
rec_upload_get(struct arena *a, struct span in, struct rec_upload *out)
{
	struct dec d = { .in = in };
	struct rec_upload r = { 0 };
	uint8_t flags;
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.number = dec_u64(&d);
	r.salt = dec_u64(&d);
	r.initiated_ms = (int64_t)dec_u64(&d);
	r.class = dec_u8(&d);
	r.checksum = dec_u8(&d);
	flags = dec_u8(&d);
	r.composite = (flags & UPLOAD_COMPOSITE) != 0;
	r.checksum_given = (flags & UPLOAD_GIVEN) != 0;
	r.saw_delete = (flags & UPLOAD_SAW_DELETE) != 0;
	r.mime = dec_u16(&d);
	if (d.bad || !class_is(r.class) || r.checksum >= CHECKSUM_KINDS)
		return E_CORRUPT;
	e = rec_attrs_get(a, d.in, &r.attrs);
	if (e == OK)
		*out = r;
	return e;
}

/* A NUL behind the key keeps uploads of "a" before those of "a/b"; the number rises with
 * time, which is S3's order of uploads of one key. */
void
upload_key_put(struct buf *out, struct span key, uint64_t number)
{
	buf_span(out, key);
	buf_char(out, '\0');
	enc_u64(out, number);
}

bool
upload_key_get(struct span in, struct span *key, uint64_t *number)
{
	if (in.n < 9 || in.p[in.n - 9] != '\0')
		return false;
	*key = span_head(in, in.n - 9);
	*number = be64_get(in.p + in.n - 8);
	return true;
}

void
upload_id_render(char out[UPLOAD_ID_TEXT], uint64_t number, uint64_t salt)
{
	uint8_t raw[16];

	be64_put(raw, number);
	be64_put(raw + 8, salt);
	hex_render(out, raw, sizeof raw);
}

bool
upload_id_parse(struct span text, uint64_t *number, uint64_t *salt)
{
	uint8_t raw[16];

	if (!hex_parse(raw, sizeof raw, text))
		return false;
	*number = be64_get(raw);
	*salt = be64_get(raw + 8);
	return true;
}
