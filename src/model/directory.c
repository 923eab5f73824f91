/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/directory.h"

#include "base/mem.h"
#include "model_priv.h"

/* Keys of rows. Entities: kind, account, name in lower case. Access keys: 'k', id. Links:
 * kind, account, from in lower case, NUL, to, name in lower case. The file's digest: '.'. */
enum { KIND_KEY = 'k', KIND_DIGEST = '.' };

struct dir_key {
	size_t n;
	char p[TABLE_KEY_MAX];
};

static void
add(struct dir_key *k, struct span s)
{
	/* What does not fit is no name: a prefix of it must not be found instead. */
	if (k->n + s.n > sizeof k->p) {
		k->n = sizeof k->p + 1;
		return;
	}
	if (s.n > 0)
		memcpy(k->p + k->n, s.p, s.n);
	k->n += s.n;
}

static void
add_lower(struct dir_key *k, struct span s)
{
	size_t at = k->n;

	add(k, s);
	for (size_t i = at; i < k->n && k->n <= sizeof k->p; i++)
		k->p[i] = char_lower(k->p[i]);
}

static void
add_char(struct dir_key *k, int c)
{
	char byte = (char)c;

	add(k, span_of(&byte, 1));
}

static bool
fits(const struct dir_key *k)
{
	return k->n <= sizeof k->p;
}

static struct span
view(const struct dir_key *k)
{
	return span_of(k->p, k->n);
}

static void
entity_key(
    struct dir_key *k, enum entity_kind kind, struct span account, struct span name)
{
	k->n = 0;
	add_char(k, kind);
	add(k, account);
	add_lower(k, name);
}

static void
id_key(struct dir_key *k, struct span id)
{
	k->n = 0;
	add_char(k, KIND_KEY);
	add(k, id);
}

/* What is declared goes before. */
static enum err
row_get(struct txn *t, const struct dir_key *k, struct span *row, bool *declared)
{
	enum err e = fits(k) ? table_get(t, T_DECLARED, view(k), row) : E_NOT_FOUND;

	*declared = e == OK;
	if (e == E_NOT_FOUND && fits(k))
		e = table_get(t, T_IDENTITY, view(k), row);
	return e;
}

/* ---- entities ---- */

enum err
directory_get(struct txn *t, struct arena *a, enum entity_kind kind, struct span account,
    struct span name, struct entity *out)
{
	struct dir_key k;
	struct span row;
	bool declared;
	enum err e;

	entity_key(&k, kind, account, name);
	e = row_get(t, &k, &row, &declared);
	if (e == OK)
		e = rec_entity_get(a, arena_span(a, row), out);
	if (e != OK)
		return e;
	out->declared = declared;
	return span_eq(out->name, name) ? OK : E_NOT_FOUND;
}

enum err
directory_taken(
    struct txn *t, enum entity_kind kind, struct span account, struct span name)
{
	struct dir_key k;
	struct span row;
	bool declared;

	entity_key(&k, kind, account, name);
	return row_get(t, &k, &row, &declared);
}

static enum err
entity_put(struct txn *t, unsigned table, struct span account, const struct entity *e)
{
	struct dir_key k;
	struct buf row = { 0 };
	enum err bad;

	entity_key(&k, (enum entity_kind)e->kind, account, e->name);
	MUST(fits(&k));
	rec_entity_put(&row, e);
	bad = table_put(t, table, view(&k), buf_view(&row));
	buf_fini(&row);
	return bad;
}

enum err
directory_put(struct txn *t, struct span account, const struct entity *e)
{
	return entity_put(t, T_IDENTITY, account, e);
}

enum err
directory_declare(struct txn *t, struct span account, const struct entity *e)
{
	return entity_put(t, T_DECLARED, account, e);
}

enum err
directory_del(struct txn *t, enum entity_kind kind, struct span account, struct span name)
{
	struct dir_key k;

	entity_key(&k, kind, account, name);
	return table_del(t, T_IDENTITY, view(&k));
}

/* ---- access keys ---- */

enum err
directory_key_get(struct txn *t, struct span id, struct rec_key *out)
{
	struct dir_key k;
	struct span row;
	bool declared;
	enum err e;

	id_key(&k, id);
	e = row_get(t, &k, &row, &declared);
	if (e == OK)
		e = rec_key_get(row, out);
	if (e == OK)
		out->declared = declared;
	return e;
}

static enum err
key_row_put(struct txn *t, unsigned table, struct span id, const struct rec_key *r)
{
	struct dir_key k;
	struct buf row = { 0 };
	enum err e;

	id_key(&k, id);
	MUST(fits(&k));
	rec_key_put(&row, r);
	e = table_put(t, table, view(&k), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
directory_key_put(struct txn *t, struct span id, const struct rec_key *r)
{
	return key_row_put(t, T_IDENTITY, id, r);
}

enum err
directory_declare_key(struct txn *t, struct span id, const struct rec_key *r)
{
	return key_row_put(t, T_DECLARED, id, r);
}

enum err
directory_key_del(struct txn *t, struct span id)
{
	struct dir_key k;
	enum err e;

	id_key(&k, id);
	e = table_del(t, T_IDENTITY, view(&k));
	if (e != OK)
		return e;
	e = table_del(t, T_KEYUSE, id);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- walks over both tables at once ---- */

struct dir_walk {
	struct table_cursor cursor[2]; /* declared, stored */
	bool open[2], there[2];
	struct span prefix;
};

static enum err
walk_look(struct dir_walk *w, int i, enum err e)
{
	w->there[i] = e == OK && span_starts(w->cursor[i].key, w->prefix);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
walk_begin(struct dir_walk *w, struct txn *t, struct span prefix, struct span from)
{
	static const unsigned tables[] = { T_DECLARED, T_IDENTITY };
	enum err e = OK;

	*w = (struct dir_walk){ .prefix = prefix };
	for (int i = 0; i < 2 && e == OK; i++) {
		e = table_begin(t, tables[i], &w->cursor[i]);
		if (e != OK)
			break;
		w->open[i] = true;
		e = walk_look(w, i, table_seek(&w->cursor[i], from));
	}
	return e;
}

/* The row that comes first; of two with one key the declared one, and both are passed.
 * E_NOT_FOUND behind the last. */
static enum err
walk_next(struct dir_walk *w, struct span *key, struct span *row, bool *declared)
{
	int order;

	if (!w->there[0] && !w->there[1])
		return E_NOT_FOUND;
	order = !w->there[0] ? 1
	    : !w->there[1]   ? -1
			     : span_cmp(w->cursor[0].key, w->cursor[1].key);
	*declared = order <= 0;
	*key = w->cursor[order <= 0 ? 0 : 1].key;
	*row = w->cursor[order <= 0 ? 0 : 1].value;
	w->there[0] = w->there[0] && order > 0;
	w->there[1] = w->there[1] && order < 0;
	return OK;
}

/* Move on what walk_next() gave. */
static enum err
walk_step(struct dir_walk *w, const bool was[2])
{
	enum err e = OK;

	for (int i = 0; i < 2 && e == OK; i++)
		if (was[i] && !w->there[i])
			e = walk_look(w, i, table_next(&w->cursor[i]));
	return e;
}

static void
walk_end(struct dir_walk *w)
{
	for (int i = 0; i < 2; i++)
		if (w->open[i])
			table_end(&w->cursor[i]);
}

static enum err
each_row(struct span row, bool declared, bool (*fn)(void *ctx, const struct entity *e),
    void *ctx, bool *more)
{
	struct entity entity;
	struct arena a;
	enum err e;

	arena_init(&a, 0);
	e = rec_entity_get(&a, row, &entity);
	if (e == OK) {
		entity.declared = declared;
		*more = fn(ctx, &entity);
	}
	arena_fini(&a);
	return e;
}

enum err
directory_each(struct txn *t, enum entity_kind kind, struct span account,
    struct span after, bool (*row)(void *ctx, const struct entity *e), void *ctx)
{
	struct dir_key prefix, from;
	struct dir_walk w;
	struct span key, value;
	bool declared, more = true, was[2];
	enum err e;

	entity_key(&prefix, kind, account, SPAN_NONE);
	entity_key(&from, kind, account, span_head(after, ENTITY_NAME_MAX));
	e = walk_begin(&w, t, view(&prefix), view(&from));
	while (e == OK && more) {
		memcpy(was, w.there, sizeof was);
		e = walk_next(&w, &key, &value, &declared);
		if (e == OK && (after.n == 0 || !span_eq(key, view(&from))))
			e = each_row(value, declared, row, ctx, &more);
		if (e == OK)
			e = walk_step(&w, was);
	}
	walk_end(&w);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
directory_key_each(struct txn *t,
    bool (*row)(void *ctx, struct span id, const struct rec_key *k), void *ctx)
{
	struct dir_key prefix;
	struct dir_walk w;
	struct span key, value;
	struct rec_key k;
	bool declared, more = true, was[2];
	enum err e;

	id_key(&prefix, SPAN_NONE);
	e = walk_begin(&w, t, view(&prefix), view(&prefix));
	while (e == OK && more) {
		memcpy(was, w.there, sizeof was);
		e = walk_next(&w, &key, &value, &declared);
		if (e == OK)
			e = rec_key_get(value, &k);
		if (e != OK)
			break;
		k.declared = declared;
		more = row(ctx, span_from(key, prefix.n), &k);
		e = walk_step(&w, was);
	}
	walk_end(&w);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
directory_user_off(struct txn *t, const struct entity *user, bool *out)
{
	struct rec_key k;
	bool any = false, on = false;

	for (size_t i = 0; i < user->keys.n && !on; i++) {
		enum err e = directory_key_get(t, user->keys.field[i].name, &k);

		if (e != OK)
			return e;
		any = any || k.owner == KEY_OF_USER;
		on = k.owner == KEY_OF_USER && k.active;
	}
	*out = any && !on;
	return OK;
}

struct dir_count {
	uint64_t n, max;
};

static bool
count_row(void *ctx, const struct entity *e)
{
	struct dir_count *c = ctx;

	(void)e;
	return ++c->n < c->max;
}

enum err
directory_count(struct txn *t, enum entity_kind kind, struct span account, uint64_t max,
    uint64_t *out)
{
	struct dir_count c = { .max = max };
	enum err e = directory_each(t, kind, account, SPAN_NONE, count_row, &c);

	if (e == OK)
		*out = c.n;
	return e;
}

/* ---- links ---- */

static void
link_key(struct dir_key *k, const struct directory_link *l, bool whole)
{
	k->n = 0;
	add_char(k, l->kind);
	add(k, l->account);
	add_lower(k, l->from);
	add_char(k, 0);
	if (!whole)
		return;
	add_char(k, l->to);
	add_lower(k, l->name);
}

enum err
directory_link(struct txn *t, const struct directory_link *l)
{
	struct dir_key k;

	link_key(&k, l, true);
	MUST(fits(&k));
	return table_put(t, l->declared ? T_DECLARED : T_IDENTITY, view(&k), l->name);
}

enum err
directory_unlink(struct txn *t, const struct directory_link *l)
{
	struct dir_key k;
	enum err e;

	link_key(&k, l, true);
	e = table_del(t, T_IDENTITY, view(&k));
	return e == E_NOT_FOUND ? OK : e;
}

enum err
directory_links(struct txn *t, const struct directory_link *l,
    bool (*row)(void *ctx, enum entity_kind to, struct span name), void *ctx)
{
	struct dir_key prefix;
	struct dir_walk w;
	struct span key, value;
	bool declared, more = true, was[2];
	enum err e;

	link_key(&prefix, l, false);
	e = walk_begin(&w, t, view(&prefix), view(&prefix));
	while (e == OK && more) {
		memcpy(was, w.there, sizeof was);
		e = walk_next(&w, &key, &value, &declared);
		if (e == OK && key.n <= prefix.n)
			e = E_CORRUPT;
		if (e != OK)
			break;
		more = row(ctx, (enum entity_kind)key.p[prefix.n], value);
		e = walk_step(&w, was);
	}
	walk_end(&w);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- use of keys ---- */

enum err
directory_use_get(struct txn *t, struct span id, struct key_use *out)
{
	struct key_use u;
	struct dec d = { 0 };
	enum err e = table_get(t, T_KEYUSE, id, &d.in);

	if (e != OK)
		return e;
	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	u.when_ms = (int64_t)dec_u64(&d);
	u.service = dec_span(&d);
	u.region = dec_span(&d);
	e = dec_end(&d);
	if (e == OK)
		*out = u;
	return e;
}

enum err
directory_use_put(struct txn *t, struct span id, const struct key_use *u)
{
	struct buf row = { 0 };
	enum err e;

	enc_u8(&row, REC_VERSION);
	enc_u64(&row, (uint64_t)u->when_ms);
	enc_span(&row, u->service);
	enc_span(&row, u->region);
	e = table_put(t, T_KEYUSE, id, buf_view(&row));
	buf_fini(&row);
	return e;
}

/* ---- what is declared, as a whole ---- */

static const char digest_key[] = { KIND_DIGEST };

enum err
directory_declared_get(struct txn *t, struct span *digest)
{
	return table_get(t, T_DECLARED, span_of(digest_key, 1), digest);
}

enum err
directory_declared_put(struct txn *t, struct span digest)
{
	return table_put(t, T_DECLARED, span_of(digest_key, 1), digest);
}

enum err
directory_declared_clear(struct txn *t)
{
	struct table_cursor c;
	struct dir_key k;
	enum err e = OK;

	while (e == OK) {
		e = table_begin(t, T_DECLARED, &c);
		if (e != OK)
			return e;
		k.n = 0;
		e = table_seek(&c, SPAN_NONE);
		if (e == OK)
			add(&k, c.key);
		table_end(&c);
		if (e == OK)
			e = table_del(t, T_DECLARED, view(&k));
	}
	return e == E_NOT_FOUND ? OK : e;
}
