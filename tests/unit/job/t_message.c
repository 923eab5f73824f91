/* SPDX-License-Identifier: Apache-2.0 */
/* Whole messages, byte by byte; the fields of AWS's are those of recorded ones. */
#include "config.h"

#include "job/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail_msg

static const struct rec_event put = { .event = EVENT_PUT,
	.flags = EVENT_HAS_OBJECT | EVENT_HAS_VERSION,
	.number = 0x1f,
	.time_ms = 1763700000123,
	.size = 3,
	.bucket = { "b", 1 },
	.account = { "000000000000", 12 },
	.key = { "a b/\xc3\xbc", 6 },
	.version = { "vvv", 3 },
	.etag = { "eee", 3 },
	.type = { "text/plain", 10 },
	.principal = { "AWS:AIDA", 8 },
	.address = { "127.0.0.1", 9 },
	.request_id = { "RID", 3 },
	.host_id = { "HID", 3 },
	.agent = { "ua", 2 },
	.access_key = { "AKID", 4 },
	.requester = { "000000000000", 12 },
	.config = { "cfg", 3 } };

static void
is(const struct rec_event *r, enum target_form form, bool plain, const char *want)
{
	struct buf whole = { 0 }, record = { 0 };
	bool there = message_put(&whole, &record, r, form, plain);

	assert_int_equal(there, want[0] != '\0');
	assert_string_equal(buf_cstr(&whole), want);
	buf_fini(&whole);
	buf_fini(&record);
}

#define AWS_HEAD(version, name) \
	"{\"Records\":[{\"eventVersion\":\"" version \
	"\",\"eventSource\":\"aws:s3\",\"awsRegion\":\"us-east-1\",\"eventTime\":" \
	"\"2025-11-21T04:40:00.123Z\",\"eventName\":\"" name \
	"\",\"userIdentity\":{\"principalId\":\"AWS:AIDA\"},\"requestParameters\":{" \
	"\"sourceIPAddress\":\"127.0.0.1\"},\"responseElements\":{\"x-amz-request-id\":" \
	"\"RID\",\"x-amz-id-2\":\"HID\"},\"s3\":{\"s3SchemaVersion\":\"1.0\"," \
	"\"configurationId\":\"cfg\",\"bucket\":{\"name\":\"b\",\"ownerIdentity\":{" \
	"\"principalId\":\"000000000000\"},\"arn\":\"arn:aws:s3:::b\"},\"object\":{" \
	"\"key\":\"a+b/%C3%BC\""

static void
as_aws_sends_them(void **state)
{
	struct rec_event r = put;

	(void)state;
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.1", "ObjectCreated:Put") ",\"size\":3,\"eTag\":\"eee\","
						 "\"versionId\":\"vvv\",\"sequencer\":"
						 "\"000000000000001F\"}}}]}");
	r.event = EVENT_ACL;
	r.flags = EVENT_HAS_OBJECT;
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.3", "ObjectAcl:Put") ",\"eTag\":\"eee\"}}}]}");
	r.event = EVENT_DELETE;
	r.flags = 0;
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.1",
		"ObjectRemoved:Delete") ",\"sequencer\":\"000000000000001F\"}}}]}");
	r.event = EVENT_TRANSITION;
	r.class = SPAN_LIT("GLACIER");
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.3",
		"LifecycleTransition") ",\"sequencer\":\"000000000000001F\"}},"
				       "\"lifecycleEventData\":{\"transitionEventData\":{"
				       "\"destinationStorageClass\":"
				       "\"GLACIER\"}}}]}");
	r.event = EVENT_RESTORE_COMPLETED;
	r.when_ms = 0;
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.1",
		"ObjectRestore:Completed") ",\"sequencer\":\"000000000000001F\"}},"
					   "\"glacierEventData\":{\"restoreEventData\":{"
					   "\"lifecycleRestorationExpiryTime\":"
					   "\"1970-01-01T00:00:00.000Z\","
					   "\"lifecycleRestoreStorageClass\":\"GLACIER\"}"
					   "}}]}");
	r.event = EVENT_REPLICATION_LATE;
	r.rule = SPAN_LIT("rule");
	r.destination = SPAN_LIT("arn:aws:s3:::to");
	r.operation = SPAN_LIT("OBJECT_PUT");
	r.took_ms = 901000;
	is(&r, TARGET_AWS, false,
	    AWS_HEAD("2.2",
		"Replication:OperationReplicatedAfterThreshold") ",\"sequencer\":"
								 "\"000000000000001F\"}},"
								 "\"replicationEventData"
								 "\":{"
								 "\"replicationRuleId\":"
								 "\"rule\","
								 "\"destinationBucket\":"
								 "\"arn:aws:s3:::to\","
								 "\"s3Operation\":"
								 "\"OBJECT_PUT\","
								 "\"requestTime\":\"1970-"
								 "01-01T00:00:00.000Z\","
								 "\"threshold\":\"900\","
								 "\"replicationTime\":"
								 "901}}]}");
	r = (struct rec_event){ .flags = EVENT_IS_TEST,
		.time_ms = put.time_ms,
		.bucket = SPAN_LIT("b"),
		.request_id = SPAN_LIT("RID"),
		.host_id = SPAN_LIT("HID") };
	is(&r, TARGET_AWS, false,
	    "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Time\":"
	    "\"2025-11-21T04:40:00.123Z\",\"Bucket\":\"b\",\"RequestId\":\"RID\","
	    "\"HostId\":\"HID\"}");
	is(&r, TARGET_MINIO, false, "");
	is(&r, TARGET_EVENTBRIDGE, false, "");
}

#define MINIO_RECORD(key) \
	"{\"eventVersion\":\"2.0\",\"eventSource\":\"minio:s3\",\"awsRegion\":\"\"," \
	"\"eventTime\":\"2025-11-21T04:40:00.123Z\",\"eventName\":" \
	"\"s3:ObjectCreated:Put\",\"userIdentity\":{\"principalId\":\"AKID\"}," \
	"\"requestParameters\":{\"principalId\":\"AKID\",\"region\":\"\"," \
	"\"sourceIPAddress\":\"127.0.0.1\"},\"responseElements\":{\"x-amz-id-2\":" \
	"\"HID\"," \
	"\"x-amz-request-id\":\"RID\"},\"s3\":{\"s3SchemaVersion\":\"1.0\"," \
	"\"configurationId\":\"cfg\",\"bucket\":{\"name\":\"b\",\"ownerIdentity\":{" \
	"\"principalId\":\"000000000000\"},\"arn\":\"arn:aws:s3:::b\"},\"object\":{" \
	"\"key\":\"" key \
	"\",\"size\":3,\"eTag\":\"eee\",\"contentType\":\"text/plain\"," \
	"\"userMetadata\":{\"content-type\":\"text/plain\"},\"versionId\":\"vvv\"," \
	"\"sequencer\":\"000000000000001F\"}},\"source\":{\"host\":\"127.0.0.1\"," \
	"\"port\":\"\",\"userAgent\":\"ua\"}}"
#define MINIO_HEAD \
	"{\"EventName\":\"s3:ObjectCreated:Put\",\"Key\":\"b/a " \
	"b/\xc3\xbc\",\"Records\":["

static void
as_minio_sends_them(void **state)
{
	(void)state;
	is(&put, TARGET_MINIO, false, MINIO_HEAD MINIO_RECORD("a+b%2F%C3%BC") "]}");
	is(&put, TARGET_MINIO, true, MINIO_HEAD MINIO_RECORD("a b/\xc3\xbc") "]}");
}

static void
as_r2_and_eventbridge_send_them(void **state)
{
	struct rec_event r = put;

	(void)state;
	is(&r, TARGET_R2, false,
	    "{\"account\":\"000000000000\",\"action\":\"PutObject\",\"bucket\":\"b\","
	    "\"object\":{\"key\":\"a b/\xc3\xbc\",\"size\":3,\"eTag\":\"eee\"},"
	    "\"eventTime\":\"2025-11-21T04:40:00.123Z\"}");
	r.event = EVENT_ACL;
	is(&r, TARGET_R2, false, "");
	is(&r, TARGET_EVENTBRIDGE, false,
	    "{\"version\":\"0\",\"id\":\"4a6d39d7-b143-3757-8f13-5e63cab13007\","
	    "\"detail-type\":\"Object ACL Updated\",\"source\":\"aws.s3\",\"account\":"
	    "\"000000000000\",\"time\":\"2025-11-21T04:40:00Z\",\"region\":\"us-east-1\","
	    "\"resources\":[\"arn:aws:s3:::b\"],\"detail\":{\"version\":\"0\",\"bucket\":"
	    "{"
	    "\"name\":\"b\"},\"object\":{\"key\":\"a b/\xc3\xbc\",\"etag\":\"eee\","
	    "\"version-id\":\"vvv\"},\"request-id\":\"RID\",\"requester\":"
	    "\"000000000000\",\"source-ip-address\":\"127.0.0.1\"}}");
	r.event = EVENT_GET;
	is(&r, TARGET_EVENTBRIDGE, false, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_aws_sends_them),
		cmocka_unit_test(as_minio_sends_them),
		cmocka_unit_test(as_r2_and_eventbridge_send_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
