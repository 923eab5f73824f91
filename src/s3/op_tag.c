/* SPDX-License-Identifier: Apache-2.0 */
/* GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
#include "config.h"

#include "model/tags.h"
#include "s3_priv.h"

/* ---- get ---- */

struct tag_look {
	struct rq *rq;
	struct obj_version version;
	struct tags tags;
	struct rec_object rec;
};

static enum err
get_read(struct txn *t, void *arg)
{
	struct tag_look *l = arg;
	struct rq *rq = l->rq;
	struct attrs attrs;
	enum err e = obj_side_find(t, &rq->bkt, rq->key, &l->version, &l->rec, &rq->fail);

	if (e == OK)
		e = obj_attrs(t, &l->rec, rq->arena, &attrs);
	return e == OK ? tags_read(rq->arena, side_get(&attrs, SIDE_TAGS), &l->tags) : e;
}

/* Here alone AWS names the bucket before the key (recorded answer). */
static enum err
get_no_key(struct rq *rq)
{
	fail_clear(&rq->fail);
	(void)fail_set(&rq->fail, E_NO_SUCH_KEY);
	fail_pair_str(&rq->fail, "Key",
	    arena_printf(rq->arena, "%.*s/%.*s", (int)rq->bucket.n, rq->bucket.p,
		(int)rq->key.n, rq->key.p));
	return E_NO_SUCH_KEY;
}

enum err
op_get_tagging_begin(struct rq *rq)
{
	struct tag_look l = { .rq = rq };
	enum err e = query_version(rq, &l.version);

	if (e == OK)
		e = store_read(rq->loop->reader, get_read, &l);
	if (e == E_NO_SUCH_KEY)
		return get_no_key(rq);
	if (e != OK)
		return alter_marker(rq, e);
	tags_put_xml(reply_xml(rq, 200), &l.tags);
	reply_version(rq, &l.rec);
	return OK;
}

/* ---- put, delete ---- */

static void
put_then(struct rq *rq, const struct obj_side *side)
{
	reply_begin(rq, 200);
	reply_version(rq, &side->rec);
}

enum err
op_put_tagging_finish(struct rq *rq)
{
	struct alter *op = arena_zalloc(rq->arena, sizeof *op);
	struct tags tags;
	enum err e;

	alter_init(op, rq, SIDE_TAGS);
	e = query_version(rq, &op->side.version);
	if (e == OK)
		e = tags_parse_xml(rq->arena, intake_bytes(rq), &tags, &rq->fail);
	if (e != OK)
		return e;
	op->side.event = EVENT_TAGGING_PUT;
	op->side.value = tags_render(rq->arena, &tags);
	op->then = put_then;
	return alter_post(op);
}

static void
delete_then(struct rq *rq, const struct obj_side *side)
{
	reply_begin(rq, 204);
	reply_version(rq, &side->rec);
}

enum err
op_delete_tagging_begin(struct rq *rq)
{
	struct alter *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e;

	alter_init(op, rq, SIDE_TAGS);
	e = query_version(rq, &op->side.version);
	if (e != OK)
		return e;
	op->side.event = EVENT_TAGGING_DELETE;
	op->then = delete_then;
	return alter_post(op);
}
