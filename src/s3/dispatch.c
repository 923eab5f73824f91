/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "s3_priv.h"

static const struct {
	const char *name;
	enum err (*fn)(struct rq *rq);
} steps[STEP_COUNT] = {
#define STEP(name, fn, what) { #name, fn },
#include "s3/steps.def"
#undef STEP
};

static inline void
rq_advance(struct rq *rq, enum err e)
{
	if (e == OK) {
		/* Of a callback that ran again and then held; of most there is none. */
		if (rq->fail.code != OK || rq->fail.pairs > 0)
			fail_clear(&rq->fail);
		rq->step++;
		return;
	}
	/* Of another failure than this one nothing is told. */
	if (rq->fail.code != e)
		fail_clear(&rq->fail);
	(void)fail_set(&rq->fail, e);
	e = allow_missing(rq, e);
	rq->waiting = false;
	rq->step = STEP_REPLY;
}

void
rq_run(struct rq *rq)
{
	enum err e;

	CHECK(rq, RQ_MAGIC);
	mini_context(rq->id);
	while (rq->step != STEP_REPLY) {
		e = steps[rq->step].fn(rq);
		if (e == OK && rq->waiting) {
			mini_context(NULL);
			return;
		}
		/* Not later: what is written must not be answered by "slow down". */
		if (e == OK && rq->step < STEP_BODY && arena_failed(rq->arena))
			e = E_SLOW_DOWN;
		rq_advance(rq, e);
	}
	(void)step_reply(rq); /* rq is gone */
	mini_context(NULL);
}

enum err
rq_wait(struct rq *rq)
{
	rq->waiting = true;
	return OK;
}

void
rq_finish(struct rq *rq)
{
	rq->step = STEP_REPLY - 1;
}

void
rq_resume(struct rq *rq, enum err e)
{
	CHECK(rq, RQ_MAGIC);
	rq->waiting = false;
	rq_advance(rq, e);
	rq_run(rq);
}

/* x-amz-id-2 is opaque: the loop's part was drawn once, the rest is the request's. */
static void
ids_render(struct rq *rq)
{
	static const char digit[] = "0123456789ABCDEF";
	uint64_t id = rq->http->id, own[2] = { rand_fast(), id };

	for (unsigned i = 0; i < 16; i++, id <<= 4)
		rq->id[i] = digit[id >> 60];
	rq->id[16] = '\0';
	memcpy(rq->id_2, rq->loop->id_2, ID_2_LOOP);
	rq->id_2[ID_2_LOOP + b64_render(rq->id_2 + ID_2_LOOP, own, 9)] = '\0';
}

struct rq *
rq_new(struct s3 *s3, struct http_req *http)
{
	struct rq *rq = arena_alloc(&http->arena, sizeof *rq);

	memset(rq, 0, offsetof(struct rq, fail)); /* the rest has its own beginning */
	rq->magic = RQ_MAGIC;
	rq->http = http;
	rq->s3 = s3;
	rq->header = http->header;
	rq->nheader = http->nheader;
	rq->loop = http->loop;
	tally_bump(&rq->loop->tally->begun, 1);
	rq->who = &access_nobody;
	rq->arena = &http->arena;
	ids_render(rq);
	profile_begin(rq);
	fail_init(&rq->fail, rq->arena);
	return rq;
}

/* ---- the steps ---- */

enum err
step_admit(struct rq *rq)
{
	rq->real_ms = clock_real_ms();
	rq->now_ms = clock_now_from(rq->real_ms);
	return OK;
}

enum err
step_address(struct rq *rq)
{
	return address_split(rq);
}

enum err
step_route(struct rq *rq)
{
	enum err e = route_find(rq, &rq->op);

	return e == OK ? route_tier(rq) : e;
}

/* Of the open profile only what writes leave behind differs without a failure. */
static uint64_t
watched(const struct rq *rq)
{
	const struct profile *p = rq->s3->profile;

	if (rq->tier != TIER_OPEN)
		return p->watched;
	return rq->op->body == BODY_NONE ? 0 : p->watched_open;
}

enum err
step_sign(struct rq *rq)
{
	enum err e = (rq->op->flags & F_QUERY) != 0 ? OK : sign_check(rq);

	/* A link may have said some in its query. */
	if (e == OK && (rq->http->names & watched(rq)) != 0)
		ignore_headers(rq);
	rq->header = rq->http->header;
	rq->nheader = rq->http->nheader;
	return e;
}

enum err
step_bucket(struct rq *rq)
{
	enum err e;

	if (rq->op->level == LEVEL_SERVICE)
		return OK;
	if (rq->op->level == LEVEL_CONTROL)
		return control_resource(rq);
	e = point_check(rq);
	if (e != OK || (rq->op->flags & F_NO_BUCKET) != 0)
		return e;
	e = bucket_find(rq);
	if (e == E_NO_SUCH_BUCKET && address_is_minios(rq->bucket) &&
	    tier_says(rq, TP_BUCKET_MINIO) == TV_ALL_DISABLED) {
		fail_clear(&rq->fail);
		return fail_set(&rq->fail, E_ALL_DISABLED);
	}
	if (e == E_NO_SUCH_BUCKET)
		e = op_bucket_missing(rq);
	if (e == E_NO_SUCH_BUCKET && rq->auth.kind == AUTH_ANONYMOUS &&
	    tier_says(rq, TP_UNSIGNED_BUCKET) == TV_DENIED) {
		fail_clear(&rq->fail);
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	}
	/* Only a name that could never exist says so; the rest is simply not there. */
	if (e == E_NO_SUCH_BUCKET && (rq->bucket.n < 3 || rq->bucket.n > 255)) {
		fail_init(&rq->fail, rq->arena);
		return address_bucket_check(rq->bucket, &rq->fail);
	}
	return e;
}

enum err
step_allow(struct rq *rq)
{
	enum err e = (rq->op->flags & (F_FORM | F_QUERY)) != 0 ? OK : rq_allow(rq);

	if (e != OK)
		return e;
	if (rq->op->begin == NULL && rq->op->finish == NULL)
		return fail_msg(
		    &rq->fail, E_NOT_IMPLEMENTED, "%s is not implemented.", rq->op->name);
	return OK;
}

enum err
step_begin(struct rq *rq)
{
	enum err e = rate_bucket(rq);

	if (e == OK)
		e = lacks_check(rq);
	if (e == OK)
		e = headers_owner_check(rq);
	if (e == OK)
		e = payer_look(rq);
	if (e == OK && (rq->op->flags & F_EXPIRY) != 0 && rq->rules.has_lifecycle)
		e = expiry_look(rq);
	if (e == OK && rq->rules.has_analytics)
		e = analysis_look(rq);
	if (e == OK && rq->op->begin != NULL)
		e = rq->op->begin(rq);
	return e;
}

enum err
step_body(struct rq *rq)
{
	enum err e = OK;

	if (rq->op->body == BODY_NONE)
		return OK;
	if (rq->op->body == BODY_DOC)
		e = intake_document(rq);
	if (e != OK)
		return e;
	MUST(rq->body != NULL);
	rq->waiting = true;
	rq->asking = true;
	http_body_want(rq->http);
	rq->asking = false;
	/* Asking may have shown that nobody is there: to answer within would free rq here. */
	return rq->gone;
}

enum err
step_finish(struct rq *rq)
{
	enum err e = rq->allow_again ? rq_allow(rq) : OK;

	if (e != OK)
		return e;
	return rq->op->finish != NULL ? rq->op->finish(rq) : OK;
}

/* A decision within the read looks things up there. rq may be gone behind it. */
static enum err
reply_inside(struct txn *t, void *arg)
{
	struct reply_read *read = arg;
	struct rq *rq = read->rq;
	enum err e;

	rq->inside = t;
	e = rq->reply_read(t, read);
	if (e != OK || read->later || read->again)
		rq->inside = NULL;
	return e;
}

enum err
step_reply(struct rq *rq)
{
	struct reply_read read = { .rq = rq };
	enum err e = rq->fail.code;

	if (e == OK && rq->reply_read != NULL) {
		do {
			read.again = false;
			e = store_read(rq->loop->reader, reply_inside, &read);
		} while (e == OK && read.again);
		if (e == OK && !read.later)
			return OK;
		if (e != OK) {
			(void)fail_set(&rq->fail, e);
			e = allow_missing(rq, e);
		}
	}
	if (e != OK) {
		rate_undo(rq);
		if ((err_row(e)->flags & ERR_LOG) != 0)
			log_error("request %s: %s: %s", rq->id, err_row(e)->symbol,
			    fail_text(&rq->fail));
		reply_error(rq);
	}
	reply_send(rq);
	return OK;
}
