/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "put_priv.h"

static enum err
put_write(struct txn *t, void *arg)
{
	struct obj_put *p = CONTAINER_OF(arg, struct obj_put, w.write);
	struct rec_object old;
	bool exists;
	enum err e;

	fail_clear(p->dest.fail);
	e = obj_dest_check(t, &p->dest, &old, &exists);
	if (e == OK && p->append)
		e = obj_append_check(p->offset, exists ? &old : NULL, p->dest.fail);
	if (e != OK)
		return e;
	p->appended = false;
	p->rec.flags = 0;
	p->rec.parts = 0;
	p->rec.mtime_ms = p->now_ms;
	p->rec.number = store_next_id(t);
	if (p->append && exists && old.size > 0)
		return obj_append_write(t, p, &old);
	memcpy(p->rec.etag, body_md5(p->body), 16);
	p->rec.checksum = *body_checksum(p->body);
	e = body_link(t, p->body, &p->rec.body);
	p->rec.size = body_length(p->body);
	if (body_is_sealed(p->body))
		p->rec.flags |= OBJECT_IS_SEALED;
	return e == OK
	    ? obj_dest_put(t, &p->dest, exists ? &old : NULL, &p->rec, &p->attrs)
	    : e;
}

void
obj_put_post(struct obj_put *p, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post_body(&p->w, s, put_write, p->body, inbox, then);
}

static enum err
part_write(struct txn *t, void *arg)
{
	struct obj_put_part *p = CONTAINER_OF(arg, struct obj_put_part, w.write);
	struct rec_upload u;
	enum err e;

	fail_clear(p->fail);
	e = obj_upload_find(t, &p->bucket, p->key, p->upload_id, p->arena, &u, p->fail);
	if (e == OK)
		e = obj_quota_check(t, &p->bucket, 0, body_length(p->body), p->fail);
	if (e != OK)
		return e;
	p->rec.mtime_ms = p->now_ms;
	memcpy(p->rec.etag, body_md5(p->body), 16);
	p->rec.checksum = *body_checksum(p->body);
	e = body_link(t, p->body, &p->rec.body);
	p->rec.size = body_length(p->body);
	p->rec.sealed = body_is_sealed(p->body);
	return e == OK ? obj_part_put(t, &u, p->number, &p->rec) : e;
}

void
obj_put_part_post(struct obj_put_part *p, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post_body(&p->w, s, part_write, p->body, inbox, then);
}
