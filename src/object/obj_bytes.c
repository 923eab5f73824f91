/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/bytes.h"

#include "codec/crc.h"
#include "codec/digest.h"
#include "codec/mime.h"
#include "object/checksum.h"
#include "object/object.h"

struct bytes_write {
	const struct obj_bytes *b;
	struct blob_file *file; /* NULL: few enough to be put directly */
	uint32_t crc32c;
	struct rec_object rec;
};

static enum err
bytes_write(struct txn *t, void *arg)
{
	struct bytes_write *w = arg;
	struct obj_dest d = { .bucket = w->b->bucket,
		.key = w->b->key,
		.event = EVENT_PUT,
		.beyond_quota = true,
		.fail = w->b->fail };
	struct field type = { SPAN_LIT("content-type"), w->b->type };
	struct attrs attrs = { &type, w->rec.mime == MIME_NONE ? 1 : 0 };
	struct rec_object old, rec = w->rec;
	struct rec_bucket bucket;
	bool exists;
	enum err e;

	fail_clear(w->b->fail);
	e = obj_bucket_find(t, d.bucket, &bucket, d.fail);
	if (e != OK)
		return e;
	d.bucket_id = bucket.id;
	e = obj_dest_check(t, &d, &old, &exists);
	if (e != OK)
		return e;
	/* Nobody asks for it, so it is called as what it is put over. */
	d.making.uuid = exists && (old.flags & OBJECT_IS_UUID) != 0;
	rec.number = store_next_id(t);
	e = w->file != NULL ? blob_file_link(t, w->file, &rec.body)
			    : blob_put(t, w->b->data, w->crc32c, &rec.body);
	rec.size = rec.body.len;
	return e == OK ? obj_dest_put(t, &d, exists ? &old : NULL, &rec, &attrs) : e;
}

static enum err
file_write(struct store *s, struct bytes_write *w)
{
	struct span data = w->b->data;
	enum err e = blob_file_new(s, data.n, &w->file, w->b->fail);

	if (e == OK)
		e = blob_file_write(w->file, data.p, data.n);
	return e == OK ? blob_file_seal(w->file, w->crc32c) : e;
}

enum err
obj_bytes_put(struct store *s, const struct obj_bytes *b)
{
	struct bytes_write w = { .b = b };
	struct checksum_calc calc;
	enum err e = OK;

	w.rec.mime = mime_number(b->type);
	w.rec.mtime_ms = b->now_ms;
	digest_of(DIGEST_MD5, b->data, w.rec.etag);
	checksum_begin(&calc, CHECKSUM_CRC64NVME);
	checksum_add(&calc, b->data.p, b->data.n);
	checksum_end(&calc, &w.rec.checksum);
	w.crc32c = crc32c_add(0, b->data.p, b->data.n);
	if (b->data.n > blob_small_max(s))
		e = file_write(s, &w);
	if (e == OK)
		e = store_write_wait(s, bytes_write, &w);
	blob_file_free(&w.file, e == OK);
	return e == OK ? OK : fail_set(b->fail, e);
}
