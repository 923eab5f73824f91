/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: bucket id, id of the configuration, NUL, day -> what is known of it. Day 0 says when
 * the configuration was put. */
#include "config.h"

#include "object/analytics.h"

#include "base/mem.h"
#include "model/doc.h"

enum { BUCKET = 8, DAY = 4, KEY_MAX = BUCKET + DOC_ID_MAX + 1 + DAY };
enum { BEGUN_VERSION = 1, BEGUN_SIZE = 9 };

static struct span
row_key(char out[KEY_MAX], uint64_t bucket, struct span id, int64_t day)
{
	MUST(id.n <= DOC_ID_MAX && day >= 0 && day <= UINT32_MAX);
	be64_put(out, bucket);
	if (id.n > 0) /* else p may be NULL */
		memcpy(out + BUCKET, id.p, id.n);
	out[BUCKET + id.n] = '\0';
	be32_put(out + BUCKET + id.n + 1, (uint32_t)day);
	return span_of(out, BUCKET + id.n + 1 + DAY);
}

static int64_t
day_of(struct span key)
{
	return be32_get(key.p + key.n - DAY);
}

/* ---- from when on ---- */

enum err
obj_analytics_begun(struct txn *t, uint64_t bucket, struct span id, int64_t *day)
{
	char key[KEY_MAX];
	struct span row;
	enum err e = table_get(t, T_ANALYTICS, row_key(key, bucket, id, 0), &row);

	if (e == OK && (row.n != BEGUN_SIZE || row.p[0] != BEGUN_VERSION))
		e = E_CORRUPT;
	if (e == OK)
		*day = (int64_t)be64_get(row.p + 1);
	return e;
}

enum err
obj_analytics_begin(struct txn *t, uint64_t bucket, struct span id, int64_t now_ms)
{
	char key[KEY_MAX], row[BEGUN_SIZE] = { BEGUN_VERSION };
	int64_t day;
	enum err e = obj_analytics_begun(t, bucket, id, &day);

	if (e != E_NOT_FOUND)
		return e;
	be64_put(row + 1, (uint64_t)obj_analytics_day(now_ms));
	return table_put(
	    t, T_ANALYTICS, row_key(key, bucket, id, 0), span_of(row, sizeof row));
}

/* ---- one day ---- */

static enum err
day_get(struct txn *t, struct span key, struct analytics_day *out)
{
	struct span row;
	enum err e = table_get(t, T_ANALYTICS, key, &row);

	*out = (struct analytics_day){ 0 };
	if (e == E_NOT_FOUND)
		return OK;
	return e == OK ? analytics_day_get(row, out) : e;
}

static enum err
day_put(struct txn *t, struct span key, const struct analytics_day *d)
{
	struct buf row = { 0 };
	enum err e;

	analytics_day_put(&row, d);
	e = table_put(t, T_ANALYTICS, key, buf_view(&row));
	buf_fini(&row);
	return e;
}

/* The row of that day is changed as how says. */
static enum err
day_change(struct txn *t, uint64_t bucket, struct span id, int64_t day,
    const struct analytics_day *by,
    void (*how)(struct analytics_day *to, const struct analytics_day *by))
{
	struct analytics_day d = { 0 };
	char key[KEY_MAX];
	struct span at = row_key(key, bucket, id, day);
	int64_t begun;
	enum err e = obj_analytics_begun(t, bucket, id, &begun);

	if (e != OK)
		return e == E_NOT_FOUND ? OK : e;
	e = day_get(t, at, &d);
	if (e == OK) {
		how(&d, by);
		e = day_put(t, at, &d);
	}
	analytics_day_fini(&d);
	return e;
}

enum err
obj_analytics_count(struct txn *t, uint64_t bucket, struct span id, int64_t day,
    const struct analytics_day *counts)
{
	return day_change(t, bucket, id, day, counts, analytics_day_count);
}

/* ---- many ---- */

/* The first row from a key on that begins as prefix says; its key is copied. */
static enum err
first_key(
    struct txn *t, struct span from, struct span prefix, char out[KEY_MAX], size_t *n)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_ANALYTICS, &c);

	if (e != OK)
		return e;
	e = table_seek(&c, from);
	if (e == OK && (!span_starts(c.key, prefix) || c.key.n > KEY_MAX))
		e = E_NOT_FOUND;
	if (e == OK) {
		*n = c.key.n;
		memcpy(out, c.key.p, c.key.n);
	}
	table_end(&c);
	return e;
}

enum err
obj_analytics_measure(struct txn *t, uint64_t bucket, struct span id, int64_t day,
    const struct analytics_day *found)
{
	char from[KEY_MAX], key[KEY_MAX];
	struct span first = row_key(from, bucket, id, 1);
	size_t n = 0;
	enum err e = day_change(t, bucket, id, day, found, analytics_day_measure);

	while (e == OK) {
		e = first_key(t, first, span_head(first, first.n - DAY), key, &n);
		if (e == OK && day_of(span_of(key, n)) > day - ANALYTICS_DAYS)
			break;
		if (e == OK)
			e = table_del(t, T_ANALYTICS, span_of(key, n));
	}
	return e == E_NOT_FOUND ? OK : e;
}

void
obj_analytics_history_fini(struct analytics_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		analytics_day_fini(&h->past[i].what);
	mem_free(h->past);
	*h = (struct analytics_history){ 0 };
}

static enum err
history_add(struct analytics_history *h, struct span key, struct span value)
{
	struct analytics_day d;
	enum err e = analytics_day_get(value, &d);

	if (e != OK)
		return e;
	if (!d.measured || h->n == ANALYTICS_DAYS) {
		analytics_day_fini(&d);
		return OK;
	}
	h->past[h->n++] = (struct analytics_past){ day_of(key), d };
	return OK;
}

enum err
obj_analytics_history(struct txn *t, uint64_t bucket, struct span id, int64_t until,
    struct analytics_history *out)
{
	struct analytics_history h = { .past =
					   mem_array(ANALYTICS_DAYS, sizeof *h.past) };
	char from[KEY_MAX];
	struct table_cursor c;
	struct span first;
	int64_t begun;
	enum err e = obj_analytics_begun(t, bucket, id, &begun);

	if (e == OK)
		e = table_begin(t, T_ANALYTICS, &c);
	if (e != OK)
		goto out;
	first = row_key(from, bucket, id, begun + 1);
	for (e = table_seek(&c, first); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, span_head(first, first.n - DAY)) ||
		    day_of(c.key) > until)
			break;
		e = history_add(&h, c.key, c.value);
		if (e != OK)
			break;
	}
	table_end(&c);
	if (e == E_NOT_FOUND)
		e = OK;
out:
	if (e == OK)
		*out = h;
	else
		obj_analytics_history_fini(&h);
	return e;
}

enum err
obj_analytics_drop(struct txn *t, uint64_t bucket, struct span id, size_t max, bool *more)
{
	char from[KEY_MAX], key[KEY_MAX];
	struct span all = row_key(from, bucket, id, 0);
	size_t n = 0;
	enum err e = OK;

	*more = false;
	/* Of all configurations, or of this one. */
	all = span_head(all, id.n == 0 ? BUCKET : all.n - DAY);
	for (size_t i = 0; i < max && e == OK; i++) {
		e = first_key(t, all, all, key, &n);
		if (e == OK)
			e = table_del(t, T_ANALYTICS, span_of(key, n));
	}
	*more = e == OK && max > 0;
	return e == E_NOT_FOUND ? OK : e;
}
