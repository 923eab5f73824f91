/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/object.h"
#include "object/analytics.h"
#include "object/document.h"
#include "object/upload.h"
#include "object/point.h"
#include "object/replica.h"

#include "base/clock.h"
#include "base/mem.h"
#include "model/meter.h"
#include "object/event.h"

#include "obj_priv.h"

enum { ROWS_AT_ONCE = 5000 }; /* of analyses; the rest goes in the background */

enum err
obj_bucket_find(
    struct txn *t, struct span name, struct rec_bucket *out, struct fail *fail)
{
	struct span row;
	enum err e =
	    name.n > TABLE_KEY_MAX ? E_NOT_FOUND : table_get(t, T_BUCKET, name, &row);

	if (e == OK)
		e = rec_bucket_get(row, out);
	if (e == OK)
		out->name = name;
	if (e != E_NOT_FOUND)
		return e;
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_BUCKET);
		fail_pair(fail, "BucketName", name);
	}
	return E_NO_SUCH_BUCKET;
}

/* Only who listens hears of it: nobody can have asked before, or could ask behind. */
static enum err
bucket_event(struct txn *t, const struct rec_bucket *b, enum event event, int64_t now_ms)
{
	struct rec_bucket bare = *b;
	const struct obj_change c = { .event = event, .bucket = &bare, .now_ms = now_ms };

	bare.watch = 0;
	bare.region = SPAN_NONE; /* borrowed from a row that has changed */
	return obj_event_live() != 0 ? obj_event_tell(t, &c) : OK;
}

enum err
obj_bucket_create(
    struct txn *t, struct span name, const struct obj_bucket_new *want, struct fail *fail)
{
	struct rec_bucket r = { .created_ms = want->now_ms, .region = want->region },
			  there;
	struct buf row = { 0 };
	struct span old;
	enum err e = table_get(t, T_BUCKET, name, &old);

	if (e == OK && (e = rec_bucket_get(old, &there)) == OK) {
		e = span_eq(span_of(there.account, ACCOUNT_DIGITS), want->account)
		    ? E_BUCKET_OWNED
		    : E_BUCKET_EXISTS;
		(void)fail_set(fail, e);
		fail_pair(fail, "BucketName", name);
		return e;
	}
	if (e != E_NOT_FOUND)
		return e;
	MUST(want->account.n == ACCOUNT_DIGITS);
	memcpy(r.account, want->account.p, ACCOUNT_DIGITS);
	r.id = store_next_id(t);
	r.uploads = store_next_id(t);
	rec_bucket_put(&row, &r);
	e = table_put(t, T_BUCKET, name, buf_view(&row));
	buf_fini(&row);
	r.name = name;
	return e == OK ? bucket_event(t, &r, EVENT_BUCKET_CREATED, want->now_ms) : e;
}

static enum err
bucket_is_empty(struct txn *t, uint64_t space)
{
	struct key_cursor *c = mem_alloc(sizeof *c);
	enum err e = key_begin(t, T_OBJECT, space, c);

	if (e == OK) {
		e = key_seek(c, SPAN_NONE);
		key_end(c);
	}
	mem_free(c);
	return e == OK ? E_BUCKET_NOT_EMPTY : e == E_NOT_FOUND ? OK : e;
}

enum err
obj_bucket_delete(struct txn *t, struct span name, struct fail *fail)
{
	struct rec_bucket r;
	bool points, more = false;
	enum err e = obj_bucket_find(t, name, &r, fail);

	if (e == OK)
		e = bucket_is_empty(t, r.id);
	if (e == E_BUCKET_NOT_EMPTY) {
		if (r.versioning != VERSIONING_NEVER)
			(void)fail_msg(fail, e,
			    "The bucket you tried to delete is not empty. You must "
			    "delete all "
			    "versions in the bucket.");
		(void)fail_set(fail, e);
		fail_pair(fail, "BucketName", name);
	}
	if (e == OK)
		e = obj_point_any(t, r.id, &points);
	if (e == OK && points)
		e = fail_set(fail, E_BUCKET_HAS_POINTS);
	if (e == OK)
		e = obj_upload_drop_all(t, &r);
	if (e == OK)
		e = usage_bucket_gone(t, r.id, name, clock_now_ms());
	if (e == OK)
		e = usage_drop(t, r.id);
	if (e == OK)
		e = obj_doc_drop_all(t, r.id);
	if (e == OK)
		e = obj_analytics_drop(t, r.id, SPAN_NONE, ROWS_AT_ONCE, &more);
	if (e == OK && more)
		e = obj_dropped_add(t, &r);
	if (e == OK)
		e = obj_targets_move(t, r.id, 0);
	if (e == OK)
		e = table_del(t, T_BUCKET, name);
	return e == OK ? bucket_event(t, &r, EVENT_BUCKET_REMOVED, clock_now_ms()) : e;
}

enum err
obj_bucket_each(struct txn *t, struct span prefix, struct span after,
    bool (*row)(void *ctx, struct span name, const struct rec_bucket *b), void *ctx)
{
	struct span from = span_cmp(after, prefix) > 0 ? after : prefix;
	struct table_cursor c;
	struct rec_bucket b;
	enum err e = table_begin(t, T_BUCKET, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, from); e == OK; e = table_next(&c)) {
		if (after.n > 0 && span_cmp(c.key, after) <= 0)
			continue;
		if (!span_starts(c.key, prefix))
			break;
		e = rec_bucket_get(c.value, &b);
		b.name = c.key;
		if (e != OK || !row(ctx, c.key, &b))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}
