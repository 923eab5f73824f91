/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/broker.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/outbound.h"

/* Where the distributions keep all authorities in one file. */
static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };

const char *
broker_ca(const struct target_conf *conf)
{
	static const char *const names[] = { "ca", "cert_authority" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (target_param(conf, names[i])[0] != '\0')
			return target_param(conf, names[i]);
	for (size_t i = 0; i < ARRAY_LEN(bundles); i++)
		if (access(bundles[i], R_OK) == 0)
			return bundles[i];
	return NULL;
}

enum err
broker_pair(
    const struct target_conf *conf, const char *one, const char *other, struct fail *fail)
{
	bool a = target_param(conf, one)[0] != '\0';
	bool b = target_param(conf, other)[0] != '\0';
	char what[64];

	if (a == b)
		return OK;
	(void)snprintf(
	    what, sizeof what, "is missing; %s is given without it", a ? one : other);
	return target_refuse(conf, a ? other : one, what, fail);
}

void
broker_records(struct buf *b, const struct target_msg *msg)
{
	buf_str(b, "{\"Records\":[");
	buf_span(b, msg->record);
	buf_str(b, "]}");
}

uint64_t
broker_deadline(unsigned ms)
{
	return clock_mono_us() + (uint64_t)ms * 1000;
}

int
broker_left(uint64_t deadline)
{
	uint64_t now = clock_mono_us();

	/* Rounded up: what is left is never 0 before the deadline. */
	return now >= deadline ? 0 : (int)((deadline - now + 999) / 1000);
}

bool
broker_stopping(const struct target_conf *conf)
{
	struct pollfd p = { .fd = -1, .events = POLLIN };

	if (conf->stop == NULL)
		return false;
	p.fd = conf->stop->fd;
	return poll(&p, 1, 0) > 0;
}

static bool
goes_on(void *ctx)
{
	return !broker_stopping(ctx);
}

struct outbound_stream
broker_patience(const struct target_conf *conf)
{
	return (
	    struct outbound_stream){ .ctx = (void *)(uintptr_t)conf, .go_on = goes_on };
}

enum err
broker_wait(const struct target_conf *conf, int fd, short events, uint64_t deadline,
    struct fail *fail)
{
	struct pollfd p[2] = { { .fd = fd, .events = events },
		{ .fd = conf->stop == NULL ? -1 : conf->stop->fd, .events = POLLIN } };
	int n, left;

	do {
		left = broker_left(deadline);
		n = poll(p, 2, left);
	} while (n < 0 && errno == EINTR);
	if (n > 0 && p[1].revents != 0)
		return fail_msg(fail, E_GONE, "the server stops");
	/* Who is always ready, and never done, has no longer than the others. */
	if (n > 0 && left > 0)
		return OK;
	return fail_msg(fail, E_GONE, "no answer in time");
}

enum err
broker_allowed(const struct target_conf *conf, const char *host,
    const struct sockaddr *to, struct fail *fail)
{
	if ((to->sa_family != AF_INET && to->sa_family != AF_INET6) ||
	    outbound_net_allows(conf->net, span_str(host), to))
		return OK;
	return fail_msg(fail, E_GONE, "the setting outgoing keeps it from %s", host);
}

enum err
broker_peer(const struct target_conf *conf, const char *host, int fd, struct fail *fail)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof peer;

	if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0)
		return OK;
	return broker_allowed(conf, host, (const struct sockaddr *)&peer, fail);
}

enum err
broker_connected(const struct target_conf *conf, const char *host, int fd,
    uint64_t deadline, struct fail *fail)
{
	enum err e = broker_wait(conf, fd, POLLOUT, deadline, fail);
	struct sockaddr_storage peer;
	socklen_t n = sizeof peer;

	if (e != OK)
		return e;
	/* Not SO_ERROR: whoever has used the descriptor since has taken it. */
	if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0)
		return fail_msg(fail, E_GONE, "connection refused, or nobody there");
	return broker_peer(conf, host, fd, fail);
}

enum err
broker_resolved(const struct target_conf *conf, const char *host, struct fail *fail)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int code = getaddrinfo(host, NULL, &hints, &list);
	enum err e = OK;

	if (code != 0)
		return fail_msg(fail, E_GONE, "%s: %s", host, gai_strerror(code));
	for (const struct addrinfo *a = list; e == OK && a != NULL; a = a->ai_next)
		e = broker_allowed(conf, host, a->ai_addr, fail);
	freeaddrinfo(list);
	return e;
}

enum err
broker_send(const struct broker *b, struct target *t, bool *connected,
    const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t at_once = broker_deadline(BROKER_CONNECT_MS);
	bool kept = *connected;
	enum err e;

	e = kept ? OK : b->connect(t, fail);
	if (e == OK)
		e = b->publish(t, msg, n, fail);
	if (e != OK && e != E_INVALID_ARGUMENT && kept && broker_left(at_once) > 0) {
		b->disconnect(t);
		fail_clear(fail);
		e = b->connect(t, fail);
		if (e == OK)
			e = b->publish(t, msg, n, fail);
	}
	if (e != OK)
		b->disconnect(t);
	*connected = e == OK;
	return e;
}
