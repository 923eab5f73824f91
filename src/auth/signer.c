/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/signer.h"

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/stamp.h"

#include "canon_priv.h"
#include "sigkey_priv.h"

#define PAYLOAD "UNSIGNED-PAYLOAD"
#define SIGNED_HEADERS "host;x-amz-content-sha256;x-amz-date"

static void
signature(char hex[65], struct arena *a, const struct signer_request *r, struct span date,
    struct span scope)
{
	struct field header[] = { { SPAN_LIT("host"), r->host },
		{ SPAN_LIT("x-amz-content-sha256"), SPAN_LIT(PAYLOAD) },
		{ SPAN_LIT("x-amz-date"), date } };
	struct canon_in in = { .method = span_str(r->method),
		.path = r->path,
		.query = r->query,
		.header = header,
		.nheader = ARRAY_LEN(header),
		.signed_headers = SPAN_LIT(SIGNED_HEADERS),
		.payload = SPAN_LIT(PAYLOAD),
		.arena = a };
	struct buf canonical = { 0 }, text = { 0 };
	uint8_t key[32], raw[32];

	MUST(canon_render(&canonical, &in, NULL) == CANON_OK);
	canon_string_to_sign(&text, date, scope, buf_view(&canonical));
	sigkey_derive(
	    key, r->secret, span_head(date, 8), span_str(r->region), r->service);
	hmac_sha256(span_of(key, sizeof key), buf_view(&text), raw);
	hex_render(hex, raw, sizeof raw);
	mem_wipe(key, sizeof key);
	buf_fini(&canonical);
	buf_fini(&text);
}

void
signer_lines(struct buf *out, struct arena *a, const struct signer_request *r)
{
	char date[STAMP_AMZ], hex[65];
	struct span scope;

	stamp_amz(date, r->now);
	scope = span_str(
	    arena_printf(a, "%.8s/%s/%s/aws4_request", date, r->region, r->service));
	signature(hex, a, r, span_of(date, sizeof date), scope);
	buf_printf(out,
	    "x-amz-date: %.*s\r\nx-amz-content-sha256: " PAYLOAD "\r\n"
	    "authorization: AWS4-HMAC-SHA256 Credential=%.*s/%.*s, "
	    "SignedHeaders=" SIGNED_HEADERS ", Signature=%.64s\r\n",
	    STAMP_AMZ, date, (int)r->access_key.n, r->access_key.p, (int)scope.n, scope.p,
	    hex);
}
