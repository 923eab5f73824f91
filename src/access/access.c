/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/access.h"

#include "base/mem.h"

struct access {
	char *root_user;
	struct access_secret root;
};

struct access *
access_new(const struct access_conf *conf)
{
	struct access *a = mem_zalloc(sizeof *a);

	a->root_user = mem_dup(conf->root_user);
	a->root.n = strlen(conf->root_password);
	MUST(a->root.n <= sizeof a->root.secret);
	memcpy(a->root.secret, conf->root_password, a->root.n);
	a->root.generation = 1;
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
	mem_wipe(&a->root, sizeof a->root);
	mem_free(a);
}

enum err
access_secret(struct access *a, struct span access_key, struct access_secret *out)
{
	if (!span_is(access_key, a->root_user))
		return E_NOT_FOUND;
	*out = a->root;
	return OK;
}

enum err
access_decide(struct access *a, const struct access_question *q)
{
	if (q->access_key.n > 0 && span_is(q->access_key, a->root_user))
		return OK;
	return E_ACCESS_DENIED;
}
