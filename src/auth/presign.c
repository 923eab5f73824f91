/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sigv4_priv.h"

#include "codec/stamp.h"
#include "codec/uri.h"

enum { PRESIGN_WEEK = 604800 };

static const struct sigv4_voice presign_voice = { E_AUTH_QUERY,
	"Error parsing the X-Amz-Credential parameter" };

/* Which parameter a name is, by length first: this runs for every signed request that has
 * a query. X-Amz-Date and X-Amz-Security-Token alone do not make a presigned request. */
static struct span *
presign_slot(struct presign_query *q, struct span name)
{
	struct span *slot = NULL;
	const char *is = "";
	bool v4 = true;

	switch (name.n) {
	case 9:
		slot = &q->v2_signature, is = "Signature", v4 = false;
		break;
	case 10:
		slot = &q->date, is = "X-Amz-Date", v4 = false;
		break;
	case 13:
		slot = &q->expires, is = "X-Amz-Expires";
		break;
	case 14:
		slot = &q->v2_key, is = "AWSAccessKeyId", v4 = false;
		break;
	case 15:
		if (name.p[6] == 'A')
			slot = &q->algorithm, is = "X-Amz-Algorithm";
		else
			slot = &q->signature, is = "X-Amz-Signature";
		break;
	case 16:
		slot = &q->credential, is = "X-Amz-Credential";
		break;
	case 19:
		slot = &q->signed_headers, is = "X-Amz-SignedHeaders";
		break;
	case 20:
		v4 = false;
		if (name.p[6] == 'S')
			slot = &q->token, is = "X-Amz-Security-Token";
		else
			slot = &q->content_sha256, is = "X-Amz-Content-Sha256";
		break;
	default:
		return NULL;
	}
	if (memcmp(name.p, is, name.n) != 0 || slot->p != NULL)
		return NULL;
	q->v4 |= v4;
	return slot;
}

void
presign_scan(struct presign_query *q, struct span query)
{
	struct span value, name, *slot;

	*q = (struct presign_query){ 0 };
	while (query.n > 0) {
		value = span_cut(&query, '&');
		name = span_cut(&value, '=');
		slot = presign_slot(q, name);
		if (slot != NULL)
			*slot = value;
	}
}

static struct span
presign_decode(struct span s, struct arena *arena)
{
	char *p;
	size_t n;

	if (span_find(s, '%', 0) == s.n && span_find(s, '+', 0) == s.n)
		return s;
	p = arena_alloc(arena, s.n + 1);
	n = uri_decode(p, s, true);
	return n == (size_t)-1 ? s : span_of(p, n);
}

static enum err
presign_expires(struct span s, uint64_t *out, struct fail *fail)
{
	bool minus = s.n > 1 && s.p[0] == '-';
	struct span digits = minus ? span_from(s, 1) : s;

	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return fail_msg(
			    fail, E_AUTH_QUERY, "X-Amz-Expires should be a number");
	if (minus)
		return fail_msg(fail, E_AUTH_QUERY, "X-Amz-Expires must be non-negative");
	if (!span_u64(digits, out) || *out > PRESIGN_WEEK)
		return fail_msg(fail, E_AUTH_QUERY,
		    "X-Amz-Expires must be less than a week (in seconds); that is, the "
		    "given "
		    "X-Amz-Expires must be less than 604800 seconds");
	return OK;
}

/* All six must be there; a list of signed headers may be empty, and then lacks "host". */
static enum err
presign_complete(const struct presign_query *q, struct fail *fail)
{
	if (q->algorithm.n > 0 && q->credential.n > 0 && q->signature.n > 0 &&
	    q->date.n > 0 && q->signed_headers.p != NULL && q->expires.n > 0)
		return OK;
	return fail_msg(fail, E_AUTH_QUERY,
	    "Query-string authentication version 4 requires the X-Amz-Algorithm, "
	    "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
	    "X-Amz-Expires parameters.");
}

static enum err
presign_algorithm(struct span algorithm, struct fail *fail)
{
	if (span_eq(algorithm, SPAN_LIT("AWS4-HMAC-SHA256")))
		return OK;
	if (span_eq(algorithm, SPAN_LIT("AWS4-ECDSA-P256-SHA256")))
		return fail_msg(fail, E_AUTH_QUERY,
		    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
	return fail_msg(fail, E_AUTH_QUERY,
	    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and "
	    "AWS4-ECDSA-P256-SHA256\"");
}

enum err
presign_parse(struct sigv4_said *said, const struct presign_query *q,
    const struct auth_conf *conf, struct arena *arena, struct fail *fail)
{
	struct span date = presign_decode(q->date, arena), day;
	enum err e;

	if ((e = presign_complete(q, fail)) != OK ||
	    (e = presign_algorithm(presign_decode(q->algorithm, arena), fail)) != OK ||
	    (e = authhdr_credential(said, presign_decode(q->credential, arena), conf,
		 &presign_voice, fail)) != OK)
		return e;
	if (!stamp_amz_parse(date, &said->time))
		return fail_msg(fail, E_AUTH_QUERY,
		    "X-Amz-Date must be in the ISO8601 Long Format "
		    "\"yyyyMMdd'T'HHmmss'Z'\"");
	e = presign_expires(presign_decode(q->expires, arena), &said->expires, fail);
	if (e != OK)
		return e;
	day = span_head(date, 8);
	if (!span_eq(said->date, day))
		return fail_msg(fail, E_AUTH_QUERY,
		    "Invalid credential date \"%.*s\". This date is not the same as "
		    "X-Amz-Date: "
		    "\"%.*s\".",
		    SPAN_SHOWN(said->date), SPAN_SHOWN(day));
	said->kind = AUTH_PRESIGNED;
	said->amz_date = said->time_text = date;
	said->signed_headers = presign_decode(q->signed_headers, arena);
	said->signature = presign_decode(q->signature, arena);
	said->token = presign_decode(q->token, arena);
	said->payload = presign_decode(q->content_sha256, arena);
	return OK;
}

enum err
presign_time(
    const struct sigv4_said *said, int64_t now, unsigned skew_s, struct fail *fail)
{
	int64_t until = said->time + (int64_t)said->expires;
	enum err e;

	if (said->time > now + (int64_t)skew_s) {
		e = fail_msg(fail, E_ACCESS_DENIED, "Request is not yet valid");
		/* AWS shows this one in milliseconds since 1970 */
		fail_pair_u64(fail, "X-Amz-Date", (uint64_t)said->time * 1000);
		sigv4_fail_time(fail, "Expires", until);
		sigv4_fail_time(fail, "ServerTime", now);
		return e;
	}
	if (now > until) {
		e = fail_msg(fail, E_ACCESS_DENIED, "Request has expired");
		fail_pair_u64(fail, "X-Amz-Expires", said->expires);
		sigv4_fail_time(fail, "Expires", until);
		sigv4_fail_time(fail, "ServerTime", now);
		return e;
	}
	return OK;
}
