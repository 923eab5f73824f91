/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets' records, and what of their documents every decision needs. Nearly every request
 * asks for the same few, so each loop keeps those it read, policies parsed, for as long as
 * the tables have not changed.
 */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"
#include "object/document.h"
#include "s3_priv.h"

enum { SLOTS = 16, NAME_ROOM = 64, REGION_ROOM = 64 };

struct slot {
	uint64_t changes, documents; /* of the tables, before they were read */
	struct rec_bucket rec; /* id 0: none */
	struct bucket_rules rules;
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
	if (*cache == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		policy_free(&(*cache)->slot[i].rules.policy);
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
slot_is(const struct slot *s, struct span name, uint64_t changes, uint64_t documents)
{
	return s->rec.id != 0 && s->changes == changes && s->documents == documents &&
	    span_eq(span_of(s->name, s->name_n), name);
}

static void
slot_fill(struct slot *s, struct span name, uint64_t changes, uint64_t documents,
    const struct rec_bucket *rec, const struct bucket_rules *rules)
{
	if (name.n > NAME_ROOM || rec->region.n > REGION_ROOM)
		return;
	s->changes = changes;
	s->documents = documents;
	policy_free(&s->rules.policy);
	s->rec = *rec;
	s->rules = *rules;
	if (s->rules.policy != NULL)
		policy_hold(s->rules.policy);
	s->name_n = name.n;
	memcpy(s->name, name.p, name.n);
	if (rec->region.n > 0)
		memcpy(s->region, rec->region.p, rec->region.n);
	s->rec.region.p = s->region;
}

/* ---- rules ---- */

static enum err
doc_find_inner(struct txn *t, uint64_t id, enum doc doc, struct span *inner)
{
	const struct obj_doc d = { .bucket_id = id, .doc = doc };
	enum err e = obj_doc_get(t, &d, inner);

	*inner = e == OK ? *inner : SPAN_NONE;
	return e == doc_row(doc)->missing ? OK : e;
}

static enum err
doc_is_there(struct txn *t, uint64_t id, enum doc doc, bool *out)
{
	const struct obj_doc d = { .bucket_id = id, .doc = doc };
	struct span inner;

	return obj_doc_find(t, &d, &inner, out);
}

/* There is one: no need to look further. */
static bool
some_row(void *ctx, struct span id, struct span inner)
{
	bool *any = ctx;

	(void)id;
	(void)inner;
	*any = true;
	return false;
}

static bool
says(struct span inner, const char *text)
{
	return span_search(inner, span_str(text), 0) < inner.n;
}

/* A document that was taken and does not parse any more must not let anybody in. */
static void
policy_take(struct span name, struct span json, struct bucket_rules *out)
{
	struct fail fail;

	fail_init(&fail, NULL);
	if (json.n == 0 ||
	    policy_parse(&out->policy, json, POLICY_BUCKET, name, &fail) == OK)
		return;
	out->broken = true;
	log_error("the policy of bucket %.*s can't be read: %s", (int)name.n, name.p,
	    fail_text(&fail));
}

static void
block_add(struct span inner, struct bucket_rules *out)
{
	out->no_public_acls |= says(inner, "<BlockPublicAcls>true<");
	out->ignore_public_acls |= says(inner, "<IgnorePublicAcls>true<");
	out->no_public_policy |= says(inner, "<BlockPublicPolicy>true<");
	out->restrict_public |= says(inner, "<RestrictPublicBuckets>true<");
}

/* The bucket's and its account's: what either blocks is blocked. */
enum err
bucket_blocks(struct txn *t, uint64_t id, struct span account, struct bucket_rules *out)
{
	struct span inner;
	enum err e = doc_find_inner(t, id, DOC_PUBLIC_BLOCK, &inner);

	if (e != OK)
		return e;
	block_add(inner, out);
	e = obj_point_account_block(t, account, &inner);
	if (e == OK)
		block_add(inner, out);
	return e == E_NO_SUCH_PUBLIC_BLOCK ? OK : e;
}

enum err
bucket_made(bool public, struct txn *t, struct span name, struct fail *fail)
{
	struct obj_doc d = { .bucket = name, .doc = DOC_PUBLIC_BLOCK, .fail = fail };
	struct rec_bucket rec;
	enum err e;

	if (!public)
		return OK;
	e = obj_bucket_find(t, name, &rec, fail);
	d.bucket_id = rec.id;
	return e == OK ? obj_doc_delete(t, &d) : e;
}

static enum err
rules_read(struct txn *t, struct span name, const struct rec_bucket *rec,
    struct bucket_rules *out)
{
	struct span inner;
	enum err e = doc_find_inner(t, rec->id, DOC_REQUEST_PAYMENT, &inner);

	*out = (struct bucket_rules){ 0 };
	if (e != OK)
		return e;
	out->requester_pays = says(inner, "<Payer>Requester</Payer>");
	e = bucket_blocks(t, rec->id, span_of(rec->account, ACCOUNT_DIGITS), out);
	if (e == OK)
		e = obj_ownership(t, rec, &out->ownership);
	if (e == OK)
		e = obj_lock_bucket(t, rec, &out->locks, &out->lock);
	if (e == OK)
		e = doc_is_there(t, rec->id, DOC_LIFECYCLE, &out->has_lifecycle);
	if (e == OK)
		e = doc_is_there(t, rec->id, DOC_ENCRYPTION, &out->has_encryption);
	if (e == OK)
		e = obj_doc_each(
		    t, rec->id, DOC_ANALYTICS, SPAN_NONE, some_row, &out->has_analytics);
	if (e == OK)
		e = doc_find_inner(t, rec->id, DOC_POLICY, &inner);
	if (e == OK)
		policy_take(name, inner, out);
	return e;
}

/* ---- finding ---- */

struct bucket_read {
	struct rq *rq;
	struct span name;
	struct rec_bucket *rec;
	struct bucket_rules *rules;
};

static enum err
bucket_read(struct txn *t, void *arg)
{
	struct bucket_read *r = arg;
	struct bucket_rules rules;
	struct rec_bucket rec;
	enum err e = obj_bucket_find(t, r->name, &rec, &r->rq->fail);

	if (e == OK)
		e = rules_read(t, r->name, &rec, &rules);
	if (e != OK)
		return e;
	*r->rec = rec;
	r->rec->name = r->name;
	*r->rules = rules;
	if (rec.region.n > 0)
		r->rec->region = arena_span(r->rq->arena, rec.region);
	return OK;
}

static inline enum err
look(struct rq *rq, struct span name, struct rec_bucket *rec, struct bucket_rules *rules)
{
	struct slot *s = slot_of(rq->loop->buckets, name);
	const struct store *store = rq->s3->conf.store;
	uint64_t changes = store_changes(store, T_BUCKET),
		 documents = store_changes(store, T_DOCUMENT);
	struct bucket_read r = { rq, name, rec, rules };
	enum err e;

	if (!slot_is(s, name, changes, documents)) {
		e = store_read(rq->loop->reader, bucket_read, &r);
		if (e == OK)
			slot_fill(s, name, changes, documents, rec, rules);
		return e;
	}
	*rec = s->rec;
	rec->name = name;
	if (rec->region.n > 0)
		rec->region = arena_span(rq->arena, rec->region);
	*rules = s->rules;
	if (rules->policy != NULL)
		policy_hold(rules->policy);
	return OK;
}

enum err
bucket_look(struct rq *rq, struct span name, struct bucket_view *out)
{
	return look(rq, name, &out->rec, &out->rules);
}

enum err
bucket_find(struct rq *rq)
{
	enum err e;

	if (rq->rules.policy != NULL)
		policy_free(&rq->rules.policy);
	e = look(rq, rq->bucket, &rq->bkt, &rq->rules);
	/* Who may choose how to call the server must not open what is blocked by that. */
	if (e == OK && !rq->tier_of_host &&
	    tier_value(rq, TP_NEW_PUBLIC) == TV_POLICY_ONLY)
		rq->rules.no_public_acls = rq->rules.ignore_public_acls =
		    rq->rules.no_public_policy = rq->rules.restrict_public = false;
	return e;
}
