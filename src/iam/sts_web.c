/* SPDX-License-Identifier: Apache-2.0 */
/* AssumeRoleWithWebIdentity: a provider's token in place of a signature. */
#include "config.h"

#include "iam/oidc.h"
#include "sts_priv.h"

enum { SKEW_S = 60 };

struct web {
	struct jwt jwt;
	const struct oidc_provider *provider;
	struct span audience;
};

static struct span
item_text(const cJSON *v)
{
	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_NONE;
}

/* aud is one name or a list of them; azp is who the token was made for, where it is there. */
static bool
audience_ok(struct web *w)
{
	const cJSON *aud = cJSON_GetObjectItemCaseSensitive(w->jwt.claims, "aud"), *one;
	struct span azp = jwt_text(&w->jwt, "azp");

	w->audience = azp.n > 0 ? azp : item_text(aud);
	if (azp.n > 0 || !cJSON_IsArray(aud))
		return oidc_audience(w->provider, w->audience);
	cJSON_ArrayForEach(one, aud)
	{
		w->audience = item_text(one);
		if (oidc_audience(w->provider, w->audience))
			return true;
	}
	return false;
}

static enum err
token_time(struct iam_call *c, const struct web *w)
{
	int64_t now = c->real_ms / 1000, at;

	if (!jwt_time(&w->jwt, "exp", &at) || !jwt_time(&w->jwt, "iat", &at))
		return fail_msg(
		    c->fail, E_WEB_TOKEN, "Missing a required claim: exp or iat");
	(void)jwt_time(&w->jwt, "exp", &at);
	if (now >= at)
		return fail_msg(c->fail, E_WEB_EXPIRED,
		    "Token expired: current date/time %lld must be before the expiration "
		    "date/time %lld",
		    (long long)now, (long long)at);
	if (jwt_time(&w->jwt, "nbf", &at) && now + SKEW_S < at)
		return fail_msg(c->fail, E_WEB_TOKEN, "The ID Token is not valid yet.");
	return OK;
}

static enum err
token_check(struct iam_call *c, struct span token, struct web *w)
{
	struct span issuer;
	enum err e = jwt_parse(c->arena, token, &w->jwt, NULL);
	struct oidc_provider *p;

	if (e != OK)
		return fail_msg(c->fail, E_WEB_TOKEN,
		    "The ID Token provided is not a valid JWT. (You may see this error "
		    "if "
		    "you sent an Access Token)");
	issuer = jwt_text(&w->jwt, "iss");
	p = oidc_find(c->conf->oidc, issuer);
	w->provider = p;
	if (p == NULL)
		return fail_msg(c->fail, E_WEB_TOKEN,
		    "No OpenIDConnect provider found in your account for %.*s",
		    (int)span_head(issuer, 200).n, issuer.p);
	if (!oidc_check(p, &w->jwt))
		return fail_msg(c->fail, E_WEB_TOKEN,
		    "Couldn't retrieve verification key from your identity provider, or "
		    "the token's signature does not hold.");
	if (!audience_ok(w))
		return fail_msg(c->fail, E_WEB_TOKEN, "Incorrect token audience");
	if (jwt_text(&w->jwt, "sub").n == 0)
		return fail_msg(c->fail, E_WEB_TOKEN, "Missing a required claim: sub");
	return token_time(c, w);
}

/* "<issuer>:sub" and its like in the role's trust. */
static bool
web_claim(const struct sts_role *r, struct span key, struct policy_values *out)
{
	const struct web *w = r->token;
	struct span host = oidc_host(w->provider), v;

	if (key.n <= host.n + 1 || !span_ieq(span_head(key, host.n), host) ||
	    key.p[host.n] != ':')
		return false;
	key = span_from(key, host.n + 1);
	/* AWS: the aud of the condition is azp where there is one. */
	v = span_is(key, "aud") ? w->audience
				: jwt_text(&w->jwt, arena_str(r->c->arena, key));
	return v.n > 0 && policy_value_one(out, v);
}

/* AWS's way to pass tags in a token. */
static void
web_tags(struct sts_role *r, const struct jwt *j)
{
	enum { TAGS_MAX = 50 };
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(
			j->claims, "https://aws.amazon.com/tags"),
		    *one;
	struct field *f = arena_array(r->c->arena, TAGS_MAX, sizeof *f);

	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(all, "principal_tags"))
	{
		const cJSON *v = cJSON_IsArray(one) ? cJSON_GetArrayItem(one, 0) : one;

		if (r->s.ntag == TAGS_MAX || !cJSON_IsString(v) || one->string == NULL ||
		    strlen(one->string) > 128 || strlen(v->valuestring) > 256)
			continue;
		f[r->s.ntag++] =
		    (struct field){ arena_span(r->c->arena, span_str(one->string)),
			    arena_span(r->c->arena, span_str(v->valuestring)) };
	}
	r->s.tag = f;
}

static enum err
web_denied(struct iam_call *c)
{
	return fail_msg(c->fail, E_ACCESS_DENIED,
	    "Not authorized to perform sts:AssumeRoleWithWebIdentity");
}

static enum err
web_session(struct sts_role *r, const struct web *w)
{
	struct iam_call *c = r->c;
	struct span host = oidc_host(w->provider);
	enum err e = sts_role_find(r);

	if (e == E_NOT_FOUND)
		return web_denied(c);
	if (e != OK)
		return e;
	r->provider =
	    span_str(arena_printf(c->arena, "arn:aws:iam::%.*s:oidc-provider/%.*s",
		(int)r->part.account.n, r->part.account.p, (int)host.n, host.p));
	r->claim = web_claim;
	r->token = w;
	web_tags(r, &w->jwt);
	if (!sts_role_allows(r, "sts:AssumeRoleWithWebIdentity") ||
	    (r->s.ntag > 0 && !sts_role_allows(r, "sts:TagSession")))
		return web_denied(c);
	e = sts_role_session(r);
	if (e != OK)
		return e;
	xml_put(&c->out, "SubjectFromWebIdentityToken", jwt_text(&w->jwt, "sub"));
	xml_put(&c->out, "Audience", w->audience);
	sts_put_assumed(c, &r->s);
	sts_put_credentials(c, &r->s);
	sts_put_packed(c, &r->s);
	xml_put(&c->out, "Provider", r->provider);
	return OK;
}

enum err
sts_web_identity(struct iam_call *c)
{
	struct sts_role r = { .c = c };
	struct web w = { .provider = NULL };
	struct span token;
	enum err e = iam_need(c, "WebIdentityToken", JWT_MAX, &token);

	if (e == OK)
		e = sts_session_name(c, "RoleSessionName", 64, &r.s.session);
	if (e == OK)
		e = token_check(c, token, &w);
	if (e == OK)
		e = web_session(&r, &w);
	jwt_free(&w.jwt);
	return e;
}
