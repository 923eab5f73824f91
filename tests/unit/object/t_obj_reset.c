/* SPDX-License-Identifier: Apache-2.0 */
/* Resets, and what they leave behind: at the end no row of it is there (kit_teardown counts
 * references). */
#include "objkit.h"

#include "codec/crc.h"
#include "model/directory.h"
#include "model/dropped.h"
#include "object/document.h"
#include "object/point.h"
#include "object/reset.h"
#include "object/upload.h"
#include "object/version.h"

static enum err
reset_fn(struct txn *t, struct objkit *k, void *arg)
{
	return obj_reset(t, arg, &k->fail);
}

static enum err
step_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)k;
	return obj_dropped_step(t, 20, arg);
}

static enum err
any_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)k;
	return obj_dropped_any(t, arg);
}

static enum err
find_fn(struct txn *t, struct objkit *k, void *arg)
{
	return obj_bucket_find(t, SPAN_LIT("bkt"), arg, &k->fail);
}

/* Rows of a table, of all spaces. */
struct count {
	unsigned table, rows;
};

static enum err
count_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct count *n = arg;
	struct table_cursor c;
	enum err e = table_begin(t, n->table, &c);

	(void)k;
	assert_int_equal(e, OK);
	n->rows = 0;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c))
		n->rows++;
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static unsigned
rows(struct objkit *k, unsigned table)
{
	struct count n = { .table = table };

	assert_int_equal(kit_read(k, count_fn, &n), OK);
	return n.rows;
}

/* Until nothing is left; the number of steps. */
static unsigned
drop_all(struct objkit *k)
{
	static const unsigned left[] = { T_OBJECT, T_ATTR, T_OBJPART, T_UPLOAD, T_PART,
		T_VERSION, T_NULLVER, T_USAGE, T_DROPPED };
	unsigned steps = 0;
	bool more = true, any;

	while (more) {
		assert_int_equal(kit_write(k, step_fn, &more), OK);
		steps++;
		if (steps % 8 == 0)
			kit_verify(k); /* at any point on the way */
	}
	assert_int_equal(kit_read(k, any_fn, &any), OK);
	assert_false(any);
	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		if (rows(k, left[i]) != 0)
			fail();
	return steps;
}

static void
refind(struct objkit *k)
{
	assert_int_equal(kit_read(k, find_fn, &k->bucket), OK);
}

static enum err
versioning_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)arg;
	return obj_version_set(t, SPAN_LIT("bkt"), VERSIONING_ENABLED, &k->fail);
}

static enum err
upload_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct obj_dest d = kit_dest(k, arg);
	struct rec_upload u = { .initiated_ms = 1 };
	enum err e = obj_upload_create(t, &d, &u);

	for (unsigned i = 1; e == OK && i <= 100; i++) {
		struct rec_part p = { .size = 5, .mtime_ms = 1 };

		e = blob_put(t, SPAN_LIT("bytes"), crc32c_add(0, "bytes", 5), &p.body);
		if (e == OK)
			e = obj_part_put(t, &u, i, &p);
	}
	return e;
}

static enum err
point_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct rec_point p = { .bucket = SPAN_LIT("bkt"),
		.alias = SPAN_LIT("pnt-alias-s3alias") };

	(void)arg;
	return obj_point_create(t, SPAN_LIT(ACCOUNT_ROOT), SPAN_LIT("pnt"), &p, &k->fail);
}

static enum err
doc_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct obj_doc d = { .bucket = SPAN_LIT("bkt"),
		.bucket_id = k->bucket.id,
		.doc = DOC_TAGGING,
		.fail = &k->fail };
	struct doc_text text = { .inner = SPAN_LIT("<TagSet></TagSet>") };

	(void)arg;
	return obj_doc_put(t, &d, &text);
}

static enum err
user_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct entity e = { .kind = ENTITY_USER,
		.id = SPAN_LIT("AIDA1"),
		.name = SPAN_LIT("ann"),
		.path = SPAN_LIT("/") };

	(void)k;
	(void)arg;
	return directory_put(t, SPAN_LIT(ACCOUNT_ROOT), &e);
}

static enum err
outbox_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)k;
	(void)arg;
	return table_put(t, T_OUTBOX, SPAN_LIT("qarn"), SPAN_LIT("an event"));
}

/* Something of everything. */
static void
fill(struct objkit *k)
{
	static const size_t sizes[] = { 0, 10, 20000, 300000 };
	struct field meta[] = { { SPAN_LIT("x-amz-meta-a"), SPAN_LIT("1") } };
	char *p = kit_bytes(300000, 3), name[1100];
	char upload[] = "up";

	assert_int_equal(kit_write(k, versioning_fn, NULL), OK);
	refind(k);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(
		    name, sizeof name, "%u/%0*u", i % 20, i % 5 == 0 ? 900 : 3, i % 20);
		assert_int_equal(
		    kit_put_cond(k, name, span_of(p, sizes[i % ARRAY_LEN(sizes)]),
			(struct obj_cond){ 0 }, (struct attrs){ meta, 1 }, NULL),
		    OK);
	}
	assert_int_equal(kit_write(k, upload_fn, upload), OK);
	assert_int_equal(kit_write(k, doc_fn, NULL), OK);
	assert_int_equal(kit_write(k, point_fn, NULL), OK);
	assert_int_equal(kit_write(k, user_fn, NULL), OK);
	assert_int_equal(kit_write(k, outbox_fn, NULL), OK);
	mem_free(p);
}

static void
obj_reset_all(void **state)
{
	struct objkit *k = *state;
	struct obj_reset r = { .now_ms = 7 };
	char name[] = "bkt";

	fill(k);
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	assert_int_equal(r.buckets, 1);
	assert_int_equal(kit_read(k, find_fn, &k->bucket), E_NO_SUCH_BUCKET);
	assert_int_equal(rows(k, T_POINT) + rows(k, T_POINT_ALIAS), 0);
	assert_int_equal(rows(k, T_IDENTITY) + rows(k, T_OUTBOX), 0);
	kit_verify(k);
	assert_true(drop_all(k) > 1);
	assert_int_equal(rows(k, T_DOCUMENT), 0);
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	assert_int_equal(r.buckets, 0);
	assert_int_equal(kit_write(k, kit_make_bucket, name), OK);
}

static void
obj_reset_all_keeps(void **state)
{
	struct objkit *k = *state;
	struct obj_reset r = {
		.now_ms = 7, .keep_settings = true, .keep_identities = true
	};
	struct rec_bucket was;

	fill(k);
	was = k->bucket;
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	refind(k);
	assert_true(was.id != k->bucket.id && was.versions != k->bucket.versions);
	assert_true(was.created_ms == k->bucket.created_ms);
	assert_int_equal(k->bucket.versioning, VERSIONING_ENABLED);
	assert_int_equal(rows(k, T_POINT), 1);
	assert_true(rows(k, T_IDENTITY) > 0);
	kit_usage(k, CLASS_STANDARD, 0, 0);
	(void)kit_put(k, "new", SPAN_LIT("new"));
	kit_verify(k);
	r.keep_settings = false;
	r.bucket = SPAN_LIT("bkt");
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	drop_all(k);
	assert_int_equal(rows(k, T_DOCUMENT), 0);
	assert_true(rows(k, T_IDENTITY) > 0);
}

static void
obj_reset_one(void **state)
{
	struct objkit *k = *state;
	struct obj_reset r = { .bucket = SPAN_LIT("bkt"), .now_ms = 7, .ownership = 2 };
	char other[] = "other";

	fill(k);
	assert_int_equal(kit_write(k, kit_make_bucket, other), OK);
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	refind(k);
	assert_int_equal(k->bucket.versioning, VERSIONING_NEVER);
	assert_int_equal(k->bucket.created_ms, 7);
	assert_int_equal(rows(k, T_BUCKET), 2);
	assert_int_equal(
	    rows(k, T_OUTBOX), 1); /* those of other buckets are among them */
	assert_int_equal(rows(k, T_POINT), 0);
	(void)kit_put(k, "1/001", SPAN_LIT("new"));
	kit_same(k, "1/001", SPAN_LIT("new"));
	kit_usage(k, CLASS_STANDARD, 1, 3);
	r.bucket = SPAN_LIT("nope");
	assert_int_equal(kit_write(k, reset_fn, &r), E_NO_SUCH_BUCKET);
	r.bucket = SPAN_LIT("bkt");
	assert_int_equal(kit_write(k, reset_fn, &r), OK);
	drop_all(k);
	assert_int_equal(rows(k, T_DOCUMENT), 1); /* the ownership of one begun anew */
}

static void
rec_dropped_of_other_lengths(void **state)
{
	struct rec_dropped d = { 1, 2, 3 }, back;
	uint8_t row[REC_DROPPED + 1] = { 0 };

	(void)state;
	rec_dropped_put(row, &d);
	assert_int_equal(rec_dropped_get(span_of(row, REC_DROPPED), &back), OK);
	assert_true(back.bucket == 1 && back.uploads == 2 && back.versions == 3);
	for (size_t n = 0; n < sizeof row; n++)
		if (n != REC_DROPPED)
			assert_int_equal(
			    rec_dropped_get(span_of(row, n), &back), E_CORRUPT);
	row[0]++;
	assert_int_equal(rec_dropped_get(span_of(row, REC_DROPPED), &back), E_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(obj_reset_all, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    obj_reset_all_keeps, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(obj_reset_one, kit_setup, kit_teardown),
		cmocka_unit_test(rec_dropped_of_other_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
