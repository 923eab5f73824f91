/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was there before: looked through a page of keys at a time, whole keys so that their
 * versions are queued oldest first. Where too much waits already, it waits too.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "replicate_priv.h"

enum { PAGE = 500, CHUNK = 100, WAITING_MAX = 20000 };

struct found {
	struct span key;
	uint64_t number;
};

struct page {
	struct replicator *owner;
	struct arena arena;
	bool has; /* one runs, and is this */
	uint64_t bucket_id, queue;
	struct rec_scan scan; /* arena */
	struct rec_bucket bucket;
	struct found *found;
	size_t n, cap, at;
	bool end; /* nothing is behind it */
	struct span last; /* key */
};

static bool
pick_row(void *ctx, uint64_t bucket_id, uint64_t queue, const struct rec_scan *r)
{
	struct page *p = ctx;

	if (r->state != SCAN_RUNS)
		return true;
	p->has = true;
	p->bucket_id = bucket_id;
	p->queue = queue;
	p->scan = *r;
	p->scan.id = arena_span(&p->arena, r->id);
	p->scan.bucket = arena_span(&p->arena, r->bucket);
	p->scan.arn = arena_span(&p->arena, r->arn);
	p->scan.key = arena_span(&p->arena, r->key);
	return false;
}

static void
page_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct page *p = ctx;

	(void)latest;
	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? PAGE : p->cap * 2;
		p->found = mem_realloc(p->found, p->cap * sizeof *p->found);
	}
	if (p->n == 0 || !span_eq(p->last, key))
		p->last = arena_span(&p->arena, key);
	p->found[p->n++] = (struct found){ p->last, rec->number };
}

static void
no_common(void *ctx, struct span prefix)
{
	(void)ctx;
	(void)prefix;
}

/* The rest of the key that the page ended in. */
static enum err
page_rest(struct txn *t, struct page *p, struct obj_version_list *l)
{
	enum err e = OK;

	while (e == OK && l->truncated && span_eq(l->last_key, p->last)) {
		size_t n = p->n;
		struct span key = p->last;

		l->key_marker = key;
		l->has_version_marker = true;
		l->version_marker = obj_version_of(&l->last);
		l->prefix = key;
		e = obj_version_list(t, l, &p->arena);
		/* Keys that only begin so are for the next page. */
		while (p->n > n && !span_eq(p->found[p->n - 1].key, key))
			p->n--;
		p->last = key;
		if (l->count > p->n - n)
			break;
	}
	return e;
}

static enum err
page_read(struct txn *t, void *arg)
{
	struct page *p = arg;
	struct obj_version_list l = {
		.max = PAGE, .ctx = p, .row = page_row, .common = no_common
	};
	struct rec_work w = { 0 };
	struct rec_stat stat;
	enum err e = obj_scan_each(t, pick_row, p);

	if (e != OK || !p->has)
		return e;
	w.bucket = p->scan.bucket;
	w.bucket_id = p->bucket_id;
	e = obj_work_bucket(t, &w, &p->bucket);
	if (e == OK)
		e = obj_stat_get(t, p->bucket_id, p->queue, &stat);
	if (e != OK)
		return e;
	if (stat.pending >= WAITING_MAX) {
		p->has = false;
		return OK;
	}
	l.bucket = p->bucket;
	l.key_marker = p->scan.key;
	e = obj_version_list(t, &l, &p->arena);
	p->end = e == OK && !l.truncated;
	return e == OK ? page_rest(t, p, &l) : e;
}

/* Oldest first: a page is newest first within each key. */
static enum err
chunk_write(struct txn *t, void *arg)
{
	struct page *p = arg;
	size_t at = p->at;
	struct rec_scan scan, now;
	struct arena a;
	/* Ended, or begun anew, meanwhile? */
	enum err e = obj_scan_get(t, p->bucket_id, p->queue, &now);

	if (e != OK || now.state != SCAN_RUNS || !span_eq(now.id, p->scan.id))
		return e == OK ? E_NOT_FOUND : e;
	scan = p->scan;
	scan.seen = now.seen;
	scan.queued = now.queued;
	scan.queued_bytes = now.queued_bytes;
	arena_init(&a, SIZE_MAX);
	for (size_t n = 0; n < CHUNK && at > 0 && e == OK; n++, at--) {
		e = obj_scan_version(t, &p->bucket, p->queue, &scan, p->found[at - 1].key,
		    p->found[at - 1].number, &a);
		scan.seen++;
	}
	if (at == 0 && p->last.n > 0)
		scan.key = p->last;
	if (at == 0 && p->end) {
		scan.state = SCAN_DONE;
		scan.ended_ms = clock_real_ms();
	}
	if (e == OK)
		e = obj_scan_put(t, p->bucket_id, p->queue, &scan);
	arena_fini(&a);
	return e;
}

static enum err
page_write(struct page *p)
{
	enum err e = OK;

	p->at = p->n;
	do {
		e = store_write_wait(p->owner->conf.store, chunk_write, p);
		p->at = p->at > CHUNK ? p->at - CHUNK : 0;
	} while (e == OK && p->at > 0 && !replicator_stops(p->owner));
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
cancel_write(struct txn *t, void *arg)
{
	struct page *p = arg;
	struct rec_scan scan = p->scan;

	scan.state = SCAN_CANCELLED;
	scan.ended_ms = clock_real_ms();
	return obj_scan_put(t, p->bucket_id, p->queue, &scan);
}

enum err
replicate_scan(struct replicator *r, struct reader *reader, bool *more)
{
	struct page p = { .owner = r };
	enum err e;

	arena_init(&p.arena, SIZE_MAX);
	e = store_read(reader, page_read, &p);
	if (e == E_NOT_FOUND && p.has) /* the bucket is gone */
		e = store_write_wait(r->conf.store, cancel_write, &p);
	else if (e == OK && p.has)
		e = page_write(&p);
	*more = e == OK && p.has;
	mem_free(p.found);
	arena_fini(&p.arena);
	return e;
}
