/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed policies by ARN: those of AWS that are built in (managed.def), and the accounts'
 * own in the directory.
 * Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
#ifndef ACCESS_MANAGED_H
#define ACCESS_MANAGED_H

#include "model/directory.h"

struct managed {
	const char *id; /* ANPA... */
	const char *name, *path; /* "/" or "/aws-service-role/" */
	const char *version; /* its default: "v1" */
	const char *created; /* ISO 8601 */
	const char *description, *document;
};
extern const struct managed managed_rows[];
size_t managed_count(void);

/* The built-in one of that ARN, or NULL. */
const struct managed *managed_find(struct span arn);

/* An ARN in parts: arn:aws:iam::ACCOUNT:KIND/PATH/NAME, where path is "/" at least. */
struct managed_arn {
	struct span account, kind, path, name;
};
bool managed_arn_split(struct span arn, struct managed_arn *out);

/* The text of its default version, in the arena or static; E_NOT_FOUND. */
NODISCARD enum err managed_text(
    struct txn *t, struct arena *a, struct span arn, struct span *out);

#endif
