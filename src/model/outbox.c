/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/outbox.h"

#include "base/mem.h"
#include "model_priv.h"

enum { COUNT_VERSION = 1 };

struct span
outbox_key_put(char out[OUTBOX_KEY_MAX], const struct outbox_key *k)
{
	size_t n = 0;

	MUST(k->arn.n <= ARN_MAX);
	out[n++] = (char)k->kind;
	if (k->kind == OUTBOX_TIMED) {
		be64_put(out + n, (uint64_t)k->time_ms);
		n += 8;
	} else {
		if (k->arn.n > 0)
			memcpy(out + n, k->arn.p, k->arn.n);
		n += k->arn.n;
		out[n++] = '\0';
	}
	if (k->number != 0) {
		be64_put(out + n, k->number);
		n += 8;
	}
	return span_of(out, n);
}

bool
outbox_key_get(struct span in, struct outbox_key *out)
{
	struct outbox_key k = { 0 };
	struct span rest = span_from(in, 1);
	size_t end;

	if (in.n == 0)
		return false;
	k.kind = (enum outbox_kind)in.p[0];
	if (k.kind == OUTBOX_TIMED && rest.n == 16) {
		k.time_ms = (int64_t)be64_get(rest.p);
		k.number = be64_get(rest.p + 8);
		*out = k;
		return true;
	}
	end = span_find(rest, '\0', 0);
	k.arn = span_head(rest, end);
	if (k.kind == OUTBOX_COUNTS && rest.n == end + 1) {
		*out = k;
		return true;
	}
	if ((k.kind != OUTBOX_WAITS && k.kind != OUTBOX_DEAD) || rest.n != end + 9)
		return false;
	k.number = be64_get(rest.p + end + 1);
	*out = k;
	return true;
}

static struct span
count_key(char out[OUTBOX_KEY_MAX], struct span arn)
{
	return outbox_key_put(
	    out, &(struct outbox_key){ .kind = OUTBOX_COUNTS, .arn = arn });
}

static enum err
count_get(struct span row, struct outbox_count *out)
{
	struct dec d = { .in = row };

	if (dec_u8(&d) != COUNT_VERSION)
		return E_CORRUPT;
	out->waiting = dec_u64(&d);
	out->dead = dec_u64(&d);
	out->lost = dec_u64(&d);
	return dec_end(&d);
}

enum err
outbox_count_get(struct txn *t, struct span arn, struct outbox_count *out)
{
	char key[OUTBOX_KEY_MAX];
	struct span row;
	enum err e = table_get(t, T_OUTBOX, count_key(key, arn), &row);

	*out = (struct outbox_count){ 0 };
	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? count_get(row, out) : e;
}

static enum err
count_put(struct txn *t, struct span arn, const struct outbox_count *c)
{
	char key[OUTBOX_KEY_MAX];
	struct buf row = { 0 };
	enum err e;

	enc_u8(&row, COUNT_VERSION);
	enc_u64(&row, c->waiting);
	enc_u64(&row, c->dead);
	enc_u64(&row, c->lost);
	e = table_put(t, T_OUTBOX, count_key(key, arn), buf_view(&row));
	buf_fini(&row);
	return e;
}

/* ---- rows ---- */

enum err
outbox_each(struct txn *t, enum outbox_kind kind, struct span arn, uint64_t after,
    bool (*row)(void *ctx, uint64_t number, const struct rec_event *r), void *ctx)
{
	char first[OUTBOX_KEY_MAX], head[OUTBOX_KEY_MAX];
	struct outbox_key k = { .kind = kind, .arn = arn };
	struct span prefix = outbox_key_put(head, &k), from;
	struct table_cursor c;
	struct rec_event r;
	enum err e = table_begin(t, T_OUTBOX, &c);

	if (e != OK)
		return e;
	k.number = after + 1;
	from = outbox_key_put(first, &k);
	for (e = table_seek(&c, from); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, prefix) || c.key.n != prefix.n + 8)
			break;
		e = rec_event_get(c.value, &r);
		if (e != OK || !row(ctx, be64_get(c.key.p + prefix.n), &r))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
outbox_counts(struct txn *t,
    bool (*row)(void *ctx, struct span arn, const struct outbox_count *c), void *ctx)
{
	char kind = OUTBOX_COUNTS;
	struct span prefix = span_of(&kind, 1);
	struct outbox_count count;
	struct outbox_key k;
	struct table_cursor c;
	enum err e = table_begin(t, T_OUTBOX, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, prefix); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, prefix))
			break;
		e = outbox_key_get(c.key, &k) ? count_get(c.value, &count) : E_CORRUPT;
		if (e != OK || !row(ctx, k.arn, &count))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* A row out of its place; E_NOT_FOUND. row is the caller's to free. */
static enum err
take(struct txn *t, enum outbox_kind kind, struct span arn, uint64_t number,
    struct buf *row)
{
	char key[OUTBOX_KEY_MAX];
	struct outbox_key k = { .kind = kind, .arn = arn, .number = number };
	struct span at = outbox_key_put(key, &k), found;
	enum err e = table_get(t, T_OUTBOX, at, &found);

	if (e != OK)
		return e;
	buf_span(row, found);
	return table_del(t, T_OUTBOX, at);
}

static enum err
put(struct txn *t, enum outbox_kind kind, struct span arn, uint64_t number,
    const struct rec_event *r)
{
	char key[OUTBOX_KEY_MAX];
	struct outbox_key k = { .kind = kind, .arn = arn, .number = number };
	struct buf row = { 0 };
	enum err e;

	rec_event_put(&row, r);
	e = table_put(t, T_OUTBOX, outbox_key_put(key, &k), buf_view(&row));
	buf_fini(&row);
	return e;
}

static enum err
count_add(struct txn *t, struct span arn, int64_t waiting, int64_t dead)
{
	struct outbox_count c;
	enum err e = outbox_count_get(t, arn, &c);

	if (e != OK)
		return e;
	c.waiting = (uint64_t)((int64_t)c.waiting + waiting);
	c.dead = (uint64_t)((int64_t)c.dead + dead);
	return count_put(t, arn, &c);
}

enum err
outbox_done(struct txn *t, struct span arn, uint64_t number)
{
	struct buf row = { 0 };
	enum err e = take(t, OUTBOX_WAITS, arn, number, &row);

	buf_fini(&row);
	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? count_add(t, arn, -1, 0) : e;
}

/* One attempt more, in vain: the row waits again, or is dead. */
static enum err
attempt_put(struct txn *t, enum outbox_kind where, struct span arn, uint64_t number,
    struct span failure)
{
	struct buf row = { 0 };
	struct rec_event r;
	enum err e = take(t, OUTBOX_WAITS, arn, number, &row);

	if (e == OK)
		e = rec_event_get(buf_view(&row), &r);
	if (e == OK) {
		r.attempts++;
		r.failure = failure;
		e = put(t, where, arn, number, &r);
	}
	buf_fini(&row);
	return e;
}

enum err
outbox_bury(struct txn *t, struct span arn, uint64_t number, struct span failure)
{
	enum err e = attempt_put(t, OUTBOX_DEAD, arn, number, failure);

	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? count_add(t, arn, -1, 1) : e;
}

enum err
outbox_failed(struct txn *t, struct span arn, uint64_t number, struct span failure)
{
	enum err e = attempt_put(t, OUTBOX_WAITS, arn, number, failure);

	return e == E_NOT_FOUND ? OK : e;
}

struct numbers {
	uint64_t *number;
	size_t n, max;
};

static bool
numbers_row(void *ctx, uint64_t number, const struct rec_event *r)
{
	struct numbers *s = ctx;

	(void)r;
	s->number[s->n++] = number;
	return s->n < s->max;
}

/* The oldest rows' numbers, to be changed one by one. */
static enum err
numbers_get(struct txn *t, enum outbox_kind kind, struct span arn, size_t max,
    struct numbers *out)
{
	*out =
	    (struct numbers){ .number = mem_array(max, sizeof *out->number), .max = max };
	return outbox_each(t, kind, arn, 0, numbers_row, out);
}

static enum err
revive_one(struct txn *t, struct span arn, uint64_t number, int64_t real_ms)
{
	struct buf row = { 0 };
	struct rec_event r;
	enum err e = take(t, OUTBOX_DEAD, arn, number, &row);

	if (e == OK)
		e = rec_event_get(buf_view(&row), &r);
	if (e == OK) {
		r.attempts = 0;
		r.failure = SPAN_NONE;
		r.queued_ms = real_ms;
		e = put(t, OUTBOX_WAITS, arn, store_next_id(t), &r);
	}
	buf_fini(&row);
	return e;
}

enum err
outbox_revive(struct txn *t, struct span arn, size_t max, int64_t real_ms, size_t *n)
{
	struct numbers s;
	enum err e = numbers_get(t, OUTBOX_DEAD, arn, max, &s);

	for (size_t i = 0; e == OK && i < s.n; i++)
		e = revive_one(t, arn, s.number[i], real_ms);
	if (e == OK && s.n > 0)
		e = count_add(t, arn, (int64_t)s.n, -(int64_t)s.n);
	*n = s.n;
	mem_free(s.number);
	return e;
}

enum err
outbox_forget(
    struct txn *t, enum outbox_kind kind, struct span arn, size_t max, size_t *n)
{
	struct buf row = { 0 };
	struct numbers s;
	int64_t gone;
	enum err e = numbers_get(t, kind, arn, max, &s);

	for (size_t i = 0; e == OK && i < s.n; i++) {
		row.n = 0;
		e = take(t, kind, arn, s.number[i], &row);
	}
	buf_fini(&row);
	gone = -(int64_t)s.n;
	if (e == OK && s.n > 0)
		e = count_add(t, arn, kind == OUTBOX_WAITS ? gone : 0,
		    kind == OUTBOX_DEAD ? gone : 0);
	*n = s.n;
	mem_free(s.number);
	return e;
}

enum err
outbox_add(struct txn *t, struct span arn, const struct rec_event *r, uint64_t max)
{
	struct outbox_count count;
	enum err e = outbox_count_get(t, arn, &count);

	if (e != OK)
		return e;
	if (max != 0 && count.waiting >= max) {
		count.lost++;
		return count_put(t, arn, &count);
	}
	count.waiting++;
	e = put(t, OUTBOX_WAITS, arn, r->number, r);
	return e == OK ? count_put(t, arn, &count) : e;
}

/* ---- events to come ---- */

enum err
outbox_timed_add(struct txn *t, int64_t time_ms, const struct rec_event *r)
{
	char key[OUTBOX_KEY_MAX];
	struct outbox_key k = {
		.kind = OUTBOX_TIMED, .time_ms = time_ms, .number = r->number
	};
	struct buf row = { 0 };
	enum err e;

	rec_event_put(&row, r);
	e = table_put(t, T_OUTBOX, outbox_key_put(key, &k), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
outbox_timed(struct txn *t,
    bool (*row)(void *ctx, const struct outbox_key *key, const struct rec_event *r),
    void *ctx)
{
	char kind = OUTBOX_TIMED;
	struct span prefix = span_of(&kind, 1);
	struct table_cursor c;
	struct outbox_key k;
	struct rec_event r;
	enum err e = table_begin(t, T_OUTBOX, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, prefix); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, prefix))
			break;
		e = outbox_key_get(c.key, &k) ? rec_event_get(c.value, &r) : E_CORRUPT;
		if (e != OK || !row(ctx, &k, &r))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
outbox_timed_done(struct txn *t, const struct outbox_key *k)
{
	char key[OUTBOX_KEY_MAX];
	enum err e = table_del(t, T_OUTBOX, outbox_key_put(key, k));

	return e == E_NOT_FOUND ? OK : e;
}
