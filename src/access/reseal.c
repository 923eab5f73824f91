/* SPDX-License-Identifier: Apache-2.0 */
/* A new master key: what an older one sealed is sealed anew, some hundreds at a time. */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"
#include "roster_priv.h"

enum { BATCH = 500, ID_ROOM = KEY_ID_MAX };

struct resealing {
	const struct access *access;
	size_t n;
	size_t id_n[BATCH];
	char id[BATCH][ID_ROOM];
	uint64_t count;
};

static bool
find_row(void *ctx, struct span id, const struct rec_key *r)
{
	struct resealing *s = ctx;

	if (id.n > ID_ROOM ||
	    keyring_is_current(access_inner(s->access)->keys, r->sealed))
		return true;
	memcpy(s->id[s->n], id.p, id.n);
	s->id_n[s->n++] = id.n;
	return s->n < BATCH;
}

static enum err
find_read(struct txn *t, void *arg)
{
	struct resealing *s = arg;

	s->n = 0;
	return directory_key_each(t, SPAN_NONE, find_row, s);
}

/* The row as it is stored, whatever hides it. */
static enum err
reseal_one(struct txn *t, const struct resealing *s, struct span id)
{
	struct access_secret secret;
	struct buf sealed = { 0 };
	struct arena a;
	struct rec_key k;
	enum err e = directory_key_stored(t, id, &k);

	if (e == OK)
		e = access_open_secret(s->access, id, k.sealed, &secret);
	if (e != OK)
		return e;
	arena_init(&a, 0);
	access_seal_secret(s->access, id, span_of(secret.secret, secret.n), &sealed);
	mem_wipe(&secret, sizeof secret);
	k.sealed = buf_view(&sealed);
	k.user = arena_span(&a, k.user);
	k.policy = arena_span(&a, k.policy);
	k.description = arena_span(&a, k.description);
	e = directory_key_put(t, id, &k);
	buf_fini(&sealed);
	arena_fini(&a);
	return e;
}

static enum err
reseal_write(struct txn *t, void *arg)
{
	struct resealing *s = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < s->n; i++)
		e = reseal_one(t, s, span_of(s->id[i], s->id_n[i]));
	return e;
}

enum err
access_reseal(struct access *a)
{
	const struct access_inner *in = access_inner(a);
	struct resealing *s;
	struct reader *reader;
	enum err e;

	if (keyring_count(in->keys) < 2)
		return OK;
	s = mem_zalloc(sizeof *s);
	s->access = a;
	reader = reader_new(in->store);
	do {
		e = store_read(reader, find_read, s);
		if (e == OK && s->n > 0)
			e = store_write_wait(in->store, reseal_write, s);
		s->count += s->n;
	} while (e == OK && s->n > 0);
	if (e == OK && s->count > 0)
		log_info("%llu secrets were sealed anew by the present master key",
		    (unsigned long long)s->count);
	reader_free(&reader);
	mem_free(s);
	return e;
}
