/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/stamp.h"
#include "s3_priv.h"

enum { SCRATCH_KEEP = 256 << 10 };

/* A listing of long keys may have blown the scratch up; idle loops give that back. */
static void
scratch_reset(struct buf *b)
{
	if (b->cap > SCRATCH_KEEP)
		buf_fini(b);
	b->n = 0;
}

void
reply_begin(struct rq *rq, unsigned status)
{
	rq->status = status;
	rq->source = NULL;
	rq->length = 0;
	scratch_reset(&rq->loop->head);
	scratch_reset(&rq->loop->out);
}

void
reply_header_of(struct rq *rq, struct span name, struct span value)
{
	struct buf *b = &rq->loop->head;
	char *p = buf_grow(b, name.n + value.n + 4);

	memcpy(p, name.p, name.n);
	p += name.n;
	memcpy(p, ": ", 2);
	p += 2;
	if (value.n > 0)
		memcpy(p, value.p, value.n);
	memcpy(p + value.n, "\r\n", 2);
}

void
reply_header_u64(struct rq *rq, const char *name, uint64_t v)
{
	struct buf *b = &rq->loop->head;

	buf_str(b, name);
	buf_put(b, ": ", 2);
	buf_u64(b, v);
	buf_put(b, "\r\n", 2);
}

void
reply_etag(struct rq *rq, const struct rec_object *rec)
{
	char text[ETAG_TEXT + 2];
	size_t n = obj_etag(text + 1, rec);

	text[0] = text[n + 1] = '"';
	reply_header(rq, "ETag", span_of(text, n + 2));
}

void
reply_checksum(struct rq *rq, const struct checksum *c, unsigned parts)
{
	char text[CHECKSUM_TEXT];

	if (c->kind == CHECKSUM_NONE)
		return;
	reply_header(rq, checksum_row(c->kind)->header,
	    span_of(text, checksum_render(text, c, parts)));
	reply_header_str(
	    rq, "x-amz-checksum-type", c->composite ? "COMPOSITE" : "FULL_OBJECT");
}

void
reply_version(struct rq *rq, const struct rec_object *rec)
{
	rq->class = rec->class;
	if (rq->bkt.versioning == VERSIONING_NEVER)
		return;
	rq->version_n = obj_version_text(rq->version, rec);
	reply_header(rq, "x-amz-version-id", span_of(rq->version, rq->version_n));
}

void
reply_written(struct rq *rq, const struct rec_object *rec)
{
	rq->class = rec->class;
	if ((rec->flags & OBJECT_HAS_ID) == 0) {
		char text[VERSION_ID_NUMBER];

		/* Of an object without versions; nobody can ask for it by that. */
		if (tier_value(rq, TP_VERSION_ID) != TV_TOLD)
			return;
		version_id_render(text, rec->number);
		reply_header(rq, "x-amz-version-id", span_of(text, sizeof text));
		return;
	}
	rq->version_n = obj_version_text(rq->version, rec);
	reply_header(rq, "x-amz-version-id", span_of(rq->version, rq->version_n));
}

void
reply_http_date(struct rq *rq, const char *name, int64_t ms)
{
	char text[STAMP_HTTP];

	stamp_http(text, ms / 1000);
	reply_header(rq, name, span_of(text, sizeof text));
}

struct buf *
reply_xml(struct rq *rq, unsigned status)
{
	reply_begin(rq, status);
	reply_header_str(rq, "Content-Type", "application/xml");
	buf_str(&rq->loop->out, XML_HEAD);
	return &rq->loop->out;
}

void
xml_put_etag(struct buf *b, const char *etag, size_t n)
{
	buf_str(b, "<ETag>&quot;");
	buf_put(b, etag, n);
	buf_str(b, "&quot;</ETag>");
}

void
xml_put_time(struct buf *b, const char *name, int64_t ms)
{
	char text[STAMP_ISO];

	/* S3 shows whole seconds, written with .000 */
	stamp_iso(text, ms / 1000 * 1000);
	xml_put(b, name, span_of(text, sizeof text));
}

void
xml_put_checksum(struct buf *b, const struct checksum *c, unsigned parts)
{
	char text[CHECKSUM_TEXT];

	if (c->kind != CHECKSUM_NONE)
		xml_put(b, checksum_row(c->kind)->element,
		    span_of(text, checksum_render(text, c, parts)));
}

/* <Error> as AWS writes it: Code, Message, what is particular, RequestId, HostId. S3
 * Control has the ids behind it. */
static void
error_document(const struct rq *rq, struct buf *b)
{
	const struct fail *f = &rq->fail;
	bool control = rq->control.p != NULL;

	buf_str(b, control ? XML_HEAD "<ErrorResponse><Error>" : XML_HEAD "<Error>");
	xml_put_str(b, "Code", err_row(f->code)->code);
	xml_put_str(b, "Message", fail_text(f));
	for (unsigned i = 0; i < f->pairs; i++)
		xml_put(b, f->pair[i].name, f->pair[i].value);
	if (control)
		buf_str(b, "</Error>");
	xml_put_str(b, "RequestId", rq->id);
	xml_put_str(b, "HostId", rq->id_2);
	buf_str(b, control ? "</ErrorResponse>" : "</Error>");
}

void
reply_error(struct rq *rq)
{
	const struct err_row *row;

	wording_choose(rq);
	row = err_row(rq->fail.code);
	reply_begin(rq, row->status);
	if (rq->fail.code == E_NOT_MODIFIED)
		return;
	if (rq->web != NULL) {
		website_error_page(rq);
		return;
	}
	if ((row->flags & ERR_RETRY) != 0 && row->status == 503)
		reply_header_str(rq, "Retry-After", "1");
	if (rq->fail.code == E_AUTH_HEADER_MALFORMED &&
	    tier_value(rq, TP_REGION_WRONG) == TV_MALFORMED_AUTH_REGION)
		reply_header_str(rq, "x-amz-bucket-region", rq->s3->conf.region);
	reply_header_str(rq, "Content-Type", manners_type(rq));
	if (!manners_error(rq, &rq->loop->out))
		error_document(rq, &rq->loop->out);
}

void
reply_ids(struct rq *rq)
{
	struct buf *b = &rq->loop->head;

	if (tier_value(rq, TP_IDS) != TV_IDS_AMZ) {
		manners_head(rq, b);
		buf_span(b, rq->cors);
		return;
	}
	buf_str(b, "x-amz-id-2: ");
	buf_put(b, rq->id_2, sizeof rq->id_2 - 1);
	buf_str(b, "\r\nx-amz-request-id: ");
	buf_put(b, rq->id, 16);
	buf_str(b, "\r\nServer: AmazonS3\r\n");
	buf_span(b, rq->cors);
}

static void
reply_out(struct rq *rq, uint64_t length, struct span body, struct span rest)
{
	struct http_resp resp = { 0 };

	if (rq->charged)
		payer_reply(rq);
	rq->replied_us = clock_mono_us();
	reply_ids(rq);
	resp.status = rq->status;
	resp.headers = buf_view(&rq->loop->head);
	resp.length = length;
	resp.body = body;
	resp.rest = rest;
	resp.source = rq->source;
	resp.close =
	    rq->fail.code != OK && (err_row(rq->fail.code)->flags & ERR_CLOSE) != 0;
	rq->step = STEP_COUNT;
	http_reply(rq->http, &resp);
}

void
reply_send_body(struct rq *rq, struct span body)
{
	reply_out(rq, rq->length > 0 ? rq->length : body.n, body, SPAN_NONE);
}

void
reply_send_parts(struct rq *rq, const struct span part[2])
{
	uint64_t n = part[0].n + part[1].n;

	reply_out(rq, rq->length > 0 ? rq->length : n, part[0], part[1]);
}

void
reply_send(struct rq *rq)
{
	struct span out = buf_view(&rq->loop->out);

	if (rq->source != NULL || rq->length > 0)
		reply_out(rq, rq->length, SPAN_NONE, SPAN_NONE);
	else
		reply_out(rq, out.n, out, SPAN_NONE);
}
