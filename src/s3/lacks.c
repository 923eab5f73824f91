/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that a service knows and has not: Cloudflare's R2 names them in its 501. */
#include "config.h"

#include "s3_priv.h"

/* Which operations a header is looked at in. */
enum lacks_where {
	EVERYWHERE,
	DOCUMENTS, /* of CORS and of lifecycles */
	COPIES,
	PART_COPIES
};

static const struct lack {
	const char *name;
	enum tier_point point;
	enum lacks_where where;
} rows[] = {
	{ "x-amz-expected-bucket-owner", TP_EXPECTED_OWNER, EVERYWHERE },
	{ "x-amz-source-expected-bucket-owner", TP_EXPECTED_OWNER, EVERYWHERE },
	{ "x-amz-request-payer", TP_REQUEST_PAYER, EVERYWHERE },
	{ "x-amz-mfa", TP_MFA_HEADER, EVERYWHERE },
	{ "x-amz-bypass-governance-retention", TP_LOCK_HEADER, EVERYWHERE },
	{ "x-amz-object-lock-mode", TP_LOCK_HEADER, EVERYWHERE },
	{ "x-amz-object-lock-retain-until-date", TP_LOCK_HEADER, EVERYWHERE },
	{ "x-amz-object-lock-legal-hold", TP_LOCK_HEADER, EVERYWHERE },
	{ "x-amz-object-lock-event-hold", TP_LOCK_HEADER, EVERYWHERE },
	{ "x-amz-acl", TP_ACL_HEADER, EVERYWHERE },
	{ "x-amz-grant-read", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-grant-write", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-grant-read-acp", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-grant-write-acp", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-grant-full-control", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-tagging", TP_TAGGING_HEADER, EVERYWHERE },
	{ "x-amz-tagging-directive", TP_TAGGING_HEADER, EVERYWHERE },
	{ "x-amz-website-redirect-location", TP_REDIRECT, EVERYWHERE },
	{ "x-amz-server-side-encryption", TP_SSE_HEADER, EVERYWHERE },
	{ "x-amz-server-side-encryption-aws-kms-key-id", TP_SSE_HEADER, EVERYWHERE },
	{ "x-amz-server-side-encryption-context", TP_SSE_HEADER, EVERYWHERE },
	{ "x-amz-server-side-encryption-bucket-key-enabled", TP_SSE_HEADER, EVERYWHERE },
	{ "x-amz-write-offset-bytes", TP_WRITE_OFFSET, EVERYWHERE },
	{ "x-amz-object-ownership", TP_GRANT_HEADER, EVERYWHERE },
	{ "x-amz-checksum-sha512", TP_CHECKSUMS, EVERYWHERE },
	{ "x-amz-checksum-md5", TP_CHECKSUMS, EVERYWHERE },
	{ "x-amz-checksum-xxhash64", TP_CHECKSUMS, EVERYWHERE },
	{ "x-amz-checksum-xxhash3", TP_CHECKSUMS, EVERYWHERE },
	{ "x-amz-checksum-xxhash128", TP_CHECKSUMS, EVERYWHERE },
	{ "x-amz-sdk-checksum-algorithm", TP_SUM_DOCUMENT, DOCUMENTS },
	{ "x-amz-checksum-algorithm", TP_SUM_DOCUMENT, DOCUMENTS },
	{ "x-amz-checksum-algorithm", TP_COPY_SUM, COPIES },
	{ "if-match", TP_COPY_COND, COPIES },
	{ "if-none-match", TP_COPY_COND, COPIES },
	{ "x-amz-copy-source-if-match", TP_PART_COPY_COND, PART_COPIES },
	{ "x-amz-copy-source-if-none-match", TP_PART_COPY_COND, PART_COPIES },
	{ "x-amz-copy-source-if-modified-since", TP_PART_COPY_COND, PART_COPIES },
	{ "x-amz-copy-source-if-unmodified-since", TP_PART_COPY_COND, PART_COPIES },
};

/* Nearly every request has these two and none of the rows'. */
static bool
may_lack(struct span name)
{
	if (name.n < 8 || (name.p[0] != 'x' && name.p[0] != 'i'))
		return false;
	return !span_is(name, "x-amz-date") && !span_is(name, "x-amz-content-sha256");
}

static bool
is_here(const struct rq *rq, enum lacks_where where)
{
	switch (where) {
	case DOCUMENTS:
		return rq->op == &ops[OP_PutBucketCors] ||
		    rq->op == &ops[OP_PutBucketLifecycleConfiguration];
	case COPIES:
		return rq->op == &ops[OP_CopyObject];
	case PART_COPIES:
		return rq->op == &ops[OP_UploadPartCopy];
	default:
		return true;
	}
}

enum err
lacks_header(struct rq *rq, const char *name, struct span value)
{
	return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
	    "Header '%s' with value '%.*s' not implemented", name,
	    (int)span_head(value, 256).n, value.p);
}

/* Does the tier's answer to the header differ in that way from what is done anyway? */
static bool
is_refused(struct rq *rq, enum tier_point p)
{
	enum tier_value says = tier_says_of(rq, p, TIER_BIT_R2);

	return says == TV_HEADER_VALUE || says == TV_CF || says == TV_SUMS_5;
}

/* One header. */
static enum err
check(struct rq *rq, struct span name, struct span value)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(name, rows[i].name) && is_here(rq, rows[i].where) &&
		    is_refused(rq, rows[i].point))
			return lacks_header(rq, rows[i].name, value);
	return OK;
}

enum err
lacks_check(struct rq *rq)
{
	enum err e = OK;

	for (size_t i = 0; i < rq->nheader && e == OK; i++)
		if (may_lack(rq->header[i].name))
			e = check(rq, rq->header[i].name, rq->header[i].value);
	return e;
}
