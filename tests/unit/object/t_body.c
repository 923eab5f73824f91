/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/crc.h"

#include "objkit.h"

enum { LARGE = (1 << 20) + 12345 };

static const size_t sizes[] = { 0, 1, 4096, 262143, 262144, 262145, 524288, LARGE };

/* Digest of a body that must be right. */
static void
right(struct objkit *k, size_t n, size_t step)
{
	char *p = kit_bytes(n, (unsigned)n);
	struct body_conf c = kit_body_conf(k, n);
	struct body *b;
	uint8_t md5[16];

	digest_of(DIGEST_MD5, span_of(p, n), md5);
	digest_of(DIGEST_SHA256, span_of(p, n), c.sha256);
	memcpy(c.md5, md5, 16);
	c.check_md5 = c.check_sha256 = true;
	b = body_new(&c);
	assert_int_equal(kit_feed(k, b, span_of(p, n), step, OK), OK);
	assert_memory_equal(body_md5(b), md5, 16);
	assert_true(be64_get(body_checksum(b)->value) == crc64nvme_add(0, p, n));
	if (n <= blob_small_max(k->store))
		assert_true(span_eq(body_bytes(b), span_of(p, n)));
	body_free(&b, false);
	mem_free(p);
}

static void
body_sizes_and_steps(void **state)
{
	struct objkit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		right(k, sizes[i], SIZE_MAX);
		right(k, sizes[i], 100003);
		if (sizes[i] < 5000)
			right(k, sizes[i], 1);
	}
}

static void
body_in_memory_whatever_its_length(void **state)
{
	struct objkit *k = *state;
	char *p = kit_bytes(LARGE, 1);
	struct body_conf c = kit_body_conf(k, LARGE);
	struct body *b;

	c.in_memory = true;
	c.checksum = CHECKSUM_NONE;
	b = body_new(&c);
	assert_int_equal(kit_feed(k, b, span_of(p, LARGE), SIZE_MAX, OK), OK);
	assert_true(span_eq(body_bytes(b), span_of(p, LARGE)));
	body_free(&b, false);
	mem_free(p);
}

/* What a wrong promise is answered with, small and large. */
static void
wrong(struct objkit *k, size_t n, void (*bend)(struct body_conf *c), enum err want)
{
	char *p = kit_bytes(n, 3);
	struct body_conf c = kit_body_conf(k, n);
	struct body *b;

	fail_clear(&k->fail);
	bend(&c);
	b = body_new(&c);
	assert_int_equal(kit_feed(k, b, span_of(p, n), 70001, OK), want);
	assert_int_equal(k->fail.code, want);
	body_free(&b, false);
	mem_free(p);
}

static void
bend_md5(struct body_conf *c)
{
	c->check_md5 = true;
}

static void
bend_sha256(struct body_conf *c)
{
	c->check_sha256 = true;
}

static void
bend_checksum(struct body_conf *c)
{
	c->checksum = CHECKSUM_CRC32C;
	c->expect = (struct checksum){ .kind = CHECKSUM_CRC32C, .n = 4 };
}

static void
bend_shorter(struct body_conf *c)
{
	c->length++;
}

static void
bend_longer(struct body_conf *c)
{
	c->length--;
}

static void
body_wrong_promises(void **state)
{
	static const struct {
		void (*bend)(struct body_conf *c);
		enum err want;
	} rows[] = { { bend_md5, E_BAD_DIGEST }, { bend_sha256, E_CONTENT_SHA256 },
		{ bend_checksum, E_BAD_DIGEST }, { bend_shorter, E_INCOMPLETE_BODY },
		{ bend_longer, E_INCOMPLETE_BODY } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		wrong(*state, 1000, rows[i].bend, rows[i].want);
		wrong(*state, LARGE, rows[i].bend, rows[i].want);
	}
}

static void
body_pairs_of_digests(void **state)
{
	struct objkit *k = *state;

	wrong(k, 10, bend_md5, E_BAD_DIGEST);
	assert_int_equal(k->fail.pairs, 2);
	assert_string_equal(k->fail.pair[0].name, "ExpectedDigest");
	assert_true(span_is(k->fail.pair[0].value, "AAAAAAAAAAAAAAAAAAAAAA=="));
	assert_string_equal(k->fail.pair[1].name, "CalculatedDigest");
}

/* The client goes away at any point. */
static void
body_broken_off(void **state)
{
	struct objkit *k = *state;
	static const size_t at[] = { 0, 1, 200000, 262144, 300000, 524288, LARGE };
	char *p = kit_bytes(LARGE, 4);

	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		struct body_conf c = kit_body_conf(k, LARGE);
		struct body *b = body_new(&c);

		fail_clear(&k->fail);
		assert_int_equal(
		    kit_feed(k, b, span_of(p, at[i]), SIZE_MAX, E_REQUEST_TIMEOUT),
		    E_REQUEST_TIMEOUT);
		body_end(b, OK); /* a second call changes nothing */
		assert_false(k->told);
		body_free(&b, false);
	}
	mem_free(p);
}

static void
body_small_broken_off(void **state)
{
	struct objkit *k = *state;
	struct body_conf c = kit_body_conf(k, 10);
	struct body *b = body_new(&c);

	fail_clear(&k->fail);
	assert_int_equal(kit_feed(k, b, SPAN_LIT("12345"), 10, E_GONE), E_GONE);
	body_free(&b, false);
}

/* Never asked for anything: freed before it began. */
static void
body_free_unused(void **state)
{
	struct objkit *k = *state;
	struct body_conf small = kit_body_conf(k, 10), large = kit_body_conf(k, LARGE);
	struct body *b;

	large.check_sha256 = true;
	large.checksum = CHECKSUM_SHA1;
	b = body_new(&small);
	body_free(&b, false);
	b = body_new(&large);
	body_free(&b, false);
	assert_null(b);
}

/* ---- a framing: every byte '|' is framing, the trailer says what it was told to ---- */
struct framing {
	enum err feed, end;
	const char *trailer;
};

static enum err
frame_feed(void *ctx, void *p, size_t n, size_t *out, struct fail *fail)
{
	struct framing *f = ctx;
	char *at = p;
	size_t kept = 0;

	if (f->feed != OK)
		return fail_set(fail, f->feed);
	for (size_t i = 0; i < n; i++)
		if (at[i] != '|')
			at[kept++] = at[i];
	*out = kept;
	return OK;
}

static enum err
frame_end(void *ctx, struct fail *fail)
{
	struct framing *f = ctx;

	return fail_set(fail, f->end);
}

static struct span
frame_trailer(void *ctx, const char *name)
{
	struct framing *f = ctx;

	assert_string_equal(name, "x-amz-checksum-crc32");
	return span_str(f->trailer);
}

static void
framed(struct objkit *k, struct framing f, struct span wire, uint64_t length, size_t step,
    enum err want)
{
	struct body_conf c = kit_body_conf(k, length);
	struct body *b;

	fail_clear(&k->fail);
	c.filter = (struct body_filter){ &f, frame_feed, frame_end, frame_trailer };
	c.checksum = CHECKSUM_CRC32;
	c.checksum_in_trailer = f.trailer != NULL;
	b = body_new(&c);
	assert_int_equal(kit_feed(k, b, wire, step, OK), want);
	if (want == OK && length < 100)
		assert_true(span_eq(body_bytes(b), SPAN_LIT("123456789")));
	body_free(&b, false);
}

static void
body_framed(void **state)
{
	struct span wire = SPAN_LIT("|||12|34567||8|9|");
	struct objkit *k = *state;

	for (size_t step = 1; step <= wire.n; step++) {
		framed(k, (struct framing){ .trailer = "y/Q5Jg==" }, wire, 9, step, OK);
		framed(k, (struct framing){ .trailer = "y/Q5Jw==" }, wire, 9, step,
		    E_BAD_DIGEST);
		framed(k, (struct framing){ .trailer = "" }, wire, 9, step,
		    E_MALFORMED_TRAILER);
		framed(k, (struct framing){ .trailer = "x" }, wire, 9, step,
		    E_INVALID_REQUEST);
		framed(k, (struct framing){ 0 }, wire, 8, step, E_INCOMPLETE_BODY);
		framed(k, (struct framing){ 0 }, wire, 10, step, E_INCOMPLETE_BODY);
		framed(k, (struct framing){ .feed = E_SIGNATURE }, wire, 9, step,
		    E_SIGNATURE);
		framed(k, (struct framing){ .end = E_MALFORMED_TRAILER }, wire, 9, step,
		    E_MALFORMED_TRAILER);
	}
}

static void
body_framed_large(void **state)
{
	struct objkit *k = *state;
	char *p = kit_bytes(LARGE, 5);
	uint64_t n = 0;

	for (size_t i = 0; i < LARGE; i++)
		n += p[i] != '|';
	framed(k, (struct framing){ 0 }, span_of(p, LARGE), n, 65536, OK);
	framed(
	    k, (struct framing){ 0 }, span_of(p, LARGE), n - 1, 65536, E_INCOMPLETE_BODY);
	framed(k, (struct framing){ .feed = E_SIGNATURE }, span_of(p, LARGE), n, 65536,
	    E_SIGNATURE);
	framed(k, (struct framing){ .end = E_SIGNATURE }, span_of(p, LARGE), n, 65536,
	    E_SIGNATURE);
	mem_free(p);
}

/* Checked by what the client names, kept as the upload has it. */
static void
body_keeps_another_kind(void **state)
{
	struct objkit *k = *state;
	static const size_t lengths[] = { 9, LARGE };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		size_t n = lengths[i];
		char *p = kit_bytes(n, 6);
		struct body_conf c = kit_body_conf(k, n);
		struct body *b;

		c.checksum = CHECKSUM_CRC32;
		c.keep = CHECKSUM_CRC64NVME;
		c.expect = (struct checksum){ .kind = CHECKSUM_CRC32, .n = 4 };
		be32_put(c.expect.value, crc32_add(0, p, n));
		b = body_new(&c);
		assert_int_equal(kit_feed(k, b, span_of(p, n), SIZE_MAX, OK), OK);
		assert_int_equal(body_checksum(b)->kind, CHECKSUM_CRC64NVME);
		assert_true(be64_get(body_checksum(b)->value) == crc64nvme_add(0, p, n));
		body_free(&b, false);
		mem_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_sizes_and_steps),
		cmocka_unit_test(body_in_memory_whatever_its_length),
		cmocka_unit_test(body_wrong_promises),
		cmocka_unit_test(body_pairs_of_digests),
		cmocka_unit_test(body_broken_off),
		cmocka_unit_test(body_small_broken_off),
		cmocka_unit_test(body_free_unused),
		cmocka_unit_test(body_framed),
		cmocka_unit_test(body_framed_large),
		cmocka_unit_test(body_keeps_another_kind),
	};

	return cmocka_run_group_tests_name("body", tests, kit_setup, kit_teardown);
}
