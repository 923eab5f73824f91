/* SPDX-License-Identifier: Apache-2.0 */
/* Who makes a change, as messages about it tell. */
#include "config.h"

#include "object/event.h"
#include "s3_priv.h"

/* "AWS:AIDA...", "AWS:AROA...:session"; an account's root by its number. */
static struct span
principal(struct rq *rq)
{
	const struct identity *who = rq->who;

	if (who->kind == IDENTITY_NOBODY)
		return SPAN_LIT("Anonymous");
	if (who->kind == IDENTITY_ROOT)
		return who->user_id;
	return span_str(
	    arena_printf(rq->arena, "AWS:%.*s", (int)who->user_id.n, who->user_id.p));
}

const struct obj_actor *
actor_of(struct rq *rq)
{
	struct obj_actor *a;
	char *peer;

	/* Somebody who begins to watch now reads of this change without its author. */
	if (!obj_event_wanted(&rq->bkt))
		return NULL;
	a = arena_zalloc(rq->arena, sizeof *a);
	peer = arena_alloc(rq->arena, S3_PEER);
	a->principal = principal(rq);
	a->address = s3_peer(&rq->http->peer, peer);
	a->agent = http_req_header(rq->http, "user-agent");
	a->access_key = rq->who->access_key;
	a->account = rq->who->account;
	a->request_id = span_str(rq->id);
	a->host_id = span_str(rq->id_2);
	return a;
}
