/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/directory.h"

#include "model_priv.h"

static void
put_list(struct buf *out, const struct entity_list *l)
{
	enc_u16(out, (uint16_t)l->n);
	for (size_t i = 0; i < l->n; i++) {
		enc_span(out, l->field[i].name);
		enc_span(out, l->field[i].value);
	}
}

static void
get_list(struct dec *d, struct arena *a, struct entity_list *out)
{
	size_t n = dec_u16(d);

	/* Each takes eight bytes at least: no number in a damaged row costs more memory. */
	if (n * 8 > d->in.n)
		d->bad = true;
	if (d->bad || n == 0)
		return;
	out->field = arena_array(a, n, sizeof *out->field);
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		out->field[i].name = dec_span(d);
		out->field[i].value = dec_span(d);
	}
}

void
rec_entity_put(struct buf *out, const struct entity *e)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, e->kind);
	enc_span(out, e->id);
	enc_span(out, e->name);
	enc_span(out, e->path);
	enc_u64(out, (uint64_t)e->created_ms);
	enc_u64(out, (uint64_t)e->changed_ms);
	enc_span(out, e->description);
	enc_span(out, e->boundary);
	enc_span(out, e->trust);
	enc_u64(out, e->number);
	enc_u64(out, e->last);
	put_list(out, &e->tags);
	put_list(out, &e->inlines);
	put_list(out, &e->attached);
	put_list(out, &e->groups);
	put_list(out, &e->keys);
	put_list(out, &e->versions);
}

enum err
rec_entity_get(struct arena *a, struct span in, struct entity *out)
{
	struct dec d = { .in = in };
	struct entity e = { 0 };
	enum err bad;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	e.kind = dec_u8(&d);
	e.id = dec_span(&d);
	e.name = dec_span(&d);
	e.path = dec_span(&d);
	e.created_ms = (int64_t)dec_u64(&d);
	e.changed_ms = (int64_t)dec_u64(&d);
	e.description = dec_span(&d);
	e.boundary = dec_span(&d);
	e.trust = dec_span(&d);
	e.number = dec_u64(&d);
	e.last = dec_u64(&d);
	get_list(&d, a, &e.tags);
	get_list(&d, a, &e.inlines);
	get_list(&d, a, &e.attached);
	get_list(&d, a, &e.groups);
	get_list(&d, a, &e.keys);
	get_list(&d, a, &e.versions);
	bad = dec_end(&d);
	if (bad == OK && e.kind != ENTITY_USER && e.kind != ENTITY_GROUP &&
	    e.kind != ENTITY_ROLE && e.kind != ENTITY_POLICY)
		bad = E_CORRUPT;
	for (size_t i = 0; bad == OK && i < e.versions.n; i++)
		if (e.versions.field[i].value.n < 8)
			bad = E_CORRUPT;
	if (bad == OK)
		*out = e;
	return bad;
}

int64_t
entity_version_made(struct span value)
{
	return (int64_t)be64_get(value.p);
}

struct span
entity_version_text(struct span value)
{
	return span_from(value, 8);
}

const struct field *
entity_find(const struct entity_list *l, struct span name)
{
	for (size_t i = 0; i < l->n; i++)
		if (span_eq(l->field[i].name, name))
			return &l->field[i];
	return NULL;
}

/* The second version has a name. */
enum { KEY_VERSION = 2 };

void
rec_key_put(struct buf *out, const struct rec_key *r)
{
	enc_u8(out, KEY_VERSION);
	enc_u8(out, r->owner);
	enc_u8(out, r->active);
	buf_put(out, r->account, ACCOUNT_DIGITS);
	enc_span(out, r->user);
	enc_u64(out, r->number);
	enc_u64(out, (uint64_t)r->created_ms);
	enc_u64(out, (uint64_t)r->expires_ms);
	enc_span(out, r->sealed);
	enc_span(out, r->policy);
	enc_span(out, r->description);
	enc_span(out, r->name);
}

enum err
rec_key_get(struct span in, struct rec_key *out)
{
	struct dec d = { .in = in };
	struct rec_key r = { 0 };
	uint8_t version = dec_u8(&d), active;
	enum err e;

	if (version < REC_VERSION || version > KEY_VERSION)
		return E_CORRUPT;
	r.owner = dec_u8(&d);
	active = dec_u8(&d);
	r.active = active == 1;
	dec_bytes(&d, r.account, ACCOUNT_DIGITS);
	r.user = dec_span(&d);
	r.number = dec_u64(&d);
	r.created_ms = (int64_t)dec_u64(&d);
	r.expires_ms = (int64_t)dec_u64(&d);
	r.sealed = dec_span(&d);
	r.policy = dec_span(&d);
	r.description = dec_span(&d);
	if (version == KEY_VERSION)
		r.name = dec_span(&d);
	e = dec_end(&d);
	if (e == OK && (r.owner > KEY_OF_SERVICE || active > 1))
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}
