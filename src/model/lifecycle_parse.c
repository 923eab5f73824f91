/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules out of their document, with what AWS refuses in them. The texts are the service's,
 * recorded where tests of clients quote them.
 */
#include "config.h"

#include <stdio.h>

#include "base/rand.h"
#include "codec/hex.h"
#include "codec/stamp.h"
#include "model/doc.h"
#include "model/lifecycle.h"

#include "doc_priv.h"

enum { ID_MAX = 255, ID_RAW = 18, NEWER_MAX = 100, IA_DAYS = 30, STEP_DAYS = 30 };
#define DAYS_MAX INT32_MAX

static enum err
malformed(struct fail *fail)
{
	return fail_set(fail, E_MALFORMED_XML);
}

void
life_add_ids(struct arena *a, struct xml_node *root)
{
	for (struct xml_node *r = xml_child(root, "Rule"); r != NULL;
	     r = xml_next(r, "Rule")) {
		struct xml_node *id = xml_child(r, "ID");
		uint8_t raw[ID_RAW];
		char *text;

		if (id != NULL && id->text.n > 0)
			continue;
		if (id == NULL) {
			id = arena_zalloc(a, sizeof *id);
			id->name = SPAN_LIT("ID");
			id->parent = r;
			id->next = r->child;
			r->child = id;
		}
		rand_bytes(raw, sizeof raw);
		text = arena_alloc(a, 2 * ID_RAW + 1);
		hex_render(text, raw, sizeof raw);
		id->text = span_of(text, 2 * ID_RAW);
	}
}

/* ---- values ---- */

/* A whole number with a sign; anything else makes the document malformed. */
static bool
number(struct span s, int64_t *out)
{
	uint64_t n;
	bool minus;

	s = span_trim(s);
	minus = s.n > 0 && s.p[0] == '-';
	if (minus)
		s = span_from(s, 1);
	if (!span_u64(s, &n) || n > DAYS_MAX)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static enum err
positive(const char *name, const char *action, int64_t n, struct fail *fail)
{
	if (n > 0)
		return OK;
	return fail_msg(fail, E_INVALID_ARGUMENT,
	    "'%s' for %s action must be a positive integer", name, action);
}

static enum err
date_read(struct span text, struct life_when *w, struct fail *fail)
{
	if (!stamp_iso_parse(span_trim(text), &w->date_ms))
		return malformed(fail);
	if (w->date_ms % LIFE_DAY_MS != 0)
		return fail_msg(
		    fail, E_INVALID_ARGUMENT, "'Date' must be at midnight GMT");
	w->given = w->dated = true;
	return OK;
}

/* <name> holds a number of days. */
static enum err
days_read(
    const struct xml_node *n, const char *name, struct life_when *w, struct fail *fail)
{
	if (!number(xml_text(n, name), &w->days))
		return malformed(fail);
	w->given = true;
	return OK;
}

/* ---- filter ---- */

static enum err
size_read(const struct xml_node *n, const char *name, uint64_t *out, bool *has,
    struct fail *fail)
{
	struct span text = xml_text(n, name);

	if (text.p == NULL)
		return OK;
	if (!span_u64(span_trim(text), out))
		return malformed(fail);
	*has = true;
	return OK;
}

static enum err
tags_read_from(
    struct arena *a, const struct xml_node *n, struct life_rule *r, struct fail *fail)
{
	size_t count = 0;
	enum err e = OK;

	for (struct xml_node *t = xml_child(n, "Tag"); t != NULL; t = xml_next(t, "Tag"))
		count++;
	r->tags.tag = arena_array(a, count, sizeof *r->tags.tag);
	for (struct xml_node *t = xml_child(n, "Tag"); t != NULL && e == OK;
	     t = xml_next(t, "Tag")) {
		struct field f = { xml_text(t, "Key"), xml_text(t, "Value") };

		for (size_t i = 0; i < r->tags.n; i++)
			if (span_eq(r->tags.tag[i].name, f.name))
				return fail_msg(fail, E_INVALID_REQUEST,
				    "Duplicate Tag Keys are not allowed.");
		e = tags_check_text(f.name, f.value, fail);
		r->tags.tag[r->tags.n++] = f;
	}
	return e;
}

enum err
life_filter_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const struct xml_node *filter = xml_child(rule, "Filter"), *in, *and;
	struct span prefix = xml_text(rule, "Prefix");
	enum err e;

	if ((filter == NULL) == (prefix.p == NULL))
		return malformed(fail);
	if (filter == NULL) {
		r->prefix = prefix;
		return OK;
	}
	and = xml_child(filter, "And");
	in = and != NULL ? and : filter;
	/* One condition, or several inside And. */
	if (xml_children(filter) > 1 || (and != NULL && xml_children(and) < 2))
		return malformed(fail);
	prefix = xml_text(in, "Prefix");
	if (prefix.p != NULL)
		r->prefix = prefix;
	e = size_read(in, "ObjectSizeGreaterThan", &r->larger_than, &r->has_size, fail);
	if (e == OK)
		e = size_read(
		    in, "ObjectSizeLessThan", &r->smaller_than, &r->has_size, fail);
	if (e == OK)
		e = tags_read_from(a, in, r, fail);
	if (e == OK && r->smaller_than != UINT64_MAX && r->larger_than >= r->smaller_than)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "'ObjectSizeLessThan' has to be a value greater than "
		    "'ObjectSizeGreaterThan'.");
	return e;
}

/* How errors name a rule's filter. */
static const char *
filter_name(struct arena *a, const struct life_rule *r)
{
	return arena_printf(a, "'(prefix=%.*s)'", (int)r->prefix.n, r->prefix.p);
}

/* ---- actions ---- */

static enum err
expiration_read(const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const struct xml_node *x = xml_child(rule, "Expiration");
	struct span date, days, marker, all;
	enum err e = OK;

	if (x == NULL)
		return OK;
	date = xml_text(x, "Date");
	days = xml_text(x, "Days");
	marker = xml_text(x, "ExpiredObjectDeleteMarker");
	all = xml_text(x, "ExpiredObjectAllVersions");
	if ((date.p != NULL) + (days.p != NULL) + (marker.p != NULL) != 1)
		return malformed(fail);
	if (date.p != NULL)
		e = date_read(date, &r->expire, fail);
	if (days.p != NULL) {
		e = days_read(x, "Days", &r->expire, fail);
		if (e == OK)
			e = positive("Days", "Expiration", r->expire.days, fail);
	}
	r->lone_markers = span_ieq(marker, SPAN_LIT("true"));
	r->expire_all = span_ieq(all, SPAN_LIT("true"));
	if (e == OK && r->lone_markers && r->tags.n > 0)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "ExpiredObjectDeleteMarker cannot be specified with Tags.");
	return e;
}

static enum err
keep_read(const struct xml_node *n, uint64_t *out, struct fail *fail)
{
	struct span text = xml_text(n, "NewerNoncurrentVersions");
	int64_t v;

	if (text.p == NULL)
		return OK;
	if (!number(text, &v))
		return malformed(fail);
	if (v < 1 || v > NEWER_MAX)
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "'NewerNoncurrentVersions' must be a positive integer less than or "
		    "equal to %d",
		    NEWER_MAX);
	*out = (uint64_t)v;
	return OK;
}

static bool
is_ia(uint8_t class)
{
	return class == CLASS_STANDARD_IA || class == CLASS_ONEZONE_IA;
}

/* One move behind those there are already: its place among them, and its class. */
static enum err
move_check(const struct life_move *m, size_t n, const struct life_move *now, bool soon,
    const char *days, const char *action, const char *in, struct fail *fail)
{
	const char *class = class_name(now->class);

	if (!now->when.dated && now->when.days < 0)
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "'%s' for %s action must be nonnegative", days, action);
	if (!now->when.dated && is_ia(now->class) && now->when.days < IA_DAYS && !soon)
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "'%s' in %s action must be greater than or equal to %d for "
		    "storageClass '%s'",
		    days, action, IA_DAYS, class);
	for (size_t i = 0; i < n; i++) {
		int64_t apart = now->when.days - m[i].when.days;
		const struct life_move *first = &m[i], *second = now;

		if (m[i].class == now->class)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "'StorageClass' must be different for '%s' actions in same "
			    "'Rule' with filter %s",
			    action, in);
		if (m[i].when.dated != now->when.dated)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "Found mixed 'Date' and 'Days' based %s actions in lifecycle "
			    "rule for filter %s",
			    action, in);
		if (apart < 0) {
			apart = -apart;
			first = now;
			second = &m[i];
		}
		if (!now->when.dated && is_ia(first->class) && apart < STEP_DAYS)
			return fail_msg(fail, E_INVALID_ARGUMENT,
			    "'%s' in the '%s' action for StorageClass '%s' for filter %s "
			    "must be 30 days more than 'filter %s' in the '%s' action "
			    "for StorageClass '%s'",
			    days, action, class_name(second->class), in, in, action,
			    class_name(first->class));
	}
	return OK;
}

static enum err
class_read(const struct xml_node *n, uint8_t *out, struct fail *fail)
{
	if (!class_find_any(xml_text(n, "StorageClass"), out) || *out == CLASS_STANDARD ||
	    *out == CLASS_REDUCED_REDUNDANCY || *out == CLASS_EXPRESS_ONEZONE)
		return malformed(fail);
	return OK;
}

static enum err
moves_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const char *in = filter_name(a, r);
	enum err e = OK;

	for (const struct xml_node *t = xml_child(rule, "Transition");
	     t != NULL && e == OK; t = xml_next(t, "Transition")) {
		struct life_move m = { 0 };
		struct span date = xml_text(t, "Date"), days = xml_text(t, "Days");

		if ((date.p != NULL) == (days.p != NULL) ||
		    r->nmove == LIFE_TRANSITIONS_MAX)
			return malformed(fail);
		e = date.p != NULL ? date_read(date, &m.when, fail)
				   : days_read(t, "Days", &m.when, fail);
		if (e == OK)
			e = class_read(t, &m.class, fail);
		if (e == OK)
			e = move_check(r->move, r->nmove, &m, r->soon, "Days",
			    "Transition", in, fail);
		r->move[r->nmove++] = m;
	}
	return e;
}

static enum err
old_moves_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const char *action = "NoncurrentVersionTransition", *in = filter_name(a, r);
	enum err e = OK;

	for (const struct xml_node *t = xml_child(rule, action); t != NULL && e == OK;
	     t = xml_next(t, action)) {
		struct life_move m = { 0 };

		if (r->nmove_old == LIFE_TRANSITIONS_MAX)
			return malformed(fail);
		e = days_read(t, "NoncurrentDays", &m.when, fail);
		if (e == OK)
			e = class_read(t, &m.class, fail);
		if (e == OK)
			e = keep_read(t, &m.keep, fail);
		if (e == OK)
			e = move_check(r->move_old, r->nmove_old, &m, r->soon,
			    "NoncurrentDays", action, in, fail);
		r->move_old[r->nmove_old++] = m;
	}
	return e;
}

static enum err
old_expiration_read(const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const struct xml_node *x = xml_child(rule, "NoncurrentVersionExpiration");
	enum err e;

	if (x == NULL)
		return OK;
	e = days_read(x, "NoncurrentDays", &r->expire_old, fail);
	if (e == OK)
		e = positive("NoncurrentDays", "NoncurrentVersionExpiration",
		    r->expire_old.days, fail);
	if (e == OK)
		e = keep_read(x, &r->keep_old, fail);
	if (e == OK && r->keep_old > 0 && xml_child(rule, "Filter") == NULL)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "NewerNoncurrentVersions element can only be used in Lifecycle V2.");
	return e;
}

static enum err
abort_read(const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const struct xml_node *x = xml_child(rule, "AbortIncompleteMultipartUpload");
	enum err e;

	if (x == NULL)
		return OK;
	e = days_read(x, "DaysAfterInitiation", &r->abort, fail);
	if (e == OK)
		e = positive("DaysAfterInitiation", "AbortIncompleteMultipartUpload",
		    r->abort.days, fail);
	if (e == OK && r->tags.n > 0)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "AbortIncompleteMultipartUpload cannot be specified with Tags.");
	if (e == OK && r->has_size)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "AbortIncompleteMultipartUpload cannot be specified with Object "
		    "Size.");
	return e;
}

/* MinIO's own. */
static enum err
marker_read(const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const struct xml_node *x = xml_child(rule, "DelMarkerExpiration");
	enum err e;

	if (x == NULL)
		return OK;
	e = days_read(x, "Days", &r->marker, fail);
	return e == OK ? positive("Days", "DelMarkerExpiration", r->marker.days, fail)
		       : e;
}

/* Objects are deleted behind their last move, and both are said alike. */
static enum err
order_check(struct arena *a, const struct life_rule *r, struct fail *fail)
{
	const char *in = filter_name(a, r);

	for (size_t i = 0; i < r->nmove; i++) {
		const struct life_when *w = &r->move[i].when;

		if (!r->expire.given)
			break;
		if (w->dated != r->expire.dated)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "Found mixed 'Date' and 'Days' based Expiration and "
			    "Transition actions in lifecycle rule for filter %s",
			    in);
		if (w->dated ? w->date_ms >= r->expire.date_ms
			     : w->days >= r->expire.days)
			return fail_msg(fail, E_INVALID_ARGUMENT,
			    "'%s' in the Expiration action for filter %s must be %s "
			    "than '%s' in the Transition action",
			    w->dated ? "Date" : "Days", in,
			    w->dated ? "later" : "greater", w->dated ? "Date" : "Days");
	}
	for (size_t i = 0; i < r->nmove_old && r->expire_old.given; i++)
		if (r->move_old[i].when.days >= r->expire_old.days)
			return fail_msg(fail, E_INVALID_ARGUMENT,
			    "'NoncurrentDays' in the NoncurrentVersionExpiration action "
			    "for filter %s must be greater than 'NoncurrentDays' in the "
			    "NoncurrentVersionTransition action",
			    in);
	return OK;
}

static bool
has_action(const struct xml_node *rule)
{
	static const char *const actions[] = { "Expiration", "Transition",
		"NoncurrentVersionExpiration", "NoncurrentVersionTransition",
		"AbortIncompleteMultipartUpload", "DelMarkerExpiration" };

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (xml_child(rule, actions[i]) != NULL)
			return true;
	return false;
}

static enum err
rule_read(struct arena *a, const struct xml_node *rule, bool soon, struct life_rule *r,
    struct fail *fail)
{
	enum err e;

	*r = (struct life_rule){ .id = xml_text(rule, "ID"),
		.enabled = span_is(xml_text(rule, "Status"), "Enabled"),
		.soon = soon,
		.smaller_than = UINT64_MAX };
	if (r->id.n > ID_MAX)
		return fail_msg(fail, E_INVALID_ARGUMENT,
		    "ID length should not exceed allowed limit of %d", ID_MAX);
	if ((e = life_filter_read(a, rule, r, fail)) != OK)
		return e;
	if (!has_action(rule))
		return fail_msg(fail, E_INVALID_REQUEST,
		    "At least one action needs to be specified in a rule");
	if ((e = expiration_read(rule, r, fail)) != OK ||
	    (e = moves_read(a, rule, r, fail)) != OK ||
	    (e = old_moves_read(a, rule, r, fail)) != OK ||
	    (e = old_expiration_read(rule, r, fail)) != OK ||
	    (e = abort_read(rule, r, fail)) != OK ||
	    (e = marker_read(rule, r, fail)) != OK)
		return e;
	return order_check(a, r, fail);
}

/* ---- rules among each other ---- */

static enum err
ids_check(const struct lifecycle *l, struct fail *fail)
{
	for (size_t i = 1; i < l->n; i++)
		for (size_t k = 0; k < i; k++)
			if (span_eq(l->rule[i].id, l->rule[k].id))
				return fail_msg(fail, E_INVALID_ARGUMENT,
				    "Rule ID must be unique. Found same ID for more than "
				    "one rule");
	return OK;
}

/* The old form, with prefixes alone, must not say two things of one key. */
static enum err
prefixes_check(const struct lifecycle *l, const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *first;
	size_t i = 0, k;

	if (xml_child(root, "Rule") == NULL ||
	    xml_child(xml_child(root, "Rule"), "Filter") != NULL)
		return OK;
	for (first = xml_child(root, "Rule"); first != NULL;
	     first = xml_next(first, "Rule"), i++)
		for (k = 0; k < i; k++) {
			const struct life_rule *x = &l->rule[k], *y = &l->rule[i];
			const char *both = x->expire.given && y->expire.given
			    ? "Expiration"
			    : x->nmove > 0 && y->nmove > 0 ? "Transition"
							   : NULL;

			if (both == NULL ||
			    (!span_starts(x->prefix, y->prefix) &&
				!span_starts(y->prefix, x->prefix)))
				continue;
			return fail_msg(fail, E_INVALID_REQUEST,
			    "Found overlapping prefixes '%.*s' and '%.*s' for same "
			    "action type '%s'",
			    (int)x->prefix.n, x->prefix.p, (int)y->prefix.n, y->prefix.p,
			    both);
		}
	return OK;
}

enum err
life_parse(struct arena *a, const struct xml_node *root, bool soon, struct lifecycle *out,
    struct fail *fail)
{
	struct lifecycle l = { .day_ms = LIFE_DAY_MS };
	enum err e = OK;

	for (const struct xml_node *r = xml_child(root, "Rule"); r != NULL;
	     r = xml_next(r, "Rule"))
		l.n++;
	if (l.n > LIFE_RULES_MAX)
		return malformed(fail);
	l.rule = arena_array(a, l.n, sizeof *l.rule);
	l.n = 0;
	for (const struct xml_node *r = xml_child(root, "Rule"); r != NULL && e == OK;
	     r = xml_next(r, "Rule")) {
		e = rule_read(a, r, soon, &l.rule[l.n], fail);
		l.wants_tags = l.wants_tags || l.rule[l.n].tags.n > 0;
		l.n++;
	}
	if (e == OK)
		e = ids_check(&l, fail);
	if (e == OK)
		e = prefixes_check(&l, root, fail);
	if (e == OK)
		*out = l;
	return e;
}

enum err
life_load(struct arena *a, struct span inner, struct lifecycle *out, struct fail *fail)
{
	struct xml_node *root;
	enum err e = doc_tree(a, DOC_LIFECYCLE, inner, &root, fail);

	/* What was taken once is not measured again. */
	return e == OK ? life_parse(a, root, true, out, fail) : e;
}
