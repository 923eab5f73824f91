/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/inventory.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/mem.h"
#include "codec/digest.h"
#include "codec/gzip.h"
#include "codec/hex.h"
#include "codec/stamp.h"
#include "object/acl.h"
#include "object/document.h"
#include "object/version.h"

#include "inventory_priv.h"
#include "report_priv.h"

/* FILE_MAX bytes of a data file are in memory, and a page's rows. */
enum { PAGE = 1000, FILE_MAX = 1 << 20, ARENA = 64 << 20 };

struct inventory_job {
	struct inventory_conf conf;
	struct reader *reader;
	struct report report;
	bool found; /* what and source are those of the next report */
	struct arena room; /* of what follows */
	struct inventory what;
	struct rec_bucket source;
	char owner[INVENTORY_OWNER_ID]; /* of source */
	uint8_t ownership;
	struct lifecycle rules;
	/* where it is */
	struct buf key; /* of the last row, if there was one */
	bool has_version, last;
	struct obj_version version;
	struct gzip *gzip;
	struct buf data; /* of the file that grows, compressed */
	struct buf rows; /* of the page */
	struct buf files, links; /* for the manifest, for symlink.txt */
	unsigned nfile;
	uint64_t nrow, nsize;
	/* the page */
	struct arena page;
	struct txn *txn;
	enum err bad;
};

static void
buf_set(struct buf *b, struct span s)
{
	b->n = 0;
	buf_span(b, s);
}

static void
report_close(void *ctx)
{
	struct inventory_job *x = ctx;

	x->found = false;
	gzip_free(&x->gzip);
	buf_fini(&x->data);
	buf_fini(&x->rows);
	buf_fini(&x->files);
	buf_fini(&x->links);
	x->nfile = 0;
	x->nrow = x->nsize = 0;
	x->key.n = 0;
	x->has_version = x->last = false;
}

/* ---- the next report ---- */

static enum err
rules_load(struct inventory_job *x, struct span name)
{
	struct obj_doc d = {
		.bucket = name, .bucket_id = x->source.id, .doc = DOC_LIFECYCLE
	};
	struct fail fail;
	struct span inner;
	enum err e = obj_doc_get(x->txn, &d, &inner);

	x->rules = (struct lifecycle){ .day_ms = x->conf.day_ms };
	if (e == E_NO_SUCH_LIFECYCLE)
		return OK;
	fail_init(&fail, NULL);
	if (e == OK)
		e = life_load(&x->room, inner, &x->rules, &fail);
	x->rules.day_ms = x->conf.day_ms;
	return e;
}

static bool
config_row(void *ctx, struct span id, struct span inner)
{
	struct inventory_job *x = ctx;
	struct fail fail;
	enum err e;

	arena_fini(&x->room);
	arena_init(&x->room, ARENA);
	fail_init(&fail, NULL);
	e = inventory_load(&x->room, inner, &x->what, &fail);
	if (e != OK) {
		log_warn("inventory %.*s: it asks for what is not written and was stored "
			 "before that was refused; no report",
		    (int)id.n, id.p);
		return true;
	}
	x->report.any = x->report.any || x->what.enabled;
	if (!inventory_due(&x->what, x->report.before_ms, x->report.began_ms))
		return true;
	buf_set(&x->report.config, id);
	x->found = true;
	return false;
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct inventory_job *x = ctx;

	x->source = *b;
	x->bad = obj_doc_each(x->txn, b->id, DOC_INVENTORY, SPAN_NONE, config_row, x);
	if (x->bad == OK && x->found) {
		buf_set(&x->report.bucket, name);
		x->bad = rules_load(x, name);
	}
	return x->bad == OK && !x->found;
}

static enum err
find_read(struct txn *t, void *arg)
{
	struct inventory_job *x = arg;
	struct span bucket = arena_span(&x->page, buf_view(&x->report.bucket)),
		    config = arena_span(&x->page, buf_view(&x->report.config));
	enum err e = bucket.n == 0 ? E_NO_SUCH_BUCKET
				   : obj_bucket_find(t, bucket, &x->source, NULL);

	x->txn = t;
	x->bad = OK;
	if (e == OK) {
		e = obj_doc_each(t, x->source.id, DOC_INVENTORY, config, config_row, x);
		if (e == OK && x->found)
			e = rules_load(x, bucket);
	}
	if (e == E_NO_SUCH_BUCKET)
		e = OK;
	if (e == OK && !x->found)
		e = obj_bucket_each(t, SPAN_LIT(""), bucket, bucket_row, x);
	/* Borrowed: gone with the read. */
	x->source.region = x->source.name = SPAN_NONE;
	return e == OK ? x->bad : e;
}

static struct report_place
place_of(const struct inventory_job *x)
{
	return (struct report_place){
		.id = x->what.id, .to = x->what.to, .owner = x->source.account
	};
}

static void
report_give_up(void *ctx, const char *why)
{
	struct inventory_job *x = ctx;
	struct report_place at = place_of(x);

	report_lost(&x->report, &at, why);
}

/* *done: there will be none. */
static enum err
report_open(struct inventory_job *x, bool *done)
{
	struct report_place at = place_of(x);
	struct fail fail;
	const char *why;
	enum err e = report_refused(&x->report, &at, &why);

	if (e != OK)
		return e;
	fail_init(&fail, NULL);
	if (why == NULL && gzip_new(&x->gzip, &fail) != OK)
		why = fail_text(&fail);
	*done = why != NULL;
	if (*done)
		report_give_up(x, why);
	return OK;
}

/* ---- what is written ---- */

static void
place_put(struct inventory_job *x, struct buf *out)
{
	if (x->what.to_prefix.n > 0) {
		buf_span(out, x->what.to_prefix);
		buf_char(out, '/');
	}
	buf_span(out, buf_view(&x->report.bucket));
	buf_char(out, '/');
	buf_span(out, x->what.id);
	buf_char(out, '/');
}

static enum err
object_put(struct inventory_job *x, struct span key, struct span data, const char *type)
{
	struct report_place at = place_of(x);

	return report_put(&x->report, &at, key, data, type);
}

/* The same for the same file of the same report, so that one begun anew writes over what
 * it left; a UUID of version 8 (RFC 9562). */
static void
file_name_put(struct inventory_job *x, struct buf *out)
{
	struct buf seed = { 0 };
	uint8_t id[32];
	char hex[32];

	buf_printf(&seed, "%" PRIu64 " %" PRId64 " %u ", x->source.id, x->report.began_ms,
	    x->nfile);
	buf_span(&seed, x->what.id);
	digest_of(DIGEST_SHA256, buf_view(&seed), id);
	buf_fini(&seed);
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x80);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	hex_render(hex, id, 16);
	buf_printf(out, "data/%.8s-%.4s-%.4s-%.4s-%.12s.csv.gz", hex, hex + 8, hex + 12,
	    hex + 16, hex + 20);
}

static enum err
file_end(struct inventory_job *x)
{
	struct buf key = { 0 };
	uint8_t md5[16];
	enum err e;

	gzip_end(x->gzip, &x->data);
	place_put(x, &key);
	file_name_put(x, &key);
	e = object_put(x, buf_view(&key), buf_view(&x->data), "application/gzip");
	if (e == OK) {
		digest_of(DIGEST_MD5, buf_view(&x->data), md5);
		inventory_file_put(&x->files, buf_view(&key), x->data.n, md5);
		if (x->links.n > 0)
			buf_char(&x->links, '\n');
		buf_str(&x->links, "s3://");
		buf_span(&x->links, x->what.to);
		buf_char(&x->links, '/');
		buf_span(&x->links, buf_view(&key));
		x->nfile++;
		x->data.n = x->nsize = 0;
	}
	buf_fini(&key);
	return e;
}

static enum err
sum_put(struct inventory_job *x, struct span key, struct span manifest)
{
	uint8_t md5[16];
	char hex[32];

	digest_of(DIGEST_MD5, manifest, md5);
	hex_render(hex, md5, sizeof md5);
	return object_put(x, key, span_of(hex, sizeof hex), "text/plain");
}

/* The manifest says that all is there, so it comes behind the files, and its checksum last. */
static enum err
manifest_put(struct inventory_job *x)
{
	struct buf key = { 0 }, text = { 0 };
	char t[STAMP_ISO];
	size_t head;
	enum err e;

	stamp_iso(t, x->report.began_ms);
	place_put(x, &key);
	head = key.n;
	buf_printf(&key, "hive/dt=%.10s-%.2s-%.2s/symlink.txt", t, t + 11, t + 14);
	e = object_put(x, buf_view(&key), buf_view(&x->links), "text/plain");
	inventory_manifest_put(&text, &x->what, buf_view(&x->report.bucket),
	    x->report.began_ms, buf_view(&x->files));
	key.n = head;
	buf_printf(&key, "%.13s-%.2sZ/manifest.json", t, t + 14);
	if (e == OK)
		e = object_put(x, buf_view(&key), buf_view(&text), "application/json");
	key.n -= sizeof "json" - 1;
	buf_str(&key, "checksum");
	if (e == OK)
		e = sum_put(x, buf_view(&key), buf_view(&text));
	buf_fini(&key);
	buf_fini(&text);
	return e;
}

/* ---- a page ---- */

static void
version_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct inventory_job *x = ctx;
	struct inventory_scan s = { .txn = x->txn,
		.arena = &x->page,
		.what = &x->what,
		.rules = &x->rules,
		.bucket = buf_view(&x->report.bucket),
		.owner = span_of(x->owner, sizeof x->owner),
		.owns_all = x->ownership == OWNERSHIP_ENFORCED,
		.versioned = x->source.versioning != VERSIONING_NEVER,
		.now_ms = x->report.began_ms };

	if (x->bad != OK)
		return;
	x->bad = inventory_version(&s, &x->rows, key, rec, latest);
	buf_set(&x->key, key);
	x->has_version = true;
	x->version = obj_version_of(rec);
	x->nrow++;
}

static void
object_row(void *ctx, struct span key, struct span value)
{
	struct inventory_job *x = ctx;
	struct rec_object rec;

	if (x->bad == OK)
		x->bad = rec_object_get(value, &rec);
	if (x->bad == OK)
		version_row(x, key, &rec, true);
}

static enum err
page_of_versions(struct inventory_job *x)
{
	struct obj_version_list l = { .bucket = x->source,
		.prefix = x->what.prefix,
		.key_marker = arena_span(&x->page, buf_view(&x->key)),
		.has_version_marker = x->has_version,
		.version_marker = x->version,
		.max = PAGE,
		.ctx = x,
		.row = version_row };
	enum err e = obj_version_list(x->txn, &l, &x->page);

	x->last = !l.truncated;
	return e;
}

static enum err
page_of_objects(struct inventory_job *x)
{
	struct obj_list l = { .table = T_OBJECT,
		.space = x->source.id,
		.prefix = x->what.prefix,
		.after = arena_span(&x->page, buf_view(&x->key)),
		.max = PAGE,
		.ctx = x,
		.row = object_row };
	enum err e = obj_list(x->txn, &l, &x->page);

	x->last = !l.truncated;
	return e;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct inventory_job *x = arg;
	struct rec_bucket now;
	enum err e = obj_bucket_find(t, buf_view(&x->report.bucket), &now, NULL);

	if (e == OK && now.id != x->source.id)
		e = E_NO_SUCH_BUCKET;
	if (e != OK)
		return e;
	x->txn = t;
	x->bad = OK;
	x->source = now;
	x->conf.owner(x->conf.ctx, span_of(now.account, sizeof now.account), x->owner);
	e = obj_ownership(t, &now, &x->ownership);
	if (e != OK)
		return e;
	e = x->what.versions && now.versions != 0 ? page_of_versions(x)
						  : page_of_objects(x);
	x->source.region = x->source.name = SPAN_NONE;
	return e == OK ? x->bad : e;
}

static enum err
page(struct inventory_job *x)
{
	enum err e;

	x->rows.n = 0;
	e = store_read(x->reader, page_read, x);
	if (e != OK)
		return e;
	gzip_add(x->gzip, buf_view(&x->rows), &x->data);
	x->nsize += x->rows.n;
	if (x->data.n >= FILE_MAX || (x->last && (x->nsize > 0 || x->nfile == 0)))
		e = file_end(x);
	return e;
}

static enum err
report_piece(void *ctx, bool *done)
{
	struct inventory_job *x = ctx;
	enum err e;

	arena_fini(&x->page);
	arena_init(&x->page, ARENA);
	e = x->gzip == NULL ? report_open(x, done) : page(x);
	if (e != OK || *done || !x->last)
		return e;
	e = manifest_put(x);
	if (e != OK)
		return e;
	*done = true;
	log_info("inventory %.*s of bucket %s: %" PRIu64
		 " rows in %u files to bucket %.*s",
	    (int)x->what.id.n, x->what.id.p, buf_cstr(&x->report.bucket), x->nrow,
	    x->nfile, (int)x->what.to.n, x->what.to.p);
	return OK;
}

static enum err
report_find(void *ctx, bool *open)
{
	struct inventory_job *x = ctx;
	enum err e;

	arena_fini(&x->page);
	arena_init(&x->page, ARENA);
	e = store_read(x->reader, find_read, x);
	*open = x->found;
	return e;
}

/* ---- the job ---- */

static const struct report_kind kind = { .name = "inventory",
	.find = report_find,
	.step = report_piece,
	.close = report_close,
	.give_up = report_give_up };

struct inventory_job *
inventory_new(const struct inventory_conf *conf)
{
	struct inventory_job *x = mem_zalloc(sizeof *x);

	x->conf = *conf;
	x->reader = reader_new(conf->store);
	report_init(&x->report, &kind, x, conf->store, x->reader);
	arena_init(&x->room, ARENA);
	arena_init(&x->page, ARENA);
	return x;
}

void
inventory_free(struct inventory_job **job)
{
	struct inventory_job *x = *job;

	if (x == NULL)
		return;
	*job = NULL;
	report_close(x);
	report_fini(&x->report);
	reader_free(&x->reader);
	arena_fini(&x->room);
	arena_fini(&x->page);
	buf_fini(&x->key);
	mem_free(x);
}

static int64_t
due(void *ctx)
{
	struct inventory_job *x = ctx;

	return report_due(&x->report);
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct inventory_job *x = ctx;

	return report_step(&x->report, now_ms, more);
}

void
inventory_job(struct inventory_job *x, struct job *out)
{
	*out = (struct job){ .name = "inventory", .ctx = x, .due = due, .step = step };
}
