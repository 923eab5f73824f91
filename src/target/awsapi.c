/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "awsapi_priv.h"

#include "base/mem.h"
#include "codec/uri.h"
#include "http/outbound.h"
#include "target/broker.h"

enum { ANSWER_MAX = 64 << 10, TIMEOUT_MS = 10000, SHOWN = 160 };

struct span
awsapi_arn(const struct target_conf *conf, size_t i)
{
	struct span rest = span_str(target_param(conf, "arn")), part = SPAN_NONE;

	for (size_t at = 0; at <= i; at++)
		part = at < 5 ? span_cut(&rest, ':') : rest;
	return part;
}

void
awsapi_init(struct awsapi *a, const struct target_conf *conf, const char *service)
{
	struct span region = span_str(target_param(conf, "region"));
	struct buf b = { 0 };

	*a = (struct awsapi){ .conf = conf };
	if (region.n == 0)
		region = awsapi_arn(conf, 3);
	if (region.n == 0)
		region = SPAN_LIT("us-east-1");
	buf_printf(&b, "aws:amz:%.*s:%s", (int)region.n, region.p, service);
	a->sign = mem_dup(buf_cstr(&b));
	b.n = 0;
	if (target_param(conf, "access_key")[0] != '\0')
		buf_printf(&b, "%s:%s", target_param(conf, "access_key"),
		    target_param(conf, "secret_key"));
	a->user = mem_dup(buf_cstr(&b));
	mem_wipe(b.p, b.n);
	buf_fini(&b);
}

void
awsapi_fini(struct awsapi *a)
{
	outbound_link_free(&a->link);
	mem_wipe(a->user, strlen(a->user));
	mem_free(a->user);
	mem_free(a->sign);
	buf_fini(&a->body);
	buf_fini(&a->answer);
}

void
awsapi_put(struct awsapi *a, const char *name, struct span value)
{
	if (a->body.n > 0)
		buf_char(&a->body, '&');
	buf_str(&a->body, name);
	buf_char(&a->body, '=');
	uri_encode(&a->body, value, false);
}

void
awsapi_begin(struct awsapi *a, const char *action, const char *version)
{
	a->body.n = 0;
	awsapi_put(a, "Action", span_str(action));
	awsapi_put(a, "Version", span_str(version));
}

void
awsapi_put_nth(
    struct awsapi *a, const char *list, size_t i, const char *name, struct span value)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s.%zu.%s", list, i + 1, name);
	awsapi_put(a, buf_cstr(&b), value);
	buf_fini(&b);
}

enum err
awsapi_post(struct awsapi *a, const char *target, struct fail *fail)
{
	struct field header[] = {
		{ SPAN_LIT("Content-Type"),
		    target != NULL ? SPAN_LIT("application/x-amz-json-1.0")
				   : SPAN_LIT("application/x-www-form-urlencoded") },
		{ SPAN_LIT("X-Amz-Target"), span_str(target) },
	};
	bool secured = a->user[0] != '\0';
	const struct outbound_stream patience = broker_patience(a->conf);
	struct outbound o = { .url = target_param(a->conf, "endpoint"),
		.method = "POST",
		.header = header,
		.nheader = target != NULL ? 2 : 1,
		.body = buf_view(&a->body),
		.timeout_ms = TIMEOUT_MS,
		.max = ANSWER_MAX,
		.net = a->conf->net,
		.link = &a->link,
		.stream = &patience,
		.cert = target_param(a->conf, "client_cert"),
		.key = target_param(a->conf, "client_key"),
		.ca = target_param(a->conf, "ca"),
		.sign = secured ? a->sign : NULL,
		.user = a->user,
		.unverified = target_flag(a->conf, "tls_skip_verify", false) };
	enum err e;

	buf_fini(&a->answer);
	e = outbound_send(&o, fail);
	a->answer = o.answer;
	a->status = o.status;
	if (e != OK || (o.status >= 200 && o.status <= 299))
		return e;
	/* 403 and 404 are mended there, not by leaving this message away. */
	return fail_msg(fail,
	    o.status == 400 || o.status == 413 ? E_INVALID_ARGUMENT : E_GONE,
	    "it answered %u: %.*s", o.status,
	    (int)span_head(buf_view(&a->answer), SHOWN).n, a->answer.p);
}

size_t
awsapi_some(const struct target_msg *msg, size_t n)
{
	size_t bytes = 0, i;

	for (i = 0; i < n && i < AWSAPI_BATCH; i++) {
		bytes += msg[i].whole.n;
		if (i > 0 && bytes > AWSAPI_BYTES)
			break;
	}
	return i;
}
