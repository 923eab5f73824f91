/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { SMALL_BODY = 16384, SCRATCH = 1 << 20, EVENTS = 256, TRIES = 5 };
/* By then each connection must have had an answer. */
#define WARM_NS (UINT64_C(20) * 1000000000)

enum chunk { CHUNK_SIZE, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER };

struct conn {
	int fd;
	SSL *ssl;
	uint64_t began, body_at, left;
	size_t out_len, out_at, in_len;
	enum chunk chunk;
	unsigned line, tries;
	int status;
	enum op op;
	bool busy, warm, in_body, chunked, until_close, closes, want_out;
	char out[REQUEST_MAX + SMALL_BODY], in[HEAD_MAX];
};

struct run {
	const struct plan *plan;
	struct signer *signer;
	SSL_CTX *tls;
	struct conn *conns;
	char *body, *scratch;
	struct latencies *latencies;
	struct cpu cpu_began, cpu_ended;
	uint64_t began, opened, ended, issued, done, errors, busy, warm, bytes, again;
	int epoll;
	bool open, stop;
};

int
connect_to(const char *host, const char *port, bool wait)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *list;
	int fd = -1, one = 1;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return -1;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!wait)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

SSL_CTX *
tls_context(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_mode(c,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
		SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);
	return c;
}

static void
die(const char *what)
{
	(void)fprintf(stderr, "load: %s: %m\n", what);
	exit(1);
}

static void
conn_open(struct run *r, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	c->fd = connect_to(r->plan->host, r->plan->port, true);
	if (c->fd < 0)
		die("connect");
	if (r->tls) {
		c->ssl = SSL_new(r->tls);
		(void)SSL_set_fd(c->ssl, c->fd);
		if (SSL_connect(c->ssl) != 1)
			die("TLS handshake");
	}
	(void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->want_out = false;
	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("epoll_ctl");
}

static void
conn_close(struct conn *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	(void)close(c->fd);
	c->fd = -1;
}

static void
want_out(struct run *r, struct conn *c, bool want)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	if (want == c->want_out)
		return;
	c->want_out = want;
	if (want)
		ev.events |= EPOLLOUT;
	(void)epoll_ctl(r->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

/* Bytes written, 0 when the socket is full, -1 when it is broken. */
static ssize_t
write_some(struct run *r, struct conn *c)
{
	struct iovec v[2] = { { c->out + c->out_at, c->out_len - c->out_at },
		{ r->body + c->body_at, 0 } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
	bool big = c->op == OP_PUT && r->plan->size > SMALL_BODY;
	ssize_t n;
	int i;

	if (big)
		v[1].iov_len = r->plan->size - c->body_at;
	if (c->ssl) {
		i = v[0].iov_len ? 0 : 1;
		n = SSL_write(c->ssl, v[i].iov_base,
		    v[i].iov_len < SCRATCH ? (int)v[i].iov_len : SCRATCH);
		if (n <= 0)
			return SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_WRITE ? 0
										     : -1;
		return n;
	}
	n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
	return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
}

static bool
unsent(const struct run *r, const struct conn *c)
{
	return c->out_at < c->out_len ||
	    (c->op == OP_PUT && r->plan->size > SMALL_BODY && c->body_at < r->plan->size);
}

static void
conn_send(struct run *r, struct conn *c)
{
	while (unsent(r, c)) {
		ssize_t n = write_some(r, c);
		size_t head = c->out_len - c->out_at;

		if (n <= 0) {
			want_out(r, c, n == 0);
			return;
		}
		if ((size_t)n <= head) {
			c->out_at += (size_t)n;
		} else {
			c->out_at = c->out_len;
			c->body_at += (uint64_t)n - head;
		}
	}
	want_out(r, c, false);
}

static void
conn_again(struct run *r, struct conn *c)
{
	c->out_at = c->body_at = 0;
	c->in_len = 0;
	c->in_body = c->chunked = c->until_close = c->closes = false;
	c->chunk = CHUNK_SIZE;
	conn_send(r, c);
}

static void
conn_next(struct run *r, struct conn *c)
{
	const struct plan *p = r->plan;
	uint64_t i = r->issued;

	c->busy = !r->stop && (p->count == 0 || i < p->count);
	if (!c->busy) {
		r->busy--;
		return;
	}
	r->issued++;
	c->op = request_op(p, i);
	c->out_len = request_head(r->signer, c->op, i, c->out);
	if (c->op == OP_PUT && p->size <= SMALL_BODY) {
		memcpy(c->out + c->out_len, r->body, p->size);
		c->out_len += p->size;
	}
	c->tries = 0;
	c->began = mono_ns();
	conn_again(r, c);
}

static void
answer_done(struct run *r, struct conn *c)
{
	if (c->status >= 300 && r->errors++ == 0)
		(void)fprintf(stderr, "load: %.*s\nload: answered with %.*s\n",
		    (int)(c->out_len < 300 ? c->out_len : 300), c->out,
		    (int)(c->in_len < 600 ? c->in_len : 600), c->in);
	if (!c->warm) {
		c->warm = true;
		r->warm++;
	}
	if (r->open) {
		r->done++;
		latencies_add(r->latencies, mono_ns() - c->began);
	}
	if (c->closes || c->until_close) {
		conn_close(c);
		conn_open(r, c);
	}
	if (r->plan->hold)
		c->busy = false;
	else
		conn_next(r, c);
}

/* A chunked body: true at its end. Only the bytes between chunks are looked at. */
static bool
chunked_end(struct conn *c, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char b = p[i];

		if (c->chunk == CHUNK_DATA) {
			size_t skip = n - i < c->left ? n - i : c->left;

			c->left -= skip;
			i += skip - 1;
			if (c->left == 0)
				c->chunk = CHUNK_END;
		} else if (b == '\n' && c->chunk == CHUNK_SIZE) {
			c->chunk = c->left ? CHUNK_DATA : CHUNK_TRAILER;
			c->line = 0;
		} else if (b == '\n' && c->chunk == CHUNK_END) {
			c->chunk = CHUNK_SIZE;
			c->left = 0;
		} else if (b == '\n') {
			if (c->line == 0)
				return true;
			c->line = 0;
		} else if (c->chunk == CHUNK_SIZE && b != '\r') {
			c->left = c->left * 16 +
			    (uint64_t)(b <= '9' ? b - '0' : (b | 32) - 'a' + 10);
		} else if (b != '\r') {
			c->line++;
		}
	}
	return false;
}

static bool
body_end(struct run *r, struct conn *c, const char *p, size_t n)
{
	r->bytes += n;
	if (c->chunked)
		return chunked_end(c, p, n);
	c->left -= n < c->left ? n : c->left;
	return c->left == 0 && !c->until_close;
}

static const char *
field(const struct conn *c, const char *name)
{
	const char *at = strcasestr(c->in, name);

	return at ? at + strlen(name) : NULL;
}

/* The head is whole: what follows it, and whether that was all. */
static bool
head_read(struct run *r, struct conn *c, size_t head)
{
	char *rest = c->in + head, last = *rest;
	const char *length, *coding;
	bool bare;

	*rest = '\0';
	c->status = (int)strtol(c->in + 9, NULL, 10);
	length = field(c, "\r\nContent-Length:");
	coding = field(c, "\r\nTransfer-Encoding: chunked");
	c->closes =
	    field(c, "\r\nConnection: close") || strncmp(c->in, "HTTP/1.1", 8) != 0;
	*rest = last;
	bare = c->op == OP_HEAD || c->status == 204 || c->status == 304;
	c->chunked = coding && !bare;
	c->left = c->chunked || bare || !length ? 0 : strtoull(length, NULL, 10);
	c->until_close = !bare && !coding && !length;
	c->in_body = true;
	if (bare)
		return true;
	return body_end(r, c, rest, c->in_len - head);
}

static ssize_t
read_some(struct conn *c, char *p, size_t n, int flags)
{
	ssize_t got;

	if (c->ssl) {
		got = SSL_read(c->ssl, p, (int)n);
		if (got <= 0)
			return SSL_get_error(c->ssl, (int)got) == SSL_ERROR_WANT_READ ? -1
										      : 0;
		return got;
	}
	got = recv(c->fd, p, n, flags);
	return got >= 0 ? got : errno == EAGAIN ? -1 : 0;
}

/* The other side closed: the end of an answer, or a connection that was idle too long. */
static void
conn_gone(struct run *r, struct conn *c)
{
	if (c->in_body && c->until_close) {
		answer_done(r, c);
		return;
	}
	conn_close(c);
	if (!c->busy)
		return;
	if (c->in_len > 0 || c->tries++ >= TRIES) {
		(void)fprintf(stderr, "load: the server closed within an answer\n");
		exit(1);
	}
	r->again++;
	conn_open(r, c);
	conn_again(r, c);
}

static void
conn_read(struct run *r, struct conn *c)
{
	for (;;) {
		/* Bytes nobody looks at are dropped in the kernel. */
		bool drop = c->in_body && !c->chunked && !c->ssl;
		char *to = c->in_body ? r->scratch : c->in + c->in_len;
		size_t room = c->in_body ? SCRATCH : HEAD_MAX - 1 - c->in_len;
		ssize_t n = read_some(c, to, room, drop ? MSG_TRUNC : 0);
		bool end = false;

		if (n < 0)
			return;
		if (n == 0) {
			conn_gone(r, c);
			return;
		}
		if (c->in_body) {
			end = body_end(r, c, to, (size_t)n);
		} else {
			char *blank;

			c->in_len += (size_t)n;
			c->in[c->in_len] = '\0';
			blank = memmem(c->in, c->in_len, "\r\n\r\n", 4);
			if (!blank && c->in_len == HEAD_MAX - 1)
				die("a head too long");
			if (blank)
				end = head_read(r, c, (size_t)(blank + 4 - c->in));
		}
		if (end) {
			answer_done(r, c);
			return;
		}
		if (!c->ssl && !c->in_body)
			return;
	}
}

static void
window(struct run *r, uint64_t now)
{
	const struct plan *p = r->plan;

	if (!r->open && !r->stop && now > r->began + WARM_NS) {
		(void)fprintf(stderr,
		    "load: %" PRIu64 " of %u connections were answered\n", r->warm,
		    p->conns);
		exit(1);
	}
	if (!r->open && !r->stop && r->warm == p->conns &&
	    now >= r->began + (uint64_t)(p->warmup * 1e9)) {
		cpu_read(p, &r->cpu_began);
		r->opened = mono_ns();
		r->open = true;
	}
	if (r->open && p->count == 0 && now >= r->opened + (uint64_t)(p->seconds * 1e9)) {
		r->stop = true;
		if (p->settle > 0)
			return;
		r->ended = mono_ns();
		cpu_read(p, &r->cpu_ended);
		r->open = false;
	}
}

static void
loop(struct run *r)
{
	struct epoll_event ev[EVENTS];

	while (r->busy > 0) {
		int n = epoll_wait(r->epoll, ev, EVENTS, 100);

		for (int i = 0; i < n; i++) {
			struct conn *c = ev[i].data.ptr;

			if (ev[i].events & EPOLLOUT)
				conn_send(r, c);
			if (ev[i].events & ~(uint32_t)EPOLLOUT)
				conn_read(r, c);
		}
		if (r->plan->hold && r->warm == r->plan->conns)
			return;
		window(r, mono_ns());
	}
}

static void
settle(struct run *r)
{
	struct timespec nap;

	if (r->ended)
		return;
	r->ended = mono_ns();
	nap.tv_sec = (time_t)r->plan->settle;
	nap.tv_nsec = (long)((r->plan->settle - (double)nap.tv_sec) * 1e9);
	(void)nanosleep(&nap, NULL);
	cpu_read(r->plan, &r->cpu_ended);
}

static void
report(const struct run *r)
{
	double seconds = (double)(r->ended - r->opened) / 1e9, ops = (double)r->done;
	double user = r->cpu_ended.user - r->cpu_began.user;
	double system = r->cpu_ended.system - r->cpu_began.system;

	(void)printf("{\"ops\": %" PRIu64 ", \"issued\": %" PRIu64
		     ", \"errors\": %" PRIu64 ", \"reconnects\": %" PRIu64
		     ", \"seconds\": %.3f, \"rate\": %.1f"
		     ", \"p50\": %.1f, \"p99\": %.1f, \"cpu_us\": %.3f, \"system\": %.2f"
		     ", \"bytes\": %" PRIu64 "}\n",
	    r->done, r->issued, r->errors, r->again, seconds, ops / seconds,
	    latencies_at(r->latencies, 0.5), latencies_at(r->latencies, 0.99),
	    ops > 0 ? (double)(r->cpu_ended.ns - r->cpu_began.ns) / 1000 / ops : 0,
	    user + system > 0 ? system / (user + system) : 0, r->bytes);
}

static char *
body_new(uint64_t size)
{
	char *body = mem_alloc(size + 8);
	uint64_t x = 88172645463325252u;

	for (uint64_t i = 0; i < size; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(body + i, &x, 8);
	}
	return body;
}

static void
run_fini(struct run *r)
{
	for (unsigned i = 0; i < r->plan->conns; i++)
		if (r->conns[i].fd >= 0)
			conn_close(&r->conns[i]);
	mem_free(r->conns);
	(void)close(r->epoll);
	SSL_CTX_free(r->tls);
	mem_free(r->scratch);
	signer_free(&r->signer);
	mem_free(r->body);
	mem_free(r->latencies);
}

int
load_run(const struct plan *p)
{
	struct run r = { .plan = p, .latencies = latencies_new() };

	r.body = body_new(p->size);
	r.signer = signer_new(p, r.body);
	r.scratch = mem_alloc(SCRATCH);
	r.tls = p->tls ? tls_context() : NULL;
	r.epoll = epoll_create1(EPOLL_CLOEXEC);
	r.conns = mem_array(p->conns, sizeof *r.conns);
	for (unsigned i = 0; i < p->conns; i++)
		conn_open(&r, &r.conns[i]);
	r.began = mono_ns();
	if (p->count > 0) {
		cpu_read(p, &r.cpu_began);
		r.opened = r.began;
		r.open = true;
	}
	r.busy = p->conns;
	for (unsigned i = 0; i < p->conns; i++)
		conn_next(&r, &r.conns[i]);
	loop(&r);
	if (p->hold) {
		(void)printf("{\"held\": %u}\n", p->conns);
		(void)fflush(stdout);
		(void)getchar();
	} else {
		settle(&r);
		report(&r);
	}
	run_fini(&r);
	return 0;
}
