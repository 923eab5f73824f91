/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/crypt.h"

#include "base/mem.h"
#include "base/rand.h"

enum { SALT = 16 };

void
crypt_want_wipe(struct crypt_want *w)
{
	mem_wipe(w, sizeof *w);
}

/* All that tells how the key is wrapped is bound to it. */
static struct span
aad_of(struct buf *b, const struct rec_crypt *r)
{
	buf_char(b, (char)r->mode);
	buf_char(b, r->bucket_key ? 1 : 0);
	buf_span(b, r->key);
	buf_span(b, r->context);
	return buf_view(b);
}

static void
customer_kek(const uint8_t *customer, struct span salt, uint8_t out[SEAL_KEY])
{
	seal_derive(customer, "trug customer key", salt, out);
}

static void
customer_wrap(const uint8_t *customer, struct span aad, const uint8_t data[SEAL_KEY],
    struct buf *out)
{
	uint8_t salt[SALT], kek[SEAL_KEY];

	rand_bytes(salt, sizeof salt);
	customer_kek(customer, span_of(salt, SALT), kek);
	buf_put(out, salt, SALT);
	seal_box_put(out, kek, aad, span_of(data, SEAL_KEY));
	mem_wipe(kek, sizeof kek);
}

static bool
customer_unwrap(
    const uint8_t *customer, struct span aad, struct span wrapped, uint8_t data[SEAL_KEY])
{
	uint8_t kek[SEAL_KEY];
	bool good;

	if (wrapped.n != SALT + SEAL_BOX + SEAL_KEY)
		return false;
	customer_kek(customer, span_head(wrapped, SALT), kek);
	good = seal_box_open(kek, aad, span_from(wrapped, SALT), data);
	mem_wipe(kek, sizeof kek);
	return good;
}

void
crypt_wrap(const struct kms *k, const struct crypt_want *w, uint64_t bucket,
    struct arena *a, const struct sealed_keys *keys, struct span *side)
{
	struct rec_crypt r = { .mode = w->mode, .bucket_key = w->bucket_key };
	struct buf wrapped = { 0 }, outer = { 0 }, aad = { 0 }, row = { 0 };

	MUST(keys->two == (w->mode == CRYPT_DSSE));
	if (w->mode == CRYPT_KMS || w->mode == CRYPT_DSSE) {
		r.key = kms_key_id(w->key);
		r.context = w->context;
	}
	(void)aad_of(&aad, &r);
	if (w->mode == CRYPT_CUSTOMER)
		customer_wrap(w->customer, buf_view(&aad), keys->data, &wrapped);
	else
		kms_wrap(r.key.n > 0 ? w->key : kms_inner(k), w->bucket_key ? bucket : 0,
		    buf_view(&aad), keys->data, &wrapped);
	if (keys->two)
		kms_wrap(kms_inner(k), 0, buf_view(&aad), keys->outer, &outer);
	r.wrapped = buf_view(&wrapped);
	r.outer = buf_view(&outer);
	rec_crypt_put(&row, &r);
	*side = arena_span(a, buf_view(&row));
	buf_fini(&wrapped);
	buf_fini(&outer);
	buf_fini(&aad);
	buf_fini(&row);
}

void
crypt_begin(const struct kms *k, const struct crypt_want *w, uint64_t bucket,
    struct arena *a, struct sealed_keys *keys, struct span *side)
{
	*keys = (struct sealed_keys){ .two = w->mode == CRYPT_DSSE };
	rand_bytes(keys->data, sizeof keys->data);
	if (keys->two)
		rand_bytes(keys->outer, sizeof keys->outer);
	crypt_wrap(k, w, bucket, a, keys, side);
}

enum err
crypt_customer_check(uint8_t mode, const uint8_t *customer, struct fail *fail)
{
	if ((mode == CRYPT_CUSTOMER) == (customer != NULL))
		return OK;
	return fail_msg(fail, E_INVALID_REQUEST, "%s",
	    customer == NULL
		? "The object was stored using a form of Server Side Encryption. The "
		  "correct parameters must be provided to retrieve the object."
		: "The encryption parameters are not applicable to this object.");
}

/* A named key that is gone, or a side of another store. */
static enum err
named_unwrap(const struct kms *k, const struct rec_crypt *r, struct span aad,
    struct sealed_keys *out, struct fail *fail)
{
	const struct kms_key *key = r->key.n > 0 ? kms_by_id(k, r->key) : kms_inner(k);
	enum err e;

	if (key == NULL)
		return fail_msg(fail, E_KMS_NOT_FOUND, "Key '%.*s' does not exist",
		    (int)r->key.n, r->key.p);
	e = kms_usable(key, fail);
	if (e == OK)
		e = kms_unwrap(key, aad, r->wrapped, out->data);
	if (e == OK && r->mode == CRYPT_DSSE)
		e = kms_unwrap(kms_inner(k), aad, r->outer, out->outer);
	return e;
}

enum err
crypt_open(const struct kms *k, struct span side, const uint8_t *customer,
    struct sealed_keys *keys, struct fail *fail)
{
	struct sealed_keys out = { 0 };
	struct buf aad = { 0 };
	struct rec_crypt r;
	enum err e = rec_crypt_get(side, &r);

	if (e == OK)
		e = crypt_customer_check(r.mode, customer, fail);
	if (e != OK)
		return e;
	out.two = r.mode == CRYPT_DSSE;
	(void)aad_of(&aad, &r);
	if (r.mode != CRYPT_CUSTOMER)
		e = named_unwrap(k, &r, buf_view(&aad), &out, fail);
	else if (!customer_unwrap(customer, buf_view(&aad), r.wrapped, out.data))
		e = fail_msg(fail, E_ACCESS_DENIED,
		    "Requests specifying Server Side Encryption with Customer provided "
		    "keys must provide the correct secret key.");
	buf_fini(&aad);
	if (e == OK)
		*keys = out;
	sealed_keys_wipe(&out);
	return e;
}

enum err
crypt_rewrap(const struct kms *k, struct span side, struct arena *a, struct span *out,
    bool *changed)
{
	struct buf wrapped = { 0 }, outer = { 0 }, aad = { 0 }, row = { 0 };
	const struct kms_key *key;
	struct rec_crypt r;
	enum err e = rec_crypt_get(side, &r);

	*changed = false;
	if (e != OK || r.mode == CRYPT_CUSTOMER)
		return e;
	key = r.key.n > 0 ? kms_by_id(k, r.key) : kms_inner(k);
	if (key == NULL)
		return E_CORRUPT;
	if (kms_is_current(key, r.wrapped) &&
	    (r.outer.n == 0 || kms_is_current(kms_inner(k), r.outer)))
		return OK;
	(void)aad_of(&aad, &r);
	e = kms_rewrap(key, buf_view(&aad), r.wrapped, &wrapped);
	if (e == OK && r.outer.n > 0)
		e = kms_rewrap(kms_inner(k), buf_view(&aad), r.outer, &outer);
	if (e == OK) {
		r.wrapped = buf_view(&wrapped);
		r.outer = buf_view(&outer);
		rec_crypt_put(&row, &r);
		*out = arena_span(a, buf_view(&row));
		*changed = true;
	}
	buf_fini(&wrapped);
	buf_fini(&outer);
	buf_fini(&aad);
	buf_fini(&row);
	return e;
}
