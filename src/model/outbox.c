/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/outbox.h"

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

enum err
outbox_count_get(struct txn *t, struct span arn, struct outbox_count *out)
{
	char key[OUTBOX_KEY_MAX];
	struct span row;
	struct dec d;
	enum err e = table_get(t, T_OUTBOX, count_key(key, arn), &row);

	*out = (struct outbox_count){ 0 };
	if (e != OK)
		return e == E_NOT_FOUND ? OK : e;
	d = (struct dec){ .in = row };
	if (dec_u8(&d) != COUNT_VERSION)
		return E_CORRUPT;
	out->waiting = dec_u64(&d);
	out->dead = dec_u64(&d);
	out->lost = dec_u64(&d);
	return dec_end(&d);
}

enum err
outbox_count_put(struct txn *t, struct span arn, const struct outbox_count *c)
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

enum err
outbox_add(struct txn *t, struct span arn, const struct rec_event *r, uint64_t max)
{
	char key[OUTBOX_KEY_MAX];
	struct outbox_key at = { .kind = OUTBOX_WAITS, .arn = arn, .number = r->number };
	struct outbox_count count;
	struct buf row = { 0 };
	enum err e = outbox_count_get(t, arn, &count);

	if (e != OK)
		return e;
	if (max != 0 && count.waiting >= max) {
		count.lost++;
		return outbox_count_put(t, arn, &count);
	}
	count.waiting++;
	rec_event_put(&row, r);
	e = table_put(t, T_OUTBOX, outbox_key_put(key, &at), buf_view(&row));
	buf_fini(&row);
	return e == OK ? outbox_count_put(t, arn, &count) : e;
}
