/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways to a role's session share. */
#ifndef STS_PRIV_H
#define STS_PRIV_H

#include "iam_priv.h"

/* One call for a role. */
struct sts_role {
	struct iam_call *c;
	struct span arn; /* as asked for */
	struct managed_arn part;
	struct entity role;
	struct session s;
	/* Of a web identity: the provider's ARN, and what the token says of a key. */
	struct span provider;
	bool (*claim)(
	    const struct sts_role *r, struct span key, struct policy_values *out);
	const void *token;
};

/* E_NOT_FOUND when there is none. */
NODISCARD enum err sts_role_find(struct sts_role *r);
bool sts_role_allows(const struct sts_role *r, const char *action);
/* Policies and duration; the session's name and tags are there. */
NODISCARD enum err sts_role_session(struct sts_role *r);

NODISCARD enum err sts_session_name(
    struct iam_call *c, const char *param, size_t max, struct span *out);
void sts_put_assumed(struct iam_call *c, const struct session *s);
void sts_put_credentials(struct iam_call *c, struct session *s);
void sts_put_packed(struct iam_call *c, const struct session *s);

#endif
