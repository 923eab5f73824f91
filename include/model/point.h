/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access points: names of their own for a bucket, with a policy of their own. Their record,
 * and the forms of their names. Source:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html
 */
#ifndef MODEL_POINT_H
#define MODEL_POINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Settings of a public access block. */
enum {
	BLOCK_PUBLIC_ACLS = 1,
	BLOCK_IGNORE_ACLS = 2,
	BLOCK_PUBLIC_POLICY = 4,
	BLOCK_RESTRICT = 8,
	BLOCK_ALL = 15
};

struct rec_point {
	uint64_t bucket_id;
	int64_t created_ms;
	uint8_t block; /* BLOCK_... */
	struct span bucket; /* its name */
	struct span alias;
	struct span vpc; /* n = 0: reached from anywhere */
	struct span policy; /* JSON; n = 0: none */
	struct span tags; /* <TagSet> as DOC_TAGGING keeps it; n = 0: none */
};
void rec_point_put(struct buf *out, const struct rec_point *r);
NODISCARD enum err rec_point_get(struct span in, struct rec_point *out); /* borrows */

enum { POINT_NAME_MAX = 50, POINT_ALIAS_MAX = 63 };
bool rec_point_name_ok(struct span name);
/* A bucket's name cannot end so. */
bool rec_point_is_alias(struct span bucket);
/* "<name>-<34 of a-z0-9>-s3alias", out of random bytes. */
void rec_point_alias(struct buf *out, struct span name, const uint8_t random[34]);

/* arn:aws:s3:region:account:accesspoint/name (or a colon for the slash); what follows the
 * name, behind a slash, is rest. false: no such ARN. */
struct point_arn {
	struct span region, account, name, rest;
};
bool rec_point_arn(struct span arn, struct point_arn *out);

#endif
