/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules out of their document, with what AWS refuses in them. The texts are the service's,
 * as tests and reports of clients quote them.
 */
#include "config.h"

#include "model/replication.h"

enum { ID_MAX = 255, PREFIX_MAX = 1024 };

static enum err
malformed(struct fail *fail)
{
	return fail_set(fail, E_MALFORMED_XML);
}

static enum err
bad(struct fail *fail, const char *name, struct span value, const char *text)
{
	(void)fail_msg(fail, E_INVALID_ARGUMENT, "%s", text);
	fail_pair_str(fail, "ArgumentName", name);
	if (value.p != NULL)
		fail_pair(fail, "ArgumentValue", value);
	return E_INVALID_ARGUMENT;
}

static enum err
schema(struct fail *fail, const char *name, bool wanted)
{
	return fail_msg(fail, E_INVALID_REQUEST,
	    "%s %s for this version of Cross Region Replication configuration schema. "
	    "Please refer to S3 Developer Guide for more information.",
	    name, wanted ? "must be specified" : "cannot be used");
}

/* ---- MinIO's clients ---- */

static bool
is_empty(const struct xml_node *n)
{
	for (const struct xml_node *c = n->child; c != NULL; c = c->next)
		if (!is_empty(c))
			return false;
	return span_trim(n->text).n == 0;
}

static void
drop_empty(struct xml_node *parent, const char *name)
{
	struct xml_node **at = &parent->child;

	while (*at != NULL) {
		if (span_is((*at)->name, name) && is_empty(*at))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

/* Their structures are written out whole, whatever is in them. */
void
replication_prune(struct xml_node *root)
{
	struct xml_node *filter, *to;

	for (struct xml_node *r = xml_child(root, "Rule"); r != NULL;
	     r = xml_next(r, "Rule")) {
		to = xml_child(r, "Destination");
		if (to == NULL ||
		    !span_starts(xml_text(to, "Bucket"), SPAN_LIT("arn:minio:")))
			continue;
		filter = xml_child(r, "Filter");
		if (filter != NULL) {
			drop_empty(filter, "And");
			drop_empty(filter, "Tag");
		}
		drop_empty(to, "StorageClass");
		drop_empty(r, "SourceSelectionCriteria");
		drop_empty(r, "ExistingObjectReplication");
		drop_empty(r, "DeleteReplication");
	}
}

/* ---- one rule ---- */

static bool
is_on(const struct xml_node *node, const char *name)
{
	const struct xml_node *c = node != NULL ? xml_child(node, name) : NULL;

	return c != NULL && span_is(xml_text(c, "Status"), "Enabled");
}

static enum err
tags_of(struct arena *a, const struct xml_node *in, struct tags *out, struct fail *fail)
{
	const struct xml_node *c;
	enum err e = OK;

	for (c = xml_child(in, "Tag"); c != NULL; c = xml_next(c, "Tag"))
		out->n++;
	out->tag = arena_array(a, out->n, sizeof *out->tag);
	out->n = 0;
	for (c = xml_child(in, "Tag"); c != NULL && e == OK; c = xml_next(c, "Tag")) {
		struct field f = { xml_text(c, "Key"), xml_text(c, "Value") };

		for (size_t i = 0; i < out->n; i++)
			if (span_eq(out->tag[i].name, f.name))
				return fail_msg(fail, E_INVALID_REQUEST,
				    "Duplicate Tag Keys are not allowed.");
		e = tags_check_text(f.name, f.value, fail);
		out->tag[out->n++] = f;
	}
	return e;
}

/* One thing to filter by, or several inside And; an empty filter is all. */
static enum err
filter_read(struct arena *a, const struct xml_node *node, struct replication_rule *r,
    struct fail *fail)
{
	const struct xml_node *filter = xml_child(node, "Filter"), *and;

	if (filter == NULL) {
		r->prefix = xml_text(node, "Prefix");
		return xml_child(node, "Prefix") != NULL ? OK : malformed(fail);
	}
	if (xml_child(node, "Prefix") != NULL || xml_children(filter) > 1)
		return malformed(fail);
	and = xml_child(filter, "And");
	if (and != NULL && xml_children(and) < 2)
		return malformed(fail);
	if (and != NULL)
		filter = and;
	r->prefix = xml_text(filter, "Prefix");
	return tags_of(a, filter, &r->tags, fail);
}

static enum err
priority_read(const struct xml_node *node, struct replication_rule *r, struct fail *fail)
{
	struct span text = span_trim(xml_text(node, "Priority"));
	bool minus = text.n > 1 && text.p[0] == '-';
	uint64_t n;

	if (!span_u64(minus ? span_from(text, 1) : text, &n))
		return malformed(fail);
	if (minus || n > INT32_MAX)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Priority must be between 0 and %d.", INT32_MAX);
	r->priority = (uint32_t)n;
	return OK;
}

/* V1 has no filter, no priority, and replicates delete markers as they come. */
static enum err
version_read(const struct xml_node *node, bool old, bool minio,
    struct replication_rule *r, struct fail *fail)
{
	bool markers = xml_child(node, "DeleteMarkerReplication") != NULL;
	bool priority = xml_child(node, "Priority") != NULL;

	if (old) {
		r->flags |= REPLICATE_MARKERS;
		if (priority || markers)
			return schema(fail,
			    priority ? "Priority" : "DeleteMarkerReplication", false);
		return OK;
	}
	if (!priority)
		return schema(fail, "Priority", true);
	if (!markers)
		return schema(fail, "DeleteMarkerReplication", true);
	if (is_on(node, "DeleteMarkerReplication"))
		r->flags |= REPLICATE_MARKERS;
	if ((r->flags & REPLICATE_MARKERS) != 0 && r->tags.n > 0)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Delete marker replication is not supported if any Tag filter is "
		    "specified. Please refer to S3 Developer Guide for more "
		    "information.");
	if (!minio && xml_child(node, "DeleteReplication") != NULL)
		return malformed(fail);
	return priority_read(node, r, fail);
}

static enum err
selection_read(const struct xml_node *node, struct replication_rule *r, struct fail *fail)
{
	const struct xml_node *s = xml_child(node, "SourceSelectionCriteria");

	if (s == NULL)
		return OK;
	if (s->child == NULL)
		return fail_msg(
		    fail, E_INVALID_REQUEST, "SourceSelectionCriteria cannot be empty.");
	if (is_on(s, "SseKmsEncryptedObjects"))
		r->flags |= REPLICATE_KMS;
	if (is_on(s, "ReplicaModifications"))
		r->flags |= REPLICATE_MODIFICATIONS;
	return OK;
}

/* ---- the destination ---- */

static enum err
key_read(const struct xml_node *node, const struct xml_node *to,
    struct replication_rule *r, struct fail *fail)
{
	const struct xml_node *s = xml_child(node, "SourceSelectionCriteria"),
			      *crypt = xml_child(to, "EncryptionConfiguration");
	bool selects = s != NULL && xml_child(s, "SseKmsEncryptedObjects") != NULL;

	if (crypt != NULL)
		r->key = xml_text(crypt, "ReplicaKmsKeyID");
	if (crypt != NULL && !selects)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "SseKmsEncryptedObjects must be specified if EncryptionConfiguration "
		    "is present.");
	if (selects && r->key.n == 0)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is "
		    "present.");
	if (r->key.n > 0 && !span_starts(r->key, SPAN_LIT("arn:aws:kms:")))
		return bad(
		    fail, "ReplicaKmsKeyID", r->key, "Invalid ReplicaKmsKeyID ARN.");
	return OK;
}

static bool
minutes_ok(const struct xml_node *node)
{
	uint64_t n;

	return node != NULL && span_u64(xml_text(node, "Minutes"), &n) &&
	    n == REPLICATION_MINUTES;
}

/* Replication time control comes with metrics, and both know one threshold. */
static enum err
time_read(const struct xml_node *to, struct replication_rule *r, struct fail *fail)
{
	const struct xml_node *metrics = xml_child(to, "Metrics"),
			      *time = xml_child(to, "ReplicationTime"), *threshold;

	threshold = metrics != NULL ? xml_child(metrics, "EventThreshold") : NULL;
	if (is_on(to, "Metrics"))
		r->flags |= REPLICATE_METRICS;
	if (is_on(to, "ReplicationTime"))
		r->flags |= REPLICATE_TIMED;
	if (time != NULL && metrics == NULL)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Replication destination must contain both ReplicationTime and "
		    "Metrics or neither.");
	if (time != NULL && !minutes_ok(xml_child(time, "Time")))
		return bad(
		    fail, "ReplicationTime", SPAN_NONE, "Invalid time minute value");
	if ((r->flags & REPLICATE_TIMED) == 0)
		return threshold == NULL
		    ? OK
		    : bad(fail, "Metrics", SPAN_NONE,
			  "Metrics cannot contain an event threshold when "
			  "ReplicationTime is not specified or Disabled");
	if (threshold == NULL)
		return bad(fail, "ReplicationMetrics", SPAN_NONE,
		    "ReplicationMetrics must contain an event threshold");
	return minutes_ok(threshold) ? OK
				     : bad(fail, "ReplicationMetrics", SPAN_NONE,
					   "Invalid event threshold minute value");
}

static enum err
to_read(const struct xml_node *node, struct replication_rule *r, struct fail *fail)
{
	const struct xml_node *to = xml_child(node, "Destination");
	struct span class = xml_text(to, "StorageClass");
	bool remote;

	r->arn = xml_text(to, "Bucket");
	r->account = xml_text(to, "Account");
	if (!replication_arn(r->arn, &r->bucket, &remote))
		return bad(fail, "Bucket", r->arn, "Invalid bucket ARN");
	if (remote)
		r->flags |= REPLICATE_REMOTE;
	if (class.p != NULL) {
		if (!class_find(class, &r->class) || r->class == CLASS_EXPRESS_ONEZONE)
			return malformed(fail);
		r->flags |= REPLICATE_CLASS;
	}
	if (xml_child(to, "AccessControlTranslation") != NULL) {
		r->flags |= REPLICATE_OWNER;
		if (r->account.n == 0)
			return fail_msg(fail, E_INVALID_REQUEST,
			    "Account must be specified if the Owner in "
			    "AccessControlTranslation has a value");
	}
	return OK;
}

static enum err
rule_read(struct arena *a, const struct xml_node *node, bool old, bool minio,
    struct replication_rule *r, struct fail *fail)
{
	enum err e;

	*r = (struct replication_rule){ .id = xml_text(node, "ID") };
	if (span_is(xml_text(node, "Status"), "Enabled"))
		r->flags |= REPLICATE_ENABLED;
	if (is_on(node, "ExistingObjectReplication"))
		r->flags |= REPLICATE_EXISTING;
	if (is_on(node, "DeleteReplication"))
		r->flags |= REPLICATE_DELETES;
	if (r->id.n > ID_MAX)
		return bad(fail, "ID", r->id, "Rule Id cannot be greater than 255");
	e = filter_read(a, node, r, fail);
	if (e == OK && r->prefix.n > PREFIX_MAX)
		e = bad(fail, "Prefix", r->prefix,
		    "The maximum size of a prefix is 1024 bytes.");
	if (e == OK)
		e = version_read(node, old, minio, r, fail);
	if (e == OK)
		e = selection_read(node, r, fail);
	if (e == OK)
		e = to_read(node, r, fail);
	if (e == OK)
		e = key_read(node, xml_child(node, "Destination"), r, fail);
	return e == OK ? time_read(xml_child(node, "Destination"), r, fail) : e;
}

/* ---- all of them ---- */

/* arn:aws:iam::ACCOUNT:role/NAME; nobody looks whether it is there, as on AWS. */
static enum err
role_check(struct span role, struct fail *fail)
{
	struct span part[5], rest = role;
	bool digits = true;

	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		part[i] = span_cut(&rest, ':');
	for (size_t i = 0; i < part[4].n; i++)
		digits = digits && part[4].p[i] >= '0' && part[4].p[i] <= '9';
	if (!span_is(part[0], "arn") || !span_starts(part[1], SPAN_LIT("aws")) ||
	    !span_is(part[2], "iam") || part[3].n > 0 || part[4].n != ACCOUNT_DIGITS ||
	    !digits || rest.n == 0)
		return bad(fail, "Role", role,
		    "Invalid Role specified in replication configuration");
	if (!span_starts(rest, SPAN_LIT("role/")) || rest.n == 5)
		return bad(fail, "Role", role, "The relative id should start with role");
	return OK;
}

static enum err
unique(const struct replication *r, bool old, struct fail *fail)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < i; k++) {
			if (span_eq(r->rule[i].id, r->rule[k].id))
				return bad(
				    fail, "ID", r->rule[i].id, "Rule Id must be unique");
			if (!old && r->rule[i].priority == r->rule[k].priority)
				return fail_msg(fail, E_INVALID_REQUEST,
				    "Found duplicate priority %u.",
				    (unsigned)r->rule[i].priority);
		}
	return OK;
}

enum err
replication_parse(struct arena *a, const struct xml_node *root, struct replication *out,
    struct fail *fail)
{
	struct replication r = { .role = xml_text(root, "Role") };
	const struct xml_node *node;
	bool old = false;
	enum err e = OK;

	for (node = xml_child(root, "Rule"); node != NULL;
	     node = xml_next(node, "Rule"), r.n++) {
		old = old || xml_child(node, "Filter") == NULL;
		r.minio = r.minio ||
		    span_starts(xml_text(xml_child(node, "Destination"), "Bucket"),
			SPAN_LIT("arn:minio:"));
	}
	if (r.n > REPLICATION_RULES_MAX)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "The number of replication rules must not exceed the allowed limit "
		    "of %d rules.",
		    REPLICATION_RULES_MAX);
	/* MinIO's know their targets' secrets instead of a role. */
	if (xml_child(root, "Role") == NULL && !r.minio)
		return malformed(fail);
	if (!r.minio && (e = role_check(r.role, fail)) != OK)
		return e;
	r.rule = arena_array(a, r.n, sizeof *r.rule);
	r.n = 0;
	for (node = xml_child(root, "Rule"); node != NULL && e == OK;
	     node = xml_next(node, "Rule"))
		e = rule_read(a, node, old, r.minio, &r.rule[r.n++], fail);
	if (e == OK)
		e = unique(&r, old, fail);
	if (e == OK)
		*out = r;
	return e;
}
