/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3_priv.h"

static const struct account *
rq_account(struct rq *rq, struct span id)
{
	struct account *room = arena_alloc(rq->arena, sizeof *room);

	return access_account(rq->s3->conf.access, id, room);
}

const struct account *
rq_owner(struct rq *rq)
{
	return rq_account(rq, span_of(rq->bkt.account, ACCOUNT_DIGITS));
}

void
xml_put_owner(struct buf *b, const char *name, const struct account *owner)
{
	xml_open(b, name);
	xml_put(b, "ID", span_of(owner->canonical_id, CANONICAL_ID));
	xml_close(b, name);
}

void
owner_look(struct txn *t, struct rq *rq, struct owners *out)
{
	*out = (struct owners){ .bucket = rq_owner(rq) };
	if (rq->rules.ownership != OWNERSHIP_ENFORCED)
		out->t = t;
}

enum err
owner_put(struct buf *b, const struct owners *o, const struct rec_object *rec)
{
	struct span owner = SPAN_NONE;
	enum err e = o->t == NULL ? OK : obj_acl_owner(o->t, rec, &owner);

	if (owner.p == NULL) {
		xml_put_owner(b, "Owner", o->bucket);
		return e;
	}
	xml_open(b, "Owner");
	xml_put(b, "ID", owner);
	xml_close(b, "Owner");
	return e;
}
