/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "auth/signer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/stamp.h"

#include "canon_priv.h"
#include "sigkey_priv.h"

#define PAYLOAD "UNSIGNED-PAYLOAD"

enum { OWN = 3 };

struct signing {
	struct field *header; /* in the order of their names */
	size_t n;
	struct span names; /* "a;b;c" */
};

static int
header_cmp(const void *a, const void *b)
{
	return span_cmp(((const struct field *)a)->name, ((const struct field *)b)->name);
}

/* All of S3's own headers have to be signed; others need not be. */
static void
headers_gather(
    struct signing *g, struct arena *a, const struct signer_request *r, struct span date)
{
	struct span rest = r->lines, line, name;
	struct buf names = { 0 };
	size_t cap = OWN;

	for (size_t i = 0; i < rest.n; i++)
		cap += rest.p[i] == '\n';
	g->header = arena_array(a, cap, sizeof *g->header);
	g->header[0] = (struct field){ SPAN_LIT("host"), r->host };
	g->header[1] =
	    (struct field){ SPAN_LIT("x-amz-content-sha256"), SPAN_LIT(PAYLOAD) };
	g->header[2] = (struct field){ SPAN_LIT("x-amz-date"), date };
	g->n = OWN;
	while (rest.n > 0) {
		char *lower;

		line = span_cut(&rest, '\n');
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		name = span_cut(&line, ':');
		if (!span_ieq(span_head(name, 6), SPAN_LIT("x-amz-")))
			continue;
		lower = arena_str(a, name);
		for (size_t i = 0; i < name.n; i++)
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] += 'a' - 'A';
		g->header[g->n++] =
		    (struct field){ span_of(lower, name.n), span_trim(line) };
	}
	qsort(g->header, g->n, sizeof *g->header, header_cmp);
	for (size_t i = 0; i < g->n; i++) {
		if (i > 0)
			buf_char(&names, ';');
		buf_span(&names, g->header[i].name);
	}
	g->names = arena_span(a, buf_view(&names));
	buf_fini(&names);
}

static void
signature(char hex[65], struct arena *a, const struct signer_request *r,
    const struct signing *g, struct span date, struct span scope)
{
	struct canon_in in = { .method = span_str(r->method),
		.path = r->path,
		.query = r->query,
		.header = g->header,
		.nheader = g->n,
		.signed_headers = g->names,
		.payload = SPAN_LIT(PAYLOAD),
		.arena = a };
	struct buf canonical = { 0 }, text = { 0 };
	uint8_t key[32], raw[32];

	/* What can't be signed is refused by who gets it. */
	if (canon_render(&canonical, &in, NULL) != CANON_OK)
		canonical.n = 0;
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
	struct signing g;
	struct span scope;

	stamp_amz(date, r->now);
	scope = span_str(
	    arena_printf(a, "%.8s/%s/%s/aws4_request", date, r->region, r->service));
	headers_gather(&g, a, r, span_of(date, sizeof date));
	signature(hex, a, r, &g, span_of(date, sizeof date), scope);
	buf_printf(out,
	    "x-amz-date: %.*s\r\nx-amz-content-sha256: " PAYLOAD "\r\n"
	    "authorization: AWS4-HMAC-SHA256 Credential=%.*s/%.*s, "
	    "SignedHeaders=%.*s, Signature=%.64s\r\n",
	    STAMP_AMZ, date, (int)r->access_key.n, r->access_key.p, (int)scope.n, scope.p,
	    (int)g.names.n, g.names.p, hex);
}
