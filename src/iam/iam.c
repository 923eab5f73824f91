/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "iam/iam.h"

#include <stdarg.h>

#include "codec/json.h"
#include "codec/stamp.h"
#include "codec/uri.h"
#include "iam_priv.h"

static const struct iam_action actions[] = {
#define ACTION(name, service, writes, about, fn) \
	{ #name, IAM_##service, writes, ABOUT_##about, fn },
#include "iam/iam.def"
#undef ACTION
};

static const char *const versions[] = {
	[IAM_IAM] = "2010-05-08", [IAM_STS] = "2011-06-15"
};
static const char *const namespaces[] = { [IAM_IAM] = IAM_NS, [IAM_STS] = STS_NS };
static const char *const prefixes[] = { [IAM_IAM] = "iam:", [IAM_STS] = "sts:" };

enum err
iam_find(struct iam_call *c)
{
	struct span action = iam_param(c, "Action"), version = iam_param(c, "Version");

	if (action.n == 0)
		return fail_msg(c->fail, E_MISSING_ACTION,
		    "The request must contain the parameter Action.");
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (span_is(action, actions[i].name) &&
		    (version.n == 0 || span_is(version, versions[actions[i].service]))) {
			c->action = &actions[i];
			return OK;
		}
	return fail_msg(c->fail, E_INVALID_ACTION,
	    "Could not find operation %.*s for version %.*s",
	    (int)span_head(action, 128).n, action.p,
	    version.n > 0 ? (int)span_head(version, 32).n : 10,
	    version.n > 0 ? version.p : versions[IAM_STS]);
}

enum iam_service
iam_service(const struct iam_call *c)
{
	struct span version = iam_param(c, "Version");

	if (c->action != NULL)
		return c->action->service;
	return span_is(version, versions[IAM_IAM]) ? IAM_IAM : IAM_STS;
}

const char *
iam_name(const struct iam_call *c)
{
	return arena_printf(
	    c->arena, "%s%s", prefixes[c->action->service], c->action->name);
}

bool
iam_writes(const struct iam_call *c)
{
	return c->action->writes;
}

bool
iam_unsigned(const struct iam_call *c)
{
	return c->action->fn == sts_web_identity;
}

/* ---- may they ---- */

static bool
request_tag(struct iam_call *c, struct span name, struct policy_values *out)
{
	struct entity_list tags;

	if (iam_tags(c, &tags) != OK)
		return false;
	for (size_t i = 0; i < tags.n; i++)
		if (span_ieq(tags.field[i].name, name))
			return policy_value_one(out, tags.field[i].value);
	return false;
}

static bool
call_value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	struct iam_call *c = ctx;

	switch ((int)ask->key) {
	case POLICY_KEY_SECURE:
		return policy_value_one(
		    out, c->tls ? SPAN_LIT("true") : SPAN_LIT("false"));
	case POLICY_KEY_SOURCE_IP:
		return c->peer.n > 0 && policy_value_one(out, c->peer);
	case POLICY_KEY_REQUEST_TAG:
		return request_tag(c, ask->tag, out);
	case POLICY_KEY_OTHER:
		if (span_ieq(ask->name, SPAN_LIT("iam:PolicyARN")))
			return iam_param(c, "PolicyArn").n > 0 &&
			    policy_value_one(out, iam_param(c, "PolicyArn"));
		if (span_ieq(ask->name, SPAN_LIT("iam:PermissionsBoundary")))
			return iam_param(c, "PermissionsBoundary").n > 0 &&
			    policy_value_one(out, iam_param(c, "PermissionsBoundary"));
		return false;
	default:
		return false;
	}
}

/* The ARN that policies speak of: of what is there, or of what is to be made. */
static enum err
resource(struct iam_call *c, struct span *out)
{
	const struct iam_kind *k = iam_kind(c);
	struct entity e = { .path = SPAN_LIT("/") };
	struct span name;
	enum err bad;

	*out = SPAN_LIT("*");
	if (k == NULL)
		return OK;
	if (c->action->about == ABOUT_POLICY)
		return iam_need(c, "PolicyArn", 2048, out);
	e.kind = (uint8_t)k->kind;
	if (c->action->about >= ABOUT_USERS) {
		*out = span_str(arena_printf(c->arena, "arn:aws:iam::%.*s:%s/",
		    (int)iam_account(c).n, iam_account(c).p, k->name));
		return OK;
	}
	bad = iam_subject_name(c, &name);
	if (bad != OK)
		return bad;
	e.name = name;
	if (c->action->about >= ABOUT_NEW_USER) {
		if (iam_param(c, "Path").n > 0)
			e.path = iam_param(c, "Path");
	} else {
		bad = directory_get(c->txn, c->arena, k->kind, iam_account(c), name, &e);
		if (bad != OK && bad != E_NOT_FOUND)
			return bad;
		if (bad == E_NOT_FOUND) {
			e.kind = (uint8_t)k->kind;
			e.name = name;
			e.path = SPAN_LIT("/");
		}
	}
	*out = iam_arn(c, &e);
	return OK;
}

static enum err
allowed(struct iam_call *c)
{
	const struct identity *who = &c->credential->who;
	struct policy_request r = { .who = who,
		.action = span_str(iam_name(c)),
		.now_ms = c->real_ms,
		.value = call_value,
		.ctx = c };
	struct policy_case one = { .request = &r };
	struct policy_decision d;
	enum err e;

	if (c->action->about == ABOUT_SELF)
		return OK;
	e = resource(c, &r.resource);
	if (e != OK)
		return e;
	policy_decide(&one, &d);
	if (d.allowed)
		return OK;
	if (d.explicit)
		return fail_msg(c->fail, E_ACCESS_DENIED,
		    "User: %.*s is not authorized to perform: %.*s on resource: %.*s "
		    "with an explicit deny in an %s",
		    (int)span_head(who->arn, 160).n, who->arn.p, (int)r.action.n,
		    r.action.p, (int)span_head(r.resource, 160).n, r.resource.p,
		    policy_kind_name(d.kind));
	return fail_msg(c->fail, E_ACCESS_DENIED,
	    "User: %.*s is not authorized to perform: %.*s on resource: %.*s because no "
	    "%s allows the %.*s action",
	    (int)span_head(who->arn, 160).n, who->arn.p, (int)r.action.n, r.action.p,
	    (int)span_head(r.resource, 160).n, r.resource.p, policy_kind_name(d.kind),
	    (int)r.action.n, r.action.p);
}

/* ---- the document ---- */

void
iam_time(struct buf *b, const char *name, int64_t ms)
{
	char text[STAMP_ISO];

	stamp_iso(text, ms);
	text[19] = 'Z';
	xml_put(b, name, span_of(text, 20));
}

void
iam_doc(struct buf *b, const char *name, struct span text)
{
	xml_open(b, name);
	uri_encode(b, text, false);
	xml_close(b, name);
}

static void
document_begin(struct iam_call *c)
{
	buf_printf(&c->out, "<%sResponse xmlns=\"%s\">", c->action->name,
	    namespaces[c->action->service]);
}

static void
document_end(struct iam_call *c)
{
	buf_str(&c->out, "<ResponseMetadata>");
	xml_put_str(&c->out, "RequestId", c->id);
	buf_printf(&c->out, "</ResponseMetadata></%sResponse>", c->action->name);
}

enum err
iam_run(struct iam_call *c, struct txn *t)
{
	size_t at;
	enum err e;

	fail_clear(c->fail);
	c->txn = t;
	c->out.n = 0;
	document_begin(c);
	buf_printf(&c->out, "<%sResult>", c->action->name);
	at = c->out.n;
	e = c->credential == NULL ? OK : allowed(c);
	if (e == OK)
		e = c->action->fn(c);
	if (e != OK)
		return fail_set(c->fail, e);
	if (c->out.n == at) { /* no result: no element of it */
		c->out.n = 0;
		document_begin(c);
	} else
		buf_printf(&c->out, "</%sResult>", c->action->name);
	document_end(c);
	return OK;
}

void
iam_error(struct iam_call *c)
{
	const struct err_row *row = err_row(c->fail->code);

	c->out.n = 0;
	buf_printf(
	    &c->out, "<ErrorResponse xmlns=\"%s\"><Error>", namespaces[iam_service(c)]);
	xml_put_str(&c->out, "Type", row->status < 500 ? "Sender" : "Receiver");
	xml_put_str(&c->out, "Code", row->code);
	xml_put_str(&c->out, "Message", fail_text(c->fail));
	buf_str(&c->out, "</Error>");
	xml_put_str(&c->out, "RequestId", c->id);
	buf_str(&c->out, "</ErrorResponse>");
}
