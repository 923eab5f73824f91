/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/replication.h"

#include "model/remote_tier.h"

#include "model_priv.h"

/* ---- kept ---- */

static void
rule_put(struct buf *out, const struct replication_rule *r)
{
	enc_u16(out, (uint16_t)r->flags);
	enc_u64(out, r->priority);
	enc_u8(out, r->class);
	enc_span(out, r->id);
	enc_span(out, r->prefix);
	enc_span(out, r->arn);
	enc_span(out, r->account);
	enc_span(out, r->key);
	enc_u16(out, (uint16_t)r->tags.n);
	for (size_t i = 0; i < r->tags.n; i++) {
		enc_span(out, r->tags.tag[i].name);
		enc_span(out, r->tags.tag[i].value);
	}
}

void
replication_put(struct buf *out, const struct replication *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->minio);
	enc_span(out, r->role);
	enc_span(out, r->source);
	enc_u16(out, (uint16_t)r->n);
	for (size_t i = 0; i < r->n; i++)
		rule_put(out, &r->rule[i]);
}

static enum err
rule_get(struct arena *a, struct dec *d, struct replication_rule *r)
{
	bool remote;

	r->flags = dec_u16(d);
	r->priority = (uint32_t)dec_u64(d);
	r->class = dec_u8(d);
	r->id = dec_span(d);
	r->prefix = dec_span(d);
	r->arn = dec_span(d);
	r->account = dec_span(d);
	r->key = dec_span(d);
	r->tags.n = dec_u16(d);
	if (!class_is(r->class) || r->tags.n > d->in.n ||
	    !replication_arn(r->arn, &r->bucket, &remote))
		return E_CORRUPT;
	r->tags.tag = arena_array(a, r->tags.n, sizeof *r->tags.tag);
	for (size_t i = 0; i < r->tags.n; i++) {
		r->tags.tag[i].name = dec_span(d);
		r->tags.tag[i].value = dec_span(d);
	}
	return OK;
}

enum err
replication_get(struct arena *a, struct span in, struct replication *out)
{
	struct replication r = { 0 };
	struct dec d = { .in = in };
	enum err e = OK;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.minio = dec_u8(&d) != 0;
	r.role = dec_span(&d);
	r.source = dec_span(&d);
	r.n = dec_u16(&d);
	if (r.n > REPLICATION_RULES_MAX)
		return E_CORRUPT;
	r.rule = arena_array(a, r.n, sizeof *r.rule);
	for (size_t i = 0; i < r.n && e == OK; i++)
		e = rule_get(a, &d, &r.rule[i]);
	if (e == OK)
		e = dec_end(&d);
	if (e == OK)
		*out = r;
	return e;
}

/* ---- names ---- */

bool
replication_arn(struct span arn, struct span *bucket, bool *remote)
{
	struct span aws = SPAN_LIT("arn:aws:s3:::"),
		    minio = SPAN_LIT("arn:minio:replication:"), rest;

	*remote = span_starts(arn, minio);
	if (!*remote) {
		*bucket = span_from(arn, aws.n);
		return span_starts(arn, aws) && arn.n > aws.n;
	}
	rest = span_from(arn, minio.n);
	(void)span_cut(&rest, ':'); /* region */
	if (span_cut(&rest, ':').n == 0 || rest.n == 0)
		return false;
	*bucket = rest;
	return true;
}

/* ---- matching ---- */

static bool
has_tag(const struct tags *t, const struct field *want)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(t->tag[i].name, want->name))
			return span_eq(t->tag[i].value, want->value);
	return false;
}

bool
replication_wants(const struct replication_rule *r, const struct replication_object *o)
{
	if ((r->flags & REPLICATE_ENABLED) == 0 || !span_starts(o->key, r->prefix) ||
	    (o->marker && (r->flags & REPLICATE_MARKERS) == 0) ||
	    (o->kms && (r->flags & REPLICATE_KMS) == 0) ||
	    (o->replica && (r->flags & REPLICATE_MODIFICATIONS) == 0) ||
	    (o->existing && (r->flags & REPLICATE_EXISTING) == 0))
		return false;
	/* A marker has no tags, and rules with tags do not replicate any. */
	for (size_t i = 0; i < r->tags.n; i++)
		if (!has_tag(&o->tags, &r->tags.tag[i]))
			return false;
	return true;
}

size_t
replication_match(const struct replication *r, const struct replication_object *o,
    struct arena *a, const struct replication_rule ***out)
{
	const struct replication_rule **found = NULL;
	size_t n = 0, at;

	for (size_t i = 0; i < r->n; i++) {
		const struct replication_rule *rule = &r->rule[i];

		if (!replication_wants(rule, o))
			continue;
		if (found == NULL)
			found = arena_array(a, r->n, sizeof *found);
		for (at = 0; at < n && !span_eq(found[at]->arn, rule->arn); at++)
			continue;
		if (at == n)
			found[n++] = rule;
		else if (rule->priority > found[at]->priority)
			found[at] = rule;
	}
	*out = found;
	return n;
}
