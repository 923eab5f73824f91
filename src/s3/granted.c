/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists of a bucket and of an object say about who asks: for the decision, which
 * comes here only when no policy has allowed. */
#include "config.h"

#include "access/grant.h"
#include "s3_priv.h"

struct granted {
	struct rq *rq;
	const struct granted_ask *ask;
	bool object;
	uint8_t permission;
	enum policy_match match;
};

static enum err
by_bucket(struct txn *t, struct granted *g, uint8_t permission, bool no_public)
{
	struct rq *rq = g->rq;
	struct acl acl;
	bool stored;
	enum err e = obj_acl_bucket(t, g->ask->bucket, rq->arena, &acl, &stored);

	if (e == OK && stored)
		g->match = grant_match(&acl, rq->who, permission, no_public);
	return e;
}

static enum err
by_object(struct txn *t, struct granted *g, bool no_public)
{
	struct rq *rq = g->rq;
	struct rec_object rec = { 0 };
	struct attrs attrs;
	struct span side;
	struct acl acl;
	enum err e =
	    obj_side_find(t, g->ask->bucket, g->ask->key, &g->ask->version, &rec, NULL);

	/* Who may see that it is not there is told so. */
	if (e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION || e == E_METHOD_NOT_ALLOWED)
		return by_bucket(t, g, ACL_READ, no_public);
	if (e == OK)
		e = obj_attrs(t, &rec, rq->arena, &attrs);
	if (e != OK)
		return e;
	side = side_get(&attrs, SIDE_ACL);
	if (side.p == NULL)
		return OK;
	e = acl_read(rq->arena, side, &acl);
	if (e == OK)
		g->match = grant_match(&acl, rq->who, g->permission, no_public);
	return e;
}

static enum err
granted_read(struct txn *t, void *arg)
{
	struct granted *g = arg;
	struct obj_acl_rules rules;
	enum err e = obj_acl_rules(t, g->ask->bucket, &rules);

	if (e != OK || rules.ownership == OWNERSHIP_ENFORCED)
		return e;
	return g->object ? by_object(t, g, rules.ignore_public)
			 : by_bucket(t, g, g->permission, rules.ignore_public);
}

enum policy_match
granted_match(struct rq *rq, const struct granted_ask *ask)
{
	struct granted g = { .rq = rq, .ask = ask, .match = POLICY_NOT_NAMED };
	struct reader *own = NULL;
	enum err e;

	if (ask->bucket->id == 0 ||
	    !grant_needed(span_str(ask->action), &g.object, &g.permission))
		return POLICY_NOT_NAMED;
	/* A form is decided about by whoever has its body. */
	if ((rq->op->flags & F_FORM) != 0)
		own = reader_new(rq->s3->conf.store);
	e = rq->inside != NULL
	    ? granted_read(rq->inside, &g)
	    : store_read(own != NULL ? own : rq->loop->reader, granted_read, &g);
	reader_free(&own);
	/* What cannot be read gives nobody anything. */
	return e == OK ? g.match : POLICY_NOT_NAMED;
}
