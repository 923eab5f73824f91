/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/seal.h"

#include "base/mem.h"
#include "model/worm.h"

#include "obj_priv.h"
#include "object/event.h"

static enum err
lock_check(const struct attrs *attrs, int64_t now_ms)
{
	struct worm w;
	enum err e = worm_read(side_get(attrs, SIDE_LOCK), &w);

	return e == OK && !worm_may_drop(&w, now_ms, false) ? E_OBJECT_LOCKED : e;
}

/* The sealed parts in place of the plain ones. */
static enum err
body_replace(struct txn *t, struct obj_seal *s, struct rec_object *rec)
{
	struct blob_piece *piece = mem_array(s->n, sizeof *piece);
	enum err e = OK;

	for (size_t i = 0; i < s->n && e == OK; i++) {
		piece[i].tag = (uint32_t)(i + 1);
		e = obj_hash_link(t, &s->part[i], &piece[i].ref);
	}
	if (e == OK)
		e = blob_drop(t, &rec->body);
	if (e == OK && s->n == 1)
		rec->body = piece[0].ref;
	else if (e == OK)
		e = blob_list_put(t, piece, s->n, &rec->body);
	rec->flags |= OBJECT_IS_SEALED;
	mem_free(piece);
	return e;
}

enum err
obj_seal_write(
    struct txn *t, const struct rec_bucket *b, struct obj_seal *s, struct fail *fail)
{
	struct rec_object rec;
	struct attrs attrs;
	enum err e = obj_side_find(t, b, s->key, &s->version, &rec, fail);

	if (e == OK)
		e = obj_attrs(t, &rec, s->arena, &attrs);
	if (e == OK)
		e = lock_check(&attrs, s->now_ms);
	if (e != OK)
		return e;
	if (rec.number != s->seen.number ||
	    ((rec.flags & OBJECT_IS_SEALED) != 0) != (s->n == 0))
		return fail_set(fail, E_OPERATION_ABORTED);
	if (s->n > 0)
		e = body_replace(t, s, &rec);
	side_set(s->arena, &attrs, SIDE_CRYPT, s->side);
	if (e == OK)
		e = obj_attrs_put(t, &rec, &attrs);
	if (e == OK)
		e = obj_row_rewrite(t, b, s->key, &rec);
	return e == OK ? obj_event(t,
			     &(struct obj_change){ .bucket = b,
				 .key = s->key,
				 .rec = &rec,
				 .attrs = &attrs,
				 .now_ms = s->now_ms })
		       : e;
}
