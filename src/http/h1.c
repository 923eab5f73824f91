/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "h1_priv.h"

#include <string.h>

#include "h1_wide_priv.h"

/* RFC 9112 2.2: empty lines before a request line are passed over; some old clients send
 * one behind a form. */
enum { H1_SKIP_MAX = 8 };

/* RFC 9110 5.6.2 token characters, as their lower case; 0: none. */
static const unsigned char h1_token[256] = { ['!'] = '!',
	['#'] = '#',
	['$'] = '$',
	['%'] = '%',
	['&'] = '&',
	['\''] = '\'',
	['*'] = '*',
	['+'] = '+',
	['-'] = '-',
	['.'] = '.',
	['^'] = '^',
	['_'] = '_',
	['`'] = '`',
	['|'] = '|',
	['~'] = '~',
#define D(c) [c] = c
	D('0'),
	D('1'),
	D('2'),
	D('3'),
	D('4'),
	D('5'),
	D('6'),
	D('7'),
	D('8'),
	D('9'),
	D('a'),
	D('b'),
	D('c'),
	D('d'),
	D('e'),
	D('f'),
	D('g'),
	D('h'),
	D('i'),
	D('j'),
	D('k'),
	D('l'),
	D('m'),
	D('n'),
	D('o'),
	D('p'),
	D('q'),
	D('r'),
	D('s'),
	D('t'),
	D('u'),
	D('v'),
	D('w'),
	D('x'),
	D('y'),
	D('z'),
#undef D
#define U(c) [c] = (c) + 32
	U('A'),
	U('B'),
	U('C'),
	U('D'),
	U('E'),
	U('F'),
	U('G'),
	U('H'),
	U('I'),
	U('J'),
	U('K'),
	U('L'),
	U('M'),
	U('N'),
	U('O'),
	U('P'),
	U('Q'),
	U('R'),
	U('S'),
	U('T'),
	U('U'),
	U('V'),
	U('W'),
	U('X'),
	U('Y'),
	U('Z')
#undef U
};

/* What a Host may hold: RFC 3986 3.2.2 and the port's colon. */
static const bool h1_host[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
#define H(c) [c] = true
	H('-'),
	H('.'),
	H('_'),
	H('~'),
	H('%'),
	H(':'),
	H('['),
	H(']'),
	H('!'),
	H('$'),
	H('&'),
	H('\''),
	H('('),
	H(')'),
	H('*'),
	H('+'),
	H(';'),
	H('='),
#undef H
};

/* The first byte below 0x20 (tab excepted where tab is true) or 0x7f, or end. Bytes over
 * 0x7f pass. */
static const char *
h1_control(const char *p, const char *end, bool tab)
{
	for (p = h1_wide_text(p, end, tab); p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 0x20 && !(tab && c == '\t')) || c == 0x7f)
			break;
	}
	return p;
}

/* true when the first line starts at s->skip and is not empty; false: more is needed, or
 * *why is set. */
static bool
h1_scan_start(struct h1_scan *s, struct span in, enum err *why)
{
	while (s->skip < in.n && in.p[s->skip] == '\r') {
		if (in.n - s->skip < 2)
			return false;
		if (in.p[s->skip + 1] != '\n' || s->skip >= H1_SKIP_MAX) {
			*why = E_HTTP_SYNTAX;
			return false;
		}
		s->skip += 2;
		s->line = s->at = s->skip;
	}
	if (s->skip == in.n)
		return false;
	/* Binary protocols (a TLS hello) never send a line end: tell them at once. */
	if (h1_token[(unsigned char)in.p[s->skip]] == 0)
		*why = E_HTTP_SYNTAX;
	return *why == OK;
}

enum err
h1_scan(struct h1_scan *s, struct span in, const struct h1_limits *limits, size_t *end)
{
	enum err why = OK;
	const char *lf;
	size_t len;

	*end = 0;
	if (s->lines == 0 && !h1_scan_start(s, in, &why))
		return why;
	for (;;) {
		lf = memchr(in.p + s->at, '\n', in.n - s->at);
		len = (lf == NULL ? in.n : (size_t)(lf - in.p)) - s->line;
		if (s->lines == 0 && len > (size_t)limits->max_line + 1)
			return E_URI_TOO_LONG;
		if (s->line + len - s->skip > limits->max_head)
			return E_HEADERS_TOO_LARGE;
		s->at = (uint32_t)(s->line + len);
		if (lf == NULL)
			return OK;
		if (len == 0 || lf[-1] != '\r')
			return E_HTTP_SYNTAX;
		s->line = s->at = s->at + 1;
		if (len == 1) {
			*end = s->line;
			return OK;
		}
		if (++s->lines > limits->max_headers + 1)
			return E_HEADERS_TOO_LARGE;
	}
}

static enum http_method
h1_method(struct span m)
{
	static const struct {
		const char *name;
		enum http_method method;
	} known[] = {
		{ "GET", HTTP_GET },
		{ "PUT", HTTP_PUT },
		{ "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST },
		{ "DELETE", HTTP_DELETE },
		{ "OPTIONS", HTTP_OPTIONS },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (m.p[0] == known[i].name[0] && span_is(m, known[i].name))
			return known[i].method;
	return HTTP_OTHER;
}

static bool
h1_host_valid(struct span host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!h1_host[(unsigned char)host.p[i]])
			return false;
	return true;
}

/* RFC 9112 3.2: origin-form, absolute-form, "*" for OPTIONS; nothing else. */
static bool
h1_target(struct http_req *rq, struct span t)
{
	size_t at;

	if (t.n == 0 || h1_control(t.p, t.p + t.n, false) != t.p + t.n ||
	    memchr(t.p, '#', t.n) != NULL)
		return false;
	if (span_is(rq->method_name, "CONNECT"))
		return false;
	if (t.p[0] == '*') {
		rq->path = t;
		return t.n == 1 && rq->method == HTTP_OPTIONS;
	}
	if (t.p[0] != '/') {
		size_t scheme = span_ieq(span_head(t, 7), SPAN_LIT("http://")) ? 7
		    : span_ieq(span_head(t, 8), SPAN_LIT("https://"))          ? 8
									       : 0;

		if (scheme == 0)
			return false;
		t = span_from(t, scheme);
		for (at = 0; at < t.n && t.p[at] != '/' && t.p[at] != '?'; at++)
			;
		rq->host = span_head(t, at);
		t = span_from(t, at);
		if (rq->host.n == 0 || !h1_host_valid(rq->host))
			return false;
	}
	at = span_find(t, '?', 0);
	rq->path = at == 0 ? SPAN_LIT("/") : span_head(t, at);
	rq->query = span_from(t, at + 1);
	return true;
}

static enum err
h1_request_line(struct http_req *rq, struct span line)
{
	struct span target;
	size_t at = 0;

	while (at < line.n && h1_token[(unsigned char)line.p[at]] != 0)
		at++;
	if (at == 0 || at == line.n || line.p[at] != ' ')
		return E_HTTP_SYNTAX;
	rq->method_name = span_head(line, at);
	rq->method = h1_method(rq->method_name);
	line = span_from(line, at + 1);
	at = span_find(line, ' ', 0);
	target = span_head(line, at);
	line = span_from(line, at + 1);
	if (!h1_target(rq, target))
		return E_HTTP_SYNTAX;
	if (line.n != 8 || memcmp(line.p, "HTTP/", 5) != 0 || line.p[6] != '.')
		return E_HTTP_SYNTAX;
	if (line.p[5] < '0' || line.p[5] > '9' || line.p[7] < '0' || line.p[7] > '9')
		return E_HTTP_SYNTAX;
	if (line.p[5] != '1' || line.p[7] > '1')
		return E_HTTP_VERSION;
	rq->http10 = line.p[7] == '0';
	return OK;
}

/* What the edge itself must know of the headers. */
struct h1_seen {
	bool host, te, te_chunked, keep_alive, close;
	enum err expect;
};

static void
h1_connection(struct h1_seen *seen, struct span v)
{
	while (v.n > 0) {
		struct span word = span_trim(span_cut(&v, ','));

		if (span_ieq(word, SPAN_LIT("close")))
			seen->close = true;
		else if (span_ieq(word, SPAN_LIT("keep-alive")))
			seen->keep_alive = true;
	}
}

static enum err
h1_length(struct http_req *rq, struct span v)
{
	uint64_t n;

	/* Twice is refused even when both agree: RFC 9110 8.6 allows either. */
	if (rq->has_length || !span_u64(v, &n) || n == HTTP_UNKNOWN_LENGTH)
		return E_HTTP_SYNTAX;
	rq->has_length = true;
	rq->length = n;
	return OK;
}

/* Names are lower case here; told apart by length first. */
static enum err
h1_note(struct http_req *rq, struct h1_seen *seen, const struct field *f)
{
	switch (f->name.n) {
	case 4:
		if (memcmp(f->name.p, "host", 4) != 0)
			break;
		if (seen->host || !h1_host_valid(f->value))
			return E_HTTP_SYNTAX;
		seen->host = true;
		if (rq->host.p == NULL) /* an absolute-form target's authority wins */
			rq->host = f->value;
		break;
	case 6:
		if (memcmp(f->name.p, "expect", 6) != 0)
			break;
		if (span_ieq(f->value, SPAN_LIT("100-continue")))
			rq->expects_continue = true;
		else
			seen->expect = E_EXPECTATION;
		break;
	case 10:
		if (memcmp(f->name.p, "connection", 10) == 0)
			h1_connection(seen, f->value);
		break;
	case 14:
		if (memcmp(f->name.p, "content-length", 14) == 0)
			return h1_length(rq, f->value);
		break;
	case 17:
		if (memcmp(f->name.p, "transfer-encoding", 17) != 0)
			break;
		seen->te_chunked = !seen->te && span_ieq(f->value, SPAN_LIT("chunked"));
		seen->te = true;
		break;
	default:
		break;
	}
	return OK;
}

/* One header line; returns what is behind it, NULL when it is none. */
static char *
h1_field(struct field *out, char *p, const char *end)
{
	char *at = h1_wide_name(p, end);
	const char *cr;
	unsigned char c;

	/* The line end, if nothing before it, is no token. */
	for (; (c = h1_token[(unsigned char)*at]) != 0; at++)
		*at = (char)c;
	/* A space before the colon, a folded line and an empty name all end here. */
	if (at == p || *at != ':')
		return NULL;
	out->name = span_of(p, (size_t)(at - p));
	p = at + 1;
	cr = h1_control(p, end, true);
	if (end - cr < 2 || cr[0] != '\r' || cr[1] != '\n')
		return NULL;
	out->value = span_trim(span_of(p, (size_t)(cr - p)));
	return p + (cr - p) + 2;
}

static enum err
h1_headers(struct http_req *rq, struct h1_seen *seen, char *p, const char *end)
{
	enum err e;

	MUST(end[-1] == '\n');
	while (p < end && *p != '\r') {
		struct field *f = &rq->header[rq->nheader];

		p = h1_field(f, p, end);
		if (p == NULL)
			return E_HTTP_SYNTAX;
		rq->nheader++;
		rq->names |= http_name_bit(f->name.p, f->name.n);
		e = h1_note(rq, seen, f);
		if (e != OK)
			return e;
	}
	/* The scan saw an empty line at the end; anything else here is a line "\r...". */
	return end - p == 2 ? OK : E_HTTP_SYNTAX;
}

/* RFC 9112 6.1, 6.3: framing that two readers could take differently is refused. */
static enum err
h1_framing(struct http_req *rq, const struct h1_seen *seen)
{
	if (seen->te && (rq->has_length || rq->http10))
		return E_HTTP_SYNTAX;
	if (!seen->host && !rq->http10)
		return E_HTTP_SYNTAX;
	if (seen->te && !seen->te_chunked)
		return E_TRANSFER_ENCODING;
	if (seen->te)
		rq->length = HTTP_UNKNOWN_LENGTH;
	if (rq->http10) { /* RFC 9110 10.1.1: an expectation in 1.0 is not seen */
		rq->expects_continue = false;
		return OK;
	}
	return seen->expect;
}

enum err
h1_parse_line(struct http_req *rq, char *text, size_t n)
{
	return n < 2 ? E_HTTP_SYNTAX : h1_request_line(rq, span_of(text, n - 2));
}

enum err
h1_parse(struct http_req *rq, bool *keep, char *text, size_t n, unsigned lines)
{
	struct h1_seen seen = { .expect = OK };
	char *lf = memchr(text, '\n', n);
	enum err e;

	MUST(lf != NULL && lf > text && lines > 0);
	*keep = false;
	rq->length = 0;
	rq->nheader = 0;
	e = h1_request_line(rq, span_of(text, (size_t)(lf - 1 - text)));
	if (e != OK)
		return e;
	rq->header = arena_alloc(&rq->arena, lines * sizeof *rq->header);
	e = h1_headers(rq, &seen, lf + 1, text + n);
	if (e == OK)
		e = h1_framing(rq, &seen);
	*keep = !seen.close && (!rq->http10 || seen.keep_alive);
	return e;
}
