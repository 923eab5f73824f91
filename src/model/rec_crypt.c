/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec_crypt.h"

#include "model_priv.h"

enum { CRYPT_BUCKET_KEY = 1 };
enum { KEY_MANAGED = 1 };

const char *
rec_crypt_name(uint8_t mode)
{
	static const char *const names[CRYPT_MODES] = { [CRYPT_NONE] = "AES256",
		[CRYPT_S3] = "AES256",
		[CRYPT_KMS] = "aws:kms",
		[CRYPT_DSSE] = "aws:kms:dsse",
		[CRYPT_CUSTOMER] = "AES256" };

	MUST(mode < CRYPT_MODES);
	return names[mode];
}

void
rec_crypt_put(struct buf *out, const struct rec_crypt *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->mode);
	enc_u8(out, r->bucket_key ? CRYPT_BUCKET_KEY : 0);
	enc_span(out, r->key);
	enc_span(out, r->context);
	enc_span(out, r->wrapped);
	enc_span(out, r->outer);
}

/* Each mode has what it needs and no more: who reads the record need not ask again. */
static bool
crypt_fits(const struct rec_crypt *r)
{
	bool named = r->mode == CRYPT_KMS || r->mode == CRYPT_DSSE;

	return r->mode > CRYPT_NONE && r->mode < CRYPT_MODES && r->wrapped.n > 0 &&
	    (r->key.n == KEY_ID_TEXT) == named && (named || r->key.n == 0) &&
	    (named || r->context.n == 0) && (r->outer.n > 0) == (r->mode == CRYPT_DSSE) &&
	    (!r->bucket_key || r->mode == CRYPT_KMS);
}

enum err
rec_crypt_get(struct span in, struct rec_crypt *out)
{
	struct dec d = { .in = in };
	struct rec_crypt r = { 0 };
	uint8_t flags;
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.mode = dec_u8(&d);
	flags = dec_u8(&d);
	r.bucket_key = (flags & CRYPT_BUCKET_KEY) != 0;
	r.key = dec_span(&d);
	r.context = dec_span(&d);
	r.wrapped = dec_span(&d);
	r.outer = dec_span(&d);
	e = dec_end(&d);
	if (e == OK && ((flags & ~CRYPT_BUCKET_KEY) != 0 || !crypt_fits(&r)))
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

void
rec_kms_put(struct buf *out, const struct rec_kms *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->state);
	enc_u8(out, r->managed ? KEY_MANAGED : 0);
	enc_u64(out, (uint64_t)r->created_ms);
	enc_span(out, r->name);
	enc_span(out, r->policy);
	enc_u16(out, (uint16_t)r->n);
	for (size_t i = 0; i < r->n; i++)
		enc_span(out, r->sealed[i]);
}

enum err
rec_kms_get(struct arena *a, struct span in, struct rec_kms *out)
{
	struct dec d = { .in = in };
	struct rec_kms r = { 0 };
	uint8_t flags;
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.state = dec_u8(&d);
	flags = dec_u8(&d);
	r.managed = (flags & KEY_MANAGED) != 0;
	r.created_ms = (int64_t)dec_u64(&d);
	r.name = dec_span(&d);
	r.policy = dec_span(&d);
	r.n = dec_u16(&d);
	if (r.n == 0 || r.n > KEY_VERSIONS_MAX || r.state >= KEY_STATES ||
	    (flags & ~KEY_MANAGED) != 0 || r.name.n > KEY_NAME_MAX)
		return E_CORRUPT;
	r.sealed = arena_array(a, r.n, sizeof *r.sealed);
	for (size_t i = 0; i < r.n; i++)
		r.sealed[i] = dec_span(&d);
	e = dec_end(&d);
	if (e == OK)
		*out = r;
	return e;
}
