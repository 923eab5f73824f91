/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas of buckets, as mc quota sets and shows them. Only hard ones are there: those that
 * refuse what would go beyond. Source: github.com/minio/madmin-go, quota-commands.go */
#include "config.h"

#include "codec/json.h"
#include "object/object.h"

#include "adm_priv.h"

struct quota {
	struct task task;
	struct adm *adm;
	struct s3_call *call;
	struct span bucket;
	uint64_t bytes;
};

/* ---- what is asked ---- */

/* A whole number of bytes; absent or null: 0. */
static bool
number_of(const cJSON *json, const char *name, uint64_t *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, name);

	*out = 0;
	if (v == NULL || cJSON_IsNull(v))
		return true;
	/* As far as the JSON library's numbers are exact. */
	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 0x1p53 ||
	    v->valuedouble != (double)(uint64_t)v->valuedouble)
		return false;
	*out = (uint64_t)v->valuedouble;
	return true;
}

/* {"size":N,"quotatype":"hard"}; older clients call it "quota". */
static enum err
body_take(struct quota *q, const cJSON *json)
{
	const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "quotatype");
	struct fail *fail = q->call->fail;
	uint64_t old, rate, requests;

	if (!number_of(json, "size", &q->bytes) || !number_of(json, "quota", &old) ||
	    !number_of(json, "rate", &rate) || !number_of(json, "requests", &requests))
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "size, quota, rate and requests are whole numbers, at most 2^53.");
	if (q->bytes == 0)
		q->bytes = old;
	if (rate != 0 || requests != 0)
		return fail_msg(fail, E_NOT_IMPLEMENTED,
		    "Of quotas only those on bytes are implemented; leave out rate and "
		    "requests.");
	if (q->bytes == 0 ||
	    (cJSON_IsString(type) && strcmp(type->valuestring, "hard") == 0))
		return OK;
	return fail_msg(fail, E_INVALID_ARGUMENT, "Invalid quotatype; allowed: hard");
}

/* ---- kept ---- */

static enum err
quota_write(struct txn *t, void *arg)
{
	struct quota *q = arg;

	fail_clear(q->call->fail);
	return obj_quota_set(t, q->bucket, q->bytes, q->call->fail);
}

static void
quota_run(struct task *task)
{
	struct quota *q = CONTAINER_OF(task, struct quota, task);

	q->call->err = store_write_wait(q->adm->store, quota_write, q);
	s3_call_done(q->call);
}

enum err
adm_minio_quota_set(struct adm *c, struct s3_call *call)
{
	struct quota *q = arena_zalloc(call->arena, sizeof *q);
	cJSON *json = NULL;
	enum err e;

	*q = (struct quota){ .task.fn = quota_run,
		.adm = c,
		.call = call,
		.bucket = s3_call_param(call, "bucket") };
	if (json_parse(call->body, &json, NULL) != OK || !cJSON_IsObject(json))
		e = fail_set(call->fail, E_MINIO_BODY);
	else
		e = body_take(q, json);
	cJSON_Delete(json);
	if (e == OK)
		task_post(c->pool, &q->task);
	return e;
}

/* ---- shown ---- */

static enum err
quota_read(struct txn *t, void *arg)
{
	struct quota *q = arg;
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, q->bucket, &b, q->call->fail);

	if (e == OK)
		q->bytes = b.quota;
	return e;
}

enum err
adm_minio_quota_get(struct adm *c, struct s3_call *call)
{
	struct quota q = { .call = call, .bucket = s3_call_param(call, "bucket") };
	struct reader *reader = reader_new(c->store);
	enum err e = store_read(reader, quota_read, &q);

	reader_free(&reader);
	if (e != OK)
		return e;
	buf_char(&call->out, '{');
	json_u64(&call->out, "quota", 0);
	json_u64(&call->out, "size", q.bytes);
	json_u64(&call->out, "rate", 0);
	json_u64(&call->out, "requests", 0);
	if (q.bytes != 0)
		json_str(&call->out, "quotatype", "hard");
	buf_char(&call->out, '}');
	s3_call_done(call);
	return OK;
}
