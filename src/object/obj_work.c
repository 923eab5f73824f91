/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what is to be replicated, their counts, and remote targets. */
#include "config.h"

#include "object/replica.h"

#include "base/clock.h"

#include "object/event.h"

#include "obj_priv.h"

/* ---- counts ---- */

enum err
obj_stat_get(struct txn *t, uint64_t bucket_id, uint64_t queue, struct rec_stat *out)
{
	uint8_t key[STAT_KEY];
	struct span row;
	enum err e;

	stat_key_put(key, bucket_id, queue);
	e = table_get(t, T_REPL_STAT, span_of(key, sizeof key), &row);
	if (e == OK)
		return rec_stat_get(row, out);
	*out = (struct rec_stat){ 0 };
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
stat_put(struct txn *t, uint64_t bucket_id, uint64_t queue, const struct rec_stat *r)
{
	uint8_t key[STAT_KEY], row[STAT_SIZE];

	stat_key_put(key, bucket_id, queue);
	rec_stat_put(row, r);
	return table_put(
	    t, T_REPL_STAT, span_of(key, sizeof key), span_of(row, sizeof row));
}

static uint64_t
less(uint64_t from, uint64_t n)
{
	return from > n ? from - n : 0;
}

/* ---- where to ---- */

enum err
obj_target_row(struct txn *t, struct span arn, struct span *row)
{
	return arn.n == 0 || arn.n > TABLE_KEY_MAX
	    ? E_NOT_FOUND
	    : table_get(t, T_REPL_TARGET, arn, row);
}

enum err
obj_target_get(struct txn *t, struct span arn, struct rec_target *out)
{
	struct span row;
	enum err e = obj_target_row(t, arn, &row);

	return e == OK ? rec_target_get(row, out) : e;
}

enum err
obj_target_put(struct txn *t, struct span arn, const struct rec_target *r)
{
	struct buf row = { 0 };
	enum err e;

	rec_target_put(&row, r);
	e = table_put(t, T_REPL_TARGET, arn, buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_target_delete(
    struct txn *t, const struct rec_bucket *b, struct span arn, struct fail *fail)
{
	struct replication rules;
	struct rec_target target;
	struct arena a;
	enum err e = obj_target_get(t, arn, &target);

	if (e == E_NOT_FOUND || (e == OK && target.bucket_id != b->id))
		return fail_set(fail, E_NO_REMOTE_TARGET);
	if (e != OK)
		return e;
	arena_init(&a, SIZE_MAX);
	e = obj_replica_rules(t, b, &a, &rules);
	for (size_t i = 0; e == OK && i < rules.n; i++)
		if (span_eq(rules.rule[i].arn, arn))
			e = fail_set(fail, E_REMOTE_TARGET_USED);
	arena_fini(&a);
	return e == OK ? table_del(t, T_REPL_TARGET, arn) : e;
}

enum err
obj_target_each(struct txn *t,
    bool (*row)(void *ctx, struct span arn, const struct rec_target *r), void *ctx)
{
	struct table_cursor c;
	struct rec_target target;
	enum err e = table_begin(t, T_REPL_TARGET, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_LIT("")); e == OK; e = table_next(&c)) {
		e = rec_target_get(c.value, &target);
		if (e != OK || !row(ctx, c.key, &target))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* The first target of a bucket, its ARN copied. E_NOT_FOUND. */
static enum err
target_of(struct txn *t, uint64_t bucket_id, struct arena *a, struct span *arn,
    struct rec_target *out)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_REPL_TARGET, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_LIT("")); e == OK; e = table_next(&c)) {
		e = rec_target_get(arena_span(a, c.value), out);
		if (e != OK || out->bucket_id == bucket_id)
			break;
	}
	if (e == OK)
		*arn = arena_span(a, c.key);
	table_end(&c);
	return e;
}

/* Rows whose key begins with the bucket's id. */
static enum err
rows_drop(struct txn *t, unsigned table, uint64_t bucket_id)
{
	uint8_t key[STAT_KEY], from[8];
	struct table_cursor c;
	enum err e = OK;

	be64_put(from, bucket_id);
	while (e == OK) {
		e = table_begin(t, table, &c);
		if (e != OK)
			return e;
		e = table_seek(&c, span_of(from, sizeof from));
		if (e == OK &&
		    (c.key.n != STAT_KEY || memcmp(c.key.p, from, sizeof from) != 0))
			e = E_NOT_FOUND;
		if (e == OK)
			memcpy(key, c.key.p, STAT_KEY);
		table_end(&c);
		if (e == OK)
			e = table_del(t, table, span_of(key, sizeof key));
	}
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_targets_move(struct txn *t, uint64_t from, uint64_t to)
{
	struct rec_target r;
	struct span arn;
	enum err e = OK;

	while (e == OK) {
		struct arena a;

		arena_init(&a, SIZE_MAX);
		e = target_of(t, from, &a, &arn, &r);
		r.bucket_id = to;
		if (e == OK)
			e = to != 0 ? obj_target_put(t, arn, &r)
				    : table_del(t, T_REPL_TARGET, arn);
		arena_fini(&a);
	}
	if (e == E_NOT_FOUND)
		e = rows_drop(t, T_REPL_STAT, from);
	return e == OK ? rows_drop(t, T_REPL_SCAN, from) : e;
}

enum err
obj_replica_queue(
    struct txn *t, const struct rec_bucket *b, struct span arn, uint64_t *queue)
{
	struct rec_target target;
	struct rec_bucket to;
	struct span name;
	bool remote;
	enum err e;

	if (!replication_arn(arn, &name, &remote))
		return E_CORRUPT;
	if (remote) {
		e = obj_target_get(t, arn, &target);
		if (e == OK && target.bucket_id != b->id)
			e = E_NOT_FOUND;
		if (e == OK)
			*queue = target.queue;
		return e;
	}
	e = obj_bucket_find(t, name, &to, NULL);
	if (e == OK)
		*queue = to.id;
	return e == E_NO_SUCH_BUCKET ? E_NOT_FOUND : e;
}

/* ---- rows ---- */

static enum err
work_write(struct txn *t, const uint8_t key[WORK_KEY], const struct rec_work *w)
{
	struct buf row = { 0 };
	enum err e;

	rec_work_put(&row, w);
	e = table_put(t, T_REPL_WORK, span_of(key, WORK_KEY), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_work_add(struct txn *t, uint64_t queue, struct rec_work *w)
{
	uint8_t key[WORK_KEY];
	struct rec_stat stat;
	enum err e = obj_stat_get(t, w->bucket_id, queue, &stat);

	if (e != OK)
		return e;
	w->queued_ms = clock_real_ms();
	stat.pending++;
	stat.pending_bytes += w->size;
	e = stat_put(t, w->bucket_id, queue, &stat);
	work_key_put(key, queue, work_lane(w->key), store_next_id(t));
	return e == OK ? work_write(t, key, w) : e;
}

enum err
obj_work_put(struct txn *t, const struct obj_work_at *at, const struct rec_work *w)
{
	struct span row;
	enum err e = table_get(t, T_REPL_WORK, span_of(at->key, WORK_KEY), &row);

	return e == OK ? work_write(t, at->key, w) : e;
}

/* First row at or behind from. */
static enum err
work_seek(
    struct txn *t, const uint8_t from[WORK_KEY], struct obj_work_at *at, struct span *row)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_REPL_WORK, &c);

	if (e != OK)
		return e;
	e = table_seek(&c, span_of(from, WORK_KEY));
	if (e == OK && !work_key_get(c.key, &at->queue, &at->lane))
		e = E_CORRUPT;
	if (e == OK) {
		memcpy(at->key, c.key.p, WORK_KEY);
		*row = c.value;
	}
	table_end(&c);
	return e;
}

enum err
obj_work_each(struct txn *t, bool (*row)(void *ctx, const struct rec_work *w), void *ctx)
{
	struct table_cursor c;
	struct rec_work w;
	enum err e = table_begin(t, T_REPL_WORK, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_LIT("")); e == OK; e = table_next(&c)) {
		e = rec_work_get(c.value, &w);
		if (e != OK || !row(ctx, &w))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_work_first(struct txn *t, uint64_t queue, unsigned lane, struct obj_work_at *at,
    struct span *row)
{
	uint8_t from[WORK_KEY];
	enum err e;

	work_key_put(from, queue, lane, 0);
	e = work_seek(t, from, at, row);
	return e == OK && (at->queue != queue || at->lane != lane) ? E_NOT_FOUND : e;
}

enum err
obj_work_lane_after(
    struct txn *t, bool start, uint64_t queue, unsigned lane, struct obj_work_at *at)
{
	uint8_t from[WORK_KEY];
	struct span row;

	work_key_put(from, queue, lane, UINT64_MAX);
	if (start)
		work_key_put(from, 0, 0, 0);
	return work_seek(t, from, at, &row);
}

/* ---- the version of a row ---- */

enum err
obj_work_bucket(struct txn *t, const struct rec_work *w, struct rec_bucket *b)
{
	enum err e = obj_bucket_find(t, w->bucket, b, NULL);

	/* A name may be another bucket's by now. */
	return e == E_NO_SUCH_BUCKET || (e == OK && b->id != w->bucket_id) ? E_NOT_FOUND
									   : e;
}

enum err
obj_work_version(
    struct txn *t, const struct rec_work *w, struct rec_bucket *b, struct rec_object *rec)
{
	enum err e = obj_work_bucket(t, w, b);

	return e == OK ? obj_version_at(t, b, w->key, w->number, rec) : e;
}

enum err
obj_work_rule(struct txn *t, const struct rec_bucket *b, const struct rec_work *w,
    struct arena *a, struct replication_rule *out)
{
	struct replication rules;
	enum err e = obj_replica_rules(t, b, a, &rules);

	for (size_t i = 0; e == OK && i < rules.n; i++)
		if (span_eq(rules.rule[i].id, w->rule) &&
		    span_eq(rules.rule[i].arn, w->arn)) {
			*out = rules.rule[i];
			return OK;
		}
	return e == OK ? E_NOT_FOUND : e;
}

/* ---- what became of it ---- */

static void
status_step(struct replica *r, enum work_end how)
{
	r->pending = (uint16_t)less(r->pending, 1);
	r->failed = (uint16_t)(r->failed + (how == WORK_FAILED));
	if (r->pending > 0)
		return;
	r->status = r->failed > 0 ? REPLICA_FAILED
	    : r->is_replica       ? REPLICA_REPLICA
				  : REPLICA_COMPLETED;
	r->failed = 0;
}

static enum err
status_write(struct txn *t, const struct rec_work *w, enum work_end how, struct arena *a)
{
	struct rec_bucket b;
	struct rec_object rec;
	struct attrs attrs;
	struct replica r;
	enum err e = obj_work_version(t, w, &b, &rec);

	if (e != OK)
		return e == E_NOT_FOUND ? OK : e;
	e = obj_attrs(t, &rec, a, &attrs);
	if (e == OK)
		e = replica_read(side_get(&attrs, SIDE_REPLICA), &r);
	if (e != OK || r.status == REPLICA_NONE)
		return e;
	status_step(&r, how);
	side_set(a, &attrs, SIDE_REPLICA, replica_render(a, &r));
	return obj_attrs_put(t, &rec, &attrs);
}

static struct rec_work
work_copy(struct arena *a, const struct rec_work *w)
{
	struct rec_work out = *w;

	out.bucket = arena_span(a, w->bucket);
	out.key = arena_span(a, w->key);
	out.arn = arena_span(a, w->arn);
	out.rule = arena_span(a, w->rule);
	return out;
}

/* ---- what is told of it ---- */

static const char *const operations[WORK_KINDS] = { [WORK_PUT] = "OBJECT_PUT",
	[WORK_CHANGE] = "OBJECT_TAGGING",
	[WORK_MARKER] = "OBJECT_DELETE",
	[WORK_DELETE] = "OBJECT_DELETE" };

/* docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html */
static enum err
work_event(struct txn *t, const struct rec_work *w, enum event event, const char *reason)
{
	struct rec_bucket b;
	struct rec_object rec;
	struct obj_change c = { .event = event,
		.bucket = &b,
		.key = w->key,
		.rec = &rec,
		.now_ms = clock_now_ms(),
		.when_ms = w->made_ms,
		.took_ms = clock_real_ms() - w->queued_ms,
		.rule = w->rule,
		.destination = w->arn,
		.operation = span_str(operations[w->kind]),
		.reason = span_str(reason) };
	enum err e = obj_work_bucket(t, w, &b);

	if (e != OK || !obj_event_wanted(&b))
		return e == E_NOT_FOUND ? OK : e;
	e = obj_version_at(t, &b, w->key, w->number, &rec);
	if (e == E_NOT_FOUND)
		c.rec = NULL;
	return e == OK || e == E_NOT_FOUND ? obj_event_write(t, &c) : e;
}

static enum err
end_events(struct txn *t, const struct rec_work *w, enum work_end how, const char *reason)
{
	enum err e = OK;

	if (how == WORK_FAILED)
		return work_event(t, w, EVENT_REPLICATION_FAILED, reason);
	if (how == WORK_DONE && w->late)
		e = work_event(t, w, EVENT_REPLICATION_LATE, "");
	if (e == OK && how == WORK_DONE)
		e = work_event(t, w, EVENT_REPLICATION_COMPLETED, "");
	return e;
}

static bool
is_timed(struct txn *t, const struct rec_work *w)
{
	struct replication_rule rule = { 0 };
	struct rec_bucket b;
	struct arena a;
	bool timed;

	arena_init(&a, SIZE_MAX);
	timed = obj_work_bucket(t, w, &b) == OK &&
	    obj_work_rule(t, &b, w, &a, &rule) == OK &&
	    (rule.flags & REPLICATE_TIMED) != 0;
	arena_fini(&a);
	return timed;
}

/* One row behind *at, if it is too old. E_NOT_FOUND: there is none in this lane or behind. */
static enum err
overdue_one(struct txn *t, struct obj_work_at *at, struct arena *a)
{
	struct obj_work_at next;
	struct rec_work w;
	struct span row;
	uint8_t from[WORK_KEY];
	enum err e;

	memcpy(from, at->key, WORK_KEY);
	for (int i = WORK_KEY - 1; i >= 0 && ++from[i] == 0; i--)
		continue;
	e = work_seek(t, from, &next, &row);
	if (e == OK)
		e = rec_work_get(arena_span(a, row), &w);
	if (e != OK)
		return e;
	*at = next;
	if (clock_real_ms() - w.queued_ms < REPLICATION_MINUTES * INT64_C(60000)) {
		/* Those behind it in its lane are younger. */
		memset(at->key + 9, 0xff, 8);
		return OK;
	}
	if (w.late || !is_timed(t, &w))
		return OK;
	w.late = true;
	e = work_write(t, next.key, &w);
	return e == OK ? work_event(t, &w, EVENT_REPLICATION_MISSED, "") : e;
}

enum err
obj_work_overdue(struct txn *t, struct obj_work_at *from, size_t max, bool *more)
{
	enum err e = OK;

	for (size_t i = 0; i < max && e == OK; i++) {
		struct arena a;

		arena_init(&a, SIZE_MAX);
		e = overdue_one(t, from, &a);
		arena_fini(&a);
	}
	*more = e == OK;
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_work_end(struct txn *t, const struct obj_work_at *at, enum work_end how,
    const char *reason, struct arena *a, struct rec_work *out)
{
	struct span key = span_of(at->key, WORK_KEY), row;
	struct rec_stat stat;
	struct rec_work w;
	enum err e = table_get(t, T_REPL_WORK, key, &row);

	if (e == OK)
		e = rec_work_get(row, &w);
	if (e != OK)
		return e;
	w = work_copy(a, &w);
	e = table_del(t, T_REPL_WORK, key);
	if (e == OK)
		e = obj_stat_get(t, w.bucket_id, at->queue, &stat);
	if (e != OK)
		return e;
	stat.pending = less(stat.pending, 1);
	stat.pending_bytes = less(stat.pending_bytes, w.size);
	if (how == WORK_DONE) {
		stat.done++;
		stat.done_bytes += w.size;
		stat.last_ms = clock_real_ms();
	} else if (how == WORK_FAILED) {
		stat.failed++;
		stat.failed_bytes += w.size;
	}
	e = stat_put(t, w.bucket_id, at->queue, &stat);
	if (e == OK && (w.kind == WORK_PUT || w.kind == WORK_CHANGE))
		e = status_write(t, &w, how, a);
	if (e == OK)
		e = end_events(t, &w, how, reason);
	if (e == OK)
		*out = w;
	return e;
}
