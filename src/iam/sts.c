/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary credentials. */
#include "config.h"

#include "sts_priv.h"

enum {
	DURATION_MIN = 900,
	DURATION_DEFAULT = 3600,
	DURATION_LONG = 43200,
	DURATION_MAX = 129600,
	CHAINED_MAX = 3600,
	POLICY_MAX = 2048,
	ARNS_MAX = 10,
	ARN_MAX = 2048
};

/* ---- what all of them take ---- */

static enum err
sts_narrow(struct iam_call *c, struct span account, struct session *s)
{
	struct entity_list arns;
	struct policy *p;
	struct span text;
	struct managed_arn part;
	enum err e = iam_members(c, "PolicyArns", "arn", ARNS_MAX, &arns);

	if (e != OK)
		return e;
	s->policy = iam_param(c, "Policy");
	s->arn = arns.field;
	s->narn = arns.n;
	s->narrowed = s->narrowed || s->policy.n > 0 || arns.n > 0;
	if (s->policy.n > POLICY_MAX)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at 'policy' failed to satisfy "
		    "constraint: Member must have length less than or equal to 2048");
	if (s->policy.n > 0) {
		e = policy_parse(&p, s->policy, POLICY_IDENTITY, SPAN_NONE, c->fail);
		if (e != OK)
			return e;
		policy_free(&p);
	}
	for (size_t i = 0; e == OK && i < arns.n; i++) {
		bool ours = managed_find(arns.field[i].name) != NULL ||
		    (managed_arn_split(arns.field[i].name, &part) &&
			span_eq(part.account, account));

		e = ours ? managed_text(c->txn, c->arena, arns.field[i].name, &text)
			 : E_NOT_FOUND;
	}
	return e == E_NOT_FOUND
	    ? fail_msg(c->fail, E_VALIDATION, "Invalid ARN: a policy is not there.")
	    : e;
}

enum err
sts_session_name(struct iam_call *c, const char *param, size_t max, struct span *out)
{
	enum err e = iam_need_name(c, param, max, out);

	if (e == OK && out->n < 2)
		e = fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at '%s' failed to satisfy "
		    "constraint: Member must have length greater than or equal to 2",
		    param);
	return e;
}

static enum err
sts_duration(struct iam_call *c, uint64_t standard, uint64_t max, struct session *s)
{
	uint64_t seconds = standard;
	enum err e = iam_number(c, "DurationSeconds", DURATION_MIN, max, &seconds);

	s->began = c->real_ms / 1000;
	s->expires = s->began + (int64_t)seconds;
	return e;
}

void
sts_put_credentials(struct iam_call *c, struct session *s)
{
	struct buf token = { 0 };

	session_make(c->arena, c->conf->keys, s, &token);
	buf_str(&c->out, "<Credentials>");
	xml_put(&c->out, "AccessKeyId", s->access_key);
	xml_put(&c->out, "SecretAccessKey", s->secret);
	xml_put(&c->out, "SessionToken", buf_view(&token));
	iam_time(&c->out, "Expiration", s->expires * 1000);
	buf_str(&c->out, "</Credentials>");
	buf_fini(&token);
}

/* How much of the room for policies and tags is taken, as AWS shows it. */
void
sts_put_packed(struct iam_call *c, const struct session *s)
{
	size_t n = s->policy.n;

	for (size_t i = 0; i < s->narn; i++)
		n += s->arn[i].name.n;
	for (size_t i = 0; i < s->ntag; i++)
		n += s->tag[i].name.n + s->tag[i].value.n;
	if (n > 0)
		xml_put_u64(&c->out, "PackedPolicySize", (n * 100 + 4095) / 4096);
}

static enum err
sts_denied(struct iam_call *c, const char *action, struct span resource)
{
	struct span arn = c->credential->who.arn;

	return fail_msg(c->fail, E_ACCESS_DENIED,
	    "User: %.*s is not authorized to perform: %s on resource: %.*s",
	    (int)span_head(arn, 200).n, arn.p, action, (int)span_head(resource, 200).n,
	    resource.p);
}

/* ---- roles ---- */

static bool
tag_keys(const struct sts_role *r, struct policy_values *out)
{
	struct span *names = arena_array(r->c->arena, r->s.ntag + 1, sizeof *names);

	for (size_t i = 0; i < r->s.ntag; i++)
		names[i] = r->s.tag[i].name;
	out->value = names;
	out->n = r->s.ntag;
	return r->s.ntag > 0;
}

static bool
request_tag(const struct sts_role *r, struct span name, struct policy_values *out)
{
	for (size_t i = 0; i < r->s.ntag; i++)
		if (span_ieq(r->s.tag[i].name, name))
			return policy_value_one(out, r->s.tag[i].value);
	return false;
}

static bool
role_value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	static const struct {
		const char *key, *param;
	} params[] = { { "sts:ExternalId", "ExternalId" },
		{ "sts:RoleSessionName", "RoleSessionName" },
		{ "sts:SourceIdentity", "SourceIdentity" } };
	const struct sts_role *r = ctx;
	struct span v;

	switch ((int)ask->key) {
	case POLICY_KEY_SECURE:
		return policy_value_one(
		    out, r->c->tls ? SPAN_LIT("true") : SPAN_LIT("false"));
	case POLICY_KEY_SOURCE_IP:
		return r->c->peer.n > 0 && policy_value_one(out, r->c->peer);
	case POLICY_KEY_REQUEST_TAG:
		return request_tag(r, ask->tag, out);
	case POLICY_KEY_TAG_KEYS:
		return tag_keys(r, out);
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_LEN(params); i++) {
		v = iam_param(r->c, params[i].param);
		if (span_ieq(ask->name, span_str(params[i].key)))
			return v.p != NULL && policy_value_one(out, v);
	}
	return r->claim != NULL && r->claim(r, ask->name, out);
}

bool
sts_role_allows(const struct sts_role *r, const char *action)
{
	struct policy_request q = {
		.who = r->c->credential != NULL ? &r->c->credential->who : NULL,
		.action = span_str(action),
		.resource = r->arn,
		.federated = r->provider,
		.now_ms = r->c->real_ms,
		.value = role_value,
		.ctx = (void *)(uintptr_t)r
	};
	struct policy_case all = { .request = &q, .account = r->part.account };
	struct policy_verdict trust;
	struct policy_decision d = { .allowed = false };
	struct policy *p;

	/* What is written there was parsed before it was; a file may say anything. */
	if (policy_parse(&p, r->role.trust, POLICY_TRUST, SPAN_NONE, NULL) != OK)
		return false;
	/* The role's own policy has to allow, whatever else does. */
	policy_eval(p, &q, &trust);
	all.resource = p;
	if (trust.effect == POLICY_ALLOW)
		policy_decide(&all, &d);
	policy_free(&p);
	return d.allowed;
}

enum err
sts_role_find(struct sts_role *r)
{
	struct iam_call *c = r->c;
	enum err e = iam_need(c, "RoleArn", ARN_MAX, &r->arn);

	if (e != OK)
		return e;
	if (!managed_arn_split(r->arn, &r->part) || !span_is(r->part.kind, "role"))
		return fail_msg(c->fail, E_VALIDATION, "%.*s is invalid",
		    (int)span_head(r->arn, 300).n, r->arn.p);
	e = directory_get(
	    c->txn, c->arena, ENTITY_ROLE, r->part.account, r->part.name, &r->role);
	if (e == OK && !span_eq(r->role.path, r->part.path))
		e = E_NOT_FOUND;
	return e;
}

enum err
sts_role_session(struct sts_role *r)
{
	struct iam_call *c = r->c;
	uint64_t longest = r->role.number;
	enum err e;

	r->s.kind = IDENTITY_SESSION;
	r->s.account = r->part.account;
	r->s.name = r->role.name;
	r->s.id = r->role.id;
	e = sts_narrow(c, r->part.account, &r->s);
	if (e == OK)
		e = sts_duration(c, DURATION_DEFAULT, DURATION_LONG, &r->s);
	if (e != OK)
		return e;
	if (r->s.expires - r->s.began > (int64_t)longest)
		return fail_msg(c->fail, E_VALIDATION,
		    "The requested DurationSeconds exceeds the MaxSessionDuration set "
		    "for this role.");
	return OK;
}

void
sts_put_assumed(struct iam_call *c, const struct session *s)
{
	buf_str(&c->out, "<AssumedRoleUser><AssumedRoleId>");
	xml_escape(&c->out, s->id);
	buf_char(&c->out, ':');
	xml_escape(&c->out, s->session);
	buf_str(&c->out, "</AssumedRoleId><Arn>arn:aws:sts::");
	buf_span(&c->out, s->account);
	buf_str(&c->out, ":assumed-role/");
	xml_escape(&c->out, s->name);
	buf_char(&c->out, '/');
	xml_escape(&c->out, s->session);
	buf_str(&c->out, "</Arn></AssumedRoleUser>");
}

/* MinIO's form: keys for oneself, narrowed by a policy. Its clients leave the role out, or
 * send what its documentation has in its place. */
static bool
is_for_oneself(const struct iam_call *c)
{
	struct span arn = iam_param(c, "RoleArn");

	return arn.n == 0 || span_is(arn, "arn:xxx:xxx:xxx:xxxx");
}

static enum err
for_oneself(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;
	struct session s = { .kind = who->kind,
		.account = who->account,
		.name = who->user_name,
		.id = c->credential->entity_id };
	enum err e;

	if (c->credential->temporary || who->has_session_policy)
		return sts_denied(c, "sts:AssumeRole", who->arn);
	e = sts_narrow(c, who->account, &s);
	if (e == OK)
		e = sts_duration(c, DURATION_DEFAULT, 7 * 86400, &s);
	if (e != OK)
		return e;
	/* Its clients look for these, though they say nothing. */
	buf_str(&c->out,
	    "<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId>"
	    "</AssumedRoleUser>");
	sts_put_credentials(c, &s);
	return OK;
}

static enum err
check_caller(struct iam_call *c, struct span resource)
{
	const struct identity *who = &c->credential->who;

	if (who->kind == IDENTITY_ROOT)
		return fail_msg(c->fail, E_ACCESS_DENIED,
		    "Roles may not be assumed by root accounts.");
	if (who->kind == IDENTITY_FEDERATED)
		return sts_denied(c, "sts:AssumeRole", resource);
	return OK;
}

enum err
sts_assume_role(struct iam_call *c)
{
	struct sts_role r = { .c = c };
	struct entity_list tags;
	enum err e;

	if (is_for_oneself(c))
		return for_oneself(c);
	e = sts_role_find(&r);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	if (e == E_NOT_FOUND)
		return sts_denied(c, "sts:AssumeRole", r.arn);
	e = check_caller(c, r.arn);
	if (e == OK)
		e = sts_session_name(c, "RoleSessionName", 64, &r.s.session);
	if (e == OK)
		e = iam_tags(c, &tags);
	if (e != OK)
		return e;
	r.s.tag = tags.field;
	r.s.ntag = tags.n;
	if (!sts_role_allows(&r, "sts:AssumeRole"))
		return sts_denied(c, "sts:AssumeRole", r.arn);
	if (tags.n > 0 && !sts_role_allows(&r, "sts:TagSession"))
		return sts_denied(c, "sts:TagSession", r.arn);
	if (iam_param(c, "SourceIdentity").n > 0 &&
	    !sts_role_allows(&r, "sts:SetSourceIdentity"))
		return sts_denied(c, "sts:SetSourceIdentity", r.arn);
	e = sts_role_session(&r);
	if (e == OK && c->credential->who.kind == IDENTITY_SESSION &&
	    r.s.expires - r.s.began > CHAINED_MAX)
		e = fail_msg(c->fail, E_VALIDATION,
		    "The requested DurationSeconds exceeds the 1 hour session limit for "
		    "roles assumed by role chaining");
	if (e != OK)
		return e;
	sts_put_assumed(c, &r.s);
	sts_put_credentials(c, &r.s);
	sts_put_packed(c, &r.s);
	if (iam_param(c, "SourceIdentity").n > 0)
		xml_put(&c->out, "SourceIdentity", iam_param(c, "SourceIdentity"));
	return OK;
}

/* ---- the others ---- */

enum err
sts_caller_identity(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;

	xml_put(&c->out, "Arn", who->arn);
	xml_put(&c->out, "UserId", who->user_id);
	xml_put(&c->out, "Account", who->account);
	return OK;
}

static enum err
long_term_only(struct iam_call *c, const char *action)
{
	if (!c->credential->temporary && !c->credential->who.has_session_policy)
		return OK;
	return fail_msg(
	    c->fail, E_ACCESS_DENIED, "Cannot call %s with session credentials", action);
}

enum err
sts_session_token(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;
	bool root = who->kind == IDENTITY_ROOT;
	struct session s = { .kind = who->kind,
		.account = who->account,
		.name = who->user_name,
		.id = c->credential->entity_id };
	enum err e = long_term_only(c, "GetSessionToken");

	if (e == OK)
		e = sts_duration(
		    c, root ? DURATION_DEFAULT : DURATION_LONG, DURATION_MAX, &s);
	if (e != OK)
		return e;
	if (root && s.expires - s.began > DURATION_DEFAULT)
		s.expires = s.began + DURATION_DEFAULT;
	sts_put_credentials(c, &s);
	return OK;
}

static enum err
may_federate(struct iam_call *c, struct span arn)
{
	struct policy_request q = { .who = &c->credential->who,
		.action = SPAN_LIT("sts:GetFederationToken"),
		.resource = arn,
		.now_ms = c->real_ms };
	struct policy_case one = { .request = &q };
	struct policy_decision d;

	policy_decide(&one, &d);
	return d.allowed ? OK : sts_denied(c, "sts:GetFederationToken", arn);
}

enum err
sts_federation_token(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;
	struct session s = { .kind = IDENTITY_FEDERATED,
		.narrowed = true,
		.account = who->account,
		.name = who->user_name,
		.id = c->credential->entity_id };
	struct entity_list tags;
	struct span arn;
	enum err e = long_term_only(c, "GetFederationToken");

	if (e == OK)
		e = sts_session_name(c, "Name", 32, &s.session);
	if (e != OK)
		return e;
	arn = span_str(arena_printf(c->arena, "arn:aws:sts::%.*s:federated-user/%.*s",
	    (int)who->account.n, who->account.p, (int)s.session.n, s.session.p));
	e = may_federate(c, arn);
	if (e == OK)
		e = sts_narrow(c, who->account, &s);
	if (e == OK)
		e = sts_duration(c, DURATION_LONG, DURATION_MAX, &s);
	if (e == OK)
		e = iam_tags(c, &tags);
	if (e != OK)
		return e;
	s.tag = tags.field;
	s.ntag = tags.n;
	sts_put_credentials(c, &s);
	buf_str(&c->out, "<FederatedUser><Arn>");
	xml_escape(&c->out, arn);
	buf_str(&c->out, "</Arn><FederatedUserId>");
	buf_span(&c->out, who->account);
	buf_char(&c->out, ':');
	xml_escape(&c->out, s.session);
	buf_str(&c->out, "</FederatedUserId></FederatedUser>");
	sts_put_packed(c, &s);
	return OK;
}
