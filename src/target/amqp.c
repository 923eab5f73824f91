/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind amqp (0-9-1, RabbitMQ), by librabbitmq: one channel with publisher confirms; a send is
 * safe once the broker has confirmed each of its messages. With `mandatory`, what no queue
 * takes comes back, and the send has failed.
 */
#include "config.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

#include "base/mem.h"
#include "base/solib.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(amqp_basic_publish) \
	F(amqp_channel_open) \
	F(amqp_confirm_select) \
	F(amqp_cstring_bytes) \
	F(amqp_destroy_connection) \
	F(amqp_destroy_message) \
	F(amqp_error_string2) \
	F(amqp_exchange_declare) \
	F(amqp_get_rpc_reply) \
	F(amqp_get_sockfd) \
	F(amqp_login) \
	F(amqp_maybe_release_buffers) \
	F(amqp_new_connection) \
	F(amqp_read_message) \
	F(amqp_set_handshake_timeout) \
	F(amqp_set_initialize_ssl_library) \
	F(amqp_set_rpc_timeout) \
	F(amqp_simple_wait_frame_noblock) \
	F(amqp_socket_open_noblock) \
	F(amqp_ssl_socket_new) \
	F(amqp_ssl_socket_set_cacert) \
	F(amqp_ssl_socket_set_key) \
	F(amqp_ssl_socket_set_verify_hostname) \
	F(amqp_ssl_socket_set_verify_peer) \
	F(amqp_tcp_socket_new)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_RABBITMQ, "librabbitmq4", SOLIB_SYMS(syms) };

/* The heartbeat bounds also how long a publication may wait for a broker that reads no more:
 * for two of them. */
enum { PORT = 5672, TLS_PORT = 5671, CHANNEL = 1, HEARTBEAT_S = 3, SLICE_MS = 200 };
enum { BATCH = 64 }; /* bits of waiting */
enum { TRANSIENT = 1, PERSISTENT = 2 };

struct target {
	const struct target_conf *conf;
	struct broker_url url;
	bool connected, tls;
	amqp_connection_state_t c;
	uint64_t sent; /* delivery tag of the channel's last publication */
	uint64_t first,
	    waiting; /* tag of a send's first; bits from it: not confirmed yet */
	bool returned;
};

static enum err
broken(int status, struct fail *fail)
{
	return fail_msg(fail, E_GONE, "%s", lib.amqp_error_string2(status));
}

/* "ACCESS_REFUSED - ..." of a channel or connection that the broker closes. */
static enum err
closed(amqp_method_number_t id, const void *decoded, struct fail *fail)
{
	amqp_bytes_t text = { 0, NULL };

	if (id == AMQP_CHANNEL_CLOSE_METHOD)
		text = ((const amqp_channel_close_t *)decoded)->reply_text;
	else if (id == AMQP_CONNECTION_CLOSE_METHOD)
		text = ((const amqp_connection_close_t *)decoded)->reply_text;
	else
		return fail_msg(fail, E_GONE, "the broker sent what it should not");
	return fail_msg(fail, E_GONE, "%.*s", (int)text.len, (const char *)text.bytes);
}

static enum err
replied(amqp_rpc_reply_t r, struct fail *fail)
{
	if (r.reply_type == AMQP_RESPONSE_NORMAL)
		return OK;
	if (r.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION)
		return closed(r.reply.id, r.reply.decoded, fail);
	return broken(r.library_error, fail);
}

static struct timeval
timeval(int ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

/* ---- the connection ---- */

static enum err
set_tls(struct target *t, amqp_socket_t *s, struct fail *fail)
{
	const char *cert = target_param(t->conf, "client_cert");
	const char *key = target_param(t->conf, "client_key");
	bool trust = target_flag(t->conf, "tls_skip_verify", false);
	const char *ca = broker_ca(t->conf);

	lib.amqp_ssl_socket_set_verify_peer(s, !trust);
	lib.amqp_ssl_socket_set_verify_hostname(s, !trust);
	if (!trust && ca != NULL &&
	    lib.amqp_ssl_socket_set_cacert(s, ca) != AMQP_STATUS_OK)
		return fail_msg(fail, E_GONE, "no certificates can be read from %s", ca);
	if (cert[0] != '\0' &&
	    lib.amqp_ssl_socket_set_key(s, cert, key) != AMQP_STATUS_OK)
		return fail_msg(fail, E_GONE, "%s and %s don't go together", cert, key);
	return OK;
}

static enum err
dial(struct target *t, struct fail *fail)
{
	struct timeval limit = timeval(BROKER_CONNECT_MS);
	int port = t->url.port != 0 ? t->url.port : t->tls ? TLS_PORT : PORT, status;
	amqp_socket_t *s =
	    t->tls ? lib.amqp_ssl_socket_new(t->c) : lib.amqp_tcp_socket_new(t->c);
	enum err e;

	if (s == NULL)
		return fail_msg(fail, E_NO_RESOURCE, "no memory for a connection");
	e = t->tls ? set_tls(t, s, fail) : OK;
	if (e != OK)
		return e;
	(void)lib.amqp_set_handshake_timeout(t->c, &limit);
	(void)lib.amqp_set_rpc_timeout(t->c, &limit);
	status = lib.amqp_socket_open_noblock(s, t->url.host, port, &limit);
	if (status == AMQP_STATUS_SOCKET_ERROR)
		return fail_msg(
		    fail, E_GONE, "no connection to %s:%d", t->url.host, port);
	return status == AMQP_STATUS_OK ? OK : broken(status, fail);
}

/* AMQP's default for a URL without a path is "/"; "amqp://h/" names "". RabbitMQ's rules. */
static const char *
virtual_host(const struct target *t)
{
	return t->url.path == NULL ? "/" : t->url.path;
}

/* With a type, the exchange is made where it isn't there; without, it is to be there. The
 * default exchange is always. */
static enum err
declare(struct target *t, struct fail *fail)
{
	const char *name = target_param(t->conf, "exchange");
	const char *type = target_param(t->conf, "exchange_type");

	if (name[0] == '\0')
		return OK;
	(void)lib.amqp_exchange_declare(t->c, CHANNEL, lib.amqp_cstring_bytes(name),
	    lib.amqp_cstring_bytes(type), type[0] == '\0',
	    target_flag(t->conf, "durable", false),
	    target_flag(t->conf, "auto_deleted", false),
	    target_flag(t->conf, "internal", false), (amqp_table_t){ 0, NULL });
	return replied(lib.amqp_get_rpc_reply(t->c), fail);
}

static enum err
amqp_connect(struct target *t, struct fail *fail)
{
	const char *user = t->url.user == NULL ? "guest" : t->url.user;
	const char *password = t->url.password == NULL ? "guest" : t->url.password;
	enum err e;

	t->sent = 0;
	t->c = lib.amqp_new_connection();
	if (t->c == NULL)
		return fail_msg(fail, E_NO_RESOURCE, "no memory for a connection");
	e = dial(t, fail);
	if (e != OK)
		return e;
	e = replied(
	    lib.amqp_login(t->c, virtual_host(t), CHANNEL, AMQP_DEFAULT_FRAME_SIZE,
		HEARTBEAT_S, AMQP_SASL_METHOD_PLAIN, user, password),
	    fail);
	if (e != OK)
		return e;
	(void)lib.amqp_channel_open(t->c, CHANNEL);
	e = replied(lib.amqp_get_rpc_reply(t->c), fail);
	if (e == OK) {
		(void)lib.amqp_confirm_select(t->c, CHANNEL);
		e = replied(lib.amqp_get_rpc_reply(t->c), fail);
	}
	return e == OK ? declare(t, fail) : e;
}

/* Without the farewell of the protocol, for which a dead broker would have to be waited. */
static void
amqp_disconnect(struct target *t)
{
	if (t->c != NULL)
		(void)lib.amqp_destroy_connection(t->c);
	t->c = NULL;
}

/* ---- sending ---- */

static enum err
publish_one(struct target *t, const struct target_msg *m, struct fail *fail)
{
	struct span bucket = span_head(m->key, span_find(m->key, '/', 0));
	amqp_table_entry_t entry[2] = {
		{ .key = lib.amqp_cstring_bytes("minio-bucket"),
		    .value = { .kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = { bucket.n, (void *)(uintptr_t)bucket.p } } },
		{ .key = lib.amqp_cstring_bytes("minio-event"),
		    .value = { .kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = { m->event.n, (void *)(uintptr_t)m->event.p } } },
	};
	const amqp_basic_properties_t how = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
		    AMQP_BASIC_HEADERS_FLAG,
		.content_type = lib.amqp_cstring_bytes("application/json"),
		.delivery_mode =
		    target_number(t->conf, "delivery_mode", PERSISTENT) == TRANSIENT
		    ? TRANSIENT
		    : PERSISTENT,
		.headers = { .num_entries = ARRAY_LEN(entry), .entries = entry },
	};
	int status = lib.amqp_basic_publish(t->c, CHANNEL,
	    lib.amqp_cstring_bytes(target_param(t->conf, "exchange")),
	    lib.amqp_cstring_bytes(target_param(t->conf, "routing_key")),
	    target_flag(t->conf, "mandatory", false), 0, &how,
	    (amqp_bytes_t){ m->whole.n, (void *)(uintptr_t)m->whole.p });

	if (status != AMQP_STATUS_OK)
		return broken(status, fail);
	t->waiting |= (uint64_t)1 << (++t->sent - t->first);
	return OK;
}

/* What comes back is read to its end, and only counted. */
static enum err
take_returned(struct target *t, struct fail *fail)
{
	amqp_message_t m;
	enum err e = replied(lib.amqp_read_message(t->c, CHANNEL, &m, 0), fail);

	if (e == OK)
		lib.amqp_destroy_message(&m);
	t->returned = true;
	return e;
}

/* Confirmations come in any order, and with multiple for all up to one; tag 0: for all. */
static void
take_ack(struct target *t, const amqp_basic_ack_t *ack)
{
	uint64_t tag = ack->delivery_tag == 0 ? t->sent : ack->delivery_tag, bit;

	if (tag < t->first || tag > t->sent)
		return;
	bit = (uint64_t)1 << (tag - t->first);
	t->waiting &= ~(ack->multiple || ack->delivery_tag == 0 ? bit | (bit - 1) : bit);
}

static enum err
take(struct target *t, const amqp_frame_t *f, struct fail *fail)
{
	if (f->frame_type != AMQP_FRAME_METHOD)
		return OK;
	switch (f->payload.method.id) {
	case AMQP_BASIC_ACK_METHOD:
		take_ack(t, f->payload.method.decoded);
		return OK;
	case AMQP_BASIC_NACK_METHOD:
		return fail_msg(fail, E_GONE, "the broker could not keep it");
	case AMQP_BASIC_RETURN_METHOD:
		return take_returned(t, fail);
	default:
		return closed(f->payload.method.id, f->payload.method.decoded, fail);
	}
}

static enum err
settle(struct target *t, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	struct timeval slice;
	amqp_frame_t frame;
	enum err e = OK;
	int status;

	while (e == OK && t->waiting != 0) {
		lib.amqp_maybe_release_buffers(t->c);
		slice = timeval(SLICE_MS);
		status = lib.amqp_simple_wait_frame_noblock(t->c, &frame, &slice);
		if (status == AMQP_STATUS_OK)
			e = take(t, &frame, fail);
		else if (status != AMQP_STATUS_TIMEOUT)
			return broken(status, fail);
		if (e == OK && broker_stopping(t->conf))
			return fail_msg(fail, E_GONE, "the server stops");
		if (e == OK && t->waiting != 0 && broker_left(deadline) == 0)
			return fail_msg(fail, E_GONE, "no answer in time");
	}
	if (e == OK && t->returned)
		return fail_msg(fail, E_GONE, "no queue takes what goes to '%s' by '%s'",
		    target_param(t->conf, "exchange"),
		    target_param(t->conf, "routing_key"));
	return e;
}

static enum err
amqp_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	enum err e = OK;

	t->returned = false;
	t->waiting = 0;
	t->first = t->sent + 1;
	for (size_t i = 0; e == OK && i < n; i++)
		e = publish_one(t, &msg[i], fail);
	return e == OK ? settle(t, fail) : e;
}

static const struct broker amqp_broker = { amqp_connect, amqp_publish, amqp_disconnect };

static enum err
amqp_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&amqp_broker, t, &t->connected, msg, n, fail);
}

/* ---- the declaration ---- */

static enum err
check_url(
    const struct target_conf *c, struct broker_url *url, bool *tls, struct fail *fail)
{
	if (!broker_url_parse(span_str(target_param(c, "url")), url))
		return target_refuse(c, "url",
		    "isn't a URL: amqp://USER:PASSWORD@HOST:PORT/VIRTUAL-HOST", fail);
	*tls = strcmp(url->scheme, "amqps") == 0;
	if (*tls || strcmp(url->scheme, "amqp") == 0)
		return OK;
	broker_url_fini(url);
	return target_refuse(c, "url", "isn't amqp:// or amqps://", fail);
}

/* A short string of the protocol. */
static enum err
check_short(const struct target_conf *c, const char *name, struct fail *fail)
{
	if (strlen(target_param(c, name)) > 255)
		return target_refuse(c, name, "is longer than 255 bytes", fail);
	return OK;
}

static enum err
amqp_check(const struct target_conf *c, struct fail *fail)
{
	struct broker_url url;
	bool tls;
	enum err e = check_url(c, &url, &tls, fail);

	if (e != OK)
		return e;
	broker_url_fini(&url);
	if (target_param(c, "exchange")[0] == '\0' &&
	    target_param(c, "routing_key")[0] == '\0')
		return target_refuse(c, "exchange",
		    "is missing; without it, routing_key names a queue", fail);
	e = check_short(c, "exchange", fail);
	if (e == OK)
		e = check_short(c, "routing_key", fail);
	if (e == OK)
		e = check_short(c, "exchange_type", fail);
	if (e == OK)
		e = broker_pair(c, "client_cert", "client_key", fail);
	return e == OK ? solib_load(&solib, fail) : e;
}

static enum err
amqp_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	enum err e = amqp_check(conf, fail);
	struct target *t;

	if (e != OK)
		return e;
	t = mem_zalloc(sizeof *t);
	t->conf = conf;
	MUST(check_url(conf, &t->url, &t->tls, fail) == OK);
	/* OpenSSL is ours already. */
	lib.amqp_set_initialize_ssl_library(0);
	*out = t;
	return OK;
}

static void
amqp_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	amqp_disconnect(t);
	broker_url_fini(&t->url);
	mem_free(t);
}

static const struct target_rule amqp_rules[] = {
	{ "url", TARGET_SECRET, true, NULL,
	    "amqp://USER:PASSWORD@HOST:PORT/VHOST; amqps:// for TLS" },
	{ "exchange", TARGET_TEXT, false, NULL,
	    "none: the default one, where routing_key names a queue" },
	{ "exchange_type", TARGET_TEXT, false, NULL,
	    "direct, fanout, topic, ...: made where it isn't there; none: it must be" },
	{ "routing_key", TARGET_TEXT, false, NULL, "" },
	{ "delivery_mode", TARGET_WORD, false, "0|1|2",
	    "2 (default): queues keep it on disk" },
	{ "mandatory", TARGET_BOOL, false, NULL,
	    "what no queue takes has not been sent, and comes again" },
	{ "durable", TARGET_BOOL, false, NULL, "of the exchange" },
	{ "auto_deleted", TARGET_BOOL, false, NULL, "of the exchange" },
	{ "internal", TARGET_BOOL, false, NULL, "of the exchange" },
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "TLS with whomever it is" },
	{ "ca", TARGET_PATH, false, NULL,
	    "PEM of who signs the broker's certificate, in place of the system's" },
	{ "client_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" },
	{ "client_key", TARGET_PATH, false, NULL, "and of its key" },
	{ "publisher_confirms", TARGET_IGNORED, false, NULL, NULL },
	{ "no_wait", TARGET_IGNORED, false, NULL, NULL },
	{ "immediate", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_kind amqp_kind = {
	.name = "amqp",
	.rules = amqp_rules,
	.check = amqp_check,
	.open = amqp_open,
	.send = amqp_send,
	.close = amqp_close,
	.batch = BATCH,
};
