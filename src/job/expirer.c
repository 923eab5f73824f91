/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/expirer.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/meter.h"
#include "object/access.h"
#include "object/document.h"
#include "object/lock.h"
#include "object/remote.h"
#include "object/replica.h"
#include "object/upload.h"
#include "object/version.h"

enum { PAGE = 1000, CHANGES = 128, VERSIONS = 256, ARENA = 64 << 20 };

/* What decides whether a day can be skipped. */
static const unsigned watched[] = { T_BUCKET, T_OBJECT, T_ATTR, T_VERSION, T_UPLOAD,
	T_DOCUMENT, T_ACCESS };

struct change {
	enum life_kind kind;
	bool upload; /* an upload to be aborted; number is its own */
	bool tiered; /* to access.tier, within its class */
	struct access was, access;
	uint8_t class;
	struct obj_version version;
	uint64_t number;
	struct span key; /* of the page's arena */
};

struct counts {
	uint64_t expired, removed, moved, aborted, tiered;
};

/* Where it is in a bucket's versions: what came before decides about what follows. */
struct place {
	struct buf key; /* of the row before */
	bool has_version;
	struct obj_version version;
	int64_t mtime_ms; /* of the version before, of the same key */
	uint64_t newer; /* noncurrent versions of that key so far */
};

struct expirer {
	struct store *store;
	struct reader *reader;
	int64_t day_ms;
	/* the cycle */
	bool running, ever;
	int64_t began_ms, next_ms; /* when it began; when something will be due */
	uint64_t seen[ARRAY_LEN(watched)];
	/* the bucket */
	struct buf bucket; /* name; n == 0: before the first */
	bool open, uploads;
	struct rec_bucket rec;
	struct arena rules_room;
	struct lifecycle rules;
	struct tiering tiering; /* of its objects of class INTELLIGENT_TIERING */
	struct place at;
	struct counts counts;
	/* the page */
	struct arena page_room;
	struct change change[CHANGES];
	size_t n;
	bool last; /* of the bucket's versions, or of its uploads */
	int64_t now_ms;
	struct txn *txn;
	enum err bad;
};

struct expirer *
expirer_new(struct store *store, int64_t day_ms)
{
	struct expirer *x = mem_zalloc(sizeof *x);

	x->store = store;
	x->reader = reader_new(store);
	x->day_ms = day_ms;
	x->next_ms = INT64_MAX;
	arena_init(&x->rules_room, ARENA);
	arena_init(&x->page_room, ARENA);
	return x;
}

static void
place_reset(struct place *p)
{
	p->key.n = 0;
	p->has_version = false;
	p->newer = 0;
}

void
expirer_free(struct expirer **expirer)
{
	struct expirer *x = *expirer;

	if (x == NULL)
		return;
	*expirer = NULL;
	reader_free(&x->reader);
	arena_fini(&x->rules_room);
	arena_fini(&x->page_room);
	buf_fini(&x->bucket);
	buf_fini(&x->at.key);
	mem_free(x);
}

/* ---- when ---- */

static int64_t
due(void *ctx)
{
	const struct expirer *x = ctx;
	int64_t midnight = x->began_ms - x->began_ms % x->day_ms + x->day_ms;

	/* A clock that was set back does not wait until it is there again. */
	if (x->running || !x->ever || clock_now_ms() < x->began_ms)
		return INT64_MIN;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		if (store_changes(x->store, watched[i]) != x->seen[i])
			return midnight;
	return x->next_ms > midnight ? x->next_ms : midnight;
}

static void
cycle_begin(struct expirer *x, int64_t now_ms)
{
	x->running = x->ever = true;
	x->began_ms = now_ms;
	x->next_ms = INT64_MAX;
	x->bucket.n = 0;
	x->open = false;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		x->seen[i] = store_changes(x->store, watched[i]);
}

/* ---- the next bucket that has rules, or objects that move by themselves ---- */

static enum err
rules_load(struct expirer *x, struct txn *t, struct span name)
{
	struct obj_doc d = {
		.bucket = name, .bucket_id = x->rec.id, .doc = DOC_LIFECYCLE
	};
	struct fail fail;
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	x->rules = (struct lifecycle){ .day_ms = x->day_ms };
	if (e != OK)
		return e;
	fail_init(&fail, NULL);
	e = life_load(&x->rules_room, inner, &x->rules, &fail);
	if (e != OK)
		return E_CORRUPT;
	x->rules.day_ms = x->day_ms;
	d.id = SPAN_LIT(LIFE_MINIMUM_ID);
	if (obj_doc_get(t, &d, &inner) == OK) {
		x->rules.small_moves = true;
		x->rules.any_size = span_is(inner, LIFE_ANY_SIZE);
	}
	return OK;
}

static bool
tiering_row(void *ctx, struct span id, struct span inner)
{
	struct expirer *x = ctx;
	struct fail fail;

	(void)id;
	fail_init(&fail, NULL);
	if (tiering_add(&x->rules_room, &x->tiering, inner, &fail) != OK)
		x->bad = E_CORRUPT;
	return x->bad == OK;
}

static enum err
tiering_load(struct expirer *x, struct txn *t, bool *any)
{
	struct usage u;
	enum err e = usage_get(t, x->rec.id, CLASS_INTELLIGENT_TIERING, &u);

	x->tiering = (struct tiering){ .day_ms = x->day_ms };
	*any = e == OK && u.objects > 0;
	if (*any)
		e = obj_doc_each(t, x->rec.id, DOC_TIERING, SPAN_NONE, tiering_row, x);
	return e;
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct expirer *x = ctx;
	bool any = false;
	enum err e;

	arena_fini(&x->rules_room);
	arena_init(&x->rules_room, ARENA);
	x->rec = *b;
	x->bad = rules_load(x, x->txn, name);
	if (x->bad == OK || x->bad == E_NO_SUCH_LIFECYCLE) {
		bool rules = x->bad == OK;

		x->bad = OK;
		e = tiering_load(x, x->txn, &any);
		if (x->bad == OK)
			x->bad = e;
		if (x->bad == OK && !rules && !any)
			return true;
	}
	x->bucket.n = 0;
	buf_span(&x->bucket, name);
	x->open = x->bad == OK;
	return false;
}

static enum err
bucket_read(struct txn *t, void *arg)
{
	struct expirer *x = arg;
	struct span after = arena_span(&x->page_room, buf_view(&x->bucket));
	enum err e;

	x->txn = t;
	x->bad = OK;
	x->open = false;
	e = obj_bucket_each(t, SPAN_LIT(""), after, bucket_row, x);
	x->rec.region = SPAN_NONE; /* borrowed: gone with the read */
	return e == OK ? x->bad : e;
}

static enum err
bucket_next(struct expirer *x)
{
	enum err e = store_read(x->reader, bucket_read, x);

	if (e != OK)
		return e;
	place_reset(&x->at);
	x->uploads = false;
	x->counts = (struct counts){ 0 };
	x->running = x->open;
	return OK;
}

/* ---- a page ---- */

static void
later(struct expirer *x, int64_t ms)
{
	if (ms < x->next_ms)
		x->next_ms = ms;
}

static bool
is_same_key(const struct expirer *x, struct span key)
{
	return x->at.key.n > 0 && span_eq(buf_view(&x->at.key), key);
}

/* Is there no other version below this one, the latest? */
static bool
is_alone(struct expirer *x, struct span key)
{
	bool below = false;
	enum err e = obj_version_below(x->txn, &x->rec, key, &below);

	if (e != OK)
		x->bad = e;
	return !below;
}

/* Of class INTELLIGENT_TIERING: to the tier that follows from its last read. */
static void
see_access(struct expirer *x, const struct life_object *o, const struct rec_object *rec)
{
	struct restore r = { 0 };
	struct access was, now;
	struct attrs attrs;

	x->bad = access_get(x->txn, rec, &was);
	if (x->bad == OK && was.tier >= ACCESS_ARCHIVE) {
		x->bad = obj_attrs(x->txn, rec, &x->page_room, &attrs);
		if (x->bad == OK)
			x->bad = restore_read(side_get(&attrs, SIDE_RESTORE), &r);
	}
	if (x->bad != OK)
		return;
	now = tiering_judge(&x->tiering, o, &was, &r, x->now_ms, &x->next_ms);
	if (now.tier == was.tier)
		return;
	x->change[x->n++] = (struct change){ .tiered = true,
		.was = was,
		.access = now,
		.version = obj_version_of(rec),
		.number = rec->number,
		.key = arena_span(&x->page_room, o->key) };
}

static void
see_version(struct expirer *x, struct span key, const struct rec_object *rec, bool latest)
{
	struct life_object o = {
		.key = key,
		.size = rec->size,
		.mtime_ms = rec->mtime_ms,
		.class = rec->class,
		.marker = (rec->flags & OBJECT_IS_MARKER) != 0,
		.latest = latest,
		.versioned = x->rec.versioning != VERSIONING_NEVER,
		.since_ms = x->at.mtime_ms,
		.newer = x->at.newer,
	};
	struct life_verdict v;
	struct attrs attrs;

	if ((x->rules.wants_tags || x->tiering.wants_tags) && !o.marker) {
		x->bad = obj_attrs(x->txn, rec, &x->page_room, &attrs);
		if (x->bad == OK)
			x->bad = tags_read(
			    &x->page_room, side_get(&attrs, SIDE_TAGS), &o.tags);
	}
	if (o.marker && latest)
		o.alone = is_alone(x, key);
	if (x->bad != OK)
		return;
	life_judge(&x->rules, &o, x->now_ms, &v);
	later(x, v.next_ms);
	if (v.kind == LIFE_NOTHING) {
		if (access_is_watched(rec) && !o.marker)
			see_access(x, &o, rec);
		return;
	}
	x->change[x->n++] = (struct change){ .kind = v.kind,
		.class = v.class,
		.version = obj_version_of(rec),
		.number = rec->number,
		.key = arena_span(&x->page_room, key) };
	if (v.kind == LIFE_MOVE) /* and then perhaps deeper, or away */
		later(x, x->now_ms + 1);
}

static void
version_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct expirer *x = ctx;

	/* With the changes full the rest of the page is for the next step. */
	if (x->bad != OK || x->n == CHANGES) {
		x->last = false;
		return;
	}
	if (latest || !is_same_key(x, key))
		x->at.newer = 0;
	see_version(x, key, rec, latest);
	if (!latest)
		x->at.newer++;
	x->at.key.n = 0;
	buf_span(&x->at.key, key);
	x->at.has_version = true;
	x->at.version = obj_version_of(rec);
	x->at.mtime_ms = rec->mtime_ms;
}

static void
object_row(void *ctx, struct span key, struct span value)
{
	struct expirer *x = ctx;
	struct rec_object rec;

	if (x->bad == OK)
		x->bad = rec_object_get(value, &rec);
	if (x->bad == OK)
		version_row(x, key, &rec, true);
}

static void
upload_row(void *ctx, struct span row_key, struct span value)
{
	struct expirer *x = ctx;
	struct rec_upload u;
	struct span key;
	uint64_t number;

	if (x->bad != OK || x->n == CHANGES) {
		x->last = false;
		return;
	}
	if (!upload_key_get(row_key, &key, &number)) {
		x->bad = E_CORRUPT;
		return;
	}
	x->bad = rec_upload_get(&x->page_room, value, &u);
	if (x->bad != OK)
		return;
	if (life_abort(&x->rules, key, u.initiated_ms, x->now_ms, &x->next_ms))
		x->change[x->n++] = (struct change){ .upload = true,
			.number = number,
			.key = arena_span(&x->page_room, key) };
	x->at.key.n = 0;
	buf_span(&x->at.key, row_key);
}

static enum err
page_of_versions(struct expirer *x, struct txn *t)
{
	struct obj_version_list l = { .bucket = x->rec,
		.key_marker = arena_span(&x->page_room, buf_view(&x->at.key)),
		.has_version_marker = x->at.has_version,
		.version_marker = x->at.version,
		.max = PAGE,
		.ctx = x,
		.row = version_row };
	enum err e = obj_version_list(t, &l, &x->page_room);

	x->last = x->last && !l.truncated;
	return e;
}

static enum err
page_of(struct expirer *x, struct txn *t, unsigned table, uint64_t space,
    void (*row)(void *ctx, struct span key, struct span value))
{
	struct obj_list l = { .table = table,
		.space = space,
		.after = arena_span(&x->page_room, buf_view(&x->at.key)),
		.max = PAGE,
		.ctx = x,
		.row = row };
	enum err e = obj_list(t, &l, &x->page_room);

	x->last = x->last && !l.truncated;
	return e;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct expirer *x = arg;
	enum err e;

	x->txn = t;
	x->n = 0;
	x->last = true;
	x->bad = OK;
	if (x->uploads)
		e = page_of(x, t, T_UPLOAD, x->rec.uploads, upload_row);
	else if (x->rec.versions != 0)
		e = page_of_versions(x, t);
	else
		e = page_of(x, t, T_OBJECT, x->rec.id, object_row);
	return e == OK ? x->bad : e;
}

/* ---- changes ---- */

/* Those from first on; the first one may have been begun. */
struct apply {
	struct expirer *x;
	size_t first;
	bool begun;
	/* out */
	struct counts counts;
	size_t done; /* of all; fewer than there are: the next one was only begun */
};

/* The latest version is still the one that was judged. */
static enum err
expire(struct txn *t, struct expirer *x, const struct change *c, struct counts *n)
{
	struct obj_drop how = { .now_ms = x->now_ms, .expired = true };
	struct obj_deleted gone;
	struct rec_object rec;
	struct fail fail;
	enum err e = obj_find(t, x->rec.id, c->key, &rec, NULL);

	if (e == OK && rec.number != c->number)
		return OK;
	fail_init(&fail, NULL);
	if (e == OK)
		e = obj_delete(t, &x->rec, c->key, NULL, &how, &gone, &fail);
	n->expired += e == OK;
	return e;
}

/* What is still to be replicated, or could not be, stays where and as it is:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html */
static enum err
is_held(struct txn *t, struct expirer *x, const struct rec_object *rec, bool *held)
{
	struct attrs attrs;
	struct replica r;
	enum err e;

	*held = false;
	if ((x->rec.watch & WATCH_REPLICATION) == 0 ||
	    (rec->flags & OBJECT_HAS_ATTR) == 0)
		return OK;
	e = obj_attrs(t, rec, &x->page_room, &attrs);
	if (e == OK)
		e = replica_read(side_get(&attrs, SIDE_REPLICA), &r);
	if (e == OK)
		*held = r.status == REPLICA_PENDING || r.status == REPLICA_FAILED;
	return e;
}

/* Some of the versions, the newest first; *more: there are others, none of them newer than
 * the one that was judged. Where objects may be locked all of them stay, as with MinIO. */
static enum err
expire_all(struct txn *t, struct expirer *x, const struct change *c, bool begun,
    struct counts *n, bool *more)
{
	struct obj_drop how = { .now_ms = x->now_ms, .expired = true };
	struct worm_default lock;
	struct rec_object rec;
	struct fail fail;
	unsigned some = 0;
	bool locks, held = false;
	enum err e = obj_lock_bucket(t, &x->rec, &locks, &lock);

	if (e != OK || locks)
		return e;
	e = obj_find(t, x->rec.id, c->key, &rec, NULL);
	if (e == OK && (begun ? rec.number > c->number : rec.number != c->number))
		return OK;
	while (e == OK && some++ < VERSIONS) {
		struct obj_version v = obj_version_of(&rec);
		struct obj_deleted gone;

		e = is_held(t, x, &rec, &held);
		if (e != OK || held)
			return e == OK ? E_OBJECT_LOCKED : e;
		fail_init(&fail, NULL);
		e = obj_version_delete(t, &x->rec, c->key, &v, NULL, &how, &gone, &fail);
		if (e == OK)
			e = obj_find(t, x->rec.id, c->key, &rec, NULL);
	}
	*more = e == OK;
	n->expired += e == E_NO_SUCH_KEY;
	return e;
}

static enum err
abort_upload(struct txn *t, struct expirer *x, const struct change *c, struct counts *n)
{
	enum err e = obj_upload_abort(t, &x->rec, c->key, c->number, &x->page_room);

	n->aborted += e == OK;
	return e;
}

/* The version that was judged, where it is and may be touched. */
static enum err
may_change(struct txn *t, struct expirer *x, const struct change *c)
{
	struct rec_object rec;
	bool held = false;
	enum err e = (x->rec.watch & WATCH_REPLICATION) != 0
	    ? obj_version_find(t, &x->rec, c->key, &c->version, &rec, NULL)
	    : OK;

	if (e == OK && (x->rec.watch & WATCH_REPLICATION) != 0)
		e = is_held(t, x, &rec, &held);
	return e == OK && held ? E_OBJECT_LOCKED : e;
}

/* At once, or by an errand to a tier: the class changes when the bytes are there. */
static enum err
move(struct txn *t, struct expirer *x, const struct change *c, struct fail *fail)
{
	struct rec_object rec;
	enum err e;

	if (remote_tier_of_class(c->class) == TIER_NONE)
		return obj_class_set(
		    t, &x->rec, c->key, &c->version, c->class, x->now_ms, fail);
	e = obj_version_find(t, &x->rec, c->key, &c->version, &rec, fail);
	return e == OK
	    ? obj_remote_order(t, x->rec.id, buf_view(&x->bucket), c->key, &rec, c->class)
	    : e;
}

static enum err
change_one(struct txn *t, struct expirer *x, const struct change *c, bool begun,
    struct counts *n, bool *more)
{
	struct obj_drop how = { .now_ms = x->now_ms, .expired = true };
	struct obj_deleted gone;
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	if (c->upload)
		return abort_upload(t, x, c, n);
	if (c->tiered) {
		e = obj_access_set(t, &x->rec, c->key, &c->version, c->number, &c->was,
		    &c->access, x->now_ms);
		n->tiered += e == OK;
		return e;
	}
	e = c->kind == LIFE_EXPIRE_ALL ? OK : may_change(t, x, c);
	if (e != OK)
		return e;
	switch (c->kind) {
	case LIFE_EXPIRE:
		return expire(t, x, c, n);
	case LIFE_EXPIRE_ALL:
		return expire_all(t, x, c, begun, n, more);
	case LIFE_REMOVE:
		e = obj_version_delete(
		    t, &x->rec, c->key, &c->version, NULL, &how, &gone, &fail);
		n->removed += e == OK && gone.existed;
		return e;
	case LIFE_MOVE:
		e = move(t, x, c, &fail);
		n->moved += e == OK;
		return e;
	default:
		return OK;
	}
}

/* What went meanwhile, or is locked, or held back, is passed over. */
static bool
is_harmless(enum err e)
{
	return e == OK || e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION ||
	    e == E_OBJECT_LOCKED;
}

static enum err
apply_write(struct txn *t, void *arg)
{
	struct apply *a = arg;
	struct expirer *x = a->x;
	struct rec_bucket now;
	bool more = false;
	enum err e = obj_bucket_find(t, buf_view(&x->bucket), &now, NULL);

	a->counts = (struct counts){ 0 };
	a->done = x->n;
	if (e == E_NO_SUCH_BUCKET || (e == OK && now.id != x->rec.id))
		return OK;
	if (e != OK)
		return e;
	x->rec = now;
	for (size_t i = a->first; i < x->n && !more; i++) {
		e = change_one(
		    t, x, &x->change[i], a->begun && i == a->first, &a->counts, &more);
		if (!is_harmless(e))
			return e;
		if (e == E_OBJECT_LOCKED) /* or held back: every day anew */
			later(x, x->now_ms + 1);
		if (more)
			a->done = i;
	}
	x->rec.region = SPAN_NONE;
	return OK;
}

static enum err
apply(struct expirer *x)
{
	struct apply a = { .x = x };
	enum err e = OK;

	for (; a.first < x->n && e == OK; a.first = a.done) {
		e = store_write_wait(x->store, apply_write, &a);
		if (e != OK)
			break;
		a.begun = a.done < x->n;
		x->counts.expired += a.counts.expired;
		x->counts.removed += a.counts.removed;
		x->counts.moved += a.counts.moved;
		x->counts.aborted += a.counts.aborted;
		x->counts.tiered += a.counts.tiered;
	}
	return e;
}

static void
bucket_done(struct expirer *x)
{
	const struct counts *n = &x->counts;

	x->open = false;
	if (n->expired + n->removed + n->moved + n->aborted + n->tiered > 0)
		log_info("lifecycle of %s: %" PRIu64 " expired, %" PRIu64
			 " old versions removed, %" PRIu64 " moved, %" PRIu64
			 " uploads aborted, %" PRIu64 " to another access tier",
		    buf_cstr(&x->bucket), n->expired, n->removed, n->moved, n->aborted,
		    n->tiered);
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct expirer *x = ctx;
	enum err e;

	if (!x->running)
		cycle_begin(x, now_ms);
	x->now_ms = now_ms;
	arena_fini(&x->page_room);
	arena_init(&x->page_room, ARENA);
	if (!x->open) {
		e = bucket_next(x);
		*more = x->running;
		return e;
	}
	e = store_read(x->reader, page_read, x);
	if (e == OK)
		e = apply(x);
	if (e != OK)
		return e;
	if (x->last && x->uploads)
		bucket_done(x);
	else if (x->last) {
		x->uploads = true;
		place_reset(&x->at);
	}
	*more = true;
	return OK;
}

void
expirer_job(struct expirer *x, struct job *out)
{
	*out = (struct job){ .name = "lifecycle", .ctx = x, .due = due, .step = step };
}
