/* SPDX-License-Identifier: Apache-2.0 */
/* Back to the beginning: all buckets or one, then what the server's settings declare. */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "job/metering.h"
#include "object/reset.h"

#include "adm_priv.h"

struct resetting {
	struct store_write write;
	struct task work;
	struct adm *adm;
	struct s3_call *call;
	struct obj_reset reset;
};

static enum err
reset_write(struct txn *t, void *arg)
{
	struct resetting *w = CONTAINER_OF(arg, struct resetting, write);

	fail_clear(w->call->fail);
	return obj_reset(t, &w->reset, w->call->fail);
}

static void
reset_answer(struct resetting *w, enum err e)
{
	struct s3_call *call = w->call;

	call->err = e;
	if (e == OK)
		buf_printf(&call->out, "{\"buckets\": %" PRIu64 "}\n", w->reset.buckets);
	mem_free(w);
	s3_call_done(call);
}

/* [worker] */
static void
reset_declare(struct task *t)
{
	struct resetting *w = CONTAINER_OF(t, struct resetting, work);

	bool all = w->reset.bucket.p == NULL && !w->reset.keep_settings;
	enum err e = all ? profile_reset(w->adm->profile) : OK;

	reset_answer(w, e == OK ? w->adm->declare(w->adm->ctx, w->call->fail) : e);
}

/* What was asked of the buckets until now goes with them. [worker] */
static void
reset_begin(struct task *t)
{
	struct resetting *w = CONTAINER_OF(t, struct resetting, work);
	enum err e = metering_flush(w->adm->metering);

	if (e == OK)
		store_write(w->adm->store, &w->write);
	else
		reset_answer(w, e);
}

/* [writer] */
static void
reset_done(struct store_write *sw)
{
	struct resetting *w = CONTAINER_OF(sw, struct resetting, write);

	if (sw->result != OK) {
		reset_answer(w, sw->result);
		return;
	}
	dropper_nudge(w->adm->dropper);
	w->work.fn = reset_declare;
	task_post(w->adm->declaring, &w->work);
}

static enum err
keep_parse(struct s3_call *call, struct obj_reset *r)
{
	struct span rest = s3_call_param(call, "keep"), one;

	while (rest.n > 0) {
		one = span_cut(&rest, ',');
		if (span_is(one, "settings"))
			r->keep_settings = true;
		else if (span_is(one, "identities"))
			r->keep_identities = true;
		else
			return adm_bad(
			    call, "keep", "settings, identities or both, by comma");
	}
	return OK;
}

enum err
adm_reset_post(struct adm *c, struct s3_call *call)
{
	struct span bucket = s3_call_param(call, "bucket");
	struct resetting *w;
	struct obj_reset r = { .ownership = c->ownership, .now_ms = clock_now_ms() };
	enum err e;

	if (!c->reset)
		return fail_msg(call->fail, E_ACCESS_DENIED,
		    "A store that is to last is not reset unless its server was started "
		    "with --reset on");
	e = keep_parse(call, &r);
	if (e == OK && bucket.p != NULL && bucket.n == 0)
		e = adm_bad(call, "bucket", "the name of a bucket, or no such parameter");
	if (e != OK)
		return e;
	w = mem_zalloc(sizeof *w);
	w->adm = c;
	w->call = call;
	w->reset = r;
	w->reset.bucket = bucket;
	w->write.fn = reset_write;
	w->write.done = reset_done;
	w->work.fn = reset_begin;
	task_post(c->pool, &w->work);
	return OK;
}
