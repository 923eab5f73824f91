/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote targets and the backlog of replication as MinIO's admin clients ask for them
 * (mc replicate). Forms: BucketTarget, DiffInfo and ReplicationMRF of madmin.
 */
#include "config.h"

#include "admin/envelope.h"
#include "base/mem.h"
#include "codec/json.h"
#include "job/replicator.h"
#include "object/replica.h"

#include "adm_priv.h"

enum { BACKLOG = 1000, LOOKED_AT = 100000 };
#define NO_TIME "0001-01-01T00:00:00Z"

/* ---- on another thread ---- */

struct slow {
	struct task task;
	struct adm *c;
	struct s3_call *call;
	struct arena arena;
	enum err (*fn)(struct slow *s);
};

static void
slow_run(struct task *t)
{
	struct slow *s = CONTAINER_OF(t, struct slow, task);
	struct s3_call *call = s->call;

	call->err = s->fn(s);
	arena_fini(&s->arena);
	mem_free(s);
	s3_call_done(call);
}

static enum err
later(struct adm *c, struct s3_call *call, enum err (*fn)(struct slow *s))
{
	struct slow *s = mem_zalloc(sizeof *s);

	s->task.fn = slow_run;
	s->c = c;
	s->call = call;
	s->fn = fn;
	arena_init(&s->arena, SIZE_MAX);
	replicator_post(c->replicator, &s->task);
	return OK;
}

static enum err
look(struct slow *s, store_fn fn, void *arg)
{
	struct reader *reader = reader_new(s->c->store);
	enum err e = store_read(reader, fn, arg);

	reader_free(&reader);
	return e;
}

/* ---- set ---- */

static struct span
text_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_LIT("");
}

static uint64_t
number_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsNumber(v) && v->valuedouble > 0 ? (uint64_t)v->valuedouble : 0;
}

static bool
is_true(const cJSON *o, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static void
want_of(struct slow *s, const cJSON *j, struct target_want *w)
{
	const cJSON *keys = cJSON_GetObjectItemCaseSensitive(j, "credentials");
	struct span host = text_of(j, "endpoint"), path = text_of(j, "path");

	*w = (struct target_want){ .source = s3_call_param(s->call, "bucket"),
		.url = span_str(arena_printf(&s->arena, "%s://%.*s",
		    is_true(j, "secure") ? "https" : "http", (int)host.n, host.p)),
		.bucket = text_of(j, "targetbucket"),
		.region = text_of(j, "region"),
		.access_key = text_of(keys, "accessKey"),
		.secret = text_of(keys, "secretKey"),
		.class = text_of(j, "storageclass"),
		.rate = number_of(j, "bandwidthlimit"),
		.check_ms = number_of(j, "healthCheckDuration") / 1000000,
		.peer_unknown = true };
	if (span_is(path, "on"))
		w->flags |= PLACE_PATH;
	if (span_is(path, "off"))
		w->flags |= PLACE_VIRTUAL;
	if (is_true(j, "replicationSync"))
		w->flags |= PLACE_SYNC;
	if (is_true(j, "disableProxy"))
		w->flags |= PLACE_NO_PROXY;
}

struct known {
	struct slow *s;
	struct span arn;
	struct rec_target rec; /* arena */
};

static enum err
known_read(struct txn *t, void *arg)
{
	struct known *k = arg;
	struct span row;
	enum err e = obj_target_row(t, k->arn, &row);

	if (e == OK)
		e = rec_target_get(arena_span(&k->s->arena, row), &k->rec);
	return e == E_NOT_FOUND ? fail_set(k->s->call->fail, E_NO_REMOTE_TARGET) : e;
}

static void
flag_take(struct target_want *w, const struct target_want *new, unsigned flags)
{
	w->flags = (uint16_t)((w->flags & ~flags) | (new->flags &flags));
}

/* What the call names is changed, all else stays. */
static enum err
want_change(struct slow *s, const cJSON *j, struct target_want *w)
{
	struct known k = { .s = s, .arn = text_of(j, "arn") };
	const struct target_want new = *w;
	enum err e = look(s, known_read, &k);

	if (e != OK)
		return e;
	*w = (struct target_want){ .source = k.rec.source,
		.arn = k.arn,
		.url = k.rec.url,
		.bucket = k.rec.bucket,
		.region = k.rec.region,
		.access_key = k.rec.access_key,
		.class = k.rec.class,
		.rate = k.rec.rate,
		.check_ms = k.rec.check_ms,
		.flags = k.rec.flags };
	if (span_is(s3_call_param(s->call, "creds"), "true")) {
		w->access_key = new.access_key;
		w->secret = new.secret;
	}
	if (span_is(s3_call_param(s->call, "bandwidth"), "true"))
		w->rate = new.rate;
	if (span_is(s3_call_param(s->call, "healthcheck"), "true"))
		w->check_ms = new.check_ms;
	if (span_is(s3_call_param(s->call, "path"), "true"))
		flag_take(w, &new, PLACE_PATH | PLACE_VIRTUAL);
	if (span_is(s3_call_param(s->call, "sync"), "true"))
		flag_take(w, &new, PLACE_SYNC);
	if (span_is(s3_call_param(s->call, "proxy"), "true"))
		flag_take(w, &new, PLACE_NO_PROXY);
	return OK;
}

static enum err
set_parsed(struct slow *s, const cJSON *j)
{
	struct target_want w;
	struct span arn;
	enum err e = OK;

	if (!span_is(text_of(j, "type"), "replication"))
		return fail_msg(s->call->fail, E_INVALID_ARGUMENT,
		    "Only targets of type replication are known.");
	want_of(s, j, &w);
	if (span_is(s3_call_param(s->call, "update"), "true"))
		e = want_change(s, j, &w);
	if (e == OK)
		e = replicator_target_put(
		    s->c->replicator, &w, &s->arena, &arn, s->call->fail);
	if (e == OK)
		json_put(&s->call->out, arn);
	return e;
}

static enum err
set_run(struct slow *s)
{
	struct buf plain = { 0 };
	cJSON *j = NULL;
	enum err e =
	    envelope_open(adm_secret(s->call), s->call->body, &plain, s->call->fail);

	if (e == OK)
		e = json_parse(buf_view(&plain), &j, s->call->fail);
	if (e == OK)
		e = set_parsed(s, j);
	cJSON_Delete(j);
	if (plain.n > 0)
		mem_wipe(plain.p, plain.n);
	buf_fini(&plain);
	return e;
}

enum err
adm_minio_target_set(struct adm *c, struct s3_call *call)
{
	return later(c, call, set_run);
}

/* ---- list, remove ---- */

struct listing {
	struct s3_call *call;
	struct span bucket;
	size_t n;
};

static bool
list_row(void *ctx, struct span arn, const struct rec_target *r)
{
	struct listing *l = ctx;
	struct buf *b = &l->call->out;
	struct span host = r->url;
	bool secure = span_starts(host, SPAN_LIT("https://"));

	if (l->bucket.n > 0 && !span_eq(l->bucket, r->source))
		return true;
	host = span_from(host, secure ? 8 : 7);
	buf_str(b, l->n++ > 0 ? ",{" : "{");
	json_span(b, "sourcebucket", r->source);
	json_span(b, "endpoint", host);
	json_begin(b, "credentials");
	json_span(b, "accessKey", r->access_key);
	buf_char(b, '}');
	json_span(b, "targetbucket", r->bucket);
	json_bool(b, "secure", secure);
	json_span(b, "path",
	    (r->flags & PLACE_PATH) != 0          ? SPAN_LIT("on")
		: (r->flags & PLACE_VIRTUAL) != 0 ? SPAN_LIT("off")
						  : SPAN_LIT("auto"));
	json_str(b, "api", "s3v4");
	json_span(b, "arn", arn);
	json_str(b, "type", "replication");
	json_span(b, "region", r->region);
	json_span(b, "storageclass", r->class);
	json_bool(b, "replicationSync", (r->flags & PLACE_SYNC) != 0);
	json_bool(b, "disableProxy", (r->flags & PLACE_NO_PROXY) != 0);
	json_bool(b, "isOnline", (r->flags & PLACE_VERIFIED) != 0);
	json_u64(b, "bandwidthlimit", r->rate);
	json_u64(b, "healthCheckDuration", (uint64_t)r->check_ms * 1000000);
	buf_str(b,
	    ",\"totalDowntime\":0,\"lastOnline\":\"" NO_TIME
	    "\",\"resetBeforeDate\":\"" NO_TIME
	    "\",\"latency\":{\"curr\":0,\"avg\":0,\"max\":0},\"edge\":false,"
	    "\"edgeSyncBeforeExpiry\":false,\"offlineCount\":0}");
	return true;
}

static enum err
list_read(struct txn *t, void *arg)
{
	return obj_target_each(t, list_row, arg);
}

static enum err
list_run(struct slow *s)
{
	struct listing l = { .call = s->call,
		.bucket = s3_call_param(s->call, "bucket") };
	enum err e;

	buf_char(&s->call->out, '[');
	e = look(s, list_read, &l);
	buf_char(&s->call->out, ']');
	return e;
}

enum err
adm_minio_target_list(struct adm *c, struct s3_call *call)
{
	return later(c, call, list_run);
}

static enum err
remove_run(struct slow *s)
{
	s->call->status = 204;
	return replicator_target_delete(s->c->replicator,
	    s3_call_param(s->call, "bucket"), s3_call_param(s->call, "arn"),
	    s->call->fail);
}

enum err
adm_minio_target_remove(struct adm *c, struct s3_call *call)
{
	return later(c, call, remove_run);
}

/* ---- what waits, and what failed ---- */

struct backlog {
	struct slow *s;
	struct span bucket, prefix;
	size_t n;
	struct txn *t;
	enum err err;
};

static bool
mrf_row(void *ctx, const struct rec_work *w)
{
	struct backlog *l = ctx;
	struct buf *b = &l->s->call->out;
	char id[VERSION_ID_TEXT];
	size_t n = w->has_origin ? version_origin_render(id, w->origin) : 0;

	if (l->bucket.n > 0 && !span_eq(l->bucket, w->bucket))
		return true;
	buf_char(b, '{');
	json_str(b, "nodeName", "trug");
	json_span(b, "bucket", w->bucket);
	json_span(b, "object", w->key);
	json_span(b, "versionId", span_of(id, n));
	json_u64(b, "retryCount", w->tries);
	buf_str(b, "}\n");
	return ++l->n < BACKLOG;
}

static enum err
mrf_read(struct txn *t, void *arg)
{
	return obj_work_each(t, mrf_row, arg);
}

static enum err
mrf_run(struct slow *s)
{
	struct backlog l = { .s = s, .bucket = s3_call_param(s->call, "bucket") };

	return look(s, mrf_read, &l);
}

enum err
adm_minio_mrf(struct adm *c, struct s3_call *call)
{
	return later(c, call, mrf_run);
}

static void
diff_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct backlog *l = ctx;
	struct buf *b = &l->s->call->out;
	char id[VERSION_ID_TEXT];
	struct attrs attrs = { 0 };
	struct replica r;
	struct arena a;

	(void)latest;
	if (l->err != OK || l->n >= BACKLOG || (rec->flags & OBJECT_HAS_ATTR) == 0)
		return;
	arena_init(&a, SIZE_MAX);
	l->err = obj_attrs(l->t, rec, &a, &attrs);
	if (l->err == OK)
		l->err = replica_read(side_get(&attrs, SIDE_REPLICA), &r);
	if (l->err == OK && (r.status == REPLICA_PENDING || r.status == REPLICA_FAILED)) {
		buf_char(b, '{');
		json_span(b, "object", key);
		json_span(b, "versionId", span_of(id, obj_version_text(id, rec)));
		json_str(b, "rStatus", (replica_status_name(r.status)));
		json_time(b, "lastModified", rec->mtime_ms);
		json_bool(b, "deletemarker", false);
		buf_str(b, "}\n");
		l->n++;
	}
	arena_fini(&a);
}

static void
no_common(void *ctx, struct span prefix)
{
	(void)ctx;
	(void)prefix;
}

static enum err
diff_read(struct txn *t, void *arg)
{
	struct backlog *l = arg;
	struct obj_version_list list = { .prefix = l->prefix,
		.max = LOOKED_AT,
		.ctx = l,
		.row = diff_row,
		.common = no_common };
	enum err e = obj_bucket_find(t, l->bucket, &list.bucket, l->s->call->fail);

	l->t = t;
	if (e == OK)
		e = obj_version_list(t, &list, &l->s->arena);
	return e == OK ? l->err : e;
}

static enum err
diff_run(struct slow *s)
{
	struct backlog l = { .s = s,
		.bucket = s3_call_param(s->call, "bucket"),
		.prefix = s3_call_param(s->call, "prefix") };

	return look(s, diff_read, &l);
}

enum err
adm_minio_diff(struct adm *c, struct s3_call *call)
{
	return later(c, call, diff_run);
}
