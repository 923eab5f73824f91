/* SPDX-License-Identifier: Apache-2.0 */
/* GetObjectRetention, PutObjectRetention, GetObjectLegalHold, PutObjectLegalHold. */
#include "config.h"

#include "codec/stamp.h"
#include "s3_priv.h"

/* ---- get ---- */

struct worm_look {
	struct rq *rq;
	struct obj_version version;
	struct worm worm;
	struct rec_object rec;
};

static enum err
get_read(struct txn *t, void *arg)
{
	struct worm_look *l = arg;
	struct rq *rq = l->rq;
	struct attrs attrs;
	enum err e = obj_side_find(t, &rq->bkt, rq->key, &l->version, &l->rec, &rq->fail);

	if (e == OK)
		e = obj_attrs(t, &l->rec, rq->arena, &attrs);
	return e == OK ? worm_read(side_get(&attrs, SIDE_LOCK), &l->worm) : e;
}

static enum err
get_look(struct rq *rq, struct worm_look *l)
{
	enum err e = query_version(rq, &l->version);

	l->rq = rq;
	if (e == OK && !rq->rules.locks)
		e = headers_lock_missing(rq);
	if (e == OK)
		e = store_read(rq->loop->reader, get_read, l);
	return alter_marker(rq, e);
}

static void
put_date(struct buf *b, const char *name, int64_t ms)
{
	char text[STAMP_ISO];

	stamp_iso(text, ms);
	xml_put(b, name, span_of(text, sizeof text));
}

static void
put_event(struct buf *b, const struct worm *w)
{
	if (w->event == HOLD_NEVER)
		return;
	xml_put_str(b, "EventHold", w->event == HOLD_ON ? "ON" : "OFF");
	if (w->event != HOLD_ON)
		return;
	xml_open(b, "EventHoldDuration");
	if (w->duration.days > 0)
		xml_put_u64(b, "Days", w->duration.days);
	if (w->duration.years > 0)
		xml_put_u64(b, "Years", w->duration.years);
	xml_close(b, "EventHoldDuration");
}

enum err
op_get_retention_begin(struct rq *rq)
{
	struct worm_look l = { 0 };
	enum err e = get_look(rq, &l);
	struct buf *b;

	if (e == OK && l.worm.mode == WORM_NONE)
		e = fail_set(&rq->fail, E_NO_SUCH_LOCK);
	if (e != OK)
		return e;
	read_tell(rq, EVENT_GET_RETENTION, &l.rec, &(struct attrs){ 0 });
	b = reply_xml(rq, 200);
	buf_str(b, "<Retention xmlns=\"" XML_S3NS "\">");
	xml_put_str(b, "Mode", worm_mode_name(l.worm.mode));
	put_date(b, "RetainUntilDate", worm_until(&l.worm, rq->now_ms));
	put_event(b, &l.worm);
	xml_close(b, "Retention");
	return OK;
}

enum err
op_get_legal_hold_begin(struct rq *rq)
{
	struct worm_look l = { 0 };
	enum err e = get_look(rq, &l);
	struct buf *b;

	if (e == OK && l.worm.legal == HOLD_NEVER)
		e = fail_set(&rq->fail, E_NO_SUCH_LOCK);
	if (e != OK)
		return e;
	read_tell(rq, EVENT_GET_LEGAL_HOLD, &l.rec, &(struct attrs){ 0 });
	b = reply_xml(rq, 200);
	buf_str(b, "<LegalHold xmlns=\"" XML_S3NS "\">");
	xml_put_str(b, "Status", l.worm.legal == HOLD_ON ? "ON" : "OFF");
	xml_close(b, "LegalHold");
	return OK;
}

/* ---- put: retention ---- */

struct lock_op {
	struct alter alter;
	struct worm_change change;
	bool bypass;
	uint8_t legal; /* of PutObjectLegalHold */
	/* What becomes of the lock that the version has. */
	enum err (*make)(struct lock_op *op, struct worm *w);
};

static enum err
malformed(struct rq *rq)
{
	return fail_set(&rq->fail, E_MALFORMED_XML);
}

static bool
only(const struct xml_node *node, const char *const *names, size_t n)
{
	for (const struct xml_node *c = node->child; c != NULL; c = c->next) {
		size_t i = 0;

		while (i < n && !span_is(c->name, names[i]))
			i++;
		if (i == n || xml_next(c, names[i]) != NULL)
			return false;
	}
	return true;
}

static bool
hold_read(struct span v, uint8_t *out)
{
	*out = v.p == NULL ? HOLD_NEVER : span_is(v, "ON") ? HOLD_ON : HOLD_OFF;
	return v.p == NULL || *out == HOLD_ON || span_is(v, "OFF");
}

static bool
number_read(const struct xml_node *node, const char *name, uint32_t max, uint32_t *out)
{
	struct span v = span_trim(xml_text(node, name));
	uint64_t n;

	*out = 0;
	if (v.p == NULL)
		return true;
	if (!span_u64(v, &n) || n == 0 || n > max)
		return false;
	*out = (uint32_t)n;
	return true;
}

/* Answers to what an event hold lacks: AWS says 400 and no more
 * (object-lock-managing.html, troubleshooting). */
static enum err
event_check(struct rq *rq, const struct worm_change *c, const struct xml_node *duration)
{
	if (c->event != HOLD_NEVER && c->mode == WORM_NONE)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "An event hold needs a retention mode.");
	if (c->event != HOLD_ON && duration != NULL)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "A duration can only be given with an event hold that is ON.");
	if (c->event == HOLD_ON && (c->duration.days > 0) == (c->duration.years > 0))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "An event hold needs one duration, in days or in years.");
	return OK;
}

static enum err
retention_parse(struct rq *rq, struct worm_change *c)
{
	static const char *const names[] = { "Mode", "RetainUntilDate", "EventHold",
		"EventHoldDuration" };
	const struct xml_node *duration;
	struct xml_node *root;
	struct span mode, date;
	enum err e = intake_xml(rq, "Retention", &root);

	if (e != OK)
		return e;
	mode = xml_text(root, "Mode");
	date = span_trim(xml_text(root, "RetainUntilDate"));
	duration = xml_child(root, "EventHoldDuration");
	if (!only(root, names, ARRAY_LEN(names)) ||
	    (mode.p != NULL && !worm_mode_find(mode, &c->mode)) ||
	    (date.p != NULL && !stamp_iso_parse(date, &c->until_ms)) ||
	    !hold_read(xml_text(root, "EventHold"), &c->event) ||
	    (mode.p == NULL && date.p != NULL) ||
	    (mode.p != NULL && date.p == NULL && c->event == HOLD_NEVER))
		return malformed(rq);
	if (duration != NULL &&
	    (!number_read(duration, "Days", WORM_DAYS_MAX, &c->duration.days) ||
		!number_read(duration, "Years", WORM_YEARS_MAX, &c->duration.years)))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The event hold duration must be a positive integer up to %d days "
		    "or %d years.",
		    WORM_DAYS_MAX, WORM_YEARS_MAX);
	e = event_check(rq, c, duration);
	if (e != OK || date.p == NULL || c->until_ms > rq->now_ms)
		return e;
	return fail_argument(&rq->fail, "RetainUntilDate", date,
	    "The retain until date must be in the future!");
}

static enum err
retention_make(struct lock_op *op, struct worm *w)
{
	struct rq *rq = op->alter.rq;

	return worm_change(w, &op->change, rq->now_ms, op->bypass, &rq->fail);
}

static enum err
legal_make(struct lock_op *op, struct worm *w)
{
	w->legal = op->legal;
	return OK;
}

/* ---- put: what both share ---- */

static enum err
lock_see(void *ctx, const struct rec_object *rec, const struct attrs *attrs)
{
	struct lock_op *op = CONTAINER_OF(ctx, struct lock_op, alter);
	struct worm w;
	enum err e = worm_read(side_get(attrs, SIDE_LOCK), &w);

	(void)rec;
	if (e == OK)
		e = op->make(op, &w);
	if (e == OK)
		op->alter.side.value = worm_render(op->alter.rq->arena, &w);
	return e;
}

static void
lock_then(struct rq *rq, const struct obj_side *side)
{
	(void)side;
	reply_begin(rq, 200);
}

static enum err
lock_post(struct lock_op *op)
{
	struct rq *rq = op->alter.rq;
	enum err e = rq->rules.locks ? OK : headers_lock_missing(rq);

	if (e == OK)
		e = query_version(rq, &op->alter.side.version);
	if (e != OK)
		return e;
	op->alter.side.see = lock_see;
	op->alter.then = lock_then;
	return alter_post(&op->alter);
}

enum err
op_put_retention_finish(struct rq *rq)
{
	struct lock_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = headers_digest_given(rq);

	alter_init(&op->alter, rq, SIDE_LOCK);
	op->alter.side.event = EVENT_RETENTION;
	op->make = retention_make;
	op->bypass = headers_lock_bypass(rq);
	if (e == OK)
		e = retention_parse(rq, &op->change);
	return e == OK ? lock_post(op) : e;
}

enum err
op_put_legal_hold_finish(struct rq *rq)
{
	static const char *const names[] = { "Status" };
	struct lock_op *op = arena_zalloc(rq->arena, sizeof *op);
	struct xml_node *root;
	enum err e = headers_digest_given(rq);

	alter_init(&op->alter, rq, SIDE_LOCK);
	op->alter.side.event = EVENT_PUT_LEGAL_HOLD;
	op->make = legal_make;
	if (e == OK)
		e = intake_xml(rq, "LegalHold", &root);
	if (e == OK &&
	    (!only(root, names, ARRAY_LEN(names)) ||
		!hold_read(xml_text(root, "Status"), &op->legal) ||
		op->legal == HOLD_NEVER))
		e = malformed(rq);
	return e == OK ? lock_post(op) : e;
}
