/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/message.h"

#include <inttypes.h>

#include "base/arena.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/uri.h"

static void
put_some(struct buf *b, const char *field, struct span value)
{
	if (value.n > 0)
		json_span(b, field, value);
}

static void
put_sequencer(struct buf *b, const struct rec_event *r)
{
	json_name(b, "sequencer");
	buf_printf(b, "\"%016" PRIX64 "\"", r->number);
}

/* ---- what is asked about events ---- */

bool
message_removed(enum event e)
{
	return e == EVENT_DELETE || e == EVENT_MARKER || e == EVENT_EXPIRED ||
	    e == EVENT_EXPIRED_MARKER || e == EVENT_DELETE_ALL || e == EVENT_EXPIRED_ALL;
}

/* Of its sides: recorded messages of those have neither size nor sequencer. */
static bool
is_side(enum event e)
{
	return e == EVENT_ACL || e == EVENT_TAGGING_PUT || e == EVENT_TAGGING_DELETE ||
	    e == EVENT_RETENTION;
}

static bool
is_replication(enum event e)
{
	return e == EVENT_REPLICATION_FAILED || e == EVENT_REPLICATION_NOT_TRACKED ||
	    e == EVENT_REPLICATION_MISSED || e == EVENT_REPLICATION_LATE ||
	    e == EVENT_REPLICATION_COMPLETED;
}

static const char *
version_of(enum event e)
{
	if (is_replication(e))
		return "2.2";
	if (is_side(e) || e == EVENT_TRANSITION || e == EVENT_EXPIRED ||
	    e == EVENT_EXPIRED_MARKER || e == EVENT_TIERING ||
	    e == EVENT_RESTORE_DELETE || e == EVENT_ANNOTATION_PUT ||
	    e == EVENT_ANNOTATION_DELETE)
		return "2.3";
	return "2.1";
}

/* AWS's keys: encoded but for slashes, with + for blanks. MinIO's: slashes too. */
static void
put_key(struct buf *b, struct span key, bool slash)
{
	struct buf text = { 0 };
	size_t at, n = 0;

	uri_encode_listing(&text, key);
	if (!slash) {
		struct buf all = { 0 };

		for (at = 0; at < text.n; at = n + 1) {
			n = span_find(buf_view(&text), '/', at);
			buf_put(&all, text.p + at, n - at);
			if (n < text.n)
				buf_str(&all, "%2F");
		}
		buf_fini(&text);
		text = all;
	}
	json_span(b, "key", buf_view(&text));
	buf_fini(&text);
}

static struct span
region_of(const struct rec_event *r)
{
	return r->region.n > 0 ? r->region : SPAN_LIT("us-east-1");
}

static void
put_arn(struct buf *b, const struct rec_event *r)
{
	json_name(b, "arn");
	buf_str(b, "\"arn:aws:s3:::");
	buf_span(b, r->bucket);
	buf_char(b, '"');
}

/* ---- AWS ---- */

static void
aws_object(struct buf *b, const struct rec_event *r)
{
	enum event e = (enum event)r->event;

	json_begin(b, "object");
	put_key(b, r->key, true);
	if ((r->flags & EVENT_HAS_OBJECT) != 0) {
		if (!is_side(e))
			json_u64(b, "size", r->size);
		json_span(b, "eTag", r->etag);
	} else if (e == EVENT_MARKER || e == EVENT_EXPIRED_MARKER)
		json_str(b, "eTag", "d41d8cd98f00b204e9800998ecf8427e");
	/* What it was before the bucket had versions is not told. */
	if ((r->flags & EVENT_HAS_VERSION) != 0 && !span_is(r->version, "null"))
		json_span(b, "versionId", r->version);
	if (!is_side(e))
		put_sequencer(b, r);
	buf_char(b, '}');
}

static void
aws_more(struct buf *b, const struct rec_event *r)
{
	enum event e = (enum event)r->event;

	if (e == EVENT_RESTORE_COMPLETED) {
		json_begin(b, "glacierEventData");
		json_begin(b, "restoreEventData");
		json_time(b, "lifecycleRestorationExpiryTime", r->when_ms);
		json_span(b, "lifecycleRestoreStorageClass", r->class);
		buf_str(b, "}}");
	} else if (e == EVENT_TRANSITION) {
		json_begin(b, "lifecycleEventData");
		json_begin(b, "transitionEventData");
		json_span(b, "destinationStorageClass", r->class);
		buf_str(b, "}}");
	} else if (e == EVENT_TIERING) {
		json_begin(b, "intelligentTieringEventData");
		json_span(b, "destinationAccessTier", r->class);
		buf_char(b, '}');
	} else if (is_replication(e)) {
		json_begin(b, "replicationEventData");
		json_span(b, "replicationRuleId", r->rule);
		json_span(b, "destinationBucket", r->destination);
		json_span(b, "s3Operation", r->operation);
		json_time(b, "requestTime", r->when_ms);
		put_some(b, "failureReason", r->reason);
		if (e == EVENT_REPLICATION_MISSED || e == EVENT_REPLICATION_LATE)
			json_str(b, "threshold", "900");
		if (e == EVENT_REPLICATION_LATE)
			json_u64(b, "replicationTime", (uint64_t)(r->took_ms / 1000));
		buf_char(b, '}');
	}
}

static void
aws_record(struct buf *b, const struct rec_event *r)
{
	buf_char(b, '{');
	json_str(b, "eventVersion", version_of((enum event)r->event));
	json_str(b, "eventSource", "aws:s3");
	json_span(b, "awsRegion", region_of(r));
	json_time(b, "eventTime", r->time_ms);
	json_str(b, "eventName", event_name((enum event)r->event) + 3);
	json_begin(b, "userIdentity");
	json_span(b, "principalId", r->principal);
	buf_char(b, '}');
	json_begin(b, "requestParameters");
	json_span(b, "sourceIPAddress", r->address);
	buf_char(b, '}');
	json_begin(b, "responseElements");
	json_span(b, "x-amz-request-id", r->request_id);
	json_span(b, "x-amz-id-2", r->host_id);
	buf_char(b, '}');
	json_begin(b, "s3");
	json_str(b, "s3SchemaVersion", "1.0");
	json_span(b, "configurationId", r->config);
	json_begin(b, "bucket");
	json_span(b, "name", r->bucket);
	json_begin(b, "ownerIdentity");
	json_span(b, "principalId", r->account);
	buf_char(b, '}');
	put_arn(b, r);
	buf_char(b, '}');
	aws_object(b, r);
	buf_char(b, '}');
	aws_more(b, r);
	buf_char(b, '}');
}

static void
aws_test(struct buf *b, const struct rec_event *r)
{
	buf_char(b, '{');
	json_str(b, "Service", "Amazon S3");
	json_str(b, "Event", "s3:TestEvent");
	json_time(b, "Time", r->time_ms);
	json_span(b, "Bucket", r->bucket);
	json_span(b, "RequestId", r->request_id);
	json_span(b, "HostId", r->host_id);
	buf_char(b, '}');
}

/* ---- MinIO ---- */

static void
minio_meta(struct buf *b, const struct rec_event *r)
{
	struct arena a;
	struct attrs meta = { 0 };

	arena_init(&a, 1 << 16);
	json_begin(b, "userMetadata");
	if (r->type.n > 0)
		json_span(b, "content-type", r->type);
	if (r->meta.n > 0 && rec_attrs_get(&a, r->meta, &meta) == OK)
		for (size_t i = 0; i < meta.n; i++) {
			struct buf field = { 0 };

			buf_str(&field, "X-Amz-Meta-");
			buf_span(&field, span_from(meta.field[i].name, 11));
			if (field.n > 11 && field.p[11] >= 'a' && field.p[11] <= 'z')
				field.p[11] = (char)(field.p[11] - 'a' + 'A');
			if (b->p[b->n - 1] != '{')
				buf_char(b, ',');
			json_put(b, buf_view(&field));
			buf_char(b, ':');
			json_put(b, meta.field[i].value);
			buf_fini(&field);
		}
	buf_char(b, '}');
	arena_fini(&a);
}

static void
minio_object(struct buf *b, const struct rec_event *r, bool plain)
{
	json_begin(b, "object");
	if (plain)
		json_span(b, "key", r->key);
	else
		put_key(b, r->key, false);
	if ((r->flags & EVENT_HAS_OBJECT) != 0) {
		if (r->size > 0)
			json_u64(b, "size", r->size);
		json_span(b, "eTag", r->etag);
		put_some(b, "contentType", r->type);
		minio_meta(b, r);
	}
	if ((r->flags & EVENT_HAS_VERSION) != 0)
		json_span(b, "versionId", r->version);
	put_sequencer(b, r);
	buf_char(b, '}');
}

static void
minio_record(struct buf *b, const struct rec_event *r, bool plain)
{
	struct span who = r->access_key.n > 0 ? r->access_key : r->principal;

	buf_char(b, '{');
	json_str(b, "eventVersion", "2.0");
	json_str(b, "eventSource", "minio:s3");
	json_span(b, "awsRegion", r->region);
	json_time(b, "eventTime", r->time_ms);
	json_str(b, "eventName", event_name((enum event)r->event));
	json_begin(b, "userIdentity");
	json_span(b, "principalId", who);
	buf_char(b, '}');
	json_begin(b, "requestParameters");
	json_span(b, "principalId", who);
	json_span(b, "region", r->region);
	json_span(b, "sourceIPAddress", r->address);
	buf_char(b, '}');
	json_begin(b, "responseElements");
	json_span(b, "x-amz-id-2", r->host_id);
	json_span(b, "x-amz-request-id", r->request_id);
	buf_char(b, '}');
	json_begin(b, "s3");
	json_str(b, "s3SchemaVersion", "1.0");
	json_span(b, "configurationId", r->config.n > 0 ? r->config : SPAN_LIT("Config"));
	json_begin(b, "bucket");
	json_span(b, "name", r->bucket);
	json_begin(b, "ownerIdentity");
	json_span(b, "principalId", r->account);
	buf_char(b, '}');
	put_arn(b, r);
	buf_char(b, '}');
	minio_object(b, r, plain);
	buf_char(b, '}');
	json_begin(b, "source");
	json_span(b, "host", r->address);
	json_str(b, "port", "");
	json_span(b, "userAgent", r->agent);
	buf_char(b, '}');
	buf_char(b, '}');
}

static void
minio_whole(struct buf *b, const struct rec_event *r, struct span record)
{
	struct buf key = { 0 };

	buf_span(&key, r->bucket);
	buf_char(&key, '/');
	buf_span(&key, r->key);
	buf_char(b, '{');
	json_str(b, "EventName", event_name((enum event)r->event));
	json_span(b, "Key", buf_view(&key));
	json_name(b, "Records");
	buf_char(b, '[');
	buf_span(b, record);
	buf_str(b, "]}");
	buf_fini(&key);
}

/* ---- R2 ---- */

static bool
r2_whole(struct buf *b, const struct rec_event *r)
{
	static const struct {
		enum event event;
		const char *action;
	} rows[] = { { EVENT_PUT, "PutObject" }, { EVENT_POST, "PutObject" },
		{ EVENT_COPY, "CopyObject" },
		{ EVENT_COMPLETE, "CompleteMultipartUpload" },
		{ EVENT_DELETE, "DeleteObject" }, { EVENT_MARKER, "DeleteObject" },
		{ EVENT_EXPIRED, "LifecycleDeletion" },
		{ EVENT_EXPIRED_MARKER, "LifecycleDeletion" } };
	const char *action = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].event == r->event)
			action = rows[i].action;
	if (action == NULL)
		return false;
	buf_char(b, '{');
	json_span(b, "account", r->account);
	json_str(b, "action", action);
	json_span(b, "bucket", r->bucket);
	json_begin(b, "object");
	json_span(b, "key", r->key);
	if ((r->flags & EVENT_HAS_OBJECT) != 0) {
		json_u64(b, "size", r->size);
		json_span(b, "eTag", r->etag);
	}
	buf_char(b, '}');
	json_time(b, "eventTime", r->time_ms);
	if (r->event == EVENT_COPY && r->destination.n > 0) {
		json_begin(b, "copySource");
		json_span(b, "bucket", r->destination);
		json_span(b, "object", r->reason);
		buf_char(b, '}');
	}
	buf_char(b, '}');
	return true;
}

/* ---- EventBridge ---- */

static const struct bridge_row {
	enum event event;
	const char *type, *reason, *deletion;
} bridge[] = {
	{ EVENT_PUT, "Object Created", "PutObject", NULL },
	{ EVENT_POST, "Object Created", "POST Object", NULL },
	{ EVENT_COPY, "Object Created", "CopyObject", NULL },
	{ EVENT_COMPLETE, "Object Created", "CompleteMultipartUpload", NULL },
	{ EVENT_DELETE, "Object Deleted", "DeleteObject", "Permanently Deleted" },
	{ EVENT_MARKER, "Object Deleted", "DeleteObject", "Delete Marker Created" },
	{ EVENT_EXPIRED, "Object Deleted", "Lifecycle Expiration",
	    "Permanently Deleted" },
	{ EVENT_EXPIRED_MARKER, "Object Deleted", "Lifecycle Expiration",
	    "Delete Marker Created" },
	{ EVENT_RESTORE_POST, "Object Restore Initiated", NULL, NULL },
	{ EVENT_RESTORE_COMPLETED, "Object Restore Completed", NULL, NULL },
	{ EVENT_RESTORE_DELETE, "Object Restore Expired", NULL, NULL },
	{ EVENT_TRANSITION, "Object Storage Class Changed", NULL, NULL },
	{ EVENT_TIERING, "Object Access Tier Changed", NULL, NULL },
	{ EVENT_ACL, "Object ACL Updated", NULL, NULL },
	{ EVENT_TAGGING_PUT, "Object Tags Added", NULL, NULL },
	{ EVENT_TAGGING_DELETE, "Object Tags Deleted", NULL, NULL },
};

/* The same each time the event is sent, so that a copy can be told. */
static void
put_uuid(struct buf *b, const struct rec_event *r)
{
	char hex[33];
	uint8_t raw[16];
	struct buf of = { 0 };

	buf_u64(&of, r->number);
	buf_span(&of, r->bucket);
	buf_span(&of, r->key);
	digest_of(DIGEST_MD5, buf_view(&of), raw);
	buf_fini(&of);
	raw[6] = (uint8_t)((raw[6] & 0x0f) | 0x30);
	raw[8] = (uint8_t)((raw[8] & 0x3f) | 0x80);
	hex_render(hex, raw, sizeof raw);
	json_name(b, "id");
	buf_printf(b, "\"%.8s-%.4s-%.4s-%.4s-%.12s\"", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

static void
bridge_detail(struct buf *b, const struct rec_event *r, const struct bridge_row *row)
{
	bool restore = r->event == EVENT_RESTORE_POST ||
	    r->event == EVENT_RESTORE_COMPLETED || r->event == EVENT_RESTORE_DELETE;

	json_begin(b, "detail");
	json_str(b, "version", "0");
	json_begin(b, "bucket");
	json_span(b, "name", r->bucket);
	buf_char(b, '}');
	json_begin(b, "object");
	json_span(b, "key", r->key);
	if ((r->flags & EVENT_HAS_OBJECT) != 0) {
		if (!is_side((enum event)r->event))
			json_u64(b, "size", r->size);
		json_span(b, "etag", r->etag);
	}
	if ((r->flags & EVENT_HAS_VERSION) != 0 && !span_is(r->version, "null"))
		json_span(b, "version-id", r->version);
	if (row->reason != NULL)
		put_sequencer(b, r);
	buf_char(b, '}');
	json_span(b, "request-id", r->request_id);
	json_span(b, "requester", r->requester.n > 0 ? r->requester : r->principal);
	if (r->request_id.n > 0)
		json_span(b, "source-ip-address", r->address);
	if (row->reason != NULL)
		json_str(b, "reason", row->reason);
	if (row->deletion != NULL)
		json_str(b, "deletion-type", row->deletion);
	if (r->event == EVENT_RESTORE_COMPLETED)
		json_time(b, "restore-expiry-time", r->when_ms);
	if (restore)
		json_span(b, "source-storage-class", r->class);
	if (r->event == EVENT_TRANSITION)
		json_span(b, "destination-storage-class", r->class);
	if (r->event == EVENT_TIERING)
		json_span(b, "destination-access-tier", r->class);
	buf_char(b, '}');
}

static bool
bridge_whole(struct buf *b, const struct rec_event *r)
{
	const struct bridge_row *row = NULL;

	for (size_t i = 0; i < ARRAY_LEN(bridge); i++)
		if (bridge[i].event == r->event)
			row = &bridge[i];
	if (row == NULL)
		return false;
	buf_char(b, '{');
	json_str(b, "version", "0");
	put_uuid(b, r);
	json_str(b, "detail-type", row->type);
	json_str(b, "source", "aws.s3");
	json_span(b, "account", r->account);
	json_second(b, "time", r->time_ms);
	json_span(b, "region", region_of(r));
	json_name(b, "resources");
	buf_str(b, "[\"arn:aws:s3:::");
	buf_span(b, r->bucket);
	buf_str(b, "\"]");
	bridge_detail(b, r, row);
	buf_char(b, '}');
	return true;
}

/* ---- all ---- */

bool
message_put(struct buf *whole, struct buf *record, const struct rec_event *r,
    enum target_form form, bool plain)
{
	size_t from = whole->n, at = record->n;
	bool is = true, test = (r->flags & EVENT_IS_TEST) != 0;

	if (test && form == TARGET_AWS) {
		aws_test(whole, r);
	} else if (test || r->event == EVENT_NONE) {
		return false;
	} else if (form == TARGET_AWS) {
		aws_record(record, r);
		buf_str(whole, "{\"Records\":[");
		buf_span(whole, span_from(buf_view(record), at));
		buf_str(whole, "]}");
		return true;
	} else if (form == TARGET_MINIO) {
		minio_record(record, r, plain);
		minio_whole(whole, r, span_from(buf_view(record), at));
		return true;
	} else
		is = form == TARGET_R2 ? r2_whole(whole, r) : bridge_whole(whole, r);
	if (is)
		buf_span(record, span_from(buf_view(whole), from));
	return is;
}
