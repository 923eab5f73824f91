/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules out of their document, with what AWS refuses in them. The texts are the service's,
 * recorded where tests of clients quote them.
 */
#include "config.h"

#include <inttypes.h>

#include "codec/stamp.h"
#include "model/doc.h"
#include "model/lifecycle.h"

#include "doc_priv.h"
#include "lifecycle_priv.h"

enum { ID_MAX = 255, PREFIX_MAX = 1024 };
#define DAYS_MAX INT32_MAX
#define SIZE_LIMIT UINT64_C(1099511627776000) /* bytes that a filter may name */

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

		if (id != NULL && id->text.n > 0)
			continue;
		if (id == NULL) {
			id = arena_zalloc(a, sizeof *id);
			id->name = SPAN_LIT("ID");
			id->parent = r;
			id->next = r->child;
			r->child = id;
		}
		id->text = doc_make_id(a);
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
	(void)fail_msg(fail, E_INVALID_ARGUMENT,
	    "'%s' for %s action must be a positive integer", name, action);
	return life_argument_number(fail, name, n);
}

static enum err
date_read(struct span text, struct life_when *w, struct fail *fail)
{
	if (!stamp_iso_parse(span_trim(text), &w->date_ms))
		return malformed(fail);
	if (w->date_ms % LIFE_DAY_MS != 0) {
		(void)fail_msg(
		    fail, E_INVALID_ARGUMENT, "'Date' must be at midnight GMT");
		return life_argument(fail, "Date", text);
	}
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

/* A size of 0 is no size for "less than"; MinIO and R2 take what is a number. */
static enum err
size_read(const struct xml_node *n, const char *name, uint64_t least, uint64_t *out,
    struct life_rule *r, struct fail *fail)
{
	struct span text = span_trim(xml_text(n, name));
	bool minus = text.n > 1 && text.p[0] == '-';

	if (text.p == NULL)
		return OK;
	if (!span_u64(minus ? span_from(text, 1) : text, out))
		return malformed(fail);
	if ((minus || *out < least || *out > SIZE_LIMIT) && !r->soon)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "'%s' should be between %u and %" PRIu64 ".", name, (unsigned)least,
		    SIZE_LIMIT);
	if (minus)
		return malformed(fail);
	r->has_size = true;
	return OK;
}

static enum err
tag_check(const struct field *f, struct fail *fail)
{
	struct fail why;

	fail_init(&why, NULL);
	if (tags_check_text(f->name, SPAN_LIT(""), &why) != OK)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "A Tag's Key must be a length between 1 and 128.");
	if (tags_check_text(f->name, f->value, &why) != OK)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "A Tag's Value must be a length between 0 and 256.");
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
		e = tag_check(&f, fail);
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
	e = size_read(in, "ObjectSizeGreaterThan", 0, &r->larger_than, r, fail);
	if (e == OK)
		e = size_read(in, "ObjectSizeLessThan", 1, &r->smaller_than, r, fail);
	if (e == OK)
		e = tags_read_from(a, in, r, fail);
	if (e == OK && r->smaller_than != UINT64_MAX && r->larger_than >= r->smaller_than)
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "'ObjectSizeLessThan' has to be a value greater than "
		    "'ObjectSizeGreaterThan'.");
	return e;
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
	/* Also where it says false. */
	if (e == OK && marker.p != NULL && !r->soon && (r->tags.n > 0 || r->has_size))
		e = fail_msg(fail, E_INVALID_REQUEST,
		    "ExpiredObjectDeleteMarker cannot be specified with %s.",
		    r->tags.n > 0 ? "Tags" : "Object Size");
	return e;
}

/* The documentation's limit of 100 is none: recorded is that 500 are taken. */
static enum err
keep_read(const struct xml_node *n, const char *action, uint64_t *out, struct fail *fail)
{
	struct span text = xml_text(n, "NewerNoncurrentVersions");
	int64_t v;
	enum err e;

	if (text.p == NULL)
		return OK;
	if (!number(text, &v))
		return malformed(fail);
	e = positive("NewerNoncurrentVersions", action, v, fail);
	if (e == OK)
		*out = (uint64_t)v;
	return e;
}

/* Nothing goes back to where it came from. */
static enum err
class_read(const struct xml_node *n, const char *action, uint8_t *out, struct fail *fail)
{
	struct span name = xml_text(n, "StorageClass");

	if (!class_find_any(name, out) || *out == CLASS_EXPRESS_ONEZONE)
		return malformed(fail);
	if (*out != CLASS_STANDARD && *out != CLASS_REDUCED_REDUNDANCY)
		return OK;
	(void)fail_msg(fail, E_INVALID_ARGUMENT,
	    "Invalid target Storage class for %s action", action);
	return life_argument(fail, "StorageClass", name);
}

static enum err
moves_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const char *action = "Transition", *about = life_about(a, rule, r);
	enum err e = OK;

	for (const struct xml_node *t = xml_child(rule, action); t != NULL && e == OK;
	     t = xml_next(t, action)) {
		struct life_move m = { 0 };
		struct span date = xml_text(t, "Date"), days = xml_text(t, "Days");

		if ((date.p != NULL) == (days.p != NULL) ||
		    r->nmove == LIFE_TRANSITIONS_MAX)
			return malformed(fail);
		e = date.p != NULL ? date_read(date, &m.when, fail)
				   : days_read(t, "Days", &m.when, fail);
		if (e == OK)
			e = class_read(t, action, &m.class, fail);
		if (e == OK)
			e = life_move_check(r, &m, action, about, fail);
		r->move[r->nmove++] = m;
	}
	return e;
}

static enum err
keep_form(const struct xml_node *rule, struct fail *fail)
{
	if (xml_child(rule, "Filter") != NULL)
		return OK;
	return fail_msg(fail, E_INVALID_REQUEST,
	    "NewerNoncurrentVersions element can only be used in Lifecycle V2.");
}

static enum err
old_moves_read(
    struct arena *a, const struct xml_node *rule, struct life_rule *r, struct fail *fail)
{
	const char *action = "NoncurrentVersionTransition";
	const char *about = life_about(a, rule, r);
	enum err e = OK;

	for (const struct xml_node *t = xml_child(rule, action); t != NULL && e == OK;
	     t = xml_next(t, action)) {
		struct life_move m = { 0 };

		if (r->nmove_old == LIFE_TRANSITIONS_MAX)
			return malformed(fail);
		e = days_read(t, "NoncurrentDays", &m.when, fail);
		if (e == OK)
			e = class_read(t, action, &m.class, fail);
		if (e == OK)
			e = keep_read(t, action, &m.keep, fail);
		if (e == OK && m.keep > 0)
			e = keep_form(rule, fail);
		if (e == OK)
			e = life_move_check(r, &m, action, about, fail);
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
		e = keep_read(x, "NoncurrentVersionExpiration", &r->keep_old, fail);
	return e == OK && r->keep_old > 0 ? keep_form(rule, fail) : e;
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
	if (r->id.n > ID_MAX) {
		(void)fail_msg(fail, E_INVALID_ARGUMENT,
		    "ID length should not exceed allowed limit of %d", ID_MAX);
		return life_argument(fail, "ID", r->id);
	}
	if ((e = life_filter_read(a, rule, r, fail)) != OK)
		return e;
	if (r->prefix.n > PREFIX_MAX && !soon)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "The maximum size of a prefix is %d.", PREFIX_MAX);
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
	return life_order_check(r, life_about(a, rule, r), fail);
}

/* ---- rules among each other ---- */

static enum err
ids_check(const struct lifecycle *l, struct fail *fail)
{
	for (size_t i = 1; i < l->n; i++)
		for (size_t k = 0; k < i; k++)
			if (span_eq(l->rule[i].id, l->rule[k].id)) {
				(void)fail_msg(fail, E_INVALID_ARGUMENT,
				    "Rule ID must be unique. Found same ID for more than "
				    "one rule");
				return life_argument(fail, "ID", l->rule[i].id);
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
		e = life_forms_check(&l, root, soon, fail);
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
