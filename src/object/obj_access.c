/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/access.h"

#include "base/mem.h"
#include "object/event.h"

#include "obj_priv.h"

bool
obj_access_tells(const struct access *a, int64_t now_ms)
{
	return a->tier != ACCESS_FREQUENT ||
	    a->last_ms / LIFE_DAY_MS != now_ms / LIFE_DAY_MS;
}

struct note {
	struct store_write write;
	struct span bucket, key;
	struct obj_version version;
	uint64_t number;
	int64_t now_ms;
	char room[];
};

static enum err
note_write(struct txn *t, void *arg)
{
	struct note *n = CONTAINER_OF(arg, struct note, write);
	struct rec_bucket b;
	struct rec_object rec;
	struct access a;
	enum err e = obj_bucket_find(t, n->bucket, &b, NULL);

	if (e == OK)
		e = obj_version_find(t, &b, n->key, &n->version, &rec, NULL);
	/* Gone, or another by now: there is nothing to note. */
	if (e != OK)
		return e == E_CORRUPT ? e : OK;
	if (rec.number != n->number || !access_is_watched(&rec))
		return OK;
	e = access_get(t, &rec, &a);
	if (e != OK || n->now_ms <= a.last_ms)
		return e;
	a.last_ms = n->now_ms;
	if (a.tier < ACCESS_ARCHIVE && a.tier != ACCESS_FREQUENT) {
		a.tier = ACCESS_FREQUENT;
		a.since_ms = n->now_ms;
	}
	return access_put(t, n->number, &a);
}

static void
note_done(struct store_write *w)
{
	mem_free(CONTAINER_OF(w, struct note, write));
}

void
obj_access_note(struct store *store, struct span bucket, struct span key,
    const struct rec_object *rec, int64_t now_ms)
{
	struct note *n = mem_zalloc(sizeof *n + bucket.n + key.n);

	memcpy(n->room, bucket.p, bucket.n);
	memcpy(n->room + bucket.n, key.p, key.n);
	n->bucket = span_of(n->room, bucket.n);
	n->key = span_of(n->room + bucket.n, key.n);
	n->version = obj_version_of(rec);
	n->number = rec->number;
	n->now_ms = now_ms;
	n->write.fn = note_write;
	n->write.done = note_done;
	store_write(store, &n->write);
}

enum err
obj_access_set(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, uint64_t number, const struct access *was,
    const struct access *a, int64_t now_ms)
{
	struct obj_change change = {
		.event = EVENT_TIERING, .bucket = b, .key = key, .now_ms = now_ms
	};
	struct rec_object rec;
	struct access is;
	enum err e = obj_version_find(t, b, key, v, &rec, NULL);

	if (e != OK)
		return e;
	if (rec.number != number || !access_is_watched(&rec))
		return OK;
	e = access_get(t, &rec, &is);
	if (e != OK || is.last_ms != was->last_ms || is.tier != was->tier)
		return e;
	e = access_put(t, number, a);
	change.rec = &rec;
	change.class = span_str(access_name(a->tier));
	return e == OK && a->tier >= ACCESS_ARCHIVE ? obj_event(t, &change) : e;
}
