/* SPDX-License-Identifier: Apache-2.0 */
/* Who makes a change, as messages about it tell. */
#include "config.h"

#include "base/mem.h"
#include "s3_priv.h"

/* "AWS:AIDA...", "AWS:AROA...:session"; an account's root by its number. */
static struct span
principal(struct rq *rq)
{
	const struct identity *who = rq->who;

	if (who->kind == IDENTITY_NOBODY)
		return SPAN_LIT("Anonymous");
	if (who->kind == IDENTITY_ROOT)
		return who->user_id;
	return span_str(
	    arena_printf(rq->arena, "AWS:%.*s", (int)who->user_id.n, who->user_id.p));
}

const struct obj_actor *
actor_of(struct rq *rq)
{
	struct obj_actor *a;
	char *peer;

	/* Somebody who begins to watch now reads of this change without its author. */
	if (!obj_event_wanted(&rq->bkt))
		return NULL;
	a = arena_zalloc(rq->arena, sizeof *a);
	peer = arena_alloc(rq->arena, S3_PEER);
	a->principal = principal(rq);
	a->address = s3_peer(&rq->http->peer, peer);
	a->agent = http_req_header(rq->http, "user-agent");
	a->access_key = rq->who->access_key;
	a->account = rq->who->account;
	a->request_id = span_str(rq->id);
	a->host_id = span_str(rq->id_2);
	return a;
}

/* ---- reads ---- */

/* Nobody waits for it: the answer is on its way. */
struct told {
	struct store_write write;
	struct arena arena;
	struct obj_change change;
	struct rec_bucket bucket;
	struct rec_object rec;
	struct attrs attrs;
	struct obj_actor by;
};

static enum err
told_write(struct txn *t, void *arg)
{
	struct told *w = CONTAINER_OF(arg, struct told, write);
	struct obj_change c = w->change;
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, w->bucket.name, &b, NULL);

	if (e == E_NO_SUCH_BUCKET || (e == OK && b.id != w->bucket.id))
		return OK;
	c.bucket = &b;
	return e == OK ? obj_event_tell(t, &c) : e;
}

static void
told_done(struct store_write *sw)
{
	struct told *w = CONTAINER_OF(sw, struct told, write);

	arena_fini(&w->arena);
	mem_free(w);
}

static struct attrs
attrs_copy(struct arena *a, const struct attrs *from)
{
	struct attrs to = { arena_array(a, from->n + 1, sizeof *to.field), from->n };

	for (size_t i = 0; i < from->n; i++)
		to.field[i] = (struct field){ arena_span(a, from->field[i].name),
			arena_span(a, from->field[i].value) };
	return to;
}

void
actor_read(struct rq *rq, enum event event, const struct rec_object *rec,
    const struct attrs *attrs)
{
	const struct obj_actor *by;
	struct told *w;

	if (!obj_event_reads(&rq->bkt))
		return;
	by = actor_of(rq);
	w = mem_zalloc(sizeof *w);
	arena_init(&w->arena, SIZE_MAX);
	w->bucket = (struct rec_bucket){ .id = rq->bkt.id,
		.name = arena_span(&w->arena, rq->bucket) };
	w->rec = *rec;
	w->attrs = attrs_copy(&w->arena, attrs);
	w->by = (struct obj_actor){ .principal = arena_span(&w->arena, by->principal),
		.address = arena_span(&w->arena, by->address),
		.agent = arena_span(&w->arena, by->agent),
		.request_id = arena_span(&w->arena, by->request_id),
		.host_id = arena_span(&w->arena, by->host_id),
		.access_key = arena_span(&w->arena, by->access_key),
		.account = arena_span(&w->arena, by->account) };
	w->change = (struct obj_change){ .event = event,
		.key = arena_span(&w->arena, rq->key),
		.rec = &w->rec,
		.attrs = &w->attrs,
		.by = &w->by,
		.now_ms = rq->now_ms };
	w->write = (struct store_write){ .fn = told_write, .done = told_done };
	store_write(rq->s3->conf.store, &w->write);
}
