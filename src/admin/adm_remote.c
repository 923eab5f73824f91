/* SPDX-License-Identifier: Apache-2.0 */
/* Remote tiers over the control API (trug tier) and MinIO's admin API (mc ilm tier). */
#include "config.h"

#include "admin/envelope.h"
#include "base/mem.h"
#include "codec/json.h"
#include "codec/stamp.h"
#include "codec/uri.h"
#include "remote/s3.h"

#include "adm_priv.h"

/* These block: they ask the other store. */
struct doing {
	struct task task;
	struct adm *adm;
	struct s3_call *call;
	struct span name; /* of the tier, from the path */
	enum err (*fn)(struct doing *d);
};

static void
do_it(struct task *t)
{
	struct doing *d = CONTAINER_OF(t, struct doing, task);
	struct s3_call *call = d->call;

	call->err = d->fn(d);
	s3_call_done(call);
}

static enum err
later(
    struct adm *c, struct s3_call *call, struct span name, enum err (*fn)(struct doing *))
{
	const struct obj_remote_io *io = tiers_io(c->tiers);
	struct doing *d = arena_zalloc(call->arena, sizeof *d);

	*d = (struct doing){
		.task.fn = do_it, .adm = c, .call = call, .name = name, .fn = fn
	};
	return io->post(io->ctx, &d->task) ? OK
					   : fail_set(call->fail, E_SERVICE_UNAVAILABLE);
}

/* ---- JSON ---- */

static struct span
text_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_LIT("");
}

static bool
is_true(const cJSON *o, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static enum err
body_parse(struct span in, cJSON **out, struct fail *fail)
{
	enum err e = json_parse(in, out, fail);

	if (e == OK && !cJSON_IsObject(*out)) {
		cJSON_Delete(*out);
		*out = NULL;
		e = fail_msg(fail, E_INVALID_ARGUMENT, "The body is no JSON object.");
	}
	return e;
}

static void
put(struct buf *out, const char *name, struct span text)
{
	if (text.n == 0)
		return;
	buf_printf(
	    out, "%s\"%s\":", out->n > 0 && out->p[out->n - 1] != '{' ? "," : "", name);
	json_put(out, text);
}

/* ---- the control API ---- */

static enum err
style_read(struct span v, uint8_t *out, struct fail *fail)
{
	if (v.n == 0 || span_is(v, "auto"))
		*out = REMOTE_AUTO;
	else if (span_is(v, "path"))
		*out = REMOTE_PATH;
	else if (span_is(v, "virtual"))
		*out = REMOTE_VIRTUAL;
	else
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "Invalid style; allowed: auto, path, virtual");
	return OK;
}

static enum err
conf_take(struct doing *d, cJSON **json, struct tier_conf *c)
{
	struct fail *fail = d->call->fail;
	enum err e = body_parse(d->call->body, json, fail);
	const cJSON *j = *json;

	if (e != OK)
		return e;
	*c = (struct tier_conf){ .name = text_of(j, "name"),
		.kind = text_of(j, "kind"),
		.url = text_of(j, "url"),
		.bucket = text_of(j, "bucket"),
		.prefix = text_of(j, "prefix"),
		.region = text_of(j, "region"),
		.class = text_of(j, "class"),
		.access_key = text_of(j, "access_key"),
		.secret = text_of(j, "secret_key"),
		.token = text_of(j, "session_token"),
		.force = is_true(j, "force"),
		.any_name = true };
	if (c->kind.n == 0)
		c->kind = SPAN_LIT("s3");
	return style_read(text_of(j, "style"), &c->style, fail);
}

static enum err
do_add(struct doing *d)
{
	struct tier_conf c;
	cJSON *json = NULL;
	enum err e = conf_take(d, &json, &c);

	if (e == OK)
		e = tiers_add(d->adm->tiers, &c, d->call->fail);
	cJSON_Delete(json);
	buf_str(&d->call->out, e == OK ? "{}\n" : "");
	return e;
}

static enum err
do_edit(struct doing *d)
{
	struct tier_conf c;
	cJSON *json = NULL;
	enum err e = conf_take(d, &json, &c);

	if (e == OK)
		e = tiers_edit(d->adm->tiers, &c, d->call->fail);
	cJSON_Delete(json);
	buf_str(&d->call->out, e == OK ? "{}\n" : "");
	return e;
}

static enum err
do_remove(struct doing *d)
{
	enum err e =
	    tiers_remove(d->adm->tiers, s3_call_param(d->call, "name"), d->call->fail);

	buf_str(&d->call->out, e == OK ? "{}\n" : "");
	return e;
}

static enum err
do_check(struct doing *d)
{
	enum err e =
	    tiers_check(d->adm->tiers, s3_call_param(d->call, "name"), d->call->fail);

	buf_str(&d->call->out, e == OK ? "{}\n" : "");
	return e;
}

static void
show(void *ctx, const struct tier_view *v)
{
	struct buf *out = ctx;
	const struct rec_tier *r = v->rec;
	struct buf o = { 0 };
	char made[STAMP_ISO];

	buf_str(&o, "{");
	put(&o, "name", r->name);
	put(&o, "kind", r->kind);
	put(&o, "url", r->url);
	put(&o, "bucket", r->bucket);
	put(&o, "prefix", r->prefix);
	put(&o, "region", r->region);
	put(&o, "class", r->class);
	put(&o, "access_key", r->access_key);
	stamp_iso(made, r->made_ms);
	put(&o, "made", span_of(made, sizeof made));
	buf_printf(&o,
	    ",\"objects\":%llu,\"bytes\":%llu,\"errands\":%llu,\"failing\":%s}",
	    (unsigned long long)v->objects, (unsigned long long)v->bytes,
	    (unsigned long long)v->errands, v->failing ? "true" : "false");
	buf_str(out, out->n > 1 ? ",\n" : "\n");
	buf_span(out, buf_view(&o));
	buf_fini(&o);
}

static enum err
do_list(struct doing *d)
{
	struct buf *out = &d->call->out;
	enum err e;

	buf_str(out, "[");
	e = tiers_each(d->adm->tiers, true, show, out);
	buf_str(out, "\n]\n");
	return e == OK ? OK : fail_set(d->call->fail, e);
}

enum err
adm_tiers_get(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_list);
}

enum err
adm_tiers_post(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_add);
}

enum err
adm_tiers_put(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_edit);
}

enum err
adm_tiers_delete(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_remove);
}

enum err
adm_tiers_check(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_check);
}

/* ---- MinIO's ---- */

static enum err
envelope_take(struct doing *d, cJSON **json)
{
	struct buf plain = { 0 };
	struct fail *fail = d->call->fail;
	enum err e = envelope_open(adm_secret(d->call), d->call->body, &plain, fail);

	if (e == OK)
		e = body_parse(buf_view(&plain), json, fail);
	if (plain.n > 0)
		mem_wipe(plain.p, plain.n);
	buf_fini(&plain);
	return e;
}

/* {"Version":"v1","Type":"minio","Name":..,"MinIO":{"Endpoint":..,...}} */
static enum err
minio_conf(const cJSON *j, struct tier_conf *c, struct fail *fail)
{
	struct span type = text_of(j, "Type");
	const cJSON *o =
	    cJSON_GetObjectItemCaseSensitive(j, span_is(type, "minio") ? "MinIO" : "S3");

	if (!span_is(text_of(j, "Version"), "v1"))
		return fail_msg(fail, E_TIER_CONFIG, "invalid tier config version");
	if (!span_is(type, "minio") && !span_is(type, "s3"))
		return fail_set(fail, E_TIER_KIND);
	if (!cJSON_IsObject(o))
		return fail_msg(fail, E_TIER_CONFIG, "invalid tier config");
	if (is_true(o, "AWSRole"))
		return fail_msg(fail, E_NOT_IMPLEMENTED,
		    "Tiers by roles (AWSRole) are not implemented: give an access key.");
	*c = (struct tier_conf){ .name = text_of(j, "Name"),
		.kind = type,
		.url = text_of(o, "Endpoint"),
		.bucket = text_of(o, "Bucket"),
		.prefix = text_of(o, "Prefix"),
		.region = text_of(o, "Region"),
		.class = text_of(o, "StorageClass"),
		.access_key = text_of(o, "AccessKey"),
		.secret = text_of(o, "SecretKey") };
	if (c->name.n == 0)
		return fail_msg(fail, E_TIER_CONFIG, "remote tier name empty");
	return OK;
}

static enum err
no_content(struct doing *d, enum err e)
{
	d->call->status = 204;
	return e;
}

static enum err
do_minio_add(struct doing *d)
{
	struct tier_conf c;
	cJSON *json = NULL;
	enum err e = envelope_take(d, &json);

	if (e == OK)
		e = minio_conf(json, &c, d->call->fail);
	if (e == OK) {
		c.force = span_is(s3_call_param(d->call, "force"), "true");
		e = tiers_add(d->adm->tiers, &c, d->call->fail);
	}
	cJSON_Delete(json);
	return no_content(d, e);
}

static enum err
do_minio_edit(struct doing *d)
{
	struct tier_conf c = { .name = d->name };
	cJSON *json = NULL;
	enum err e = envelope_take(d, &json);

	if (e == OK) {
		c.access_key = text_of(json, "access");
		c.secret = text_of(json, "secret");
		e = tiers_edit(d->adm->tiers, &c, d->call->fail);
	}
	cJSON_Delete(json);
	return no_content(d, e);
}

static enum err
do_minio_remove(struct doing *d)
{
	return no_content(d, tiers_remove(d->adm->tiers, d->name, d->call->fail));
}

static enum err
do_minio_check(struct doing *d)
{
	return no_content(d, tiers_check(d->adm->tiers, d->name, d->call->fail));
}

static void
minio_show(void *ctx, const struct tier_view *v)
{
	struct buf *out = ctx;
	const struct rec_tier *r = v->rec;
	bool minio = span_is(r->kind, "minio");
	struct buf o = { 0 };

	buf_str(out, out->n > 1 ? "," : "");
	buf_str(&o, "{");
	put(&o, "Endpoint", r->url);
	put(&o, "AccessKey", r->access_key);
	put(&o, "SecretKey", SPAN_LIT("REDACTED"));
	put(&o, "Bucket", r->bucket);
	put(&o, "Prefix", r->prefix);
	put(&o, "Region", r->region);
	if (!minio)
		put(&o, "StorageClass", r->class);
	buf_str(&o, "}");
	buf_str(out, "{\"Version\":\"v1\",\"Type\":");
	json_put(out, r->kind);
	buf_str(out, ",\"Name\":");
	json_put(out, r->name);
	buf_str(out, minio ? ",\"MinIO\":" : ",\"S3\":");
	buf_span(out, buf_view(&o));
	buf_str(out, "}");
	buf_fini(&o);
}

static enum err
do_minio_list(struct doing *d)
{
	struct buf *out = &d->call->out;
	enum err e;

	buf_str(out, "[");
	e = tiers_each(d->adm->tiers, false, minio_show, out);
	buf_str(out, "]");
	return e == OK ? OK : fail_set(d->call->fail, e);
}

static void
minio_stats(void *ctx, const struct tier_view *v)
{
	struct buf *out = ctx;

	buf_str(out, out->n > 1 ? "," : "");
	buf_str(out, "{\"Name\":");
	json_put(out, v->rec->name);
	buf_str(out, ",\"Type\":");
	json_put(out, v->rec->kind);
	/* Versions count as objects: what is there is one of each. */
	buf_printf(out,
	    ",\"Stats\":{\"totalSize\":%llu,\"numVersions\":%llu,\"numObjects\":%llu}}",
	    (unsigned long long)v->bytes, (unsigned long long)v->objects,
	    (unsigned long long)v->objects);
}

static enum err
do_minio_stats(struct doing *d)
{
	struct buf *out = &d->call->out;
	enum err e;

	buf_str(out, "[");
	e = tiers_each(d->adm->tiers, true, minio_stats, out);
	buf_str(out, "]");
	return e == OK ? OK : fail_set(d->call->fail, e);
}

static struct span
named(const struct s3_call *call)
{
	return span_from(call->name, sizeof "tier/" - 1);
}

enum err
adm_minio_tier_list(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_minio_list);
}

enum err
adm_minio_tier_add(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_minio_add);
}

enum err
adm_minio_tier_check(struct adm *c, struct s3_call *call)
{
	return later(c, call, named(call), do_minio_check);
}

enum err
adm_minio_tier_edit(struct adm *c, struct s3_call *call)
{
	return later(c, call, named(call), do_minio_edit);
}

enum err
adm_minio_tier_remove(struct adm *c, struct s3_call *call)
{
	return later(c, call, named(call), do_minio_remove);
}

enum err
adm_minio_tier_stats(struct adm *c, struct s3_call *call)
{
	return later(c, call, SPAN_NONE, do_minio_stats);
}
