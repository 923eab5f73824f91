/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/keyring.h"
#include "codec/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/hex.h"

#include <cmocka.h>

/* The GCM specification's test cases 13 to 16 (McGrew, Viega: AES-256). */
static const struct {
	const char *key, *nonce, *aad, *plain, *sealed;
} vectors[] = {
	{ "0000000000000000000000000000000000000000000000000000000000000000",
	    "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "0000000000000000000000000000000000000000000000000000000000000000",
	    "000000000000000000000000", "", "00000000000000000000000000000000",
	    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
	{ "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	    "cafebabefacedbaddecaf888", "",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
	    "b094dac5d93471bdec1a502270e3cc6c" },
	{ "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	    "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
	    "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static struct span
bytes(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;

	assert_true(hex_parse(out, n, span_str(hex)));
	return span_of(out, n);
}

static void
seal_published_vectors(void **state)
{
	uint8_t key[32], nonce[12], a[64], p[128], s[128], got[128];

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct span aad = bytes(a, vectors[i].aad),
			    plain = bytes(p, vectors[i].plain),
			    sealed = bytes(s, vectors[i].sealed);
		struct seal *k;

		(void)bytes(key, vectors[i].key);
		(void)bytes(nonce, vectors[i].nonce);
		seal_close(key, nonce, aad, plain, got);
		assert_memory_equal(got, sealed.p, sealed.n);
		assert_true(seal_open(key, nonce, aad, sealed, got));
		assert_memory_equal(got, p, plain.n);
		k = seal_new(key, SEAL_CLOSES);
		for (int twice = 0; twice < 2; twice++) {
			seal_piece(k, nonce, aad, plain, got);
			assert_memory_equal(got, sealed.p, sealed.n);
		}
		seal_free(&k);
		k = seal_new(key, SEAL_OPENS);
		assert_true(seal_piece_open(k, nonce, aad, sealed, got));
		assert_memory_equal(got, p, plain.n);
		seal_free(&k);
	}
}

/* RFC 8439, 2.8.2: the first bytes and the tag. */
static void
seal_chacha_of_the_rfc(void **state)
{
	static const char text[] =
	    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
	    "for the future, sunscreen would be it.";
	static const uint8_t nonce[] = { 7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
		0x46, 0x47 },
			     aad[] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3,
				     0xc4, 0xc5, 0xc6, 0xc7 },
			     begin[] = { 0xd3, 0x1a, 0x8d, 0x34, 0x64, 0x8e, 0x60, 0xdb,
				     0x7b, 0x86, 0xaf, 0xbc, 0x53, 0xef, 0x7e, 0xc2 },
			     tag[] = { 0x1a, 0xe1, 0x0b, 0x59, 0x4f, 0x09, 0xe2, 0x6a,
				     0x7e, 0x90, 0x2e, 0xcb, 0xd0, 0x60, 0x06, 0x91 };
	uint8_t key[32], out[sizeof text - 1 + SEAL_TAG], back[sizeof text - 1];
	size_t n = sizeof text - 1;

	(void)state;
	for (unsigned i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)(0x80 + i);
	seal_chacha_close(key, nonce, span_of(aad, sizeof aad), span_of(text, n), out);
	assert_memory_equal(out, begin, sizeof begin);
	assert_memory_equal(out + n, tag, sizeof tag);
	assert_true(seal_chacha_open(
	    key, nonce, span_of(aad, sizeof aad), span_of(out, sizeof out), back));
	assert_memory_equal(back, text, n);
	out[3] ^= 1;
	assert_false(seal_chacha_open(
	    key, nonce, span_of(aad, sizeof aad), span_of(out, sizeof out), back));
	assert_false(seal_chacha_open(key, nonce, SPAN_NONE, span_of(out, 15), back));
}

static void
seal_open_refuses_each_bit(void **state)
{
	uint8_t key[32] = { 1 }, nonce[12] = { 2 }, sealed[20 + SEAL_TAG], out[20];
	const struct span plain = SPAN_LIT("twenty bytes of text"), aad = SPAN_LIT("who");

	(void)state;
	seal_close(key, nonce, aad, plain, sealed);
	for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memset(out, 7, sizeof out);
		assert_false(
		    seal_open(key, nonce, aad, span_of(sealed, sizeof sealed), out));
		for (size_t i = 0; i < sizeof out; i++)
			assert_int_equal(out[i], 0);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_false(
	    seal_open(key, nonce, SPAN_LIT("whO"), span_of(sealed, sizeof sealed), out));
	nonce[0] ^= 1;
	assert_false(seal_open(key, nonce, aad, span_of(sealed, sizeof sealed), out));
	assert_false(seal_open(key, nonce, aad, span_of(sealed, SEAL_TAG - 1), out));
}

static void
seal_in_place(void **state)
{
	uint8_t key[32] = { 9 }, nonce[12] = { 0 }, text[5 + SEAL_TAG] = "plain";

	(void)state;
	seal_close(key, nonce, SPAN_NONE, span_of(text, 5), text);
	assert_memory_not_equal(text, "plain", 5);
	assert_true(seal_open(key, nonce, SPAN_NONE, span_of(text, sizeof text), text));
	assert_memory_equal(text, "plain", 5);
}

static void
box_comes_back(void **state)
{
	uint8_t key[32] = { 3 }, out[64];
	struct buf a = { 0 }, b = { 0 };

	(void)state;
	seal_box_put(&a, key, SPAN_LIT("x"), SPAN_LIT("secret"));
	seal_box_put(&b, key, SPAN_LIT("x"), SPAN_LIT("secret"));
	assert_int_equal(a.n, SEAL_BOX + 6);
	assert_false(span_eq(buf_view(&a), buf_view(&b)));
	assert_true(seal_box_open(key, SPAN_LIT("x"), buf_view(&a), out));
	assert_memory_equal(out, "secret", 6);
	assert_false(seal_box_open(key, SPAN_LIT("y"), buf_view(&a), out));
	assert_false(seal_box_open(key, SPAN_LIT("x"), span_head(buf_view(&a), 28), out));
	a.p[0] = 2;
	assert_false(seal_box_open(key, SPAN_LIT("x"), buf_view(&a), out));
	buf_fini(&a);
	buf_fini(&b);
}

static void
derive_tells_apart(void **state)
{
	uint8_t key[32] = { 3 }, a[32], b[32];

	(void)state;
	seal_derive(key, "one", SPAN_NONE, a);
	seal_derive(key, "two", SPAN_NONE, b);
	assert_memory_not_equal(a, b, 32);
	seal_derive(key, "one", SPAN_LIT("salt"), b);
	assert_memory_not_equal(a, b, 32);
	seal_derive(key, "one", SPAN_NONE, b);
	assert_memory_equal(a, b, 32);
}

/* ---- master keys ---- */

#define KEY_ONE "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define KEY_TWO "6162636465666768696a6b6c6d6e6f707172737475767778797a303132333435"

static void
keyring_reads_texts(void **state)
{
	static const char *const bad[] = { "", "name:", "name:short", "a:b:c",
		KEY_ONE "=", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ==" };
	struct keyring *k = keyring_new();
	struct fail fail;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fail_init(&fail, NULL);
		assert_int_equal(keyring_add(k, span_str(bad[i]), &fail), E_CONFIG);
		assert_null(strstr(fail_text(&fail), "short"));
	}
	assert_int_equal(keyring_count(k), 0);
	assert_int_equal(keyring_add_lines(k,
			     SPAN_LIT("# the present one\r\nmine:" KEY_ONE
				      "\r\n\n " KEY_TWO " \nother:" KEY_ONE "\n"),
			     &fail),
	    OK);
	assert_int_equal(keyring_count(k), 2); /* one was there already */
	keyring_free(&k);
	assert_null(k);
}

static void
keyring_opens_what_older_keys_sealed(void **state)
{
	struct keyring *old = keyring_new(), *new = keyring_new(), *none = keyring_new();
	struct buf text = { 0 }, sealed = { 0 };
	struct fail fail;
	uint8_t out[6];

	(void)state;
	fail_init(&fail, NULL);
	keyring_generate(&text);
	assert_int_equal(keyring_add_lines(none, buf_view(&text), &fail), OK);
	assert_int_equal(keyring_add(old, span_str(KEY_ONE), &fail), OK);
	assert_int_equal(keyring_add(new, span_str(KEY_TWO), &fail), OK);
	assert_int_equal(keyring_add(new, span_str("x:" KEY_ONE), &fail), OK);
	keyring_seal(old, "a", SPAN_LIT("id"), SPAN_LIT("secret"), &sealed);
	assert_int_equal(sealed.n, KEYRING_BOX + 6);
	assert_true(keyring_is_current(old, buf_view(&sealed)));
	assert_false(keyring_is_current(new, buf_view(&sealed)));
	assert_int_equal(
	    keyring_open(new, "a", SPAN_LIT("id"), buf_view(&sealed), out), OK);
	assert_memory_equal(out, "secret", 6);
	assert_int_equal(
	    keyring_open(none, "a", SPAN_LIT("id"), buf_view(&sealed), out), E_NOT_FOUND);
	assert_int_equal(
	    keyring_open(new, "b", SPAN_LIT("id"), buf_view(&sealed), out), E_CORRUPT);
	assert_int_equal(
	    keyring_open(new, "a", SPAN_LIT("it"), buf_view(&sealed), out), E_CORRUPT);
	assert_int_equal(keyring_open(new, "a", SPAN_LIT("id"),
			     span_head(buf_view(&sealed), KEYRING_BOX - 1), out),
	    E_CORRUPT);
	buf_fini(&text);
	buf_fini(&sealed);
	keyring_free(&old);
	keyring_free(&new);
	keyring_free(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seal_published_vectors),
		cmocka_unit_test(seal_chacha_of_the_rfc),
		cmocka_unit_test(seal_open_refuses_each_bit),
		cmocka_unit_test(seal_in_place),
		cmocka_unit_test(box_comes_back),
		cmocka_unit_test(derive_tells_apart),
		cmocka_unit_test(keyring_reads_texts),
		cmocka_unit_test(keyring_opens_what_older_keys_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
