/* SPDX-License-Identifier: Apache-2.0 */
/* What rules say of one version. How they are read: lifecycle_parse.c. */
#include "config.h"

#include "model/lifecycle.h"

#include "model/remote_tier.h"

#include "lifecycle_priv.h"

enum { SMALL = 128 << 10 }; /* bytes: what is smaller is not moved by default */

/* Days behind an event, or the date that w says. */
static int64_t
when_due(const struct lifecycle *l, const struct life_when *w, int64_t event_ms)
{
	return w->dated ? w->date_ms : life_midnight(event_ms, w->days, l->day_ms);
}

static bool
has_tag(const struct tags *have, const struct field *want)
{
	for (size_t i = 0; i < have->n; i++)
		if (span_eq(have->tag[i].name, want->name))
			return span_eq(have->tag[i].value, want->value);
	return false;
}

bool
life_rule_means(const struct life_rule *r, const struct life_object *o)
{
	if (!r->enabled || !span_starts(o->key, r->prefix))
		return false;
	/* Delete markers have neither size nor tags; rules that ask for them pass over. */
	if (o->marker)
		return r->tags.n == 0 && !r->has_size;
	if (o->size <= r->larger_than && r->larger_than > 0)
		return false;
	if (o->size >= r->smaller_than)
		return false;
	for (size_t i = 0; i < r->tags.n; i++)
		if (!has_tag(&o->tags, &r->tags.tag[i]))
			return false;
	return true;
}

/* The verdict so far, and the time it is made for. */
struct judge {
	const struct lifecycle *l;
	const struct life_object *o;
	int64_t now_ms;
	struct life_verdict *out;
};

/* Deleting for good goes before moving, moving before a delete marker.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html */
static unsigned
rank(const struct life_object *o, enum life_kind k)
{
	if (k == LIFE_MOVE)
		return 1;
	return k == LIFE_EXPIRE && o->versioned ? 0 : 2;
}

/* One action more that could be taken at due: the stronger stays. */
static void
weigh(struct judge *j, const struct life_rule *r, enum life_kind kind, uint8_t class,
    int64_t due)
{
	struct life_verdict *v = j->out;
	bool better;

	if (due > j->now_ms) {
		if (due < v->next_ms)
			v->next_ms = due;
		return;
	}
	if (v->kind == LIFE_NOTHING)
		better = true;
	else if (rank(j->o, kind) != rank(j->o, v->kind))
		better = rank(j->o, kind) > rank(j->o, v->kind);
	else if (kind == LIFE_MOVE) /* the colder of two that are due */
		better = life_depth(class) > life_depth(v->class);
	else
		better = due < v->due_ms;
	if (!better)
		return;
	v->kind = kind;
	v->class = class;
	v->rule = r;
	v->due_ms = due;
}

static bool
may_move(const struct judge *j, const struct life_rule *r, uint8_t class)
{
	bool archive = class == CLASS_GLACIER || class == CLASS_DEEP_ARCHIVE;

	/* A move only goes down, and from one zone to no instant retrieval. */
	if (life_depth(class) <= life_depth(j->o->class) || j->o->marker ||
	    (j->o->class == CLASS_ONEZONE_IA && class == CLASS_GLACIER_IR))
		return false;
	/* A rule that names sizes means them; MinIO knows no smallest size. */
	if (j->o->size >= SMALL || r->has_size || class >= CLASS_TIER)
		return true;
	return j->l->any_size || (j->l->small_moves && archive);
}

static void
judge_latest(struct judge *j, const struct life_rule *r)
{
	const struct life_object *o = j->o;

	if (o->marker) {
		/* A marker with nothing below it only costs. */
		if (o->alone && r->lone_markers)
			weigh(j, r, LIFE_REMOVE, 0, o->mtime_ms);
		if (o->alone && r->expire.given)
			weigh(j, r, LIFE_REMOVE, 0,
			    when_due(j->l, &r->expire, o->mtime_ms));
		if (r->marker.given)
			weigh(j, r, LIFE_EXPIRE_ALL, 0,
			    when_due(j->l, &r->marker, o->mtime_ms));
		return;
	}
	if (r->expire.given)
		weigh(j, r, r->expire_all ? LIFE_EXPIRE_ALL : LIFE_EXPIRE, 0,
		    when_due(j->l, &r->expire, o->mtime_ms));
	for (size_t i = 0; i < r->nmove; i++)
		if (may_move(j, r, r->move[i].class))
			weigh(j, r, LIFE_MOVE, r->move[i].class,
			    when_due(j->l, &r->move[i].when, o->mtime_ms));
}

static void
judge_older(struct judge *j, const struct life_rule *r)
{
	const struct life_object *o = j->o;

	if (r->expire_old.given && o->newer >= r->keep_old)
		weigh(j, r, LIFE_REMOVE, 0, when_due(j->l, &r->expire_old, o->since_ms));
	for (size_t i = 0; i < r->nmove_old; i++)
		if (o->newer >= r->move_old[i].keep &&
		    may_move(j, r, r->move_old[i].class))
			weigh(j, r, LIFE_MOVE, r->move_old[i].class,
			    when_due(j->l, &r->move_old[i].when, o->since_ms));
}

void
life_judge(const struct lifecycle *l, const struct life_object *o, int64_t now_ms,
    struct life_verdict *out)
{
	struct judge j = { l, o, now_ms, out };

	*out = (struct life_verdict){ .next_ms = INT64_MAX };
	for (size_t i = 0; i < l->n; i++) {
		if (!life_rule_means(&l->rule[i], o))
			continue;
		if (o->latest)
			judge_latest(&j, &l->rule[i]);
		else
			judge_older(&j, &l->rule[i]);
	}
}

void
life_expiry(
    const struct lifecycle *l, const struct life_object *o, struct life_verdict *out)
{
	*out = (struct life_verdict){ .next_ms = INT64_MAX };
	for (size_t i = 0; i < l->n; i++) {
		const struct life_rule *r = &l->rule[i];
		int64_t due;

		if (!r->expire.given || !life_rule_means(r, o))
			continue;
		due = when_due(l, &r->expire, o->mtime_ms);
		if (out->rule != NULL && due >= out->due_ms)
			continue;
		out->kind = LIFE_EXPIRE;
		out->rule = r;
		out->due_ms = due;
	}
}

const struct life_rule *
life_abort_due(
    const struct lifecycle *l, struct span key, int64_t begun_ms, int64_t *due_ms)
{
	const struct life_rule *first = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const struct life_rule *r = &l->rule[i];
		int64_t due;

		if (!r->enabled || !r->abort.given || !span_starts(key, r->prefix))
			continue;
		due = when_due(l, &r->abort, begun_ms);
		if (first != NULL && due >= *due_ms)
			continue;
		first = r;
		*due_ms = due;
	}
	return first;
}

bool
life_abort(const struct lifecycle *l, struct span key, int64_t begun_ms, int64_t now_ms,
    int64_t *next_ms)
{
	int64_t due;

	if (life_abort_due(l, key, begun_ms, &due) == NULL)
		return false;
	if (due > now_ms && due < *next_ms)
		*next_ms = due;
	return due <= now_ms;
}
