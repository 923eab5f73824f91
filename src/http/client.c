/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/client.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/mem.h"

enum { STATUS_LINE = 12, BODY_KEPT = 1 << 20, PIECE = 64 << 10, HEAD_MAX = 1 << 20 };

struct client {
	struct client_conf conf;
	bool tls;
	char *url, host[256], port[8];
	struct span authority, path; /* of url */
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	struct buf in; /* read and not yet used */
};

/* ---- where ---- */

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
url_parse(struct client *c)
{
	struct span rest = span_str(c->url), port;
	size_t slash, end, at;

	c->tls = span_starts(rest, SPAN_LIT("https://"));
	if (!c->tls && !span_starts(rest, SPAN_LIT("http://")))
		return false;
	rest = span_from(rest, c->tls ? 8 : 7);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] <= ' ' || rest.p[i] >= 0x7f)
			return false;
	slash = span_find(rest, '/', 0);
	c->authority = span_head(rest, slash);
	c->path = slash < rest.n ? span_from(rest, slash) : SPAN_LIT("/");
	end = c->authority.n > 0 && c->authority.p[0] == '['
	    ? span_find(c->authority, ']', 0)
	    : 0;
	at = span_find(c->authority, ':', end);
	port = at < c->authority.n ? span_from(c->authority, at + 1)
				   : span_str(c->tls ? "443" : "80");
	rest = span_head(c->authority, at);
	if (end > 0) /* [::1] */
		rest = span_from(span_head(rest, end), 1);
	return copy_part(c->host, sizeof c->host, rest) &&
	    copy_part(c->port, sizeof c->port, port);
}

enum err
client_new(struct client **out, const struct client_conf *conf, struct fail *fail)
{
	struct client *c = mem_zalloc(sizeof *c);

	c->conf = *conf;
	c->url = mem_dup(conf->url);
	c->fd = -1;
	if (!url_parse(c)) {
		client_free(&c);
		return fail_msg(fail, E_CONFIG,
		    "'%s' is no URL of a server; allowed: http://HOST[:PORT][/PATH] or "
		    "https://HOST[:PORT][/PATH]",
		    conf->url);
	}
	if (conf->dial != NULL)
		c->tls = false;
	*out = c;
	return OK;
}

static void
hang_up(struct client *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	c->in.n = 0;
}

void
client_free(struct client **client)
{
	struct client *c = *client;

	if (c == NULL)
		return;
	*client = NULL;
	hang_up(c);
	SSL_CTX_free(c->ctx);
	buf_fini(&c->in);
	mem_free(c->url);
	mem_free(c);
}

struct span
client_host(const struct client *c)
{
	return c->authority;
}

struct span
client_path(const struct client *c)
{
	return c->path;
}

/* ---- a connection ---- */

static int
connect_to(const struct client *c)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
	int fd = -1;

	if (getaddrinfo(c->host, c->port, &hints, &list) != 0)
		return -1;
	for (a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

static bool
dial(struct client *c)
{
	const struct timeval wait = { .tv_sec = c->conf.ms / 1000,
		.tv_usec = (suseconds_t)(c->conf.ms % 1000) * 1000 };

	c->fd = c->conf.dial != NULL ? c->conf.dial(c->conf.ctx) : connect_to(c);
	if (c->fd < 0)
		return false;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	if (!c->tls)
		return true;
	if (c->ctx == NULL)
		c->ctx = SSL_CTX_new(TLS_client_method());
	c->ssl = c->ctx != NULL ? SSL_new(c->ctx) : NULL;
	if (c->ssl != NULL && SSL_set_fd(c->ssl, c->fd) == 1 && SSL_connect(c->ssl) == 1)
		return true;
	hang_up(c);
	return false;
}

static bool
put(struct client *c, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t put = c->ssl != NULL
		    ? SSL_write(c->ssl, at, n < PIECE ? (int)n : PIECE)
		    : send(c->fd, at, n, MSG_NOSIGNAL);

		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}

/* More into c->in; 0 at the end, < 0 where it broke. */
static ssize_t
get(struct client *c)
{
	char *room = buf_grow(&c->in, PIECE);
	ssize_t got =
	    c->ssl != NULL ? SSL_read(c->ssl, room, PIECE) : recv(c->fd, room, PIECE, 0);

	c->in.n -= PIECE - (size_t)(got > 0 ? got : 0);
	return got;
}

/* ---- a request ---- */

/* A server that has answered already, and closed, takes no more: its answer counts. */
static bool
answered_early(const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static enum err
ask_body(struct client *c, const struct client_ask *ask, bool *sent)
{
	char *piece = mem_alloc(PIECE);
	uint64_t left = ask->length;
	enum err e = OK;
	size_t n;

	*sent = true;
	while (left > 0 && e == OK && *sent) {
		n = 0;
		e = ask->more(ask->ctx, piece, left < PIECE ? (size_t)left : PIECE, &n);
		if (e == OK && n == 0)
			e = E_IO;
		*sent = e == OK && put(c, piece, n);
		left -= n;
	}
	mem_free(piece);
	return e;
}

static enum err
ask_send(struct client *c, const struct client_ask *ask, bool *sent)
{
	struct buf head = { 0 };

	buf_printf(&head, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\n", ask->method,
	    (int)ask->target.n, ask->target.p, (int)c->authority.n, c->authority.p);
	if (ask->close)
		buf_str(&head, "Connection: close\r\n");
	if (ask->more != NULL || ask->body.p != NULL)
		buf_printf(&head, "Content-Length: %llu\r\n",
		    (unsigned long long)(ask->more != NULL ? ask->length : ask->body.n));
	buf_span(&head, ask->lines);
	buf_str(&head, "\r\n");
	*sent = put(c, head.p, head.n) &&
	    (ask->body.n == 0 || put(c, ask->body.p, ask->body.n));
	buf_fini(&head);
	return *sent && ask->more != NULL ? ask_body(c, ask, sent) : OK;
}

/* ---- an answer ---- */

void
client_answer_fini(struct client_answer *a)
{
	buf_fini(&a->head);
	buf_fini(&a->body);
}

struct span
client_header(const struct client_answer *a, const char *name)
{
	struct span rest = buf_view(&a->head), line, field;

	while (rest.n > 0) {
		line = span_cut(&rest, '\n');
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		field = span_cut(&line, ':');
		if (span_ieq(field, span_str(name)))
			return span_trim(line);
	}
	return SPAN_NONE;
}

static bool
status_parse(struct span head, unsigned *out)
{
	uint64_t n;

	if (head.n < STATUS_LINE || memcmp(head.p, "HTTP/1.", 7) != 0 ||
	    head.p[8] != ' ' || !span_u64(span_of(head.p + 9, 3), &n))
		return false;
	*out = (unsigned)n;
	return true;
}

static void
in_took(struct client *c, size_t n)
{
	c->in.n -= n;
	memmove(c->in.p, c->in.p + n, c->in.n);
}

static bool
head_read(struct client *c, struct client_answer *a)
{
	size_t end;

	for (;;) {
		end = span_search(buf_view(&c->in), SPAN_LIT("\r\n\r\n"), 0);
		if (end < c->in.n)
			break;
		if (c->in.n > HEAD_MAX || get(c) <= 0)
			return false;
	}
	a->head.n = 0;
	buf_put(&a->head, c->in.p, end + 2);
	in_took(c, end + 4);
	return status_parse(buf_view(&a->head), &a->status);
}

/* Of a known length, or to the end of the connection. */
static bool
body_read(struct client *c, struct client_answer *a, bool known, uint64_t left)
{
	ssize_t got = 1;

	while (!known || left > 0) {
		size_t n = known && left < c->in.n ? (size_t)left : c->in.n;
		size_t room = BODY_KEPT - a->body.n;

		buf_put(&a->body, c->in.p, n < room ? n : room);
		in_took(c, n);
		left -= known ? n : 0;
		if (known && left == 0)
			break;
		got = get(c);
		if (got <= 0)
			return !known && got == 0;
	}
	return true;
}

static bool
answer_read(struct client *c, const struct client_ask *ask, struct client_answer *a)
{
	struct span length;
	uint64_t n = 0;
	bool known, keep;

	do {
		if (!head_read(c, a))
			return false;
	} while (a->status / 100 == 1);
	length = client_header(a, "content-length");
	known = span_u64(length, &n);
	if (strcmp(ask->method, "HEAD") == 0 || a->status == 204 || a->status == 304) {
		known = true;
		n = 0;
	}
	/* Chunks are left as they are: the servers asked send none to such questions. */
	keep = known && !ask->close &&
	    !span_ieq(client_header(a, "connection"), SPAN_LIT("close"));
	if (!body_read(c, a, known, n))
		return false;
	if (!keep)
		hang_up(c);
	return true;
}

enum err
client_send(struct client *c, const struct client_ask *ask, struct client_answer *out,
    struct fail *fail)
{
	bool fresh = c->fd < 0, sent;
	enum err e;

	/* Nobody speaks before he is asked: the server has closed. */
	if (!fresh && answered_early(c)) {
		hang_up(c);
		fresh = true;
	}
	out->status = 0;
	out->head.n = out->body.n = 0;
	if (fresh && !dial(c))
		return fail_msg(fail, E_IO, "%s: nothing answers there", c->conf.url);
	e = ask_send(c, ask, &sent);
	if (e != OK) {
		hang_up(c);
		return fail_set(fail, e);
	}
	if ((sent || answered_early(c)) && answer_read(c, ask, out)) {
		if (!sent)
			hang_up(c);
		return OK;
	}
	hang_up(c);
	/* The server may have closed a connection that had nothing to say for long. */
	if (!fresh && ask->more == NULL)
		return client_send(c, ask, out, fail);
	return fail_msg(fail, E_IO, "%s: no HTTP answer", c->conf.url);
}
