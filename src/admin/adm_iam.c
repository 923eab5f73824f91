/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's admin calls about who there is: opened and sealed here, done in iam/minio.c. */
#include "config.h"

#include "admin/envelope.h"
#include "base/clock.h"
#include "base/mem.h"
#include "iam/minio.h"

#include "adm_priv.h"

/* On a worker: the key that bodies are encrypted by takes its time. */
struct asking {
	struct task task;
	struct adm *adm;
	struct s3_call *call;
	struct minio_call m;
};

static enum err
run(struct txn *t, void *arg)
{
	struct asking *a = arg;

	return minio_iam_run(&a->m, t);
}

static void
wiped(struct buf *b)
{
	if (b->p != NULL)
		mem_wipe(b->p, b->n);
	buf_fini(b);
}

static void
json_wipe(cJSON *json)
{
	for (cJSON *one = json; one != NULL; one = one->next) {
		json_wipe(one->child);
		if (cJSON_IsString(one))
			mem_wipe(one->valuestring, strlen(one->valuestring));
	}
}

/* The body as JSON, where the row says that it is. */
static enum err
body_take(struct asking *a, cJSON **json)
{
	const struct s3_call *call = a->call;
	unsigned flags = a->m.row->flags;
	struct buf plain = { 0 };
	struct fail *fail = call->fail;
	enum err e = OK;

	a->m.raw = call->body;
	if ((flags & (MINIO_IAM_SEALED | MINIO_IAM_JSON)) == 0)
		return OK;
	if ((flags & MINIO_IAM_SEALED) != 0)
		e = envelope_open(adm_secret(call), call->body, &plain, fail);
	else
		buf_span(&plain, call->body);
	if (e == E_INVALID_ARGUMENT) {
		fail_clear(fail);
		e = fail_set(fail, E_MINIO_BODY);
	}
	if (e == OK &&
	    (json_parse(buf_view(&plain), json, NULL) != OK || !cJSON_IsObject(*json)))
		e = fail_set(fail, E_MINIO_BODY);
	wiped(&plain);
	a->m.body = *json;
	return e;
}

static enum err
directory_do(struct asking *a)
{
	struct reader *reader;
	enum err e;

	if ((a->m.row->flags & MINIO_IAM_WRITES) != 0)
		return store_write_wait(a->adm->store, run, a);
	reader = reader_new(a->adm->store);
	e = store_read(reader, run, a);
	reader_free(&reader);
	return e;
}

static enum err
answer(struct asking *a)
{
	struct s3_call *call = a->call;
	struct span out = buf_view(&a->m.c.out);

	if ((a->m.row->flags & MINIO_IAM_EMPTY) != 0)
		call->status = 204;
	if (out.n == 0)
		return OK;
	if ((a->m.row->flags & MINIO_IAM_SEALS) != 0)
		return envelope_close(adm_secret(call), out, &call->out, call->fail);
	buf_span(&call->out, out);
	return OK;
}

static void
asking_run(struct task *t)
{
	struct asking *a = CONTAINER_OF(t, struct asking, task);
	struct s3_call *call = a->call;
	cJSON *json = NULL;
	enum err e = body_take(a, &json);

	if (e == OK)
		e = directory_do(a);
	if (e == OK)
		e = answer(a);
	call->err = e == OK ? OK : fail_set(call->fail, e);
	json_wipe(json);
	cJSON_Delete(json);
	wiped(&a->m.c.out);
	s3_call_done(call);
}

enum err
adm_minio_iam(struct adm *c, struct s3_call *call)
{
	struct asking *a = arena_zalloc(call->arena, sizeof *a);

	*a = (struct asking){ .task.fn = asking_run, .adm = c, .call = call };
	a->m.row = minio_iam_find(call->method, call->name);
	MUST(a->m.row != NULL);
	a->m.allowed = call->allowed;
	a->m.c = (struct iam_call){ .conf = c->iam,
		.arena = call->arena,
		.param = call->param,
		.nparam = call->nparam,
		.credential = call->credential,
		.now_ms = clock_now_ms(),
		.real_ms = clock_real_ms(),
		.fail = call->fail };
	task_post(c->pool, &a->task);
	return OK;
}
