/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kinds with a broker behind them share: addresses, URLs and times as MinIO writes
 * them, messages in MinIO's forms, waiting that ends, and a second attempt where a kept
 * connection turns out to be dead. Knows none of the protocols.
 *
 * A send connects where there is no connection, publishes, and waits until the broker has
 * confirmed all messages. After any failure the connection is dropped, so what was under way
 * in it can't come behind what is sent next.
 */
#ifndef TARGET_BROKER_H
#define TARGET_BROKER_H

#include "http/outbound.h"
#include "target/target.h"

struct sockaddr;

enum { BROKER_CONNECT_MS = 3000, BROKER_SEND_MS = 5000, BROKER_URL_MAX = 4096 };

/* ---- as the operator writes it; pure, no memory on failure ---- */

struct broker_url {
	char *text; /* what the others lie in; each is NULL where it is not there */
	size_t size;
	const char *scheme; /* in lower case */
	const char *user, *password;
	const char *host; /* of IPv6 without the brackets */
	const char *path; /* behind the first '/' */
	uint16_t port; /* 0: not given */
};
/* SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/PATH], percent-encoded but for scheme and host. */
bool broker_url_parse(struct span text, struct broker_url *out);
void broker_url_fini(struct broker_url *u);

/* HOST, HOST:PORT, [IPV6]:PORT. *host is yours to free. */
bool broker_address(struct span text, uint16_t otherwise, char **host, uint16_t *port);
/* "90s", "1m30s", "500ms", "1h", "2d", as in Go; milliseconds. */
bool broker_duration(struct span text, uint64_t *ms);
/* A name in SQL, quoted: t, "T", schema.t. Without quotes it is folded to lower case, as
 * PostgreSQL does. */
bool broker_identifier(struct span text, struct buf *out);

/* File of certificates to trust: ca (MinIO's cert_authority), or the system's; NULL: there is
 * none. */
const char *broker_ca(const struct target_conf *conf);
/* Both or neither: a refusal that names the one that is missing. */
NODISCARD enum err broker_pair(const struct target_conf *conf, const char *one,
    const char *other, struct fail *fail);

/* ---- forms of MinIO ---- */
/* {"Records":[RECORD]}: values of the form namespace. */
void broker_records(struct buf *b, const struct target_msg *msg);

/* ---- waiting ---- */
uint64_t broker_deadline(unsigned ms); /* on the monotonic clock, in microseconds */
/* Milliseconds to it; 0: it has passed. */
int broker_left(uint64_t deadline);
/* The server stops. */
bool broker_stopping(const struct target_conf *conf);
/* For what is sent over HTTP: given up within about a second of that. */
struct outbound_stream broker_patience(const struct target_conf *conf);
/* OK: fd is ready for one of events (POLLIN, POLLOUT). E_GONE: deadline, or stopping. */
NODISCARD enum err broker_wait(const struct target_conf *conf, int fd, short events,
    uint64_t deadline, struct fail *fail);
/* A connect() without blocking has come to a good end, and where the setting outgoing lets
 * the server go; E_GONE otherwise. */
NODISCARD enum err broker_connected(const struct target_conf *conf, const char *host,
    int fd, uint64_t deadline, struct fail *fail);
/* The same of whom fd is connected to; OK where it is not yet. */
NODISCARD enum err broker_peer(
    const struct target_conf *conf, const char *host, int fd, struct fail *fail);
/* For libraries that show no descriptor: whether it may go to one address; to all of a host. */
NODISCARD enum err broker_allowed(const struct target_conf *conf, const char *host,
    const struct sockaddr *to, struct fail *fail);
NODISCARD enum err broker_resolved(
    const struct target_conf *conf, const char *host, struct fail *fail);

/* ---- one send ---- */
struct broker {
	enum err (*connect)(struct target *t, struct fail *fail);
	enum err (*publish)(
	    struct target *t, const struct target_msg *msg, size_t n, struct fail *fail);
	void (*disconnect)(struct target *t); /* also of what is half connected */
};
/* *connected is kept between the calls. A connection that fails at once is replaced, once:
 * brokers drop what was idle for long. */
NODISCARD enum err broker_send(const struct broker *b, struct target *t, bool *connected,
    const struct target_msg *msg, size_t n, struct fail *fail);

#endif
