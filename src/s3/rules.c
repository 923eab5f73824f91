/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lifecycle rules as a tier takes them, before they are checked as AWS's: what it refuses is
 * refused here, what it takes and AWS does not is made into what means the same.
 */
#include "config.h"

#include <stdio.h>

#include "base/rand.h"
#include "codec/stamp.h"
#include "model/lifecycle.h"
#include "model/remote_tier.h"
#include "s3_priv.h"

enum { IA_DAYS = 30 }; /* before AWS moves to an IA class */

static const char *const actions[] = { "Expiration", "Transition",
	"NoncurrentVersionExpiration", "NoncurrentVersionTransition",
	"DelMarkerExpiration" };

static bool
is_known(struct span name)
{
	static const char *const names[] = { "Rule", "ID", "Prefix", "Filter", "And",
		"Tag", "Key", "Value", "ObjectSizeGreaterThan", "ObjectSizeLessThan",
		"Status", "Expiration", "Days", "Date", "ExpiredObjectDeleteMarker",
		"ExpiredObjectAllVersions", "Transition", "StorageClass",
		"NoncurrentVersionExpiration", "NoncurrentDays",
		"NewerNoncurrentVersions", "NoncurrentVersionTransition",
		"AbortIncompleteMultipartUpload", "DaysAfterInitiation",
		"DelMarkerExpiration" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is(name, names[i]))
			return true;
	return false;
}

static bool
has_unknown(const struct xml_node *n)
{
	for (const struct xml_node *c = n->child; c != NULL; c = c->next)
		if (!is_known(c->name) || has_unknown(c))
			return true;
	return false;
}

static void
drop_unknown(struct xml_node *n)
{
	for (struct xml_node **at = &n->child; *at != NULL;) {
		if (is_known((*at)->name)) {
			drop_unknown(*at);
			at = &(*at)->next;
		} else
			*at = (*at)->next;
	}
}

static struct xml_node *
add(struct rq *rq, struct xml_node *n, struct span name, struct span text)
{
	struct xml_node *c = arena_zalloc(rq->arena, sizeof *c);

	c->name = name;
	c->text = text;
	c->parent = n;
	c->next = n->child;
	n->child = c;
	return c;
}

static struct span
uuid(struct rq *rq)
{
	uint8_t b[16];

	rand_bytes(b, sizeof b);
	return span_str(arena_printf(rq->arena,
	    "%02x%02x%02x%02x-%02x%02x-4%x%02x-a%x%02x-%02x%02x%02x%02x%02x%02x", b[0],
	    b[1], b[2], b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10], b[11],
	    b[12], b[13], b[14], b[15]));
}

static bool
has_bare_date(const struct xml_node *rule)
{
	for (const struct xml_node *c = rule->child; c != NULL; c = c->next) {
		struct span date = xml_text(c, "Date");

		if (date.n > 0 && span_find(date, 'T', 0) == date.n)
			return true;
	}
	return false;
}

static bool
only_aborts(const struct xml_node *rule)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (xml_child(rule, actions[i]) != NULL)
			return false;
	return xml_child(rule, "AbortIncompleteMultipartUpload") != NULL;
}

/* Which tiers have no such class to move to: MinIO only remote tiers by their names, whatever
 * those are, R2 one class of its own. */
static unsigned without_target(struct span class)
{
	uint8_t number;
	unsigned tiers = 0;

	if (!span_is(class, "STANDARD_IA"))
		tiers |= TIER_BIT_R2;
	if (!class_find_any(class, &number))
		return tiers |
		    TIER_BIT_MINIO; /* and AWS says it when it parses the rule */
	if (remote_tier_of_class(number) == TIER_NONE)
		tiers |= TIER_BIT_MINIO;
	if (number >= CLASS_TIER)
		tiers |= TIER_BIT_AWS;
	return tiers;
}

/* Its transitions go where the tier has nothing. */
static enum err
moves_check(struct rq *rq, const struct xml_node *rule)
{
	for (const struct xml_node *c = rule->child; c != NULL; c = c->next) {
		struct span class = xml_text(c, "StorageClass");
		unsigned but = without_target(class);
		uint64_t days;

		if (class.n == 0)
			continue;
		(void)tier_says_of(rq, TP_TRANSITIONS, but);
		if ((but & 1u << rq->tier) != 0)
			return rq->tier == TIER_AWS
			    ? fail_set(&rq->fail, E_MALFORMED_XML)
			    : fail_msg(&rq->fail, E_INVALID_STORAGE_CLASS,
				  "Invalid storage class.");
		if (!span_u64(span_trim(xml_text(c, "Days")), &days))
			days = IA_DAYS;
		if ((but & TIER_BIT_R2) == 0)
			(void)tier_says_of(rq, TP_TRANSITION_SMALL, TIER_BIT_R2);
		if ((but & TIER_BIT_R2) == 0 && days > 0 && days < IA_DAYS)
			(void)tier_says_of(rq, TP_TRANSITION_DAYS, TIER_BIT_R2);
		if (tier_value(rq, TP_TRANSITION_DAYS) == TV_DAYS_1 && days == 0)
			return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
			    "'Days' for Transition action must be a positive integer");
	}
	return OK;
}

static bool
has_minio_action(const struct xml_node *rule)
{
	const struct xml_node *x = xml_child(rule, "Expiration");

	return xml_child(rule, "DelMarkerExpiration") != NULL ||
	    (x != NULL && xml_child(x, "ExpiredObjectAllVersions") != NULL);
}

static enum err
rule_refuse(struct rq *rq, const struct xml_node *rule)
{
	bool filter = xml_child(rule, "Filter") != NULL,
	     prefix = xml_child(rule, "Prefix") != NULL;

	if (filter && prefix && tier_says(rq, TP_RULE_TWICE) == TV_INVALID_ARGUMENT)
		return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
		    "Prefix and Filter cannot both be specified in a rule");
	if (has_bare_date(rule) && tier_says(rq, TP_RULE_DATE) == TV_REFUSE)
		return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
		    "Date must be provided in ISO 8601 format");
	if (only_aborts(rule) && tier_says(rq, TP_RULE_ABORT) == TV_INVALID_ARGUMENT)
		return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
		    "At least one of Expiration, Transition, NoncurrentVersionExpiration "
		    "or NoncurrentVersionTransition must be specified");
	return moves_check(rq, rule);
}

/* A time of day is taken and does no harm: rules are carried out at midnight, the next one. */
static void
dates_accept(struct rq *rq, struct xml_node *rule)
{
	for (struct xml_node *c = rule->child; c != NULL; c = c->next) {
		struct xml_node *date = xml_child(c, "Date");
		char *text;
		int64_t ms;

		if (date == NULL || !stamp_iso_parse(span_trim(date->text), &ms) ||
		    ms % LIFE_DAY_MS == 0 || tier_says(rq, TP_RULE_MIDNIGHT) != TV_ACCEPT)
			continue;
		text = arena_alloc(rq->arena, STAMP_ISO);
		stamp_iso(text, (ms / LIFE_DAY_MS + 1) * LIFE_DAY_MS);
		date->text = span_of(text, STAMP_ISO);
	}
}

static void
rule_accept(struct rq *rq, struct xml_node *rule)
{
	struct xml_node *old = xml_child(rule, "NoncurrentVersionExpiration"), *made;

	dates_accept(rq, rule);
	if (xml_child(rule, "Filter") == NULL && xml_child(rule, "Prefix") == NULL &&
	    tier_says(rq, TP_RULE_BARE) == TV_ACCEPT) {
		made = add(rq, rule, SPAN_LIT("Filter"), SPAN_NONE);
		(void)add(rq, made, SPAN_LIT("Prefix"), SPAN_NONE);
	}
	if (old != NULL && xml_child(old, "NewerNoncurrentVersions") != NULL &&
	    xml_child(old, "NoncurrentDays") == NULL &&
	    tier_says(rq, TP_RULE_NEWER) == TV_ACCEPT)
		(void)add(rq, old, SPAN_LIT("NoncurrentDays"), SPAN_LIT("1"));
	if (xml_text(rule, "ID").n == 0 && tier_value(rq, TP_RULE_ID) == TV_UUID) {
		for (struct xml_node **at = &rule->child; *at != NULL;)
			if (span_is((*at)->name, "ID"))
				*at = (*at)->next;
			else
				at = &(*at)->next;
		(void)add(rq, rule, SPAN_LIT("ID"), uuid(rq));
	}
}

static void
put_node(struct buf *b, const struct xml_node *n)
{
	buf_str(b, "<");
	buf_span(b, n->name);
	if (n->parent == NULL)
		buf_str(b, " xmlns=\"" XML_S3NS "\"");
	buf_str(b, ">");
	if (n->child == NULL)
		xml_escape(b, n->text);
	for (const struct xml_node *c = n->child; c != NULL; c = c->next)
		put_node(b, c);
	buf_str(b, "</");
	buf_span(b, n->name);
	buf_str(b, ">");
}

enum err
rules_take(struct rq *rq, struct span *in)
{
	struct xml_node *root;
	struct buf b = { 0 };
	enum tier_value says;
	enum err e = OK;

	if (xml_parse(rq->arena, *in, &root, NULL) != OK)
		return OK; /* who checks it says what is wrong */
	if (has_unknown(root) && tier_says(rq, TP_RULE_UNKNOWN) == TV_IGNORE)
		drop_unknown(root);
	for (struct xml_node *r = xml_child(root, "Rule"); r != NULL && e == OK;
	     r = xml_next(r, "Rule")) {
		if (has_minio_action(r)) {
			says = tier_says_of(rq, TP_RULE_MORE, TIER_BIT_AWS | TIER_BIT_R2);
			if (says != TV_BOTH_EXTRAS && says != TV_ALL_VERSIONS)
				return fail_set(&rq->fail, E_MALFORMED_XML);
		}
		e = rule_refuse(rq, r);
		if (e == OK)
			rule_accept(rq, r);
	}
	if (e != OK || rq->tier == TIER_OPEN || rq->tier == TIER_AWS)
		return e;
	put_node(&b, root);
	*in = arena_span(rq->arena, buf_view(&b));
	buf_fini(&b);
	return OK;
}
