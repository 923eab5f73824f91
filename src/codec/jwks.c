/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/json.h"
#include "codec/jwt.h"

enum { KEYS_MAX = 256, NUMBER_MAX = 1024 /* bytes: RSA of 8192 bits */ };

enum key_kind { KEY_RSA, KEY_EC, KEY_ED };

struct key {
	enum key_kind kind;
	size_t size; /* of a coordinate, with KEY_EC */
	char *kid, *alg; /* NULL: not said */
	EVP_PKEY *key;
};

struct jwks {
	size_t n;
	struct key key[KEYS_MAX];
};

static const struct {
	const char *alg;
	enum key_kind kind;
	size_t size; /* of a coordinate, with KEY_EC */
	const char *digest;
} algorithms[] = { { "RS256", KEY_RSA, 0, "SHA256" }, { "RS384", KEY_RSA, 0, "SHA384" },
	{ "RS512", KEY_RSA, 0, "SHA512" }, { "ES256", KEY_EC, 32, "SHA256" },
	{ "ES384", KEY_EC, 48, "SHA384" }, { "EdDSA", KEY_ED, 0, NULL } };

/* ---- a key from its numbers ---- */

struct number {
	uint8_t p[NUMBER_MAX];
	size_t n;
};

static bool
number_get(const cJSON *object, const char *name, struct number *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(v) &&
	    b64url_parse(out->p, sizeof out->p, &out->n, span_str(v->valuestring)) &&
	    out->n > 0;
}

static EVP_PKEY *
key_build(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && params != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
rsa_key(const cJSON *object)
{
	struct number n, e;
	OSSL_PARAM_BLD *build;
	BIGNUM *bn, *be;
	EVP_PKEY *key = NULL;

	/* Under 2,048 bits it is no key any more (RFC 7518, 3.3). */
	if (!number_get(object, "n", &n) || !number_get(object, "e", &e) || n.n < 256)
		return NULL;
	build = OSSL_PARAM_BLD_new();
	bn = BN_bin2bn(n.p, (int)n.n, NULL);
	be = BN_bin2bn(e.p, (int)e.n, NULL);
	MUST(build != NULL && bn != NULL && be != NULL);
	if (OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		key = key_build("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(bn);
	BN_free(be);
	return key;
}

static EVP_PKEY *
ec_key(const cJSON *object, const char *curve, size_t size)
{
	struct number x, y;
	uint8_t point[1 + 2 * 48];
	OSSL_PARAM_BLD *build;
	EVP_PKEY *key = NULL;

	if (!number_get(object, "x", &x) || !number_get(object, "y", &y) || x.n != size ||
	    y.n != size)
		return NULL;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x.p, size);
	memcpy(point + 1 + size, y.p, size);
	build = OSSL_PARAM_BLD_new();
	MUST(build != NULL);
	if (OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size) == 1)
		key = key_build("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
ed_key(const cJSON *object)
{
	struct number x;

	if (!number_get(object, "x", &x) || x.n != 32)
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.p, x.n);
}

static bool
text_is(const cJSON *object, const char *name, const char *text)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(v) && strcmp(v->valuestring, text) == 0;
}

static char *
text_dup(const cJSON *object, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(v) ? mem_dup(v->valuestring) : NULL;
}

static bool
key_parse(const cJSON *object, struct key *out)
{
	struct key k = { .kind = KEY_RSA };

	if (cJSON_HasObjectItem(object, "use") && !text_is(object, "use", "sig"))
		return false;
	if (text_is(object, "kty", "RSA"))
		k.key = rsa_key(object);
	else if (text_is(object, "kty", "EC") && text_is(object, "crv", "P-256")) {
		k.kind = KEY_EC;
		k.size = 32;
		k.key = ec_key(object, "P-256", k.size);
	} else if (text_is(object, "kty", "EC") && text_is(object, "crv", "P-384")) {
		k.kind = KEY_EC;
		k.size = 48;
		k.key = ec_key(object, "P-384", k.size);
	} else if (text_is(object, "kty", "OKP") && text_is(object, "crv", "Ed25519")) {
		k.kind = KEY_ED;
		k.key = ed_key(object);
	}
	if (k.key == NULL)
		return false;
	k.kid = text_dup(object, "kid");
	k.alg = text_dup(object, "alg");
	*out = k;
	return true;
}

enum err
jwks_parse(struct jwks **out, struct span json, struct fail *fail)
{
	cJSON *tree = NULL;
	const cJSON *list, *one;
	struct jwks *k;
	enum err e = json_parse(json, &tree, NULL);

	if (e != OK)
		return fail_msg(fail, E_CONFIG, "the key set is no JSON");
	list = cJSON_GetObjectItemCaseSensitive(tree, "keys");
	if (!cJSON_IsArray(list)) {
		cJSON_Delete(tree);
		return fail_msg(
		    fail, E_CONFIG, "the key set has no \"keys\", which must be a list");
	}
	k = mem_zalloc(sizeof *k);
	cJSON_ArrayForEach(
	    one, list) if (k->n < KEYS_MAX && key_parse(one, &k->key[k->n])) k->n++;
	cJSON_Delete(tree);
	*out = k;
	return OK;
}

void
jwks_free(struct jwks **keys)
{
	struct jwks *k = *keys;

	if (k == NULL)
		return;
	*keys = NULL;
	for (size_t i = 0; i < k->n; i++) {
		mem_free(k->key[i].kid);
		mem_free(k->key[i].alg);
		EVP_PKEY_free(k->key[i].key);
	}
	mem_free(k);
}

size_t
jwks_count(const struct jwks *k)
{
	return k->n;
}

/* ---- check ---- */

/* JWS has the two numbers side by side, OpenSSL wants them in DER. */
static uint8_t *
ec_signature(struct span raw, size_t size, size_t *n)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn((const uint8_t *)raw.p, (int)size, NULL);
	BIGNUM *s = BN_bin2bn((const uint8_t *)raw.p + size, (int)size, NULL);
	uint8_t *der = NULL;
	int len;

	MUST(sig != NULL && r != NULL && s != NULL);
	MUST(ECDSA_SIG_set0(sig, r, s) == 1);
	len = i2d_ECDSA_SIG(sig, &der);
	ECDSA_SIG_free(sig);
	*n = len > 0 ? (size_t)len : 0;
	return der;
}

static bool
signed_by(const struct key *k, const char *digest, const struct jwt *j)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const uint8_t *sig = (const uint8_t *)j->signature.p;
	uint8_t *der = NULL;
	size_t n = j->signature.n;
	bool holds;

	MUST(ctx != NULL);
	if (k->kind == KEY_EC) {
		der = ec_signature(j->signature, k->size, &n);
		sig = der;
	}
	holds = n > 0 &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, k->key, NULL) == 1 &&
	    EVP_DigestVerify(ctx, sig, n, (const uint8_t *)j->signing_input.p,
		j->signing_input.n) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	return holds;
}

bool
jwks_check(const struct jwks *k, const struct jwt *j)
{
	size_t a = 0;

	while (a < ARRAY_LEN(algorithms) && !span_is(j->alg, algorithms[a].alg))
		a++;
	if (a == ARRAY_LEN(algorithms) ||
	    (algorithms[a].kind == KEY_EC && j->signature.n != 2 * algorithms[a].size))
		return false;
	for (size_t i = 0; i < k->n; i++) {
		const struct key *key = &k->key[i];

		/* The key says what it is for; the token cannot make it something else. */
		if (key->kind != algorithms[a].kind || key->size != algorithms[a].size ||
		    (key->alg != NULL && !span_is(j->alg, key->alg)))
			continue;
		if (j->kid.n > 0 && (key->kid == NULL || !span_is(j->kid, key->kid)))
			continue;
		if (signed_by(key, algorithms[a].digest, j))
			return true;
	}
	return false;
}
