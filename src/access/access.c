/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/access.h"

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "declare_priv.h"
#include "roster_priv.h"

/* The root account's, the same in every store. */
#define ROOT_CANONICAL "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

struct access {
	struct access_inner inner;
	char *root_user;
	struct access_secret secret;
	struct account *account; /* by number */
	size_t naccount;
};

const struct identity access_nobody = { .kind = IDENTITY_NOBODY };

static void
account_fini(struct account *a)
{
	mem_free((char *)(uintptr_t)a->display_name.p);
	mem_free((char *)(uintptr_t)a->email.p);
}

static struct account *
account_find(struct access *a, const char *id)
{
	for (size_t i = 0; i < a->naccount; i++)
		if (memcmp(a->account[i].id, id, ACCOUNT_DIGITS) == 0)
			return &a->account[i];
	return NULL;
}

static struct span
text_dup(struct span s)
{
	return s.n == 0 ? SPAN_NONE : span_of(mem_span(s), s.n);
}

void
access_set_accounts(struct access *a, const struct account *list, size_t n)
{
	struct account *slot;

	a->account = mem_realloc(a->account, (a->naccount + n) * sizeof *a->account);
	for (size_t i = 0; i < n; i++) {
		slot = account_find(a, list[i].id);
		if (slot != NULL)
			account_fini(slot);
		else
			slot = &a->account[a->naccount++];
		*slot = list[i];
		slot->display_name = text_dup(list[i].display_name);
		slot->email = text_dup(list[i].email);
	}
}

struct access *
access_new(const struct access_conf *conf)
{
	struct access *a = mem_zalloc(sizeof *a);

	a->root_user = mem_dup(conf->root_user);
	a->secret.n = strlen(conf->root_password);
	MUST(a->secret.n <= sizeof a->secret.secret);
	memcpy(a->secret.secret, conf->root_password, a->secret.n);
	a->secret.generation = 1;
	a->account = mem_array(1, sizeof *a->account);
	a->naccount = 1;
	memcpy(a->account->id, ACCOUNT_ROOT, ACCOUNT_DIGITS);
	memcpy(a->account->canonical_id, ROOT_CANONICAL, CANONICAL_ID);
	a->account->display_name = span_str(mem_dup("root"));
	a->inner = (struct access_inner){ conf->store, conf->keys };
	return a;
}

void
access_free(struct access **access)
{
	struct access *a = *access;

	if (a == NULL)
		return;
	*access = NULL;
	mem_free(a->root_user);
	for (size_t i = 0; i < a->naccount; i++)
		account_fini(&a->account[i]);
	mem_free(a->account);
	mem_wipe(&a->secret, sizeof a->secret);
	mem_free(a);
}

const struct access_inner *
access_inner(const struct access *a)
{
	return &a->inner;
}

struct span
access_root_key(const struct access *a)
{
	return span_str(a->root_user);
}

bool
access_is_root(const struct access *a, struct span access_key, struct access_secret *out)
{
	if (!span_is(access_key, a->root_user))
		return false;
	*out = a->secret;
	return true;
}

const struct account *
access_account(const struct access *a, struct span id, struct account *room)
{
	uint8_t hash[32];

	for (size_t i = 0; i < a->naccount; i++)
		if (span_eq(id, span_of(a->account[i].id, ACCOUNT_DIGITS)))
			return &a->account[i];
	*room = (struct account){ 0 };
	memcpy(room->id, id.p, ACCOUNT_DIGITS);
	digest_of(DIGEST_SHA256, id, hash);
	hex_render(room->canonical_id, hash, sizeof hash);
	return room;
}
