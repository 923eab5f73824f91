/* SPDX-License-Identifier: Apache-2.0 */
/* Whose answers buckets get, and what that would change. */
#include "config.h"

#include "base/mem.h"

#include "adm_priv.h"

enum err
adm_tier_get(struct adm *c, struct s3_call *call)
{
	profile_json(c->profile, &call->out);
	s3_call_done(call);
	return OK;
}

struct binding {
	struct task work;
	struct profile *profile;
	struct s3_call *call;
	struct span bucket;
	enum tier tier;
};

/* [worker] */
static void
bind_work(struct task *t)
{
	struct binding *w = CONTAINER_OF(t, struct binding, work);
	struct s3_call *call = w->call;

	call->err = profile_bind(w->profile, w->bucket, w->tier);
	if (call->err == OK)
		profile_json(w->profile, &call->out);
	mem_free(w);
	s3_call_done(call);
}

enum err
adm_tier_post(struct adm *c, struct s3_call *call)
{
	struct span bucket = s3_call_param(call, "bucket"),
		    tier = s3_call_param(call, "tier");
	struct binding *w;
	enum tier t = TIERS;

	if (!profile_may_bind(bucket))
		return adm_bad(
		    call, "bucket", "the name of a bucket, or how names begin: NAME*");
	if (!span_is(tier, "none") && !tier_find(tier, &t))
		return adm_bad(call, "tier", "open, aws, minio, r2 or none");
	w = mem_zalloc(sizeof *w);
	*w = (struct binding){ .work.fn = bind_work,
		.profile = c->profile,
		.call = call,
		.bucket = bucket,
		.tier = t };
	task_post(c->pool, &w->work);
	return OK;
}

enum err
adm_tier_report(struct adm *c, struct s3_call *call)
{
	profile_report(c->profile, &call->out);
	s3_call_done(call);
	return OK;
}

enum err
adm_tier_forget(struct adm *c, struct s3_call *call)
{
	profile_report_clear(c->profile);
	buf_str(&call->out, "{}\n");
	s3_call_done(call);
	return OK;
}
