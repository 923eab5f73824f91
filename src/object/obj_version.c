/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/version.h"

#include "base/mem.h"
#include "obj_priv.h"
#include "object/event.h"
#include "object/replica.h"
#include "object/upload.h"

static void
origin_of(uint8_t out[ORIGIN_SIZE], const struct rec_object *rec)
{
	if ((rec->flags & OBJECT_HAS_ORIGIN) != 0)
		memcpy(out, rec->origin, ORIGIN_SIZE);
	else
		version_origin_of(out, rec->number);
}

size_t
obj_version_text(char out[VERSION_ID_TEXT], const struct rec_object *rec)
{
	uint8_t origin[ORIGIN_SIZE];

	if ((rec->flags & OBJECT_HAS_ID) == 0) {
		memcpy(out, "null", 4);
		return 4;
	}
	if ((rec->flags & OBJECT_IS_UUID) != 0) {
		origin_of(origin, rec);
		version_origin_uuid(out, origin);
		return VERSION_ID_TEXT;
	}
	if ((rec->flags & OBJECT_HAS_ORIGIN) != 0)
		return version_origin_render(out, rec->origin);
	version_id_render(out, rec->number);
	return VERSION_ID_NUMBER;
}

bool
obj_version_parse(struct span text, struct obj_version *out)
{
	if (span_is(text, "null")) {
		*out = (struct obj_version){ .which = VERSION_NULL };
		return true;
	}
	*out = (struct obj_version){ .which = VERSION_NUMBER };
	out->uuid = text.n == VERSION_ID_TEXT;
	if (!version_origin_parse(text, out->origin))
		return false;
	/* Also of a UUID that holds a number: versions are shown so, or were once. */
	(void)version_origin_number(out->origin, &out->number);
	return true;
}

struct obj_version
obj_version_of(const struct rec_object *rec)
{
	struct obj_version v = { .which = VERSION_NULL };

	if ((rec->flags & OBJECT_HAS_ID) == 0)
		return v;
	v.which = VERSION_NUMBER;
	v.number = rec->number;
	v.uuid = (rec->flags & OBJECT_IS_UUID) != 0;
	origin_of(v.origin, rec);
	return v;
}

/* ---- ids that are the same in every store ---- */

static enum err
origin_find(struct txn *t, const struct rec_bucket *b, struct span key,
    const uint8_t origin[ORIGIN_SIZE], uint64_t *number)
{
	struct buf k = { 0 };
	struct span row;
	enum err e;

	if (b->versions == 0)
		return E_NOT_FOUND;
	origin_key_put(&k, key, origin);
	e = key_get(t, T_ORIGIN, b->versions, buf_view(&k), &row);
	buf_fini(&k);
	if (e == OK && row.n != 8)
		return E_CORRUPT;
	if (e == OK)
		*number = be64_get(row.p);
	return e;
}

enum err
obj_origin_put(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	uint8_t number[8];
	struct buf k = { 0 };
	enum err e;

	if ((rec->flags & OBJECT_HAS_ORIGIN) == 0)
		return OK;
	origin_key_put(&k, key, rec->origin);
	be64_put(number, rec->number);
	e = key_put(
	    t, T_ORIGIN, b->versions, buf_view(&k), span_of(number, sizeof number));
	buf_fini(&k);
	return e;
}

bool
obj_origin_is_there(struct txn *t, const struct rec_bucket *b, struct span key,
    const uint8_t origin[ORIGIN_SIZE])
{
	uint64_t number;

	return origin_find(t, b, key, origin, &number) == OK;
}

static enum err
origin_drop(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	struct buf k = { 0 };
	enum err e;

	if ((rec->flags & OBJECT_HAS_ORIGIN) == 0)
		return OK;
	origin_key_put(&k, key, rec->origin);
	e = key_del(t, T_ORIGIN, b->versions, buf_view(&k));
	buf_fini(&k);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

enum err
obj_version_number(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, uint64_t *number)
{
	enum err e = origin_find(t, b, key, v->origin, number);

	if (e == E_NOT_FOUND)
		*number = v->number;
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- rows of older versions ---- */

static enum err
older_get(struct txn *t, const struct rec_bucket *b, struct span key, uint64_t number,
    struct rec_object *out)
{
	struct buf k = { 0 };
	struct span row;
	enum err e;

	if (b->versions == 0)
		return E_NOT_FOUND;
	version_key_put(&k, key, number);
	e = key_get(t, T_VERSION, b->versions, buf_view(&k), &row);
	buf_fini(&k);
	return e == OK ? rec_object_get(row, out) : e;
}

static enum err
older_put(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	uint8_t row[REC_OBJECT_MAX], number[8];
	struct buf k = { 0 };
	enum err e;

	version_key_put(&k, key, rec->number);
	e = key_put(t, T_VERSION, b->versions, buf_view(&k),
	    span_of(row, rec_object_put(row, rec)));
	buf_fini(&k);
	if (e != OK || (rec->flags & OBJECT_HAS_ID) != 0)
		return e;
	be64_put(number, rec->number);
	return key_put(t, T_NULLVER, b->versions, key, span_of(number, sizeof number));
}

enum err
obj_version_rewrite(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	return older_put(t, b, key, rec);
}

static enum err
older_del(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec)
{
	struct buf k = { 0 };
	enum err e;

	version_key_put(&k, key, rec->number);
	e = key_del(t, T_VERSION, b->versions, buf_view(&k));
	buf_fini(&k);
	if (e == OK && (rec->flags & OBJECT_HAS_ID) == 0)
		e = key_del(t, T_NULLVER, b->versions, key);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

static enum err
older_null(
    struct txn *t, const struct rec_bucket *b, struct span key, struct rec_object *out)
{
	struct span row;
	enum err e;

	if (b->versions == 0)
		return E_NOT_FOUND;
	e = key_get(t, T_NULLVER, b->versions, key, &row);
	if (e == OK && row.n != 8)
		return E_CORRUPT;
	return e == OK ? older_get(t, b, key, be64_get(row.p), out) : e;
}

/* The newest of the older versions. */
static enum err
older_newest(
    struct txn *t, const struct rec_bucket *b, struct span key, struct rec_object *out)
{
	struct key_cursor *c;
	struct buf from = { 0 };
	struct span found;
	uint64_t number;
	enum err e;

	if (b->versions == 0)
		return E_NOT_FOUND;
	c = mem_alloc(sizeof *c);
	version_key_put(&from, key, UINT64_MAX);
	e = key_begin(t, T_VERSION, b->versions, c);
	if (e == OK) {
		e = key_seek(c, buf_view(&from));
		if (e == OK &&
		    (!version_key_get(c->key, &found, &number) || !span_eq(found, key)))
			e = E_NOT_FOUND;
		if (e == OK)
			e = rec_object_get(c->value, out);
		key_end(c);
	}
	buf_fini(&from);
	mem_free(c);
	return e;
}

enum err
obj_version_below(struct txn *t, const struct rec_bucket *b, struct span key, bool *out)
{
	struct rec_object rec;
	enum err e = older_newest(t, b, key, &rec);

	*out = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- finding ---- */

static bool
is_it(const struct rec_object *rec, const struct obj_version *v)
{
	bool has_id = (rec->flags & OBJECT_HAS_ID) != 0;

	if (v->which == VERSION_NULL || !has_id)
		return v->which == VERSION_NULL && !has_id;
	if ((rec->flags & OBJECT_HAS_ORIGIN) != 0)
		return memcmp(rec->origin, v->origin, ORIGIN_SIZE) == 0;
	return rec->number == v->number;
}

static enum err
version_look(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, struct rec_object *out, bool *present)
{
	uint64_t number;
	enum err e = obj_find(t, b->id, key, out, NULL);

	*present = e == OK && is_it(out, v);
	if (*present || (e != OK && e != E_NO_SUCH_KEY))
		return e;
	if (v->which == VERSION_NULL)
		return older_null(t, b, key, out);
	e = obj_version_number(t, b, key, v, &number);
	if (e == OK)
		e = older_get(t, b, key, number, out);
	return e == OK && !is_it(out, v) ? E_NOT_FOUND : e;
}

enum err
obj_version_at(struct txn *t, const struct rec_bucket *b, struct span key,
    uint64_t number, struct rec_object *out)
{
	enum err e = obj_find(t, b->id, key, out, NULL);

	if (e == OK && out->number == number)
		return OK;
	return e == OK || e == E_NO_SUCH_KEY ? older_get(t, b, key, number, out) : e;
}

/* One that is not there, as far as its text goes. */
static struct rec_object
version_named(const struct obj_version *v)
{
	struct rec_object rec = { .number = v->number };

	if (v->which != VERSION_NUMBER)
		return rec;
	rec.flags = OBJECT_HAS_ID | OBJECT_HAS_ORIGIN;
	if (v->uuid)
		rec.flags |= OBJECT_IS_UUID;
	memcpy(rec.origin, v->origin, ORIGIN_SIZE);
	return rec;
}

static enum err
no_such_version(const struct obj_version *v, struct span key, struct fail *fail)
{
	struct rec_object rec = version_named(v);
	char text[VERSION_ID_TEXT];

	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_VERSION);
		fail_pair(fail, "Key", key);
		fail_pair(fail, "VersionId", span_of(text, obj_version_text(text, &rec)));
	}
	return E_NO_SUCH_VERSION;
}

enum err
obj_version_find(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, struct rec_object *out, struct fail *fail)
{
	bool present;
	enum err e;

	if (v->which != VERSION_CURRENT) {
		e = version_look(t, b, key, v, out, &present);
		return e == E_NOT_FOUND ? no_such_version(v, key, fail) : e;
	}
	out->flags = 0;
	e = obj_find(t, b->id, key, out, fail);
	if (e != OK || (out->flags & OBJECT_IS_MARKER) == 0)
		return e;
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_KEY);
		fail_pair(fail, "Key", key);
	}
	return E_NO_SUCH_KEY;
}

/* ---- overwriting and deleting ---- */

static enum err
drop_older_null(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_drop *how)
{
	struct rec_object rec;
	enum err e = older_null(t, b, key, &rec);

	if (e == E_NOT_FOUND)
		return OK;
	if (e == OK)
		e = obj_drop(t, b, &rec, how);
	return e == OK ? older_del(t, b, key, &rec) : e;
}

enum err
obj_version_make_room(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_making *making, const struct rec_object *old, struct rec_object *rec)
{
	struct obj_drop how = { .now_ms = rec->mtime_ms };
	enum err e = OK;

	switch (b->versioning) {
	case VERSIONING_ENABLED:
		rec->flags |= OBJECT_HAS_ID;
		if (making->uuid)
			rec->flags |= OBJECT_IS_UUID;
		if (old != NULL)
			e = obj_room_take(t, b, key, making->most);
		return e == OK && old != NULL ? older_put(t, b, key, old) : e;
	case VERSIONING_SUSPENDED:
		if (old != NULL && (old->flags & OBJECT_HAS_ID) == 0)
			return obj_drop(t, b, old, &how);
		e = drop_older_null(t, b, key, &how);
		if (e == OK && old != NULL)
			e = obj_room_take(t, b, key, making->most);
		return e == OK && old != NULL ? older_put(t, b, key, old) : e;
	default:
		return old != NULL ? obj_drop(t, b, old, &how) : OK;
	}
}

static enum err
marker_put(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *old, const struct obj_drop *how, struct rec_object *marker)
{
	uint8_t row[REC_OBJECT_MAX];
	struct obj_making making = how->making;
	struct obj_replica replica;
	struct arena a;
	enum err e;

	arena_init(&a, SIZE_MAX);
	*marker = (struct rec_object){ .flags = OBJECT_IS_MARKER,
		.mtime_ms = how->now_ms,
		.number = store_next_id(t) };
	/* A rule's marker is called as what it is put over. */
	if (how->expired && old != NULL)
		making.uuid = (old->flags & OBJECT_IS_UUID) != 0;
	e = obj_version_make_room(t, b, key, &making, old, marker);
	if (e == OK)
		e = obj_replica_marker_begin(t, b, key, how, &a, marker, &replica);
	if (e == OK)
		e = key_put(
		    t, T_OBJECT, b->id, key, span_of(row, rec_object_put(row, marker)));
	if (e == OK)
		e = obj_replica_end(t, b, key, marker, &replica);
	arena_fini(&a);
	return e;
}

static enum err
delete_event(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, const struct obj_drop *how, enum event event)
{
	const struct obj_change c = { .event = event,
		.bucket = b,
		.key = key,
		.rec = rec,
		.by = how->by,
		.now_ms = how->now_ms };

	return obj_event(t, &c);
}

enum err
obj_delete(struct txn *t, const struct rec_bucket *asked, struct span key,
    const struct obj_cond *cond, const struct obj_drop *how, struct obj_deleted *out,
    struct fail *fail)
{
	const struct rec_bucket *b = asked;
	struct rec_object old;
	bool there;
	enum err e = obj_find(t, b->id, key, &old, NULL);

	*out = (struct obj_deleted){ .existed = e == OK };
	if (e != OK && e != E_NO_SUCH_KEY)
		return e;
	there = out->existed && (old.flags & OBJECT_IS_MARKER) == 0;
	if (cond != NULL && obj_cond_given(cond)) {
		e = obj_cond_write(cond, there ? &old : NULL, fail);
		if (e != OK)
			return fail_set(fail, e);
	}
	e = OK;
	if (there)
		e = obj_uploads_see_delete(t, b, key);
	if (e == OK && b->versioning != VERSIONING_NEVER) {
		out->marker = out->versioned = true;
		e = marker_put(t, b, key, out->existed ? &old : NULL, how, &out->rec);
		if (e == E_TOO_MANY_VERSIONS)
			(void)fail_set(fail, e);
		return e == OK ? delete_event(t, b, key, &out->rec, how,
				     how->expired ? EVENT_EXPIRED_MARKER : EVENT_MARKER)
			       : e;
	}
	if (e == OK && !out->existed)
		return delete_event(t, b, key, NULL, how, EVENT_NOOP);
	if (e == OK)
		e = obj_drop(t, b, &old, how);
	if (e == OK)
		e = key_del(t, T_OBJECT, b->id, key);
	return e == OK ? delete_event(t, b, key, &old, how,
			     how->expired ? EVENT_EXPIRED : EVENT_DELETE)
		       : e;
}

/* The present version is gone: the newest of the others takes its place. */
static enum err
promote(struct txn *t, const struct rec_bucket *b, struct span key)
{
	uint8_t row[REC_OBJECT_MAX];
	struct rec_object next;
	enum err e = older_newest(t, b, key, &next);

	if (e == E_NOT_FOUND)
		return key_del(t, T_OBJECT, b->id, key);
	if (e == OK)
		e = older_del(t, b, key, &next);
	if (e != OK)
		return e;
	return key_put(t, T_OBJECT, b->id, key, span_of(row, rec_object_put(row, &next)));
}

enum err
obj_version_delete(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, const struct obj_cond *cond, const struct obj_drop *how,
    struct obj_deleted *out, struct fail *fail)
{
	enum mfa_delete wanted;
	bool present;
	enum err e = obj_mfa_delete(t, b, &wanted);

	*out = (struct obj_deleted){ .versioned = true };
	if (e == OK && wanted == MFA_DELETE_ON && !how->mfa)
		e = fail_set(fail, E_MFA_REQUIRED);
	if (e != OK)
		return e;
	e = version_look(t, b, key, v, &out->rec, &present);
	if (e == E_NOT_FOUND) {
		out->rec = version_named(v);
		return OK;
	}
	if (e == OK && cond != NULL && obj_cond_given(cond))
		e = obj_cond_write(cond, &out->rec, fail);
	if (e == OK)
		e = obj_replica_gone(t, b, key, &out->rec, how);
	if (e == OK)
		e = obj_drop(t, b, &out->rec, how);
	if (e == OK)
		e = origin_drop(t, b, key, &out->rec);
	if (e != OK)
		return e;
	out->existed = true;
	out->marker = (out->rec.flags & OBJECT_IS_MARKER) != 0;
	e = present ? promote(t, b, key) : older_del(t, b, key, &out->rec);
	return e == OK ? delete_event(t, b, key, &out->rec, how,
			     how->expired ? EVENT_EXPIRED : EVENT_DELETE)
		       : e;
}

enum err
obj_version_set(struct txn *t, struct span bucket, uint8_t versioning, struct fail *fail)
{
	struct rec_bucket b;
	struct buf row = { 0 };
	enum err e = obj_bucket_find(t, bucket, &b, fail);

	if (e == OK && versioning != VERSIONING_ENABLED)
		e = obj_lock_keeps_versioning(t, &b, fail);
	if (e == OK && versioning != VERSIONING_ENABLED)
		e = obj_replica_keeps_versioning(t, &b, fail);
	if (e != OK)
		return e;
	b.versioning = versioning;
	if (b.versions == 0)
		b.versions = store_next_id(t);
	rec_bucket_put(&row, &b);
	e = table_put(t, T_BUCKET, bucket, buf_view(&row));
	buf_fini(&row);
	return e;
}
