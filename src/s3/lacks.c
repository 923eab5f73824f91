/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that a service knows and has not: Cloudflare's R2 names them in its 501. */
#include "config.h"

#include <pthread.h>

#include "s3_priv.h"

/* Which operations a header is looked at in. */
enum lacks_where {
	EVERYWHERE,
	DOCUMENTS, /* of CORS and of lifecycles */
	COPIES,
	PART_COPIES
};

static struct lack {
	const char *name;
	enum tier_point point;
	enum lacks_where where;
	uint64_t bit;
} rows[] = {
	{ "x-amz-expected-bucket-owner", TP_EXPECTED_OWNER, EVERYWHERE, 0 },
	{ "x-amz-source-expected-bucket-owner", TP_EXPECTED_OWNER, EVERYWHERE, 0 },
	{ "x-amz-request-payer", TP_REQUEST_PAYER, EVERYWHERE, 0 },
	{ "x-amz-mfa", TP_MFA_HEADER, EVERYWHERE, 0 },
	{ "x-amz-bypass-governance-retention", TP_LOCK_HEADER, EVERYWHERE, 0 },
	{ "x-amz-object-lock-mode", TP_LOCK_HEADER, EVERYWHERE, 0 },
	{ "x-amz-object-lock-retain-until-date", TP_LOCK_HEADER, EVERYWHERE, 0 },
	{ "x-amz-object-lock-legal-hold", TP_LOCK_HEADER, EVERYWHERE, 0 },
	{ "x-amz-object-lock-event-hold", TP_LOCK_HEADER, EVERYWHERE, 0 },
	{ "x-amz-acl", TP_ACL_HEADER, EVERYWHERE, 0 },
	{ "x-amz-grant-read", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-grant-write", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-grant-read-acp", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-grant-write-acp", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-grant-full-control", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-tagging", TP_TAGGING_HEADER, EVERYWHERE, 0 },
	{ "x-amz-tagging-directive", TP_TAGGING_HEADER, EVERYWHERE, 0 },
	{ "x-amz-website-redirect-location", TP_REDIRECT, EVERYWHERE, 0 },
	{ "x-amz-server-side-encryption", TP_SSE_HEADER, EVERYWHERE, 0 },
	{ "x-amz-server-side-encryption-aws-kms-key-id", TP_SSE_HEADER, EVERYWHERE, 0 },
	{ "x-amz-server-side-encryption-context", TP_SSE_HEADER, EVERYWHERE, 0 },
	{ "x-amz-server-side-encryption-bucket-key-enabled", TP_SSE_HEADER, EVERYWHERE,
	    0 },
	{ "x-amz-write-offset-bytes", TP_WRITE_OFFSET, EVERYWHERE, 0 },
	{ "x-amz-object-ownership", TP_GRANT_HEADER, EVERYWHERE, 0 },
	{ "x-amz-checksum-sha512", TP_CHECKSUMS, EVERYWHERE, 0 },
	{ "x-amz-checksum-md5", TP_CHECKSUMS, EVERYWHERE, 0 },
	{ "x-amz-checksum-xxhash64", TP_CHECKSUMS, EVERYWHERE, 0 },
	{ "x-amz-checksum-xxhash3", TP_CHECKSUMS, EVERYWHERE, 0 },
	{ "x-amz-checksum-xxhash128", TP_CHECKSUMS, EVERYWHERE, 0 },
	{ "x-amz-sdk-checksum-algorithm", TP_SUM_DOCUMENT, DOCUMENTS, 0 },
	{ "x-amz-checksum-algorithm", TP_SUM_DOCUMENT, DOCUMENTS, 0 },
	{ "x-amz-checksum-algorithm", TP_COPY_SUM, COPIES, 0 },
	{ "if-match", TP_COPY_COND, COPIES, 0 },
	{ "if-none-match", TP_COPY_COND, COPIES, 0 },
	{ "x-amz-copy-source-if-match", TP_PART_COPY_COND, PART_COPIES, 0 },
	{ "x-amz-copy-source-if-none-match", TP_PART_COPY_COND, PART_COPIES, 0 },
	{ "x-amz-copy-source-if-modified-since", TP_PART_COPY_COND, PART_COPIES, 0 },
	{ "x-amz-copy-source-if-unmodified-since", TP_PART_COPY_COND, PART_COPIES, 0 },
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
setup(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i].bit = http_name_bit(rows[i].name, strlen(rows[i].name));
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

/* Most requests have none of those names but x-amz-date and x-amz-content-sha256. */
static bool
has_candidates(const struct rq *rq)
{
	if (rq->header != rq->http->header)
		return true;
	for (size_t i = 0; i < rq->nheader; i++) {
		const struct span *name = &rq->header[i].name;
		char c = (char)(name->p[0] | 0x20);

		if (name->n == 10 || (name->n == 20 && (name->p[6] | 0x20) == 'c'))
			continue;
		if (c == 'i' || c == 'x')
			return true;
	}
	return false;
}

enum err
lacks_check(struct rq *rq)
{
	if (!has_candidates(rq))
		return OK;
	MUST(pthread_once(&once, setup) == 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lack *row = &rows[i];
		struct span v;

		/* Of plain requests nearly all are known not to be there. */
		if (rq->header == rq->http->header && (rq->http->names & row->bit) == 0)
			continue;
		v = header_get(rq, row->name);
		if (v.p != NULL && is_here(rq, row->where) && is_refused(rq, row->point))
			return lacks_header(rq, row->name, v);
	}
	return OK;
}
