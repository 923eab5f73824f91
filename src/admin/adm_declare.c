/* SPDX-License-Identifier: Apache-2.0 */
/* Declared state that comes with a call. */
#include "config.h"

#include "base/mem.h"

#include "adm_priv.h"

struct declaring {
	struct task work;
	struct adm *adm;
	struct s3_call *call;
};

/* [worker] */
static void
declare_work(struct task *t)
{
	struct declaring *w = CONTAINER_OF(t, struct declaring, work);
	struct s3_call *call = w->call;
	struct fail why;

	fail_init(&why, NULL);
	call->err = w->adm->declare_text(w->adm->ctx, call->body, &call->out, &why);
	if (call->err == E_CONFIG)
		call->err =
		    fail_msg(call->fail, E_INVALID_ARGUMENT, "%s", fail_text(&why));
	mem_free(w);
	s3_call_done(call);
}

enum err
adm_declare_post(struct adm *c, struct s3_call *call)
{
	struct declaring *w;

	if (call->body.n == 0)
		return fail_set(call->fail, E_MISSING_BODY);
	w = mem_zalloc(sizeof *w);
	w->work.fn = declare_work;
	w->adm = c;
	w->call = call;
	task_post(c->declaring, &w->work);
	return OK;
}
