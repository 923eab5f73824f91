/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/jwt.h"

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/json.h"

static enum err
bad(struct fail *fail, const char *what)
{
	return fail_msg(fail, E_INVALID_TOKEN, "The token %s.", what);
}

static bool
decode(struct arena *a, struct span in, struct span *out)
{
	char *text = arena_alloc(a, in.n + 1);
	size_t n;

	if (in.n == 0 || !b64url_parse(text, in.n, &n, in))
		return false;
	*out = span_of(text, n);
	return true;
}

static struct span
text_of(const cJSON *object, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_NONE;
}

static enum err
header_parse(struct arena *a, struct span in, struct jwt *out, struct fail *fail)
{
	cJSON *tree = NULL;
	enum err e = OK;

	if (json_parse(in, &tree, NULL) != OK)
		return bad(fail, "has a header that is no JSON");
	if (!cJSON_IsObject(tree))
		e = bad(fail, "has a header that is no JSON object");
	/* What must be understood is not (RFC 7515, 4.1.11). */
	else if (cJSON_HasObjectItem(tree, "crit"))
		e = bad(fail, "has a critical header that is not known");
	else {
		out->alg = arena_span(a, text_of(tree, "alg"));
		out->kid = arena_span(a, text_of(tree, "kid"));
	}
	cJSON_Delete(tree);
	return e;
}

enum err
jwt_parse(struct arena *a, struct span token, struct jwt *out, struct fail *fail)
{
	struct span rest = token, header = span_cut(&rest, '.'),
		    payload = span_cut(&rest, '.'), text;
	struct jwt j = { 0 };
	enum err e;

	if (token.n > JWT_MAX)
		return bad(fail, "is too long");
	if (rest.n == 0 || span_find(rest, '.', 0) < rest.n)
		return bad(fail, "is not of three parts");
	j.signing_input = span_of(token.p, header.n + 1 + payload.n);
	if (!decode(a, header, &text))
		return bad(fail, "has a header that is no base64");
	e = header_parse(a, text, &j, fail);
	if (e != OK)
		return e;
	if (!decode(a, payload, &text) || !decode(a, rest, &j.signature))
		return bad(fail, "has a part that is no base64");
	if (json_parse(text, &j.claims, NULL) != OK)
		return bad(fail, "has claims that are no JSON");
	if (!cJSON_IsObject(j.claims)) {
		jwt_free(&j);
		return bad(fail, "has claims that are no JSON object");
	}
	*out = j;
	return OK;
}

void
jwt_free(struct jwt *j)
{
	cJSON_Delete(j->claims);
	j->claims = NULL;
}

struct span
jwt_text(const struct jwt *j, const char *name)
{
	return text_of(j->claims, name);
}

bool
jwt_time(const struct jwt *j, const char *name, int64_t *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(j->claims, name);

	if (!cJSON_IsNumber(v) || !(v->valuedouble >= 0 && v->valuedouble < 1e15))
		return false;
	*out = (int64_t)v->valuedouble;
	return true;
}

bool
jwt_check_secret(const struct jwt *j, struct span secret)
{
	uint8_t mac[64];
	size_t n = span_is(j->alg, "HS512") ? 64 : span_is(j->alg, "HS256") ? 32 : 0;
	bool good;

	if (n == 0 || secret.n == 0 || j->signature.n != n)
		return false;
	if (n == 64)
		hmac_sha512(secret, j->signing_input, mac);
	else
		hmac_sha256(secret, j->signing_input, mac);
	good = digest_equal(mac, j->signature.p, n);
	mem_wipe(mac, sizeof mac);
	return good;
}
