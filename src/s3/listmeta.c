/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What listings tell of objects with metadata=true: MinIO's extension, which mc and minio-go
 * ask for (ListObjectsOptions.WithMetadata). An element is named as the header is, so what XML
 * knows no such name of is left out. Who may not read an object is told nothing of it.
 */
#include "config.h"

#include "codec/mime.h"
#include "model/tags.h"
#include "s3_priv.h"

bool
listmeta_asked(struct rq *rq)
{
	enum tier_value more;

	if (!span_is(query_get(rq, "metadata"), "true"))
		return false;
	more = tier_says_of(rq, TP_LIST_MORE, TIER_BIT_AWS | TIER_BIT_R2);
	return more == TV_METADATA || more == TV_SUMS_METADATA;
}

static bool
name_is_xml(struct span name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
			c == '_' || c == '.'))
			return false;
	}
	return name.n > 0 && name.p[0] >= 'a';
}

/* "x-amz-meta-owner" as "X-Amz-Meta-Owner"; headers of HTTP's own stay small. */
static void
put_name(struct buf *b, struct span name)
{
	bool first = span_starts(name, SPAN_LIT("x-amz-"));
	bool up = first;

	for (size_t i = 0; i < name.n; i++) {
		buf_char(b,
		    up && name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 32)
							       : name.p[i]);
		up = first && name.p[i] == '-';
	}
}

static void
put_field(struct buf *b, struct span name, struct span value)
{
	buf_char(b, '<');
	put_name(b, name);
	buf_char(b, '>');
	xml_escape(b, value);
	buf_str(b, "</");
	put_name(b, name);
	buf_char(b, '>');
}

static void
put_headers(struct buf *b, const struct rec_object *rec, const struct attrs *attrs)
{
	struct span type = mime_text(rec->mime);

	buf_str(b, "<UserMetadata>");
	for (size_t i = 0; i < attrs->n; i++) {
		const struct field *f = &attrs->field[i];

		if (span_is(f->name, "content-type"))
			type = f->value;
		else if (!side_is(f->name) && name_is_xml(f->name))
			put_field(b, f->name, f->value);
	}
	if (type.n > 0)
		put_field(b, SPAN_LIT("content-type"), type);
	buf_str(b, "</UserMetadata>");
}

/* As x-amz-tagging says them: "a=b&c=d". */
static enum err
put_tags(struct buf *b, struct arena *room, const struct attrs *attrs)
{
	struct buf text = { 0 };
	struct tags tags;
	enum err e = tags_read(room, side_get(attrs, SIDE_TAGS), &tags);

	for (size_t i = 0; e == OK && i < tags.n; i++) {
		if (i > 0)
			buf_char(&text, '&');
		uri_encode(&text, tags.tag[i].name, false);
		buf_char(&text, '=');
		uri_encode(&text, tags.tag[i].value, false);
	}
	if (e == OK)
		xml_put(b, "UserTags", buf_view(&text));
	buf_fini(&text);
	return e;
}

enum err
listmeta_put(struct buf *b, struct txn *t, struct rq *rq, struct span key,
    const struct rec_object *rec)
{
	bool versions = rq->op == &ops[OP_ListObjectVersions];
	struct arena room;
	struct attrs attrs;
	enum err e;

	arena_init(&room, 0);
	rq->inside = t;
	e = obj_attrs(t, rec, &room, &attrs);
	if (e == OK &&
	    allow_may(rq, versions ? "s3:GetObjectVersion" : "s3:GetObject", key))
		put_headers(b, rec, &attrs);
	if (e == OK &&
	    allow_may(
		rq, versions ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging", key))
		e = put_tags(b, &room, &attrs);
	/* One copy on one drive. */
	buf_str(b, "<Internal><K>1</K><M>0</M></Internal>");
	rq->inside = NULL;
	arena_fini(&room);
	return e;
}
