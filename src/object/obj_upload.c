/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/rand.h"
#include "object/upload.h"

#include "obj_priv.h"

enum err
obj_upload_create(struct txn *t, const struct obj_dest *d, struct rec_upload *r)
{
	struct buf key = { 0 }, row = { 0 };
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, d->bucket, &b, d->fail);

	if (e != OK)
		return e;
	r->number = store_next_id(t);
	upload_key_put(&key, d->key, r->number);
	rec_upload_put(&row, r);
	e = key_put(t, T_UPLOAD, b.uploads, buf_view(&key), buf_view(&row));
	buf_fini(&key);
	buf_fini(&row);
	return e;
}

static enum err
no_such_upload(struct span id, struct fail *fail)
{
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_NO_SUCH_UPLOAD);
		fail_pair(fail, "UploadId", id);
	}
	return E_NO_SUCH_UPLOAD;
}

enum err
obj_upload_find(struct txn *t, const struct rec_bucket *b, struct span key,
    struct span id, struct arena *a, struct rec_upload *out, struct fail *fail)
{
	struct buf index_key = { 0 };
	uint64_t number, salt;
	struct span row;
	enum err e;

	if (!upload_id_parse(id, &number, &salt))
		return no_such_upload(id, fail);
	upload_key_put(&index_key, key, number);
	e = key_get(t, T_UPLOAD, b->uploads, buf_view(&index_key), &row);
	buf_fini(&index_key);
	if (e == E_NOT_FOUND)
		return no_such_upload(id, fail);
	if (e == OK)
		e = rec_upload_get(a, row, out);
	if (e == OK && out->salt != salt)
		return no_such_upload(id, fail);
	return e;
}

enum err
obj_part_there(struct txn *t, const struct rec_upload *u, unsigned number, bool *there)
{
	struct span row;
	uint8_t key[10];
	enum err e;

	part_key_put(key, u->number, number);
	e = table_get(t, T_PART, span_of(key, sizeof key), &row);
	*there = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}

/* The bytes of a part's row that goes or is written over. */
static enum err
part_let_go(struct txn *t, struct span key, bool *there)
{
	struct rec_part old;
	struct span was;
	enum err e = table_get(t, T_PART, key, &was);

	*there = e == OK;
	if (e == OK)
		e = rec_part_get(was, &old);
	if (e == OK)
		e = blob_drop(t, &old.body);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_part_drop(struct txn *t, const struct rec_upload *u, unsigned number)
{
	uint8_t key[10];
	bool there;
	enum err e;

	part_key_put(key, u->number, number);
	e = part_let_go(t, span_of(key, sizeof key), &there);
	return e == OK && there ? table_del(t, T_PART, span_of(key, sizeof key)) : e;
}

enum err
obj_part_put(
    struct txn *t, const struct rec_upload *u, unsigned number, const struct rec_part *p)
{
	uint8_t key[10], row[REC_PART_MAX];
	bool there;
	enum err e;

	part_key_put(key, u->number, number);
	e = part_let_go(t, span_of(key, sizeof key), &there);
	if (e != OK)
		return e;
	return table_put(
	    t, T_PART, span_of(key, sizeof key), span_of(row, rec_part_put(row, p)));
}

enum err
obj_parts(struct txn *t, const struct rec_upload *u, unsigned after, size_t max,
    void (*row)(void *ctx, unsigned number, const struct rec_part *p), void *ctx,
    bool *truncated)
{
	struct table_cursor c;
	struct rec_part p;
	uint8_t from[10];
	size_t n = 0;
	enum err e;

	*truncated = false;
	if (after >= UINT16_MAX)
		return OK;
	part_key_put(from, u->number, after + 1);
	e = table_begin(t, T_PART, &c);
	if (e != OK)
		return e;
	for (e = table_seek(&c, span_of(from, sizeof from)); e == OK;
	     e = table_next(&c)) {
		if (c.key.n != sizeof from) {
			e = E_CORRUPT;
			break;
		}
		if (be64_get(c.key.p) != u->number)
			break;
		if (n == max) {
			*truncated = true;
			break;
		}
		e = rec_part_get(c.value, &p);
		if (e != OK)
			break;
		row(ctx, be16_get(c.key.p + 8), &p);
		n++;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_parts_remove(struct txn *t, uint64_t upload, size_t max, bool *more)
{
	struct table_cursor c;
	struct rec_part p;
	uint8_t key[10];
	enum err e;

	*more = true;
	for (; max > 0; max--) {
		part_key_put(key, upload, 0);
		e = table_begin(t, T_PART, &c);
		if (e != OK)
			return e;
		e = table_seek(&c, span_of(key, sizeof key));
		if (e == OK && c.key.n != sizeof key)
			e = E_CORRUPT;
		if (e == OK && be64_get(c.key.p) != upload)
			e = E_NOT_FOUND;
		if (e == OK) {
			memcpy(key, c.key.p, sizeof key);
			e = rec_part_get(c.value, &p);
		}
		table_end(&c);
		if (e == E_NOT_FOUND) {
			*more = false;
			return OK;
		}
		if (e == OK)
			e = blob_drop(t, &p.body);
		if (e == OK)
			e = table_del(t, T_PART, span_of(key, sizeof key));
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err
parts_remove(struct txn *t, uint64_t upload)
{
	bool more;

	return obj_parts_remove(t, upload, SIZE_MAX, &more);
}

enum err
obj_upload_drop(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct rec_upload *u)
{
	struct buf index_key = { 0 };
	enum err e = parts_remove(t, u->number);

	if (e != OK)
		return e;
	upload_key_put(&index_key, key, u->number);
	e = key_del(t, T_UPLOAD, b->uploads, buf_view(&index_key));
	buf_fini(&index_key);
	return e;
}

enum err
obj_upload_abort(struct txn *t, const struct rec_bucket *b, struct span key,
    uint64_t number, struct arena *a)
{
	struct buf index_key = { 0 };
	struct rec_upload u;
	struct span row;
	enum err e;

	upload_key_put(&index_key, key, number);
	e = key_get(t, T_UPLOAD, b->uploads, buf_view(&index_key), &row);
	buf_fini(&index_key);
	if (e == E_NOT_FOUND)
		return OK;
	if (e == OK)
		e = rec_upload_get(a, row, &u);
	return e == OK ? obj_upload_drop(t, b, key, &u) : e;
}

static enum err
upload_mark(
    struct txn *t, const struct rec_bucket *b, struct span index_key, struct span row)
{
	struct rec_upload u;
	struct arena a;
	struct buf out = { 0 };
	enum err e;

	arena_init(&a, SIZE_MAX);
	e = rec_upload_get(&a, row, &u);
	u.saw_delete = true;
	if (e == OK) {
		rec_upload_put(&out, &u);
		e = key_put(
		    t, T_UPLOAD, b->uploads, arena_span(&a, index_key), buf_view(&out));
	}
	buf_fini(&out);
	arena_fini(&a);
	return e;
}

enum err
obj_uploads_see_delete(struct txn *t, const struct rec_bucket *b, struct span key)
{
	struct key_cursor *c;
	uint64_t number = 0, next;
	struct buf from = { 0 };
	struct span found;
	bool none;
	enum err e = table_is_empty(t, T_UPLOAD, &none);

	if (e != OK || none)
		return e;
	c = mem_alloc(sizeof *c);
	do {
		from.n = 0;
		upload_key_put(&from, key, number);
		e = key_begin(t, T_UPLOAD, b->uploads, c);
		if (e != OK)
			break;
		e = key_seek(c, buf_view(&from));
		next = 0;
		if (e == OK && upload_key_get(c->key, &found, &next) &&
		    span_eq(found, key))
			e = upload_mark(t, b, c->key, c->value);
		else
			next = 0;
		key_end(c);
		number = next + 1;
	} while (e == OK && next != 0);
	buf_fini(&from);
	mem_free(c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_upload_drop_all(struct txn *t, const struct rec_bucket *b)
{
	struct key_cursor *c = mem_alloc(sizeof *c);
	struct rec_upload u = { 0 };
	struct buf key = { 0 };
	struct span name;
	enum err e;

	for (;;) {
		e = key_begin(t, T_UPLOAD, b->uploads, c);
		if (e != OK)
			break;
		e = key_seek(c, SPAN_NONE);
		key.n = 0;
		if (e == OK && !upload_key_get(c->key, &name, &u.number))
			e = E_CORRUPT;
		if (e == OK)
			buf_span(&key, name);
		key_end(c);
		if (e == OK)
			e = obj_upload_drop(t, b, buf_view(&key), &u);
		if (e != OK)
			break;
	}
	buf_fini(&key);
	mem_free(c);
	return e == E_NOT_FOUND ? OK : e;
}
