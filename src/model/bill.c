/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/bill.h"

#include "base/mem.h"
#include "codec/stamp.h"
#include "model/archive.h"

enum { DAY_MS = 86400000, MICRO = 1000000, MILLION = 1000000 };
/* What an archive keeps beside an object: its index as the class is charged, its name as
 * STANDARD is. */
enum { EXTRA_INDEX = 32 << 10, EXTRA_NAME = 8 << 10 };

/* ---- the table ---- */

static const struct service {
	const char *name;
	uint64_t gb;
	unsigned days;
	bool whole;
	uint64_t free_gb, free_a, free_b;
} services[BILL_SERVICES] = {
#define PRICE_SERVICE(service, name, gb, days, whole, free_gb, free_a, free_b) \
	{ name, gb, days, whole, free_gb, free_a, free_b },
#include "model/prices.def"
};

static const struct price prices[BILL_SERVICES][CLASS_COUNT] = {
#define PRICE( \
    service, class, storage, a, b, retrieval, monitor, days, small, extra, checked) \
	[BILL_##service][CLASS_##class] = { storage, a, b, retrieval, monitor, days, \
		small, extra, true, checked },
#include "model/prices.def"
};

static const struct restore_price {
	uint64_t request, gb;
} restores[BILL_SERVICES][CLASS_COUNT][TIER_COUNT] = {
#define PRICE_RESTORE(service, class, tier, request, gb) \
	[BILL_##service][CLASS_##class][TIER_##tier] = { request, gb },
#include "model/prices.def"
};

static const struct {
	enum bill_service service;
	const char *text;
} notes[] = {
#define PRICE_NOTE(service, text) { BILL_##service, text },
#include "model/prices.def"
};

static const struct {
	const char *name, *unit;
} items[BILL_ITEMS] = {
	[BILL_STORAGE] = { "storage", "GB-months" },
	[BILL_EXTRA] = { "names of archived objects", "GB-months" },
	[BILL_EARLY] = { "early deletion", "GB-months" },
	[BILL_MONITOR] = { "monitoring", "object-months" },
	[BILL_A] = { "class A requests", "requests" },
	[BILL_B] = { "class B requests", "requests" },
	[BILL_TRANSITIONS] = { "transitions", "requests" },
	[BILL_RETRIEVAL] = { "retrieval", "GB" },
	[BILL_RESTORES] = { "restores", "requests" },
};

const char *
bill_service_name(enum bill_service s)
{
	return services[s].name;
}

bool
bill_service_find(struct span name, enum bill_service *out)
{
	for (unsigned s = 0; s < BILL_SERVICES; s++)
		if (span_is(name, services[s].name)) {
			*out = (enum bill_service)s;
			return true;
		}
	return false;
}

const char *
bill_note(enum bill_service s, unsigned i)
{
	for (size_t n = 0; n < ARRAY_LEN(notes); n++)
		if (notes[n].service == s && i-- == 0)
			return notes[n].text;
	return NULL;
}

const char *
bill_item_name(enum bill_item i)
{
	return items[i].name;
}

const char *
bill_item_unit(enum bill_item i)
{
	return items[i].unit;
}

const struct price *
bill_price(enum bill_service s, unsigned class)
{
	return &prices[s][class];
}

unsigned
bill_class(enum bill_service s, unsigned class)
{
	return class < CLASS_COUNT && prices[s][class].there ? class : CLASS_STANDARD;
}

unsigned
bill_least_days(unsigned class)
{
	unsigned days = 0;

	for (unsigned s = 0; s < BILL_SERVICES && class < CLASS_COUNT; s++)
		if (prices[s][class].days > days)
			days = prices[s][class].days;
	return days;
}

/* ---- arithmetic ---- */

static meter_sum
nearest(meter_sum n, meter_sum by)
{
	return (n + by / 2) / by;
}

static meter_sum
up(meter_sum n, meter_sum by)
{
	return n / by + (n % by != 0);
}

static meter_sum
less(meter_sum n, meter_sum off)
{
	return n > off ? n - off : 0;
}

void
bill_init(struct bill *b, enum bill_service s)
{
	*b = (struct bill){ .service = s };
}

void
bill_fini(struct bill *b)
{
	mem_free(b->line);
	b->line = NULL;
}

static void
line_add(struct bill *b, const struct bill_line *l)
{
	if (b->n == b->cap) {
		b->cap = b->cap == 0 ? 16 : b->cap * 2;
		b->line = mem_realloc(b->line, b->cap * sizeof *b->line);
	}
	b->line[b->n++] = *l;
	b->amount += l->amount;
}

/* A month's bill under way. */
struct month {
	struct bill *bill;
	const struct service *service;
	unsigned month, class;
	meter_sum ms; /* in the month */
	const struct price *price, *standard;
	const meter_sum *sum;
};

/* of / per units are charged at price each. */
static void
charge(const struct month *m, enum bill_item item, meter_sum of, meter_sum per,
    uint64_t price)
{
	struct bill_line l = { .month = m->month, .class = m->class, .item = item };

	if (of == 0)
		return;
	l.used = l.charged = nearest(of * MICRO, per);
	l.amount = (uint64_t)nearest(of * price, per);
	line_add(m->bill, &l);
}

/* The same, in whole units of `unit` each, less what is free. */
static void
charge_whole(const struct month *m, enum bill_item item, meter_sum of, meter_sum per,
    meter_sum unit, meter_sum free, uint64_t price)
{
	struct bill_line l = { .month = m->month, .class = m->class, .item = item };
	meter_sum units = less(up(of, per * unit) * unit, free);

	if (of == 0)
		return;
	l.used = nearest(of * MICRO, per);
	l.charged = units * MICRO;
	l.amount = (uint64_t)(units * price);
	line_add(m->bill, &l);
}

/* ---- storage ---- */

static meter_sum
bytes_charged(const struct price *p, meter_sum bytes, meter_sum objects, meter_sum lack)
{
	return bytes + (p->small ? lack : 0) + (p->extra ? objects * EXTRA_INDEX : 0);
}

static void
storage(const struct month *m)
{
	const struct price *p = m->price;
	const meter_sum *s = m->sum;
	meter_sum per = m->ms * m->service->gb;

	charge(m, BILL_STORAGE,
	    bytes_charged(p, s[METER_BYTE_MS], s[METER_OBJECT_MS], s[METER_LACK_MS]), per,
	    p->storage);
	if (p->extra)
		charge(m, BILL_EXTRA,
		    (s[METER_OBJECT_MS] + s[METER_EARLY_OBJECT_MS]) * EXTRA_NAME, per,
		    m->standard->storage);
	if (p->days > 0)
		charge(m, BILL_EARLY,
		    bytes_charged(p, s[METER_EARLY_BYTE_MS], s[METER_EARLY_OBJECT_MS],
			s[METER_EARLY_LACK_MS]),
		    per, p->storage);
	if (p->monitor > 0)
		charge(m, BILL_MONITOR, less(s[METER_OBJECT_MS], s[METER_SMALL_MS]),
		    m->ms, p->monitor);
}

/* Averages of days' peaks; the rest of the least time belongs to it. */
static void
storage_whole(const struct month *m, bool free)
{
	meter_sum days = m->sum[METER_BYTE_DAYS];

	if (m->price->days > 0)
		days += m->sum[METER_EARLY_BYTE_DAYS];
	charge_whole(m, BILL_STORAGE, days, m->service->days * (meter_sum)m->service->gb,
	    1, free ? m->service->free_gb : 0, m->price->storage);
}

/* ---- requests ---- */

struct counts {
	meter_sum a, b, not_charged;
};

static void
counts_of(enum bill_service s, const meter_sum *sum, struct counts *out)
{
	unsigned bit = s == BILL_AWS ? METER_BY_AWS : METER_BY_R2;

	*out = (struct counts){ .not_charged = sum[METER_FREE] };
	for (unsigned by = 0; by < 4; by++) {
		meter_sum a = sum[METER_A_NONE + by], b = sum[METER_B_NONE + by];

		if ((by & bit) != 0) {
			out->a += a;
			out->b += b;
		} else
			out->not_charged += a + b;
	}
}

static void
requests(const struct month *m, bool free)
{
	meter_sum moved = m->sum[METER_TRANSITIONS];
	const struct service *s = m->service;
	struct counts n;

	counts_of(m->bill->service, m->sum, &n);
	m->bill->a += (uint64_t)(n.a + moved);
	m->bill->b += (uint64_t)n.b;
	m->bill->free += (uint64_t)n.not_charged;
	if (s->whole) {
		charge_whole(m, BILL_A, n.a + moved, 1, MILLION, free ? s->free_a : 0,
		    m->price->a);
		charge_whole(
		    m, BILL_B, n.b, 1, MILLION, free ? s->free_b : 0, m->price->b);
		return;
	}
	charge(m, BILL_A, n.a, 1, m->price->a);
	charge(m, BILL_B, n.b, 1, m->price->b);
	charge(m, BILL_TRANSITIONS, moved, 1, m->price->a);
}

static void
retrieval(const struct month *m)
{
	const struct restore_price *r = restores[m->bill->service][m->class];

	if (m->price->retrieval > 0 && m->service->whole)
		charge_whole(m, BILL_RETRIEVAL, m->sum[METER_RETRIEVED], m->service->gb,
		    1, 0, m->price->retrieval);
	else if (m->price->retrieval > 0)
		charge(m, BILL_RETRIEVAL, m->sum[METER_RETRIEVED], m->service->gb,
		    m->price->retrieval);
	for (unsigned t = 0; t < TIER_COUNT && m->price->extra; t++) {
		charge(m, BILL_RESTORES, m->sum[METER_RESTORES_STANDARD + t], 1,
		    r[t].request);
		charge(m, BILL_RETRIEVAL, m->sum[METER_RESTORED_STANDARD + t],
		    m->service->gb, r[t].gb);
	}
}

static void
class_bill(struct month *m, const struct meter *of)
{
	bool standard = m->class == CLASS_STANDARD;

	m->price = &prices[m->bill->service][m->class];
	m->sum = of->sum;
	if (m->service->whole)
		storage_whole(m, standard);
	else
		storage(m);
	requests(m, standard);
	retrieval(m);
}

static void
month_bill(
    struct bill *b, unsigned month, meter_sum ms, const struct meter of[CLASS_COUNT])
{
	struct month m = { .bill = b,
		.service = &services[b->service],
		.month = month,
		.ms = ms,
		.standard = &prices[b->service][CLASS_STANDARD] };

	for (m.class = 0; m.class < CLASS_COUNT; m.class ++)
		if (prices[b->service][m.class].there)
			class_bill(&m, &of[m.class]);
}

void
bill_month(struct bill *b, unsigned month, const struct meter of[CLASS_COUNT])
{
	month_bill(b, month,
	    (meter_sum)(uint64_t)(stamp_month_ms(month + 1) - stamp_month_ms(month)), of);
}

/* ---- what would be ---- */

uint64_t
bill_storage(enum bill_service s, const struct usage of[CLASS_COUNT])
{
	const meter_sum ms = (meter_sum)30 * DAY_MS;
	struct meter m[CLASS_COUNT] = { 0 };
	struct bill b;
	uint64_t amount;

	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		const struct usage *u = &of[class];

		m[class].sum[METER_OBJECT_MS] = ms * u->objects;
		m[class].sum[METER_BYTE_MS] = ms * u->bytes;
		m[class].sum[METER_SMALL_MS] = ms * u->small;
		m[class].sum[METER_LACK_MS] = ms * u->lack;
		m[class].sum[METER_BYTE_DAYS] = (meter_sum)30 * u->bytes;
	}
	bill_init(&b, s);
	month_bill(&b, 0, ms, m);
	amount = b.amount;
	bill_fini(&b);
	return amount;
}

uint64_t
bill_move(enum bill_service s, unsigned class, uint64_t objects)
{
	const struct service *v = &services[s];
	meter_sum n = v->whole ? up(objects, MILLION) * MILLION : objects;

	if (class == CLASS_STANDARD)
		n = less(n, v->free_a);

	return (uint64_t)(n * prices[s][class].a);
}
