/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an access control list means for a request: which list an action asks, and how that
 * list speaks of the caller. For policy_case's acl. [any]
 * docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions
 */
#ifndef ACCESS_GRANT_H
#define ACCESS_GRANT_H

#include "access/policy.h"
#include "model/acl.h"

/* The permission that stands for action ("s3:GetObject"), and whether the object's list has
 * to give it or the bucket's. false: no list gives that. */
bool grant_needed(struct span action, bool *object, uint8_t *permission);

/* Does the list let who do that? A grant to an account is one to whom the account lets (BY
 * ACCOUNT); one to a group of all is one to each (BY NAME). no_public: grants to all and to
 * all who sign do not count (IgnorePublicAcls). */
enum policy_match grant_match(const struct acl *acl, const struct identity *who,
    uint8_t permission, bool no_public);

#endif
