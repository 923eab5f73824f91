/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, one event base, its listener and its connections; and what all requests of a
 * loop share: the read buffer, spare exchanges, the Date. [loop, but for loop_new,
 * loop_start, loop_post and loop_join]
 */
#ifndef HTTP_LOOP_PRIV_H
#define HTTP_LOOP_PRIV_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>

#include "http/http.h"

#include "conn_priv.h"
#include "deadline_priv.h"

#define LOOP_MAGIC 0x4c4f4f31u

enum { LOOP_BUF = 64 << 10, LOOP_SPARE = 16, LOOP_LINGER_MS = 2000, LOOP_DATE = 29 };

enum loop_order { LOOP_ACCEPT, LOOP_DRAIN, LOOP_STOP };

struct loop {
	unsigned magic;
	unsigned index;
	unsigned number; /* among all of the process: request ids begin with it */
	struct http_server *server;
	const struct http_conf *conf;
	const struct http_app *app;
	struct h1_limits limits;
	struct ssl_ctx_st *tls;
	struct event_base *base;
	struct inbox *inbox;
	struct event inbox_ev, kick_ev, listen_ev, pause_ev;
	struct deadline_set deadlines;
	int listen_fd;
	bool closed; /* begins without accepting */
	bool in_event, accepting, accept_logged, draining, stopping;
	void *app_loop;
	struct http_conn *conns;
	struct http_conn *ready, **ready_tail;
	struct exchange *spare;
	unsigned nspare;
	uint64_t now_us; /* at the start of the event being handled */
	uint64_t last_id;
	uint64_t date_until_us;
	char date[LOOP_DATE];
	char *buf; /* what is read, while a connection runs */
	size_t cap, at, n; /* unused: buf[at, at + n) */
	struct tls_room *tls_room;
	char *file_buf; /* OUT_FILE_TLS bytes, from its first use on */
	pthread_t thread, owner;
	struct task accept_task, drain_task, stop_task;
};

struct loop *loop_new(struct http_server *s, unsigned index, const struct http_conf *conf,
    const struct http_app *app, struct ssl_ctx_st *tls, int listen_fd);
void loop_start(struct loop *l);
void loop_post(struct loop *l, enum loop_order order); /* each order once [any] */
void loop_adopt(struct loop *l, int fd); /* serve who is at its other end [any] */
void loop_join(struct loop *l); /* after LOOP_STOP */
void loop_free(struct loop **l);

void loop_tick(struct loop *l); /* each event's beginning */
void loop_flush(struct loop *l); /* and end: runs what has become ready */
void loop_queue(struct http_conn *c); /* run it soon */
void loop_add(struct loop *l, struct http_conn *c);
void loop_remove(struct loop *l, struct http_conn *c);
const char *loop_date(struct loop *l); /* LOOP_DATE bytes */
void loop_wait(struct http_conn *c, enum deadline_kind kind);
/* Asserted in --enable-debug. */
void loop_own(const struct loop *l);

static inline struct span
loop_view(const struct loop *l)
{
	return span_of(l->buf + l->at, l->n);
}

static inline void
loop_took(struct loop *l, size_t n)
{
	MUST(n <= l->n);
	l->at += n;
	l->n -= n;
}

#endif
