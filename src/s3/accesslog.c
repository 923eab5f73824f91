/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server access logs: a line for each request to a bucket that wants them, handed to the
 * ledger. Fields: docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "object/document.h"
#include "s3_priv.h"

/* ---- which buckets want it ---- */

enum { SLOTS = 16, DAY_MS = 86400000 };

struct slot {
	uint64_t bucket_id; /* 0: none */
	uint64_t changes; /* of the documents, before this was read */
	bool on;
	enum ledger_form form;
	struct buf target, prefix;
};

/* Most buckets have no log: to know that must cost next to nothing. */
struct accesslog_cache {
	/* Its own: a reply may end, and be logged, within a read of the loop's. */
	struct reader *reader;
	struct slot slot[SLOTS];
};

struct accesslog_cache *
accesslog_cache_new(struct store *store)
{
	struct accesslog_cache *c = mem_zalloc(sizeof *c);

	c->reader = reader_new(store);
	return c;
}

void
accesslog_cache_free(struct accesslog_cache **cache)
{
	struct accesslog_cache *c = *cache;

	for (size_t i = 0; i < SLOTS; i++) {
		buf_fini(&c->slot[i].target);
		buf_fini(&c->slot[i].prefix);
	}
	reader_free(&c->reader);
	mem_free(c);
	*cache = NULL;
}

static enum ledger_form
form_of(const struct xml_node *on)
{
	const struct xml_node *format = xml_child(on, "TargetObjectKeyFormat"),
			      *part = format != NULL
	    ? xml_child(format, "PartitionedPrefix")
	    : NULL;

	if (part == NULL)
		return LEDGER_SIMPLE;
	return span_is(xml_text(part, "PartitionDateSource"), "EventTime")
	    ? LEDGER_BY_EVENT
	    : LEDGER_BY_DELIVERY;
}

struct slot_read {
	struct rq *rq;
	struct slot *slot;
};

static enum err
slot_read(struct txn *t, void *arg)
{
	struct slot_read *r = arg;
	struct obj_doc d = {
		.bucket = r->rq->bucket, .bucket_id = r->rq->bkt.id, .doc = DOC_LOGGING
	};
	struct xml_node *on;
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	r->slot->on = false;
	if (e != OK || inner.n == 0)
		return e;
	/* Its one element is a document of its own. */
	e = xml_parse(r->rq->arena, inner, &on, NULL);
	if (e != OK)
		return e;
	r->slot->on = true;
	r->slot->form = form_of(on);
	r->slot->target.n = r->slot->prefix.n = 0;
	buf_span(&r->slot->target, xml_text(on, "TargetBucket"));
	buf_span(&r->slot->prefix, xml_text(on, "TargetPrefix"));
	return OK;
}

/* NULL: this bucket has no log. */
static const struct slot *
slot_find(struct rq *rq)
{
	struct slot *s = &rq->loop->logs->slot[rq->bkt.id % SLOTS];
	struct slot_read r = { rq, s };
	uint64_t changes = store_changes(rq->s3->conf.store, T_DOCUMENT);

	if (s->bucket_id != rq->bkt.id || s->changes != changes) {
		s->bucket_id = 0;
		if (store_read(rq->loop->logs->reader, slot_read, &r) != OK)
			return NULL;
		s->bucket_id = rq->bkt.id;
		s->changes = changes;
	}
	return s->on ? s : NULL;
}

/* ---- names of operations ---- */

static const char *const resources[OP_COUNT] = {
	[OP_GetBucketLocation] = "LOCATION",
	[OP_ListObjectVersions] = "BUCKETVERSIONS",
	[OP_GetBucketVersioning] = "VERSIONING",
	[OP_PutBucketVersioning] = "VERSIONING",
	[OP_ListMultipartUploads] = "UPLOADS",
	[OP_DeleteObjects] = "MULTI_OBJECT_DELETE",
	[OP_PostObject] = "BUCKET",
	[OP_GetObjectAttributes] = "OBJECT_ATTRIBUTES",
	[OP_CreateMultipartUpload] = "UPLOADS",
	[OP_UploadPart] = "PART",
	[OP_UploadPartCopy] = "PART",
	[OP_CompleteMultipartUpload] = "UPLOAD",
	[OP_AbortMultipartUpload] = "UPLOAD",
	[OP_ListParts] = "UPLOAD",
	[OP_GetBucketAccelerateConfiguration] = "ACCELERATE",
	[OP_PutBucketAccelerateConfiguration] = "ACCELERATE",
	[OP_GetBucketCors] = "CORS",
	[OP_PutBucketCors] = "CORS",
	[OP_DeleteBucketCors] = "CORS",
	[OP_GetBucketEncryption] = "ENCRYPTION",
	[OP_PutBucketEncryption] = "ENCRYPTION",
	[OP_DeleteBucketEncryption] = "ENCRYPTION",
	[OP_GetBucketLifecycleConfiguration] = "LIFECYCLE",
	[OP_PutBucketLifecycleConfiguration] = "LIFECYCLE",
	[OP_DeleteBucketLifecycle] = "LIFECYCLE",
	[OP_GetBucketLogging] = "LOGGING_STATUS",
	[OP_PutBucketLogging] = "LOGGING_STATUS",
	[OP_GetBucketNotificationConfiguration] = "NOTIFICATION",
	[OP_PutBucketNotificationConfiguration] = "NOTIFICATION",
	[OP_GetBucketOwnershipControls] = "OWNERSHIP_CONTROLS",
	[OP_PutBucketOwnershipControls] = "OWNERSHIP_CONTROLS",
	[OP_DeleteBucketOwnershipControls] = "OWNERSHIP_CONTROLS",
	[OP_GetBucketPolicy] = "BUCKETPOLICY",
	[OP_PutBucketPolicy] = "BUCKETPOLICY",
	[OP_DeleteBucketPolicy] = "BUCKETPOLICY",
	[OP_GetBucketPolicyStatus] = "POLICY_STATUS",
	[OP_GetPublicAccessBlock] = "PUBLIC_ACCESS_BLOCK",
	[OP_PutPublicAccessBlock] = "PUBLIC_ACCESS_BLOCK",
	[OP_DeletePublicAccessBlock] = "PUBLIC_ACCESS_BLOCK",
	[OP_GetBucketReplication] = "REPLICATION",
	[OP_PutBucketReplication] = "REPLICATION",
	[OP_DeleteBucketReplication] = "REPLICATION",
	[OP_GetBucketRequestPayment] = "REQUEST_PAYMENT",
	[OP_PutBucketRequestPayment] = "REQUEST_PAYMENT",
	[OP_GetBucketTagging] = "TAGGING",
	[OP_PutBucketTagging] = "TAGGING",
	[OP_DeleteBucketTagging] = "TAGGING",
	[OP_GetBucketWebsite] = "WEBSITE",
	[OP_PutBucketWebsite] = "WEBSITE",
	[OP_DeleteBucketWebsite] = "WEBSITE",
	[OP_GetObjectLockConfiguration] = "OBJECT_LOCK_CONFIGURATION",
	[OP_PutObjectLockConfiguration] = "OBJECT_LOCK_CONFIGURATION",
	[OP_GetBucketAcl] = "ACL",
	[OP_PutBucketAcl] = "ACL",
	[OP_GetObjectAcl] = "ACL",
	[OP_PutObjectAcl] = "ACL",
	[OP_GetObjectTagging] = "OBJECT_TAGGING",
	[OP_PutObjectTagging] = "OBJECT_TAGGING",
	[OP_DeleteObjectTagging] = "OBJECT_TAGGING",
	[OP_GetObjectLegalHold] = "LEGAL_HOLD",
	[OP_PutObjectLegalHold] = "LEGAL_HOLD",
	[OP_GetObjectRetention] = "RETENTION",
	[OP_PutObjectRetention] = "RETENTION",
	[OP_GetObjectTorrent] = "OBJECT_TORRENT",
	[OP_RestoreObject] = "RESTORE",
	[OP_SelectObjectContent] = "OBJECT_SELECT_CONTENT",
};

/* "?intelligent-tiering" is INTELLIGENT_TIERING where no other name is known. */
static void
put_sub(struct buf *b, const char *sub)
{
	for (; *sub != '\0'; sub++)
		buf_char(b,
		    *sub == '-'                      ? '_'
			: *sub >= 'a' && *sub <= 'z' ? (char)(*sub - 32)
						     : *sub);
}

static void
put_operation(struct buf *b, const struct rq *rq)
{
	const struct op *op = rq->op;
	bool copy = op == &ops[OP_CopyObject] || op == &ops[OP_UploadPartCopy];

	buf_str(b, rq->web != NULL ? "WEBSITE." : "REST.");
	if (copy)
		buf_str(b, "COPY");
	else
		buf_span(b, rq->http->method_name);
	buf_char(b, '.');
	if (rq->http->method == HTTP_OPTIONS)
		buf_str(b, "PREFLIGHT");
	else if (op != NULL && resources[op - ops] != NULL)
		buf_str(b, resources[op - ops]);
	else if (op != NULL && op->sub[0] != '\0')
		put_sub(b, op->sub);
	else
		buf_str(b, rq->key.n > 0 || rq->web != NULL ? "OBJECT" : "BUCKET");
	buf_char(b, ' ');
}

/* ---- fields ---- */

static void
put_text(struct buf *b, struct span s)
{
	if (s.n == 0)
		buf_char(b, '-');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c > ' ' && c < 0x7f && c != '"')
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
	buf_char(b, ' ');
}

/* What stands in quotes may hold spaces, but nothing that ends the quotes or the line. */
static void
put_inner(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != 0x7f && c != '"')
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

static void
put_quoted(struct buf *b, struct span s)
{
	buf_char(b, '"');
	put_inner(b, s.n > 0 ? s : SPAN_LIT("-"));
	buf_str(b, "\" ");
}

static void
put_number(struct buf *b, uint64_t n, bool known)
{
	if (known)
		buf_u64(b, n);
	else
		buf_char(b, '-');
	buf_char(b, ' ');
}

static void
put_key(struct buf *b, struct span key)
{
	if (key.n == 0)
		buf_char(b, '-');
	else
		uri_encode(b, key, true);
	buf_char(b, ' ');
}

static void
put_time(struct buf *b, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	(void)strftime(
	    text, sizeof text, "[%d/%b/%Y:%H:%M:%S +0000] ", gmtime_r(&seconds, &tm));
	buf_str(b, text);
}

/* A signature, a token or a key in a link is a credential: who reads logs must not get it. A
 * name may come percent-encoded, and means the same then. */
static bool
is_secret_raw(struct span raw)
{
	char text[256];
	size_t n;

	if (raw.n > sizeof text)
		return true;
	n = uri_decode(text, raw, true);
	return n == (size_t)-1 || trail_is_secret(span_of(text, n));
}

/* The request line with the signature taken out of the query. */
static void
accesslog_target(struct buf *out, const struct http_req *http)
{
	struct span rest = http->query, one, value;

	put_inner(out, http->path);
	if (http->query.n > 0)
		buf_char(out, '?');
	while (rest.n > 0) {
		value = one = span_cut(&rest, '&');
		(void)span_cut(&value, '=');
		if (one.n > value.n &&
		    is_secret_raw(span_head(one, one.n - value.n - 1))) {
			put_inner(out, span_head(one, one.n - value.n));
			buf_str(out, "***");
		} else
			put_inner(out, one);
		if (rest.n > 0)
			buf_char(out, '&');
	}
}

/* ---- lines ---- */

struct line {
	struct rq *rq;
	const struct slot *slot;
	struct buf text;
};

static void
put_requester(struct buf *b, const struct rq *rq)
{
	const struct identity *who = rq->who;

	if (who->kind == IDENTITY_NOBODY)
		buf_str(b, "-");
	else /* users and roles by their ARN, an account by its canonical id */
		buf_span(b, who->kind == IDENTITY_ROOT ? who->canonical_id : who->arn);
	buf_char(b, ' ');
}

/* Owner to request id, which all lines of a request share. */
static void
line_head(struct line *l)
{
	char peer[S3_PEER];
	struct rq *rq = l->rq;
	struct buf *b = &l->text;

	b->n = 0;
	buf_put(b, rq_owner(rq)->canonical_id, CANONICAL_ID);
	buf_char(b, ' ');
	put_text(b, rq->bucket);
	put_time(b, rq->real_ms);
	put_text(b, s3_peer(&rq->http->peer, peer));
	put_requester(b, rq);
	buf_printf(b, "%s ", rq->id);
}

/* Host id to the end. */
static void
line_tail(struct line *l)
{
	static const char *const kinds[] = { "-", "AuthHeader", "QueryString" };
	struct rq *rq = l->rq;
	struct buf *b = &l->text;
	const char *cipher, *tls = http_req_tls(rq->http, &cipher);
	bool v2 = rq->auth.kind != AUTH_ANONYMOUS && rq->auth.scope.n == 0;

	buf_printf(b, "%s %s %s %s ", rq->id_2,
	    rq->auth.kind == AUTH_ANONYMOUS ? "-"
		: v2                        ? "SigV2"
					    : "SigV4",
	    tls != NULL ? cipher : "-", kinds[rq->auth.kind]);
	put_text(b, rq->http->host);
	buf_printf(b, "%s ", tls != NULL ? tls : "-");
	put_text(b, rq->via != NULL ? rq->via->arn : SPAN_NONE);
	buf_str(b, "- -\n");
}

static void
line_send(struct line *l)
{
	struct rq *rq = l->rq;
	struct ledger_to to = { .source = rq->bucket,
		.region = rq->bkt.region.n > 0 ? rq->bkt.region : SPAN_LIT("us-east-1"),
		.target = buf_view(&l->slot->target),
		.prefix = buf_view(&l->slot->prefix),
		.form = l->slot->form };

	if (to.form == LEDGER_BY_EVENT)
		to.day = rq->real_ms / DAY_MS;
	ledger_add(rq->s3->conf.ledger, &to, buf_view(&l->text));
}

static enum err
code_of(const struct rq *rq)
{
	return rq->web != NULL ? website_code(rq) : rq->fail.code;
}

static void
line_request(struct line *l, const struct http_done *info)
{
	struct rq *rq = l->rq;
	struct buf *b = &l->text;
	enum err code = code_of(rq);
	uint64_t now = clock_mono_us(), start = rq->http->start_us;
	struct span id = span_of(rq->version, rq->version_n);

	line_head(l);
	put_operation(b, rq);
	put_key(b, rq->key);
	buf_char(b, '"');
	put_inner(b, rq->http->method_name);
	buf_char(b, ' ');
	accesslog_target(b, rq->http);
	buf_str(b, rq->http->http10 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
	put_number(b, info->status, info->status != 0);
	put_text(b, code != OK ? span_str(err_row(code)->code) : SPAN_NONE);
	put_number(b, info->sent, info->sent > 0);
	put_number(b, rq->object_size, rq->has_size);
	put_number(b, (now - start) / 1000, true);
	put_number(b, (rq->replied_us - start) / 1000, rq->replied_us > start);
	put_quoted(b, http_req_header(rq->http, "referer"));
	put_quoted(b, http_req_header(rq->http, "user-agent"));
	put_text(b, id.n > 0 ? id : query_get(rq, "versionId"));
	line_tail(l);
	line_send(l);
}

static void
line_deleted(void *ctx, struct span key, struct span version, enum err e)
{
	struct line *l = ctx;
	struct buf *b = &l->text;

	line_head(l);
	buf_str(b, "BATCH.DELETE.OBJECT ");
	put_key(b, key);
	buf_printf(b, "- %u ", e == OK ? 204 : err_row(e)->status);
	put_text(b, e != OK ? span_str(err_row(e)->code) : SPAN_NONE);
	buf_str(b, "- - - - - - ");
	put_text(b, version);
	line_tail(l);
	line_send(l);
}

void
accesslog_write(struct rq *rq, const struct http_done *info)
{
	struct line l = { .rq = rq };

	if (rq->bucket.n == 0)
		return;
	/* Refused before anybody looked for the bucket; its owner wants to know. */
	if (rq->bkt.id == 0 && bucket_find(rq) != OK)
		return;
	l.slot = slot_find(rq);
	if (l.slot == NULL)
		return;
	if (rq->op == &ops[OP_DeleteObjects])
		op_delete_each(rq, line_deleted, &l);
	line_request(&l, info);
	buf_fini(&l.text);
}
