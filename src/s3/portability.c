/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3/portability.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/lock.h"
#include "base/mem.h"
#include "codec/json.h"

enum { BUCKET_ROOM = 64, KEY_ROOM = 96 };

/* What the names seen so far have in common; more: and they go on differently. */
struct pattern {
	uint8_t n;
	bool more;
	char text[KEY_ROOM];
};

struct entry {
	uint16_t at;
	const char *operation;
	uint64_t count[TIERS];
	int64_t first_ms, last_ms;
	struct pattern bucket, key;
};

struct portability {
	struct lock lock;
	struct entry *entry; /* PORTABILITY_ENTRIES, or NULL while nothing was met */
	size_t n;
	uint64_t no_room, missed;
};

struct portability *
portability_new(void)
{
	struct portability *p = mem_zalloc(sizeof *p);

	lock_init(&p->lock, LOCK_PORTABILITY);
	return p;
}

void
portability_free(struct portability **p)
{
	struct portability *x = *p;

	if (x == NULL)
		return;
	*p = NULL;
	lock_fini(&x->lock);
	mem_free(x->entry);
	mem_free(x);
}

static void
pattern_begin(struct pattern *p, struct span name, size_t room)
{
	p->more = name.n > room;
	name = span_head(name, room);
	p->n = (uint8_t)name.n;
	if (name.n > 0)
		memcpy(p->text, name.p, name.n);
}

static void
pattern_join(struct pattern *p, struct span name)
{
	size_t n = 0;

	while (n < p->n && n < name.n && p->text[n] == name.p[n])
		n++;
	if (n < p->n || name.n > p->n)
		p->more = true;
	p->n = (uint8_t)n;
}

/* The same point and operation, or a new one; NULL: there is no room. */
static struct entry *
entry_of(struct portability *p, const struct portability_seen *s)
{
	struct entry *e;

	for (size_t i = 0; i < p->n; i++)
		if (p->entry[i].at == s->at && p->entry[i].operation == s->operation)
			return &p->entry[i];
	if (p->n == PORTABILITY_ENTRIES)
		return NULL;
	if (p->entry == NULL)
		p->entry = mem_array(PORTABILITY_ENTRIES, sizeof *p->entry);
	e = &p->entry[p->n++];
	*e = (struct entry){
		.at = (uint16_t)s->at, .operation = s->operation, .first_ms = s->now_ms
	};
	pattern_begin(&e->bucket, s->bucket, BUCKET_ROOM);
	pattern_begin(&e->key, s->key, KEY_ROOM);
	return e;
}

void
portability_add(struct portability *p, const struct portability_seen *s)
{
	struct entry *e;

	lock_take(&p->lock);
	e = entry_of(p, s);
	if (e == NULL)
		p->no_room++;
	else {
		pattern_join(&e->bucket, s->bucket);
		pattern_join(&e->key, s->key);
		e->last_ms = s->now_ms;
		for (unsigned t = TIER_AWS; t < TIERS; t++)
			e->count[t] += s->tiers >> t & 1;
	}
	lock_drop(&p->lock);
}

void
portability_missed(struct portability *p)
{
	lock_take(&p->lock);
	p->missed++;
	lock_drop(&p->lock);
}

void
portability_clear(struct portability *p)
{
	lock_take(&p->lock);
	p->n = 0;
	p->no_room = p->missed = 0;
	lock_drop(&p->lock);
}

/* ---- telling ---- */

static void
put_pattern(struct buf *out, const char *name, const struct pattern *p)
{
	struct buf text = { 0 };

	buf_put(&text, p->text, p->n);
	if (p->more)
		buf_char(&text, '*');
	buf_printf(out, ", \"%s\": ", name);
	json_put(out, buf_view(&text));
	buf_fini(&text);
}

static void
put_time(struct buf *out, const char *name, int64_t ms)
{
	buf_printf(out, ", \"%s\": ", name);
	json_put_time(out, ms);
}

static void
put_says(struct buf *out, const char *name, const struct tier_table *said, unsigned at,
    enum tier t)
{
	buf_printf(out, ", \"%s\": ", name);
	if (at >= TIER_POINTS)
		buf_u64(out, said->max[t][at - TIER_POINTS]);
	else
		json_put(
		    out, span_str(tier_value_what((enum tier_value)said->value[t][at])));
}

static void
put_entry(
    struct buf *out, const struct entry *e, const struct tier_table *said, enum tier t)
{
	char name[TIER_NAME];
	const char *what;

	if (e->at >= TIER_POINTS) {
		tier_limit_name(name, (enum tier_limit)(e->at - TIER_POINTS));
		what = tier_limit_what((enum tier_limit)(e->at - TIER_POINTS));
	} else {
		tier_point_name(name, (enum tier_point)e->at);
		what = tier_point_what((enum tier_point)e->at);
	}
	buf_printf(out, "\n    {\"point\": \"%s\", \"what\": ", name);
	json_put(out, span_str(what));
	buf_printf(out, ", \"operation\": \"%s\"", e->operation);
	put_pattern(out, "bucket", &e->bucket);
	put_pattern(out, "key", &e->key);
	buf_printf(out, ", \"count\": %" PRIu64, e->count[t]);
	put_time(out, "first", e->first_ms);
	put_time(out, "last", e->last_ms);
	put_says(out, "here", said, e->at, TIER_OPEN);
	put_says(out, "there", said, e->at, t);
	buf_str(out, "}");
}

/* Most seen first: a few hundred at most, and nobody waits for it. */
static void
put_tier(struct buf *out, const struct portability *p, const struct tier_table *said,
    enum tier t)
{
	uint64_t below = UINT64_MAX, most;
	bool more = false;

	buf_printf(out, "  \"%s\": [", tier_name(t));
	for (;;) {
		most = 0;
		for (size_t i = 0; i < p->n; i++)
			if (p->entry[i].count[t] < below && p->entry[i].count[t] > most)
				most = p->entry[i].count[t];
		if (most == 0)
			break;
		for (size_t i = 0; i < p->n; i++)
			if (p->entry[i].count[t] == most) {
				buf_str(out, more ? "," : "");
				put_entry(out, &p->entry[i], said, t);
				more = true;
			}
		below = most;
	}
	buf_str(out, more ? "\n  ],\n" : "],\n");
}

void
portability_json(struct portability *p, const struct tier_table *said, struct buf *out)
{
	lock_take(&p->lock);
	buf_str(out, "{\n");
	for (unsigned t = TIER_AWS; t < TIERS; t++)
		put_tier(out, p, said, (enum tier)t);
	buf_printf(out,
	    "  \"no_room\": %" PRIu64 ", \"requests_cut_short\": %" PRIu64 "\n}\n",
	    p->no_room, p->missed);
	lock_drop(&p->lock);
}

void
portability_line(struct portability *p, struct buf *out)
{
	unsigned rows[TIERS] = { 0 };

	lock_take(&p->lock);
	for (size_t i = 0; i < p->n; i++)
		for (unsigned t = TIER_AWS; t < TIERS; t++)
			rows[t] += p->entry[i].count[t] > 0;
	if (p->n > 0)
		buf_printf(out,
		    "portability: points at which requests would have been answered "
		    "otherwise: aws %u, minio %u, r2 %u (trug tiers --report)",
		    rows[TIER_AWS], rows[TIER_MINIO], rows[TIER_R2]);
	lock_drop(&p->lock);
}
