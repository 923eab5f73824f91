/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind mqtt, by libmosquitto without its threads: MQTT 3.1.1 with QoS 1 or 2, all messages of
 * a send under way together, each acknowledged by the broker. A session of its own for each
 * connection: what it left behind is sent again by the queue, not by the library.
 */
#include "config.h"

#include <mosquitto.h>
#include <poll.h>

#include "base/mem.h"
#include "base/solib.h"
#include "http/tls_error.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(mosquitto_connack_string) \
	F(mosquitto_connect_bind_async) \
	F(mosquitto_connect_callback_set) \
	F(mosquitto_destroy) \
	F(mosquitto_disconnect) \
	F(mosquitto_int_option) \
	F(mosquitto_lib_cleanup) \
	F(mosquitto_lib_init) \
	F(mosquitto_loop_misc) \
	F(mosquitto_loop_read) \
	F(mosquitto_loop_write) \
	F(mosquitto_max_inflight_messages_set) \
	F(mosquitto_new) \
	F(mosquitto_publish) \
	F(mosquitto_publish_callback_set) \
	F(mosquitto_socket) \
	F(mosquitto_strerror) \
	F(mosquitto_tls_insecure_set) \
	F(mosquitto_tls_opts_set) \
	F(mosquitto_tls_set) \
	F(mosquitto_username_pw_set) \
	F(mosquitto_want_write)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_MOSQUITTO, "libmosquitto1", SOLIB_SYMS(syms) };

/* Mosquitto cuts off who has as many of QoS 2 under way as it takes at once: 20 by default. */
enum { FLIGHT = 10 };
enum { PORT = 1883, TLS_PORT = 8883, KEEP_ALIVE_S = 60, BATCH = 64, PACKETS = 100 };

struct target {
	const struct target_conf *conf;
	const char *topic;
	struct broker_url url;
	bool connected, tls;
	int keep_alive, qos;
	struct mosquitto *m;
	size_t missing; /* acknowledgements */
	bool accepted; /* the broker has answered to CONNECT */
	int refused; /* with this code */
};

/* ---- within the loop functions ---- */

static void
on_connect(struct mosquitto *m, void *ctx, int code)
{
	struct target *t = ctx;

	(void)m;
	t->accepted = code == 0;
	t->refused = code;
}

static void
on_publish(struct mosquitto *m, void *ctx, int id)
{
	struct target *t = ctx;

	(void)m;
	(void)id;
	if (t->missing > 0)
		t->missing--;
}

static enum err
failure(struct target *t, int code, struct fail *fail)
{
	const char *reason = t->tls ? tls_error_take() : "";

	/* The library knows no better than that. */
	if (code == MOSQ_ERR_TLS || code == MOSQ_ERR_ERRNO || code == MOSQ_ERR_UNKNOWN)
		return fail_msg(fail, E_GONE, "no connection to %s%s%s", t->url.host,
		    reason[0] == '\0' ? "" : ": ", reason);
	return fail_msg(fail,
	    code == MOSQ_ERR_PAYLOAD_SIZE || code == MOSQ_ERR_OVERSIZE_PACKET
		? E_INVALID_ARGUMENT
		: E_GONE,
	    "%s", lib.mosquitto_strerror(code));
}

/* One round of reading and writing, when the socket is ready for it. */
static enum err
turn(struct target *t, uint64_t deadline, struct fail *fail)
{
	int fd = lib.mosquitto_socket(t->m), code = MOSQ_ERR_SUCCESS;
	bool write = lib.mosquitto_want_write(t->m);
	enum err e;

	if (fd < 0)
		return fail_msg(fail, E_GONE, "the broker has closed the connection");
	e = broker_wait(t->conf, fd, write ? POLLIN | POLLOUT : POLLIN, deadline, fail);
	if (e != OK)
		return e;
	if (write)
		code = lib.mosquitto_loop_write(t->m, PACKETS);
	if (code == MOSQ_ERR_SUCCESS)
		code = lib.mosquitto_loop_read(t->m, PACKETS);
	if (code == MOSQ_ERR_SUCCESS)
		code = lib.mosquitto_loop_misc(t->m);
	if (t->refused != 0)
		return fail_msg(
		    fail, E_GONE, "%s", lib.mosquitto_connack_string(t->refused));
	return code == MOSQ_ERR_SUCCESS ? OK : failure(t, code, fail);
}

/* ---- the connection ---- */

static int
set_tls(struct target *t)
{
	const char *cert = target_param(t->conf, "client_cert");
	const char *key = target_param(t->conf, "client_key");
	bool trust = target_flag(t->conf, "tls_skip_verify", false);
	int code = lib.mosquitto_tls_set(t->m, broker_ca(t->conf), NULL,
	    cert[0] == '\0' ? NULL : cert, key[0] == '\0' ? NULL : key, NULL);

	/* 0: no certificate is asked for; 1: one that holds. */
	if (code == MOSQ_ERR_SUCCESS)
		code = lib.mosquitto_tls_opts_set(t->m, trust ? 0 : 1, NULL, NULL);
	if (code == MOSQ_ERR_SUCCESS && trust)
		code = lib.mosquitto_tls_insecure_set(t->m, true);
	return code;
}

static int
setup(struct target *t)
{
	const char *user = target_param(t->conf, "username");
	const char *password = target_param(t->conf, "password");
	int code = MOSQ_ERR_SUCCESS;

	if (user[0] == '\0' && t->url.user != NULL) {
		user = t->url.user;
		password = t->url.password == NULL ? "" : t->url.password;
	}
	lib.mosquitto_connect_callback_set(t->m, on_connect);
	lib.mosquitto_publish_callback_set(t->m, on_publish);
	(void)lib.mosquitto_int_option(t->m, MOSQ_OPT_TCP_NODELAY, 1);
	(void)lib.mosquitto_max_inflight_messages_set(t->m, FLIGHT);
	if (user[0] != '\0')
		code = lib.mosquitto_username_pw_set(
		    t->m, user, password[0] == '\0' ? NULL : password);
	if (code == MOSQ_ERR_SUCCESS && t->tls)
		code = set_tls(t);
	return code;
}

static enum err
socket_open(struct target *t, const char *end, uint64_t deadline, struct fail *fail)
{
	int port = t->url.port != 0 ? t->url.port : t->tls ? TLS_PORT : PORT;
	int code =
	    lib.mosquitto_connect_bind_async(t->m, t->url.host, port, t->keep_alive, end);

	/* With TLS the library would take a refusal for a handshake that goes on. */
	return code != MOSQ_ERR_SUCCESS ? failure(t, code, fail)
					: broker_connected(t->conf, t->url.host,
					      lib.mosquitto_socket(t->m), deadline, fail);
}

/* Of a name with several addresses the library tries the first one only, which may be the
 * family that nobody listens in: an end that is bound to the other family leaves it out. */
static enum err
socket_open_any(struct target *t, uint64_t deadline, struct fail *fail)
{
	static const char *const ends[] = { "0.0.0.0", "::" };
	enum err e = socket_open(t, NULL, deadline, fail);

	for (size_t i = 0;
	     i < ARRAY_LEN(ends) && e == E_GONE && broker_left(deadline) > 0; i++) {
		struct fail other; /* what the first said is what is told */

		fail_init(&other, NULL);
		if (socket_open(t, ends[i], deadline, &other) == OK) {
			fail_clear(fail);
			e = OK;
		}
	}
	return e;
}

static enum err
mqtt_connect(struct target *t, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_CONNECT_MS);
	enum err e;
	int code;

	(void)tls_error_take(); /* whoever's it is */
	t->accepted = false;
	t->refused = 0;
	t->missing = 0;
	/* No name: the library makes one that nobody else has. */
	t->m = lib.mosquitto_new(NULL, true, t);
	if (t->m == NULL)
		return fail_msg(fail, E_NO_RESOURCE, "no memory for a connection");
	code = setup(t);
	e = code == MOSQ_ERR_SUCCESS ? socket_open_any(t, deadline, fail)
				     : failure(t, code, fail);
	while (e == OK && !t->accepted)
		e = turn(t, deadline, fail);
	return e;
}

static void
mqtt_disconnect(struct target *t)
{
	if (t->m == NULL)
		return;
	if (t->accepted)
		(void)lib.mosquitto_disconnect(t->m);
	lib.mosquitto_destroy(t->m);
	t->m = NULL;
}

static enum err
mqtt_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	int code = MOSQ_ERR_SUCCESS;
	enum err e = OK;

	(void)tls_error_take();
	t->missing = 0;
	for (size_t i = 0; i < n; i++) {
		code = lib.mosquitto_publish(t->m, NULL, t->topic, (int)msg[i].whole.n,
		    msg[i].whole.p, t->qos, false);
		if (code != MOSQ_ERR_SUCCESS)
			return failure(t, code, fail);
		t->missing++;
	}
	while (e == OK && t->missing > 0)
		e = turn(t, deadline, fail);
	return e;
}

static const struct broker mqtt_broker = { mqtt_connect, mqtt_publish, mqtt_disconnect };

static enum err
mqtt_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&mqtt_broker, t, &t->connected, msg, n, fail);
}

/* ---- the declaration ---- */

static const char *const schemes[] = { "tcp", "mqtt", "ssl", "tls", "tcps", "mqtts" };

static bool
is_scheme(const char *s, bool *tls)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strcmp(s, schemes[i]) == 0) {
			*tls = i >= 2;
			return true;
		}
	return false;
}

/* What is published to has no wildcard; MQTT 3.1.1, 4.7. */
static bool
is_topic(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '+' || s.p[i] == '#' || (unsigned char)s.p[i] < ' ')
			return false;
	return s.n > 0 && s.n <= 65535;
}

static enum err
check_broker(
    const struct target_conf *c, struct broker_url *url, bool *tls, struct fail *fail)
{
	struct span text = span_str(target_param(c, "broker"));

	if (!broker_url_parse(text, url))
		return target_refuse(c, "broker",
		    "isn't a URL: tcp://HOST:PORT, or ssl://HOST:PORT for TLS", fail);
	if (is_scheme(url->scheme, tls) && (url->path == NULL || url->path[0] == '\0'))
		return OK;
	broker_url_fini(url);
	return target_refuse(c, "broker",
	    "isn't supported; tcp://HOST:PORT is, and ssl://HOST:PORT for TLS", fail);
}

static enum err
mqtt_check(const struct target_conf *c, struct fail *fail)
{
	struct span keep = span_str(target_param(c, "keep_alive_interval"));
	struct broker_url url;
	uint64_t ms;
	bool tls;
	enum err e = check_broker(c, &url, &tls, fail);

	if (e != OK)
		return e;
	broker_url_fini(&url);
	if (!is_topic(span_str(target_param(c, "topic"))))
		return target_refuse(
		    c, "topic", "isn't a topic to publish to: no '+', no '#'", fail);
	/* MinIO's default, which nobody acknowledges: not with a queue, says MinIO too. */
	if (span_is(span_str(target_param(c, "qos")), "0"))
		return target_refuse(c, "qos",
		    "isn't acknowledged by the broker; 1 (the default here) and 2 are",
		    fail);
	if (keep.n > 0 &&
	    (!broker_duration(keep, &ms) || (ms > 0 && ms < 5000) || ms > 65535000))
		return target_refuse(c, "keep_alive_interval",
		    "isn't a time such as '60s'; 5s to 18h", fail);
	e = broker_pair(c, "client_cert", "client_key", fail);
	return e == OK ? solib_load(&solib, fail) : e;
}

static enum err
mqtt_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	struct span keep = span_str(target_param(conf, "keep_alive_interval"));
	enum err e = mqtt_check(conf, fail);
	struct target *t;
	uint64_t ms = 0;

	if (e != OK)
		return e;
	t = mem_zalloc(sizeof *t);
	t->conf = conf;
	t->topic = target_param(conf, "topic");
	t->qos = (int)target_number(conf, "qos", 1);
	t->keep_alive = KEEP_ALIVE_S;
	if (broker_duration(keep, &ms) && ms > 0)
		t->keep_alive = (int)(ms / 1000);
	MUST(check_broker(conf, &t->url, &t->tls, fail) == OK);
	(void)lib.mosquitto_lib_init(); /* counts */
	*out = t;
	return OK;
}

static void
mqtt_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	mqtt_disconnect(t);
	broker_url_fini(&t->url);
	mem_free(t);
	(void)lib.mosquitto_lib_cleanup();
}

static const struct target_rule mqtt_rules[] = {
	{ "broker", TARGET_TEXT, true, NULL,
	    "tcp://HOST:PORT, or ssl://HOST:PORT for TLS" },
	{ "topic", TARGET_TEXT, true, NULL, "of all messages" },
	{ "qos", TARGET_WORD, false, "0|1|2",
	    "1 (default): each message at least once; 2: exactly once to who "
	    "subscribes" },
	{ "username", TARGET_TEXT, false, NULL, "" },
	{ "password", TARGET_SECRET, false, NULL, "" },
	{ "keep_alive_interval", TARGET_TEXT, false, NULL,
	    "such as 30s; 60s by default" },
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "TLS with whomever it is" },
	{ "ca", TARGET_PATH, false, NULL,
	    "PEM of who signs the broker's certificate, in place of the system's" },
	{ "client_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" },
	{ "client_key", TARGET_PATH, false, NULL, "and of its key" },
	{ "reconnect_interval", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_kind mqtt_kind = {
	.name = "mqtt",
	.rules = mqtt_rules,
	.check = mqtt_check,
	.open = mqtt_open,
	.send = mqtt_send,
	.close = mqtt_close,
	.batch = BATCH,
};
