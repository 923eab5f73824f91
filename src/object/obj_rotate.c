/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/rotate.h"

#include "base/mem.h"
#include "model/side.h"

enum { BATCH = 256 };

/* Rows that are read, and those of them that change. */
struct batch {
	const struct kms *kms;
	struct arena arena;
	size_t seen, n;
	struct {
		struct span key, row;
	} out[BATCH];
	uint64_t changed; /* of all batches that held */
};

static void
batch_begin(struct batch *b)
{
	arena_fini(&b->arena);
	arena_init(&b->arena, SIZE_MAX);
	b->seen = b->n = 0;
}

static enum err
attrs_rewrap(struct batch *b, struct attrs *attrs, bool *changed)
{
	struct span side = side_get(attrs, SIDE_CRYPT), new;
	enum err e;

	*changed = false;
	if (side.p == NULL)
		return OK;
	e = crypt_rewrap(b->kms, side, &b->arena, &new, changed);
	if (e == OK && *changed)
		side_set(&b->arena, attrs, SIDE_CRYPT, new);
	return e;
}

static void
batch_add(struct batch *b, struct span key, struct buf *row)
{
	b->out[b->n].key = arena_span(&b->arena, key);
	b->out[b->n].row = arena_span(&b->arena, buf_view(row));
	b->n++;
	buf_fini(row);
}

/* ---- objects ---- */

struct objects {
	struct batch *batch;
	uint64_t next; /* number of the next version to look at */
	uint64_t then; /* where the next batch begins; 0: there is none */
};

static enum err
object_see(struct batch *b, struct span key, struct span value)
{
	struct buf row = { 0 };
	struct attrs attrs;
	bool changed;
	enum err e = rec_attrs_get(&b->arena, value, &attrs);

	if (e == OK)
		e = attrs_rewrap(b, &attrs, &changed);
	if (e != OK || !changed)
		return e;
	rec_attrs_put(&row, &attrs);
	batch_add(b, key, &row);
	return OK;
}

static enum err
objects_gather(struct txn *t, struct objects *o)
{
	struct table_cursor c;
	uint8_t from[8];
	enum err e = table_begin(t, T_ATTR, &c);

	if (e != OK)
		return e;
	be64_put(from, o->next);
	o->then = 0;
	for (e = table_seek(&c, span_of(from, sizeof from)); e == OK;
	     e = table_next(&c)) {
		if (c.key.n != sizeof from)
			e = E_CORRUPT;
		else if (o->batch->seen++ == BATCH) {
			o->then = be64_get(c.key.p);
			break;
		} else
			e = object_see(o->batch, c.key, c.value);
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
objects_write(struct txn *t, void *arg)
{
	struct objects *o = arg;
	enum err e;

	batch_begin(o->batch);
	e = objects_gather(t, o);
	for (size_t i = 0; i < o->batch->n && e == OK; i++)
		e = table_put(t, T_ATTR, o->batch->out[i].key, o->batch->out[i].row);
	return e;
}

static enum err
rotate_objects(struct store *s, struct batch *b)
{
	struct objects o = { .batch = b };
	enum err e;

	do {
		e = store_write_wait(s, objects_write, &o);
		if (e == OK)
			b->changed += b->n;
		o.next = o.then;
	} while (e == OK && o.then != 0);
	return e;
}

/* ---- uploads that run ---- */

struct uploads {
	struct batch *batch;
	struct buf name; /* of the bucket; the next one is behind it */
	uint64_t space; /* of its uploads; 0: no bucket is left */
	bool more;
};

static enum err
bucket_next(struct txn *t, void *arg)
{
	struct uploads *u = arg;
	struct table_cursor c;
	struct rec_bucket b;
	enum err e = table_begin(t, T_BUCKET, &c);

	if (e != OK)
		return e;
	u->space = 0;
	e = table_seek(&c, buf_view(&u->name));
	if (e == OK && u->name.n > 0 && span_eq(c.key, buf_view(&u->name)))
		e = table_next(&c);
	if (e == OK)
		e = rec_bucket_get(c.value, &b);
	if (e == OK) {
		u->name.n = 0;
		buf_span(&u->name, c.key);
		u->space = b.uploads;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
upload_see(struct batch *b, struct span key, struct span value)
{
	struct buf row = { 0 };
	struct rec_upload u;
	bool changed;
	enum err e = rec_upload_get(&b->arena, value, &u);

	if (e == OK)
		e = attrs_rewrap(b, &u.attrs, &changed);
	if (e != OK || !changed)
		return e;
	rec_upload_put(&row, &u);
	batch_add(b, key, &row);
	return OK;
}

/* From the start each time: those that are done are passed over, and few uploads run. */
static enum err
uploads_write(struct txn *t, void *arg)
{
	struct uploads *u = arg;
	struct key_cursor *c = mem_alloc(sizeof *c);
	struct batch *b = u->batch;
	enum err e;

	batch_begin(b);
	u->more = false;
	e = key_begin(t, T_UPLOAD, u->space, c);
	if (e == OK) {
		for (e = key_seek(c, SPAN_NONE); e == OK; e = key_next(c)) {
			u->more = b->n == BATCH;
			if (u->more)
				break;
			e = upload_see(b, c->key, c->value);
			if (e != OK)
				break;
		}
		key_end(c);
	}
	mem_free(c);
	e = e == E_NOT_FOUND ? OK : e;
	for (size_t i = 0; i < b->n && e == OK; i++)
		e = key_put(t, T_UPLOAD, u->space, b->out[i].key, b->out[i].row);
	return e;
}

static enum err
rotate_uploads(struct store *s, struct batch *b)
{
	struct reader *reader = reader_new(s);
	struct uploads u = { .batch = b };
	enum err e;

	while ((e = store_read(reader, bucket_next, &u)) == OK && u.space != 0) {
		do {
			e = store_write_wait(s, uploads_write, &u);
			if (e == OK)
				b->changed += b->n;
		} while (e == OK && u.more);
		if (e != OK)
			break;
	}
	buf_fini(&u.name);
	reader_free(&reader);
	return e;
}

enum err
obj_rotate(struct store *s, const struct kms *k, uint64_t *changed)
{
	struct batch *b = mem_zalloc(sizeof *b);
	enum err e;

	b->kms = k;
	arena_init(&b->arena, SIZE_MAX);
	/* Uploads first: what they become meanwhile has what they have. */
	e = rotate_uploads(s, b);
	if (e == OK)
		e = rotate_objects(s, b);
	*changed = b->changed;
	arena_fini(&b->arena);
	mem_free(b);
	return e;
}
