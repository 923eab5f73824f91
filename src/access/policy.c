/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One policy's answer, and the answer of all that speak of a request:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
#include "config.h"

#include "base/mem.h"
#include "policy_priv.h"

struct policy *
policy_hold(struct policy *p)
{
	CHECK(p, POLICY_MAGIC);
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void
policy_free(struct policy **policy)
{
	struct policy *p = *policy;

	if (p == NULL)
		return;
	*policy = NULL;
	CHECK(p, POLICY_MAGIC);
	if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	p->magic = 0;
	arena_fini(&p->arena);
	mem_free(p);
}

bool
policy_is_public(const struct policy *p)
{
	CHECK(p, POLICY_MAGIC);
	return p->is_public;
}

/* ---- one policy ---- */

static bool
any_matches(const struct pattern *p, size_t n, struct span subject, bool fold,
    const struct policy_request *r)
{
	for (size_t i = 0; i < n; i++)
		if (pattern_match(&p[i], subject, fold, r))
			return true;
	return false;
}

static enum policy_match
statement_match(const struct statement *s, const struct policy_request *r)
{
	enum policy_match match = policy_principal_match(s, r);

	if (match == POLICY_NOT_NAMED)
		return match;
	if (any_matches(s->action, s->naction, r->action, true, r) == s->not_action)
		return POLICY_NOT_NAMED;
	if (s->has_resource && r->resource.n == 0) {
		/* What is done to nothing is allowed, or denied, by "*" only. */
		if (any_matches(s->resource, s->nresource, SPAN_LIT("*"), false, r) ==
		    s->not_resource)
			return POLICY_NOT_NAMED;
	} else if (s->has_resource &&
	    any_matches(s->resource, s->nresource, r->resource, false, r) ==
		s->not_resource)
		return POLICY_NOT_NAMED;
	for (size_t i = 0; i < s->ncondition; i++)
		if (!condition_holds(&s->condition[i], r))
			return POLICY_NOT_NAMED;
	return match;
}

void
policy_eval(
    const struct policy *p, const struct policy_request *r, struct policy_verdict *out)
{
	struct policy_verdict v = { .effect = POLICY_SILENT };

	CHECK(p, POLICY_MAGIC);
	for (unsigned i = 0; i < p->n && v.effect != POLICY_DENY; i++) {
		const struct statement *s = &p->statement[i];
		enum policy_match match;

		/* Nothing new could come of it. */
		if (!s->deny && v.match == POLICY_BY_NAME)
			continue;
		match = statement_match(s, r);
		if (match == POLICY_NOT_NAMED || (!s->deny && match <= v.match))
			continue;
		v = (struct policy_verdict){ .effect =
						 s->deny ? POLICY_DENY : POLICY_ALLOW,
			.match = match,
			.sid = s->sid,
			.statement = i };
	}
	*out = v;
}

/* ---- all policies ---- */

const char *
policy_kind_name(enum policy_kind kind)
{
	switch (kind) {
	case POLICY_KIND_IDENTITY:
		return "identity-based policy";
	case POLICY_KIND_BOUNDARY:
		return "permissions boundary";
	case POLICY_KIND_SESSION:
		return "session policy";
	default:
		return "resource-based policy";
	}
}

static void
set_eval(const struct policy_set *set, const struct policy_request *r,
    struct policy_verdict *out)
{
	struct policy_verdict one;

	*out = (struct policy_verdict){ .effect = POLICY_SILENT };
	for (size_t i = 0; i < set->n && out->effect != POLICY_DENY; i++) {
		policy_eval(set->policy[i], r, &one);
		if (one.effect > out->effect)
			*out = one;
	}
}

static void
decided(struct policy_decision *d, bool allowed, enum policy_kind kind,
    const struct policy_verdict *v)
{
	*d = (struct policy_decision){ .allowed = allowed, .kind = kind };
	if (v == NULL)
		return;
	d->explicit = v->effect == POLICY_DENY;
	d->sid = v->sid;
	d->statement = v->statement;
}

/* What the caller's own policies say, boundary and session included. */
struct own {
	struct policy_verdict identity, boundary, session;
	bool root, bounded; /* boundary and session do not stand in the way */
};

static void
own_eval(const struct policy_request *r, struct own *o)
{
	const struct identity *who = r->who;

	*o = (struct own){ .root = who->kind == IDENTITY_ROOT, .bounded = true };
	set_eval(&who->policies, r, &o->identity);
	if (who->has_boundary) {
		set_eval(&who->boundary, r, &o->boundary);
		o->bounded = o->boundary.effect == POLICY_ALLOW;
	}
	if (who->has_session_policy) {
		set_eval(&who->session, r, &o->session);
		o->bounded = o->bounded && o->session.effect == POLICY_ALLOW;
	}
}

static bool
own_denies(const struct own *o, struct policy_decision *d)
{
	const struct policy_verdict *v = &o->session;
	enum policy_kind kind = POLICY_KIND_SESSION;

	if (o->identity.effect == POLICY_DENY) {
		v = &o->identity;
		kind = POLICY_KIND_IDENTITY;
	} else if (o->boundary.effect == POLICY_DENY) {
		v = &o->boundary;
		kind = POLICY_KIND_BOUNDARY;
	}
	if (v->effect != POLICY_DENY)
		return false;
	decided(d, false, kind, v);
	return true;
}

static bool
own_allows(const struct own *o, const struct identity *who, struct policy_decision *d)
{
	if (!o->root && o->identity.effect != POLICY_ALLOW)
		decided(d, false, POLICY_KIND_IDENTITY, NULL);
	else if (who->has_boundary && o->boundary.effect != POLICY_ALLOW)
		decided(d, false, POLICY_KIND_BOUNDARY, NULL);
	else if (who->has_session_policy && o->session.effect != POLICY_ALLOW)
		decided(d, false, POLICY_KIND_SESSION, NULL);
	else {
		decided(d, true, o->root ? POLICY_KIND_ROOT : POLICY_KIND_IDENTITY,
		    o->root ? NULL : &o->identity);
		return true;
	}
	return false;
}

/* The resource's side: its policy, else its ACL. */
static enum policy_match
resource_match(const struct policy_case *c, const struct policy_verdict *v,
    struct policy_decision *d)
{
	enum policy_match match = v->effect == POLICY_ALLOW ? v->match : POLICY_NOT_NAMED;
	enum policy_match acl;

	if (match != POLICY_NOT_NAMED)
		decided(d, true, POLICY_KIND_RESOURCE, v);
	if (match == POLICY_BY_NAME || c->acl == NULL)
		return match;
	acl = c->acl(c->acl_ctx);
	if (acl > match) {
		decided(d, true, POLICY_KIND_ACL, NULL);
		match = acl;
	}
	return match;
}

/* Both accounts have to agree. */
static void
decide_across(const struct policy_case *c, const struct policy_verdict *v,
    const struct own *o, struct policy_decision *d)
{
	struct policy_decision mine, theirs;

	if (!own_allows(o, c->request->who, &mine))
		*d = mine;
	else if (resource_match(c, v, &theirs) == POLICY_NOT_NAMED)
		decided(d, false, POLICY_KIND_RESOURCE, NULL);
	else
		*d = theirs;
}

/* Either side allows; how the resource's policy names the caller says whether boundary and
 * session policies bind that, too. */
static void
decide_within(const struct policy_case *c, const struct policy_verdict *v,
    const struct own *o, struct policy_decision *d)
{
	struct policy_decision theirs;
	enum policy_match match;

	if (own_allows(o, c->request->who, d))
		return;
	match = resource_match(c, v, &theirs);
	if (match == POLICY_BY_NAME || (match == POLICY_BY_PARENT && o->bounded))
		*d = theirs;
}

static void
decide_nobody(const struct policy_case *c, const struct policy_verdict *v,
    struct policy_decision *d)
{
	if (resource_match(c, v, d) != POLICY_BY_NAME)
		decided(d, false, POLICY_KIND_RESOURCE, NULL);
}

void
policy_decide(const struct policy_case *c, struct policy_decision *out)
{
	const struct identity *who = c->request->who;
	bool nobody = who == NULL || who->kind == IDENTITY_NOBODY;
	bool within = !nobody && (c->account.n == 0 || span_eq(c->account, who->account));
	struct policy_verdict v = { .effect = POLICY_SILENT };
	struct own o = { .bounded = true };

	if (c->resource != NULL)
		policy_eval(c->resource, c->request, &v);
	if (v.effect == POLICY_DENY) {
		decided(out, false, POLICY_KIND_RESOURCE, &v);
		return;
	}
	if (!nobody)
		own_eval(c->request, &o);
	if (own_denies(&o, out))
		return;
	if (c->no_public && !within && c->request->service.n == 0) {
		decided(out, false, POLICY_KIND_PUBLIC_BLOCK, NULL);
		out->explicit = true;
	} else if (nobody)
		decide_nobody(c, &v, out);
	else if (within)
		decide_within(c, &v, &o, out);
	else
		decide_across(c, &v, &o, out);
}
