/* SPDX-License-Identifier: Apache-2.0 */
/* An access key's identity, read from the directory. */
#include "config.h"

#include "access/policy.h"
#include "base/log.h"
#include "base/mem.h"
#include "roster_priv.h"

enum { POLICIES_MAX = 512 }; /* far above what limits allow to hang on one user */

static const char purpose_key[] = "access key";

struct reading {
	struct txn *t;
	const struct access *a;
	struct credential_own *o;
	struct arena *mem;
	struct arena scratch; /* rows as they are read */
	bool unreadable; /* a policy is there that cannot be read: nothing is allowed */
};

/* ---- policies ---- */

struct gather {
	const struct policy *policy[POLICIES_MAX];
	size_t n;
};

static void
gather_text(struct reading *r, struct gather *g, struct span text)
{
	struct policy *p = NULL;

	if (g->n == POLICIES_MAX ||
	    policy_parse(&p, text, POLICY_IDENTITY, SPAN_NONE, NULL) != OK)
		r->unreadable = true;
	else
		g->policy[g->n++] = p;
}

static enum err
gather_managed(struct reading *r, struct gather *g, struct span arn)
{
	struct span text;
	enum err e = managed_text(r->t, &r->scratch, arn, &text);

	if (e == OK)
		gather_text(r, g, text);
	/* What is attached is there; else the file that declared it has gone. */
	if (e == E_NOT_FOUND)
		r->unreadable = true;
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
gather_entity(struct reading *r, struct gather *g, const struct entity *e)
{
	enum err bad = OK;

	for (size_t i = 0; i < e->inlines.n; i++)
		gather_text(r, g, e->inlines.field[i].value);
	for (size_t i = 0; bad == OK && i < e->attached.n; i++)
		bad = gather_managed(r, g, e->attached.field[i].name);
	return bad;
}

static enum err
gather_groups(struct reading *r, struct gather *g, const struct entity *user)
{
	struct span account = r->o->c.who.account;
	struct entity group;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < user->groups.n; i++) {
		e = directory_get(r->t, &r->scratch, ENTITY_GROUP, account,
		    user->groups.field[i].name, &group);
		if (e == OK && group.number != ENTITY_GROUP_OFF)
			e = gather_entity(r, g, &group);
		else if (e == E_NOT_FOUND)
			e = OK; /* declared once, and not any more */
	}
	return e;
}

static void
gather_end(struct reading *r, struct gather *g, struct policy_set *out)
{
	const struct policy **all = arena_array(r->mem, g->n + 1, sizeof *all);

	if (g->n > 0)
		memcpy(all, g->policy, g->n * sizeof *all);
	out->policy = all;
	out->n = g->n;
	g->n = 0;
}

static void
set_free(struct policy_set *s)
{
	struct policy *p;

	for (size_t i = 0; i < s->n; i++) {
		p = (struct policy *)(uintptr_t)s->policy[i];
		policy_free(&p);
	}
	*s = (struct policy_set){ 0 };
}

void
principal_unload(struct credential_own *o)
{
	set_free(&o->c.who.policies);
	set_free(&o->c.who.boundary);
	set_free(&o->c.who.session);
}

/* ---- names ---- */

static struct span
join(struct arena *a, struct span one, const char *between, struct span two)
{
	return span_str(
	    arena_printf(a, "%.*s%s%.*s", (int)one.n, one.p, between, (int)two.n, two.p));
}

static struct span
arn(struct arena *a, struct span account, const char *kind, struct span path,
    struct span name)
{
	return span_str(arena_printf(a, "arn:aws:iam::%.*s:%s%.*s%.*s", (int)account.n,
	    account.p, kind, (int)path.n, path.p, (int)name.n, name.p));
}

static struct span
sts_arn(struct arena *a, struct span account, const char *kind, struct span rest)
{
	return span_str(arena_printf(a, "arn:aws:sts::%.*s:%s/%.*s", (int)account.n,
	    account.p, kind, (int)rest.n, rest.p));
}

static void
set_account(struct reading *r, struct span id)
{
	struct identity *who = &r->o->c.who;
	struct account *room = arena_alloc(r->mem, sizeof *room);
	const struct account *account;

	who->account = arena_span(r->mem, id);
	account = access_account(r->a, who->account, room);
	who->canonical_id = span_of(account->canonical_id, CANONICAL_ID);
	who->display_name = account->display_name;
}

static void
set_tags(struct reading *r, const struct field *own, size_t nown,
    const struct field *more, size_t nmore)
{
	struct identity *who = &r->o->c.who;
	struct field *f = arena_array(r->mem, nown + nmore + 1, sizeof *f);
	size_t n = 0;

	for (size_t i = 0; i < nmore; i++)
		f[n++] = more[i];
	/* A session's tag goes before the role's of that name, in any case. */
	for (size_t i = 0; i < nown; i++) {
		bool there = false;

		for (size_t k = 0; k < nmore; k++)
			there |= span_ieq(own[i].name, more[k].name);
		if (!there)
			f[n++] = own[i];
	}
	for (size_t i = 0; i < n; i++) {
		f[i].name = arena_span(r->mem, f[i].name);
		f[i].value = arena_span(r->mem, f[i].value);
	}
	who->tag = f;
	who->ntag = n;
}

/* ---- the principals ---- */

static enum err
set_policies(struct reading *r, const struct entity *e)
{
	struct identity *who = &r->o->c.who;
	struct gather *g = arena_zalloc(&r->scratch, sizeof *g);
	enum err bad = gather_entity(r, g, e);

	if (bad == OK && e->kind == ENTITY_USER)
		bad = gather_groups(r, g, e);
	gather_end(r, g, &who->policies);
	if (bad == OK && e->boundary.n > 0) {
		who->has_boundary = true;
		bad = gather_managed(r, g, e->boundary);
		gather_end(r, g, &who->boundary);
	}
	return bad;
}

static void
set_user(struct reading *r, const struct entity *e)
{
	struct identity *who = &r->o->c.who;

	who->kind = IDENTITY_USER;
	who->user_name = arena_span(r->mem, e->name);
	who->user_id = arena_span(r->mem, e->id);
	who->arn = arn(r->mem, who->account, "user", e->path, who->user_name);
	r->o->c.entity_id = who->user_id;
}

static void
set_root(struct reading *r)
{
	struct identity *who = &r->o->c.who;

	who->kind = IDENTITY_ROOT;
	who->user_id = who->account;
	who->arn = arn(r->mem, who->account, "root", SPAN_LIT(""), SPAN_LIT(""));
}

static enum err
load_user(struct reading *r, struct span name, struct entity *user)
{
	enum err e = directory_get(
	    r->t, &r->scratch, ENTITY_USER, r->o->c.who.account, name, user);

	if (e != OK)
		return e;
	set_user(r, user);
	set_tags(r, user->tags.field, user->tags.n, NULL, 0);
	return set_policies(r, user);
}

/* What narrows: a session's own policies, or a service account's. */
static enum err
set_session(struct reading *r, struct span policy, const struct field *arns, size_t narn)
{
	struct identity *who = &r->o->c.who;
	struct gather *g = arena_zalloc(&r->scratch, sizeof *g);
	enum err e = OK;

	who->has_session_policy = true;
	if (policy.n > 0)
		gather_text(r, g, policy);
	for (size_t i = 0; e == OK && i < narn; i++)
		e = gather_managed(r, g, arns[i].name);
	gather_end(r, g, &who->session);
	return e;
}

static enum err
open_sealed(
    const struct access *a, struct span id, struct span sealed, struct access_secret *out)
{
	if (sealed.n <= KEYRING_BOX || sealed.n - KEYRING_BOX > sizeof out->secret)
		return E_CORRUPT;
	out->n = sealed.n - KEYRING_BOX;
	return keyring_open(
	    access_inner(a)->keys, purpose_key, id, sealed, (uint8_t *)out->secret);
}

static enum err
open_secret(struct reading *r, const struct rec_key *k)
{
	struct access_secret *s = &r->o->c.secret;

	s->generation = k->number;
	return open_sealed(r->a, r->o->key, k->sealed, s);
}

void
access_seal_secret(
    const struct access *a, struct span id, struct span secret, struct buf *out)
{
	keyring_seal(access_inner(a)->keys, purpose_key, id, secret, out);
}

static enum err
load_root(struct reading *r, struct span id)
{
	set_account(r, id);
	set_root(r);
	return OK;
}

static enum err
load_key(struct reading *r)
{
	struct credential *c = &r->o->c;
	struct rec_key k;
	struct entity user;
	bool off = false;
	enum err e;

	e = r->o->key.n > KEY_ID_MAX ? E_NOT_FOUND
				     : directory_key_get(r->t, r->o->key, &k);
	if (e == OK && !k.active)
		e = E_NOT_FOUND;
	if (e == OK)
		e = open_secret(r, &k);
	if (e != OK)
		return e;
	c->expires = k.expires_ms / 1000;
	set_account(r, span_of(k.account, ACCOUNT_DIGITS));
	if (k.user.n == 0)
		set_root(r);
	else
		e = load_user(r, k.user, &user);
	if (e == OK && k.owner == KEY_OF_SERVICE && k.user.n > 0)
		e = directory_user_off(r->t, &user, &off);
	if (e == OK && off)
		e = E_NOT_FOUND;
	if (e == OK && k.owner == KEY_OF_SERVICE && k.policy.n > 0)
		e = set_session(r, k.policy, NULL, 0);
	return e;
}

/* ---- sessions ---- */

/* The role or user whose session this is; made anew under its name it is another, and the
 * session may do nothing. */
static enum err
session_entity(
    struct reading *r, const struct session *s, enum entity_kind kind, struct entity *out)
{
	enum err e =
	    directory_get(r->t, &r->scratch, kind, r->o->c.who.account, s->name, out);

	if (e == OK && span_eq(out->id, s->id))
		return set_policies(r, out);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	*out = (struct entity){
		.kind = (uint8_t)kind, .id = s->id, .name = s->name, .path = SPAN_LIT("/")
	};
	return OK;
}

static enum err
load_role_session(struct reading *r, const struct session *s)
{
	struct identity *who = &r->o->c.who;
	struct entity role;
	enum err e = session_entity(r, s, ENTITY_ROLE, &role);

	if (e != OK)
		return e;
	who->kind = IDENTITY_SESSION;
	who->arn = sts_arn(
	    r->mem, who->account, "assumed-role", join(r->mem, s->name, "/", s->session));
	who->role_arn = arn(r->mem, who->account, "role", role.path, role.name);
	who->user_id = join(r->mem, s->id, ":", s->session);
	r->o->c.entity_id = arena_span(r->mem, s->id);
	set_tags(r, role.tags.field, role.tags.n, s->tag, s->ntag);
	return OK;
}

static enum err
load_user_session(struct reading *r, const struct session *s)
{
	struct identity *who = &r->o->c.who;
	struct entity user;
	enum err e = session_entity(r, s, ENTITY_USER, &user);

	if (e != OK)
		return e;
	set_user(r, &user);
	set_tags(r, user.tags.field, user.tags.n, s->tag, s->ntag);
	if (s->kind != IDENTITY_FEDERATED)
		return OK;
	who->kind = IDENTITY_FEDERATED;
	who->user_name = SPAN_NONE;
	who->arn = sts_arn(r->mem, who->account, "federated-user", s->session);
	who->user_id = join(r->mem, who->account, ":", s->session);
	set_tags(r, NULL, 0, s->tag, s->ntag);
	return OK;
}

static enum err
load_session(struct reading *r, const struct session *s)
{
	struct credential *c = &r->o->c;
	enum err e = OK;

	c->temporary = true;
	c->expires = s->expires;
	c->who.session_began = s->began;
	MUST(s->secret.n <= sizeof c->secret.secret);
	memcpy(c->secret.secret, s->secret.p, s->secret.n);
	c->secret.n = s->secret.n;
	c->secret.generation = (uint64_t)s->began;
	set_account(r, s->account);
	if (s->kind == IDENTITY_SESSION)
		e = load_role_session(r, s);
	else if (s->name.n > 0)
		e = load_user_session(r, s);
	else
		set_root(r);
	if (e == OK && s->narrowed)
		e = set_session(r, s->policy, s->arn, s->narn);
	return e;
}

/* S3 asks the scope itself; nothing but S3 is in any. */
enum err
principal_narrow(struct credential_own *o, int64_t now)
{
	static const char s3_only[] =
	    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
	    "\"Action\":\"s3:*\",\"Resource\":\"*\"}]}";
	struct credential *c = &o->c;
	struct tempcred *scope = arena_zalloc(&o->mem, sizeof *scope);
	char secret[TEMPCRED_SECRET];
	const struct policy **set;
	struct policy *p = NULL;
	enum err e = tempcred_open(&o->mem, o->key,
	    span_of(c->secret.secret, c->secret.n), o->token, now, scope, secret);

	if (e == OK && !c->who.has_session_policy)
		e = policy_parse(&p, SPAN_LIT(s3_only), POLICY_IDENTITY, SPAN_NONE, NULL);
	if (e != OK)
		return e;
	if (p != NULL) {
		set = arena_array(&o->mem, 1, sizeof *set);
		set[0] = p;
		c->who.has_session_policy = true;
		c->who.session = (struct policy_set){ set, 1 };
	}
	memcpy(c->secret.secret, secret, sizeof secret);
	c->secret.n = sizeof secret;
	memcpy(&c->secret.generation, secret, sizeof c->secret.generation);
	mem_wipe(secret, sizeof secret);
	c->temporary = true;
	c->scope = scope;
	c->who.session_began = scope->began;
	if (c->expires == 0 || scope->expires < c->expires)
		c->expires = scope->expires;
	return OK;
}

enum err
principal_load(struct txn *t, const struct access *a, struct credential_own *o,
    const struct session *s)
{
	struct reading r = { .t = t, .a = a, .o = o, .mem = &o->mem };
	enum err e;

	arena_init(&r.scratch, 16 << 20);
	o->c.who.access_key = o->key;
	if (s != NULL)
		e = load_session(&r, s);
	else if (access_is_root(a, o->key, &o->c.secret))
		e = load_root(&r, SPAN_LIT(ACCOUNT_ROOT));
	else
		e = load_key(&r);
	if (e == OK && (r.unreadable || arena_failed(&r.scratch))) {
		log_warn("access key %.*s: a policy of its identity cannot be read; "
			 "nothing is allowed",
		    (int)o->key.n, o->key.p);
		principal_unload(o);
		o->c.who.has_session_policy = o->c.who.has_boundary = true;
	}
	arena_fini(&r.scratch);
	return e;
}
