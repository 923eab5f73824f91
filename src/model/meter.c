/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/be.h"
#include "base/mem.h"

#include "meter_priv.h"

/* Names lie behind the months. */
enum { KEY = 11, METER_VERSION = 1, NAMES = 0xffff };

/* ---- numbers: seven bits a byte, low ones first; most are small or nothing ---- */

enum { NUMBER_MAX = 19 }; /* bytes of one */

static size_t
numbers_put(uint8_t *out, const meter_sum *v, size_t n)
{
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++) {
		meter_sum left = v[i];

		for (; left >= 0x80; left >>= 7)
			*p++ = (uint8_t)(0x80 | (left & 0x7f));
		*p++ = (uint8_t)left;
	}
	return (size_t)(p - out);
}

/* Fewer than n are there: the others are 0. */
static enum err
numbers_get(struct span in, meter_sum *v, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned shift = 0;
		uint8_t c = 0x80;

		v[i] = 0;
		if (at == in.n)
			continue;
		while ((c & 0x80) != 0) {
			if (at == in.n || shift >= 7 * NUMBER_MAX)
				return E_CORRUPT;
			c = (uint8_t)in.p[at++];
			v[i] |= (meter_sum)(c & 0x7f) << shift;
			shift += 7;
		}
	}
	return at == in.n ? OK : E_CORRUPT;
}

/* ---- rows ---- */

static struct span
row_key(uint8_t out[KEY], unsigned month, uint64_t bucket, uint8_t class)
{
	be16_put(out, (uint16_t)month);
	be64_put(out + 2, bucket);
	out[10] = class;
	return span_of(out, KEY);
}

static enum err
row_get(struct span row, struct meter *out)
{
	if (row.n == 0 || row.p[0] != METER_VERSION)
		return E_CORRUPT;
	return numbers_get(span_from(row, 1), out->sum, METER_FIELDS);
}

enum err
meter_add(struct txn *t, unsigned month, uint64_t bucket, uint8_t class,
    const struct meter *more)
{
	uint8_t key[KEY], value[1 + NUMBER_MAX * METER_FIELDS];
	struct span k = row_key(key, month, bucket, class), row;
	struct meter m = { 0 };
	enum err e = table_get(t, T_METER, k, &row);

	if (e == OK)
		e = row_get(row, &m);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	for (unsigned i = 0; i < METER_FIELDS; i++)
		m.sum[i] += more->sum[i];
	value[0] = METER_VERSION;
	return table_put(t, T_METER, k,
	    span_of(value, 1 + numbers_put(value + 1, m.sum, METER_FIELDS)));
}

enum err
meter_each(struct txn *t, bool (*row)(void *ctx, const struct meter_row *r), void *ctx)
{
	struct table_cursor c;
	struct meter_row r;
	enum err e = table_begin(t, T_METER, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		e = c.key.n == KEY ? OK : E_CORRUPT;
		if (e != OK)
			break;
		r.month = be16_get(c.key.p);
		if (r.month == NAMES)
			break;
		r.bucket = be64_get(c.key.p + 2);
		r.class = (uint8_t)c.key.p[10];
		e = row_get(c.value, &r.meter);
		if (e != OK || !row(ctx, &r))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- buckets that are no more ---- */

enum err
meter_name_put(struct txn *t, uint64_t bucket, struct span name)
{
	uint8_t key[KEY];

	return table_put(t, T_METER, row_key(key, NAMES, bucket, 0), name);
}

enum err
meter_name(struct txn *t, uint64_t bucket, struct span *out)
{
	uint8_t key[KEY];
	enum err e = table_get(t, T_METER, row_key(key, NAMES, bucket, 0), out);

	if (e == E_NOT_FOUND)
		*out = SPAN_NONE;
	return e == E_NOT_FOUND ? OK : e;
}

/* The first row of the bucket from key on. */
static enum err
bucket_row(struct txn *t, uint64_t bucket, uint8_t key[KEY])
{
	struct table_cursor c;
	enum err e = table_begin(t, T_METER, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, span_of(key, KEY)); e == OK; e = table_next(&c)) {
		if (c.key.n != KEY) {
			e = E_CORRUPT;
			break;
		}
		if (be64_get(c.key.p + 2) == bucket) {
			memcpy(key, c.key.p, KEY);
			break;
		}
	}
	table_end(&c);
	return e;
}

enum err
meter_drop(struct txn *t, uint64_t bucket)
{
	uint8_t key[KEY] = { 0 };
	enum err e = OK;

	if (bucket == 0)
		return table_clear(t, T_METER);
	while (e == OK) {
		e = bucket_row(t, bucket, key);
		if (e == OK)
			e = table_del(t, T_METER, span_of(key, KEY));
	}
	return e == E_NOT_FOUND ? OK : e;
}
