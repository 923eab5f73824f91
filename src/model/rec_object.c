/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec.h"

#include "codec/sealed.h"
#include "model/remote_tier.h"

#include "model_priv.h"

/* Fixed places, because a listing reads a thousand of these for one page. */
enum {
	AT_VERSION = 0,
	AT_FLAGS = 1,
	AT_CLASS = 2,
	AT_CHECKSUM = 3,
	AT_MIME = 4,
	AT_PARTS = 6,
	AT_SIZE = 8,
	AT_MTIME = 16,
	AT_NUMBER = 24,
	AT_ETAG = 32,
	AT_BODY = 48,
	AT_VALUE = AT_BODY + BLOB_REF_SIZE,
	COMPOSITE = 0x80,
	SEALED = 0x40 /* of parts; objects have a flag */
};

/* Readers take ranges of one from the other. What lies between them in a list is checked
 * where its pieces are looked at. */
static bool
sizes_fit(bool sealed, uint64_t size, const struct blob_ref *body)
{
	if (!sealed)
		return size == body->len;
	if (body->kind == BLOB_LIST)
		return body->len >= size;
	return size <= UINT64_MAX / 2 && sealed_size(size) == body->len;
}

static bool
checksum_get(uint8_t kind, struct span value, struct checksum *out)
{
	static const uint8_t sizes[CHECKSUM_KINDS] = { [CHECKSUM_CRC32] = 4,
		[CHECKSUM_CRC32C] = 4,
		[CHECKSUM_CRC64NVME] = 8,
		[CHECKSUM_SHA1] = 20,
		[CHECKSUM_SHA256] = 32,
		[CHECKSUM_SHA512] = 64,
		[CHECKSUM_MD5] = 16,
		[CHECKSUM_XXHASH64] = 8,
		[CHECKSUM_XXHASH3] = 8,
		[CHECKSUM_XXHASH128] = 16 };

	*out = (struct checksum){ .kind = kind & 0x7f,
		.composite = (kind & COMPOSITE) != 0 };
	if (out->kind >= CHECKSUM_KINDS || value.n != sizes[out->kind])
		return false;
	out->n = (uint8_t)value.n;
	if (value.n > 0)
		memcpy(out->value, value.p, value.n);
	return true;
}

static uint8_t
checksum_byte(const struct checksum *c)
{
	return (uint8_t)(c->kind | (c->composite ? COMPOSITE : 0));
}

size_t
rec_object_put(uint8_t out[REC_OBJECT_MAX], const struct rec_object *r)
{
	out[AT_VERSION] = REC_VERSION;
	out[AT_FLAGS] = r->flags;
	out[AT_CLASS] = r->class;
	out[AT_CHECKSUM] = checksum_byte(&r->checksum);
	be16_put(out + AT_MIME, r->mime);
	be16_put(out + AT_PARTS, r->parts);
	be64_put(out + AT_SIZE, r->size);
	be64_put(out + AT_MTIME, (uint64_t)r->mtime_ms);
	be64_put(out + AT_NUMBER, r->number);
	memcpy(out + AT_ETAG, r->etag, 16);
	blob_ref_put(out + AT_BODY, &r->body);
	memcpy(out + AT_VALUE, r->checksum.value, r->checksum.n);
	if ((r->flags & OBJECT_HAS_ORIGIN) == 0)
		return (size_t)AT_VALUE + r->checksum.n;
	memcpy(out + AT_VALUE + r->checksum.n, r->origin, ORIGIN_SIZE);
	return (size_t)AT_VALUE + r->checksum.n + ORIGIN_SIZE;
}

enum err
rec_object_get(struct span in, struct rec_object *out)
{
	const uint8_t *p = (const uint8_t *)in.p;
	struct rec_object r;
	size_t behind = 0;

	memset(r.origin, 0, sizeof r.origin);
	if (in.n < AT_VALUE || p[AT_VERSION] != REC_VERSION)
		return E_CORRUPT;
	if ((p[AT_FLAGS] & OBJECT_HAS_ORIGIN) != 0) {
		behind = ORIGIN_SIZE;
		if (in.n < AT_VALUE + behind)
			return E_CORRUPT;
		memcpy(r.origin, p + in.n - behind, ORIGIN_SIZE);
	}
	if ((p[AT_FLAGS] & ~OBJECT_FLAGS) != 0 || !class_is(p[AT_CLASS]) ||
	    !blob_ref_get(p + AT_BODY, &r.body) ||
	    !checksum_get(p[AT_CHECKSUM], span_of(p + AT_VALUE, in.n - AT_VALUE - behind),
		&r.checksum))
		return E_CORRUPT;
	r.flags = p[AT_FLAGS];
	r.class = p[AT_CLASS];
	r.mime = be16_get(p + AT_MIME);
	r.parts = be16_get(p + AT_PARTS);
	r.size = be64_get(p + AT_SIZE);
	r.mtime_ms = (int64_t)be64_get(p + AT_MTIME);
	r.number = be64_get(p + AT_NUMBER);
	memcpy(r.etag, p + AT_ETAG, 16);
	if (!rec_object_is_away(&r) &&
	    !sizes_fit((r.flags & OBJECT_IS_SEALED) != 0, r.size, &r.body))
		return E_CORRUPT;
	*out = r;
	return OK;
}

void
rec_attrs_put(struct buf *out, const struct attrs *a)
{
	enc_u8(out, REC_VERSION);
	enc_u16(out, (uint16_t)a->n);
	for (size_t i = 0; i < a->n; i++) {
		enc_span(out, a->field[i].name);
		enc_span(out, a->field[i].value);
	}
}

enum err
rec_attrs_get(struct arena *arena, struct span in, struct attrs *out)
{
	struct dec d = { .in = in };
	struct attrs a = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	a.n = dec_u16(&d);
	if (a.n > in.n)
		return E_CORRUPT;
	a.field = arena_array(arena, a.n, sizeof *a.field);
	for (size_t i = 0; i < a.n; i++) {
		a.field[i].name = arena_span(arena, dec_span(&d));
		a.field[i].value = arena_span(arena, dec_span(&d));
	}
	e = dec_end(&d);
	if (e == OK)
		*out = a;
	return e;
}

enum err
rec_attrs_find(struct span in, const char *name, struct span *value)
{
	struct dec d = { .in = in };
	size_t n;

	*value = SPAN_NONE;
	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	n = dec_u16(&d);
	for (size_t i = 0; i < n && !d.bad; i++) {
		bool it = span_is(dec_span(&d), name);
		struct span v = dec_span(&d);

		if (it)
			*value = v;
	}
	return dec_end(&d);
}

/* Parts share the layout's tail: checksum kind, size, time, ETag, place, checksum. */
enum {
	PART_CHECKSUM = 1,
	PART_SIZE = 2,
	PART_MTIME = 10,
	PART_ETAG = 18,
	PART_BODY = 34,
	PART_VALUE = PART_BODY + BLOB_REF_SIZE
};

size_t
rec_part_put(uint8_t out[REC_PART_MAX], const struct rec_part *r)
{
	out[0] = REC_VERSION;
	out[PART_CHECKSUM] =
	    (uint8_t)(checksum_byte(&r->checksum) | (r->sealed ? SEALED : 0));
	be64_put(out + PART_SIZE, r->size);
	be64_put(out + PART_MTIME, (uint64_t)r->mtime_ms);
	memcpy(out + PART_ETAG, r->etag, 16);
	blob_ref_put(out + PART_BODY, &r->body);
	memcpy(out + PART_VALUE, r->checksum.value, r->checksum.n);
	return (size_t)PART_VALUE + r->checksum.n;
}

enum err
rec_part_get(struct span in, struct rec_part *out)
{
	const uint8_t *p = (const uint8_t *)in.p;
	struct rec_part r;

	if (in.n < PART_VALUE || p[0] != REC_VERSION ||
	    !blob_ref_get(p + PART_BODY, &r.body) ||
	    !checksum_get((uint8_t)(p[PART_CHECKSUM] & ~SEALED),
		span_from(in, PART_VALUE), &r.checksum))
		return E_CORRUPT;
	r.sealed = (p[PART_CHECKSUM] & SEALED) != 0;
	r.size = be64_get(p + PART_SIZE);
	r.mtime_ms = (int64_t)be64_get(p + PART_MTIME);
	memcpy(r.etag, p + PART_ETAG, 16);
	if (!sizes_fit(r.sealed, r.size, &r.body))
		return E_CORRUPT;
	*out = r;
	return OK;
}

void
part_key_put(uint8_t out[10], uint64_t upload, unsigned number)
{
	be64_put(out, upload);
	be16_put(out + 8, (uint16_t)number);
}

bool
rec_object_is_marker(struct span in)
{
	return in.n > AT_FLAGS && ((uint8_t)in.p[AT_FLAGS] & OBJECT_IS_MARKER) != 0;
}

/* Reversed, so that the newest of a key comes first. */
void
version_key_put(struct buf *out, struct span key, uint64_t number)
{
	upload_key_put(out, key, ~number);
}

bool
version_key_get(struct span in, struct span *key, uint64_t *number)
{
	if (!upload_key_get(in, key, number))
		return false;
	*number = ~*number;
	return true;
}
