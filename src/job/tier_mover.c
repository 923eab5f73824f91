/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes errands from their table and gives them to threads: some at a time, each once. What
 * fails because its tier does not answer stays as it is, and the tier rests; what fails by
 * itself is put off, so that others get on.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "tier_priv.h"

enum {
	SEATS_MAX = 64,
	LOOK_MS = 500, /* how often it looks whether there is something new */
	PAGE = 4096, /* rows looked at in one transaction */
	LATER_MS = 60000, /* the first time an errand is put off, doubled up to: */
	LATER_MAX_MS = 3600000,
	TRIES_MAX = 200,
	ARENA = 1 << 20
};

/* One errand in a thread's hands. */
struct seat {
	struct task task;
	struct tier_mover *m;
	bool busy; /* under lock */
	struct tier *tier;
	struct arena arena;
	struct rec_errand errand;
};

struct tier_mover {
	struct tiers *t;
	struct reader *reader;
	struct task_pool *pool;
	struct seat *seat;
	size_t nseat;
	pthread_t thread;
	bool started;
	struct lock lock;
	struct cond cond;
	bool stop; /* under lock */
	bool ended; /* under lock: a seat became free since the last look */
	/* of a look */
	uint64_t seen; /* changes of the table */
	int64_t next_ms; /* when a row will be due */
	bool resting; /* a row waits for its tier */
	uint64_t frozen_us; /* when a clock that stands still was last passed over */
	bool pass_over; /* in this look, it is */
	uint8_t from[ERRAND_KEY]; /* where the next page begins */
	bool more;
	struct seat *found[SEATS_MAX];
	size_t nfound;
};

struct tier_mover *
tier_mover_new(struct tiers *t)
{
	struct tier_mover *m = mem_zalloc(sizeof *m);

	m->t = t;
	m->nseat = t->conf.transfers < SEATS_MAX ? t->conf.transfers : SEATS_MAX;
	m->seat = mem_array(m->nseat, sizeof *m->seat);
	for (size_t i = 0; i < m->nseat; i++)
		m->seat[i].m = m;
	m->reader = reader_new(t->conf.store);
	m->pool = task_pool_new((unsigned)m->nseat, "transfer");
	lock_init(&m->lock, LOCK_TIER);
	cond_init(&m->cond);
	return m;
}

/* ---- in a thread's hands ---- */

/* If it is still there: somebody may have done with it. */
static enum err
put_off_write(struct txn *t, void *arg)
{
	struct rec_errand *r = arg;
	uint8_t key[ERRAND_KEY];
	struct span row;
	enum err e;

	rec_errand_key(key, (enum errand_kind)r->kind, r->number);
	e = table_get(t, T_ERRAND, span_of(key, sizeof key), &row);
	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? obj_errand_put(t, r) : e;
}

static void
put_off(struct seat *s)
{
	struct rec_errand r = s->errand;
	int64_t ms = LATER_MS;

	for (unsigned i = 0; i < r.tries && ms < LATER_MAX_MS; i++)
		ms *= 2;
	r.due_ms = clock_now_ms() + (ms < LATER_MAX_MS ? ms : LATER_MAX_MS);
	r.tries = (uint8_t)(r.tries + (r.tries < TRIES_MAX));
	if (store_write_wait(s->m->t->conf.store, put_off_write, &r) != OK)
		log_error("tier %s: an errand can't be put off", s->tier->name);
}

static void
say(const struct seat *s, const char *why)
{
	static const char *const doing[ERRAND_KINDS] = { "moving an object there",
		"fetching an object", "dropping a restored copy", "",
		"removing an object there" };
	const struct rec_errand *r = &s->errand;
	struct span what = r->key.n > 0 ? r->key : r->name;

	log_error("tier %s: %s failed (%.*s): %s", s->tier->name, doing[r->kind],
	    (int)what.n, what.p, why);
}

static void
seat_run(struct task *task)
{
	struct seat *s = CONTAINER_OF(task, struct seat, task);
	struct tier_mover *m = s->m;
	struct reader *r = reader_new(m->t->conf.store);
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	e = tier_errand_run(m->t, s->tier, r, &s->errand, &fail);
	reader_free(&r);
	tier_answered(m->t, s->tier, e, fail_text(&fail));
	if (e != OK && !tier_is_down(e)) {
		say(s, fail_text(&fail));
		put_off(s);
	}
	tier_let_go(m->t, s->tier);
	arena_fini(&s->arena);
	lock_take(&m->lock);
	s->busy = false;
	m->ended = true;
	cond_signal(&m->cond);
	lock_drop(&m->lock);
}

/* ---- who is next ---- */

/* One for an errand of that kind, if it may have one: however many moves or removals wait,
 * a seat is left for what somebody waits for. */
static struct seat *
seat_free(struct tier_mover *m, unsigned kind)
{
	bool many = kind == ERRAND_MOVE || kind == ERRAND_GONE;
	size_t same = 0, most = many && m->nseat > 1 ? m->nseat - 1 : m->nseat;
	struct seat *s = NULL;

	lock_take(&m->lock);
	for (size_t i = 0; i < m->nseat; i++) {
		if (!m->seat[i].busy)
			s = &m->seat[i];
		else if (m->seat[i].errand.kind == kind)
			same++;
	}
	lock_drop(&m->lock);
	return same < most ? s : NULL;
}

/* Errands about one version exclude each other, whatever their kind. */
static bool
is_taken(struct tier_mover *m, const struct rec_errand *r)
{
	bool taken = false;

	lock_take(&m->lock);
	for (size_t i = 0; i < m->nseat && !taken; i++)
		taken = m->seat[i].busy && m->seat[i].errand.number == r->number;
	lock_drop(&m->lock);
	return taken;
}

/* A tier that rests is tried by one errand when its pause is over. What concerns only this
 * store needs no tier that answers. */
static struct tier *
tier_for(struct tier_mover *m, const struct rec_errand *r)
{
	struct tiers *t = m->t;
	struct tier *x;
	bool rests;

	lock_take(&t->lock);
	x = t->tier[r->slot];
	rests = x != NULL && x->fails > 0 &&
	    (x->trying || clock_mono_us() < x->until_us) && r->kind != ERRAND_RELEASE;
	if (x == NULL || rests)
		x = NULL;
	else {
		x->refs++;
		x->trying = x->fails > 0;
	}
	lock_drop(&t->lock);
	m->resting |= rests;
	return x;
}

/* What failed is not put off for longer where the store's clock stands still, or was set
 * back. */
static bool
is_later(const struct tier_mover *m, const struct rec_errand *r, int64_t now)
{
	if (r->due_ms <= now)
		return false;
	return r->tries == 0 || (!m->pass_over && r->due_ms - now <= LATER_MAX_MS);
}

/* false: no seat is free for such. */
static bool
consider(struct tier_mover *m, const struct rec_errand *r)
{
	int64_t now = clock_now_ms();
	struct seat *s;
	struct tier *x;

	if (r->kind == ERRAND_SENT)
		return true;
	if (is_later(m, r, now)) {
		m->next_ms = r->due_ms < m->next_ms ? r->due_ms : m->next_ms;
		return true;
	}
	if (is_taken(m, r))
		return true;
	s = seat_free(m, r->kind);
	if (s == NULL)
		return false;
	x = tier_for(m, r);
	if (x == NULL)
		return true;
	arena_init(&s->arena, ARENA);
	s->tier = x;
	s->errand = *r;
	s->errand.bucket = arena_span(&s->arena, r->bucket);
	s->errand.key = arena_span(&s->arena, r->key);
	s->errand.name = arena_span(&s->arena, r->name);
	s->errand.version = arena_span(&s->arena, r->version);
	lock_take(&m->lock);
	s->busy = true;
	lock_drop(&m->lock);
	m->found[m->nfound++] = s;
	return true;
}

static enum err
look_read(struct txn *t, void *arg)
{
	struct tier_mover *m = arg;
	struct table_cursor c;
	struct rec_errand r;
	unsigned rows = 0;
	bool full = false;
	enum err e = table_begin(t, T_ERRAND, &c);

	m->more = false;
	if (e != OK)
		return e;
	e = table_seek(&c, span_of(m->from, sizeof m->from));
	for (; e == OK; e = full ? table_seek(&c, span_of(m->from, sizeof m->from))
				 : table_next(&c)) {
		full = false;
		if (rows++ == PAGE) {
			memcpy(m->from, c.key.p, sizeof m->from);
			m->more = true;
			break;
		}
		e = rec_errand_get(c.key, c.value, &r);
		if (e != OK)
			break;
		if (consider(m, &r))
			continue;
		/* The others of its kind wait for the next look. */
		rec_errand_key(m->from, (enum errand_kind)r.kind, UINT64_MAX);
		full = true;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static bool
is_passed_over(const struct tier_mover *m)
{
	return clock_frozen() &&
	    clock_mono_us() - m->frozen_us >= (uint64_t)LATER_MS * 1000;
}

/* All of the table, or until no seat is free. */
static void
look(struct tier_mover *m)
{
	enum err e = OK;

	m->seen = store_changes(m->t->conf.store, T_ERRAND);
	m->next_ms = INT64_MAX;
	m->resting = false;
	m->pass_over = is_passed_over(m);
	if (m->pass_over)
		m->frozen_us = clock_mono_us();
	memset(m->from, 0, sizeof m->from);
	do {
		m->nfound = 0;
		e = store_read(m->reader, look_read, m);
		/* Not from within the transaction: it may be long. */
		for (size_t i = 0; i < m->nfound; i++) {
			m->found[i]->task = (struct task){ .fn = seat_run };
			task_post(m->pool, &m->found[i]->task);
		}
	} while (e == OK && m->more);
	if (e != OK)
		log_error("tiers: errands can't be read: %s", err_row(e)->symbol);
}

/* Is there anything new to see? */
static bool
is_due(struct tier_mover *m, bool ended)
{
	return ended || m->resting || clock_now_ms() >= m->next_ms ||
	    (m->next_ms < INT64_MAX && is_passed_over(m)) ||
	    store_changes(m->t->conf.store, T_ERRAND) != m->seen;
}

void
tier_mover_nudge(struct tier_mover *m)
{
	lock_take(&m->lock);
	m->ended = true;
	cond_signal(&m->cond);
	lock_drop(&m->lock);
}

static void *
mover_main(void *arg)
{
	struct tier_mover *m = arg;
	bool stop = false, ended = true;

	while (!stop) {
		if (is_due(m, ended))
			look(m);
		lock_take(&m->lock);
		if (!m->stop && !m->ended)
			(void)cond_wait_ms(&m->cond, &m->lock, LOOK_MS);
		stop = m->stop;
		ended = m->ended;
		m->ended = false;
		lock_drop(&m->lock);
	}
	return NULL;
}

/* ---- start and stop ---- */

/* Names that uploads of an earlier run used: nobody knows how far they came. */
static enum err
sent_are_gone(struct txn *t, void *arg)
{
	struct table_cursor c;
	struct rec_errand r;
	uint8_t from[ERRAND_KEY];
	struct buf name = { 0 };
	enum err e = OK;

	(void)arg;
	for (;;) {
		rec_errand_key(from, ERRAND_SENT, 0);
		e = table_begin(t, T_ERRAND, &c);
		if (e != OK)
			break;
		e = table_seek(&c, span_of(from, sizeof from));
		if (e == OK)
			e = rec_errand_get(c.key, c.value, &r);
		if (e == OK && r.kind != ERRAND_SENT)
			e = E_NOT_FOUND;
		if (e == OK) {
			name.n = 0;
			buf_span(&name, r.name);
		}
		table_end(&c);
		if (e != OK)
			break;
		r.kind = ERRAND_GONE;
		r.unsure = true;
		r.bucket = r.key = r.version = SPAN_LIT("");
		r.name = buf_view(&name);
		e = obj_errand_del(t, ERRAND_SENT, r.number);
		if (e == OK)
			e = obj_errand_put(t, &r);
		if (e != OK)
			break;
	}
	buf_fini(&name);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
sent_look(struct txn *t, void *arg)
{
	uint8_t from[ERRAND_KEY];
	struct table_cursor c;
	enum err e = table_begin(t, T_ERRAND, &c);

	if (e != OK)
		return e;
	rec_errand_key(from, ERRAND_SENT, 0);
	e = table_seek(&c, span_of(from, sizeof from));
	*(bool *)arg = e == OK && c.key.n == ERRAND_KEY && c.key.p[0] == ERRAND_SENT;
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
tier_mover_start(struct tier_mover *m)
{
	bool some = false;
	enum err e = store_read(m->reader, sent_look, &some);

	/* A start writes nothing where nothing is to be written. */
	if (e == OK && some)
		e = store_write_wait(m->t->conf.store, sent_are_gone, NULL);
	if (e != OK)
		return e;
	m->started = true;
	thread_start(&m->thread, "tiers", mover_main, m);
	return OK;
}

void
tier_mover_stop(struct tier_mover *m)
{
	if (m == NULL)
		return;
	lock_take(&m->lock);
	m->stop = true;
	cond_signal(&m->cond);
	lock_drop(&m->lock);
	if (m->started)
		MUST(pthread_join(m->thread, NULL) == 0);
	m->started = false;
	task_pool_free(&m->pool);
}

void
tier_mover_free(struct tier_mover **mover)
{
	struct tier_mover *m = *mover;

	if (m == NULL)
		return;
	*mover = NULL;
	tier_mover_stop(m);
	reader_free(&m->reader);
	cond_fini(&m->cond);
	lock_fini(&m->lock);
	mem_free(m->seat);
	mem_free(m);
}
