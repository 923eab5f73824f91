/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many versions a key may have. The index keeps no count of them, and walking through
 * thousands with every write would hold up all others. So it is remembered of some keys how
 * many they have at most: one that was counted has no more than that and what was added
 * since, whatever was deleted. Only when that reaches the limit is it counted again.
 */
#include "config.h"

#include "base/mem.h"
#include "obj_priv.h"
#include "object/version.h"

enum { SLOTS = 1024 };

/* The writer's alone. A slot that another key took over is a key to be counted, and a write
 * that is undone only makes it more than there are. */
static struct {
	uint64_t hash; /* 0: free */
	uint64_t versions; /* at most */
} slots[SLOTS];

/* FNV-1a. */
static uint64_t
hash_of(const struct txn *t, uint64_t space, struct span key)
{
	uint64_t h = 0xcbf29ce484222325 ^ space ^ (uintptr_t)txn_store(t);

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3;
	return h != 0 ? h : 1;
}

/* The present one and the older ones, as far as most. */
static enum err
count(struct txn *t, const struct rec_bucket *b, struct span key, uint64_t most,
    uint64_t *out)
{
	struct key_cursor *c = mem_alloc(sizeof *c);
	struct buf from = { 0 };
	struct span found;
	uint64_t number, n = 1;
	enum err e;

	version_key_put(&from, key, UINT64_MAX);
	e = key_begin(t, T_VERSION, b->versions, c);
	if (e == OK) {
		for (e = key_seek(c, buf_view(&from)); e == OK && n < most; n++) {
			if (!version_key_get(c->key, &found, &number) ||
			    !span_eq(found, key))
				break;
			e = key_next(c);
		}
		key_end(c);
	}
	buf_fini(&from);
	mem_free(c);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	*out = n;
	return OK;
}

enum err
obj_room_take(struct txn *t, const struct rec_bucket *b, struct span key, uint64_t most)
{
	uint64_t hash = hash_of(t, b->versions, key), n;
	size_t i = hash % SLOTS;
	enum err e;

	if (slots[i].hash == hash && (most == 0 || slots[i].versions < most)) {
		slots[i].versions++;
		return OK;
	}
	if (most == 0)
		return OK;
	e = count(t, b, key, most, &n);
	if (e != OK)
		return e;
	if (n >= most)
		return E_TOO_MANY_VERSIONS;
	slots[i].hash = hash;
	slots[i].versions = n + 1;
	return OK;
}
