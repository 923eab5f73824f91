/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of events and dead letters: seen, sent again, dropped. */
#include "config.h"

#include <inttypes.h>

#include "base/mem.h"
#include "job/notifier.h"

#include "adm_priv.h"

enum { DEAD_MAX = 1000 };

struct asking {
	struct task work;
	struct adm *adm;
	struct s3_call *call;
	enum err (*fn)(struct asking *w);
	char *arn;
	uint64_t after, max;
};

/* [worker] */
static void
asking_work(struct task *t)
{
	struct asking *w = CONTAINER_OF(t, struct asking, work);
	struct s3_call *call = w->call;

	call->err = w->fn(w);
	mem_free(w->arn);
	mem_free(w);
	s3_call_done(call);
}

static enum err
ask(struct adm *c, struct s3_call *call, enum err (*fn)(struct asking *w), bool arn)
{
	struct span name = s3_call_param(call, "arn"),
		    after = s3_call_param(call, "after"),
		    max = s3_call_param(call, "max");
	struct asking *w;
	uint64_t from = 0, most = DEAD_MAX;

	if (arn && (name.n == 0 || name.n > 256))
		return adm_bad(call, "arn", "one that GET events shows");
	if (after.p != NULL && !span_u64(after, &from))
		return adm_bad(call, "after", "a number that GET events/dead showed");
	if (max.p != NULL && (!span_u64(max, &most) || most < 1 || most > DEAD_MAX))
		return adm_bad(call, "max", "1 to 1000");
	w = mem_zalloc(sizeof *w);
	w->adm = c;
	w->call = call;
	w->fn = fn;
	w->arn = mem_span(name);
	w->after = from;
	w->max = most;
	w->work.fn = asking_work;
	task_post(c->pool, &w->work);
	return OK;
}

static enum err
show(struct asking *w)
{
	return notifier_show(w->adm->notifier, &w->call->out);
}

static enum err
dead(struct asking *w)
{
	return notifier_dead(w->adm->notifier, span_str(w->arn), w->after,
	    (unsigned)w->max, &w->call->out);
}

static enum err
counted(struct asking *w, enum err e, uint64_t n)
{
	if (e == OK)
		buf_printf(&w->call->out, "{\"events\": %" PRIu64 "}\n", n);
	return e;
}

static enum err
retry(struct asking *w)
{
	uint64_t n = 0;
	enum err e = notifier_revive(w->adm->notifier, span_str(w->arn), &n);

	return counted(w, e, n);
}

static enum err
drop(struct asking *w)
{
	uint64_t n = 0;
	enum err e = notifier_drop(w->adm->notifier, span_str(w->arn), &n);

	return counted(w, e, n);
}

enum err
adm_events_get(struct adm *c, struct s3_call *call)
{
	return ask(c, call, show, false);
}

enum err
adm_events_dead(struct adm *c, struct s3_call *call)
{
	return ask(c, call, dead, true);
}

enum err
adm_events_retry(struct adm *c, struct s3_call *call)
{
	return ask(c, call, retry, true);
}

enum err
adm_events_drop(struct adm *c, struct s3_call *call)
{
	return ask(c, call, drop, true);
}
