/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/probe.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>

struct probe_url {
	bool tls;
	char host[256], port[8];
	struct span authority, path;
};

static bool
copy_part(char *out, size_t cap, struct span s)
{
	if (s.n == 0 || s.n >= cap)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool
url_parse(struct probe_url *u, const char *text)
{
	struct span rest = span_str(text), port;
	size_t slash, end, at;

	u->tls = span_starts(rest, SPAN_LIT("https://"));
	if (!u->tls && !span_starts(rest, SPAN_LIT("http://")))
		return false;
	rest = span_from(rest, u->tls ? 8 : 7);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] <= ' ' || rest.p[i] >= 0x7f)
			return false;
	slash = span_find(rest, '/', 0);
	u->authority = span_head(rest, slash);
	u->path = slash < rest.n ? span_from(rest, slash) : SPAN_LIT("/");
	end = u->authority.n > 0 && u->authority.p[0] == '['
	    ? span_find(u->authority, ']', 0)
	    : 0;
	at = span_find(u->authority, ':', end);
	port = at < u->authority.n ? span_from(u->authority, at + 1)
				   : span_str(u->tls ? "443" : "80");
	rest = span_head(u->authority, at);
	if (end > 0) /* [::1] */
		rest = span_from(span_head(rest, end), 1);
	return copy_part(u->host, sizeof u->host, rest) &&
	    copy_part(u->port, sizeof u->port, port);
}

static int
dial(const struct probe_url *u, unsigned ms)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
	struct timeval wait = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 };
	int fd = -1;

	if (getaddrinfo(u->host, u->port, &hints, &list) != 0)
		return -1;
	for (a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd < 0)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
		if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

enum { ANSWER_HEAD = 12, ANSWER_MAX = 1 << 20 }; /* "HTTP/1.1 200" */

static bool
status_parse(struct span head, unsigned *out)
{
	uint64_t n;

	if (head.n < ANSWER_HEAD || memcmp(head.p, "HTTP/1.", 7) != 0 ||
	    head.p[8] != ' ' || !span_u64(span_of(head.p + 9, 3), &n))
		return false;
	*out = (unsigned)n;
	return true;
}

/* Sends ask and reads to the end, which is where the server closes. */
static bool
talk_plain(int fd, struct span ask, struct buf *answer)
{
	ssize_t n = 1;

	if (send(fd, ask.p, ask.n, MSG_NOSIGNAL) != (ssize_t)ask.n)
		return false;
	while (n > 0 && answer->n < ANSWER_MAX) {
		n = recv(fd, buf_grow(answer, 4096), 4096, 0);
		answer->n -= 4096 - (size_t)(n > 0 ? n : 0);
	}
	return n == 0;
}

static bool
talk_tls(int fd, struct span ask, struct buf *answer)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx != NULL ? SSL_new(ctx) : NULL;
	int n = 0;

	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1 &&
	    SSL_write(ssl, ask.p, (int)ask.n) == (int)ask.n)
		do {
			n = SSL_read(ssl, buf_grow(answer, 4096), 4096);
			answer->n -= 4096 - (size_t)(n > 0 ? n : 0);
		} while (n > 0 && answer->n < ANSWER_MAX);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return answer->n >= ANSWER_HEAD;
}

/* What stands behind the head. */
static void
body_take(struct buf *out, struct span answer)
{
	size_t at = span_search(answer, SPAN_LIT("\r\n\r\n"), 0);

	if (at < answer.n)
		buf_span(out, span_from(answer, at + 4));
}

enum err
probe_ask(const struct probe *p, unsigned *status, struct buf *body, struct fail *fail)
{
	struct probe_url u;
	struct buf ask = { 0 }, answer = { 0 };
	bool good;
	int fd;

	if (!url_parse(&u, p->url))
		return fail_msg(fail, E_CONFIG,
		    "'%s' is no URL of a server; allowed: http://HOST[:PORT][/PATH] or "
		    "https://HOST[:PORT][/PATH]",
		    p->url);
	fd = dial(&u, p->ms);
	if (fd < 0)
		return fail_msg(fail, E_IO, "%s: nothing answers there", p->url);
	buf_printf(&ask, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\nConnection: close\r\n",
	    p->method, (int)u.path.n, u.path.p, (int)u.authority.n, u.authority.p);
	buf_span(&ask, p->lines);
	if (p->body.n > 0)
		buf_printf(&ask, "Content-Length: %zu\r\n", p->body.n);
	buf_str(&ask, "\r\n");
	buf_span(&ask, p->body);
	good = u.tls ? talk_tls(fd, buf_view(&ask), &answer)
		     : talk_plain(fd, buf_view(&ask), &answer);
	good = good && status_parse(buf_view(&answer), status);
	if (good && body != NULL)
		body_take(body, buf_view(&answer));
	buf_fini(&ask);
	buf_fini(&answer);
	(void)close(fd);
	return good ? OK : fail_msg(fail, E_IO, "%s: no HTTP answer", p->url);
}

enum err
probe_get(const char *url, unsigned ms, unsigned *status, struct fail *fail)
{
	struct probe p = { .url = url, .method = "GET", .ms = ms };

	return probe_ask(&p, status, NULL, fail);
}
