/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/remote.h"

#include "base/mem.h"
#include "object/event.h"
#include "object/meter.h"
#include "object/read.h"

#include "obj_priv.h"

enum { ARENA = 16 << 20 };

static struct span
number_key(uint8_t out[8], uint64_t number)
{
	be64_put(out, number);
	return span_of(out, 8);
}

enum err
obj_remote_find(
    struct txn *t, const struct rec_object *rec, struct arena *a, struct rec_remote *out)
{
	uint8_t key[8];
	struct span row;
	enum err e = table_get(t, T_REMOTE, number_key(key, rec->number), &row);

	if (e == OK)
		e = rec_remote_get(a, arena_span(a, row), out);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

static enum err
remote_put(struct txn *t, uint64_t number, const struct rec_remote *r)
{
	uint8_t key[8];
	struct buf row = { 0 };
	enum err e;

	rec_remote_put(&row, r);
	e = table_put(t, T_REMOTE, number_key(key, number), buf_view(&row));
	buf_fini(&row);
	return e;
}

/* ---- what a body is made of ---- */

struct describing {
	struct arena *arena;
	struct rec_remote *r;
	size_t cap;
	struct blob_ref *ref;
};

static bool
describe_piece(void *ctx, const struct blob_piece *p)
{
	struct describing *d = ctx;
	struct rec_remote *r = d->r;

	if (r->n == d->cap)
		return false;
	if (p->ref.len == 0)
		return true;
	r->piece[r->n] = (struct remote_piece){ .tag = p->tag, .len = p->ref.len };
	d->ref[r->n++] = p->ref;
	r->len += p->ref.len;
	return true;
}

static enum err
describe_heads(struct txn *t, struct describing *d)
{
	struct buf scratch = { 0 };
	enum err e = OK;

	for (size_t i = 0; e == OK && i < d->r->n; i++) {
		struct span head;

		scratch.n = 0;
		if (d->ref[i].len < SEALED_HEAD)
			e = E_CORRUPT;
		else
			e = obj_read_small(
			    t, &d->ref[i], 0, SEALED_HEAD, &scratch, &head);
		if (e == OK)
			memcpy(d->r->piece[i].head, head.p, SEALED_HEAD);
	}
	buf_fini(&scratch);
	return e;
}

enum err
obj_remote_describe(
    struct txn *t, const struct rec_object *rec, struct arena *a, struct rec_remote *out)
{
	struct rec_remote r = { .sealed = (rec->flags & OBJECT_IS_SEALED) != 0 };
	struct describing d = { .arena = a, .r = &r, .cap = 1 };
	struct blob_piece only = { .ref = rec->body };
	bool is_list = rec->body.kind == BLOB_LIST && rec->body.off == 0;
	enum err e = is_list ? blob_list_count(t, &rec->body, &d.cap) : OK;

	if (e != OK)
		return e;
	r.piece = arena_array(a, d.cap, sizeof *r.piece);
	d.ref = arena_array(a, d.cap, sizeof *d.ref);
	if (is_list)
		e = blob_list_walk(t, &rec->body, describe_piece, &d);
	else
		(void)describe_piece(&d, &only);
	if (e == OK && (r.n == 0 || r.len != rec->body.len))
		e = E_CORRUPT;
	if (e == OK && r.sealed)
		e = describe_heads(t, &d);
	if (e == OK)
		*out = r;
	return e;
}

/* ---- errands ---- */

enum err
obj_errand_put(struct txn *t, const struct rec_errand *r)
{
	uint8_t key[ERRAND_KEY];
	struct buf row = { 0 };
	enum err e;

	rec_errand_key(key, (enum errand_kind)r->kind, r->number);
	rec_errand_put(&row, r);
	e = table_put(t, T_ERRAND, span_of(key, sizeof key), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_errand_del(struct txn *t, enum errand_kind kind, uint64_t number)
{
	uint8_t key[ERRAND_KEY];
	enum err e;

	rec_errand_key(key, kind, number);
	e = table_del(t, T_ERRAND, span_of(key, sizeof key));
	return e == E_NOT_FOUND ? OK : e;
}

/* An errand about a version. */
static struct rec_errand
errand_of(enum errand_kind kind, uint64_t bucket_id, struct span bucket, struct span key,
    const struct rec_object *rec)
{
	return (struct rec_errand){ .kind = (uint8_t)kind,
		.number = rec->number,
		.class = rec->class,
		.has_id = (rec->flags & OBJECT_HAS_ID) != 0,
		.bucket_id = bucket_id,
		.bucket = bucket,
		.key = key };
}

enum err
obj_remote_order(struct txn *t, uint64_t bucket_id, struct span bucket, struct span key,
    const struct rec_object *rec, uint8_t class)
{
	struct rec_errand r = errand_of(ERRAND_MOVE, bucket_id, bucket, key, rec);
	int slot = remote_tier_of_class(class);
	uint8_t at[ERRAND_KEY];
	struct span row;
	enum err e;

	MUST(slot != TIER_NONE);
	r.slot = (uint8_t)slot;
	r.class = class;
	rec_errand_key(at, ERRAND_MOVE, rec->number);
	e = table_get(t, T_ERRAND, span_of(at, sizeof at), &row);
	return e == E_NOT_FOUND ? obj_errand_put(t, &r) : e;
}

/* What is at a tier under that name is to go. */
static enum err
send_gone(struct txn *t, const struct rec_remote *was)
{
	struct rec_errand gone = { .kind = ERRAND_GONE,
		.number = store_next_id(t),
		.slot = was->slot,
		.name = was->name,
		.version = was->version };

	return obj_errand_put(t, &gone);
}

enum err
obj_remote_drop(struct txn *t, const struct rec_object *rec)
{
	struct rec_remote was;
	struct arena a;
	uint8_t key[8];
	enum err e;

	if ((rec->flags & OBJECT_IS_REMOTE) == 0)
		return OK;
	arena_init(&a, ARENA);
	e = obj_remote_find(t, rec, &a, &was);
	if (e == OK)
		e = send_gone(t, &was);
	if (e == OK)
		e = table_del(t, T_REMOTE, number_key(key, rec->number));
	/* A copy here, or one on its way, is nobody's any more. */
	if (e == OK)
		e = obj_errand_del(t, ERRAND_FETCH, rec->number);
	if (e == OK)
		e = obj_errand_del(t, ERRAND_RELEASE, rec->number);
	arena_fini(&a);
	return e;
}

enum err
obj_remote_target(struct txn *t, const struct rec_errand *r, struct rec_bucket *b,
    struct rec_object *out)
{
	enum err e = obj_bucket_find(t, r->bucket, b, NULL);

	if (e == OK && b->id != r->bucket_id)
		return E_NOT_FOUND;
	if (e == OK)
		e = obj_version_at(t, b, r->key, r->number, out);
	if (e == E_NO_SUCH_BUCKET)
		return E_NOT_FOUND;
	if (e == OK && (out->flags & OBJECT_IS_MARKER) != 0)
		return E_NOT_FOUND;
	return e;
}

/* ---- there ---- */

static enum err
tell(struct txn *t, enum event event, const struct rec_bucket *b, struct span key,
    const struct rec_object *rec, int64_t now_ms, int64_t when_ms)
{
	struct obj_change change = { .event = event,
		.bucket = b,
		.key = key,
		.rec = rec,
		.now_ms = now_ms,
		.when_ms = when_ms,
		.class = span_str(class_name(rec->class)) };

	return obj_event(t, &change);
}

static enum err
class_change(struct txn *t, const struct rec_bucket *b, struct rec_object *rec,
    uint8_t class, int64_t now_ms)
{
	enum err e = OK;

	if (class == rec->class)
		return OK;
	e = obj_meter_leave(t, b, rec, now_ms);
	if (e == OK)
		e = usage_add(t, b->id, rec->class, -1, -(int64_t)rec->size);
	rec->class = class;
	if (e == OK)
		e = usage_add(t, b->id, class, 1, (int64_t)rec->size);
	return e == OK ? obj_meter_enter(t, b, rec, now_ms) : e;
}

/* The side of a restore goes with the copy that it told of. */
static enum err
restore_side(
    struct txn *t, struct rec_object *rec, struct arena *a, const struct restore *restore)
{
	struct attrs attrs;
	enum err e = obj_attrs(t, rec, a, &attrs);

	if (e != OK || (restore == NULL && side_get(&attrs, SIDE_RESTORE).p == NULL))
		return e;
	side_set(a, &attrs, SIDE_RESTORE,
	    restore != NULL ? restore_render(a, restore) : SPAN_NONE);
	return obj_attrs_put(t, rec, &attrs);
}

static bool
is_same_body(const struct rec_object *a, const struct rec_object *b)
{
	return a->body.kind == b->body.kind && a->body.id == b->body.id &&
	    a->body.off == b->body.off && a->body.len == b->body.len &&
	    a->flags == b->flags;
}

enum err
obj_remote_moved(struct txn *t, const struct rec_errand *r, const struct rec_object *seen,
    const struct rec_remote *to, int64_t now_ms)
{
	struct rec_bucket b;
	struct rec_object rec;
	struct arena a;
	enum err e = obj_remote_target(t, r, &b, &rec);

	if (e == OK && !is_same_body(&rec, seen))
		e = E_NOT_FOUND;
	if (e != OK)
		return e;
	arena_init(&a, ARENA);
	e = obj_remote_drop(t, &rec); /* of another tier */
	if (e == OK)
		e = blob_drop(t, &rec.body);
	rec.body = (struct blob_ref){ .kind = BLOB_EMPTY };
	rec.flags |= OBJECT_IS_REMOTE;
	if (e == OK)
		e = restore_side(t, &rec, &a, NULL);
	if (e == OK)
		e = class_change(t, &b, &rec, r->class, now_ms);
	if (e == OK)
		e = remote_put(t, rec.number, to);
	if (e == OK)
		e = obj_row_rewrite(t, &b, r->key, &rec);
	if (e == OK)
		e = tell(t, EVENT_TRANSITION, &b, r->key, &rec, now_ms, 0);
	arena_fini(&a);
	return e;
}

/* ---- and back ---- */

/* A body of one run of bytes becomes one of the pieces that it had. */
static enum err
pieces_again(struct txn *t, const struct rec_remote *from, const struct blob_ref *body,
    struct blob_ref *out)
{
	struct blob_piece *piece;
	uint64_t at = 0;
	enum err e = OK;

	if (from->n == 1 && from->piece[0].tag == 0) {
		*out = *body;
		return OK;
	}
	piece = mem_array(from->n, sizeof *piece);
	for (size_t i = 0; e == OK && i < from->n; i++) {
		piece[i].ref = *body;
		piece[i].ref.off += at;
		piece[i].ref.len = from->piece[i].len;
		piece[i].tag = from->piece[i].tag;
		at += from->piece[i].len;
		e = blob_hold(t, &piece[i].ref);
	}
	if (e == OK)
		e = blob_list_put(t, piece, from->n, out);
	if (e == OK)
		e = blob_drop(t, body);
	mem_free(piece);
	return e;
}

static enum err
release_at(struct txn *t, const struct rec_errand *of, int64_t until_ms)
{
	struct rec_errand r = *of;

	r.kind = ERRAND_RELEASE;
	r.due_ms = until_ms;
	return obj_errand_put(t, &r);
}

enum err
obj_remote_fetched(struct txn *t, const struct rec_errand *r,
    const struct rec_remote *from, const struct blob_ref *body, int64_t now_ms,
    int64_t until_ms, bool *used)
{
	struct restore restore = {
		.asked_ms = now_ms, .ready_ms = now_ms, .until_ms = until_ms
	};
	struct rec_bucket b;
	struct rec_object rec;
	struct arena a;
	enum err e = obj_errand_del(t, ERRAND_FETCH, r->number);

	*used = false;
	if (e == OK)
		e = obj_remote_target(t, r, &b, &rec);
	if (e == OK && !rec_object_is_away(&rec))
		e = E_NOT_FOUND;
	if (e == E_NOT_FOUND)
		return blob_drop(t, body);
	if (e != OK)
		return e;
	arena_init(&a, ARENA);
	e = pieces_again(t, from, body, &rec.body);
	if (e == OK)
		e = restore_side(t, &rec, &a, &restore);
	if (e == OK)
		e = obj_row_rewrite(t, &b, r->key, &rec);
	if (e == OK)
		e = release_at(t, r, restore.until_ms);
	if (e == OK)
		e = tell(t, EVENT_RESTORE_COMPLETED, &b, r->key, &rec, now_ms,
		    restore.until_ms);
	*used = e == OK;
	arena_fini(&a);
	return e;
}

enum err
obj_remote_released(struct txn *t, const struct rec_errand *r, int64_t now_ms)
{
	struct rec_bucket b;
	struct rec_object rec;
	struct arena a;
	enum err e = obj_remote_target(t, r, &b, &rec);

	if (e == OK && ((rec.flags & OBJECT_IS_REMOTE) == 0 || rec_object_is_away(&rec)))
		e = E_NOT_FOUND;
	if (e == E_NOT_FOUND || (e == OK && r->due_ms > now_ms))
		return e == OK ? OK : obj_errand_del(t, ERRAND_RELEASE, r->number);
	if (e != OK)
		return e;
	arena_init(&a, ARENA);
	e = blob_drop(t, &rec.body);
	rec.body = (struct blob_ref){ .kind = BLOB_EMPTY };
	if (e == OK)
		e = restore_side(t, &rec, &a, NULL);
	if (e == OK)
		e = obj_row_rewrite(t, &b, r->key, &rec);
	if (e == OK)
		e = obj_errand_del(t, ERRAND_RELEASE, r->number);
	if (e == OK)
		e = tell(t, EVENT_RESTORE_DELETE, &b, r->key, &rec, now_ms, 0);
	arena_fini(&a);
	return e;
}

enum err
obj_remote_restore(struct txn *t, uint64_t bucket_id, struct span bucket, struct span key,
    const struct rec_object *rec, const struct restore *restore, unsigned days,
    bool again)
{
	struct rec_errand r = errand_of(ERRAND_FETCH, bucket_id, bucket, key, rec);
	struct rec_remote at;
	struct arena a;
	enum err e;

	if (again)
		return release_at(t, &r, restore->until_ms);
	arena_init(&a, ARENA);
	e = obj_remote_find(t, rec, &a, &at);
	r.slot = e == OK ? at.slot : 0;
	r.days = days;
	arena_fini(&a);
	return e == OK ? obj_errand_put(t, &r) : e;
}
