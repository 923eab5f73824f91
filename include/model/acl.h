/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control lists: who owns a bucket or an object, and which grants others have.
 * Reading, writing, the canned ones; what a grant means for a request is access/grant.h.
 * [any] docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
#ifndef MODEL_ACL_H
#define MODEL_ACL_H

#include "base/arena.h"
#include "base/err.h"

enum acl_permission {
	ACL_READ = 1,
	ACL_WRITE = 2,
	ACL_READ_ACP = 4,
	ACL_WRITE_ACP = 8,
	ACL_FULL = 15
};
enum acl_to { ACL_TO_ID, ACL_TO_ALL, ACL_TO_AUTHENTICATED, ACL_TO_LOGS, ACL_TOS };

struct acl_grant {
	uint8_t to; /* enum acl_to */
	uint8_t permission; /* enum acl_permission */
	struct span id; /* canonical id, of ACL_TO_ID */
};
enum { ACL_GRANTS_MAX = 100, ACL_ID = 64 };
struct acl {
	struct span owner; /* canonical id */
	struct acl_grant *grant;
	size_t n;
};

/* Who uploads without a signature owns what he uploads under this id, as on AWS. */
#define ACL_ANONYMOUS "65a011a29cdf8ec533ec3d1ccaae921c"

/* As stored. */
struct span acl_render(struct arena *a, const struct acl *acl);
NODISCARD enum err acl_read(
    struct arena *a, struct span in, struct acl *out); /* borrows */
NODISCARD enum err acl_read_owner(struct span in, struct span *owner);

/* ---- made ---- */

/* Nothing but the owner's full control. */
void acl_private(struct arena *a, struct span owner, struct acl *out);
/* By name; false: there is none of that name for a bucket, or for an object. */
bool acl_canned(struct arena *a, struct span name, bool bucket, struct span owner,
    struct span bucket_owner, struct acl *out);
/* The value of an x-amz-grant-... header behind out's grants. E_INVALID_ARGUMENT;
 * E_METHOD_NOT_ALLOWED without a report: a grantee by mail address. */
NODISCARD enum err acl_add_header(struct arena *a, uint8_t permission, const char *header,
    struct span value, struct acl *out, struct fail *fail);
/* <AccessControlPolicy>. E_MALFORMED_ACL, else as above. */
NODISCARD enum err acl_parse_xml(
    struct arena *a, struct span in, struct acl *out, struct fail *fail);

/* ---- asked ---- */

bool acl_is_private(const struct acl *acl); /* as acl_private() makes it */
bool acl_is_public(const struct acl *acl); /* a grant to all, or to all who sign */
/* Does it leave everything to owner and give nobody else anything? */
bool acl_is_owners(const struct acl *acl, struct span owner);

void acl_put_xml(struct buf *out, const struct acl *acl);

#endif
