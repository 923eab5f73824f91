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

struct policy; /* immutable, counted; [any] */

/* E_MALFORMED_POLICY with the real service's sentence for that place. bucket: the name that
 * a bucket policy's resources must lie in, or n = 0. */
NODISCARD enum err policy_parse(struct policy **out, struct span json,
    enum policy_place place, struct span bucket, struct fail *fail);
struct policy *policy_hold(struct policy *p);
void policy_free(struct policy **p);

#endif
