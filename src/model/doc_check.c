/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of elements cannot say. Texts are recorded answers of AWS where one is
 * known. */
#include "config.h"

#include <stdio.h>

#include "model/tags.h"
#include "model/worm.h"

#include "doc_priv.h"

enum { CORS_ID_MAX = 255, WEB_RULES_MAX = 50 };
enum { DAYS_MAX = 730 };

static enum err
malformed(struct fail *fail)
{
	return fail_set(fail, E_MALFORMED_XML);
}

/* ---- tags ---- */

enum err
doc_check_tags(const struct xml_node *set, const char *system_text, struct fail *fail)
{
	const struct xml_node *t, *before;
	unsigned n = 0;
	enum err e;

	for (t = xml_child(set, "Tag"); t != NULL; t = xml_next(t, "Tag")) {
		struct span key = xml_text(t, "Key"), value = xml_text(t, "Value");

		for (before = xml_child(set, "Tag"); before != t;
		     before = xml_next(before, "Tag"))
			if (span_eq(xml_text(before, "Key"), key))
				return tags_refuse(fail,
				    "Cannot provide multiple Tags with the same key", key,
				    SPAN_NONE);
		if (span_starts(key, SPAN_LIT("aws:")))
			return tags_refuse(fail, system_text, key, SPAN_NONE);
		e = tags_check_text(key, value, fail);
		if (e != OK)
			return e;
		if (++n > DOC_TAGS_MAX)
			return fail_msg(fail, E_BAD_REQUEST,
			    "Bucket tag count cannot be greater than 50");
	}
	return OK;
}

static enum err
check_tagging(const struct xml_node *root, struct doc_text *out, struct fail *fail)
{
	const struct xml_node *set = xml_child(root, "TagSet");

	out->nothing = set->child == NULL;
	return doc_check_tags(
	    set, "System tags cannot be added/updated by requester", fail);
}

/* ---- CORS ---- */

static enum err
one_wildcard(const struct xml_node *rule, const char *name, struct fail *fail)
{
	for (const struct xml_node *c = xml_child(rule, name); c != NULL;
	     c = xml_next(c, name)) {
		size_t at = span_find(c->text, '*', 0);

		if (at < c->text.n && span_find(c->text, '*', at + 1) < c->text.n)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "%s \"%.*s\" can not have more than one wildcard.", name,
			    (int)c->text.n, c->text.p);
	}
	return OK;
}

static enum err
check_cors_rule(const struct xml_node *rule, struct fail *fail)
{
	static const char methods[] = " GET PUT HEAD POST DELETE ";
	const struct xml_node *c;
	char word[16];
	enum err e;

	for (c = xml_child(rule, "AllowedMethod"); c != NULL;
	     c = xml_next(c, "AllowedMethod")) {
		(void)snprintf(word, sizeof word, " %.*s ", (int)c->text.n, c->text.p);
		if (c->text.n == 0 || c->text.n > 8 ||
		    span_find(c->text, ' ', 0) < c->text.n ||
		    strstr(methods, word) == NULL)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "Found unsupported HTTP method in CORS config. Unsupported "
			    "method is %.*s",
			    (int)c->text.n, c->text.p);
	}
	e = one_wildcard(rule, "AllowedOrigin", fail);
	if (e == OK)
		e = one_wildcard(rule, "AllowedHeader", fail);
	for (c = xml_child(rule, "ExposeHeader"); e == OK && c != NULL;
	     c = xml_next(c, "ExposeHeader"))
		if (span_find(c->text, '*', 0) < c->text.n)
			e = fail_msg(fail, E_INVALID_REQUEST,
			    "ExposeHeader \"%.*s\" contains wildcard. We currently do "
			    "not support wildcard for ExposeHeader.",
			    (int)c->text.n, c->text.p);
	return e == OK && xml_text(rule, "ID").n > CORS_ID_MAX ? malformed(fail) : e;
}

/* What goes into a response head must not be able to end a line of it. */
static bool
has_control(const struct xml_node *node)
{
	for (const struct xml_node *c = node->child; c != NULL; c = c->next)
		for (size_t i = 0; i < c->text.n; i++)
			if ((unsigned char)c->text.p[i] < 0x20 || c->text.p[i] == 0x7f)
				return true;
	return false;
}

static enum err
check_cors(const struct xml_node *root, struct fail *fail)
{
	enum err e = OK;

	for (const struct xml_node *r = xml_child(root, "CORSRule"); r != NULL && e == OK;
	     r = xml_next(r, "CORSRule"))
		e = has_control(r) ? malformed(fail) : check_cors_rule(r, fail);
	return e;
}

/* ---- website ---- */

/* What goes into a Location header must not be able to end it. */
static bool
web_texts_ok(const struct xml_node *node)
{
	return node == NULL || !has_control(node);
}

static enum err
web_protocol(const struct xml_node *node, struct fail *fail)
{
	struct span v = xml_text(node, "Protocol");

	if (v.p == NULL || span_is(v, "http") || span_is(v, "https"))
		return OK;
	return fail_msg(fail, E_INVALID_REQUEST,
	    "Invalid protocol, protocol can be http or https. If not defined the "
	    "protocol "
	    "will be selected automatically.");
}

static bool
http_code(struct span v, uint64_t from, uint64_t to)
{
	uint64_t n;

	return v.n == 3 && span_u64(v, &n) && n >= from && n <= to;
}

static enum err
web_rule(const struct xml_node *rule, struct fail *fail)
{
	const struct xml_node *to = xml_child(rule, "Redirect"),
			      *when = xml_child(rule, "Condition");
	struct span code = xml_text(to, "HttpRedirectCode"), error;

	if (!web_texts_ok(to) || !web_texts_ok(when))
		return malformed(fail);
	if (xml_child(to, "ReplaceKeyPrefixWith") != NULL &&
	    xml_child(to, "ReplaceKeyWith") != NULL)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
	if (when != NULL && when->child == NULL)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Condition cannot be empty. To redirect all requests without a "
		    "condition, the condition element shouldn't be present.");
	if (code.p != NULL && !http_code(code, 301, 399))
		return fail_msg(fail, E_INVALID_REQUEST,
		    "The provided HTTP redirect code (%.*s) is not valid. Valid codes "
		    "are "
		    "3XX except 300.",
		    (int)code.n, code.p);
	error = when != NULL ? xml_text(when, "HttpErrorCodeReturnedEquals") : SPAN_NONE;
	if (error.p != NULL && !http_code(error, 400, 599))
		return fail_msg(fail, E_INVALID_REQUEST,
		    "The provided HTTP error code (%.*s) is not valid. Valid codes are "
		    "4XX or 5XX.",
		    (int)error.n, error.p);
	return web_protocol(to, fail);
}

static enum err
web_rules(const struct xml_node *rules, struct fail *fail)
{
	unsigned n = 0;
	enum err e = OK;

	for (const struct xml_node *r = xml_child(rules, "RoutingRule");
	     r != NULL && e == OK; r = xml_next(r, "RoutingRule")) {
		e = web_rule(r, fail);
		if (e == OK && ++n > WEB_RULES_MAX)
			e = fail_msg(fail, E_INVALID_REQUEST,
			    "The number of routing rules must not exceed %d.",
			    WEB_RULES_MAX);
	}
	return e;
}

static enum err
check_website(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *all = xml_child(root, "RedirectAllRequestsTo"),
			      *index = xml_child(root, "IndexDocument"),
			      *error = xml_child(root, "ErrorDocument"),
			      *rules = xml_child(root, "RoutingRules");
	struct span suffix;

	if (all != NULL) {
		if (root->child->next != NULL)
			return fail_argument(fail, "RedirectAllRequestsTo",
			    SPAN_LIT("not null"),
			    "RedirectAllRequestsTo cannot be provided in conjunction "
			    "with other Routing Rules.");
		return web_texts_ok(all) ? web_protocol(all, fail) : malformed(fail);
	}
	if (index == NULL)
		return fail_argument(fail, "IndexDocument", SPAN_LIT("null"),
		    "A value for IndexDocument Suffix must be provided if "
		    "RedirectAllRequestsTo is empty");
	suffix = xml_text(index, "Suffix");
	if (suffix.n == 0 || span_find(suffix, '/', 0) < suffix.n)
		return fail_argument(fail, "IndexDocument",
		    suffix.p == NULL ? SPAN_LIT("null") : suffix,
		    "The IndexDocument Suffix is not well formed");
	if (error != NULL && xml_text(error, "Key").n == 0)
		return malformed(fail);
	return rules != NULL ? web_rules(rules, fail) : OK;
}

/* ---- logging ---- */

static enum err
check_logging(const struct xml_node *root, struct doc_text *out, struct fail *fail)
{
	const struct xml_node *on = xml_child(root, "LoggingEnabled"), *format;

	out->nothing = on == NULL;
	if (on == NULL)
		return OK;
	if (xml_child(on, "TargetGrants") != NULL)
		return fail_set(fail, E_ACL_NOT_SUPPORTED);
	format = xml_child(on, "TargetObjectKeyFormat");
	if (format != NULL && (format->child == NULL || format->child->next != NULL))
		return malformed(fail);
	out->target = xml_text(on, "TargetBucket");
	return OK;
}

/* ---- the configurations with an id ---- */

/* One thing to filter by, or several inside And. */
static enum err
check_filter(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *filter = xml_child(root, "Filter"), *and;

	if (filter == NULL)
		return OK;
	if (xml_children(filter) != 1)
		return malformed(fail);
	and = xml_child(filter, "And");
	return and != NULL && xml_children(and) < 2 ? malformed(fail) : OK;
}

static enum err
check_arn(struct span arn, struct fail *fail)
{
	struct span prefix = SPAN_LIT("arn:aws:s3:::");

	if (span_starts(arn, prefix) && arn.n > prefix.n)
		return OK;
	return fail_set(fail, E_INVALID_DESTINATION);
}

static enum err
check_tiers(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *t = xml_child(root, "Tiering"), *next;
	uint64_t days, least;

	for (; t != NULL; t = next) {
		next = xml_next(t, "Tiering");
		if (next != NULL &&
		    span_eq(xml_text(t, "AccessTier"), xml_text(next, "AccessTier")))
			return malformed(fail);
		least = span_is(xml_text(t, "AccessTier"), "ARCHIVE_ACCESS") ? 90 : 180;
		if (!span_u64(span_trim(xml_text(t, "Days")), &days) || days < least ||
		    days > DAYS_MAX)
			return fail_argument(fail, "Days", xml_text(t, "Days"),
			    "The number of days is outside what the access tier allows");
	}
	return OK;
}

static enum err
check_analytics(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *export =
	    xml_child(xml_child(root, "StorageClassAnalysis"), "DataExport");

	if (export == NULL)
		return OK;
	return check_arn(
	    xml_text(xml_child(xml_child(export, "Destination"), "S3BucketDestination"),
		"Bucket"),
	    fail);
}

/* What a report cannot be written with is refused, rather than kept without effect. */
static enum err
check_inventory(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *to =
	    xml_child(xml_child(root, "Destination"), "S3BucketDestination");
	const struct xml_node *sealed = xml_child(to, "Encryption"), *f,
			      *fields = xml_child(root, "OptionalFields");
	struct span format = span_trim(xml_text(to, "Format"));
	enum err e = check_arn(xml_text(to, "Bucket"), fail);

	if (e != OK)
		return e;
	if (!span_is(format, "CSV"))
		return fail_msg(fail, E_NOT_IMPLEMENTED,
		    "Inventory reports are written as CSV; %.*s is not implemented.",
		    (int)format.n, format.p);
	if (sealed != NULL && xml_child(sealed, "SSE-KMS") != NULL)
		return fail_msg(fail, E_NOT_IMPLEMENTED,
		    "Inventory reports encrypted with a KMS key are not implemented.");
	for (f = fields == NULL ? NULL : xml_child(fields, "Field"); f != NULL;
	     f = xml_next(f, "Field"))
		if (span_is(span_trim(f->text), "ObjectAccessControlList"))
			return fail_msg(fail, E_NOT_IMPLEMENTED,
			    "The inventory field %.*s is not implemented.",
			    (int)span_trim(f->text).n, span_trim(f->text).p);
	return OK;
}

static enum err
check_with_id(enum doc d, const struct xml_node *root, struct span id, struct fail *fail)
{
	bool same = span_eq(xml_text(root, "Id"), id);
	enum err e = OK;

	if (d != DOC_INVENTORY)
		e = check_filter(root, fail);
	if (e != OK)
		return e;
	if (!same && (d == DOC_ANALYTICS || d == DOC_TIERING))
		return malformed(fail);
	if (!same)
		return fail_set(fail, E_ID_MISMATCH);
	if (d == DOC_TIERING)
		return check_tiers(root, fail);
	if (d == DOC_ANALYTICS)
		return check_analytics(root, fail);
	return d == DOC_INVENTORY ? check_inventory(root, fail) : OK;
}

/* ---- encryption ---- */

static enum err
check_encryption(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *rule = xml_child(root, "Rule"),
			      *by = xml_child(rule, "ApplyServerSideEncryptionByDefault");

	if (by == NULL || !span_is(xml_text(by, "SSEAlgorithm"), "AES256") ||
	    xml_child(by, "KMSMasterKeyID") == NULL)
		return OK;
	(void)fail_msg(fail, E_INVALID_ARGUMENT,
	    "a KMSMasterKeyID is not applicable if the default sse algorithm is not "
	    "aws:kms or aws:kms:dsse");
	fail_pair_str(fail, "ArgumentName", "ApplyServerSideEncryptionByDefault");
	return E_INVALID_ARGUMENT;
}

/* ---- object lock ---- */

static enum err
lock_number(
    const struct xml_node *node, const char *name, uint64_t max, struct fail *fail)
{
	struct span text = span_trim(xml_text(node, name));
	bool minus = text.n > 1 && text.p[0] == '-';
	uint64_t n;

	if (text.p == NULL)
		return OK;
	if (!span_u64(minus ? span_from(text, 1) : text, &n))
		return malformed(fail);
	if (minus || n == 0)
		return fail_argument(fail, name, text,
		    "Default retention period must be a positive integer value.");
	return n <= max
	    ? OK
	    : fail_argument(fail, name, text, "Default retention period too large.");
}

/* Days or Years, never both. */
static enum err
lock_period(const struct xml_node *node, bool needed, struct fail *fail)
{
	bool days = xml_child(node, "Days") != NULL,
	     years = xml_child(node, "Years") != NULL;
	enum err e;

	if ((days && years) || (needed && !days && !years))
		return malformed(fail);
	e = lock_number(node, "Days", WORM_DAYS_MAX, fail);
	return e == OK ? lock_number(node, "Years", WORM_YEARS_MAX, fail) : e;
}

static enum err
check_lock(const struct xml_node *root, struct fail *fail)
{
	const struct xml_node *rule = xml_child(root, "Rule"), *retention, *hold;
	enum err e;

	if (rule == NULL)
		return OK;
	retention = xml_child(rule, "DefaultRetention");
	hold = xml_child(retention, "DefaultEventHold");
	e = lock_period(retention, hold == NULL, fail);
	return e == OK && hold != NULL ? lock_period(hold, true, fail) : e;
}

enum err
doc_check(enum doc d, const struct xml_node *root, struct span id, struct doc_text *out,
    struct fail *fail)
{
	switch (d) {
	case DOC_TAGGING:
		return check_tagging(root, out, fail);
	case DOC_CORS:
		return check_cors(root, fail);
	case DOC_WEBSITE:
		return check_website(root, fail);
	case DOC_LOGGING:
		return check_logging(root, out, fail);
	case DOC_METRICS:
	case DOC_ANALYTICS:
	case DOC_TIERING:
	case DOC_INVENTORY:
		return check_with_id(d, root, id, fail);
	case DOC_OBJECT_LOCK:
		return check_lock(root, fail);
	case DOC_PUBLIC_BLOCK:
		return root->child != NULL ? OK
					   : fail_msg(fail, E_INVALID_REQUEST,
						 "Must specify at least one "
						 "configuration.");
	case DOC_ENCRYPTION:
		return check_encryption(root, fail);
	default:
		return OK;
	}
}
