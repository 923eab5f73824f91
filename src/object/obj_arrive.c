/* SPDX-License-Identifier: Apache-2.0 */
/* Replicas in buckets of this store: they share the bytes. */
#include "config.h"

#include "object/replica.h"

#include "base/mem.h"
#include "object/crypt.h"
#include "object/event.h"
#include "object/lock.h"
#include "object/put.h"

#include "obj_priv.h"

struct apply {
	struct txn *t;
	const struct kms *kms;
	const struct rec_work *w;
	int64_t now_ms;
	struct arena *a;
	struct rec_bucket from, to;
	struct span place; /* name of to */
	struct replication_rule rule;
	struct obj_version version; /* what it is called there */
	struct rec_object src;
	struct attrs had;
};

/* By the key that the rule names, where it names one and the object has such a key. */
static enum err
crypt_for(struct apply *x, struct attrs *attrs)
{
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct crypt_want want = { 0 };
	struct sealed_keys keys;
	struct rec_crypt r;
	enum err e;

	if (side.p == NULL || x->rule.key.n == 0)
		return OK;
	e = rec_crypt_get(side, &r);
	if (e != OK || (r.mode != CRYPT_KMS && r.mode != CRYPT_DSSE))
		return e;
	want.mode = r.mode;
	want.bucket_key = r.bucket_key;
	want.context = r.context;
	e = kms_find(x->kms, x->rule.key, &want.key, NULL);
	if (e == OK)
		e = crypt_open(x->kms, side, NULL, &keys, NULL);
	if (e != OK)
		return e;
	crypt_wrap(x->kms, &want, x->to.id, x->a, &keys, &side);
	sealed_keys_wipe(&keys);
	side_set(x->a, attrs, SIDE_CRYPT, side);
	return OK;
}

static enum err
attrs_for(struct apply *x, struct attrs *attrs)
{
	struct replica r = { .status = REPLICA_REPLICA,
		.is_replica = true,
		.has_origin = x->version.which == VERSION_NUMBER,
		.mtime_ms = x->src.mtime_ms };
	struct worm_default d;
	bool locks;
	enum err e = obj_lock_bucket(x->t, &x->to, &locks, &d);

	if (e != OK)
		return e;
	*attrs = x->had;
	memcpy(r.origin, x->version.origin, ORIGIN_SIZE);
	side_set(x->a, attrs, SIDE_REPLICA, replica_render(x->a, &r));
	side_set(x->a, attrs, SIDE_RESTORE, SPAN_NONE);
	if (!locks)
		side_set(x->a, attrs, SIDE_LOCK, SPAN_NONE);
	if ((x->rule.flags & REPLICATE_OWNER) != 0)
		side_set(x->a, attrs, SIDE_ACL, SPAN_NONE);
	return crypt_for(x, attrs);
}

/* Sizes and checksums of parts, as they were kept. */
static enum err
parts_copy(struct apply *x, uint64_t number)
{
	uint8_t from[8], to[8];
	struct span row;
	enum err e;

	if ((x->src.flags & OBJECT_HAS_PARTS) == 0)
		return OK;
	be64_put(from, x->src.number);
	be64_put(to, number);
	e = table_get(x->t, T_OBJPART, span_of(from, sizeof from), &row);
	if (e == OK) /* a change of the table would move what row shows */
		e = table_put(
		    x->t, T_OBJPART, span_of(to, sizeof to), arena_span(x->a, row));
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

static enum err
put_new(struct apply *x)
{
	struct obj_dest d = { .bucket = x->place,
		.key = x->w->key,
		.bucket_id = x->to.id,
		.event = EVENT_PUT };
	struct rec_object rec = x->src, old;
	struct attrs attrs;
	bool exists;
	enum err e;

	/* Bytes that are in a remote tier are its own affair. */
	if (rec_object_is_away(&rec) && rec.size > 0)
		return E_INVALID_OBJECT_STATE;
	e = obj_dest_check(x->t, &d, &old, &exists);
	/* Before anything is written: a refusal is kept as what it is, not undone. */
	if (e == OK)
		e = obj_quota_check(x->t, &d.now, 0, rec.size, NULL);
	if (e == OK)
		e = attrs_for(x, &attrs);
	rec.flags &= OBJECT_IS_SEALED | OBJECT_HAS_PARTS;
	rec.mtime_ms = x->now_ms;
	rec.number = store_next_id(x->t);
	if ((x->rule.flags & REPLICATE_CLASS) != 0)
		rec.class = x->rule.class;
	if (e == OK)
		e = blob_hold(x->t, &rec.body);
	if (e == OK)
		e = parts_copy(x, rec.number);
	return e == OK ? obj_dest_put(x->t, &d, exists ? &old : NULL, &rec, &attrs) : e;
}

/* A lock that was made stronger here stays so. */
static enum err
lock_for(struct apply *x, struct span here, struct span *there)
{
	struct worm is, comes;
	bool weaker;
	enum err e = worm_read(here, &is);

	if (e == OK)
		e = worm_read(*there, &comes);
	if (e != OK || is.mode == WORM_NONE)
		return e;
	weaker = comes.mode == WORM_NONE || comes.until_ms < is.until_ms ||
	    (is.mode == WORM_COMPLIANCE && comes.mode != WORM_COMPLIANCE);
	if (!weaker || worm_until(&is, x->now_ms) <= x->now_ms)
		return OK;
	if (comes.legal != HOLD_NEVER)
		is.legal = comes.legal;
	*there = worm_render(x->a, &is);
	return OK;
}

/* What the replica has besides its body becomes what the source has. */
static enum err
put_sides(struct apply *x, struct rec_object *rec)
{
	static const enum side_kind kinds[] = { SIDE_TAGS, SIDE_LOCK, SIDE_ACL };
	struct attrs attrs, now;
	uint8_t flags = rec->flags;
	enum err e = attrs_for(x, &attrs);

	if (e == OK)
		e = obj_attrs(x->t, rec, x->a, &now);
	if (e != OK)
		return e;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && e == OK; i++) {
		struct span value = side_get(&attrs, kinds[i]);

		if (kinds[i] == SIDE_LOCK)
			e = lock_for(x, side_get(&now, SIDE_LOCK), &value);
		side_set(x->a, &now, kinds[i], value);
	}
	if (e == OK)
		e = obj_attrs_put(x->t, rec, &now);
	return e == OK && rec->flags != flags
	    ? obj_row_rewrite(x->t, &x->to, x->w->key, rec)
	    : e;
}

static enum err
replica_find(struct apply *x, struct rec_object *out)
{
	if (x->version.which != VERSION_NUMBER)
		return E_NO_SUCH_VERSION;
	return obj_version_find(x->t, &x->to, x->w->key, &x->version, out, NULL);
}

static enum err
apply_object(struct apply *x)
{
	struct rec_object there;
	enum err e = obj_attrs(x->t, &x->src, x->a, &x->had);

	if (e == OK)
		e = replica_find(x, &there);
	if (e == E_NO_SUCH_VERSION || e == E_NO_SUCH_KEY)
		return put_new(x);
	/* A row may be done twice, and a version that came home is there already. */
	return e == OK ? put_sides(x, &there) : e;
}

static enum err
apply_delete(struct apply *x)
{
	struct obj_arrival arrival = { .has_origin = x->w->has_origin,
		.mtime_ms = x->w->made_ms };
	struct obj_drop how = { .now_ms = x->now_ms, .arrival = &arrival };
	struct rec_object there;
	struct obj_deleted did;
	enum err e;

	memcpy(arrival.origin, x->w->origin, ORIGIN_SIZE);
	if (x->w->kind == WORK_DELETE)
		return obj_version_delete(
		    x->t, &x->to, x->w->key, &x->version, NULL, &how, &did, NULL);
	e = replica_find(x, &there);
	if (e != E_NO_SUCH_VERSION && e != E_NO_SUCH_KEY)
		return e;
	return obj_delete(x->t, &x->to, x->w->key, NULL, &how, &did, NULL);
}

/* Source, rule and place as they are now. E_NOT_FOUND: one of them is gone. */
static enum err
apply_look(struct apply *x)
{
	bool remote;
	enum err e = x->w->kind == WORK_DELETE
	    ? obj_work_bucket(x->t, x->w, &x->from)
	    : obj_work_version(x->t, x->w, &x->from, &x->src);

	if (e == OK)
		e = obj_work_rule(x->t, &x->from, x->w, x->a, &x->rule);
	if (e == OK && !replication_arn(x->w->arn, &x->place, &remote))
		e = E_CORRUPT;
	if (e == OK && x->w->has_origin) {
		x->version.which = VERSION_NUMBER;
		memcpy(x->version.origin, x->w->origin, ORIGIN_SIZE);
	}
	return e;
}

enum err
obj_work_apply(struct txn *t, const struct kms *k, const struct rec_work *w,
    int64_t now_ms, struct arena *a, enum work_end *end)
{
	struct apply x = { .t = t, .kms = k, .w = w, .now_ms = now_ms, .a = a };
	enum err e = apply_look(&x);

	*end = WORK_VOID;
	if (e == E_NOT_FOUND)
		return OK;
	*end = WORK_FAILED;
	if (e == OK)
		e = obj_bucket_find(t, x.place, &x.to, NULL);
	if (e == E_NO_SUCH_BUCKET || (e == OK && x.to.versioning != VERSIONING_ENABLED))
		return OK;
	if (e == OK)
		e = w->kind == WORK_PUT || w->kind == WORK_CHANGE ? apply_object(&x)
								  : apply_delete(&x);
	/* What stands in the way for good: a lock, a key. */
	if (e != OK && err_row(e)->status < 500)
		return OK;
	if (e == OK)
		*end = WORK_DONE;
	return e;
}
