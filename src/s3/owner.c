/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3_priv.h"

/* All of MinIO's buckets have the same one (cmd/api-response.go). */
#define MINIO_OWNER \
	"<ID>02d6176db174dc93cb1b899f7c6078f08654445fe8cf1b6ce98d8855f66bdbf4</ID>" \
	"<DisplayName>minio</DisplayName>"

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
xml_put_owner(struct buf *b, const char *name, const struct account *owner, uint8_t how)
{
	if (how == TV_NONE)
		return;
	xml_open(b, name);
	if (how == TV_ID_MINIO)
		buf_str(b, MINIO_OWNER);
	else
		xml_put(b, "ID", span_of(owner->canonical_id, CANONICAL_ID));
	xml_close(b, name);
}

void
owner_look(struct txn *t, struct rq *rq, struct owners *out)
{
	*out = (struct owners){ .bucket = rq_owner(rq),
		.how = (uint8_t)tier_value(rq, TP_LIST_OWNER) };
	if (rq->rules.ownership != OWNERSHIP_ENFORCED)
		out->t = t;
}

enum err
owner_put(struct buf *b, const struct owners *o, const struct rec_object *rec)
{
	struct span owner = SPAN_NONE;
	enum err e = o->t == NULL ? OK : obj_acl_owner(o->t, rec, &owner);

	if (owner.p == NULL || o->how != TV_ID) {
		xml_put_owner(b, "Owner", o->bucket, o->how);
		return e;
	}
	xml_open(b, "Owner");
	xml_put(b, "ID", owner);
	xml_close(b, "Owner");
	return e;
}
