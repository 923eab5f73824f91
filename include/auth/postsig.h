/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browser uploads by form: who signed the policy (SigV4 or SigV2), and whether the form is
 * what the policy allows. Sources:
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html and recorded
 * answers.
 */
#ifndef AUTH_POSTSIG_H
#define AUTH_POSTSIG_H

#include "auth/sigv4.h"

struct postsig_form {
	const struct field *field; /* names lower case, variables expanded */
	size_t nfield;
	struct span bucket;
	int64_t now; /* seconds, clock_real() */
	struct arena *arena;
};

/* A form without a policy is nobody's: OK with AUTH_ANONYMOUS. */
NODISCARD enum err postsig_check(const struct auth_conf *conf,
    const struct postsig_form *form, bool v2, struct auth_result *out, struct fail *fail);

/* How large the file may be. */
struct postsig_range {
	uint64_t min, max;
};
/* After postsig_check(), when there is a policy: expiry, every condition, and no field that
 * no condition speaks of. */
NODISCARD enum err postsig_policy(
    const struct postsig_form *form, struct postsig_range *out, struct fail *fail);
NODISCARD enum err postsig_size(
    const struct postsig_range *r, uint64_t size, struct fail *fail);

#endif
