/* SPDX-License-Identifier: Apache-2.0 */
/* An object's bytes for another store: as they were given, whatever they are sealed with. */
#include "config.h"

#include "base/io.h"

#include "replicate_priv.h"

enum err
replicate_bytes_start(struct replicate_bytes *b, struct txn *t, uint64_t off)
{
	const struct rec_object *rec = &b->rec;
	uint64_t len = rec->size - off;

	b->extent = NULL;
	b->ready = SPAN_LIT("");
	if (b->sealed)
		return obj_plain_start(&b->plain, t, &rec->body, &b->keys, off, len);
	return obj_read_start(&b->plain.read, t, &rec->body, off, len);
}

static enum err
next_stored(struct replicate_bytes *b, void *to, size_t n, size_t *got)
{
	uint64_t left;
	enum err e = OK;
	int rc = 0;

	if (b->extent == NULL || b->done == b->extent->len) {
		e = obj_read_next(&b->plain.read, &b->extent);
		b->done = 0;
	}
	if (e != OK)
		return e == E_NOT_FOUND ? E_CORRUPT : e;
	left = b->extent->len - b->done;
	n = left < n ? (size_t)left : n;
	if (b->extent->mem != NULL)
		memcpy(to, (const char *)b->extent->mem + b->done, n);
	else
		rc = io_pread(b->extent->fd, to, n, b->extent->off + b->done);
	if (rc != 0)
		return io_err(rc);
	b->done += n;
	*got = n;
	return OK;
}

static enum err
next_sealed(struct replicate_bytes *b, void *to, size_t n, size_t *got)
{
	enum err e = OK;

	if (b->ready.n == 0)
		e = obj_plain_next(&b->plain, &b->ready);
	if (e != OK)
		return e == E_NOT_FOUND ? E_CORRUPT : e;
	n = b->ready.n < n ? b->ready.n : n;
	memcpy(to, b->ready.p, n);
	b->ready = span_from(b->ready, n);
	*got = n;
	return OK;
}

enum err
replicate_bytes_read(void *ctx, void *to, size_t n, size_t *got)
{
	struct replicate_bytes *b = ctx;

	if (replicator_stops(b->owner))
		return E_REMOTE_DOWN;
	return b->sealed ? next_sealed(b, to, n, got) : next_stored(b, to, n, got);
}

struct seeking {
	struct replicate_bytes *b;
	uint64_t off;
};

static enum err
seek_read(struct txn *t, void *arg)
{
	struct seeking *s = arg;
	struct rec_bucket bucket;
	struct rec_object rec;
	/* The bytes are pinned; that the version is still there says that they are its. */
	enum err e = obj_work_version(t, s->b->work, &bucket, &rec);

	return e == OK ? replicate_bytes_start(s->b, t, s->off) : e;
}

enum err
replicate_bytes_seek(void *ctx, uint64_t off)
{
	struct replicate_bytes *b = ctx;
	struct seeking s = { b, off };

	obj_plain_end(&b->plain);
	obj_read_pin(&b->plain.read, b->owner->conf.store, b->reader);
	return store_read(b->reader, seek_read, &s);
}

void
replicate_bytes_end(struct replicate_bytes *b)
{
	obj_plain_end(&b->plain);
	sealed_keys_wipe(&b->keys);
}
