/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use a named key: its own policy and the caller's decide, as in the key service.
 * docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
#include "config.h"

#include "access/policy.h"
#include "base/mem.h"
#include "codec/b64.h"
#include "codec/json.h"
#include "sse_priv.h"

struct sse_keys {
	size_t n;
	struct policy **policy; /* by the key's number; NULL: it has none */
};

struct sse_keys *
sse_keys_new(const struct kms *kms)
{
	struct sse_keys *k = mem_zalloc(sizeof *k);
	struct fail fail;

	k->n = kms != NULL ? kms_count(kms) : 0;
	k->policy = mem_array(k->n + 1, sizeof(struct policy *));
	for (size_t i = 0; i < k->n; i++) {
		struct span text = kms_key_policy(kms_at(kms, i));

		fail_init(&fail, NULL);
		/* They were read when the server started. */
		MUST(text.n == 0 ||
		    policy_parse(&k->policy[i], text, POLICY_KEY, SPAN_NONE, &fail) ==
			OK);
	}
	return k;
}

void
sse_keys_free(struct sse_keys **keys)
{
	struct sse_keys *k = *keys;

	if (k == NULL)
		return;
	*keys = NULL;
	for (size_t i = 0; i < k->n; i++)
		policy_free(&k->policy[i]);
	mem_free(k->policy);
	mem_free(k);
}

/* ---- what conditions may ask ---- */

struct asking {
	struct rq *rq;
	struct span context; /* base64 */
	bool bucket_key;
	struct context request; /* for what is no key of the key service's */
};

/* What the service adds to every context: whose bytes they are. */
static struct span
bound_arn(const struct asking *a)
{
	struct rq *rq = a->rq;

	if (a->bucket_key)
		return span_str(arena_printf(
		    rq->arena, "arn:aws:s3:::%.*s", (int)rq->bucket.n, rq->bucket.p));
	return span_str(arena_printf(rq->arena, "arn:aws:s3:::%.*s/%.*s",
	    (int)rq->bucket.n, rq->bucket.p, (int)rq->key.n, rq->key.p));
}

static struct span
bound_value(const struct asking *a, struct span name)
{
	uint8_t *raw = arena_alloc(a->rq->arena, a->context.n + 1);
	struct span out = SPAN_NONE;
	cJSON *root = NULL;
	size_t n;

	if (span_is(name, "aws:s3:arn"))
		return bound_arn(a);
	if (a->context.n == 0 || !b64_parse(raw, a->context.n, &n, a->context) ||
	    json_parse(span_of(raw, n), &root, NULL) != OK)
		return SPAN_NONE;
	for (const cJSON *f = root->child; f != NULL; f = f->next)
		if (f->string != NULL && span_is(name, f->string) && cJSON_IsString(f))
			out = arena_span(a->rq->arena, span_str(f->valuestring));
	cJSON_Delete(root);
	return out;
}

static bool
ask_value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	static const char family[] = "kms:EncryptionContext:";
	struct asking *a = ctx;
	struct span head = span_head(ask->name, sizeof family - 1), v = SPAN_NONE;

	if (span_ieq(ask->name, SPAN_LIT("kms:ViaService")))
		v = span_str(arena_printf(
		    a->rq->arena, "s3.%s.amazonaws.com", a->rq->s3->conf.region));
	else if (span_ieq(ask->name, SPAN_LIT("kms:CallerAccount")))
		v = a->rq->who->account;
	else if (span_ieq(head, span_str(family)))
		v = bound_value(a, span_from(ask->name, head.n));
	else if (span_ieq(span_head(ask->name, 4), SPAN_LIT("aws:")))
		return context_value(&a->request, ask, out);
	return v.p != NULL && policy_value_one(out, v);
}

static enum err
denied(
    struct rq *rq, const char *action, struct span arn, const struct policy_decision *d)
{
	struct span who = rq->who->arn;

	if (who.n == 0)
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	if (d->explicit)
		return fail_msg(&rq->fail, E_ACCESS_DENIED,
		    "User: %.*s is not authorized to perform: %s on resource: %.*s with "
		    "an "
		    "explicit deny in a %s",
		    (int)who.n, who.p, action, (int)arn.n, arn.p,
		    policy_kind_name(d->kind));
	return fail_msg(&rq->fail, E_ACCESS_DENIED,
	    "User: %.*s is not authorized to perform: %s on resource: %.*s because no "
	    "identity-based policy allows the %s action",
	    (int)who.n, who.p, action, (int)arn.n, arn.p, action);
}

enum err
sse_kms_allow(struct rq *rq, const struct kms_key *key, const char *action,
    const struct rec_crypt *r)
{
	struct asking a = { rq, r->context, r->bucket_key,
		{ .rq = rq, .bkt = &rq->bkt, .bucket = rq->bucket, .key = rq->key } };
	struct policy_request request = { .who = rq->who,
		.action = span_str(action),
		.resource = kms_key_arn(key),
		.now_ms = rq->real_ms,
		.value = ask_value,
		.ctx = &a };
	struct policy_case c = { .request = &request,
		.account = SPAN_LIT(ACCOUNT_ROOT),
		.resource = rq->s3->keys->policy[kms_key_number(key)] };
	struct policy_decision d = { 0 };

	/* The service's own key is for everybody of the account. */
	if (kms_key_managed(key) && span_is(rq->who->account, ACCOUNT_ROOT))
		return OK;
	policy_decide(&c, &d);
	return d.allowed ? OK : denied(rq, action, request.resource, &d);
}
