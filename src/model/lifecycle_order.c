/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS refuses of rules whose parts are each as they should be: moves in a wrong order or
 * too near to each other, behind a deletion, both forms at once. The texts are the service's,
 * recorded where tests of clients quote them.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "lifecycle_priv.h"

enum { IA_DAYS = 30, ARCHIVE_DAYS = 90, TIER_DEPTH = 7 };

/* docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
unsigned
life_depth(uint8_t class)
{
	static const uint8_t depths[CLASS_COUNT] = { [CLASS_STANDARD_IA] = 1,
		[CLASS_INTELLIGENT_TIERING] = 2,
		[CLASS_ONEZONE_IA] = 3,
		[CLASS_GLACIER_IR] = 4,
		[CLASS_GLACIER] = 5,
		[CLASS_DEEP_ARCHIVE] = 6 };

	return class < CLASS_COUNT ? depths[class] : TIER_DEPTH;
}

/* ---- how errors say it ---- */

enum err
life_argument(struct fail *fail, const char *name, struct span value)
{
	fail_pair_str(fail, "ArgumentName", name);
	fail_pair(fail, "ArgumentValue", value);
	return E_INVALID_ARGUMENT;
}

enum err
life_argument_number(struct fail *fail, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	return life_argument(fail, name, span_str(text));
}

static void
and_also(struct buf *b)
{
	if (b->p[b->n - 1] != '(')
		buf_str(b, " and ");
}

const char *
life_about(struct arena *a, const struct xml_node *rule, const struct life_rule *r)
{
	const struct xml_node *filter = xml_child(rule, "Filter"), *in;
	struct buf b = { 0 };
	const char *text;

	if (filter == NULL)
		return arena_printf(a, "prefix '%.*s'", (int)r->prefix.n, r->prefix.p);
	in = xml_child(filter, "And") != NULL ? xml_child(filter, "And") : filter;
	buf_str(&b, "filter '(");
	if (xml_child(in, "Prefix") != NULL)
		buf_printf(&b, "prefix=%.*s", (int)r->prefix.n, r->prefix.p);
	for (size_t i = 0; i < r->tags.n; i++) {
		const struct field *f = &r->tags.tag[i];

		and_also(&b);
		buf_printf(&b, "tag={key=%.*s, value=%.*s}", (int)f->name.n, f->name.p,
		    (int)f->value.n, f->value.p);
	}
	if (xml_child(in, "ObjectSizeGreaterThan") != NULL) {
		and_also(&b);
		buf_printf(&b, "objectsizegreaterthan=%" PRIu64, r->larger_than);
	}
	if (xml_child(in, "ObjectSizeLessThan") != NULL) {
		and_also(&b);
		buf_printf(&b, "objectsizelessthan=%" PRIu64, r->smaller_than);
	}
	buf_str(&b, ")'");
	text = arena_printf(a, "%s", buf_cstr(&b));
	buf_fini(&b);
	return text;
}

/* A sentence with names in it that may be long. */
static enum err
say(struct fail *fail, enum err e, struct buf *text)
{
	(void)fail_long(fail, e, buf_view(text));
	buf_fini(text);
	return e;
}

/* ---- moves ---- */

static bool
is_ia(uint8_t class)
{
	return class == CLASS_STANDARD_IA || class == CLASS_ONEZONE_IA;
}

/* The least that an object is kept there, in days. */
static int64_t
least_stay(uint8_t class)
{
	if (class == CLASS_GLACIER_IR || class == CLASS_GLACIER)
		return ARCHIVE_DAYS;
	return is_ia(class) ? IA_DAYS : 0;
}

static int64_t
day_of(const struct life_when *w)
{
	return w->dated ? w->date_ms / LIFE_DAY_MS : w->days;
}

static enum err
argument_when(struct fail *fail, const char *field, const struct life_when *w)
{
	return w->dated ? E_INVALID_ARGUMENT : life_argument_number(fail, field, w->days);
}

/* Two moves of one rule: the deeper goes behind the other, which was worth its while. */
static enum err
pair_check(const struct life_move *one, const struct life_move *two, const char *action,
    const char *field, const char *about, struct fail *fail)
{
	bool turned = life_depth(two->class) < life_depth(one->class);
	const struct life_move *warm = turned ? two : one, *cold = turned ? one : two;
	int64_t apart = day_of(&cold->when) - day_of(&warm->when);
	struct buf b = { 0 };

	if (apart > 0 && apart >= least_stay(warm->class))
		return OK;
	if (apart > 0)
		buf_printf(&b,
		    "'%s' in the '%s' action for StorageClass '%s' for %s must be "
		    "%" PRId64 " days more than '%s' in the '%s' action for StorageClass "
		    "'%s'",
		    field, action, class_name(cold->class), about,
		    least_stay(warm->class), about, action, class_name(warm->class));
	else
		buf_printf(&b,
		    "'%s' in the '%s' action for StorageClass '%s' for %s must be "
		    "greater than '%s' in the '%s' action for StorageClass '%s' for %s",
		    field, action, class_name(cold->class), about, field, action,
		    class_name(warm->class), about);
	(void)say(fail, E_INVALID_ARGUMENT, &b);
	return argument_when(fail, field, &cold->when);
}

static enum err
mixed(struct fail *fail, const char *actions, const char *about)
{
	struct buf b = { 0 };

	buf_printf(&b, "Found mixed 'Date' and 'Days' based %s in lifecycle rule for %s",
	    actions, about);
	return say(fail, E_INVALID_REQUEST, &b);
}

static enum err
alone_check(const struct life_rule *r, const struct life_move *m, const char *action,
    const char *field, struct fail *fail)
{
	if (m->when.dated)
		return OK;
	if (m->when.days < 0)
		(void)fail_msg(fail, E_INVALID_ARGUMENT,
		    "'%s' in %s action must be nonnegative", field, action);
	else if (is_ia(m->class) && m->when.days < IA_DAYS && !r->soon)
		(void)fail_msg(fail, E_INVALID_ARGUMENT,
		    "'%s' in %s action must be greater than or equal to %d for "
		    "storageClass '%s'",
		    field, action, IA_DAYS, class_name(m->class));
	else
		return OK;
	return life_argument_number(fail, field, m->when.days);
}

enum err
life_move_check(const struct life_rule *r, const struct life_move *m, const char *action,
    const char *about, struct fail *fail)
{
	bool old = strcmp(action, "Transition") != 0;
	const struct life_move *before = old ? r->move_old : r->move;
	size_t n = old ? r->nmove_old : r->nmove;
	const char *field = m->when.dated ? "Date" : old ? "NoncurrentDays" : "Days";
	struct buf b = { 0 };
	enum err e = alone_check(r, m, action, field, fail);

	for (size_t i = 0; i < n && e == OK; i++) {
		if (before[i].class == m->class) {
			buf_printf(&b,
			    "'StorageClass' must be different for '%s' actions in same "
			    "'Rule' with %s",
			    action, about);
			e = say(fail, E_INVALID_REQUEST, &b);
		} else if (before[i].when.dated != m->when.dated)
			e = mixed(fail, "Transition actions", about);
		else if (!r->soon)
			e = pair_check(&before[i], m, action, field, about, fail);
	}
	return e;
}

/* ---- moves and deletion ---- */

static enum err
behind(const struct life_when *end, const struct life_when *move, const char *expiration,
    const char *action, const char *field, const char *about, struct fail *fail)
{
	struct buf b = { 0 };

	if (day_of(move) < day_of(end))
		return OK;
	buf_printf(&b,
	    "'%s' in the %s action for %s must be greater than '%s' in the %s action",
	    field, expiration, about, field, action);
	(void)say(fail, E_INVALID_ARGUMENT, &b);
	return argument_when(fail, field, end);
}

enum err
life_order_check(const struct life_rule *r, const char *about, struct fail *fail)
{
	enum err e = OK;

	for (size_t i = 0; i < r->nmove && r->expire.given && e == OK; i++) {
		const struct life_when *w = &r->move[i].when;

		e = w->dated != r->expire.dated
		    ? mixed(fail, "Expiration and Transition actions", about)
		    : behind(&r->expire, w, "Expiration", "Transition",
			  w->dated ? "Date" : "Days", about, fail);
	}
	for (size_t i = 0; i < r->nmove_old && r->expire_old.given && e == OK; i++)
		e = behind(&r->expire_old, &r->move_old[i].when,
		    "NoncurrentVersionExpiration", "NoncurrentVersionTransition",
		    "NoncurrentDays", about, fail);
	return e;
}

/* ---- rules among each other ---- */

static enum err
overlap(const struct life_rule *x, const struct life_rule *y, struct fail *fail)
{
	const char *both = x->expire.given && y->expire.given ? "Expiration"
	    : x->nmove > 0 && y->nmove > 0                    ? "Transition"
							      : NULL;
	struct buf b = { 0 };

	if (both == NULL ||
	    (!span_starts(x->prefix, y->prefix) && !span_starts(y->prefix, x->prefix)))
		return OK;
	buf_printf(&b,
	    "Found overlapping prefixes '%.*s' and '%.*s' for same action type '%s'",
	    (int)x->prefix.n, x->prefix.p, (int)y->prefix.n, y->prefix.p, both);
	return say(fail, E_INVALID_REQUEST, &b);
}

enum err
life_forms_check(
    const struct lifecycle *l, const struct xml_node *root, bool soon, struct fail *fail)
{
	const struct xml_node *rule = xml_child(root, "Rule");
	bool old = rule != NULL && xml_child(rule, "Filter") == NULL;
	enum err e = OK;

	for (size_t i = 0; rule != NULL && e == OK; rule = xml_next(rule, "Rule"), i++) {
		if (!soon && old != (xml_child(rule, "Filter") == NULL))
			return fail_msg(fail, E_INVALID_REQUEST,
			    old ? "Filter element can only be used in Lifecycle V2."
				: "Base level prefix cannot be used in Lifecycle V2, "
				  "prefixes are only supported in the Filter.");
		for (size_t k = 0; k < i && e == OK && old; k++)
			e = overlap(&l->rule[k], &l->rule[i], fail);
	}
	return e;
}
