/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"
#include "base/mem.h"
#include "codec/digest.h"
#include "model/side.h"
#include "object/upload.h"

/* What completing gathers while it goes over the listed parts. */
struct gather {
	struct rec_upload upload;
	struct blob_piece *piece;
	struct obj_part_kept *kept;
	struct digest *md5;
	struct checksum_join join;
	uint64_t size;
	bool sealed;
};

static enum err
part_invalid(const struct obj_complete *c, const struct obj_part_want *w)
{
	struct fail *f = c->dest.fail;

	(void)fail_set(f, E_INVALID_PART);
	fail_pair(f, "UploadId", c->upload_id);
	fail_pair_u64(f, "PartNumber", w->number);
	fail_pair(f, "ETag", w->etag);
	return E_INVALID_PART;
}

static enum err
part_small(
    const struct obj_complete *c, const struct obj_part_want *w, const struct rec_part *p)
{
	struct fail *f = c->dest.fail;

	(void)fail_set(f, E_ENTITY_TOO_SMALL);
	fail_pair(f, "ETag", w->etag);
	fail_pair_u64(f, "MinSizeAllowed", UPLOAD_PART_MIN);
	fail_pair_u64(f, "PartNumber", w->number);
	fail_pair_u64(f, "ProposedSize", p->size);
	return E_ENTITY_TOO_SMALL;
}

/* Parts are listed in the order of their rows, mostly without a gap: the next one is where
 * the cursor went to, or has to be searched for. */
static enum err
part_seek(struct table_cursor *at, uint64_t upload, unsigned number)
{
	uint8_t key[10];
	struct span want = span_of(key, sizeof key);
	enum err e;

	part_key_put(key, upload, number);
	if (span_eq(at->key, want))
		return OK;
	e = table_seek(at, want);
	return e == OK && !span_eq(at->key, want) ? E_NOT_FOUND : e;
}

static enum err
part_next(struct table_cursor *at)
{
	enum err e = table_next(at);

	if (e != OK)
		at->key = SPAN_NONE;
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
gather_part(struct obj_complete *c, struct gather *g, struct table_cursor *at, size_t i)
{
	const struct obj_part_want *w = &c->part[i];
	char etag[ETAG_TEXT];
	struct rec_part p;
	enum err e = part_seek(at, g->upload.number, w->number);

	if (e == E_NOT_FOUND)
		return part_invalid(c, w);
	if (e == OK)
		e = rec_part_get(at->value, &p);
	if (e != OK)
		return e;
	if (!span_eq(w->etag, span_of(etag, obj_etag_hex(etag, p.etag, 0))))
		return part_invalid(c, w);
	if (w->checksum.kind != CHECKSUM_NONE &&
	    (w->checksum.kind != p.checksum.kind ||
		!digest_equal(w->checksum.value, p.checksum.value, p.checksum.n)))
		return part_invalid(c, w);
	if (i + 1 < c->n && p.size < UPLOAD_PART_MIN)
		return part_small(c, w, &p);
	if (p.sealed != g->sealed)
		return E_CORRUPT;
	g->piece[i] = (struct blob_piece){ .ref = p.body, .tag = w->number };
	g->kept[i] = (struct obj_part_kept){ w->number, p.size, p.checksum };
	digest_add(g->md5, p.etag, sizeof p.etag);
	checksum_join_add(&g->join, &p.checksum, p.size);
	g->size += p.size;
	return part_next(at);
}

static enum err
order_check(const struct obj_complete *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (i > 0 && c->part[i].number <= c->part[i - 1].number) {
			(void)fail_set(c->dest.fail, E_INVALID_PART_ORDER);
			fail_pair(c->dest.fail, "UploadId", c->upload_id);
			return E_INVALID_PART_ORDER;
		}
	}
	return OK;
}

/* developers.cloudflare.com/r2/objects/multipart-objects */
static enum err
equal_check(struct obj_complete *c, const struct gather *g)
{
	c->unequal = false;
	for (size_t i = 1; i < c->n; i++)
		if (i + 1 < c->n ? g->kept[i].size != g->kept[0].size
				 : g->kept[i].size > g->kept[0].size)
			c->unequal = true;
	return c->unequal && (c->how & OBJ_PARTS_EQUAL) != 0
	    ? fail_msg(c->dest.fail, E_INVALID_PART,
		  "All non-trailing parts must have the same length.")
	    : OK;
}

static enum err
too_large(const struct obj_complete *c, uint64_t size)
{
	(void)fail_set(c->dest.fail, E_ENTITY_TOO_LARGE);
	fail_pair_u64(c->dest.fail, "ProposedSize", size);
	fail_pair_u64(c->dest.fail, "MaxSizeAllowed", c->max);
	return E_ENTITY_TOO_LARGE;
}

static enum err
gather_all(struct txn *t, struct obj_complete *c, struct gather *g)
{
	struct table_cursor at = { 0 };
	enum err e = order_check(c);

	if (e == OK)
		e = table_begin(t, T_PART, &at);
	for (size_t i = 0; e == OK && i < c->n; i++)
		e = gather_part(c, g, &at, i);
	table_end(&at);
	if (e == OK)
		e = equal_check(c, g);
	if (e == OK && c->max != 0 && g->size > c->max)
		e = too_large(c, g->size);
	if (e != OK)
		return e;
	if (c->has_size && c->size != g->size)
		return fail_msg(c->dest.fail, E_INVALID_REQUEST,
		    "The provided 'x-amz-mp-object-size' header value %llu does not "
		    "match what was "
		    "computed: %llu",
		    (unsigned long long)c->size, (unsigned long long)g->size);
	return OK;
}

static enum err
whole_checksum(struct obj_complete *c, struct gather *g)
{
	struct checksum *sum = &c->rec.checksum;

	checksum_join_end(&g->join, sum);
	if (c->expect.kind == CHECKSUM_NONE)
		return OK;
	if (c->expect.kind == sum->kind &&
	    digest_equal(c->expect.value, sum->value, sum->n))
		return OK;
	return fail_msg(c->dest.fail, E_BAD_DIGEST,
	    "The %s you specified did not match the calculated checksum.",
	    checksum_row(c->expect.kind)->name);
}

/* The listed parts' rows go without dropping their bytes: the list owns those now. Rows of
 * parts that were not listed go with their bytes when the upload is dropped. */
static enum err
parts_take(struct txn *t, const struct obj_complete *c, const struct gather *g)
{
	struct table_cursor at;
	enum err e = table_begin(t, T_PART, &at);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < c->n; i++) {
		e = part_seek(&at, g->upload.number, c->part[i].number);
		if (e == OK)
			e = table_del_here(t, T_PART, &at);
		if (e == OK)
			e = part_next(&at);
	}
	table_end(&at);
	return e == E_NOT_FOUND ? E_CORRUPT : e;
}

/* Number, size, kind, value; all rows of an object are of one length. Values have room for
 * 32 bytes, and for more only where the algorithm has them. */
enum { KEPT_VALUE = 2 + 8 + 1, KEPT_SHORT = 32 };

static size_t
kept_row(uint8_t kind)
{
	bool large = kind != CHECKSUM_NONE && checksum_row(kind)->size > KEPT_SHORT;

	return (size_t)KEPT_VALUE + (large ? CHECKSUM_MAX : KEPT_SHORT);
}

static enum err
kept_put(struct txn *t, const struct obj_complete *c, const struct gather *g)
{
	uint8_t key[8];
	size_t size = kept_row(g->upload.checksum);
	uint8_t *row;
	void *room;
	enum err e;

	be64_put(key, c->rec.number);
	e = table_put_room(
	    t, T_OBJPART, span_of(key, sizeof key), c->n * size, false, &room);
	if (e != OK)
		return e;
	row = room;
	for (size_t i = 0; i < c->n; i++, row += size) {
		memset(row, 0, size);
		be16_put(row, (uint16_t)g->kept[i].number);
		be64_put(row + 2, g->kept[i].size);
		row[10] = g->kept[i].checksum.kind;
		MUST((size_t)KEPT_VALUE + g->kept[i].checksum.n <= size);
		memcpy(
		    row + KEPT_VALUE, g->kept[i].checksum.value, g->kept[i].checksum.n);
	}
	return OK;
}

enum err
obj_parts_kept(struct txn *t, const struct rec_object *rec, struct arena *a,
    struct obj_part_kept **out, size_t *n)
{
	struct obj_part_kept *kept;
	size_t size = kept_row(rec->checksum.kind), count;
	uint8_t key[8];
	struct span row;
	enum err e;

	*n = 0;
	if ((rec->flags & OBJECT_HAS_PARTS) == 0)
		return OK;
	be64_put(key, rec->number);
	e = table_get(t, T_OBJPART, span_of(key, sizeof key), &row);
	if (e != OK || row.n % size != 0)
		return e == OK || e == E_NOT_FOUND ? E_CORRUPT : e;
	count = row.n / size;
	kept = arena_array(a, count, sizeof *kept);
	for (size_t i = 0; i < count; i++) {
		const char *p = row.p + i * size;

		kept[i].number = be16_get(p);
		kept[i].size = be64_get(p + 2);
		kept[i].checksum.kind = (uint8_t)p[10];
		if (kept[i].checksum.kind >= CHECKSUM_KINDS)
			return E_CORRUPT;
		if (kept[i].checksum.kind != CHECKSUM_NONE)
			kept[i].checksum.n = checksum_row(kept[i].checksum.kind)->size;
		memcpy(kept[i].checksum.value, p + KEPT_VALUE, kept[i].checksum.n);
	}
	*out = kept;
	*n = count;
	return OK;
}

static enum err
complete_write(
    struct txn *t, struct obj_complete *c, struct gather *g, const struct rec_object *old)
{
	enum err e = parts_take(t, c, g);

	if (e == OK)
		e = obj_upload_drop(t, &c->bucket, c->dest.key, &g->upload);
	/* Only a list keeps the number that a sealed part is bound to. */
	if (e == OK && c->n == 1 && !g->sealed)
		c->rec.body = g->piece[0].ref;
	else if (e == OK)
		e = blob_list_put(t, g->piece, c->n, &c->rec.body);
	if (e == OK && g->upload.checksum_given) {
		c->rec.flags |= OBJECT_HAS_PARTS;
		e = kept_put(t, c, g);
	}
	c->attrs = g->upload.attrs;
	return e == OK ? obj_dest_put(t, &c->dest, old, &c->rec, &c->attrs) : e;
}

/* An object written while the upload ran, and a condition on it: AWS sees a conflict
 * rather than a match (recorded answer, aws-sdk conditional writes). */
static enum err
conflict_check(const struct obj_complete *c, const struct gather *g,
    const struct rec_object *old, bool exists)
{
	bool match =
	    c->dest.cond.if_match.p != NULL && exists && old->number > g->upload.number;
	bool none =
	    c->dest.cond.if_none_match.p != NULL && !exists && g->upload.saw_delete;
	struct fail *f = c->dest.fail;

	if (!match && !none)
		return OK;
	(void)fail_set(f, E_CONDITIONAL_CONFLICT);
	fail_pair_str(f, "Condition", match ? "If-Match" : "If-None-Match");
	fail_pair(f, "Key", c->dest.key);
	return E_CONDITIONAL_CONFLICT;
}

enum err
obj_complete(struct txn *t, struct obj_complete *c)
{
	struct gather g = { 0 };
	struct rec_object old;
	bool exists = false;
	enum err e;

	e = obj_upload_find(
	    t, &c->bucket, c->dest.key, c->upload_id, c->arena, &g.upload, c->dest.fail);
	if (e != OK)
		return e;
	g.piece = mem_array(c->n, sizeof *g.piece);
	g.kept = mem_array(c->n, sizeof *g.kept);
	g.md5 = digest_new(DIGEST_MD5);
	checksum_join_begin(&g.join, g.upload.checksum, g.upload.composite);
	c->rec = (struct rec_object){
		.class = g.upload.class, .mime = g.upload.mime, .parts = (uint16_t)c->n
	};
	c->crypt = side_get(&g.upload.attrs, SIDE_CRYPT);
	g.sealed = c->crypt.p != NULL;
	if (g.sealed)
		c->rec.flags |= OBJECT_IS_SEALED;
	e = gather_all(t, c, &g);
	if (e == OK)
		e = obj_dest_check(t, &c->dest, &old, &exists);
	if (e == OK && (c->how & OBJ_NO_CONFLICT) == 0)
		e = conflict_check(c, &g, &old, exists);
	if (e == E_PRECONDITION && (c->how & OBJ_FAILED_GONE) != 0) {
		e = obj_upload_drop(t, &c->bucket, c->dest.key, &g.upload);
		c->gone = true;
		goto out;
	}
	if (e == OK)
		e = whole_checksum(c, &g);
	if (e != OK)
		goto out;
	digest_end(g.md5, c->rec.etag);
	c->rec.size = g.size;
	c->rec.mtime_ms = c->now_ms;
	c->rec.number = store_next_id(t);
	e = complete_write(t, c, &g, exists ? &old : NULL);
out:
	checksum_drop(&g.join.calc);
	digest_free(&g.md5);
	mem_free(g.piece);
	mem_free(g.kept);
	return e;
}
