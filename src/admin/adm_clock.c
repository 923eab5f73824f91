/* SPDX-License-Identifier: Apache-2.0 */
/* The store's clock: seen and moved. */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/json.h"
#include "codec/stamp.h"

#include "adm_priv.h"

/* A hundred years either way: further, dates are of no use to anybody. */
#define FARTHEST_MS (INT64_C(100) * 366 * 86400000)

static void
put_time(struct buf *out, const char *name, int64_t ms)
{
	buf_printf(out, "\"%s\": ", name);
	json_put_time(out, ms);
	buf_str(out, ", ");
}

static void
show(struct buf *out)
{
	int64_t real = clock_real_ms(), now = clock_now_from(real);

	buf_str(out, "{");
	put_time(out, "now", now);
	put_time(out, "real", real);
	buf_printf(out, "\"offset_ms\": %" PRId64 ", \"frozen\": %s}\n", now - real,
	    clock_frozen() ? "true" : "false");
}

enum err
adm_clock_get(struct adm *c, struct s3_call *call)
{
	(void)c;
	show(&call->out);
	s3_call_done(call);
	return OK;
}

struct moving {
	struct jobs_move move;
	struct s3_call *call;
};

static void
moved(struct jobs_move *m)
{
	struct moving *w = CONTAINER_OF(m, struct moving, move);
	struct s3_call *call = w->call;

	call->err = m->err;
	if (m->err == OK)
		show(&call->out);
	mem_free(w);
	s3_call_done(call);
}

static enum err
move_parse(struct s3_call *call, struct jobs_move *m)
{
	struct span by = s3_call_param(call, "by"), to = s3_call_param(call, "to");
	struct span freeze = s3_call_param(call, "freeze");
	struct span real = s3_call_param(call, "real");

	if ((by.p != NULL) + (to.p != NULL) + (freeze.p != NULL) + (real.p != NULL) != 1)
		return fail_msg(call->fail, E_INVALID_ARGUMENT,
		    "Exactly one of by, to, freeze and real is needed");
	m->kind = by.p != NULL ? MOVE_BY : MOVE_TO;
	if (by.p != NULL && (!adm_span_parse(by, &m->ms) || m->ms > FARTHEST_MS))
		return adm_bad(
		    call, "by", "a number and s, m, h, d or w, as in 90d; no way back");
	if (to.p != NULL &&
	    (!stamp_iso_parse(to, &m->ms) || m->ms < 0 ||
		m->ms > clock_real_ms() + FARTHEST_MS))
		return adm_bad(call, "to", "a time as 2027-01-01T00:00:00Z");
	if (freeze.p != NULL) {
		m->kind = span_is(freeze, "true") ? MOVE_FREEZE : MOVE_THAW;
		if (m->kind == MOVE_THAW && !span_is(freeze, "false"))
			return adm_bad(call, "freeze", "true or false");
	}
	if (real.p != NULL) {
		m->kind = MOVE_REAL;
		if (!span_is(real, "true"))
			return adm_bad(call, "real", "true");
	}
	return OK;
}

enum err
adm_clock_post(struct adm *c, struct s3_call *call)
{
	struct jobs_move m = { .then = moved };
	struct moving *w;
	enum err e = move_parse(call, &m);

	if (e != OK)
		return e;
	w = mem_zalloc(sizeof *w);
	w->move = m;
	w->call = call;
	jobs_move(c->jobs, &w->move);
	return OK;
}
