/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long keys against a sorted model. The input is a row of operations of four bytes: what,
 * which of a few fills, a length around the edges of the pieces, a last byte. The store
 * stays open; each input has a space of its own.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store.h"
#include "store/table.h"

#include "../scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS_MAX = 256, KEY_ROOM = KEY_DEPTH * 502 };

struct model {
	char *key[KEYS_MAX];
	size_t len[KEYS_MAX];
	size_t n;
};

struct run {
	const uint8_t *data;
	size_t size;
	uint64_t space;
	struct model m;
};

static enum err
nothing(struct txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return OK;
}

static struct store *
fuzz_store(void)
{
	static const char *const tables[] = { "keys" };
	static struct store *s;
	struct store_conf conf = { .durability = STORE_NONE,
		.map_size = (uint64_t)1 << 30,
		.tables = tables,
		.ntables = 1 };
	char dir[] = "/tmp/key-fuzz-XXXXXX";

	if (s != NULL)
		return s;
	MUST(mkdtemp(dir) != NULL);
	conf.dir = dir;
	MUST(store_open(&s, &conf, NULL) == OK);
	/* Its making goes on behind the opening, but is over before the first write. */
	MUST(store_write_wait(s, nothing, NULL) == OK);
	/* LMDB and the lock keep their descriptors: nothing is left behind. */
	scratch_remove(dir);
	return s;
}

static struct span
at(const struct model *m, size_t i)
{
	return span_of(m->key[i], m->len[i]);
}

static size_t
find(const struct model *m, struct span key, bool *found)
{
	size_t i = 0;

	while (i < m->n && span_cmp(at(m, i), key) < 0)
		i++;
	*found = i < m->n && span_eq(at(m, i), key);
	return i;
}

static void
add(struct model *m, struct span key)
{
	bool found;
	size_t i = find(m, key, &found);

	if (found)
		return;
	memmove(&m->key[i + 1], &m->key[i], (m->n - i) * sizeof m->key[0]);
	memmove(&m->len[i + 1], &m->len[i], (m->n - i) * sizeof m->len[0]);
	m->key[i] = mem_span(key);
	m->len[i] = key.n;
	m->n++;
}

static void
take(struct model *m, size_t i)
{
	mem_free(m->key[i]);
	m->n--;
	memmove(&m->key[i], &m->key[i + 1], (m->n - i) * sizeof m->key[0]);
	memmove(&m->len[i], &m->len[i + 1], (m->n - i) * sizeof m->len[0]);
}

static struct span
make_key(char room[KEY_ROOM], const uint8_t *op)
{
	static const char fills[] = { 'a', 0, (char)0xff, 'b' };
	size_t n = (size_t)(op[2] >> 5) * 502 + (op[2] & 31);

	n = n >= 16 ? n - 16 : 0;
	memset(room, fills[op[1] & 3], n);
	if (n > 0 && (op[1] & 4) != 0)
		room[n - 1] = (char)op[3];
	if (n > 0 && (op[1] & 8) != 0)
		room[n / 2] = (char)op[3];
	if (n > 502 && (op[1] & 16) != 0)
		room[501] = (char)op[3];
	return span_of(room, n);
}

static void
expect(const struct run *r, const struct key_cursor *c, enum err e, size_t i)
{
	if (i == r->m.n) {
		MUST(e == E_NOT_FOUND);
		return;
	}
	MUST(e == OK);
	MUST(span_eq(c->key, at(&r->m, i)));
	MUST(c->value.n == 8 && be64_get(c->value.p) == c->key.n);
}

static void
probe(struct txn *t, const struct run *r, struct span key)
{
	struct key_cursor c;
	struct span v;
	bool found;
	size_t i = find(&r->m, key, &found);
	enum err e;

	MUST((key_get(t, 0, r->space, key, &v) == OK) == found);
	MUST(key_begin(t, 0, r->space, &c) == OK);
	for (e = key_seek(&c, key); i < r->m.n; e = key_next(&c))
		expect(r, &c, e, i++);
	expect(r, &c, e, i);
	i = find(&r->m, key, &found);
	while (i < r->m.n && span_starts(at(&r->m, i), key))
		i++;
	e = key_skip(&c, key);
	expect(r, &c, e, i);
	key_end(&c);
}

static enum err
fuzz_fn(struct txn *t, void *arg)
{
	static char room[KEY_ROOM];
	struct run *r = arg;

	for (size_t i = 0; i + 4 <= r->size; i += 4) {
		const uint8_t *op = r->data + i;
		struct span key = make_key(room, op);
		char value[8];
		bool found;
		size_t k = find(&r->m, key, &found);

		be64_put(value, key.n);
		if (op[0] % 4 < 2 && r->m.n < KEYS_MAX) {
			MUST(key_put(t, 0, r->space, key, span_of(value, 8)) == OK);
			add(&r->m, key);
		} else if (op[0] % 4 == 2) {
			MUST(key_del(t, 0, r->space, key) == (found ? OK : E_NOT_FOUND));
			if (found)
				take(&r->m, k);
		} else
			probe(t, r, key);
	}
	probe(t, r, SPAN_NONE);
	while (r->m.n > 0) {
		MUST(key_del(t, 0, r->space, at(&r->m, r->m.n / 2)) == OK);
		take(&r->m, r->m.n / 2);
	}
	probe(t, r, SPAN_NONE);
	return E_PRECONDITION; /* nothing of it stays */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t space;
	struct run r = {
		.data = data, .size = size < 4096 ? size : 4096, .space = ++space
	};

	MUST(store_write_wait(fuzz_store(), fuzz_fn, &r) == E_PRECONDITION);
	return 0;
}
