/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-amz-expiration: when the lifecycle rules of its bucket will delete an object. Each loop
 * keeps the rules of the buckets it was asked about last, until a document changes.
 */
#include "config.h"

#include "base/mem.h"
#include "codec/stamp.h"
#include "codec/uri.h"
#include "model/lifecycle.h"
#include "object/document.h"
#include "s3_priv.h"

enum { SLOTS = 16, RULES_ROOM = 16 << 20 };

/* Counted: a request holds what it began with. One thread. */
struct expiry_rules {
	unsigned refs;
	struct arena room;
	struct lifecycle life;
};

struct expiry_cache {
	struct expiry_slot {
		uint64_t bucket, changes; /* of the table of documents */
		struct expiry_rules *rules; /* NULL: there are none */
	} slot[SLOTS];
};

struct expiry_cache *
expiry_cache_new(void)
{
	return mem_zalloc(sizeof(struct expiry_cache));
}

void
expiry_drop(struct expiry_rules **rules)
{
	struct expiry_rules *r = *rules;

	*rules = NULL;
	if (r == NULL || --r->refs > 0)
		return;
	arena_fini(&r->room);
	mem_free(r);
}

void
expiry_cache_free(struct expiry_cache **cache)
{
	struct expiry_cache *c = *cache;

	if (c == NULL)
		return;
	*cache = NULL;
	for (size_t i = 0; i < SLOTS; i++)
		expiry_drop(&c->slot[i].rules);
	mem_free(c);
}

struct expiry_load {
	struct rq *rq;
	struct expiry_rules *rules; /* out */
};

static enum err
load(struct txn *t, void *arg)
{
	struct expiry_load *l = arg;
	struct rq *rq = l->rq;
	struct obj_doc d = {
		.bucket = rq->bucket, .bucket_id = rq->bkt.id, .doc = DOC_LIFECYCLE
	};
	struct expiry_rules *r;
	struct fail fail;
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	if (e != OK)
		return e == E_NO_SUCH_LIFECYCLE ? OK : e;
	r = mem_zalloc(sizeof *r);
	r->refs = 1;
	arena_init(&r->room, RULES_ROOM);
	fail_init(&fail, NULL);
	e = life_load(&r->room, inner, &r->life, &fail);
	r->life.day_ms = rq->s3->conf.day_ms;
	if (e == OK)
		l->rules = r;
	else
		expiry_drop(&r);
	return e;
}

enum err
expiry_look(struct rq *rq)
{
	struct expiry_slot *s = &rq->loop->expiry->slot[rq->bkt.id % SLOTS];
	struct expiry_load l = { .rq = rq };
	uint64_t changes = store_changes(rq->s3->conf.store, T_DOCUMENT);
	enum err e;

	if (s->bucket != rq->bkt.id || s->changes != changes) {
		e = store_read(rq->loop->reader, load, &l);
		if (e != OK)
			return e;
		expiry_drop(&s->rules);
		*s = (struct expiry_slot){ rq->bkt.id, changes, l.rules };
	}
	rq->expiry = s->rules;
	if (rq->expiry != NULL)
		rq->expiry->refs++;
	return OK;
}

/* As it is, blanks too (recorded; the documentation has it encoded), where a header can carry
 * it. */
static struct span
id_shown(struct rq *rq, struct span id)
{
	struct buf b = { 0 };
	struct span out = id;

	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] < ' ' || id.p[i] > '~') {
			uri_encode(&b, id, false);
			out = arena_span(rq->arena, buf_view(&b));
			break;
		}
	buf_fini(&b);
	return out;
}

void
expiry_abort(struct rq *rq, int64_t begun_ms)
{
	const struct life_rule *rule;
	int64_t due;

	if (rq->expiry == NULL)
		return;
	rule = life_abort_due(&rq->expiry->life, rq->key, begun_ms, &due);
	if (rule == NULL || tier_says_of(rq, TP_ABORT_DATE, TIER_BIT_MINIO) == TV_NO)
		return;
	reply_http_date(rq, "x-amz-abort-date", due);
	reply_header(rq, "x-amz-abort-rule-id", id_shown(rq, rule->id));
}

void
expiry_tell(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs)
{
	struct life_object o = { .key = rq->key,
		.size = rec->size,
		.mtime_ms = rec->mtime_ms,
		.class = rec->class,
		.latest = true };
	struct life_verdict v;
	char date[STAMP_HTTP];
	struct span id;

	if (tags_read(rq->arena, side_get(attrs, SIDE_TAGS), &o.tags) != OK)
		return;
	life_expiry(&rq->expiry->life, &o, &v);
	if (v.rule == NULL)
		return;
	stamp_http(date, v.due_ms / 1000);
	id = id_shown(rq, v.rule->id);
	reply_header_str(rq, "x-amz-expiration",
	    arena_printf(rq->arena, "expiry-date=\"%.*s\", rule-id=\"%.*s\"", STAMP_HTTP,
		date, (int)id.n, id.p));
}
