/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: one record per request, in CloudTrail's terms. What could open a door
 * (signatures, tokens, customers' keys) is never in it: headers are told by a list of those
 * that may be, parameters but for those that may not. Source:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-
 * contents.html and AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/rand.h"
#include "codec/json.h"
#include "s3_priv.h"

/* ---- who ---- */

static void
put_issuer(struct buf *b, const struct identity *who)
{
	size_t at = 0;

	for (size_t i = 0; i < who->role_arn.n; i++)
		if (who->role_arn.p[i] == '/')
			at = i + 1;
	json_begin(b, "sessionContext");
	if (who->role_arn.n > 0) {
		json_begin(b, "sessionIssuer");
		json_str(b, "type", "Role");
		json_span(b, "principalId",
		    span_head(who->user_id, span_find(who->user_id, ':', 0)));
		json_span(b, "arn", who->role_arn);
		json_span(b, "accountId", who->account);
		json_span(b, "userName", span_from(who->role_arn, at));
		buf_char(b, '}');
	}
	json_begin(b, "attributes");
	json_second(b, "creationDate", who->session_began * 1000);
	json_str(b, "mfaAuthenticated", "false");
	buf_str(b, "}}");
}

static void
put_identity(struct buf *b, const struct rq *rq)
{
	static const char *const types[] = { "AWSAccount", "Root", "IAMUser",
		"AssumedRole", "FederatedUser" };
	const struct identity *who = rq->who;

	json_begin(b, "userIdentity");
	json_str(b, "type", types[who->kind]);
	if (who->kind == IDENTITY_NOBODY) {
		json_str(b, "principalId", "");
		json_str(b, "accountId", "ANONYMOUS_PRINCIPAL");
		/* A key that was named, but not proved. */
		if (rq->auth.access_key.n > 0)
			json_span(b, "accessKeyId", rq->auth.access_key);
		buf_char(b, '}');
		return;
	}
	json_span(b, "principalId", who->user_id);
	json_span(b, "arn", who->arn);
	json_span(b, "accountId", who->account);
	json_span(b, "accessKeyId", who->access_key);
	if (who->user_name.n > 0)
		json_span(b, "userName", who->user_name);
	if (who->session_began != 0)
		put_issuer(b, who);
	buf_char(b, '}');
}

/* ---- what ---- */

/* CloudTrail's names where they are not the operations' own. */
static const char *
trail_event(const struct op *op)
{
	static const struct {
		enum op_number op;
		const char *name;
	} rows[] = { { OP_ListObjectsV2, "ListObjects" },
		{ OP_GetBucketAccelerateConfiguration, "GetAccelerateConfiguration" },
		{ OP_PutBucketAccelerateConfiguration, "PutAccelerateConfiguration" },
		{ OP_GetBucketLifecycleConfiguration, "GetBucketLifecycle" },
		{ OP_PutBucketLifecycleConfiguration, "PutBucketLifecycle" },
		{ OP_GetBucketNotificationConfiguration, "GetBucketNotification" },
		{ OP_PutBucketNotificationConfiguration, "PutBucketNotification" },
		{ OP_GetPublicAccessBlock, "GetBucketPublicAccessBlock" },
		{ OP_PutPublicAccessBlock, "PutBucketPublicAccessBlock" },
		{ OP_DeletePublicAccessBlock, "DeleteBucketPublicAccessBlock" },
		{ OP_GetObjectLockConfiguration, "GetBucketObjectLockConfiguration" },
		{ OP_PutObjectLockConfiguration, "PutBucketObjectLockConfiguration" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (op == &ops[rows[i].op])
			return rows[i].name;
	return op->name;
}

static void
put_event_name(struct buf *b, const struct rq *rq)
{
	if (rq->op != NULL)
		json_str(b, "eventName", trail_event(rq->op));
	else if (rq->http->method == HTTP_OPTIONS)
		json_str(b, "eventName", "PreflightRequest");
	else
		json_str(b, "eventName", "Unknown");
}

static bool
is_read(const struct rq *rq)
{
	enum http_method m = rq->http->method;

	return m == HTTP_GET || m == HTTP_HEAD || m == HTTP_OPTIONS ||
	    rq->op == &ops[OP_SelectObjectContent];
}

static bool
is_data(const struct rq *rq)
{
	return rq->op != NULL &&
	    (rq->op->level == LEVEL_OBJECT || rq->op == &ops[OP_PostObject] ||
		rq->op == &ops[OP_DeleteObjects] || rq->op == &ops[OP_ListObjects] ||
		rq->op == &ops[OP_ListObjectsV2] ||
		rq->op == &ops[OP_ListObjectVersions] ||
		rq->op == &ops[OP_ListMultipartUploads] || rq->op == &ops[OP_HeadBucket]);
}

static bool
name_has(struct span s, const char *part)
{
	struct span p = span_str(part);

	for (size_t i = 0; i + p.n <= s.n; i++)
		if (span_ieq(span_of(s.p + i, p.n), p))
			return true;
	return false;
}

bool
trail_is_secret(struct span param)
{
	return name_has(param, "signature") || name_has(param, "security-token") ||
	    name_has(param, "session-token") || name_has(param, "s3session") ||
	    name_has(param, "customer-key") || name_has(param, "password") ||
	    name_has(param, "secret");
}

static bool
header_told(struct span h)
{
	static const char *const names[] = { "x-amz-acl",
		"x-amz-bypass-governance-retention", "x-amz-checksum-algorithm",
		"x-amz-copy-source", "x-amz-copy-source-range",
		"x-amz-expected-bucket-owner", "x-amz-metadata-directive",
		"x-amz-object-lock-legal-hold", "x-amz-object-lock-mode",
		"x-amz-object-lock-retain-until-date", "x-amz-object-ownership",
		"x-amz-rename-source", "x-amz-request-payer",
		"x-amz-server-side-encryption",
		"x-amz-server-side-encryption-aws-kms-key-id",
		"x-amz-server-side-encryption-bucket-key-enabled",
		"x-amz-server-side-encryption-customer-algorithm",
		"x-amz-source-expected-bucket-owner", "x-amz-storage-class",
		"x-amz-tagging", "x-amz-tagging-directive",
		"x-amz-website-redirect-location", "x-amz-write-offset-bytes", "range",
		"if-match", "if-none-match" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is(h, names[i]))
			return true;
	return span_starts(h, SPAN_LIT("x-amz-grant-"));
}

/* A name may come twice; JSON's may not. */
static bool
is_first(const struct rq *rq, size_t param)
{
	for (size_t i = 0; i < param; i++)
		if (span_eq(rq->param[i].name, rq->param[param].name))
			return false;
	return !span_is(rq->param[param].name, "bucketName") &&
	    !span_is(rq->param[param].name, "key") &&
	    !span_is(rq->param[param].name, "Host");
}

/* Headers that a link's query said are there as parameters. */
static bool
is_param(const struct rq *rq, struct span header)
{
	for (size_t i = 0; i < rq->nparam; i++)
		if (span_ieq(rq->param[i].name, header))
			return true;
	return false;
}

static void
put_pair(struct buf *b, struct span field, struct span value)
{
	char last = b->p[b->n - 1];

	if (last != '{')
		buf_char(b, ',');
	json_put(b, field);
	buf_char(b, ':');
	json_put(b, value);
}

static void
put_parameters(struct buf *b, const struct rq *rq)
{
	const struct http_req *http = rq->http;

	json_begin(b, "requestParameters");
	if (rq->bucket.n > 0)
		json_span(b, "bucketName", rq->bucket);
	json_span(b, "Host", http->host);
	if (rq->key.n > 0)
		json_span(b, "key", rq->key);
	for (size_t i = 0; i < rq->nparam; i++)
		if (is_first(rq, i) && !trail_is_secret(rq->param[i].name))
			put_pair(b, rq->param[i].name, rq->param[i].value);
	for (size_t i = 0; i < http->nheader; i++)
		if (header_told(http->header[i].name) &&
		    !is_param(rq, http->header[i].name))
			put_pair(b, http->header[i].name, http->header[i].value);
	buf_char(b, '}');
}

/* ---- how it went ---- */

static void
put_answer(struct buf *b, const struct rq *rq)
{
	enum err code = rq->web != NULL ? website_code(rq) : rq->fail.code;

	if (code != OK) {
		json_str(b, "errorCode", err_row(code)->code);
		json_str(b, "errorMessage",
		    code == rq->fail.code ? fail_text(&rq->fail)
					  : err_row(code)->message);
	}
	json_name(b, "responseElements");
	if (rq->version_n == 0) {
		buf_str(b, "null");
		return;
	}
	buf_char(b, '{');
	json_span(b, "x-amz-version-id", span_of(rq->version, rq->version_n));
	buf_char(b, '}');
}

/* The last decision, and why it fell so. A request that broke off before has none. */
static void
put_decision(struct buf *b, const struct rq *rq)
{
	struct buf why = { 0 };

	if (rq->answer.action == NULL)
		return;
	json_str(b, "decision", rq->answer.why.allowed ? "Allow" : "Deny");
	access_why(&why, &rq->answer);
	json_span(b, "reason", buf_view(&why));
	json_str(b, "action", rq->answer.action);
	buf_fini(&why);
}

static void
put_more(struct buf *b, const struct rq *rq, const struct http_done *info)
{
	static const char *const kinds[] = { NULL, "AuthHeader", "QueryString" };
	bool signed_ = rq->auth.kind != AUTH_ANONYMOUS;
	const char *cipher;

	json_begin(b, "additionalEventData");
	if (signed_) {
		json_str(
		    b, "SignatureVersion", rq->auth.scope.n == 0 ? "SigV2" : "SigV4");
		json_str(b, "AuthenticationMethod", kinds[rq->auth.kind]);
	}
	if (http_req_tls(rq->http, &cipher) != NULL)
		json_str(b, "CipherSuite", cipher);
	json_u64(b, "bytesTransferredIn", info->received);
	json_u64(b, "bytesTransferredOut", info->sent);
	json_str(b, "x-amz-id-2", rq->id_2);
	json_u64(b, "httpStatus", info->status);
	put_decision(b, rq);
	if (rq->via != NULL)
		json_span(b, "accessPointArn", rq->via->arn);
	if (info->aborted) {
		json_bool(b, "clientGone", true);
	}
	buf_char(b, '}');
}

/* ---- on what ---- */

static void
put_resources(struct buf *b, struct rq *rq)
{
	struct buf arn = { 0 };

	json_name(b, "resources");
	buf_char(b, '[');
	if (rq->bucket.n > 0 && rq->key.n > 0) {
		buf_str(&arn, "arn:aws:s3:::");
		buf_span(&arn, rq->bucket);
		buf_char(&arn, '/');
		buf_span(&arn, rq->key);
		buf_char(b, '{');
		json_str(b, "type", "AWS::S3::Object");
		json_span(b, "ARN", buf_view(&arn));
		buf_char(b, '}');
	}
	if (rq->bucket.n > 0) {
		arn.n = 0;
		buf_str(&arn, "arn:aws:s3:::");
		buf_span(&arn, rq->bucket);
		buf_str(b, b->p[b->n - 1] == '[' ? "{" : ",{");
		if (rq->bkt.id != 0)
			json_span(
			    b, "accountId", span_of(rq->bkt.account, ACCOUNT_DIGITS));
		json_str(b, "type", "AWS::S3::Bucket");
		json_span(b, "ARN", buf_view(&arn));
		buf_char(b, '}');
	}
	if (rq->resource.n > 0) {
		buf_str(b, b->p[b->n - 1] == '[' ? "{" : ",{");
		json_str(b, "type", "AWS::S3::AccessPoint");
		json_span(b, "ARN", rq->resource);
		buf_char(b, '}');
	}
	buf_char(b, ']');
	buf_fini(&arn);
}

static void
put_event_id(struct buf *b)
{
	uint8_t r[16];

	for (unsigned i = 0; i < 2; i++) {
		uint64_t n = rand_fast();

		memcpy(r + 8 * i, &n, 8);
	}
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40); /* RFC 9562, version 4 */
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	json_name(b, "eventID");
	buf_char(b, '"');
	for (unsigned i = 0; i < sizeof r; i++)
		buf_printf(
		    b, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", r[i]);
	buf_char(b, '"');
}

static void
put_tls(struct buf *b, const struct rq *rq)
{
	const char *cipher, *version = http_req_tls(rq->http, &cipher);

	if (version == NULL)
		return;
	json_begin(b, "tlsDetails");
	json_str(b, "tlsVersion", version);
	json_str(b, "cipherSuite", cipher);
	json_span(b, "clientProvidedHostHeader", rq->http->host);
	buf_char(b, '}');
}

void
trail_write(struct rq *rq, const struct http_done *info)
{
	struct span agent = http_req_header(rq->http, "user-agent");
	struct buf line = { 0 }, *b = &line;
	char peer[S3_PEER];
	bool data = is_data(rq);

	buf_char(b, '{');
	json_str(b, "eventVersion", "1.11");
	put_identity(b, rq);
	json_second(b, "eventTime", rq->real_ms != 0 ? rq->real_ms : clock_real_ms());
	json_str(b, "eventSource", "s3.amazonaws.com");
	put_event_name(b, rq);
	json_str(b, "awsRegion", rq->s3->conf.region);
	json_span(b, "sourceIPAddress", s3_peer(&rq->http->peer, peer));
	json_name(b, "userAgent");
	json_put(b,
	    span_str(arena_printf(
		rq->arena, "[%.*s]", (int)agent.n, agent.p != NULL ? agent.p : "")));
	put_parameters(b, rq);
	put_answer(b, rq);
	put_more(b, rq, info);
	json_str(b, "requestID", rq->id);
	put_event_id(b);
	json_bool(b, "readOnly", is_read(rq));
	put_resources(b, rq);
	json_str(b, "eventType", "AwsApiCall");
	json_bool(b, "managementEvent", !data);
	if (rq->bkt.id != 0)
		json_span(
		    b, "recipientAccountId", span_of(rq->bkt.account, ACCOUNT_DIGITS));
	else if (rq->who->account.n > 0)
		json_span(b, "recipientAccountId", rq->who->account);
	json_str(b, "eventCategory", data ? "Data" : "Management");
	put_tls(b, rq);
	buf_str(b, "}\n");
	audit_write(rq->s3->conf.audit, buf_view(b));
	buf_fini(b);
}
