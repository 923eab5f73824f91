/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rights a request needs, and whether they are there:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
#include "config.h"

#include "base/log.h"
#include "model/tags.h"
#include "s3_priv.h"

/* ---- one question ---- */

/* The way through an access point, with its policy parsed; *policy is the caller's. */
static const struct access_point *
point_open(struct rq *rq, const struct point *p, struct policy **policy)
{
	struct access_point *out = arena_zalloc(rq->arena, sizeof *out);
	struct fail fail;

	*out = (struct access_point){ .arn = p->arn, .account = p->account };
	policy_free(policy);
	fail_init(&fail, NULL);
	if (p->rec.policy.n == 0)
		return out;
	if (policy_parse(policy, p->rec.policy, POLICY_ACCESS_POINT, p->arn, &fail) !=
	    OK) {
		log_error("the policy of access point %.*s can't be read: %s",
		    (int)p->name.n, p->name.p, fail_text(&fail));
		out->broken = true;
		return out;
	}
	out->policy = *policy;
	out->no_public =
	    (p->rec.block & BLOCK_RESTRICT) != 0 && policy_is_public(*policy);
	return out;
}

/* Credentials that are for less than their parent's rights. */
static bool
in_scope(const struct context *c)
{
	const struct rq *rq = c->rq;
	const struct tempcred_ask q = { .action = c->action,
		.bucket = c->bucket,
		.key = c->key,
		.prefix = c->prefix.p != NULL || c->plain ? c->prefix
							  : query_get(rq, "prefix") };

	return rq->credential == NULL || rq->credential->scope == NULL ||
	    tempcred_allows(rq->credential->scope, &q);
}

static bool
ask(struct context *c, const struct bucket_rules *rules, const char *action,
    struct access_question *q)
{
	struct rq *rq = c->rq;
	bool known = c->bkt->id != 0;

	c->action = action;
	if (rq->via != NULL && rq->point == NULL)
		rq->point = point_open(rq, rq->via, &rq->point_policy);
	c->rules = rules;
	*q = (struct access_question){ .who = rq->who,
		.action = action,
		.resource = c->plain ? SPAN_NONE : rq->resource,
		.bucket = c->bucket,
		.key = c->key,
		.account = known ? span_of(c->bkt->account, ACCOUNT_DIGITS) : SPAN_NONE,
		.policy = rules->policy,
		.broken = rules->broken,
		.no_public = rules->restrict_public && rules->policy != NULL &&
		    policy_is_public(rules->policy),
		.point = c->plain ? c->point : rq->point,
		.now_ms = rq->now_ms,
		.value = context_value,
		.acl = granted_match,
		.ctx = c,
		.arena = rq->arena };
	if (!in_scope(c)) {
		rq->answer = (struct access_answer){ .action = action,
			.why = { .kind = POLICY_KIND_SESSION } };
		return false;
	}
	return access_decide(q, &rq->answer);
}

static enum err
denied(struct rq *rq, const struct access_question *q)
{
	struct span text = access_denied(q, &rq->answer);

	return text.n > 0 ? fail_long(&rq->fail, E_ACCESS_DENIED, text)
			  : fail_set(&rq->fail, E_ACCESS_DENIED);
}

static struct context
context_of(struct rq *rq, struct span key)
{
	return (struct context){
		.rq = rq, .bkt = &rq->bkt, .bucket = rq->bucket, .key = key
	};
}

bool
allow_may(struct rq *rq, const char *action, struct span key)
{
	struct context c = context_of(rq, key);
	struct access_answer was = rq->answer;
	struct access_question q;
	bool may = ask(&c, &rq->rules, action, &q);

	rq->answer = was;
	return may;
}

bool
rq_may(struct rq *rq, const char *action)
{
	return allow_may(rq, action, rq->op->level == LEVEL_OBJECT ? rq->key : SPAN_NONE);
}

static enum err
need(struct rq *rq, const char *action, struct span key, struct span version)
{
	struct context c = context_of(rq, key);
	struct access_question q;

	c.version = version;
	if (ask(&c, &rq->rules, action, &q))
		rq->allow_again = rq->allow_again || c.asked_body;
	else if (c.asked_body)
		rq->allow_again = true;
	else
		return denied(rq, &q);
	return OK;
}

enum err
allow_also(struct rq *rq, const char *action, struct span key)
{
	return need(rq, action, key, SPAN_NONE);
}

/* No bucket's policy speaks of it, and nothing is known of the request yet. */
static bool
no_value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	(void)ctx;
	(void)ask;
	(void)out;
	return false;
}

enum err
allow_admin(struct rq *rq, const char *action)
{
	const struct access_question q = { .who = rq->who,
		.action = action,
		.now_ms = rq->now_ms,
		.value = no_value,
		.arena = rq->arena };

	if (span_is(rq->who->account, ACCOUNT_ROOT) && access_decide(&q, &rq->answer))
		return OK;
	return denied(rq, &q);
}

/* ---- versions ---- */

/* The same done to a version that is named is a right of its own. */
static const char *
of_version(const char *action)
{
	static const struct {
		const char *plain, *version;
	} rows[] = {
		{ "s3:GetObject", "s3:GetObjectVersion" },
		{ "s3:DeleteObject", "s3:DeleteObjectVersion" },
		{ "s3:GetObjectAcl", "s3:GetObjectVersionAcl" },
		{ "s3:PutObjectAcl", "s3:PutObjectVersionAcl" },
		{ "s3:GetObjectTagging", "s3:GetObjectVersionTagging" },
		{ "s3:PutObjectTagging", "s3:PutObjectVersionTagging" },
		{ "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging" },
		{ "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes" },
		{ "s3:GetObjectTorrent", "s3:GetObjectVersionTorrent" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].plain, action) == 0)
			return rows[i].version;
	return action;
}

/* ---- what headers ask for ---- */

static inline bool
given(const struct rq *rq, const char *name)
{
	return header_get(rq, name).n > 0;
}

static bool
acl_given(const struct rq *rq)
{
	return given(rq, "x-amz-acl") || given(rq, "x-amz-grant-read") ||
	    given(rq, "x-amz-grant-write") || given(rq, "x-amz-grant-read-acp") ||
	    given(rq, "x-amz-grant-write-acp") || given(rq, "x-amz-grant-full-control") ||
	    ((rq->op->flags & F_FORM) != 0 && given(rq, "acl"));
}

/* A condition on what is there tells of it: docs.aws.amazon.com/AmazonS3/latest/userguide/
 * conditional-writes.html */
static bool
match_given(const struct rq *rq)
{
	struct span v = header_get(rq, "if-match"),
		    cf = header_get(rq, "cf-copy-destination-if-match");

	return (v.n > 0 && !span_is(v, "*")) || (cf.n > 0 && !span_is(cf, "*"));
}

struct extra {
	const char *action;
	bool needed;
};

static enum err
need_each(struct rq *rq, const struct extra *x, size_t n, struct span key)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++)
		if (x[i].needed)
			e = need(rq, x[i].action, key, SPAN_NONE);
	return e;
}

/* PutObject and all that begins an object. */
static enum err
need_put(struct rq *rq)
{
	const struct extra x[] = {
		{ "s3:PutObjectTagging",
		    given(rq, "x-amz-tagging") ||
			((rq->op->flags & F_FORM) != 0 && given(rq, "tagging")) },
		{ "s3:PutObjectAcl", acl_given(rq) },
		{ "s3:PutObjectRetention",
		    given(rq, "x-amz-object-lock-mode") ||
			given(rq, "x-amz-object-lock-retain-until-date") ||
			given(rq, "x-amz-object-lock-event-hold") },
		{ "s3:PutObjectLegalHold", given(rq, "x-amz-object-lock-legal-hold") },
		{ "s3:GetObject", match_given(rq) },
	};

	return need_each(rq, x, ARRAY_LEN(x), rq->key);
}

static enum err
need_create(struct rq *rq)
{
	const struct extra x[] = {
		{ "s3:PutBucketAcl", acl_given(rq) },
		{ "s3:PutBucketObjectLockConfiguration",
		    given(rq, "x-amz-bucket-object-lock-enabled") },
		{ "s3:PutBucketVersioning",
		    given(rq, "x-amz-bucket-object-lock-enabled") },
		{ "s3:PutBucketOwnershipControls", given(rq, "x-amz-object-ownership") },
	};

	return need_each(rq, x, ARRAY_LEN(x), SPAN_NONE);
}

static enum err
need_more(struct rq *rq, struct span version)
{
	const char *action = rq->op->action;

	if (strcmp(action, "s3:PutObject") == 0)
		return need_put(rq);
	if (strcmp(action, "s3:CreateBucket") == 0)
		return need_create(rq);
	if (strcmp(action, "s3:GetObjectAttributes") == 0)
		return need(rq, version.n > 0 ? "s3:GetObjectVersion" : "s3:GetObject",
		    rq->key, version);
	if (strcmp(action, "s3:DeleteObject") == 0 && match_given(rq))
		return need(rq, "s3:GetObject", rq->key, SPAN_NONE);
	return OK;
}

/* ---- the whole request ---- */

/* Who does not own the bucket pays, or stays away. Nobody can pay without a name:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html */
static bool
must_pay(const struct rq *rq)
{
	if (!rq->rules.requester_pays || rq->op->level == LEVEL_SERVICE)
		return false;
	if (rq->who->kind == IDENTITY_NOBODY)
		return true;
	return !span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS)) &&
	    !span_ieq(header_get(rq, "x-amz-request-payer"), SPAN_LIT("requester")) &&
	    !span_ieq(query_get(rq, "x-amz-request-payer"), SPAN_LIT("requester"));
}

/* Whoever may, but is of another account: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_PutBucketPolicy.html */
static enum err
owner_only(struct rq *rq)
{
	const char *a = rq->op->action;

	if (strcmp(a, "s3:GetBucketPolicy") != 0 &&
	    strcmp(a, "s3:PutBucketPolicy") != 0 &&
	    strcmp(a, "s3:DeleteBucketPolicy") != 0)
		return OK;
	if (rq->who->kind != IDENTITY_NOBODY &&
	    span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS)))
		return OK;
	(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", "BUCKETPOLICY");
	return E_METHOD_NOT_ALLOWED;
}

/* Most requests: the owner's root does what its operation says, and no policy speaks. The
 * answer is access_decide()'s, had before the question is made. */
static bool
is_owners(const struct rq *rq)
{
	return rq->bkt.id != 0 && rq->rules.policy == NULL && !rq->rules.broken &&
	    rq->via == NULL && identity_is_plain_root(rq->who) &&
	    rq->op != &ops[OP_DeleteObjects] && !query_has(rq, "versionId") &&
	    span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS));
}

static enum err
rq_allow_asked(struct rq *rq)
{
	struct span version = rq->op->level == LEVEL_OBJECT && rq->web == NULL
	    ? query_get(rq, "versionId")
	    : SPAN_NONE;
	struct span key = rq->op->level == LEVEL_OBJECT || (rq->op->flags & F_FORM) != 0
	    ? rq->key
	    : SPAN_NONE;
	const char *action = rq->op->action;
	enum err e;

	if (rq->credential != NULL && rq->credential->scope != NULL &&
	    !tempcred_may(rq->credential->scope, rq->op->name,
		rq->http->method == HTTP_GET || rq->http->method == HTTP_HEAD))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	if (must_pay(rq))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	/* Each key on its own, when they are known; but nobody is let in by nothing. */
	if (rq->op == &ops[OP_DeleteObjects])
		return rq->who->kind != IDENTITY_NOBODY || rq->rules.policy != NULL
		    ? OK
		    : fail_set(&rq->fail, E_ACCESS_DENIED);
	e = need(rq, version.n > 0 ? of_version(action) : action, key, version);
	/* Where no policy speaks, the owner's root needs no more than that. */
	if (e == OK && rq->answer.why.kind == POLICY_KIND_ROOT &&
	    rq->rules.policy == NULL && !rq->rules.broken && rq->point == NULL &&
	    rq->who->policies.n == 0 && !rq->who->has_session_policy)
		return OK;
	if (e == OK)
		e = need_more(rq, version);
	return e == OK ? owner_only(rq) : e;
}

enum err
rq_allow(struct rq *rq)
{
	rq->allow_again = false;
	/* What the settings declare asks no policy. */
	if (!rq->http->inside && !is_owners(rq))
		return rq_allow_asked(rq);
	rq->answer.action = rq->op->action;
	rq->answer.resource = SPAN_NONE;
	rq->answer.why =
	    (struct policy_decision){ .allowed = true, .kind = POLICY_KIND_ROOT };
	return OK;
}

bool
allow_delete(struct rq *rq, struct span key, struct span version, struct span *why)
{
	const char *plain = version.n > 0 ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
	struct context c = context_of(rq, key);
	struct access_question q;

	c.version = version;
	if (ask(&c, &rq->rules, plain, &q))
		return true;
	*why = access_denied(&q, &rq->answer);
	return false;
}

/* ---- sources of copies ---- */

static enum err
source_view(struct rq *rq, struct span name)
{
	enum err e;

	if (rq->from != NULL && span_eq(rq->from_name, name))
		return OK;
	if (rq->from != NULL)
		policy_free(&rq->from->rules.policy);
	else
		rq->from = arena_zalloc(rq->arena, sizeof *rq->from);
	rq->from_name = SPAN_NONE;
	e = bucket_look(rq, name, rq->from);
	if (e == OK)
		rq->from_name = name;
	return e;
}

static struct context
source_context(struct rq *rq, struct span key)
{
	return (struct context){ .rq = rq,
		.bkt = &rq->from->rec,
		.bucket = rq->from_name,
		.key = key,
		.plain = true };
}

static enum err
source_need(struct rq *rq, struct context *c, const char *action)
{
	struct access_question q;

	return ask(c, &rq->from->rules, action, &q) ? OK : denied(rq, &q);
}

/* Tags that go along are read there and written here. */
static enum err
source_tags(struct rq *rq, struct context *c)
{
	const struct policy_ask any = { .key = POLICY_KEY_S3_OBJECT_TAG };
	struct policy_values none;
	enum err e;

	if (strcmp(rq->op->name, "CopyObject") != 0 ||
	    span_is(header_get(rq, "x-amz-tagging-directive"), "REPLACE"))
		return OK;
	(void)context_value(c, &any, &none);
	if (c->tags.n == 0)
		return OK;
	e = source_need(rq, c,
	    c->version.n > 0 ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging");
	return e == OK ? need(rq, "s3:PutObjectTagging", rq->key, SPAN_NONE) : e;
}

static struct span
source_version(struct rq *rq)
{
	struct span raw = header_get(rq, "x-amz-copy-source"),
		    id = SPAN_LIT("?versionId=");

	return span_from(raw, span_search(raw, id, 0) + id.n);
}

enum err
allow_source(struct rq *rq, const struct obj_source *s, const struct point *via)
{
	struct policy *policy = NULL;
	struct context c;
	enum err e = source_view(rq, s->bucket);

	if (e != OK)
		return e;
	c = source_context(rq, s->key);
	if (via != NULL)
		c.point = point_open(rq, via, &policy);
	c.version = source_version(rq);
	e = source_need(rq, &c, c.version.n > 0 ? "s3:GetObjectVersion" : "s3:GetObject");
	if (e == OK)
		e = source_tags(rq, &c);
	policy_free(&policy);
	return e;
}

/* ---- what is missing ---- */

/* PUTs and DELETEs tell of a missing key only where a condition asks for it. */
static bool
tells(const struct rq *rq)
{
	if (rq->op == NULL || rq->op->level != LEVEL_OBJECT || rq->web != NULL)
		return false;
	return rq->from != NULL ||
	    (strcmp(rq->op->action, "s3:PutObject") != 0 &&
		strcmp(rq->op->action, "s3:DeleteObject") != 0);
}

enum err
allow_missing(struct rq *rq, enum err e)
{
	const struct bucket_rules *rules = &rq->rules;
	struct access_question q;
	struct context c;

	if ((e != E_NO_SUCH_KEY && e != E_NO_SUCH_VERSION) || rq->fail.code != e ||
	    !tells(rq))
		return e;
	c = context_of(rq, SPAN_NONE);
	c.prefix = rq->key;
	if (rq->from != NULL && rq->from_name.n > 0) {
		c = source_context(rq, SPAN_NONE);
		rules = &rq->from->rules;
	}
	if (ask(&c, rules, "s3:ListBucket", &q))
		return e;
	if (tier_says(rq, TP_MISSING_KEY) == TV_NO_SUCH_KEY)
		return e;
	fail_clear(&rq->fail);
	return denied(rq, &q);
}

/* ---- Block Public Access ---- */

enum err
allow_blocked(struct rq *rq, bool acl)
{
	struct span arn = rq->who->arn;
	const char *action = rq->op->action;
	struct buf b = { 0 };
	enum err e;

	(void)tier_says(rq, TP_NEW_PUBLIC);
	buf_str(&b, "User: ");
	buf_span(&b, arn);
	buf_printf(
	    &b, " is not authorized to perform: %s on resource: \"arn:aws:s3:::", action);
	buf_span(&b, rq->bucket);
	if (rq->op->level == LEVEL_OBJECT) {
		buf_char(&b, '/');
		buf_span(&b, rq->key);
	}
	buf_printf(&b,
	    "\" because public %s are prevented by the %s setting in S3 Block "
	    "Public Access.",
	    acl ? "ACLs" : "policies", acl ? "BlockPublicAcls" : "BlockPublicPolicy");
	e = fail_long(&rq->fail, E_ACCESS_DENIED, buf_view(&b));
	buf_fini(&b);
	return e;
}
