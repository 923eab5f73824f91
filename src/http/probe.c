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

enum { ANSWER_HEAD = 12 }; /* "HTTP/1.1 200" */

static bool
status_parse(const char head[ANSWER_HEAD], unsigned *out)
{
	uint64_t n;

	if (memcmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ' ||
	    !span_u64(span_of(head + 9, 3), &n))
		return false;
	*out = (unsigned)n;
	return true;
}

static bool
ask_plain(int fd, struct span ask, char head[ANSWER_HEAD])
{
	size_t have = 0;
	ssize_t n;

	if (send(fd, ask.p, ask.n, MSG_NOSIGNAL) != (ssize_t)ask.n)
		return false;
	while (have < ANSWER_HEAD) {
		n = recv(fd, head + have, ANSWER_HEAD - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

static bool
ask_tls(int fd, struct span ask, char head[ANSWER_HEAD])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx != NULL ? SSL_new(ctx) : NULL;
	size_t have = 0;
	int n = 1;

	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1 &&
	    SSL_write(ssl, ask.p, (int)ask.n) == (int)ask.n)
		while (have < ANSWER_HEAD && n > 0) {
			n = SSL_read(ssl, head + have, (int)(ANSWER_HEAD - have));
			have += n > 0 ? (size_t)n : 0;
		}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return have == ANSWER_HEAD;
}

enum err
probe_get(const char *url, unsigned ms, unsigned *status, struct fail *fail)
{
	struct probe_url u;
	struct buf ask = { 0 };
	char head[ANSWER_HEAD];
	bool good;
	int fd;

	if (!url_parse(&u, url))
		return fail_msg(fail, E_CONFIG,
		    "'%s' is no URL of a server; allowed: http://HOST[:PORT][/PATH] or "
		    "https://HOST[:PORT][/PATH]",
		    url);
	fd = dial(&u, ms);
	if (fd < 0)
		return fail_msg(fail, E_IO, "%s: nothing answers there", url);
	buf_printf(&ask, "GET %.*s HTTP/1.1\r\nHost: %.*s\r\nConnection: close\r\n\r\n",
	    (int)u.path.n, u.path.p, (int)u.authority.n, u.authority.p);
	good = u.tls ? ask_tls(fd, buf_view(&ask), head)
		     : ask_plain(fd, buf_view(&ask), head);
	good = good && status_parse(head, status);
	buf_fini(&ask);
	(void)close(fd);
	return good ? OK : fail_msg(fail, E_IO, "%s: no HTTP answer", url);
}
