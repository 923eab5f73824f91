/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "canon_priv.h"

#include <stdlib.h>

#include "codec/digest.h"
#include "codec/hex.h"

enum { CANON_PARAMS = 1024, CANON_SIGNED = 256, CANON_FEW = 24 };

/* What stays as it is: of a query unreserved characters (RFC 3986), of a path the slash as
 * well. */
enum { STAYS_IN_QUERY = 1, STAYS_IN_PATH = 2 };
#define BOTH (STAYS_IN_QUERY | STAYS_IN_PATH)
static const uint8_t canon_plain[256] = {
	['-'] = BOTH,
	['.'] = BOTH,
	['_'] = BOTH,
	['~'] = BOTH,
	['/'] = STAYS_IN_PATH,
	['0' ... '9'] = BOTH,
	['A' ... 'Z'] = BOTH,
	['a' ... 'z'] = BOTH,
};
#undef BOTH

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that stands behind s[*i], '%', or '%' itself when the escape is broken. */
static char
unescape(struct span s, size_t *i)
{
	int hi, lo;

	if (*i + 2 >= s.n || (hi = nibble(s.p[*i + 1])) < 0 ||
	    (lo = nibble(s.p[*i + 2])) < 0)
		return '%';
	*i += 2;
	return (char)(hi << 4 | lo);
}

static char *
put_span(char *o, struct span s)
{
	if (s.n > 0)
		memcpy(o, s.p, s.n);
	return o + s.n;
}

/* Decode and encode again. At most three bytes out for one in. */
static char *
put_encoded(char *o, struct span s, bool keep_slash, bool plus_is_space)
{
	static const char hex[] = "0123456789ABCDEF";
	const uint8_t stays = keep_slash ? STAYS_IN_PATH : STAYS_IN_QUERY;
	char c;

	for (size_t i = 0; i < s.n; i++) {
		c = s.p[i];
		if ((canon_plain[(uint8_t)c] & stays) != 0) {
			*o++ = c;
			continue;
		}
		if (c == '%')
			c = unescape(s, &i);
		else if (c == '+' && plus_is_space)
			c = ' ';
		if ((canon_plain[(uint8_t)c] & stays) != 0) {
			*o++ = c;
			continue;
		}
		*o++ = '%';
		*o++ = hex[(uint8_t)c >> 4];
		*o++ = hex[(uint8_t)c & 15];
	}
	return o;
}

static char *
put_path_twice(char *o, struct span path)
{
	char *end = put_encoded(o, path, true, false), *to;
	size_t escapes = 0;

	for (char *p = o; p < end; p++)
		escapes += *p == '%';
	to = end + 2 * escapes;
	for (char *p = end, *q = to; p > o;) {
		*--q = *--p;
		if (*p == '%') {
			*q = '5';
			*--q = '2';
			*--q = '%';
		}
	}
	return to;
}

static char *
put_path_merged(char *o, struct span path)
{
	char *end = put_encoded(o, path, true, false), *to = o;

	for (char *p = o; p < end; p++)
		if (p == o || *p != '/' || p[-1] != '/')
			*to++ = *p;
	return to;
}

static char *
put_path(char *o, const struct canon_in *in)
{
	if (in->path.n == 0)
		*o++ = '/';
	else if (in->path_as == CANON_PATH_S3)
		o = put_encoded(o, in->path, true, false);
	else if (in->path_as == CANON_PATH_RAW)
		o = put_span(o, in->path);
	else if (in->path_as == CANON_PATH_TWICE)
		o = put_path_twice(o, in->path);
	else
		o = put_path_merged(o, in->path);
	*o++ = '\n';
	return o;
}

static int
param_cmp(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	int c = span_cmp(x->name, y->name);

	return c != 0 ? c : span_cmp(x->value, y->value);
}

/* Values stand in the scratch in the order they came. */
static int
param_cmp_stay(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	int c = span_cmp(x->name, y->name);

	return c != 0 ? c : x->value.p < y->value.p ? -1 : 1;
}

static void
params_sort(struct field *p, size_t n, int (*cmp)(const void *a, const void *b))
{
	struct field t;
	size_t j;

	if (n > CANON_FEW) {
		qsort(p, n, sizeof *p, cmp);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		t = p[i];
		for (j = i; j > 0 && cmp(&t, &p[j - 1]) < 0; j--)
			p[j] = p[j - 1];
		p[j] = t;
	}
}

/* Encode the parameters into scratch; X-Amz-Signature never signs itself. */
static size_t
params_encode(struct field *p, const struct canon_in *in, char *scratch)
{
	struct span query = in->query, value, name;
	char *o = scratch, *mid;
	size_t n = 0;

	while (query.n > 0) {
		value = span_cut(&query, '&');
		if (value.n == 0)
			continue;
		name = span_cut(&value, '=');
		mid = put_encoded(o, name, false, !in->plus_stays);
		p[n].name = span_of(o, (size_t)(mid - o));
		if (span_eq(p[n].name, SPAN_LIT("X-Amz-Signature")))
			continue;
		o = put_encoded(mid, value, false, !in->plus_stays);
		p[n++].value = span_of(mid, (size_t)(o - mid));
	}
	return n;
}

/* scratch: three bytes for each of the query. NULL: too many parameters. */
static char *
put_query(char *o, const struct canon_in *in, char *scratch)
{
	struct field few[CANON_FEW], *p = few;
	size_t n = 1;

	for (size_t i = 0; i < in->query.n; i++)
		n += in->query.p[i] == '&';
	if (n > CANON_PARAMS)
		return NULL;
	if (n > CANON_FEW)
		p = arena_array(in->arena, n, sizeof *p);
	n = params_encode(p, in, scratch);
	params_sort(p, n, in->values_stay ? param_cmp_stay : param_cmp);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*o++ = '&';
		o = put_span(o, p[i].name);
		*o++ = '=';
		o = put_span(o, p[i].value);
	}
	*o++ = '\n';
	return o;
}

/* Runs of any white space are one space: what botocore signs of a value with tabs. */
static char *
put_value_with_tabs(char *o, struct span v)
{
	bool was_space = false;

	for (size_t i = 0; i < v.n; i++) {
		bool space = v.p[i] == ' ' || v.p[i] == '\t';

		if (!space)
			*o++ = v.p[i];
		else if (!was_space)
			*o++ = ' ';
		was_space = space;
	}
	return o;
}

/* Most values are one word. No byte below 0x21 is: those over 0x7f may be taken for one. */
static bool
is_one_word(struct span v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t eight, low = 0;

	if (v.n < sizeof eight)
		return false;
	for (size_t at = 0; at + sizeof eight < v.n; at += sizeof eight) {
		memcpy(&eight, v.p + at, sizeof eight);
		low |= (eight - ones * 0x21) | eight;
	}
	memcpy(&eight, v.p + v.n - sizeof eight, sizeof eight);
	low |= (eight - ones * 0x21) | eight;
	return (low & ones << 7) == 0;
}

/* Trimmed, each run of spaces one space. */
static char *
put_value(char *o, struct span v)
{
	const char *p, *end, *q;

	if (is_one_word(v))
		return put_span(o, v);
	v = span_trim(v);
	if (span_find(v, '\t', 0) != v.n)
		return put_value_with_tabs(o, v);
	p = v.p;
	end = v.p + v.n;
	while (p < end) {
		q = memchr(p, ' ', (size_t)(end - p));
		if (q == NULL)
			return put_span(o, span_of(p, (size_t)(end - p)));
		o = put_span(o, span_of(p, (size_t)(q + 1 - p)));
		for (p = q + 1; p < end && *p == ' '; p++)
			;
	}
	return o;
}

/* "name:value[,value]\n"; an absent header has no value. NULL: listed twice. */
static char *
put_header(char *o, const struct canon_in *in, struct span name, uint8_t *seen)
{
	struct span value;
	bool first = true;

	o = put_span(o, name);
	*o++ = ':';
	for (size_t i = 0; i < in->nheader; i++) {
		if (in->header[i].name.n != name.n || !span_eq(in->header[i].name, name))
			continue;
		if (seen != NULL && seen[i]++ != 0)
			return NULL;
		if (!first)
			*o++ = ',';
		first = false;
		value = in->header[i].value;
		if (in->instead.name.n > 0 && span_eq(in->instead.name, name))
			value = in->instead.value;
		o = put_value(o, value);
	}
	*o++ = '\n';
	return o;
}

static char *
put_headers(char *o, const struct canon_in *in, uint8_t *seen)
{
	struct span rest = in->signed_headers, name;
	size_t n = 0;

	while (rest.n > 0 && o != NULL) {
		name = span_cut(&rest, ';');
		if (++n > CANON_SIGNED)
			return NULL;
		o = put_header(o, in, name, seen);
	}
	return o;
}

/* No less than what canon_render() writes, so that writing needs no checks. */
static size_t
canon_bound(const struct canon_in *in)
{
	size_t n = 16 + in->method.n + 3 * in->path.n + 3 * in->query.n + 1;

	if (in->path_as == CANON_PATH_TWICE)
		n += 4 * in->path.n;
	for (size_t i = 0; i < in->nheader; i++) {
		n += in->header[i].value.n + 1;
		if (in->instead.name.n > 0)
			n += in->instead.value.n;
	}
	n += 2 * in->signed_headers.n + 2 * CANON_SIGNED + in->payload.n;
	/* "a&b" becomes "a=&b=" */
	return n + in->query.n + 1;
}

enum canon_result
canon_render(struct buf *out, const struct canon_in *in, uint8_t *seen)
{
	size_t bound = canon_bound(in);
	char *o, *start;

	out->n = 0;
	buf_reserve(out, bound + 3 * in->query.n);
	o = start = out->p;
	o = put_span(o, in->method);
	*o++ = '\n';
	o = put_path(o, in);
	if (in->query.n > 0)
		o = put_query(o, in, start + bound);
	else
		*o++ = '\n';
	if (o == NULL)
		return CANON_BAD_QUERY;
	o = put_headers(o, in, seen);
	if (o == NULL)
		return CANON_BAD_HEADERS;
	*o++ = '\n';
	o = put_span(o, in->signed_headers);
	*o++ = '\n';
	o = put_span(o, in->payload);
	out->n = (size_t)(o - start);
	MUST(out->n <= bound);
	return CANON_OK;
}

void
canon_string_to_sign(
    struct buf *out, struct span amz_date, struct span scope, struct span canonical)
{
	uint8_t hash[32];
	char *o;

	digest_of(DIGEST_SHA256, canonical, hash);
	out->n = 0;
	buf_reserve(out, 17 + amz_date.n + 1 + scope.n + 1 + 64);
	o = put_span(out->p, SPAN_LIT("AWS4-HMAC-SHA256\n"));
	o = put_span(o, amz_date);
	*o++ = '\n';
	o = put_span(o, scope);
	*o++ = '\n';
	hex_render(o, hash, 32);
	out->n = (size_t)(o + 64 - out->p);
}
