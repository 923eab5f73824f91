/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies: parsed once, evaluated for every request by one evaluator, whatever they hang
 * on (bucket, identity, session, access point, role trust, key). Sources:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html,
 * reference_policies_evaluation-logic.html
 */
#ifndef ACCESS_POLICY_H
#define ACCESS_POLICY_H

#include "access/identity.h"

/* Where a policy stands decides what it must and must not contain. */
enum policy_place {
	POLICY_IDENTITY, /* of users, groups, roles, sessions: no Principal */
	POLICY_BUCKET, /* Principal, Resource within the bucket */
	POLICY_ACCESS_POINT,
	POLICY_TRUST, /* of a role: Principal, no Resource */
	POLICY_KEY /* of an encryption key */
};

/* The largest document of a bucket or an access point, without its white space. */
enum { POLICY_RESOURCE_MAX = 20480 };

struct policy; /* immutable, counted; [any] */

/* E_MALFORMED_POLICY with the real service's sentence, or E_MALFORMED_DOCUMENT where IAM is
 * that service (POLICY_IDENTITY, POLICY_TRUST, POLICY_KEY). scope: what all resources must
 * lie in: the bucket's name, or the access point's ARN; n = 0 for anywhere. Limits of IAM on
 * sizes are the caller's. */
NODISCARD enum err policy_parse(struct policy **out, struct span json,
    enum policy_place place, struct span scope, struct fail *fail);
struct policy *policy_hold(struct policy *p);
void policy_free(struct policy **p);

/* AWS's meaning of public:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
bool policy_is_public(const struct policy *p);

/* ---- what is asked ---- */

/* Context keys: the rows of keys.def, or another by its name. */
enum policy_key {
#define KEY(sym, name, actions) POLICY_KEY_##sym,
#include "access/keys.def"
#undef KEY
	POLICY_KEY_OTHER
};

struct policy_ask {
	enum policy_key key;
	struct span name; /* as the policy has it */
	struct span tag; /* behind the slash of a family */
};

struct policy_values {
	const struct span *value; /* valid until the request is over */
	size_t n;
	struct span one; /* room for a single value */
	char text[32]; /* and for a short one that has to be written */
};

static inline bool
policy_value_one(struct policy_values *out, struct span value)
{
	out->one = value;
	out->value = &out->one;
	out->n = 1;
	return true;
}

struct policy_request {
	const struct identity *who; /* NULL: nobody signed */
	struct span action; /* "s3:GetObject" */
	struct span resource; /* an ARN; n = 0: none */
	struct span service; /* calls in its own name: "logging.s3.amazonaws.com" */
	struct span federated; /* provider of a web identity */
	int64_t now_ms;
	/* Called only when a condition or a variable asks. false: the request has no such
	 * key. out->value may stay with the callee until the decision is made. */
	bool (*value)(void *ctx, const struct policy_ask *ask, struct policy_values *out);
	void *ctx;
};

/* ---- one policy's answer ---- */

enum policy_effect { POLICY_SILENT, POLICY_ALLOW, POLICY_DENY };

/* How directly a statement speaks of the caller; more limits bind what is less direct. */
enum policy_match {
	POLICY_NOT_NAMED,
	POLICY_BY_ACCOUNT, /* the account: it has to allow its own, too */
	POLICY_BY_PARENT, /* the role, or the user, whose session this is */
	POLICY_BY_NAME /* this user, this session, everybody */
};

struct policy_verdict {
	enum policy_effect effect;
	enum policy_match match; /* of an allow */
	struct span sid; /* of the statement that decided; borrowed from the policy */
	unsigned statement; /* its number, from 0 */
};
void policy_eval(
    const struct policy *p, const struct policy_request *r, struct policy_verdict *out);

/* ---- all policies' answer ---- */

enum policy_kind {
	POLICY_KIND_NONE,
	POLICY_KIND_IDENTITY,
	POLICY_KIND_RESOURCE,
	POLICY_KIND_BOUNDARY,
	POLICY_KIND_SESSION,
	POLICY_KIND_ROOT, /* the owner's root needs no policy */
	POLICY_KIND_ACL,
	POLICY_KIND_PUBLIC_BLOCK /* RestrictPublicBuckets */
};

struct policy_case {
	const struct policy_request *request;
	struct span
	    account; /* the resource's; n = 0: there is no resource but the caller's */
	const struct policy *resource; /* the resource's own policy, or NULL */
	bool no_public; /* RestrictPublicBuckets is on, and the policy is public */
	/* How an ACL speaks of the caller, or NULL: asked only if no policy has decided. */
	enum policy_match (*acl)(void *ctx);
	void *acl_ctx;
};

struct policy_decision {
	bool allowed;
	bool explicit; /* a denial that is written somewhere */
	enum policy_kind kind; /* what allowed, what denied, or what did not allow */
	struct span sid;
	unsigned statement;
};
void policy_decide(const struct policy_case *c, struct policy_decision *out);

/* "identity-based policy": as AWS words it in a denial. */
const char *policy_kind_name(enum policy_kind kind);

#endif
