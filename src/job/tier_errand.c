/* SPDX-License-Identifier: Apache-2.0 */
/* One errand at a tier: bytes go there, come back, or are removed. */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "codec/crc.h"
#include "codec/hex.h"
#include "codec/uri.h"
#include "codec/xml.h"
#include "model/archive.h"
#include "object/read.h"

#include "tier_priv.h"

enum { ARENA = 32 << 20, CHUNK = 1 << 20, UPLOADS_MAX = 1000, ONCE_MORE_MS = 60000 };

/* One under way. */
struct run {
	struct tiers *t;
	struct tier *tier;
	struct reader *reader;
	const struct rec_errand *errand;
	struct arena arena;
	struct fail *fail;
	/* of a version */
	struct rec_bucket bucket;
	struct rec_object rec;
	struct rec_remote was; /* where its bytes are, if they are away */
	/* what goes there */
	struct rec_remote to;
	struct rec_errand sent;
	struct obj_read read;
	const struct blob_extent *extent;
	uint64_t extent_done, at; /* at: where to go on reading */
	/* what comes back */
	struct blob_file *file;
	struct buf memory;
	uint32_t crc32c;
	bool used;
	int64_t now_ms;
};

/* ---- an errand that is done, or has no object any more ---- */

static enum err
forget_write(struct txn *t, void *arg)
{
	const struct rec_errand *r = arg;

	return obj_errand_del(t, (enum errand_kind)r->kind, r->number);
}

static enum err
forget(struct run *x)
{
	struct rec_errand r = *x->errand;

	return store_write_wait(x->t->conf.store, forget_write, &r);
}

static enum err
target_read(struct txn *t, void *arg)
{
	struct run *x = arg;
	enum err e = obj_remote_target(t, x->errand, &x->bucket, &x->rec);

	if (e == OK && (x->rec.flags & OBJECT_IS_REMOTE) != 0)
		e = obj_remote_find(t, &x->rec, &x->arena, &x->was);
	return e;
}

/* ---- there: the bytes ---- */

static enum err
source_start(struct txn *t, void *arg)
{
	struct run *x = arg;

	return obj_read_start(&x->read, t, &x->rec.body, x->at, x->rec.body.len - x->at);
}

static enum err
source_seek(void *ctx, uint64_t off)
{
	struct run *x = ctx;

	x->extent = NULL;
	x->extent_done = 0;
	if (rec_object_is_away(&x->rec)) {
		obj_read_start_remote(
		    &x->read, &x->t->io, &x->was, off, x->was.len - off);
		return OK;
	}
	x->at = off;
	return store_read(x->reader, source_start, x);
}

static enum err
source_read(void *ctx, void *to, size_t n, size_t *got)
{
	struct run *x = ctx;
	uint64_t left = x->extent != NULL ? x->extent->len - x->extent_done : 0;
	enum err e = OK;

	if (left == 0) {
		e = obj_read_next(&x->read, &x->extent);
		x->extent_done = 0;
		if (e != OK)
			return e == E_NOT_FOUND ? E_CORRUPT : e;
		left = x->extent->len;
	}
	if (n > left)
		n = (size_t)left;
	if (x->extent->mem != NULL)
		memcpy(to, (const char *)x->extent->mem + x->extent_done, n);
	else
		e = io_err(
		    io_pread(x->extent->fd, to, n, x->extent->off + x->extent_done));
	x->extent_done += n;
	*got = n;
	return e;
}

/* ---- there: the name ---- */

/* prefix/ab/cd/32 random digits: nobody else's, and many folders with few in each, for
 * stores that list folders. */
static void
name_make(struct run *x)
{
	uint8_t raw[16];
	char hex[32];
	const char *prefix = x->tier->prefix;
	size_t n = strlen(prefix);

	rand_bytes(raw, sizeof raw);
	hex_render(hex, raw, sizeof raw);
	x->to.name = span_str(arena_printf(&x->arena, "%s%s%.2s/%.2s/%.32s", prefix,
	    n > 0 && prefix[n - 1] != '/' ? "/" : "", hex, hex + 2, hex));
	x->to.version = SPAN_LIT("");
	x->to.slot = x->tier->slot;
}

static enum err
sent_write(struct txn *t, void *arg)
{
	struct run *x = arg;

	x->sent = (struct rec_errand){ .kind = ERRAND_SENT,
		.number = store_next_id(t),
		.slot = x->tier->slot,
		.name = x->to.name };
	return obj_errand_put(t, &x->sent);
}

/* What may be there under the name is nothing that is needed. */
static enum err
sent_undo(struct txn *t, void *arg)
{
	struct run *x = arg;
	struct rec_errand gone = x->sent;
	enum err e = obj_errand_del(t, ERRAND_SENT, x->sent.number);

	gone.kind = ERRAND_GONE;
	gone.version = x->to.version;
	gone.unsure = x->to.version.n == 0;
	return e == OK ? obj_errand_put(t, &gone) : e;
}

static enum err
moved_write(struct txn *t, void *arg)
{
	struct run *x = arg;
	enum err e = obj_remote_moved(t, x->errand, &x->rec, &x->to, clock_now_ms());

	if (e == OK)
		e = obj_errand_del(t, ERRAND_SENT, x->sent.number);
	return e == OK ? obj_errand_del(t, ERRAND_MOVE, x->errand->number) : e;
}

static enum err
send_bytes(struct run *x)
{
	struct field header[2] = { { SPAN_LIT("content-type"),
				       SPAN_LIT("application/octet-stream") },
		{ SPAN_LIT("x-amz-storage-class"), span_str(x->tier->class) } };
	struct remote_put p = { .bucket = span_str(x->tier->bucket),
		.key = x->to.name,
		.header = header,
		.nheader = x->tier->class[0] != '\0' ? 2 : 1,
		.source = { x->to.len, source_read, source_seek, x } };
	struct remote_call head = {
		.bucket = p.bucket, .key = p.key, .arena = &x->arena
	};
	uint64_t length;
	enum err e = source_seek(x, 0);

	if (e == OK)
		e = remote_put(x->tier->remote, &p, x->fail);
	if (e != OK)
		return e;
	x->to.version = arena_span(&x->arena, span_str(p.version));
	/* It is there, and as long as it should be. */
	e = remote_head(x->tier->remote, &head, x->fail);
	if (e == OK &&
	    (!span_u64(remote_header(&head, "content-length"), &length) ||
		length != x->to.len))
		e = fail_msg(
		    x->fail, E_REMOTE_REFUSED, "what was sent has another length there");
	buf_fini(&head.body);
	return e;
}

static enum err
describe_read(struct txn *t, void *arg)
{
	struct run *x = arg;
	enum err e = target_read(t, arg);

	if (e == OK && rec_object_is_away(&x->rec)) {
		x->to = x->was;
		return OK;
	}
	return e == OK && x->rec.size > 0
	    ? obj_remote_describe(t, &x->rec, &x->arena, &x->to)
	    : e;
}

/* Only the class changes: the bytes are there, or there are none. */
static enum err
class_write(struct txn *t, void *arg)
{
	struct run *x = arg;
	struct obj_version v;
	enum err e = obj_remote_target(t, x->errand, &x->bucket, &x->rec);

	if (e == OK)
		v = obj_version_of(&x->rec);
	if (e == OK)
		e = obj_class_set(t, &x->bucket, x->errand->key, &v, x->errand->class,
		    clock_now_ms(), NULL);
	if (e == OK || e == E_NOT_FOUND)
		e = obj_errand_del(t, ERRAND_MOVE, x->errand->number);
	return e;
}

static enum err
move(struct run *x)
{
	struct store *s = x->t->conf.store;
	enum err e, undone;

	obj_read_pin(&x->read, s, x->reader);
	e = store_read(x->reader, describe_read, x);
	if (e == E_NOT_FOUND)
		return forget(x);
	if (e != OK)
		return e;
	if (x->rec.size == 0 ||
	    ((x->rec.flags & OBJECT_IS_REMOTE) != 0 && x->was.slot == x->tier->slot))
		return store_write_wait(s, class_write, x);
	name_make(x);
	e = store_write_wait(s, sent_write, x);
	if (e != OK)
		return e;
	(void)fault_hit(FAULT_tier_named);
	e = send_bytes(x);
	(void)fault_hit(FAULT_tier_sent);
	if (e == OK)
		e = store_write_wait(s, moved_write, x);
	if (e == OK) {
		(void)fault_hit(FAULT_tier_moved);
		return OK;
	}
	undone = store_write_wait(s, sent_undo, x);
	/* Not what was read any more: it is looked at again. */
	if (e == E_NOT_FOUND)
		return undone;
	return e;
}

/* ---- and back ---- */

static enum err
take(void *ctx, const void *p, size_t n)
{
	struct run *x = ctx;
	struct store *s = x->t->conf.store;
	enum err e = OK;

	x->crc32c = crc32c_add(x->crc32c, p, n);
	if (x->was.len <= blob_small_max(s)) {
		buf_put(&x->memory, p, n);
		return OK;
	}
	if (x->file == NULL)
		e = blob_file_new(s, x->was.len, &x->file, x->fail);
	return e == OK ? blob_file_write(x->file, p, n) : e;
}

static enum err
fetched_write(struct txn *t, void *arg)
{
	struct run *x = arg;
	struct blob_ref body;
	enum err e = x->file != NULL
	    ? blob_file_link(t, x->file, &body)
	    : blob_put(t, buf_view(&x->memory), x->crc32c, &body);

	return e == OK
	    ? obj_remote_fetched(t, x->errand, &x->was, &body, x->now_ms,
		  restore_until_ms(x->now_ms, x->errand->days, x->t->conf.day_ms),
		  &x->used)
	    : e;
}

static enum err
fetch(struct run *x)
{
	struct remote_sink sink = { take, x };
	struct remote_get g = { .bucket = span_str(x->tier->bucket), .sink = &sink };
	enum err e = store_read(x->reader, target_read, x);

	if (e == E_NOT_FOUND || (e == OK && !rec_object_is_away(&x->rec)))
		return forget(x);
	if (e != OK)
		return e;
	g.key = x->was.name;
	g.version = x->was.version;
	g.len = x->was.len;
	e = remote_get(x->tier->remote, &g, x->fail);
	if (e == OK && x->file != NULL)
		e = blob_file_seal(x->file, x->crc32c);
	(void)fault_hit(FAULT_tier_fetched);
	x->now_ms = clock_now_ms();
	if (e == OK)
		e = store_write_wait(x->t->conf.store, fetched_write, x);
	blob_file_free(&x->file, e == OK);
	return e;
}

static enum err
released_write(struct txn *t, void *arg)
{
	struct run *x = arg;

	return obj_remote_released(t, x->errand, x->now_ms);
}

/* ---- gone ---- */

/* Uploads of that name that nobody ended: their parts take room there. */
static enum err
abort_uploads(struct run *x)
{
	struct span name = x->errand->name;
	struct buf query = { 0 };
	struct remote_call list = {
		.method = "GET", .bucket = span_str(x->tier->bucket), .arena = &x->arena
	};
	struct xml_node *root, *u;
	enum err e;

	buf_printf(&query, "max-uploads=%d&prefix=", UPLOADS_MAX);
	uri_encode(&query, name, false);
	buf_str(&query, "&uploads=");
	list.query = arena_span(&x->arena, buf_view(&query));
	e = remote_call(x->tier->remote, &list, x->fail);
	if (e == OK && xml_parse(&x->arena, buf_view(&list.body), &root, NULL) != OK)
		e = fail_set(x->fail, E_REMOTE_REFUSED);
	for (u = e == OK ? xml_child(root, "Upload") : NULL; u != NULL && e == OK;
	     u = xml_next(u, "Upload")) {
		struct remote_call drop = { .method = "DELETE",
			.bucket = list.bucket,
			.key = name,
			.arena = &x->arena };

		if (!span_eq(xml_text(u, "Key"), name))
			continue;
		query.n = 0;
		buf_str(&query, "uploadId=");
		uri_encode(&query, xml_text(u, "UploadId"), false);
		drop.query = arena_span(&x->arena, buf_view(&query));
		e = remote_call(x->tier->remote, &drop, x->fail);
		if (e == E_NO_SUCH_UPLOAD)
			e = OK;
		buf_fini(&drop.body);
	}
	buf_fini(&list.body);
	buf_fini(&query);
	/* Who does not know of uploads has none of ours. */
	return e == E_REMOTE_REFUSED ? OK : e;
}

/* Which version stands there under a name that only we use; "" where there are none. */
static enum err
find_version(struct run *x, struct span *version, bool *there)
{
	struct remote_call head = { .bucket = span_str(x->tier->bucket),
		.key = x->errand->name,
		.arena = &x->arena };
	struct fail mine;
	enum err e;

	fail_init(&mine, NULL);
	e = remote_head(x->tier->remote, &head, &mine);
	*there = e == OK;
	*version = SPAN_LIT("");
	if (e == OK) {
		*version = remote_header(&head, "x-amz-version-id");
		if (version->p == NULL || span_is(*version, "null"))
			*version = SPAN_LIT("");
	} else if (e != E_NO_SUCH_KEY)
		(void)fail_msg(x->fail, e, "%s", fail_text(&mine));
	buf_fini(&head.body);
	return e == E_NO_SUCH_KEY ? OK : e;
}

static enum err
once_more_write(struct txn *t, void *arg)
{
	const struct run *x = arg;
	struct rec_errand r = *x->errand;

	r.tries = 1;
	r.due_ms = clock_now_ms() + ONCE_MORE_MS;
	return obj_errand_put(t, &r);
}

static enum err
gone(struct run *x)
{
	struct span version = x->errand->version;
	struct remote_fault fault;
	bool there = true;
	enum err e = OK;

	if (x->errand->unsure) {
		e = abort_uploads(x);
		if (e == OK)
			e = find_version(x, &version, &there);
	}
	if (e == OK && there)
		e = remote_delete(x->tier->remote, span_str(x->tier->bucket),
		    x->errand->name, version, &fault, x->fail);
	if (e != OK)
		return e;
	(void)fault_hit(FAULT_tier_removed);
	/* The last of its bytes may still be under way there. */
	if (x->errand->unsure && !there && x->errand->tries == 0)
		return store_write_wait(x->t->conf.store, once_more_write, x);
	return forget(x);
}

enum err
tier_errand_run(struct tiers *t, struct tier *tier, struct reader *r,
    const struct rec_errand *errand, struct fail *fail)
{
	struct run x = {
		.t = t, .tier = tier, .reader = r, .errand = errand, .fail = fail
	};
	enum err e;

	arena_init(&x.arena, ARENA);
	switch (errand->kind) {
	case ERRAND_MOVE:
		e = move(&x);
		break;
	case ERRAND_FETCH:
		e = fetch(&x);
		break;
	case ERRAND_RELEASE:
		x.now_ms = clock_now_ms();
		e = store_write_wait(t->conf.store, released_write, &x);
		break;
	default:
		e = gone(&x);
		break;
	}
	obj_read_end(&x.read);
	buf_fini(&x.memory);
	arena_fini(&x.arena);
	return e == OK ? OK : fail_set(fail, e);
}
