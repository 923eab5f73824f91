/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>

#include "model/meter.h"
#include "model/rec.h"

#include "storekit.h"

static void
expect(struct txn *t, uint64_t bucket, uint8_t class, uint64_t objects, uint64_t bytes)
{
	struct usage u;

	assert_int_equal(usage_get(t, bucket, class, &u), OK);
	assert_true(u.objects == objects && u.bytes == bytes);
}

static enum err
adds(struct txn *t, void *arg)
{
	(void)arg;
	expect(t, 1, CLASS_STANDARD, 0, 0);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, 1, 100), OK);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, 1, 50), OK);
	assert_int_equal(usage_add(t, 1, CLASS_GLACIER, 1, 7), OK);
	assert_int_equal(usage_add(t, 2, CLASS_STANDARD, 1, INT64_MAX), OK);
	assert_int_equal(usage_add(t, 1, CLASS_STANDARD, -1, -100), OK);
	expect(t, 1, CLASS_STANDARD, 1, 50);
	expect(t, 1, CLASS_GLACIER, 1, 7);
	expect(t, 2, CLASS_STANDARD, 1, INT64_MAX);
	assert_int_equal(usage_drop(t, 1), OK);
	expect(t, 1, CLASS_STANDARD, 0, 0);
	expect(t, 1, CLASS_GLACIER, 0, 0);
	expect(t, 2, CLASS_STANDARD, 1, INT64_MAX);
	return OK;
}

static void
usage_add_and_drop(void **state)
{
	struct storekit *f = *state;

	assert_int_equal(store_write_wait(f->store, adds, NULL), OK);
}

static enum err
damage(struct txn *t, void *arg)
{
	char key[9] = { 0, 0, 0, 0, 0, 0, 0, 9, CLASS_STANDARD };
	struct usage u;

	(void)arg;
	assert_int_equal(
	    table_put(t, T_USAGE, span_of(key, sizeof key), SPAN_LIT("short")), OK);
	assert_int_equal(usage_get(t, 9, CLASS_STANDARD, &u), E_CORRUPT);
	assert_int_equal(usage_add(t, 9, CLASS_STANDARD, 1, 1), E_CORRUPT);
	return OK;
}

static void
usage_get_damaged(void **state)
{
	struct storekit *f = *state;

	assert_int_equal(store_write_wait(f->store, damage, NULL), OK);
}

static enum err
broken_records(struct txn *t, void *arg)
{
	(void)arg;
	return table_put(t, T_BUCKET, SPAN_LIT("bad"), SPAN_LIT("\x01?"));
}

static enum err
see_nothing(void *ctx, const struct blob_ref *r, struct span name)
{
	(void)ctx;
	(void)r;
	(void)name;
	return OK;
}

static enum err
walk(struct txn *t, void *arg)
{
	return model_walk(t, see_nothing, NULL, arg);
}

static void
model_walk_names_what_is_broken(void **state)
{
	struct storekit *f = *state;
	struct reader *r = reader_new(f->store);
	struct fail fail;

	fail_init(&fail, NULL);
	assert_int_equal(store_read(r, walk, &fail), OK);
	assert_int_equal(store_write_wait(f->store, broken_records, NULL), OK);
	assert_int_equal(store_read(r, walk, &fail), E_CORRUPT);
	assert_string_equal(fail_text(&fail), "bucket bad: the record cannot be read");
	reader_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_add_and_drop),
		cmocka_unit_test(usage_get_damaged),
		cmocka_unit_test(model_walk_names_what_is_broken),
	};

	return cmocka_run_group_tests_name(
	    "usage", tests, storekit_setup, storekit_teardown);
}
