/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/digest.h"
#include "codec/hex.h"

#include <pthread.h>

#include "vec.h"

static enum digest_kind
kind_of(struct span name)
{
	static const char *const names[] = { "md5", "sha1", "sha256", "sha512" };

	for (unsigned i = 0; i < DIGEST_KINDS; i++)
		if (span_is(name, names[i]))
			return (enum digest_kind)i;
	fail_msg("unknown algorithm in digest.tsv");
	return DIGEST_KINDS;
}

static void
digest_vectors(void **state)
{
	struct vec v;
	struct span column[3];

	(void)state;
	vec_open(&v, "digest.tsv");
	while (vec_next(&v, column, 3)) {
		uint8_t bytes[512], want[512], out[DIGEST_MAX];
		struct span in = vec_bytes(column[1], bytes),
			    sum = vec_bytes(column[2], want);
		enum digest_kind kind = kind_of(column[0]);
		struct digest *d = digest_new(kind);

		assert_int_equal(digest_size(kind), sum.n);
		digest_of(kind, in, out);
		assert_memory_equal(out, want, sum.n);
		digest_add(d, in.p, in.n);
		digest_end(d, out);
		assert_memory_equal(out, want, sum.n);
		digest_reset(d);
		for (size_t i = 0; i < in.n; i++)
			digest_add(d, in.p + i, 1);
		digest_end(d, out);
		assert_memory_equal(out, want, sum.n);
		digest_free(&d);
		assert_null(d);
		digest_free(&d);
	}
}

/* What is whole goes another way than what comes in pieces: at each length the same. */
static void
sha256_of_each_length(void **state)
{
	struct digest *d = digest_new(DIGEST_SHA256);
	uint8_t text[300], pad[64], want[32], out[32];
	struct hmac *h = hmac_new(span_of("key", 3));

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof text; n++) {
		digest_reset(d);
		digest_add(d, text, n);
		digest_end(d, want);
		digest_of(DIGEST_SHA256, span_of(text, n), out);
		assert_memory_equal(out, want, 32);
		/* RFC 2104 section 2 */
		for (unsigned outer = 0; outer < 2; outer++) {
			for (size_t i = 0; i < sizeof pad; i++)
				pad[i] = (uint8_t)((i < 3 ? "key"[i] : 0) ^
				    (outer ? 0x5c : 0x36));
			digest_reset(d);
			digest_add(d, pad, sizeof pad);
			digest_add(d, outer ? want : text, outer ? 32 : n);
			digest_end(d, want);
		}
		hmac_of(h, span_of(text, n), out);
		assert_memory_equal(out, want, 32);
	}
	hmac_free(&h);
	digest_free(&d);
}

static void
digest_reset_in_the_middle(void **state)
{
	struct digest *d = digest_new(DIGEST_SHA256);
	uint8_t a[DIGEST_MAX], b[DIGEST_MAX];

	(void)state;
	digest_add(d, "lost", 4);
	digest_reset(d);
	digest_add(d, NULL, 0);
	digest_add(d, "kept", 4);
	digest_end(d, a);
	digest_of(DIGEST_SHA256, SPAN_LIT("kept"), b);
	assert_memory_equal(a, b, 32);
	digest_free(&d);
}

static void
hmac_vectors(void **state)
{
	struct vec v;
	struct span column[3];

	(void)state;
	vec_open(&v, "hmac.tsv");
	while (vec_next(&v, column, 3)) {
		uint8_t key[512], data[512], want[512], out[32];
		struct span k = vec_bytes(column[0], key),
			    in = vec_bytes(column[1], data);
		struct hmac *h = hmac_new(k);

		assert_int_equal(vec_bytes(column[2], want).n, 32);
		for (int again = 0; again < 3; again++) {
			hmac_of(h, in, out);
			assert_memory_equal(out, want, 32);
		}
		hmac_sha256(k, in, out);
		assert_memory_equal(out, want, 32);
		hmac_free(&h);
		assert_null(h);
	}
}

/* SigV4 derives its key in a chain in which each result is the next key. */
/* RFC 2202, section 3: cases 1, 2 and 6. */
static void
hmac_sha1_vectors(void **state)
{
	static const struct {
		const char *key, *text, *mac;
	} rows[] = {
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		  "\x0b"
		  "\x0b\x0b",
		    "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00" },
		{ "Jefe", "what do ya want for nothing?",
		    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	};
	uint8_t key[80], mac[20], want[20];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		hmac_sha1(span_str(rows[i].key), span_str(rows[i].text), mac);
		assert_true(hex_parse(want, 20, span_str(rows[i].mac)));
		assert_memory_equal(mac, want, 20);
	}
	memset(key, 0xaa, sizeof key);
	hmac_sha1(span_of(key, 80),
	    SPAN_LIT("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_true(
	    hex_parse(want, 20, SPAN_LIT("aa4ae5e15272d00e95705637ce8a3b55ed402112")));
	assert_memory_equal(mac, want, 20);
}

/* RFC 4231, cases 2 and 6. */
static void
hmac_sha512_vectors(void **state)
{
	uint8_t key[131], mac[64], want[64];

	(void)state;
	hmac_sha512(SPAN_LIT("Jefe"), SPAN_LIT("what do ya want for nothing?"), mac);
	assert_true(hex_parse(want, 64,
	    SPAN_LIT(
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")));
	assert_memory_equal(mac, want, 64);
	memset(key, 0xaa, sizeof key);
	hmac_sha512(span_of(key, sizeof key),
	    SPAN_LIT("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_true(hex_parse(want, 64,
	    SPAN_LIT(
		"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
		"6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598")));
	assert_memory_equal(mac, want, 64);
}

static void
hmac_output_over_input(void **state)
{
	uint8_t chain[32] = "key", apart[32], key[32];
	struct hmac *h;

	(void)state;
	memcpy(key, chain, sizeof key);
	hmac_sha256(span_of(key, 32), SPAN_LIT("text"), apart);
	hmac_sha256(span_of(chain, 32), SPAN_LIT("text"), chain);
	assert_memory_equal(chain, apart, 32);
	h = hmac_new(span_of(key, 32));
	hmac_of(h, span_of(chain, 32), chain);
	hmac_sha256(span_of(key, 32), span_of(apart, 32), apart);
	assert_memory_equal(chain, apart, 32);
	hmac_free(&h);
}

static void
hmac_empty_key(void **state)
{
	struct hmac *h = hmac_new(SPAN_NONE);
	uint8_t out[32], want[32];

	(void)state;
	assert_true(hex_parse(want, 32,
	    SPAN_LIT(
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")));
	hmac_of(h, SPAN_NONE, out);
	assert_memory_equal(out, want, 32);
	hmac_sha256(SPAN_NONE, SPAN_NONE, out);
	assert_memory_equal(out, want, 32);
	hmac_free(&h);
}

static void
digest_equal_differs(void **state)
{
	(void)state;
	assert_true(digest_equal("abc", "abc", 3));
	assert_false(digest_equal("abc", "abd", 3));
	assert_true(digest_equal("abc", "xyz", 0));
}

static void *
hash_much(void *arg)
{
	uint8_t out[DIGEST_MAX], *ok = arg;

	*ok = 1;
	for (int i = 0; i < 200; i++) {
		for (unsigned kind = 0; kind < DIGEST_KINDS; kind++)
			digest_of((enum digest_kind)kind, SPAN_LIT("abc"), out);
		*ok &= out[0] == 0xdd && out[1] == 0xaf;
	}
	return NULL;
}

static void
digest_of_threads(void **state)
{
	pthread_t thread[4];
	uint8_t ok[4] = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hash_much, &ok[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(ok[i], 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_of_threads),
		cmocka_unit_test(digest_vectors),
		cmocka_unit_test(sha256_of_each_length),
		cmocka_unit_test(digest_reset_in_the_middle),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(hmac_sha1_vectors),
		cmocka_unit_test(hmac_sha512_vectors),
		cmocka_unit_test(hmac_output_over_input),
		cmocka_unit_test(hmac_empty_key),
		cmocka_unit_test(digest_equal_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
