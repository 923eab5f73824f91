/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/hash.h"

#include "base/io.h"
#include "base/mem.h"
#include "codec/crc.h"
#include "object/remote.h"

enum { HASH_BUFFER = 256 << 10 };

struct hashing {
	struct obj_hash *h;
	struct digest *md5;
	struct checksum_calc calc;
	char *buffer;
	struct buf sealed; /* of the bytes at hand */
	uint64_t kept_size; /* all that is to be kept */
};

static enum err
keep_out(struct hashing *s, struct span out)
{
	struct obj_hash *h = s->h;
	enum err e = OK;

	h->crc32c = crc32c_add(h->crc32c, out.p, out.n);
	if (s->kept_size <= blob_small_max(h->store)) {
		buf_span(&h->mem, out);
		return OK;
	}
	if (h->file == NULL)
		e = blob_file_new(h->store, s->kept_size, &h->file, NULL);
	return e == OK && out.n > 0 ? blob_file_write(h->file, out.p, out.n) : e;
}

static enum err
hash_add(struct hashing *s, const void *p, size_t n)
{
	digest_add(s->md5, p, n);
	checksum_add(&s->calc, p, n);
	if (!s->h->keep)
		return OK;
	if (s->h->seal == NULL)
		return keep_out(s, span_of(p, n));
	s->sealed.n = 0;
	sealed_out_add(s->h->seal, span_of(p, n), &s->sealed);
	return keep_out(s, buf_view(&s->sealed));
}

static enum err
keep_end(struct hashing *s)
{
	enum err e = OK;

	if (!s->h->keep)
		return OK;
	s->sealed.n = 0;
	if (s->h->seal != NULL)
		sealed_out_end(s->h->seal, &s->sealed);
	e = keep_out(s, buf_view(&s->sealed));
	return e == OK && s->h->file != NULL ? blob_file_seal(s->h->file, s->h->crc32c)
					     : e;
}

static enum err
hash_extent(struct hashing *s, const struct blob_extent *x)
{
	enum err e = OK;
	size_t n;
	int rc;

	if (x->mem != NULL)
		return hash_add(s, x->mem, (size_t)x->len);
	for (uint64_t done = 0; done < x->len && e == OK; done += n) {
		n = x->len - done < HASH_BUFFER ? (size_t)(x->len - done) : HASH_BUFFER;
		rc = io_pread(x->fd, s->buffer, n, x->off + done);
		e = rc != 0 ? io_err(rc) : hash_add(s, s->buffer, n);
	}
	return e;
}

static enum err
hash_stored(struct hashing *s, struct obj_read *r)
{
	const struct blob_extent *x;
	enum err e;

	for (e = obj_read_next(r, &x); e == OK; e = obj_read_next(r, &x)) {
		e = hash_extent(s, x);
		if (e != OK)
			break;
	}
	return e;
}

static enum err
hash_sealed(struct hashing *s, struct obj_plain *p)
{
	struct span bytes;
	enum err e;

	for (e = obj_plain_next(p, &bytes); e == OK; e = obj_plain_next(p, &bytes)) {
		e = hash_add(s, bytes.p, bytes.n);
		if (e != OK)
			break;
	}
	return e;
}

static void
hash_work(struct task *t)
{
	struct obj_hash *h = CONTAINER_OF(t, struct obj_hash, work);
	struct reader *own = reader_new(h->store), *loops = h->from.read.reader;
	struct hashing s = { .h = h,
		.md5 = digest_new(DIGEST_MD5),
		.buffer = h->sealed ? NULL : mem_alloc(HASH_BUFFER),
		.kept_size = h->seal != NULL ? sealed_size(h->size) : h->size };
	enum err e;

	checksum_begin(&s.calc, h->kind);
	h->from.read.reader = own;
	e = h->sealed ? hash_sealed(&s, &h->from) : hash_stored(&s, &h->from.read);
	h->err = e == E_NOT_FOUND ? keep_end(&s) : e;
	digest_end(s.md5, h->md5);
	checksum_end(&s.calc, &h->checksum);
	digest_free(&s.md5);
	mem_free(s.buffer);
	buf_fini(&s.sealed);
	sealed_out_free(&h->seal);
	h->from.read.reader = loops;
	reader_free(&own);
	inbox_post(h->inbox, &h->back);
}

static void
hash_back(struct task *t)
{
	struct obj_hash *h = CONTAINER_OF(t, struct obj_hash, back);

	h->then(h, h->err);
}

void
obj_hash_post(struct obj_hash *h, struct task_pool *pool)
{
	h->work = (struct task){ .fn = hash_work };
	h->back = (struct task){ .fn = hash_back };
	task_post(pool, &h->work);
}

enum err
obj_hash_post_remote(struct obj_hash *h, const struct obj_remote_io *io)
{
	h->work = (struct task){ .fn = hash_work };
	h->back = (struct task){ .fn = hash_back };
	return io->post(io->ctx, &h->work) ? OK : E_REMOTE_DOWN;
}

enum err
obj_hash_link(struct txn *t, struct obj_hash *h, struct blob_ref *out)
{
	if (h->file != NULL)
		return blob_file_link(t, h->file, out);
	return blob_put(t, buf_view(&h->mem), h->crc32c, out);
}

/* Gigabytes take their time to be unlinked: not on a loop. */
struct dropping {
	struct task task;
	struct blob_file *file;
};

static void
drop_work(struct task *t)
{
	struct dropping *d = CONTAINER_OF(t, struct dropping, task);

	blob_file_free(&d->file, false);
	mem_free(d);
}

void
obj_hash_drop(struct obj_hash *h, struct task_pool *pool, bool linked)
{
	struct dropping *d;

	sealed_out_free(&h->seal);
	buf_fini(&h->mem);
	if (h->file == NULL)
		return;
	if (linked) {
		blob_file_free(&h->file, true);
		return;
	}
	d = mem_zalloc(sizeof *d);
	d->file = h->file;
	d->task.fn = drop_work;
	h->file = NULL;
	task_post(pool, &d->task);
}
