/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"
#include "auth/sigv2.h"
#include "s3_priv.h"

/* What a link says in its query is said in headers otherwise, but for what the signature
 * itself is made of, what frames or checks the body, and what made another operation. */
static bool
is_hoisted(struct span name, bool v2)
{
	static const char *const not [] = { "x-amz-algorithm", "x-amz-content-sha256",
		"x-amz-credential", "x-amz-date", "x-amz-decoded-content-length",
		"x-amz-expires", "x-amz-rename-source", "x-amz-sdk-checksum-algorithm",
		"x-amz-security-token", "x-amz-signature", "x-amz-signedheaders",
		"x-amz-trailer" };

	if (v2 && (span_is(name, "content-type") || span_is(name, "content-md5")))
		return true;
	if (!span_starts(name, SPAN_LIT("x-amz-")) ||
	    span_starts(name, SPAN_LIT("x-amz-checksum-")) ||
	    span_starts(name, SPAN_LIT("x-amz-copy-source")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(not ); i++)
		if (span_is(name, not [i]))
			return false;
	return true;
}

/* A name and a value that could have come as a header: no line breaks, above all. */
static bool
is_header(struct span name, struct span value)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || name.p[i] == ':')
			return false;
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
			return false;
	return true;
}

static struct span
lower(struct arena *a, struct span s)
{
	char *text = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] + 32);
	return span_of(text, s.n);
}

/* Signers of links put headers into the query (botocore with version 2, SDKs that hoist);
 * a header that is there all the same goes before. */
static enum err
hoist_headers(struct rq *rq, bool v2)
{
	struct http_req *http = rq->http;
	struct field *f =
	    arena_array(rq->arena, http->nheader + rq->nparam + 1, sizeof *f);
	size_t n = http->nheader;

	if (n > 0)
		memcpy(f, http->header, n * sizeof *f);
	for (size_t i = 0; i < rq->nparam; i++) {
		struct span name = lower(rq->arena, rq->param[i].name);
		struct span value = span_trim(rq->param[i].value);

		if (!is_hoisted(name, v2) || http_req_header(http, name.p).p != NULL)
			continue;
		if (!is_header(name, value))
			return bad_argument(rq, arena_str(rq->arena, rq->param[i].name),
			    value,
			    "Header value cannot be represented using ISO-8859-1.");
		f[n++] = (struct field){ name, value.p != NULL ? value : SPAN_LIT("") };
	}
	http->header = f;
	http->nheader = n;
	return OK;
}

enum err
sign_check(struct rq *rq)
{
	struct auth_request a = {
		.method = rq->http->method_name,
		.path = rq->http->path,
		.query = rq->http->query,
		.bucket = rq->host_bucket,
		.header = rq->http->header,
		.nheader = rq->http->nheader,
		.now = rq->real_ms / 1000,
		.arena = rq->arena,
	};
	const char *hint = NULL;
	bool v2 = rq->s3->conf.sigv2 && sigv2_asked(&a);
	enum err e = v2 ? sigv2_check(&rq->s3->auth, &a, &rq->auth, &rq->fail)
			: sigv4_check(rq->loop->sigv4, &a, &rq->auth, &hint, &rq->fail);

	if (e == E_SIGNATURE)
		log_warn("request %s: signature does not match%s%s", rq->id,
		    hint != NULL ? ": " : "", hint != NULL ? hint : "");
	return e == OK && rq->auth.kind == AUTH_PRESIGNED ? hoist_headers(rq, v2) : e;
}
