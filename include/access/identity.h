/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: the principal that a request's credentials stand for, with all the policies
 * that speak about it. An identity never changes: a change of users or policies makes new
 * ones, and who holds an old one keeps it until it lets go.
 * Source of the forms: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
#ifndef ACCESS_IDENTITY_H
#define ACCESS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct policy; /* access/policy.h */

enum identity_kind {
	IDENTITY_NOBODY, /* nobody signed */
	IDENTITY_ROOT, /* an account's root */
	IDENTITY_USER,
	IDENTITY_SESSION, /* of a role: assumed-role */
	IDENTITY_FEDERATED /* GetFederationToken: a user's session under another name */
};

/* Policies of one sort; any of them may allow. */
struct policy_set {
	const struct policy *const *policy;
	size_t n;
};

struct identity {
	enum identity_kind kind;
	struct span account; /* 12 digits */
	struct span canonical_id; /* of the account: 64 hex digits */
	struct span display_name;
	/* arn:aws:iam::A:root, arn:aws:iam::A:user/path/name,
	 * arn:aws:sts::A:assumed-role/role/session, arn:aws:sts::A:federated-user/name */
	struct span arn;
	struct span role_arn; /* of a session: arn:aws:iam::A:role/path/name */
	struct span user_id; /* aws:userid: AIDA..., AROA...:session, or the account */
	struct span user_name; /* aws:username; n = 0 where there is none */
	struct span access_key;
	int64_t session_began; /* seconds; aws:TokenIssueTime; 0: long-term keys */
	const struct field *tag; /* aws:PrincipalTag/... */
	size_t ntag;
	struct policy_set policies; /* inline, managed, of groups, of the role */
	bool has_boundary;
	struct policy_set boundary; /* also has to allow */
	bool has_session_policy;
	struct policy_set session; /* also has to allow */
};

/* An account's root that no policy speaks of. */
static inline bool
identity_is_plain_root(const struct identity *who)
{
	return who->kind == IDENTITY_ROOT && who->policies.n == 0 && !who->has_boundary &&
	    !who->has_session_policy;
}

#endif
