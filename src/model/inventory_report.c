/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/inventory_report.h"

#include <inttypes.h>

#include "codec/hex.h"
#include "codec/json.h"
#include "codec/stamp.h"
#include "codec/uri.h"
#include "model/doc.h"

static const char *const field_name[] = {
#define FIELD(sym, name) name,
#include "model/inventory_fields.def"
#undef FIELD
};

/* 1970-01-01 was a Thursday; weeks begin on Sundays. */
enum { DAY_MS = 86400000, FIRST_WEEKDAY = 4 };

#define ARN "arn:aws:s3:::"

/* ---- configuration ---- */

static bool
field_find(struct span name, uint8_t *out)
{
	for (uint8_t i = 0; i < INVENTORY_FIELDS; i++)
		if (span_is(name, field_name[i])) {
			*out = i;
			return true;
		}
	return false;
}

static enum err
fields_read(const struct xml_node *fields, struct inventory *out)
{
	const struct xml_node *f = fields == NULL ? NULL : xml_child(fields, "Field");
	uint8_t field;

	for (; f != NULL; f = xml_next(f, "Field")) {
		if (!field_find(span_trim(f->text), &field))
			return E_CORRUPT;
		if (out->wants[field])
			continue;
		out->wants[field] = true;
		out->field[out->n++] = field;
	}
	return OK;
}

enum err
inventory_load(
    struct arena *a, struct span inner, struct inventory *out, struct fail *fail)
{
	const struct xml_node *to, *filter;
	struct xml_node *root;
	struct inventory v = { .n = 0 };
	struct span arn;
	enum err e = doc_tree(a, DOC_INVENTORY, inner, &root, fail);

	if (e != OK)
		return e;
	to = xml_child(xml_child(root, "Destination"), "S3BucketDestination");
	filter = xml_child(root, "Filter");
	arn = span_trim(xml_text(to, "Bucket"));
	if (!span_is(span_trim(xml_text(to, "Format")), "CSV") ||
	    !span_starts(arn, SPAN_LIT(ARN)))
		return E_CORRUPT;
	v.enabled = span_is(span_trim(xml_text(root, "IsEnabled")), "true");
	v.weekly = span_is(
	    span_trim(xml_text(xml_child(root, "Schedule"), "Frequency")), "Weekly");
	v.versions = span_is(span_trim(xml_text(root, "IncludedObjectVersions")), "All");
	v.id = arena_span(a, xml_text(root, "Id"));
	v.to = arena_span(a, span_from(arn, sizeof ARN - 1));
	v.to_prefix = arena_span(a, xml_text(to, "Prefix"));
	if (filter != NULL)
		v.prefix = arena_span(a, xml_text(filter, "Prefix"));
	e = fields_read(xml_child(root, "OptionalFields"), &v);
	if (e == OK)
		*out = v;
	return e;
}

static int64_t
week_of(int64_t ms)
{
	return (ms / DAY_MS + FIRST_WEEKDAY) / 7;
}

bool
inventory_due(const struct inventory *v, int64_t before_ms, int64_t now_ms)
{
	if (!v->enabled)
		return false;
	return v->weekly ? week_of(now_ms) > week_of(before_ms)
			 : now_ms / DAY_MS > before_ms / DAY_MS;
}

/* ---- rows ---- */

static void
put_text(struct buf *out, struct span text)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_char(out, '"');
		buf_char(out, text.p[i]);
	}
	buf_char(out, '"');
}

static void
put_bool(struct buf *out, bool yes)
{
	put_text(out, yes ? SPAN_LIT("true") : SPAN_LIT("false"));
}

/* Whole seconds, as listings show them. */
static void
put_time(struct buf *out, int64_t ms)
{
	buf_char(out, '"');
	if (ms != 0)
		stamp_iso(buf_grow(out, STAMP_ISO), ms / 1000 * 1000);
	buf_char(out, '"');
}

static void
put_field(struct buf *out, enum inventory_field f, const struct inventory_row *r)
{
	/* Of a delete marker there is only its time, and where it went. */
	if (r->marker && f != INVENTORY_MODIFIED && f != INVENTORY_REPLICATION) {
		put_text(out, SPAN_NONE);
		return;
	}
	switch (f) {
	case INVENTORY_SIZE:
		buf_printf(out, "\"%" PRIu64 "\"", r->size);
		return;
	case INVENTORY_MODIFIED:
		put_time(out, r->mtime_ms);
		return;
	case INVENTORY_CLASS:
		put_text(out, r->class);
		return;
	case INVENTORY_ETAG:
		put_text(out, r->etag);
		return;
	case INVENTORY_MULTIPART:
		put_bool(out, r->multipart);
		return;
	case INVENTORY_REPLICATION:
		put_text(out, r->replication);
		return;
	case INVENTORY_ENCRYPTION:
		put_text(out, r->encryption);
		return;
	case INVENTORY_RETAIN:
		put_time(out, r->retain_ms);
		return;
	case INVENTORY_MODE:
		put_text(out, r->mode);
		return;
	case INVENTORY_HOLD:
		put_text(out, r->held ? SPAN_LIT("On") : SPAN_LIT("Off"));
		return;
	case INVENTORY_TIER:
		put_text(out, r->tier);
		return;
	case INVENTORY_BUCKET_KEY:
		put_text(out, r->bucket_key ? SPAN_LIT("ENABLED") : SPAN_LIT("DISABLED"));
		return;
	case INVENTORY_CHECKSUM:
		put_text(out, r->checksum);
		return;
	case INVENTORY_EXPIRES:
		put_time(out, r->expires_ms);
		return;
	case INVENTORY_OWNER:
		put_text(out, r->owner);
		return;
	case INVENTORY_FIELDS:
		return;
	}
}

void
inventory_row_put(
    struct buf *out, const struct inventory *v, const struct inventory_row *r)
{
	put_text(out, r->bucket);
	buf_str(out, ",\"");
	uri_encode_listing(out, r->key);
	buf_char(out, '"');
	if (v->versions) {
		buf_char(out, ',');
		put_text(out, r->version);
		buf_char(out, ',');
		put_bool(out, r->latest);
		buf_char(out, ',');
		put_bool(out, r->marker);
	}
	for (size_t i = 0; i < v->n; i++) {
		buf_char(out, ',');
		put_field(out, v->field[i], r);
	}
	buf_char(out, '\n');
}

/* ---- manifest ---- */

/* "Bucket, Key, ...": what the columns are. */
static void
schema_put(struct buf *out, const struct inventory *v)
{
	buf_str(out, "Bucket, Key");
	if (v->versions)
		buf_str(out, ", VersionId, IsLatest, IsDeleteMarker");
	for (size_t i = 0; i < v->n; i++)
		buf_printf(out, ", %s", field_name[v->field[i]]);
}

void
inventory_file_put(
    struct buf *list, struct span key, uint64_t size, const uint8_t md5[16])
{
	if (list->n > 0)
		buf_str(list, ",\n");
	buf_str(list, "    {\n      \"key\" : ");
	json_put(list, key);
	buf_printf(
	    list, ",\n      \"size\" : %" PRIu64 ",\n      \"MD5checksum\" : \"", size);
	hex_render(buf_grow(list, 32), md5, 16);
	buf_str(list, "\"\n    }");
}

void
inventory_manifest_put(struct buf *out, const struct inventory *v, struct span source,
    int64_t began_ms, struct span files)
{
	struct buf arn = { 0 };

	buf_str(&arn, ARN);
	buf_span(&arn, v->to);
	buf_str(out, "{\n  \"sourceBucket\" : ");
	json_put(out, source);
	buf_str(out, ",\n  \"destinationBucket\" : ");
	json_put(out, buf_view(&arn));
	buf_printf(out,
	    ",\n  \"version\" : \"2016-11-30\",\n  \"creationTimestamp\" : \"%" PRId64
	    "\",\n  \"fileFormat\" : \"CSV\",\n  \"fileSchema\" : \"",
	    began_ms);
	schema_put(out, v);
	buf_str(out, "\",\n  \"files\" : [\n");
	buf_span(out, files);
	buf_str(out, "\n  ]\n}\n");
	buf_fini(&arn);
}
