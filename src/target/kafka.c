/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind kafka, by librdkafka: an idempotent producer that waits for all in-sync replicas,
 * keyed by "bucket/key" and partitioned as MinIO does, so what happens to one key stays in
 * one partition, in order. librdkafka has threads of its own; here are only the calls that
 * hand over and wait.
 */
#include "config.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/solib.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(rd_kafka_conf_destroy) \
	F(rd_kafka_conf_new) \
	F(rd_kafka_conf_set) \
	F(rd_kafka_conf_set_connect_cb) \
	F(rd_kafka_conf_set_dr_msg_cb) \
	F(rd_kafka_conf_set_error_cb) \
	F(rd_kafka_conf_set_log_cb) \
	F(rd_kafka_conf_set_opaque) \
	F(rd_kafka_destroy_flags) \
	F(rd_kafka_err2str) \
	F(rd_kafka_last_error) \
	F(rd_kafka_new) \
	F(rd_kafka_poll) \
	F(rd_kafka_produce) \
	F(rd_kafka_purge) \
	F(rd_kafka_topic_destroy) \
	F(rd_kafka_topic_new)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_RDKAFKA, "librdkafka1", SOLIB_SYMS(syms) };

enum { PORT = 9092, SLICE_MS = 100, GRACE_MS = 2000 };

struct target {
	const struct target_conf *conf;
	bool connected;
	rd_kafka_t *rk;
	rd_kafka_topic_t *topic;
	/* of the send under way: reports that are missing, the first failure among them */
	size_t missing;
	rd_kafka_resp_err_t error;
	char why[256]; /* the last trouble with a broker */
};

static void
on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *ctx)
{
	struct target *t = ctx;

	(void)rk;
	MUST(t->missing > 0);
	t->missing--;
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
	    t->error == RD_KAFKA_RESP_ERR_NO_ERROR)
		t->error = m->err;
}

/* Within rd_kafka_poll(), so in the thread that sends. */
static void
on_error(rd_kafka_t *rk, int err, const char *reason, void *ctx)
{
	struct target *t = ctx;

	(void)rk;
	/* That all are down says less than what was said of the one before. */
	if (err != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || t->why[0] == '\0')
		(void)snprintf(t->why, sizeof t->why, "%s", reason);
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	log_debug("kafka: %d %s %s", level, facility, text);
}

/* Any thread of the library's: "[PROTOCOL://]HOST:PORT/NODE" is to be connected to. An errno;
 * 0 also for what goes on. */
static int
on_connect(int fd, const struct sockaddr *to, int n, const char *id, void *ctx)
{
	const struct target *t = ctx;
	struct span rest = span_str(id);
	size_t scheme = span_search(rest, SPAN_LIT("://"), 0);
	struct buf host = { 0 };
	enum err e;

	if (scheme < rest.n)
		rest = span_from(rest, scheme + 3);
	buf_span(&host, span_cut(&rest, ':'));
	e = broker_allowed(t->conf, buf_cstr(&host), to, NULL);
	buf_fini(&host);
	if (e != OK)
		return EACCES;
	return connect(fd, to, (socklen_t)n) == 0 || errno == EINPROGRESS ? 0 : errno;
}

static bool
is_permanent(rd_kafka_resp_err_t e)
{
	return e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	    e == RD_KAFKA_RESP_ERR_INVALID_RECORD || e == RD_KAFKA_RESP_ERR_INVALID_MSG;
}

static enum err
failure(struct target *t, rd_kafka_resp_err_t e, struct fail *fail)
{
	bool timeout = e == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
	    e == RD_KAFKA_RESP_ERR__TIMED_OUT || e == RD_KAFKA_RESP_ERR__PURGE_QUEUE;

	return fail_msg(fail, is_permanent(e) ? E_INVALID_ARGUMENT : E_GONE, "%s",
	    timeout && t->why[0] != '\0' ? t->why : lib.rd_kafka_err2str(e));
}

/* ---- the producer's settings ---- */

struct setting {
	const char *name, *value;
};

/* What of conf's can't be taken is told with librdkafka's words. */
static enum err
set_all(rd_kafka_conf_t *k, const struct target_conf *conf, const struct setting *s,
    size_t n, struct fail *fail)
{
	char why[256];

	for (size_t i = 0; i < n; i++) {
		if (s[i].value == NULL || s[i].value[0] == '\0')
			continue;
		if (lib.rd_kafka_conf_set(k, s[i].name, s[i].value, why, sizeof why) !=
		    RD_KAFKA_CONF_OK)
			return fail_msg(fail, E_CONFIG, "target %s:%s: %s", conf->kind,
			    conf->id, why);
	}
	return OK;
}

static const char *
mechanism(const struct target_conf *conf)
{
	static const struct {
		const char *minio, *kafka;
	} rows[] = { { "plain", "PLAIN" }, { "sha256", "SCRAM-SHA-256" },
		{ "sha512", "SCRAM-SHA-512" } };
	struct span want = span_str(target_param(conf, "sasl_mechanism"));

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_ieq(want, span_str(rows[i].minio)))
			return rows[i].kafka;
	return rows[0].kafka;
}

static enum err
settings(rd_kafka_conf_t *k, const struct target_conf *c, struct fail *fail)
{
	bool tls = target_flag(c, "tls", false), sasl = target_flag(c, "sasl", false);
	bool trust = tls && target_flag(c, "tls_skip_verify", false);
	const struct setting rows[] = {
		{ "bootstrap.servers", target_param(c, "brokers") },
		{ "client.id", "trug" },
		{ "acks", "all" },
		{ "enable.idempotence", "true" },
		/* What follows a message that failed is not to overtake it. */
		{ "enable.gapless.guarantee", "true" },
		/* MinIO's; it also keeps what has no random part in one place. */
		{ "partitioner", "fnv1a" },
		{ "message.timeout.ms", "5000" },
		{ "socket.timeout.ms", "5000" },
		{ "socket.connection.setup.timeout.ms", "3000" },
		{ "reconnect.backoff.max.ms", "1000" },
		{ "socket.nagle.disable", "true" },
		/* A send is one batch that is there as a whole. */
		{ "queue.buffering.max.ms", "0" },
		{ "compression.codec", target_param(c, "producer_compression_codec") },
		{ "compression.level", target_param(c, "producer_compression_level") },
		{ "security.protocol",
		    tls ? (sasl ? "sasl_ssl" : "ssl")
			: (sasl ? "sasl_plaintext" : "plaintext") },
		{ "ssl.ca.location", tls ? broker_ca(c) : NULL },
		{ "ssl.certificate.location", target_param(c, "client_tls_cert") },
		{ "ssl.key.location", target_param(c, "client_tls_key") },
		{ "enable.ssl.certificate.verification", trust ? "false" : NULL },
		{ "ssl.endpoint.identification.algorithm",
		    tls && !trust ? "https" : NULL },
		{ "sasl.mechanisms", sasl ? mechanism(c) : NULL },
		{ "sasl.username", sasl ? target_param(c, "sasl_username") : NULL },
		{ "sasl.password", sasl ? target_param(c, "sasl_password") : NULL },
	};

	return set_all(k, c, rows, ARRAY_LEN(rows), fail);
}

/* A producer; it connects by itself, and again. */
static enum err
kafka_connect(struct target *t, struct fail *fail)
{
	rd_kafka_conf_t *k = lib.rd_kafka_conf_new();
	enum err e = settings(k, t->conf, fail);
	char why[256];

	if (e != OK)
		goto out;
	lib.rd_kafka_conf_set_opaque(k, t);
	lib.rd_kafka_conf_set_dr_msg_cb(k, on_report);
	lib.rd_kafka_conf_set_error_cb(k, on_error);
	lib.rd_kafka_conf_set_log_cb(k, on_log);
	lib.rd_kafka_conf_set_connect_cb(k, on_connect);
	t->rk = lib.rd_kafka_new(RD_KAFKA_PRODUCER, k, why, sizeof why);
	if (t->rk == NULL) {
		e = fail_msg(fail, E_NO_RESOURCE, "%s", why);
		goto out;
	}
	k = NULL; /* the producer's now */
	t->topic = lib.rd_kafka_topic_new(t->rk, target_param(t->conf, "topic"), NULL);
	if (t->topic == NULL)
		e = fail_msg(fail, E_NO_RESOURCE, "topic '%s' can't be had",
		    target_param(t->conf, "topic"));
out:
	if (k != NULL)
		lib.rd_kafka_conf_destroy(k);
	return e;
}

/* What is still under way is given up: its reports come within the call. */
static void
kafka_disconnect(struct target *t)
{
	uint64_t deadline = broker_deadline(GRACE_MS);

	if (t->rk == NULL)
		return;
	if (t->missing > 0)
		(void)lib.rd_kafka_purge(
		    t->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (t->missing > 0 && broker_left(deadline) > 0)
		(void)lib.rd_kafka_poll(t->rk, SLICE_MS);
	t->missing = 0;
	if (t->topic != NULL)
		lib.rd_kafka_topic_destroy(t->topic);
	lib.rd_kafka_destroy_flags(t->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	t->topic = NULL;
	t->rk = NULL;
}

static enum err
kafka_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS + GRACE_MS);

	t->missing = 0;
	t->error = RD_KAFKA_RESP_ERR_NO_ERROR;
	t->why[0] = '\0';
	for (size_t i = 0; i < n && t->error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		if (lib.rd_kafka_produce(t->topic, RD_KAFKA_PARTITION_UA,
			RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)msg[i].whole.p,
			msg[i].whole.n, msg[i].key.p, msg[i].key.n, NULL) == 0)
			t->missing++;
		else
			t->error = lib.rd_kafka_last_error();
	}
	/* Each message is reported, within message.timeout.ms. */
	while (t->missing > 0) {
		(void)lib.rd_kafka_poll(t->rk, SLICE_MS);
		if (broker_stopping(t->conf))
			return fail_msg(fail, E_GONE, "the server stops");
		if (broker_left(deadline) == 0)
			return failure(t, RD_KAFKA_RESP_ERR__TIMED_OUT, fail);
	}
	return t->error == RD_KAFKA_RESP_ERR_NO_ERROR ? OK : failure(t, t->error, fail);
}

static const struct broker kafka_broker = { kafka_connect, kafka_publish,
	kafka_disconnect };

static enum err
kafka_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&kafka_broker, t, &t->connected, msg, n, fail);
}

/* ---- the declaration ---- */

static bool
are_brokers(struct span list)
{
	uint16_t port;
	char *host;

	do {
		if (!broker_address(span_trim(span_cut(&list, ',')), PORT, &host, &port))
			return false;
		mem_free(host);
	} while (list.n > 0);
	return true;
}

static bool
is_topic(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789._-",
			s.p[i]) == NULL)
			return false;
	return s.n > 0 && s.n <= 249 && !span_is(s, ".") && !span_is(s, "..");
}

static enum err
kafka_check(const struct target_conf *conf, struct fail *fail)
{
	static const char *const logins[] = { "sasl_username", "sasl_password" };
	rd_kafka_conf_t *k;
	enum err e;

	if (!are_brokers(span_str(target_param(conf, "brokers"))))
		return target_refuse(conf, "brokers",
		    "isn't HOST:PORT, or several separated by commas", fail);
	if (!is_topic(span_str(target_param(conf, "topic"))))
		return target_refuse(conf, "topic",
		    "isn't a topic: 1 to 249 of letters, digits, '.', '_' and '-'", fail);
	for (size_t i = 0; i < ARRAY_LEN(logins); i++)
		if (target_flag(conf, "sasl", false) &&
		    target_param(conf, logins[i])[0] == '\0')
			return target_refuse(
			    conf, logins[i], "is missing; sasl is on", fail);
	e = broker_pair(conf, "client_tls_cert", "client_tls_key", fail);
	if (e == OK)
		e = solib_load(&solib, fail);
	if (e != OK)
		return e;
	k = lib.rd_kafka_conf_new();
	e = settings(k, conf, fail);
	lib.rd_kafka_conf_destroy(k);
	return e;
}

static enum err
kafka_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	enum err e = kafka_check(conf, fail);

	if (e != OK)
		return e;
	*out = mem_zalloc(sizeof **out);
	(*out)->conf = conf;
	return OK;
}

static void
kafka_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	kafka_disconnect(t);
	mem_free(t);
}

static const struct target_rule kafka_rules[] = {
	{ "brokers", TARGET_TEXT, true, NULL, "HOST:PORT, several separated by commas" },
	{ "topic", TARGET_TEXT, true, NULL, "of all messages; their key is BUCKET/KEY" },
	{ "sasl", TARGET_BOOL, false, NULL, "log in" },
	{ "sasl_username", TARGET_TEXT, false, NULL, "" },
	{ "sasl_password", TARGET_SECRET, false, NULL, "" },
	{ "sasl_mechanism", TARGET_WORD, false, "plain|sha256|sha512", "" },
	{ "tls", TARGET_BOOL, false, NULL, "speak TLS" },
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "with whomever it is" },
	{ "ca", TARGET_PATH, false, NULL,
	    "PEM of who signs the brokers' certificates, in place of the system's" },
	{ "client_tls_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" },
	{ "client_tls_key", TARGET_PATH, false, NULL, "and of its key" },
	{ "producer_compression_codec", TARGET_WORD, false, "none|gzip|snappy|lz4|zstd",
	    "" },
	{ "producer_compression_level", TARGET_NUMBER, false, NULL, "" },
	{ "tls_client_auth", TARGET_IGNORED, false, NULL, NULL },
	{ "version", TARGET_IGNORED, false, NULL, NULL },
	{ "batch_size", TARGET_IGNORED, false, NULL, NULL },
	{ "batch_commit_timeout", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_kind kafka_kind = {
	.name = "kafka",
	.rules = kafka_rules,
	.check = kafka_check,
	.open = kafka_open,
	.send = kafka_send,
	.close = kafka_close,
	.batch = 256,
};
