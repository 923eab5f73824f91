/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/event.h"
#include "object/meter.h"
#include "object/remote.h"
#include "object/replica.h"
#include "object/upload.h"
#include "object/version.h"

#include "model/tiering.h"

#include "obj_priv.h"

enum err
obj_find(struct txn *t, uint64_t bucket, struct span key, struct rec_object *out,
    struct fail *fail)
{
	struct span row;
	enum err e = key_get(t, T_OBJECT, bucket, key, &row);

	if (e == OK)
		return rec_object_get(row, out);
	if (e != E_NOT_FOUND)
		return e;
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_KEY);
		fail_pair(fail, "Key", key);
	}
	return E_NO_SUCH_KEY;
}

static struct span
number_key(uint8_t out[8], uint64_t number)
{
	be64_put(out, number);
	return span_of(out, 8);
}

enum err
obj_attrs(struct txn *t, const struct rec_object *rec, struct arena *a, struct attrs *out)
{
	uint8_t key[8];
	struct span row;
	enum err e;

	*out = (struct attrs){ 0 };
	if ((rec->flags & OBJECT_HAS_ATTR) == 0)
		return OK;
	e = table_get(t, T_ATTR, number_key(key, rec->number), &row);
	if (e == OK)
		e = rec_attrs_get(a, row, out);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_side(struct txn *t, const struct rec_object *rec, enum side_kind s, struct span *out)
{
	uint8_t key[8];
	struct span row;
	enum err e;

	*out = SPAN_NONE;
	if ((rec->flags & OBJECT_HAS_ATTR) == 0)
		return OK;
	e = table_get(t, T_ATTR, number_key(key, rec->number), &row);
	if (e == OK)
		e = side_find(row, s, out);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_spelling(struct txn *t, const struct rec_object *rec, struct span *io)
{
	struct span v;
	enum err e = obj_side(t, rec, SIDE_SPELLING, &v);

	if (e == OK && v.p != NULL)
		*io = v;
	return e;
}

enum err
obj_release(struct txn *t, const struct rec_object *rec)
{
	uint8_t key[8];
	enum err e = blob_drop(t, &rec->body);

	if (e == OK)
		e = obj_remote_drop(t, rec);
	if (e == OK && (rec->flags & OBJECT_HAS_ATTR) != 0)
		e = table_del(t, T_ATTR, number_key(key, rec->number));
	if (e == OK && rec->class == CLASS_INTELLIGENT_TIERING)
		e = access_drop(t, rec->number);
	if (e == OK && (rec->flags & OBJECT_HAS_PARTS) != 0)
		e = table_del(t, T_OBJPART, number_key(key, rec->number));
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_drop(struct txn *t, const struct rec_bucket *b, const struct rec_object *rec,
    const struct obj_drop *how)
{
	enum err e = obj_lock_check(t, rec, how);

	if (e == OK)
		e = obj_meter_leave(t, b, rec, how->now_ms);
	if (e == OK)
		e = obj_release(t, rec);
	if (e == OK && (rec->flags & OBJECT_IS_MARKER) == 0)
		e = usage_add(t, b->id, rec->class, -1, -(int64_t)rec->size);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_dest_check(struct txn *t, struct obj_dest *d, struct rec_object *old, bool *exists)
{
	bool there;
	enum err e = obj_bucket_find(t, d->bucket, &d->now, d->fail);

	if (e != OK)
		return e;
	/* Deleted and made anew while the body came in: what was asked for is gone. */
	if (d->now.id != d->bucket_id)
		return fail_set(d->fail, E_NO_SUCH_BUCKET);
	e = obj_find(t, d->bucket_id, d->key, old, NULL);
	*exists = e == OK;
	if (e != OK && e != E_NO_SUCH_KEY)
		return e;
	there = *exists && (old->flags & OBJECT_IS_MARKER) == 0;
	e = obj_cond_write(&d->cond, there ? old : NULL, d->fail);
	if (e == E_NO_SUCH_KEY) {
		(void)fail_set(d->fail, e);
		fail_pair(d->fail, "Key", d->key);
	}
	return e;
}

enum err
obj_attrs_put(struct txn *t, struct rec_object *rec, const struct attrs *attrs)
{
	struct buf row = { 0 };
	uint8_t key[8];
	bool had = (rec->flags & OBJECT_HAS_ATTR) != 0;
	enum err e;

	if (attrs->n == 0) {
		rec->flags &= (uint8_t)~OBJECT_HAS_ATTR;
		e = had ? table_del(t, T_ATTR, number_key(key, rec->number)) : OK;
		return e == E_NOT_FOUND ? E_CORRUPT : e;
	}
	rec->flags |= OBJECT_HAS_ATTR;
	rec_attrs_put(&row, attrs);
	e = table_put(t, T_ATTR, number_key(key, rec->number), buf_view(&row));
	buf_fini(&row);
	return e;
}

/* now_ms: what arrives by replication keeps its own time. */
static enum err
dest_event(struct txn *t, const struct obj_dest *d, const struct rec_object *rec,
    const struct attrs *attrs, int64_t now_ms)
{
	const struct obj_change c = { .event = d->event,
		.bucket = &d->now,
		.key = d->key,
		.rec = rec,
		.attrs = attrs,
		.by = d->by,
		.destination = d->from_bucket,
		.reason = d->from_key,
		.now_ms = now_ms };

	return obj_event_write(t, &c);
}

enum err
obj_dest_put(struct txn *t, const struct obj_dest *d, const struct rec_object *old,
    struct rec_object *rec, const struct attrs *attrs)
{
	uint8_t row[REC_OBJECT_MAX];
	struct attrs all = attrs != NULL ? *attrs : (struct attrs){ 0 };
	struct obj_replica replica;
	int64_t now_ms = rec->mtime_ms;
	struct arena a;
	enum err e;

	arena_init(&a, SIZE_MAX);
	e = obj_version_make_room(t, &d->now, d->key, &d->making, old, rec);
	if (e == E_TOO_MANY_VERSIONS)
		(void)fail_set(d->fail, e);
	if (e == OK)
		e = obj_lock_default(t, &d->now, rec, &a, &all);
	if (e == OK)
		e = obj_replica_begin(t, &d->now, d->key, rec, &a, &all, &replica);
	if (e == OK)
		e = obj_attrs_put(t, rec, &all);
	if (e == OK)
		e = key_put(t, T_OBJECT, d->bucket_id, d->key,
		    span_of(row, rec_object_put(row, rec)));
	if (e == OK)
		e = usage_add(t, d->bucket_id, rec->class, 1, (int64_t)rec->size);
	/* Here what was replaced counts no more, and this one does. */
	if (e == OK && !d->beyond_quota)
		e = obj_quota_check(t, &d->now, 0, 0, d->fail);
	if (e == OK)
		e = obj_replica_end(t, &d->now, d->key, rec, &replica);
	if (e == OK && rec->size > 0 && remote_tier_of_class(rec->class) != TIER_NONE)
		e = obj_remote_order(t, d->bucket_id, d->bucket, d->key, rec, rec->class);
	if (e == OK && obj_event_wanted(&d->now))
		e = dest_event(t, d, rec, &all, now_ms);
	arena_fini(&a);
	return e;
}

enum err
obj_rename(struct txn *t, struct obj_dest *d, struct span from,
    const struct obj_cond *source, int64_t now_ms)
{
	uint8_t row[REC_OBJECT_MAX];
	struct obj_drop how = { .now_ms = now_ms };
	struct rec_object rec, old;
	struct obj_change change = { .event = EVENT_DELETE,
		.bucket = &d->now,
		.key = from,
		.rec = &rec,
		.by = d->by,
		.now_ms = now_ms };
	bool exists;
	enum err e = obj_dest_check(t, d, &old, &exists);

	if (e == OK && d->now.versioning != VERSIONING_NEVER)
		e = fail_msg(d->fail, E_INVALID_REQUEST,
		    "RenameObject is not supported in a bucket with versioning.");
	if (e == OK)
		e = obj_find(t, d->bucket_id, from, &rec, d->fail);
	/* What is still to be done about it goes by its key. */
	if (e == OK && (rec.flags & OBJECT_IS_REMOTE) != 0)
		e = fail_set(d->fail, E_INVALID_OBJECT_STATE);
	if (e == OK)
		e = obj_cond_read(source, &rec, d->fail);
	if (e == OK && span_eq(from, d->key))
		e = fail_msg(d->fail, E_INVALID_REQUEST,
		    "This rename request is illegal because it is trying to rename an "
		    "object to itself.");
	if (e == OK && exists)
		e = obj_drop(t, &d->now, &old, &how);
	if (e == OK)
		e = obj_uploads_see_delete(t, &d->now, from);
	if (e == OK)
		e = key_del(t, T_OBJECT, d->bucket_id, from);
	if (e == OK)
		e = key_put(t, T_OBJECT, d->bucket_id, d->key,
		    span_of(row, rec_object_put(row, &rec)));
	/* Who keeps up by events knows no renames. */
	if (e == OK)
		e = obj_event(t, &change);
	change.event = d->event;
	change.key = d->key;
	return e == OK ? obj_event(t, &change) : e;
}
