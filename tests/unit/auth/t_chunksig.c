/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's published chunked uploads (66560 times 'a'), whole and in pieces of every kind,
 * then bent. */
#include "config.h"

#include "auth/chunksig.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"

/* last: it has a macro of the name of our fail_msg() */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define DATE "20130524T000000Z"
#define SCOPE "20130524/us-east-1/s3/aws4_request"
#define GONE "The request body terminated unexpectedly"
#define LENGTH \
	"You did not provide the number of bytes specified by the Content-Length HTTP " \
	"header"

static const char plain_sigs[4][65] = {
	"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
	"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
	"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
	"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
};
static const char trailer_sigs[5][65] = {
	"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
	"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
	"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
	"2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
	"d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
};

struct upload {
	struct auth_result auth;
	struct buf body;
	struct chunksig *c;
	struct arena arena;
	struct fail fail;
	struct buf out; /* payload */
};

static void
hmac(uint8_t out[32], struct span key, const char *text)
{
	uint8_t mac[32];

	hmac_sha256(key, span_str(text), mac);
	memcpy(out, mac, 32);
}

static void
upload_init(struct upload *u, enum auth_payload payload, const char *seed)
{
	uint8_t *k = u->auth.signing_key;

	memset(u, 0, sizeof *u);
	arena_init(&u->arena, 0);
	fail_init(&u->fail, &u->arena);
	u->auth.kind = AUTH_HEADER;
	u->auth.payload = payload;
	u->auth.access_key = SPAN_LIT("AKIAIOSFODNN7EXAMPLE");
	u->auth.amz_date = SPAN_LIT(DATE);
	u->auth.scope = SPAN_LIT(SCOPE);
	hmac(k, SPAN_LIT("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "20130524");
	hmac(k, span_of(k, 32), "us-east-1");
	hmac(k, span_of(k, 32), "s3");
	hmac(k, span_of(k, 32), "aws4_request");
	memcpy(u->auth.signature, seed, 65);
}

static void
upload_fini(struct upload *u)
{
	chunksig_free(&u->c);
	buf_fini(&u->body);
	buf_fini(&u->out);
	arena_fini(&u->arena);
}

static void
put_chunk(struct upload *u, size_t n, const char *signature)
{
	if (signature != NULL)
		buf_printf(&u->body, "%zx;chunk-signature=%s\r\n", n, signature);
	else
		buf_printf(&u->body, "%zX\r\n", n);
	if (n > 0) {
		memset(buf_grow(&u->body, n), 'a', n);
		buf_str(&u->body, "\r\n");
	}
}

static void
aws_plain(struct upload *u)
{
	upload_init(u, AUTH_PAYLOAD_CHUNKS, plain_sigs[0]);
	put_chunk(u, 65536, plain_sigs[1]);
	put_chunk(u, 1024, plain_sigs[2]);
	put_chunk(u, 0, plain_sigs[3]);
	buf_str(&u->body, "\r\n");
	u->c = chunksig_new(&u->auth, 66560);
}

static void
aws_trailer(struct upload *u, const char *checksum_line)
{
	upload_init(u, AUTH_PAYLOAD_CHUNKS_TRAILER, trailer_sigs[0]);
	put_chunk(u, 65536, trailer_sigs[1]);
	put_chunk(u, 1024, trailer_sigs[2]);
	put_chunk(u, 0, trailer_sigs[3]);
	buf_str(&u->body, checksum_line);
	buf_printf(&u->body, "x-amz-trailer-signature:%s\r\n\r\n", trailer_sigs[4]);
	u->c = chunksig_new(&u->auth, 66560);
}

static void
unsigned_body(struct upload *u, const char *body, uint64_t expect)
{
	static const char none[65] = "";

	upload_init(u, AUTH_PAYLOAD_UNSIGNED_TRAILER, none);
	buf_str(&u->body, body);
	u->c = chunksig_new(&u->auth, expect);
}

/* Feed the whole body in pieces of step bytes (each at an address of its own) and end. */
static enum err
run(struct upload *u, size_t step)
{
	size_t n, got;
	char *piece;
	enum err e = OK;

	for (size_t at = 0; at < u->body.n && e == OK; at += n) {
		n = step < u->body.n - at ? step : u->body.n - at;
		piece = mem_alloc(n);
		memcpy(piece, u->body.p + at, n);
		e = chunksig_feed(u->c, piece, n, &got, &u->fail);
		if (e == OK) {
			assert_true(got <= n);
			buf_put(&u->out, piece, got);
		}
		mem_free(piece);
	}
	return e != OK ? e : chunksig_end(u->c, &u->fail);
}

static const char *
pair(const struct upload *u, const char *name)
{
	for (unsigned i = 0; i < u->fail.pairs; i++)
		if (strcmp(u->fail.pair[i].name, name) == 0)
			return u->fail.pair[i].value.p;
	return "";
}

static void
expect(struct upload *u, enum err e, const char *text)
{
	assert_int_equal(run(u, 1u << 20), e);
	assert_int_equal(u->fail.code, e);
	if (text != NULL)
		assert_string_equal(fail_text(&u->fail), text);
}

static void
expect_unsigned(const char *body, uint64_t length, enum err e, const char *text)
{
	static const size_t steps[] = { 1u << 20, 1, 2, 3, 7 };
	struct upload u;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		unsigned_body(&u, body, length);
		assert_int_equal(run(&u, steps[i]), e);
		if (e != OK && text != NULL)
			assert_string_equal(fail_text(&u.fail), text);
		upload_fini(&u);
	}
}

static void
check_payload(const struct upload *u)
{
	assert_int_equal(u->out.n, 66560);
	for (size_t i = 0; i < u->out.n; i++)
		if (u->out.p[i] != 'a')
			fail();
}

static void
chunksig_feed_aws_example(void **state)
{
	static const size_t steps[] = { 1u << 20, 1, 2, 3, 85, 86, 87, 4096, 65536,
		65623 };
	struct upload u;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		aws_plain(&u);
		assert_int_equal(u.body.n, 66824); /* the example's Content-Length */
		assert_int_equal(run(&u, steps[i]), OK);
		check_payload(&u);
		upload_fini(&u);
	}
}

static void
chunksig_feed_aws_trailer_example(void **state)
{
	static const size_t steps[] = { 1u << 20, 1, 5, 4096 };
	/* as documented; as minio-go sends it; with white space and capitals */
	static const char *const lines[] = { "x-amz-checksum-crc32c:sOO8/Q==\r\n",
		"x-amz-checksum-crc32c:sOO8/Q==\n\r\n",
		"X-Amz-Checksum-Crc32c: sOO8/Q== \r\n",
		"\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n" };
	const struct field *f;
	struct upload u;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps) * ARRAY_LEN(lines); i++) {
		aws_trailer(&u, lines[i % ARRAY_LEN(lines)]);
		assert_int_equal(run(&u, steps[i / ARRAY_LEN(lines)]), OK);
		check_payload(&u);
		assert_int_equal(chunksig_trailers(u.c, &f), 1);
		assert_true(span_is(f[0].name, "x-amz-checksum-crc32c"));
		assert_true(span_is(f[0].value, "sOO8/Q=="));
		upload_fini(&u);
	}
}

static void
chunksig_feed_wrong_signature(void **state)
{
	struct upload u;

	(void)state;
	aws_plain(&u);
	u.body.p[1000] = 'b';
	expect(&u, E_SIGNATURE, NULL);
	assert_string_equal(pair(&u, "AWSAccessKeyId"), "AKIAIOSFODNN7EXAMPLE");
	assert_string_equal(pair(&u, "SignatureProvided"), plain_sigs[1]);
	assert_int_equal(strncmp(pair(&u, "StringToSign"),
			     "AWS4-HMAC-SHA256-PAYLOAD\n" DATE "\n" SCOPE "\n", 76),
	    0);
	assert_int_equal(chunksig_end(u.c, &u.fail), E_SIGNATURE); /* for good */
	upload_fini(&u);
	aws_plain(&u);
	u.body.p[u.body.n - 5] ^= 1; /* of the last, empty chunk */
	expect(&u, E_SIGNATURE, NULL);
	upload_fini(&u);
	aws_plain(&u);
	chunksig_free(&u.c);
	u.auth.signature[0] ^= 1;
	u.c = chunksig_new(&u.auth, 66560);
	expect(&u, E_SIGNATURE, NULL);
	upload_fini(&u);
}

static void
chunksig_feed_wrong_trailer_signature(void **state)
{
	struct upload u;

	(void)state;
	aws_trailer(&u, "x-amz-checksum-crc32c:sOO8/A==\r\n");
	expect(&u, E_SIGNATURE, NULL);
	assert_int_equal(
	    strncmp(pair(&u, "StringToSign"), "AWS4-HMAC-SHA256-TRAILER\n", 25), 0);
	upload_fini(&u);
}

static void
chunksig_feed_unsigned_trailer_fields(void **state)
{
	struct upload u;

	(void)state;
	aws_trailer(&u, "x-amz-checksum-crc32c:sOO8/Q==\r\n");
	u.body.n -= 2;
	buf_str(&u.body, "x-more:1\r\n\r\n"); /* behind the signature */
	expect(&u, E_MALFORMED_TRAILER, NULL);
	upload_fini(&u);
	aws_trailer(
	    &u, "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"); /* signature left out */
	expect(&u, E_MALFORMED_TRAILER, NULL);
	upload_fini(&u);
	aws_trailer(&u, "");
	u.body.n -= strlen("x-amz-trailer-signature:\r\n\r\n") + 64;
	buf_str(&u.body, "\r\n"); /* no trailer at all */
	expect(&u, E_INCOMPLETE_BODY, GONE);
	upload_fini(&u);
}

static void
chunksig_feed_length(void **state)
{
	struct upload u;

	(void)state;
	expect_unsigned("5\r\nhello\r\n0\r\n\r\n", 5, OK, NULL);
	expect_unsigned("0\r\n\r\n", 0, OK, NULL);
	expect_unsigned("5\r\nhello\r\n0\r\n\r\n", 6, E_INCOMPLETE_BODY, LENGTH);
	unsigned_body(&u, "5\r\nhello\r\n0\r\n\r\n", 3);
	expect(&u, E_INCOMPLETE_BODY, LENGTH);
	assert_string_equal(pair(&u, "NumberBytesExpected"), "3");
	assert_string_equal(pair(&u, "NumberBytesProvided"), "5");
	upload_fini(&u);
	expect_unsigned("ffffffffffffffff\r\n", 3, E_INCOMPLETE_BODY, LENGTH);
}

static void
chunksig_feed_form(void **state)
{
	static const char *const bad[] = { "", "5", "5\r\nhell", "5\r\nhello",
		"5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\n\r",
		"5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
		"x\r\n", "\r\n", "-5\r\nhello\r\n", "5 \r\nhello\r\n0\r\n\r\n",
		"00000000000000005\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nmore",
		"5\r\nhello\r\n0\r\n\r\n\r\n" };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect_unsigned(bad[i], 5, E_INCOMPLETE_BODY, GONE);
	expect_unsigned("05;ext=1\r\nhello\r\n000\r\n\r\n", 5, OK, NULL);
	buf_str(&b, "5;");
	memset(buf_grow(&b, 2000), 'x', 2000);
	buf_str(&b, "\r\nhello\r\n0\r\n\r\n");
	expect_unsigned(buf_cstr(&b), 5, E_INCOMPLETE_BODY, GONE);
	buf_fini(&b);
}

static void
chunksig_feed_signed_form(void **state)
{
	static const char *const lines[] = { "5\r\nhello\r\n",
		"5;chunk-signature=\r\nhello\r\n", "5;chunk-signature=12\r\nhello\r\n",
		"5;signature=ad80\r\nhello\r\n" };
	struct upload u;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		upload_init(&u, AUTH_PAYLOAD_CHUNKS, plain_sigs[0]);
		buf_str(&u.body, lines[i]);
		u.c = chunksig_new(&u.auth, 5);
		expect(&u, E_INCOMPLETE_BODY, GONE);
		upload_fini(&u);
	}
	aws_plain(&u); /* a trailer where none was announced */
	u.body.n -= 2;
	buf_str(&u.body, "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n");
	expect(&u, E_INCOMPLETE_BODY, GONE);
	upload_fini(&u);
}

static void
chunksig_feed_trailers(void **state)
{
	static const char *const bad[] = { "no colon", ":empty", "a b:1", "a:\x01" };
	const struct field *f;
	struct upload u;
	struct buf b = { 0 };

	(void)state;
	unsigned_body(&u, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\nX-B:\r\n\r\n", 0);
	assert_int_equal(run(&u, 1), OK);
	assert_int_equal(chunksig_trailers(u.c, &f), 2);
	assert_true(span_is(f[1].name, "x-b"));
	assert_int_equal(f[1].value.n, 0);
	upload_fini(&u);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		b.n = 0;
		buf_printf(&b, "0\r\n%s\r\n\r\n", bad[i]);
		expect_unsigned(buf_cstr(&b), 0, E_MALFORMED_TRAILER, NULL);
	}
	for (int many = 32; many <= 33; many++) {
		b.n = 0;
		buf_str(&b, "0\r\n");
		for (int i = 0; i < many; i++)
			buf_printf(&b, "x-%d:v\r\n", i);
		buf_str(&b, "\r\n");
		expect_unsigned(
		    buf_cstr(&b), 0, many == 32 ? OK : E_MALFORMED_TRAILER, NULL);
	}
	buf_fini(&b);
}

static void
chunksig_feed_trailer_section_limit(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "0\r\n");
	for (int i = 0; i < 20; i++) {
		buf_printf(&b, "x-%d:", i);
		memset(buf_grow(&b, 1000), 'v', 1000);
		buf_str(&b, "\r\n");
	}
	buf_str(&b, "\r\n");
	expect_unsigned(buf_cstr(&b), 0, E_MALFORMED_TRAILER, NULL);
	buf_fini(&b);
}

static void
chunksig_min_chunk_small(void **state)
{
	static const char body[] = "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
	struct upload u;

	(void)state;
	unsigned_body(&u, body, 5);
	expect(&u, E_INVALID_CHUNK_SIZE,
	    "Only the last chunk is allowed to have a size less than 8192 bytes");
	assert_string_equal(pair(&u, "Chunk"), "2");
	assert_string_equal(pair(&u, "BadChunkSize"), "3");
	upload_fini(&u);
	unsigned_body(&u, body, 5);
	chunksig_min_chunk(u.c, 0);
	assert_int_equal(run(&u, 1u << 20), OK);
	assert_memory_equal(u.out.p, "hello", 5);
	upload_fini(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunksig_feed_aws_example),
		cmocka_unit_test(chunksig_feed_aws_trailer_example),
		cmocka_unit_test(chunksig_feed_wrong_signature),
		cmocka_unit_test(chunksig_feed_wrong_trailer_signature),
		cmocka_unit_test(chunksig_feed_unsigned_trailer_fields),
		cmocka_unit_test(chunksig_feed_length),
		cmocka_unit_test(chunksig_feed_form),
		cmocka_unit_test(chunksig_feed_signed_form),
		cmocka_unit_test(chunksig_feed_trailers),
		cmocka_unit_test(chunksig_feed_trailer_section_limit),
		cmocka_unit_test(chunksig_min_chunk_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
