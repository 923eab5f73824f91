/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail_msg /* a word of base/err.h */

#include <string.h>

#include "../../../src/http/h1_priv.h"

static const struct h1_limits limits = { 1024, 256, 8 };

/* A head in one go: scan, copy, parse. rq's arena is freed by the caller. */
static enum err
head_read(struct http_req *rq, bool *keep, const char *text, size_t n)
{
	struct h1_scan s = { 0 };
	size_t end;
	enum err e = h1_scan(&s, span_of(text, n), &limits, &end);

	memset(rq, 0, sizeof *rq);
	arena_init(&rq->arena, 0);
	*keep = false;
	if (e != OK)
		return e;
	assert_true(end > 0);
	return h1_parse(rq, keep,
	    arena_str(&rq->arena, span_of(text + s.skip, end - s.skip)), end - s.skip,
	    s.lines);
}

static void
head_expect(const char *text, size_t n, enum err want)
{
	struct http_req rq;
	bool keep;
	enum err e = head_read(&rq, &keep, text, n);

	if (e != want) {
		print_error("%s: %s instead of %s\n", text, err_row(e)->symbol,
		    err_row(want)->symbol);
		fail();
	}
	arena_fini(&rq.arena);
}

#define HOST "Host: h\r\n"
#define END "\r\n"
#define BAD(text) head_expect("" text, sizeof(text) - 1, E_HTTP_SYNTAX)
#define GOOD(text) head_expect("" text, sizeof(text) - 1, OK)
#define IS(text, why) head_expect("" text, sizeof(text) - 1, why)

static void
h1_parse_fills_request(void **state)
{
	static const char text[] = "\r\nPUT /b/k%20x?a=1&b HTTP/1.1\r\nHOST: h:1 \r\n"
				   "Content-Length:  5\r\nX-A:\r\nx-a: \t\xc3\xa4 z\t\r\n"
				   "Expect: 100-Continue\r\n\r\nrest";
	struct http_req rq;
	bool keep;

	(void)state;
	assert_int_equal(head_read(&rq, &keep, text, sizeof text - 1), OK);
	assert_true(keep);
	assert_int_equal(rq.method, HTTP_PUT);
	assert_true(span_is(rq.method_name, "PUT"));
	assert_true(span_is(rq.path, "/b/k%20x"));
	assert_true(span_is(rq.query, "a=1&b"));
	assert_true(span_is(rq.host, "h:1"));
	assert_int_equal(rq.nheader, 5);
	assert_true(span_is(rq.header[0].name, "host"));
	assert_true(span_is(rq.header[2].name, "x-a") && rq.header[2].value.n == 0);
	assert_true(span_is(rq.header[3].value, "\xc3\xa4 z"));
	assert_true(span_is(http_req_header(&rq, "content-length"), "5"));
	assert_null(http_req_header(&rq, "missing").p);
	assert_true(rq.has_length && rq.length == 5 && rq.expects_continue && !rq.http10);
	arena_fini(&rq.arena);
}

static void
h1_parse_target_forms(void **state)
{
	struct http_req rq;
	bool keep;

	(void)state;
#define TARGET(text) head_read(&rq, &keep, "" text HOST END, sizeof(text HOST END) - 1)
	assert_int_equal(TARGET("GET http://a.b:9?x HTTP/1.1\r\n"), OK);
	assert_true(
	    span_is(rq.host, "a.b:9") && span_is(rq.path, "/") && span_is(rq.query, "x"));
	arena_fini(&rq.arena);
	assert_int_equal(TARGET("GET HTTPS://a/b/c HTTP/1.1\r\n"), OK);
	assert_true(span_is(rq.host, "a") && span_is(rq.path, "/b/c") && rq.query.n == 0);
	arena_fini(&rq.arena);
	assert_int_equal(TARGET("OPTIONS * HTTP/1.1\r\n"), OK);
	assert_true(span_is(rq.path, "*"));
	arena_fini(&rq.arena);
	assert_int_equal(TARGET("GET /\xc3\xa4|\"<> HTTP/1.1\r\n"), OK);
	assert_true(span_is(rq.path, "/\xc3\xa4|\"<>"));
	arena_fini(&rq.arena);
	BAD("GET * HTTP/1.1\r\n" HOST END);
	BAD("OPTIONS *x HTTP/1.1\r\n" HOST END);
	BAD("CONNECT a:1 HTTP/1.1\r\n" HOST END);
	BAD("CONNECT / HTTP/1.1\r\n" HOST END);
	BAD("GET a:1 HTTP/1.1\r\n" HOST END);
	BAD("GET ftp://a/ HTTP/1.1\r\n" HOST END);
	BAD("GET http:///x HTTP/1.1\r\n" HOST END);
	BAD("GET http://u@a/x HTTP/1.1\r\n" HOST END);
	BAD("GET /a#b HTTP/1.1\r\n" HOST END);
	BAD("GET /a\tb HTTP/1.1\r\n" HOST END);
	BAD("GET /a\x7f"
	    "b HTTP/1.1\r\n" HOST END);
	BAD("GET /a b HTTP/1.1\r\n" HOST END);
}

static void
h1_parse_request_line(void **state)
{
	(void)state;
	GOOD("GET / HTTP/1.0\r\n" END);
	GOOD("get / HTTP/1.1\r\n" HOST END);
	GOOD("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST END);
	BAD("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST END);
	BAD("GET  / HTTP/1.1\r\n" HOST END);
	BAD("GET /  HTTP/1.1\r\n" HOST END);
	BAD(" GET / HTTP/1.1\r\n" HOST END);
	BAD("GET / HTTP/1.1 \r\n" HOST END);
	BAD("GET /\r\n" HOST END);
	BAD("GET\r\n" HOST END);
	BAD("GET / http/1.1\r\n" HOST END);
	BAD("GET / HTTP/1.\r\n" HOST END);
	BAD("GET / HTTP/11\r\n" HOST END);
	BAD("G(T / HTTP/1.1\r\n" HOST END);
	BAD("GET\t/ HTTP/1.1\r\n" HOST END);
	IS("GET / HTTP/2.0\r\n" HOST END, E_HTTP_VERSION);
	IS("GET / HTTP/1.2\r\n" HOST END, E_HTTP_VERSION);
	IS("GET / HTTP/0.9\r\n" HOST END, E_HTTP_VERSION);
	BAD("\x16\x03\x01\x02");
}

static void
h1_parse_lines(void **state)
{
	(void)state;
	BAD("GET / HTTP/1.1\n" HOST END);
	BAD("GET / HTTP/1.1\r\nHost: h\n\r\n");
	BAD("GET / HTTP/1.1\r\n" HOST "\n");
	BAD("GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "\rA: b\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A: b\r\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A : b\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n" END);
	BAD("GET / HTTP/1.1\r\n A: b\r\n" HOST END);
	BAD("GET / HTTP/1.1\r\n" HOST ": b\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A(: b\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "\xc3\xa4: b\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A: 1234567\x01"
	    "89\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST "A: 0123456789abcdef\x7f\r\n" END);
	GOOD("GET / HTTP/1.1\r\n" HOST "A: 0123\t56789abcd\tef\xff\r\n" END);
}

static void
h1_parse_framing(void **state)
{
	(void)state;
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: -5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 5 5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length:\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551615\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n" END);
	GOOD("PUT / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551614\r\n" END);
	GOOD("PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END);
	BAD("PUT / HTTP/1.1\r\n" HOST
	    "Content-Length: 5\r\nTransfer-Encoding: x\r\n" END);
	BAD("PUT / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n" END);
	IS("PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n" END,
	    E_TRANSFER_ENCODING);
	IS("PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n" END,
	    E_TRANSFER_ENCODING);
	IS("PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n" END, E_TRANSFER_ENCODING);
	IS("PUT / HTTP/1.1\r\n" HOST
	   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END,
	    E_TRANSFER_ENCODING);
	IS("PUT / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n" END, E_EXPECTATION);
	IS("PUT / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nExpect: x\r\n" END,
	    E_EXPECTATION);
	GOOD("PUT / HTTP/1.0\r\n" HOST "Expect: x\r\n" END);
	BAD("GET / HTTP/1.1\r\n" END);
	BAD("GET / HTTP/1.1\r\n" HOST HOST END);
	BAD("GET / HTTP/1.0\r\n" HOST HOST END);
	BAD("GET / HTTP/1.1\r\nHost: a b\r\n" END);
	BAD("GET / HTTP/1.1\r\nHost: a/b\r\n" END);
	BAD("GET / HTTP/1.1\r\nHost: a,b\r\n" END);
	GOOD("GET / HTTP/1.1\r\nHost:\r\n" END);
	GOOD("GET / HTTP/1.1\r\nHost: [::1]:9000\r\n" END);
}

static void
h1_parse_connection(void **state)
{
	static const struct {
		const char *text;
		bool keep;
	} rows[] = {
		{ "GET / HTTP/1.1\r\n" HOST END, true },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n" END, false },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: TE, Close\r\n" END, false },
		{ "GET / HTTP/1.1\r\n" HOST
		  "Connection: x\r\nConnection: ,close,\r\n" END,
		    false },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n" END, true },
		{ "GET / HTTP/1.0\r\n" END, false },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n" END, true },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n" END, false },
	};
	struct http_req rq;
	bool keep;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    head_read(&rq, &keep, rows[i].text, strlen(rows[i].text)), OK);
		assert_int_equal(keep, rows[i].keep);
		arena_fini(&rq.arena);
	}
}

/* However the bytes are cut up, the end is found at the same place. */
static void
h1_scan_any_pieces(void **state)
{
	static const char text[] = "\r\nGET /a HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nGET";

	(void)state;
	for (size_t step = 1; step < sizeof text; step++) {
		struct h1_scan s = { 0 };
		size_t n = 0, end = 0;

		while (end == 0) {
			n += step;
			assert_true(n < sizeof text - 1 + step);
			assert_int_equal(
			    h1_scan(&s,
				span_of(text, n < sizeof text - 1 ? n : sizeof text - 1),
				&limits, &end),
			    OK);
		}
		assert_int_equal(end, sizeof text - 4);
		assert_int_equal(s.skip, 2);
		assert_int_equal(s.lines, 3);
	}
}

static enum err
scan_text(const char *head, char fill, size_t fills, const char *tail)
{
	static char text[4096];
	struct h1_scan s = { 0 };
	size_t n = strlen(head), end;

	memcpy(text, head, n);
	memset(text + n, fill, fills);
	memcpy(text + n + fills, tail, strlen(tail));
	return h1_scan(&s, span_of(text, n + fills + strlen(tail)), &limits, &end);
}

static void
h1_scan_limits(void **state)
{
	(void)state;
	/* 256 bytes of request line are allowed, one more is not, with or without its end. */
	assert_int_equal(scan_text("GET /", 'a', 242, " HTTP/1.1\r\n"), OK);
	assert_int_equal(scan_text("GET /", 'a', 243, " HTTP/1.1\r\n"), E_URI_TOO_LONG);
	assert_int_equal(scan_text("GET /", 'a', 253, ""), E_URI_TOO_LONG);
	assert_int_equal(scan_text("GET / HTTP/1.1\r\nA:", 'a', 1000, "\r\n\r\n"), OK);
	assert_int_equal(
	    scan_text("GET / HTTP/1.1\r\nA:", 'a', 1100, ""), E_HEADERS_TOO_LARGE);
	assert_int_equal(
	    scan_text("G / HTTP/1.1\r\n", 'a', 0,
		"A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n"),
	    E_HEADERS_TOO_LARGE);
	assert_int_equal(scan_text("G / HTTP/1.1\r\n", 'a', 0,
			     "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n"),
	    OK);
}

/* Sixteen at a time or one by one: each byte in each place of a name, a value, a path. */
static void
h1_parse_each_byte_each_place(void **state)
{
	static const char text[] =
	    "GET /pppppppppppppppppppp HTTP/1.1\r\nHost: h\r\n"
	    "NNNNNNNNNNNNNNNNNNNN: vvvvvvvvvvvvvvvvvvvvvvvv\r\n\r\n";
	const char *name = strchr(text + 40, 'N'), *value = strchr(name, 'v');

	(void)state;
	for (size_t at = 5; at < sizeof text - 5; at++)
		for (unsigned c = 0; c < 256; c++) {
			char changed[sizeof text], want[32];
			struct http_req rq;
			size_t in = (size_t)(text + at - name);
			bool good, keep, control = (c < 0x20 && c != '\t') || c == 0x7f;

			memcpy(changed, text, sizeof text);
			changed[at] = (char)c;
			if (text[at] == 'p')
				good = !control && c != '\t' && c != '#' && c != ' ';
			else if (text[at] == 'N')
				good = c == ':' ? in > 0
						: c != 0 &&
					(strchr("!#$%&'*+-.^_`|~", (int)c) != NULL ||
					    (c >= '0' && c <= '9') ||
					    (c >= 'A' && c <= 'Z') ||
					    (c >= 'a' && c <= 'z'));
			else if (text[at] == 'v')
				good = !control;
			else
				continue;
			assert_int_equal(head_read(&rq, &keep, changed, sizeof text - 1),
			    good ? OK : E_HTTP_SYNTAX);
			if (good && text[at] == 'N' && c != ':') {
				memset(want, 'n', 20);
				want[in] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
				assert_true(
				    span_eq(rq.header[1].name, span_of(want, 20)));
				assert_true(
				    span_eq(rq.header[1].value, span_of(value, 24)));
			}
			arena_fini(&rq.arena);
		}
}

static void
h1_parse_line_of_unfinished_head(void **state)
{
	char text[] = "DELETE /b/k?x HTTP/1.1\r\n";
	struct http_req rq = { 0 };

	(void)state;
	assert_int_equal(h1_parse_line(&rq, text, strlen(text)), OK);
	assert_int_equal(rq.method, HTTP_DELETE);
	assert_true(span_is(rq.path, "/b/k"));
	assert_int_equal(h1_parse_line(&rq, text, 1), E_HTTP_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(h1_parse_fills_request),
		cmocka_unit_test(h1_parse_target_forms),
		cmocka_unit_test(h1_parse_request_line),
		cmocka_unit_test(h1_parse_lines),
		cmocka_unit_test(h1_parse_framing),
		cmocka_unit_test(h1_parse_connection),
		cmocka_unit_test(h1_scan_any_pieces),
		cmocka_unit_test(h1_scan_limits),
		cmocka_unit_test(h1_parse_each_byte_each_place),
		cmocka_unit_test(h1_parse_line_of_unfinished_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
