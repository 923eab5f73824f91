/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "s3_priv.h"

struct span
query_find(const struct rq *rq, const char *name)
{
	const struct uri_param *p = uri_query_find(rq->param, rq->nparam, name);

	return p == NULL ? SPAN_NONE : p->value.p == NULL ? SPAN_LIT("") : p->value;
}

enum err
bad_argument(struct rq *rq, const char *name, struct span value, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (rq->fail.code != OK)
		return rq->fail.code;
	return fail_argument(&rq->fail, name, value, "%s", text);
}

/* One sentence for all that is no such number, in its own spelling of the name. */
static enum err
query_max_minio(struct rq *rq, const char *name, struct span text)
{
	return bad_argument(rq, name, text,
	    "Argument %s must be an integer between 0 and 2147483647",
	    strcmp(name, "max-keys") == 0 ? "maxKeys" : name);
}

enum err
query_max(struct rq *rq, const char *name, uint64_t cap, uint64_t *out)
{
	struct span text = query_get(rq, name);
	uint64_t v;

	if (text.n == 0)
		return OK;
	if (span_u64(text, &v) && v <= INT32_MAX) {
		*out = v < cap ? v : cap;
		return OK;
	}
	if (tier_says(rq, TP_LIST_MAX_BAD) == TV_MINIO)
		return query_max_minio(rq, name, text);
	if (text.p[0] == '-' && span_u64(span_from(text, 1), &v))
		return bad_argument(rq, name, text,
		    "Argument %s must be an integer between 0 and 2147483647", name);
	return bad_argument(
	    rq, name, text, "Provided %s not an integer or within integer range", name);
}

enum err
query_encoding(struct rq *rq, bool *url)
{
	struct span v = query_get(rq, "encoding-type");

	*url = span_is(v, "url");
	if (v.p == NULL || *url)
		return OK;
	return bad_argument(
	    rq, "encoding-type", v, "Invalid Encoding Method specified in Request");
}

enum err
query_version(struct rq *rq, struct obj_version *out)
{
	struct span v = query_get(rq, "versionId");

	out->which = VERSION_CURRENT;
	/* Ids are told there, and clients ask for what they wrote by them (rclone does); there
	 * is but one version. A delete must not take another one than was meant. */
	if (v.p != NULL &&
	    tier_says_of(rq, TP_VERSION_UNKNOWN, TIER_BIT_R2) == TV_ONE_VERSION)
		return rq->http->method != HTTP_DELETE
		    ? OK
		    : fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
			  "%s search parameter versionId not implemented", rq->op->name);
	if (v.p == NULL || obj_version_parse(v, out))
		return OK;
	out->which = VERSION_CURRENT;
	if (v.n == 0 && tier_says_of(rq, TP_VERSION_ID, TIER_BIT_MINIO) == TV_UUID)
		return OK;
	if (v.n == 0)
		return bad_argument(
		    rq, "versionId", v, "Version id cannot be the empty string");
	return bad_argument(rq, "versionId", v, "Invalid version id specified");
}

enum err
query_plain(struct rq *rq)
{
	struct span version = query_get(rq, "versionId"),
		    upload = query_get(rq, "uploadId"),
		    part = query_get(rq, "partNumber");

	/* Those who replicate name it: headers_replica_admit() asks for their right to. */
	if (version.p != NULL && !headers_replica_asked(rq))
		return bad_argument(rq, "versionId", version,
		    "This operation does not accept a version-id.");
	if (upload.p != NULL)
		return bad_argument(rq, "uploadId", upload,
		    "This operation does not accept an uploadId without a partNumber");
	if (part.p != NULL)
		return bad_argument(rq, "partNumber", part,
		    "This operation does not accept a partNumber without an uploadId");
	return OK;
}

enum err
query_part_number(struct rq *rq, bool *given, unsigned *out)
{
	struct span v = query_get(rq, "partNumber");
	uint64_t n;

	*given = v.p != NULL;
	if (v.p == NULL)
		return OK;
	if ((!span_u64(v, &n) || n < 1) &&
	    tier_says(rq, TP_PART_NUMBER) == TV_INVALID_PART)
		return fail_set(&rq->fail, E_INVALID_PART);
	if (!span_u64(v, &n) || n < 1 || n > UPLOAD_PARTS_MAX)
		return bad_argument(rq, "partNumber", v,
		    "Part number must be an integer between 1 and 10000, inclusive");
	*out = (unsigned)n;
	return OK;
}
