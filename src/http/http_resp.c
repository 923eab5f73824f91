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

static const char *
head_reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} known[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].status == status)
			return known[i].reason;
	return "Unknown";
}

static struct span
head_top(struct http_resp_head *h)
{
	struct pen w = { h->top, h->top + sizeof h->top };

	pen_str(&w, "HTTP/1.1 ");
	pen_u64(&w, h->status);
	pen_str(&w, " ");
	pen_str(&w, head_reason(h->status));
	pen_str(&w, "\r\nDate: ");
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
