/* SPDX-License-Identifier: Apache-2.0 */
/* Access control lists as headers say them: canned by name, or grant by grant. */
#include "config.h"

#include "s3_priv.h"

static const struct {
	const char *header;
	uint8_t permission;
} grants[] = { { "x-amz-grant-full-control", ACL_FULL }, { "x-amz-grant-read", ACL_READ },
	{ "x-amz-grant-read-acp", ACL_READ_ACP }, { "x-amz-grant-write", ACL_WRITE },
	{ "x-amz-grant-write-acp", ACL_WRITE_ACP } };

/* Canonical id of who asks. */
static struct span
headers_acl_caller(const struct rq *rq)
{
	return rq->who->kind == IDENTITY_NOBODY ? SPAN_LIT(ACL_ANONYMOUS)
						: rq->who->canonical_id;
}

struct span
headers_acl_bucket_owner(struct rq *rq)
{
	return span_of(rq_owner(rq)->canonical_id, CANONICAL_ID);
}

/* ---- what is asked for ---- */

/* Grants by mail address ended on 2025-10-01. */
enum err
headers_acl_mail(struct rq *rq, enum err e)
{
	if (e != E_METHOD_NOT_ALLOWED || rq->fail.code != OK)
		return e;
	(void)fail_set(&rq->fail, e);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", "ACL");
	return e;
}

static bool
is_canned(struct span name)
{
	struct arena a;
	struct acl unused;
	bool known;

	arena_init(&a, 0);
	known = acl_canned(&a, name, true, SPAN_NONE, SPAN_NONE, &unused) ||
	    acl_canned(&a, name, false, SPAN_NONE, SPAN_NONE, &unused);
	arena_fini(&a);
	return known;
}

/* Of most requests it is soon known that there is none: the names are constants here. */
static bool
is_granted(const struct rq *rq)
{
	return header_get(rq, "x-amz-grant-full-control").p != NULL ||
	    header_get(rq, "x-amz-grant-read").p != NULL ||
	    header_get(rq, "x-amz-grant-read-acp").p != NULL ||
	    header_get(rq, "x-amz-grant-write").p != NULL ||
	    header_get(rq, "x-amz-grant-write-acp").p != NULL;
}

enum err
headers_acl_read(struct rq *rq, struct acl_asked *out)
{
	enum err e = OK;

	*out = (struct acl_asked){ .canned = header_get(rq, "x-amz-acl") };
	if (out->canned.p == NULL && !is_granted(rq))
		return OK;
	if (out->canned.p != NULL && !is_canned(out->canned))
		return bad_argument(rq, "x-amz-acl", out->canned, "%s",
		    err_row(E_INVALID_ARGUMENT)->message);
	for (size_t i = 0; e == OK && i < ARRAY_LEN(grants); i++) {
		struct span v = header_get(rq, grants[i].header);

		if (v.p == NULL)
			continue;
		out->granted = true;
		e = acl_add_header(rq->arena, grants[i].permission, grants[i].header, v,
		    &out->acl, &rq->fail);
	}
	if (e == OK && out->granted && out->canned.p != NULL)
		e = fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Specifying both Canned ACLs and Header Grants is not allowed");
	return headers_acl_mail(rq, e);
}

enum err
headers_acl_make(struct rq *rq, const struct acl_asked *asked, bool bucket,
    struct span owner, struct acl *out)
{
	*out = asked->acl;
	out->owner = owner;
	if (asked->granted)
		return OK;
	if (asked->canned.p == NULL) {
		acl_private(rq->arena, owner, out);
		return OK;
	}
	if (acl_canned(rq->arena, asked->canned, bucket, owner,
		headers_acl_bucket_owner(rq), out))
		return OK;
	return bad_argument(
	    rq, "x-amz-acl", asked->canned, "%s", err_row(E_INVALID_ARGUMENT)->message);
}

/* What holds where there are no lists: the bucket owner's full control may be said. */
bool
headers_acl_is_void(struct rq *rq, const struct acl_asked *asked)
{
	if (asked->canned.p != NULL)
		return span_is(asked->canned, "bucket-owner-full-control");
	return acl_is_owners(&asked->acl, headers_acl_bucket_owner(rq)) &&
	    asked->acl.n == 1;
}

/* ---- with an object ---- */

/* Most objects are their bucket owner's and come without a list. */
static bool
is_plain(struct rq *rq, const struct acl_asked *asked)
{
	return asked->canned.p == NULL && !asked->granted &&
	    span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS));
}

static enum err
object_admit(struct rq *rq, struct attrs *attrs, const struct acl_asked *asked)
{
	const struct bucket_rules *rules = &rq->rules;
	struct span owner = headers_acl_caller(rq);
	bool given = asked->canned.p != NULL || asked->granted;
	struct acl acl;
	enum err e;

	if (rules->ownership == OWNERSHIP_ENFORCED)
		return !given || headers_acl_is_void(rq, asked)
		    ? OK
		    : fail_set(&rq->fail, E_ACL_NOT_SUPPORTED);
	if (rules->ownership == OWNERSHIP_PREFERRED &&
	    span_is(asked->canned, "bucket-owner-full-control"))
		owner = headers_acl_bucket_owner(rq);
	e = headers_acl_make(rq, asked, false, owner, &acl);
	if (e == OK && rules->no_public_acls && acl_is_public(&acl))
		e = allow_blocked(rq, true);
	if (e == OK &&
	    !(acl_is_private(&acl) && span_eq(owner, headers_acl_bucket_owner(rq))))
		side_set(rq->arena, attrs, SIDE_ACL, acl_render(rq->arena, &acl));
	return e;
}

enum err
headers_acl_admit(struct rq *rq, struct attrs *attrs)
{
	struct acl_asked asked;
	enum err e = headers_acl_read(rq, &asked);

	return e != OK || is_plain(rq, &asked) ? e : object_admit(rq, attrs, &asked);
}
