/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/tiers.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "tier_priv.h"

enum {
	PAUSE_US = 1000000, /* after the first failure; doubled with each that follows */
	PAUSE_MAX_US = 30000000,
	READ_TRIES = 3,
	STALL_MS = 15000,
	/* For so long behind a failure nobody else is made to wait for another. */
	QUIET_US = 2000000,
	ARENA = 1 << 20
};

static const char purpose[] = "secret of a tier";

/* ---- one of them ---- */

void
tier_free(struct tier **tier)
{
	struct tier *x = *tier;

	if (x == NULL)
		return;
	*tier = NULL;
	remote_free(&x->remote);
	mem_free(x->name);
	mem_free(x->bucket);
	mem_free(x->prefix);
	mem_free(x->class);
	mem_free(x);
}

void
tier_seal(struct tiers *t, struct span name, struct span secret, struct span token,
    struct buf *out)
{
	struct buf plain = { 0 };

	buf_span(&plain, secret);
	buf_char(&plain, '\n');
	buf_span(&plain, token);
	keyring_seal(t->conf.keys, purpose, name, buf_view(&plain), out);
	mem_wipe(plain.p, plain.n);
	buf_fini(&plain);
}

static enum err
remote_conf_of(struct tiers *t, const struct rec_tier *rec, struct arena *a,
    struct remote_conf *out, struct fail *fail)
{
	uint8_t *plain;
	struct span rest;
	enum err e;

	if (rec->sealed.n < KEYRING_BOX)
		return E_CORRUPT;
	plain = arena_alloc(a, rec->sealed.n - KEYRING_BOX + 1);
	e = keyring_open(t->conf.keys, purpose, rec->name, rec->sealed, plain);
	if (e != OK)
		return fail_msg(fail, e,
		    "tier %.*s: its secret key can't be opened by the master keys here",
		    (int)rec->name.n, rec->name.p);
	rest = span_of(plain, rec->sealed.n - KEYRING_BOX);
	*out = (struct remote_conf){ .url = rec->url,
		.region = rec->region,
		.access_key = rec->access_key,
		.style = (enum remote_style)rec->style,
		.net = t->conf.net,
		.stall_ms = STALL_MS };
	out->secret = span_cut(&rest, '\n');
	out->token = rest;
	return OK;
}

enum err
tier_make(struct tiers *t, unsigned slot, const struct rec_tier *rec, struct tier **out,
    struct fail *fail)
{
	struct remote_conf conf;
	struct tier *x;
	struct arena a;
	enum err e;

	arena_init(&a, ARENA);
	e = remote_conf_of(t, rec, &a, &conf, fail);
	if (e == OK)
		e = remote_check(&conf, fail);
	if (e == OK) {
		x = mem_zalloc(sizeof *x);
		x->refs = 1;
		x->slot = (uint8_t)slot;
		x->remote = remote_new(&conf);
		x->name = mem_span(rec->name);
		x->bucket = mem_span(rec->bucket);
		x->prefix = mem_span(rec->prefix);
		x->class = mem_span(rec->class);
		*out = x;
		mem_wipe((char *)(uintptr_t)conf.secret.p, conf.secret.n);
	}
	arena_fini(&a);
	return e;
}

struct tier *
tier_take(struct tiers *t, unsigned slot)
{
	struct tier *x;

	lock_take(&t->lock);
	x = slot < TIER_SLOTS ? t->tier[slot] : NULL;
	if (x != NULL)
		x->refs++;
	lock_drop(&t->lock);
	return x;
}

void
tier_let_go(struct tiers *t, struct tier *tier)
{
	bool last;

	lock_take(&t->lock);
	last = --tier->refs == 0;
	lock_drop(&t->lock);
	if (last)
		tier_free(&tier);
}

void
tier_publish(struct tiers *t, struct tier *tier, unsigned slot)
{
	struct tier *was;
	bool stopped;

	lock_take(&t->lock);
	was = t->tier[slot];
	t->tier[slot] = tier;
	stopped = t->stopped;
	lock_drop(&t->lock);
	if (stopped && tier != NULL)
		remote_stop(tier->remote);
	if (was != NULL) {
		remote_stop(was->remote);
		tier_let_go(t, was);
	}
	remote_tier_name_set(slot, tier != NULL ? span_str(tier->name) : SPAN_NONE);
}

/* ---- how it answers ---- */

bool
tier_is_down(enum err e)
{
	return e == E_REMOTE_DOWN || e == E_REMOTE_DENIED || e == E_NO_SUCH_BUCKET ||
	    e == E_NO_RESOURCE;
}

void
tier_answered(struct tiers *t, struct tier *tier, enum err e, const char *what)
{
	bool down = tier_is_down(e);
	unsigned before;
	uint64_t pause;

	lock_take(&t->lock);
	before = tier->fails;
	tier->trying = false;
	tier->fails = down ? before + 1 : 0;
	pause = tier->fails < 8 ? (uint64_t)PAUSE_US << tier->fails >> 1 : PAUSE_MAX_US;
	if (down)
		tier->failed_us = clock_mono_us();
	tier->until_us = clock_mono_us() + (pause < PAUSE_MAX_US ? pause : PAUSE_MAX_US);
	lock_drop(&t->lock);
	if (down && before == 0)
		log_warn("tier %s does not work: %s; tried again with growing pauses",
		    tier->name, what);
	else if (!down && before > 0)
		log_info("tier %s works again", tier->name);
}

/* ---- reading ---- */

struct filling {
	char *to;
	size_t n, got;
};

static enum err
fill(void *ctx, const void *p, size_t n)
{
	struct filling *f = ctx;

	if (n > f->n - f->got)
		return E_REMOTE_REFUSED;
	memcpy(f->to + f->got, p, n);
	f->got += n;
	return OK;
}

/* How often a read may be tried: 0 where it has just failed for somebody else. */
static int
read_tries(struct tiers *t, const struct tier *tier)
{
	int tries = READ_TRIES;

	lock_take(&t->lock);
	if (tier->fails > 0)
		tries = clock_mono_us() - tier->failed_us < QUIET_US ? 0 : 1;
	lock_drop(&t->lock);
	return tries;
}

static enum err
read_away(void *ctx, const struct rec_remote *r, uint64_t off, void *to, size_t n,
    struct fail *fail)
{
	struct tiers *t = ctx;
	struct tier *tier;
	struct filling f = { to, n, 0 };
	struct remote_sink sink = { fill, &f };
	struct fail mine;
	enum err e = OK;
	int tries;

	CHECK(t, TIERS_MAGIC);
	tier = tier_take(t, r->slot);
	if (tier == NULL)
		return fail_set(fail, E_REMOTE_REFUSED);
	tries = read_tries(t, tier);
	if (tries == 0)
		e = E_REMOTE_DOWN;
	for (int i = 0; i < tries && f.got < n; i++) {
		uint64_t began = clock_mono_us();
		size_t before = f.got;

		struct remote_get g = { .bucket = span_str(tier->bucket),
			.key = r->name,
			.version = r->version,
			.off = off + f.got,
			.len = n - f.got,
			.sink = &sink };

		fail_init(&mine, NULL);
		e = remote_get(tier->remote, &g, &mine);
		tier_answered(t, tier, e, fail_text(&mine));
		/* What said nothing for long is not asked to do so again. */
		if (e != E_REMOTE_DOWN ||
		    (f.got == before && clock_mono_us() - began > QUIET_US))
			break;
	}
	if (e != OK && !tier_is_down(e))
		log_error("tier %s: %.*s can't be read: %s", tier->name, (int)r->name.n,
		    r->name.p, fail_text(&mine));
	tier_let_go(t, tier);
	if (e == OK || e == E_REMOTE_DOWN || e == E_REMOTE_DENIED)
		return e == OK ? OK : fail_set(fail, e);
	return fail_set(fail, E_REMOTE_REFUSED);
}

/* ---- all of them ---- */

static bool
post_away(void *ctx, struct task *task)
{
	struct tiers *t = ctx;
	bool stopped;

	CHECK(t, TIERS_MAGIC);
	lock_take(&t->lock);
	stopped = t->stopped;
	t->posting += !stopped;
	lock_drop(&t->lock);
	if (stopped)
		return false;
	task_post(t->pool, task);
	lock_take(&t->lock);
	t->posting--;
	cond_signal(&t->posted);
	lock_drop(&t->lock);
	return true;
}

struct tiers *
tiers_new(const struct tiers_conf *c)
{
	struct tiers *t = mem_zalloc(sizeof *t);

	t->magic = TIERS_MAGIC;
	t->conf = *c;
	t->io = (struct obj_remote_io){ t, read_away, post_away };
	lock_init(&t->lock, LOCK_TIER);
	cond_init(&t->posted);
	t->pool = task_pool_new(c->readers, "tier");
	t->mover = tier_mover_new(t);
	return t;
}

const struct obj_remote_io *
tiers_io(const struct tiers *t)
{
	return &t->io;
}

struct loading {
	struct tiers *t;
	bool old[TIER_SLOTS]; /* sealed by an older master key */
};

/* One whose secret can't be opened any more is known all the same, by its name: what is in it
 * can't be read until it gets other keys. */
static void
load_one(struct loading *l, unsigned slot, const struct rec_tier *rec)
{
	struct tier *tier = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	if (tier_make(l->t, slot, rec, &tier, &fail) == OK) {
		tier_publish(l->t, tier, slot);
		l->old[slot] = !keyring_is_current(l->t->conf.keys, rec->sealed);
		return;
	}
	log_error("tier %.*s can't be used: %s", (int)rec->name.n, rec->name.p,
	    fail_text(&fail));
	remote_tier_name_set(slot, rec->name);
}

static enum err
load(struct txn *txn, void *arg)
{
	struct loading *l = arg;
	struct table_cursor c;
	enum err e = table_begin(txn, T_TIER, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		struct rec_tier rec;

		e = c.key.n == 1 && (uint8_t)c.key.p[0] < TIER_SLOTS
		    ? rec_tier_get(c.value, &rec)
		    : E_CORRUPT;
		if (e != OK)
			break;
		load_one(l, (uint8_t)c.key.p[0], &rec);
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* Then the older master key is not needed for it any more. */
static enum err
seal_anew(struct txn *txn, void *arg)
{
	struct loading *l = arg;
	struct buf sealed = { 0 }, row = { 0 };
	enum err e = OK;

	for (unsigned i = 0; e == OK && i < TIER_SLOTS; i++) {
		uint8_t key = (uint8_t)i;
		struct remote_conf conf;
		struct rec_tier rec;
		struct arena a;
		struct span old;

		if (!l->old[i])
			continue;
		arena_init(&a, ARENA);
		e = table_get(txn, T_TIER, span_of(&key, 1), &old);
		if (e == OK)
			e = rec_tier_get(arena_span(&a, old), &rec);
		if (e == OK)
			e = remote_conf_of(l->t, &rec, &a, &conf, NULL);
		if (e == OK) {
			sealed.n = row.n = 0;
			tier_seal(l->t, rec.name, conf.secret, conf.token, &sealed);
			rec.sealed = buf_view(&sealed);
			rec_tier_put(&row, &rec);
			e = table_put(txn, T_TIER, span_of(&key, 1), buf_view(&row));
		}
		arena_fini(&a);
	}
	buf_fini(&sealed);
	buf_fini(&row);
	return e;
}

enum err
tiers_start(struct tiers *t, struct fail *fail)
{
	struct reader *r = reader_new(t->conf.store);
	struct loading l = { .t = t };
	bool old = false;
	enum err e = store_read(r, load, &l);

	reader_free(&r);
	for (unsigned i = 0; i < TIER_SLOTS; i++)
		old |= l.old[i];
	if (e == OK && old)
		e = store_write_wait(t->conf.store, seal_anew, &l);
	if (e == OK)
		e = tier_mover_start(t->mover);
	return e == OK ? OK : fail_set(fail, e);
}

void
tiers_stop(struct tiers *t)
{
	if (t == NULL)
		return;
	lock_take(&t->lock);
	t->stopped = true;
	for (size_t i = 0; i < TIER_SLOTS; i++)
		if (t->tier[i] != NULL)
			remote_stop(t->tier[i]->remote);
	while (t->posting > 0)
		cond_wait(&t->posted, &t->lock);
	lock_drop(&t->lock);
	tier_mover_stop(t->mover);
	task_pool_free(&t->pool);
}

void
tiers_free(struct tiers **tiers)
{
	struct tiers *t = *tiers;

	if (t == NULL)
		return;
	CHECK(t, TIERS_MAGIC);
	*tiers = NULL;
	tiers_stop(t);
	tier_mover_free(&t->mover);
	for (unsigned i = 0; i < TIER_SLOTS; i++)
		if (t->tier[i] != NULL || remote_tier_name(i) != NULL)
			tier_publish(t, NULL, i);
	cond_fini(&t->posted);
	lock_fini(&t->lock);
	t->magic = 0;
	mem_free(t);
}
