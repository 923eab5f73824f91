/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/postsig.h"

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/stamp.h"
#include "sigkey_priv.h"
#include "sigv4_priv.h"

static const struct sigv4_voice post_voice = { E_AUTH_QUERY,
	"Error parsing the X-Amz-Credential parameter" };

static struct span
get(const struct postsig_form *f, const char *name)
{
	for (size_t i = 0; i < f->nfield; i++)
		if (span_is(f->field[i].name, name))
			return f->field[i].value;
	return SPAN_NONE;
}

static enum err
missing(struct fail *fail, const char *name)
{
	return fail_argument(fail, name, SPAN_LIT(""),
	    "Bucket POST must contain a field named '%s'.  If it is specified, please "
	    "check the order of the fields.",
	    name);
}

static enum err
no_match(struct fail *fail, struct span key, struct span policy, struct span signature)
{
	(void)fail_set(fail, E_SIGNATURE);
	fail_pair(fail, "AWSAccessKeyId", key);
	fail_pair(fail, "StringToSign", policy);
	fail_pair(fail, "SignatureProvided", signature);
	sigv4_fail_bytes(fail, "StringToSignBytes", policy);
	return E_SIGNATURE;
}

static enum err
secret_of(const struct auth_conf *conf, struct span key, struct auth_secret *out,
    struct fail *fail)
{
	enum err e = conf->secret(conf->ctx, key, out);

	if (e == OK)
		return OK;
	if (e != E_NOT_FOUND)
		return fail_set(fail, e);
	(void)fail_set(fail, E_INVALID_ACCESS_KEY);
	fail_pair(fail, "AWSAccessKeyId", key);
	return E_INVALID_ACCESS_KEY;
}

static enum err
check_v4(const struct auth_conf *conf, const struct postsig_form *f,
    struct auth_result *out, struct fail *fail)
{
	struct span policy = get(f, "policy"), date = get(f, "x-amz-date"),
		    signature = get(f, "x-amz-signature");
	struct sigv4_said said = { 0 };
	struct auth_secret secret;
	uint8_t key[32], mac[32], want[32];
	enum err e;

	if (!span_is(get(f, "x-amz-algorithm"), "AWS4-HMAC-SHA256"))
		return fail_msg(fail, E_AUTH_QUERY,
		    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
	e = authhdr_credential(
	    &said, get(f, "x-amz-credential"), conf, &post_voice, fail);
	if (e != OK)
		return e;
	if (!stamp_amz_parse(date, &said.time) || !span_eq(said.date, span_head(date, 8)))
		return fail_msg(fail, E_AUTH_QUERY,
		    "X-Amz-Date must be in the ISO8601 Long Format "
		    "\"yyyyMMdd'T'HHmmss'Z'\", and of the credential's day");
	e = secret_of(conf, said.access_key, &secret, fail);
	if (e != OK)
		return e;
	sigkey_derive(
	    key, span_of(secret.secret, secret.n), said.date, said.region, NULL);
	hmac_sha256(span_of(key, 32), policy, mac);
	mem_wipe(&secret, sizeof secret);
	mem_wipe(key, sizeof key);
	if (!hex_parse(want, 32, signature) || !digest_equal(mac, want, 32))
		return no_match(fail, said.access_key, policy, signature);
	out->access_key = said.access_key;
	out->region = said.region;
	out->date = said.date;
	return OK;
}

static enum err
check_v2(const struct auth_conf *conf, const struct postsig_form *f,
    struct auth_result *out, struct fail *fail)
{
	struct span policy = get(f, "policy"), key = get(f, "awsaccesskeyid"),
		    signature = get(f, "signature");
	struct auth_secret secret;
	uint8_t mac[20], want[20];
	size_t n;
	enum err e = secret_of(conf, key, &secret, fail);

	if (e != OK)
		return e;
	hmac_sha1(span_of(secret.secret, secret.n), policy, mac);
	mem_wipe(&secret, sizeof secret);
	if (!b64_parse(want, sizeof want, &n, signature) || n != sizeof want ||
	    !digest_equal(mac, want, sizeof want))
		return no_match(fail, key, policy, signature);
	out->access_key = key;
	return OK;
}

enum err
postsig_check(const struct auth_conf *conf, const struct postsig_form *f, bool v2,
    struct auth_result *out, struct fail *fail)
{
	static const char *const v4[] = { "X-Amz-Signature", "X-Amz-Algorithm",
		"X-Amz-Credential", "X-Amz-Date" };
	static const char *const v4_fields[] = { "x-amz-signature", "x-amz-algorithm",
		"x-amz-credential", "x-amz-date" };
	struct auth_result r = { .kind = AUTH_ANONYMOUS,
		.payload = AUTH_PAYLOAD_UNSIGNED };
	unsigned given = 0;
	enum err e;

	if (get(f, "policy").n == 0) {
		*out = r;
		return OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(v4); i++)
		given += get(f, v4_fields[i]).n > 0;
	for (size_t i = 0; given > 0 && i < ARRAY_LEN(v4); i++)
		if (get(f, v4_fields[i]).n == 0)
			return missing(fail, v4[i]);
	if (given == 0 && get(f, "signature").n == 0 && get(f, "awsaccesskeyid").n == 0)
		return fail_set(fail, E_ACCESS_DENIED);
	if (given == 0 && get(f, "signature").n == 0)
		return missing(fail, "Signature");
	if (given == 0 && get(f, "awsaccesskeyid").n == 0)
		return missing(fail, "AWSAccessKeyId");
	if (given == 0 && !v2)
		return fail_set(fail, E_UNSUPPORTED_SIGNATURE);
	r.kind = AUTH_PRESIGNED;
	r.session_token = get(f, "x-amz-security-token");
	e = given > 0 ? check_v4(conf, f, &r, fail) : check_v2(conf, f, &r, fail);
	if (e == OK)
		*out = r;
	return e;
}

/* ---- the policy ---- */

struct policy_run {
	const struct postsig_form *form;
	bool *seen; /* fields a condition speaks of */
	struct postsig_range range;
	struct fail *fail;
};

static enum err
invalid(struct fail *fail, const char *what)
{
	return fail_msg(fail, E_INVALID_POLICY, "Invalid Policy: %s", what);
}

static enum err
refused(struct policy_run *r, const cJSON *condition)
{
	char *text = cJSON_PrintUnformatted(condition);
	enum err e;

	e = fail_msg(r->fail, E_ACCESS_DENIED,
	    "Invalid according to Policy: Policy Condition failed: %s",
	    text != NULL ? text : "");
	cJSON_free(text);
	return e;
}

/* The field's value, noted as spoken of; name without "$", any case. */
static struct span
field_value(struct policy_run *r, struct span name)
{
	const struct postsig_form *f = r->form;
	struct span value = SPAN_LIT("");

	if (span_ieq(name, SPAN_LIT("bucket")))
		value = f->bucket;
	for (size_t i = 0; i < f->nfield; i++)
		if (span_ieq(f->field[i].name, name)) {
			r->seen[i] = true;
			if (!span_ieq(name, SPAN_LIT("bucket")))
				value = f->field[i].value;
		}
	return value;
}

/* Of a list of types, each must begin like that. */
static bool
starts_with(struct span name, struct span value, struct span prefix)
{
	if (!span_ieq(name, SPAN_LIT("content-type")) ||
	    span_find(value, ',', 0) == value.n)
		return span_starts(value, prefix);
	while (value.n > 0)
		if (!span_starts(span_trim(span_cut(&value, ',')), prefix))
			return false;
	return true;
}

static bool
number_of(const cJSON *v, uint64_t *out)
{
	if (cJSON_IsString(v))
		return span_u64(span_str(v->valuestring), out);
	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 9e15)
		return false;
	*out = (uint64_t)v->valuedouble;
	return true;
}

static enum err
length_range(struct policy_run *r, const cJSON *c)
{
	uint64_t min, max;

	if (!number_of(cJSON_GetArrayItem(c, 1), &min) ||
	    !number_of(cJSON_GetArrayItem(c, 2), &max))
		return invalid(
		    r->fail, "Invalid content-length-range: the limits must be numbers.");
	if (min > r->range.min)
		r->range.min = min;
	if (max < r->range.max)
		r->range.max = max;
	return OK;
}

static enum err
list_condition(struct policy_run *r, const cJSON *c)
{
	const cJSON *op = cJSON_GetArrayItem(c, 0), *name = cJSON_GetArrayItem(c, 1),
		    *want = cJSON_GetArrayItem(c, 2);
	struct span what, field, value;
	bool good;

	if (cJSON_GetArraySize(c) != 3 || !cJSON_IsString(op))
		return invalid(r->fail,
		    "Invalid Condition: a list of operator, name and value is expected.");
	what = span_str(op->valuestring);
	if (span_ieq(what, SPAN_LIT("content-length-range")))
		return length_range(r, c);
	if (!cJSON_IsString(name) || name->valuestring[0] != '$' || !cJSON_IsString(want))
		return invalid(r->fail,
		    "Invalid Condition: the name must begin with $, the value be text.");
	field = span_from(span_str(name->valuestring), 1);
	value = field_value(r, field);
	if (span_ieq(what, SPAN_LIT("eq")))
		good = span_is(value, want->valuestring);
	else if (span_ieq(what, SPAN_LIT("starts-with")))
		good = starts_with(field, value, span_str(want->valuestring));
	else
		return invalid(r->fail, "Invalid Condition: the operator is not known.");
	return good ? OK : refused(r, c);
}

static enum err
condition(struct policy_run *r, const cJSON *c)
{
	const cJSON *one = c->child;

	if (cJSON_IsArray(c))
		return list_condition(r, c);
	if (!cJSON_IsObject(c) || one == NULL || one->next != NULL)
		return invalid(r->fail,
		    "Invalid Simple-Condition: Simple-Conditions must have exactly one "
		    "property specified.");
	if (!cJSON_IsString(one))
		return invalid(
		    r->fail, "Invalid Simple-Condition: value must be a string.");
	return span_is(field_value(r, span_str(one->string)), one->valuestring)
	    ? OK
	    : refused(r, c);
}

/* What no condition need speak of. */
static bool
may_be_extra(struct span name)
{
	static const char *const names[] = { "policy", "signature", "awsaccesskeyid",
		"x-amz-signature", "file" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is(name, names[i]))
			return true;
	return span_starts(name, SPAN_LIT("x-ignore-"));
}

static enum err
conditions(struct policy_run *r, const cJSON *root)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "conditions");
	enum err e = OK;

	if (!cJSON_IsArray(list))
		return invalid(r->fail, "Policy missing conditions.");
	for (const cJSON *c = list->child; c != NULL && e == OK; c = c->next)
		e = condition(r, c);
	for (size_t i = 0; i < r->form->nfield && e == OK; i++) {
		struct span name = r->form->field[i].name;

		if (!r->seen[i] && !may_be_extra(name))
			e = fail_msg(r->fail, E_ACCESS_DENIED,
			    "Invalid according to Policy: Extra input fields: %.*s",
			    SPAN_SHOWN(name));
	}
	return e;
}

static enum err
expiry(struct policy_run *r, const cJSON *root)
{
	const cJSON *when = cJSON_GetObjectItemCaseSensitive(root, "expiration");
	int64_t ms;

	if (!cJSON_IsString(when))
		return invalid(r->fail, "Policy missing expiration.");
	if (!stamp_iso_parse(span_str(when->valuestring), &ms))
		return invalid(r->fail, "Invalid 'expiration' value.");
	return ms / 1000 >= r->form->now
	    ? OK
	    : fail_msg(r->fail, E_ACCESS_DENIED,
		  "Invalid according to Policy: Policy expired.");
}

enum err
postsig_policy(
    const struct postsig_form *form, struct postsig_range *out, struct fail *fail)
{
	struct policy_run r = {
		.form = form, .range = { .max = UINT64_MAX }, .fail = fail
	};
	struct span text = get(form, "policy");
	char *json = arena_alloc(form->arena, text.n + 1);
	cJSON *root = NULL;
	size_t n;
	enum err e;

	if (!b64_parse(json, text.n, &n, text))
		return invalid(fail, "Invalid Base64 encoding.");
	r.seen = arena_array(form->arena, form->nfield + 1, sizeof *r.seen);
	if (json_parse(span_of(json, n), &root, NULL) != OK)
		return invalid(fail, "Invalid JSON.");
	e = cJSON_IsObject(root) ? expiry(&r, root) : invalid(fail, "Invalid JSON.");
	if (e == OK)
		e = conditions(&r, root);
	cJSON_Delete(root);
	if (e == OK)
		*out = r.range;
	return e;
}

enum err
postsig_size(const struct postsig_range *r, uint64_t size, struct fail *fail)
{
	if (size < r->min) {
		(void)fail_set(fail, E_ENTITY_TOO_SMALL);
		fail_pair_u64(fail, "ProposedSize", size);
		fail_pair_u64(fail, "MinSizeAllowed", r->min);
		return E_ENTITY_TOO_SMALL;
	}
	if (size <= r->max)
		return OK;
	(void)fail_set(fail, E_ENTITY_TOO_LARGE);
	fail_pair_u64(fail, "ProposedSize", size);
	fail_pair_u64(fail, "MaxSizeAllowed", r->max);
	return E_ENTITY_TOO_LARGE;
}
