/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: when it is due in real time, number -> rec_doubt. */
#include "config.h"

#include "object/replica.h"

static struct span
doubt_key(uint8_t out[DOUBT_KEY], int64_t due_ms, uint64_t number)
{
	be64_put(out, (uint64_t)due_ms);
	be64_put(out + 8, number);
	return span_of(out, DOUBT_KEY);
}

enum err
obj_doubt_add(struct txn *t, int64_t due_ms, const struct rec_doubt *r)
{
	uint8_t key[DOUBT_KEY];
	struct buf row = { 0 };
	enum err e;

	rec_doubt_put(&row, r);
	e = table_put(
	    t, T_REPL_DOUBT, doubt_key(key, due_ms, store_next_id(t)), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_doubt_first(struct txn *t, struct obj_doubt_at *at, struct span *row)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_REPL_DOUBT, &c);

	if (e != OK)
		return e;
	e = table_seek(&c, SPAN_NONE);
	if (e == OK && c.key.n != DOUBT_KEY)
		e = E_CORRUPT;
	if (e == OK) {
		memcpy(at->key, c.key.p, DOUBT_KEY);
		at->due_ms = (int64_t)be64_get(c.key.p);
		*row = c.value;
	}
	table_end(&c);
	return e;
}

enum err
obj_doubt_del(struct txn *t, const struct obj_doubt_at *at)
{
	enum err e = table_del(t, T_REPL_DOUBT, span_of(at->key, DOUBT_KEY));

	return e == E_NOT_FOUND ? OK : e;
}
