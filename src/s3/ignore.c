/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that a tier does not look at: for its requests they are not there, from when the
 * signature held. MinIO deletes an object whose If-Match does not hold; a strict profile is
 * there to show that before MinIO does.
 */
#include "config.h"

#include "s3_priv.h"

/* Who looks at it notes that itself. */
#define NOTED ERR_COUNT

enum where { EVERYWHERE, LISTLESS, DELETES, COPIES, DROPS };

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
	ROW("x-amz-acl", ACL_HEADER, LISTLESS, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-read", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-write", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-read-acp", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-write-acp", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-grant-full-control", GRANT_HEADER, EVERYWHERE, E_ACL_NOT_SUPPORTED),
	ROW("x-amz-object-ownership", NEW_ACL, EVERYWHERE, OK),
	ROW("x-amz-expected-bucket-owner", EXPECTED_OWNER, EVERYWHERE, NOTED),
	ROW("x-amz-source-expected-bucket-owner", EXPECTED_OWNER, EVERYWHERE, NOTED),
	ROW("x-amz-request-payer", REQUEST_PAYER, EVERYWHERE, E_INVALID_ARGUMENT),
	ROW("x-amz-mfa", MFA_HEADER, EVERYWHERE, E_INVALID_ARGUMENT),
	ROW("x-amz-website-redirect-location", REDIRECT, EVERYWHERE, OK),
	ROW("if-match", COPY_COND, COPIES, E_PRECONDITION),
	ROW("if-none-match", COPY_COND, COPIES, E_PRECONDITION),
	ROW("if-match", DELETE_COND, DELETES, E_PRECONDITION),
	ROW("if-match", DELETE_COND, DELETES, E_NO_SUCH_KEY),
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
	case LISTLESS: /* but where lists are what it is about */
		return rq->op != &ops[OP_PutBucketAcl] && rq->op != &ops[OP_PutObjectAcl];
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

static struct span
told(const struct fail *f, const char *name)
{
	for (unsigned i = 0; i < f->pairs; i++)
		if (strcmp(f->pair[i].name, name) == 0)
			return f->pair[i].value;
	return SPAN_NONE;
}

/* Did the failure come of that header? What AWS tells of it says so. */
static bool
is_cause(const struct rq *rq, const struct row *row, enum err e)
{
	const struct fail *f = &rq->fail;

	switch (e) {
	case E_PRECONDITION:
		return span_ieq(told(f, "Condition"), row->name);
	case E_NOT_IMPLEMENTED:
		return span_ieq(told(f, "Header"), row->name);
	case E_INVALID_ARGUMENT:
		return span_ieq(told(f, "ArgumentName"), row->name);
	default:
		return true;
	}
}

/* With the failure that came of it; OK: those that have an effect. */
static void
note(struct rq *rq, enum err e)
{
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		const struct row *row = &rows[k];

		if (row->tells == e && is_here(rq, row->where) &&
		    http_req_find(rq->http, row->name.p, row->name.n).p != NULL &&
		    is_cause(rq, row, e))
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
