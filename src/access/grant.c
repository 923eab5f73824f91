/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/grant.h"

static const struct {
	const char *action;
	bool object;
	uint8_t permission;
} needs[] = {
	{ "s3:ListBucket", false, ACL_READ },
	{ "s3:ListBucketVersions", false, ACL_READ },
	{ "s3:ListBucketMultipartUploads", false, ACL_READ },
	{ "s3:PutObject", false, ACL_WRITE },
	{ "s3:GetBucketAcl", false, ACL_READ_ACP },
	{ "s3:PutBucketAcl", false, ACL_WRITE_ACP },
	{ "s3:GetObject", true, ACL_READ },
	{ "s3:GetObjectVersion", true, ACL_READ },
	{ "s3:GetObjectTorrent", true, ACL_READ },
	{ "s3:GetObjectAcl", true, ACL_READ_ACP },
	{ "s3:GetObjectVersionAcl", true, ACL_READ_ACP },
	{ "s3:PutObjectAcl", true, ACL_WRITE_ACP },
	{ "s3:PutObjectVersionAcl", true, ACL_WRITE_ACP },
};

bool
grant_needed(struct span action, bool *object, uint8_t *permission)
{
	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (span_is(action, needs[i].action)) {
			*object = needs[i].object;
			*permission = needs[i].permission;
			return true;
		}
	return false;
}

static enum policy_match
speaks_of(const struct acl_grant *g, const struct identity *who, bool no_public)
{
	bool somebody = who->kind != IDENTITY_NOBODY;

	switch (g->to) {
	case ACL_TO_ALL:
		return no_public ? POLICY_NOT_NAMED : POLICY_BY_NAME;
	case ACL_TO_AUTHENTICATED:
		return somebody && !no_public ? POLICY_BY_NAME : POLICY_NOT_NAMED;
	case ACL_TO_ID:
		return somebody && g->id.n > 0 && span_eq(g->id, who->canonical_id)
		    ? POLICY_BY_ACCOUNT
		    : POLICY_NOT_NAMED;
	default:
		return POLICY_NOT_NAMED; /* log delivery comes with no request */
	}
}

enum policy_match
grant_match(
    const struct acl *acl, const struct identity *who, uint8_t permission, bool no_public)
{
	enum policy_match best = POLICY_NOT_NAMED, m;

	for (size_t i = 0; i < acl->n; i++) {
		if ((acl->grant[i].permission & permission) != permission)
			continue;
		m = speaks_of(&acl->grant[i], who, no_public);
		if (m > best)
			best = m;
	}
	return best;
}
