/* SPDX-License-Identifier: Apache-2.0 */
/* Present versions and older ones are two tables in the same order: a merge of two cursors. */
#include "config.h"

#include "base/arena.h"
#include "base/mem.h"
#include "object/version.h"

#include "obj_priv.h"

struct side {
	struct key_cursor *c;
	bool open, more;
};

struct merge {
	struct obj_version_list *l;
	struct side now, older;
	struct span older_key; /* S3's key of older.c's row */
	struct arena *arena;
};

/* Take over what a move of a cursor said: OK, or the end of its table. */
static enum err
side_moved(struct side *s, enum err e)
{
	s->more = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
older_moved(struct merge *m, enum err e)
{
	uint64_t number;

	e = side_moved(&m->older, e);
	if (e == OK && m->older.more &&
	    !version_key_get(m->older.c->key, &m->older_key, &number))
		return E_CORRUPT;
	return e;
}

static enum err
side_open(struct txn *t, struct side *s, unsigned table, uint64_t space)
{
	enum err e;

	s->c = mem_alloc(sizeof *s->c);
	e = key_begin(t, table, space, s->c);
	s->open = e == OK;
	return e;
}

static void
side_close(struct side *s)
{
	if (s->open)
		key_end(s->c);
	mem_free(s->c);
}

static enum err
skip_both(struct merge *m, struct span prefix)
{
	enum err e = OK;

	if (m->now.open)
		e = side_moved(&m->now, key_skip(m->now.c, prefix));
	if (e == OK && m->older.open)
		e = older_moved(m, key_skip(m->older.c, prefix));
	return e;
}

/* Number of the version a marker names: older ones have smaller numbers. */
static enum err
marker_number(struct txn *t, const struct obj_version_list *l, uint64_t *out)
{
	struct rec_object rec;
	enum err e = OK;

	*out = 0;
	if (l->version_marker.which == VERSION_NUMBER)
		return obj_version_number(
		    t, &l->bucket, l->key_marker, &l->version_marker, out);
	if (l->version_marker.which == VERSION_NULL) {
		e = obj_version_find(
		    t, &l->bucket, l->key_marker, &l->version_marker, &rec, NULL);
		*out = e == OK ? rec.number : 0;
	}
	return e == E_NO_SUCH_VERSION ? OK : e;
}

/* Behind key_marker, or behind one version of it. */
static enum err
start_behind(struct txn *t, struct merge *m)
{
	const struct obj_version_list *l = m->l;
	struct span common = obj_common(l->key_marker, l->prefix, l->delimiter);
	struct buf from = { 0 };
	uint64_t number = 0;
	enum err e = OK;

	if (!l->has_version_marker && common.n > 0 && common.n == l->key_marker.n &&
	    span_starts(l->key_marker, l->prefix))
		return skip_both(m, common);
	if (l->has_version_marker)
		e = marker_number(t, l, &number);
	if (e == OK)
		e = key_seek(m->now.c, l->key_marker);
	if (e == OK && span_eq(m->now.c->key, l->key_marker))
		e = key_next(m->now.c);
	e = side_moved(&m->now, e);
	if (e != OK || !m->older.open)
		return e;
	/* Reversed numbers: the first key behind "number" is that of number - 1. */
	version_key_put(&from, l->key_marker, number > 0 ? number - 1 : 0);
	e = key_seek(m->older.c, buf_view(&from));
	if (e == OK && number == 0 && span_eq(m->older.c->key, buf_view(&from)))
		e = key_next(m->older.c);
	buf_fini(&from);
	return older_moved(m, e);
}

static enum err
merge_start(struct txn *t, struct merge *m)
{
	const struct obj_version_list *l = m->l;
	enum err e = side_open(t, &m->now, T_OBJECT, l->bucket.id);

	if (e == OK && l->bucket.versions != 0)
		e = side_open(t, &m->older, T_VERSION, l->bucket.versions);
	if (e != OK)
		return e;
	if (l->key_marker.n > 0 && span_cmp(l->key_marker, l->prefix) >= 0)
		return start_behind(t, m);
	e = side_moved(&m->now, key_seek(m->now.c, l->prefix));
	if (e == OK && m->older.open)
		e = older_moved(m, key_seek(m->older.c, l->prefix));
	return e;
}

static enum err
merge_one(struct merge *m, bool older, struct span key)
{
	struct obj_version_list *l = m->l;
	struct side *s = older ? &m->older : &m->now;
	struct span common = obj_common(key, l->prefix, l->delimiter);
	struct rec_object rec;
	enum err e;

	l->count++;
	if (common.n > 0) {
		l->last_key = arena_span(m->arena, common);
		l->last = (struct rec_object){ 0 };
		l->common(l->ctx, l->last_key);
		return skip_both(m, l->last_key);
	}
	e = rec_object_get(s->c->value, &rec);
	if (e != OK)
		return e;
	l->row(l->ctx, key, &rec, !older);
	if (l->count == l->max) {
		l->last_key = arena_span(m->arena, key);
		l->last = rec;
	}
	return older ? older_moved(m, key_next(s->c)) : side_moved(s, key_next(s->c));
}

enum err
obj_version_list(struct txn *t, struct obj_version_list *l, struct arena *a)
{
	struct merge m = { .l = l, .arena = a };
	struct span key;
	bool older;
	enum err e;

	l->count = 0;
	l->truncated = false;
	l->last_key = SPAN_NONE;
	if (l->max == 0)
		return OK;
	e = merge_start(t, &m);
	while (e == OK && (m.now.more || m.older.more)) {
		older = !m.now.more ||
		    (m.older.more && span_cmp(m.older_key, m.now.c->key) < 0);
		key = older ? m.older_key : m.now.c->key;
		if (!span_starts(key, l->prefix))
			break;
		if (l->count == l->max) {
			l->truncated = true;
			break;
		}
		e = merge_one(&m, older, key);
	}
	side_close(&m.now);
	side_close(&m.older);
	return e;
}
