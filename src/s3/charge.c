/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on their way to the cost meter: what each is, and who would have charged for it. */
#include "config.h"

#include "model/archive.h"
#include "model/meter.h"
#include "obs/counts.h"
#include "s3_priv.h"

/* The first of a class's counters, by who charges for it. */
enum charge {
	CHARGE_A = METER_A_NONE,
	CHARGE_B = METER_B_NONE,
	CHARGE_FREE = METER_FREE
};

static enum charge
charge_of(const struct op *op)
{
	switch (op - ops) {
#define CHARGE(op, class) \
	case OP_##op: \
		return CHARGE_##class;
#include "s3/charge.def"
#undef CHARGE
	default:
		break;
	}
	switch (op->method) {
	case HTTP_GET:
	case HTTP_HEAD:
	case HTTP_OPTIONS:
		return CHARGE_B;
	case HTTP_DELETE:
		return CHARGE_FREE;
	default:
		return CHARGE_A;
	}
}

static bool
is_owner(const struct rq *rq)
{
	return rq->bkt.id == 0 ||
	    span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS));
}

/* Who charges for a failure: AWS for all but its own faults, what strangers were denied and
 * what names no bucket (docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorCodeBilling.html);
 * R2 for what got past authorization; nobody for what nobody is known to have sent. */
static unsigned
failure_by(const struct rq *rq, unsigned status)
{
	bool nobody = rq->who == &access_nobody;

	if (status == 0 || status >= 500)
		return 0;
	if (status == 401 || status == 403)
		return rq->fail.code == E_ACCESS_DENIED && !nobody && is_owner(rq)
		    ? METER_BY_AWS
		    : 0;
	if (rq->fail.code == E_NO_SUCH_BUCKET)
		return nobody ? 0 : METER_BY_R2;
	/* Nobody in particular may read in public buckets, and miss. */
	return nobody && (rq->bkt.id == 0 || rq->auth.kind != AUTH_ANONYMOUS)
	    ? 0
	    : METER_BY_AWS | METER_BY_R2;
}

static void
count_restore(const struct rq *rq, struct counts *c)
{
	unsigned tier = rq->restored - 1;

	counts_add(
	    c, rq->bkt.id, rq->class, METER_RESTORES_STANDARD - METER_COUNTED + tier, 1);
	counts_add(c, rq->bkt.id, rq->class,
	    METER_RESTORED_STANDARD - METER_COUNTED + tier, rq->copied);
}

/* Bytes of classes that charge for them. */
static void
count_bytes(const struct rq *rq, struct counts *c, const struct http_done *info)
{
	if (rq->restored > 0)
		count_restore(rq, c);
	else if (rq->copied > 0)
		counts_add(c, rq->bkt.id, rq->copied_class,
		    METER_RETRIEVED - METER_COUNTED, rq->copied);
	else if (rq->op == &ops[OP_GetObject])
		counts_add(c, rq->bkt.id, rq->class, METER_RETRIEVED - METER_COUNTED,
		    info->sent);
}

/* By what is to be counted of one that went well. */
void
charge_fill(uint8_t out[OP_COUNT])
{
	for (unsigned i = 0; i < OP_COUNT; i++) {
		enum charge charge = charge_of(&ops[i]);

		out[i] = (uint8_t)(charge - METER_COUNTED);
		if (charge != CHARGE_FREE)
			out[i] += METER_BY_AWS | METER_BY_R2;
	}
}

static bool
went_well(const struct http_done *info)
{
	return info->status >= 200 && info->status < 400;
}

/* Apart, so that most requests save no registers. */
__attribute__((noinline)) static void
count_other(const struct rq *rq, struct counts *c, const struct http_done *info)
{
	unsigned which = rq->s3->charges[rq->op - ops];

	if (!went_well(info) && which != METER_FREE - METER_COUNTED)
		which =
		    which - (METER_BY_AWS | METER_BY_R2) + failure_by(rq, info->status);
	counts_add(c, rq->bkt.id, rq->class, which, 1);
	if ((rq->class | rq->copied_class | rq->restored) != 0)
		count_bytes(rq, c, info);
}

void
charge_count(const struct rq *rq, const struct http_done *info)
{
	struct counts *c = rq->loop->counts;

	if (c == NULL || rq->op == NULL)
		return;
	if (went_well(info) && (rq->class | rq->copied_class | rq->restored) == 0 &&
	    counts_is_last(c, rq->bkt.id, CLASS_STANDARD))
		counts_bump(c, c->last, rq->s3->charges[rq->op - ops], 1);
	else
		count_other(rq, c, info);
}
