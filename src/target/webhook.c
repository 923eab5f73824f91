/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind webhook: POST of each message as application/json, one after the other; taken with
 * any answer of 2xx. The token goes as MinIO sends it: as it is where it names a scheme
 * ("Basic ..."), else as "Bearer TOKEN".
 */
#include "config.h"

#include "base/mem.h"
#include "http/outbound.h"
#include "target/broker.h"

enum { ANSWER_MAX = 512, TIMEOUT_MS = 10000 };

struct target {
	const struct target_conf *conf;
	struct outbound_link *link;
	struct buf auth;
};

static enum err
webhook_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	struct target *t = mem_zalloc(sizeof *t);
	const char *token = target_param(conf, "auth_token");

	(void)fail; /* connects when it has something to say */
	t->conf = conf;
	if (token[0] != '\0' && strchr(token, ' ') == NULL)
		buf_str(&t->auth, "Bearer ");
	buf_str(&t->auth, token);
	*out = t;
	return OK;
}

static enum err
webhook_post(struct target *t, struct span body, struct fail *fail)
{
	struct field header[] = {
		{ SPAN_LIT("Content-Type"), SPAN_LIT("application/json") },
		{ SPAN_LIT("Authorization"), buf_view(&t->auth) },
	};
	const struct outbound_stream patience = broker_patience(t->conf);
	struct outbound o = { .url = target_param(t->conf, "endpoint"),
		.method = "POST",
		.header = header,
		.nheader = t->auth.n > 0 ? 2 : 1,
		.body = body,
		.timeout_ms = TIMEOUT_MS,
		.max = ANSWER_MAX,
		.net = t->conf->net,
		.link = &t->link,
		.stream = &patience,
		.cert = target_param(t->conf, "client_cert"),
		.key = target_param(t->conf, "client_key"),
		.ca = target_param(t->conf, "ca"),
		.unverified = target_flag(t->conf, "tls_skip_verify", false) };
	enum err e = outbound_send(&o, fail);

	if (e == OK && (o.status < 200 || o.status > 299))
		e = fail_msg(fail, E_GONE, "it answered %u", o.status);
	buf_fini(&o.answer);
	return e;
}

static enum err
webhook_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	enum err e = OK;

	for (size_t i = 0; e == OK && i < n; i++)
		e = webhook_post(t, msg[i].whole, fail);
	return e;
}

static void
webhook_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	outbound_link_free(&t->link);
	if (t->auth.p != NULL)
		mem_wipe(t->auth.p, t->auth.n);
	buf_fini(&t->auth);
	mem_free(t);
}

static const struct target_rule webhook_rules[] = {
	{ "endpoint", TARGET_URL, true, NULL, "where messages are POSTed to" },
	{ "auth_token", TARGET_SECRET, false, NULL,
	    "`Authorization`: as it is where it names a scheme, else `Bearer TOKEN`" },
	{ "client_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" },
	{ "client_key", TARGET_PATH, false, NULL, "and of its key" },
	{ "ca", TARGET_PATH, false, NULL,
	    "PEM of who signs the server's certificate, in place of the system's" },
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "TLS with whomever it is" },
	{ 0 },
};

const struct target_kind webhook_kind = {
	.name = "webhook",
	.rules = webhook_rules,
	.open = webhook_open,
	.send = webhook_send,
	.close = webhook_close,
	.batch = 1,
};
