/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator sees of queues and dead letters, and does with them. */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/json.h"
#include "job/message.h"
#include "object/event.h"

#include "notifier_priv.h"

enum { AT_ONCE = 500 };

static void
put(struct buf *b, const char *name, struct span value)
{
	buf_printf(b, ", \"%s\": ", name);
	json_put(b, value);
}

static void
put_u64(struct buf *b, const char *name, uint64_t v)
{
	buf_printf(b, ", \"%s\": %" PRIu64, name, v);
}

static void
put_time(struct buf *b, const char *name, int64_t ms)
{
	buf_printf(b, ", \"%s\": ", name);
	json_put_time(b, ms);
}

/* ---- the queues ---- */

struct show {
	struct notifier *n;
	struct buf *out;
	struct outbox_count count[TARGETS_MAX]; /* of each target that is declared */
	bool first;
};

static void
target_begin(struct show *s, struct span arn)
{
	buf_str(s->out, s->first ? "\n  {\"arn\": " : ",\n  {\"arn\": ");
	json_put(s->out, arn);
	s->first = false;
}

static void
target_counts(struct show *s, const struct outbox_count *c)
{
	put_u64(s->out, "waiting", c->waiting);
	put_u64(s->out, "dead", c->dead);
	put_u64(s->out, "lost", c->lost);
}

/* Queues of targets that were declared once. */
static bool
show_row(void *ctx, struct span arn, const struct outbox_count *c)
{
	struct show *s = ctx;

	for (size_t i = 0; i < targets_count(s->n->conf.targets); i++)
		if (span_is(arn, targets_at(s->n->conf.targets, i)->arn)) {
			s->count[i] = *c;
			return true;
		}
	if (span_is(arn, OBJ_EVENT_LIVE) || c->waiting + c->dead + c->lost == 0)
		return true;
	target_begin(s, arn);
	put(s->out, "state", SPAN_LIT("undeclared"));
	target_counts(s, c);
	buf_char(s->out, '}');
	return true;
}

static enum err
show_read(struct txn *t, void *arg)
{
	return outbox_counts(t, show_row, arg);
}

static void
show_target(struct show *s, const struct target_conf *c, const struct outbox_count *count)
{
	struct notifier *n = s->n;
	struct lane *w;

	target_begin(s, span_str(c->arn));
	put(s->out, "kind", span_str(c->kind));
	put(s->out, "id", span_str(c->id));
	lock_take(&n->lock);
	for (w = n->lane; w != NULL && w->conf != c; w = w->next)
		continue;
	put(s->out, "state",
	    w != NULL && w->failures > 0 ? SPAN_LIT("failing")
		: count->waiting > 0     ? SPAN_LIT("sending")
					 : SPAN_LIT("idle"));
	target_counts(s, count);
	put_u64(s->out, "sent", w != NULL ? w->sent : 0);
	if (w != NULL && w->failures > 0) {
		put(s->out, "failure", span_str(w->failure));
		put_u64(s->out, "failures", w->failures);
		put_time(s->out, "failing_since", w->since_ms);
	}
	lock_drop(&n->lock);
	buf_char(s->out, '}');
}

enum err
notifier_show(struct notifier *n, struct buf *out)
{
	struct show *s = mem_zalloc(sizeof *s);
	struct reader *reader = reader_new(n->conf.store);
	enum err e;

	s->n = n;
	s->out = out;
	s->first = true;
	buf_str(out, "{\"targets\": [");
	e = store_read(reader, show_read, s);
	for (size_t i = 0; e == OK && i < targets_count(n->conf.targets); i++)
		show_target(s, targets_at(n->conf.targets, i), &s->count[i]);
	buf_str(out, "\n]}\n");
	reader_free(&reader);
	mem_free(s);
	return e;
}

/* ---- dead letters ---- */

struct dead {
	struct span arn;
	uint64_t after;
	unsigned max, n;
	struct buf *out;
};

static bool
dead_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct dead *d = ctx;

	buf_printf(d->out, "%s\n  {\"number\": %" PRIu64, d->n > 0 ? "," : "", number);
	put(d->out, "event",
	    span_str((r->flags & EVENT_IS_TEST) != 0 ? "s3:TestEvent"
						     : event_name((enum event)r->event)));
	put(d->out, "bucket", r->bucket);
	put(d->out, "key", r->key);
	if (r->version.n > 0)
		put(d->out, "version", r->version);
	put_time(d->out, "time", r->time_ms);
	put_time(d->out, "queued", r->queued_ms);
	put_u64(d->out, "attempts", r->attempts);
	put(d->out, "failure", r->failure);
	buf_char(d->out, '}');
	return ++d->n < d->max;
}

static enum err
dead_read(struct txn *t, void *arg)
{
	struct dead *d = arg;

	return outbox_each(t, OUTBOX_DEAD, d->arn, d->after, dead_row, d);
}

enum err
notifier_dead(
    struct notifier *n, struct span arn, uint64_t after, unsigned max, struct buf *out)
{
	struct dead d = { arn, after, max, 0, out };
	struct reader *reader = reader_new(n->conf.store);
	enum err e;

	buf_str(out, "{\"events\": [");
	e = store_read(reader, dead_read, &d);
	buf_str(out, "\n]}\n");
	reader_free(&reader);
	return e;
}

struct change {
	struct span arn;
	bool revive;
	size_t n;
};

static enum err
change_write(struct txn *t, void *arg)
{
	struct change *c = arg;

	return c->revive ? outbox_revive(t, c->arn, AT_ONCE, clock_real_ms(), &c->n)
			 : outbox_forget(t, OUTBOX_DEAD, c->arn, AT_ONCE, &c->n);
}

static enum err
change_all(struct notifier *n, struct span arn, bool revive, uint64_t *count)
{
	struct change c = { .arn = arn, .revive = revive };
	enum err e;

	*count = 0;
	do {
		e = store_write_wait(n->conf.store, change_write, &c);
		if (e == OK)
			*count += c.n;
	} while (e == OK && c.n == AT_ONCE);
	return e;
}

enum err
notifier_revive(struct notifier *n, struct span arn, uint64_t *count)
{
	return change_all(n, arn, true, count);
}

enum err
notifier_drop(struct notifier *n, struct span arn, uint64_t *count)
{
	return change_all(n, arn, false, count);
}
