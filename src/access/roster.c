/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/roster.h"

#include "base/mem.h"
#include "roster_priv.h"

enum { SLOTS = 512, MEMORY = 4 << 20, NOTE_MS = 15 * 60 * 1000 };

struct roster {
	struct access *access;
	struct reader *reader;
	struct credential_own *slot[SLOTS];
};

struct roster *
roster_new(struct access *a)
{
	struct roster *r = mem_zalloc(sizeof *r);

	r->access = a;
	r->reader = reader_new(access_inner(a)->store);
	return r;
}

static struct credential_own *
own(struct credential *c)
{
	struct credential_own *o = CONTAINER_OF(c, struct credential_own, c);

	CHECK(o, CREDENTIAL_MAGIC);
	return o;
}

void
roster_drop(struct credential **credential)
{
	struct credential *c = *credential;
	struct credential_own *o;

	*credential = NULL;
	if (c == NULL || --c->refs > 0)
		return;
	o = own(c);
	principal_unload(o);
	mem_wipe(&o->c.secret, sizeof o->c.secret);
	arena_fini(&o->mem);
	o->magic = 0;
	mem_free(o);
}

static void
slot_empty(struct credential_own **slot)
{
	struct credential *c;

	if (*slot == NULL)
		return;
	c = &(*slot)->c;
	*slot = NULL;
	roster_drop(&c);
}

void
roster_free(struct roster **roster)
{
	struct roster *r = *roster;

	if (r == NULL)
		return;
	*roster = NULL;
	for (size_t i = 0; i < SLOTS; i++)
		slot_empty(&r->slot[i]);
	reader_free(&r->reader);
	mem_free(r);
}

static struct credential_own **
slot_of(struct roster *r, struct span key, struct span token)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (uint8_t)key.p[i]) * 16777619u;
	/* Of one key there may be many; their ends are as good as drawn. */
	token = span_from(token, token.n > 16 ? token.n - 16 : 0);
	for (size_t i = 0; i < token.n; i++)
		h = (h ^ (uint8_t)token.p[i]) * 16777619u;
	return &r->slot[(h ^ h >> 16) % SLOTS];
}

struct load {
	const struct access *access;
	struct credential_own *own;
	const struct session *session;
};

static enum err
load_read(struct txn *t, void *arg)
{
	struct load *l = arg;

	return principal_load(t, l->access, l->own, l->session);
}

static bool
is_temporary(struct span key)
{
	return key.n == SESSION_KEY && span_starts(key, SPAN_LIT("ASIA"));
}

/* A new credential with one reference, or why there is none. */
static enum err
credential_load(struct roster *r, struct span key, struct span token, int64_t now,
    uint64_t changes, struct credential_own **out)
{
	struct credential_own *o = mem_zalloc(sizeof *o);
	struct credential *c = &o->c;
	struct session s;
	struct load l = { r->access, o, NULL };
	enum err e = OK;

	o->magic = CREDENTIAL_MAGIC;
	o->changes = changes;
	c->refs = 1;
	arena_init(&o->mem, MEMORY);
	o->key = arena_span(&o->mem, key);
	o->token = arena_span(&o->mem, token);
	if (token.n > 0 && is_temporary(key)) {
		e = session_open(
		    &o->mem, access_inner(r->access)->keys, o->key, o->token, &s);
		l.session = &s;
	}
	if (e == OK)
		e = store_read(r->reader, load_read, &l);
	if (e == OK && token.n > 0 && !is_temporary(key))
		e = principal_narrow(o, now);
	if (e == OK && arena_failed(&o->mem))
		e = E_NO_RESOURCE;
	if (e == OK)
		*out = o;
	else
		roster_drop(&c);
	return e;
}

static enum err
still_good(const struct credential *c, int64_t now)
{
	if (c->expires == 0 || now < c->expires)
		return OK;
	return c->temporary ? E_EXPIRED_TOKEN : E_NOT_FOUND;
}

enum err
roster_find(struct roster *r, struct span key, struct span token, int64_t now,
    struct credential **out)
{
	struct credential_own **slot = slot_of(r, key, token), *o = *slot;
	uint64_t changes = store_changes(access_inner(r->access)->store, T_IDENTITY);
	enum err e;

	/* A temporary key is nothing without its token; the token of another key is one that
	 * its holder made, or nothing. */
	if (is_temporary(key) && token.n == 0)
		return E_NOT_FOUND;
	if (!is_temporary(key) && token.n > 0 && !tempcred_is(token))
		return E_INVALID_TOKEN;
	if (o == NULL || o->changes != changes || !span_eq(o->key, key) ||
	    !span_eq(o->token, token)) {
		e = credential_load(r, key, token, now, changes, &o);
		if (e != OK)
			return e;
		slot_empty(slot);
		*slot = o;
	}
	e = still_good(&o->c, now);
	if (e != OK)
		return e;
	o->c.refs++;
	*out = &o->c;
	return OK;
}

/* ---- use ---- */

struct note {
	struct store_write write;
	char id[KEY_ID_MAX], region[64], service[8];
	size_t id_n, region_n, service_n;
	int64_t now_ms;
};

static enum err
note_write(struct txn *t, void *arg)
{
	struct note *n = CONTAINER_OF(arg, struct note, write);
	struct span id = span_of(n->id, n->id_n);
	const struct key_use use = { n->now_ms, span_of(n->service, n->service_n),
		span_of(n->region, n->region_n) };
	struct rec_key key;
	enum err e = directory_key_get(t, id, &key);

	/* It may be gone by now. */
	return e == OK ? directory_use_put(t, id, &use) : e;
}

static void
note_done(struct store_write *w)
{
	struct note *n = CONTAINER_OF(w, struct note, write);

	mem_free(n);
}

static size_t
copy(char *out, size_t room, struct span s)
{
	s = span_head(s, room);
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	return s.n;
}

void
roster_used(struct roster *r, const struct credential *c, const char *service,
    struct span region, int64_t now_ms)
{
	struct credential_own *o = own((struct credential *)(uintptr_t)c);
	struct note *n;

	if (c->temporary || c->entity_id.n == 0 ||
	    (o->noted_ms != 0 && now_ms - o->noted_ms < NOTE_MS))
		return;
	o->noted_ms = now_ms;
	n = mem_zalloc(sizeof *n);
	n->id_n = copy(n->id, sizeof n->id, o->key);
	n->region_n = copy(n->region, sizeof n->region, region);
	n->service_n = copy(n->service, sizeof n->service, span_str(service));
	n->now_ms = now_ms;
	n->write = (struct store_write){ .fn = note_write, .done = note_done };
	store_write(access_inner(r->access)->store, &n->write);
}
