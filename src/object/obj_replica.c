/* SPDX-License-Identifier: Apache-2.0 */
/* What changes mean for other places. */
#include "config.h"

#include "object/replica.h"

#include "model/rec_crypt.h"
#include "object/document.h"

#include "obj_priv.h"

enum err
obj_replica_keeps_versioning(struct txn *t, const struct rec_bucket *b, struct fail *fail)
{
	struct obj_doc at = { .bucket_id = b->id, .doc = DOC_REPLICATION };
	struct span inner;
	bool own;
	enum err e = obj_doc_find(t, &at, &inner, &own);

	if (e != OK || !own)
		return e;
	return fail_msg(fail, E_INVALID_BUCKET_STATE,
	    "A replication configuration is present on this bucket, so you cannot change "
	    "the versioning state. To change the versioning state, first delete the "
	    "replication configuration.");
}

enum err
obj_replica_rules(
    struct txn *t, const struct rec_bucket *b, struct arena *a, struct replication *out)
{
	struct obj_doc at = { .bucket_id = b->id,
		.doc = DOC_REPLICATION,
		.id = SPAN_LIT(REPLICATION_RULES_ID) };
	struct span inner;
	bool own = false;
	enum err e = OK;

	*out = (struct replication){ 0 };
	if ((b->watch & WATCH_REPLICATION) != 0)
		e = obj_doc_find(t, &at, &inner, &own);
	return e == OK && own ? replication_get(a, arena_span(a, inner), out) : e;
}

/* ---- one version ---- */

static enum err
is_kms(const struct attrs *attrs, bool *out)
{
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct rec_crypt r;
	enum err e;

	*out = false;
	if (side.p == NULL)
		return OK;
	e = rec_crypt_get(side, &r);
	*out = e == OK && (r.mode == CRYPT_KMS || r.mode == CRYPT_DSSE);
	return e;
}

static enum err
match(const struct replication *r, struct span key, const struct attrs *attrs,
    bool replica, struct arena *a, struct obj_replica *out)
{
	struct replication_object o = { .key = key, .replica = replica };
	enum err e = tags_read(a, side_get(attrs, SIDE_TAGS), &o.tags);

	if (e == OK)
		e = is_kms(attrs, &o.kms);
	if (e == OK)
		out->n = replication_match(r, &o, a, &out->rule);
	out->source = r->source;
	return e;
}

static void
arrive(struct rec_object *rec, bool has_origin, const uint8_t origin[ORIGIN_SIZE],
    int64_t mtime_ms)
{
	if (has_origin) {
		rec->flags |= OBJECT_HAS_ORIGIN;
		memcpy(rec->origin, origin, ORIGIN_SIZE);
	}
	if (mtime_ms != 0)
		rec->mtime_ms = mtime_ms;
}

/* One whose id is but a number elsewhere keeps it, unless that number is taken here. */
static bool
number_taken(struct txn *t, const struct rec_bucket *b, struct span key,
    const uint8_t origin[ORIGIN_SIZE])
{
	struct rec_object rec;
	uint64_t number;

	return version_origin_number(origin, &number) &&
	    obj_version_at(t, b, key, number, &rec) == OK &&
	    (rec.flags & OBJECT_HAS_ORIGIN) == 0;
}

enum err
obj_replica_begin(struct txn *t, const struct rec_bucket *b, struct span key,
    struct rec_object *rec, struct arena *a, struct attrs *attrs, struct obj_replica *out)
{
	struct replication rules;
	struct replica r;
	enum err e = replica_read(side_get(attrs, SIDE_REPLICA), &r);

	*out = (struct obj_replica){ 0 };
	memset(rec->origin, 0, sizeof rec->origin);
	if (e != OK)
		return e;
	out->arrived = r.is_replica && (r.has_origin || r.mtime_ms != 0);
	if (out->arrived) {
		r.has_origin = r.has_origin && b->versioning == VERSIONING_ENABLED;
		if (r.has_origin && obj_origin_is_there(t, b, key, r.origin))
			return E_REPLICA_EXISTS;
		if (r.has_origin && number_taken(t, b, key, r.origin))
			r.has_origin = false;
		arrive(rec, r.has_origin, r.origin, r.mtime_ms);
		r = (struct replica){ .status = REPLICA_REPLICA, .is_replica = true };
		side_set(a, attrs, SIDE_REPLICA, replica_render(a, &r));
		return OK;
	}
	if (side_get(attrs, SIDE_REPLICA).p != NULL)
		side_set(a, attrs, SIDE_REPLICA, SPAN_NONE);
	e = obj_replica_rules(t, b, a, &rules);
	if (e == OK && rules.n > 0)
		e = match(&rules, key, attrs, false, a, out);
	if (e != OK || out->n == 0)
		return e;
	rec->flags |= OBJECT_HAS_ORIGIN;
	version_origin_new(rec->origin);
	r = (struct replica){ .status = REPLICA_PENDING, .pending = (uint16_t)out->n };
	side_set(a, attrs, SIDE_REPLICA, replica_render(a, &r));
	return OK;
}

struct rec_work
obj_work_of(const struct rec_bucket *b, struct span key, const struct rec_object *rec,
    enum work_kind kind)
{
	struct rec_work w = { .kind = (uint8_t)kind,
		.bucket_id = b->id,
		.number = rec->number,
		.key = key,
		.has_origin = (rec->flags & OBJECT_HAS_ID) != 0,
		.size = kind == WORK_PUT ? rec->size : 0,
		.made_ms = rec->mtime_ms };

	if ((rec->flags & OBJECT_HAS_ORIGIN) != 0)
		memcpy(w.origin, rec->origin, ORIGIN_SIZE);
	else if (w.has_origin)
		version_origin_of(w.origin, rec->number);
	return w;
}

/* A place that is gone gets a queue nobody reads from but the one who fails its rows. */
enum { QUEUE_NOWHERE = 0 };

static enum err
works_add(struct txn *t, const struct rec_bucket *b, const struct rec_work *like,
    const struct obj_replica *r)
{
	enum err e = OK;

	for (size_t i = 0; i < r->n && e == OK; i++) {
		struct rec_work w = *like;
		uint64_t queue;

		w.bucket = r->source;
		w.arn = r->rule[i]->arn;
		w.rule = r->rule[i]->id;
		e = obj_replica_queue(t, b, w.arn, &queue);
		if (e == E_NOT_FOUND) {
			queue = QUEUE_NOWHERE;
			e = OK;
		}
		if (e == OK)
			e = obj_work_add(t, queue, &w);
	}
	return e;
}

enum err
obj_replica_end(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, const struct obj_replica *r)
{
	struct rec_work w = obj_work_of(
	    b, key, rec, (rec->flags & OBJECT_IS_MARKER) != 0 ? WORK_MARKER : WORK_PUT);
	enum err e = obj_origin_put(t, b, key, rec);

	return e == OK && r->n > 0 ? works_add(t, b, &w, r) : e;
}

enum err
obj_replica_marker_begin(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_drop *how, struct arena *a, struct rec_object *marker,
    struct obj_replica *out)
{
	struct replication_object o = { .key = key, .marker = true };
	struct replication rules;
	enum err e;

	*out = (struct obj_replica){ .arrived = how->arrival != NULL };
	if (out->arrived) {
		arrive(marker,
		    how->arrival->has_origin && b->versioning == VERSIONING_ENABLED,
		    how->arrival->origin, how->arrival->mtime_ms);
		return OK;
	}
	if (how->expired)
		return OK;
	e = obj_replica_rules(t, b, a, &rules);
	if (e != OK || rules.n == 0)
		return e;
	out->n = replication_match(&rules, &o, a, &out->rule);
	out->source = rules.source;
	if (out->n > 0) {
		marker->flags |= OBJECT_HAS_ORIGIN;
		version_origin_new(marker->origin);
	}
	return OK;
}

/* ---- deletes of versions ---- */

static bool
wants_deletes(const struct replication *r)
{
	for (size_t i = 0; i < r->n; i++)
		if ((r->rule[i].flags & REPLICATE_DELETES) != 0)
			return true;
	return false;
}

static enum err
gone_match(struct txn *t, const struct replication *rules, struct span key,
    const struct rec_object *rec, struct arena *a, struct obj_replica *out)
{
	struct obj_replica all = { 0 };
	struct attrs attrs;
	size_t n = 0;
	enum err e = obj_attrs(t, rec, a, &attrs);

	if (e == OK)
		e = match(rules, key, &attrs, false, a, &all);
	for (size_t i = 0; e == OK && i < all.n; i++)
		if ((all.rule[i]->flags & REPLICATE_DELETES) != 0)
			all.rule[n++] = all.rule[i];
	all.n = n;
	*out = all;
	return e;
}

enum err
obj_replica_gone(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, const struct obj_drop *how)
{
	struct rec_work w = obj_work_of(b, key, rec, WORK_DELETE);
	struct obj_replica r = { 0 };
	struct replication rules;
	struct arena a;
	enum err e;

	if (how->expired || how->arrival != NULL || !w.has_origin)
		return OK;
	arena_init(&a, SIZE_MAX);
	e = obj_replica_rules(t, b, &a, &rules);
	if (e == OK && wants_deletes(&rules))
		e = gone_match(t, &rules, key, rec, &a, &r);
	w.made_ms = how->now_ms;
	if (e == OK && r.n > 0)
		e = works_add(t, b, &w, &r);
	arena_fini(&a);
	return e;
}

/* ---- changes ---- */

enum err
obj_replica_change(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, bool arrived, struct arena *a, struct attrs *attrs)
{
	struct rec_work w = obj_work_of(b, key, rec, WORK_CHANGE);
	struct obj_replica out = { 0 };
	struct replication rules;
	struct replica r;
	enum err e = replica_read(side_get(attrs, SIDE_REPLICA), &r);

	/* What was never replicated does not begin to be by a change. */
	if (e != OK || arrived || r.status == REPLICA_NONE)
		return e;
	e = obj_replica_rules(t, b, a, &rules);
	if (e == OK && rules.n > 0)
		e = match(&rules, key, attrs, r.is_replica, a, &out);
	if (e != OK || out.n == 0)
		return e;
	r.status = REPLICA_PENDING;
	r.pending = (uint16_t)(r.pending + out.n);
	side_set(a, attrs, SIDE_REPLICA, replica_render(a, &r));
	return works_add(t, b, &w, &out);
}
