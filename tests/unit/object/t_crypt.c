/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/crypt.h"

#include "object/plain.h"
#include "object/rotate.h"
#include "objkit.h"

enum { SMALL = 1000, LARGE = 900000 };
#define ARN "arn:aws:kms:eu-west-1:000000000000:"
#define UUID "11111111-2222-3333-4444-555555555555"

static const char file[] =
    "{\"keys\": [{\"name\": \"open\"}, {\"name\": \"off\", \"id\": \"" UUID
    "\", \"state\": \"Disabled\"}, {\"name\": \"dying\", \"state\": "
    "\"PendingDeletion\"}]}";

static struct keyring *
ring(const char *text)
{
	struct keyring *k = keyring_new();

	assert_int_equal(keyring_add_lines(k, span_str(text), NULL), OK);
	return k;
}

#define OLD "0101010101010101010101010101010101010101010101010101010101010101"
#define NEW "0202020202020202020202020202020202020202020202020202020202020202"

static enum err
open_with(struct objkit *k, struct kms **out, const char *master, const char *names,
    const char *text)
{
	struct keyring *keys = ring(master);
	struct kms_conf c = { .store = k->store,
		.keys = keys,
		.region = "eu-west-1",
		.account = "000000000000",
		.names = names,
		.file = span_str(text),
		.now_ms = 1 };
	enum err e;

	fail_clear(&k->fail);
	e = kms_open(out, &c, &k->fail);
	keyring_free(&keys);
	return e;
}

static struct kms *
opened(struct objkit *k)
{
	struct kms *kms = NULL;

	assert_int_equal(open_with(k, &kms, OLD, "a,b/c=" UUID, ""), OK);
	return kms;
}

/* ---- named keys ---- */

static enum err
find(struct objkit *k, const struct kms *kms, const char *name, const char *text)
{
	const struct kms_key *key = NULL;
	enum err e;

	fail_clear(&k->fail);
	e = kms_find(kms, span_str(name), &key, &k->fail);
	assert_true((e == OK) == (key != NULL));
	if (text != NULL)
		assert_string_equal(fail_text(&k->fail), text);
	return e;
}

static void
kms_find_by_all_its_names(void **state)
{
	static const char *const good[] = { "alias/b/c", UUID, (ARN "key/" UUID),
		(ARN "alias/b/c"), "b/c", "alias/aws/s3" };
	struct objkit *k = *state;
	struct kms *kms = opened(k);

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(find(k, kms, good[i], NULL), OK);
	assert_int_equal(
	    find(k, kms, "nobody", "Invalid keyId 'nobody'"), E_KMS_NOT_FOUND);
	assert_int_equal(find(k, kms, "aws/s3", "Invalid keyId aws/s3"), E_KMS_NOT_FOUND);
	assert_int_equal(find(k, kms, "arn:aws:kms:us-east-1:000000000000:key/" UUID,
			     "Invalid arn us-east-1"),
	    E_KMS_NOT_FOUND);
	assert_int_equal(find(k, kms, "11111111-2222-3333-4444-555555555556",
			     "Key 'arn:aws:kms:eu-west-1:000000000000:key/"
			     "11111111-2222-3333-4444-555555555556' does not exist"),
	    E_KMS_NOT_FOUND);
	/* The store's own keys have no name, and none may be guessed. */
	assert_int_equal(
	    find(k, kms, "00000000-0000-0000-0000-000000000000", NULL), E_KMS_NOT_FOUND);
	assert_int_equal(find(k, kms, "alias/", NULL), E_KMS_NOT_FOUND);
	assert_int_equal(find(k, kms, "", NULL), E_KMS_NOT_FOUND);
	kms_free(&kms);
}

static void
kms_states_and_names(void **state)
{
	static const char *const bad[] = { "a b", "aws/s3", "x=1",
		("x=" UUID ",y=" UUID) };
	struct objkit *k = *state;
	struct kms *kms = NULL;

	assert_int_equal(open_with(k, &kms, OLD, "", file), OK);
	assert_int_equal(find(k, kms, "alias/open", NULL), OK);
	assert_int_equal(find(k, kms, UUID, NULL), E_KMS_DISABLED);
	assert_int_equal(find(k, kms, "alias/dying", NULL), E_KMS_STATE);
	kms_free(&kms);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(open_with(k, &kms, OLD, bad[i], ""), E_CONFIG);
	/* Without the file a key stays as it was. */
	assert_int_equal(open_with(k, &kms, OLD, "off", ""), OK);
	assert_int_equal(find(k, kms, UUID, NULL), E_KMS_DISABLED);
	kms_free(&kms);
}

static void
kms_master_key_changes(void **state)
{
	struct objkit *k = *state;
	struct kms *kms = opened(k);

	kms_free(&kms);
	assert_int_equal(open_with(k, &kms, NEW, "", ""), E_CONFIG);
	assert_int_equal(open_with(k, &kms, NEW "\n" OLD, "", ""), OK);
	kms_free(&kms);
	assert_int_equal(open_with(k, &kms, NEW, "", ""), OK);
	assert_int_equal(find(k, kms, UUID, NULL), OK);
	kms_free(&kms);
	assert_int_equal(open_with(k, &kms, OLD, "", ""), E_CONFIG);
}

static void
secrets_outlive_the_master_key(void **state)
{
	struct objkit *k = *state;
	struct kms *kms = opened(k);
	struct keyring *old = ring(OLD), *new = ring(NEW),
		       *secrets = kms_secrets(kms, old);
	struct buf sealed = { 0 };
	uint8_t out[3];

	keyring_seal(secrets, "p", SPAN_NONE, SPAN_LIT("abc"), &sealed);
	keyring_free(&secrets);
	kms_free(&kms);
	assert_int_equal(open_with(k, &kms, NEW "\n" OLD, "", ""), OK);
	secrets = kms_secrets(kms, new);
	assert_int_equal(kms_rotate(kms, new), OK);
	assert_int_equal(kms_forget(kms, new), OK);
	keyring_free(&secrets);
	secrets = kms_secrets(kms, new);
	assert_int_equal(
	    keyring_open(secrets, "p", SPAN_NONE, buf_view(&sealed), out), OK);
	assert_memory_equal(out, "abc", 3);
	buf_fini(&sealed);
	keyring_free(&secrets);
	keyring_free(&old);
	keyring_free(&new);
	kms_free(&kms);
}

/* ---- data keys ---- */

static void
crypt_opens_what_it_wrapped(void **state)
{
	struct objkit *k = *state;
	struct kms *kms = opened(k);
	uint8_t other[SEAL_KEY] = { 9 };

	for (uint8_t mode = CRYPT_S3; mode < CRYPT_MODES; mode++) {
		struct crypt_want w = { .mode = mode, .key = kms_default(kms) };
		const uint8_t *customer = mode == CRYPT_CUSTOMER ? w.customer : NULL;
		struct sealed_keys keys, got;
		struct span side, bad;
		struct rec_crypt r;

		w.bucket_key = mode == CRYPT_KMS;
		if (mode == CRYPT_KMS || mode == CRYPT_DSSE)
			w.context = SPAN_LIT("e30=");
		crypt_begin(kms, &w, 7, &k->arena, &keys, &side);
		assert_int_equal(rec_crypt_get(side, &r), OK);
		assert_int_equal(r.mode, mode);
		assert_int_equal(crypt_open(kms, side, customer, &got, &k->fail), OK);
		assert_memory_equal(&got, &keys, sizeof got);
		/* Each bit is bound; what cannot be read is no guess either. */
		for (size_t bit = 0; bit < 8 * side.n; bit++) {
			enum err e;

			bad = arena_span(&k->arena, side);
			((char *)(uintptr_t)bad.p)[bit / 8] ^= (char)(1u << bit % 8);
			fail_clear(&k->fail);
			e = crypt_open(kms, bad, customer, &got, &k->fail);
			assert_true(e == E_CORRUPT || e == E_ACCESS_DENIED ||
			    e == E_KMS_NOT_FOUND || e == E_INVALID_REQUEST);
		}
		fail_clear(&k->fail);
		assert_int_equal(crypt_open(kms, side, customer != NULL ? NULL : other,
				     &got, &k->fail),
		    E_INVALID_REQUEST);
		fail_clear(&k->fail);
		if (customer != NULL)
			assert_int_equal(crypt_open(kms, side, other, &got, &k->fail),
			    E_ACCESS_DENIED);
		fail_clear(&k->fail);
	}
	kms_free(&kms);
}

static void
crypt_rewraps_after_a_rotation(void **state)
{
	struct objkit *k = *state;
	struct kms *kms = opened(k);
	struct keyring *keys = ring(OLD);

	for (uint8_t mode = CRYPT_S3; mode < CRYPT_MODES; mode++) {
		struct crypt_want w = { .mode = mode,
			.key = kms_default(kms),
			.bucket_key = mode == CRYPT_KMS };
		const uint8_t *customer = mode == CRYPT_CUSTOMER ? w.customer : NULL;
		struct sealed_keys had, got;
		struct span side, again;
		bool changed;

		crypt_begin(kms, &w, 7, &k->arena, &had, &side);
		assert_int_equal(
		    crypt_rewrap(kms, side, &k->arena, &again, &changed), OK);
		assert_false(changed);
		assert_int_equal(kms_rotate(kms, keys), OK);
		assert_int_equal(crypt_open(kms, side, customer, &got, &k->fail), OK);
		assert_int_equal(
		    crypt_rewrap(kms, side, &k->arena, &again, &changed), OK);
		assert_int_equal(changed, mode != CRYPT_CUSTOMER);
		assert_int_equal(kms_forget(kms, keys), OK);
		if (changed) {
			assert_int_equal(
			    crypt_open(kms, side, customer, &got, &k->fail), E_CORRUPT);
			side = again;
		}
		fail_clear(&k->fail);
		assert_int_equal(crypt_open(kms, side, customer, &got, &k->fail), OK);
		assert_memory_equal(&got, &had, sizeof got);
	}
	keyring_free(&keys);
	kms_free(&kms);
}

/* ---- bodies ---- */

struct plain_get {
	const char *key;
	const struct sealed_keys *keys;
	uint64_t off, len;
	struct obj_plain *plain; /* or NULL: a short range into out */
	struct buf out;
	struct rec_object rec;
};

static enum err
plain_get(struct txn *t, struct objkit *k, void *arg)
{
	struct plain_get *g = arg;
	enum err e = obj_find(t, k->bucket.id, span_str(g->key), &g->rec, NULL);

	if (e != OK)
		return e;
	assert_true((g->rec.flags & OBJECT_IS_SEALED) != 0);
	return g->plain != NULL
	    ? obj_plain_start(g->plain, t, &g->rec.body, g->keys, g->off, g->len)
	    : obj_plain_small(t, &g->rec.body, g->keys, g->off, g->len, &g->out);
}

static void
put_sealed(struct objkit *k, const char *key, struct span data, struct sealed_keys *keys)
{
	struct body_conf c = kit_body_conf(k, data.n);
	struct crypt_want w = { .mode = CRYPT_KMS };
	struct kms *kms = opened(k);
	struct obj_put p = { .dest = kit_dest(k, key), .now_ms = 1 };
	struct span side;
	uint8_t md5[16];

	w.key = kms_default(kms);
	crypt_begin(kms, &w, k->bucket.id, &k->arena, keys, &side);
	side_set(&k->arena, &p.attrs, SIDE_CRYPT, side);
	c.may_seal = true;
	p.body = body_new(&c);
	body_seal(p.body, keys, 0, true);
	assert_int_equal(kit_feed(k, p.body, data, 100000, OK), OK);
	assert_true(body_is_sealed(p.body));
	assert_int_equal(body_length(p.body), data.n);
	digest_of(DIGEST_MD5, data, md5);
	assert_memory_not_equal(body_md5(p.body), md5, 16);
	kit_now = k;
	k->told = false;
	obj_put_post(&p, k->store, k->inbox, kit_write_then);
	assert_int_equal(kit_wait(k), OK);
	assert_int_equal(p.rec.size, data.n);
	assert_int_equal(p.rec.body.len, sealed_size(data.n));
	body_free(&p.body, true);
	kms_free(&kms);
}

static void
sealed_body_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, SMALL, 16360, 65536, 262080, 262144,
		LARGE };
	struct objkit *k = *state;
	struct sealed_keys keys;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *bytes = kit_bytes(sizes[i], (unsigned)i);
		struct obj_plain p = { 0 };
		struct plain_get g = { .key = "k", .keys = &keys, .len = sizes[i] };
		struct buf out = { 0 };
		struct span some;

		put_sealed(k, "k", span_of(bytes, sizes[i]), &keys);
		assert_int_equal(kit_read(k, plain_get, &g), OK);
		assert_int_equal(g.out.n, sizes[i]);
		if (sizes[i] > 0)
			assert_memory_equal(g.out.p, bytes, sizes[i]);
		g.off = sizes[i] / 3;
		g.len = sizes[i] / 2;
		g.plain = &p;
		obj_read_pin(&p.read, k->store, k->reader);
		assert_int_equal(kit_read(k, plain_get, &g), OK);
		while (obj_plain_next(&p, &some) == OK)
			buf_span(&out, some);
		assert_int_equal(out.n, g.len);
		if (out.n > 0)
			assert_memory_equal(out.p, bytes + g.off, out.n);
		obj_plain_end(&p);
		keys.data[0] ^= 1;
		g.plain = NULL;
		if (g.len > 0)
			assert_int_equal(kit_read(k, plain_get, &g), E_CORRUPT);
		buf_fini(&out);
		buf_fini(&g.out);
		mem_free(bytes);
	}
	kit_usage(k, CLASS_STANDARD, 1, LARGE); /* plain bytes are counted */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    kms_find_by_all_its_names, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    kms_states_and_names, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    kms_master_key_changes, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    secrets_outlive_the_master_key, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    crypt_opens_what_it_wrapped, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    crypt_rewraps_after_a_rotation, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    sealed_body_comes_back, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
