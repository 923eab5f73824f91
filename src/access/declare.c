/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/declare.h"

#include "base/io.h"
#include "base/mem.h"
#include "codec/digest.h"
#include "declare_priv.h"
#include "roster_priv.h"

enum { FILE_MAX = 256 << 20, MEMORY = 1 << 30 };

static const char purpose[] = "identity file";

struct declaring {
	const struct access *access;
	struct declared *d; /* NULL: nothing is declared */
	uint8_t digest[32]; /* of the file */
	int64_t now_ms;
	bool same; /* it is what is declared already */
};

/* The file's digest is kept sealed: it is one of secrets. */
static enum err
look(struct txn *t, void *arg)
{
	struct declaring *c = arg;
	uint8_t was[32];
	struct span sealed;
	enum err e = directory_declared_get(t, &sealed);

	c->same = false;
	if (e == E_NOT_FOUND) {
		c->same = c->d == NULL;
		return OK;
	}
	if (e != OK || c->d == NULL)
		return e;
	c->same = sealed.n == sizeof was + KEYRING_BOX &&
	    keyring_open(
		access_inner(c->access)->keys, purpose, SPAN_NONE, sealed, was) == OK &&
	    digest_equal(was, c->digest, sizeof was);
	return OK;
}

static enum err
declare_links(struct txn *t, const struct declared *d, const struct declared_entity *w)
{
	const struct entity *e = &w->e;
	struct directory_link l = { .declared = true,
		.account = w->account,
		.to = (enum entity_kind)e->kind,
		.name = e->name };
	const struct managed *built_in;
	struct managed_arn part;
	enum err bad = OK;

	l.kind = DIRECTORY_MEMBER;
	for (size_t i = 0; bad == OK && i < e->groups.n; i++) {
		l.from = e->groups.field[i].name;
		bad = directory_link(t, &l);
	}
	for (size_t i = 0; bad == OK && i <= e->attached.n; i++) {
		struct span arn =
		    i < e->attached.n ? e->attached.field[i].name : e->boundary;

		if (arn.n == 0)
			continue;
		l.kind = i < e->attached.n ? DIRECTORY_ATTACHED : DIRECTORY_BOUNDS;
		built_in = managed_find(arn);
		MUST(managed_arn_split(arn, &part));
		l.from = built_in != NULL
		    ? span_str(built_in->id)
		    : declare_find(d, ENTITY_POLICY, part.account, part.name)->e.id;
		bad = directory_link(t, &l);
	}
	return bad;
}

static enum err
declare_entity(struct txn *t, const struct declaring *c, const struct declared_entity *w)
{
	struct entity e = w->e;
	enum err bad;

	e.created_ms = e.changed_ms = c->now_ms;
	if (e.kind == ENTITY_POLICY)
		be64_put(
		    (char *)(uintptr_t)e.versions.field[0].value.p, (uint64_t)c->now_ms);
	bad = directory_declare(t, w->account, &e);
	return bad == OK ? declare_links(t, c->d, w) : bad;
}

static enum err
declare_key(struct txn *t, const struct declaring *c, const struct declared_key *k)
{
	struct rec_key r = { .owner = k->user.n > 0 ? KEY_OF_USER : KEY_OF_ROOT,
		.active = k->active,
		.user = k->user,
		.created_ms = c->now_ms };
	struct buf sealed = { 0 };
	enum err e;

	memcpy(r.account, k->account.p, ACCOUNT_DIGITS);
	r.number = store_next_id(t);
	access_seal_secret(c->access, k->id, k->secret, &sealed);
	r.sealed = buf_view(&sealed);
	e = directory_declare_key(t, k->id, &r);
	buf_fini(&sealed);
	return e;
}

static enum err
declare_write(struct txn *t, void *arg)
{
	struct declaring *c = arg;
	struct buf sealed = { 0 };
	enum err e = directory_declared_clear(t);

	if (c->d == NULL)
		return e;
	for (size_t i = 0; e == OK && i < c->d->nentity; i++)
		e = declare_entity(t, c, &c->d->entity[i]);
	for (size_t i = 0; e == OK && i < c->d->nkey; i++)
		e = declare_key(t, c, &c->d->key[i]);
	keyring_seal(access_inner(c->access)->keys, purpose, SPAN_NONE,
	    span_of(c->digest, sizeof c->digest), &sealed);
	if (e == OK)
		e = directory_declared_put(t, buf_view(&sealed));
	buf_fini(&sealed);
	return e;
}

/* Look first: a start that changes nothing writes nothing. */
static enum err
declare_sync(struct declaring *c)
{
	struct store *store = access_inner(c->access)->store;
	struct reader *reader = reader_new(store);
	enum err e = store_read(reader, look, c);

	reader_free(&reader);
	if (e != OK || c->same)
		return e;
	return store_write_wait(store, declare_write, c);
}

static enum err
file_read(const char *path, struct buf *out, struct fail *fail)
{
	int rc = io_read_file(path, out, FILE_MAX);

	return rc == 0 ? OK
		       : fail_msg(fail, E_CONFIG,
			     "identities: '%s' can't be read (%s); allowed: a JSON file",
			     path, strerrordesc_np(-rc));
}

enum err
declare_load(struct access *a, const char *path, const char *given, int64_t now_ms,
    struct fail *fail)
{
	struct declaring c = { .access = a, .now_ms = now_ms };
	struct declared d = { 0 };
	struct arena arena;
	struct buf text = { 0 };
	enum err e = OK;

	arena_init(&arena, MEMORY);
	if (path[0] != '\0' || given != NULL) {
		d.arena = &arena;
		c.d = &d;
		if (path[0] != '\0')
			e = file_read(path, &text, fail);
		else {
			path = "--declare";
			buf_str(&text, given);
		}
		if (e == OK)
			e = declare_parse(&d, buf_view(&text), path, a, fail);
		digest_of(DIGEST_SHA256, buf_view(&text), c.digest);
	}
	if (e == OK) {
		access_set_accounts(a, d.account, d.naccount);
		e = declare_sync(&c);
		if (e != OK)
			(void)fail_msg(fail, e, "identities: '%s' can't be stored: %s",
			    path, err_row(e)->message);
	}
	if (text.p != NULL)
		mem_wipe(text.p, text.n);
	buf_fini(&text);
	arena_fini(&arena);
	if (path[0] != '\0')
		mem_trim(); /* a large file leaves much behind */
	return e;
}
