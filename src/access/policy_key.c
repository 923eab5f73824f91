/* SPDX-License-Identifier: Apache-2.0 */
/* Context keys: their names, and those that the caller's identity and the clock answer. */
#include "config.h"

#include "codec/stamp.h"
#include "policy_priv.h"

static const struct {
	struct span name;
	const char *actions;
} keys[] = {
#define KEY(sym, name, actions) { { name, sizeof(name) - 1 }, actions },
#include "access/keys.def"
#undef KEY
};

static bool
key_is(struct span have, struct span name, struct span *tag)
{
	if (have.p[have.n - 1] != '/')
		return span_ieq(have, name);
	*tag = span_from(name, have.n);
	return name.n > have.n && span_ieq(have, span_head(name, have.n));
}

void
policy_key_find(struct span name, struct policy_ask *out)
{
	struct span tag = SPAN_NONE;
	unsigned i = 0;

	while (i < ARRAY_LEN(keys) && !key_is(keys[i].name, name, &tag))
		i++;
	*out = (struct policy_ask){ .key = (enum policy_key)i, .name = name, .tag = tag };
	if (i == ARRAY_LEN(keys) || keys[i].name.p[keys[i].name.n - 1] != '/')
		out->tag = SPAN_NONE;
}

const char *
policy_key_actions(enum policy_key key)
{
	return key < POLICY_KEY_OTHER ? keys[key].actions : "";
}

/* Names of tags are compared without case, as those of all keys; the very name wins. */
static bool
tag_value(const struct identity *who, struct span name, struct policy_values *out)
{
	const struct field *found = NULL;

	for (size_t i = 0; i < who->ntag; i++) {
		if (span_eq(who->tag[i].name, name))
			return policy_value_one(out, who->tag[i].value);
		if (found == NULL && span_ieq(who->tag[i].name, name))
			found = &who->tag[i];
	}
	return found != NULL && policy_value_one(out, found->value);
}

static struct span
type_name(const struct identity *who)
{
	static const struct span names[] = {
		[IDENTITY_NOBODY] = { "Anonymous", 9 },
		[IDENTITY_ROOT] = { "Account", 7 },
		[IDENTITY_USER] = { "User", 4 },
		[IDENTITY_SESSION] = { "AssumedRole", 11 },
		[IDENTITY_FEDERATED] = { "FederatedUser", 13 },
	};

	return names[who == NULL ? IDENTITY_NOBODY : who->kind];
}

static bool
one_if_any(struct policy_values *out, struct span value)
{
	return value.n > 0 && policy_value_one(out, value);
}

static bool
time_value(struct policy_values *out, int64_t ms, bool epoch)
{
	struct buf b = { 0 };

	if (!epoch) {
		stamp_iso(out->text, ms);
		return policy_value_one(out, span_of(out->text, STAMP_ISO));
	}
	buf_u64(&b, ms < 0 ? 0 : (uint64_t)ms / 1000);
	MUST(b.n <= sizeof out->text);
	memcpy(out->text, b.p, b.n);
	policy_value_one(out, span_of(out->text, b.n));
	buf_fini(&b);
	return true;
}

static bool
caller_value(
    const struct identity *who, const struct policy_ask *ask, struct policy_values *out)
{
	switch ((int)ask->key) {
	case POLICY_KEY_PRINCIPAL_ARN:
		return one_if_any(
		    out, who->kind == IDENTITY_SESSION ? who->role_arn : who->arn);
	case POLICY_KEY_PRINCIPAL_ACCOUNT:
		return one_if_any(out, who->account);
	case POLICY_KEY_PRINCIPAL_TAG:
		return tag_value(who, ask->tag, out);
	case POLICY_KEY_USER_ID:
		return one_if_any(out, who->user_id);
	case POLICY_KEY_USER_NAME:
		return one_if_any(out, who->user_name);
	case POLICY_KEY_TOKEN_TIME:
		return who->session_began != 0 &&
		    time_value(out, who->session_began * 1000, false);
	case POLICY_KEY_MFA:
		/* In requests with temporary credentials only; nothing here does MFA. */
		return who->session_began != 0 &&
		    policy_value_one(out, SPAN_LIT("false"));
	default:
		return false;
	}
}

bool
policy_key_value(const struct policy_request *r, const struct policy_ask *ask,
    struct policy_values *out)
{
	const struct identity *who =
	    r->who != NULL && r->who->kind != IDENTITY_NOBODY ? r->who : NULL;

	switch ((int)ask->key) {
	case POLICY_KEY_PRINCIPAL_TYPE:
		return policy_value_one(out, type_name(who));
	case POLICY_KEY_PRINCIPAL_SERVICE:
		return policy_value_one(
		    out, r->service.n > 0 ? SPAN_LIT("true") : SPAN_LIT("false"));
	case POLICY_KEY_VIA_SERVICE:
		return policy_value_one(out, SPAN_LIT("false"));
	case POLICY_KEY_CURRENT_TIME:
	case POLICY_KEY_EPOCH_TIME:
		return time_value(out, r->now_ms, ask->key == POLICY_KEY_EPOCH_TIME);
	default:
		break;
	}
	if (ask->key <= POLICY_KEY_MFA) {
		if (who == NULL)
			return ask->key == POLICY_KEY_USER_ID &&
			    policy_value_one(out, SPAN_LIT("anonymous"));
		return caller_value(who, ask, out);
	}
	return r->value != NULL && r->value(r->ctx, ask, out);
}
