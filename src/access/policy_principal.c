/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a statement speaks of:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
 * reference_policies_elements_notprincipal.html
 */
#include "config.h"

#include "policy_priv.h"

enum { ACCOUNT_DIGITS = 12 };

static bool
account_ok(struct span s)
{
	uint64_t number;

	return s.n == ACCOUNT_DIGITS && span_u64(s, &number);
}

static bool
path_ok(struct span rest, struct span kind)
{
	return span_starts(rest, kind) && rest.n > kind.n &&
	    span_find(rest, '*', 0) == rest.n && span_find(rest, '?', 0) == rest.n;
}

/* arn:aws:iam::A:root, :user/..., :role/...; arn:aws:sts::A:assumed-role/..., and the
 * like; the names of CloudFront's identities have a place for an account that is none. */
static bool
arn_parse(struct span text, struct principal *out)
{
	static const struct span iam = { "arn:aws:iam::", 13 },
				 sts = { "arn:aws:sts::", 13 };
	struct span rest = span_from(text, iam.n), account = span_cut(&rest, ':');
	bool own = span_starts(text, iam);

	if (own && span_is(account, "cloudfront") && path_ok(rest, SPAN_LIT("user/")))
		return true;
	if (!account_ok(account) || (!own && !span_starts(text, sts)))
		return false;
	if (own && span_is(rest, "root")) {
		out->kind = PRINCIPAL_ACCOUNT;
		out->text = account;
		return true;
	}
	if (own)
		return path_ok(rest, SPAN_LIT("user/")) ||
		    path_ok(rest, SPAN_LIT("role/"));
	if (path_ok(rest, SPAN_LIT("federated-user/")))
		return true;
	rest =
	    span_from(rest, span_starts(rest, SPAN_LIT("assumed-role/")) ? 13 : rest.n);
	return path_ok(rest, span_head(rest, span_find(rest, '/', 0) + 1));
}

static bool
service_ok(struct span s)
{
	bool dot = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
			c == '.'))
			return false;
		dot = dot || c == '.';
	}
	return dot;
}

static bool
canonical_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr("0123456789abcdef", s.p[i], 16) == NULL)
			return false;
	return s.n == 64 || s.n == 96; /* accounts' and CloudFront's */
}

bool
policy_principal_parse(struct arena *a, enum policy_place place, struct span type,
    struct span text, struct principal *out)
{
	bool resource = place == POLICY_BUCKET || place == POLICY_ACCESS_POINT;
	struct principal p = { .kind = PRINCIPAL_ARN, .text = arena_span(a, text) };
	bool ok = false;

	if (span_is(type, "AWS")) {
		ok = true;
		if (span_is(text, "*"))
			p.kind = PRINCIPAL_ANY;
		else if (account_ok(text))
			p.kind = PRINCIPAL_ACCOUNT;
		else
			ok = arn_parse(p.text, &p);
	} else if (span_is(type, "CanonicalUser")) {
		p.kind = PRINCIPAL_CANONICAL;
		ok = resource && canonical_ok(text);
	} else if (span_is(type, "Service")) {
		p.kind = PRINCIPAL_SERVICE;
		ok = service_ok(text);
	} else if (span_is(type, "Federated")) {
		p.kind = PRINCIPAL_FEDERATED;
		ok = place == POLICY_TRUST && text.n > 0 && !span_is(text, "*");
	}
	if (ok)
		*out = p;
	return ok;
}

/* ---- matching ---- */

static bool
is_listed(const struct statement *s, enum principal_kind kind, struct span text)
{
	for (size_t i = 0; i < s->nprincipal; i++)
		if (s->principal[i].kind == kind && span_eq(s->principal[i].text, text))
			return true;
	return false;
}

static bool
is_any(const struct statement *s)
{
	return s->nprincipal > 0 && s->principal[0].kind == PRINCIPAL_ANY;
}

static bool
account_listed(const struct statement *s, const struct identity *who)
{
	return is_listed(s, PRINCIPAL_ACCOUNT, who->account) ||
	    is_listed(s, PRINCIPAL_CANONICAL, who->canonical_id);
}

static enum policy_match
listed(const struct statement *s, const struct policy_request *r)
{
	const struct identity *who = r->who;

	if (is_any(s))
		return POLICY_BY_NAME;
	if (r->service.n > 0 && is_listed(s, PRINCIPAL_SERVICE, r->service))
		return POLICY_BY_NAME;
	if (r->federated.n > 0 && is_listed(s, PRINCIPAL_FEDERATED, r->federated))
		return POLICY_BY_NAME;
	if (who == NULL || who->kind == IDENTITY_NOBODY)
		return POLICY_NOT_NAMED;
	if (is_listed(s, PRINCIPAL_ARN, who->arn))
		return POLICY_BY_NAME;
	if (who->role_arn.n > 0 && is_listed(s, PRINCIPAL_ARN, who->role_arn))
		return POLICY_BY_PARENT;
	if (account_listed(s, who))
		return who->kind == IDENTITY_ROOT ? POLICY_BY_NAME : POLICY_BY_ACCOUNT;
	return POLICY_NOT_NAMED;
}

/* Spared by NotPrincipal is only who stands there with all that it is: its account, and its
 * role, too. */
static bool
spared(const struct statement *s, const struct policy_request *r)
{
	const struct identity *who = r->who;

	if (is_any(s) ||
	    (r->service.n > 0 && is_listed(s, PRINCIPAL_SERVICE, r->service)) ||
	    (r->federated.n > 0 && is_listed(s, PRINCIPAL_FEDERATED, r->federated)))
		return true;
	if (who == NULL || who->kind == IDENTITY_NOBODY)
		return false;
	if (!account_listed(s, who))
		return false;
	if (who->kind == IDENTITY_ROOT)
		return true;
	if (who->role_arn.n > 0 && !is_listed(s, PRINCIPAL_ARN, who->role_arn))
		return false;
	return is_listed(s, PRINCIPAL_ARN, who->arn);
}

enum policy_match
policy_principal_match(const struct statement *s, const struct policy_request *r)
{
	if (!s->has_principal)
		return POLICY_BY_NAME;
	if (s->not_principal)
		return spared(s, r) ? POLICY_NOT_NAMED : POLICY_BY_NAME;
	return listed(s, r);
}
