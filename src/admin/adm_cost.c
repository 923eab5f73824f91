/* SPDX-License-Identifier: Apache-2.0 */
/* What services would have charged for what was done and is kept here: bills of calendar
 * months, and what the present objects would cost in each storage class. */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/json.h"
#include "job/metering.h"
#include "model/bill.h"
#include "object/meter.h"

#include "adm_priv.h"

enum { MONTHS_MAX = 1200, NANO = 1000000000, MICRO = 1000000 };

struct telling {
	struct task work;
	struct adm *adm;
	struct s3_call *call;
	struct obj_meter meter;
	unsigned services; /* bits by enum bill_service */
	uint64_t months; /* of the outlook */
};

/* ---- numbers ---- */

static void
put_amount(struct buf *out, const char *name, uint64_t nano)
{
	buf_printf(out, "\"%s\": \"%" PRIu64 ".%09" PRIu64 "\", \"%s_nano\": %" PRIu64,
	    name, nano / NANO, nano % NANO, name, nano);
}

static void
put_quantity(struct buf *out, const char *name, meter_sum micro)
{
	buf_printf(out, "\"%s\": %" PRIu64 ".%06u", name, (uint64_t)(micro / MICRO),
	    (unsigned)(micro % MICRO));
}

/* ---- the bill ---- */

static void
put_line(struct buf *out, const struct bill_line *l)
{
	buf_printf(out,
	    "\n      {\"class\": \"%s\", \"item\": \"%s\", \"unit\": \"%s\", ",
	    class_name(l->class), bill_item_name(l->item), bill_item_unit(l->item));
	put_quantity(out, "used", l->used);
	buf_str(out, ", ");
	put_quantity(out, "charged", l->charged);
	buf_str(out, ", ");
	put_amount(out, "amount", l->amount);
	buf_char(out, '}');
}

static void
put_month(struct buf *out, const struct bill *b, size_t from, size_t to, unsigned month)
{
	uint64_t amount = 0;

	buf_printf(out, "\n    {\"month\": \"%04u-%02u\", \"lines\": [",
	    1970 + month / 12, month % 12 + 1);
	for (size_t i = from; i < to; i++) {
		buf_str(out, i > from ? "," : "");
		put_line(out, &b->line[i]);
		amount += b->line[i].amount;
	}
	buf_str(out, "], ");
	put_amount(out, "amount", amount);
	buf_char(out, '}');
}

static void
months_bill(struct buf *out, struct bill *b, const struct obj_meter *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct meter of[CLASS_COUNT] = { 0 };
		size_t from = b->n;

		for (unsigned class = 0; class < CLASS_COUNT; class ++)
			for (unsigned f = 0; f < METER_FIELDS; f++)
				of[bill_class(b->service, class)].sum[f] +=
				    m->month[i].of[class].sum[f];
		bill_month(b, m->month[i].month, of);
		buf_str(out, i > 0 ? "," : "");
		put_month(out, b, from, b->n, m->month[i].month);
	}
}

/* ---- the outlook ---- */

static void
usage_join(struct usage *to, const struct usage *u)
{
	to->objects += u->objects;
	to->bytes += u->bytes;
	to->small += u->small;
	to->lack += u->lack;
}

static void
put_class(struct buf *out, const struct telling *w, enum bill_service s, unsigned class,
    const struct usage *all, bool more)
{
	struct usage of[CLASS_COUNT] = { 0 };
	const struct usage *here = &w->meter.present[class];
	uint64_t month, move;

	of[class] = *all;
	month = bill_storage(s, of);
	move = bill_move(s, class, all->objects - here->objects);
	buf_printf(
	    out, "%s\n      {\"class\": \"%s\", ", more ? "," : "", class_name(class));
	put_amount(out, "month", month);
	buf_str(out, ", ");
	put_amount(out, "transition", move);
	buf_str(out, ", ");
	put_amount(out, "total", month * w->months + move);
	buf_printf(out, ", \"least_days\": %u, \"verified\": %s}",
	    bill_price(s, class)->days, bill_price(s, class)->checked ? "true" : "false");
}

static void
put_outlook(struct buf *out, const struct telling *w, enum bill_service s)
{
	struct usage now[CLASS_COUNT] = { 0 }, all = { 0 };
	bool more = false;

	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		usage_join(&now[bill_class(s, class)], &w->meter.present[class]);
		usage_join(&all, &w->meter.present[class]);
	}
	buf_printf(out,
	    ",\n    \"outlook\": {\"months\": %" PRIu64 ", \"objects\": %" PRIu64
	    ", \"bytes\": %" PRIu64 ", ",
	    w->months, all.objects, all.bytes);
	put_amount(out, "month", bill_storage(s, now));
	buf_str(out, ", ");
	put_amount(out, "total", bill_storage(s, now) * w->months);
	buf_str(out, ", \"classes\": [");
	for (unsigned class = 0; class < CLASS_COUNT; class ++)
		if (bill_price(s, class)->there) {
			put_class(out, w, s, class, &all, more);
			more = true;
		}
	buf_str(out, "]}");
}

static void
put_bill(struct buf *out, const struct telling *w, enum bill_service s)
{
	struct bill b;
	const char *note;

	bill_init(&b, s);
	buf_printf(out, "\n  {\"tier\": \"%s\", \"currency\": \"USD\", \"months\": [",
	    bill_service_name(s));
	months_bill(out, &b, &w->meter);
	buf_str(out, "],\n    ");
	put_amount(out, "amount", b.amount);
	buf_printf(out,
	    ", \"class_a\": %" PRIu64 ", \"class_b\": %" PRIu64 ", \"free\": %" PRIu64,
	    b.a, b.b, b.free);
	put_outlook(out, w, s);
	buf_str(out, ",\n    \"notes\": [");
	for (unsigned i = 0; (note = bill_note(s, i)) != NULL; i++) {
		buf_str(out, i > 0 ? ", " : "");
		json_put(out, span_str(note));
	}
	buf_str(out, "]}");
	bill_fini(&b);
}

/* ---- the call ---- */

static enum err
meter_read(struct txn *t, void *arg)
{
	return obj_meter_read(t, arg);
}

/* [worker] */
static void
cost_work(struct task *t)
{
	struct telling *w = CONTAINER_OF(t, struct telling, work);
	struct reader *reader = reader_new(w->adm->store);
	struct s3_call *call = w->call;
	bool more = false;

	call->err = metering_flush(w->adm->metering);
	w->meter.now_ms = clock_now_ms();
	if (call->err == OK)
		call->err = store_read(reader, meter_read, &w->meter);
	reader_free(&reader);
	if (call->err == OK) {
		buf_str(&call->out, "{\"bills\": [");
		for (unsigned s = 0; s < BILL_SERVICES; s++)
			if ((w->services >> s & 1) != 0) {
				buf_str(&call->out, more ? "," : "");
				put_bill(&call->out, w, (enum bill_service)s);
				more = true;
			}
		buf_str(&call->out, "\n]}\n");
	} else
		(void)fail_set(call->fail, call->err);
	obj_meter_fini(&w->meter);
	mem_free(w);
	s3_call_done(call);
}

/* Without one, the tier whose answers are given; where that has no prices, what others would
 * charge. */
static enum err
tier_parse(const struct adm *c, struct s3_call *call, unsigned *services)
{
	struct span tier = s3_call_param(call, "tier");
	enum bill_service s;

	if (tier.p != NULL) {
		if (!bill_service_find(tier, &s))
			return adm_bad(
			    call, "tier", "aws or r2: the others have no prices");
		*services = 1u << s;
		return OK;
	}
	switch (profile_says(c->profile, s3_call_param(call, "bucket"), TP_PRICES)) {
	case TV_PRICES_AWS:
		*services = 1u << BILL_AWS;
		break;
	case TV_PRICES_R2:
		*services = 1u << BILL_R2;
		break;
	default:
		*services = (1u << BILL_SERVICES) - 1;
		break;
	}
	return OK;
}

enum err
adm_cost_get(struct adm *c, struct s3_call *call)
{
	struct span months = s3_call_param(call, "months");
	struct telling *w;
	unsigned services = 0;
	uint64_t n = 1;
	enum err e = tier_parse(c, call, &services);

	if (e == OK && months.p != NULL &&
	    (!span_u64(months, &n) || n < 1 || n > MONTHS_MAX))
		e = adm_bad(call, "months", "1 to 1200");
	if (e != OK)
		return e;
	w = mem_zalloc(sizeof *w);
	*w = (struct telling){ .work.fn = cost_work,
		.adm = c,
		.call = call,
		.meter.bucket = s3_call_param(call, "bucket"),
		.services = services,
		.months = n };
	task_post(c->pool, &w->work);
	return OK;
}

/* ---- anew ---- */

static enum err
forget_write(struct txn *t, void *arg)
{
	(void)arg;
	return obj_meter_forget(t);
}

/* [worker] */
static void
forget_work(struct task *t)
{
	struct telling *w = CONTAINER_OF(t, struct telling, work);
	struct s3_call *call = w->call;

	call->err = metering_flush(w->adm->metering);
	if (call->err == OK)
		call->err = store_write_wait(w->adm->store, forget_write, w);
	if (call->err == OK)
		buf_str(&call->out, "{}\n");
	mem_free(w);
	s3_call_done(call);
}

enum err
adm_cost_forget(struct adm *c, struct s3_call *call)
{
	struct telling *w = mem_zalloc(sizeof *w);

	*w = (struct telling){ .work.fn = forget_work, .adm = c, .call = call };
	task_post(c->pool, &w->work);
	return OK;
}
