/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "loop_priv.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/stamp.h"
#include "http_server_priv.h"
#include "listener_priv.h"

void
loop_own(const struct loop *l)
{
	CHECK(l, LOOP_MAGIC);
#ifdef ENABLE_DEBUG
	MUST(pthread_equal(l->owner, pthread_self()) != 0);
#endif
}

/* ---- an event's frame ---- */

void
loop_tick(struct loop *l)
{
	l->in_event = true;
	l->now_us = clock_mono_us();
}

void
loop_queue(struct http_conn *c)
{
	struct loop *l = c->loop;

	if (c->queued)
		return;
	c->queued = true;
	c->ready = NULL;
	*l->ready_tail = c;
	l->ready_tail = &c->ready;
	if (!l->in_event)
		event_active(&l->kick_ev, 0, 0);
}

void
loop_flush(struct loop *l)
{
	struct http_conn *c = l->ready, *next;

	l->ready = NULL;
	l->ready_tail = &l->ready;
	for (; c != NULL; c = next) {
		bool speculate = c->speculate;

		next = c->ready;
		c->queued = c->speculate = false;
		if (c->state != CONN_DEAD)
			conn_run(c, speculate);
		else if (c->x == NULL)
			conn_free(c);
	}
	l->in_event = false;
	/* What became ready meanwhile waits until others have had their turn. */
	if (l->ready != NULL)
		event_active(&l->kick_ev, 0, 0);
	if (l->stopping && l->conns == NULL)
		(void)event_base_loopbreak(l->base);
}

static void
loop_on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	CHECK(l, LOOP_MAGIC);
	loop_tick(l);
	loop_flush(l);
}

static void
loop_on_inbox(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	CHECK(l, LOOP_MAGIC);
	loop_tick(l);
	inbox_run(l->inbox);
	loop_flush(l);
}

/* ---- connections ---- */

void
loop_add(struct loop *l, struct http_conn *c)
{
	c->next = l->conns;
	c->link = &l->conns;
	if (l->conns != NULL)
		l->conns->link = &c->next;
	l->conns = c;
}

void
loop_remove(struct loop *l, struct http_conn *c)
{
	(void)l;
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
}

void
loop_wait(struct http_conn *c, enum deadline_kind kind)
{
	if (kind == DEADLINE_NONE && c->deadline.kind == DEADLINE_NONE)
		return;
	deadline_set(&c->loop->deadlines, &c->deadline, kind, c->loop->now_us);
}

static void
loop_expired(struct deadline *d)
{
	conn_expire(CONTAINER_OF(d, struct http_conn, deadline));
}

static void
loop_on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	CHECK(l, LOOP_MAGIC);
	loop_tick(l);
	deadline_run(&l->deadlines, l->now_us);
	loop_flush(l);
}

const char *
loop_date(struct loop *l)
{
	if (l->now_us >= l->date_until_us) {
		int64_t ms = clock_real_ms();

		stamp_http(l->date, ms / 1000);
		l->date_until_us = l->now_us + (uint64_t)(1000 - ms % 1000) * 1000;
	}
	return l->date;
}

/* ---- life ---- */

static void
loop_order(struct loop *l, bool now)
{
	struct http_conn *c, *next;

	listener_close(l);
	l->draining = true;
	l->stopping |= now;
	for (c = l->conns; c != NULL; c = next) {
		next = c->next;
		conn_drain(c, now);
	}
	http_server_ordered(l->server);
}

static void
loop_on_drain(struct task *t)
{
	loop_order(CONTAINER_OF(t, struct loop, drain_task), false);
}

static void
loop_on_stop(struct task *t)
{
	loop_order(CONTAINER_OF(t, struct loop, stop_task), true);
}

static void
loop_on_accept(struct task *t)
{
	struct loop *l = CONTAINER_OF(t, struct loop, accept_task);

	if (!l->draining)
		listener_watch(l);
}

void
loop_post(struct loop *l, enum loop_order order)
{
	inbox_post(l->inbox,
	    order == LOOP_ACCEPT      ? &l->accept_task
		: order == LOOP_DRAIN ? &l->drain_task
				      : &l->stop_task);
}

struct adopted {
	struct task task;
	struct loop *loop;
	int fd;
};

static void
loop_on_adopt(struct task *t)
{
	struct adopted *a = CONTAINER_OF(t, struct adopted, task);
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	bool hard;

	(void)http_server_enter(a->loop->server, &hard);
	if (a->loop->draining) {
		(void)close(a->fd);
		http_server_leave(a->loop->server);
	} else
		conn_new(a->loop, a->fd, &nobody, false);
	mem_free(a);
}

void
loop_adopt(struct loop *l, int fd)
{
	struct adopted *a = mem_zalloc(sizeof *a);

	a->task.fn = loop_on_adopt;
	a->loop = l;
	a->fd = fd;
	inbox_post(l->inbox, &a->task);
}

static _Atomic unsigned loops_made;

struct loop *
loop_new(struct http_server *s, unsigned index, const struct http_conf *conf,
    const struct http_app *app, struct ssl_ctx_st *tls, int listen_fd)
{
	const uint64_t wait_ms[DEADLINE_KINDS] = { [DEADLINE_IDLE] = conf->idle_ms,
		[DEADLINE_HEAD] = conf->head_ms,
		[DEADLINE_BODY] = conf->body_ms,
		[DEADLINE_LINGER] = LOOP_LINGER_MS };
	struct loop *l = mem_zalloc(sizeof *l);
	struct event_config *ec = event_config_new();

	l->magic = LOOP_MAGIC;
	l->index = index;
	l->number = atomic_fetch_add(&loops_made, 1);
	l->server = s;
	l->conf = conf;
	l->app = app;
	l->tls = tls;
	if (tls != NULL)
		l->tls_room = tls_room_new();
	l->listen_fd = listen_fd;
	l->limits =
	    (struct h1_limits){ conf->max_head, conf->max_line, conf->max_headers };
	l->cap = LOOP_BUF > conf->max_head * 2 ? LOOP_BUF : (size_t)conf->max_head * 2;
	l->buf = mem_alloc(l->cap);
	l->ready_tail = &l->ready;
	l->accept_task.fn = loop_on_accept;
	l->drain_task.fn = loop_on_drain;
	l->stop_task.fn = loop_on_stop;
	l->inbox = inbox_new();
	/* Only the inbox is touched by other threads, and that has its own lock. */
	MUST(ec != NULL && event_config_set_flag(ec, EVENT_BASE_FLAG_NOLOCK) == 0);
	l->base = event_base_new_with_config(ec);
	event_config_free(ec);
	MUST(l->base != NULL);
	MUST(event_assign(&l->kick_ev, l->base, -1, 0, loop_on_kick, l) == 0);
	MUST(event_assign(&l->inbox_ev, l->base, inbox_fd(l->inbox), EV_READ | EV_PERSIST,
		 loop_on_inbox, l) == 0);
	MUST(event_add(&l->inbox_ev, NULL) == 0);
	deadline_init(&l->deadlines, l->base, wait_ms, loop_on_deadline, loop_expired, l);
	return l;
}

static void *
loop_main(void *arg)
{
	struct loop *l = arg;

	l->owner = pthread_self(); /* pthread_create() may write l->thread later */
	if (l->app->loop_new != NULL)
		l->app_loop = l->app->loop_new(l->app->ctx, l->inbox);
	loop_tick(l);
	if (!l->closed)
		listener_watch(l);
	loop_flush(l);
	(void)event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
	MUST(l->conns == NULL);
	inbox_run(l->inbox);
	if (l->app->loop_free != NULL)
		l->app->loop_free(l->app->ctx, l->app_loop);
	inbox_run(l->inbox);
	return NULL;
}

void
loop_start(struct loop *l)
{
	char name[16];

	(void)snprintf(name, sizeof name, "loop%u", l->index);
	thread_start(&l->thread, name, loop_main, l);
}

void
loop_join(struct loop *l)
{
	MUST(pthread_join(l->thread, NULL) == 0);
}

void
loop_free(struct loop **loop)
{
	struct loop *l = *loop;
	struct exchange *x;

	if (l == NULL)
		return;
	*loop = NULL;
	CHECK(l, LOOP_MAGIC);
	listener_close(l);
	deadline_fini(&l->deadlines);
	(void)event_del(&l->inbox_ev);
	(void)event_del(&l->kick_ev);
	event_base_free(l->base);
	while ((x = l->spare) != NULL) {
		l->spare = x->next;
		mem_free(x);
	}
	inbox_free(&l->inbox);
	mem_free(l->file_buf);
	tls_room_free(&l->tls_room);
	mem_free(l->buf);
	mem_free(l);
}
