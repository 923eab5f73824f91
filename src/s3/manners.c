/* SPDX-License-Identifier: Apache-2.0 */
/* What every answer of a service has about it: ids, Server, the children of <Error>. */
#include "config.h"

#include "codec/json.h"
#include "s3_priv.h"

/* Nothing is rate limited here: as many as there were. */
enum { MANNERS_RATE = 1000 };

static struct span
pair_get(const struct fail *f, const char *name)
{
	for (unsigned i = 0; i < f->pairs; i++)
		if (strcmp(f->pair[i].name, name) == 0)
			return f->pair[i].value;
	return SPAN_NONE;
}

static void
put_unless_empty(struct buf *b, const char *name, struct span value)
{
	if (value.n > 0)
		xml_put(b, name, value);
}

/* Where XML has no way to write what is in a key. */
static struct span
writable(const struct rq *rq, struct span key)
{
	struct buf b = { 0 };

	if (key.n == 0 || memchr(key.p, '\0', key.n) == NULL)
		return key;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] == '\0')
			buf_str(&b, "\xef\xbf\xbd");
		else
			buf_char(&b, key.p[i]);
	key = arena_span(rq->arena, buf_view(&b));
	buf_fini(&b);
	return key;
}

/* The struct that MinIO renders (cmd/api-response.go): the same children for every failure. */
static void
error_minio(const struct rq *rq, struct buf *b)
{
	const struct fail *f = &rq->fail;

	put_unless_empty(b, "Key", writable(rq, rq->key));
	put_unless_empty(b, "BucketName", rq->bucket);
	xml_put(b, "Resource", rq->http->path);
	put_unless_empty(b, "Region", pair_get(f, "Region"));
	xml_put_str(b, "RequestId", rq->id);
	xml_put_str(b, "HostId", rq->s3->host_id);
	put_unless_empty(b, "ActualObjectSize", pair_get(f, "ActualObjectSize"));
	put_unless_empty(b, "RangeRequested", pair_get(f, "RangeRequested"));
}

/* MinIO's API of administrators tells of errors as JSON. */
static bool
is_admin(const struct rq *rq)
{
	return tier_value(rq, TP_ADMIN_ERROR) == TV_JSON &&
	    span_starts(rq->http->path, SPAN_LIT("/minio/admin/"));
}

const char *
manners_type(const struct rq *rq)
{
	return is_admin(rq) ? "application/json" : "application/xml";
}

static void
error_json(const struct rq *rq, struct buf *b)
{
	buf_printf(b, "{\"Code\":\"%s\",\"Message\":", err_row(rq->fail.code)->code);
	json_put(b, span_str(fail_text(&rq->fail)));
	buf_str(b, ",\"Resource\":");
	json_put(b, rq->http->path);
	buf_printf(b, ",\"RequestId\":\"%s\",\"HostId\":\"%s\"}", rq->id,
	    tier_value(rq, TP_IDS) == TV_IDS_MINIO ? rq->s3->host_id : rq->id_2);
}

bool
manners_error(const struct rq *rq, struct buf *b)
{
	enum tier_value how = tier_value(rq, TP_ERROR_FIELDS);

	if (is_admin(rq)) {
		error_json(rq, b);
		return true;
	}
	if (how == TV_SPECIFIC || rq->control.p != NULL)
		return false;
	buf_str(b, XML_HEAD "<Error>");
	xml_put_str(b, "Code", err_row(rq->fail.code)->code);
	xml_put_str(b, "Message", fail_text(&rq->fail));
	if (how == TV_EVERYTHING)
		error_minio(rq, b);
	buf_str(b, "</Error>");
	return true;
}

static void
head_minio(const struct rq *rq, struct buf *b)
{
	buf_printf(b,
	    "X-Amz-Id-2: %s\r\nX-Amz-Request-Id: %s\r\nServer: MinIO\r\n"
	    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
	    "Vary: Origin\r\nVary: Accept-Encoding\r\n"
	    "X-Content-Type-Options: nosniff\r\nX-Xss-Protection: 1; mode=block\r\n"
	    "X-Ratelimit-Limit: %u\r\nX-Ratelimit-Remaining: %u\r\n",
	    rq->s3->host_id, rq->id, MANNERS_RATE, MANNERS_RATE);
	if (!(rq->fail.code == OK && rq->has_size)) /* a GET says it itself */
		buf_str(b, "Accept-Ranges: bytes\r\n");
	if (rq->fail.code != OK && rq->fail.code != E_NOT_MODIFIED &&
	    rq->http->method == HTTP_HEAD)
		buf_printf(b, "X-Minio-Error-Code: %s\r\nX-Minio-Error-Desc: \"%s\"\r\n",
		    err_row(rq->fail.code)->code, fail_text(&rq->fail));
}

/* The ray's number, and where it was answered. */
static void
head_r2(const struct rq *rq, struct buf *b)
{
	char ray[17];

	for (unsigned i = 0; i < sizeof ray; i++)
		ray[i] = rq->id[i] >= 'A' && rq->id[i] <= 'F' ? (char)(rq->id[i] | 0x20)
							      : rq->id[i];
	buf_printf(b, "cf-ray: %s-TRG\r\nServer: cloudflare\r\n", ray);
}

void
manners_head(const struct rq *rq, struct buf *b)
{
	if (tier_value(rq, TP_IDS) == TV_IDS_MINIO)
		head_minio(rq, b);
	else
		head_r2(rq, b);
}
