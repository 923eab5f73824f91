/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3_priv.h"

const struct account *
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
