/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sigv4_priv.h"

enum { SIGNATURE_HEX = 64 };

static const struct sigv4_voice authhdr_voice = { E_AUTH_HEADER_MALFORMED,
	"The authorization header is malformed" };

static bool
is_yyyymmdd(struct span s)
{
	uint64_t v;

	return s.n == 8 && span_u64(s, &v) && v / 100 % 100 >= 1 && v / 100 % 100 <= 12 &&
	    v % 100 >= 1 && v % 100 <= 31;
}

static enum err
wrong_region(const struct sigv4_voice *voice, struct span region, const char *want,
    struct fail *fail)
{
	enum err e =
	    fail_msg(fail, voice->code, "%s; the region '%.*s' is wrong; expecting '%s'",
		voice->begin, SPAN_SHOWN(region), want);

	fail_pair_str(fail, "Region", want);
	return e;
}

/* Order of the checks: service, terminal, date, then region. */
enum err
authhdr_credential(struct sigv4_said *said, struct span credential,
    const struct auth_conf *conf, const struct sigv4_voice *voice, struct fail *fail)
{
	struct span rest = credential;
	struct span key = span_cut(&rest, '/');
	struct span scope = rest;
	struct span date = span_cut(&rest, '/');
	struct span region = span_cut(&rest, '/');
	struct span service = span_cut(&rest, '/');
	const char *expected = conf->service != NULL ? conf->service : "s3";

	/* rest.p stands behind the fourth '/', or at the end when there are fewer */
	if (key.n == 0 || service.p + service.n == credential.p + credential.n ||
	    span_find(rest, '/', 0) < rest.n)
		return fail_msg(fail, voice->code,
		    "%s; the Credential is mal-formed; expecting "
		    "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
		    voice->begin);
	if (!span_is(service, expected))
		return fail_msg(fail, voice->code,
		    "%s; incorrect service \"%.*s\". This endpoint belongs to \"%s\".",
		    voice->begin, SPAN_SHOWN(service), expected);
	if (!span_eq(rest, SPAN_LIT("aws4_request")))
		return fail_msg(fail, voice->code,
		    "%s; incorrect terminal \"%.*s\". This endpoint uses "
		    "\"aws4_request\".",
		    voice->begin, SPAN_SHOWN(rest));
	if (!is_yyyymmdd(date))
		return fail_msg(fail, voice->code,
		    "%s; incorrect date format \"%.*s\". This date in the credential "
		    "must be in "
		    "the format \"yyyyMMdd\".",
		    voice->begin, SPAN_SHOWN(date));
	if (!conf->any_region && conf->region != NULL && !span_is(region, conf->region))
		return wrong_region(voice, region, conf->region, fail);
	said->access_key = key;
	said->scope = scope;
	said->date = date;
	said->region = region;
	return OK;
}

static enum err
authhdr_scheme(struct span value, struct span *rest, struct fail *fail)
{
	struct span scheme;

	*rest = value;
	scheme = span_cut(rest, ' ');
	if (scheme.n == value.n)
		return fail_argument(fail, "Authorization", value,
		    "Authorization header is invalid -- one and only one ' ' (space) "
		    "required.");
	if (span_eq(scheme, SPAN_LIT("AWS4-HMAC-SHA256")))
		return OK;
	if (span_eq(scheme, SPAN_LIT("AWS")) ||
	    span_eq(scheme, SPAN_LIT("AWS4-ECDSA-P256-SHA256")))
		return fail_set(fail, E_UNSUPPORTED_SIGNATURE);
	return fail_argument(
	    fail, "Authorization", value, "Unsupported Authorization Type");
}

/* One "Name=value" between commas, in its place: AWS takes no other order. */
static ALWAYS_INLINE enum err
authhdr_component(struct span part, const char *name, struct span *out, struct fail *fail)
{
	struct span value = span_trim(part);
	struct span key = span_cut(&value, '=');

	if (value.n == 0)
		return fail_msg(fail, E_AUTH_HEADER_MALFORMED,
		    "%s; the authorization component \"%.*s\" is malformed.",
		    authhdr_voice.begin, SPAN_SHOWN(part));
	if (!span_is(key, name))
		return fail_msg(fail, E_AUTH_HEADER_MALFORMED, "%s; missing %s.",
		    authhdr_voice.begin, name);
	*out = value;
	return OK;
}

static enum err
authhdr_components(struct sigv4_said *said, struct span value,
    const struct auth_conf *conf, struct fail *fail)
{
	struct span rest, part[3], credential;
	size_t comma;
	enum err e;

	e = authhdr_scheme(value, &rest, fail);
	if (e != OK)
		return e;
	for (size_t i = 0; i < 3; i++) {
		comma = span_find(rest, ',', 0);
		if ((comma < rest.n) != (i < 2))
			return fail_msg(fail, E_AUTH_HEADER_MALFORMED,
			    "%s; the authorization header requires three components: "
			    "Credential, "
			    "SignedHeaders, and Signature.",
			    authhdr_voice.begin);
		part[i] = span_cut(&rest, ',');
	}
	if ((e = authhdr_component(part[0], "Credential", &credential, fail)) != OK ||
	    (e = authhdr_component(
		 part[1], "SignedHeaders", &said->signed_headers, fail)) != OK ||
	    (e = authhdr_component(part[2], "Signature", &said->signature, fail)) != OK)
		return e;
	said->kind = AUTH_HEADER;
	return authhdr_credential(said, credential, conf, &authhdr_voice, fail);
}

/* The same place in another text. */
static struct span
moved(struct span s, const char *from, const char *to)
{
	return span_of(to + (s.p - from), s.n);
}

static void
said_move(struct sigv4_said *said, const char *from, const char *to)
{
	said->access_key = moved(said->access_key, from, to);
	said->scope = moved(said->scope, from, to);
	said->date = moved(said->date, from, to);
	said->region = moved(said->region, from, to);
	said->signed_headers = moved(said->signed_headers, from, to);
}

/* Behind what is the same there is nothing but a signature: no fourth component, no space
 * to be trimmed. */
static bool
memo_holds(
    const struct authhdr_memo *memo, struct span value, const struct auth_conf *conf)
{
	struct span rest = span_from(value, memo->n);

	return memo->n > 0 && rest.n == SIGNATURE_HEX &&
	    memo->any_region == conf->any_region &&
	    memcmp(memo->text, value.p, memo->n) == 0 &&
	    span_find(rest, ',', 0) == rest.n && span_trim(rest).n == rest.n;
}

static void
memo_take(struct authhdr_memo *memo, const struct sigv4_said *said, struct span value,
    const struct auth_conf *conf)
{
	size_t n = (size_t)(said->signature.p - value.p);

	memo->n = 0;
	if (said->signature.n != SIGNATURE_HEX || n + SIGNATURE_HEX != value.n ||
	    n > sizeof memo->text)
		return;
	memcpy(memo->text, value.p, n);
	memo->said = (struct sigv4_said){ .kind = said->kind,
		.access_key = said->access_key,
		.date = said->date,
		.region = said->region,
		.scope = said->scope,
		.signed_headers = said->signed_headers };
	said_move(&memo->said, value.p, memo->text);
	memo->any_region = conf->any_region;
	memo->n = (uint16_t)n;
}

enum err
authhdr_parse(struct sigv4_said *said, struct span value, const struct auth_conf *conf,
    struct authhdr_memo *memo, struct fail *fail)
{
	enum err e;

	if (memo_holds(memo, value, conf)) {
		*said = memo->said;
		said_move(said, memo->text, value.p);
		said->signature = span_from(value, memo->n);
		return OK;
	}
	e = authhdr_components(said, value, conf, fail);
	if (e == OK)
		memo_take(memo, said, value, conf);
	return e;
}
