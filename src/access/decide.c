/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/decide.h"

static bool
is_owner(const struct access_question *q)
{
	return q->who->kind != IDENTITY_NOBODY &&
	    (q->account.n == 0 || span_eq(q->account, q->who->account));
}

static bool
owners_root(const struct access_question *q)
{
	return q->who->kind == IDENTITY_ROOT && is_owner(q);
}

/* Nobody may lock the owner out: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_PutBucketPolicy.html */
static bool
is_rescue(const struct access_question *q)
{
	struct span a = span_str(q->action);

	return owners_root(q) && !q->who->has_session_policy &&
	    (span_is(a, "s3:GetBucketPolicy") || span_is(a, "s3:PutBucketPolicy") ||
		span_is(a, "s3:DeleteBucketPolicy"));
}

static char *
put(char *p, struct span s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

static struct span
arn(const struct access_question *q, const struct access_point *point)
{
	struct span head = SPAN_LIT("arn:aws:s3:::"), mid = SPAN_LIT("/");
	char *p, *text;

	if (q->resource.n > 0)
		return q->resource;
	/* What is done to no bucket is done to all of them. */
	if (q->bucket.n == 0)
		return SPAN_LIT("arn:aws:s3:::*");
	if (point != NULL) {
		head = point->arn;
		mid = SPAN_LIT("/object/");
	}
	text = p = arena_alloc(q->arena, head.n + q->bucket.n + mid.n + q->key.n);
	p = put(p, head);
	if (point == NULL)
		p = put(p, q->bucket);
	if (q->key.n > 0)
		p = put(put(p, mid), q->key);
	return span_of(text, (size_t)(p - text));
}

static void
ask(const struct access_question *q, const struct access_point *point,
    struct access_answer *out)
{
	const struct policy_request r = { .who = q->who,
		.action = span_str(q->action),
		.resource = arn(q, point),
		.now_ms = q->now_ms,
		.value = q->value,
		.ctx = q->ctx };
	const struct policy_case c = { .request = &r,
		.account = point != NULL ? point->account : q->account,
		.resource = point != NULL ? point->policy : q->policy,
		.no_public = point != NULL ? point->no_public : q->no_public,
		.acl = point != NULL ? NULL : q->acl,
		.acl_ctx = q->ctx };

	out->resource = q->bucket.n > 0 || q->resource.n > 0 ? r.resource : SPAN_NONE;
	policy_decide(&c, &out->why);
}

bool
access_decide(const struct access_question *q, struct access_answer *out)
{
	*out = (struct access_answer){ .action = q->action };
	/* Most requests: the owner's, and no policy anywhere. */
	if ((q->policy == NULL && q->point == NULL && !q->broken &&
		identity_is_plain_root(q->who) && is_owner(q)) ||
	    is_rescue(q)) {
		out->why =
		    (struct policy_decision){ .allowed = true, .kind = POLICY_KIND_ROOT };
		return true;
	}
	if (q->broken || (q->point != NULL && q->point->broken)) {
		out->resource = arn(q, q->broken ? NULL : q->point);
		out->why = (struct policy_decision){ .explicit = true,
			.kind = POLICY_KIND_RESOURCE };
		return false;
	}
	if (q->point != NULL) {
		ask(q, q->point, out);
		if (!out->why.allowed)
			return false;
	}
	ask(q, NULL, out);
	return out->why.allowed;
}

static const char *
article(enum policy_kind kind)
{
	return kind == POLICY_KIND_IDENTITY ? "an" : "a";
}

struct span
access_denied(const struct access_question *q, const struct access_answer *a)
{
	const char *kind = policy_kind_name(a->why.kind);
	struct buf b = { 0 };
	struct span out;

	/* Strangers are told nothing. */
	if (!is_owner(q))
		return SPAN_NONE;
	buf_str(&b, "User: ");
	buf_span(&b, q->who->arn);
	buf_printf(&b, " is not authorized to perform: %s", a->action);
	if (a->resource.n > 0) {
		buf_str(&b, " on resource: \"");
		buf_span(&b, a->resource);
		buf_char(&b, '"');
	}
	if (a->why.explicit)
		buf_printf(
		    &b, " with an explicit deny in %s %s", article(a->why.kind), kind);
	else
		buf_printf(&b, " because no %s allows the %s action", kind, a->action);
	out = arena_span(q->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

void
access_why(struct buf *out, const struct access_answer *a)
{
	const struct policy_decision *d = &a->why;

	if (d->kind == POLICY_KIND_ROOT)
		buf_str(out, "allowed: the owner's root");
	else if (d->kind == POLICY_KIND_ACL)
		buf_str(out, "allowed by an ACL");
	else if (d->kind == POLICY_KIND_PUBLIC_BLOCK)
		buf_str(out, "denied by RestrictPublicBuckets");
	else if (d->allowed || d->explicit)
		buf_printf(out, "%s by %s %s", d->allowed ? "allowed" : "denied",
		    article(d->kind), policy_kind_name(d->kind));
	else
		buf_printf(out, "denied: no %s allows", policy_kind_name(d->kind));
	if (d->sid.n > 0) {
		buf_str(out, ", statement \"");
		buf_span(out, d->sid);
		buf_char(out, '"');
	} else if ((d->allowed || d->explicit) &&
	    (d->kind == POLICY_KIND_IDENTITY || d->kind == POLICY_KIND_RESOURCE ||
		d->kind == POLICY_KIND_BOUNDARY || d->kind == POLICY_KIND_SESSION))
		buf_printf(out, ", statement %u", d->statement + 1);
}
