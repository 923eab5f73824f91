/* SPDX-License-Identifier: Apache-2.0 */
/* Access keys of users, and the account as a whole. */
#include "config.h"

#include "base/mem.h"
#include "iam_priv.h"

enum { KEYS_MAX = 2 };

static enum err
no_key(struct iam_call *c, struct span id)
{
	return fail_msg(c->fail, E_NO_SUCH_ENTITY,
	    "The Access Key with id %.*s cannot be found.",
	    (int)span_head(id, KEY_ID_MAX).n, id.p);
}

static size_t
count_own(struct iam_call *c, const struct entity *user)
{
	struct rec_key k;
	size_t n = 0;

	for (size_t i = 0; i < user->keys.n; i++)
		if (directory_key_get(c->txn, user->keys.field[i].name, &k) == OK)
			n += k.owner == KEY_OF_USER;
	return n;
}

enum err
iam_create_key(struct iam_call *c)
{
	struct rec_key k = {
		.owner = KEY_OF_USER, .active = true, .created_ms = c->now_ms
	};
	char *id = arena_alloc(c->arena, SESSION_KEY), secret[SESSION_SECRET];
	struct buf sealed = { 0 };
	struct entity user;
	enum err e = iam_subject_write(c, &user);

	if (e != OK)
		return e;
	if (count_own(c, &user) >= KEYS_MAX)
		return fail_msg(c->fail, E_LIMIT_EXCEEDED,
		    "Cannot exceed quota for AccessKeysPerUser: %d", (int)KEYS_MAX);
	memcpy(id, "AKIA", 4);
	session_letters(id + 4, SESSION_KEY - 4);
	session_secret(secret);
	access_seal_secret(c->conf->access, span_of(id, SESSION_KEY),
	    span_of(secret, SESSION_SECRET), &sealed);
	memcpy(k.account, iam_account(c).p, ACCOUNT_DIGITS);
	k.user = user.name;
	k.number = store_next_id(c->txn);
	k.sealed = buf_view(&sealed);
	iam_list_add(c, &user.keys, span_of(id, SESSION_KEY), SPAN_NONE);
	e = directory_key_put(c->txn, span_of(id, SESSION_KEY), &k);
	buf_fini(&sealed);
	if (e == OK)
		e = iam_save(c, &user);
	if (e == OK) {
		buf_str(&c->out, "<AccessKey>");
		xml_put(&c->out, "UserName", user.name);
		xml_put(&c->out, "AccessKeyId", span_of(id, SESSION_KEY));
		xml_put_str(&c->out, "Status", "Active");
		xml_put(&c->out, "SecretAccessKey", span_of(secret, SESSION_SECRET));
		iam_time(&c->out, "CreateDate", k.created_ms);
		buf_str(&c->out, "</AccessKey>");
	}
	mem_wipe(secret, sizeof secret);
	return e;
}

enum err
iam_list_keys(struct iam_call *c)
{
	struct entity user;
	struct rec_key k;
	enum err e;

	/* The root's own keys are the settings' and not shown. */
	if (c->credential->who.kind == IDENTITY_ROOT &&
	    iam_param(c, "UserName").p == NULL) {
		buf_str(&c->out, "<AccessKeyMetadata/>");
		xml_put_bool(&c->out, "IsTruncated", false);
		return OK;
	}
	e = iam_subject(c, &user);
	if (e != OK)
		return e;
	buf_str(&c->out, "<AccessKeyMetadata>");
	for (size_t i = 0; e == OK && i < user.keys.n; i++) {
		e = directory_key_get(c->txn, user.keys.field[i].name, &k);
		if (e != OK || k.owner != KEY_OF_USER)
			continue;
		buf_str(&c->out, "<member>");
		xml_put(&c->out, "UserName", user.name);
		xml_put(&c->out, "AccessKeyId", user.keys.field[i].name);
		xml_put_str(&c->out, "Status", k.active ? "Active" : "Inactive");
		iam_time(&c->out, "CreateDate", k.created_ms);
		buf_str(&c->out, "</member>");
	}
	buf_str(&c->out, "</AccessKeyMetadata>");
	xml_put_bool(&c->out, "IsTruncated", false);
	return e;
}

/* The user's key that the call names, to be changed. */
static enum err
own_key(struct iam_call *c, struct entity *user, struct span *id, struct rec_key *k)
{
	enum err e = iam_subject_write(c, user);

	if (e == OK)
		e = iam_need(c, "AccessKeyId", KEY_ID_MAX, id);
	if (e != OK)
		return e;
	if (entity_find(&user->keys, *id) == NULL)
		return no_key(c, *id);
	e = directory_key_get(c->txn, *id, k);
	if (e == OK && k->declared)
		return iam_unmodifiable(c);
	return e == E_NOT_FOUND ? no_key(c, *id) : e;
}

enum err
iam_update_key(struct iam_call *c)
{
	struct span id, status;
	struct entity user;
	struct rec_key k;
	enum err e = own_key(c, &user, &id, &k);

	if (e == OK)
		e = iam_need(c, "Status", 16, &status);
	if (e != OK)
		return e;
	if (!span_is(status, "Active") && !span_is(status, "Inactive"))
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value '%.*s' at 'status' failed to "
		    "satisfy constraint: Member must satisfy enum value set: [Active, "
		    "Inactive]",
		    (int)status.n, status.p);
	k.active = span_is(status, "Active");
	return directory_key_put(c->txn, id, &k);
}

enum err
iam_delete_key(struct iam_call *c)
{
	struct span id;
	struct entity user;
	struct rec_key k;
	enum err e = own_key(c, &user, &id, &k);

	if (e == OK)
		e = directory_key_del(c->txn, id);
	if (e != OK)
		return e;
	(void)iam_list_remove(&user.keys, id);
	return iam_save(c, &user);
}

enum err
iam_key_last_used(struct iam_call *c)
{
	struct key_use use;
	struct rec_key k;
	struct span id;
	enum err e = iam_need(c, "AccessKeyId", KEY_ID_MAX, &id);

	if (e != OK)
		return e;
	e = directory_key_get(c->txn, id, &k);
	if (e == E_NOT_FOUND ||
	    (e == OK && !span_eq(span_of(k.account, ACCOUNT_DIGITS), iam_account(c))))
		return no_key(c, id);
	if (e != OK)
		return e;
	e = directory_use_get(c->txn, id, &use);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	if (k.user.n > 0)
		xml_put(&c->out, "UserName", k.user);
	buf_str(&c->out, "<AccessKeyLastUsed>");
	if (e == OK)
		iam_time(&c->out, "LastUsedDate", use.when_ms);
	xml_put(&c->out, "ServiceName", e == OK ? use.service : SPAN_LIT("N/A"));
	xml_put(&c->out, "Region", e == OK ? use.region : SPAN_LIT("N/A"));
	buf_str(&c->out, "</AccessKeyLastUsed>");
	return OK;
}

/* ---- the account ---- */

static void
put_entry(struct buf *b, const char *key, uint64_t value)
{
	buf_str(b, "<entry>");
	xml_put_str(b, "key", key);
	xml_put_u64(b, "value", value);
	buf_str(b, "</entry>");
}

enum err
iam_account_summary(struct iam_call *c)
{
	static const struct {
		enum entity_kind kind;
		const char *name;
	} counted[] = { { ENTITY_USER, "Users" }, { ENTITY_GROUP, "Groups" },
		{ ENTITY_ROLE, "Roles" }, { ENTITY_POLICY, "Policies" } };
	static const struct {
		const char *name;
		uint64_t value;
	} fixed[] = { { "AccessKeysPerUserQuota", KEYS_MAX },
		{ "GroupsPerUserQuota", 10 }, { "AttachedPoliciesPerUserQuota", 10 },
		{ "AttachedPoliciesPerGroupQuota", 10 },
		{ "AttachedPoliciesPerRoleQuota", 10 }, { "UserPolicySizeQuota", 2048 },
		{ "GroupPolicySizeQuota", 5120 }, { "PolicySizeQuota", 6144 },
		{ "VersionsPerPolicyQuota", 5 }, { "AssumeRolePolicySizeQuota", 2048 },
		{ "MFADevices", 0 }, { "MFADevicesInUse", 0 }, { "AccountMFAEnabled", 0 },
		{ "AccountAccessKeysPresent", 1 }, { "Providers", 0 } };
	uint64_t n;
	enum err e = OK;

	buf_str(&c->out, "<SummaryMap>");
	for (size_t i = 0; e == OK && i < ARRAY_LEN(counted); i++) {
		e = directory_count(
		    c->txn, counted[i].kind, iam_account(c), UINT64_MAX, &n);
		if (e == OK)
			put_entry(&c->out, counted[i].name, n);
	}
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		put_entry(&c->out, fixed[i].name, fixed[i].value);
	buf_str(&c->out, "</SummaryMap>");
	return e;
}
