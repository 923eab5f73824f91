/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/event.h"

#include "model_priv.h"

enum { EVENT_VERSION = 1 };

static const struct event_row {
	const char *name;
	enum event other;
	bool wild;
} events[EVENT_COUNT] = {
	[EVENT_NONE] = { "", EVENT_NONE, false },
#define EVENT(sym, name, other, wild) [EVENT_##sym] = { name, EVENT_##other, wild },
#include "model/events.def"
#undef EVENT
};

const char *
event_name(enum event e)
{
	MUST(e < EVENT_COUNT);
	return events[e].name;
}

enum event
event_other(enum event e)
{
	MUST(e < EVENT_COUNT);
	return events[e].other;
}

/* "s3:ObjectCreated:Put" is below "s3:ObjectCreated:*". */
static bool
is_below(struct span name, struct span wild)
{
	return span_ends(wild, SPAN_LIT(":*")) && wild.n > sizeof "s3:*" - 1 &&
	    span_starts(name, span_head(wild, wild.n - 1));
}

bool
event_set(struct span name, uint64_t *out)
{
	uint64_t set = 0;

	for (unsigned i = EVENT_NONE + 1; i < EVENT_COUNT; i++)
		if (span_is(name, events[i].name) ||
		    (events[i].wild && is_below(span_str(events[i].name), name)))
			set |= event_bit((enum event)i);
	if (set != 0)
		*out = set;
	return set != 0;
}

/* ---- the record ---- */

/* Texts in the order they are written. */
static void
event_texts(struct rec_event *r, struct span *text[])
{
	struct span *all[] = { &r->bucket, &r->region, &r->account, &r->key, &r->version,
		&r->etag, &r->type, &r->meta, &r->principal, &r->address, &r->request_id,
		&r->host_id, &r->agent, &r->access_key, &r->requester, &r->config,
		&r->class, &r->rule, &r->destination, &r->operation, &r->reason,
		&r->failure };

	memcpy(text, all, sizeof all);
}
enum { EVENT_TEXTS = 22 };

void
rec_event_put(struct buf *out, const struct rec_event *event)
{
	struct span *text[EVENT_TEXTS];
	struct rec_event r = *event;

	event_texts(&r, text);
	enc_u8(out, EVENT_VERSION);
	enc_u8(out, r.event);
	enc_u8(out, r.flags);
	enc_u64(out, r.number);
	enc_u64(out, (uint64_t)r.time_ms);
	enc_u64(out, r.size);
	enc_u64(out, (uint64_t)r.when_ms);
	enc_u64(out, (uint64_t)r.took_ms);
	enc_u64(out, (uint64_t)r.queued_ms);
	enc_u64(out, r.attempts);
	for (size_t i = 0; i < EVENT_TEXTS; i++) {
		MUST(text[i]->n <= UINT16_MAX);
		enc_u16(out, (uint16_t)text[i]->n);
		buf_span(out, *text[i]);
	}
}

static struct span
text_get(struct dec *d)
{
	size_t n = dec_u16(d);
	struct span s = span_head(d->in, n);

	d->bad |= s.n < n;
	d->in = span_from(d->in, s.n);
	return s;
}

enum err
rec_event_get(struct span in, struct rec_event *out)
{
	struct span *text[EVENT_TEXTS];
	struct dec d = { .in = in };
	struct rec_event r = { 0 };
	enum err e;

	if (dec_u8(&d) != EVENT_VERSION)
		return E_CORRUPT;
	r.event = dec_u8(&d);
	r.flags = dec_u8(&d);
	r.number = dec_u64(&d);
	r.time_ms = (int64_t)dec_u64(&d);
	r.size = dec_u64(&d);
	r.when_ms = (int64_t)dec_u64(&d);
	r.took_ms = (int64_t)dec_u64(&d);
	r.queued_ms = (int64_t)dec_u64(&d);
	r.attempts = (uint32_t)dec_u64(&d);
	event_texts(&r, text);
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		*text[i] = text_get(&d);
	e = r.event < EVENT_COUNT ? dec_end(&d) : E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

/* ---- what a bucket asks for ---- */

void
watch_put(struct buf *out, const struct watch_rule *r)
{
	enc_u64(out, r->events);
	enc_span(out, r->prefix);
	enc_span(out, r->suffix);
	enc_span(out, r->arn);
	enc_span(out, r->id);
}

bool
watch_next(struct span *in, struct watch_rule *out, bool *bad)
{
	struct dec d = { .in = *in };
	struct watch_rule r;

	*bad = false;
	if (in->n == 0)
		return false;
	r.events = dec_u64(&d);
	r.prefix = dec_span(&d);
	r.suffix = dec_span(&d);
	r.arn = dec_span(&d);
	r.id = dec_span(&d);
	*bad = d.bad;
	if (d.bad)
		return false;
	*in = d.in;
	*out = r;
	return true;
}

bool
watch_matches(const struct watch_rule *r, uint64_t set, struct span key)
{
	return (r->events & set) != 0 && span_starts(key, r->prefix) &&
	    span_ends(key, r->suffix);
}
