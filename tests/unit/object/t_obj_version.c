/* SPDX-License-Identifier: Apache-2.0 */
/* How versions are called, and how many of them a key may have. */
#include "object/version.h"

#include "objkit.h"

static enum err
enable(struct txn *t, struct objkit *k, void *arg)
{
	enum err e = obj_version_set(t, SPAN_LIT("bkt"), *(uint8_t *)arg, &k->fail);

	return e == OK ? obj_bucket_find(t, SPAN_LIT("bkt"), &k->bucket, &k->fail) : e;
}

static void
versioning(struct objkit *k, uint8_t state)
{
	assert_int_equal(kit_write(k, enable, &state), OK);
}

static enum err
put(struct objkit *k, const char *key, struct obj_making how, struct rec_object *out)
{
	struct obj_put p = { .dest = kit_dest(k, key),
		.body = kit_body(k, SPAN_LIT("x")),
		.now_ms = 5,
		.arena = &k->arena };
	enum err e;

	fail_clear(&k->fail);
	p.dest.making = how;
	kit_now = k;
	obj_put_post(&p, k->store, k->inbox, kit_write_then);
	e = kit_wait(k);
	body_free(&p.body, e == OK);
	if (e == OK && out != NULL)
		*out = p.rec;
	return e;
}

struct removal {
	const char *key;
	struct obj_version version;
	struct obj_making how;
	struct obj_deleted did;
};

static enum err
remove_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct removal *r = arg;
	struct obj_drop how = { .now_ms = 6, .making = r->how };

	if (r->version.which == VERSION_CURRENT)
		return obj_delete(
		    t, &k->bucket, span_str(r->key), NULL, &how, &r->did, &k->fail);
	return obj_version_delete(
	    t, &k->bucket, span_str(r->key), &r->version, NULL, &how, &r->did, &k->fail);
}

static enum err
find_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct obj_version *v = arg;
	struct rec_object rec;
	enum err e = obj_version_find(t, &k->bucket, SPAN_LIT("k"), v, &rec, NULL);

	v->number = e == OK ? rec.number : 0;
	return e;
}

/* The number of the version that the text finds; 0: none. */
static uint64_t
found(struct objkit *k, const char *text, size_t n)
{
	struct obj_version v;

	assert_true(obj_version_parse(span_of(text, n), &v));
	(void)kit_read(k, find_fn, &v);
	return v.number;
}

static void
both_forms_find_either(void **state)
{
	const struct obj_making uuids = { .uuid = true }, plain = { 0 };
	struct objkit *k = *state;
	struct rec_object a, b;
	char text[VERSION_ID_TEXT], other[VERSION_ID_TEXT];
	uint8_t origin[ORIGIN_SIZE];

	versioning(k, VERSIONING_ENABLED);
	assert_int_equal(put(k, "k", plain, &a), OK);
	assert_int_equal(put(k, "k", uuids, &b), OK);
	assert_int_equal(obj_version_text(text, &a), VERSION_ID_NUMBER);
	assert_true(found(k, text, VERSION_ID_NUMBER) == a.number);
	version_origin_of(origin, a.number);
	version_origin_uuid(other, origin);
	assert_true(found(k, other, VERSION_ID_TEXT) == a.number);

	assert_int_equal(obj_version_text(text, &b), VERSION_ID_TEXT);
	assert_int_equal(text[14], '8'); /* RFC 9562: the version */
	assert_true(found(k, text, VERSION_ID_TEXT) == b.number);
	version_id_render(other, b.number);
	assert_true(found(k, other, VERSION_ID_NUMBER) == b.number);

	version_origin_of(origin, b.number + 1000);
	version_origin_uuid(other, origin);
	assert_true(found(k, other, VERSION_ID_TEXT) == 0);
	version_origin_new(origin);
	version_origin_uuid(other, origin);
	assert_true(found(k, other, VERSION_ID_TEXT) == 0);
}

static void
markers_and_nulls_have_their_names(void **state)
{
	struct objkit *k = *state;
	struct removal r = { .key = "k", .how = { .uuid = true } };
	char text[VERSION_ID_TEXT];
	struct rec_object rec;

	versioning(k, VERSIONING_ENABLED);
	assert_int_equal(kit_write(k, remove_fn, &r), OK);
	assert_true(r.did.marker);
	assert_int_equal(obj_version_text(text, &r.did.rec), VERSION_ID_TEXT);
	/* One that is not there is told as it was asked for. */
	r.version = obj_version_of(&r.did.rec);
	assert_int_equal(kit_write(k, remove_fn, &r), OK);
	assert_int_equal(kit_write(k, remove_fn, &r), OK);
	assert_false(r.did.existed);
	assert_int_equal(obj_version_text(text, &r.did.rec), VERSION_ID_TEXT);
	versioning(k, VERSIONING_SUSPENDED);
	assert_int_equal(put(k, "k", r.how, &rec), OK);
	assert_int_equal(obj_version_text(text, &rec), 4);
	kit_verify(k);
}

static void
a_key_has_so_many(void **state)
{
	const struct obj_making three = { .most = 3 }, any = { 0 };
	struct objkit *k = *state;
	struct removal marker = { .key = "k", .how = three }, old = { .key = "k" };
	struct rec_object rec;

	/* Without versions each takes the place of the one before. */
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(put(k, "k", three, &rec), OK);
	old.version = obj_version_of(&rec);
	versioning(k, VERSIONING_ENABLED);
	assert_int_equal(put(k, "k", three, NULL), OK);
	assert_int_equal(kit_write(k, remove_fn, &marker), OK);
	assert_int_equal(put(k, "k", three, NULL), E_TOO_MANY_VERSIONS);
	assert_int_equal(k->fail.code, E_TOO_MANY_VERSIONS);
	assert_int_equal(kit_write(k, remove_fn, &marker), E_TOO_MANY_VERSIONS);
	/* Another key has its own, and who has no limit goes on, which counts. */
	assert_int_equal(put(k, "l", three, NULL), OK);
	assert_int_equal(put(k, "k", any, NULL), OK);
	assert_int_equal(put(k, "k", three, NULL), E_TOO_MANY_VERSIONS);
	assert_int_equal(kit_write(k, remove_fn, &old), OK);
	assert_true(old.did.existed);
	assert_int_equal(put(k, "k", three, NULL), E_TOO_MANY_VERSIONS);
	marker.version = obj_version_of(&marker.did.rec);
	assert_int_equal(put(k, "k", (struct obj_making){ .most = 4 }, NULL), OK);
	assert_int_equal(
	    put(k, "k", (struct obj_making){ .most = 4 }, NULL), E_TOO_MANY_VERSIONS);
	kit_verify(k);
}

/* In a suspended bucket the null version is one beside the others, and only one. */
static void
a_null_counts_once(void **state)
{
	const struct obj_making two = { .most = 2 };
	struct objkit *k = *state;

	versioning(k, VERSIONING_ENABLED);
	assert_int_equal(put(k, "k", two, NULL), OK);
	versioning(k, VERSIONING_SUSPENDED);
	assert_int_equal(put(k, "k", two, NULL), OK);
	assert_int_equal(put(k, "k", two, NULL), OK);
	versioning(k, VERSIONING_ENABLED);
	assert_int_equal(put(k, "k", two, NULL), E_TOO_MANY_VERSIONS);
	kit_verify(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    both_forms_find_either, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    markers_and_nulls_have_their_names, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    a_key_has_so_many, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    a_null_counts_once, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests_name("obj_version", tests, NULL, NULL);
}
