/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http_resp_priv.h"

#include "http/http.h"

struct pen {
	char *p, *end;
};

static void
pen_put(struct pen *w, const char *p, size_t n)
{
	MUST(n <= (size_t)(w->end - w->p));
	memcpy(w->p, p, n);
	w->p += n;
}

static void
pen_str(struct pen *w, const char *s)
{
	pen_put(w, s, strlen(s));
}

static void
pen_u64(struct pen *w, uint64_t v)
{
	char text[20], *p = text + sizeof text;

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	pen_put(w, p, (size_t)(text + sizeof text - p));
}

/* The status line, and the name of what follows it in each answer. */
static void
pen_status(struct pen *w, unsigned status)
{
#define LINE(status, reason) "HTTP/1.1 " #status " " reason "\r\nDate: "
#define ROW(status, reason) \
	{ \
		status, \
		{ \
			LINE(status, reason), sizeof LINE(status, reason) - 1 \
		} \
	}
	static const struct {
		unsigned status;
		struct span line;
	} known[] = {
		ROW(200, "OK"),
		ROW(201, "Created"),
		ROW(202, "Accepted"),
		ROW(204, "No Content"),
		ROW(206, "Partial Content"),
		ROW(301, "Moved Permanently"),
		ROW(302, "Found"),
		ROW(303, "See Other"),
		ROW(304, "Not Modified"),
		ROW(307, "Temporary Redirect"),
		ROW(308, "Permanent Redirect"),
		ROW(400, "Bad Request"),
		ROW(401, "Unauthorized"),
		ROW(403, "Forbidden"),
		ROW(404, "Not Found"),
		ROW(405, "Method Not Allowed"),
		ROW(408, "Request Timeout"),
		ROW(409, "Conflict"),
		ROW(411, "Length Required"),
		ROW(412, "Precondition Failed"),
		ROW(413, "Content Too Large"),
		ROW(414, "URI Too Long"),
		ROW(416, "Range Not Satisfiable"),
		ROW(417, "Expectation Failed"),
		ROW(429, "Too Many Requests"),
		ROW(500, "Internal Server Error"),
		ROW(501, "Not Implemented"),
		ROW(503, "Service Unavailable"),
		ROW(505, "HTTP Version Not Supported"),
		ROW(507, "Insufficient Storage"),
	};
#undef ROW
#undef LINE

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].status == status) {
			pen_put(w, known[i].line.p, known[i].line.n);
			return;
		}
	pen_str(w, "HTTP/1.1 ");
	pen_u64(w, status);
	pen_str(w, " Unknown\r\nDate: ");
}

static struct span
head_top(struct http_resp_head *h)
{
	struct pen w = { h->top, h->top + sizeof h->top };

	pen_status(&w, h->status);
	pen_put(&w, h->date, 29);
	if (h->server != NULL && strlen(h->server) < 200) {
		pen_str(&w, "\r\nServer: ");
		pen_str(&w, h->server);
	}
	pen_str(&w, "\r\n");
	return span_of(h->top, (size_t)(w.p - h->top));
}

void
http_resp_render(struct http_resp_head *h, struct span *top, struct span *bottom)
{
	struct pen w = { h->bottom, h->bottom + sizeof h->bottom };

	*top = head_top(h);
	if (h->bodyless)
		; /* RFC 9110 8.6: no length where there can't be a body */
	else if (h->chunked)
		pen_str(&w, "Transfer-Encoding: chunked\r\n");
	else if (h->length != HTTP_UNKNOWN_LENGTH) {
		pen_str(&w, "Content-Length: ");
		pen_u64(&w, h->length);
		pen_str(&w, "\r\n");
	}
	if (h->close)
		pen_str(&w, "Connection: close\r\n");
	else if (h->http10)
		pen_str(&w, "Connection: keep-alive\r\n");
	pen_str(&w, "\r\n");
	*bottom = span_of(h->bottom, (size_t)(w.p - h->bottom));
}
