/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sigkey_priv.h"

#include <string.h>

#include "base/mem.h"

enum { SIGKEY_SETS = 32, SIGKEY_WAYS = 4, SIGKEY_AK = 64, SIGKEY_REGION = 32 };

struct sigkey_slot {
	struct sigkey sk; /* hmac NULL: free */
	uint64_t generation;
	char access_key[SIGKEY_AK], region[SIGKEY_REGION], date[8];
	uint8_t access_key_n, region_n;
};

struct sigkey_cache {
	struct sigkey_slot slot[SIGKEY_SETS][SIGKEY_WAYS];
	uint8_t next[SIGKEY_SETS]; /* the way to give up next */
};

struct sigkey_cache *
sigkey_new(void)
{
	return mem_zalloc(sizeof(struct sigkey_cache));
}

void
sigkey_free(struct sigkey_cache **c)
{
	if (*c == NULL)
		return;
	for (size_t i = 0; i < SIGKEY_SETS; i++)
		for (size_t j = 0; j < SIGKEY_WAYS; j++)
			if ((*c)->slot[i][j].sk.hmac != NULL)
				hmac_free(&(*c)->slot[i][j].sk.hmac);
	mem_wipe(*c, sizeof **c);
	mem_free(*c);
	*c = NULL;
}

static size_t
sigkey_set(struct span access_key, struct span date, struct span region)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < access_key.n; i++)
		h = (h ^ (uint8_t)access_key.p[i]) * 16777619u;
	h = (h ^ (uint8_t)date.p[7]) * 16777619u;
	if (region.n > 0)
		h = (h ^ (uint8_t)region.p[region.n - 1]) * 16777619u;
	return (h ^ h >> 16) % SIGKEY_SETS;
}

static bool
sigkey_fits(struct span access_key, struct span date, struct span region)
{
	return access_key.n <= SIGKEY_AK && region.n <= SIGKEY_REGION && date.n == 8;
}

static bool
slot_is(const struct sigkey_slot *s, struct span access_key, struct span date,
    struct span region)
{
	return s->sk.hmac != NULL && s->access_key_n == access_key.n &&
	    s->region_n == region.n && memcmp(s->date, date.p, 8) == 0 &&
	    memcmp(s->access_key, access_key.p, access_key.n) == 0 &&
	    (region.n == 0 || memcmp(s->region, region.p, region.n) == 0);
}

const struct sigkey *
sigkey_find(const struct sigkey_cache *c, struct span access_key, struct span date,
    struct span region, uint64_t generation)
{
	const struct sigkey_slot *s;

	if (!sigkey_fits(access_key, date, region))
		return NULL;
	s = c->slot[sigkey_set(access_key, date, region)];
	for (size_t j = 0; j < SIGKEY_WAYS; j++)
		if (s[j].generation == generation &&
		    slot_is(&s[j], access_key, date, region))
			return &s[j].sk;
	return NULL;
}

/* The slot of an older generation, a free one, or the next in turn. */
static struct sigkey_slot *
sigkey_victim(
    struct sigkey_cache *c, struct span access_key, struct span date, struct span region)
{
	size_t set = sigkey_set(access_key, date, region);
	struct sigkey_slot *s = c->slot[set];

	for (size_t j = 0; j < SIGKEY_WAYS; j++)
		if (slot_is(&s[j], access_key, date, region))
			return &s[j];
	for (size_t j = 0; j < SIGKEY_WAYS; j++)
		if (s[j].sk.hmac == NULL)
			return &s[j];
	return &s[c->next[set]++ % SIGKEY_WAYS];
}

void
sigkey_add(struct sigkey_cache *c, struct span access_key, struct span date,
    struct span region, uint64_t generation, const uint8_t key[32])
{
	struct sigkey_slot *s;

	if (!sigkey_fits(access_key, date, region))
		return;
	s = sigkey_victim(c, access_key, date, region);
	if (s->sk.hmac != NULL)
		hmac_free(&s->sk.hmac);
	s->sk.hmac = hmac_new(span_of(key, 32));
	memcpy(s->sk.key, key, 32);
	s->generation = generation;
	memcpy(s->date, date.p, 8);
	memcpy(s->access_key, access_key.p, access_key.n);
	s->access_key_n = (uint8_t)access_key.n;
	if (region.n > 0)
		memcpy(s->region, region.p, region.n);
	s->region_n = (uint8_t)region.n;
}

void
sigkey_derive(uint8_t key[32], struct span secret, struct span date, struct span region,
    const char *service)
{
	char first[4 + sizeof((struct auth_secret *)0)->secret];
	uint8_t other[32];

	MUST(secret.n <= sizeof first - 4);
	memcpy(first, "AWS4", 4);
	if (secret.n > 0)
		memcpy(first + 4, secret.p, secret.n);
	hmac_sha256(span_of(first, 4 + secret.n), date, key);
	hmac_sha256(span_of(key, 32), region, other);
	hmac_sha256(span_of(other, 32), span_str(service != NULL ? service : "s3"), key);
	hmac_sha256(span_of(key, 32), SPAN_LIT("aws4_request"), other);
	memcpy(key, other, 32);
	mem_wipe(other, sizeof other);
	mem_wipe(first, sizeof first);
}
