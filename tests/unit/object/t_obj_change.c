/* SPDX-License-Identifier: Apache-2.0 */
/* Appends and renames; at the end nothing is counted wrong (kit_teardown). */
#include "objkit.h"

static struct field meta[] = { { { "x-amz-meta-a", 12 }, { "1", 1 } } };

static enum err
append(struct objkit *k, const char *key, uint64_t offset, struct span data,
    struct obj_put *out)
{
	struct obj_put p = { .dest = kit_dest(k, key),
		.body = kit_body(k, data),
		.now_ms = 1,
		.append = true,
		.offset = offset,
		.arena = &k->arena };
	enum err e;

	kit_now = k;
	obj_put_post(&p, k->store, k->inbox, kit_write_then);
	e = kit_wait(k);
	body_free(&p.body, e == OK);
	if (out != NULL)
		*out = p;
	return e;
}

static void
obj_put_append(void **state)
{
	static const size_t sizes[] = { 3, 20000, 600000, 1, 4081 };
	struct objkit *k = *state;
	char *p = kit_bytes(700000, 9);
	struct obj_put out;
	size_t n = 0;

	assert_int_equal(
	    append(k, "log", 1, span_of(p, 1), NULL), E_INVALID_WRITE_OFFSET);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		assert_int_equal(append(k, "log", n, span_of(p + n, sizes[i]), &out), OK);
		n += sizes[i];
		assert_int_equal(out.appended, i > 0);
		assert_int_equal(out.rec.parts, i > 0 ? i + 1 : 0);
		assert_true(out.rec.size == n);
		kit_same(k, "log", span_of(p, n));
		kit_usage(k, CLASS_STANDARD, 1, n);
	}
	assert_int_equal(
	    append(k, "log", n - 1, span_of(p, 1), NULL), E_INVALID_WRITE_OFFSET);
	assert_int_equal(
	    append(k, "log", 0, span_of(p, 1), NULL), E_INVALID_WRITE_OFFSET);
	kit_same(k, "log", span_of(p, n));
	kit_verify(k);
	mem_free(p);
}

/* Behind a list that a copy shares, and behind one nobody shares: the copy stays as it was. */
static void
obj_put_append_to_a_shared_list(void **state)
{
	enum { STEP = 700, N = 40 };
	struct objkit *k = *state;
	char *p = kit_bytes((size_t)STEP * N, 4);
	struct obj_copy c = { .dest = kit_dest(k, "copy"),
		.source = { .bucket = SPAN_LIT("bkt"), .key = SPAN_LIT("shared") },
		.arena = &k->arena,
		.now_ms = 1 };

	for (size_t i = 0; i < N; i++) {
		if (i == 5) {
			assert_int_equal(kit_find(k, "shared", &c.source.seen), OK);
			kit_now = k;
			obj_copy_post(&c, k->store, k->inbox, kit_write_then);
			assert_int_equal(kit_wait(k), OK);
		}
		assert_int_equal(
		    append(k, "shared", i * STEP, span_of(p + i * STEP, STEP), NULL), OK);
		kit_same(k, "shared", span_of(p, (i + 1) * STEP));
	}
	kit_same(k, "copy", span_of(p, 5 * STEP));
	assert_int_equal(
	    append(k, "copy", 5 * STEP, span_of(p + 5 * STEP, STEP), NULL), OK);
	kit_same(k, "copy", span_of(p, 6 * STEP));
	kit_verify(k);
	mem_free(p);
}

struct rename {
	const char *from, *to;
	struct obj_cond source, dest;
};

static enum err
rename_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct rename *r = arg;
	struct obj_dest d = kit_dest(k, r->to);

	fail_clear(&k->fail);
	d.cond = r->dest;
	return obj_rename(t, &d, span_str(r->from), &r->source, 1);
}

static void
obj_rename_moves(void **state)
{
	struct objkit *k = *state;
	struct rename r = { .from = "from", .to = "to" };
	struct attrs with = { meta, 1 };
	struct rec_object before = { 0 }, after = { 0 };
	char *p = kit_bytes(600000, 4);

	(void)kit_put(k, "to", span_of(p, 20000));
	assert_int_equal(kit_put_cond(k, "from", span_of(p, 600000),
			     (struct obj_cond){ 0 }, with, &before),
	    OK);
	kit_usage(k, CLASS_STANDARD, 3, 620000 + 624085);
	assert_int_equal(kit_write(k, rename_fn, &r), OK);
	kit_same(k, "to", span_of(p, 600000));
	assert_int_equal(kit_find(k, "from", &after), E_NO_SUCH_KEY);
	assert_int_equal(kit_find(k, "to", &after), OK);
	assert_true(after.number == before.number && after.mtime_ms == before.mtime_ms);
	assert_true((after.flags & OBJECT_HAS_ATTR) != 0);
	kit_usage(k, CLASS_STANDARD, 2, 600000 + 624085);
	assert_int_equal(kit_write(k, rename_fn, &r), E_NO_SUCH_KEY);
	kit_verify(k);
	mem_free(p);
}

static void
obj_rename_refused(void **state)
{
	struct objkit *k = *state;
	struct rename self = { .from = "a", .to = "a" };
	struct rename none = {
		.from = "a", .to = "b", .dest = { .if_none_match = SPAN_LIT("*") }
	};
	struct rename old = { .from = "a",
		.to = "b",
		.dest = { .has_unmodified = true, .unmodified_since = -1 } };
	struct rename other = { .from = "a",
		.to = "b",
		.source = {
		    .prefix = "x-amz-rename-source-", .if_match = SPAN_LIT("\"0\"") } };

	kit_put(k, "a", SPAN_LIT("x"));
	kit_put(k, "b", SPAN_LIT("y"));
	assert_int_equal(kit_write(k, rename_fn, &self), E_INVALID_REQUEST);
	assert_int_equal(kit_write(k, rename_fn, &none), E_PRECONDITION);
	assert_int_equal(kit_write(k, rename_fn, &old), E_PRECONDITION);
	assert_int_equal(kit_write(k, rename_fn, &other), E_PRECONDITION);
	kit_same(k, "a", SPAN_LIT("x"));
	kit_same(k, "b", SPAN_LIT("y"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obj_put_append),
		cmocka_unit_test(obj_rename_moves),
		cmocka_unit_test(obj_rename_refused),
		cmocka_unit_test(obj_put_append_to_a_shared_list),
	};

	return cmocka_run_group_tests_name("obj_change", tests, kit_setup, kit_teardown);
}
