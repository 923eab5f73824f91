/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>

#include "base/be.h"
#include "base/clock.h"
#include "base/log.h"
#include "object/bytes.h"
#include "object/state.h"

#include "report_priv.h"

enum { DAY_MS = 86400000, KEY_MAX = 1024, STATE_HEAD = 18, TRIES = 3 };

void
report_init(struct report *r, const struct report_kind *kind, void *ctx,
    struct store *store, struct reader *reader)
{
	*r =
	    (struct report){ .kind = kind, .ctx = ctx, .store = store, .reader = reader };
}

void
report_fini(struct report *r)
{
	buf_fini(&r->bucket);
	buf_fini(&r->config);
}

/* ---- what the store remembers ---- */

static enum err
state_write(struct txn *t, void *arg)
{
	const struct report *r = arg;
	struct buf row = { 0 };
	char *head = buf_grow(&row, STATE_HEAD);
	enum err e;

	head[0] = 1;
	head[1] = (char)r->running;
	be64_put(head + 2, (uint64_t)r->began_ms);
	be64_put(head + 10, (uint64_t)r->before_ms);
	buf_span(&row, buf_view(&r->bucket));
	buf_char(&row, '\0');
	buf_span(&row, buf_view(&r->config));
	e = obj_state_put(t, r->kind->name, buf_view(&row));
	buf_fini(&row);
	return e;
}

static enum err
state_keep(struct report *r)
{
	return store_write_wait(r->store, state_write, r);
}

static void
buf_set(struct buf *b, struct span s)
{
	b->n = 0;
	buf_span(b, s);
}

static enum err
state_read(struct txn *t, void *arg)
{
	struct report *r = arg;
	struct span row, names;
	enum err e = obj_state_get(t, r->kind->name, &row);

	if (e != OK)
		return e;
	if (row.n < STATE_HEAD + 1 || row.p[0] != 1)
		return E_CORRUPT;
	r->running = row.p[1] != 0;
	r->began_ms = (int64_t)be64_get(row.p + 2);
	r->before_ms = (int64_t)be64_get(row.p + 10);
	names = span_from(row, STATE_HEAD);
	buf_set(&r->bucket, span_cut(&names, '\0'));
	buf_set(&r->config, names);
	return OK;
}

static int64_t
midnight_after(int64_t ms)
{
	return ms - ms % DAY_MS + DAY_MS;
}

/* Where nothing is remembered the first reports are those of the next midnight. */
static enum err
load(struct report *r, int64_t now_ms)
{
	enum err e = store_read(r->reader, state_read, r);

	if (e == E_NOT_FOUND || (e == OK && r->began_ms > now_ms)) {
		r->running = false;
		r->began_ms = r->before_ms = now_ms;
		r->bucket.n = r->config.n = 0;
		e = state_keep(r);
	}
	if (e != OK)
		return e;
	r->loaded = true;
	r->any = r->running; /* what is behind the cursor is not looked at again */
	r->next_ms = midnight_after(r->began_ms);
	return OK;
}

/* ---- when ---- */

int64_t
report_due(struct report *r)
{
	int64_t next = midnight_after(clock_now_ms());

	if (!r->loaded || r->running)
		return INT64_MIN;
	if (r->idle) {
		if (store_changes(r->store, T_DOCUMENT) == r->seen)
			return INT64_MAX;
		r->idle = false;
		r->next_ms = next;
	}
	/* The clock was moved back. */
	if (r->next_ms > next)
		r->next_ms = next;
	return r->next_ms;
}

static enum err
round_begin(struct report *r, int64_t now_ms)
{
	r->running = true;
	r->before_ms = r->began_ms < now_ms ? r->began_ms : now_ms;
	r->began_ms = now_ms;
	r->bucket.n = r->config.n = 0;
	r->any = false;
	r->tries = 0;
	r->seen = store_changes(r->store, T_DOCUMENT);
	/* Begun anew, the reports have the same names. */
	return state_keep(r);
}

static enum err
round_end(struct report *r)
{
	enum err e;

	r->running = false;
	e = state_keep(r);
	r->running = e != OK;
	r->idle = !r->any;
	r->next_ms = midnight_after(r->began_ms);
	return e;
}

/* ---- one report ---- */

/* This one is behind us, done or not. */
static enum err
one_end(struct report *r)
{
	r->kind->close(r->ctx);
	r->open = false;
	r->tries = 0;
	return state_keep(r);
}

/* One that failed begins anew, and then is left for another day. */
static enum err
one_failed(struct report *r, enum err e)
{
	const char *why = e == E_NO_SUCH_BUCKET || e == E_KEY_TOO_LONG
	    ? err_row(e)->message
	    : ++r->tries >= TRIES ? "it failed too often"
				  : NULL;

	if (why != NULL) {
		r->kind->give_up(r->ctx, why);
		return one_end(r);
	}
	/* Back in front of it: the cursor in the store is the one before. */
	r->kind->close(r->ctx);
	r->open = r->loaded = false;
	return e;
}

enum err
report_step(struct report *r, int64_t now_ms, bool *more)
{
	bool done = false;
	enum err e = OK;

	*more = true;
	if (!r->loaded) {
		e = load(r, now_ms);
		*more = e == OK && (r->running || r->next_ms <= now_ms);
		return e;
	}
	if (!r->running)
		return round_begin(r, now_ms);
	if (r->open) {
		e = r->kind->step(r->ctx, &done);
		if (e != OK)
			return one_failed(r, e);
		return done ? one_end(r) : OK;
	}
	e = r->kind->find(r->ctx, &r->open);
	if (e != OK) { /* from where the store says it is */
		r->kind->close(r->ctx);
		r->open = r->loaded = false;
	} else if (!r->open) {
		*more = false;
		e = round_end(r);
	}
	return e;
}

/* ---- delivery ---- */

void
report_lost(const struct report *r, const struct report_place *at, const char *why)
{
	log_warn("%s %.*s of bucket %.*s: no report to bucket %.*s today: %s",
	    r->kind->name, (int)at->id.n, at->id.p, (int)r->bucket.n, r->bucket.p,
	    (int)at->to.n, at->to.p, why);
}

struct owner {
	const struct report_place *at;
	enum err found;
	bool same, named;
};

static enum err
owner_read(struct txn *t, void *arg)
{
	struct owner *o = arg;
	const struct report_place *at = o->at;
	struct rec_bucket to;

	o->found = obj_bucket_find(t, at->to, &to, NULL);
	if (o->found != OK)
		return o->found == E_NO_SUCH_BUCKET ? OK : o->found;
	o->same = memcmp(to.account, at->owner, ACCOUNT_DIGITS) == 0;
	o->named = at->account.n == 0 ||
	    span_eq(at->account, span_of(to.account, ACCOUNT_DIGITS));
	return OK;
}

/* Those who pay for it must own it: no bucket of another account is written to. */
enum err
report_refused(struct report *r, const struct report_place *at, const char **why)
{
	struct owner o = { .at = at };
	enum err e = store_read(r->reader, owner_read, &o);

	if (e != OK)
		return e;
	*why = o.found != OK ? "there is no such bucket here"
	    : !o.same        ? "that bucket is another account's"
	    : !o.named       ? "that bucket is not of the account that was named"
			     : NULL;
	return OK;
}

enum err
report_put(struct report *r, const struct report_place *at, struct span key,
    struct span data, const char *type)
{
	struct fail fail;
	struct obj_bytes put = { .bucket = at->to,
		.key = key,
		.data = data,
		.type = span_str(type),
		.now_ms = r->began_ms,
		.fail = &fail };
	enum err e;

	fail_init(&fail, NULL);
	e = key.n > KEY_MAX ? fail_set(&fail, E_KEY_TOO_LONG)
			    : obj_bytes_put(r->store, &put);
	if (e != OK)
		log_warn("%s %.*s of bucket %.*s: %.*s could not be written: %s",
		    r->kind->name, (int)at->id.n, at->id.p, (int)r->bucket.n, r->bucket.p,
		    (int)key.n, key.p, fail_text(&fail));
	return e;
}
