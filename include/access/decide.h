/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May they? One entry for every request, and for every right where one request needs
 * several. Denied unless something allows:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
#ifndef ACCESS_DECIDE_H
#define ACCESS_DECIDE_H

#include "access/policy.h"
#include "base/arena.h"

/* The way through an access point: it has to allow, and so has the bucket behind it. */
struct access_point {
	struct span arn, account;
	const struct policy *policy; /* or NULL */
	bool broken, no_public; /* as below, of the point */
};

struct access_question {
	const struct identity *who;
	const char *action; /* "s3:GetObject" */
	struct span bucket; /* n = 0: the caller's account is what it is about */
	struct span key; /* n = 0: the bucket itself */
	struct span resource; /* ARN of what is neither; n = 0: it is one of these */
	struct span account; /* the bucket's owner; n = 0: nobody's yet */
	const struct policy *policy; /* the bucket's, or NULL */
	bool broken; /* there is one that can't be read: nobody is let in */
	bool no_public; /* RestrictPublicBuckets is on and the policy is public */
	const struct access_point *point; /* or NULL */
	int64_t now_ms;
	/* As in struct policy_request and struct policy_case. */
	bool (*value)(void *ctx, const struct policy_ask *ask, struct policy_values *out);
	enum policy_match (*acl)(void *ctx); /* or NULL */
	void *ctx;
	struct arena *arena; /* for what is written to the answer */
};

struct access_answer {
	struct policy_decision why;
	const char *action;
	struct span resource; /* ARN; n = 0: none, or nobody had to know */
};

/* [any] */
bool access_decide(const struct access_question *q, struct access_answer *out);
/* What AWS tells to who is denied; n = 0: nothing but "Access Denied". */
struct span access_denied(const struct access_question *q, const struct access_answer *a);
/* Why, for the log: "allowed by an identity-based policy, statement \"Read\"". */
void access_why(struct buf *out, const struct access_answer *a);

#endif
