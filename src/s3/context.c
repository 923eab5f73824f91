/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What policies ask a request for, looked up only when one does:
 * docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
#include "config.h"

#include <arpa/inet.h>

#include "codec/stamp.h"
#include "codec/uri.h"
#include "model/tags.h"
#include "object/document.h"
#include "s3_priv.h"

static bool
one_if(struct policy_values *out, struct span v)
{
	return v.p != NULL && policy_value_one(out, v);
}

static bool
number(struct context *c, struct policy_values *out, uint64_t v)
{
	return policy_value_one(
	    out, span_str(arena_printf(c->rq->arena, "%llu", (unsigned long long)v)));
}

/* Decisions are also made within a read, and there is one at a time. */
static enum err
look(struct context *c, store_fn fn, void *arg)
{
	struct rq *rq = c->rq;

	return rq->inside != NULL ? fn(rq->inside, arg)
				  : store_read(rq->loop->reader, fn, arg);
}

/* ---- headers ---- */

/* Keys that are headers by another name. */
static const struct {
	enum policy_key key;
	const char *header;
} headers[] = {
	{ POLICY_KEY_REFERER, "referer" },
	{ POLICY_KEY_USER_AGENT, "user-agent" },
	{ POLICY_KEY_S3_ACL, "x-amz-acl" },
	{ POLICY_KEY_S3_GRANT_READ, "x-amz-grant-read" },
	{ POLICY_KEY_S3_GRANT_WRITE, "x-amz-grant-write" },
	{ POLICY_KEY_S3_GRANT_READ_ACP, "x-amz-grant-read-acp" },
	{ POLICY_KEY_S3_GRANT_WRITE_ACP, "x-amz-grant-write-acp" },
	{ POLICY_KEY_S3_GRANT_FULL, "x-amz-grant-full-control" },
	{ POLICY_KEY_S3_CLASS, "x-amz-storage-class" },
	{ POLICY_KEY_S3_SSE, "x-amz-server-side-encryption" },
	{ POLICY_KEY_S3_SSE_KEY, "x-amz-server-side-encryption-aws-kms-key-id" },
	{ POLICY_KEY_S3_SSE_C, "x-amz-server-side-encryption-customer-algorithm" },
	{ POLICY_KEY_S3_OWNERSHIP, "x-amz-object-ownership" },
	{ POLICY_KEY_S3_REDIRECT, "x-amz-website-redirect-location" },
	{ POLICY_KEY_S3_CONTENT_SHA256, "x-amz-content-sha256" },
	{ POLICY_KEY_S3_DIRECTIVE, "x-amz-metadata-directive" },
	{ POLICY_KEY_S3_IF_MATCH, "if-match" },
	{ POLICY_KEY_S3_IF_NONE_MATCH, "if-none-match" },
};

static bool
header_value(struct context *c, enum policy_key key, struct policy_values *out)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (headers[i].key == key)
			return one_if(out, header_get(c->rq, headers[i].header));
	return false;
}

/* "bucket/key", decoded, whatever way it was written. */
static bool
copy_source(struct context *c, struct policy_values *out)
{
	struct span raw = header_get(c->rq, "x-amz-copy-source");
	char *text;
	size_t n;

	raw = span_head(raw, span_search(raw, SPAN_LIT("?versionId="), 0));
	if (raw.n == 0)
		return false;
	text = arena_alloc(c->rq->arena, raw.n + 1);
	n = uri_decode(text, raw, false);
	if (n == (size_t)-1)
		return false;
	raw = span_of(text, n);
	return policy_value_one(out, span_from(raw, raw.n > 0 && raw.p[0] == '/'));
}

static enum err
version_find(struct txn *t, void *arg)
{
	struct context *c = arg;
	struct obj_version v;
	struct rec_object rec;
	char *text;

	if (!obj_version_parse(c->version, &v) ||
	    obj_version_find(t, c->bkt, c->key, &v, &rec, NULL) != OK)
		return OK;
	text = arena_alloc(c->rq->arena, VERSION_ID_TEXT);
	c->version = span_of(text, obj_version_text(text, &rec));
	return OK;
}

/* An id has two forms that find the version; a policy means the one that is shown. */
static bool
version_value(struct context *c, struct policy_values *out)
{
	if (c->version.n == 0)
		return false;
	if (c->key.n > 0 && c->bkt->id != 0)
		(void)look(c, version_find, c);
	return policy_value_one(out, c->version);
}

/* ---- tags ---- */

static bool
tag_find(const struct field *tag, size_t n, struct span name, struct policy_values *out)
{
	const struct field *found = NULL;

	/* Keys of conditions have no case; the very name wins. */
	for (size_t i = 0; i < n; i++) {
		if (span_eq(tag[i].name, name))
			return policy_value_one(out, tag[i].value);
		if (found == NULL && span_ieq(tag[i].name, name))
			found = &tag[i];
	}
	return found != NULL && policy_value_one(out, found->value);
}

static enum err
tags_find(struct txn *t, void *arg)
{
	struct context *c = arg;
	struct obj_version v = { .which = VERSION_CURRENT };
	struct rec_object rec;
	struct attrs attrs;
	struct tags tags;
	enum err e;

	if (c->version.n > 0 && !obj_version_parse(c->version, &v))
		return OK;
	e = obj_version_find(t, c->bkt, c->key, &v, &rec, NULL);
	if (e != OK || (rec.flags & OBJECT_IS_MARKER) != 0)
		return OK;
	e = obj_attrs(t, &rec, c->rq->arena, &attrs);
	if (e == OK)
		e = tags_read(c->rq->arena, side_get(&attrs, SIDE_TAGS), &tags);
	if (e != OK || tags.n == 0)
		return e;
	c->tags.n = tags.n;
	c->tags.field = arena_array(c->rq->arena, tags.n, sizeof *tags.tag);
	/* What is borrowed from the index is gone with the read. */
	for (size_t i = 0; i < tags.n; i++)
		c->tags.field[i] =
		    (struct field){ arena_span(c->rq->arena, tags.tag[i].name),
			    arena_span(c->rq->arena, tags.tag[i].value) };
	return OK;
}

/* A form is judged by whatever thread has the body; nothing is read there. */
static bool
object_tag(struct context *c, struct span name, struct policy_values *out)
{
	if (c->key.n == 0 || c->bkt->id == 0 || (c->rq->op->flags & F_FORM) != 0)
		return false;
	if (!c->tags_known && look(c, tags_find, c) != OK)
		return false;
	c->tags_known = true;
	return tag_find(c->tags.field, c->tags.n, name, out);
}

static bool
body_to_come(const struct rq *rq)
{
	return rq->step < STEP_FINISH;
}

/* Tags that are to be put: of a header, a form, or a document. */
static bool
request_tags(struct context *c, struct tags *out)
{
	struct rq *rq = c->rq;
	struct span v = header_get(rq, "x-amz-tagging");

	*out = (struct tags){ 0 };
	if (strcmp(rq->op->sub, "tagging") == 0 && rq->op->body == BODY_DOC) {
		c->asked_body = c->asked_body || body_to_come(rq);
		return !body_to_come(rq) &&
		    tags_parse_xml(rq->arena, intake_bytes(rq), out, NULL) == OK;
	}
	if ((rq->op->flags & F_FORM) != 0) {
		v = header_get(rq, "tagging");
		return v.p != NULL && tags_parse_xml(rq->arena, v, out, NULL) == OK;
	}
	return v.p != NULL && tags_parse_header(rq->arena, v, out, NULL) == OK;
}

static bool
request_tag(struct context *c, const struct policy_ask *ask, struct policy_values *out)
{
	struct tags tags;
	struct span *names;

	if (!request_tags(c, &tags))
		return false;
	if (ask->key == POLICY_KEY_S3_REQUEST_TAG)
		return tag_find(tags.tag, tags.n, ask->tag, out);
	names = arena_array(c->rq->arena, tags.n + 1, sizeof *names);
	for (size_t i = 0; i < tags.n; i++)
		names[i] = tags.tag[i].name;
	out->value = names;
	out->n = tags.n;
	return tags.n > 0;
}

static bool
location(struct context *c, struct policy_values *out)
{
	struct xml_node *root;
	struct span body;

	if (strcmp(c->rq->op->action, "s3:CreateBucket") != 0)
		return false;
	if (body_to_come(c->rq)) {
		c->asked_body = true;
		return false;
	}
	body = intake_bytes(c->rq);
	if (body.n == 0 || xml_parse(c->rq->arena, body, &root, NULL) != OK)
		return false;
	body = xml_text(root, "LocationConstraint");
	return body.n > 0 && policy_value_one(out, body);
}

/* ---- locks ---- */

/* Of a header, or of the documents that PutObjectRetention and PutObjectLegalHold send. */
static struct span
lock_text(struct context *c, const char *header, const char *element)
{
	struct rq *rq = c->rq;
	struct xml_node *root;

	if (rq->op->method != HTTP_PUT ||
	    (strcmp(rq->op->sub, "retention") != 0 &&
		strcmp(rq->op->sub, "legal-hold") != 0))
		return header_get(rq, header);
	c->asked_body = c->asked_body || body_to_come(rq);
	if (body_to_come(rq) || xml_parse(rq->arena, intake_bytes(rq), &root, NULL) != OK)
		return SPAN_NONE;
	return xml_child(root, element) != NULL ? span_trim(xml_text(root, element))
						: SPAN_NONE;
}

static bool
lock_value(struct context *c, enum policy_key key, struct policy_values *out)
{
	struct span until;
	int64_t when, day = 86400000;

	if (key == POLICY_KEY_S3_LOCK_MODE)
		return one_if(out, lock_text(c, "x-amz-object-lock-mode", "Mode"));
	if (key == POLICY_KEY_S3_LOCK_HOLD)
		return one_if(
		    out, lock_text(c, "x-amz-object-lock-legal-hold", "Status"));
	until = lock_text(c, "x-amz-object-lock-retain-until-date", "RetainUntilDate");
	if (key == POLICY_KEY_S3_LOCK_UNTIL)
		return one_if(out, until);
	if (until.p == NULL || !stamp_iso_parse(until, &when))
		return false;
	when -= c->rq->now_ms;
	return number(c, out, when <= 0 ? 0 : (uint64_t)((when + day - 1) / day));
}

/* ---- the connection ---- */

static bool
source_ip(struct context *c, struct policy_values *out)
{
	const struct sockaddr_storage *peer = &c->rq->http->peer;
	char *text = arena_alloc(c->rq->arena, INET6_ADDRSTRLEN);
	const void *address = peer->ss_family == AF_INET6
	    ? (const void *)&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr
	    : (const void *)&((const struct sockaddr_in *)(const void *)peer)->sin_addr;

	if ((peer->ss_family != AF_INET && peer->ss_family != AF_INET6) ||
	    inet_ntop(peer->ss_family, address, text, INET6_ADDRSTRLEN) == NULL)
		return false;
	return policy_value_one(out, span_str(text));
}

/* "1.3" of "TLSv1.3". */
static bool
tls(struct context *c, struct policy_values *out)
{
	const char *cipher;
	struct span v = span_str(http_req_tls(c->rq->http, &cipher));

	return v.n > 4 && policy_value_one(out, span_from(v, 4));
}

/* ---- the signature ---- */

static bool
signature(struct context *c, enum policy_key key, struct policy_values *out)
{
	const struct rq *rq = c->rq;
	bool v4 = rq->auth.scope.n > 0;
	int64_t when;

	if (rq->auth.kind == AUTH_ANONYMOUS)
		return false;
	if (key == POLICY_KEY_S3_SIGNATURE)
		return policy_value_one(
		    out, v4 ? SPAN_LIT("AWS4-HMAC-SHA256") : SPAN_LIT("AWS"));
	if (key == POLICY_KEY_S3_AUTH_TYPE)
		return policy_value_one(out,
		    (rq->op->flags & F_FORM) != 0         ? SPAN_LIT("POST")
			: rq->auth.kind == AUTH_PRESIGNED ? SPAN_LIT("REST-QUERY-STRING")
							  : SPAN_LIT("REST-HEADER"));
	if (!stamp_amz_parse(rq->auth.amz_date, &when))
		return false;
	when = rq->real_ms - when * 1000;
	return number(c, out, when < 0 ? 0 : (uint64_t)when);
}

/* ---- the bucket ---- */

struct bucket_tag {
	struct context *c;
	struct span name;
	struct policy_values *out;
	bool abac, found;
};

/* <TagSet><Tag><Key>..: as the document is kept. */
static bool
tag_in(struct bucket_tag *b, struct span inner)
{
	struct xml_node *root, *tag;
	struct buf text = { 0 };
	bool found = false;

	doc_render(&text, DOC_TAGGING, inner, true);
	if (xml_parse(b->c->rq->arena, buf_view(&text), &root, NULL) == OK) {
		tag = xml_child(root, "TagSet");
		for (tag = tag != NULL ? xml_child(tag, "Tag") : NULL;
		     tag != NULL && !found; tag = xml_next(tag, "Tag"))
			if (span_ieq(xml_text(tag, "Key"), b->name))
				found = policy_value_one(b->out,
				    arena_span(b->c->rq->arena, xml_text(tag, "Value")));
	}
	buf_fini(&text);
	return found;
}

static enum err
bucket_tag_find(struct txn *t, void *arg)
{
	struct bucket_tag *b = arg;
	struct obj_doc d = { .bucket_id = b->c->bkt->id, .doc = DOC_ABAC };
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	/* Tags of a bucket count where its owner has said so. */
	b->abac = e == OK && span_search(inner, SPAN_LIT(">Enabled<"), 0) < inner.n;
	if (!b->abac)
		return OK;
	d.doc = DOC_TAGGING;
	e = obj_doc_get(t, &d, &inner);
	b->found = e == OK && tag_in(b, inner);
	return OK;
}

static bool
bucket_tag(struct context *c, struct span name, struct policy_values *out)
{
	struct bucket_tag b = { .c = c, .name = name, .out = out };

	if (c->bkt->id == 0 || (c->rq->op->flags & F_FORM) != 0)
		return false;
	return look(c, bucket_tag_find, &b) == OK && b.found;
}

static bool
region(struct context *c, struct policy_values *out)
{
	struct span r = c->bkt->region;

	return policy_value_one(out, r.n > 0 ? r : span_str(c->rq->s3->conf.region));
}

/* ---- parameters ---- */

static bool
listing(struct context *c, enum policy_key key, struct policy_values *out)
{
	if (key == POLICY_KEY_S3_PREFIX && c->prefix.p != NULL)
		return policy_value_one(out, c->prefix);
	if (c->plain || c->rq->op->level != LEVEL_BUCKET)
		return false;
	switch ((int)key) {
	case POLICY_KEY_S3_PREFIX:
		return one_if(out, query_get(c->rq, "prefix"));
	case POLICY_KEY_S3_DELIMITER:
		return one_if(out, query_get(c->rq, "delimiter"));
	default:
		return one_if(out, query_get(c->rq, "max-keys"));
	}
}

/* true for what makes an object, false for the steps of an upload before that. */
static bool
creation(struct context *c, struct policy_values *out)
{
	const struct op *op = c->rq->op;

	if (strcmp(op->action, "s3:PutObject") != 0)
		return false;
	return policy_value_one(out,
	    strcmp(op->sub, "uploads") == 0 ||
		    strcmp(op->query, "uploadId partNumber") == 0
		? SPAN_LIT("false")
		: SPAN_LIT("true"));
}

static bool
point(struct context *c, enum policy_key key, struct policy_values *out)
{
	const struct access_point *p = c->plain ? c->point : c->rq->point;

	if (p == NULL)
		return false;
	switch ((int)key) {
	case POLICY_KEY_S3_POINT_ARN:
		return policy_value_one(out, p->arn);
	case POLICY_KEY_S3_POINT_ACCOUNT:
		return policy_value_one(out, p->account);
	default:
		return policy_value_one(out, SPAN_LIT("Internet"));
	}
}

bool
context_value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	struct context *c = ctx;
	struct rq *rq = c->rq;

	switch ((int)ask->key) {
	case POLICY_KEY_SECURE:
		return policy_value_one(
		    out, rq->http->tls ? SPAN_LIT("true") : SPAN_LIT("false"));
	case POLICY_KEY_S3_TLS:
		return tls(c, out);
	case POLICY_KEY_SOURCE_IP:
		return source_ip(c, out);
	case POLICY_KEY_REGION:
		return region(c, out);
	case POLICY_KEY_RESOURCE_ACCOUNT:
	case POLICY_KEY_S3_ACCOUNT:
		return c->bkt->id != 0 &&
		    policy_value_one(out, span_of(c->bkt->account, ACCOUNT_DIGITS));
	case POLICY_KEY_RESOURCE_TAG:
	case POLICY_KEY_S3_BUCKET_TAG:
		return bucket_tag(c, ask->tag, out);
	case POLICY_KEY_S3_PREFIX:
	case POLICY_KEY_S3_DELIMITER:
	case POLICY_KEY_S3_MAX_KEYS:
		return listing(c, ask->key, out);
	case POLICY_KEY_S3_OBJECT_TAG:
		return object_tag(c, ask->tag, out);
	case POLICY_KEY_S3_REQUEST_TAG:
	case POLICY_KEY_S3_REQUEST_TAG_KEYS:
		return request_tag(c, ask, out);
	case POLICY_KEY_S3_VERSION_ID:
		return version_value(c, out);
	case POLICY_KEY_S3_SIGNATURE:
	case POLICY_KEY_S3_SIGNATURE_AGE:
	case POLICY_KEY_S3_AUTH_TYPE:
		return signature(c, ask->key, out);
	case POLICY_KEY_S3_COPY_SOURCE:
		return copy_source(c, out);
	case POLICY_KEY_S3_LOCK_MODE:
	case POLICY_KEY_S3_LOCK_UNTIL:
	case POLICY_KEY_S3_LOCK_HOLD:
	case POLICY_KEY_S3_LOCK_DAYS:
		return lock_value(c, ask->key, out);
	case POLICY_KEY_S3_LOCATION:
		return location(c, out);
	case POLICY_KEY_S3_POINT_ARN:
	case POLICY_KEY_S3_POINT_ACCOUNT:
	case POLICY_KEY_S3_POINT_NETWORK:
		return point(c, ask->key, out);
	case POLICY_KEY_S3_CREATION:
		return creation(c, out);
	default:
		return header_value(c, ask->key, out);
	}
}
