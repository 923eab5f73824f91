/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/remote_tier.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "model_priv.h"

enum { TIER_VERSION = 1 };

/* A name may be in somebody's hands when its tier goes: names stay, linked together, for a
 * tier of the same name later on. */
struct known {
	struct known *next;
	char name[TIER_NAME_MAX + 1];
};
static struct known *_Atomic all;
static const char *_Atomic names[TIER_SLOTS];
/* Slot + 1 of each class. */
static atomic_uchar slots[CLASS_TIER + TIER_SLOTS];
static atomic_uint count;

static const char *
name_keep(struct span name)
{
	struct known *k;

	for (k = atomic_load(&all); k != NULL; k = k->next)
		if (span_is(name, k->name))
			return k->name;
	k = mem_zalloc(sizeof *k);
	memcpy(k->name, name.p, name.n < TIER_NAME_MAX ? name.n : TIER_NAME_MAX);
	k->next = atomic_load(&all);
	while (!atomic_compare_exchange_weak(&all, &k->next, k))
		continue;
	return k->name;
}

void
remote_tier_name_set(unsigned slot, struct span name)
{
	const char *was;
	uint8_t class = (uint8_t)(CLASS_TIER + slot);

	MUST(slot < TIER_SLOTS);
	was = atomic_load(&names[slot]);
	if (was != NULL) {
		if (class_find(span_str(was), &class))
			atomic_store(&slots[class], 0);
		atomic_store(&names[slot], NULL);
		atomic_fetch_sub(&count, 1);
	}
	if (name.n == 0)
		return;
	class = (uint8_t)(CLASS_TIER + slot);
	(void)class_find(name, &class); /* one of S3's own? */
	atomic_store(&names[slot], name_keep(name));
	atomic_store(&slots[class], (unsigned char)(slot + 1));
	atomic_fetch_add(&count, 1);
}

const char *
remote_tier_name(unsigned slot)
{
	return slot < TIER_SLOTS ? atomic_load(&names[slot]) : NULL;
}

int
remote_tier_of_class(uint8_t class)
{
	return class < ARRAY_LEN(slots) ? (int)atomic_load(&slots[class]) - 1 : TIER_NONE;
}

bool
remote_tier_any(void)
{
	return atomic_load(&count) > 0;
}

void
rec_tier_put(struct buf *out, const struct rec_tier *r)
{
	enc_u8(out, TIER_VERSION);
	enc_u8(out, r->style);
	enc_u64(out, (uint64_t)r->made_ms);
	enc_span(out, r->name);
	enc_span(out, r->kind);
	enc_span(out, r->url);
	enc_span(out, r->bucket);
	enc_span(out, r->prefix);
	enc_span(out, r->region);
	enc_span(out, r->class);
	enc_span(out, r->access_key);
	enc_span(out, r->sealed);
}

enum err
rec_tier_get(struct span in, struct rec_tier *out)
{
	struct dec d = { .in = in };
	struct rec_tier r;
	enum err e;

	if (dec_u8(&d) != TIER_VERSION)
		return E_CORRUPT;
	r.style = dec_u8(&d);
	r.made_ms = (int64_t)dec_u64(&d);
	r.name = dec_span(&d);
	r.kind = dec_span(&d);
	r.url = dec_span(&d);
	r.bucket = dec_span(&d);
	r.prefix = dec_span(&d);
	r.region = dec_span(&d);
	r.class = dec_span(&d);
	r.access_key = dec_span(&d);
	r.sealed = dec_span(&d);
	e = dec_end(&d);
	if (e == OK && (r.name.n == 0 || r.name.n > TIER_NAME_MAX))
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}
