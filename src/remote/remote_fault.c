/* SPDX-License-Identifier: Apache-2.0 */
/* What another store's refusal means here. */
#include "config.h"

#include <stdio.h>

#include "codec/xml.h"

#include "remote_priv.h"

/* Codes that say the same there and here. */
static const struct {
	const char *code;
	enum err err;
} same[] = {
	{ "NoSuchKey", E_NO_SUCH_KEY },
	{ "NoSuchVersion", E_NO_SUCH_VERSION },
	{ "NoSuchBucket", E_NO_SUCH_BUCKET },
	{ "NoSuchUpload", E_NO_SUCH_UPLOAD },
	{ "PreconditionFailed", E_PRECONDITION },
	{ "InvalidObjectState", E_INVALID_OBJECT_STATE },
	{ "InvalidRange", E_INVALID_RANGE },
	{ "BadDigest", E_BAD_DIGEST },
	{ "MethodNotAllowed", E_METHOD_NOT_ALLOWED },
	{ "NoSuchTagSet", E_NO_SUCH_CONFIGURATION },
	{ "ReplicationConfigurationNotFoundError", E_NO_SUCH_CONFIGURATION },
	{ "ObjectLockConfigurationNotFoundError", E_NO_SUCH_CONFIGURATION },
	{ "NoSuchObjectLockConfiguration", E_NO_SUCH_CONFIGURATION },
	{ "AccessDenied", E_REMOTE_DENIED },
	{ "InvalidAccessKeyId", E_REMOTE_DENIED },
	{ "SignatureDoesNotMatch", E_REMOTE_DENIED },
	{ "ExpiredToken", E_REMOTE_DENIED },
	{ "InvalidToken", E_REMOTE_DENIED },
	{ "AccountProblem", E_REMOTE_DENIED },
	{ "AllAccessDisabled", E_REMOTE_DENIED },
	{ "SlowDown", E_REMOTE_DOWN },
	{ "RequestTimeout", E_REMOTE_DOWN },
	{ "OperationAborted", E_REMOTE_DOWN },
	{ "ConditionalRequestConflict", E_REMOTE_DOWN },
	{ "ServiceUnavailable", E_REMOTE_DOWN },
	{ "InternalError", E_REMOTE_DOWN },
	{ "Throttling", E_REMOTE_DOWN },
	{ "ThrottlingException", E_REMOTE_DOWN },
	{ "TooManyRequests", E_REMOTE_DOWN },
	{ "RequestLimitExceeded", E_REMOTE_DOWN },
	{ "BandwidthLimitExceeded", E_REMOTE_DOWN },
};

/* As much as there is room for, in one line that a log can show. */
static void
keep(char *out, size_t cap, struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n + 1 < cap; i++)
		out[n++] =
		    (uint8_t)text.p[i] < ' ' || text.p[i] == 0x7f ? ' ' : text.p[i];
	out[n] = '\0';
}

static void
read_body(struct span body, struct remote_fault *out)
{
	struct xml_node *root;
	struct arena a;

	arena_init(&a, 0);
	if (xml_parse(&a, body, &root, NULL) == OK && span_is(root->name, "Error")) {
		keep(out->code, sizeof out->code, xml_text(root, "Code"));
		keep(out->message, sizeof out->message, xml_text(root, "Message"));
	}
	arena_fini(&a);
}

/* Answers to HEAD have no body; MinIO and trug say the code in headers. */
static void
read_headers(const struct field *header, size_t nheader, struct remote_fault *out)
{
	for (size_t i = 0; i < nheader; i++) {
		if (span_is(header[i].name, "x-minio-error-code"))
			keep(out->code, sizeof out->code, header[i].value);
		else if (span_is(header[i].name, "x-minio-error-desc"))
			keep(out->message, sizeof out->message,
			    header[i].value.n > 1 && header[i].value.p[0] == '"'
				? span_of(header[i].value.p + 1, header[i].value.n - 2)
				: header[i].value);
	}
}

static enum err
by_status(unsigned status, bool is_key)
{
	switch (status) {
	case 304:
		return E_NOT_MODIFIED;
	case 401:
	case 403:
		return E_REMOTE_DENIED;
	case 404:
		return is_key ? E_NO_SUCH_KEY : E_NO_SUCH_BUCKET;
	case 405:
		return E_METHOD_NOT_ALLOWED;
	case 408:
	case 429:
		return E_REMOTE_DOWN;
	case 412:
		return E_PRECONDITION;
	case 416:
		return E_INVALID_RANGE;
	default:
		return status >= 500 && status != 501 && status != 505 ? E_REMOTE_DOWN
								       : E_REMOTE_REFUSED;
	}
}

enum err
remote_fault_read(unsigned status, bool is_key, const struct field *header,
    size_t nheader, struct span body, struct remote_fault *out)
{
	enum err e = by_status(status, is_key);

	*out = (struct remote_fault){ .status = status };
	if (body.n > 0)
		read_body(body, out);
	if (out->code[0] == '\0')
		read_headers(header, nheader, out);
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (strcmp(out->code, same[i].code) == 0)
			e = same[i].err;
	out->retry = e == E_REMOTE_DOWN;
	return e;
}

bool
remote_content_range(struct span v, uint64_t *first, uint64_t *last)
{
	struct span rest, a, b;
	uint64_t from, to;

	if (!span_starts(v, SPAN_LIT("bytes ")))
		return false;
	rest = span_from(v, 6);
	a = span_cut(&rest, '-');
	b = span_cut(&rest, '/');
	if (rest.n == 0 || !span_u64(a, &from) || !span_u64(b, &to) || from > to)
		return false;
	*first = from;
	*last = to;
	return true;
}
