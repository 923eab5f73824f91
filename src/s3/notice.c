/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portability report tells of failures that a strict tier would not have had, or
 * would have had another one for, where the step that failed has no reason to ask the table.
 * Only requests of the open profile come here, when their answer is made. [loop]
 */
#include "config.h"

#include "codec/words.h"
#include "s3_priv.h"

/* The region that the failure says the request is signed for. */
static struct span
signed_region(const struct rq *rq)
{
	static const char before[] = "the region '";
	struct span text = span_str(fail_text(&rq->fail));
	const char *at = strstr(fail_text(&rq->fail), before);

	if (at == NULL)
		return SPAN_NONE;
	text = span_from(text, (size_t)(at - text.p) + sizeof before - 1);
	return span_head(text, span_find(text, '\'', 0));
}

static void
wrong_region(struct rq *rq)
{
	struct span region = signed_region(rq);
	enum tier_point r2 =
	    address_region_auto(region, NULL) == OK ? TP_REGION_SIGNED : TP_REGION_WRONG;

	if (region.p == NULL)
		return;
	(void)tier_says_of(rq, r2, TIER_BIT_R2);
	if (strcmp(rq->s3->conf.region, "us-east-1") == 0)
		(void)tier_says_of(rq, TP_REGION_SIGNED, TIER_BIT_MINIO);
	else if (rq->op != &ops[OP_GetBucketLocation])
		(void)tier_says_of(rq, TP_REGION_WRONG, TIER_BIT_MINIO);
	if (rq->op == &ops[OP_GetBucketLocation])
		(void)tier_says_of(rq, TP_REGION_LOCATION, TIER_BIT_MINIO);
}

static bool
is_conditional_write(const struct rq *rq)
{
	return (rq->op == &ops[OP_PutObject] ||
		   rq->op == &ops[OP_CompleteMultipartUpload]) &&
	    header_get(rq, "if-match").p != NULL;
}

void
notice_failure(struct rq *rq)
{
	const struct op *op = rq->op;

	switch (rq->fail.code) {
	case E_AUTH_HEADER_MALFORMED:
	case E_AUTH_QUERY:
		wrong_region(rq);
		break;
	case E_NO_SUCH_KEY:
		if (is_conditional_write(rq))
			(void)tier_says(rq, TP_PUT_MATCH_GONE);
		break;
	case E_PRECONDITION:
		if (op == &ops[OP_CompleteMultipartUpload])
			(void)tier_says(rq, TP_COMPLETE_FAILED);
		break;
	case E_INVALID_PART_ORDER:
		(void)tier_says(rq, TP_PARTS_ORDER);
		break;
	case E_INVALID_BUCKET_ACL:
	case E_INVALID_BUCKET_ACL_PUBLIC:
		(void)tier_says(rq, TP_NEW_ACL);
		break;
	case E_NO_SUCH_LIFECYCLE:
		(void)tier_says(rq, TP_NEW_RULE);
		break;
	case E_BAD_DIGEST:
	case E_INCOMPLETE_BODY:
		if (op == &ops[OP_UploadPart])
			op_upload_note_failed(rq);
		break;
	default:
		break;
	}
}

/* Which words R2 reads or writes in another way, in the value of a header of metadata. */
void
notice_words(struct rq *rq, struct span value)
{
	bool plain = true;

	if (rq->tier != TIER_OPEN)
		return;
	for (size_t i = 0; i < value.n && plain; i++)
		plain = (unsigned char)value.p[i] < 0x80;
	if (!plain || !span_eq(words_decode(rq->arena, value), value))
		(void)tier_says(rq, TP_METADATA_WORDS);
}
