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

static int
field_cmp(const void *a, const void *b)
{
	const struct field *x = a, *y = b;

	return span_cmp(x->name, y->name);
}

/* All of S3's own headers have to be signed; others need not be. */
static size_t
lines_fields(struct arena *a, struct span lines, struct field *out)
{
	size_t n = 0;

	while (lines.n > 0) {
		struct span line = span_cut(&lines, '\n'), name;

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		name = span_cut(&line, ':');
		if (!span_ieq(span_head(name, 6), SPAN_LIT("x-amz-")))
			continue;
		out[n++] = (struct field){ arena_lower(a, name), span_trim(line) };
	}
	return n;
}

/* What is signed, by name, and the list of the names. */
static size_t
signed_fields(struct arena *a, const struct signer_request *r, struct span date,
    struct span payload, struct field **out, struct span *names)
{
	size_t n = r->nheader + 3, cap = n;
	struct buf list = { 0 };
	struct field *f;

	for (size_t i = 0; i < r->lines.n; i++)
		cap += r->lines.p[i] == '\n';
	f = arena_array(a, cap, sizeof *f);

	f[0] = (struct field){ SPAN_LIT("host"), r->host };
	f[1] = (struct field){ SPAN_LIT("x-amz-content-sha256"), payload };
	f[2] = (struct field){ SPAN_LIT("x-amz-date"), date };
	for (size_t i = 0; i < r->nheader; i++)
		f[3 + i] = r->header[i];
	n += lines_fields(a, r->lines, f + n);
	qsort(f, n, sizeof *f, field_cmp);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&list, ';');
		buf_span(&list, f[i].name);
	}
	*names = arena_span(a, buf_view(&list));
	*out = f;
	buf_fini(&list);
	return n;
}

static void
signature(char hex[65], const struct canon_in *in, const struct signer_request *r,
    struct span date, struct span scope)
{
	struct buf canonical = { 0 }, text = { 0 };
	uint8_t key[32], raw[32];

	/* What can't be signed is refused by who gets it. */
	if (canon_render(&canonical, in, NULL) != CANON_OK)
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
	struct span payload =
	    r->payload.n > 0 ? r->payload : SPAN_LIT("UNSIGNED-PAYLOAD");
	char stamp[STAMP_AMZ], hex[65];
	struct span scope, names, date;
	struct canon_in in = { .method = span_str(r->method),
		.path = r->path,
		.query = r->query,
		.payload = payload,
		.arena = a };
	struct field *f;

	stamp_amz(stamp, r->now);
	date = span_of(stamp, sizeof stamp);
	scope = span_str(
	    arena_printf(a, "%.8s/%s/%s/aws4_request", stamp, r->region, r->service));
	in.nheader = signed_fields(a, r, date, payload, &f, &names);
	in.header = f;
	in.signed_headers = names;
	signature(hex, &in, r, date, scope);
	buf_printf(out, "x-amz-date: %.*s\r\nx-amz-content-sha256: ", STAMP_AMZ, stamp);
	buf_span(out, payload);
	buf_str(out, "\r\nauthorization: AWS4-HMAC-SHA256 Credential=");
	buf_span(out, r->access_key);
	buf_char(out, '/');
	buf_span(out, scope);
	buf_str(out, ", SignedHeaders=");
	buf_span(out, names);
	buf_printf(out, ", Signature=%.64s\r\n", hex);
}
