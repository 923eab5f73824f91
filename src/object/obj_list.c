/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"
#include "base/mem.h"
#include "object/object.h"

#include "obj_priv.h"

/* The part of an index key that S3 calls the key. */
static struct span
list_key(const struct obj_list *l, struct span index_key)
{
	struct span key = index_key;
	uint64_t number;

	if (l->table == T_UPLOAD && !upload_key_get(index_key, &key, &number))
		return index_key;
	return key;
}

static enum err
list_start(const struct obj_list *l, struct key_cursor *c)
{
	enum err e;

	if (l->after.n == 0 || span_cmp(l->after, l->prefix) < 0)
		return key_seek(c, l->prefix);
	if (l->after_prefix)
		return key_skip(c, l->after);
	e = key_seek(c, l->after);
	if (e == OK && !l->inclusive && span_eq(c->key, l->after))
		e = key_next(c);
	return e;
}

/* A marker that is itself a common prefix (what NextMarker gave) passes all below it. */
static bool
after_is_common(const struct obj_list *l)
{
	struct span common;

	if (l->delimiter.n == 0 || !span_starts(l->after, l->prefix))
		return false;
	common = obj_common(l->after, l->prefix, l->delimiter);
	return common.n > 0 && common.n == l->after.n;
}

/* Is there an object whose name, as a directory's, this key is below? */
static enum err
is_shadowed(struct txn *t, const struct obj_list *l, struct span key, bool *out)
{
	struct span value;
	enum err e = E_NOT_FOUND;

	*out = false;
	for (size_t at = span_find(key, '/', 0); at < key.n && e == E_NOT_FOUND;
	     at = span_find(key, '/', at + 1)) {
		e = key_get(t, l->table, l->space, span_head(key, at), &value);
		*out = e == OK && !rec_object_is_marker(value);
		if (e == OK && !*out)
			e = E_NOT_FOUND;
	}
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
list_one(struct obj_list *l, struct key_cursor *c, struct arena *a)
{
	struct span key = list_key(l, c->key),
		    common = obj_common(key, l->prefix, l->delimiter);

	/* The prefix reached into what stands behind the key in the index. */
	if (!span_starts(key, l->prefix))
		return key_next(c);
	l->last_is_prefix = common.n > 0;
	l->count++;
	if (common.n > 0) {
		l->last = arena_span(a, common);
		l->common(l->ctx, l->last);
		return key_skip(c, l->last);
	}
	l->row(l->ctx, c->key, c->value);
	if (l->bad != OK)
		return l->bad;
	if (l->count == l->max)
		l->last = arena_span(a, c->key);
	return key_next(c);
}

enum err
obj_list(struct txn *t, struct obj_list *l, struct arena *a)
{
	struct key_cursor *c;
	bool hidden;
	enum err e;

	l->count = 0;
	l->truncated = l->last_is_prefix = false;
	l->last = SPAN_NONE;
	if (l->max == 0)
		return OK;
	if (!l->after_prefix && l->table == T_OBJECT)
		l->after_prefix = after_is_common(l);
	c = mem_alloc(sizeof *c);
	e = key_begin(t, l->table, l->space, c);
	if (e != OK)
		goto out;
	for (e = list_start(l, c); e == OK && span_starts(c->key, l->prefix);) {
		/* What is deleted is not there, and makes no common prefix either. */
		if (l->table == T_OBJECT && rec_object_is_marker(c->value)) {
			e = key_next(c);
			continue;
		}
		if (l->shadows) {
			e = is_shadowed(t, l, c->key, &hidden);
			if (e == OK && hidden)
				e = key_next(c);
			if (e != OK || hidden)
				continue;
		}
		if (l->count == l->max) {
			l->truncated = true;
			break;
		}
		e = list_one(l, c, a);
	}
	key_end(c);
out:
	mem_free(c);
	return e == E_NOT_FOUND ? OK : e;
}
