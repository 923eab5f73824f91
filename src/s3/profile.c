/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"
#include "codec/json.h"
#include "object/state.h"
#include "s3_priv.h"

enum { RULES_MAX = 1000, NAME_MAX_BYTES = 255 };

static const char state_name[] = "tiers";

/* ---- rules ---- */

static void
rules_free(struct profile_rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->rule[i].name);
	mem_free(r->rule);
	*r = (struct profile_rules){ 0 };
}

static size_t
rules_at(const struct profile_rules *r, struct span name)
{
	size_t i = 0;

	while (i < r->n && !span_eq(span_of(r->rule[i].name, r->rule[i].n), name))
		i++;
	return i;
}

static void
rules_set(struct profile_rules *r, struct span name, enum tier tier)
{
	size_t i = rules_at(r, name);

	if (i == r->n) {
		r->rule = mem_realloc(r->rule, (r->n + 1) * sizeof *r->rule);
		r->rule[r->n++] = (struct profile_rule){ mem_span(name), name.n, tier };
	}
	r->rule[i].tier = tier;
}

static void
rules_drop(struct profile_rules *r, struct span name)
{
	size_t i = rules_at(r, name);

	if (i == r->n)
		return;
	mem_free(r->rule[i].name);
	r->rule[i] = r->rule[--r->n];
}

/* "a=aws,b=r2"; what is wrong is left in *bad. */
static bool
rules_parse(struct profile_rules *r, struct span text, char by, struct span *bad)
{
	struct span one, name;
	enum tier tier;

	while (text.n > 0) {
		one = *bad = span_trim(span_cut(&text, by));
		if (one.n == 0)
			continue;
		name = span_cut(&one, '=');
		if (name.n == 0 || name.n > NAME_MAX_BYTES || r->n >= RULES_MAX ||
		    !tier_find(one, &tier))
			return false;
		rules_set(r, name, tier);
	}
	return true;
}

/* Does a bucket's rule fit, and how closely? A whole name goes before any beginning. */
static size_t
bucket_fit(const struct profile_rule *rule, struct span name)
{
	struct span own = span_of(rule->name, rule->n);

	if (span_eq(own, name))
		return SIZE_MAX;
	if (!span_ends(own, SPAN_LIT("*")))
		return 0;
	own.n--;
	return span_starts(name, own) ? own.n + 1 : 0;
}

static size_t
bucket_best(const struct profile_rules *r, struct span name, size_t most, enum tier *out)
{
	size_t fit;

	for (size_t i = 0; i < r->n; i++) {
		fit = bucket_fit(&r->rule[i], name);
		if (fit <= most)
			continue;
		most = fit;
		*out = r->rule[i].tier;
	}
	return most;
}

/* ---- making ---- */

static void
differs_fill(struct profile *p)
{
	for (unsigned at = 0; at < TIER_POINTS; at++)
		for (unsigned t = TIER_AWS; t < TIERS; t++)
			if (p->table.value[t][at] != p->table.value[TIER_OPEN][at])
				p->differs[at] |= (uint8_t)(1u << t);
	for (unsigned l = 0; l < TIER_LIMITS; l++) {
		p->least[l] = UINT64_MAX;
		for (unsigned t = 0; t < TIERS; t++)
			if (p->table.max[t][l] != 0 && p->table.max[t][l] < p->least[l])
				p->least[l] = p->table.max[t][l];
	}
	p->watched = ignore_watched(false);
	p->watched_open = ignore_watched(true);
	p->lacks = mem_zalloc(OP_COUNT);
	for (unsigned i = 0; i < OP_COUNT; i++)
		p->lacks[i] = (uint8_t)tier_lacks(i);
}

static enum err
options_parse(struct profile *p, const char *list, struct fail *fail)
{
	struct span rest = span_str(list), one;

	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n > 0 && !tier_option(&p->table, one))
			return fail_msg(fail, E_CONFIG,
			    "tier-options: '%.*s' is not known; allowed: "
			    "TIER.POINT=VALUE "
			    "with names of trug tiers --json",
			    (int)one.n, one.p);
	}
	return OK;
}

static enum err
bad_rule(const char *setting, struct span bad, struct fail *fail)
{
	return fail_msg(fail, E_CONFIG,
	    "%s: '%.*s' is not allowed; allowed: NAME=TIER, where TIER is open, aws, "
	    "minio or r2",
	    setting, (int)bad.n, bad.p);
}

enum err
profile_new(struct profile **out, const struct profile_conf *conf, struct fail *fail)
{
	struct profile *p = mem_zalloc(sizeof *p);
	struct span bad;
	enum err e;

	p->table = tier_table;
	p->server = conf->tier;
	lock_init(&p->lock, LOCK_PROFILE);
	p->portability = portability_new();
	e = options_parse(p, conf->options, fail);
	if (e == OK && !rules_parse(&p->hosts, span_str(conf->hosts), ',', &bad))
		e = bad_rule("tier-hosts", bad, fail);
	if (e == OK && !rules_parse(&p->fixed, span_str(conf->buckets), ',', &bad))
		e = bad_rule("tier-buckets", bad, fail);
	differs_fill(p);
	p->nbuckets = p->fixed.n;
	if (e == OK)
		*out = p;
	else
		profile_free(&p);
	return e;
}

void
profile_free(struct profile **p)
{
	struct profile *x = *p;

	if (x == NULL)
		return;
	*p = NULL;
	rules_free(&x->hosts);
	rules_free(&x->fixed);
	rules_free(&x->kept);
	portability_free(&x->portability);
	lock_fini(&x->lock);
	mem_free(x->lacks);
	mem_free(x);
}

struct span
profile_host_at(const struct profile *p, size_t i)
{
	return i < p->hosts.n ? span_of(p->hosts.rule[i].name, p->hosts.rule[i].n)
			      : SPAN_NONE;
}

/* ---- what the store remembers ---- */

static enum err
kept_read(struct txn *t, void *arg)
{
	struct profile *p = arg;
	struct span text, bad;
	enum err e = obj_state_get(t, state_name, &text);

	if (e == E_NOT_FOUND)
		return OK;
	if (e == OK && !rules_parse(&p->kept, text, '\n', &bad))
		e = E_CORRUPT;
	return e;
}

enum err
profile_load(struct profile *p, struct store *store)
{
	struct reader *reader = reader_new(store);
	enum err e = store_read(reader, kept_read, p);

	reader_free(&reader);
	p->store = store;
	p->nbuckets = p->fixed.n + p->kept.n;
	return e;
}

static enum err
kept_write(struct txn *t, void *arg)
{
	const struct buf *text = arg;

	return obj_state_put(t, state_name, buf_view(text));
}

static void
kept_render(const struct profile_rules *r, struct buf *out)
{
	for (size_t i = 0; i < r->n; i++)
		buf_printf(out, "%s=%s\n", r->rule[i].name, tier_name(r->rule[i].tier));
}

/* May it stand in the list, and be a bucket's name or the beginning of one? */
bool
profile_may_bind(struct span name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] == '=' || name.p[i] == ',' ||
		    (unsigned char)name.p[i] > 0x7e)
			return false;
	return true;
}

enum err
profile_bind(struct profile *p, struct span name, enum tier tier)
{
	struct buf text = { 0 };
	enum err e = OK;

	if (!profile_may_bind(name))
		return E_INVALID_ARGUMENT;
	lock_take(&p->lock);
	if (tier == TIERS)
		rules_drop(&p->kept, name);
	else if (p->kept.n >= RULES_MAX)
		e = E_INVALID_ARGUMENT;
	else
		rules_set(&p->kept, name, tier);
	p->nbuckets = p->fixed.n + p->kept.n;
	p->binds++;
	kept_render(&p->kept, &text);
	lock_drop(&p->lock);
	if (e == OK && p->store != NULL)
		e = store_write_wait(p->store, kept_write, &text);
	buf_fini(&text);
	return e;
}

enum err
profile_reset(struct profile *p)
{
	struct buf text = { 0 };

	lock_take(&p->lock);
	rules_free(&p->kept);
	p->nbuckets = p->fixed.n;
	p->binds++;
	lock_drop(&p->lock);
	portability_clear(p->portability);
	return p->store != NULL ? store_write_wait(p->store, kept_write, &text) : OK;
}

static void
rules_json(struct buf *out, const struct profile_rules *r, bool *more)
{
	for (size_t i = 0; i < r->n; i++) {
		buf_str(out, *more ? ", " : "");
		json_put(out, span_of(r->rule[i].name, r->rule[i].n));
		buf_printf(out, ": \"%s\"", tier_name(r->rule[i].tier));
		*more = true;
	}
}

void
profile_json(struct profile *p, struct buf *out)
{
	bool more = false;

	buf_printf(out, "{\"server\": \"%s\", \"hosts\": {", tier_name(p->server));
	rules_json(out, &p->hosts, &more);
	buf_str(out, "}, \"buckets\": {");
	more = false;
	rules_json(out, &p->fixed, &more);
	lock_take(&p->lock);
	rules_json(out, &p->kept, &more);
	lock_drop(&p->lock);
	buf_str(out, "}}\n");
}

/* ---- the choice ---- */

static void
choose(struct rq *rq, enum tier tier)
{
	rq->tier = (uint8_t)tier;
	rq->says = rq->s3->profile->table.value[tier];
}

void
profile_begin(struct rq *rq)
{
	choose(rq, rq->s3->profile->server);
	rq->tier_of_host = false;
}

void
profile_host(struct rq *rq)
{
	const struct profile_rules *r = &rq->s3->profile->hosts;
	struct span host, own;
	size_t longest = 0;

	if (r->n == 0)
		return;
	host = address_host_name(rq->http->host);
	for (size_t i = 0; i < r->n; i++) {
		own = span_of(r->rule[i].name, r->rule[i].n);
		if (own.n <= longest || host.n < own.n ||
		    !span_ieq(span_from(host, host.n - own.n), own) ||
		    (host.n > own.n && host.p[host.n - own.n - 1] != '.'))
			continue;
		longest = own.n;
		choose(rq, r->rule[i].tier);
		rq->tier_of_host = true;
	}
}

/* TIERS: it is bound to none. */
static enum tier
bound(struct profile *p, struct span bucket)
{
	enum tier tier = TIERS;
	size_t most;

	if (bucket.n == 0 ||
	    atomic_load_explicit(&p->nbuckets, memory_order_relaxed) == 0)
		return TIERS;
	most = bucket_best(&p->fixed, bucket, 0, &tier);
	lock_take(&p->lock);
	(void)bucket_best(&p->kept, bucket, most == SIZE_MAX ? most - 1 : most, &tier);
	lock_drop(&p->lock);
	return tier;
}

void
profile_bucket(struct rq *rq)
{
	enum tier tier = bound(rq->s3->profile, rq->bucket);

	if (tier == TIERS)
		return;
	choose(rq, tier);
	rq->tier_of_host = false;
}

void
profile_chosen(struct rq *rq)
{
	rq->http->lets_wait = tier_value(rq, TP_EXPECT_100) == TV_IGNORE;
}

enum tier_value
profile_says(struct profile *p, struct span bucket, enum tier_point at)
{
	enum tier tier = bound(p, bucket);

	return (enum tier_value)p->table.value[tier != TIERS ? tier : p->server][at];
}

uint64_t
profile_binds(struct profile *p)
{
	return atomic_load_explicit(&p->binds, memory_order_relaxed);
}

/* ---- notes ---- */

void
profile_note(struct rq *rq, unsigned at, unsigned tiers)
{
	struct profile_notes *m = rq->met;

	if (tiers == 0)
		return;
	if (m == NULL)
		rq->met = m = arena_zalloc(rq->arena, sizeof *m);
	for (unsigned i = 0; i < m->n; i++)
		if (m->note[i].at == at) {
			m->note[i].tiers |= (uint8_t)tiers;
			return;
		}
	if (m->n == PROFILE_NOTES) {
		m->more = true;
		return;
	}
	m->note[m->n].at = (uint16_t)at;
	m->note[m->n++].tiers = (uint8_t)tiers;
}

static bool
is_over(const struct profile *p, enum tier t, enum tier_limit l, uint64_t v)
{
	return p->table.max[t][l] != 0 && v > p->table.max[t][l];
}

bool
profile_over(struct rq *rq, enum tier_limit l, uint64_t v)
{
	const struct profile *p = rq->s3->profile;
	bool over = is_over(p, (enum tier)rq->tier, l, v);
	unsigned tiers = 0;

	if (rq->tier != TIER_OPEN)
		return over;
	for (unsigned t = TIER_AWS; t < TIERS; t++)
		if (is_over(p, (enum tier)t, l, v) != over)
			tiers |= 1u << t;
	profile_note(rq, TIER_POINTS + l, tiers);
	return over;
}

void
profile_done(struct rq *rq)
{
	struct portability *p = rq->s3->profile->portability;
	struct portability_seen s = { .operation = rq->op != NULL ? rq->op->name : "none",
		.bucket = rq->bucket,
		.key = rq->key,
		.now_ms = rq->real_ms };

	for (unsigned i = 0; i < rq->met->n; i++) {
		s.at = rq->met->note[i].at;
		s.tiers = rq->met->note[i].tiers;
		portability_add(p, &s);
	}
	if (rq->met->more)
		portability_missed(p);
}

void
profile_report(struct profile *p, struct buf *out)
{
	portability_json(p->portability, &p->table, out);
}

void
profile_report_clear(struct profile *p)
{
	portability_clear(p->portability);
}

void
profile_report_line(struct profile *p, struct buf *out)
{
	portability_line(p->portability, out);
}
