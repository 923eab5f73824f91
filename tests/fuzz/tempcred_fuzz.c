/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of any bytes, rightly signed, are refused or grant one bucket, for a time; a token
 * of any bytes is refused. */
#include "config.h"

#include "access/tempcred.h"
#include "codec/b64.h"
#include "codec/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put_b64url(struct buf *b, struct span s)
{
	buf_reserve(b, B64_LEN(s.n) + 4);
	b->n += b64url_render(b->p + b->n, s.p, s.n);
}

static void
check_open(struct arena *a, struct span text, bool genuine)
{
	const struct tempcred_ask other = { .action = "s3:GetObject",
		.bucket = SPAN_LIT("another bucket"),
		.key = SPAN_LIT("k") };
	char secret[TEMPCRED_SECRET], *token = arena_alloc(a, B64_LEN(text.n) + 1);
	struct tempcred t;
	size_t n = b64_render(token, text.p, text.n);
	enum err e = tempcred_open(
	    a, SPAN_LIT("AKID"), SPAN_LIT("secret"), span_of(token, n), 1000, &t, secret);

	if (e != OK) {
		MUST(e == E_INVALID_TOKEN || e == E_EXPIRED_TOKEN);
		return;
	}
	MUST(genuine && t.bucket.n > 0 && t.expires > 1000);
	MUST(span_eq(t.bucket, other.bucket) || !tempcred_allows(&t, &other));
	MUST(!tempcred_may(&t, "CreateBucket", false));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 };
	struct arena a;
	uint8_t mac[32];

	arena_init(&a, 0);
	buf_str(&text, "jwt/");
	buf_put(&text, data, size);
	check_open(&a, buf_view(&text), false);
	text.n = 4;
	put_b64url(&text, SPAN_LIT("{\"alg\":\"HS256\"}"));
	buf_char(&text, '.');
	put_b64url(&text, span_of(data, size));
	hmac_sha256(SPAN_LIT("secret"), span_from(buf_view(&text), 4), mac);
	buf_char(&text, '.');
	put_b64url(&text, span_of(mac, sizeof mac));
	check_open(&a, buf_view(&text), true);
	buf_fini(&text);
	arena_fini(&a);
	return 0;
}
