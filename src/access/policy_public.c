/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a policy public? It is, unless each grant to everybody is bound to fixed values of a
 * key that names somebody:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
#include "config.h"

#include "policy_priv.h"

static bool
key_binds(const struct policy_ask *ask)
{
	static const char *const others[] = { "aws:SourceVpc", "aws:SourceVpce",
		"aws:SourceOwner", "aws:PrincipalOrgID" };

	switch ((int)ask->key) {
	case POLICY_KEY_SOURCE_ARN:
	case POLICY_KEY_SOURCE_ACCOUNT:
	case POLICY_KEY_PRINCIPAL_ARN:
	case POLICY_KEY_PRINCIPAL_ACCOUNT:
	case POLICY_KEY_USER_ID:
	case POLICY_KEY_S3_POINT_ARN:
	case POLICY_KEY_S3_POINT_ACCOUNT:
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (ask->key == POLICY_KEY_OTHER &&
		    span_ieq(ask->name, span_str(others[i])))
			return true;
	return false;
}

static bool
has_wildcard(struct span s)
{
	return span_find(s, '*', 0) < s.n || span_find(s, '?', 0) < s.n;
}

/* The name of an access point may be a wildcard, if its account is not. */
static bool
point_fixed(struct span text)
{
	struct span rest = text, account = SPAN_NONE;
	uint64_t digits;

	for (unsigned i = 0; i < 5; i++)
		account = span_cut(&rest, ':');
	return account.n == 12 && span_u64(account, &digits) && rest.n > 0;
}

static bool
value_fixed(const struct condition *c, const struct pattern *p)
{
	if (p->variable)
		return false;
	if (c->ask.key == POLICY_KEY_S3_POINT_ARN)
		return point_fixed(p->text);
	return !p->wild && !has_wildcard(p->text);
}

/* Wider than /8 is no fixed place, and of IPv6 nothing but one address is. */
static bool
network_fixed(const struct pattern *p)
{
	struct condition_ip ip;

	return !p->variable && condition_ip_parse(p->text, true, &ip) &&
	    (ip.v4 ? ip.bits >= 96 + 8 : ip.bits >= 32);
}

static bool
binds(const struct condition *c)
{
	bool address = c->ask.key == POLICY_KEY_SOURCE_IP;

	if (c->op.negated || c->op.if_exists || c->op.set == SET_ALL)
		return false;
	if (address ? c->op.test != TEST_IP
		    : c->op.test > TEST_STRING_LIKE && c->op.test != TEST_ARN)
		return false;
	if (!address && !key_binds(&c->ask))
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (address ? !network_fixed(&c->value[i])
			    : !value_fixed(c, &c->value[i]))
			return false;
	return c->n > 0;
}

static bool
everybody(const struct statement *s)
{
	return s->not_principal ||
	    (s->nprincipal > 0 && s->principal[0].kind == PRINCIPAL_ANY);
}

bool
policy_public_find(const struct policy *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct statement *s = &p->statement[i];
		bool bound = s->deny || !everybody(s);

		for (size_t k = 0; k < s->ncondition && !bound; k++)
			bound = binds(&s->condition[k]);
		if (!bound)
			return true;
	}
	return false;
}
