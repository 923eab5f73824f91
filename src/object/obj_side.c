/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/version.h"

#include "obj_priv.h"
#include "object/event.h"
#include "object/replica.h"

enum err
obj_row_rewrite(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	uint8_t row[REC_OBJECT_MAX];
	struct rec_object current;
	enum err e = obj_find(t, b->id, key, &current, NULL);

	if (e != OK && e != E_NO_SUCH_KEY)
		return e;
	if (e == OK && current.number == rec->number)
		return key_put(
		    t, T_OBJECT, b->id, key, span_of(row, rec_object_put(row, rec)));
	return obj_version_rewrite(t, b, key, rec);
}

enum err
obj_side_find(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, struct rec_object *out, struct fail *fail)
{
	enum err e;

	out->flags = 0;
	e = obj_version_find(t, b, key, v, out, NULL);
	if ((e == OK || e == E_NO_SUCH_KEY) && (out->flags & OBJECT_IS_MARKER) != 0)
		return E_METHOD_NOT_ALLOWED;
	/* Once more, for what it has to tell. */
	return e == OK ? OK : obj_version_find(t, b, key, v, out, fail);
}

enum err
obj_side_write(
    struct txn *t, const struct rec_bucket *b, struct obj_side *s, struct fail *fail)
{
	struct attrs attrs;
	struct rec_object rec;
	struct obj_change change = { .event = s->event,
		.bucket = b,
		.key = s->key,
		.rec = &rec,
		.attrs = &attrs,
		.by = s->by,
		.now_ms = s->now_ms };
	uint8_t flags;
	enum err e = obj_side_find(t, b, s->key, &s->version, &rec, fail);

	if (e == OK)
		e = obj_attrs(t, &rec, s->arena, &attrs);
	if (e == OK && s->see != NULL)
		e = s->see(s->ctx, &rec, &attrs);
	if (e != OK)
		return e;
	flags = rec.flags;
	side_set(s->arena, &attrs, s->side, s->value);
	if (s->side == SIDE_TAGS || s->side == SIDE_LOCK || s->side == SIDE_ACL)
		e = obj_replica_change(t, b, s->key, &rec, s->arrived, s->arena, &attrs);
	if (e == OK)
		e = obj_attrs_put(t, &rec, &attrs);
	if (e == OK && rec.flags != flags)
		e = obj_row_rewrite(t, b, s->key, &rec);
	change.class = span_str(class_name(rec.class));
	if (e == OK)
		e = obj_event(t, &change);
	if (e == OK && s->event == EVENT_RESTORE_POST)
		e = obj_event_restore(t, &change, s->value);
	if (e == OK)
		s->rec = rec;
	return e;
}
