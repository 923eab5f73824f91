/* SPDX-License-Identifier: Apache-2.0 */
/* The identity file's text: every member is known and right, or the file is refused. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "access/policy.h"
#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "declare_priv.h"
#include "roster_priv.h"

enum { PLACE = 200, SECRET_MIN = 8, SECRET_MAX = 128, KEY_MIN = 3 };

struct reading {
	struct declared *d;
	const char *file;
	const struct access *access;
	struct fail *fail;
	struct span account; /* the one being read */
	char place[PLACE]; /* "accounts[0].users[2]" */
};

/* ---- where, and what is wrong there ---- */

static enum err wrong(struct reading *r, const char *member, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static enum err
wrong(struct reading *r, const char *member, const char *fmt, ...)
{
	char text[280];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return fail_msg(r->fail, E_CONFIG, "identities: %s: %s%s%s: %s", r->file,
	    r->place, r->place[0] != '\0' && member[0] != '\0' ? "." : "", member, text);
}

/* Enter "name[i]"; returns what to give to leave(). */
static size_t
enter(struct reading *r, const char *name, size_t i)
{
	size_t n = strlen(r->place);

	(void)snprintf(r->place + n, PLACE - n, "%s%s[%zu]", n > 0 ? "." : "", name, i);
	return n;
}

static void
leave(struct reading *r, size_t n)
{
	r->place[n] = '\0';
}

/* ---- members ---- */

/* Only the members in the list, each once. */
static enum err
members(struct reading *r, const cJSON *object, const char *known)
{
	const cJSON *m;

	if (!cJSON_IsObject(object))
		return wrong(r, "", "must be an object");
	cJSON_ArrayForEach(m, object)
	{
		struct span rest = span_str(known);
		bool found = false;

		while (rest.n > 0)
			found |= span_is(span_cut(&rest, ' '), m->string);
		if (!found)
			return wrong(r, m->string, "is not known; allowed: %s", known);
		if (cJSON_GetObjectItemCaseSensitive(object, m->string) != m)
			return wrong(r, m->string, "is there twice; allowed: once");
	}
	return OK;
}

static enum err
text(struct reading *r, const cJSON *object, const char *name, bool needed,
    struct span *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	if (v == NULL && !needed) {
		*out = SPAN_NONE;
		return OK;
	}
	if (v == NULL)
		return wrong(r, name, "is missing; it must be a text");
	if (!cJSON_IsString(v) || v->valuestring[0] == '\0')
		return wrong(r, name, "must be a text that is not empty");
	*out = arena_span(r->d->arena, span_str(v->valuestring));
	return OK;
}

static enum err
name_of(struct reading *r, const cJSON *object, size_t max, struct span *out)
{
	struct span v;
	enum err e = text(r, object, "name", true, &v);
	bool good;

	if (e != OK)
		return e;
	good = v.n <= max;
	for (size_t i = 0; i < v.n; i++)
		good &= (v.p[i] >= 'a' && v.p[i] <= 'z') ||
		    (v.p[i] >= 'A' && v.p[i] <= 'Z') ||
		    (v.p[i] >= '0' && v.p[i] <= '9') || strchr("+=,.@_-", v.p[i]) != NULL;
	if (!good)
		return wrong(r, "name",
		    "'%.*s' is no name; allowed: 1 to %zu of A-Z a-z 0-9 + = , . @ _ -",
		    (int)span_head(v, 64).n, v.p, max);
	*out = v;
	return OK;
}

static enum err
path_of(struct reading *r, const cJSON *object, struct span *out)
{
	struct span v;
	enum err e = text(r, object, "path", false, &v);
	bool good = v.n > 0 && v.n <= 512 && v.p[0] == '/' && v.p[v.n - 1] == '/';

	if (e != OK)
		return e;
	*out = v.n > 0 ? v : SPAN_LIT("/");
	for (size_t i = 0; i < v.n; i++)
		good &= v.p[i] > ' ' && v.p[i] < 0x7f;
	return v.n == 0 || good
	    ? OK
	    : wrong(r, "path", "'%.*s' is no path; allowed: / or /A/B/",
		  (int)span_head(v, 64).n, v.p);
}

static enum err
list(struct reading *r, const cJSON *object, const char *name, const cJSON **out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	*out = v;
	return v == NULL || cJSON_IsArray(v) ? OK : wrong(r, name, "must be a list");
}

static enum err
tags_of(struct reading *r, const cJSON *object, struct entity_list *out)
{
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(object, "tags"), *one;
	size_t n = 0;

	if (all == NULL)
		return OK;
	if (!cJSON_IsObject(all) || cJSON_GetArraySize(all) > 50)
		return wrong(
		    r, "tags", "must be an object of at most 50 names and texts");
	out->field = arena_array(
	    r->d->arena, (size_t)cJSON_GetArraySize(all) + 1, sizeof *out->field);
	cJSON_ArrayForEach(one, all)
	{
		if (!cJSON_IsString(one) || strlen(one->valuestring) > 256 ||
		    one->string[0] == '\0' || strlen(one->string) > 128)
			return wrong(r, "tags",
			    "'%.64s' is wrong; allowed: a name of 1 to 128 and a text of "
			    "0 to 256 characters",
			    one->string);
		out->field[n++] =
		    (struct field){ arena_span(r->d->arena, span_str(one->string)),
			    arena_span(r->d->arena, span_str(one->valuestring)) };
	}
	out->n = n;
	return OK;
}

/* A policy as an object, written out and parsed as every other. */
static enum err
policy_of(struct reading *r, const cJSON *v, const char *name, enum policy_place place,
    struct span *out)
{
	struct policy *p;
	struct fail why;
	char *json;
	enum err e;

	if (!cJSON_IsObject(v))
		return wrong(r, name, "must be a policy (an object)");
	json = cJSON_PrintUnformatted(v);
	MUST(json != NULL);
	*out = arena_span(r->d->arena, span_str(json));
	cJSON_free(json);
	fail_init(&why, NULL);
	e = policy_parse(&p, *out, place, SPAN_NONE, &why);
	if (e != OK)
		return wrong(r, name, "%s", fail_text(&why));
	policy_free(&p);
	return OK;
}

static enum err
inlines_of(struct reading *r, const cJSON *object, struct entity_list *out)
{
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(object, "inline_policies"),
		    *one;
	enum err e = OK;
	char name[96];

	if (all == NULL)
		return OK;
	if (!cJSON_IsObject(all))
		return wrong(
		    r, "inline_policies", "must be an object of names and policies");
	out->field = arena_array(
	    r->d->arena, (size_t)cJSON_GetArraySize(all) + 1, sizeof *out->field);
	cJSON_ArrayForEach(one, all)
	{
		(void)snprintf(name, sizeof name, "inline_policies.%.64s", one->string);
		out->field[out->n].name = arena_span(r->d->arena, span_str(one->string));
		e = policy_of(r, one, name, POLICY_IDENTITY, &out->field[out->n].value);
		if (e != OK)
			return e;
		out->n++;
	}
	return OK;
}

/* Texts of a list. */
static enum err
texts(struct reading *r, const cJSON *object, const char *name, struct entity_list *out)
{
	const cJSON *all, *one;
	enum err e = list(r, object, name, &all);

	if (e != OK || all == NULL)
		return e;
	out->field = arena_array(
	    r->d->arena, (size_t)cJSON_GetArraySize(all) + 1, sizeof *out->field);
	cJSON_ArrayForEach(one, all)
	{
		if (!cJSON_IsString(one) || one->valuestring[0] == '\0')
			return wrong(r, name, "must be a list of texts");
		out->field[out->n++].name =
		    arena_span(r->d->arena, span_str(one->valuestring));
	}
	return OK;
}

/* ---- what is read so far ---- */

static uint32_t
hash_lower(uint32_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 16777619u; /* FNV-1a */
	}
	return h;
}

static uint32_t
entity_hash(enum entity_kind kind, struct span account, struct span name)
{
	return hash_lower(hash_lower(2166136261u ^ (uint32_t)kind, account), name);
}

static uint32_t
place_hash(const struct declared *d, const struct declared_index *x, uint32_t place)
{
	const struct declared_entity *w;

	if (x == &d->by_id)
		return hash_lower(2166136261u, d->key[place].id);
	w = &d->entity[place];
	return entity_hash((enum entity_kind)w->e.kind, w->account, w->e.name);
}

static void
index_put(struct declared_index *x, uint32_t hash, uint32_t place)
{
	size_t i = hash & (x->cap - 1);

	while (x->place[i] != 0)
		i = (i + 1) & (x->cap - 1);
	x->place[i] = place + 1;
}

/* The array's last is new; half of the places stay free. */
static void
index_add(struct declared *d, struct declared_index *x)
{
	if (x->n * 2 >= x->cap) {
		x->cap = x->cap > 0 ? x->cap * 2 : 64;
		x->place = arena_array(d->arena, x->cap, sizeof *x->place);
		for (uint32_t i = 0; i < x->n; i++)
			index_put(x, place_hash(d, x, i), i);
	}
	index_put(x, place_hash(d, x, (uint32_t)x->n), (uint32_t)x->n);
	x->n++;
}

const struct declared_entity *
declare_find(const struct declared *d, enum entity_kind kind, struct span account,
    struct span name)
{
	const struct declared_index *x = &d->by_name;
	size_t i = entity_hash(kind, account, name) & (x->cap - 1);

	for (; x->cap > 0 && x->place[i] != 0; i = (i + 1) & (x->cap - 1)) {
		const struct declared_entity *w = &d->entity[x->place[i] - 1];

		if (w->e.kind == kind && span_eq(w->account, account) &&
		    span_ieq(w->e.name, name))
			return w;
	}
	return NULL;
}

static bool
key_there(const struct declared *d, struct span id)
{
	const struct declared_index *x = &d->by_id;
	size_t i = hash_lower(2166136261u, id) & (x->cap - 1);

	for (; x->cap > 0 && x->place[i] != 0; i = (i + 1) & (x->cap - 1))
		if (span_eq(d->key[x->place[i] - 1].id, id))
			return true;
	return false;
}

static enum err
add_entity(struct reading *r, const struct entity *e)
{
	struct declared *d = r->d;
	struct declared_entity *more;

	if (declare_find(d, (enum entity_kind)e->kind, r->account, e->name) != NULL)
		return wrong(r, "name",
		    "'%.*s' is there twice; allowed: once, in any case", (int)e->name.n,
		    e->name.p);
	if (d->nentity == d->entity_cap) {
		d->entity_cap = d->entity_cap * 2 + 16;
		more = arena_array(d->arena, d->entity_cap, sizeof *more);
		if (d->nentity > 0)
			memcpy(more, d->entity, d->nentity * sizeof *more);
		d->entity = more;
	}
	d->entity[d->nentity++] = (struct declared_entity){ r->account, *e };
	index_add(d, &d->by_name);
	return OK;
}

/* Ids are made of the name, so that one that is declared again is the same. */
static struct span
id_of(struct reading *r, const char *prefix, enum entity_kind kind, struct span name)
{
	static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct span text_of = span_str(arena_printf(r->d->arena, "%c %.*s %.*s", kind,
	    (int)r->account.n, r->account.p, (int)name.n, name.p));
	char *id = arena_alloc(r->d->arena, 21);
	uint8_t hash[32];

	digest_of(DIGEST_SHA256, text_of, hash);
	memcpy(id, prefix, 4);
	for (size_t i = 0; i < 17; i++)
		id[4 + i] = letter[hash[i] & 31];
	return span_of(id, 21);
}

/* ---- keys ---- */

static enum err
add_key(struct reading *r, const struct declared_key *k)
{
	struct declared *d = r->d;
	struct declared_key *more;
	struct access_secret secret;
	bool twice = access_is_root(r->access, k->id, &secret);

	mem_wipe(&secret, sizeof secret);
	if (twice || key_there(d, k->id))
		return wrong(r, "access_key",
		    "'%.*s' is taken; allowed: one that no other user and not the root "
		    "has",
		    (int)k->id.n, k->id.p);
	if (d->nkey == d->key_cap) {
		d->key_cap = d->key_cap * 2 + 16;
		more = arena_array(d->arena, d->key_cap, sizeof *more);
		if (d->nkey > 0)
			memcpy(more, d->key, d->nkey * sizeof *more);
		d->key = more;
	}
	d->key[d->nkey++] = *k;
	index_add(d, &d->by_id);
	return OK;
}

static bool
key_id_ok(struct span id)
{
	if (id.n < KEY_MIN || id.n > KEY_ID_MAX ||
	    (id.n == SESSION_KEY && span_starts(id, SPAN_LIT("ASIA"))))
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] >= 0x7f || strchr("/,=", id.p[i]) != NULL)
			return false;
	return true;
}

/* As it stands there, or of the token whose id the access key is: S3's secret is then the
 * SHA-256 of the token's value (developers.cloudflare.com/r2/api/tokens/). */
static enum err
secret_of(struct reading *r, const cJSON *one, struct span *out)
{
	struct span token;
	uint8_t sum[32];
	char *hex;
	enum err e = text(r, one, "token", false, &token);

	if (e == OK && token.n == 0)
		return text(r, one, "secret_key", true, out);
	if (e == OK && cJSON_GetObjectItemCaseSensitive(one, "secret_key") != NULL)
		e = wrong(
		    r, "token", "and secret_key are both there; allowed: one of them");
	if (e != OK)
		return e;
	hex = arena_alloc(r->d->arena, 2 * sizeof sum + 1);
	digest_of(DIGEST_SHA256, token, sum);
	hex_render(hex, sum, sizeof sum);
	mem_wipe(sum, sizeof sum);
	*out = span_of(hex, 2 * sizeof sum);
	return OK;
}

static enum err
key_of(struct reading *r, const cJSON *one, struct span user)
{
	struct declared_key k = { .account = r->account, .user = user };
	struct span status;
	enum err e = members(r, one, "access_key secret_key token status");

	if (e == OK)
		e = text(r, one, "access_key", true, &k.id);
	if (e == OK && !key_id_ok(k.id))
		e = wrong(r, "access_key",
		    "'%.*s' is no access key; allowed: 3 to 128 characters without "
		    "blanks, / , =, and not as temporary ones (ASIA...)",
		    (int)span_head(k.id, 64).n, k.id.p);
	if (e == OK)
		e = secret_of(r, one, &k.secret);
	if (e == OK && (k.secret.n < SECRET_MIN || k.secret.n > SECRET_MAX))
		e = wrong(r, "secret_key",
		    "is of the wrong length; allowed: 8 to 128 characters");
	if (e == OK)
		e = text(r, one, "status", false, &status);
	if (e == OK && status.n > 0 && !span_is(status, "Active") &&
	    !span_is(status, "Inactive"))
		e = wrong(r, "status", "'%.*s' is wrong; allowed: Active, Inactive",
		    (int)span_head(status, 32).n, status.p);
	k.active = !span_is(status, "Inactive");
	return e == OK ? add_key(r, &k) : e;
}

static enum err
keys_of(struct reading *r, const cJSON *object, struct span user, size_t max,
    struct entity_list *out)
{
	const cJSON *all, *one;
	size_t i = 0, at;
	enum err e = list(r, object, "keys", &all);

	if (e != OK || all == NULL)
		return e;
	if ((size_t)cJSON_GetArraySize(all) > max)
		return wrong(r, "keys", "are too many; allowed: %zu", max);
	if (out != NULL)
		out->field = arena_array(r->d->arena, max, sizeof *out->field);
	cJSON_ArrayForEach(one, all)
	{
		at = enter(r, "keys", i++);
		e = key_of(r, one, user);
		leave(r, at);
		if (e != OK)
			return e;
		if (out != NULL)
			out->field[out->n++].name = r->d->key[r->d->nkey - 1].id;
	}
	return OK;
}

/* ---- policies that are named ---- */

static bool
known_policy(struct reading *r, struct span name, struct span *arn)
{
	const struct declared_entity *own;
	struct managed_arn part;

	if (managed_find(name) != NULL) {
		*arn = name;
		return true;
	}
	if (managed_arn_split(name, &part)) {
		own = declare_find(r->d, ENTITY_POLICY, part.account, part.name);
		*arn = name;
		return own != NULL && span_eq(part.account, r->account) &&
		    span_is(part.kind, "policy") && span_eq(part.path, own->e.path);
	}
	own = declare_find(r->d, ENTITY_POLICY, r->account, name);
	*arn = own == NULL
	    ? span_str(arena_printf(
		  r->d->arena, "arn:aws:iam::aws:policy/%.*s", (int)name.n, name.p))
	    : span_str(arena_printf(r->d->arena, "arn:aws:iam::%.*s:policy%.*s%.*s",
		  (int)r->account.n, r->account.p, (int)own->e.path.n, own->e.path.p,
		  (int)own->e.name.n, own->e.name.p));
	return own != NULL || managed_find(*arn) != NULL;
}

static enum err
attached_of(struct reading *r, const cJSON *object, struct entity_list *out)
{
	struct span arn;
	enum err e = texts(r, object, "policies", out);

	for (size_t i = 0; e == OK && i < out->n; i++) {
		if (!known_policy(r, out->field[i].name, &arn))
			return wrong(r, "policies",
			    "'%.*s' is not there; allowed: a policy of this account in "
			    "this file, or one of AWS's that are built in, by name or "
			    "ARN",
			    (int)span_head(out->field[i].name, 128).n,
			    out->field[i].name.p);
		out->field[i].name = arn;
	}
	return e;
}

static enum err
boundary_of(struct reading *r, const cJSON *object, struct span *out)
{
	struct span name;
	enum err e = text(r, object, "permissions_boundary", false, &name);

	if (e != OK || name.n == 0)
		return e;
	if (!known_policy(r, name, out))
		return wrong(r, "permissions_boundary",
		    "'%.*s' is not there; allowed: a policy of this account in this "
		    "file, "
		    "or one of AWS's that are built in, by name or ARN",
		    (int)span_head(name, 128).n, name.p);
	return OK;
}

/* ---- the kinds ---- */

static enum err
policy_entity(struct reading *r, const cJSON *one)
{
	struct entity e = { .kind = ENTITY_POLICY, .number = 1, .last = 1 };
	struct span document;
	char *value;
	enum err bad = members(r, one, "name path description tags document");

	if (bad == OK)
		bad = name_of(r, one, 128, &e.name);
	if (bad == OK)
		bad = path_of(r, one, &e.path);
	if (bad == OK)
		bad = text(r, one, "description", false, &e.description);
	if (bad == OK)
		bad = tags_of(r, one, &e.tags);
	if (bad == OK)
		bad = policy_of(r, cJSON_GetObjectItemCaseSensitive(one, "document"),
		    "document", POLICY_IDENTITY, &document);
	if (bad != OK)
		return bad;
	value = arena_zalloc(r->d->arena, document.n + 8);
	memcpy(value + 8, document.p, document.n);
	e.id = id_of(r, "ANPA", ENTITY_POLICY, e.name);
	e.versions.field = arena_array(r->d->arena, 1, sizeof *e.versions.field);
	e.versions.field[0] =
	    (struct field){ SPAN_LIT("1"), span_of(value, document.n + 8) };
	e.versions.n = 1;
	return add_entity(r, &e);
}

/* What users, groups and roles share. */
static enum err
common(struct reading *r, const cJSON *one, struct entity *e, size_t name_max,
    const char *prefix)
{
	enum err bad = name_of(r, one, name_max, &e->name);

	if (bad == OK)
		bad = path_of(r, one, &e->path);
	if (bad == OK)
		bad = tags_of(r, one, &e->tags);
	if (bad == OK)
		bad = attached_of(r, one, &e->attached);
	if (bad == OK)
		bad = inlines_of(r, one, &e->inlines);
	if (bad == OK)
		bad = boundary_of(r, one, &e->boundary);
	if (bad == OK)
		e->id = id_of(r, prefix, (enum entity_kind)e->kind, e->name);
	return bad;
}

static enum err
group_entity(struct reading *r, const cJSON *one)
{
	struct entity e = { .kind = ENTITY_GROUP };
	enum err bad = members(r, one, "name path policies inline_policies");

	if (bad == OK)
		bad = common(r, one, &e, 128, "AGPA");
	return bad == OK ? add_entity(r, &e) : bad;
}

static enum err
user_entity(struct reading *r, const cJSON *one)
{
	struct entity e = { .kind = ENTITY_USER };
	enum err bad = members(r, one,
	    "name path tags keys groups policies inline_policies permissions_boundary");

	if (bad == OK)
		bad = common(r, one, &e, 64, "AIDA");
	if (bad == OK)
		bad = texts(r, one, "groups", &e.groups);
	for (size_t i = 0; bad == OK && i < e.groups.n; i++) {
		const struct declared_entity *g =
		    declare_find(r->d, ENTITY_GROUP, r->account, e.groups.field[i].name);

		if (g == NULL)
			return wrong(r, "groups",
			    "'%.*s' is not there; allowed: a group of this account in "
			    "this file",
			    (int)span_head(e.groups.field[i].name, 128).n,
			    e.groups.field[i].name.p);
		e.groups.field[i].name = g->e.name;
	}
	if (bad == OK)
		bad = keys_of(r, one, e.name, 2, &e.keys);
	return bad == OK ? add_entity(r, &e) : bad;
}

static enum err
role_entity(struct reading *r, const cJSON *one)
{
	struct entity e = { .kind = ENTITY_ROLE, .number = 3600 };
	const cJSON *longest =
	    cJSON_GetObjectItemCaseSensitive(one, "max_session_duration");
	enum err bad = members(r, one,
	    "name path description tags trust max_session_duration policies "
	    "inline_policies permissions_boundary");

	if (bad == OK)
		bad = common(r, one, &e, 64, "AROA");
	if (bad == OK)
		bad = text(r, one, "description", false, &e.description);
	if (bad == OK)
		bad = policy_of(r, cJSON_GetObjectItemCaseSensitive(one, "trust"),
		    "trust", POLICY_TRUST, &e.trust);
	if (bad == OK && longest != NULL) {
		if (!cJSON_IsNumber(longest) || longest->valuedouble < 3600 ||
		    longest->valuedouble > 43200)
			return wrong(r, "max_session_duration",
			    "is wrong; allowed: 3600 to 43200 (seconds)");
		e.number = (uint64_t)longest->valuedouble;
	}
	return bad == OK ? add_entity(r, &e) : bad;
}

static enum err
each(struct reading *r, const cJSON *account, const char *name,
    enum err (*fn)(struct reading *r, const cJSON *one))
{
	const cJSON *all, *one;
	size_t i = 0, at;
	enum err e = list(r, account, name, &all);

	if (e != OK)
		return e;
	cJSON_ArrayForEach(one, all)
	{
		at = enter(r, name, i++);
		e = fn(r, one);
		leave(r, at);
		if (e != OK)
			return e;
	}
	return OK;
}

/* ---- accounts ---- */

static enum err
account_ids(struct reading *r, const cJSON *one, struct account *out)
{
	struct span id, canonical;
	uint64_t number;
	uint8_t raw[32];
	struct account room;
	enum err e = text(r, one, "id", true, &id);

	if (e == OK && (id.n != ACCOUNT_DIGITS || !span_u64(id, &number)))
		e = wrong(r, "id", "'%.*s' is no account; allowed: 12 digits",
		    (int)span_head(id, 32).n, id.p);
	if (e == OK)
		e = text(r, one, "canonical_id", false, &canonical);
	if (e == OK && canonical.n > 0 && !hex_parse(raw, 32, canonical))
		e = wrong(r, "canonical_id",
		    "is no canonical id; allowed: 64 hexadecimal digits");
	if (e != OK)
		return e;
	memcpy(out->id, id.p, ACCOUNT_DIGITS);
	if (canonical.n == 0)
		canonical = span_of(
		    access_account(r->access, id, &room)->canonical_id, CANONICAL_ID);
	memcpy(out->canonical_id, canonical.p, CANONICAL_ID);
	for (size_t i = 0; i < r->d->naccount; i++) {
		const struct account *other = &r->d->account[i];

		if (memcmp(other->id, out->id, ACCOUNT_DIGITS) == 0)
			return wrong(r, "id", "is there twice; allowed: once");
		if (memcmp(other->canonical_id, out->canonical_id, CANONICAL_ID) == 0)
			return wrong(r, "canonical_id", "is there twice; allowed: once");
	}
	return OK;
}

static enum err
account_of(struct reading *r, const cJSON *one)
{
	struct account *out = &r->d->account[r->d->naccount];
	enum err e = members(r, one,
	    "id canonical_id display_name email keys policies groups users roles");

	if (e == OK)
		e = account_ids(r, one, out);
	if (e == OK)
		e = text(r, one, "display_name", false, &out->display_name);
	if (e == OK)
		e = text(r, one, "email", false, &out->email);
	if (e != OK)
		return e;
	r->d->naccount++;
	r->account = span_of(out->id, ACCOUNT_DIGITS);
	e = keys_of(r, one, SPAN_NONE, 2, NULL);
	/* Policies and groups first: the others name them. */
	if (e == OK)
		e = each(r, one, "policies", policy_entity);
	if (e == OK)
		e = each(r, one, "groups", group_entity);
	if (e == OK)
		e = each(r, one, "users", user_entity);
	return e == OK ? each(r, one, "roles", role_entity) : e;
}

enum err
declare_parse(struct declared *out, struct span in, const char *name,
    const struct access *a, struct fail *fail)
{
	struct reading r = { .d = out, .file = name, .access = a, .fail = fail };
	struct fail why;
	cJSON *tree = NULL;
	const cJSON *accounts;
	enum err e;

	fail_init(&why, NULL);
	if (json_parse(in, &tree, &why) != OK)
		return wrong(&r, "", "%s; allowed: JSON", fail_text(&why));
	e = members(&r, tree, "accounts");
	if (e == OK)
		e = list(&r, tree, "accounts", &accounts);
	if (e == OK && accounts == NULL)
		e = wrong(&r, "accounts", "is missing; it must be a list");
	if (e == OK) {
		out->account = arena_array(out->arena,
		    (size_t)cJSON_GetArraySize(accounts) + 1, sizeof *out->account);
		e = each(&r, tree, "accounts", account_of);
	}
	cJSON_Delete(tree);
	return e;
}
