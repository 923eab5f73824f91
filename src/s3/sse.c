/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/json.h"
#include "sse_priv.h"

#define SSE "x-amz-server-side-encryption"
#define SSE_KEY "x-amz-server-side-encryption-aws-kms-key-id"
#define SSE_CONTEXT "x-amz-server-side-encryption-context"
#define SSE_BUCKET_KEY "x-amz-server-side-encryption-bucket-key-enabled"

enum { CONTEXT_MAX = 8192, NAME_MAX_TEXT = 64 };

/* ---- the client's key ---- */

static struct span
named_get(const struct rq *rq, const char *prefix, const char *name)
{
	char text[NAME_MAX_TEXT + 16];
	size_t n = strlen(prefix);

	MUST(n + strlen(name) < sizeof text);
	memcpy(text, prefix, n);
	memcpy(text + n, name, strlen(name) + 1);
	return header_get(rq, text);
}

static enum err
customer_bad(struct rq *rq, const char *message)
{
	return fail_argument(&rq->fail, SSE, SPAN_LIT("null"), "%s", message);
}

static enum err
customer_missing(struct rq *rq, struct span algorithm, struct span key, struct span md5)
{
	if (algorithm.n == 0)
		return customer_bad(rq,
		    "Requests specifying Server Side Encryption with Customer provided "
		    "keys must provide a valid encryption algorithm.");
	if (!span_is(algorithm, "AES256")) {
		(void)fail_set(&rq->fail, E_ENCRYPTION_ALGORITHM);
		fail_pair_str(&rq->fail, "ArgumentName", SSE);
		fail_pair(&rq->fail, "ArgumentValue", algorithm);
		return E_ENCRYPTION_ALGORITHM;
	}
	if (key.n == 0)
		return customer_bad(rq,
		    "Requests specifying Server Side Encryption with Customer provided "
		    "keys must provide an appropriate secret key.");
	if (md5.n == 0)
		return customer_bad(rq,
		    "Requests specifying Server Side Encryption with Customer provided "
		    "keys must provide the client calculated MD5 of the secret key.");
	if (!rq->http->tls &&
	    (rq->s3->conf.sse_c != S3_SSE_C_ALLOW ||
		tier_says(rq, TP_SSE_C_PLAIN) == TV_REFUSE))
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Requests specifying Server Side Encryption with Customer provided "
		    "keys must be made over a secure connection.");
	return OK;
}

enum err
sse_customer_take(struct rq *rq, const char *prefix, bool reads, struct sse_customer *out)
{
	struct span algorithm = named_get(rq, prefix, "algorithm"),
		    key = named_get(rq, prefix, "key"),
		    md5 = named_get(rq, prefix, "key-md5");
	uint8_t raw[128], want[16], got[16];
	size_t n = 0, nwant = 0;
	bool good;
	enum err e;

	*out = (struct sse_customer){ 0 };
	if (algorithm.p == NULL && key.p == NULL && md5.p == NULL)
		return OK;
	e = customer_missing(rq, algorithm, key, md5);
	if (e != OK)
		return e;
	good = b64_parse(raw, sizeof raw, &n, key);
	digest_of(DIGEST_MD5, span_of(raw, good ? n : 0), got);
	if (!b64_parse(want, sizeof want, &nwant, md5) || nwant != sizeof want ||
	    (good && !digest_equal(want, got, sizeof got)))
		e = customer_bad(rq,
		    "The calculated MD5 hash of the key did not match the hash that was "
		    "provided.");
	else if (good && n == SEAL_KEY)
		memcpy(out->key, raw, SEAL_KEY);
	else if (reads)
		rand_bytes(out->key, SEAL_KEY);
	else
		e = customer_bad(
		    rq, "The secret key was invalid for the specified algorithm.");
	out->given = e == OK;
	mem_wipe(raw, sizeof raw);
	return e;
}

/* ---- the bucket's default ---- */

enum { SLOTS = 16 };

struct sse_cache {
	struct {
		uint64_t bucket, changes;
		struct sse_default def;
	} slot[SLOTS];
};

struct sse_cache *
sse_cache_new(void)
{
	return mem_zalloc(sizeof(struct sse_cache));
}

void
sse_cache_free(struct sse_cache **cache)
{
	mem_free(*cache);
	*cache = NULL;
}

static uint8_t
mode_parse(struct span s)
{
	for (uint8_t m = CRYPT_S3; m <= CRYPT_DSSE; m++)
		if (span_is(s, rec_crypt_name(m)))
			return m;
	return CRYPT_NONE;
}

static enum err
default_parse(struct rq *rq, struct span inner, struct sse_default *out)
{
	const struct xml_node *rule, *by, *blocked;
	struct xml_node *root;
	struct buf b = { 0 };
	struct span key;
	enum err e;

	doc_render(&b, DOC_ENCRYPTION, inner, false);
	e = xml_parse(rq->arena, buf_view(&b), &root, NULL);
	buf_fini(&b);
	if (e != OK)
		return E_CORRUPT;
	rule = xml_child(root, "Rule");
	by = rule != NULL ? xml_child(rule, "ApplyServerSideEncryptionByDefault") : NULL;
	blocked = rule != NULL ? xml_child(rule, "BlockedEncryptionTypes") : NULL;
	if (by != NULL) {
		out->mode = mode_parse(xml_text(by, "SSEAlgorithm"));
		key = span_head(xml_text(by, "KMSMasterKeyID"), sizeof out->key - 1);
		if (key.n > 0)
			memcpy(out->key, key.p, key.n);
		out->key[key.n] = '\0';
	}
	if (rule != NULL)
		out->bucket_key = span_is(xml_text(rule, "BucketKeyEnabled"), "true");
	if (blocked != NULL)
		out->blocked = span_is(xml_text(blocked, "EncryptionType"), "SSE-C");
	return OK;
}

struct default_read {
	struct rq *rq;
	struct sse_default *out;
};

/* Of a bucket that was told nothing. */
static void
default_none(const struct s3 *s, struct sse_default *out)
{
	out->mode = CRYPT_NONE;
	out->bucket_key = false;
	out->blocked = s->conf.sse_c == S3_SSE_C_BLOCK;
	out->key[0] = '\0';
}

static enum err
default_read(struct txn *t, void *arg)
{
	struct default_read *r = arg;
	struct rq *rq = r->rq;
	struct obj_doc at = {
		.bucket = rq->bucket, .bucket_id = rq->bkt.id, .doc = DOC_ENCRYPTION
	};
	struct span inner;
	bool own;
	enum err e = obj_doc_find(t, &at, &inner, &own);

	default_none(rq->s3, r->out);
	return e == OK && own ? default_parse(rq, inner, r->out) : e;
}

enum err
sse_default(struct rq *rq, struct sse_default *out)
{
	uint64_t changes, id = rq->bkt.id;
	struct sse_cache *c = rq->loop->sse;
	struct default_read r = { rq, out };
	unsigned i = (unsigned)(id % SLOTS);
	enum err e;

	if (!rq->rules.has_encryption) {
		default_none(rq->s3, out);
		out->blocked |= tier_value(rq, TP_NEW_SSE_C) == TV_BLOCKED;
		return OK;
	}
	changes = store_changes(rq->s3->conf.store, T_DOCUMENT);
	if (c->slot[i].bucket == id && c->slot[i].changes == changes) {
		*out = c->slot[i].def;
		return OK;
	}
	e = store_read(rq->loop->reader, default_read, &r);
	if (e != OK)
		return e;
	c->slot[i].bucket = id;
	c->slot[i].changes = changes;
	c->slot[i].def = *out;
	return OK;
}

/* ---- what is wanted ---- */

static enum err
sse_bad(struct rq *rq, const char *message, struct span value)
{
	return fail_argument(&rq->fail, SSE, value, "%s", message);
}

enum err
sse_named(struct rq *rq, struct span value)
{
	return sse_bad(rq, SSE " header is not supported for this operation.", value);
}

/* A JSON object of strings, in base64. */
static enum err
context_check(struct rq *rq, struct span text)
{
	uint8_t *raw = arena_alloc(rq->arena, text.n + 1);
	cJSON *root = NULL;
	size_t n;
	bool good = text.n <= CONTEXT_MAX && b64_parse(raw, text.n, &n, text) &&
	    json_parse(span_of(raw, n), &root, NULL) == OK && cJSON_IsObject(root);

	for (const cJSON *f = good ? root->child : NULL; f != NULL; f = f->next)
		good = good && cJSON_IsString(f);
	cJSON_Delete(root);
	if (good)
		return OK;
	return bad_argument(rq, SSE_CONTEXT, span_head(text, 256),
	    "The header '" SSE_CONTEXT "' shall be Base64-encoded UTF-8 string holding "
	    "JSON which represents a string-string map");
}

/* Anonymous requests and those of version 2 cannot use named keys (UsingKMSEncryption). */
static enum err
kms_signed(struct rq *rq)
{
	if (rq->auth.kind != AUTH_ANONYMOUS && rq->auth.date.n > 0)
		return OK;
	return fail_argument(&rq->fail, "Authorization", SPAN_LIT("null"),
	    "Requests specifying Server Side Encryption with AWS KMS managed keys "
	    "require AWS Signature Version 4.");
}

static enum err
want_kms(
    struct rq *rq, const struct sse_default *def, struct span key, struct crypt_want *out)
{
	struct span context = header_get(rq, SSE_CONTEXT),
		    bucket_key = header_get(rq, SSE_BUCKET_KEY);
	const struct kms *k = rq->s3->conf.kms;
	struct rec_crypt bound;
	enum err e = kms_signed(rq);

	if (e == OK && context.n > 0)
		e = context_check(rq, context);
	if (e != OK)
		return e;
	if (key.n > 0)
		e = kms_find(k, key, &out->key, &rq->fail);
	else
		out->key = kms_default(k);
	out->context = context;
	out->bucket_key = out->mode == CRYPT_KMS &&
	    (bucket_key.p != NULL ? span_ieq(bucket_key, SPAN_LIT("true"))
				  : def->bucket_key);
	bound = (struct rec_crypt){ .context = context, .bucket_key = out->bucket_key };
	return e == OK ? sse_kms_allow(rq, out->key, "kms:GenerateDataKey", &bound) : e;
}

static enum err
want_customer(struct rq *rq, const struct sse_default *def, struct span named,
    const struct sse_customer *c, struct crypt_want *out)
{
	if (named.p != NULL)
		return sse_bad(rq,
		    "Server Side Encryption with Customer provided key is incompatible "
		    "with the encryption method specified",
		    named);
	if (def->blocked)
		return fail_msg(&rq->fail, E_ACCESS_DENIED,
		    "User: %.*s is not authorized to perform: %s on resource: "
		    "\"arn:aws:s3:::%.*s/%.*s\" because this bucket has blocked upload "
		    "requests that specify Server Side Encryption with Customer provided "
		    "keys (SSE-C). Please specify a different server-side encryption "
		    "type",
		    (int)span_head(rq->who->arn, 160).n, rq->who->arn.p, rq->op->action,
		    (int)rq->bucket.n, rq->bucket.p, (int)span_head(rq->key, 64).n,
		    rq->key.p);
	if (!rq->rules.has_encryption)
		(void)tier_says(rq, TP_NEW_SSE_C);
	out->mode = CRYPT_CUSTOMER;
	memcpy(out->customer, c->key, SEAL_KEY);
	return OK;
}

enum err
sse_want(struct rq *rq, const struct sse_default *def, struct crypt_want *out)
{
	struct span named = header_get(rq, SSE), key = header_get(rq, SSE_KEY);
	struct sse_customer c;
	enum err e;

	*out = (struct crypt_want){ 0 };
	/* The two kinds exclude each other before either is looked at. */
	if (named.p != NULL && header_get(rq, SSE_CUSTOMER "algorithm").p != NULL)
		return want_customer(rq, def, named, NULL, out);
	e = sse_customer(rq, false, &c);
	if (e == OK && c.given)
		e = want_customer(rq, def, named, &c, out);
	if (c.given)
		mem_wipe(c.key, sizeof c.key);
	if (e != OK || out->mode == CRYPT_CUSTOMER)
		return e;
	out->mode = named.p != NULL ? mode_parse(named) : def->mode;
	if (out->mode == CRYPT_DSSE && named.p != NULL &&
	    tier_says(rq, TP_SSE_DSSE) == TV_INVALID_ARGUMENT)
		out->mode = CRYPT_NONE;
	if (named.p != NULL && out->mode == CRYPT_NONE)
		return sse_bad(
		    rq, "The encryption method specified is not supported", named);
	if (named.p != NULL && !kms_has_named(rq->s3->conf.kms) &&
	    tier_says(rq, TP_SSE_HEADER) == TV_NO_KMS)
		return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
		    "Server side encryption specified but KMS is not configured");
	if (out->mode == CRYPT_NONE && rq->s3->conf.encrypt_at_rest)
		out->mode = CRYPT_S3;
	if ((key.p != NULL || header_get(rq, SSE_CONTEXT).p != NULL) &&
	    mode_parse(named) != CRYPT_KMS && mode_parse(named) != CRYPT_DSSE)
		return sse_bad(rq,
		    "Server Side Encryption with AWS KMS managed key requires HTTP "
		    "header "
		    "x-amz-server-side-encryption : aws:kms",
		    named);
	if (out->mode == CRYPT_KMS || out->mode == CRYPT_DSSE)
		return want_kms(rq, def, named.p != NULL ? key : span_str(def->key), out);
	return OK;
}

void
sse_drop(struct sse *s)
{
	crypt_want_wipe(&s->want);
	sealed_keys_wipe(&s->keys);
}

enum err
sse_begin(
    struct rq *rq, const struct sse_default *def, struct attrs *attrs, struct sse *out)
{
	enum err e = sse_want(rq, def, &out->want);

	if (e != OK || out->want.mode == CRYPT_NONE)
		return e;
	crypt_begin(
	    rq->s3->conf.kms, &out->want, rq->bkt.id, rq->arena, &out->keys, &out->side);
	side_set(rq->arena, attrs, SIDE_CRYPT, out->side);
	return OK;
}

/* ---- what is there ---- */

/* A named key may be used by those only who may use it, whatever else they may. */
static enum err
named_allow(struct rq *rq, const struct rec_crypt *r)
{
	const struct kms_key *key;
	enum err e;

	if (r->key.n == 0)
		return OK;
	e = kms_signed(rq);
	key = kms_by_id(rq->s3->conf.kms, r->key);
	/* One that is gone is told of by who opens it. */
	return e == OK && key != NULL ? sse_kms_allow(rq, key, "kms:Decrypt", r) : e;
}

enum err
sse_open(struct rq *rq, const struct attrs *attrs, const struct sse_customer *c,
    struct sealed_keys *out)
{
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct rec_crypt r;
	enum err e;

	if (side.p == NULL)
		return crypt_customer_check(
		    CRYPT_NONE, c->given ? c->key : NULL, &rq->fail);
	e = rec_crypt_get(side, &r);
	if (e == OK)
		e = named_allow(rq, &r);
	return e == OK
	    ? crypt_open(rq->s3->conf.kms, side, c->given ? c->key : NULL, out, &rq->fail)
	    : e;
}

enum err
sse_open_upload(struct rq *rq, const struct attrs *attrs, struct sse *out)
{
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct rec_crypt r = { 0 };
	struct sse_customer c;
	enum err e = sse_not_here(rq);

	if (e == OK)
		e = sse_customer(rq, false, &c);
	if (e != OK)
		return e;
	if (side.p != NULL)
		e = rec_crypt_get(side, &r);
	if (e == OK && c.given != (r.mode == CRYPT_CUSTOMER))
		e = fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The multipart upload initiate requested encryption. Subsequent part "
		    "requests must include the appropriate encryption parameters.");
	if (e == OK && side.p != NULL)
		e = named_allow(rq, &r);
	if (e == OK && side.p != NULL)
		e = crypt_open(rq->s3->conf.kms, side, c.given ? c.key : NULL, &out->keys,
		    c.given ? NULL : &rq->fail);
	out->want.mode = r.mode;
	out->side = side;
	if (e == E_ACCESS_DENIED && c.given)
		e = fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The provided encryption parameters did not match the ones used "
		    "originally.");
	mem_wipe(c.key, sizeof c.key);
	return e;
}

/* ---- the answer ---- */

static void
reply_customer(struct rq *rq)
{
	reply_header_str(rq, SSE_CUSTOMER "algorithm", "AES256");
	reply_header(rq, SSE_CUSTOMER "key-MD5", header_get(rq, SSE_CUSTOMER "key-md5"));
}

void
sse_reply(struct rq *rq, struct span side, unsigned tell)
{
	static const char plain[] = SSE ": AES256\r\n";
	const struct kms_key *key;
	struct rec_crypt r;

	if (side.p == NULL && tier_value(rq, TP_SSE_TOLD) == TV_NO)
		return;
	if (side.p == NULL) {
		buf_put(&rq->loop->head, plain, sizeof plain - 1);
		return;
	}
	if (rec_crypt_get(side, &r) != OK)
		return;
	if (r.mode == CRYPT_CUSTOMER) {
		if ((tell & SSE_TELL_CUSTOMER) != 0)
			reply_customer(rq);
		return;
	}
	reply_header_str(rq, SSE, rec_crypt_name(r.mode));
	key = r.key.n > 0 ? kms_by_id(rq->s3->conf.kms, r.key) : NULL;
	if (key != NULL)
		reply_header(rq, SSE_KEY, kms_key_arn(key));
	if (r.bucket_key)
		reply_header_str(rq, SSE_BUCKET_KEY, "true");
	if (r.context.n > 0 && (tell & SSE_TELL_CONTEXT) != 0)
		reply_header(rq, SSE_CONTEXT, r.context);
}
