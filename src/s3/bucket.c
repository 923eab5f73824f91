/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets' records. Nearly every request asks for the same few, so each loop keeps those it
 * read for as long as the table has not changed.
 */
#include "config.h"

#include "base/mem.h"
#include "s3_priv.h"

enum { SLOTS = 16, NAME_ROOM = 64, REGION_ROOM = 64 };

struct slot {
	uint64_t changes; /* of the table, before the record was read */
	struct rec_bucket rec; /* id 0: none */
	size_t name_n;
	char name[NAME_ROOM], region[REGION_ROOM];
};

struct bucket_cache {
	struct slot slot[SLOTS];
};

struct bucket_cache *
bucket_cache_new(void)
{
	return mem_zalloc(sizeof(struct bucket_cache));
}

void
bucket_cache_free(struct bucket_cache **cache)
{
	mem_free(*cache);
	*cache = NULL;
}

static struct slot *
slot_of(struct bucket_cache *c, struct span name)
{
	unsigned h = (unsigned)name.n;

	for (size_t i = 0; i < name.n; i++)
		h = h * 31 + (unsigned char)name.p[i];
	return &c->slot[h % SLOTS];
}

static bool
slot_is(const struct slot *s, struct span name, uint64_t changes)
{
	return s->rec.id != 0 && s->changes == changes &&
	    span_eq(span_of(s->name, s->name_n), name);
}

static void
slot_fill(
    struct slot *s, struct span name, uint64_t changes, const struct rec_bucket *rec)
{
	if (name.n > NAME_ROOM || rec->region.n > REGION_ROOM)
		return;
	s->changes = changes;
	s->rec = *rec;
	s->name_n = name.n;
	memcpy(s->name, name.p, name.n);
	if (rec->region.n > 0)
		memcpy(s->region, rec->region.p, rec->region.n);
	s->rec.region.p = s->region;
}

struct bucket_read {
	struct rq *rq;
	struct slot *slot;
	uint64_t changes;
};

static enum err
bucket_read(struct txn *t, void *arg)
{
	struct bucket_read *r = arg;
	struct rq *rq = r->rq;
	enum err e = obj_bucket_find(t, rq->bucket, &rq->bkt, &rq->fail);

	if (e != OK)
		return e;
	slot_fill(r->slot, rq->bucket, r->changes, &rq->bkt);
	if (rq->bkt.region.n > 0)
		rq->bkt.region = arena_span(rq->arena, rq->bkt.region);
	return OK;
}

enum err
bucket_find(struct rq *rq)
{
	struct bucket_read r = { .rq = rq,
		.slot = slot_of(rq->loop->buckets, rq->bucket) };

	r.changes = store_changes(rq->s3->conf.store, T_BUCKET);
	if (!slot_is(r.slot, rq->bucket, r.changes))
		return store_read(rq->loop->reader, bucket_read, &r);
	rq->bkt = r.slot->rec;
	if (rq->bkt.region.n > 0)
		rq->bkt.region = arena_span(rq->arena, rq->bkt.region);
	return OK;
}
