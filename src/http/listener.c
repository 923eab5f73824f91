/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "listener_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "http_server_priv.h"
#include "loop_priv.h"

enum { LISTENER_BACKLOG = 4096, LISTENER_BATCH = 64, LISTENER_PAUSE_MS = 100 };

union listener_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
listener_parse(union listener_addr *out, socklen_t *len, const char *address)
{
	struct span all = span_str(address), host = all;
	char text[64];
	uint64_t port;
	size_t colon = all.n;

	while (colon > 0 && all.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || !span_u64(span_from(all, colon), &port) || port > 65535)
		return false;
	host.n = colon - 1;
	memset(out, 0, sizeof *out);
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host = span_of(host.p + 1, host.n - 2);
		out->any.sa_family = AF_INET6;
		*len = sizeof out->v6;
	} else {
		out->any.sa_family = AF_INET;
		*len = sizeof out->v4;
	}
	if (host.n >= sizeof text)
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if (out->any.sa_family == AF_INET6) {
		out->v6.sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1;
	}
	out->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, text, &out->v4.sin_addr) == 1;
}

static int
listener_socket(const union listener_addr *a, socklen_t len, bool shared)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, rc;

	if (fd < 0)
		return -errno;
	/* Connections inherit TCP_NODELAY: a call less per connection. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
	    (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0) ||
	    bind(fd, &a->any, len) != 0) {
		rc = -errno;
		(void)close(fd);
		return rc;
	}
	return fd;
}

/* One more socket for the same port, or the first one once more where the system knows no
 * sharing of ports. */
static int
listener_more(int first, const union listener_addr *a, socklen_t len)
{
	int fd = listener_socket(a, len, true);

	if (fd >= 0 && listen(fd, LISTENER_BACKLOG) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	fd = fcntl(first, F_DUPFD_CLOEXEC, 0);
	return fd >= 0 ? fd : -errno;
}

enum err
listener_open(
    int *fds, unsigned n, uint16_t *port, const struct http_conf *conf, struct fail *fail)
{
	union listener_addr a;
	socklen_t len;
	unsigned made = 0;
	int one = 1, rc;
	const char *address = conf->address,
		   *setting = conf->setting != NULL ? conf->setting : "address";

	if (!listener_parse(&a, &len, address))
		return fail_msg(fail, E_CONFIG,
		    "%s: '%s' is not IP:port; allowed: 127.0.0.1:9000, "
		    "0.0.0.0:9000, "
		    "[::1]:9000, port 0 to have one picked",
		    setting, address);
	/* With SO_REUSEPORT a second server would share the port in silence; so the first
	 * socket is bound without it, and lets the others in only afterwards. */
	rc = fds[0] = listener_socket(&a, len, false);
	if (rc < 0)
		goto out;
	made = 1;
	if (n > 1)
		(void)setsockopt(fds[0], SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	if (listen(fds[0], LISTENER_BACKLOG) != 0 ||
	    getsockname(fds[0], &a.any, &len) != 0) {
		rc = -errno;
		goto out;
	}
	for (; made < n; made++) {
		rc = fds[made] = listener_more(fds[0], &a, len);
		if (rc < 0)
			goto out;
	}
	*port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
	return OK;
out:
	while (made > 0)
		(void)close(fds[--made]);
	return fail_msg(fail, E_CONFIG, "%s: cannot listen on %s: %s", setting, address,
	    rc == -EADDRINUSE ? "another process does" : strerrordesc_np(-rc));
}

/* Out of descriptors: leave the queue to the kernel for a moment. */
static void
listener_pause(struct loop *l)
{
	struct timeval tv = { .tv_usec = LISTENER_PAUSE_MS * 1000 };

	if (!l->accept_logged)
		log_warn("http: accept: %s; trying again every %d ms",
		    strerrordesc_np(errno), LISTENER_PAUSE_MS);
	l->accept_logged = true;
	(void)event_del(&l->listen_ev);
	MUST(event_add(&l->pause_ev, &tv) == 0);
}

static void
listener_resume(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	CHECK(l, LOOP_MAGIC);
	if (l->listen_fd >= 0)
		MUST(event_add(&l->listen_ev, NULL) == 0);
}

/* Between two programs of one machine nothing is lost and there is no rate to find out: a
 * congestion control that paces (BBR) only costs there, five times the CPU of a large body.
 * Reno is the one that every kernel has and lets everybody choose. Not with TLS: there the
 * body is copied, and what waits in the socket has left the cache before it is sent. */
static void
listener_unpace(int fd, const union listener_addr *peer)
{
	static const char reno[] = "reno";
	const struct in6_addr *a6 = &peer->v6.sin6_addr;
	bool own;

	if (peer->any.sa_family == AF_INET6)
		own = IN6_IS_ADDR_LOOPBACK(a6) ||
		    (IN6_IS_ADDR_V4MAPPED(a6) && a6->s6_addr[12] == IN_LOOPBACKNET);
	else
		own =
		    ntohl(peer->v4.sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
	if (own)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, reno, sizeof reno - 1);
}

/* false: no more for now. */
static bool
listener_accept(struct loop *l)
{
	union listener_addr peer;
	socklen_t len = sizeof peer;
	bool hard, room;
	int fd;

	memset(&peer, 0, sizeof peer);
	fd = accept4(l->listen_fd, &peer.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			listener_pause(l);
		/* Others tell of a connection that is gone already. */
		return errno == EINTR || errno == ECONNABORTED || errno == EPROTO;
	}
	if (l->tls == NULL)
		listener_unpace(fd, &peer);
	room = http_server_enter(l->server, &hard);
	/* A polite refusal has its price too, a handshake more so. */
	if (!room && (hard || l->tls != NULL)) {
		(void)close(fd);
		http_server_leave(l->server);
	} else
		conn_new(l, fd, &peer.any, !room);
	return true;
}

static void
listener_on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	unsigned n = LISTENER_BATCH;

	(void)fd;
	(void)what;
	CHECK(l, LOOP_MAGIC);
	loop_tick(l);
	while (n-- > 0 && listener_accept(l))
		;
	loop_flush(l);
}

void
listener_watch(struct loop *l)
{
	MUST(event_assign(&l->pause_ev, l->base, -1, 0, listener_resume, l) == 0);
	MUST(event_assign(&l->listen_ev, l->base, l->listen_fd, EV_READ | EV_PERSIST,
		 listener_on_accept, l) == 0);
	MUST(event_add(&l->listen_ev, NULL) == 0);
	l->accepting = true;
}

void
listener_close(struct loop *l)
{
	if (l->accepting) {
		(void)event_del(&l->listen_ev);
		(void)event_del(&l->pause_ev);
	}
	l->accepting = false;
	if (l->listen_fd >= 0)
		(void)close(l->listen_fd);
	l->listen_fd = -1;
}
