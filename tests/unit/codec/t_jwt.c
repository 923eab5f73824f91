/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "codec/hex.h"

#include <cmocka.h>

/* RFC 7515, A.2: RS256. */
static const char rs_keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_"
    "wWJcyQoTbji9k0l8W"
    "26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_"
    "YpRPEwOWvG6b32690r"
    "2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTBEMa2R2CapHg66"
    "5xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
    "h9iaGNj8q2ethFkM"
    "Ls91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}]}";
static const char rs_token[] =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtc"
    "GxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__"
    "dzERat0XF9g2VtQgr9PJbu3XOiZ"
    "j5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--"
    "f_nZ"
    "LgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
    "xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlV"
    "mtV"
    "rBp0igcN_IoypGlUPQGe77Rw";

/* RFC 7515, A.3: ES256. */
static const char es_keys[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
    "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9"
    "uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
static const char es_token[] =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtc"
    "GxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-"
    "F4GawxaepmXFCgfTjDxw5djxL"
    "a8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/* RFC 8037, A.2: a key of another kind. */
static const char ed_keys[] =
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfV"
    "S_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

static bool
holds(const char *keys, const char *token)
{
	struct jwks *k;
	struct arena a;
	struct jwt j;
	bool good;

	arena_init(&a, 0);
	assert_int_equal(jwks_parse(&k, span_str(keys), NULL), OK);
	assert_int_equal(jwks_count(k), 1);
	assert_int_equal(jwt_parse(&a, span_str(token), &j, NULL), OK);
	good = jwks_check(k, &j);
	jwt_free(&j);
	jwks_free(&k);
	arena_fini(&a);
	return good;
}

static void
jwt_of_the_rfc(void **state)
{
	struct arena a;
	struct jwt j;
	int64_t at;

	(void)state;
	assert_true(holds(rs_keys, rs_token));
	assert_true(holds(es_keys, es_token));
	assert_false(holds(rs_keys, es_token));
	assert_false(holds(es_keys, rs_token));
	assert_false(holds(ed_keys, es_token));
	arena_init(&a, 0);
	assert_int_equal(jwt_parse(&a, span_str(rs_token), &j, NULL), OK);
	assert_true(span_is(j.alg, "RS256") && j.kid.n == 0);
	assert_true(span_is(jwt_text(&j, "iss"), "joe"));
	assert_true(jwt_time(&j, "exp", &at) && at == 1300819380);
	assert_false(jwt_time(&j, "iss", &at));
	assert_int_equal(jwt_text(&j, "exp").n, 0);
	jwt_free(&j);
	arena_fini(&a);
}

static bool
shared(const char *token, struct span secret)
{
	struct arena a;
	struct jwt j;
	bool good;

	arena_init(&a, 0);
	assert_int_equal(jwt_parse(&a, span_str(token), &j, NULL), OK);
	good = jwt_check_secret(&j, secret);
	jwt_free(&j);
	arena_fini(&a);
	return good;
}

/* RFC 7515, A.1, and the same of HS512; not by a public key, and not without a signature. */
static void
jwt_of_a_secret(void **state)
{
	static const char rfc[] =
	    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0"
	    "KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19"
	    "yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	static const char sha512[] =
	    "eyJhbGciOiAiSFM1MTIiLCAidHlwIjogIkpXVCJ9.eyJzdWIiOiAibWUiLCA"
	    "iZXhwIjogNDEwMjQ0NDgwMH0.T6okpWynCQSKczFFHwldX2J5f0aiZtj6i5L"
	    "uLsI4-rNgkKPI4GRpSGfHTVCES9SW7IP-7Soafj-aA8r5j_10LQ";
	static const char none[] =
	    "eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiSldUIn0.eyJzdWIiOiAibWUiLCAi"
	    "ZXhwIjogNDEwMjQ0NDgwMH0.eA";
	uint8_t key[64];

	(void)state;
	assert_true(hex_parse(key, sizeof key,
	    SPAN_LIT(
		"0323354b2b0fa5bc837e0665777ba68f5ab328e6f054c928a90f84b2d2502ebf"
		"d3fb5a92d20647ef968ab4c377623d223d2e2172052e4f08c0cd9af567d080a3")));
	assert_true(shared(rfc, span_of(key, sizeof key)));
	assert_false(shared(rfc, span_of(key, sizeof key - 1)));
	assert_true(shared(sha512, SPAN_LIT("minioadmin")));
	assert_false(shared(sha512, SPAN_LIT("minioadmiN")));
	assert_false(shared(sha512, SPAN_NONE));
	assert_false(shared(none, SPAN_LIT("minioadmin")));
	assert_false(shared(rs_token, SPAN_LIT(rs_keys)));
}

/* Every bit of the signature and of what it is over counts. */
static void
jwt_changed(void **state)
{
	static const char letter[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char text[sizeof es_token];
	struct arena a;
	struct jwks *k;
	struct jwt j;

	(void)state;
	assert_int_equal(jwks_parse(&k, SPAN_LIT(es_keys), NULL), OK);
	for (size_t i = 0; i < sizeof es_token - 1; i++) {
		memcpy(text, es_token, sizeof text);
		if (text[i] == '.')
			continue;
		text[i] = letter[((size_t)(strchr(letter, text[i]) - letter) + 17) % 64];
		arena_init(&a, 0);
		if (jwt_parse(&a, span_str(text), &j, NULL) == OK) {
			assert_false(jwks_check(k, &j));
			jwt_free(&j);
		}
		arena_fini(&a);
	}
	jwks_free(&k);
}

static void
jwt_refuses(void **state)
{
	static const char *const bad[] = { "", ".", "..", "a.b", "a.b.c.d", "e30.e30",
		"e30..AA", ".e30.AA", "e30.e30.", "!.e30.AA", "e30.W10.AA", "W10.e30.AA",
		/* {"crit":[]} */
		"eyJjcml0IjpbXX0.e30.AA", "e30.bnVsbA.AA", "e30.e30.A" };
	struct fail fail;
	struct arena a;
	struct jwt j;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		arena_init(&a, 0);
		fail_init(&fail, NULL);
		assert_int_equal(
		    jwt_parse(&a, span_str(bad[i]), &j, &fail), E_INVALID_TOKEN);
		assert_true(fail.message[0] != '\0');
		arena_fini(&a);
	}
}

static void
jwks_passes_over_what_it_does_not_know(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} sets[] = { { "{\"keys\":[]}", 0 }, { "{\"keys\":[1,{},null]}", 0 },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", 0 },
		/* too short for RSA, not on the curve, of another use */
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", 0 },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
		  "\"f83OJ3D2xF1Bg8vub9tL"
		  "e1gHMzV76e8Tus9uPHvRVEU\",\"y\":"
		  "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHv"
		  "RVEU\"}]}",
		    0 },
		{ "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\",\"x\":"
		  "\"11"
		  "qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
		    0 } };
	struct jwks *k;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		assert_int_equal(jwks_parse(&k, span_str(sets[i].text), NULL), OK);
		assert_int_equal(jwks_count(k), sets[i].n);
		jwks_free(&k);
	}
	assert_int_equal(jwks_parse(&k, SPAN_LIT("{}"), NULL), E_CONFIG);
	assert_int_equal(jwks_parse(&k, SPAN_LIT("nonsense"), NULL), E_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jwt_of_the_rfc),
		cmocka_unit_test(jwt_of_a_secret),
		cmocka_unit_test(jwt_changed),
		cmocka_unit_test(jwt_refuses),
		cmocka_unit_test(jwks_passes_over_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
