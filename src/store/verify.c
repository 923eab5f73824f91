/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The complete check, in one snapshot: load the engine's rows, let the owner name every
 * reference, compare counts; then the files (verify_files.c). About 24 bytes of memory per
 * tiny blob and 56 per other one.
 */
#include "config.h"

#include "store/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/crc.h"
#include "verify_priv.h"

enum { REPAIR_STEP = 256 };

void *
verify_add(struct verify_vec *v, size_t size)
{
	if (v->n == v->cap) {
		v->cap = v->cap == 0 ? 64 : v->cap * 2;
		v->p = mem_realloc(v->p, v->cap * size);
	}
	return memset(v->p + v->n++ * size, 0, size);
}

void *
verify_find(const struct verify_vec *v, size_t size, uint64_t id)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint64_t at;

		memcpy(&at, v->p + mid * size, sizeof at);
		if (at == id)
			return v->p + mid * size;
		if (at < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

void
verify_report(struct verify *v, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	v->out->findings++;
	if (v->conf->report != NULL)
		v->conf->report(v->conf->arg, line);
}

/* ---- loading ---- */

typedef void (*row_fn)(struct verify *v, uint64_t id, struct span value);

static enum err
each(struct verify *v, enum inner table, const char *name, row_fn fn)
{
	struct table_cursor c;
	enum err e = table_row_begin(v->txn, v->store->in[table], &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		if (c.key.n == 8)
			fn(v, be64_get(c.key.p), c.value);
		else
			verify_report(v, "%s: a key of %zu bytes", name, c.key.n);
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* A body in the index is one row, or two that follow each other. */
static void
load_body(struct verify *v, uint64_t id, const struct span part[2])
{
	struct span in = part[0];
	struct verify_tiny *t;
	uint32_t crc;

	if (in.n < BODY_HEAD) {
		verify_report(v, "body %" PRIu64 ": the row is cut off", id);
		return;
	}
	crc = crc32c_add(0, in.p + BODY_HEAD, in.n - BODY_HEAD);
	crc = crc32c_add(crc, part[1].p, part[1].n);
	if (crc != be32_get(in.p + 4))
		verify_report(v, "body %" PRIu64 ": its checksum is wrong", id);
	if (be32_get(in.p) == 0) {
		*(uint64_t *)verify_add(&v->lost, sizeof(uint64_t)) = id;
		return;
	}
	t = verify_add(&v->tiny, sizeof *t);
	t->id = id;
	t->len = (uint32_t)(in.n - BODY_HEAD + part[1].n);
	t->refs = be32_get(in.p);
	v->out->blobs++;
	v->out->bytes += t->len;
}

static enum err
load_bodies(struct verify *v)
{
	struct table_cursor c;
	enum err e = table_row_begin(v->txn, v->store->in[IN_BODY], &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK;) {
		struct span part[2] = { c.value, SPAN_NONE };
		uint64_t id;

		if (c.key.n != 8) {
			verify_report(v, "body: a key of %zu bytes", c.key.n);
			e = table_next(&c);
			continue;
		}
		id = be64_get(c.key.p);
		e = table_next(&c);
		if (e == OK && tiny_is_rest(c.key, id)) {
			part[1] = c.value;
			e = table_next(&c);
		}
		load_body(v, id, part);
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static void
load_blob(struct verify *v, uint64_t id, struct span in)
{
	struct verify_blob b = { .id = id };

	if (!row_blob_get(in, &b.row)) {
		verify_report(v, "blob %" PRIu64 ": the row cannot be read", id);
		return;
	}
	*(struct verify_blob *)verify_add(&v->blob, sizeof b) = b;
	v->out->blobs++;
	if (b.row.kind != BLOB_LIST) {
		v->out->bytes += b.row.len;
		v->all += b.row.len;
	}
}

static void
load_dead(struct verify *v, uint64_t seq, struct span in)
{
	struct verify_dead d = { .seq = seq };

	if (!row_dead_get(in, &d.row))
		verify_report(v, "dead %" PRIu64 ": the row cannot be read", seq);
	else if (seq >= v->state.dead_seq)
		verify_report(v, "dead %" PRIu64 ": beyond the next one", seq);
	else
		*(struct verify_dead *)verify_add(&v->dead, sizeof d) = d;
}

static void
load_segment(struct verify *v, uint64_t id, struct span in)
{
	struct verify_segment s = { .id = id };

	if (row_segment_get(in, &s.row))
		*(struct verify_segment *)verify_add(&v->segment, sizeof s) = s;
	else
		verify_report(v, "segment %" PRIu64 ": the row cannot be read", id);
}

static enum err
load(struct verify *v)
{
	struct span in;
	enum err e = table_row_get(v->txn, v->store->dbi[0], SPAN_LIT("state"), &in);

	if (e != OK || !row_state_get(in, &v->state))
		return E_CORRUPT;
	e = load_bodies(v);
	if (e == OK)
		e = each(v, IN_BLOB, "blob", load_blob);
	if (e == OK)
		e = each(v, IN_DEAD, "dead", load_dead);
	return e == OK ? each(v, IN_SEGMENT, "segment", load_segment) : e;
}

/* ---- references ---- */

static void
see_ref(struct verify *v, const struct blob_ref *r, struct span name)
{
	struct verify_tiny *t = NULL;
	struct verify_blob *b = NULL;
	uint64_t len = 0;
	int n = (int)(name.n < 200 ? name.n : 200);

	if (r->kind == BLOB_TINY)
		t = verify_find(&v->tiny, sizeof *t, r->id);
	else if (r->kind != BLOB_EMPTY)
		b = verify_find(&v->blob, sizeof *b, r->id);
	if (r->kind != BLOB_EMPTY && t == NULL && b == NULL) {
		verify_report(v, "%.*s: blob %" PRIu64 " is missing", n, name.p, r->id);
		return;
	}
	if (t != NULL) {
		len = t->len;
		t->found++;
	}
	if (b != NULL) {
		len = b->row.len;
		b->found++;
		if (b->row.kind != r->kind)
			verify_report(v, "%.*s: blob %" PRIu64 " is of another kind", n,
			    name.p, r->id);
	}
	if (r->off > len || r->len > len - r->off)
		verify_report(
		    v, "%.*s: bytes behind the end of blob %" PRIu64, n, name.p, r->id);
}

static enum err
see(void *ctx, const struct blob_ref *r, struct span name)
{
	see_ref(ctx, r, name);
	return OK;
}

static int
id_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Pieces of a list from piece at on. */
static void
see_list(struct verify *v, uint64_t id, uint64_t at, uint64_t len)
{
	struct blob_pieces l;
	uint64_t sum = 0, start;
	uint64_t *lost = bsearch(&id, v->lost.p, v->lost.n, sizeof id, id_cmp);

	if (lost == NULL || blob_pieces_get(v->txn, id, &l) != OK) {
		verify_report(v, "list %" PRIu64 ": its pieces are missing", id);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		struct blob_piece piece;
		char name[64];

		(void)snprintf(name, sizeof name, "list %" PRIu64 ", piece %zu", id, i);
		if (!blob_pieces_at(&l, i, &piece, &start) || start != sum) {
			verify_report(v, "%s: cannot be read", name);
			return;
		}
		sum += piece.ref.len;
		if (i >= at)
			see_ref(v, &piece.ref, span_str(name));
	}
	if (sum != len)
		verify_report(v, "list %" PRIu64 ": has %" PRIu64 " bytes, not %" PRIu64,
		    id, sum, len);
}

static void
see_lists(struct verify *v)
{
	size_t kept = 0;
	uint64_t *lost = (uint64_t *)(void *)v->lost.p;

	for (size_t i = 0; i < v->blob.n; i++) {
		struct verify_blob *b = (struct verify_blob *)(void *)v->blob.p + i;

		if (b->row.kind == BLOB_LIST)
			see_list(v, b->id, 0, b->row.len);
	}
	for (size_t i = 0; i < v->dead.n; i++) {
		struct verify_dead *d = (struct verify_dead *)(void *)v->dead.p + i;

		if (d->row.kind == BLOB_LIST)
			see_list(v, d->row.place, d->row.at, d->row.len);
	}
	/* What is left are pieces that belong to no list. */
	for (size_t i = 0; i < v->lost.n; i++) {
		struct verify_blob *b = verify_find(&v->blob, sizeof *b, lost[i]);
		bool known = b != NULL && b->row.kind == BLOB_LIST;

		for (size_t j = 0; j < v->dead.n && !known; j++) {
			struct verify_dead *d =
			    (struct verify_dead *)(void *)v->dead.p + j;

			known = d->row.kind == BLOB_LIST && d->row.place == lost[i];
		}
		if (known)
			continue;
		verify_report(v, "list %" PRIu64 ": pieces of no list", lost[i]);
		lost[kept++] = lost[i];
	}
	v->lost.n = kept;
}

static void
compare_count(struct verify *v, uint64_t id, uint32_t refs, uint32_t found)
{
	if (found == 0)
		verify_report(v, "blob %" PRIu64 ": nothing refers to it", id);
	else if (refs != found)
		verify_report(v,
		    "blob %" PRIu64 ": counts %" PRIu32 " references, has %" PRIu32, id,
		    refs, found);
}

static void
compare_counts(struct verify *v)
{
	uint64_t files = 0;

	for (size_t i = 0; i < v->tiny.n; i++) {
		struct verify_tiny *t = (struct verify_tiny *)(void *)v->tiny.p + i;

		compare_count(v, t->id, t->refs, t->found);
	}
	for (size_t i = 0; i < v->blob.n; i++) {
		struct verify_blob *b = (struct verify_blob *)(void *)v->blob.p + i;

		compare_count(v, b->id, b->row.refs, b->found);
		files += b->row.kind == BLOB_FILE;
	}
	for (size_t i = 0; i < v->dead.n; i++)
		files +=
		    ((struct verify_dead *)(void *)v->dead.p)[i].row.kind == BLOB_FILE;
	v->recount = files != v->state.files;
	if (v->recount)
		verify_report(v, "state: counts %" PRIu64 " files, has %" PRIu64,
		    v->state.files, files);
	v->state.files = files;
}

/* ---- long keys ---- */

static enum err
child_rows(struct verify *v, MDB_dbi dbi, uint64_t child, uint64_t *n)
{
	struct table_cursor c;
	enum err e = table_row_begin(v->txn, dbi, &c);

	*n = 0;
	if (e != OK)
		return e;
	for (e = table_id_seek(&c, child); e == OK; e = table_next(&c)) {
		if (c.key.n < 8 || be64_get(c.key.p) != child)
			break;
		++*n;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
check_keys(struct verify *v, unsigned table)
{
	MDB_dbi dbi = v->store->own[table];
	struct table_cursor c;
	enum err e = table_row_begin(v->txn, dbi, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		uint64_t child, rows, found = 0;

		if (!key_is_pointer(c.key, c.value, &child, &rows))
			continue;
		e = child_rows(v, dbi, child, &found);
		if (e != OK)
			break;
		if (found != rows)
			verify_report(v,
			    "table %s: a long key counts %" PRIu64 " rows, has %" PRIu64,
			    v->store->names[table], rows, found);
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- repair ---- */

struct repair {
	struct verify *v;
	size_t tiny, blob, lost;
	uint64_t repaired;
};

static enum err
repair_blob(struct txn *t, const struct verify_blob *x)
{
	struct blob_ref ref = { x->row.kind, x->id, 0, x->row.len };
	struct blob_row row = x->row;
	enum err e;

	row.refs = x->found == 0 ? 1 : x->found;
	e = blob_row_put(t, x->id, &row);
	return e == OK && x->found == 0 ? blob_drop(t, &ref) : e;
}

static enum err
repair_fn(struct txn *t, void *arg)
{
	struct repair *r = arg;
	struct repair at = *r;
	struct verify *v = r->v;
	enum err e = OK;
	unsigned n = 0;

	for (; e == OK && at.tiny < v->tiny.n && n < REPAIR_STEP; at.tiny++) {
		struct verify_tiny *x = (struct verify_tiny *)(void *)v->tiny.p + at.tiny;

		if (x->found < x->refs) {
			e = tiny_set(t, x->id, x->found);
			n++;
		}
	}
	for (; e == OK && at.blob < v->blob.n && n < REPAIR_STEP; at.blob++) {
		struct verify_blob *x = (struct verify_blob *)(void *)v->blob.p + at.blob;

		if (x->found < x->row.refs) {
			e = repair_blob(t, x);
			n++;
		}
	}
	for (; e == OK && at.lost < v->lost.n && n < REPAIR_STEP; at.lost++, n++)
		e = table_id_del(t, IN_BODY, ((uint64_t *)(void *)v->lost.p)[at.lost]);
	if (e == OK && v->recount)
		t->store->writer.now.files = v->state.files;
	at.repaired += n;
	if (e == OK)
		*r = at;
	return e;
}

static enum err
repair(struct verify *v)
{
	struct repair r = { .v = v };
	enum err e = OK;

	do {
		struct repair try = r;

		e = store_write_wait(v->store, repair_fn, &try);
		if (e == OK)
			r = try;
	} while (
	    e == OK && (r.tiny < v->tiny.n || r.blob < v->blob.n || r.lost < v->lost.n));
	v->out->repaired = r.repaired;
	if (e == OK)
		verify_files_drop(v);
	return e;
}

/* ---- all of it ---- */

struct run {
	struct verify *v;
	struct fail *fail;
};

static enum err
check(struct txn *t, void *arg)
{
	struct run *run = arg;
	struct verify *v = run->v;
	enum err e;

	v->txn = t;
	e = load(v);
	if (e == OK && v->conf->walk != NULL) {
		e = v->conf->walk(t, see, v, run->fail);
		if (e == E_CORRUPT && run->fail != NULL && run->fail->code != OK)
			verify_report(v, "%s", fail_text(run->fail));
	}
	if (e == OK)
		see_lists(v);
	for (unsigned i = 0; e == OK && i < v->store->nown; i++)
		e = check_keys(v, i);
	if (e != OK)
		return e;
	compare_counts(v);
	verify_files_extents(v);
	verify_files_names(v);
	verify_files_sizes(v);
	if (!v->conf->quick)
		verify_files_bytes(v);
	return OK;
}

enum err
store_verify(struct store *s, const struct verify_conf *conf, struct verify_result *out,
    struct fail *fail)
{
	struct verify v = { .store = s, .conf = conf, .out = out };
	struct run run = { &v, fail };
	struct reader *r = reader_new(s);
	struct blob_pin pin;
	enum err e;

	CHECK(s, STORE_MAGIC);
	*out = (struct verify_result){ 0 };
	blob_pin(s, &pin);
	e = store_read(r, check, &run);
	blob_unpin(&pin);
	if (e == OK && conf->repair && out->findings > 0)
		e = repair(&v);
	if (e != OK)
		(void)fail_msg(fail, e, "%s: the check cannot go on: %s", s->dir,
		    err_row(e)->message);
	reader_free(&r);
	mem_free(v.tiny.p);
	mem_free(v.blob.p);
	mem_free(v.dead.p);
	mem_free(v.segment.p);
	mem_free(v.lost.p);
	mem_free(v.files.p);
	mem_free(v.segments.p);
	return e;
}
