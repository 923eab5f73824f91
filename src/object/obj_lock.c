/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/lock.h"

#include "model/side.h"
#include "object/document.h"
#include "object/version.h"

#include "obj_priv.h"

enum err
obj_lock_check(struct txn *t, const struct rec_object *rec, const struct obj_drop *how)
{
	struct span lock;
	struct worm w;
	enum err e = obj_side(t, rec, SIDE_LOCK, &lock);

	if (e != OK || lock.p == NULL)
		return e;
	e = worm_read(lock, &w);
	if (e != OK)
		return e;
	return worm_may_drop(&w, how->now_ms, how->bypass) ? OK : E_OBJECT_LOCKED;
}

enum err
obj_lock_bucket(
    struct txn *t, const struct rec_bucket *b, bool *enabled, struct worm_default *out)
{
	struct obj_doc at = { .bucket_id = b->id, .doc = DOC_OBJECT_LOCK };
	struct span inner;
	enum err e = E_NO_SUCH_OBJECT_LOCK;

	*enabled = false;
	*out = (struct worm_default){ 0 };
	/* Nobody gets it without, and nobody who has it gets rid of it. */
	if (b->versioning == VERSIONING_ENABLED)
		e = obj_doc_get(t, &at, &inner);
	if (e != OK)
		return e == E_NO_SUCH_OBJECT_LOCK ? OK : e;
	*enabled = true;
	worm_default_read(inner, out);
	return OK;
}

enum err
obj_lock_default(struct txn *t, const struct rec_bucket *b, const struct rec_object *rec,
    struct arena *a, struct attrs *attrs)
{
	struct worm_default d;
	struct worm w;
	bool enabled;
	enum err e = obj_lock_bucket(t, b, &enabled, &d);

	if (e != OK || d.mode == WORM_NONE)
		return e;
	e = worm_read(side_get(attrs, SIDE_LOCK), &w);
	if (e != OK || w.mode != WORM_NONE)
		return e;
	worm_default_apply(&d, rec->mtime_ms, &w);
	side_set(a, attrs, SIDE_LOCK, worm_render(a, &w));
	return OK;
}

enum err
obj_lock_keeps_versioning(struct txn *t, const struct rec_bucket *b, struct fail *fail)
{
	struct worm_default d;
	bool enabled;
	enum err e = obj_lock_bucket(t, b, &enabled, &d);

	if (e != OK || !enabled)
		return e;
	return fail_msg(fail, E_INVALID_BUCKET_STATE,
	    "An Object Lock configuration is present on this bucket, so the versioning "
	    "state cannot be changed.");
}

enum err
obj_lock_enable(struct txn *t, struct span bucket, struct fail *fail)
{
	const struct doc_text plain = {
		.inner = SPAN_LIT("<ObjectLockEnabled>Enabled</ObjectLockEnabled>")
	};
	struct obj_doc at = { .bucket = bucket, .doc = DOC_OBJECT_LOCK, .fail = fail };
	struct rec_bucket b;
	enum err e = obj_version_set(t, bucket, VERSIONING_ENABLED, fail);

	if (e == OK)
		e = obj_bucket_find(t, bucket, &b, fail);
	if (e != OK)
		return e;
	at.bucket_id = b.id;
	return obj_doc_put(t, &at, &plain);
}
