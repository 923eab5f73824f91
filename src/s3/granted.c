/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists of a bucket and of an object say about who asks: for the decision, which
 * comes here only when no policy has allowed. */
#include "config.h"

#include "access/grant.h"
#include "s3_priv.h"

struct granted {
	struct context *c;
	bool object;
	uint8_t permission;
	enum policy_match match;
};

static enum err
by_bucket(struct txn *t, struct granted *g, uint8_t permission)
{
	struct context *c = g->c;
	struct acl acl;
	bool stored;
	enum err e = obj_acl_bucket(t, c->bkt, c->rq->arena, &acl, &stored);

	if (e == OK && stored)
		g->match = grant_match(
		    &acl, c->rq->who, permission, c->rules->ignore_public_acls);
	return e;
}

static enum err
by_object(struct txn *t, struct granted *g)
{
	struct obj_version v = { .which = VERSION_CURRENT };
	struct context *c = g->c;
	struct rec_object rec = { 0 };
	struct attrs attrs;
	struct span side;
	struct acl acl;
	enum err e;

	if (c->version.n > 0 && !obj_version_parse(c->version, &v))
		return OK;
	e = obj_side_find(t, c->bkt, c->key, &v, &rec, NULL);
	/* Who may see that it is not there is told so. */
	if (e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION || e == E_METHOD_NOT_ALLOWED)
		return by_bucket(t, g, ACL_READ);
	if (e == OK)
		e = obj_attrs(t, &rec, c->rq->arena, &attrs);
	if (e != OK)
		return e;
	side = side_get(&attrs, SIDE_ACL);
	if (side.p == NULL)
		return OK;
	e = acl_read(c->rq->arena, side, &acl);
	if (e == OK)
		g->match = grant_match(
		    &acl, c->rq->who, g->permission, c->rules->ignore_public_acls);
	return e;
}

static enum err
granted_read(struct txn *t, void *arg)
{
	struct granted *g = arg;

	return g->object ? by_object(t, g) : by_bucket(t, g, g->permission);
}

/* A form is decided about by whoever has its body, with a reader of his own. */
static enum err
look(struct rq *rq, struct granted *g)
{
	struct reader *own;
	enum err e;

	if (rq->inside != NULL)
		return granted_read(rq->inside, g);
	if ((rq->op->flags & F_FORM) == 0)
		return store_read(rq->loop->reader, granted_read, g);
	own = reader_new(rq->s3->conf.store);
	e = store_read(own, granted_read, g);
	reader_free(&own);
	return e;
}

enum policy_match
granted_match(void *context)
{
	struct granted g = { .c = context, .match = POLICY_NOT_NAMED };
	struct context *c = context;

	if (c->bkt->id == 0 || c->rules->ownership == OWNERSHIP_ENFORCED ||
	    !grant_needed(span_str(c->action), &g.object, &g.permission))
		return POLICY_NOT_NAMED;
	/* What cannot be read gives nobody anything. */
	return look(c->rq, &g) == OK ? g.match : POLICY_NOT_NAMED;
}
