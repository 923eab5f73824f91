/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that a tier does not look at: for its requests they are not there, from when the
 * signature held. MinIO deletes an object whose If-Match does not hold; a strict profile is
 * there to show that before MinIO does.
 */
#include "config.h"

#include "s3_priv.h"

enum where { EVERYWHERE, DELETES, COPIES, DROPS };

static const struct row {
	struct span name;
	enum tier_point point;
	enum where where;
	enum err
	    tells; /* the failure that who looks at it would have; OK: it has an effect */
} rows[] = {
#define ROW(name, point, where, tells) \
	{ \
		{ name, sizeof(name) - 1 }, TP_##point, where, tells \
	}
	ROW("x-amz-acl", ACL_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-read", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-write", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-read-acp", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-write-acp", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-full-control", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-object-ownership", NEW_ACL, EVERYWHERE, OK),
	ROW("x-amz-expected-bucket-owner", EXPECTED_OWNER, EVERYWHERE, E_ACCESS_DENIED),
	ROW("x-amz-source-expected-bucket-owner", EXPECTED_OWNER, EVERYWHERE,
	    E_ACCESS_DENIED),
	ROW("x-amz-request-payer", REQUEST_PAYER, EVERYWHERE, E_INVALID_ARGUMENT),
	ROW("x-amz-mfa", MFA_HEADER, EVERYWHERE, E_INVALID_ARGUMENT),
	ROW("x-amz-website-redirect-location", REDIRECT, EVERYWHERE, OK),
	ROW("if-match", COPY_COND, COPIES, E_PRECONDITION),
	ROW("if-none-match", COPY_COND, COPIES, E_PRECONDITION),
	ROW("if-match", DELETE_COND, DELETES, E_PRECONDITION),
	ROW("x-amz-if-match-size", DELETE_COND_MORE, DELETES, E_NOT_IMPLEMENTED),
	ROW("x-amz-if-match-last-modified-time", DELETE_COND_MORE, DELETES,
	    E_NOT_IMPLEMENTED),
	ROW("x-amz-checksum-sha512", CHECKSUMS, DROPS, OK),
	ROW("x-amz-checksum-md5", CHECKSUMS, DROPS, OK),
	ROW("x-amz-checksum-xxhash64", CHECKSUMS, DROPS, OK),
	ROW("x-amz-checksum-xxhash3", CHECKSUMS, DROPS, OK),
	ROW("x-amz-checksum-xxhash128", CHECKSUMS, DROPS, OK),
#undef ROW
};

static bool
is_here(const struct rq *rq, enum where where)
{
	switch (where) {
	case DELETES:
		return rq->op == &ops[OP_DeleteObject];
	case COPIES:
		return rq->op == &ops[OP_CopyObject];
	case DROPS:
		return rq->op->method == HTTP_PUT && rq->op->level == LEVEL_OBJECT;
	default:
		return true;
	}
}

uint64_t
ignore_watched(bool silent)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!silent || rows[i].tells == OK)
			bits |= http_name_bit(rows[i].name.p, rows[i].name.n);
	return bits;
}

static bool
ignores(enum tier_value v)
{
	return v == TV_IGNORE || v == TV_SUMS_5_IGNORE;
}

static const struct row *
row_of(const struct rq *rq, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_eq(rows[i].name, name) && is_here(rq, rows[i].where))
			return &rows[i];
	return NULL;
}

/* Which strict tiers do not look at it, where open does? */
static unsigned
ignorers(const struct tier_table *t, enum tier_point p)
{
	unsigned tiers = 0;

	for (unsigned i = TIER_AWS; i < TIERS; i++)
		if (ignores((enum tier_value)t->value[i][p]) &&
		    !ignores((enum tier_value)t->value[TIER_OPEN][p]))
			tiers |= 1u << i;
	return tiers;
}

/* With the failure that came of it; OK: those that have an effect. */
static void
note(struct rq *rq, enum err e)
{
	const struct row *row;

	for (size_t i = 0; i < rq->http->nheader; i++) {
		row = row_of(rq, rq->http->header[i].name);
		if (row != NULL && row->tells == e)
			profile_note(rq, row->point,
			    ignorers(&rq->s3->profile->table, row->point));
	}
}

void
ignore_note(struct rq *rq, enum err e)
{
	if (rq->op != NULL && rq->tier == TIER_OPEN)
		note(rq, e);
}

void
ignore_headers(struct rq *rq)
{
	struct http_req *http = rq->http;
	const struct row *row;
	size_t n = 0;

	if (rq->tier == TIER_OPEN) {
		note(rq, OK);
		return;
	}
	for (size_t i = 0; i < http->nheader; i++) {
		row = row_of(rq, http->header[i].name);
		if (row == NULL || !ignores(tier_value(rq, row->point)))
			http->header[n++] = http->header[i];
	}
	http->nheader = n;
}
