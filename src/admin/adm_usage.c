/* SPDX-License-Identifier: Apache-2.0 */
/* What buckets hold, by storage class: versions and bytes. */
#include "config.h"

#include <inttypes.h>

#include "codec/json.h"
#include "model/meter.h"
#include "model/remote_tier.h"
#include "object/object.h"

#include "adm_priv.h"

struct telling {
	struct txn *t;
	struct buf *out;
	struct span bucket; /* p == NULL: all */
	bool any;
	enum err bad;
};

static void
put_usage(struct buf *b, const struct usage *u)
{
	buf_printf(b, "{\"versions\": %" PRIu64 ", \"bytes\": %" PRIu64 "}", u->objects,
	    u->bytes);
}

static bool
bucket_row(void *ctx, struct span name, const struct rec_bucket *rec)
{
	struct telling *l = ctx;
	struct usage u, all = { 0 };
	const char *comma = "";

	if (l->bucket.p != NULL && !span_eq(l->bucket, name))
		return true;
	buf_str(l->out, l->any ? ",\n  " : "\n  ");
	l->any = true;
	json_put(l->out, name);
	buf_str(l->out, ": {\"classes\": {");
	for (unsigned class = 0; class < CLASS_TIER + TIER_SLOTS && l->bad == OK;
	     class ++) {
		if (!class_is_used(class))
			continue;
		l->bad = usage_get(l->t, rec->id, (uint8_t) class, &u);
		if (l->bad != OK || u.objects == 0)
			continue;
		all.objects += u.objects;
		all.bytes += u.bytes;
		buf_str(l->out, comma);
		json_put(l->out, span_str(class_name(class)));
		buf_str(l->out, ": ");
		put_usage(l->out, &u);
		comma = ", ";
	}
	buf_str(l->out, "}, \"all\": ");
	put_usage(l->out, &all);
	buf_char(l->out, '}');
	return l->bad == OK;
}

static enum err
tell(struct txn *t, void *arg)
{
	struct telling *l = arg;
	enum err e;

	l->t = t;
	e = obj_bucket_each(t, SPAN_LIT(""), SPAN_NONE, bucket_row, l);
	return e == OK ? l->bad : e;
}

enum err
adm_usage_get(struct adm *c, struct s3_call *call)
{
	struct telling l = { .out = &call->out, .bucket = s3_call_param(call, "bucket") };
	struct reader *reader = reader_new(c->store);
	enum err e;

	buf_str(l.out, "{\"buckets\": {");
	e = store_read(reader, tell, &l);
	reader_free(&reader);
	if (e == OK && l.bucket.p != NULL && !l.any)
		e = fail_set(call->fail, E_NO_SUCH_BUCKET);
	if (e != OK)
		return e;
	buf_str(l.out, "\n}}\n");
	s3_call_done(call);
	return OK;
}
