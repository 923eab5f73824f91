/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/inventory.h"

#include <inttypes.h>

#include "base/be.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/digest.h"
#include "codec/gzip.h"
#include "codec/hex.h"
#include "codec/stamp.h"
#include "object/bytes.h"
#include "object/document.h"
#include "object/state.h"
#include "object/version.h"

#include "inventory_priv.h"

/* FILE_MAX bytes of a data file are in memory, and a page's rows. */
enum { PAGE = 1000, FILE_MAX = 1 << 20, ARENA = 64 << 20, TRIES = 3 };
enum { DAY_MS = 86400000, KEY_MAX = 1024, STATE_HEAD = 18 };

static const char state_name[] = "inventory";

/* How far the newest cycle is; in the store. */
struct progress {
	bool running;
	int64_t began_ms, before_ms; /* this cycle, and the one before it */
	struct buf bucket, config; /* the last report that was done; n = 0: none */
};

struct inventory_job {
	struct store *store;
	struct reader *reader;
	int64_t day_ms;
	bool loaded, idle; /* idle: no bucket wants any, as of seen */
	uint64_t seen; /* changes of the table of documents */
	int64_t next_ms;
	struct progress at;
	bool any; /* an enabled configuration was met in this cycle */
	/* the report */
	bool open;
	unsigned tries;
	struct arena room; /* of what follows */
	struct inventory what;
	struct rec_bucket source;
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

struct inventory_job *
inventory_new(struct store *store, int64_t day_ms)
{
	struct inventory_job *x = mem_zalloc(sizeof *x);

	x->store = store;
	x->reader = reader_new(store);
	x->day_ms = day_ms;
	arena_init(&x->room, ARENA);
	arena_init(&x->page, ARENA);
	return x;
}

static void
buf_set(struct buf *b, struct span s)
{
	b->n = 0;
	buf_span(b, s);
}

static void
report_close(struct inventory_job *x)
{
	x->open = false;
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

void
inventory_free(struct inventory_job **job)
{
	struct inventory_job *x = *job;

	if (x == NULL)
		return;
	*job = NULL;
	report_close(x);
	reader_free(&x->reader);
	arena_fini(&x->room);
	arena_fini(&x->page);
	buf_fini(&x->at.bucket);
	buf_fini(&x->at.config);
	buf_fini(&x->key);
	mem_free(x);
}

/* ---- what the store remembers ---- */

static enum err
progress_write(struct txn *t, void *arg)
{
	const struct progress *p = arg;
	struct buf row = { 0 };
	char *head = buf_grow(&row, STATE_HEAD);
	enum err e;

	head[0] = 1;
	head[1] = (char)p->running;
	be64_put(head + 2, (uint64_t)p->began_ms);
	be64_put(head + 10, (uint64_t)p->before_ms);
	buf_span(&row, buf_view(&p->bucket));
	buf_char(&row, '\0');
	buf_span(&row, buf_view(&p->config));
	e = obj_state_put(t, state_name, buf_view(&row));
	buf_fini(&row);
	return e;
}

static enum err
progress_keep(struct inventory_job *x)
{
	return store_write_wait(x->store, progress_write, &x->at);
}

static enum err
progress_read(struct txn *t, void *arg)
{
	struct progress *p = arg;
	struct span row, names;
	enum err e = obj_state_get(t, state_name, &row);

	if (e != OK)
		return e;
	if (row.n < STATE_HEAD + 1 || row.p[0] != 1)
		return E_CORRUPT;
	p->running = row.p[1] != 0;
	p->began_ms = (int64_t)be64_get(row.p + 2);
	p->before_ms = (int64_t)be64_get(row.p + 10);
	names = span_from(row, STATE_HEAD);
	buf_set(&p->bucket, span_cut(&names, '\0'));
	buf_set(&p->config, names);
	return OK;
}

static int64_t
midnight_after(int64_t ms)
{
	return ms - ms % DAY_MS + DAY_MS;
}

/* Where nothing is remembered the first reports are those of the next midnight. */
static enum err
load(struct inventory_job *x, int64_t now_ms)
{
	enum err e = store_read(x->reader, progress_read, &x->at);

	if (e == E_NOT_FOUND || (e == OK && x->at.began_ms > now_ms)) {
		x->at.running = false;
		x->at.began_ms = x->at.before_ms = now_ms;
		x->at.bucket.n = x->at.config.n = 0;
		e = progress_keep(x);
	}
	if (e != OK)
		return e;
	x->loaded = true;
	x->any = x->at.running; /* what is behind the cursor is not looked at again */
	x->next_ms = midnight_after(x->at.began_ms);
	return OK;
}

/* ---- when ---- */

static int64_t
due(void *ctx)
{
	struct inventory_job *x = ctx;
	int64_t next = midnight_after(clock_now_ms());

	if (!x->loaded || x->at.running)
		return INT64_MIN;
	if (x->idle) {
		if (store_changes(x->store, T_DOCUMENT) == x->seen)
			return INT64_MAX;
		x->idle = false;
		x->next_ms = next;
	}
	/* The clock was moved back. */
	if (x->next_ms > next)
		x->next_ms = next;
	return x->next_ms;
}

static enum err
cycle_begin(struct inventory_job *x, int64_t now_ms)
{
	x->at.running = true;
	x->at.before_ms = x->at.began_ms < now_ms ? x->at.began_ms : now_ms;
	x->at.began_ms = now_ms;
	x->at.bucket.n = x->at.config.n = 0;
	x->any = false;
	x->tries = 0;
	x->seen = store_changes(x->store, T_DOCUMENT);
	/* Begun anew, the reports have the same names. */
	return progress_keep(x);
}

static enum err
cycle_end(struct inventory_job *x)
{
	enum err e;

	x->at.running = false;
	e = progress_keep(x);
	x->at.running = e != OK;
	x->idle = !x->any;
	x->next_ms = midnight_after(x->at.began_ms);
	return e;
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

	x->rules = (struct lifecycle){ .day_ms = x->day_ms };
	if (e == E_NO_SUCH_LIFECYCLE)
		return OK;
	fail_init(&fail, NULL);
	if (e == OK)
		e = life_load(&x->room, inner, &x->rules, &fail);
	x->rules.day_ms = x->day_ms;
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
	x->any = x->any || x->what.enabled;
	if (!inventory_due(&x->what, x->at.before_ms, x->at.began_ms))
		return true;
	buf_set(&x->at.config, id);
	x->open = true;
	return false;
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *b)
{
	struct inventory_job *x = ctx;

	x->source = *b;
	x->bad = obj_doc_each(x->txn, b->id, DOC_INVENTORY, SPAN_NONE, config_row, x);
	if (x->bad == OK && x->open) {
		buf_set(&x->at.bucket, name);
		x->bad = rules_load(x, name);
	}
	return x->bad == OK && !x->open;
}

static enum err
find_read(struct txn *t, void *arg)
{
	struct inventory_job *x = arg;
	struct span bucket = arena_span(&x->page, buf_view(&x->at.bucket)),
		    config = arena_span(&x->page, buf_view(&x->at.config));
	enum err e = bucket.n == 0 ? E_NO_SUCH_BUCKET
				   : obj_bucket_find(t, bucket, &x->source, NULL);

	x->txn = t;
	x->bad = OK;
	if (e == OK) {
		e = obj_doc_each(t, x->source.id, DOC_INVENTORY, config, config_row, x);
		if (e == OK && x->open)
			e = rules_load(x, bucket);
	}
	if (e == E_NO_SUCH_BUCKET)
		e = OK;
	if (e == OK && !x->open)
		e = obj_bucket_each(t, SPAN_LIT(""), bucket, bucket_row, x);
	/* Borrowed: gone with the read. */
	x->source.region = x->source.name = SPAN_NONE;
	return e == OK ? x->bad : e;
}

/* Those who pay for it must own it: no bucket of another account is written to. */
static enum err
target_read(struct txn *t, void *arg)
{
	struct inventory_job *x = arg;
	struct rec_bucket to;
	enum err e = obj_bucket_find(t, x->what.to, &to, NULL);

	if (e == OK && memcmp(to.account, x->source.account, sizeof to.account) != 0)
		e = E_ACCESS_DENIED;
	return e;
}

/* This one is behind us, done or not. */
static enum err
report_end(struct inventory_job *x)
{
	report_close(x);
	x->tries = 0;
	return progress_keep(x);
}

static enum err
give_up(struct inventory_job *x, const char *why)
{
	log_warn("inventory %.*s of bucket %s: no report to bucket %.*s today: %s",
	    (int)x->what.id.n, x->what.id.p, buf_cstr(&x->at.bucket), (int)x->what.to.n,
	    x->what.to.p, why);
	return report_end(x);
}

static enum err
report_open(struct inventory_job *x)
{
	struct fail fail;
	enum err e = store_read(x->reader, target_read, x);

	if (e == E_NO_SUCH_BUCKET)
		return give_up(x, "there is no such bucket here");
	if (e == E_ACCESS_DENIED)
		return give_up(x, "that bucket is another account's");
	if (e != OK)
		return e;
	fail_init(&fail, NULL);
	if (gzip_new(&x->gzip, &fail) != OK)
		return give_up(x, fail_text(&fail));
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
	buf_span(out, buf_view(&x->at.bucket));
	buf_char(out, '/');
	buf_span(out, x->what.id);
	buf_char(out, '/');
}

static enum err
object_put(struct inventory_job *x, struct span key, struct span data, const char *type)
{
	struct fail fail;
	struct obj_bytes put = { .bucket = x->what.to,
		.key = key,
		.data = data,
		.type = span_str(type),
		.now_ms = x->at.began_ms,
		.fail = &fail };
	enum err e;

	fail_init(&fail, NULL);
	e = key.n > KEY_MAX ? fail_set(&fail, E_KEY_TOO_LONG)
			    : obj_bytes_put(x->store, &put);
	if (e != OK)
		log_warn("inventory %.*s of bucket %s: %.*s could not be written: %s",
		    (int)x->what.id.n, x->what.id.p, buf_cstr(&x->at.bucket), (int)key.n,
		    key.p, fail_text(&fail));
	return e;
}

/* The same for the same file of the same report, so that one begun anew writes over what
 * it left; a UUID of version 8 (RFC 9562). */
static void
file_name_put(struct inventory_job *x, struct buf *out)
{
	struct buf seed = { 0 };
	uint8_t id[32];
	char hex[32];

	buf_printf(
	    &seed, "%" PRIu64 " %" PRId64 " %u ", x->source.id, x->at.began_ms, x->nfile);
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

	stamp_iso(t, x->at.began_ms);
	place_put(x, &key);
	head = key.n;
	buf_printf(&key, "hive/dt=%.10s-%.2s-%.2s/symlink.txt", t, t + 11, t + 14);
	e = object_put(x, buf_view(&key), buf_view(&x->links), "text/plain");
	inventory_manifest_put(&text, &x->what, buf_view(&x->at.bucket), x->at.began_ms,
	    buf_view(&x->files));
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
		.bucket = buf_view(&x->at.bucket),
		.versioned = x->source.versioning != VERSIONING_NEVER,
		.now_ms = x->at.began_ms };

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
	enum err e = obj_bucket_find(t, buf_view(&x->at.bucket), &now, NULL);

	if (e == OK && now.id != x->source.id)
		e = E_NO_SUCH_BUCKET;
	if (e != OK)
		return e;
	x->txn = t;
	x->bad = OK;
	x->source = now;
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
report_step(struct inventory_job *x)
{
	enum err e = x->gzip == NULL ? report_open(x) : page(x);

	if (e != OK || !x->open || !x->last)
		return e;
	e = manifest_put(x);
	if (e != OK)
		return e;
	log_info("inventory %.*s of bucket %s: %" PRIu64
		 " rows in %u files to bucket %.*s",
	    (int)x->what.id.n, x->what.id.p, buf_cstr(&x->at.bucket), x->nrow, x->nfile,
	    (int)x->what.to.n, x->what.to.p);
	return report_end(x);
}

/* A report that failed begins anew, and then is left for another day. */
static enum err
report_failed(struct inventory_job *x, enum err e)
{
	if (e == E_NO_SUCH_BUCKET || e == E_KEY_TOO_LONG)
		return give_up(x, err_row(e)->message);
	if (++x->tries >= TRIES)
		return give_up(x, "it failed too often");
	/* Back in front of it: the cursor in the store is the one before. */
	report_close(x);
	x->loaded = false;
	return e;
}

static enum err
step(void *ctx, int64_t now_ms, bool *more)
{
	struct inventory_job *x = ctx;
	enum err e = OK;

	*more = true;
	if (!x->loaded) {
		e = load(x, now_ms);
		*more = e == OK && (x->at.running || x->next_ms <= now_ms);
		return e;
	}
	if (!x->at.running)
		return cycle_begin(x, now_ms);
	arena_fini(&x->page);
	arena_init(&x->page, ARENA);
	if (x->open) {
		e = report_step(x);
		return e == OK ? OK : report_failed(x, e);
	}
	e = store_read(x->reader, find_read, x);
	if (e != OK) { /* from where the store says it is */
		report_close(x);
		x->loaded = false;
	} else if (!x->open) {
		*more = false;
		e = cycle_end(x);
	}
	return e;
}

void
inventory_job(struct inventory_job *x, struct job *out)
{
	*out = (struct job){ .name = "inventory", .ctx = x, .due = due, .step = step };
}
