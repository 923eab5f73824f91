/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/event.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "codec/mime.h"
#include "model/archive.h"
#include "object/document.h"
#include "object/version.h"

#include "obj_priv.h"

/* Under this id the rules stand beside the document they were made of. */
#define RULES_ID "rules"
enum { META_MAX = 2048 };

static _Atomic uint64_t live;
static struct obj_event_conf told;

void
obj_event_listen(uint64_t events)
{
	atomic_store(&live, events);
}

uint64_t
obj_event_live(void)
{
	return atomic_load_explicit(&live, memory_order_relaxed);
}

void
obj_event_setup(const struct obj_event_conf *conf)
{
	told = *conf;
}

static enum err
queue(struct txn *t, struct span arn, const struct rec_event *r)
{
	struct span name = told.queue != NULL ? told.queue(told.ctx, arn) : arn;

	return name.n > 0 ? outbox_add(t, name, r, told.waiting) : OK;
}

/* ---- the rules ---- */

static struct obj_doc
rules_at(struct span bucket, uint64_t id)
{
	return (struct obj_doc){ .bucket = bucket,
		.bucket_id = id,
		.doc = DOC_NOTIFICATION,
		.id = SPAN_LIT(RULES_ID) };
}

/* "" where there are none. Borrows from the snapshot. */
static enum err
rules_get(struct txn *t, uint64_t bucket_id, struct span *out)
{
	struct obj_doc at = rules_at(SPAN_NONE, bucket_id);
	struct span inner;
	bool own;
	enum err e = obj_doc_find(t, &at, &inner, &own);

	if (e == OK)
		*out = own ? inner : SPAN_LIT("");
	return e;
}

enum err
obj_event_watch(struct txn *t, struct span bucket, enum watch who, bool on)
{
	struct rec_bucket b;
	struct buf row = { 0 };
	uint8_t watch;
	enum err e = obj_bucket_find(t, bucket, &b, NULL);

	if (e != OK)
		return e;
	watch = (uint8_t)(on ? b.watch | who : b.watch & ~(unsigned)who);
	if (watch == b.watch)
		return OK;
	b.watch = watch;
	rec_bucket_put(&row, &b);
	e = table_put(t, T_BUCKET, bucket, buf_view(&row));
	buf_fini(&row);
	return e;
}

static uint64_t
reads(void)
{
	uint64_t set;

	MUST(event_set(SPAN_LIT("s3:ObjectAccessed:*"), &set));
	return set;
}

enum err
obj_event_rules_put(
    struct txn *t, struct span bucket, uint64_t bucket_id, struct span rules)
{
	struct obj_doc at = rules_at(bucket, bucket_id);
	struct doc_text text = { .inner = rules, .nothing = rules.n == 0 };
	uint64_t all = 0;
	struct span rest = rules;
	struct watch_rule rule;
	bool bad;
	enum err e = obj_doc_put(t, &at, &text);

	while (watch_next(&rest, &rule, &bad))
		all |= rule.events;
	if (e == OK)
		e = obj_event_watch(t, bucket, WATCH_EVENTS, rules.n > 0);
	return e == OK ? obj_event_watch(t, bucket, WATCH_READS, (all & reads()) != 0)
		       : e;
}

bool
obj_event_reads(const struct rec_bucket *b)
{
	uint64_t heard = obj_event_live();

	return (b->watch & WATCH_READS) != 0 || (heard != 0 && (heard & reads()) != 0);
}

/* ---- the record ---- */

static bool
is_removal(enum event e)
{
	return e == EVENT_DELETE || e == EVENT_MARKER || e == EVENT_EXPIRED ||
	    e == EVENT_EXPIRED_MARKER || e == EVENT_NOOP || e == EVENT_DELETE_ALL ||
	    e == EVENT_EXPIRED_ALL;
}

/* What a client said about the object; long lists end early. */
static void
meta_put(struct buf *out, const struct attrs *attrs)
{
	struct field few[32];
	struct attrs some = { few, 0 };
	size_t size = 0;

	for (size_t i = 0; i < attrs->n && some.n < ARRAY_LEN(few); i++) {
		const struct field *f = &attrs->field[i];

		if (!span_starts(f->name, SPAN_LIT("x-amz-meta-")))
			continue;
		size += f->name.n + f->value.n;
		if (size > META_MAX)
			break;
		few[some.n++] = *f;
	}
	if (some.n > 0)
		rec_attrs_put(out, &some);
}

static struct span
type_of(const struct obj_change *c)
{
	for (size_t i = 0; c->attrs != NULL && i < c->attrs->n; i++)
		if (span_is(c->attrs->field[i].name, "content-type"))
			return c->attrs->field[i].value;
	return c->rec->mime != MIME_NONE ? mime_text(c->rec->mime) : SPAN_NONE;
}

struct event_room {
	char version[VERSION_ID_TEXT], etag[ETAG_TEXT];
	struct buf meta;
	struct buf region;
};

static void
object_facts(const struct obj_change *c, struct rec_event *r, struct event_room *room)
{
	const struct rec_object *rec = c->rec;

	if (c->bucket->versioning != VERSIONING_NEVER) {
		r->flags |= EVENT_HAS_VERSION;
		r->version = span_of(room->version, obj_version_text(room->version, rec));
	}
	if ((rec->flags & OBJECT_IS_MARKER) != 0 || is_removal(c->event))
		return;
	r->flags |= EVENT_HAS_OBJECT;
	r->size = rec->size;
	r->etag = span_of(room->etag, obj_etag(room->etag, rec));
	r->type = type_of(c);
	if (c->attrs != NULL)
		meta_put(&room->meta, c->attrs);
	r->meta = buf_view(&room->meta);
}

static void
event_make(const struct obj_change *c, uint64_t number, struct rec_event *r,
    struct event_room *room)
{
	static const struct obj_actor nobody = {
		.principal = SPAN_LIT("s3.amazonaws.com"),
		.address = SPAN_LIT("s3.amazonaws.com"),
	};
	const struct obj_actor *by = c->by != NULL ? c->by : &nobody;

	*r = (struct rec_event){ .event = (uint8_t)c->event,
		.number = number,
		.time_ms = c->now_ms,
		.bucket = c->bucket->name,
		.region = buf_view(&room->region),
		.account = span_of(c->bucket->account, ACCOUNT_DIGITS),
		.key = c->key,
		.principal = by->principal,
		.address = by->address,
		.agent = by->agent,
		.request_id = by->request_id,
		.host_id = by->host_id,
		.access_key = by->access_key,
		.requester = by->account,
		.queued_ms = clock_real_ms(),
		.when_ms = c->when_ms,
		.took_ms = c->took_ms,
		.class = c->class,
		.rule = c->rule,
		.destination = c->destination,
		.operation = c->operation,
		.reason = c->reason };
	if (c->rec != NULL)
		object_facts(c, r, room);
}

/* ---- who is told ---- */

static enum err
rules_tell(
    struct txn *t, struct span rules, const struct obj_change *c, struct rec_event *r)
{
	enum event other = event_other(c->event);
	uint64_t set = event_bit(c->event) | event_bit(other);
	struct watch_rule rule;
	bool bad;
	enum err e = OK;

	while (e == OK && watch_next(&rules, &rule, &bad)) {
		if (!watch_matches(&rule, set, c->key))
			continue;
		/* As whom it was asked for. */
		r->event = (uint8_t)((rule.events & event_bit(c->event)) != 0 ? c->event
									      : other);
		r->config = rule.id;
		e = queue(t, rule.arn, r);
	}
	return e == OK && bad ? E_CORRUPT : e;
}

static enum err
live_tell(struct txn *t, struct rec_event *r)
{
	enum { LIVE_MAX = 10000 };

	enum event e = (enum event)r->event;

	if ((obj_event_live() & (event_bit(e) | event_bit(event_other(e)))) == 0)
		return OK;
	r->config = SPAN_NONE;
	return outbox_add(t, SPAN_LIT(OBJ_EVENT_LIVE), r, LIVE_MAX);
}

enum err
obj_event_tell(struct txn *t, const struct obj_change *c)
{
	struct event_room room = { .meta = { 0 } };
	struct buf rules = { 0 };
	struct span found = SPAN_NONE;
	struct rec_event r;
	enum err e = OK;

	if ((c->bucket->watch & WATCH_EVENTS) != 0)
		e = rules_get(t, c->bucket->id, &found);
	/* Both are borrowed from the transaction, which is about to be changed. */
	if (e == OK) {
		buf_span(&rules, found);
		buf_span(&room.region, c->bucket->region);
		event_make(c, store_next_id(t), &r, &room);
		e = rules_tell(t, buf_view(&rules), c, &r);
	}
	if (e == OK) {
		r.event = (uint8_t)c->event;
		e = live_tell(t, &r);
	}
	buf_fini(&rules);
	buf_fini(&room.region);
	buf_fini(&room.meta);
	return e;
}

enum err
obj_event_restore(struct txn *t, const struct obj_change *c, struct span side)
{
	struct event_room room = { .meta = { 0 } };
	struct rec_event event;
	struct restore r;
	enum err e;

	if (!obj_event_wanted(c->bucket))
		return OK;
	e = restore_read(side, &r);
	if (e != OK)
		return e;
	event_make(c, store_next_id(t), &event, &room);
	event.version = span_of(room.version, obj_version_text(room.version, c->rec));
	event.when_ms = r.until_ms;
	event.event = EVENT_RESTORE_DELETE;
	e = outbox_timed_add(t, r.until_ms, &event);
	event.event = EVENT_RESTORE_COMPLETED;
	event.number = store_next_id(t);
	/* Else it was done before, and stays for longer. */
	if (e == OK && r.ready_ms >= c->now_ms)
		e = outbox_timed_add(t, r.ready_ms, &event);
	buf_fini(&room.meta);
	return e;
}

enum err
obj_event_test(struct txn *t, const struct obj_change *c, struct span arn)
{
	struct event_room room = { .meta = { 0 } };
	struct rec_event r;

	event_make(c, store_next_id(t), &r, &room);
	r.flags |= EVENT_IS_TEST;
	return queue(t, arn, &r);
}

enum err
obj_event_write(struct txn *t, const struct obj_change *change)
{
	struct obj_change c = *change;
	struct rec_bucket fresh;
	enum err e;

	if (c.event == EVENT_NONE)
		return OK;
	/* Its region is borrowed from a row, and rows were changed since. */
	e = obj_bucket_find(t, c.bucket->name, &fresh, NULL);
	c.bucket = &fresh;
	return e == OK ? obj_event_tell(t, &c) : e;
}
