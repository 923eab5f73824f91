/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"
#include "http_server_priv.h"
#include "listener_priv.h"
#include "loop_priv.h"
#include "tls_priv.h"

#define SERVER_MAGIC 0x53525631u

/* Connections over the limit that are still told so, not just closed. */
enum { SERVER_REFUSALS = 128 };

struct http_server {
	unsigned magic;
	struct http_conf conf;
	struct ssl_ctx_st *tls;
	struct loop **loop;
	uint16_t port;
	bool started, drained;
	_Atomic unsigned live; /* connections */
	struct lock lock;
	struct cond cond;
	unsigned ordered; /* loops that have carried out the last order */
};

static enum err
server_check(const struct http_conf *c, struct fail *fail)
{
	const struct {
		const char *name;
		unsigned value, min, max;
	} rows[] = {
		{ "loops", c->loops, 1, 1024 },
		{ "max-connections", c->max_connections, 1, 10000000 },
		{ "max-head", c->max_head, 256, 16 << 20 },
		{ "max-line", c->max_line, 64, 16 << 20 },
		{ "max-headers", c->max_headers, 1, 65535 },
		{ "idle-ms", c->idle_ms, 1, UINT32_MAX },
		{ "head-ms", c->head_ms, 1, UINT32_MAX },
		{ "body-ms", c->body_ms, 1, UINT32_MAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].value < rows[i].min || rows[i].value > rows[i].max)
			return fail_msg(fail, E_CONFIG,
			    "%s: %u is not allowed; %u to %u are", rows[i].name,
			    rows[i].value, rows[i].min, rows[i].max);
	return OK;
}

enum err
http_server_new(struct http_server **out, const struct http_conf *conf,
    const struct http_app *app, struct fail *fail)
{
	struct http_server *s;
	enum err e = server_check(conf, fail);
	int *fds;

	if (e != OK)
		return e;
	s = mem_zalloc(sizeof *s);
	s->magic = SERVER_MAGIC;
	s->conf = *conf;
	fds = mem_array(conf->loops, sizeof *fds);
	if (conf->tls_dir != NULL)
		e = tls_ctx_new(&s->tls, conf->tls_dir, fail);
	if (e == OK)
		e = listener_open(fds, conf->loops, &s->port, conf, fail);
	if (e != OK)
		goto out;
	lock_init(&s->lock, LOCK_SERVER);
	cond_init(&s->cond);
	s->loop = mem_array(conf->loops, sizeof *s->loop);
	for (unsigned i = 0; i < conf->loops; i++)
		s->loop[i] = loop_new(s, i, &s->conf, app, s->tls, fds[i]);
	*out = s;
	s = NULL;
out:
	if (s != NULL)
		tls_ctx_free(&s->tls);
	mem_free(s);
	mem_free(fds);
	return e;
}

uint16_t
http_server_port(const struct http_server *s)
{
	CHECK(s, SERVER_MAGIC);
	return s->port;
}

static void
server_start(struct http_server *s, bool open)
{
	CHECK(s, SERVER_MAGIC);
	MUST(!s->started);
	s->started = true;
	for (unsigned i = 0; i < s->conf.loops; i++) {
		s->loop[i]->closed = !open;
		loop_start(s->loop[i]);
	}
}

void
http_server_start(struct http_server *s)
{
	server_start(s, true);
}

void
http_server_start_closed(struct http_server *s)
{
	server_start(s, false);
}

void
http_server_accept(struct http_server *s)
{
	CHECK(s, SERVER_MAGIC);
	for (unsigned i = 0; i < s->conf.loops; i++)
		loop_post(s->loop[i], LOOP_ACCEPT);
}

int
http_server_dial(struct http_server *s)
{
	int pair[2];

	CHECK(s, SERVER_MAGIC);
	MUST(s->started);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	if (fcntl(pair[1], F_SETFL, O_NONBLOCK) != 0)
		MUST(false);
	loop_adopt(s->loop[0], pair[1]);
	return pair[0];
}

bool
http_server_enter(struct http_server *s, bool *hard)
{
	unsigned live = atomic_fetch_add(&s->live, 1);

	*hard = live >= s->conf.max_connections + SERVER_REFUSALS;
	return live < s->conf.max_connections;
}

void
http_server_leave(struct http_server *s)
{
	if (atomic_fetch_sub(&s->live, 1) != 1)
		return;
	lock_take(&s->lock);
	cond_broadcast(&s->cond);
	lock_drop(&s->lock);
}

void
http_server_ordered(struct http_server *s)
{
	lock_take(&s->lock);
	s->ordered++;
	cond_broadcast(&s->cond);
	lock_drop(&s->lock);
}

void
http_server_drain(struct http_server *s, unsigned ms)
{
	uint64_t now = clock_mono_us() / 1000, end = now + ms;

	CHECK(s, SERVER_MAGIC);
	if (!s->started || s->drained)
		return;
	s->drained = true;
	for (unsigned i = 0; i < s->conf.loops; i++)
		loop_post(s->loop[i], LOOP_DRAIN);
	lock_take(&s->lock);
	while ((s->ordered < s->conf.loops || atomic_load(&s->live) > 0) && now < end) {
		(void)cond_wait_ms(&s->cond, &s->lock, end - now);
		now = clock_mono_us() / 1000;
	}
	lock_drop(&s->lock);
}

void
http_server_free(struct http_server **server)
{
	struct http_server *s = *server;

	if (s == NULL)
		return;
	*server = NULL;
	CHECK(s, SERVER_MAGIC);
	for (unsigned i = 0; s->started && i < s->conf.loops; i++)
		loop_post(s->loop[i], LOOP_STOP);
	for (unsigned i = 0; i < s->conf.loops; i++) {
		if (s->started)
			loop_join(s->loop[i]);
		loop_free(&s->loop[i]);
	}
	tls_ctx_free(&s->tls);
	cond_fini(&s->cond);
	lock_fini(&s->lock);
	mem_free(s->loop);
	mem_free(s);
}
