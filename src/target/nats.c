/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind nats, by libnats. Core NATS: all messages of a send, then a PING; the PONG says that
 * the server has had them, for whoever is subscribed. With jetstream: one after the other,
 * each acknowledged by the stream that keeps it, under a Nats-Msg-Id by which the stream
 * knows again what comes twice. Reconnecting is ours, so that nothing is sent later by a
 * buffer of the library. Its three threads that belong to no connection stay, asleep, to the
 * end of the process: nats_Close() frees what is OpenSSL's own (its list of compression
 * methods), with which everybody else's TLS is gone as well.
 */
#include "config.h"

#include <nats/nats.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/solib.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(jsCtx_Destroy) \
	F(jsPubOptions_Init) \
	F(js_Publish) \
	F(natsConnection_Connect) \
	F(natsConnection_Destroy) \
	F(natsConnection_FlushTimeout) \
	F(natsConnection_GetLastError) \
	F(natsConnection_JetStream) \
	F(natsConnection_Publish) \
	F(natsOptions_Create) \
	F(natsOptions_Destroy) \
	F(natsOptions_LoadCATrustedCertificates) \
	F(natsOptions_LoadCertificatesChain) \
	F(natsOptions_SetAllowReconnect) \
	F(natsOptions_SetErrorHandler) \
	F(natsOptions_SetIgnoreDiscoveredServers) \
	F(natsOptions_SetName) \
	F(natsOptions_SetPingInterval) \
	F(natsOptions_SetSecure) \
	F(natsOptions_SetServers) \
	F(natsOptions_SetTimeout) \
	F(natsOptions_SetToken) \
	F(natsOptions_SetUserCredentialsFromFiles) \
	F(natsOptions_SetUserInfo) \
	F(natsOptions_SkipServerVerification) \
	F(natsStatus_GetText) \
	F(nats_GetLastError) \
	F(nats_ReleaseThreadMemory)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_NATS, "libnats3.4", SOLIB_SYMS(syms) };

enum { PORT = 4222, SERVERS_MAX = 16, SLICE_MS = 250, ACK_MS = 2000 };

struct target {
	const struct target_conf *conf;
	const char *subject;
	bool jetstream, connected;
	natsConnection *nc;
	jsCtx *js;
};

static enum err
failure(natsStatus s, struct fail *fail)
{
	natsStatus last;
	const char *text = lib.nats_GetLastError(&last), *after;

	if (text == NULL || text[0] == '\0' || last != s)
		text = lib.natsStatus_GetText(s);
	/* "(conn.c:773): Secure Connection not available" */
	after = text[0] == '(' ? strstr(text, "): ") : NULL;
	if (after != NULL)
		text = after + 3;
	return fail_msg(
	    fail, s == NATS_MAX_PAYLOAD ? E_INVALID_ARGUMENT : E_GONE, "%s", text);
}

/* In a thread of the library's: what matters comes back from the calls as well. */
static void
on_error(natsConnection *nc, natsSubscription *sub, natsStatus s, void *ctx)
{
	(void)nc;
	(void)sub;
	(void)ctx;
	log_debug("nats: %s", lib.natsStatus_GetText(s));
}

/* ---- the connection ---- */

/* The list of address as URLs, all in text. */
static int
servers(struct span list, struct buf *text, const char **url)
{
	size_t at[SERVERS_MAX];
	int n = 0;

	while (list.n > 0 && n < SERVERS_MAX) {
		at[n++] = text->n;
		buf_str(text, "nats://");
		buf_span(text, span_trim(span_cut(&list, ',')));
		buf_char(text, '\0');
	}
	for (int i = 0; i < n; i++)
		url[i] = text->p + at[i];
	return n;
}

static natsStatus
set_login(natsOptions *o, const struct target_conf *c)
{
	const char *user = target_param(c, "username"), *token = target_param(c, "token");
	const char *file = target_param(c, "user_credentials");
	natsStatus s = NATS_OK;

	if (user[0] != '\0')
		s = lib.natsOptions_SetUserInfo(o, user, target_param(c, "password"));
	if (s == NATS_OK && token[0] != '\0')
		s = lib.natsOptions_SetToken(o, token);
	if (s == NATS_OK && file[0] != '\0')
		s = lib.natsOptions_SetUserCredentialsFromFiles(o, file, NULL);
	return s;
}

static natsStatus
set_tls(natsOptions *o, const struct target_conf *c)
{
	const char *cert = target_param(c, "client_cert"), *ca = broker_ca(c);
	natsStatus s = lib.natsOptions_SetSecure(o, true);

	if (s == NATS_OK && ca != NULL)
		s = lib.natsOptions_LoadCATrustedCertificates(o, ca);
	if (s == NATS_OK && cert[0] != '\0')
		s = lib.natsOptions_LoadCertificatesChain(
		    o, cert, target_param(c, "client_key"));
	if (s == NATS_OK && target_flag(c, "tls_skip_verify", false))
		s = lib.natsOptions_SkipServerVerification(o, true);
	return s;
}

static natsStatus
set_all(natsOptions *o, const struct target_conf *c)
{
	const char *url[SERVERS_MAX];
	struct buf text = { 0 };
	uint64_t ping = 0;
	int n = servers(span_str(target_param(c, "address")), &text, url);
	natsStatus s = lib.natsOptions_SetServers(o, url, n);

	buf_fini(&text);
	if (s == NATS_OK)
		s = lib.natsOptions_SetName(o, "trug");
	if (s == NATS_OK)
		s = lib.natsOptions_SetTimeout(o, BROKER_CONNECT_MS);
	if (s == NATS_OK)
		s = lib.natsOptions_SetAllowReconnect(o, false);
	if (s == NATS_OK)
		s = lib.natsOptions_SetIgnoreDiscoveredServers(o, true);
	if (s == NATS_OK)
		s = lib.natsOptions_SetErrorHandler(o, on_error, NULL);
	if (s == NATS_OK)
		s = set_login(o, c);
	if (s == NATS_OK && target_flag(c, "tls", false))
		s = set_tls(o, c);
	if (s == NATS_OK &&
	    broker_duration(span_str(target_param(c, "ping_interval")), &ping) &&
	    ping > 0)
		s = lib.natsOptions_SetPingInterval(o, (int64_t)ping);
	return s;
}

/* libnats shows no descriptor, so it is the names that are looked at. */
static enum err
all_allowed(const struct target_conf *c, struct fail *fail)
{
	struct span list = span_str(target_param(c, "address"));
	enum err e = OK;
	uint16_t port;
	char *host;

	while (e == OK && list.n > 0) {
		MUST(broker_address(span_trim(span_cut(&list, ',')), PORT, &host, &port));
		e = broker_resolved(c, host, fail);
		mem_free(host);
	}
	return e;
}

static enum err
nats_connect(struct target *t, struct fail *fail)
{
	natsOptions *o = NULL;
	enum err e = all_allowed(t->conf, fail);
	natsStatus s;

	if (e != OK)
		return e;
	s = lib.natsOptions_Create(&o);
	if (s == NATS_OK)
		s = set_all(o, t->conf);
	if (s == NATS_OK)
		s = lib.natsConnection_Connect(&t->nc, o);
	if (s == NATS_OK && t->jetstream)
		s = lib.natsConnection_JetStream(&t->js, t->nc, NULL);
	if (o != NULL)
		lib.natsOptions_Destroy(o);
	return s == NATS_OK ? OK : failure(s, fail);
}

static void
nats_disconnect(struct target *t)
{
	if (t->js != NULL)
		lib.jsCtx_Destroy(t->js);
	if (t->nc != NULL)
		lib.natsConnection_Destroy(t->nc);
	t->js = NULL;
	t->nc = NULL;
	lib.nats_ReleaseThreadMemory();
}

/* ---- sending ---- */

/* All that was published has reached the server, and it minded none of it. */
static enum err
settle(struct target *t, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	const char *text = NULL;
	natsStatus s;

	do {
		s = lib.natsConnection_FlushTimeout(t->nc, SLICE_MS);
		if (broker_stopping(t->conf))
			return fail_msg(fail, E_GONE, "the server stops");
	} while (s == NATS_TIMEOUT && broker_left(deadline) > 0);
	if (s != NATS_OK)
		return failure(s, fail);
	/* "-ERR" to a publication comes before the PONG. */
	if (lib.natsConnection_GetLastError(t->nc, &text) != NATS_OK)
		return fail_msg(fail, E_GONE, "%s", text);
	return OK;
}

static enum err
publish_all(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	natsStatus s = NATS_OK;

	for (size_t i = 0; s == NATS_OK && i < n; i++)
		s = lib.natsConnection_Publish(
		    t->nc, t->subject, msg[i].whole.p, (int)msg[i].whole.n);
	return s == NATS_OK ? settle(t, fail) : failure(s, fail);
}

/* To the stream that listens to the subject. A record has its request's id and a sequencer,
 * so its digest names it. */
static enum err
store_one(struct target *t, const struct target_msg *m, struct fail *fail)
{
	uint8_t digest[32];
	char id[sizeof digest * 2 + 1];
	jsPubOptions o;
	natsStatus s;

	digest_of(DIGEST_SHA256, m->record, digest);
	hex_render(id, digest, sizeof digest);
	id[sizeof id - 1] = '\0';
	(void)lib.jsPubOptions_Init(&o);
	o.MsgId = id;
	o.MaxWait = ACK_MS;
	s = lib.js_Publish(
	    NULL, t->js, t->subject, m->whole.p, (int)m->whole.n, &o, NULL);
	if (s == NATS_NO_RESPONDERS)
		return fail_msg(
		    fail, E_GONE, "no stream has the subject '%.100s'", t->subject);
	return s == NATS_OK ? OK : failure(s, fail);
}

static enum err
nats_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	enum err e = OK;

	if (!t->jetstream)
		return publish_all(t, msg, n, fail);
	for (size_t i = 0; e == OK && i < n; i++) {
		if (broker_stopping(t->conf))
			return fail_msg(fail, E_GONE, "the server stops");
		if (broker_left(deadline) == 0)
			return fail_msg(fail, E_GONE, "no answer in time");
		e = store_one(t, &msg[i], fail);
	}
	return e;
}

static const struct broker nats_broker = { nats_connect, nats_publish, nats_disconnect };

static enum err
nats_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&nats_broker, t, &t->connected, msg, n, fail);
}

/* ---- the declaration ---- */

static bool
are_servers(struct span list)
{
	uint16_t port;
	char *host;
	int n = 0;

	do {
		if (!broker_address(
			span_trim(span_cut(&list, ',')), PORT, &host, &port) ||
		    ++n > SERVERS_MAX)
			return false;
		mem_free(host);
	} while (list.n > 0);
	return true;
}

/* Words with single dots between them, and no wildcard. */
static bool
is_subject(struct span s)
{
	if (s.n == 0 || s.n > 255 || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '*' || s.p[i] == '>' ||
		    s.p[i] == 0x7f || (s.p[i] == '.' && s.p[i - 1] == '.'))
			return false;
	return true;
}

static enum err
check_absent(const struct target_conf *c, struct fail *fail)
{
	if (target_flag(c, "streaming", false))
		return target_refuse(c, "streaming",
		    "isn't supported: NATS Streaming has ended; use jetstream", fail);
	if (target_flag(c, "tls_handshake_first", false))
		return target_refuse(
		    c, "tls_handshake_first", "isn't supported; 'off' is", fail);
	if (target_param(c, "nkey_seed")[0] != '\0')
		return target_refuse(
		    c, "nkey_seed", "isn't supported; use user_credentials", fail);
	return OK;
}

static enum err
nats_check(const struct target_conf *c, struct fail *fail)
{
	struct span ping = span_str(target_param(c, "ping_interval"));
	uint64_t ms;
	enum err e = check_absent(c, fail);

	if (e != OK)
		return e;
	if (!are_servers(span_str(target_param(c, "address"))))
		return target_refuse(c, "address",
		    "isn't HOST:PORT, or up to 16 separated by commas", fail);
	if (!is_subject(span_str(target_param(c, "subject"))))
		return target_refuse(c, "subject",
		    "isn't a subject: words separated by dots, without '*', '>' and "
		    "blanks",
		    fail);
	if (ping.n > 0 && !broker_duration(ping, &ms))
		return target_refuse(
		    c, "ping_interval", "isn't a time such as '30s' or '2m'", fail);
	e = broker_pair(c, "username", "password", fail);
	if (e == OK)
		e = broker_pair(c, "client_cert", "client_key", fail);
	return e == OK ? solib_load(&solib, fail) : e;
}

static enum err
nats_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	enum err e = nats_check(conf, fail);
	struct target *t;

	if (e != OK)
		return e;
	t = mem_zalloc(sizeof *t);
	t->conf = conf;
	t->subject = target_param(conf, "subject");
	t->jetstream = target_flag(conf, "jetstream", false);
	*out = t;
	return OK;
}

static void
nats_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	nats_disconnect(t);
	mem_free(t);
}

static const struct target_rule nats_rules[] = {
	{ "address", TARGET_TEXT, true, NULL, "HOST:PORT, several separated by commas" },
	{ "subject", TARGET_TEXT, true, NULL, "of all messages" },
	{ "jetstream", TARGET_BOOL, false, NULL,
	    "wait for a stream that has the subject to keep each message" },
	{ "username", TARGET_TEXT, false, NULL, "" },
	{ "password", TARGET_SECRET, false, NULL, "" },
	{ "token", TARGET_SECRET, false, NULL, "in place of a user" },
	{ "user_credentials", TARGET_PATH, false, NULL, "a .creds file" },
	{ "tls", TARGET_BOOL, false, NULL, "speak TLS" },
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "with whomever it is" },
	{ "cert_authority", TARGET_PATH, false, NULL,
	    "PEM of who signs the server's certificate, in place of the system's" },
	{ "client_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" },
	{ "client_key", TARGET_PATH, false, NULL, "and of its key" },
	{ "ping_interval", TARGET_TEXT, false, NULL, "such as 30s; 2m by default" },
	{ "nkey_seed", TARGET_TEXT, false, NULL, NULL },
	{ "streaming", TARGET_BOOL, false, NULL, NULL },
	{ "tls_handshake_first", TARGET_BOOL, false, NULL, NULL },
	{ "streaming_async", TARGET_IGNORED, false, NULL, NULL },
	{ "streaming_cluster_id", TARGET_IGNORED, false, NULL, NULL },
	{ "streaming_max_pub_acks_in_flight", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_kind nats_kind = {
	.name = "nats",
	.rules = nats_rules,
	.check = nats_check,
	.open = nats_open,
	.send = nats_send,
	.close = nats_close,
	.batch = 256,
};
