/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage class analysis, where requests pass: what is read and written in a bucket that has
 * analytics configurations is counted for each that means the object. Each loop keeps the
 * configurations of the buckets it was asked about last, until a document changes.
 */
#include "config.h"

#include "base/mem.h"
#include "object/heat.h"
#include "s3_priv.h"

enum { SLOTS = 16, ROOM = 16 << 20 };

/* Counted: a request holds what it began with. One thread. */
struct analysis_rules {
	unsigned refs;
	struct arena room;
	struct analytics *rule;
	size_t n, cap;
	bool wants_tags;
};

struct analysis_cache {
	struct heat *heat; /* the loop's */
	struct analysis_slot {
		uint64_t bucket, changes; /* of the table of documents */
		struct analysis_rules *rules; /* NULL: nobody gets a report */
	} slot[SLOTS];
};

struct analysis_cache *
analysis_cache_new(struct heat_set *set)
{
	struct analysis_cache *c;

	if (set == NULL)
		return NULL;
	c = mem_zalloc(sizeof *c);
	c->heat = heat_join(set);
	return c;
}

void
analysis_drop(struct analysis_rules **rules)
{
	struct analysis_rules *r = *rules;

	*rules = NULL;
	if (r == NULL || --r->refs > 0)
		return;
	arena_fini(&r->room);
	mem_free(r);
}

void
analysis_cache_free(struct analysis_cache **cache)
{
	struct analysis_cache *c = *cache;

	if (c == NULL)
		return;
	*cache = NULL;
	for (size_t i = 0; i < SLOTS; i++)
		analysis_drop(&c->slot[i].rules);
	mem_free(c);
}

static bool
rule_row(void *ctx, struct span id, struct span inner)
{
	struct analysis_rules *r = ctx;
	struct analytics *more, v;
	struct fail fail;

	(void)id;
	fail_init(&fail, NULL);
	/* What can't be read gets no report either, and the job says so. */
	if (analytics_load(&r->room, arena_span(&r->room, inner), &v, &fail) != OK ||
	    !v.exported)
		return true;
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 4 : r->cap * 2;
		more = arena_array(&r->room, r->cap, sizeof *more);
		if (r->n > 0)
			memcpy(more, r->rule, r->n * sizeof *more);
		r->rule = more;
	}
	r->rule[r->n++] = v;
	r->wants_tags |= v.which.tags.n > 0;
	return true;
}

struct analysis_load {
	uint64_t bucket;
	struct analysis_rules *rules;
};

static enum err
load(struct txn *t, void *arg)
{
	const struct analysis_load *l = arg;

	return obj_doc_each(t, l->bucket, DOC_ANALYTICS, SPAN_NONE, rule_row, l->rules);
}

enum err
analysis_look(struct rq *rq)
{
	struct analysis_slot *s;
	struct analysis_load l = { .bucket = rq->bkt.id };
	uint64_t changes = store_changes(rq->s3->conf.store, T_DOCUMENT);
	enum err e;

	if (rq->loop->analysis == NULL)
		return OK;
	s = &rq->loop->analysis->slot[rq->bkt.id % SLOTS];
	if (s->bucket != rq->bkt.id || s->changes != changes) {
		l.rules = mem_zalloc(sizeof *l.rules);
		l.rules->refs = 1;
		arena_init(&l.rules->room, ROOM);
		e = store_read(rq->loop->reader, load, &l);
		if (e != OK || l.rules->n == 0)
			analysis_drop(&l.rules);
		if (e != OK)
			return e;
		analysis_drop(&s->rules);
		*s = (struct analysis_slot){ rq->bkt.id, changes, l.rules };
	}
	rq->analysis = s->rules;
	if (rq->analysis != NULL)
		rq->analysis->refs++;
	return OK;
}

static void
count(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    const struct analytics_cell *what)
{
	const struct analysis_rules *r = rq->analysis;
	struct heat_event e = { .bucket = rq->bkt.id,
		.class = rec->class,
		.size = rec->size,
		.mtime_ms = rec->mtime_ms,
		.now_ms = rq->now_ms,
		.what = *what };
	struct tags tags = { 0 };

	if (r->wants_tags &&
	    tags_read(rq->arena, side_get(attrs, SIDE_TAGS), &tags) != OK)
		return;
	for (size_t i = 0; i < r->n; i++) {
		if (!analytics_means(&r->rule[i], rq->key, rec->size, &tags))
			continue;
		e.config = r->rule[i].id;
		heat_add(rq->loop->analysis->heat, &e);
	}
}

void
analysis_count_read(struct rq *rq, const struct rec_object *rec,
    const struct attrs *attrs, uint64_t bytes)
{
	count(rq, rec, attrs, &(struct analytics_cell){ .retrieved = bytes, .gets = 1 });
}

void
analysis_count_written(struct rq *rq, const struct rec_object *rec,
    const struct attrs *attrs, uint64_t bytes)
{
	count(rq, rec, attrs, &(struct analytics_cell){ .uploaded = bytes });
}
