/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What S3 and IAM refuse in actions and resources. The sentences are theirs, as clients have
 * quoted them; IAM looks only at the form, S3 also at what there is.
 */
#include "config.h"

#include "policy_priv.h"

enum action_level { LEVEL_A = 1, LEVEL_B = 2, LEVEL_O = 4, LEVEL_P = 8 };

static const struct {
	struct span name;
	enum action_level level;
} actions[] = {
#define ACTION(name, level) { { "s3:" #name, sizeof("s3:" #name) - 1 }, LEVEL_##level },
#include "access/actions.def"
#undef ACTION
};

static const struct span s3_arn = { "arn:aws:s3:::", 13 };

/* Levels of the actions that a text names. */
static unsigned
action_levels(struct span text)
{
	unsigned levels = 0;

	if (span_is(text, "*"))
		text = SPAN_LIT("s3:*");
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (pattern_glob(text, actions[i].name, true))
			levels |= actions[i].level;
	return levels;
}

/* ---- S3 ---- */

static const char *
s3_actions(const struct policy_texts *texts, unsigned levels)
{
	for (size_t i = 0; i < texts->n; i++)
		if ((action_levels(texts->v[i]) & levels) == 0)
			return "Policy has invalid action";
	return NULL;
}

/* Up to the first slash it is the bucket; a variable may become anything. */
static bool
in_bucket(struct span text, struct span bucket)
{
	struct span name = span_from(text, s3_arn.n);

	if (!span_starts(text, s3_arn) || name.n == 0)
		return false;
	name = span_head(name, span_find(name, '/', 0));
	return span_search(name, SPAN_LIT("${"), 0) < name.n ||
	    pattern_glob(name, bucket, false);
}

/* The access point itself, or arn/object/... */
static bool
in_point(struct span text, struct span arn)
{
	struct span rest = span_from(text, arn.n);

	return span_starts(text, arn) &&
	    (rest.n == 0 || span_starts(rest, SPAN_LIT("/object/")) || rest.p[0] == '*' ||
		span_starts(rest, SPAN_LIT("/*")));
}

bool
policy_check_applies(
    const struct policy_texts *names, const struct policy_texts *resources)
{
	unsigned levels = 0;

	for (size_t i = 0; i < resources->n; i++) {
		struct span s = span_from(resources->v[i], s3_arn.n);

		if (span_find(s, '/', 0) == s.n)
			levels |= LEVEL_B;
		if (span_find(s, '/', 0) < s.n || span_find(s, '*', 0) < s.n)
			levels |= LEVEL_O;
	}
	for (size_t i = 0; i < names->n; i++)
		if ((action_levels(names->v[i]) & levels) == 0)
			return false;
	return true;
}

bool
policy_check_key(const struct policy_ask *ask)
{
	/* S3 does not look at the names of AWS's own keys. */
	return ask->key != POLICY_KEY_OTHER ||
	    (ask->name.n > 4 && span_ieq(span_head(ask->name, 4), SPAN_LIT("aws:")));
}

static bool
carries(const char *words, struct span text)
{
	struct span rest = span_str(words), word;
	char name[64] = "s3:";

	while (rest.n > 0) {
		word = span_cut(&rest, ' ');
		MUST(word.n + 3 <= sizeof name);
		memcpy(name + 3, word.p, word.n);
		if (pattern_glob(text, span_of(name, word.n + 3), true))
			return true;
	}
	return false;
}

bool
policy_check_carried(const struct policy_ask *ask, const struct policy_texts *names)
{
	const char *words = policy_key_actions(ask->key);

	if (words[0] == '\0')
		return true;
	for (size_t i = 0; i < names->n; i++)
		if (carries(words, names->v[i]))
			return true;
	return false;
}

/* ---- IAM ---- */

static const char *
iam_action(struct arena *a, struct span text)
{
	struct span vendor = span_head(text, span_find(text, ':', 0));

	if (span_is(text, "*"))
		return NULL;
	if (vendor.n == text.n)
		return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, "
		       "ec2, etc.";
	if (span_find(text, ':', vendor.n + 1) < text.n)
		return "Actions/Condition can contain only one colon.";
	for (size_t i = 0; i < vendor.n; i++) {
		char c = vendor.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.'))
			return arena_printf(
			    a, "Vendor %.*s is not valid", (int)vendor.n, vendor.p);
	}
	return vendor.n == 0 || vendor.n + 1 == text.n ? "Syntax errors in policy."
						       : NULL;
}

static bool
partition_ok(struct span s)
{
	static const char *const names[] = { "aws", "aws-cn", "aws-us-gov", "*" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is(s, names[i]))
			return true;
	return false;
}

static const char *
iam_resource(struct arena *a, struct span text)
{
	struct span rest = text, head = span_cut(&rest, ':'), partition, vendor, region;
	const char *all;

	if (span_is(text, "*"))
		return NULL;
	all = arena_str(a, text);
	if (!span_is(head, "arn"))
		return arena_printf(
		    a, "Resource %s must be in ARN format or \"*\".", all);
	partition = span_cut(&rest, ':');
	if (!partition_ok(partition))
		return arena_printf(a,
		    "Partition \"%s\" is not valid for resource \"%s\".",
		    arena_str(a, partition), all);
	vendor = span_cut(&rest, ':');
	if (vendor.n == 0 || span_find(vendor, '*', 0) < vendor.n ||
	    span_find(vendor, '?', 0) < vendor.n)
		return "Resource vendor must be fully qualified and cannot contain "
		       "regexes.";
	region = span_cut(&rest, ':');
	if (span_is(vendor, "s3") && region.n > 0 && !span_is(region, "*") &&
	    span_search(rest, SPAN_LIT(":accesspoint/"), 0) == rest.n)
		return arena_printf(
		    a, "Resource %s can not contain region information.", all);
	/* Account and name are still to come. */
	return span_find(rest, ':', 0) == rest.n ? "The policy failed legacy parsing"
						 : NULL;
}

/* ---- both ---- */

static bool
is_sts(struct span text)
{
	return text.n > 4 && span_ieq(span_head(text, 4), SPAN_LIT("sts:"));
}

const char *
policy_check_actions(
    struct arena *a, enum policy_place place, const struct policy_texts *texts)
{
	const char *bad = NULL;

	if (place == POLICY_BUCKET || place == POLICY_ACCESS_POINT)
		return s3_actions(texts, LEVEL_B | LEVEL_O);
	for (size_t i = 0; i < texts->n && bad == NULL; i++) {
		bad = iam_action(a, texts->v[i]);
		if (bad == NULL && place == POLICY_TRUST && !is_sts(texts->v[i]))
			bad =
			    "AssumeRole policy may only specify STS AssumeRole actions.";
	}
	return bad;
}

const char *
policy_check_resources(struct arena *a, enum policy_place place, struct span scope,
    const struct policy_texts *texts)
{
	const char *bad = NULL;

	for (size_t i = 0; i < texts->n && bad == NULL; i++) {
		struct span s = texts->v[i];

		if (place == POLICY_BUCKET || place == POLICY_ACCESS_POINT) {
			if (scope.n == 0 ? !span_starts(s, SPAN_LIT("arn:aws:s3:"))
				: place == POLICY_BUCKET ? !in_bucket(s, scope)
							 : !in_point(s, scope))
				bad = "Policy has invalid resource";
		} else
			bad = iam_resource(a, s);
	}
	return bad;
}
