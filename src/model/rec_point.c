/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/point.h"

#include "model_priv.h"

void
rec_point_put(struct buf *out, const struct rec_point *r)
{
	enc_u8(out, REC_VERSION);
	enc_u64(out, r->bucket_id);
	enc_u64(out, (uint64_t)r->created_ms);
	enc_u8(out, r->block);
	enc_span(out, r->bucket);
	enc_span(out, r->alias);
	enc_span(out, r->vpc);
	enc_span(out, r->policy);
	enc_span(out, r->tags);
}

enum err
rec_point_get(struct span in, struct rec_point *out)
{
	struct dec d = { .in = in };
	struct rec_point r = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.bucket_id = dec_u64(&d);
	r.created_ms = (int64_t)dec_u64(&d);
	r.block = dec_u8(&d);
	r.bucket = dec_span(&d);
	r.alias = dec_span(&d);
	r.vpc = dec_span(&d);
	r.policy = dec_span(&d);
	r.tags = dec_span(&d);
	e = dec_end(&d);
	if (e == OK && r.block > BLOCK_ALL)
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool
rec_point_name_ok(struct span name)
{
	if (name.n < 3 || name.n > POINT_NAME_MAX || rec_point_is_alias(name) ||
	    !is_alnum(name.p[0]) || !is_alnum(name.p[name.n - 1]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '-')
			return false;
	return true;
}

bool
rec_point_is_alias(struct span bucket)
{
	return span_ends(bucket, SPAN_LIT("-s3alias"));
}

enum { ALIAS_RANDOM = 34 };

void
rec_point_alias(struct buf *out, struct span name, const uint8_t random[34])
{
	static const char digit[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t room = POINT_ALIAS_MAX - ALIAS_RANDOM - (sizeof "--s3alias" - 1);

	buf_span(out, span_head(name, room));
	buf_char(out, '-');
	for (unsigned i = 0; i < ALIAS_RANDOM; i++)
		buf_char(out, digit[random[i] % (sizeof digit - 1)]);
	buf_str(out, "-s3alias");
}

bool
rec_point_arn(struct span arn, struct point_arn *out)
{
	struct span prefix = SPAN_LIT("arn:aws:s3:"), rest = span_from(arn, prefix.n),
		    kind = SPAN_LIT("accesspoint");
	struct point_arn a;

	if (!span_starts(arn, prefix))
		return false;
	a.region = span_cut(&rest, ':');
	a.account = span_cut(&rest, ':');
	if (!span_starts(rest, kind) || rest.n <= kind.n ||
	    (rest.p[kind.n] != '/' && rest.p[kind.n] != ':'))
		return false;
	rest = span_from(rest, kind.n + 1);
	a.name = span_cut(&rest, '/');
	a.rest = rest;
	if (a.region.n == 0 || a.account.n != 12 || a.name.n == 0)
		return false;
	*out = a;
	return true;
}
