/* SPDX-License-Identifier: Apache-2.0 */
/* Files and bytes: extents lie within segments and apart, files exist, checksums hold. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/crc.h"
#include "verify_priv.h"

enum { CHUNK = 1 << 20 };

struct extent {
	uint64_t segment, off, size, id;
	bool dead;
};

static int
extent_cmp(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static void
add_extent(struct verify *v, struct verify_vec *all, const struct extent *x)
{
	struct verify_segment *s = verify_find(&v->segment, sizeof *s, x->segment);
	const char *what = x->dead ? "dead" : "blob";

	if (s == NULL) {
		if (x->size > 0)
			verify_report(v, "%s %" PRIu64 ": segment %" PRIu64 " is missing",
			    what, x->id, x->segment);
		return;
	}
	s->used += x->size;
	if (x->dead)
		s->dying += x->size;
	if (x->off % EXTENT_ALIGN != 0 || x->off > s->row.len ||
	    x->size > s->row.len - x->off)
		verify_report(v, "%s %" PRIu64 ": behind the end of segment %" PRIu64,
		    what, x->id, x->segment);
	if (x->size > 0)
		*(struct extent *)verify_add(all, sizeof *x) = *x;
}

static void
collect(struct verify *v, struct verify_vec *all)
{
	for (size_t i = 0; i < v->blob.n; i++) {
		const struct verify_blob *b = (struct verify_blob *)(void *)v->blob.p + i;
		struct extent x = { b->row.place, b->row.off, extent_size(b->row.len),
			b->id, false };

		if (b->row.kind == BLOB_SEGMENT)
			add_extent(v, all, &x);
	}
	for (size_t i = 0; i < v->dead.n; i++) {
		const struct verify_dead *d = (struct verify_dead *)(void *)v->dead.p + i;
		struct extent x = { d->row.place, d->row.off, extent_size(d->row.len),
			d->seq, true };

		if (d->row.kind == BLOB_SEGMENT)
			add_extent(v, all, &x);
	}
}

static bool
all_dead(const struct verify_segment *s)
{
	return s->row.sealed && s->row.dead + s->dying >= s->row.len;
}

static void
segment_file(struct verify *v, const struct verify_segment *s)
{
	struct buf path = { 0 };
	uint64_t size = 0;
	int fd, rc;

	if (s->used + s->row.dead != s->row.len)
		verify_report(v,
		    "segment %" PRIu64 ": %" PRIu64 " bytes used and %" PRIu64
		    " given back of %" PRIu64,
		    s->id, s->used, s->row.dead, s->row.len);
	segment_path(v->store, s->id, &path);
	fd = io_open(path.p, O_RDONLY, 0);
	rc = fd < 0 ? fd : io_size(fd, &size);
	/* No file yet, or unlinked just before a crash: the sweeper goes on there. */
	if (rc == -ENOENT && (s->row.len == 0 || all_dead(s)))
		rc = 0;
	else if (rc != 0)
		verify_report(v, "segment %" PRIu64 ": %s", s->id, strerrordesc_np(-rc));
	else if (size < s->row.len)
		verify_report(v,
		    "segment %" PRIu64 ": ends at %" PRIu64 " instead of %" PRIu64, s->id,
		    size, s->row.len);
	io_close(&fd);
	buf_fini(&path);
}

void
verify_files_extents(struct verify *v)
{
	struct verify_vec all = { 0 };
	const struct extent *x;

	collect(v, &all);
	if (all.n > 0)
		qsort(all.p, all.n, sizeof *x, extent_cmp);
	x = (struct extent *)(void *)all.p;
	for (size_t i = 1; i < all.n; i++)
		if (x[i].segment == x[i - 1].segment &&
		    x[i].off < x[i - 1].off + x[i - 1].size)
			verify_report(v,
			    "segment %" PRIu64 ": blobs %" PRIu64 " and %" PRIu64
			    " overlap",
			    x[i].segment, x[i - 1].id, x[i].id);
	for (size_t i = 0; i < v->segment.n; i++)
		segment_file(v, (struct verify_segment *)(void *)v->segment.p + i);
	mem_free(all.p);
}

/* ---- names ---- */

struct listing {
	struct verify *v;
	const char *dir;
	struct verify_vec *unknown;
	bool files;
};

static bool
leased(struct verify *v, uint64_t id)
{
	struct table_cursor c;
	bool yes = false;

	if (table_row_begin(v->txn, v->store->in[IN_LEASE], &c) != OK)
		return false;
	for (enum err e = table_seek(&c, SPAN_NONE); e == OK && !yes;
	     e = table_next(&c)) {
		uint64_t start = be64_get(c.key.p);

		yes = c.key.n == 8 && c.value.n == 5 && id >= start &&
		    id - start < be32_get(c.value.p + 1);
	}
	table_end(&c);
	return yes;
}

static bool
known_file(struct verify *v, uint64_t id)
{
	struct verify_blob *b = verify_find(&v->blob, sizeof *b, id);

	if (b != NULL && b->row.kind == BLOB_FILE)
		return true;
	for (size_t i = 0; i < v->dead.n; i++) {
		struct verify_dead *d = (struct verify_dead *)(void *)v->dead.p + i;

		if (d->row.kind == BLOB_FILE && d->row.place == id)
			return true;
	}
	return leased(v, id);
}

static void
one_name(void *arg, const char *name)
{
	struct listing *l = arg;
	char *end;
	uint64_t id = strtoull(name, &end, 16);

	if (*end != 0 || end - name != 16) {
		verify_report(l->v, "%s/%s: not a file of the store", l->dir, name);
		return;
	}
	if (l->files
		? known_file(l->v, id)
		: verify_find(&l->v->segment, sizeof(struct verify_segment), id) != NULL)
		return;
	verify_report(l->v, "%s/%s: the index does not know it", l->dir, name);
	*(uint64_t *)verify_add(l->unknown, sizeof id) = id;
}

static void
list_dir(struct listing *l)
{
	struct buf path = { 0 };
	int rc;

	store_join(l->v->store, &path, l->dir);
	rc = io_list(path.p, one_name, l);
	if (rc != 0)
		verify_report(l->v, "%s: %s", l->dir, strerrordesc_np(-rc));
	buf_fini(&path);
}

void
verify_files_names(struct verify *v)
{
	struct listing l = { v, "segments", &v->segments, false };
	char dir[16];

	list_dir(&l);
	l = (struct listing){ v, dir, &v->files, true };
	for (unsigned i = 0; i < 256; i++) {
		(void)snprintf(dir, sizeof dir, "files/%02x", i);
		list_dir(&l);
	}
}

static void
drop_all(struct verify *v, const struct verify_vec *ids,
    void (*path_of)(struct store *, uint64_t, struct buf *))
{
	const uint64_t *id = (const uint64_t *)(const void *)ids->p;
	struct buf path = { 0 };

	for (size_t i = 0; i < ids->n; i++) {
		path_of(v->store, id[i], &path);
		if (io_unlink(path.p) == 0)
			v->out->repaired++;
	}
	buf_fini(&path);
}

void
verify_files_drop(struct verify *v)
{
	drop_all(v, &v->files, blob_file_path);
	drop_all(v, &v->segments, segment_path);
}

/* ---- bytes ---- */

static int
place_cmp(const void *a, const void *b)
{
	const struct blob_row *x = &(*(struct verify_blob *const *)a)->row;
	const struct blob_row *y = &(*(struct verify_blob *const *)b)->row;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static void
check_bytes(struct verify *v, const struct verify_blob *b, char *chunk)
{
	uint64_t left = b->row.len, at = b->row.off;
	uint32_t crc = 0;
	void *hold;
	int fd, rc = 0;
	enum err e = fdcache_get(v->store->fds, b->row.kind, b->row.place, &fd, &hold);

	if (e != OK) {
		verify_report(v, "blob %" PRIu64 ": its file cannot be opened", b->id);
		return;
	}
	while (left > 0 && rc == 0) {
		size_t n = left < CHUNK ? (size_t)left : CHUNK;

		rc = io_pread(fd, chunk, n, at);
		if (rc == 0)
			crc = crc32c_add(crc, chunk, n);
		at += n;
		left -= n;
		v->done += n;
		if (v->conf->progress != NULL)
			v->conf->progress(v->conf->arg, v->done, v->all);
	}
	if (rc != 0)
		verify_report(v, "blob %" PRIu64 ": reading: %s", b->id,
		    rc == -ENODATA ? "the file ends before" : strerrordesc_np(-rc));
	else if (crc != b->row.crc32c)
		verify_report(v, "blob %" PRIu64 ": its checksum is wrong", b->id);
	fdcache_put(hold);
}

static void
check_size(struct verify *v, const struct verify_blob *b)
{
	struct buf path = { 0 };
	uint64_t size = 0;
	int fd, rc;

	blob_file_path(v->store, b->row.place, &path);
	fd = io_open(path.p, O_RDONLY, 0);
	rc = fd < 0 ? fd : io_size(fd, &size);
	if (rc != 0)
		verify_report(v, "blob %" PRIu64 ": file %" PRIu64 ": %s", b->id,
		    b->row.place, strerrordesc_np(-rc));
	else if (size != b->row.len)
		verify_report(v,
		    "blob %" PRIu64 ": file %" PRIu64 " has %" PRIu64
		    " bytes, not %" PRIu64,
		    b->id, b->row.place, size, b->row.len);
	io_close(&fd);
	buf_fini(&path);
}

void
verify_files_sizes(struct verify *v)
{
	for (size_t i = 0; i < v->blob.n; i++) {
		const struct verify_blob *b = (struct verify_blob *)(void *)v->blob.p + i;

		if (b->row.kind == BLOB_FILE)
			check_size(v, b);
	}
}

void
verify_files_bytes(struct verify *v)
{
	struct verify_blob **order = mem_array(v->blob.n + 1, sizeof *order);
	char *chunk = mem_alloc(CHUNK);

	for (size_t i = 0; i < v->blob.n; i++)
		order[i] = (struct verify_blob *)(void *)v->blob.p + i;
	/* As they lie on the disk. */
	qsort(order, v->blob.n, sizeof *order, place_cmp);
	for (size_t i = 0; i < v->blob.n; i++)
		if (order[i]->row.kind != BLOB_LIST)
			check_bytes(v, order[i], chunk);
	mem_free(chunk);
	mem_free(order);
}
