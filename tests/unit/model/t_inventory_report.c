/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/inventory_report.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail_msg

#define CONFIG(format, when, fields) \
	"<Destination><S3BucketDestination>" \
	"<Bucket>arn:aws:s3:::to</Bucket><Format>" format \
	"</Format><Prefix>p</Prefix></S3BucketDestination></Destination>" \
	"<IsEnabled>true</IsEnabled><Filter><Prefix>a&amp;b</Prefix></Filter><Id>x</Id>" \
	"<IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields>" fields \
	"</OptionalFields><Schedule><Frequency>" when "</Frequency></Schedule>"
#define FIELD(name) "<Field>" name "</Field>"
#define ALL \
	"<Field>Size</Field>" \
	"<Field>LastModifiedDate</Field>" \
	"<Field>StorageClass</Field>" \
	"<Field>ETag</Field>" \
	"<Field>IsMultipartUploaded</Field>" \
	"<Field>ReplicationStatus</Field>" \
	"<Field>EncryptionStatus</Field>" \
	"<Field>ObjectLockRetainUntilDate</Field>" \
	"<Field>ObjectLockMode</Field>" \
	"<Field>ObjectLockLegalHoldStatus</Field>" \
	"<Field>IntelligentTieringAccessTier</Field>" \
	"<Field>BucketKeyStatus</Field>" \
	"<Field>ChecksumAlgorithm</Field>" \
	"<Field>LifecycleExpirationDate</Field>" \
	"<Field>ObjectOwner</Field>"

enum { HOUR = 3600000, DAY = 24 * HOUR };

static enum err
load(struct arena *a, const char *inner, struct inventory *out)
{
	struct fail fail;

	arena_init(a, 1 << 20);
	fail_init(&fail, NULL);
	return inventory_load(a, span_str(inner), out, &fail);
}

static void
row_is(const struct inventory *v, const struct inventory_row *r, const char *want)
{
	struct buf out = { 0 };

	inventory_row_put(&out, v, r);
	assert_string_equal(buf_cstr(&out), want);
	buf_fini(&out);
}

static void
configurations_are_read(void **state)
{
	struct inventory v;
	struct arena a;

	(void)state;
	assert_int_equal(
	    load(&a, CONFIG("CSV", "Weekly", FIELD("ETag") FIELD("Size") FIELD("ETag")),
		&v),
	    OK);
	assert_true(v.enabled && v.weekly && v.versions);
	assert_true(span_is(v.id, "x") && span_is(v.to, "to"));
	assert_true(span_is(v.to_prefix, "p") && span_is(v.prefix, "a&b"));
	assert_int_equal(v.n, 2);
	assert_int_equal(v.field[0], INVENTORY_ETAG);
	assert_int_equal(v.field[1], INVENTORY_SIZE);
	arena_fini(&a);
	assert_int_equal(load(&a, CONFIG("ORC", "Daily", ""), &v), E_CORRUPT);
	arena_fini(&a);
	assert_int_equal(
	    load(&a, CONFIG("CSV", "Daily", FIELD("ObjectAccessControlList")), &v),
	    E_CORRUPT);
	arena_fini(&a);
}

static void
rows_have_every_column(void **state)
{
	struct inventory_row r = { .bucket = SPAN_LIT("b"),
		.key = SPAN_LIT("a b/\"\xc3\xbc,\n+%"),
		.version = SPAN_LIT("v1"),
		.latest = true,
		.multipart = true,
		.held = true,
		.bucket_key = true,
		.size = UINT64_MAX,
		.mtime_ms = 1763700000123,
		.retain_ms = 1763700001000,
		.expires_ms = 1763769600000,
		.class = SPAN_LIT("STANDARD"),
		.etag = SPAN_LIT("e-2"),
		.replication = SPAN_LIT("PENDING"),
		.encryption = SPAN_LIT("SSE-S3"),
		.mode = SPAN_LIT("GOVERNANCE"),
		.tier = SPAN_LIT("FREQUENT"),
		.checksum = SPAN_LIT("CRC32"),
		.owner = SPAN_LIT("0f") };
	struct inventory v;
	struct arena a;

	(void)state;
	assert_int_equal(load(&a, CONFIG("CSV", "Daily", ALL), &v), OK);
	row_is(&v, &r,
	    "\"b\",\"a+b/%22%C3%BC%2C%0A%2B%25\",\"v1\",\"true\",\"false\","
	    "\"18446744073709551615\",\"2025-11-21T04:40:00.000Z\",\"STANDARD\",\"e-2\","
	    "\"true\",\"PENDING\",\"SSE-S3\",\"2025-11-21T04:40:01.000Z\",\"GOVERNANCE\","
	    "\"On\",\"FREQUENT\",\"ENABLED\",\"CRC32\",\"2025-11-22T00:00:00.000Z\","
	    "\"0f\"\n");
	r.marker = true;
	r.latest = false;
	r.replication = SPAN_NONE;
	row_is(&v, &r,
	    "\"b\",\"a+b/%22%C3%BC%2C%0A%2B%25\",\"v1\",\"false\",\"true\",\"\","
	    "\"2025-11-21T04:40:00.000Z\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
	    "\"\",\"\",\"\",\"\"\n");
	v.versions = false;
	v.n = 0;
	row_is(&v, &r, "\"b\",\"a+b/%22%C3%BC%2C%0A%2B%25\"\n");
	arena_fini(&a);
}

static void
manifests_are_aws_s(void **state)
{
	static const uint8_t md5[16] = { 0xab, 0xcd };
	struct buf files = { 0 }, out = { 0 };
	struct inventory v;
	struct arena a;

	(void)state;
	assert_int_equal(load(&a, CONFIG("CSV", "Daily", FIELD("Size")), &v), OK);
	inventory_file_put(&files, SPAN_LIT("p/b/x/data/1.csv.gz"), 7, md5);
	inventory_manifest_put(&out, &v, SPAN_LIT("b"), 1763700000000, buf_view(&files));
	assert_string_equal(buf_cstr(&out),
	    "{\n  \"sourceBucket\" : \"b\",\n  \"destinationBucket\" : "
	    "\"arn:aws:s3:::to\",\n  \"version\" : \"2016-11-30\",\n"
	    "  \"creationTimestamp\" : \"1763700000000\",\n  \"fileFormat\" : \"CSV\",\n"
	    "  \"fileSchema\" : \"Bucket, Key, VersionId, IsLatest, IsDeleteMarker, "
	    "Size\",\n  \"files\" : [\n    {\n      \"key\" : \"p/b/x/data/1.csv.gz\",\n"
	    "      \"size\" : 7,\n      \"MD5checksum\" : "
	    "\"abcd0000000000000000000000000000\"\n    }\n  ]\n}\n");
	buf_fini(&files);
	buf_fini(&out);
	arena_fini(&a);
}

static void
reports_are_due_daily_or_on_sundays(void **state)
{
	/* 2027-01-02 was a Saturday */
	static const int64_t saturday = INT64_C(1798848000000);
	struct inventory v = { .enabled = true };

	(void)state;
	assert_false(inventory_due(&v, saturday, saturday + 23 * HOUR));
	assert_true(inventory_due(&v, saturday + 23 * HOUR, saturday + DAY));
	v.weekly = true;
	assert_false(inventory_due(&v, saturday - DAY, saturday + 23 * HOUR));
	assert_true(inventory_due(&v, saturday, saturday + DAY));
	assert_false(inventory_due(&v, saturday + DAY, saturday + 2 * (int64_t)DAY));
	/* Nobody was there on Sunday. */
	assert_true(inventory_due(&v, saturday, saturday + 4 * (int64_t)DAY));
	v.enabled = false;
	assert_false(inventory_due(&v, saturday, saturday + DAY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations_are_read),
		cmocka_unit_test(rows_have_every_column),
		cmocka_unit_test(manifests_are_aws_s),
		cmocka_unit_test(reports_are_due_daily_or_on_sundays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
