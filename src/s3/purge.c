/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-minio-force-delete: a bucket with all that is in it, or a key and all below it, with every
 * version. MinIO's extension; its rules: the bucket's form wants s3:ForceDeleteBucket besides
 * s3:DeleteBucket, and nothing is forced where object lock is on, nor is a bucket with rules of
 * replication that are on (405). Of a key's form each
 * version is asked about as a delete of its own would be, and the first one denied ends it.
 * A page is looked at on the loop and deleted by the writer, so that neither holds up others.
 */
#include "config.h"

#include "object/document.h"
#include "s3_priv.h"

/* A bucket that others go on writing to is not emptied for ever. */
enum { PURGE_PAGE = 256, PURGE_AGAIN = 64 };

struct purge_row {
	struct span key;
	struct obj_version version;
	char id[VERSION_ID_TEXT];
	size_t id_n;
};

struct purge {
	struct obj_write w;
	struct rq *rq;
	struct obj_drop how;
	struct span prefix;
	bool
	    exact; /* of the prefix itself is the row wanted, not of what begins with it */
	unsigned again;
	struct arena room; /* of the page's keys */
	size_t n;
	struct purge_row row[PURGE_PAGE];
};

/* strconv.ParseBool's words, which MinIO takes. */
static bool
bool_parse(struct span v, bool *out)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True" };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		*out = span_is(v, yes[i]);
		if (*out || span_is(v, no[i]))
			return true;
	}
	return false;
}

struct replicates {
	const struct rq *rq;
	bool yes;
};

static enum err
replicates(struct txn *t, void *arg)
{
	struct replicates *r = arg;
	const struct obj_doc d = { .bucket = r->rq->bucket,
		.bucket_id = r->rq->bkt.id,
		.doc = DOC_REPLICATION };
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	r->yes = e == OK &&
	    span_search(inner, SPAN_LIT("<Status>Enabled</Status>"), 0) < inner.n;
	return err_row(e)->status == 404 ? OK : e;
}

enum err
purge_asked(struct rq *rq, bool *out)
{
	struct span v = header_get(rq, "x-minio-force-delete");
	bool bucket = rq->op->level == LEVEL_BUCKET;
	struct replicates r = { .rq = rq };
	enum err e;

	*out = false;
	if (v.n == 0 || tier_says(rq, TP_BUCKET_FORCE) != TV_FORCE)
		return OK;
	if (!bool_parse(v, out))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "x-minio-force-delete is neither true nor false.");
	/* Whoever says it, even with "false", needs the right. */
	e = bucket ? allow_also(rq, "s3:ForceDeleteBucket", SPAN_NONE) : OK;
	if (e == OK && *out && bucket && !rq->rules.locks)
		e = store_read(rq->loop->reader, replicates, &r);
	if (e != OK || !*out || !(rq->rules.locks || r.yes))
		return e;
	(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", bucket ? "BUCKET" : "OBJECT");
	return E_METHOD_NOT_ALLOWED;
}

/* ---- a page ---- */

static void
page_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct purge *p = ctx;
	struct purge_row *row = &p->row[p->n];

	(void)latest;
	if (p->exact && key.n != p->prefix.n)
		return;
	row->key = arena_span(&p->room, key);
	row->id_n = obj_version_text(row->id, rec);
	MUST(obj_version_parse(span_of(row->id, row->id_n), &row->version));
	p->n++;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct purge *p = arg;
	struct obj_version_list l = {
		.prefix = p->prefix, .max = PURGE_PAGE, .ctx = p, .row = page_row
	};
	enum err e;

	p->n = 0;
	e = obj_bucket_find(t, p->rq->bucket, &l.bucket, &p->rq->fail);
	if (e == OK && l.bucket.id != p->rq->bkt.id)
		e = fail_set(&p->rq->fail, E_NO_SUCH_BUCKET);
	return e == OK ? obj_version_list(t, &l, &p->room) : e;
}

/* A key's form: as deletes one by one. Without versions there is one right to have. */
static enum err
page_allow(struct purge *p)
{
	struct rq *rq = p->rq;
	bool versions = rq->bkt.versioning != VERSIONING_NEVER;
	struct span why;

	for (size_t i = 0; i < p->n; i++) {
		struct purge_row *row = &p->row[i];
		struct span id = versions ? span_of(row->id, row->id_n) : SPAN_NONE;

		if (!allow_delete(rq, row->key, id, &why))
			return why.n > 0 ? fail_long(&rq->fail, E_ACCESS_DENIED, why)
					 : fail_set(&rq->fail, E_ACCESS_DENIED);
	}
	return OK;
}

static enum err
page_write(struct txn *t, void *arg)
{
	struct purge *p = CONTAINER_OF(arg, struct purge, w.write);
	struct fail *fail = &p->rq->fail;
	struct obj_deleted did;
	struct rec_bucket b;
	enum err e;

	fail_clear(fail);
	e = obj_bucket_find(t, p->rq->bucket, &b, fail);
	if (e == OK && b.id != p->rq->bkt.id)
		e = fail_set(fail, E_NO_SUCH_BUCKET);
	/* Older ones first: none of them has to become the present one. */
	for (size_t i = p->n; i-- > 0 && e == OK;)
		e = obj_version_delete(
		    t, &b, p->row[i].key, &p->row[i].version, NULL, &p->how, &did, fail);
	return e;
}

/* ---- page after page ---- */

static enum err purge_page(struct purge *p, bool *end);

static void
purge_done(struct purge *p, enum err e)
{
	if (e == OK)
		reply_begin(p->rq, 204);
	arena_fini(&p->room);
	rq_resume(p->rq, e);
}

static void
page_then(struct obj_write *w, enum err e)
{
	struct purge *p = CONTAINER_OF(w, struct purge, w);
	bool end = false;

	if (e == OK)
		e = purge_page(p, &end);
	if (e != OK || end)
		purge_done(p, e);
}

static enum err
bucket_write(struct txn *t, void *arg)
{
	struct purge *p = CONTAINER_OF(arg, struct purge, w.write);
	struct rq *rq = p->rq;
	struct rec_bucket b;
	enum err e;

	fail_clear(&rq->fail);
	e = obj_bucket_find(t, rq->bucket, &b, &rq->fail);
	if (e == OK && b.id != rq->bkt.id)
		e = fail_set(&rq->fail, E_NO_SUCH_BUCKET);
	return e == OK ? obj_bucket_delete(t, rq->bucket, &rq->fail) : e;
}

/* Somebody may have put something between the last page and this. */
static void
bucket_then(struct obj_write *w, enum err e)
{
	struct purge *p = CONTAINER_OF(w, struct purge, w);

	if (e == E_BUCKET_NOT_EMPTY && p->again++ < PURGE_AGAIN) {
		fail_clear(&p->rq->fail);
		page_then(w, OK);
		return;
	}
	purge_done(p, e);
}

/* The key itself is gone; now what is below it. False: that was all. */
static bool
purge_below(struct purge *p)
{
	char *text;

	if (!p->exact)
		return false;
	p->exact = false;
	text = arena_alloc(p->rq->arena, p->prefix.n + 1);
	memcpy(text, p->prefix.p, p->prefix.n);
	text[p->prefix.n] = '/';
	p->prefix = span_of(text, p->prefix.n + 1);
	return true;
}

/* Sends the next write on its way, unless that was all. */
static enum err
purge_page(struct purge *p, bool *end)
{
	struct rq *rq = p->rq;
	struct store *store = rq->s3->conf.store;
	bool bucket = rq->op->level == LEVEL_BUCKET;
	enum err e;

	do {
		arena_fini(&p->room);
		e = store_read(rq->loop->reader, page_read, p);
		if (e == OK && arena_failed(&p->room))
			e = fail_set(&rq->fail, E_SLOW_DOWN);
	} while (e == OK && p->n == 0 && purge_below(p));
	if (e == OK && !bucket)
		e = page_allow(p);
	*end = e == OK && p->n == 0 && !bucket;
	if (e != OK || *end)
		return e;
	if (p->n > 0)
		obj_write_post(&p->w, store, page_write, rq->loop->inbox, page_then);
	else
		obj_write_post(&p->w, store, bucket_write, rq->loop->inbox, bucket_then);
	return OK;
}

enum err
purge_begin(struct rq *rq, bool mfa)
{
	struct purge *p = arena_zalloc(rq->arena, sizeof *p);
	bool end = false;
	enum err e;

	p->rq = rq;
	p->how =
	    (struct obj_drop){ .now_ms = rq->now_ms, .mfa = mfa, .by = actor_of(rq) };
	p->prefix = rq->key;
	p->exact = rq->key.n > 0 && rq->key.p[rq->key.n - 1] != '/';
	arena_init(&p->room, PURGE_PAGE * (KEY_MAX + 64));
	e = purge_page(p, &end);
	if (e == OK && !end)
		return rq_wait(rq);
	if (e == OK)
		reply_begin(rq, 204);
	arena_fini(&p->room);
	return e;
}
