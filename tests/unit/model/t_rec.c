/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <string.h>

#include "model/version.h"

#include "codec/sealed.h"

#include <cmocka.h>

static struct checksum
sum_of(uint8_t kind, uint8_t n, bool composite)
{
	struct checksum c = { .kind = kind, .composite = composite, .n = n };

	memset(c.value, kind + 1, n);
	return c;
}

static const struct {
	uint8_t kind, n;
} sums[] = { { CHECKSUM_NONE, 0 }, { CHECKSUM_CRC32, 4 }, { CHECKSUM_CRC32C, 4 },
	{ CHECKSUM_CRC64NVME, 8 }, { CHECKSUM_SHA1, 20 }, { CHECKSUM_SHA256, 32 },
	{ CHECKSUM_SHA512, 64 }, { CHECKSUM_MD5, 16 }, { CHECKSUM_XXHASH64, 8 },
	{ CHECKSUM_XXHASH3, 8 }, { CHECKSUM_XXHASH128, 16 } };

static struct rec_object
object(uint8_t kind, uint8_t n)
{
	struct rec_object r = { .flags = OBJECT_HAS_ATTR,
		.class = CLASS_GLACIER_IR,
		.mime = 513,
		.parts = 10000,
		.size = UINT64_C(53687091200000),
		.mtime_ms = INT64_C(1763700000123),
		.number = UINT64_MAX - 1,
		.body = { BLOB_LIST, 42, 7, UINT64_C(53687091200000) },
		.checksum = sum_of(kind, n, kind == CHECKSUM_SHA256) };

	memset(r.etag, 0xe5, sizeof r.etag);
	return r;
}

static void
rec_object_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		struct rec_object in = object(sums[i].kind, sums[i].n), out;
		uint8_t row[REC_OBJECT_MAX];
		size_t n = rec_object_put(row, &in);

		assert_true(n <= sizeof row);
		assert_int_equal(rec_object_get(span_of(row, n), &out), OK);
		assert_int_equal(out.flags, in.flags);
		assert_int_equal(out.class, in.class);
		assert_int_equal(out.mime, in.mime);
		assert_int_equal(out.parts, in.parts);
		assert_true(out.size == in.size && out.mtime_ms == in.mtime_ms);
		assert_true(out.number == in.number);
		assert_memory_equal(out.etag, in.etag, 16);
		assert_memory_equal(&out.checksum, &in.checksum, sizeof in.checksum);
		assert_int_equal(out.body.kind, BLOB_LIST);
		assert_true(out.body.id == 42 && out.body.off == 7);
		assert_true(out.body.len == in.size);
	}
}

static void
rec_object_damaged(void **state)
{
	struct rec_object in = object(CHECKSUM_CRC64NVME, 8), out = { .number = 77 };
	const size_t fatal[] = { 0, 1, 2, 3, 8, 48 }; /* version .. kind of the body */
	uint8_t row[REC_OBJECT_MAX + 1];
	size_t n = rec_object_put(row, &in);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rec_object_get(span_of(row, i), &out), E_CORRUPT);
	row[n] = 0;
	assert_int_equal(rec_object_get(span_of(row, n + 1), &out), E_CORRUPT);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++) {
		row[fatal[i]] ^= 0x7c;
		assert_int_equal(rec_object_get(span_of(row, n), &out), E_CORRUPT);
		row[fatal[i]] ^= 0x7c;
	}
	assert_int_equal(out.number, 77); /* untouched */
	assert_int_equal(rec_object_get(span_of(row, n), &out), OK);
}

static void
rec_part_round_trip_and_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		struct rec_part in = { .size = 5 << 20,
			.mtime_ms = 1,
			.body = { BLOB_FILE, 9, 0, 5 << 20 },
			.checksum = sum_of(sums[i].kind, sums[i].n, false) };
		struct rec_part out;
		uint8_t row[REC_PART_MAX];
		size_t n = rec_part_put(row, &in);

		memset(in.etag, 1, sizeof in.etag);
		n = rec_part_put(row, &in);
		assert_int_equal(rec_part_get(span_of(row, n), &out), OK);
		assert_true(out.size == in.size && out.mtime_ms == 1);
		assert_memory_equal(out.etag, in.etag, 16);
		assert_memory_equal(&out.checksum, &in.checksum, sizeof in.checksum);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(rec_part_get(span_of(row, k), &out), E_CORRUPT);
		row[2] ^= 1; /* size is no longer the body's */
		assert_int_equal(rec_part_get(span_of(row, n), &out), E_CORRUPT);
	}
}

/* Encrypted bodies are longer than the bytes in them, by exactly so much. */
static void
rec_sealed_sizes(void **state)
{
	struct rec_object o = object(CHECKSUM_CRC64NVME, 8), got;
	struct rec_part p = { .sealed = true,
		.size = 100000,
		.body = { BLOB_FILE, 9, 0, sealed_size(100000) } },
			back;
	uint8_t row[REC_OBJECT_MAX];

	(void)state;
	o.flags |= OBJECT_IS_SEALED;
	o.body.kind = BLOB_FILE;
	o.body.len = sealed_size(o.size);
	assert_int_equal(rec_object_get(span_of(row, rec_object_put(row, &o)), &got), OK);
	assert_true((got.flags & OBJECT_IS_SEALED) != 0 && got.size == o.size);
	o.body.len++;
	assert_int_equal(
	    rec_object_get(span_of(row, rec_object_put(row, &o)), &got), E_CORRUPT);
	o.body.kind = BLOB_LIST; /* pieces are checked where they are looked at */
	assert_int_equal(rec_object_get(span_of(row, rec_object_put(row, &o)), &got), OK);
	o.body.len = o.size - 1;
	assert_int_equal(
	    rec_object_get(span_of(row, rec_object_put(row, &o)), &got), E_CORRUPT);
	assert_int_equal(rec_part_get(span_of(row, rec_part_put(row, &p)), &back), OK);
	assert_true(back.sealed && back.size == p.size);
	p.sealed = false;
	assert_int_equal(
	    rec_part_get(span_of(row, rec_part_put(row, &p)), &back), E_CORRUPT);
}

static void
rec_bucket_round_trip_and_damage(void **state)
{
	struct rec_bucket in = { .id = 1,
		.uploads = 2,
		.versioning = VERSIONING_SUSPENDED,
		.versions = 3,
		.created_ms = INT64_C(1763700000123),
		.region = SPAN_LIT("eu-west-1"),
		.account = "12345678901",
		.watch = WATCH_REPLICATION,
		.quota = 1 << 20 },
			  out;
	struct buf row = { 0 };

	(void)state;
	in.account[11] = '2';
	rec_bucket_put(&row, &in);
	assert_int_equal(rec_bucket_get(buf_view(&row), &out), OK);
	assert_true(out.id == 1 && out.uploads == 2 && out.created_ms == in.created_ms);
	assert_true(span_is(out.region, "eu-west-1"));
	assert_true(out.versioning == VERSIONING_SUSPENDED && out.versions == 3);
	assert_memory_equal(out.account, "123456789012", ACCOUNT_DIGITS);
	assert_int_equal(out.watch, WATCH_REPLICATION);
	assert_int_equal(out.quota, 1 << 20);
	for (size_t i = 0; i < row.n; i++)
		assert_int_equal(rec_bucket_get(span_of(row.p, i), &out), E_CORRUPT);
	buf_char(&row, 'x');
	assert_int_equal(rec_bucket_get(buf_view(&row), &out), E_CORRUPT);
	row.n--;
	row.p[0] = 6;
	assert_int_equal(rec_bucket_get(buf_view(&row), &out), E_CORRUPT);
	buf_fini(&row);
}

/* Bytes as the first release wrote them: no versioning, and none is what they mean. */
static void
rec_bucket_of_version_1(void **state)
{
	static const char stored[] = "\1\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\10"
				     "\0\0\1\232\240\0\0\0\0\0\0\11eu-west-1";
	struct rec_bucket out;

	(void)state;
	assert_int_equal(rec_bucket_get(span_of(stored, sizeof stored - 1), &out), OK);
	assert_true(out.id == 7 && out.uploads == 8 && span_is(out.region, "eu-west-1"));
	assert_true(out.versioning == VERSIONING_NEVER && out.versions == 0);
}

/* The same of version 3: nobody watches it. */
static void
rec_bucket_of_version_3(void **state)
{
	static const char stored[] =
	    "\3\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\10"
	    "\0\0\1\232\240\0\0\0\0\0\0\11eu-west-1\1\0\0\0\0\0\0\0\11"
	    "123456789012";
	struct rec_bucket out;

	(void)state;
	assert_int_equal(rec_bucket_get(span_of(stored, sizeof stored - 1), &out), OK);
	assert_true(out.id == 7 && out.versions == 9 && out.watch == 0);
	assert_memory_equal(out.account, "123456789012", ACCOUNT_DIGITS);
}

static void
version_id_round_trip(void **state)
{
	const uint64_t numbers[] = { 1, 255, 256, UINT64_MAX - 1 };
	char text[VERSION_ID_NUMBER];
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		version_id_render(text, numbers[i]);
		assert_true(version_id_parse(span_of(text, sizeof text), &number));
		assert_true(number == numbers[i]);
		text[0] = text[0] == 'A' ? 'B' : 'A';
		assert_false(version_id_parse(span_of(text, sizeof text), &number));
		assert_false(version_id_parse(span_of(text, sizeof text - 1), &number));
	}
}

static struct field fields[] = {
	{ { "cache-control", 13 }, { "no-store", 8 } },
	{ { "x-amz-meta-empty", 16 }, { "", 0 } },
	{ { "x-amz-meta-bytes", 16 }, { "\xff\x01 ", 3 } },
};

static void
rec_attrs_round_trip_and_damage(void **state)
{
	struct attrs in = { fields, ARRAY_LEN(fields) }, out;
	struct buf row = { 0 };
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	rec_attrs_put(&row, &in);
	assert_int_equal(rec_attrs_get(&a, buf_view(&row), &out), OK);
	assert_int_equal(out.n, in.n);
	for (size_t i = 0; i < in.n; i++) {
		assert_true(span_eq(out.field[i].name, in.field[i].name));
		assert_true(span_eq(out.field[i].value, in.field[i].value));
	}
	for (size_t i = 0; i < row.n; i++)
		assert_int_equal(rec_attrs_get(&a, span_of(row.p, i), &out), E_CORRUPT);
	row.p[1] = (char)0xff; /* more fields than bytes */
	assert_int_equal(rec_attrs_get(&a, buf_view(&row), &out), E_CORRUPT);
	buf_fini(&row);
	arena_fini(&a);
}

static void
rec_upload_round_trip_and_damage(void **state)
{
	struct rec_upload in = { .number = 3,
		.salt = UINT64_MAX,
		.initiated_ms = 5,
		.class = CLASS_STANDARD_IA,
		.checksum = CHECKSUM_SHA1,
		.composite = true,
		.saw_delete = true,
		.mime = 9,
		.attrs = { fields, 2 } };
	struct rec_upload out;
	struct buf row = { 0 };
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	rec_upload_put(&row, &in);
	assert_int_equal(rec_upload_get(&a, buf_view(&row), &out), OK);
	assert_true(out.number == 3 && out.salt == UINT64_MAX && out.initiated_ms == 5);
	assert_int_equal(out.class, CLASS_STANDARD_IA);
	assert_int_equal(out.checksum, CHECKSUM_SHA1);
	assert_true(out.composite && out.saw_delete && !out.checksum_given);
	assert_int_equal(out.mime, 9);
	assert_int_equal(out.attrs.n, 2);
	for (size_t i = 0; i < row.n; i++)
		assert_int_equal(rec_upload_get(&a, span_of(row.p, i), &out), E_CORRUPT);
	row.p[25] = CLASS_COUNT;
	assert_int_equal(rec_upload_get(&a, buf_view(&row), &out), E_CORRUPT);
	buf_fini(&row);
	arena_fini(&a);
}

static void
upload_key_order(void **state)
{
	/* By key, then by number; a key sorts before what it begins. */
	static const struct {
		const char *key;
		uint64_t number;
	} rows[] = { { "a", 1 }, { "a", 2 }, { "a", 256 }, { "a", UINT64_MAX },
		{ "a\x01", 1 }, { "a/", 1 }, { "a/b", 1 }, { "b", 1 } };
	struct buf last = { 0 }, one = { 0 };
	uint64_t number;
	struct span key;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		one.n = 0;
		upload_key_put(&one, span_str(rows[i].key), rows[i].number);
		if (i > 0)
			assert_true(span_cmp(buf_view(&last), buf_view(&one)) < 0);
		assert_true(upload_key_get(buf_view(&one), &key, &number));
		assert_true(span_is(key, rows[i].key));
		assert_true(number == rows[i].number);
		last.n = 0;
		buf_span(&last, buf_view(&one));
	}
	assert_false(upload_key_get(SPAN_LIT("12345678"), &key, &number));
	assert_false(upload_key_get(SPAN_LIT("x12345678"), &key, &number));
	buf_fini(&last);
	buf_fini(&one);
}

static void
upload_id_text(void **state)
{
	char text[UPLOAD_ID_TEXT + 1] = { 0 };
	uint64_t number, salt;

	(void)state;
	upload_id_render(text, 0x1234, UINT64_MAX);
	assert_string_equal(text, "0000000000001234ffffffffffffffff");
	assert_true(upload_id_parse(span_of(text, UPLOAD_ID_TEXT), &number, &salt));
	assert_true(number == 0x1234 && salt == UINT64_MAX);
	assert_false(upload_id_parse(span_of(text, UPLOAD_ID_TEXT - 1), &number, &salt));
	assert_false(upload_id_parse(SPAN_NONE, &number, &salt));
	text[3] = 'g';
	assert_false(upload_id_parse(span_of(text, UPLOAD_ID_TEXT), &number, &salt));
}

static void
class_find_each(void **state)
{
	uint8_t found;

	(void)state;
	for (uint8_t i = 0; i < CLASS_COUNT; i++) {
		assert_true(class_find(span_str(class_name(i)), &found));
		assert_int_equal(found, i);
	}
	assert_string_equal(class_name(0), "STANDARD");
	assert_false(class_find(SPAN_LIT("standard"), &found));
	assert_false(class_find(SPAN_LIT(""), &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rec_object_round_trip),
		cmocka_unit_test(rec_object_damaged),
		cmocka_unit_test(rec_part_round_trip_and_damage),
		cmocka_unit_test(rec_sealed_sizes),
		cmocka_unit_test(rec_bucket_round_trip_and_damage),
		cmocka_unit_test(rec_bucket_of_version_1),
		cmocka_unit_test(rec_bucket_of_version_3),
		cmocka_unit_test(version_id_round_trip),
		cmocka_unit_test(rec_attrs_round_trip_and_damage),
		cmocka_unit_test(rec_upload_round_trip_and_damage),
		cmocka_unit_test(upload_key_order),
		cmocka_unit_test(upload_id_text),
		cmocka_unit_test(class_find_each),
	};

	return cmocka_run_group_tests_name("rec", tests, NULL, NULL);
}
