/* SPDX-License-Identifier: Apache-2.0 */
/* Remote targets of replication, and how far it is. */
#include "config.h"

#include <inttypes.h>

#include "base/mem.h"
#include "codec/json.h"
#include "job/replicator.h"

#include "adm_priv.h"

/* ---- one that takes its time ---- */

struct slow {
	struct task task;
	struct adm *c;
	struct s3_call *call;
	struct arena arena;
	struct target_want want; /* spans of the call's, which lives until it is done */
	void (*fn)(struct slow *s);
};

static void
slow_run(struct task *t)
{
	struct slow *s = CONTAINER_OF(t, struct slow, task);
	struct s3_call *call = s->call;

	s->fn(s);
	arena_fini(&s->arena);
	mem_free(s);
	s3_call_done(call);
}

static struct slow *
slow_new(struct adm *c, struct s3_call *call, void (*fn)(struct slow *s))
{
	struct slow *s = mem_zalloc(sizeof *s);

	s->task.fn = slow_run;
	s->c = c;
	s->call = call;
	s->fn = fn;
	arena_init(&s->arena, 0);
	return s;
}

/* ---- what there is ---- */

struct listing {
	struct txn *t;
	struct buf *out;
	struct span bucket; /* n = 0: of all */
	size_t n;
	enum err err;
};

static void
put_text(struct buf *out, const char *name, struct span text)
{
	buf_printf(out, "\"%s\": ", name);
	json_put(out, text);
	buf_str(out, ", ");
}

static bool
list_row(void *ctx, struct span arn, const struct rec_target *r)
{
	struct listing *l = ctx;
	struct rec_stat s;

	if (l->bucket.n > 0 && !span_eq(l->bucket, r->source))
		return true;
	l->err = obj_stat_get(l->t, r->bucket_id, r->queue, &s);
	if (l->err != OK)
		return false;
	buf_str(l->out, l->n++ == 0 ? "\n  {" : ",\n  {");
	put_text(l->out, "arn", arn);
	put_text(l->out, "bucket", r->source);
	put_text(l->out, "url", r->url);
	put_text(l->out, "target", r->bucket);
	put_text(l->out, "region", r->region);
	put_text(l->out, "access_key", r->access_key);
	buf_printf(l->out,
	    "\"peer\": %s, \"rate\": %" PRIu64 ", \"pending\": %" PRIu64
	    ", \"pending_bytes\": %" PRIu64 ", \"replicated\": %" PRIu64
	    ", \"replicated_bytes\": %" PRIu64 ", \"failed\": %" PRIu64
	    ", \"failed_bytes\": %" PRIu64 "}",
	    (r->flags & PLACE_PEER) != 0 ? "true" : "false", r->rate, s.pending,
	    s.pending_bytes, s.done, s.done_bytes, s.failed, s.failed_bytes);
	return true;
}

static enum err
list_read(struct txn *t, void *arg)
{
	struct listing *l = arg;
	enum err e;

	l->t = t;
	e = obj_target_each(t, list_row, l);
	return e == OK ? l->err : e;
}

enum err
adm_replication_get(struct adm *c, struct s3_call *call)
{
	struct listing l = { .out = &call->out, .bucket = s3_call_param(call, "bucket") };
	struct reader *reader = reader_new(c->store);
	enum err e;

	buf_str(&call->out, "{\"targets\": [");
	e = store_read(reader, list_read, &l);
	buf_str(&call->out, "]}\n");
	reader_free(&reader);
	call->err = e;
	s3_call_done(call);
	return OK;
}

/* ---- declared ---- */

static void
post_run(struct slow *s)
{
	struct s3_call *call = s->call;
	struct span arn;

	call->err = replicator_target_put(
	    s->c->replicator, &s->want, &s->arena, &arn, call->fail);
	if (call->err != OK)
		return;
	buf_str(&call->out, "{\"arn\": ");
	json_put(&call->out, arn);
	buf_str(&call->out, "}\n");
}

static enum err
want_style(struct s3_call *call, struct target_want *w)
{
	struct span style = s3_call_param(call, "style"),
		    peer = s3_call_param(call, "peer");

	if (span_is(style, "path"))
		w->flags |= PLACE_PATH;
	else if (span_is(style, "virtual"))
		w->flags |= PLACE_VIRTUAL;
	else if (style.p != NULL)
		return adm_bad(call, "style", "path or virtual");
	w->peer_unknown = peer.p == NULL;
	if (span_is(peer, "true"))
		w->flags |= PLACE_PEER;
	else if (peer.p != NULL && !span_is(peer, "false"))
		return adm_bad(call, "peer", "true or false");
	return OK;
}

static enum err
want_parse(struct s3_call *call, struct target_want *w)
{
	struct span rate = s3_call_param(call, "rate");

	w->source = s3_call_param(call, "bucket");
	w->arn = s3_call_param(call, "arn");
	w->url = s3_call_param(call, "url");
	w->bucket = s3_call_param(call, "target");
	w->region = s3_call_param(call, "region");
	w->access_key = s3_call_param(call, "access-key");
	w->secret = s3_call_param(call, "secret-key");
	w->class = s3_call_param(call, "class");
	if (w->source.n == 0)
		return adm_bad(call, "bucket", "the bucket that is replicated");
	if (w->url.n == 0)
		return adm_bad(call, "url", "http[s]://host[:port]");
	if (w->bucket.n == 0)
		return adm_bad(call, "target", "the bucket at the other store");
	if (rate.p != NULL && !span_u64(rate, &w->rate))
		return adm_bad(call, "rate", "bytes a second; 0 for no limit");
	return want_style(call, w);
}

enum err
adm_replication_post(struct adm *c, struct s3_call *call)
{
	struct target_want want = { 0 };
	struct slow *s;
	enum err e = want_parse(call, &want);

	if (e != OK)
		return e;
	s = slow_new(c, call, post_run);
	s->want = want;
	replicator_post(c->replicator, &s->task);
	return OK;
}

static void
delete_run(struct slow *s)
{
	s->call->err = replicator_target_delete(
	    s->c->replicator, s->want.source, s->want.arn, s->call->fail);
	if (s->call->err == OK)
		buf_str(&s->call->out, "{}\n");
}

enum err
adm_replication_delete(struct adm *c, struct s3_call *call)
{
	struct slow *s = slow_new(c, call, delete_run);

	s->want.source = s3_call_param(call, "bucket");
	s->want.arn = s3_call_param(call, "arn");
	replicator_post(c->replicator, &s->task);
	return OK;
}
