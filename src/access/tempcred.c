/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/tempcred.h"

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/jwt.h"

#define TOKEN_HEAD "jwt/"

enum { EARLY_S = 900, PATHS_MAX = 1000 };

/* Names of actions in tokens, and of the operation each stands for. */
static const struct {
	const char *action, *op;
	bool write;
} actions[] = {
	{ "HeadObject", "HeadObject", false },
	{ "GetObject", "GetObject", false },
	{ "GetBucketLocation", "GetBucketLocation", false },
	{ "ListObjectsV1", "ListObjects", false },
	{ "ListObjectsV2", "ListObjectsV2", false },
	{ "ListMultipartUploads", "ListMultipartUploads", false },
	{ "ListParts", "ListParts", false },
	{ "PutObject", "PutObject", true },
	{ "DeleteObject", "DeleteObject", true },
	{ "DeleteObjects", "DeleteObjects", true },
	{ "CopyObject", "CopyObject", true },
	{ "CreateMultipartUpload", "CreateMultipartUpload", true },
	{ "UploadPart", "UploadPart", true },
	{ "UploadPartCopy", "UploadPartCopy", true },
	{ "AbortMultipartUpload", "AbortMultipartUpload", true },
	{ "CompleteMultipartUpload", "CompleteMultipartUpload", true },
};

/* Rights that the operations above come to ask for; all others are a bucket's, or change
 * what an object is besides its bytes and metadata. */
static const char *const plain_rights[] = { "s3:GetObject", "s3:PutObject",
	"s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
	"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation" };
static const char *const listings[] = { "s3:ListBucket", "s3:ListBucketMultipartUploads",
	"s3:ListBucketVersions" };

/* ---- the token ---- */

bool
tempcred_is(struct span token)
{
	/* What every base64 of "jwt/" begins with. */
	return span_starts(token, SPAN_LIT("and0L"));
}

static bool
actions_take(const cJSON *list, struct tempcred *out)
{
	const cJSON *one;

	if (list == NULL)
		return true;
	if (!cJSON_IsArray(list))
		return false;
	out->listed = true;
	cJSON_ArrayForEach(one, list)
	{
		size_t i = 0;

		if (!cJSON_IsString(one))
			return false;
		while (i < ARRAY_LEN(actions) &&
		    strcmp(actions[i].action, one->valuestring) != 0)
			i++;
		if (i == ARRAY_LEN(actions))
			return false;
		out->ops |= UINT32_C(1) << i;
	}
	return out->ops != 0;
}

/* One of both has to be there; together they narrow each other. */
static bool
scope_take(const struct jwt *j, struct tempcred *out)
{
	static const struct {
		const char *name;
		bool configure, write;
	} scopes[] = { { "object-read-only", false, false },
		{ "object-read-write", false, true }, { "admin-read-only", true, false },
		{ "admin-read-write", true, true } };
	const cJSON *scope = cJSON_GetObjectItemCaseSensitive(j->claims, "scope");

	if (!actions_take(cJSON_GetObjectItemCaseSensitive(j->claims, "actions"), out))
		return false;
	if (scope == NULL) {
		out->write = true;
		return out->listed;
	}
	for (size_t i = 0; cJSON_IsString(scope) && i < ARRAY_LEN(scopes); i++)
		if (strcmp(scope->valuestring, scopes[i].name) == 0) {
			out->configure = scopes[i].configure;
			out->write = scopes[i].write;
			return true;
		}
	return false;
}

static bool
list_take(struct arena *a, const cJSON *list, const struct span **out, size_t *n)
{
	struct span *all;
	const cJSON *one;
	int count = cJSON_GetArraySize(list);

	*n = 0;
	if (list == NULL)
		return true;
	if (!cJSON_IsArray(list) || count > PATHS_MAX)
		return false;
	*out = all = arena_array(a, (size_t)count + 1, sizeof *all);
	cJSON_ArrayForEach(one, list)
	{
		if (!cJSON_IsString(one))
			return false;
		all[(*n)++] = arena_span(a, span_str(one->valuestring));
	}
	return true;
}

static bool
paths_take(struct arena *a, const struct jwt *j, struct tempcred *out)
{
	const cJSON *paths = cJSON_GetObjectItemCaseSensitive(j->claims, "paths");

	if (paths == NULL)
		return true;
	out->paths = true;
	return cJSON_IsObject(paths) &&
	    list_take(a, cJSON_GetObjectItemCaseSensitive(paths, "prefixPaths"),
		&out->prefix, &out->nprefix) &&
	    list_take(a, cJSON_GetObjectItemCaseSensitive(paths, "objectPaths"),
		&out->object, &out->nobject);
}

static enum err
times_take(const struct jwt *j, int64_t now, struct tempcred *out)
{
	static const char *const early[] = { "iat", "nbf" };
	int64_t at;

	for (size_t i = 0; i < ARRAY_LEN(early); i++) {
		if (cJSON_GetObjectItemCaseSensitive(j->claims, early[i]) == NULL)
			continue;
		if (!jwt_time(j, early[i], &at) || at > now + EARLY_S)
			return E_INVALID_TOKEN;
		out->began = out->began == 0 ? at : out->began;
	}
	if (!jwt_time(j, "exp", &out->expires))
		return E_INVALID_TOKEN;
	return out->expires > now ? OK : E_EXPIRED_TOKEN;
}

/* aud is not compared: behind proxies and mapped ports a server does not know what its
 * clients call it. Issuer and signature tie the token to this very key. */
static enum err
claims_take(struct arena *a, const struct jwt *j, struct span access_key, int64_t now,
    struct tempcred *out)
{
	struct span bucket = jwt_text(j, "bucket");

	if (!span_eq(jwt_text(j, "iss"), access_key) || bucket.n == 0 ||
	    !scope_take(j, out) || !paths_take(a, j, out))
		return E_INVALID_TOKEN;
	out->bucket = arena_span(a, bucket);
	return times_take(j, now, out);
}

static bool
is_signed(const struct jwt *j, struct span secret)
{
	uint8_t mac[32];

	if (!span_is(j->alg, "HS256") || j->signature.n != sizeof mac)
		return false;
	hmac_sha256(secret, j->signing_input, mac);
	return digest_equal(mac, j->signature.p, sizeof mac);
}

enum err
tempcred_open(struct arena *a, struct span access_key, struct span secret,
    struct span token, int64_t now, struct tempcred *out,
    char out_secret[TEMPCRED_SECRET])
{
	struct tempcred t = { 0 };
	struct span text, jwt;
	uint8_t hash[32];
	struct fail fail;
	struct jwt j;
	char *raw;
	size_t n;
	enum err e;

	if (token.n > B64_LEN(JWT_MAX))
		return E_INVALID_TOKEN;
	raw = arena_alloc(a, token.n + 1);
	if (!b64_parse(raw, token.n, &n, token))
		return E_INVALID_TOKEN;
	text = span_of(raw, n);
	if (!span_starts(text, SPAN_LIT(TOKEN_HEAD)))
		return E_INVALID_TOKEN;
	jwt = span_from(text, sizeof TOKEN_HEAD - 1);
	fail_init(&fail, NULL);
	e = jwt_parse(a, jwt, &j, &fail);
	if (e != OK)
		return E_INVALID_TOKEN;
	/* Nothing in it is looked at before it is known who wrote it. */
	e = is_signed(&j, secret) ? claims_take(a, &j, access_key, now, &t)
				  : E_INVALID_TOKEN;
	jwt_free(&j);
	if (e != OK)
		return e;
	digest_of(DIGEST_SHA256, jwt, hash);
	hex_render(out_secret, hash, sizeof hash);
	*out = t;
	return OK;
}

/* ---- what it allows ---- */

static bool
is_among(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool
key_in_paths(const struct tempcred *t, struct span key)
{
	for (size_t i = 0; i < t->nprefix; i++)
		if (span_starts(key, t->prefix[i]))
			return true;
	for (size_t i = 0; i < t->nobject; i++)
		if (span_eq(key, t->object[i]))
			return true;
	return false;
}

/* A listing shows what is below its prefix, so all of that has to be granted. */
static bool
prefix_in_paths(const struct tempcred *t, struct span prefix)
{
	for (size_t i = 0; i < t->nprefix; i++)
		if (span_starts(prefix, t->prefix[i]))
			return true;
	return false;
}

bool
tempcred_allows(const struct tempcred *t, const struct tempcred_ask *q)
{
	if (q->bucket.n == 0 || !span_eq(q->bucket, t->bucket) ||
	    strcmp(q->action, "s3:CreateBucket") == 0 ||
	    strcmp(q->action, "s3:DeleteBucket") == 0)
		return false;
	if (!t->configure && !is_among(plain_rights, ARRAY_LEN(plain_rights), q->action))
		return false;
	if (!t->paths)
		return true;
	if (q->key.n > 0)
		return key_in_paths(t, q->key);
	if (is_among(listings, ARRAY_LEN(listings), q->action))
		return prefix_in_paths(t, q->prefix);
	/* What is left is the bucket's. */
	return strcmp(q->action, "s3:GetBucketLocation") == 0;
}

bool
tempcred_may(const struct tempcred *t, const char *operation, bool reads)
{
	/* A credential for one bucket makes none and ends none. */
	if (strcmp(operation, "CreateBucket") == 0 ||
	    strcmp(operation, "DeleteBucket") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(actions[i].op, operation) == 0)
			return (t->write || !actions[i].write) &&
			    (!t->listed || (t->ops & UINT32_C(1) << i) != 0);
	if (t->listed)
		return false;
	return t->configure ? t->write || reads : strcmp(operation, "HeadBucket") == 0;
}
