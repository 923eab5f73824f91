/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind redis, by hiredis without blocking, all messages of a send in one pipeline. MinIO's
 * formats: namespace keeps a hash of the objects that are there (HSET, HDEL), access a list
 * of all events (RPUSH). A third is ours: stream (XADD), for consumer groups. What is safe
 * once Redis has answered is as its appendonly and appendfsync say.
 */
#include "config.h"

#include <hiredis/hiredis.h>
#include <poll.h>

#include "base/mem.h"
#include "base/solib.h"
#include "codec/stamp.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(freeReplyObject) \
	F(redisAppendCommandArgv) \
	F(redisBufferRead) \
	F(redisBufferWrite) \
	F(redisConnectNonBlock) \
	F(redisFree) \
	F(redisGetReplyFromReader)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_HIREDIS, "libhiredis0.14", SOLIB_SYMS(syms) };

enum { PORT = 6379, ARGS_MAX = 12 };
enum format { NAMESPACE, ACCESS, STREAM };
static const char *const format_names[] = { "namespace", "access", "stream" };
static const char *const format_types[] = { "hash", "list", "stream" };

struct target {
	const struct target_conf *conf;
	char *host;
	struct span key;
	enum format format;
	uint16_t port;
	bool connected;
	redisContext *c;
	struct buf value;
};

static enum err
broken(struct target *t, struct fail *fail)
{
	return fail_msg(
	    fail, E_GONE, "%s", t->c->err != 0 ? t->c->errstr : "no connection");
}

static enum err
flush(struct target *t, uint64_t deadline, struct fail *fail)
{
	enum err e = OK;
	int done = 0;

	while (e == OK) {
		e = broker_wait(t->conf, t->c->fd, POLLOUT, deadline, fail);
		if (e == OK && lib.redisBufferWrite(t->c, &done) != REDIS_OK)
			e = broken(t, fail);
		if (done)
			break;
	}
	return e;
}

static enum err
answer(struct target *t, uint64_t deadline, redisReply **out, struct fail *fail)
{
	void *r = NULL;
	enum err e;

	for (;;) {
		if (lib.redisGetReplyFromReader(t->c, &r) != REDIS_OK)
			return broken(t, fail);
		if (r != NULL)
			break;
		e = broker_wait(t->conf, t->c->fd, POLLIN, deadline, fail);
		if (e != OK)
			return e;
		if (lib.redisBufferRead(t->c) != REDIS_OK)
			return broken(t, fail);
	}
	*out = r;
	return OK;
}

/* The answer to one command; an error of Redis is a failure with its text. */
static enum err
expect(struct target *t, uint64_t deadline, struct buf *text, struct fail *fail)
{
	redisReply *r = NULL;
	enum err e = answer(t, deadline, &r, fail);

	if (e != OK)
		return e;
	if (r->type == REDIS_REPLY_ERROR)
		e = fail_msg(fail, E_GONE, "%s", r->str);
	else if (text != NULL && r->str != NULL)
		buf_put(text, r->str, r->len);
	lib.freeReplyObject(r);
	return e;
}

static enum err
put(struct target *t, const struct span *arg, size_t n, struct fail *fail)
{
	const char *p[ARGS_MAX];
	size_t len[ARGS_MAX];

	MUST(n <= ARGS_MAX);
	for (size_t i = 0; i < n; i++) {
		p[i] = arg[i].p == NULL ? "" : arg[i].p;
		len[i] = arg[i].n;
	}
	if (lib.redisAppendCommandArgv(t->c, (int)n, p, len) != REDIS_OK)
		return broken(t, fail);
	return OK;
}

static enum err
login(struct target *t, uint64_t deadline, struct fail *fail)
{
	struct span user = span_str(target_param(t->conf, "user"));
	struct span password = span_str(target_param(t->conf, "password"));
	struct span auth[3] = { SPAN_LIT("AUTH"), user, password };
	struct span named[3] = { SPAN_LIT("CLIENT"), SPAN_LIT("SETNAME"),
		SPAN_LIT("trug") };
	struct span type[2] = { SPAN_LIT("TYPE"), t->key };
	const char *want = format_types[t->format];
	struct buf is = { 0 };
	enum err e = OK;

	if (password.n > 0) {
		if (user.n == 0)
			auth[1] = password;
		e = put(t, auth, user.n > 0 ? 3 : 2, fail);
	}
	if (e == OK)
		e = put(t, named, 3, fail);
	if (e == OK)
		e = put(t, type, 2, fail);
	if (e == OK)
		e = flush(t, deadline, fail);
	for (int i = password.n > 0 ? 0 : 1; e == OK && i < 3; i++)
		e = expect(t, deadline, i == 2 ? &is : NULL, fail);
	if (e == OK && !span_is(buf_view(&is), "none") && !span_is(buf_view(&is), want))
		e = fail_msg(fail, E_GONE, "key '%.*s' is a %s; format %s needs a %s",
		    (int)(t->key.n < 100 ? t->key.n : 100), t->key.p, buf_cstr(&is),
		    format_names[t->format], want);
	buf_fini(&is);
	return e;
}

static enum err
redis_connect(struct target *t, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_CONNECT_MS);
	enum err e;

	t->c = lib.redisConnectNonBlock(t->host, t->port);
	if (t->c == NULL)
		return fail_msg(fail, E_NO_RESOURCE, "no memory for a connection");
	if (t->c->err != 0)
		return broken(t, fail);
	e = broker_connected(t->conf, t->host, t->c->fd, deadline, fail);
	return e == OK ? login(t, deadline, fail) : e;
}

static void
redis_disconnect(struct target *t)
{
	if (t->c != NULL)
		lib.redisFree(t->c);
	t->c = NULL;
}

static enum err
put_access(struct target *t, const struct target_msg *m, struct fail *fail)
{
	char stamp[STAMP_ISO];
	struct span arg[3] = { SPAN_LIT("RPUSH"), t->key };

	stamp_iso(stamp, m->time_ms);
	t->value.n = 0;
	buf_str(&t->value, "[{\"Event\":[");
	buf_span(&t->value, m->record);
	buf_str(&t->value, "],\"EventTime\":\"");
	buf_put(&t->value, stamp, sizeof stamp);
	buf_str(&t->value, "\"}]");
	arg[2] = buf_view(&t->value);
	return put(t, arg, 3, fail);
}

static enum err
put_namespace(struct target *t, const struct target_msg *m, struct fail *fail)
{
	struct span hdel[3] = { SPAN_LIT("HDEL"), t->key, m->key };
	struct span hset[4] = { SPAN_LIT("HSET"), t->key, m->key };

	if (m->removed)
		return put(t, hdel, 3, fail);
	t->value.n = 0;
	broker_records(&t->value, m);
	hset[3] = buf_view(&t->value);
	return put(t, hset, 4, fail);
}

static enum err
put_stream(struct target *t, const struct target_msg *m, struct fail *fail)
{
	struct span arg[9] = { SPAN_LIT("XADD"), t->key, SPAN_LIT("*"), SPAN_LIT("event"),
		m->event, SPAN_LIT("key"), m->key, SPAN_LIT("message"), m->whole };

	return put(t, arg, 9, fail);
}

static enum err
redis_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	enum err e = OK;

	for (size_t i = 0; e == OK && i < n; i++)
		e = t->format == NAMESPACE ? put_namespace(t, &msg[i], fail)
		    : t->format == ACCESS  ? put_access(t, &msg[i], fail)
					   : put_stream(t, &msg[i], fail);
	if (e == OK)
		e = flush(t, deadline, fail);
	for (size_t i = 0; e == OK && i < n; i++)
		e = expect(t, deadline, NULL, fail);
	return e;
}

static const struct broker redis_broker = { redis_connect, redis_publish,
	redis_disconnect };

static enum err
redis_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&redis_broker, t, &t->connected, msg, n, fail);
}

static enum err
redis_check(const struct target_conf *conf, struct fail *fail)
{
	uint16_t port;
	char *host;

	if (!broker_address(span_str(target_param(conf, "address")), PORT, &host, &port))
		return target_refuse(conf, "address", "isn't HOST:PORT", fail);
	mem_free(host);
	if (target_param(conf, "user")[0] != '\0' &&
	    target_param(conf, "password")[0] == '\0')
		return target_refuse(
		    conf, "password", "is missing; user is given without it", fail);
	return solib_load(&solib, fail);
}

static enum err
redis_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	struct target *t;
	struct span format = span_str(target_param(conf, "format"));
	enum err e = redis_check(conf, fail);

	if (e != OK)
		return e;
	t = mem_zalloc(sizeof *t);
	t->conf = conf;
	t->key = span_str(target_param(conf, "key"));
	MUST(broker_address(
	    span_str(target_param(conf, "address")), PORT, &t->host, &t->port));
	for (unsigned i = 0; i < ARRAY_LEN(format_names); i++)
		if (span_is(format, format_names[i]))
			t->format = (enum format)i;
	*out = t;
	return OK;
}

static void
redis_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	redis_disconnect(t);
	buf_fini(&t->value);
	mem_free(t->host);
	mem_free(t);
}

static const struct target_rule redis_rules[] = {
	{ "address", TARGET_TEXT, true, NULL, "HOST:PORT" },
	{ "key", TARGET_TEXT, true, NULL, "of the hash, list or stream" },
	{ "format", TARGET_WORD, false, "namespace|access|stream",
	    "namespace: HSET, HDEL; access: RPUSH; stream: XADD" },
	{ "user", TARGET_TEXT, false, NULL, "of an ACL" },
	{ "password", TARGET_SECRET, false, NULL, "for AUTH" },
	{ 0 },
};

const struct target_kind redis_kind = {
	.name = "redis",
	.rules = redis_rules,
	.check = redis_check,
	.open = redis_open,
	.send = redis_send,
	.close = redis_close,
	.batch = 64,
};
